/* Unit tests: RSA by crypto/rsa_power.h says what EVP says, about good signatures and bad ones. */
#include "crypto/rsa_power.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto/verify.h"
#include "dns/algorithm.h"

#define OCTETS_MAX 512

struct signer {
	EVP_PKEY *pair;
	struct public_key *key;
	size_t octets;
	struct verifier *plain, *fast;
	struct rsa_power *power;
};

/* The public key field of RFC 3110. */
static size_t
public_field(EVP_PKEY *pair, uint8_t *field)
{
	BIGNUM *n = NULL, *e = NULL;
	size_t length;

	ck_assert_int_eq(EVP_PKEY_get_bn_param(pair, OSSL_PKEY_PARAM_RSA_N, &n), 1);
	ck_assert_int_eq(EVP_PKEY_get_bn_param(pair, OSSL_PKEY_PARAM_RSA_E, &e), 1);
	field[0] = (uint8_t)BN_num_bytes(e);
	length = 1 + (size_t)BN_bn2bin(e, field + 1);
	length += (size_t)BN_bn2bin(n, field + length);
	BN_free(n);
	BN_free(e);
	return length;
}

static void
signer_init(struct signer *signer, uint8_t algorithm, unsigned bits, unsigned exponent)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	uint8_t field[OCTETS_MAX + 8];
	BIGNUM *e = BN_new();
	const char *why;

	*signer = (struct signer){.octets = (bits + 7) / 8};
	ck_assert_int_eq(BN_set_word(e, exponent), 1);
	ck_assert_int_eq(EVP_PKEY_keygen_init(context), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_keygen_bits(context, (int)bits), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, e), 1);
	ck_assert_int_eq(EVP_PKEY_keygen(context, &signer->pair), 1);
	ck_assert_int_eq(
	    public_key_new(algorithm, field, public_field(signer->pair, field), &signer->key, &why),
	    ZG_OK);
	ck_assert_ptr_nonnull(signer->key);
	ck_assert_int_eq(verifier_new(&signer->plain), ZG_OK);
	ck_assert_int_eq(verifier_new(&signer->fast), ZG_OK);
	verifier_take_powers(signer->fast);
	ck_assert_int_eq(rsa_power_new(signer->key, &signer->power), ZG_OK);
	BN_free(e);
	EVP_PKEY_CTX_free(context);
}

static void
signer_clear(struct signer *signer)
{
	rsa_power_free(signer->power);
	verifier_free(signer->plain);
	verifier_free(signer->fast);
	public_key_free(signer->key);
	EVP_PKEY_free(signer->pair);
}

/* The private operation on a whole block. */
static void
sign_block(const struct signer *signer, const uint8_t *block, uint8_t *signature)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(signer->pair, NULL);
	size_t length = signer->octets;

	ck_assert_int_eq(EVP_PKEY_sign_init(context), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
	ck_assert_int_eq(EVP_PKEY_sign(context, signature, &length, block, signer->octets), 1);
	ck_assert_uint_eq(length, signer->octets);
	EVP_PKEY_CTX_free(context);
}

/* RFC 8017 section 9.2, here of SHA-256. */
static const uint8_t info[19] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
    0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

static void
block_make(const struct signer *signer, const uint8_t hash[32], uint8_t *block)
{
	memset(block, 0xff, signer->octets);
	block[0] = 0;
	block[1] = 1;
	block[signer->octets - 52] = 0;
	memcpy(block + signer->octets - 51, info, sizeof(info));
	memcpy(block + signer->octets - 32, hash, 32);
}

/* Both verifiers and the power itself agree; the power is what confirms the good ones. */
static void
agree(struct signer *signer, const uint8_t *hash, const uint8_t *signature, size_t length,
    bool wanted)
{
	bool plain = !wanted, fast = !wanted;

	ck_assert_int_eq(
	    verifier_check_hash(signer->plain, signer->key, hash, 32, signature, length, &plain),
	    ZG_OK);
	ck_assert_int_eq(
	    verifier_check_hash(signer->fast, signer->key, hash, 32, signature, length, &fast),
	    ZG_OK);
	ck_assert_int_eq(plain, wanted);
	ck_assert_int_eq(fast, wanted);
	ck_assert_ptr_nonnull(signer->power);
	ck_assert_int_eq(rsa_power_confirms(signer->power, hash, 32, signature, length), wanted);
}

static const struct {
	unsigned bits, exponent;
} sizes[] = {{1024, 65537}, {1027, 3}, {2048, 65537}, {2048, 3}, {2047, 17}, {2048, 0x10000001},
    {4096, 65537}};

START_TEST(good_signatures_are_confirmed_and_changed_ones_are_not)
{
	uint8_t hash[32], block[OCTETS_MAX], signature[OCTETS_MAX];
	struct signer signer;

	signer_init(&signer, ALG_RSASHA256, sizes[_i].bits, sizes[_i].exponent);
	for (unsigned i = 0; i < 20; i++) {
		memset(hash, (int)i, sizeof(hash));
		block_make(&signer, hash, block);
		sign_block(&signer, block, signature);
		agree(&signer, hash, signature, signer.octets, true);
		hash[i] ^= 1;
		agree(&signer, hash, signature, signer.octets, false);
		hash[i] ^= 1;
		signature[(i * 13) % signer.octets] ^= (uint8_t)(1 << i % 8);
		agree(&signer, hash, signature, signer.octets, false);
	}
	signer_clear(&signer);
}
END_TEST

/* Blocks that begin or end like the right one: only the whole one counts. */
START_TEST(other_encodings_are_not_confirmed)
{
	uint8_t hash[32] = {7}, block[OCTETS_MAX], signature[OCTETS_MAX];
	struct signer signer;

	signer_init(&signer, ALG_RSASHA256, 2048, 3);
	for (size_t at = 0; at < signer.octets - 32; at++) {
		block_make(&signer, hash, block);
		block[at] ^= at == 0 ? 0x01 : 0x10;
		sign_block(&signer, block, signature);
		agree(&signer, hash, signature, signer.octets, false);
	}
	/* Short padding and garbage behind the hash (CVE-2006-4339). */
	memset(block, 0, sizeof(block));
	block[1] = 1;
	memset(block + 2, 0xff, 8);
	memcpy(block + 11, info, sizeof(info));
	memcpy(block + 30, hash, sizeof(hash));
	sign_block(&signer, block, signature);
	agree(&signer, hash, signature, signer.octets, false);
	signer_clear(&signer);
}
END_TEST

/* RFC 8017 sections 5.2.2 and 8.2.2. */
START_TEST(lengths_and_numbers_out_of_range_are_not_confirmed)
{
	uint8_t hash[32] = {9}, block[OCTETS_MAX], signature[2 * OCTETS_MAX] = {0}, n[OCTETS_MAX];
	BIGNUM *modulus = NULL, *larger = BN_new();
	struct signer signer;

	signer_init(&signer, ALG_RSASHA256, 2047, 65537);
	block_make(&signer, hash, block);
	block[0] = 0;
	sign_block(&signer, block, signature + 1);
	agree(&signer, hash, signature + 1, signer.octets, true);
	agree(&signer, hash, signature, signer.octets + 1, false);
	agree(&signer, hash, signature + 2, signer.octets - 1, false);
	agree(&signer, hash, signature + 1, 0, false);
	ck_assert_int_eq(EVP_PKEY_get_bn_param(signer.pair, OSSL_PKEY_PARAM_RSA_N, &modulus), 1);
	/* The same number plus the modulus still has as many octets. */
	ck_assert_ptr_nonnull(BN_bin2bn(signature + 1, (int)signer.octets, larger));
	ck_assert_int_eq(BN_add(larger, larger, modulus), 1);
	ck_assert_int_eq(BN_bn2binpad(larger, n, (int)signer.octets), (int)signer.octets);
	agree(&signer, hash, n, signer.octets, false);
	ck_assert_int_eq(BN_bn2binpad(modulus, n, (int)signer.octets), (int)signer.octets);
	agree(&signer, hash, n, signer.octets, false);
	memset(n, 0, sizeof(n));
	agree(&signer, hash, n, signer.octets, false);
	n[signer.octets - 1] = 1;
	agree(&signer, hash, n, signer.octets, false);
	BN_free(modulus);
	BN_free(larger);
	signer_clear(&signer);
}
END_TEST

START_TEST(keys_that_are_not_ordinary_are_left_to_evp)
{
	static const uint8_t ed25519[32] = {1};
	struct rsa_power *power = NULL;
	struct public_key *key;
	struct signer signer;
	const char *why;

	ck_assert_int_eq(public_key_new(ALG_ED25519, ed25519, sizeof(ed25519), &key, &why), ZG_OK);
	ck_assert_int_eq(rsa_power_new(key, &power), ZG_OK);
	ck_assert_ptr_null(power);
	public_key_free(key);
	/* DigestInfo of SHA-512 needs 94 octets. */
	signer_init(&signer, ALG_RSASHA512, 736, 65537);
	ck_assert_ptr_null(signer.power);
	signer_clear(&signer);
	signer_init(&signer, ALG_RSASHA512, 752, 65537);
	ck_assert_ptr_nonnull(signer.power);
	signer_clear(&signer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rsa_power");
	TCase *tcase = tcase_create("rsa_power");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, good_signatures_are_confirmed_and_changed_ones_are_not, 0,
	    (int)(sizeof(sizes) / sizeof(sizes[0])));
	tcase_add_test(tcase, other_encodings_are_not_confirmed);
	tcase_add_test(tcase, lengths_and_numbers_out_of_range_are_not_confirmed);
	tcase_add_test(tcase, keys_that_are_not_ordinary_are_left_to_evp);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
