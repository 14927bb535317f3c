/* The NSEC3 hash of a name: RFC 5155 section 5, hash algorithm 1 (SHA-1). */
#ifndef CRYPTO_NSEC3_HASH_H
#define CRYPTO_NSEC3_HASH_H

#include "crypto/digest.h"

#define NSEC3_HASH_OCTETS 20

/*
 * Hashes `name` (wire form, lower case, `name_len` octets) with `iterations` additional rounds.
 * `digest` is a DIGEST_KIND_SHA1 of the calling thread.
 */
MUST_CHECK zg_status nsec3_hash(struct digest *digest, const uint8_t *name, size_t name_len,
    const uint8_t *salt, size_t salt_len, uint16_t iterations, uint8_t hash[NSEC3_HASH_OCTETS]);

#endif
