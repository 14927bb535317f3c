/* The gate in one function: zone text, records, RRsets, facts, checks, findings, verdict. */
#include <zonegate/gate.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/meter.h"
#include "check/check.h"
#include "facts/facts.h"
#include "facts/release.h"
#include "gate/acceptance.h"
#include "gate/input.h"
#include "gate/memo.h"
#include "gate/past.h"
#include "gate/policy_digest.h"
#include "gate/repair.h"
#include "gate/result.h"
#include "gate/trials_read.h"
#include "policy/policy.h"

/* What one run holds; everything in it is freed by run_clear. */
struct run {
	const struct zg_gate_inputs *inputs;
	const zg_policy *policy;
	zg_policy *own_policy; /* the built-in one, when none was given */
	unsigned given;	       /* enum zg_input */
	size_t max_examples;
	uint8_t origin[ZG_NAME_MAX];
	bool has_origin;
	struct zone *zone, *previous, *unsigned_input;
	struct ds_entry *ds; /* ZG_DS_MAX of them */
	size_t n_ds;
	struct memo_fresh fresh;
	struct facts *facts, *former_facts;
	struct facts *verified_former, *full_denial; /* for a repair only */
	char policy_digest[POLICY_DIGEST_TEXT_SIZE];
	struct release_facts *release; /* what is remembered; handed over to the result */
	struct past_inputs past_inputs;
	struct past *past;
	struct key_trials *trials;
	struct meter meter;
	struct check_result results[CHECK_ROWS_MAX], former[CHECK_ROWS_MAX];
	struct check_result verified_results[CHECK_ROWS_MAX];
	struct repair repair;
	bool has_repair;
};

static zg_status
run_begin(struct run *run, struct zg_error *error)
{
	const struct zg_gate_inputs *inputs = run->inputs;
	const char *why;

	if (inputs->zone.kind == ZG_SOURCE_NONE)
		return error_set(error, ZG_PARAMETER, "no zone was given");
	if (inputs->examples > ZG_EXAMPLES_MAX || inputs->threads > ZG_THREADS_MAX)
		return error_set(error, ZG_PARAMETER, "more than %d examples or %d threads",
		    ZG_EXAMPLES_MAX, ZG_THREADS_MAX);
	run->max_examples = inputs->examples > 0 ? inputs->examples : ZG_EXAMPLES_DEFAULT;
	if (inputs->ds.kind != ZG_SOURCE_NONE)
		run->given |= ZG_INPUT_DS;
	if (inputs->previous.kind != ZG_SOURCE_NONE)
		run->given |= ZG_INPUT_PREVIOUS;
	if (inputs->unsigned_input.kind != ZG_SOURCE_NONE)
		run->given |= ZG_INPUT_UNSIGNED;
	if (inputs->state != NULL)
		run->given |= ZG_INPUT_HISTORY;
	if (inputs->origin != NULL) {
		static const uint8_t root[1] = {0};

		run->has_origin = name_from_text(inputs->origin, strlen(inputs->origin), root,
				      run->origin, &why) > 0;
		if (!run->has_origin)
			return error_set(error, ZG_PARAMETER, "origin: %s", why);
		name_lower(run->origin);
	}
	if (inputs->policy == NULL) {
		zg_status status = zg_policy_default(&run->own_policy, error);

		if (status != ZG_OK)
			return status;
	}
	run->policy = inputs->policy != NULL ? inputs->policy : run->own_policy;
	return policy_digest(run->policy, run->policy_digest, error);
}

/* Reads the candidate and everything that it is held against. */
static zg_status
run_read(struct run *run, struct zg_error *error)
{
	const struct zg_gate_inputs *inputs = run->inputs;
	struct input_options options = {.allow_include = inputs->allow_include,
	    .threads = inputs->threads,
	    .max_examples = run->max_examples,
	    .progress = inputs->progress,
	    .progress_context = inputs->progress_context,
	    .meter = &run->meter};
	zg_status status = input_read_zone(
	    &inputs->zone, run->has_origin ? run->origin : NULL, &options, &run->zone, error);

	if (status == ZG_OK && inputs->zone_end != NULL)
		status = inputs->zone_end(inputs->zone_end_context, error);
	/* Without SOA and without a word from the caller nobody knows which zone this is: it is
	 * refused, and nothing can be held against it. */
	if (status == ZG_OK && !run->has_origin && !run->zone->has_apex) {
		run->given = 0;
		return ZG_OK;
	}
	if (status == ZG_OK && (run->given & ZG_INPUT_DS)) {
		run->ds = calloc(ZG_DS_MAX, sizeof(run->ds[0]));
		if (run->ds == NULL)
			return error_set(error, ZG_MEMORY, "out of memory");
		status = input_read_ds(&inputs->ds, run->zone->origin, run->ds, &run->n_ds, error);
	}
	if (status == ZG_OK && (run->given & ZG_INPUT_PREVIOUS))
		status = input_read_other(&inputs->previous, "the former zone", run->zone->origin,
		    &options, &run->previous, error);
	if (status == ZG_OK && (run->given & ZG_INPUT_UNSIGNED))
		status = input_read_other(&inputs->unsigned_input, "the unsigned zone",
		    run->zone->origin, &options, &run->unsigned_input, error);
	return status;
}

/* Facts of the zone in force, as far as it is compared. */
static zg_status
run_former_facts(struct run *run, struct zg_error *error)
{
	const struct zg_gate_inputs *inputs = run->inputs;
	uint8_t expected[sizeof(run->former_facts->digest)];
	struct facts_inputs of = {.zone = run->previous,
	    .now = inputs->now,
	    .threads = inputs->threads,
	    .former = true,
	    .meter = &run->meter};
	zg_status status;

	if (run->previous == NULL)
		return ZG_OK;
	if (inputs->previous_digest != NULL &&
	    (!hex_is_text(inputs->previous_digest, 2 * sizeof(expected)) ||
		!hex_read(inputs->previous_digest, sizeof(expected), expected)))
		return error_set(error, ZG_PARAMETER, "the former zone's digest is none");
	if (inputs->previous_digest != NULL && inputs->previous_known)
		of.digest = expected;
	status = facts_compute(&of, &run->former_facts, error);
	if (status != ZG_OK || inputs->previous_digest == NULL ||
	    memcmp(run->former_facts->digest, expected, sizeof(expected)) == 0)
		return status;
	return error_set(error, ZG_INPUT_BAD, "the former zone is not the one that was released");
}

/* Facts of the candidate. */
static zg_status
run_facts(struct run *run, struct zg_error *error)
{
	const struct zg_gate_inputs *inputs = run->inputs;
	struct facts_inputs of = {.zone = run->zone,
	    .previous = run->previous,
	    .previous_digest = run->former_facts == NULL ? NULL : run->former_facts->digest,
	    .unsigned_input = run->unsigned_input,
	    .ds = run->ds,
	    .n_ds = run->n_ds,
	    .ds_given = (run->given & ZG_INPUT_DS) != 0,
	    .now = inputs->now,
	    .threads = inputs->threads,
	    .verify_with = inputs->verify_with,
	    .max_examples = run->max_examples,
	    .progress = inputs->progress,
	    .progress_context = inputs->progress_context,
	    .meter = &run->meter};
	zg_status status;

	if (inputs->memo != NULL) {
		of.known = memo_ask(inputs->memo, run->zone->origin, inputs->now,
		    policy_release(run->policy)->full_check_interval);
		of.fresh = &run->fresh;
		of.read_known = memo_read;
		of.read_context = inputs->memo;
	}
	status = facts_compute(&of, &run->facts, error);
	if (status == ZG_OK && run->zone->has_apex && inputs->trials.kind != ZG_SOURCE_NONE)
		status = trials_read(&inputs->trials, run->zone->origin, &run->facts->keys,
		    inputs->now, &run->trials, error);
	if (status == ZG_OK)
		run->facts->trials = run->trials;
	if (status == ZG_OK && inputs->memo != NULL)
		memo_keep(inputs->memo, run->zone->origin, &run->fresh,
		    run->facts->signatures.n_memo == 0, inputs->now);
	return status;
}

/* What is remembered of the candidate, and what the log says of its past: the proof is made here.
 */
static zg_status
run_past(struct run *run, struct zg_error *error)
{
	const struct zg_gate_inputs *inputs = run->inputs;
	zg_status status;

	/* What has no SOA is refused for that, and has no past. */
	if (!run->zone->has_apex)
		run->given &= ~(unsigned)ZG_INPUT_HISTORY;
	if (!run->zone->has_apex || (inputs->state == NULL && !inputs->remember))
		return ZG_OK;
	run->release = calloc(1, sizeof(*run->release));
	if (run->release == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = release_make(run->facts, inputs->now,
	    policy_values(run->policy)->signatures.clock_skew, run->release, error);
	if (status != ZG_OK || inputs->state == NULL)
		return status;
	run->past_inputs = (struct past_inputs){.directory = inputs->state,
	    .policy = run->policy,
	    .policy_digest = run->policy_digest,
	    .candidate = run->release,
	    .zone = run->release->zone,
	    .origin = run->zone->origin,
	    .approvers = inputs->installation == NULL ? NULL : inputs->approvers,
	    .n_approvers = inputs->n_approvers,
	    .ds = run->ds,
	    .n_ds = run->n_ds,
	    .ds_given = (run->given & ZG_INPUT_DS) != 0,
	    .ds_ttl = inputs->ds_ttl,
	    .ds_time = inputs->ds_time,
	    .providers = inputs->providers,
	    .n_providers = inputs->n_providers,
	    .provider_max_age = inputs->provider_max_age,
	    .now = inputs->now};
	status = past_read(&run->past_inputs, &run->past, error);
	if (status == ZG_OK)
		run->facts->past = past_facts(run->past);
	return status;
}

static zg_status
run_checks(struct run *run, struct zg_error *error)
{
	struct check_inputs of = {.facts = run->former_facts,
	    .policy = policy_values(run->policy),
	    .now = run->inputs->now,
	    .inputs = run->given,
	    .threads = run->inputs->threads};
	bool facts_wanted[CHECK_ROWS_MAX] = {false};
	zg_status status = ZG_OK;

	if (run->inputs->progress != NULL)
		run->inputs->progress(run->inputs->progress_context, ZG_PHASE_CHECK, 0, 0);
	if (run->former_facts != NULL) {
		status = check_run(&of, run->former);
		of.former = run->former;
	}
	of.facts = run->facts;
	of.max_examples = run->max_examples;
	if (run->inputs->installation != NULL) {
		acceptance_wants(run->policy, run->facts->past != NULL, facts_wanted);
		of.facts_wanted = facts_wanted;
	}
	if (status == ZG_OK)
		status = check_run(&of, run->results);
	if (status != ZG_OK)
		return error_set(error, status, "%s while checking", zg_status_text(status));
	return ZG_OK;
}

/* Facts of the zone in force as a candidate has them, and the candidate's denial of existence with
 * more examples: both cost, and are wanted for a repair only. */
static zg_status
repair_facts(struct run *run, struct zg_error *error)
{
	const struct zg_gate_inputs *inputs = run->inputs;
	struct memo_fresh fresh = {.n = 0};
	struct facts_inputs of = {.zone = run->previous,
	    .ds = run->ds,
	    .n_ds = run->n_ds,
	    .ds_given = (run->given & ZG_INPUT_DS) != 0,
	    .now = inputs->now,
	    .threads = inputs->threads,
	    .verify_with = inputs->verify_with,
	    .max_examples = ZG_REPAIR_DENIAL_MAX,
	    .progress = inputs->progress,
	    .progress_context = inputs->progress_context,
	    .meter = &run->meter};
	zg_status status;

	if (inputs->memo != NULL) {
		of.known = memo_ask(inputs->memo, run->zone->origin, inputs->now,
		    policy_release(run->policy)->full_check_interval);
		of.fresh = &fresh;
		of.read_known = memo_read;
		of.read_context = inputs->memo;
	}
	status = facts_compute(&of, &run->verified_former, error);
	memo_fresh_clear(&fresh);
	if (status != ZG_OK || !repair_lacks_examples(&run->facts->defects))
		return status;
	of.zone = run->zone;
	of.former = true;
	of.known = NULL;
	of.fresh = NULL;
	return facts_compute(&of, &run->full_denial, error);
}

/* Broken data may go out to mend a zone in force that is broken as well: that one is verified too,
 * and the two are compared. */
static zg_status
run_repair(struct run *run, struct zg_error *error)
{
	struct check_inputs of = {.policy = policy_values(run->policy),
	    .now = run->inputs->now,
	    .inputs = run->given & ZG_INPUT_DS,
	    .threads = run->inputs->threads};
	struct repair_side candidate = {.facts = run->facts, .results = run->results}, former;
	zg_status status;

	if (!repair_is_asked(run->facts, run->results, run->former_facts))
		return ZG_OK;
	run->has_repair = true;
	run->repair = (struct repair){.why = REPAIR_NOT_VERIFIED};
	status = repair_facts(run, error);
	if (status != ZG_OK)
		return status == ZG_LIMIT ? ZG_OK : status;
	of.facts = run->verified_former;
	status = check_run(&of, run->verified_results);
	if (status != ZG_OK)
		return error_set(
		    error, status, "%s while checking the former zone", zg_status_text(status));
	candidate.denial =
	    run->full_denial != NULL ? &run->full_denial->defects : &run->facts->defects;
	former = (struct repair_side){.facts = run->verified_former,
	    .results = run->verified_results,
	    .denial = &run->verified_former->defects};
	repair_compare(&of, &candidate, &former, &run->repair);
	return ZG_OK;
}

static void
run_clear(struct run *run)
{
	memo_fresh_clear(&run->fresh);
	check_results_clear(run->results);
	check_results_clear(run->former);
	check_results_clear(run->verified_results);
	past_free(run->past);
	if (run->release != NULL)
		release_facts_clear(run->release);
	free(run->release);
	facts_free(run->facts);
	facts_free(run->former_facts);
	facts_free(run->verified_former);
	facts_free(run->full_denial);
	zone_free(run->zone);
	zone_free(run->previous);
	zone_free(run->unsigned_input);
	free(run->ds);
	free(run->trials);
	zg_policy_free(run->own_policy);
	free(run);
}

zg_status
zg_gate_run(const struct zg_gate_inputs *inputs, struct zg_result **result, struct zg_error *error)
{
	struct run *run = calloc(1, sizeof(*run));
	zg_status status;

	*result = NULL;
	if (run == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	run->inputs = inputs;
	meter_begin(&run->meter, inputs->timing);
	status = run_begin(run, error);
	if (status == ZG_OK)
		status = run_read(run, error);
	if (status == ZG_OK)
		status = run_former_facts(run, error);
	if (status == ZG_OK)
		status = run_facts(run, error);
	if (status == ZG_OK)
		status = run_past(run, error);
	if (status == ZG_OK)
		status = run_checks(run, error);
	if (status == ZG_OK)
		status = run_repair(run, error);
	if (status == ZG_OK) {
		struct result_sources sources = {.inputs = inputs,
		    .policy = run->policy,
		    .facts = run->facts,
		    .unsigned_input = run->unsigned_input,
		    .results = run->results,
		    .former = run->former_facts == NULL ? NULL : run->former,
		    .repair = run->has_repair ? &run->repair : NULL,
		    .release = run->release,
		    .policy_digest = run->policy_digest,
		    .given = run->given};

		status = result_make(&sources, result, error);
		if (status == ZG_OK)
			run->release = NULL;
	}
	meter_lap(&run->meter, ZG_TIME_OTHER);
	run_clear(run);
	return status;
}
