/*
 * The immutable zone: owners in canonical order (RFC 4034 section 6.1), their records sorted by
 * type and canonical RDATA, duplicates taken out, zone cuts marked. Read by many threads at once.
 */
#ifndef ZONE_ZONE_H
#define ZONE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/name.h"
#include "dns/rr_type.h"
#include "zone/defect.h"
#include "zone/zone_store.h"

enum owner_flag {
	OWNER_APEX = 1,
	OWNER_CUT = 2,	       /* delegation: NS, not the apex, itself not below a cut or DNAME */
	OWNER_BELOW_CUT = 4,   /* glue or occluded: not authoritative */
	OWNER_BELOW_DNAME = 8, /* occluded by a DNAME: not authoritative */
	OWNER_NSEC3 = 16,      /* holds NSEC3 and RRSIG records only: not a name of the zone */
	OWNER_SECURE = 32      /* a cut with DS */
};
#define OWNER_OCCLUDED (OWNER_BELOW_CUT | OWNER_BELOW_DNAME)

#define NO_OWNER UINT32_MAX

struct zone {
	struct zone_store store; /* names, RDATA, records, map; runs are gone */
	uint8_t origin[ZG_NAME_MAX];
	unsigned origin_labels;
	struct zone_owner *owners; /* owned, canonical order; owners[0] is the apex when has_apex */
	size_t n_owners;
	bool has_apex;	 /* the apex owns at least one record */
	uint32_t *index; /* owned hash table of owner indexes, NO_OWNER: free */
	size_t index_mask;
	uint64_t index_seed;
	size_t n_records; /* in the zone, duplicates and out-of-zone data not counted */
	struct defects defects;
};

/* A set of records of one owner and type. */
struct rrset {
	uint32_t owner; /* index into zone.owners */
	uint16_t type;
	uint32_t ttl;	/* the first record's */
	uint32_t first; /* index into zone.store.records */
	uint32_t count;
};

/*
 * Takes over `store` (cleared on failure too) and the reader's `defects`. `origin`: wire form,
 * NULL: the owner of the first SOA. Without an origin the result has no owners and
 * DEFECT_SOA_MISSING. `threads`: 0 is 1.
 */
MUST_CHECK zg_status zone_build(struct zone_store *store, struct defects *defects,
    const uint8_t *origin, unsigned threads, struct zone **zone, struct zg_error *error);
void zone_free(struct zone *zone);

/* Marks cuts and what lies below them. Part of zone_build. */
MUST_CHECK zg_status zone_mark_cuts(struct zone *zone, unsigned threads);

static inline const uint8_t *
zone_owner_name(const struct zone *zone, uint32_t owner)
{
	return arena_at(&zone->store.names, zone->owners[owner].name);
}

static inline const struct zone_record *
zone_record(const struct zone *zone, uint32_t record)
{
	return &zone->store.records[record];
}

static inline const uint8_t *
zone_rdata(const struct zone *zone, uint32_t record)
{
	return arena_at(&zone->store.rdata, zone->store.records[record].rdata);
}

/* Index of the owner of that name (any letter case), or NO_OWNER. */
uint32_t zone_find(const struct zone *zone, const uint8_t *name);

/* The same of a name in lower case, among the few owners behind `above` alone: where the addresses
 * of a delegation's hosts are at hand. */
uint32_t zone_find_next(const struct zone *zone, uint32_t above, const uint8_t *name);

/*
 * The same of names[0 .. n) in lower case, at most ZONE_GROUP. In a large zone each look-up reads
 * places far apart: those of all names are asked for before the first one is read.
 */
#define ZONE_GROUP 32
void zone_find_group(
    const struct zone *zone, const uint8_t *const *names, size_t n, uint32_t owners[ZONE_GROUP]);

/* The RRset of `owner` and `type`; false (and count 0) when there is none. */
bool zone_rrset(const struct zone *zone, uint32_t owner, uint16_t type, struct rrset *set);

/* Steps through the RRsets of an owner, RRSIG as one RRset: start with set->count = 0 and
 * set->owner. */
bool zone_rrset_next(const struct zone *zone, struct rrset *set);

/* The RRSIG records over `type` at `owner`, as a part of the RRSIG RRset. */
bool zone_signatures(const struct zone *zone, uint32_t owner, uint16_t type, struct rrset *set);

/* The RRset is one that a zone must sign: authoritative, not the NS of a cut, not glue, not RRSIG
 * (RFC 4035 section 2.2). */
static inline bool
zone_must_sign(const struct zone *zone, const struct rrset *set)
{
	uint16_t flags = zone->owners[set->owner].flags;

	if (set->type == RR_RRSIG || (flags & OWNER_OCCLUDED))
		return false;
	/* At a cut only what the parent has authority over (RFC 4035 sections 2.2 and 2.6). */
	if (flags & OWNER_CUT)
		return set->type == RR_DS || set->type == RR_NSEC || set->type == RR_NSEC3;
	return true;
}

/* Labels that the names of two owners have in common, counted from the root. */
unsigned zone_common_labels(const struct zone *zone, uint32_t a, uint32_t b);

/*
 * The owner before `owner` in canonical order that is a name of the zone (not OWNER_NSEC3), or
 * NO_OWNER. Empty non-terminals: each ancestor of `owner` with more labels than it has in common
 * with this one, and fewer than `owner` has, exists and has no records.
 */
uint32_t zone_previous_name(const struct zone *zone, uint32_t owner);

#endif
