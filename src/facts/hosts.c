/* Which owners are name server hosts. */
#include "facts/hosts.h"

#include <stdlib.h>

#include "base/error.h"

/* Marks the hosts of one NS RRset that lie in the zone. */
static void
mark_hosts(const struct zone *zone, const struct rrset *set, uint8_t *is_host)
{
	for (uint32_t i = 0; i < set->count; i++) {
		const uint8_t *host = zone_rdata(zone, set->first + i);
		uint32_t owner = name_in(host, zone->origin) ? zone_find(zone, host) : NO_OWNER;

		if (owner != NO_OWNER)
			is_host[owner] = 1;
	}
}

zg_status
host_facts_compute(const struct zone *zone, struct host_facts *facts, struct zg_error *error)
{
	struct rrset set;

	*facts = (struct host_facts){.is_host = calloc(zone->n_owners + 1, 1)};
	if (facts->is_host == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	for (uint32_t owner = 0; owner < zone->n_owners; owner++) {
		if (zone->owners[owner].flags & OWNER_NSEC3)
			continue;
		if ((zone->owners[owner].flags & (OWNER_APEX | OWNER_CUT)) &&
		    zone_rrset(zone, owner, RR_NS, &set))
			mark_hosts(zone, &set, facts->is_host);
		if (!facts->has_cname)
			facts->has_cname = zone_rrset(zone, owner, RR_CNAME, &set);
	}
	return ZG_OK;
}

void
host_facts_clear(struct host_facts *facts)
{
	free(facts->is_host);
	facts->is_host = NULL;
}
