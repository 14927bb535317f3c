/* What is remembered of a candidate: its keys, signing classes, timers and counts. */
#ifndef FACTS_RELEASE_H
#define FACTS_RELEASE_H

#include "dns/release_facts.h"
#include "facts/facts.h"

/*
 * Fills *release, zeroed by the caller, from the facts of a candidate whose signatures were
 * verified; release_facts_clear also after a failure. A signature counts that verifies and is in
 * force at `now`, or begins within `skew` seconds; one whose key is not published counts for a key
 * known by algorithm and tag only.
 */
MUST_CHECK zg_status release_make(const struct facts *facts, int64_t now, int64_t skew,
    struct release_facts *release, struct zg_error *error);

#endif
