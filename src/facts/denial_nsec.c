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

static void
count_next(struct denial_work *work, uint32_t owner, uint32_t record, const uint8_t *expected,
    const uint8_t *found)
{
	const struct zone *zone = work->zone;
	char expected_text[NAME_TEXT_MAX], found_text[NAME_TEXT_MAX];

	(void)name_to_text(expected, expected_text);
	(void)name_to_text(found, found_text);
	tally_add(&work->defects->tallies[DEFECT_NSEC_NEXT], owner, zone_owner_name(zone, owner),
	    RR_NSEC, zone_record(zone, record)->line, "expected next name %s, found %s",
	    expected_text, found_text);
}

/* The waiting NSEC must point to `next` (RFC 4034 section 4.1.1). */
static void
expect_next(struct nsec_walk *walk, const uint8_t *next)
{
	if (walk->owner != NO_OWNER && !name_equal(walk->view.next, next))
		count_next(walk->work, walk->owner, walk->record, next, walk->view.next);
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

/* The NSEC records at one owner must not reach beyond `existing`, the next name of the zone. */
static void
check_spans(struct denial_work *work, const struct rrset *set, const uint8_t *existing)
{
	const struct zone *zone = work->zone;
	struct nsec_view view;

	for (uint32_t r = set->first; r < set->first + set->count; r++) {
		if (nsec_view(zone_rdata(zone, r), zone_record(zone, r)->rdlen, &view) &&
		    (name_compare(view.next, existing) > 0 ||
			name_compare(view.next, zone_owner_name(zone, set->owner)) <= 0))
			count_next(work, set->owner, r, existing, view.next);
	}
}

void
nsec_check_leftover(struct denial_work *work)
{
	const struct zone *zone = work->zone;
	uint32_t existing = 0;
	struct rrset set;

	for (uint32_t i = 0; i < zone->n_owners; i++) {
		while (existing < zone->n_owners &&
		       (existing <= i || denial_name_kind(zone, existing) == NAME_NONE))
			existing++;
		if (existing < zone->n_owners && zone_rrset(zone, i, RR_NSEC, &set))
			check_spans(work, &set, zone_owner_name(zone, existing));
	}
}
