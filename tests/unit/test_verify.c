/* Verification of signatures, one by one and in batches, against keys and signatures of OpenSSL's.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto/ecdsa_batch.h"
#include "crypto/verify.h"
#include "crypto/verify_queue.h"
#include "dns/algorithm.h"

/* A private key, its DNSKEY field, and how it signs. */
struct signer {
	uint8_t algorithm;
	EVP_PKEY *pkey;
	const char *hash; /* NULL: the algorithm hashes for itself */
	uint8_t field[1024];
	size_t field_len;
};

static const struct {
	uint8_t algorithm;
	const char *hash;
} kinds[] = {{ALG_RSASHA1, "SHA1"}, {ALG_RSASHA1_NSEC3_SHA1, "SHA1"}, {ALG_RSASHA256, "SHA256"},
    {ALG_RSASHA512, "SHA512"}, {ALG_ECDSAP256SHA256, "SHA256"}, {ALG_ECDSAP384SHA384, "SHA384"},
    {ALG_ED25519, NULL}, {ALG_ED448, NULL}};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static EVP_PKEY *
generate(uint8_t algorithm)
{
	if (algorithm_is_rsa(algorithm))
		return EVP_RSA_gen(1024);
	if (algorithm == ALG_ECDSAP256SHA256)
		return EVP_EC_gen("P-256");
	if (algorithm == ALG_ECDSAP384SHA384)
		return EVP_EC_gen("P-384");
	return EVP_PKEY_Q_keygen(NULL, NULL, algorithm == ALG_ED25519 ? "ED25519" : "ED448");
}

static void
signer_init(struct signer *signer, uint8_t algorithm, const char *hash)
{
	BIGNUM *n = NULL;
	size_t length = 0;

	*signer =
	    (struct signer){.algorithm = algorithm, .pkey = generate(algorithm), .hash = hash};
	ck_assert_ptr_nonnull(signer->pkey);
	if (algorithm_is_rsa(algorithm)) {
		static const uint8_t exponent[] = {3, 1, 0, 1};

		ck_assert_int_eq(EVP_PKEY_get_bn_param(signer->pkey, "n", &n), 1);
		memcpy(signer->field, exponent, sizeof(exponent));
		signer->field_len =
		    sizeof(exponent) + (size_t)BN_bn2bin(n, signer->field + sizeof(exponent));
		BN_free(n);
	} else if (hash != NULL) {
		uint8_t point[1 + 96];

		ck_assert_int_eq(EVP_PKEY_get_octet_string_param(
				     signer->pkey, "pub", point, sizeof(point), &length),
		    1);
		memcpy(signer->field, point + 1, length - 1);
		signer->field_len = length - 1;
	} else {
		signer->field_len = sizeof(signer->field);
		ck_assert_int_eq(
		    EVP_PKEY_get_raw_public_key(signer->pkey, signer->field, &signer->field_len),
		    1);
	}
}

/* Signs `data` in the form of RRSIG. Returns the octets. */
static size_t
signer_sign(const struct signer *signer, const uint8_t *data, size_t data_len, uint8_t *signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[1024];
	const uint8_t *at = der;
	size_t length = sizeof(der), half;
	ECDSA_SIG *parts;

	ck_assert_int_eq(
	    EVP_DigestSignInit_ex(context, NULL, signer->hash, NULL, NULL, signer->pkey, NULL), 1);
	ck_assert_int_eq(EVP_DigestSign(context, der, &length, data, data_len), 1);
	EVP_MD_CTX_free(context);
	if (signer->algorithm != ALG_ECDSAP256SHA256 && signer->algorithm != ALG_ECDSAP384SHA384) {
		memcpy(signature, der, length);
		return length;
	}
	half = signer->algorithm == ALG_ECDSAP256SHA256 ? 32 : 48;
	parts = d2i_ECDSA_SIG(NULL, &at, (long)length);
	ck_assert_ptr_nonnull(parts);
	ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_r(parts), signature, (int)half), (int)half);
	ck_assert_int_eq(
	    BN_bn2binpad(ECDSA_SIG_get0_s(parts), signature + half, (int)half), (int)half);
	ECDSA_SIG_free(parts);
	return 2 * half;
}

static struct public_key *
public_of(const struct signer *signer)
{
	struct public_key *key;
	const char *why;

	ck_assert_int_eq(
	    public_key_new(signer->algorithm, signer->field, signer->field_len, &key, &why), ZG_OK);
	ck_assert_ptr_nonnull(key);
	ck_assert_ptr_null(why);
	return key;
}

static bool
verifies(struct verifier *verifier, const struct public_key *key, const uint8_t *data,
    size_t data_len, const uint8_t *signature, size_t signature_len)
{
	bool good = true;

	ck_assert_int_eq(
	    verifier_check(verifier, key, data, data_len, signature, signature_len, &good), ZG_OK);
	return good;
}

START_TEST(a_good_signature_verifies_and_no_altered_one_does)
{
	struct signer signer;
	struct public_key *key;
	struct verifier *verifier;
	uint8_t data[300], signature[1024];
	size_t length;

	signer_init(&signer, kinds[_i].algorithm, kinds[_i].hash);
	key = public_of(&signer);
	ck_assert_int_eq(verifier_new(&verifier), ZG_OK);
	memset(data, 0x5a, sizeof(data));
	length = signer_sign(&signer, data, sizeof(data), signature);
	ck_assert(verifies(verifier, key, data, sizeof(data), signature, length));
	for (size_t bit = 0; bit < length * 8; bit++) {
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert(!verifies(verifier, key, data, sizeof(data), signature, length));
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	data[299] ^= 1;
	ck_assert(!verifies(verifier, key, data, sizeof(data), signature, length));
	data[299] ^= 1;
	ck_assert(!verifies(verifier, key, data, sizeof(data) - 1, signature, length));
	ck_assert(!verifies(verifier, key, data, sizeof(data), signature, length - 1));
	ck_assert(!verifies(verifier, key, data, sizeof(data), signature, 1));
	ck_assert(verifies(verifier, key, data, sizeof(data), signature, length));
	verifier_free(verifier);
	public_key_free(key);
	EVP_PKEY_free(signer.pkey);
}
END_TEST

START_TEST(a_signature_by_another_key_does_not_verify)
{
	struct signer signer, other;
	struct public_key *key;
	struct verifier *verifier;
	uint8_t data[] = "data", signature[1024];
	size_t length;

	signer_init(&signer, kinds[_i].algorithm, kinds[_i].hash);
	signer_init(&other, kinds[_i].algorithm, kinds[_i].hash);
	key = public_of(&other);
	ck_assert_int_eq(verifier_new(&verifier), ZG_OK);
	length = signer_sign(&signer, data, sizeof(data), signature);
	ck_assert(!verifies(verifier, key, data, sizeof(data), signature, length));
	verifier_free(verifier);
	public_key_free(key);
	EVP_PKEY_free(signer.pkey);
	EVP_PKEY_free(other.pkey);
}
END_TEST

START_TEST(a_field_of_another_length_is_no_key)
{
	struct signer signer;
	struct public_key *key;
	const char *why;

	signer_init(&signer, kinds[_i].algorithm, kinds[_i].hash);
	if (!algorithm_is_rsa(signer.algorithm)) {
		ck_assert_int_eq(public_key_new(signer.algorithm, signer.field,
				     signer.field_len - 1, &key, &why),
		    ZG_OK);
		ck_assert_ptr_null(key);
		ck_assert_ptr_nonnull(why);
		ck_assert_int_eq(public_key_new(signer.algorithm, signer.field,
				     signer.field_len + 1, &key, &why),
		    ZG_OK);
		ck_assert_ptr_null(key);
	}
	ck_assert_int_eq(public_key_new(signer.algorithm, signer.field, 0, &key, &why), ZG_OK);
	ck_assert_ptr_null(key);
	EVP_PKEY_free(signer.pkey);
}
END_TEST

START_TEST(a_point_off_the_curve_is_no_key)
{
	uint8_t field[64] = {1, 2, 3};
	struct public_key *key;
	const char *why;

	ck_assert_int_eq(
	    public_key_new(ALG_ECDSAP256SHA256, field, sizeof(field), &key, &why), ZG_OK);
	ck_assert_ptr_null(key);
	ck_assert_ptr_nonnull(why);
}
END_TEST

START_TEST(rsa_bits_and_exponent_are_those_of_the_field)
{
	struct signer signer;
	struct public_key *key;

	signer_init(&signer, ALG_RSASHA256, "SHA256");
	key = public_of(&signer);
	ck_assert_uint_eq(public_key_bits(key), 1024);
	ck_assert_uint_eq(public_key_exponent(key), 65537);
	public_key_free(key);
	EVP_PKEY_free(signer.pkey);
}
END_TEST

#ifndef OPENSSL_NO_DEPRECATED_3_0

/* One P-256 key with its table, ready to verify both ways. */
struct bench {
	struct signer signer;
	struct public_key *key;
	struct ecdsa_table *table;
	struct ecdsa_batch *batch;
	struct verifier *verifier;
};

static void
bench_init(struct bench *bench)
{
	signer_init(&bench->signer, ALG_ECDSAP256SHA256, "SHA256");
	bench->key = public_of(&bench->signer);
	ck_assert_int_eq(ecdsa_table_new(bench->key, &bench->table), ZG_OK);
	ck_assert_ptr_nonnull(bench->table);
	ck_assert_int_eq(ecdsa_batch_new(&bench->batch), ZG_OK);
	ck_assert_int_eq(verifier_new(&bench->verifier), ZG_OK);
}

static void
bench_clear(struct bench *bench)
{
	verifier_free(bench->verifier);
	ecdsa_batch_free(bench->batch);
	ecdsa_table_free(bench->table);
	public_key_free(bench->key);
	EVP_PKEY_free(bench->signer.pkey);
}

static void
item_fill(struct bench *bench, struct ecdsa_item *item, uint32_t seed)
{
	uint8_t data[4];

	memcpy(data, &seed, sizeof(data));
	(void)signer_sign(&bench->signer, data, sizeof(data), item->signature);
	ck_assert_int_eq(EVP_Digest(data, sizeof(data), item->hash, NULL, EVP_sha256(), NULL), 1);
}

/* The batch may say no where EVP says yes, never the reverse; here it must agree on all. */
static void
assert_agree(struct bench *bench, struct ecdsa_item *items, size_t n)
{
	ecdsa_batch_run(bench->batch, bench->table, items, n);
	for (size_t i = 0; i < n; i++) {
		bool good;

		ck_assert_int_eq(verifier_check_hash(bench->verifier, bench->key, items[i].hash, 32,
				     items[i].signature, 64, &good),
		    ZG_OK);
		ck_assert_int_eq(items[i].confirmed, good);
	}
}

START_TEST(a_batch_agrees_with_evp_on_good_and_altered_signatures)
{
	struct bench bench;
	struct ecdsa_item items[ECDSA_BATCH_MAX];
	static const size_t sizes[] = {1, 2, 3, 100, 255, 256};

	bench_init(&bench);
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		size_t n_good = 0;

		for (size_t i = 0; i < sizes[k]; i++) {
			item_fill(&bench, &items[i], (uint32_t)(k * 1000 + i));
			if (i % 3 == 1)
				items[i].signature[i % 64] ^= (uint8_t)(1 << i % 8);
			else if (i % 7 == 2)
				items[i].hash[i % 32] ^= (uint8_t)(1 << i % 8);
		}
		assert_agree(&bench, items, sizes[k]);
		for (size_t i = 0; i < sizes[k]; i++)
			n_good += items[i].confirmed;
		ck_assert_uint_gt(n_good, 0);
	}
	bench_clear(&bench);
}
END_TEST

/* Numbers where a short cut would show: 0, 1, n - 1, n, n + 1, p, all ones, and a hash above n. */
START_TEST(a_batch_agrees_with_evp_on_edge_numbers)
{
	static const char *const numbers[] = {"00", "01", "02",
	    "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550",
	    "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
	    "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632552",
	    "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
	    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
	    "7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8"};
	enum { N = sizeof(numbers) / sizeof(numbers[0]) };
	struct bench bench;
	struct ecdsa_item items[N * N], good;

	bench_init(&bench);
	item_fill(&bench, &good, 1);
	for (size_t i = 0; i < N * N; i++) {
		BIGNUM *r = NULL, *s = NULL;

		ck_assert_int_gt(BN_hex2bn(&r, numbers[i / N]), 0);
		ck_assert_int_gt(BN_hex2bn(&s, numbers[i % N]), 0);
		items[i] = good;
		(void)BN_bn2binpad(r, items[i].signature, 32);
		(void)BN_bn2binpad(s, items[i].signature + 32, 32);
		if (i % 2 == 0)
			memset(items[i].hash, 0xff, 32);
		BN_free(r);
		BN_free(s);
	}
	/* A good one among them is still confirmed. */
	items[N] = good;
	assert_agree(&bench, items, N * N);
	ck_assert(items[N].confirmed);
	bench_clear(&bench);
}
END_TEST

/* u1 * G + u2 * Q is the point at infinity for e = -r * d: r and s are then no signature. */
START_TEST(a_sum_at_infinity_is_not_confirmed)
{
	struct bench bench;
	struct ecdsa_item items[3];
	BIGNUM *d = NULL, *e = BN_new(), *order = NULL, *r = BN_new();
	BN_CTX *context = BN_CTX_new();

	bench_init(&bench);
	ck_assert_int_eq(EVP_PKEY_get_bn_param(bench.signer.pkey, "priv", &d), 1);
	ck_assert_int_gt(
	    BN_hex2bn(&order, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
	    0);
	for (size_t i = 0; i < 3; i++)
		item_fill(&bench, &items[i], (uint32_t)i);
	ck_assert_ptr_nonnull(BN_bin2bn(items[1].signature, 32, r));
	ck_assert_int_eq(BN_mod_mul(e, r, d, order, context), 1);
	ck_assert_int_eq(BN_sub(e, order, e), 1);
	(void)BN_bn2binpad(e, items[1].hash, 32);
	assert_agree(&bench, items, 3);
	ck_assert(items[0].confirmed && !items[1].confirmed && items[2].confirmed);
	BN_free(d);
	BN_free(e);
	BN_free(order);
	BN_free(r);
	BN_CTX_free(context);
	bench_clear(&bench);
}
END_TEST

START_TEST(a_queue_decides_every_signature_once)
{
	struct bench bench;
	struct verify_queue *queue;
	uint8_t outcomes[600], signature[64];

	bench_init(&bench);
	memset(outcomes, 0, sizeof(outcomes));
	ck_assert_int_eq(verify_queue_new(bench.key, bench.table, bench.verifier, &queue), ZG_OK);
	for (uint32_t i = 0; i < 600; i++) {
		(void)signer_sign(&bench.signer, (const uint8_t *)&i, sizeof(i), signature);
		if (i % 5 == 0)
			signature[40] ^= 1;
		ck_assert_int_eq(verify_queue_add(queue, (const uint8_t *)&i, sizeof(i), signature,
				     &outcomes[i], 7, 9),
		    ZG_OK);
	}
	ck_assert_int_eq(verify_queue_flush(queue), ZG_OK);
	for (uint32_t i = 0; i < 600; i++)
		ck_assert_int_eq(outcomes[i], i % 5 == 0 ? 9 : 7);
	ck_assert_uint_eq(verify_queue_n_batch(queue), 480);
	ck_assert_uint_eq(verify_queue_n_single(queue), 120);
	verify_queue_free(queue);
	bench_clear(&bench);
}
END_TEST

START_TEST(other_algorithms_get_no_table)
{
	struct signer signer;
	struct public_key *key;
	struct ecdsa_table *table;

	signer_init(&signer, ALG_ED25519, NULL);
	key = public_of(&signer);
	ck_assert_int_eq(ecdsa_table_new(key, &table), ZG_OK);
	ck_assert_ptr_null(table);
	public_key_free(key);
	EVP_PKEY_free(signer.pkey);
}
END_TEST

#endif

int
main(void)
{
	Suite *suite = suite_create("verify");
	TCase *tcase = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(
	    tcase, a_good_signature_verifies_and_no_altered_one_does, 0, (int)N_KINDS);
	tcase_add_loop_test(tcase, a_signature_by_another_key_does_not_verify, 0, (int)N_KINDS);
	tcase_add_loop_test(tcase, a_field_of_another_length_is_no_key, 0, (int)N_KINDS);
	tcase_add_test(tcase, a_point_off_the_curve_is_no_key);
	tcase_add_test(tcase, rsa_bits_and_exponent_are_those_of_the_field);
#ifndef OPENSSL_NO_DEPRECATED_3_0
	tcase_add_test(tcase, a_batch_agrees_with_evp_on_good_and_altered_signatures);
	tcase_add_test(tcase, a_batch_agrees_with_evp_on_edge_numbers);
	tcase_add_test(tcase, a_sum_at_infinity_is_not_confirmed);
	tcase_add_test(tcase, a_queue_decides_every_signature_once);
	tcase_add_test(tcase, other_algorithms_get_no_table);
#endif
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
