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

/* Zones in an order of their own, for finding pairs. */
struct order {
	const struct config_zone **zones; /* owned */
	size_t count;
};

typedef int (*comparison)(const void *, const void *);

static int
by_name(const void *a, const void *b)
{
	const struct config_zone *const *one = a, *const *other = b;

	return strcmp((*one)->name, (*other)->name);
}

static int
by_target(const void *a, const void *b)
{
	const struct config_zone *const *one = a, *const *other = b;

	return strcmp(config_text((*one)->target), config_text((*other)->target));
}

/* Equal ones stay in the order of the file: the second is the one that is wrong. */
static int
by_line(const struct config_zone *one, const struct config_zone *other)
{
	return one->line < other->line ? -1 : one->line > other->line;
}

static int
by_name_and_line(const void *a, const void *b)
{
	const struct config_zone *const *one = a, *const *other = b;
	int result = by_name(a, b);

	return result != 0 ? result : by_line(*one, *other);
}

static int
by_target_and_line(const void *a, const void *b)
{
	const struct config_zone *const *one = a, *const *other = b;
	int result = by_target(a, b);

	return result != 0 ? result : by_line(*one, *other);
}

static bool
order_make(struct policy_reporter *reporter, const struct config *config, struct order *order)
{
	order->count = config->n_zones;
	order->zones = calloc(config->n_zones + 1, sizeof(*order->zones));
	if (order->zones == NULL) {
		policy_error(reporter, ZG_MEMORY, 0, "out of memory");
		return false;
	}
	for (size_t i = 0; i < config->n_zones; i++)
		order->zones[i] = &config->zones[i];
	return true;
}

/* Calls for every zone that compares equal to the one before it. */
static void
each_pair(struct order *order, comparison sort, comparison equal,
    void (*found)(struct policy_reporter *, const struct config_zone *, const struct config_zone *),
    struct policy_reporter *reporter)
{
	qsort(order->zones, order->count, sizeof(*order->zones), sort);
	for (size_t i = 1; i < order->count; i++) {
		if (equal(&order->zones[i - 1], &order->zones[i]) == 0)
			found(reporter, order->zones[i - 1], order->zones[i]);
	}
}

static void
one_name(struct policy_reporter *reporter, const struct config_zone *first,
    const struct config_zone *second)
{
	policy_error(reporter, ZG_POLICY, second->line, "zone %s is given twice: first in line %u",
	    second->name, first->line);
}

static void
one_target(struct policy_reporter *reporter, const struct config_zone *first,
    const struct config_zone *second)
{
	if (first->target != NULL)
		policy_error(reporter, ZG_POLICY, second->line,
		    "zones %s and %s have the same target", first->name, second->name);
}

/* The zone that is released to the file `path`, or NULL. The order is that of targets. */
static const struct config_zone *
released_to(const struct order *order, const char *path)
{
	size_t low = 0, high = order->count;

	while (path != NULL && low < high) {
		size_t middle = low + (high - low) / 2;
		int result = strcmp(config_text(order->zones[middle]->target), path);

		if (result == 0)
			return order->zones[middle];
		if (result < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/*
 * A file that is read is not one that is released: a signer that writes the target itself goes
 * round the gate, and a release would overwrite the input of the next one.
 */
static void
check_inputs(struct policy_reporter *reporter, const struct order *order,
    const struct config_zone *zone, const char *config_path)
{
	const struct {
		const char *what, *path;
	} inputs[] = {{"candidate", zone->candidate}, {"unsigned zone", zone->unsigned_path},
	    {"trials", zone->trials_path}, {"policy", zone->policy_path},
	    {"DS file", zone->ds_path}, {"trust anchor", zone->trust_anchor},
	    {"configuration", config_path}};

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		const struct config_zone *other = released_to(order, inputs[i].path);

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

/* The signer of OpenDNSSEC cannot be told no, so that its hook releases a file; the other engines
 * publish themselves what the hook lets pass, and a file of ours would be a second way out. */
static void
check_hook(struct policy_reporter *reporter, const struct config_zone *zone)
{
	bool releases;

	if (zone->hook == NULL)
		return;
	releases = strcmp(zone->hook, "opendnssec") == 0;
	if (releases && zone->target == NULL)
		policy_error(reporter, ZG_POLICY, zone->line,
		    "zone %s has a hook of %s and no Release: the hook releases a file", zone->name,
		    zone->hook);
	else if (!releases && zone->target != NULL)
		policy_error(reporter, ZG_POLICY, zone->line,
		    "zone %s has a hook of %s, which publishes it, and a Release", zone->name,
		    zone->hook);
}

static void
check_zone(struct policy_reporter *reporter, const struct config *config,
    const struct order *by_targets, const struct config_zone *zone)
{
	if (zone->target != NULL && path_in(zone->target, config->state))
		policy_error(reporter, ZG_POLICY, zone->line,
		    "the target of %s is inside the state directory", zone->name);
	else if (zone->target != NULL && path_in(config->state, zone->target))
		policy_error(reporter, ZG_POLICY, zone->line,
		    "the target of %s is a folder: the state directory is in it", zone->name);
	check_hook(reporter, zone);
	check_inputs(reporter, by_targets, zone, config->path);
	check_servers(reporter, zone, "parent server", zone->parents, zone->n_parents);
	check_servers(reporter, zone, "resolver", zone->resolvers, zone->n_resolvers);
	check_servers(reporter, zone, "distribution server", zone->servers, zone->n_servers);
}

void
config_rules_check(struct policy_reporter *reporter, const struct config *config)
{
	struct order order;

	check_approvers(reporter, config);
	if (!order_make(reporter, config, &order))
		return;
	each_pair(&order, by_name_and_line, by_name, one_name, reporter);
	each_pair(&order, by_target_and_line, by_target, one_target, reporter);
	for (size_t i = 0; i < config->n_zones; i++)
		check_zone(reporter, config, &order, &config->zones[i]);
	free(order.zones);
}
