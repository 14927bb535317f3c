/*
 * `zonegate check`: the options become inputs of the gate, the worker runs it and writes the
 * report, and only then claims the verdict.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/memo.h>
#include <zonegate/policy.h>

struct check_job {
	const struct arguments *arguments;
	struct gate_job gate;
	struct transfer_job transfer;
	struct parent_places parent; /* whom to ask, with --parent */
	char *ds_text;		     /* owned: what they said */
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

/* The zone: by a transfer or as the operand, one of the two. */
static bool
zone_is_named(const struct arguments *arguments, struct check_job *job)
{
	bool by_transfer = arguments->values[OPTION_TRANSFER] != NULL;

	if (!transfer_job_read(arguments, &job->transfer))
		return false;
	job->transfer.wish.seconds = job->gate.timeout;
	if (by_transfer == (arguments->n_operands == 0))
		return by_transfer ||
		       zone_source_read(arguments, arguments->operands[0], &job->gate.inputs.zone);
	if (by_transfer)
		complain_usage(
		    arguments->command, "one operand too many: '%s'", arguments->operands[0]);
	else
		complain_usage(arguments->command, "missing operand: ZONEFILE | -");
	return false;
}

/* The parent is asked before the zone is read: its name must be known. */
static bool
parent_is_named(const struct arguments *arguments, struct check_job *job)
{
	bool wanted = arguments->values[OPTION_PARENT] != NULL;

	if (!parent_places_read(arguments, &job->parent))
		return false;
	if (wanted && arguments->values[OPTION_ORIGIN] == NULL)
		complain_usage(arguments->command, "--parent needs --origin");
	else if (wanted && arguments->values[OPTION_DS] != NULL)
		complain_usage(arguments->command, "--parent and --ds exclude each other");
	else if (!wanted &&
		 (arguments->n_parent_servers > 0 || arguments->values[OPTION_RESOLVER] != NULL ||
		     arguments->values[OPTION_ANCHOR] != NULL))
		complain_usage(arguments->command,
		    "--parent-server, --resolver and --anchor go with --parent");
	else
		return true;
	return false;
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
	return zone_is_named(arguments, job) && parent_is_named(arguments, job) &&
	       source_read(arguments, "ds", OPTION_DS, &inputs->ds) &&
	       source_read(arguments, "previous", OPTION_PREVIOUS, &inputs->previous) &&
	       source_read(arguments, "unsigned", OPTION_UNSIGNED, &inputs->unsigned_input) &&
	       source_read(arguments, "trials", OPTION_TRIALS, &inputs->trials) &&
	       memo_is_named(arguments);
}

/* --- The worker --- */

/* The memo that was asked for. */
static zg_status
memo_open(const struct arguments *arguments, zg_memo **memo, struct zg_error *error)
{
	const char *path = arguments->values[OPTION_MEMO];

	*memo = NULL;
	if (path == NULL || arguments->values[OPTION_NO_MEMO] != NULL)
		return ZG_OK;
	return zg_memo_open(path, memo, error);
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

/* Asks the parent, before there are threads: the set that its servers agree on is an input. */
static zg_status
ds_ask(struct check_job *job, const zg_policy *policy, struct zg_error *error)
{
	struct zg_gate_inputs *inputs = &job->gate.inputs;
	struct parent_look *look = NULL;
	struct look_agreed agreed;
	struct parent_rules rules;
	zg_status status;

	if (job->arguments->values[OPTION_PARENT] == NULL)
		return ZG_OK;
	look = calloc(1, sizeof(*look));
	if (look == NULL)
		return ZG_MEMORY;
	parent_rules_of(policy, &rules);
	status = parent_ask(&job->parent, inputs->origin, inputs->now, look, error);
	look_agree(look, rules.majority, &agreed);
	if (status == ZG_OK && !agreed.agreed) {
		(void)snprintf(error->text, sizeof(error->text), "%s%.200s",
		    agreed.by != NULL ? "the servers of the parent do not agree on a DS set"
				      : "nothing is proved of what the parent publishes: ",
		    agreed.by != NULL ? "" : parent_trouble(look));
		status = ZG_READ;
	}
	if (status == ZG_OK)
		status = parent_ds_text(
		    inputs->origin, agreed.by->ds, agreed.by->n_ds, agreed.ttl, &job->ds_text);
	if (status == ZG_OK) {
		inputs->ds = (struct zg_source){.kind = ZG_SOURCE_MEMORY,
		    .path = "<the parent's servers>",
		    .bytes = job->ds_text,
		    .length = strlen(job->ds_text)};
		inputs->ds_ttl = agreed.ttl;
		inputs->ds_time = inputs->now;
	}
	free(look);
	return status;
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
		status = ds_ask(job, policy, &error);
	if (status == ZG_OK)
		status = memo_open(job->arguments, &gate->inputs.memo, &error);
	if (status == ZG_OK)
		status = transfer_job_begin(&job->transfer, &gate->inputs, &error);
	if (status == ZG_OK)
		status = gate_job_run(gate, &result, &error);
	if (!transfer_job_end(&job->transfer) && status == ZG_OK)
		status = ZG_READ;
	if (status == ZG_OK)
		status = gate_job_report(gate, result, &error);
	if (status == ZG_OK) {
		memo_save(job->arguments, gate->inputs.memo, result);
		claim_result(claim, result);
	} else {
		claim_trouble(claim, status, &error);
	}
	free(job->ds_text);
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
