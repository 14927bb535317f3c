/* Zones for unit tests, from text in memory. */
#ifndef UNIT_ZONE_FIXTURE_H
#define UNIT_ZONE_FIXTURE_H

#include "zone/zone.h"

/* How many examples the zone's defects keep. */
#define FIXTURE_EXAMPLES 10

/* The zone of that text; the test fails when the text cannot be read. `origin`: presentation form,
 * both $ORIGIN and apex. Freed with zone_free. */
struct zone *zone_fixture(const char *origin, const char *text);
/* The same, built by that many threads; else it is two. */
struct zone *zone_fixture_threads(const char *origin, const char *text, unsigned threads);

/* The index of the owner `name` (absolute, presentation form), which must be there. */
uint32_t zone_fixture_owner(const struct zone *zone, const char *name);

#endif
