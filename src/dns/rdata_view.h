/*
 * Typed views of RDATA. A view borrows: its pointers go into the RDATA it was made of. Each
 * function returns false when the RDATA does not have the shape of its type; numbers are in host
 * byte order.
 */
#ifndef DNS_RDATA_VIEW_H
#define DNS_RDATA_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 4034 section 3.1. */
struct rrsig_view {
	uint16_t type_covered;
	uint8_t algorithm;
	uint8_t labels;
	uint32_t original_ttl; /* seconds */
	uint32_t expiration;   /* RFC 1982 serial time */
	uint32_t inception;
	uint16_t key_tag;
	const uint8_t *signer; /* name */
	size_t header_len;     /* octets before the signature, signer included */
	const uint8_t *signature;
	size_t signature_len;
};

/* RFC 4034 section 2.1; RFC 5011 section 3 for REVOKE. */
struct dnskey_view {
	uint16_t flags;
	uint8_t protocol;
	uint8_t algorithm;
	const uint8_t *key;
	size_t key_len;
};
#define DNSKEY_FLAG_ZONE   0x0100
#define DNSKEY_FLAG_REVOKE 0x0080
#define DNSKEY_FLAG_SEP	   0x0001

/* A zone key that is not revoked: it may sign zone data (RFC 4034 sections 2.1.1 and 2.1.2, RFC
 * 5011 section 2.1). */
static inline bool
dnskey_may_sign(const struct dnskey_view *view)
{
	return (view->flags & DNSKEY_FLAG_ZONE) != 0 && view->protocol == 3 &&
	       (view->flags & DNSKEY_FLAG_REVOKE) == 0;
}

/* RFC 4034 section 5.1. */
struct ds_view {
	uint16_t key_tag;
	uint8_t algorithm;
	uint8_t digest_type;
	const uint8_t *digest;
	size_t digest_len;
};

/* RFC 4034 section 4.1. The bitmap is well formed. */
struct nsec_view {
	const uint8_t *next; /* name, letter case as in the zone */
	const uint8_t *bitmap;
	size_t bitmap_len;
};

/* RFC 5155 sections 3.2 and 4.2. The bitmap is well formed; NSEC3PARAM has none. */
struct nsec3_view {
	uint8_t hash_algorithm;
	uint8_t flags;
	uint16_t iterations;
	const uint8_t *salt;
	size_t salt_len;
	const uint8_t *next; /* hash */
	size_t next_len;
	const uint8_t *bitmap;
	size_t bitmap_len;
};
#define NSEC3_FLAG_OPT_OUT 0x01

/* RFC 1035 section 3.3.13. */
struct soa_view {
	const uint8_t *mname, *rname;
	uint32_t serial, refresh, retry, expire, minimum;
};

/* RFC 8976 section 2.2. */
struct zonemd_view {
	uint32_t serial;
	uint8_t scheme;
	uint8_t hash;
	const uint8_t *digest;
	size_t digest_len;
};

bool rrsig_view(const uint8_t *rdata, size_t length, struct rrsig_view *view);
bool dnskey_view(const uint8_t *rdata, size_t length, struct dnskey_view *view);
bool ds_view(const uint8_t *rdata, size_t length, struct ds_view *view);
bool nsec_view(const uint8_t *rdata, size_t length, struct nsec_view *view);
bool nsec3_view(const uint8_t *rdata, size_t length, struct nsec3_view *view);
bool nsec3param_view(const uint8_t *rdata, size_t length, struct nsec3_view *view);
bool soa_view(const uint8_t *rdata, size_t length, struct soa_view *view);
bool zonemd_view(const uint8_t *rdata, size_t length, struct zonemd_view *view);

/* Key tag of a DNSKEY's RDATA: RFC 4034 appendix B. */
uint16_t dnskey_tag(const uint8_t *rdata, size_t length);

#endif
