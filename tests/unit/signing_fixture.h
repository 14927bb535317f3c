/* Keys made on the spot, and zone text signed with them. */
#ifndef UNIT_SIGNING_FIXTURE_H
#define UNIT_SIGNING_FIXTURE_H

#include <stdint.h>

#include <openssl/evp.h>

#include "base/text_writer.h"
#include "dns/algorithm.h"
#include "dns/rr_type.h"

/* 2026-11-22 12:00:00 UTC, and the times that signatures have unless a form says otherwise. */
#define SIGNING_NOW	   1795348800
#define SIGNING_INCEPTION  (SIGNING_NOW - 86400)
#define SIGNING_EXPIRATION (SIGNING_NOW + 30 * 86400)

struct signing_key {
	EVP_PKEY *pkey;	     /* NULL: a public key that nobody can sign with */
	uint8_t rdata[1024]; /* of the DNSKEY: algorithm, flags and protocol may be changed here */
	size_t rdlen;
};

/* ALG_ED25519: the same key for the same seed. ALG_ECDSAP256SHA256, and ALG_RSASHA256 of 1024 bits:
 * a random one. */
void signing_key_init(struct signing_key *key, uint8_t algorithm, uint16_t flags, uint8_t seed);
/* An Ed25519 public key with the tag of `like` that sorts before (0) or behind (255) true ones and
 * that nobody has the private key of. `n` keeps several apart. */
void signing_key_forge(
    struct signing_key *key, const struct signing_key *like, uint8_t first, uint8_t n);
void signing_key_set_flags(struct signing_key *key, uint16_t flags);
uint16_t signing_key_tag(const struct signing_key *key);
void signing_key_clear(struct signing_key *key);
/* Signs as RRSIG has it: RFC 8080, RFC 6605 or RFC 5702. Returns the octets. */
size_t signing_key_sign(
    const struct signing_key *key, const uint8_t *data, size_t data_len, uint8_t signature[128]);

/* Adds the key as a DNSKEY, CDNSKEY or any type of that form: "@ 60 IN <type> 257 3 15 ...". */
void add_key_as(struct text_writer *text, const char *type, const struct signing_key *key);
void add_key(struct text_writer *text, const struct signing_key *key);

/* Adds "@ 60 IN <type> tag algorithm digest-type hex" for a DS or CDS of the key at apex "z.". */
void add_ds_as(
    struct text_writer *text, const char *type, const struct signing_key *key, uint8_t digest_type);

/* What an RRSIG says; all of it is signed over. */
struct signing_form {
	int labels; /* -1: natural */
	int64_t original_ttl;
	uint32_t inception, expiration;
	const char *signer; /* presentation form */
	bool damaged;	    /* one bit of the signature is another */
};
#define SIGNING_FORM                                                                               \
	((struct signing_form){.labels = -1,                                                       \
	    .original_ttl = -1,                                                                    \
	    .inception = (uint32_t)SIGNING_INCEPTION,                                              \
	    .expiration = (uint32_t)SIGNING_EXPIRATION,                                            \
	    .signer = "z."})

/*
 * Adds the RRSIG by `key` over the RRset that the text (origin "z.") has at `owner` (absolute) so
 * far. `form` NULL: SIGNING_FORM.
 */
void add_rrsig(struct text_writer *text, const char *owner, uint16_t type,
    const struct signing_key *key, const struct signing_form *form);

/* Adds an RRSIG by `key` over every RRset that is to be signed; of each `damage`th (0: none) the
 * signature is damaged. */
void add_rrsigs(struct text_writer *text, const struct signing_key *key, size_t damage);

/* Adds an RRSIG of 64 arbitrary octets: "<owner> 60 IN RRSIG <type> ...". */
void add_false_rrsig(
    struct text_writer *text, const char *owner, const char *type, uint8_t algorithm, uint16_t tag);

/* A small zone "z." that passes: SOA, NS with address, NSEC chain, one Ed25519 key for all. The
 * text is for the caller to add to before add_rrsigs. */
void add_small_zone(struct text_writer *text, const struct signing_key *key);

#endif
