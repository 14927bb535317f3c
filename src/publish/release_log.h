/* Inside: what a release log is made of. */
#ifndef PUBLISH_RELEASE_LOG_H
#define PUBLISH_RELEASE_LOG_H

#include <zonegate/policy.h>
#include <zonegate/status.h>
#include "base/compiler.h"
#include "policy/config.h"

struct history;

struct release_log {
	struct history *history; /* owned */
	const char *zone;	 /* borrowed */
};

/* Records the policy and whose approvals count under it, unless that is what was recorded last. */
MUST_CHECK zg_status release_rules_record(struct history *history, const char *zone,
    const struct config *config, const zg_policy *policy, const char *policy_digest, int64_t time,
    struct zg_error *error);

#endif
