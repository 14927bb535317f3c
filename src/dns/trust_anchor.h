/* Keys that are believed without a proof: where a chain of trust begins. */
#ifndef DNS_TRUST_ANCHOR_H
#define DNS_TRUST_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include "dns/release_facts.h"

#define TRUST_ANCHORS_MAX 32

/* One DS, or one DNSKEY, of a zone. */
struct trust_anchor {
	uint8_t zone[ZG_NAME_MAX]; /* wire form, lower case */
	bool is_key;
	struct release_ds ds; /* when it is none */
	uint8_t key[2048];    /* RDATA of the DNSKEY; larger ones are refused */
	uint16_t key_len;
	int64_t valid_from,
	    valid_until; /* seconds since 1970; 0: not bounded (RFC 7958 section 2) */
	unsigned line;	 /* in its file */
};

#endif
