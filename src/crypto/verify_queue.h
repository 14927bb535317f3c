/*
 * Signatures by one key that wait to be verified together: the answers come when the queue is full
 * or flushed. What the batch does not confirm is decided one by one.
 */
#ifndef CRYPTO_VERIFY_QUEUE_H
#define CRYPTO_VERIFY_QUEUE_H

#include <stdint.h>

#include "crypto/ecdsa_batch.h"
#include "crypto/verify.h"

struct verify_queue; /* of one thread */

/* All arguments but the last are borrowed for the life of the queue. */
MUST_CHECK zg_status verify_queue_new(const struct public_key *key, const struct ecdsa_table *table,
    struct verifier *verifier, struct verify_queue **queue);
void verify_queue_free(struct verify_queue *queue);

/*
 * Adds one signature of 64 octets over `data`. *outcome is set to `good` or `bad`, at the latest by
 * verify_queue_flush; it must stay where it is until then.
 */
MUST_CHECK zg_status verify_queue_add(struct verify_queue *queue, const uint8_t *data,
    size_t data_len, const uint8_t *signature, uint8_t *outcome, uint8_t good, uint8_t bad);
MUST_CHECK zg_status verify_queue_flush(struct verify_queue *queue);

/* How many signatures the batch confirmed so far, and how many were decided one by one. */
uint64_t verify_queue_n_batch(const struct verify_queue *queue);
uint64_t verify_queue_n_single(const struct verify_queue *queue);

#endif
