/*
 * smith: makes and damages signed zones for tests. Built on ldns and libcrypto alone, on nothing of
 * zonegate, so that it can be the oracle. A zone here is an ordered list of records: nothing is
 * merged, sorted or dropped unless a function says so.
 *
 * Laws of this header. No function fails: what goes wrong (a file that is missing, text that ldns
 * cannot parse, no memory) ends the program with one line on standard error and exit status 70.
 * `new`, `read`, `parse`, `make` and `copy` return what the caller frees with the `free` of its
 * kind; ldns_rr and ldns_rdf results are freed with ldns_rr_free and ldns_rdf_deep_free; plain
 * memory with free. `take` in a comment: the function becomes the owner of that argument. Functions
 * that look things up return borrowed pointers or indexes, valid until the zone is changed next.
 * Nothing here has mutable globals: distinct zones may be used by distinct threads.
 *
 * Compile tests/tools/smith*.c; link libldns and libcrypto.
 *
 * Names given as text are relative to the zone's origin unless they end in a dot; "@" is the apex.
 */
#ifndef TOOLS_SMITH_H
#define TOOLS_SMITH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ldns/ldns.h>
#include <openssl/evp.h>

/* ---- Zones ------------------------------------------------------------------------------- */

struct smith_zone {
	ldns_rdf *origin; /* absolute */
	ldns_rr **rrs;	  /* the records, in the order of the text; never NULL inside n */
	size_t n;
	size_t allocated;
};

#define SMITH_NONE SIZE_MAX

struct smith_zone *smith_zone_new(const char *origin);

/* Master-file text ($ORIGIN, $TTL and parentheses are understood, $INCLUDE is not). `origin` NULL:
 * the owner of the first SOA. */
struct smith_zone *smith_zone_parse(const char *text, const char *origin);
struct smith_zone *smith_zone_read(const char *path, const char *origin);
struct smith_zone *smith_zone_copy(const struct smith_zone *zone);
void smith_zone_free(struct smith_zone *zone);

/* One record a line, absolute names, in the order of the list. NUL-terminated; `length` may be
 * NULL. */
char *smith_zone_text(const struct smith_zone *zone, size_t *length);
void smith_zone_write(const struct smith_zone *zone, const char *path);

/* "www", "@", "a.b.", -> absolute name. */
ldns_rdf *smith_name(const struct smith_zone *zone, const char *text);
/* Is `name` at or below `top`? */
bool smith_name_below(const ldns_rdf *name, const ldns_rdf *top);
/* Canonical name order (RFC 4034 section 6.1): below 0, 0, above 0. */
int smith_name_compare(const ldns_rdf *a, const ldns_rdf *b);

/* ---- Records ----------------------------------------------------------------------------- */

/* One record from text: "www 300 IN A 192.0.2.1"; missing TTL: 3600. */
ldns_rr *smith_rr(const struct smith_zone *zone, const char *text);

/* A record of any RDATA octets; they must be well formed for a type that ldns knows. */
ldns_rr *smith_rr_wire(
    const ldns_rdf *owner, ldns_rr_type type, uint32_t ttl, const uint8_t *rdata, size_t length);

/* RDATA as it is on the wire (names not lower-cased). */
uint8_t *smith_rdata(const ldns_rr *rr, size_t *length);
/* Whole record, uncompressed, owner and RDATA names in canonical form (RFC 4034 section 6.2);
 * `ttl` replaces the record's own. */
uint8_t *smith_canonical(const ldns_rr *rr, uint32_t ttl, size_t *length);
/* Same owner (any case), type and RDATA in canonical form, whatever the TTL. */
bool smith_rr_same(const ldns_rr *a, const ldns_rr *b);

/* Field `field` of the RDATA (ldns numbering) as a number, for fields of 1, 2 or 4 octets. */
uint32_t smith_field(const ldns_rr *rr, size_t field);
void smith_set_field(ldns_rr *rr, size_t field, uint32_t value);
/* A name field. */
void smith_set_name(ldns_rr *rr, size_t field, const ldns_rdf *name);

/* ldns numbers of fields. */
enum { DNSKEY_FLAGS, DNSKEY_PROTOCOL, DNSKEY_ALGORITHM, DNSKEY_KEY };
enum { DS_TAG, DS_ALGORITHM, DS_DIGEST_TYPE, DS_DIGEST };
enum { NSEC_NEXT, NSEC_BITMAP };
enum { NSEC3_HASH, NSEC3_FLAGS, NSEC3_ITERATIONS, NSEC3_SALT, NSEC3_NEXT, NSEC3_BITMAP };
enum { SOA_MNAME, SOA_RNAME, SOA_SERIAL, SOA_REFRESH, SOA_RETRY, SOA_EXPIRE, SOA_MINIMUM };
enum { ZONEMD_SERIAL, ZONEMD_SCHEME, ZONEMD_HASH, ZONEMD_DIGEST };
enum {
	RRSIG_COVERED,
	RRSIG_ALGORITHM,
	RRSIG_LABELS,
	RRSIG_ORIGINAL_TTL,
	RRSIG_EXPIRATION,
	RRSIG_INCEPTION,
	RRSIG_TAG,
	RRSIG_SIGNER,
	RRSIG_SIGNATURE
};

/* ---- Looking up, putting in, taking out --------------------------------------------------- */

/* First record at or after index `from` with this owner (NULL: any; case does not matter) and type
 * (0: any), or SMITH_NONE. */
size_t smith_find(
    const struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type, size_t from);
/* The same with the owner as text. */
size_t smith_find_text(const struct smith_zone *zone, const char *owner, ldns_rr_type type);
/* First RRSIG over `covered` (0: any) at `owner` at or after `from`. */
size_t smith_find_rrsig(
    const struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type covered, size_t from);
/* The record at smith_find_text(), which must exist. */
ldns_rr *smith_get(const struct smith_zone *zone, const char *owner, ldns_rr_type type);
ldns_rr *smith_get_rrsig(const struct smith_zone *zone, const char *owner, ldns_rr_type covered);
/* What an RRSIG covers. */
ldns_rr_type smith_covered(const ldns_rr *rrsig);

/* All take `rr`. */
void smith_insert(struct smith_zone *zone, size_t index, ldns_rr *rr);
void smith_append(struct smith_zone *zone, ldns_rr *rr);
void smith_replace(struct smith_zone *zone, size_t index, ldns_rr *rr);
/* smith_append of smith_rr. */
void smith_add(struct smith_zone *zone, const char *text);

void smith_remove(struct smith_zone *zone, size_t index);
/* Removes the RRset, not its RRSIGs. Both return how many records went; owner NULL: everywhere;
 * type or covered 0: any (smith_remove_rrset with 0 takes the RRSIGs as well). */
size_t smith_remove_rrset(struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type);
size_t smith_remove_rrsigs(struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type covered);

/* Sets the TTL of the RRset's records, not of its RRSIGs. */
void smith_set_ttl(struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type, uint32_t ttl);

/* Sorts into canonical order: owner, type, RDATA. */
void smith_sort(struct smith_zone *zone);

/* What the zone's structure makes of a name. */
enum smith_place {
	SMITH_AUTHORITATIVE,
	SMITH_CUT,	/* delegation: NS below the apex, not below another */
	SMITH_BELOW_CUT /* glue and occluded data */
};
enum smith_place smith_place(const struct smith_zone *zone, const ldns_rdf *name);
/* Must a signed zone have an RRSIG over the RRset of this type at this name? */
bool smith_must_be_signed(const struct smith_zone *zone, const ldns_rdf *name, ldns_rr_type type);

/* ---- Keys -------------------------------------------------------------------------------- */

enum { SMITH_ZSK = 256, SMITH_KSK = 257, SMITH_REVOKE = 128 }; /* DNSKEY flags; CSK: 257 */

struct smith_key {
	EVP_PKEY *private_key;
	ldns_rr *dnskey; /* the record that publishes it; owner is the zone */
	uint8_t algorithm;
	uint16_t tag; /* of dnskey */
	char *label;  /* where it came from, for messages */
};

/* Algorithms 5 7 8 10 13 14 15 16 everywhere. RSA keys are made at random; all others follow from
 * `label` alone (same label, same key), so that tests need no key files. `bits`: RSA, 0 is 2048. */
struct smith_key *smith_key_make(
    const char *origin, uint8_t algorithm, uint16_t flags, unsigned bits, const char *label);
/* BIND's pair of files: `base` without ".key" and ".private". `origin` NULL: as in the file. */
struct smith_key *smith_key_read(const char *base, const char *origin);
/* Writes BIND's pair of files below `folder`: K<origin>+<algorithm>+<tag>.{key,private}. */
void smith_key_write(const struct smith_key *key, const char *folder);
/* A PEM private key and the DNSKEY record that it belongs to; NULL when it does not. */
struct smith_key *smith_key_pem(const char *path, const ldns_rr *dnskey);
struct smith_key *smith_key_copy(const struct smith_key *key);
/* Changes the published record's flags, and so its tag. */
void smith_key_set_flags(struct smith_key *key, uint16_t flags);
void smith_key_free(struct smith_key *key);
/* A copy of key->dnskey with this TTL, to put into a zone. */
ldns_rr *smith_key_record(const struct smith_key *key, uint32_t ttl);
/* Key tag of a DNSKEY record (RFC 4034 appendix B). */
uint16_t smith_key_tag(const ldns_rr *dnskey);

/* DS, or CDS and CDNSKEY, of a DNSKEY record. Digest types 1, 2, 4. */
ldns_rr *smith_ds(const ldns_rr *dnskey, uint8_t digest_type, uint32_t ttl);
ldns_rr *smith_cds(const ldns_rr *dnskey, uint8_t digest_type, uint32_t ttl);
ldns_rr *smith_cdnskey(const ldns_rr *dnskey, uint32_t ttl);

/* A set of keys; owns them. */
struct smith_keys {
	struct smith_key **keys;
	size_t n;
};
struct smith_keys *smith_keys_new(void);
/* Takes `key`. Returns it. */
struct smith_key *smith_keys_add(struct smith_keys *keys, struct smith_key *key);
/* The keys of the zone's DNSKEY RRset whose private part lies below `folder` (BIND's *.private or
 * PEM files, also one folder deeper). Found by the public key, so names do not matter. */
struct smith_keys *smith_keys_read(const struct smith_zone *zone, const char *folder);
/* First with this algorithm and tag, or NULL. */
struct smith_key *smith_keys_find(const struct smith_keys *keys, uint8_t algorithm, uint16_t tag);
void smith_keys_free(struct smith_keys *keys);

/* ---- Signatures -------------------------------------------------------------------------- */

/* What goes into an RRSIG. Every field is signed over, so a field that lies still verifies: only
 * the meaning is wrong. To damage without signing again use smith_set_field on the RRSIG. Fields
 * of SMITH_SIG(inception, expiration) are natural: from the key and the RRset. */
struct smith_sig {
	int64_t inception, expiration; /* seconds since 1970 */
	int64_t ttl;		       /* of the RRSIG record */
	int64_t original_ttl;
	int labels; /* fewer than natural: signed as a wildcard expansion, as validators do */
	int algorithm;
	int tag;
	const ldns_rdf *signer; /* borrowed */
};
#define SMITH_NATURAL (-1)
#define SMITH_SIG(from, to)                                                                        \
	((struct smith_sig){(from), (to), SMITH_NATURAL, SMITH_NATURAL, SMITH_NATURAL,             \
	    SMITH_NATURAL, SMITH_NATURAL, NULL})

/* Signs the records (one RRset, any order, duplicates ignored) with `key`. */
ldns_rr *smith_sign(
    ldns_rr *const *rrs, size_t n, const struct smith_key *key, const struct smith_sig *sig);
/* Signs the zone's RRset and returns the RRSIG. */
ldns_rr *smith_sign_rrset(const struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type,
    const struct smith_key *key, const struct smith_sig *sig);
/* The same with the owner as text, and the RRSIG is put into the zone. Borrowed result. */
ldns_rr *smith_add_rrsig(struct smith_zone *zone, const char *owner, ldns_rr_type type,
    const struct smith_key *key, const struct smith_sig *sig);

/* Replaces the RRSIGs over the RRset by new ones after it was changed: same keys (those of `keys`
 * that have algorithm and tag), same times, everything else natural. Where there was none before,
 * the keys and times of the SOA's RRSIGs. Returns how many were made. */
size_t smith_resign(struct smith_zone *zone, const struct smith_keys *keys, const ldns_rdf *owner,
    ldns_rr_type type);

/* Does the RRSIG verify over the zone's RRset with this DNSKEY record? Times are not looked at. */
bool smith_verify(const struct smith_zone *zone, const ldns_rr *rrsig, const ldns_rr *dnskey);

/* ---- Denial of existence ------------------------------------------------------------------ */

struct smith_nsec3 {
	uint8_t hash;	     /* written into the records; hashing is SHA-1 whatever it says */
	uint8_t flags;	     /* of the records: 1 is opt-out */
	uint8_t param_flags; /* of the NSEC3PARAM */
	uint16_t iterations;
	uint8_t salt_length;
	uint8_t salt[255];
};
#define SMITH_NSEC3_DEFAULT ((struct smith_nsec3){.hash = 1})

/* Parameters of the first NSEC3PARAM, or of the first NSEC3. */
struct smith_nsec3 smith_nsec3_of(const struct smith_zone *zone);
/* <hash>.<origin>, lower case. */
ldns_rdf *smith_nsec3_owner(
    const struct smith_zone *zone, const ldns_rdf *name, const struct smith_nsec3 *parameters);

/* Build a complete chain, unsigned, with the TTL of RFC 9077. Former NSEC or NSEC3 records (and
 * NSEC3PARAM) and their RRSIGs are removed first. DNSKEYs must be in the zone already. The bitmap
 * says RRSIG where smith_must_be_signed holds for some type. Opt-out leaves insecure delegations
 * out, and empty non-terminals that only they make. */
void smith_make_nsec(struct smith_zone *zone);
void smith_make_nsec3(struct smith_zone *zone, const struct smith_nsec3 *parameters);
/* Adds a further NSEC3 chain with its NSEC3PARAM (with_param) beside what there is. */
void smith_add_nsec3(
    struct smith_zone *zone, const struct smith_nsec3 *parameters, bool with_param);

/* Bitmap of an NSEC or NSEC3 record (also CSYNC). */
bool smith_bitmap_has(const ldns_rr *rr, ldns_rr_type type);
void smith_bitmap_set(ldns_rr *rr, ldns_rr_type type, bool on);
/* All types of the bitmap in order; count, at most `size` written. */
size_t smith_bitmap_types(const ldns_rr *rr, ldns_rr_type *types, size_t size);
/* Replaces the bitmap. */
void smith_bitmap_replace(ldns_rr *rr, const ldns_rr_type *types, size_t n);

/* ---- Whole zones -------------------------------------------------------------------------- */

enum smith_denial { SMITH_NO_DENIAL, SMITH_USE_NSEC, SMITH_USE_NSEC3 };

struct smith_signing {
	int64_t inception, expiration;
	enum smith_denial denial;
	struct smith_nsec3 nsec3;
	uint32_t dnskey_ttl; /* 0: the SOA's */
	bool zonemd;	     /* adds a ZONEMD: SIMPLE, SHA-384 */
	bool keep_keys;	     /* do not add DNSKEY records: the zone has what it shall have */
};

/* Signs an unsigned zone completely: DNSKEYs of `keys`, chain, RRSIGs, ZONEMD, sorted. In each
 * algorithm, keys with the SEP flag sign DNSKEY, CDS and CDNSKEY and the others the rest; where
 * there is only one kind, it signs everything. Revoked keys sign DNSKEY only. */
void smith_sign_zone(
    struct smith_zone *zone, const struct smith_keys *keys, const struct smith_signing *signing);
/* Removes DNSKEY, RRSIG, NSEC, NSEC3, NSEC3PARAM, ZONEMD and CDS, CDNSKEY of the apex. */
void smith_strip(struct smith_zone *zone);
/* Signs every RRset that must be signed and has no RRSIG, by the rule of smith_sign_zone. */
void smith_sign_rest(
    struct smith_zone *zone, const struct smith_keys *keys, const struct smith_signing *signing);

/* Digest of the zone (RFC 8976 section 3): scheme SIMPLE, hash 1 (48 octets) or 2 (64). */
size_t smith_zonemd_digest(const struct smith_zone *zone, uint8_t hash, uint8_t digest[64]);
/* Computes serial and digest of each ZONEMD at the apex anew and signs the RRset again; nothing
 * when there is none. The last step after any other change. */
void smith_zonemd_update(struct smith_zone *zone, const struct smith_keys *keys);

#endif
