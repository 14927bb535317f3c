/* DS records from their wire form to the form that a history keeps. */
#ifndef GATE_DS_READ_H
#define GATE_DS_READ_H

#include "dns/release_facts.h"
#include "facts/keys.h"

/* Converts `n` entries; *ttl is the largest TTL that they say, 0: none. ZG_DS_SYNTAX: a digest that
 * is too long to be one. */
MUST_CHECK zg_status ds_entries_convert(const struct ds_entry *entries, size_t n,
    struct release_ds *list, uint32_t *ttl, struct zg_error *error);

#endif
