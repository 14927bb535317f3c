/* Public keys of DNSKEY records, built once and shared by all threads. */
#ifndef CRYPTO_PUBLIC_KEY_H
#define CRYPTO_PUBLIC_KEY_H

#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

struct public_key; /* immutable */

/*
 * Builds a key of a supported algorithm from the public key field of a DNSKEY (RFC 3110, RFC 6605,
 * RFC 8080). A field that is no such key gives ZG_OK, *key NULL and a static phrase in *why.
 */
MUST_CHECK zg_status public_key_new(uint8_t algorithm, const uint8_t *field, size_t field_len,
    struct public_key **key, const char **why);
void public_key_free(struct public_key *key);

/* Bits of the RSA modulus, or of the curve. */
unsigned public_key_bits(const struct public_key *key);

/* The RSA exponent, UINT64_MAX when it is larger than that, 0 for other algorithms. */
uint64_t public_key_exponent(const struct public_key *key);

#endif
