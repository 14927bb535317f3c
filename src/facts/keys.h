/* What is known of each DNSKEY at the apex, and of each DS of the parent. */
#ifndef FACTS_KEYS_H
#define FACTS_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include "crypto/ds_digest.h"
#include "crypto/public_key.h"
#include "dns/rdata_view.h"
#include "zone/zone.h"

struct key_fact {
	uint32_t record; /* index of the DNSKEY record */
	struct dnskey_view view;
	uint16_t tag;
	struct public_key *key; /* owned; NULL: not supported or malformed */
	const char *why;	/* why a key of a supported algorithm is malformed; else NULL */
	bool revoked;		/* REVOKE flag: RFC 5011 section 3 */
	bool usable;		/* zone flag, protocol 3, not revoked: may sign zone data */
	uint64_t n_signatures;	/* verified RRSIGs over anything but DNSKEY, CDS, CDNSKEY */
	bool signs_dnskey;	/* a verified RRSIG over the DNSKEY RRset, its time not looked at */
	uint8_t sha256[32];	/* SHA-256 of the whole DNSKEY RDATA */
};

/* A DS of the parent, and the key that it names: RFC 4035 section 5.2. */
struct ds_fact {
	struct ds_view view;
	uint32_t line; /* in the DS file */
	int key;       /* index into keys of the one whose digest this is, -1: none */
	int tag_only;  /* index of a key with this tag and algorithm but another digest, or -1 */
	bool digest_known; /* a digest type that can be computed: 1, 2, 4 */
};

struct key_facts {
	struct key_fact keys[ZG_KEYS_MAX];
	size_t n_keys;
	bool too_many; /* the zone has more than ZG_KEYS_MAX */

	bool ds_given; /* a DS set was given, be it empty */
	struct ds_fact ds[ZG_DS_MAX];
	size_t n_ds;
};

/* One DS of the parent in canonical wire form, as it was given. */
#define DS_ENTRY_RDATA_MAX 260
struct ds_entry {
	uint32_t line; /* in the DS file */
	uint32_t ttl;  /* seconds; 0: not said */
	uint16_t rdlen;
	uint8_t rdata[DS_ENTRY_RDATA_MAX];
};

/*
 * Fills `facts` from the apex of `zone` and `n_ds` DS records (at most ZG_DS_MAX; borrowed for the
 * life of the facts). key_facts_clear also after a failure.
 */
MUST_CHECK zg_status key_facts_compute(const struct zone *zone, const struct ds_entry *ds,
    size_t n_ds, bool ds_given, struct key_facts *facts, struct zg_error *error);
void key_facts_clear(struct key_facts *facts);

#endif
