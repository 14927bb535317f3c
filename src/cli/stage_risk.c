/* Which releases go out in stages: from the result of a check to publish/risk.h. */
#include "cli/cli.h"

#include "publish/risk.h"

zg_status
stage_is_needed(struct release_log *log, const struct zg_policy *policy,
    const struct zg_result *result, int64_t now, bool *needed, char *why, size_t why_size,
    struct zg_error *error)
{
	struct release_risk risk = {.policy = policy, .candidate = zg_result_facts(result)};
	zg_status status = risk_read(log, now, &risk, error);

	*needed = true;
	for (size_t i = 0; i < result->n_findings && risk.finding == NULL; i++) {
		if (risk_is_named(policy, result->findings[i].check->id))
			risk.finding = result->findings[i].check->id;
	}
	if (status == ZG_OK)
		*needed = release_is_staged(&risk, why, why_size);
	return status;
}
