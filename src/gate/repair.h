/*
 * Repair (DESIGN 9.6): a candidate with broken data may go out, when a quorum says so, if all of
 * that is broken in the zone in force as well. Pure functions over the facts of both zones.
 */
#ifndef GATE_REPAIR_H
#define GATE_REPAIR_H

#include "check/check.h"
#include "facts/facts.h"

#define REPAIR_NOT_VERIFIED "the zone in force could not be verified"

/* What came of holding the candidate against the zone in force. */
struct repair {
	bool possible;	 /* nothing is broken that is not broken in force */
	const char *why; /* not: a static phrase; NULL when it is possible */
	bool compared;	 /* both zones were looked at in full: the counts mean something */
	/* RRsets that are to be signed, and those of them that do not validate. */
	uint64_t n_rrsets, n_broken;		   /* in the candidate, */
	uint64_t n_former_rrsets, n_former_broken; /* and in force */
	uint64_t n_new; /* broken in the candidate only: RRsets, and faults of denial */
};

/* A zone, and what its checks found. */
struct repair_side {
	const struct facts *facts;	    /* with signatures */
	const struct check_result *results; /* by row */
	/* Its denial of existence, with up to ZG_REPAIR_DENIAL_MAX examples of each defect. */
	const struct defects *denial;
};

/*
 * Whether to look at the zone in force at all: the candidate has findings of repairable rows that
 * refuse, none at the floor of any other row, and verified signatures; and `former` (facts without
 * signatures will do, NULL: none was given) has the content of the release in force.
 */
bool repair_is_asked(
    const struct facts *candidate, const struct check_result *results, const struct facts *former);

/* Faults of denial were found that there is no example of: all of them are compared. */
bool repair_lacks_examples(const struct defects *denial);

/* Compares, row by row and place by place. `inputs`: those of the candidate's checks. */
void repair_compare(const struct check_inputs *inputs, const struct repair_side *candidate,
    const struct repair_side *former, struct repair *repair);

/* A finding of this row waits for approval instead of refusing. `repair` NULL: not asked. */
bool repair_eases(const struct repair *repair, size_t row, zg_severity severity);

#endif
