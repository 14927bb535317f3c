/* A merge walk over two zones in canonical order. */
#include "zone/zone_diff.h"

#include <string.h>

void
zone_diff_init(struct zone_diff *diff, const struct zone *before, const struct zone *after)
{
	*diff = (struct zone_diff){.zones = {before, after}};
}

/* Canonical order of two names. Most pairs are equal: that is tried first, octet by octet. */
static int
owner_order(const struct zone *a, uint32_t a_owner, const struct zone *b, uint32_t b_owner)
{
	const uint8_t *a_name = zone_owner_name(a, a_owner), *b_name = zone_owner_name(b, b_owner);

	if (a->owners[a_owner].name_len == b->owners[b_owner].name_len &&
	    memcmp(a_name, b_name, a->owners[a_owner].name_len) == 0)
		return 0;
	return name_compare(a_name, b_name);
}

/* Order of two records of one owner: type, then RDATA as octets (RFC 4034 section 6.3). */
static int
record_order(const struct zone *a, uint32_t a_record, const struct zone *b, uint32_t b_record)
{
	const struct zone_record *x = zone_record(a, a_record), *y = zone_record(b, b_record);
	int order;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	order = memcmp(zone_rdata(a, a_record), zone_rdata(b, b_record),
	    x->rdlen < y->rdlen ? x->rdlen : y->rdlen);
	return order != 0 ? order : (x->rdlen > y->rdlen) - (x->rdlen < y->rdlen);
}

/* Points the record walk at the records of the current owner of `side`. */
static void
enter_owner(struct zone_diff *diff, enum diff_side side)
{
	const struct zone_owner *owner;

	diff->next_record[side] = diff->end_record[side] = 0;
	if (diff->owners[side] == NO_OWNER)
		return;
	owner = &diff->zones[side]->owners[diff->owners[side]];
	diff->next_record[side] = owner->first;
	diff->end_record[side] = owner->first + owner->n_records;
}

/*
 * One step of a merge: from both lists the lesser element, from both when they are equal. `pair`
 * gets `none` where the element is not in the list.
 */
static void
take_lesser(uint32_t next[DIFF_SIDES], uint32_t pair[DIFF_SIDES], int order, uint32_t none)
{
	pair[DIFF_BEFORE] = order <= 0 ? next[DIFF_BEFORE]++ : none;
	pair[DIFF_AFTER] = order >= 0 ? next[DIFF_AFTER]++ : none;
}

bool
zone_diff_next_owner(struct zone_diff *diff)
{
	const struct zone *before = diff->zones[DIFF_BEFORE], *after = diff->zones[DIFF_AFTER];
	bool more_before = diff->next_owner[DIFF_BEFORE] < before->n_owners;
	bool more_after = diff->next_owner[DIFF_AFTER] < after->n_owners;
	int order = more_before ? -1 : 1;

	if (!more_before && !more_after)
		return false;
	if (more_before && more_after)
		order = owner_order(
		    before, diff->next_owner[DIFF_BEFORE], after, diff->next_owner[DIFF_AFTER]);
	take_lesser(diff->next_owner, diff->owners, order, NO_OWNER);
	enter_owner(diff, DIFF_BEFORE);
	enter_owner(diff, DIFF_AFTER);
	return true;
}

bool
zone_diff_next_record(struct zone_diff *diff)
{
	bool more_before = diff->next_record[DIFF_BEFORE] < diff->end_record[DIFF_BEFORE];
	bool more_after = diff->next_record[DIFF_AFTER] < diff->end_record[DIFF_AFTER];
	int order = more_before ? -1 : 1;

	if (!more_before && !more_after)
		return false;
	if (more_before && more_after)
		order = record_order(diff->zones[DIFF_BEFORE], diff->next_record[DIFF_BEFORE],
		    diff->zones[DIFF_AFTER], diff->next_record[DIFF_AFTER]);
	take_lesser(diff->next_record, diff->records, order, NO_RECORD);
	return true;
}

/* zone_rrset, for an owner that may be NO_OWNER. */
static struct rrset
rrset_of(const struct zone *zone, uint32_t owner, uint16_t type)
{
	struct rrset set = {.owner = NO_OWNER};

	if (owner != NO_OWNER)
		(void)zone_rrset(zone, owner, type, &set);
	return set;
}

bool
zone_diff_same_rrset(
    const struct zone *a, uint32_t a_owner, const struct zone *b, uint32_t b_owner, uint16_t type)
{
	struct rrset a_set = rrset_of(a, a_owner, type), b_set = rrset_of(b, b_owner, type);

	if (a_set.count != b_set.count)
		return false;
	for (uint32_t i = 0; i < a_set.count; i++) {
		if (record_order(a, a_set.first + i, b, b_set.first + i) != 0)
			return false;
	}
	return true;
}
