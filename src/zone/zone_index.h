/* The hash table of owner names. Private to the zone layer. */
#ifndef ZONE_INDEX_H
#define ZONE_INDEX_H

#include "zone/zone.h"

/* Fills zone->index (index_mask + 1 slots, more than n_owners). */
void zone_index_fill(struct zone *zone);

#endif
