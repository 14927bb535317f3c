/* The different names in NS records of a zone, as a sorted set. Private to the facts. */
#ifndef FACTS_HOST_SET_H
#define FACTS_HOST_SET_H

#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "zone/tally.h"
#include "zone/zone.h"

struct host {
	uint64_t key;	 /* hash of the name */
	uint32_t record; /* the first NS record that has it */
};

/* Starts zeroed but for its zone. */
struct host_set {
	const struct zone *zone; /* borrowed */
	struct host *hosts;	 /* owned */
	size_t n, size;
};

/* Adds the host that the NS record names. */
MUST_CHECK zg_status host_set_add(struct host_set *set, uint32_t record);

/* Sorts the set and takes repeated hosts out: called once after the last host. */
void host_set_settle(struct host_set *set);

/* How many hosts of settled `set` are not in settled `other`; each goes into `lost` (may be NULL),
 * in the order of the first record that names it. */
uint64_t host_set_minus(
    const struct host_set *set, const struct host_set *other, struct tally *lost);

void host_set_clear(struct host_set *set);

#endif
