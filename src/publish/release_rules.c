/* Whose word counts, kept beside what it let out: a change is held against it (DESIGN 9.19). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "history/history.h"
#include "policy/config.h"
#include "policy/policy.h"
#include "publish/release_log.h"

static void
rules_fill(struct history_rules *rules, const struct config *config, const zg_policy *policy,
    const char *policy_digest, int64_t time)
{
	const struct config_approver *approvers[ZG_POLICY_APPROVERS_MAX];

	rules->time = time;
	(void)snprintf(rules->policy_digest, sizeof(rules->policy_digest), "%s", policy_digest);
	rules->quorum = policy_release(policy)->approval.quorum;
	rules->severity = policy_change_severity(policy);
	rules->n_approvers = config_approvers_of(config, policy, approvers);
	for (size_t i = 0; i < rules->n_approvers; i++) {
		struct history_approver *approver = &rules->approvers[i];

		(void)snprintf(approver->id, sizeof(approver->id), "%s", approvers[i]->id);
		memcpy(
		    approver->public_key, approvers[i]->public_key, sizeof(approver->public_key));
	}
}

zg_status
release_rules_record(struct history *history, const char *zone, const struct config *config,
    const zg_policy *policy, const char *policy_digest, int64_t time, struct zg_error *error)
{
	struct history_rules *rules = calloc(1, sizeof(*rules));
	char *text = NULL;
	zg_status status;

	if (rules == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	rules_fill(rules, config, policy, policy_digest, time);
	status = zg_policy_show(policy, &text, error);
	if (status == ZG_OK)
		status = history_add_rules(history, zone, rules, text, error);
	free(text);
	free(rules);
	return status;
}
