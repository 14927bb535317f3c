/*
 * The part of `zonegate observe` that sees servers as the users of the zone do: through an Unbound
 * that is started for each, and through the validating resolvers of the configuration.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "cli/cli.h"

/* All questions together, and one of them: a validator asks in turn. */
#define ASK_MILLISECONDS 60000
#define TRY_MILLISECONDS 5000
#define TRIES		 2
/* Unbounds that run beside each other: each takes some ten megabytes. */
#define UNBOUNDS_AT_ONCE 16

/* Of one look. */
struct validation {
	struct observe_pass *pass;
	struct unbound_trust trust[2]; /* of the release in force, of what is being rolled out */
	struct trust_anchor *anchors;  /* owned: of both */
	struct unbound *unbounds;      /* owned */
	size_t n_unbounds;
	struct observe_resolver *resolvers; /* owned */
	size_t n_resolvers;
};

static struct zone_sample *
sample_of(const struct observe_pass *pass, bool rolling)
{
	return rolling ? pass->rolling : pass->released;
}

/* What answers are validated from: the DS set, else the keys of the text itself. */
static void
trust_fill(struct validation *validation, bool rolling)
{
	const struct observe_pass *pass = validation->pass;
	struct unbound_trust *trust = &validation->trust[rolling];
	struct trust_anchor *anchors = validation->anchors + rolling * TRUST_ANCHORS_MAX;

	*trust = (struct unbound_trust){
	    .zone = pass->job->zone->name, .ds = pass->ds, .n_ds = pass->n_ds, .keys = anchors};
	if (sample_of(pass, rolling) != NULL)
		trust->n_keys = sample_anchors(sample_of(pass, rolling), anchors);
}

/* A zone that nothing is to be proved of makes no validator say no. */
static bool
is_validated(const struct validation *validation, bool rolling)
{
	return sample_of(validation->pass, rolling) != NULL &&
	       (validation->trust[rolling].n_ds > 0 || validation->trust[rolling].n_keys > 0);
}

/* An Unbound for each server that has answered: what is silent was found already. */
static void
plan_unbounds(struct validation *validation)
{
	const struct observe_pass *pass = validation->pass;

	for (size_t i = 0; i < pass->n_servers; i++) {
		const struct observe_server *server = &pass->servers[i];
		struct observed_server *found = &pass->look->servers[i];

		if (found->n_answered == 0 || !is_validated(validation, server->rolling))
			continue;
		unbound_plan(&validation->unbounds[validation->n_unbounds++], &server->address,
		    &validation->trust[server->rolling]);
		validation->resolvers[validation->n_resolvers++] = (struct observe_resolver){
		    .sample = sample_of(pass, server->rolling), .found = found};
	}
}

/* The resolvers of the configuration are behind some stage, so that they have one text or the
 * other: what both hold is good for either. */
static zg_status
plan_validators(struct validation *validation, struct zg_error *error)
{
	struct observe_pass *pass = validation->pass;
	const struct config_zone *zone = pass->job->zone;
	struct zone_look *look = pass->look;
	bool rolling = pass->rolling != NULL;

	if (zone->n_validators == 0 || !is_validated(validation, rolling))
		return ZG_OK;
	look->validators = calloc(zone->n_validators, sizeof(*look->validators));
	if (look->validators == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	for (size_t i = 0; i < zone->n_validators; i++) {
		const struct config_server *validator = &zone->validators[i];
		struct observe_resolver *resolver = &validation->resolvers[validation->n_resolvers];

		*resolver = (struct observe_resolver){
		    .sample = sample_of(pass, rolling), .found = &look->validators[i]};
		if (!net_address_make(validator->address, validator->port, &resolver->address))
			return error_set(
			    error, ZG_PARAMETER, "'%s' cannot be asked", validator->address);
		net_address_text(&resolver->address, look->validators[i].server);
		look->n_validators++;
		validation->n_resolvers++;
	}
	return ZG_OK;
}

static zg_status
validation_make(struct validation *validation, struct zg_error *error)
{
	const struct observe_pass *pass = validation->pass;
	size_t n = pass->n_servers + pass->job->zone->n_validators;

	validation->anchors = calloc(2 * TRUST_ANCHORS_MAX, sizeof(*validation->anchors));
	validation->unbounds = calloc(pass->n_servers + 1, sizeof(*validation->unbounds));
	validation->resolvers = calloc(n + 1, sizeof(*validation->resolvers));
	if (validation->anchors == NULL || validation->unbounds == NULL ||
	    validation->resolvers == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	trust_fill(validation, false);
	trust_fill(validation, true);
	if (pass->job->zone->unbound != NULL)
		plan_unbounds(validation);
	return plan_validators(validation, error);
}

static void
validation_clear(struct validation *validation)
{
	free(validation->anchors);
	free(validation->unbounds);
	free(validation->resolvers);
}

static zg_status
ask(const struct validation *validation, size_t from, size_t n, struct zg_error *error)
{
	const struct ask_limits limits = {.try_milliseconds = TRY_MILLISECONDS,
	    .tries = TRIES,
	    .until = deadline_in(ASK_MILLISECONDS)};

	return observe_resolvers(validation->resolvers + from, n, &limits, error);
}

/* Starts some, asks, and sees that those who answered were ours to the end. */
static zg_status
unbounds_run(struct validation *validation, size_t from, size_t n, struct zg_error *error)
{
	struct unbound *list = validation->unbounds + from;
	zg_status status = unbounds_start(validation->pass->job->zone->unbound, list, n, error);

	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		if (!unbound_address(&list[i].place, &validation->resolvers[from + i].address))
			status = error_set(error, ZG_INTERNAL, "Unbound cannot be asked");
	}
	if (status == ZG_OK)
		status = ask(validation, from, n, error);
	if (status == ZG_OK)
		status = unbounds_check(list, n, error);
	unbounds_end(list, n);
	return status;
}

static zg_status
validation_run(struct validation *validation, struct zg_error *error)
{
	size_t n = validation->n_unbounds;
	zg_status status = ZG_OK;

	for (size_t i = 0; i < n && status == ZG_OK; i += UNBOUNDS_AT_ONCE)
		status = unbounds_run(
		    validation, i, n - i < UNBOUNDS_AT_ONCE ? n - i : UNBOUNDS_AT_ONCE, error);
	if (status == ZG_OK)
		status = ask(validation, n, validation->n_resolvers - n, error);
	return status;
}

zg_status
observe_validate(struct observe_pass *pass, struct zg_error *error)
{
	struct validation validation = {.pass = pass};
	deadline begin = deadline_in(0);
	zg_status status;

	if (pass->job->zone->unbound == NULL && pass->job->zone->n_validators == 0)
		return ZG_OK;
	status = validation_make(&validation, error);
	if (status == ZG_OK)
		status = validation_run(&validation, error);
	validation_clear(&validation);
	pass->look->resolver_milliseconds = (int)(deadline_in(0) - begin);
	/* What the servers answered themselves is worth being told, whatever is wrong here. */
	if (status == ZG_OK || status == ZG_MEMORY)
		return status;
	(void)snprintf(
	    pass->look->unvalidated, sizeof(pass->look->unvalidated), "%.255s", error->text);
	return ZG_OK;
}
