/*
 * What is remembered of a release: plain data that the gate makes from the facts of a candidate,
 * the history keeps, and the cache view is computed from.
 */
#ifndef DNS_RELEASE_FACTS_H
#define DNS_RELEASE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>

/* Presentation form of a name: 255 octets, \DDD each, and a NUL fit. */
#define NAME_TEXT_SIZE 1025
/* SHA-384 in hex digits and a NUL. */
#define DIGEST_TEXT_SIZE 97

/* A key of a release: in its DNSKEY RRset, or only known to sign before it is published. */
struct release_key {
	uint8_t algorithm;
	uint16_t tag;
	uint16_t flags;
	uint8_t protocol;
	bool published;	    /* in the DNSKEY RRset; else only algorithm and tag are known */
	bool signs_dnskey;  /* a verified RRSIG over the DNSKEY RRset */
	int64_t expiration; /* of that RRSIG, the latest of this key; 0: none */
	uint8_t sha256[32]; /* of the RDATA; zero when not published */
	uint8_t *rdata;	    /* owned; NULL when not published */
	uint16_t rdlen;
};

/* The RRsets signed by the same set of keys with the same TTL, the apex DNSKEY RRset left out. */
struct release_class {
	uint64_t signers; /* bit i: keys[i]; 0: unsigned */
	uint32_t ttl;
	uint64_t n_rrsets;
	int64_t expirations[ZG_KEYS_MAX]; /* of keys[i]'s RRSIGs: the earliest */
	int64_t latest_inception;
	char owner[NAME_TEXT_SIZE]; /* an example */
	char type[24];
};

/* A record of the DS set that CDS and CDNSKEY ask for (RFC 7344). */
struct release_ds {
	uint16_t tag;
	uint8_t algorithm;
	uint8_t digest_type;
	uint8_t digest_len;
	uint8_t digest[64];
};

/* From the RDATA of a DS or CDS. False: it is none, or its digest is longer than can be kept. */
bool release_ds_set(const uint8_t *rdata, size_t length, struct release_ds *ds);

enum release_count {
	RELEASE_RECORDS,
	RELEASE_DELEGATIONS,
	RELEASE_SECURE_DELEGATIONS,
	RELEASE_NS_HOSTS,
	RELEASE_COUNTS
};

struct release_facts {
	char zone[NAME_TEXT_SIZE]; /* lower case, with the final dot */
	uint32_t serial;
	char digest[DIGEST_TEXT_SIZE]; /* content digest */
	struct release_key keys[ZG_KEYS_MAX];
	size_t n_keys;
	uint32_t dnskey_ttl; /* seconds; 0 and no published key: an unsigned zone */
	struct release_class classes[ZG_CLASSES_MAX];
	size_t n_classes;
	bool more_classes; /* than there is room for: the proof is not complete */
	struct release_ds next_ds[ZG_DS_MAX];
	size_t n_next_ds;
	bool next_ds_given;			  /* CDS or CDNSKEY are there */
	bool next_ds_delete;			  /* and ask for no DS at all: RFC 8078 section 4 */
	uint32_t refresh, retry, expire, minimum; /* SOA, seconds */
	uint32_t soa_ttl;
	uint32_t max_ttl;	   /* the largest of all that is signed, seconds */
	int64_t first_expiration;  /* when the first RRset has no signature left; 0: none signed */
	int64_t dnskey_expiration; /* the same of the DNSKEY RRset */
	char denial[128]; /* "nsec", "nsec3 1 0 -", several with ", ": kind and parameters */
	uint64_t counts[RELEASE_COUNTS];
};

/* Some data is signed with keys[key]. */
bool release_key_signs_data(const struct release_facts *facts, size_t key);

/* Frees what the facts own, not the facts. */
void release_facts_clear(struct release_facts *facts);

#endif
