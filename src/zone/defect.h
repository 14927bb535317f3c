/*
 * What can be wrong with a zone and is come across while it is read, built or compared, before any
 * check runs. Nothing is dropped silently: it is counted here, and a row of the check table turns
 * each kind into a finding.
 */
#ifndef ZONE_DEFECT_H
#define ZONE_DEFECT_H

#include "zone/tally.h"

enum defect {
	/* Reading. Orders are global line numbers. */
	DEFECT_SYNTAX,	  /* an entry that cannot be read; reading goes on behind it where it can */
	DEFECT_INCLUDE,	  /* $INCLUDE where it is not allowed, or out of the zone's folder */
	DEFECT_CLASS,	  /* a class other than IN */
	DEFECT_META_TYPE, /* a record of a type that exists in messages only */
	/* Building. */
	DEFECT_OUT_OF_ZONE, /* an owner that does not lie in the zone */
	DEFECT_SOA_MISSING, /* no SOA at the apex */
	DEFECT_SOA_MULTIPLE,
	DEFECT_SOA_NOT_APEX,
	DEFECT_DUPLICATE,   /* the same record twice */
	DEFECT_TTL_UNEQUAL, /* TTLs in one RRset differ */
	DEFECT_READING_END, /* how many kinds reading and building can find */

	/* Denial of existence. Orders are owner indexes, or places in the sorted hashes. */
	DEFECT_DENIAL_NONE = DEFECT_READING_END, /* a signed zone without NSEC and without NSEC3 */
	DEFECT_NSEC_MISSING,			 /* an authoritative owner without NSEC */
	DEFECT_NSEC_STRAY,			 /* NSEC at a name that must have none */
	DEFECT_NSEC_MULTIPLE,			 /* more than one NSEC at an owner */
	DEFECT_NSEC_NEXT,			 /* the next name is not the next owner */
	DEFECT_NSEC_BITMAP,	   /* types in the bitmap differ from those at the owner */
	DEFECT_NSEC_BESIDE_NSEC3,  /* leftover or coming NSEC in an NSEC3 zone */
	DEFECT_NSEC3PARAM_MISSING, /* NSEC3 records, none of whose chains an NSEC3PARAM names */
	DEFECT_NSEC3_CHAIN_ABSENT, /* an NSEC3PARAM whose chain has no record at all */
	DEFECT_NSEC3_MISSING,	   /* a name that must have an NSEC3 and has none */
	DEFECT_NSEC3_UNCOVERED, /* an unsigned delegation without NSEC3 under a span without opt-out
				 */
	DEFECT_NSEC3_STRAY,	/* an NSEC3 of a complete chain that matches no name */
	DEFECT_NSEC3_MULTIPLE,	/* two NSEC3 of one chain at one owner */
	DEFECT_NSEC3_NEXT,	/* the next hash is not the next owner's */
	DEFECT_NSEC3_BITMAP,	/* types in the bitmap differ from those at the name */
	DEFECT_NSEC3_OWNER, /* owner that is not one hash label below the apex, wrong hash length */
	DEFECT_NSEC3_PARTIAL, /* records of a chain that no NSEC3PARAM names */
	DEFECT_NSEC3_CHAINS,  /* more chains than are looked at */
	DEFECT_DENIAL_END,

	/* Unsigned input. Orders are owner indexes of the zone that has the record. */
	DEFECT_UNSIGNED_MISSING =
	    DEFECT_DENIAL_END, /* in the registry's zone, not in the signed one */
	DEFECT_UNSIGNED_EXTRA, /* in the signed zone, not in the registry's */
	DEFECT_COUNT
};

struct defects {
	struct tally tallies[DEFECT_COUNT];
};

static inline void
defects_init(struct defects *defects, size_t max_examples)
{
	for (int i = 0; i < DEFECT_COUNT; i++)
		tally_init(&defects->tallies[i], max_examples);
}

static inline void
defects_clear(struct defects *defects)
{
	for (int i = 0; i < DEFECT_COUNT; i++)
		tally_clear(&defects->tallies[i]);
}

static inline void
defects_merge(struct defects *into, struct defects *from)
{
	for (int i = 0; i < DEFECT_COUNT; i++)
		tally_merge(&into->tallies[i], &from->tallies[i]);
}

static inline bool
defects_out_of_memory(const struct defects *defects)
{
	for (int i = 0; i < DEFECT_COUNT; i++) {
		if (defects->tallies[i].out_of_memory)
			return true;
	}
	return false;
}

#endif
