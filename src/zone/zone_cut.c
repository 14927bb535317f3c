/* Zone cuts and what lies below them. */
#include "zone/zone.h"

#include <string.h>

#include "base/work_pool.h"

/* Owners that a thread takes at once. */
#define OWNERS_AT_ONCE 16384

/* `owner` lies below `above` (not at it). */
static bool
owner_below(const struct zone *zone, uint32_t owner, uint32_t above)
{
	const struct zone_owner *low = &zone->owners[owner], *high = &zone->owners[above];

	return low->labels > high->labels && memcmp(name_skip(zone_owner_name(zone, owner),
							(unsigned)(low->labels - high->labels)),
						 zone_owner_name(zone, above), high->name_len) == 0;
}

/* Holds nothing but NSEC3 records and their signatures, directly below the apex. */
static bool
owner_is_nsec3(const struct zone *zone, uint32_t owner)
{
	const struct zone_owner *o = &zone->owners[owner];
	bool has_nsec3 = false;

	if (o->labels != zone->origin_labels + 1)
		return false;
	for (uint32_t i = o->first; i < o->first + o->n_records; i++) {
		const uint8_t *rdata = zone_rdata(zone, i);

		if (zone_record(zone, i)->type == RR_NSEC3)
			has_nsec3 = true;
		else if (zone_record(zone, i)->type != RR_RRSIG ||
			 (rdata[0] << 8 | rdata[1]) != RR_NSEC3)
			return false;
	}
	return has_nsec3;
}

/* What may occlude the owners that come next; NO_OWNER: nothing. */
struct above {
	uint32_t cut, dname;
};

/* Marks one owner; those before it have been gone through from a beginning on. */
static void
mark_owner(struct zone *zone, uint32_t i, struct above *above)
{
	uint16_t flags = i == 0 && zone->has_apex ? OWNER_APEX : 0;
	struct rrset set;

	if (flags == 0 && owner_is_nsec3(zone, i)) {
		zone->owners[i].flags = OWNER_NSEC3;
		return;
	}
	if (above->cut != NO_OWNER && owner_below(zone, i, above->cut))
		flags |= OWNER_BELOW_CUT;
	else if (above->dname != NO_OWNER && owner_below(zone, i, above->dname))
		flags |= OWNER_BELOW_DNAME;
	else {
		above->cut = above->dname = NO_OWNER;
		if (!(flags & OWNER_APEX) && zone_rrset(zone, i, RR_NS, &set)) {
			flags |= OWNER_CUT;
			if (zone_rrset(zone, i, RR_DS, &set))
				flags |= OWNER_SECURE;
			above->cut = i;
		} else if (zone_rrset(zone, i, RR_DNAME, &set))
			above->dname = i;
	}
	zone->owners[i].flags = flags;
}

/* Nothing but the apex can occlude the owner: it is the first one, or directly below the apex. */
static bool
is_beginning(const struct zone *zone, size_t owner)
{
	return owner == 0 || zone->owners[owner].labels <= zone->origin_labels + 1;
}

/* work_function: from the first beginning among the owners on to the first one behind them. */
static zg_status
mark_owners(void *context, unsigned thread, size_t first, size_t end)
{
	struct zone *zone = context;
	struct above above = {.cut = NO_OWNER, .dname = NO_OWNER};
	struct rrset set;

	(void)thread;
	while (first < end && !is_beginning(zone, first))
		first++;
	if (first == end)
		return ZG_OK;
	if (first > 0 && zone->has_apex && zone_rrset(zone, 0, RR_DNAME, &set))
		above.dname = 0;
	for (size_t i = first; i < zone->n_owners && (i < end || !is_beginning(zone, i)); i++)
		mark_owner(zone, (uint32_t)i, &above);
	return ZG_OK;
}

zg_status
zone_mark_cuts(struct zone *zone, unsigned threads)
{
	return work_pool_run(threads, zone->n_owners, OWNERS_AT_ONCE, mark_owners, zone);
}
