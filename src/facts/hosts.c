/* Which owners are name server hosts. */
#include "facts/hosts.h"

#include <stdlib.h>

#include "base/error.h"

/* Names of hosts that are looked up together. */
struct host_group {
	const struct zone *zone;
	const uint8_t *names[ZONE_GROUP]; /* RDATA of NS: in lower case */
	size_t n;
	uint8_t *is_host;
};

static void
group_mark(struct host_group *group)
{
	uint32_t owners[ZONE_GROUP];

	zone_find_group(group->zone, group->names, group->n, owners);
	for (size_t i = 0; i < group->n; i++) {
		if (owners[i] != NO_OWNER)
			group->is_host[owners[i]] = 1;
	}
	group->n = 0;
}

/* The host is the owner behind the delegation, or one of the next: marked at once. */
static bool
host_is_next(struct host_group *group, uint32_t cut, const uint8_t *host)
{
	uint32_t owner = zone_find_next(group->zone, cut, host);

	if (owner == NO_OWNER)
		return false;
	group->is_host[owner] = 1;
	return true;
}

/* Adds the hosts of one NS RRset that lie in the zone. */
static void
group_add(struct host_group *group, const struct rrset *set)
{
	for (uint32_t i = 0; i < set->count; i++) {
		const uint8_t *host = zone_rdata(group->zone, set->first + i);

		if (!name_in(host, group->zone->origin))
			continue;
		if (host_is_next(group, set->owner, host))
			continue;
		group->names[group->n++] = host;
		if (group->n == ZONE_GROUP)
			group_mark(group);
	}
}

zg_status
host_facts_compute(const struct zone *zone, struct host_facts *facts, struct zg_error *error)
{
	struct host_group group = {.zone = zone};
	struct rrset set;

	*facts = (struct host_facts){.is_host = calloc(zone->n_owners + 1, 1)};
	if (facts->is_host == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	group.is_host = facts->is_host;
	for (uint32_t owner = 0; owner < zone->n_owners; owner++) {
		if (zone->owners[owner].flags & OWNER_NSEC3)
			continue;
		if ((zone->owners[owner].flags & (OWNER_APEX | OWNER_CUT)) &&
		    zone_rrset(zone, owner, RR_NS, &set))
			group_add(&group, &set);
		if (!facts->has_cname)
			facts->has_cname = zone_rrset(zone, owner, RR_CNAME, &set);
	}
	group_mark(&group);
	return ZG_OK;
}

void
host_facts_clear(struct host_facts *facts)
{
	free(facts->is_host);
	facts->is_host = NULL;
}
