/* Where errors and warnings about a policy go. */
#ifndef POLICY_POLICY_REPORT_H
#define POLICY_POLICY_REPORT_H

#include <stdbool.h>

#include "policy/policy.h"

struct policy_reporter {
	const char *label; /* the file, for messages */
	zg_policy_remark remark;
	void *context;
	bool warnings;	  /* wanted */
	zg_status status; /* of the first error; ZG_OK: none so far */
	unsigned errors;  /* how many */
};

/* Hands an error on and remembers `status` if it is the first. `line` 0: none. */
void policy_error(struct policy_reporter *reporter, zg_status status, unsigned line,
    const char *format, ...) PRINTF_LIKE(4, 5);

/* Hands a warning on, if they are wanted. */
void policy_warning(struct policy_reporter *reporter, unsigned line, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
