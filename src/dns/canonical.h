/*
 * The canonical form of records, in which they are signed and sorted: RFC 4034 section 6, RFC 6840
 * section 5.1.
 */
#ifndef DNS_CANONICAL_H
#define DNS_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/byte_reader.h"

/*
 * Lower-cases, in place, the names in uncompressed RDATA of the types whose canonical form asks for
 * it. False: the RDATA has not the shape of its type up to its last name; other types pass as they
 * are.
 */
bool canonical_rdata(uint16_t type, uint8_t *rdata, size_t length);

/* Canonical order of the RDATA of an RRset (RFC 4034 section 6.3): < 0, 0, > 0. */
static inline int
canonical_rdata_compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* Octets of a record beside its owner and RDATA: type, class, TTL and length. */
#define CANONICAL_FIXED 10

/*
 * Writes a record of class IN as it is signed (RFC 4034 section 3.1.8.1): owner and RDATA are in
 * canonical form, the TTL is the original one. Returns where the next one goes.
 */
static inline uint8_t *
canonical_record(uint8_t *out, const uint8_t *owner, size_t owner_len, uint16_t type, uint32_t ttl,
    const uint8_t *rdata, uint16_t rdlen)
{
	memcpy(out, owner, owner_len);
	out += owner_len;
	store_u16(out, type);
	store_u16(out + 2, 1);
	store_u32(out + 4, ttl);
	store_u16(out + 8, rdlen);
	memcpy(out + CANONICAL_FIXED, rdata, rdlen);
	return out + CANONICAL_FIXED + rdlen;
}

#endif
