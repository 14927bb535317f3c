/* Signatures by one key that wait to be verified together. */
#include "crypto/verify_queue.h"

#include <stdlib.h>
#include <string.h>

struct verify_queue {
	const struct public_key *key;
	const struct ecdsa_table *table;
	struct verifier *verifier;
	struct ecdsa_batch *batch; /* owned */
	struct ecdsa_item items[ECDSA_BATCH_MAX];
	struct {
		uint8_t *at;
		uint8_t good, bad;
	} outcomes[ECDSA_BATCH_MAX];
	size_t n;
	uint64_t n_batch, n_single;
};

zg_status
verify_queue_new(const struct public_key *key, const struct ecdsa_table *table,
    struct verifier *verifier, struct verify_queue **queue)
{
	struct verify_queue *made = calloc(1, sizeof(*made));
	zg_status status;

	*queue = NULL;
	if (made == NULL)
		return ZG_MEMORY;
	made->key = key;
	made->table = table;
	made->verifier = verifier;
	status = ecdsa_batch_new(&made->batch);
	if (status != ZG_OK) {
		verify_queue_free(made);
		return status;
	}
	*queue = made;
	return ZG_OK;
}

void
verify_queue_free(struct verify_queue *queue)
{
	if (queue == NULL)
		return;
	ecdsa_batch_free(queue->batch);
	free(queue);
}

zg_status
verify_queue_flush(struct verify_queue *queue)
{
	zg_status status = ZG_OK;

	ecdsa_batch_run(queue->batch, queue->table, queue->items, queue->n);
	for (size_t i = 0; i < queue->n && status == ZG_OK; i++) {
		struct ecdsa_item *item = &queue->items[i];
		bool good = item->confirmed;

		if (good)
			queue->n_batch++;
		else {
			queue->n_single++;
			status = verifier_check_hash(queue->verifier, queue->key, item->hash,
			    sizeof(item->hash), item->signature, sizeof(item->signature), &good);
		}
		if (status == ZG_OK)
			*queue->outcomes[i].at =
			    good ? queue->outcomes[i].good : queue->outcomes[i].bad;
	}
	queue->n = 0;
	return status;
}

zg_status
verify_queue_add(struct verify_queue *queue, const uint8_t *data, size_t data_len,
    const uint8_t *signature, uint8_t *outcome, uint8_t good, uint8_t bad)
{
	struct ecdsa_item *item = &queue->items[queue->n];
	uint8_t hash[VERIFY_HASH_MAX];
	size_t hash_len;
	zg_status status =
	    verifier_hash(queue->verifier, queue->key, data, data_len, hash, &hash_len);

	if (status != ZG_OK)
		return status;
	if (hash_len != sizeof(item->hash))
		return ZG_INTERNAL;
	memcpy(item->hash, hash, sizeof(item->hash));
	memcpy(item->signature, signature, sizeof(item->signature));
	queue->outcomes[queue->n].at = outcome;
	queue->outcomes[queue->n].good = good;
	queue->outcomes[queue->n].bad = bad;
	return ++queue->n == ECDSA_BATCH_MAX ? verify_queue_flush(queue) : ZG_OK;
}

uint64_t
verify_queue_n_batch(const struct verify_queue *queue)
{
	return queue->n_batch;
}

uint64_t
verify_queue_n_single(const struct verify_queue *queue)
{
	return queue->n_single;
}
