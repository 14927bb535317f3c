/*
 * Records as they come in, in compact form: names once for each run of records of one owner, RDATA
 * in canonical form in one arena, 16 octets for each record. What the reader (and later a
 * transfer) fills and zone_build turns into a zone.
 */
#ifndef ZONE_STORE_H
#define ZONE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "zone/source.h"

struct zone_record {
	uint32_t ttl;	/* seconds */
	uint32_t line;	/* global line; 0: none */
	uint32_t rdata; /* quads in zone_store.rdata */
	uint16_t type;
	uint16_t rdlen; /* octets */
};

/* A run of records of one owner. After zone_build: one for each owner name, canonical order. */
struct zone_owner {
	uint32_t name;	/* quads in zone_store.names: wire form, lower case */
	uint32_t first; /* index into records */
	uint32_t n_records;
	uint16_t flags;	  /* enum owner_flag of zone/zone.h */
	uint8_t labels;	  /* without the root label */
	uint8_t name_len; /* octets */
};

struct zone_store {
	struct arena names;
	struct arena rdata;
	struct zone_record *records; /* owned */
	size_t n_records, records_size;
	struct zone_owner *runs; /* owned; in the order read */
	size_t n_runs, runs_size;
	struct source_map map;
};

void zone_store_init(struct zone_store *store);
void zone_store_clear(struct zone_store *store);

/* Empties a store, and keeps what it has allocated. */
void zone_store_reset(struct zone_store *store);

/*
 * Adds one record of class IN. `owner` is valid, in lower case; `rdata` is valid for `type` and in
 * canonical form (RFC 4034 section 6.2 as amended by RFC 6840 section 5.1). Both are copied.
 */
MUST_CHECK zg_status zone_store_add(struct zone_store *store, const uint8_t *owner,
    size_t owner_len, uint16_t type, uint32_t ttl, const uint8_t *rdata, size_t rdlen,
    uint32_t line);

/* Adds a record of the owner of the last one; there is one. */
MUST_CHECK zg_status zone_store_add_again(struct zone_store *store, uint16_t type, uint32_t ttl,
    const uint8_t *rdata, size_t rdlen, uint32_t line);

/*
 * Adds the records of `from` behind those of `into`, their lines moved by `lines`. The source map
 * of `from` is not looked at.
 */
MUST_CHECK zg_status zone_store_append(
    struct zone_store *into, const struct zone_store *from, uint32_t lines);

/* Gives back what was allocated ahead: called once after the last record. */
void zone_store_trim(struct zone_store *store);

#endif
