/* The zone's own digest records: RFC 8976. */
#ifndef FACTS_ZONEMD_H
#define FACTS_ZONEMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "zone/zone.h"

enum zonemd_outcome {
	ZONEMD_GOOD,
	ZONEMD_MISMATCH,    /* the digest is another */
	ZONEMD_SERIAL,	    /* its serial is not the SOA's */
	ZONEMD_UNSUPPORTED, /* scheme or hash algorithm not known, or private */
	ZONEMD_LENGTH,	    /* digest length does not fit the hash algorithm, or below 12 octets */
	ZONEMD_REPEATED	    /* another record has the same scheme and hash algorithm */
};

#define ZONEMD_RECORDS_MAX 16

struct zonemd_fact {
	uint32_t record; /* record index */
	uint8_t scheme;
	uint8_t hash;
	enum zonemd_outcome outcome;
};

struct zonemd_facts {
	struct zonemd_fact records[ZONEMD_RECORDS_MAX];
	size_t n_records;   /* the first ZONEMD_RECORDS_MAX of the apex */
	bool too_many;	    /* the apex has more than these */
	size_t n_elsewhere; /* ZONEMD records below the apex: they mean nothing */
};

/* Verifies each ZONEMD at the apex: scheme 1 (SIMPLE), hash 1 (SHA-384) and 2 (SHA-512). */
MUST_CHECK zg_status zonemd_compute(const struct zone *zone, uint32_t soa_serial,
    struct zonemd_facts *zonemd, struct zg_error *error);

/*
 * SHA-384 over every record in canonical order: owner, type, class, TTL, RDATA length and RDATA in
 * wire form, nothing left out but exact duplicates (DESIGN: content digest).
 */
MUST_CHECK zg_status content_digest(
    const struct zone *zone, uint8_t digest[48], struct zg_error *error);

#endif
