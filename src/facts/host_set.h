/* The different names in NS records of a zone, as a hash set. Private to the facts. */
#ifndef FACTS_HOST_SET_H
#define FACTS_HOST_SET_H

#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "zone/tally.h"
#include "zone/zone.h"

struct host_slot {
	uint32_t hash;	 /* of the name */
	uint32_t record; /* the first NS record that names the host; NO_RECORD: free */
};

struct host_set {
	const struct zone *zone; /* borrowed */
	uint64_t seed; /* what nobody who registers a name can foresee; the same in sets that are
			  compared */
	struct host_slot *slots; /* owned */
	size_t n_slots;		 /* a power of two, or 0 */
	size_t n;
};

void host_set_init(struct host_set *set, const struct zone *zone, uint64_t seed);
void host_set_clear(struct host_set *set);

/* Adds the host that the NS record names. */
MUST_CHECK zg_status host_set_add(struct host_set *set, uint32_t record);

/* How many hosts of `set` are not in `other`; each goes into `lost` (may be NULL), in the order of
 * the first record that names it. */
uint64_t host_set_minus(
    const struct host_set *set, const struct host_set *other, struct tally *lost);

#endif
