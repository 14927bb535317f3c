/*
 * A few records of a zone, and its content digest: what its servers are asked, and what they must
 * answer. Plain data.
 */
#ifndef DNS_ZONE_SAMPLE_H
#define DNS_ZONE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include "dns/release_facts.h"

/* What the zone holds for a question. */
enum sample_kind {
	SAMPLE_RRSET,	 /* the RRset, with authority */
	SAMPLE_REFERRAL, /* a delegation: the NS RRset, unsigned */
	SAMPLE_NO_TYPE,	 /* the name, and no RRset of the type */
	SAMPLE_NO_NAME,	 /* no such name */
	SAMPLE_WILDCARD	 /* no such name, but a wildcard may answer for it */
};

struct sample_entry {
	enum sample_kind kind;
	uint8_t name[ZG_NAME_MAX]; /* wire form, lower case */
	uint16_t type;
	uint32_t ttl;
	/* The RRset in canonical form and order, each record as its length (2 octets, network
	 * order) and RDATA. Owned. */
	uint8_t *rdata;
	size_t rdata_len, n_records;
	/* What a look at servers found: it is denied with a proof that leaves no room for an
	 * opt-out span, so that validators set AD; an alias answers, and where that leads to is not
	 * the zone's. */
	bool is_denied, is_alias;
};

struct zone_sample {
	uint8_t zone[ZG_NAME_MAX];
	uint32_t serial;
	char digest[DIGEST_TEXT_SIZE]; /* content digest */
	uint64_t n_records;	       /* of the zone */
	struct sample_entry *entries;  /* owned; the SOA first, then DNSKEY if there is any */
	size_t n, size;
};

void zone_sample_free(struct zone_sample *sample);

/* The next record of an entry from `*at` (0: the first), or NULL. */
const uint8_t *sample_record(const struct sample_entry *entry, size_t *at, uint16_t *length);

#endif
