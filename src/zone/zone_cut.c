/* Zone cuts and what lies below them. */
#include "zone/zone.h"

#include <string.h>

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

void
zone_mark_cuts(struct zone *zone)
{
	uint32_t cut = NO_OWNER, dname = NO_OWNER;
	struct rrset set;

	for (uint32_t i = 0; i < zone->n_owners; i++) {
		uint16_t flags = 0;

		if (i == 0 && zone->has_apex)
			flags |= OWNER_APEX;
		else if (owner_is_nsec3(zone, i)) {
			zone->owners[i].flags = OWNER_NSEC3;
			continue;
		}
		if (cut != NO_OWNER && owner_below(zone, i, cut))
			flags |= OWNER_BELOW_CUT;
		else if (dname != NO_OWNER && owner_below(zone, i, dname))
			flags |= OWNER_BELOW_DNAME;
		else {
			cut = dname = NO_OWNER;
			if (!(flags & OWNER_APEX) && zone_rrset(zone, i, RR_NS, &set)) {
				flags |= OWNER_CUT;
				if (zone_rrset(zone, i, RR_DS, &set))
					flags |= OWNER_SECURE;
				cut = i;
			} else if (zone_rrset(zone, i, RR_DNAME, &set))
				dname = i;
		}
		zone->owners[i].flags = flags;
	}
}
