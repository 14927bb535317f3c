/* Approvals of a stage of a rollout: made, and judged. */
#include <zonegate/approval.h>

#include <stdio.h>
#include <string.h>

#include <zonegate/limits.h>
#include "base/error.h"
#include "gate/approval.h"
#include "gate/policy_digest.h"
#include "policy/policy.h"

/* What the approvals have to be bound to; `policy_text` is for the digest, and outlives it. */
static zg_status
subject_make(const struct zg_stage_subject *of, char policy_text[POLICY_DIGEST_TEXT_SIZE],
    struct approval_subject *subject, struct zg_error *error)
{
	zg_status status = policy_digest(of->policy, policy_text, error);

	*subject = (struct approval_subject){.installation = of->installation,
	    .zone = of->zone,
	    .policy_digest = policy_text,
	    .serial = of->serial,
	    .stage = of->stage,
	    .now = of->now,
	    .expires = policy_release(of->policy)->approval.expires};
	if (strlen(of->digest) >= sizeof(subject->digest))
		return error_set(error, ZG_PARAMETER, "not a content digest");
	(void)snprintf(subject->digest, sizeof(subject->digest), "%s", of->digest);
	return status;
}

zg_status
zg_stage_approval_make(const struct zg_stage_subject *subject, const struct zg_approval_wish *wish,
    char **text, size_t *length, struct zg_error *error)
{
	char policy_text[POLICY_DIGEST_TEXT_SIZE];
	struct approval_subject bound;
	const struct approval_wish of = {.subject = &bound,
	    .by = wish->by,
	    .reason = wish->reason,
	    .from = wish->from,
	    .until = wish->until,
	    .nonce = wish->nonce};
	zg_status status = subject_make(subject, policy_text, &bound, error);

	*text = NULL;
	return status == ZG_OK ? approval_make(&of, wish->private_key, text, length, error)
			       : status;
}

/* Adds the key unless it is there: one person is one voice, however often and under whatever name.
 */
static void
key_add(const unsigned char **keys, size_t *n, const unsigned char *key)
{
	for (size_t i = 0; i < *n; i++) {
		if (memcmp(keys[i], key, sizeof(((struct zg_approver *)NULL)->public_key)) == 0)
			return;
	}
	keys[(*n)++] = key;
}

/* What approvals are judged by. */
struct bench {
	const struct zg_stage_subject *of;
	struct approval_subject bound;
	const struct zg_approver *approvers;
	size_t n_approvers;
};

/* Fills `shown`; *key is set when it counts. False: it is for findings. */
static bool
judge(const struct bench *bench, const struct approval *approval, struct zg_stage_approval *shown,
    const unsigned char **key)
{
	if (approval_stage(approval) == NULL)
		return false;
	shown->outcome =
	    approval_judge(approval, &bench->bound, bench->approvers, bench->n_approvers, key);
	/* Somebody whom the policy does not let approve is as good as unknown. */
	if (!policy_names_approver(bench->of->policy, approval_by(approval)))
		shown->outcome = ZG_APPROVAL_FORGED;
	if (shown->outcome != ZG_APPROVAL_USED)
		*key = NULL;
	(void)snprintf(shown->by, sizeof(shown->by), "%s", approval_by(approval));
	(void)snprintf(shown->reason, sizeof(shown->reason), "%s", approval_reason(approval));
	shown->until = approval_until(approval, &bench->bound);
	return true;
}

zg_status
zg_stage_approvals_judge(const struct zg_stage_subject *subject,
    const struct zg_approver *approvers, size_t n_approvers, const struct zg_approval *approvals,
    size_t n, struct zg_stage_approval *list, size_t *n_list, size_t *n_keys,
    struct zg_error *error)
{
	struct bench bench = {.of = subject, .approvers = approvers, .n_approvers = n_approvers};
	char policy_text[POLICY_DIGEST_TEXT_SIZE];
	const unsigned char *keys[ZG_APPROVALS_MAX];
	zg_status status;

	*n_list = *n_keys = 0;
	if (n > ZG_APPROVALS_MAX)
		return error_set(error, ZG_PARAMETER, "more than %d approvals", ZG_APPROVALS_MAX);
	status = subject_make(subject, policy_text, &bench.bound, error);
	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		struct zg_stage_approval *shown = &list[*n_list];
		struct approval *approval = NULL;
		const unsigned char *key = NULL;

		*shown = (struct zg_stage_approval){.outcome = ZG_APPROVAL_MALFORMED};
		(void)snprintf(shown->name, sizeof(shown->name), "%s", approvals[i].name);
		status = approval_parse(approvals[i].text, approvals[i].length, &approval, error);
		if (status == ZG_MEMORY)
			break;
		if (status != ZG_OK || judge(&bench, approval, shown, &key))
			++*n_list;
		if (key != NULL)
			key_add(keys, n_keys, key);
		approval_free(approval);
		status = ZG_OK;
	}
	return status;
}
