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

/* A reporter's context that keeps the first error: for functions that return one. */
struct policy_first {
	unsigned line;
	char text[ZG_ERROR_TEXT_MAX];
};
void policy_first_keep(
    void *context, const char *file, unsigned line, int is_error, const char *text);

/* Sets `error` to "label:line: text" and returns `status`. */
zg_status policy_first_tell(
    struct zg_error *error, zg_status status, const char *label, const struct policy_first *first);

/* Hands an error on and remembers `status` if it is the first. `line` 0: none. */
void policy_error(struct policy_reporter *reporter, zg_status status, unsigned line,
    const char *format, ...) PRINTF_LIKE(4, 5);

/* Hands a warning on, if they are wanted. */
void policy_warning(struct policy_reporter *reporter, unsigned line, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Hands on what is neither. */
void policy_note(struct policy_reporter *reporter, const char *text);

#endif
