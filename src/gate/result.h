/* From facts and check results to the public result. */
#ifndef GATE_RESULT_H
#define GATE_RESULT_H

#include <zonegate/gate.h>
#include "check/check.h"
#include "facts/facts.h"
#include "gate/repair.h"

/* Everything that the result is made of; borrowed. */
struct result_sources {
	const struct zg_gate_inputs *inputs;
	const zg_policy *policy;
	const struct facts *facts;
	const struct zone *unsigned_input;  /* NULL: none */
	const struct check_result *results; /* of the candidate, by row */
	const struct check_result *former;  /* of the zone in force; NULL: none */
	const struct repair *repair;	    /* NULL: not asked */
	struct release_facts *release;	    /* the result's, when it is made; NULL: not wanted */
	const char *policy_digest;	    /* 64 hex digits */
	unsigned given;			    /* enum zg_input */
};

/* Copies what there is to say; the sources may go afterwards. */
MUST_CHECK zg_status result_make(
    const struct result_sources *sources, struct zg_result **result, struct zg_error *error);

#endif
