/* Contradictions inside a configuration. */
#include "policy/config_rules.h"

#include <stdlib.h>
#include <string.h>

#include "policy/config_value.h"

/* `path` is `folder` or lies below it; both are in their shortest form. */
static bool
path_in(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Two approvers with one key, or one id, would be two voices of one person. */
static void
check_approvers(struct policy_reporter *reporter, const struct config *config)
{
	for (size_t i = 0; i < config->n_approvers; i++) {
		const struct config_approver *one = &config->approvers[i];

		for (size_t j = 0; j < i; j++) {
			const struct config_approver *other = &config->approvers[j];

			if (strcmp(one->id, other->id) == 0)
				policy_error(reporter, ZG_POLICY, one->line,
				    "two approvers have the id %s", one->id);
			if (memcmp(one->public_key, other->public_key, sizeof(one->public_key)) ==
			    0)
				policy_error(reporter, ZG_POLICY, one->line,
				    "approvers %s and %s have the same key", other->id, one->id);
		}
	}
}

/* A text that no two of its kind may share, and whose it is. */
struct claimed {
	const char *text;
	const struct config_zone *zone;
	unsigned line;
};

/* All of one kind, in the order of the texts. */
struct claims {
	struct claimed *list; /* owned */
	size_t count;
};

/* Equal ones stay in the order of the file: the second is the one that is wrong. */
static int
by_text_and_line(const void *a, const void *b)
{
	const struct claimed *one = a, *other = b;
	int result = strcmp(one->text, other->text);

	return result != 0 ? result : one->line < other->line ? -1 : one->line > other->line;
}

static void
claim_add(struct claims *claims, const char *text, const struct config_zone *zone, unsigned line)
{
	if (text != NULL)
		claims->list[claims->count++] =
		    (struct claimed){.text = text, .zone = zone, .line = line};
}

/* Room for `limit`; false: complained. */
static bool
claims_begin(struct policy_reporter *reporter, size_t limit, struct claims *claims)
{
	claims->count = 0;
	claims->list = calloc(limit + 1, sizeof(*claims->list));
	if (claims->list == NULL)
		policy_error(reporter, ZG_MEMORY, 0, "out of memory");
	return claims->list != NULL;
}

static bool
names_make(struct policy_reporter *reporter, const struct config *config, struct claims *names)
{
	if (!claims_begin(reporter, config->n_zones, names))
		return false;
	for (size_t i = 0; i < config->n_zones; i++)
		claim_add(names, config->zones[i].name, &config->zones[i], config->zones[i].line);
	qsort(names->list, names->count, sizeof(*names->list), by_text_and_line);
	return true;
}

/* The files that are renamed: of each zone one, or one of each stage. */
static bool
targets_make(struct policy_reporter *reporter, const struct config *config, struct claims *targets)
{
	size_t limit = config->n_zones;

	for (size_t i = 0; i < config->n_zones; i++)
		limit += config->zones[i].n_stages;
	if (!claims_begin(reporter, limit, targets))
		return false;
	for (size_t i = 0; i < config->n_zones; i++) {
		const struct config_zone *zone = &config->zones[i];

		claim_add(targets, zone->target, zone, zone->line);
		for (size_t j = 0; j < zone->n_stages; j++)
			claim_add(targets, zone->stages[j].target, zone, zone->stages[j].line);
	}
	qsort(targets->list, targets->count, sizeof(*targets->list), by_text_and_line);
	return true;
}

/* The files that Knot writes for the gate. */
static bool
dumps_make(struct policy_reporter *reporter, const struct config *config, struct claims *dumps)
{
	if (!claims_begin(reporter, config->n_zones, dumps))
		return false;
	for (size_t i = 0; i < config->n_zones; i++)
		claim_add(
		    dumps, config->zones[i].knot.dump, &config->zones[i], config->zones[i].line);
	qsort(dumps->list, dumps->count, sizeof(*dumps->list), by_text_and_line);
	return true;
}

static void
check_names(struct policy_reporter *reporter, const struct claims *names)
{
	for (size_t i = 1; i < names->count; i++) {
		const struct claimed *first = &names->list[i - 1], *second = &names->list[i];

		if (strcmp(first->text, second->text) == 0)
			policy_error(reporter, ZG_POLICY, second->line,
			    "zone %s is given twice: first in line %u", second->text, first->line);
	}
}

static void
check_targets(struct policy_reporter *reporter, const struct claims *targets)
{
	for (size_t i = 1; i < targets->count; i++) {
		const struct claimed *first = &targets->list[i - 1], *second = &targets->list[i];

		if (strcmp(first->text, second->text) != 0)
			continue;
		if (first->zone == second->zone)
			policy_error(reporter, ZG_POLICY, second->line,
			    "two stages of %s have the same target", second->zone->name);
		else
			policy_error(reporter, ZG_POLICY, second->line,
			    "zones %s and %s have the same target", first->zone->name,
			    second->zone->name);
	}
}

/* One zone's version would be read for the other's. */
static void
check_dumps(struct policy_reporter *reporter, const struct claims *dumps)
{
	for (size_t i = 1; i < dumps->count; i++) {
		const struct claimed *first = &dumps->list[i - 1], *second = &dumps->list[i];

		if (strcmp(first->text, second->text) == 0)
			policy_error(reporter, ZG_POLICY, second->line,
			    "zones %s and %s have the same dump", first->zone->name,
			    second->zone->name);
	}
}

static int
by_text(const void *key, const void *item)
{
	const struct claimed *claimed = item;

	return strcmp(key, claimed->text);
}

/* The zone that is released to the file `path`, or NULL. */
static const struct config_zone *
released_to(const struct claims *targets, const char *path)
{
	const struct claimed *found = path == NULL ? NULL
						   : bsearch(path, targets->list, targets->count,
							 sizeof(*targets->list), by_text);

	return found == NULL ? NULL : found->zone;
}

/*
 * A file that is read is not one that is released: a signer that writes the target itself goes
 * round the gate, and a release would overwrite the input of the next one.
 */
static void
check_inputs(struct policy_reporter *reporter, const struct claims *targets,
    const struct config_zone *zone, const char *config_path)
{
	const struct {
		const char *what, *path;
	} inputs[] = {{"candidate", zone->candidate}, {"unsigned zone", zone->unsigned_path},
	    {"trials", zone->trials_path}, {"policy", zone->policy_path},
	    {"DS file", zone->ds_path}, {"trust anchor", zone->trust_anchor},
	    {"dump", zone->knot.dump}, {"configuration", config_path}};

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		const struct config_zone *other = released_to(targets, inputs[i].path);

		if (other != NULL)
			policy_error(reporter, ZG_POLICY, zone->line,
			    "the %s of %s is the target of %s", inputs[i].what, zone->name,
			    other->name);
	}
}

static void
check_servers(struct policy_reporter *reporter, const struct config_zone *zone, const char *what,
    const struct config_server *servers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (servers[i].port == servers[j].port &&
			    strcmp(servers[i].address, servers[j].address) == 0)
				policy_error(reporter, ZG_POLICY, zone->line,
				    "zone %s has the %s %s twice", zone->name, what,
				    servers[i].address);
		}
	}
}

/* The signer of OpenDNSSEC and BIND cannot be told no, so that their hooks release a file; the
 * other engines publish themselves what the hook lets pass, and a file of ours would be a second
 * way out.
 */
static void
check_hook(struct policy_reporter *reporter, const struct config_zone *zone)
{
	bool releases;

	if (zone->hook == NULL)
		return;
	releases = strcmp(zone->hook, "opendnssec") == 0 || strcmp(zone->hook, "bind") == 0;
	if (releases && zone->target == NULL && zone->n_stages == 0)
		policy_error(reporter, ZG_POLICY, zone->line,
		    "zone %s has a hook of %s and no Release: the hook releases a file", zone->name,
		    zone->hook);
	else if (!releases && (zone->target != NULL || zone->n_stages > 0))
		policy_error(reporter, ZG_POLICY, zone->line,
		    "zone %s has a hook of %s, which publishes it, and %s", zone->name, zone->hook,
		    zone->target != NULL ? "a Release" : "Stages");
}

/* Knot is asked what waits, where the others say it themselves. */
static void
check_knot(
    struct policy_reporter *reporter, const struct config *config, const struct config_zone *zone)
{
	bool is_knot = zone->hook != NULL && strcmp(zone->hook, "knot") == 0;

	if (is_knot && zone->knot.dump == NULL)
		policy_error(reporter, ZG_POLICY, zone->line,
		    "zone %s has a hook of knot, which does not say where the dump is: Knot is "
		    "missing in Hook",
		    zone->name);
	else if (!is_knot && zone->knot.dump != NULL)
		policy_error(reporter, ZG_POLICY, zone->line,
		    "zone %s has a hook of %s, and Knot in it", zone->name,
		    config_text(zone->hook));
	else if (is_knot && path_in(zone->knot.dump, config->state))
		policy_error(reporter, ZG_POLICY, zone->line,
		    "the dump of %s is inside the state directory", zone->name);
}

static void
check_stages(struct policy_reporter *reporter, const struct config_zone *zone)
{
	if (zone->n_stages > 0 && zone->target != NULL)
		policy_error(reporter, ZG_POLICY, zone->line,
		    "zone %s has a Release and Stages: each stage has a target of its own",
		    zone->name);
	for (size_t i = 0; i < zone->n_stages; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcmp(zone->stages[i].name, zone->stages[j].name) == 0)
				policy_error(reporter, ZG_POLICY, zone->stages[i].line,
				    "two stages of %s have the name %s", zone->name,
				    zone->stages[i].name);
		}
	}
}

/* A target and the state directory are not inside of each other. */
static void
check_place(
    struct policy_reporter *reporter, const struct config *config, const struct claimed *target)
{
	if (path_in(target->text, config->state))
		policy_error(reporter, ZG_POLICY, target->line,
		    "the target of %s is inside the state directory", target->zone->name);
	else if (path_in(config->state, target->text))
		policy_error(reporter, ZG_POLICY, target->line,
		    "the target of %s is a folder: the state directory is in it",
		    target->zone->name);
}

/* A provider is known by its name, and serves from its own servers: what one of ours serves is the
 * gate's, and held against its own log. */
static void
check_provider(struct policy_reporter *reporter, const struct config_zone *zone, size_t at)
{
	const struct config_provider *provider = &zone->providers[at];

	check_servers(reporter, zone, "provider's server", provider->servers, provider->n_servers);
	for (size_t i = 0; i < at; i++) {
		if (strcmp(zone->providers[i].name, provider->name) == 0)
			policy_error(reporter, ZG_POLICY, provider->line,
			    "zone %s has the provider %s twice: first in line %u", zone->name,
			    provider->name, zone->providers[i].line);
	}
	for (size_t i = 0; i < provider->n_servers; i++) {
		for (size_t k = 0; k < zone->n_servers; k++) {
			if (provider->servers[i].port == zone->servers[k].port &&
			    strcmp(provider->servers[i].address, zone->servers[k].address) == 0)
				policy_error(reporter, ZG_POLICY, provider->line,
				    "zone %s has %s as a server of its own and of provider %s",
				    zone->name, provider->servers[i].address, provider->name);
		}
	}
}

static void
check_providers(struct policy_reporter *reporter, const struct config_zone *zone)
{
	for (size_t i = 0; i < zone->n_providers; i++)
		check_provider(reporter, zone, i);
}

static void
check_zone(struct policy_reporter *reporter, const struct config *config,
    const struct claims *targets, const struct config_zone *zone)
{
	check_hook(reporter, zone);
	check_knot(reporter, config, zone);
	check_stages(reporter, zone);
	check_inputs(reporter, targets, zone, config->path);
	check_servers(reporter, zone, "parent server", zone->parents, zone->n_parents);
	check_servers(reporter, zone, "resolver", zone->resolvers, zone->n_resolvers);
	check_servers(reporter, zone, "distribution server", zone->servers, zone->n_servers);
	check_servers(reporter, zone, "validator", zone->validators, zone->n_validators);
	check_providers(reporter, zone);
}

void
config_rules_check(struct policy_reporter *reporter, const struct config *config)
{
	struct claims names = {.list = NULL}, targets = {.list = NULL}, dumps = {.list = NULL};

	check_approvers(reporter, config);
	if (names_make(reporter, config, &names) && targets_make(reporter, config, &targets) &&
	    dumps_make(reporter, config, &dumps)) {
		check_names(reporter, &names);
		check_dumps(reporter, &dumps);
		check_targets(reporter, &targets);
		for (size_t i = 0; i < targets.count; i++)
			check_place(reporter, config, &targets.list[i]);
		for (size_t i = 0; i < config->n_zones; i++)
			check_zone(reporter, config, &targets, &config->zones[i]);
	}
	free(names.list);
	free(targets.list);
	free(dumps.list);
}
