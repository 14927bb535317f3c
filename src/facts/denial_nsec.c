/* The NSEC chain: RFC 4034 section 4, RFC 4035 section 2.3. */
#include "facts/denial_private.h"

/* The NSEC that waits for the next name of the chain. */
struct nsec_walk {
	struct denial_work *work;
	uint32_t owner; /* NO_OWNER: none, the last name had no NSEC */
	uint32_t record;
	struct nsec_view view;
};

static struct tally *
tally_of(struct nsec_walk *walk, enum defect defect)
{
	return &walk->work->defects->tallies[defect];
}

/* The waiting NSEC must point to `next` (RFC 4034 section 4.1.1). */
static void
expect_next(struct nsec_walk *walk, const uint8_t *next)
{
	const struct zone *zone = walk->work->zone;
	char expected[NAME_TEXT_MAX], found[NAME_TEXT_MAX];

	if (walk->owner == NO_OWNER || name_equal(walk->view.next, next))
		return;
	(void)name_to_text(next, expected);
	(void)name_to_text(walk->view.next, found);
	tally_add(tally_of(walk, DEFECT_NSEC_NEXT), walk->owner, zone_owner_name(zone, walk->owner),
	    RR_NSEC, zone_record(zone, walk->record)->line, "expected next name %s, found %s",
	    expected, found);
}

/* Looks at the first NSEC of `owner`, and lets it wait for the next name. */
static void
take_nsec(struct nsec_walk *walk, const struct rrset *set)
{
	const struct zone *zone = walk->work->zone;
	const struct zone_record *record = zone_record(zone, set->first);
	const uint8_t *name = zone_owner_name(zone, set->owner);
	char difference[TYPE_DIFFERENCE_MAX];

	walk->owner = NO_OWNER;
	if (!nsec_view(zone_rdata(zone, set->first), record->rdlen, &walk->view)) {
		tally_add(tally_of(walk, DEFECT_NSEC_BITMAP), set->owner, name, RR_NSEC,
		    record->line, "the RDATA is malformed");
		return;
	}
	walk->owner = set->owner;
	walk->record = set->first;
	if (!denial_types_match(
		zone, set->owner, RR_NSEC, walk->view.bitmap, walk->view.bitmap_len, difference))
		tally_add(tally_of(walk, DEFECT_NSEC_BITMAP), set->owner, name, RR_NSEC,
		    record->line, "%s", difference);
}

/* A name of the zone: exactly one NSEC. */
static void
visit_name(struct nsec_walk *walk, const struct rrset *set)
{
	const struct zone *zone = walk->work->zone;
	const uint8_t *name = zone_owner_name(zone, set->owner);

	expect_next(walk, name);
	walk->owner = NO_OWNER;
	if (set->count == 0) {
		tally_add(tally_of(walk, DEFECT_NSEC_MISSING), set->owner, name, RR_NSEC,
		    zone_record(zone, zone->owners[set->owner].first)->line,
		    "expected an NSEC record at this name, found none");
		return;
	}
	for (uint32_t i = 1; i < set->count; i++)
		tally_add(tally_of(walk, DEFECT_NSEC_MULTIPLE), set->owner, name, RR_NSEC,
		    zone_record(zone, set->first + i)->line,
		    "expected one NSEC record at this name, found %lu", (unsigned long)set->count);
	take_nsec(walk, set);
}

/*
 * NSEC at a name that must have none (RFC 4035 section 2.3). At a name that holds nothing else the
 * chain may well run through it: that is one defect, not three.
 */
static void
visit_stray(struct nsec_walk *walk, const struct rrset *set)
{
	const struct zone *zone = walk->work->zone;
	const uint8_t *name = zone_owner_name(zone, set->owner);
	bool occluded = (zone->owners[set->owner].flags & OWNER_OCCLUDED) != 0;

	for (uint32_t i = 0; i < set->count; i++)
		tally_add(tally_of(walk, DEFECT_NSEC_STRAY), set->owner, name, RR_NSEC,
		    zone_record(zone, set->first + i)->line, "expected no NSEC record at %s",
		    occluded ? "a name below a delegation or DNAME"
			     : "a name without any other data");
	if (!occluded && walk->owner != NO_OWNER && name_equal(walk->view.next, name))
		take_nsec(walk, set);
}

void
nsec_check_chain(struct denial_work *work)
{
	struct nsec_walk walk = {.work = work, .owner = NO_OWNER};
	const struct zone *zone = work->zone;
	struct rrset set;

	for (uint32_t i = 0; i < zone->n_owners; i++) {
		(void)zone_rrset(zone, i, RR_NSEC, &set);
		if (denial_name_kind(zone, i) != NAME_NONE)
			visit_name(&walk, &set);
		else if (set.count > 0)
			visit_stray(&walk, &set);
	}
	/* RFC 4034 section 4.1.1: the last one points to the apex. */
	expect_next(&walk, zone->origin);
}
