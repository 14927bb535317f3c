/* Looks at the stages of a rollout, for who advances it. */
#include "base/error.h"
#include "cli/cli.h"

zg_status
stage_look(const struct config *config, const struct config_zone *zone, size_t n_stages,
    const struct arguments *arguments, struct zg_error *error)
{
	struct observe_job job;
	struct claim claim;
	zg_verdict verdict;

	if (n_stages == 0 || n_stages > zone->n_stages)
		return error_set(error, ZG_PARAMETER, "there is no stage to look at");
	if (!observe_job_read(arguments, &job))
		return error_set(error, ZG_PARAMETER, "no look is possible");
	job.config = config;
	job.zone = zone;
	job.n_servers =
	    zone->stages[n_stages - 1].first_server + zone->stages[n_stages - 1].n_servers;
	job.partial = true;
	job.silent = true;
	observe_job_names(&job);
	verdict = supervise(
	    &(struct supervised){
		.work = observe_work, .context = &job, .timeout = SUPERVISED_TIMEOUT},
	    &claim);
	if (verdict == ZG_VERDICT_PASS || verdict == ZG_VERDICT_REFUSE)
		return ZG_OK;
	return error_set(error, ZG_READ, "%s", claim.message);
}
