/* The cache view with the last release as it is: may a DS set be handed to the parent now, and what
 * is to be done next? */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "dns/name.h"
#include "gate/input.h"
#include "gate/past.h"
#include "gate/policy_digest.h"
#include "gate/result_private.h"

/* What one trial holds. */
struct trial {
	const struct zg_gate_inputs *inputs;
	bool outlook; /* no DS set is tried: what is to be done next is asked for */
	const zg_policy *policy;
	zg_policy *own_policy; /* the built-in one, when none was given */
	uint8_t origin[ZG_NAME_MAX];
	char zone[NAME_TEXT_MAX];
	char policy_digest[POLICY_DIGEST_TEXT_SIZE];
	struct ds_entry ds[ZG_DS_MAX];
	size_t n_ds;
	struct past_inputs past_inputs;
	struct past *past;
	struct facts facts; /* of nothing but the past */
};

static zg_status
trial_begin(struct trial *trial, struct zg_error *error)
{
	static const uint8_t root[1] = {0};
	const struct zg_gate_inputs *inputs = trial->inputs;
	const char *why = "none was given";
	zg_status status;

	if (inputs->state == NULL || (!trial->outlook && inputs->ds.kind == ZG_SOURCE_NONE))
		return error_set(error, ZG_PARAMETER, "no history or no DS set was given");
	if (inputs->origin == NULL ||
	    name_from_text(inputs->origin, strlen(inputs->origin), root, trial->origin, &why) == 0)
		return error_set(error, ZG_PARAMETER, "zone: %s", why);
	name_lower(trial->origin);
	(void)name_to_text(trial->origin, trial->zone);
	trial->policy = inputs->policy;
	if (trial->policy == NULL) {
		status = zg_policy_default(&trial->own_policy, error);
		if (status != ZG_OK)
			return status;
		trial->policy = trial->own_policy;
	}
	status = policy_digest(trial->policy, trial->policy_digest, error);
	if (status == ZG_OK && !trial->outlook)
		status = input_read_ds(&inputs->ds, trial->origin, trial->ds, &trial->n_ds, error);
	return status;
}

static zg_status
trial_prove(struct trial *trial, struct zg_error *error)
{
	zg_status status;

	trial->past_inputs = (struct past_inputs){.directory = trial->inputs->state,
	    .policy = trial->policy,
	    .policy_digest = trial->policy_digest,
	    .zone = trial->zone,
	    .origin = trial->origin,
	    .tried = trial->outlook ? NULL : trial->ds,
	    .n_tried = trial->n_ds,
	    .providers = trial->inputs->providers,
	    .n_providers = trial->inputs->n_providers,
	    .provider_max_age = trial->inputs->provider_max_age,
	    .now = trial->inputs->now};
	status = past_read(&trial->past_inputs, &trial->past, error);
	if (status == ZG_OK)
		trial->facts.past = past_facts(trial->past);
	return status;
}

/* Verdict and phrase for each outcome of the proof. */
static const struct {
	zg_verdict verdict;
	const char *reason;
} answers[] = {
    [CACHE_REFUTED] = {ZG_VERDICT_REFUSE, "the DS set must not be handed to the parent now"},
    [CACHE_UNKNOWN] = {ZG_VERDICT_UNDECIDED, "what caches hold is not known"},
    [CACHE_NOT_WORSE] = {ZG_VERDICT_PASS, "the DS set may be handed in: it breaks nothing more"},
    [CACHE_PROVED] = {ZG_VERDICT_PASS, "the DS set may be handed to the parent now"},
};

static zg_status
trial_result(const struct trial *trial, struct zg_result **result, struct zg_error *error)
{
	const struct past_facts *past = trial->facts.past;
	struct result_sources sources = {
	    .inputs = trial->inputs, .policy = trial->policy, .facts = &trial->facts};
	struct made_result *made = calloc(1, sizeof(*made));
	struct zg_result *public;

	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	public = &made->public;
	public->verdict =
	    past->proof != NULL ? answers[past->proof->outcome].verdict : ZG_VERDICT_UNDECIDED;
	public->reason = past->proof != NULL ? answers[past->proof->outcome].reason
					     : "nothing was judged: what is to be done next";
	public->zone = result_keep_copy(made, trial->zone);
	public->has_serial = true;
	public->serial = past->candidate->serial;
	public->digest = result_keep_copy(made, past->candidate->digest);
	public->policy = result_keep_copy(made, zg_policy_name(trial->policy));
	public->policy_digest = result_keep_copy(made, trial->policy_digest);
	public->now = trial->inputs->now;
	public->inputs = trial->outlook ? ZG_INPUT_HISTORY : ZG_INPUT_DS | ZG_INPUT_HISTORY;
	public->completeness = "none";
	result_add_past(made, &sources);
	if (made->failed) {
		zg_result_free(public);
		return error_set(error, ZG_MEMORY, "out of memory");
	}
	*result = public;
	return ZG_OK;
}

static zg_status
trial_run(const struct zg_gate_inputs *inputs, bool outlook, struct zg_result **result,
    struct zg_error *error)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	zg_status status;

	*result = NULL;
	if (trial == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	trial->inputs = inputs;
	trial->outlook = outlook;
	status = trial_begin(trial, error);
	if (status == ZG_OK)
		status = trial_prove(trial, error);
	if (status == ZG_OK)
		status = trial_result(trial, result, error);
	past_free(trial->past);
	zg_policy_free(trial->own_policy);
	free(trial);
	return status;
}

zg_status
zg_gate_try_ds(
    const struct zg_gate_inputs *inputs, struct zg_result **result, struct zg_error *error)
{
	return trial_run(inputs, false, result, error);
}

zg_status
zg_gate_outlook(
    const struct zg_gate_inputs *inputs, struct zg_result **result, struct zg_error *error)
{
	return trial_run(inputs, true, result, error);
}
