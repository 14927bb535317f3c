/*
 * `zonegate parent try`: may a DS set be handed to the parent now, the last release staying as it
 * is? Exit status 0 yes, 1 no, 2 could not tell.
 */
#include "cli/cli.h"

#include <zonegate/policy.h>
#include "publish/release.h"

struct try_job {
	struct gate_job gate;
	const struct config_zone *zone;
};

static void
try_work(void *context, struct claim *claim)
{
	struct try_job *job = context;
	struct zg_error error = {0};
	struct zg_result *result = NULL;
	zg_policy *policy = NULL;
	zg_status status = release_policy_open(job->zone, &policy, &error);

	job->gate.inputs.policy = policy;
	if (status == ZG_OK)
		status = zg_gate_try_ds(&job->gate.inputs, &result, &error);
	if (status == ZG_OK)
		status = gate_job_report(&job->gate, result, &error);
	if (status == ZG_OK)
		claim_result(claim, result);
	else
		claim_trouble(claim, status, &error);
	zg_result_free(result);
	zg_policy_free(policy);
}

static zg_verdict
try_run(const struct arguments *arguments, const struct config *config)
{
	struct try_job job;
	struct claim claim;

	if (!gate_job_read(arguments, &job.gate))
		return ZG_VERDICT_UNDECIDED;
	job.zone = config_zone_find(config, arguments->operands[0]);
	if (job.zone == NULL) {
		complain("undecided: %s has no zone '%s'", config->path, arguments->operands[0]);
		return ZG_VERDICT_UNDECIDED;
	}
	job.gate.inputs.state = config->state;
	job.gate.inputs.origin = job.zone->name;
	job.gate.inputs.ds =
	    (struct zg_source){.kind = ZG_SOURCE_PATH, .path = arguments->operands[1]};
	return supervise(&(struct supervised){.work = try_work,
			     .context = &job,
			     .timeout = job.gate.timeout,
			     .needs_content = true},
	    &claim);
}

int
command_parent(const struct arguments *arguments)
{
	struct zg_error error = {0};
	struct config *config = NULL;
	zg_verdict verdict = ZG_VERDICT_UNDECIDED;

	if (config_read(arguments->values[OPTION_CONFIG], &config, &error) == ZG_OK)
		verdict = try_run(arguments, config);
	else
		complain("undecided: %s", error.text);
	config_free(config);
	return zg_verdict_exit_status(verdict);
}
