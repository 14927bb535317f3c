/*
 * The batch against plain EVP: keys, signatures and hashes of many kinds, good, bad and on the
 * edge, must get the same answer both ways; and the batch itself must have confirmed every good
 * one, so that one which leaves all to EVP fails.
 *
 *   differential [options]
 *     --long        some 1.2 million signatures instead of some 20 000
 *     --least N     fail when fewer were compared
 *     --seed N      other numbers (default 1)
 *     --threads N   default 2
 *
 * Exit status: 0 all agree, 1 not, 2 could not run, 77 this libcrypto has no batch.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>

#include "crypto/verify.h"
#include "crypto/verify_queue.h"
#include "dns/algorithm.h"
#include "maker.h"

#define THREADS_MAX    64
#define NUMBERS_MAX    96
#define SHOWN_MAX      20
#define RANDOM_PAIRS   40
#define QUEUE_MESSAGES 600

/* ---- What is compared ---- */

/* Numbers that a stage combines. */
struct numbers {
	BIGNUM *at[NUMBERS_MAX]; /* owned */
	size_t n;
};

struct tally {
	uint64_t n, good, confirmed, wrong;
};

struct worker;

/* A kind of signatures. A round fills and runs batches; the same round is always the same. */
struct stage {
	const char *name;
	void (*round)(struct worker *worker, size_t round);
	size_t short_rounds, long_rounds;
};

struct run {
	pthread_mutex_t lock; /* of all down to `failed` */
	size_t next;
	struct tally tally;
	size_t n_shown;

	const struct stage *stage;
	size_t rounds;
	uint64_t seed;
	struct signing_pair *pairs; /* the first RANDOM_PAIRS are of random numbers */
	size_t n_pairs;
	struct numbers multipliers, parts, hashes, coordinates;
};

struct worker {
	struct run *run;
	struct maker maker;
	struct ecdsa_batch *batch;
	struct sample samples[ECDSA_BATCH_MAX];
	size_t n;
	struct tally tally;
};

static void
show_octets(const char *name, const uint8_t *octets, size_t length)
{
	printf("    %s ", name);
	for (size_t i = 0; i < length; i++)
		printf("%02x", octets[i]);
	printf("\n");
}

static void
disagree(struct worker *worker, const struct signing_pair *pair, const struct ecdsa_item *item,
    const char *what)
{
	struct run *run = worker->run;

	worker->tally.wrong++;
	pthread_mutex_lock(&run->lock);
	if (run->n_shown++ < SHOWN_MAX) {
		printf("FAILED %s: %s\n", run->stage->name, what);
		show_octets("key ", pair->field, sizeof(pair->field));
		show_octets("r   ", item->signature, 32);
		show_octets("s   ", item->signature + 32, 32);
		show_octets("hash", item->hash, sizeof(item->hash));
	}
	pthread_mutex_unlock(&run->lock);
}

/* OpenSSL alone, without any line of zonegate's. */
static bool
plain_says(EVP_PKEY_CTX *context, const struct ecdsa_item *item)
{
	ECDSA_SIG *parts = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(item->signature, 32, NULL);
	BIGNUM *s = BN_bin2bn(item->signature + 32, 32, NULL);
	uint8_t *der = NULL;
	int length, answer;

	must(parts != NULL && ECDSA_SIG_set0(parts, r, s) == 1, "ECDSA_SIG");
	length = i2d_ECDSA_SIG(parts, &der);
	must(length > 0, "i2d_ECDSA_SIG");
	answer = EVP_PKEY_verify(context, der, (size_t)length, item->hash, sizeof(item->hash));
	OPENSSL_free(der);
	ECDSA_SIG_free(parts);
	ERR_clear_error();
	return answer == 1;
}

/* What zonegate does with one signature that no batch confirmed. */
static bool
single_says(
    struct verifier *verifier, const struct signing_pair *pair, const struct ecdsa_item *item)
{
	bool good;

	must(verifier_check_hash(verifier, pair->key, item->hash, sizeof(item->hash),
		 item->signature, sizeof(item->signature), &good) == ZG_OK,
	    "verifier_check_hash");
	return good;
}

/* Runs what was added as one batch by this key, and holds every answer against plain EVP. */
static void
run_batch(struct worker *worker, const struct signing_pair *pair)
{
	struct ecdsa_item items[ECDSA_BATCH_MAX];
	EVP_PKEY_CTX *plain = EVP_PKEY_CTX_new_from_pkey(NULL, pair->plain, NULL);
	struct verifier *verifier;

	must(plain != NULL && EVP_PKEY_verify_init(plain) == 1, "EVP");
	must(verifier_new(&verifier) == ZG_OK, "a verifier");
	for (size_t i = 0; i < worker->n; i++) {
		items[i] = worker->samples[i].item;
		/* What was left there before is no answer. */
		items[i].confirmed = i % 2 == 0;
	}
	ecdsa_batch_run(worker->batch, pair->table, items, worker->n);
	for (size_t i = 0; i < worker->n; i++) {
		enum expected expected = worker->samples[i].expected;
		bool good = plain_says(plain, &items[i]);

		worker->tally.n++;
		worker->tally.good += good;
		worker->tally.confirmed += items[i].confirmed;
		if (expected != EXPECT_ANY && good != (expected == EXPECT_GOOD))
			disagree(worker, pair, &items[i], "plain EVP says what cannot be");
		if (items[i].confirmed && !good)
			disagree(worker, pair, &items[i], "the batch ACCEPTS what EVP does not");
		if (!items[i].confirmed && good)
			disagree(worker, pair, &items[i], "the batch leaves a good one to EVP");
		/* The single way shares nothing between signatures: a part of them is enough. */
		if ((expected == EXPECT_ANY || i % 8 == 0) &&
		    single_says(verifier, pair, &items[i]) != good)
			disagree(worker, pair, &items[i], "the single way is not plain EVP's");
	}
	verifier_free(verifier);
	EVP_PKEY_CTX_free(plain);
	worker->n = 0;
}

static void
add(struct worker *worker, const struct signing_pair *pair, const struct sample *sample)
{
	worker->samples[worker->n++] = *sample;
	if (worker->n == ECDSA_BATCH_MAX)
		run_batch(worker, pair);
}

static const struct signing_pair *
pair_of_round(const struct worker *worker, size_t round)
{
	return &worker->run->pairs[round % worker->run->n_pairs];
}

/* ---- Random signatures ---- */

static void
flip(struct worker *worker, uint8_t *octets, size_t length)
{
	size_t bit = maker_next(&worker->maker) % (length * 8);

	octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

/* Hashes as they come, above n, and with leading zeros, down to 0. */
static void
random_hash(struct worker *worker, uint8_t hash[32])
{
	size_t kind = maker_next(&worker->maker) % 4;
	size_t zeros = maker_next(&worker->maker) % 33;

	for (size_t i = 0; i < 32; i++)
		hash[i] = (uint8_t)maker_next(&worker->maker);
	if (kind == 0)
		memset(hash, 0, zeros);
	else if (kind == 1)
		memset(hash, 0xff, zeros < 8 ? 8 : zeros);
}

/* number = n - number; n or above is left alone. */
static void
negate(const struct maker *maker, uint8_t number[32])
{
	BIGNUM *value = BN_bin2bn(number, 32, NULL);

	must(value != NULL, "memory");
	if (BN_cmp(value, maker->n) < 0 && !BN_is_zero(value))
		must(BN_sub(value, maker->n, value) == 1 && BN_bn2binpad(value, number, 32) == 32,
		    "n - number");
	BN_free(value);
}

static void
random_good(struct worker *worker, const struct signing_pair *pair, struct sample *sample)
{
	uint8_t hash[32];

	if (maker_next(&worker->maker) % 4 != 0) {
		make_good(&worker->maker, pair, sample);
	} else {
		random_hash(worker, hash);
		make_over(&worker->maker, pair, hash, sample);
	}
	/* s and n - s are both good (FIPS 186-5 section 6.4.2 looks at x alone). */
	if (maker_next(&worker->maker) % 8 == 0)
		negate(&worker->maker, sample->item.signature + 32);
}

/* One thing wrong. */
static void
random_bad(struct worker *worker, const struct signing_pair *pair, struct sample *sample)
{
	struct maker *maker = &worker->maker;
	uint8_t *r = sample->item.signature, *s = r + 32, swap[32];
	const struct signing_pair *other = &worker->run->pairs[maker_next(maker) % RANDOM_PAIRS];

	random_good(worker, pair, sample);
	switch (maker_next(maker) % 10) {
	case 0:
		flip(worker, r, 32);
		break;
	case 1:
		flip(worker, s, 32);
		break;
	case 2:
		flip(worker, sample->item.hash, 32);
		break;
	case 3:
		make_good(maker, other == pair ? &worker->run->pairs[RANDOM_PAIRS] : other, sample);
		break;
	case 4:
		memcpy(swap, r, 32);
		memcpy(r, s, 32);
		memcpy(s, swap, 32);
		break;
	case 5:
		negate(maker, r);
		break;
	case 6:
		memset(r, 0, 32);
		break;
	case 7:
		memset(s, 0, 32);
		break;
	case 8:
		must(BN_bn2binpad(maker->n, s, 32) == 32, "n");
		break;
	default:
		maker_number(maker, maker->k);
		must(BN_bn2binpad(maker->k, r, 32) == 32, "a number");
		break;
	}
	sample->expected = EXPECT_BAD;
}

/* How many signatures a batch has, and which of them are bad: each place p with p % every == at. */
static const struct shape {
	size_t n, every, at;
	bool rest_is_bad; /* the other way round */
	bool equal;	  /* the first good one again and again */
} shapes[] = {
    {256, 300, 299, false, false}, /* all good */
    {256, 256, 100, false, false}, /* one bad */
    {256, 256, 0, false, false},
    {256, 256, 255, false, false},
    {256, 2, 1, false, false},
    {256, 3, 0, true, false},
    {256, 256, 77, true, false}, /* one good */
    {256, 1, 0, false, false},	 /* all bad */
    {256, 300, 299, false, true},
    {256, 5, 2, false, true},
    {255, 17, 3, false, false},
    {255, 300, 299, false, false},
    {1, 2, 1, false, false},
    {1, 1, 0, false, false},
    {2, 3, 2, false, false},
    {2, 2, 1, false, true},
    {3, 2, 0, false, false},
    {100, 9, 4, false, false},
};

static void
round_random(struct worker *worker, size_t round)
{
	const struct signing_pair *pair = &worker->run->pairs[round % RANDOM_PAIRS];
	/* Every key meets every shape. */
	const struct shape *shape =
	    &shapes[(round + round / RANDOM_PAIRS) % (sizeof(shapes) / sizeof(shapes[0]))];
	struct sample first, sample;

	random_good(worker, pair, &first);
	for (size_t i = 0; i < shape->n; i++) {
		if ((i % shape->every == shape->at) != shape->rest_is_bad)
			random_bad(worker, pair, &sample);
		else if (shape->equal)
			sample = first;
		else
			random_good(worker, pair, &sample);
		add(worker, pair, &sample);
	}
	if (worker->n > 0)
		run_batch(worker, pair);
}

/* ---- Multipliers ---- */

/*
 * The sums that addition formulas get wrong: u1 * G = u2 * Q (a doubling), and u1 * G = -u2 * Q,
 * infinity, which is never good: not with any r, nor with the x coordinate that the two summands
 * have in common.
 */
static void
add_special_sums(struct worker *worker, const struct signing_pair *pair, const BIGNUM *u1)
{
	struct maker *maker = &worker->maker;
	BIGNUM *u2 = BN_new(), *x = BN_new();
	struct sample sample;

	must(u2 != NULL && x != NULL &&
		 BN_mod_inverse(u2, pair->d, maker->n, maker->context) != NULL &&
		 BN_mod_mul(u2, u1, u2, maker->n, maker->context) == 1,
	    "u1 / d");
	make_with(maker, pair, u1, u2, NULL, &sample);
	add(worker, pair, &sample);
	must(BN_sub(u2, maker->n, u2) == 1, "-u1 / d");
	make_with(maker, pair, u1, u2, NULL, &sample);
	add(worker, pair, &sample);
	must(maker_x(maker, u1, x), "x of u1 * G");
	make_with(maker, pair, u1, u2, x, &sample);
	add(worker, pair, &sample);
	BN_free(u2);
	BN_free(x);
}

/* One u1 with every u2. */
static void
round_multipliers(struct worker *worker, size_t round)
{
	const struct numbers *numbers = &worker->run->multipliers;
	const struct signing_pair *pair = pair_of_round(worker, round);
	const BIGNUM *u1 = numbers->at[round / worker->run->n_pairs % numbers->n];

	for (size_t i = 0; i < numbers->n; i++) {
		struct sample sample;

		if (BN_is_zero(numbers->at[i]))
			continue; /* u2 = r / s is never 0 */
		make_with(&worker->maker, pair, u1, numbers->at[i], NULL, &sample);
		add(worker, pair, &sample);
		flip(worker, sample.item.hash, 32);
		sample.expected = EXPECT_BAD;
		add(worker, pair, &sample);
		add_special_sums(worker, pair, numbers->at[i]);
	}
	run_batch(worker, pair);
}

/* ---- Almost right ---- */

/* An r that is not x but near it: one bit flipped, or -x modulo n. */
static void
add_near(struct worker *worker, const struct signing_pair *pair, const BIGNUM *u1, const BIGNUM *u2,
    const uint8_t x[32], int bit)
{
	struct sample sample;
	uint8_t near[32];
	BIGNUM *r;

	memcpy(near, x, sizeof(near));
	if (bit < 0)
		negate(&worker->maker, near);
	else
		near[bit / 8] ^= (uint8_t)(1 << bit % 8);
	r = BN_bin2bn(near, sizeof(near), NULL);
	must(r != NULL, "memory");
	if (!BN_is_zero(r) && BN_cmp(r, worker->maker.n) < 0) {
		make_with(&worker->maker, pair, u1, u2, r, &sample);
		add(worker, pair, &sample);
	}
	BN_free(r);
}

/* The sum is the same each time; only r, which it is held against, is right or almost. */
static void
round_near(struct worker *worker, size_t round)
{
	const struct signing_pair *pair = pair_of_round(worker, round);
	BIGNUM *u1 = BN_new(), *u2 = BN_new();
	struct sample right;

	must(u1 != NULL && u2 != NULL, "memory");
	maker_number(&worker->maker, u1);
	maker_number(&worker->maker, u2);
	make_with(&worker->maker, pair, u1, u2, NULL, &right);
	add(worker, pair, &right);
	for (int bit = -1; bit < 256; bit++)
		add_near(worker, pair, u1, u2, right.item.signature, bit);
	add(worker, pair, &right);
	run_batch(worker, pair);
	BN_free(u1);
	BN_free(u2);
}

/* ---- Numbers at the edges ---- */

/* Every r with every s, over one hash; almost all of them are bad. */
static void
round_numbers(struct worker *worker, size_t round)
{
	const struct run *run = worker->run;
	const struct signing_pair *pair = pair_of_round(worker, round);
	const BIGNUM *hash = run->hashes.at[round / run->n_pairs % run->hashes.n];
	struct sample sample;

	for (size_t i = 0; i < run->parts.n; i++)
		for (size_t k = 0; k < run->parts.n; k++) {
			make_of(run->parts.at[i], run->parts.at[k], hash, &sample);
			add(worker, pair, &sample);
		}
	/* Some good ones beside them. */
	for (size_t i = 0; i < 3; i++) {
		random_good(worker, pair, &sample);
		add(worker, pair, &sample);
	}
	run_batch(worker, pair);
}

/* What must be refused because a number is too large, though it is the same modulo n or p. */
static void
add_too_large(struct worker *worker, const struct signing_pair *pair, const struct sample *good)
{
	for (size_t i = 0; i < 4; i++) {
		const BIGNUM *summand = i % 2 == 0 ? worker->maker.n : worker->maker.p;
		struct sample sample = *good;

		sample.expected = EXPECT_BAD;
		if (add_to(sample.item.signature + (i < 2 ? 0 : 32), summand))
			add(worker, pair, &sample);
	}
}

/* A good signature with an odd r, s and hash by a key made for it, and what it can be turned to. */
static void
round_recovered(struct worker *worker, size_t round)
{
	const struct run *run = worker->run;
	struct maker *maker = &worker->maker;
	const BIGNUM *s = run->parts.at[round / run->coordinates.n % run->parts.n];
	const BIGNUM *hash = run->hashes.at[maker_next(maker) % run->hashes.n];
	BIGNUM *x = BN_dup(run->coordinates.at[round % run->coordinates.n]);
	struct signing_pair pair;
	struct sample good, sample;

	must(x != NULL, "memory");
	if (BN_is_zero(s) || BN_cmp(s, maker->n) >= 0)
		s = BN_value_one();
	/* The next coordinate that is one. */
	while (!pair_recovered(maker, x, s, hash, &pair, &good))
		must(BN_add_word(x, 1) == 1 && BN_nnmod(x, x, maker->p, maker->context) == 1,
		    "the next x");
	BN_free(x);
	add(worker, &pair, &good);
	sample = good;
	negate(maker, sample.item.signature + 32);
	add(worker, &pair, &sample);
	/* The hash is taken modulo n. */
	sample = good;
	if (add_to(sample.item.hash, maker->n))
		add(worker, &pair, &sample);
	add_too_large(worker, &pair, &good);
	for (size_t i = 0; i < 3; i++) {
		sample = good;
		sample.expected = EXPECT_BAD;
		flip(worker, i < 2 ? sample.item.signature + 32 * i : sample.item.hash, 32);
		add(worker, &pair, &sample);
	}
	sample = good;
	sample.expected = EXPECT_ANY;
	negate(maker, sample.item.hash);
	add(worker, &pair, &sample);
	run_batch(worker, &pair);
	pair_clear(&pair);
}

/* ---- Through the queue ---- */

static void
make_message(
    struct worker *worker, const struct signing_pair *pair, uint64_t message, struct sample *sample)
{
	uint8_t hash[32];

	must(EVP_Digest(&message, sizeof(message), hash, NULL, EVP_sha256(), NULL) == 1, "SHA-256");
	make_over(&worker->maker, pair, hash, sample);
}

/*
 * Signed messages as the verification of zones meets them, some broken: every outcome is that of
 * verifier_check, and the queue's own counts say that the batch confirmed all good ones and left it
 * to EVP to refuse the others.
 */
static void
round_queue(struct worker *worker, size_t round)
{
	const struct signing_pair *pair = pair_of_round(worker, round);
	uint8_t outcomes[QUEUE_MESSAGES] = {0};
	struct sample samples[QUEUE_MESSAGES];
	struct verify_queue *queue;
	struct verifier *verifier;
	uint64_t n_good = 0;
	bool good;

	must(verifier_new(&verifier) == ZG_OK &&
		 verify_queue_new(pair->key, pair->table, verifier, &queue) == ZG_OK,
	    "a queue");
	for (uint64_t i = 0; i < QUEUE_MESSAGES; i++) {
		make_message(worker, pair, i, &samples[i]);
		if (maker_next(&worker->maker) % 8 == 0)
			flip(worker, samples[i].item.signature, 64);
		must(verify_queue_add(queue, (const uint8_t *)&i, sizeof(i),
			 samples[i].item.signature, &outcomes[i], 3, 2) == ZG_OK,
		    "verify_queue_add");
	}
	must(verify_queue_flush(queue) == ZG_OK, "verify_queue_flush");
	for (uint64_t i = 0; i < QUEUE_MESSAGES; i++) {
		must(verifier_check(verifier, pair->key, (const uint8_t *)&i, sizeof(i),
			 samples[i].item.signature, 64, &good) == ZG_OK,
		    "verifier_check");
		n_good += good;
		if (outcomes[i] != (good ? 3 : 2))
			disagree(worker, pair, &samples[i].item, "the queue differs from EVP");
	}
	if (verify_queue_n_batch(queue) != n_good ||
	    verify_queue_n_single(queue) != QUEUE_MESSAGES - n_good)
		disagree(worker, pair, &samples[0].item, "the queue counts wrong");
	worker->tally.n += QUEUE_MESSAGES;
	worker->tally.good += n_good;
	worker->tally.confirmed += verify_queue_n_batch(queue);
	verify_queue_free(queue);
	verifier_free(verifier);
}

/* ---- Widths ---- */

/* A signature that is cut or lengthened, on either side, is none; nor is a batch that is too large
 * run. */
static void
round_widths(struct worker *worker, size_t round)
{
	const struct signing_pair *pair = pair_of_round(worker, round);
	struct ecdsa_item items[ECDSA_BATCH_MAX + 1];
	uint8_t room[3 * 64] = {0};
	uint64_t message = round;
	struct verifier *verifier;
	struct sample sample;
	bool good;

	must(verifier_new(&verifier) == ZG_OK, "a verifier");
	make_message(worker, pair, message, &sample);
	memcpy(room + 64, sample.item.signature, 64);
	for (size_t before = 0; before <= 64; before++)
		for (size_t length = 0; length <= 128; length++) {
			must(verifier_check(verifier, pair->key, (const uint8_t *)&message,
				 sizeof(message), room + 64 - before, length, &good) == ZG_OK,
			    "verifier_check");
			if (good != (before == 0 && length == 64))
				disagree(worker, pair, &sample.item, "width");
		}
	add(worker, pair, &sample);
	sample.expected = EXPECT_BAD;
	flip(worker, sample.item.signature, 64);
	add(worker, pair, &sample);
	run_batch(worker, pair);
	for (size_t i = 0; i <= ECDSA_BATCH_MAX; i++) {
		items[i] = worker->samples[0].item;
		items[i].confirmed = true;
	}
	ecdsa_batch_run(worker->batch, pair->table, items, 0);
	ecdsa_batch_run(worker->batch, pair->table, items, ECDSA_BATCH_MAX + 1);
	for (size_t i = 0; i <= ECDSA_BATCH_MAX; i++)
		if (items[i].confirmed)
			disagree(worker, pair, &sample.item, "a batch that is too large");
	verifier_free(verifier);
}

/* ---- Keys ---- */

/*
 * Each bit of a key flipped: no key, as the point is off the curve; where zonegate reads one
 * anyway, -Q is all it can be, and a good signature by Q is none by it.
 */
static void
round_keys(struct worker *worker, size_t round)
{
	const struct signing_pair *pair = pair_of_round(worker, round);
	struct sample sample;

	random_bad(worker, pair, &sample);
	add(worker, pair, &sample);
	random_good(worker, pair, &sample);
	add(worker, pair, &sample);
	run_batch(worker, pair);
	for (size_t bit = 0; bit < 512; bit++) {
		struct signing_pair altered = *pair;
		struct verifier *verifier;
		const char *why;

		altered.field[bit / 8] ^= (uint8_t)(1 << bit % 8);
		must(public_key_new(ALG_ECDSAP256SHA256, altered.field, sizeof(altered.field),
			 &altered.key, &why) == ZG_OK,
		    "public_key_new");
		if (altered.key == NULL)
			continue;
		must(verifier_new(&verifier) == ZG_OK, "a verifier");
		if (single_says(verifier, &altered, &sample.item))
			disagree(worker, &altered, &sample.item, "another key");
		verifier_free(verifier);
		public_key_free(altered.key);
	}
}

/* ---- Special numbers ---- */

/* The number that `text` says, in hexadecimal, plus `more`. */
static void
number_add(struct numbers *numbers, const char *text, int more)
{
	BIGNUM *number = NULL;

	must(BN_hex2bn(&number, text) > 0, "a number");
	must(more < 0 ? BN_sub_word(number, (BN_ULONG)-more) == 1
		      : BN_add_word(number, (BN_ULONG)more) == 1,
	    "a number");
	must(numbers->n < NUMBERS_MAX, "room");
	numbers->at[numbers->n++] = number;
}

/* Half of an odd number, rounded down, plus `more`. */
static void
number_add_half(struct numbers *numbers, const char *text, int more)
{
	BIGNUM *number;

	number_add(numbers, text, 0);
	number = numbers->at[numbers->n - 1];
	must(BN_rshift1(number, number) == 1 && BN_add_word(number, (BN_ULONG)more) == 1, "half");
}

/* 2^bits plus `more`. */
static void
number_add_power(struct numbers *numbers, int bits, int more)
{
	number_add(numbers, "1", 0);
	must(BN_lshift(numbers->at[numbers->n - 1], numbers->at[numbers->n - 1], bits) == 1 &&
		 (more < 0 ? BN_sub_word(numbers->at[numbers->n - 1], (BN_ULONG)-more)
			   : BN_add_word(numbers->at[numbers->n - 1], (BN_ULONG)more)) == 1,
	    "a power of two");
}

static const char *const patterns[] = {
    "5555555555555555555555555555555555555555555555555555555555555555",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "00000000FFFFFFFF00000000FFFFFFFF00000000FFFFFFFF00000000FFFFFFFF",
    "FFFFFFFE00000000FFFFFFFFFFFFFFFF0000000000000000FFFFFFFFFFFFFFFF",
    "0102040810204081020408102040810204081020408102040810204081020408",
    "7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F",
    "8000000000000000000000000000000000000000000000000000000000000001",
};

/*
 * Multipliers, all below n: ends of the range, and what lies at the ends of the windows of 4 to 8
 * bits, the lowest, some middle and the highest one, that tables of multiples are cut in.
 */
static void
multipliers_fill(struct numbers *numbers)
{
	static const int small[] = {
	    0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256};
	static const int powers[] = {
	    14, 28, 32, 63, 64, 70, 96, 126, 127, 128, 192, 224, 248, 252, 255};

	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		number_add(numbers, "0", small[i]);
	for (int i = 1; i <= 5; i++)
		number_add(numbers, N_HEX, -i);
	number_add(numbers, N_HEX, -64);
	for (int i = 0; i <= 3; i++)
		number_add_half(numbers, N_HEX, i);
	for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++)
		for (int more = -1; more <= 1; more++)
			number_add_power(numbers, powers[i], more);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		number_add(numbers, patterns[i], 0);
}

/* Values for r and s: in range, at its ends, beyond them, and around p - n. */
static void
parts_fill(struct numbers *numbers)
{
	static const char p_minus_n[] = "4319055358E8617B0C46353D039CDAAE";

	for (int i = 0; i <= 4; i++)
		number_add(numbers, "0", i);
	for (int i = -2; i <= 2; i++)
		number_add(numbers, N_HEX, i);
	for (int i = -1; i <= 1; i++) {
		number_add(numbers, p_minus_n, i);
		number_add(numbers, P_HEX, i);
		number_add_power(numbers, 128, i);
	}
	number_add_half(numbers, N_HEX, 0);
	number_add_half(numbers, N_HEX, 1);
	number_add_power(numbers, 223, 0);
	number_add_power(numbers, 255, 0);
	number_add_power(numbers, 256, -1);
	number_add(numbers, patterns[0], 0);
}

static void
hashes_fill(struct numbers *numbers)
{
	number_add(numbers, "0", 0);
	number_add(numbers, "0", 1);
	for (int i = -1; i <= 1; i++)
		number_add(numbers, N_HEX, i);
	number_add(numbers, P_HEX, 0);
	number_add_half(numbers, N_HEX, 0);
	number_add_power(numbers, 256, -1);
	number_add_power(numbers, 255, 0);
	number_add_power(numbers, 8, -1);
	number_add_power(numbers, 128, 0);
	number_add(numbers, patterns[4], 0);
}

/* x coordinates, all below p: small; from n to p, where r is x - n; below p - n, where r could be
 * of two of them; and others. */
static void
coordinates_fill(struct numbers *numbers)
{
	static const int powers[] = {16, 64, 96, 126, 127, 128, 160, 192, 224, 255};

	for (int i = 1; i <= 5; i += 2)
		number_add(numbers, "0", i);
	for (int i = -12; i <= 18; i += 6)
		number_add(numbers, N_HEX, i);
	for (int i = -20; i <= -2; i += 6)
		number_add(numbers, P_HEX, i);
	for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++) {
		number_add_power(numbers, powers[i], 0);
		/* n + 2^k is below p for k up to 126. */
		if (powers[i] < 127) {
			number_add(numbers, N_HEX, 0);
			must(BN_add(numbers->at[numbers->n - 1], numbers->at[numbers->n - 1],
				 numbers->at[numbers->n - 2]) == 1,
			    "n + 2^k");
		}
	}
	number_add(numbers, patterns[1], 0);
}

static void
numbers_clear(struct numbers *numbers)
{
	for (size_t i = 0; i < numbers->n; i++)
		BN_free(numbers->at[i]);
}

/* Random keys, then those of special private numbers: G, -G, small and other multiples. */
static void
pairs_make(struct run *run)
{
	static const struct {
		const char *text;
		int more;
	} special[] = {{"1", 0}, {"2", 0}, {"3", 0}, {"40", 0}, {"41", 0}, {"80", 0}, {N_HEX, -1},
	    {N_HEX, -2}, {N_HEX, -64},
	    {"7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8", 0},
	    {"100000000000000000000000000000000", 0},
	    {"8000000000000000000000000000000000000000000000000000000000000000", 0}};
	enum { SPECIAL = sizeof(special) / sizeof(special[0]) };
	struct numbers numbers = {.n = 0};
	struct maker maker;
	BIGNUM *d = BN_new();

	maker_init(&maker, run->seed);
	run->pairs = calloc(RANDOM_PAIRS + SPECIAL, sizeof(run->pairs[0]));
	must(run->pairs != NULL && d != NULL, "memory");
	for (size_t i = 0; i < RANDOM_PAIRS; i++) {
		maker_number(&maker, d);
		pair_of_number(&maker, d, &run->pairs[run->n_pairs++]);
	}
	for (size_t i = 0; i < SPECIAL; i++) {
		number_add(&numbers, special[i].text, special[i].more);
		pair_of_number(&maker, numbers.at[i], &run->pairs[run->n_pairs++]);
	}
	numbers_clear(&numbers);
	BN_free(d);
	maker_clear(&maker);
}

/* ---- Running ---- */

static void *
work(void *context)
{
	struct run *run = context;
	struct worker *worker = calloc(1, sizeof(*worker));
	size_t round;

	must(worker != NULL && ecdsa_batch_new(&worker->batch) == ZG_OK, "memory");
	worker->run = run;
	maker_init(&worker->maker, 0);
	for (;;) {
		pthread_mutex_lock(&run->lock);
		round = run->next++;
		pthread_mutex_unlock(&run->lock);
		if (round >= run->rounds)
			break;
		worker->maker.chance = (run->seed << 40 ^ round) * 0x9e3779b97f4a7c15U;
		run->stage->round(worker, round);
	}
	pthread_mutex_lock(&run->lock);
	run->tally.n += worker->tally.n;
	run->tally.good += worker->tally.good;
	run->tally.confirmed += worker->tally.confirmed;
	run->tally.wrong += worker->tally.wrong;
	pthread_mutex_unlock(&run->lock);
	maker_clear(&worker->maker);
	ecdsa_batch_free(worker->batch);
	free(worker);
	return NULL;
}

static void
run_stage(struct run *run, const struct stage *stage, size_t rounds, size_t threads)
{
	pthread_t started[THREADS_MAX];

	run->stage = stage;
	run->rounds = rounds;
	run->next = 0;
	run->tally = (struct tally){.n = 0};
	for (size_t i = 0; i < threads; i++)
		must(pthread_create(&started[i], NULL, work, run) == 0, "a thread");
	for (size_t i = 0; i < threads; i++)
		pthread_join(started[i], NULL);
}

static const struct stage stages[] = {
    {"random", round_random, 54, 3780},
    {"multipliers", round_multipliers, 13, 1040},
    {"almost right", round_near, 4, 156},
    {"numbers", round_numbers, 6, 260},
    {"recovered keys", round_recovered, 90, 2340},
    {"queue", round_queue, 3, 52},
    {"widths", round_widths, 1, 13},
    {"keys", round_keys, 1, 52},
};

/* Whether the stage shows anything, and nothing wrong. */
static bool
is_passed(const struct tally *tally)
{
	return tally->wrong == 0 && tally->good > 0 && tally->good < tally->n &&
	       tally->confirmed == tally->good;
}

static int
run_all(struct run *run, bool is_long, uint64_t least, size_t threads)
{
	size_t n_stages = sizeof(stages) / sizeof(stages[0]), passed = 0;
	uint64_t n = 0;

	printf("%-16s %10s %10s %10s %10s\n", "", "signatures", "good", "confirmed", "wrong");
	for (size_t i = 0; i < n_stages; i++) {
		const struct tally *tally = &run->tally;

		run_stage(run, &stages[i], is_long ? stages[i].long_rounds : stages[i].short_rounds,
		    threads);
		printf("%-16s %10llu %10llu %10llu %10llu\n", stages[i].name,
		    (unsigned long long)tally->n, (unsigned long long)tally->good,
		    (unsigned long long)tally->confirmed, (unsigned long long)tally->wrong);
		fflush(stdout);
		passed += is_passed(tally);
		n += tally->n;
	}
	printf("%llu signatures compared\n", (unsigned long long)n);
	if (n < least)
		printf("FAILED: fewer than %llu\n", (unsigned long long)least);
	passed += n >= least;
	printf("%zu passed, %zu failed, 0 skipped\n", passed, n_stages + 1 - passed);
	return passed == n_stages + 1 ? 0 : 1;
}

/* The value of an option that is a number. */
static uint64_t
number(const char *text)
{
	char *end;
	unsigned long long value = text == NULL ? 0 : strtoull(text, &end, 10);

	if (text == NULL || end == text || *end != '\0') {
		fprintf(
		    stderr, "usage: differential [--long] [--least N] [--seed N] [--threads N]\n");
		exit(2);
	}
	return value;
}

int
main(int argc, char **argv)
{
	struct run run = {.lock = PTHREAD_MUTEX_INITIALIZER, .seed = 1};
	uint64_t least = 1, threads = 2;
	bool is_long = false;
	int status = 77;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--long") == 0)
			is_long = true;
		else if (strcmp(argv[i], "--least") == 0)
			least = number(argv[++i]);
		else if (strcmp(argv[i], "--seed") == 0)
			run.seed = number(argv[++i]);
		else if (strcmp(argv[i], "--threads") == 0)
			threads = number(argv[++i]);
		else
			(void)number(argv[i]);
	}
	must(threads >= 1 && threads <= THREADS_MAX, "--threads");
	multipliers_fill(&run.multipliers);
	parts_fill(&run.parts);
	hashes_fill(&run.hashes);
	coordinates_fill(&run.coordinates);
	pairs_make(&run);
#ifdef OPENSSL_NO_DEPRECATED_3_0
	printf("skipped: this libcrypto has no batch\n");
#else
	for (size_t i = 0; i < run.n_pairs; i++)
		must(run.pairs[i].table != NULL, "a table");
	status = run_all(&run, is_long, least, (size_t)threads);
#endif
	for (size_t i = 0; i < run.n_pairs; i++)
		pair_clear(&run.pairs[i]);
	free(run.pairs);
	numbers_clear(&run.multipliers);
	numbers_clear(&run.parts);
	numbers_clear(&run.hashes);
	numbers_clear(&run.coordinates);
	return status;
}
