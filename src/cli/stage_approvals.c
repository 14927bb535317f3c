/* Approvals of a stage: from the spool to the gate's judgement. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/approval.h>
#include "publish/rollout.h"

void
stage_approvals_clear(struct stage_approvals *approvals)
{
	free(approvals->list);
	*approvals = (struct stage_approvals){.n = 0};
}

/* Each name once, in the order of the files. */
void
stage_approvals_text(const struct stage_approvals *approvals, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < approvals->n_list && used < size; i++) {
		const struct zg_stage_approval *approval = &approvals->list[i];
		bool again = approval->outcome != ZG_APPROVAL_USED;

		for (size_t k = 0; k < i; k++)
			again |= approvals->list[k].outcome == ZG_APPROVAL_USED &&
				 strcmp(approvals->list[k].by, approval->by) == 0;
		if (!again)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
			    used == 0 ? "approved by " : ", ", approval->by);
	}
}

zg_status
stage_approvals(const struct config *config, const struct config_zone *zone,
    const struct zg_policy *policy, const struct state_directory *state,
    const struct rollout *rollout, size_t stage, int64_t now, struct stage_approvals *approvals,
    struct zg_error *error)
{
	const struct zg_stage_subject subject = {.installation = config->installation,
	    .zone = zone->name,
	    .policy = policy,
	    .serial = rollout->serial,
	    .digest = rollout->digest,
	    .stage = rollout->stages[stage].name,
	    .now = now};
	struct release_approvals handed;
	zg_status status = release_approvals_read(config, zone, state, &handed, error);

	*approvals = (struct stage_approvals){.n = 0};
	if (status == ZG_OK) {
		approvals->list = calloc(handed.n_files + 1, sizeof(approvals->list[0]));
		if (approvals->list == NULL) {
			(void)snprintf(error->text, sizeof(error->text), "out of memory");
			status = ZG_MEMORY;
		}
	}
	if (status == ZG_OK)
		status = zg_stage_approvals_judge(&subject, handed.approvers, config->n_approvers,
		    handed.approvals, handed.n_files, approvals->list, &approvals->n_list,
		    &approvals->n, error);
	if (status != ZG_OK)
		stage_approvals_clear(approvals);
	release_approvals_close(&handed);
	return status;
}
