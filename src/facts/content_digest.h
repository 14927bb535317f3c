/* One canonical stream of records into any number of message digests. Private to the facts. */
#ifndef FACTS_CONTENT_DIGEST_H
#define FACTS_CONTENT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "crypto/digest.h"
#include "zone/zone.h"

/* Whether a record of the zone goes into the stream. */
typedef bool (*record_filter)(const struct zone *zone, uint32_t owner, uint32_t record);

struct record_digest {
	enum digest_kind kind;
	uint8_t octets[DIGEST_OCTETS_MAX]; /* the result */
};

#define RECORD_DIGESTS_MAX 2

/*
 * Digests the records that `filter` (NULL: all) lets through, in canonical order, each as owner,
 * type, class, TTL, RDATA length and RDATA in wire form: the stream of RFC 8976 section 3.3.1.
 * `serial_zero`: the SOA of the apex as if its serial were 0. At most RECORD_DIGESTS_MAX digests.
 */
MUST_CHECK zg_status digest_records(const struct zone *zone, record_filter filter, bool serial_zero,
    struct record_digest *digests, size_t n, struct zg_error *error);

#endif
