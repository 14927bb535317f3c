/* zonegate's verdict on a mutant, held against the rule. */
#include "mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/policy.h>

/* The default policy but for SHA-1 signatures: zones of algorithms 5 and 7 are damaged as well. */
static const char deprecated_policy[] =
    "<ZoneGate version=\"1\"><Policy name=\"deprecated\"><Checks>"
    "<Check id=\"dnskey-algorithm-deprecated\" on=\"warn\"/>"
    "</Checks></Policy></ZoneGate>";

static struct zg_source
memory(const char *text, const char *label)
{
	struct zg_source source = {.kind = ZG_SOURCE_NONE};

	if (text != NULL) {
		source.kind = ZG_SOURCE_MEMORY;
		source.path = label;
		source.bytes = text;
		source.length = strlen(text);
	}
	return source;
}

/* One of the ids that the rule accepts, at this severity. */
static bool
has_id(const struct mutant *mutant, const struct zg_result *result, zg_severity severity)
{
	for (size_t i = 0; i < result->n_findings; i++)
		for (size_t k = 0; k < IDS_MAX && mutant->ids[k] != NULL; k++)
			if (result->findings[i].severity == severity &&
			    strcmp(result->findings[i].check->id, mutant->ids[k]) == 0)
				return true;
	return false;
}

/* What the rule asks for. */
static const struct {
	zg_verdict verdict;
	zg_severity severity;
} expected[] = {
    [EXPECT_REFUSE] = {ZG_VERDICT_REFUSE, ZG_SEVERITY_REFUSE},
    [EXPECT_HELD] = {ZG_VERDICT_HELD, ZG_SEVERITY_APPROVE},
    [EXPECT_WARN] = {ZG_VERDICT_PASS, ZG_SEVERITY_WARN},
    [EXPECT_PASS] = {ZG_VERDICT_PASS, ZG_SEVERITY_WARN},
};

static enum outcome
outcome_of(const struct mutant *mutant, const struct zg_result *result)
{
	zg_verdict wanted = expected[mutant->expect].verdict;

	if (result->verdict > wanted)
		return OUTCOME_SURVIVED;
	if (result->verdict < wanted)
		return OUTCOME_FALSE_REFUSAL;
	if (mutant->expect == EXPECT_PASS ||
	    has_id(mutant, result, expected[mutant->expect].severity))
		return OUTCOME_CAUGHT;
	return OUTCOME_WRONG_ID;
}

/* Verdict, then the ids of all findings, those above a warning first. */
static void
describe(struct judgement *judgement, const struct zg_result *result)
{
	size_t used = (size_t)snprintf(
	    judgement->found, sizeof(judgement->found), "%s:", zg_verdict_text(result->verdict));

	for (size_t i = 0; i < result->n_findings && used < sizeof(judgement->found); i++)
		used += (size_t)snprintf(judgement->found + used, sizeof(judgement->found) - used,
		    " %s%s", result->findings[i].check->id,
		    result->findings[i].severity == ZG_SEVERITY_WARN ? "(warn)" : "");
}

static zg_policy *
read_policy(const char *text)
{
	struct zg_error error = {""};
	zg_policy *policy = NULL;

	if (zg_policy_parse(text, strlen(text), "mutate", NULL, &policy, &error) != ZG_OK) {
		fprintf(stderr, "mutate: policy: %s\n", error.text);
		exit(2);
	}
	return policy;
}

const char *
mutant_policy(const struct mutant *mutant)
{
	if (mutant->policy != NULL)
		return mutant->policy;
	return mutant->base->deprecated ? deprecated_policy : NULL;
}

void
mutant_inputs(struct mutant *mutant, struct zg_gate_inputs *inputs, zg_policy **policy)
{
	const char *policy_text = mutant_policy(mutant);

	*policy = policy_text == NULL ? NULL : read_policy(policy_text);
	*inputs = (struct zg_gate_inputs){.zone = memory(mutant_text(mutant), "zone"),
	    .ds = memory(mutant->ds, "ds"),
	    .previous = memory(mutant->previous, "previous"),
	    .unsigned_input = memory(mutant->unsigned_text, "unsigned"),
	    .policy = *policy,
	    .origin = "example.",
	    .now = mutant->base->now};
}

void
judge(struct mutant *mutant, struct judgement *judgement)
{
	struct zg_gate_inputs inputs;
	struct zg_result *result = NULL;
	struct zg_error error = {""};
	zg_policy *policy;

	mutant_inputs(mutant, &inputs, &policy);
	inputs.threads = 1;
	inputs.examples = 1;
	if (zg_gate_run(&inputs, &result, &error) != ZG_OK) {
		judgement->outcome = OUTCOME_ERROR;
		judgement->verdict = ZG_VERDICT_UNDECIDED;
		snprintf(judgement->found, sizeof(judgement->found), "%.500s", error.text);
	} else {
		judgement->outcome = outcome_of(mutant, result);
		judgement->verdict = result->verdict;
		describe(judgement, result);
	}
	zg_result_free(result);
	zg_policy_free(policy);
}
