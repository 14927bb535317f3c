/*
 * The floor under a check of a zone signed with ECDSA P-256: the time that its signatures take when
 * there is nothing but verifying hashes in batches, key table included.
 *
 *   floor SIGNATURES THREADS      prints 'seconds processor-seconds'
 *
 * Makes DIFFERENT signatures of one key and verifies them in turn until SIGNATURES were verified.
 * Measured are the key's table, the threads' batches and the verifying, not the making; a check has
 * to start, to hash what is signed and to end besides, which counts against it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <zonegate/limits.h>
#include "base/work_pool.h"
#include "crypto/ecdsa_batch.h"
#include "dns/algorithm.h"

#define DIFFERENT      16384
#define SIGNATURES_MAX 100000000
#define DER_MAX	       80

struct floor {
	struct ecdsa_item *items; /* DIFFERENT of them */
	struct ecdsa_table *table;
	struct ecdsa_batch *batches[ZG_THREADS_MAX];
	uint64_t n_confirmed[ZG_THREADS_MAX];
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "floor: %s\n", what);
	exit(EXIT_FAILURE);
}

/* One signature over octets from nowhere: r and s, padded (RFC 6605 section 4). */
static void
item_make(EVP_PKEY_CTX *signer, struct ecdsa_item *item)
{
	uint8_t der[DER_MAX];
	const uint8_t *at = der;
	size_t length = sizeof(der);
	ECDSA_SIG *pair;

	if (RAND_bytes(item->hash, sizeof(item->hash)) != 1 ||
	    EVP_PKEY_sign(signer, der, &length, item->hash, sizeof(item->hash)) != 1)
		die("cannot sign");
	pair = d2i_ECDSA_SIG(NULL, &at, (long)length);
	if (pair == NULL)
		die("cannot read a signature");
	BN_bn2binpad(ECDSA_SIG_get0_r(pair), item->signature, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(pair), item->signature + 32, 32);
	ECDSA_SIG_free(pair);
}

/* The key as it stands in a DNSKEY. */
static struct public_key *
key_of(EVP_PKEY *pair)
{
	uint8_t point[65];
	size_t length = 0;
	struct public_key *key = NULL;
	const char *why;

	if (EVP_PKEY_get_octet_string_param(
		pair, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &length) != 1 ||
	    public_key_new(ALG_ECDSAP256SHA256, point + 1, length - 1, &key, &why) != ZG_OK ||
	    key == NULL)
		die("cannot make a key");
	return key;
}

/* work_function: a batch at a time, each thread with the signatures of its own copy. */
static zg_status
verify(void *context, unsigned thread, size_t first, size_t end)
{
	struct floor *all = context;
	struct ecdsa_item items[ECDSA_BATCH_MAX];

	for (size_t i = first; i < end; i++)
		items[i - first] = all->items[i % DIFFERENT];
	ecdsa_batch_run(all->batches[thread], all->table, items, end - first);
	for (size_t i = 0; i < end - first; i++)
		all->n_confirmed[thread] += items[i].confirmed;
	return ZG_OK;
}

static double
seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Times table and verification, and holds that every signature was confirmed. */
static void
measure(struct floor *all, const struct public_key *key, size_t n, unsigned threads)
{
	double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t confirmed = 0;

	if (ecdsa_table_new(key, &all->table) != ZG_OK || all->table == NULL)
		die("no batches with this library");
	for (unsigned i = 0; i < threads; i++) {
		if (ecdsa_batch_new(&all->batches[i]) != ZG_OK)
			die("out of memory");
	}
	if (work_pool_run(threads, n, ECDSA_BATCH_MAX, verify, all) != ZG_OK)
		die("cannot verify");
	printf("%.3f %.3f\n", seconds(CLOCK_MONOTONIC) - wall,
	    seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	for (unsigned i = 0; i < threads; i++) {
		confirmed += all->n_confirmed[i];
		ecdsa_batch_free(all->batches[i]);
	}
	ecdsa_table_free(all->table);
	if (confirmed != n)
		die("a good signature was not confirmed");
}

int
main(int argc, char **argv)
{
	long n = argc == 3 ? atol(argv[1]) : 0, threads = argc == 3 ? atol(argv[2]) : 0;
	struct floor *all = calloc(1, sizeof(*all));
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	EVP_PKEY_CTX *signer = pair == NULL ? NULL : EVP_PKEY_CTX_new(pair, NULL);
	struct public_key *key;

	if (n < 1 || n > SIGNATURES_MAX || threads < 1 || threads > ZG_THREADS_MAX) {
		fprintf(stderr, "usage: floor SIGNATURES THREADS\n");
		return 2;
	}
	if (all == NULL || signer == NULL || EVP_PKEY_sign_init(signer) != 1)
		die("out of memory");
	all->items = calloc(DIFFERENT, sizeof(all->items[0]));
	if (all->items == NULL)
		die("out of memory");
	for (size_t i = 0; i < DIFFERENT; i++)
		item_make(signer, &all->items[i]);
	key = key_of(pair);
	measure(all, key, (size_t)n, (unsigned)threads);
	public_key_free(key);
	EVP_PKEY_CTX_free(signer);
	EVP_PKEY_free(pair);
	free(all->items);
	free(all);
	return EXIT_SUCCESS;
}
