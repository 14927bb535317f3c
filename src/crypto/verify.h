/*
 * Verification of one signature over one canonical RRset (RFC 4034 section 3.1.8.1, RFC 4035
 * section 5.3.2 and 5.3.3): the arithmetic alone. Times, signer and labels are looked at elsewhere.
 */
#ifndef CRYPTO_VERIFY_H
#define CRYPTO_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/public_key.h"

struct verifier; /* what one thread needs; not shared */

MUST_CHECK zg_status verifier_new(struct verifier **verifier);
void verifier_free(struct verifier *verifier);

/* From now on data is hashed by crypto/digest.h, and RSA signatures are tried by crypto/rsa_power.h
 * before EVP; to be called first. */
void verifier_take_powers(struct verifier *verifier);

/* Stores in *good whether `signature` over `data` is `key`'s. ZG_CRYPTO or ZG_MEMORY when that
 * could not be found out. */
MUST_CHECK zg_status verifier_check(struct verifier *verifier, const struct public_key *key,
    const uint8_t *data, size_t data_len, const uint8_t *signature, size_t signature_len,
    bool *good);

/*
 * The two halves of verifier_check for RSA and ECDSA: the hash of `data` (stored with its length in
 * octets), and the arithmetic on it.
 */
#define VERIFY_HASH_MAX 64
MUST_CHECK zg_status verifier_hash(struct verifier *verifier, const struct public_key *key,
    const uint8_t *data, size_t data_len, uint8_t hash[VERIFY_HASH_MAX], size_t *hash_len);
MUST_CHECK zg_status verifier_check_hash(struct verifier *verifier, const struct public_key *key,
    const uint8_t *hash, size_t hash_len, const uint8_t *signature, size_t signature_len,
    bool *good);

#endif
