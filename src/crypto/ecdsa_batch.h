/*
 * Many ECDSA P-256 signatures by one key (RFC 6605), verified faster than one by one: what depends
 * on the key alone is computed once, inverses are shared by a batch. Built on the public group
 * arithmetic of libcrypto, which is deprecated since 3.0: where the library lacks it, no table is
 * made and every signature goes the ordinary way.
 *
 * A batch only ever says yes, and only on the exact equation of FIPS 186-5 section 6.4.2. Whatever
 * it does not confirm is to be decided by verifier_check.
 */
#ifndef CRYPTO_ECDSA_BATCH_H
#define CRYPTO_ECDSA_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/public_key.h"

/* Signatures worth a table: building one takes as long as some hundred verifications. */
#define ECDSA_TABLE_WORTH 2000

/* Signatures of one batch. */
#define ECDSA_BATCH_MAX 256

struct ecdsa_table; /* multiples of one public key; immutable, shared by threads */
struct ecdsa_batch; /* what one thread computes in */

struct ecdsa_item {
	uint8_t hash[32];      /* SHA-256 of what is signed */
	uint8_t signature[64]; /* r | s, each big-endian */
	bool confirmed;
};

/*
 * Builds the table of an ECDSAP256SHA256 key and tests it and the arithmetic of this machine.
 * *table is NULL, with ZG_OK, for other keys and where the library or the test says no.
 */
MUST_CHECK zg_status ecdsa_table_new(const struct public_key *key, struct ecdsa_table **table);
void ecdsa_table_free(struct ecdsa_table *table);

MUST_CHECK zg_status ecdsa_batch_new(struct ecdsa_batch **batch);
void ecdsa_batch_free(struct ecdsa_batch *batch);

/* Sets `confirmed` of each of `n` (at most ECDSA_BATCH_MAX) items whose signature is the key's. */
void ecdsa_batch_run(
    struct ecdsa_batch *batch, const struct ecdsa_table *table, struct ecdsa_item *items, size_t n);

#endif
