/*
 * `zonegate check`: the options become inputs of the gate, the worker runs it and writes the
 * report, and only then claims the verdict.
 */
#include "cli/cli.h"

#include <string.h>

#include <zonegate/memo.h>
#include <zonegate/policy.h>

struct check_job {
	const struct arguments *arguments;
	struct gate_job gate;
};

/* --- Options --- */

/* An input that is a file. Standard input is for the zone. */
static bool
source_read(const struct arguments *arguments, const char *option, enum option_id id,
    struct zg_source *source)
{
	const char *path = arguments->values[id];

	if (path == NULL)
		return true;
	if (path[0] == '\0' || strcmp(path, "-") == 0)
		return option_malformed(arguments, option, id, "a file name");
	*source = (struct zg_source){.kind = ZG_SOURCE_PATH, .path = path};
	return true;
}

static bool
memo_is_named(const struct arguments *arguments)
{
	const char *path = arguments->values[OPTION_MEMO];

	return path == NULL || path[0] != '\0' ||
	       option_malformed(arguments, "memo", OPTION_MEMO, "a file name");
}

static bool
job_read(const struct arguments *arguments, struct check_job *job)
{
	struct zg_gate_inputs *inputs = &job->gate.inputs;

	*job = (struct check_job){.arguments = arguments};
	if (!gate_job_read(arguments, &job->gate))
		return false;
	inputs->origin = arguments->values[OPTION_ORIGIN];
	inputs->state = arguments->values[OPTION_STATE];
	inputs->allow_include = arguments->values[OPTION_INCLUDE] != NULL;
	return zone_source_read(arguments, arguments->operands[0], &inputs->zone) &&
	       source_read(arguments, "ds", OPTION_DS, &inputs->ds) &&
	       source_read(arguments, "previous", OPTION_PREVIOUS, &inputs->previous) &&
	       source_read(arguments, "unsigned", OPTION_UNSIGNED, &inputs->unsigned_input) &&
	       memo_is_named(arguments);
}

/* --- The worker --- */

/* The memo that was asked for. That it cannot be used yet is worth a line, not a failure. */
static zg_status
memo_open(const struct arguments *arguments, zg_memo **memo, struct zg_error *error)
{
	const char *path = arguments->values[OPTION_MEMO], *note = NULL;
	zg_status status;

	*memo = NULL;
	if (path == NULL || arguments->values[OPTION_NO_MEMO] != NULL)
		return ZG_OK;
	status = zg_memo_open(path, memo, &note, error);
	if (status == ZG_OK && note != NULL)
		complain("memo %s is not used: %s", path, note);
	return status;
}

/* That the memo was of no use is said. One that is not written costs time, and nothing else. */
static void
memo_save(const struct arguments *arguments, zg_memo *memo, const struct zg_result *result)
{
	struct zg_error error = {0};

	if (memo != NULL && zg_memo_note(memo) != NULL)
		complain(
		    "memo %s is not used: %s", arguments->values[OPTION_MEMO], zg_memo_note(memo));
	if (memo != NULL && result->verdict == ZG_VERDICT_PASS &&
	    zg_memo_save(memo, &error) != ZG_OK)
		complain("the memo is not written: %s", error.text);
}

static void
check_work(void *context, struct claim *claim)
{
	struct check_job *job = context;
	struct gate_job *gate = &job->gate;
	struct zg_error error = {0};
	struct zg_result *result = NULL;
	zg_policy *policy = NULL;
	zg_status status;

	status = policy_open(job->arguments->values[OPTION_POLICY], &policy, &error);
	gate->inputs.policy = policy;
	if (status == ZG_OK)
		status = memo_open(job->arguments, &gate->inputs.memo, &error);
	if (status == ZG_OK)
		status = gate_job_run(gate, &result, &error);
	if (status == ZG_OK)
		status = gate_job_report(gate, result, &error);
	if (status == ZG_OK) {
		memo_save(job->arguments, gate->inputs.memo, result);
		claim_result(claim, result);
	} else {
		claim_trouble(claim, status, &error);
	}
	gate_job_timing(gate);
	zg_result_free(result);
	zg_memo_free(gate->inputs.memo);
	zg_policy_free(policy);
}

int
command_check(const struct arguments *arguments)
{
	struct check_job job;
	struct claim claim;

	if (!job_read(arguments, &job))
		return EXIT_UNDECIDED;
	return zg_verdict_exit_status(supervise(&(struct supervised){.work = check_work,
						    .context = &job,
						    .timeout = job.gate.timeout,
						    .needs_content = true},
	    &claim));
}
