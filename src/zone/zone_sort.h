/* Canonical order of the runs of records that were read. Private to the zone layer. */
#ifndef ZONE_SORT_H
#define ZONE_SORT_H

#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "zone/zone_store.h"

/*
 * Sorts (*runs)[0 .. n), which may move, by the canonical order of their names (RFC 4034
 * section 6.1); runs of one name stay in the order they were read. Natural runs are used: sorted
 * input costs one comparison a name.
 */
MUST_CHECK zg_status zone_sort_runs(struct zone_owner **runs, size_t n, const struct arena *names,
    unsigned apex_labels, unsigned threads);

#endif
