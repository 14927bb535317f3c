/*
 * What the parent publishes, for a candidate: asked when the last look is old, remembered, and
 * handed to the gate. Nothing here stops a release: what is not known, the gate weighs.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `approve` looks at what `release` has seen; a dry run as of another time cannot ask now. */
static bool
may_ask(const struct release_job *job)
{
	const struct arguments *arguments = job->arguments;

	return !job->dry_run ||
	       (arguments->values[OPTION_DRY_RUN] != NULL && arguments->values[OPTION_NOW] == NULL);
}

static bool
is_due(const struct parent_known *known, const struct parent_rules *rules, int64_t now)
{
	return known == NULL || known->looks.last.time == 0 ||
	       now - known->looks.last_time > rules->poll || known->looks.last_time > now;
}

/* Looks, and keeps what is seen; a dry run keeps it to itself. */
static zg_status
look(struct release_job *job, struct release_log *log, struct parent_places *places,
    const struct parent_rules *rules, struct parent_known **known, struct zg_error *error)
{
	struct parent_look *look = calloc(1, sizeof(*look));
	int64_t now = job->gate.inputs.now;
	zg_status status = ZG_MEMORY;

	if (look == NULL)
		return status;
	status = parent_ask(places, job->zone->name, now, look, error);
	if (status == ZG_OK && log != NULL && !job->dry_run) {
		status = release_parent_record(log, look, *known, error);
		parent_known_free(*known);
		*known = NULL;
		if (status == ZG_OK)
			status = release_parent_known(log, rules, now, known, error);
	} else if (status == ZG_OK) {
		status = parent_known_add(known, look, rules, error);
	}
	free(look);
	return status;
}

/* The newest set that the servers agreed on, whatever its age, which the gate looks at. */
static zg_status
hand_over(const struct parent_known *known, const char *zone, struct zg_gate_inputs *inputs,
    struct release_parent *parent)
{
	zg_status status;

	if (known == NULL || known->looks.agreed_time == 0)
		return ZG_OK;
	status = parent_ds_text(zone, known->looks.agreed, known->looks.n_agreed,
	    known->looks.agreed_ttl, &parent->text);
	if (status != ZG_OK)
		return status;
	inputs->ds = (struct zg_source){.kind = ZG_SOURCE_MEMORY,
	    .path = "<the parent's servers>",
	    .bytes = parent->text,
	    .length = strlen(parent->text)};
	inputs->ds_ttl = known->looks.agreed_ttl;
	inputs->ds_time = known->looks.agreed_time;
	return ZG_OK;
}

zg_status
release_parent_open(struct release_job *job, struct release_log *log,
    const struct zg_policy *policy, struct release_parent *parent, struct zg_error *error)
{
	struct zg_gate_inputs *inputs = &job->gate.inputs;
	struct parent_known *known = NULL;
	struct parent_places places;
	struct parent_rules rules;
	zg_status status = ZG_OK;

	parent_rules_of(policy, &rules);
	if (!rules.asked || !parent_places_of(job->zone, &places) ||
	    !parent_places_are_configured(&places))
		return ZG_OK;
	if (log != NULL)
		status = release_parent_known(log, &rules, inputs->now, &known, error);
	if (status == ZG_OK && may_ask(job) && is_due(known, &rules, inputs->now))
		status = look(job, log, &places, &rules, &known, error);
	if (status != ZG_OK && status != ZG_MEMORY) {
		complain("warning: the parent could not be asked: %s", error->text);
		status = ZG_OK;
	}
	if (status == ZG_OK)
		status = hand_over(known, job->zone->name, inputs, parent);
	if (status == ZG_OK && parent->text == NULL && inputs->ds.kind == ZG_SOURCE_NONE) {
		complain("warning: what the parent publishes is not known");
		inputs->require |= ZG_INPUT_DS;
	}
	parent_known_free(known);
	return status;
}

void
release_parent_close(struct release_parent *parent)
{
	free(parent->text);
	parent->text = NULL;
}
