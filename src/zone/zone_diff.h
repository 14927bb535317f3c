/*
 * Two zones side by side: a merge walk over their owners in canonical order, and over the records
 * of each pair of owners. The zones may have different origins.
 */
#ifndef ZONE_DIFF_H
#define ZONE_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "zone/zone.h"

#define NO_RECORD UINT32_MAX

enum diff_side { DIFF_BEFORE, DIFF_AFTER, DIFF_SIDES };

struct zone_diff {
	const struct zone *zones[DIFF_SIDES]; /* borrowed */
	/* The pair of owners: NO_OWNER in a zone that has no such name. */
	uint32_t owners[DIFF_SIDES];
	/* The pair of records: same owner, type and RDATA, whatever their TTLs; NO_RECORD in a zone
	 * that has no such record. */
	uint32_t records[DIFF_SIDES];

	/* Private. */
	uint32_t next_owner[DIFF_SIDES];
	uint32_t next_record[DIFF_SIDES], end_record[DIFF_SIDES];
};

void zone_diff_init(struct zone_diff *diff, const struct zone *before, const struct zone *after);

/* Steps to the next pair of owners; false at the end. */
bool zone_diff_next_owner(struct zone_diff *diff);

/* Steps to the next pair of records of the pair of owners, in the order of type and RDATA; false
 * behind the last one. */
bool zone_diff_next_record(struct zone_diff *diff);

/* The RRset of that type has the same RDATA at both owners (NO_OWNER has no RRset): TTLs are not
 * looked at. */
bool zone_diff_same_rrset(
    const struct zone *a, uint32_t a_owner, const struct zone *b, uint32_t b_owner, uint16_t type);

#endif
