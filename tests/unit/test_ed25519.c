/* Ed25519 against the examples of RFC 8032 section 7.1, and what must not verify. */
#include "crypto/ed25519.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/hex.h"

static const struct {
	const char *private_key, *public_key, *message, *signature;
} vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
	"f9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
	"f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
	"4dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
	"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3"
	"feebbd454d4423643ce80e2a9ac94fa54ca49f",
	"dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c664"
	"31e0303dca179c138ac17ad9bef1177331a704"},
};
#define N_VECTORS ((int)(sizeof(vectors) / sizeof(vectors[0])))

/* Octets of hex digits; returns how many. */
static size_t
from_hex(const char *hex, uint8_t octets[64])
{
	size_t n = strlen(hex) / 2;

	ck_assert(hex_read(hex, n, octets));
	return n;
}

struct vector {
	uint8_t private_key[64], public_key[64], message[64], signature[64];
	size_t length;
};

static struct vector
vector(int which)
{
	struct vector v;

	(void)from_hex(vectors[which].private_key, v.private_key);
	(void)from_hex(vectors[which].public_key, v.public_key);
	(void)from_hex(vectors[which].signature, v.signature);
	v.length = from_hex(vectors[which].message, v.message);
	return v;
}

static bool
verifies(const struct vector *v)
{
	return ed25519_verify(v->public_key, 32, v->message, v->length, v->signature, 64);
}

START_TEST(examples_of_rfc_8032_come_out)
{
	struct vector v = vector(_i);
	uint8_t made[64];

	ck_assert_int_eq(ed25519_public(v.private_key, made), ZG_OK);
	ck_assert_mem_eq(made, v.public_key, 32);
	ck_assert_int_eq(ed25519_sign(v.private_key, v.message, v.length, made), ZG_OK);
	ck_assert_mem_eq(made, v.signature, 64);
	ck_assert(verifies(&v));
}
END_TEST

START_TEST(no_flipped_bit_verifies)
{
	struct vector v = vector(3);
	uint8_t *const parts[] = {v.public_key, v.message, v.signature};
	const size_t lengths[] = {32, 64, 64};

	for (size_t part = 0; part < 3; part++) {
		for (size_t bit = 0; bit < 8 * lengths[part]; bit++) {
			parts[part][bit / 8] ^= (uint8_t)(1 << bit % 8);
			ck_assert(!verifies(&v));
			parts[part][bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	ck_assert(verifies(&v));
}
END_TEST

START_TEST(other_lengths_are_refused)
{
	struct vector v = vector(3);
	uint8_t longer[65] = {0};

	memcpy(longer, v.signature, 64);
	ck_assert(!ed25519_verify(v.public_key, 31, v.message, 64, v.signature, 64));
	ck_assert(!ed25519_verify(v.public_key, 33, v.message, 64, v.signature, 64));
	ck_assert(!ed25519_verify(v.public_key, 0, v.message, 64, v.signature, 64));
	ck_assert(!ed25519_verify(v.public_key, 32, v.message, 64, v.signature, 63));
	ck_assert(!ed25519_verify(v.public_key, 32, v.message, 64, longer, 65));
	ck_assert(!ed25519_verify(v.public_key, 32, v.message, 64, v.signature, 0));
	ck_assert(!ed25519_verify(v.public_key, 32, v.message, 63, v.signature, 64));
}
END_TEST

/* S + L in place of S: the same equation, another text (RFC 8032 section 5.1.7 demands S < L). */
START_TEST(a_signature_has_one_form)
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6,
	    0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	struct vector v = vector(1);
	unsigned carry = 0;

	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)v.signature[32 + i] + order[i];
		v.signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	ck_assert(!verifies(&v));
}
END_TEST

/* With the neutral element as the key, R = S B fits every message: R = B for S = 1. */
START_TEST(a_key_of_small_order_signs_nothing)
{
	uint8_t key[32] = {1}, signature[64] = {[32] = 1};
	static const uint8_t base_point[32] = {0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};

	memcpy(signature, base_point, 32);
	ck_assert(!ed25519_verify(key, 32, (const uint8_t *)"anything", 8, signature, 64));
	key[31] = 0x80;
	ck_assert(!ed25519_verify(key, 32, (const uint8_t *)"anything", 8, signature, 64));
}
END_TEST

START_TEST(a_new_pair_signs_what_it_verifies_and_is_not_the_one_before)
{
	uint8_t private_key[2][32], public_key[2][32], signature[64];

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(ed25519_generate(private_key[i], public_key[i]), ZG_OK);
	ck_assert_mem_ne(private_key[0], private_key[1], 32);
	ck_assert_int_eq(ed25519_sign(private_key[0], (const uint8_t *)"m", 1, signature), ZG_OK);
	ck_assert(ed25519_verify(public_key[0], 32, (const uint8_t *)"m", 1, signature, 64));
	ck_assert(!ed25519_verify(public_key[1], 32, (const uint8_t *)"m", 1, signature, 64));
	ed25519_forget(private_key[0]);
	for (size_t i = 0; i < 32; i++)
		ck_assert_uint_eq(private_key[0][i], 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ed25519");
	TCase *tests = tcase_create("ed25519");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tests, examples_of_rfc_8032_come_out, 0, N_VECTORS);
	tcase_add_test(tests, no_flipped_bit_verifies);
	tcase_add_test(tests, other_lengths_are_refused);
	tcase_add_test(tests, a_signature_has_one_form);
	tcase_add_test(tests, a_key_of_small_order_signs_nothing);
	tcase_add_test(tests, a_new_pair_signs_what_it_verifies_and_is_not_the_one_before);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
