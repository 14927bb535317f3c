/*
 * RSA signatures by one key (RFC 3110, RFC 5702), verified with less around the arithmetic than the
 * general interface has: s^e mod n by libcrypto's public Montgomery arithmetic, compared with the
 * whole encoded message (RFC 8017 section 8.2.2). It only ever says yes, and only when every octet
 * is equal; whatever it does not confirm is to be decided by EVP. Nothing secret is computed with.
 */
#ifndef CRYPTO_RSA_POWER_H
#define CRYPTO_RSA_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/public_key.h"

struct rsa_power; /* of one key and one thread */

/* *power is NULL, with ZG_OK, for keys that are no RSA key or not an ordinary one. */
MUST_CHECK zg_status rsa_power_new(const struct public_key *key, struct rsa_power **power);
void rsa_power_free(struct rsa_power *power);

/* Whether `signature` is the key's over what has this hash. */
bool rsa_power_confirms(struct rsa_power *power, const uint8_t *hash, size_t hash_len,
    const uint8_t *signature, size_t signature_len);

#endif
