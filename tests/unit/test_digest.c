/* Message digests against the published examples, and how they are begun again. */
#include "crypto/digest.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <openssl/evp.h>

#include "base/hex.h"

/* Digests of "abc": FIPS 180-4's example message. */
static const struct {
	enum digest_kind kind;
	size_t length;
	const char *abc;
} vectors[] = {
    {DIGEST_KIND_SHA1, 20, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {DIGEST_KIND_SHA256, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {DIGEST_KIND_SHA384, 48,
	"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	"8086072ba1e7cc2358baeca134c825a7"},
    {DIGEST_KIND_SHA512, 64,
	"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};
#define N_VECTORS ((int)(sizeof(vectors) / sizeof(vectors[0])))

static void
assert_hex(const uint8_t *octets, size_t length, const char *hex)
{
	char text[HEX_TEXT_SIZE(DIGEST_OCTETS_MAX)];

	hex_write(octets, length, text);
	ck_assert_str_eq(text, hex);
}

START_TEST(digest_of_abc_matches_fips_180_4)
{
	uint8_t octets[DIGEST_OCTETS_MAX];
	struct digest *digest;

	ck_assert_int_eq(digest_new(vectors[_i].kind, &digest), ZG_OK);
	ck_assert_uint_eq(digest_length(digest), vectors[_i].length);
	ck_assert_int_eq(digest_begin(digest), ZG_OK);
	ck_assert_int_eq(digest_add(digest, (const uint8_t *)"a", 1), ZG_OK);
	ck_assert_int_eq(digest_add(digest, (const uint8_t *)"bc", 2), ZG_OK);
	ck_assert_int_eq(digest_end(digest, octets), ZG_OK);
	assert_hex(octets, vectors[_i].length, vectors[_i].abc);
	digest_free(digest);
}
END_TEST

START_TEST(digest_begun_again_forgets_what_was_added)
{
	uint8_t octets[DIGEST_OCTETS_MAX];
	struct digest *digest;

	ck_assert_int_eq(digest_new(vectors[_i].kind, &digest), ZG_OK);
	ck_assert_int_eq(digest_begin(digest), ZG_OK);
	ck_assert_int_eq(digest_add(digest, (const uint8_t *)"left over", 9), ZG_OK);
	for (int times = 0; times < 2; times++) {
		ck_assert_int_eq(digest_begin(digest), ZG_OK);
		ck_assert_int_eq(digest_add(digest, (const uint8_t *)"abc", 3), ZG_OK);
		ck_assert_int_eq(digest_end(digest, octets), ZG_OK);
		assert_hex(octets, vectors[_i].length, vectors[_i].abc);
	}
	digest_free(digest);
}
END_TEST

/* The shorter way of short messages ends in what EVP says: of every length up to some blocks. */
START_TEST(digest_is_that_of_the_evp_interface)
{
	static const char *const names[] = {"SHA1", "SHA256", "SHA384", "SHA512"};
	uint8_t message[300], octets[DIGEST_OCTETS_MAX], expected[DIGEST_OCTETS_MAX];
	struct digest *digest;

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 7);
	ck_assert_int_eq(digest_new(vectors[_i].kind, &digest), ZG_OK);
	for (size_t length = 0; length <= sizeof(message); length++) {
		size_t n = 0, first = length / 3;

		ck_assert_int_eq(
		    EVP_Q_digest(NULL, names[_i], NULL, message, length, expected, &n), 1);
		ck_assert_int_eq(digest_begin(digest), ZG_OK);
		ck_assert_int_eq(digest_add(digest, message, first), ZG_OK);
		ck_assert_int_eq(digest_add(digest, message + first, length - first), ZG_OK);
		ck_assert_int_eq(digest_end(digest, octets), ZG_OK);
		ck_assert_uint_eq(n, digest_length(digest));
		ck_assert_mem_eq(octets, expected, n);
	}
	digest_free(digest);
}
END_TEST

START_TEST(digest_begun_as_another_goes_on_behind_its_octets)
{
	uint8_t octets[DIGEST_OCTETS_MAX];
	struct digest *begun, *digest;

	ck_assert_int_eq(digest_new(vectors[_i].kind, &begun), ZG_OK);
	ck_assert_int_eq(digest_new(vectors[_i].kind, &digest), ZG_OK);
	ck_assert_int_eq(digest_begin(begun), ZG_OK);
	ck_assert_int_eq(digest_add(begun, (const uint8_t *)"a", 1), ZG_OK);
	for (int times = 0; times < 2; times++) {
		ck_assert_int_eq(digest_begin_as(digest, begun), ZG_OK);
		ck_assert_int_eq(digest_add(digest, (const uint8_t *)"bc", 2), ZG_OK);
		ck_assert_int_eq(digest_end(digest, octets), ZG_OK);
		assert_hex(octets, vectors[_i].length, vectors[_i].abc);
	}
	digest_free(digest);
	digest_free(begun);
}
END_TEST

START_TEST(digest_in_one_call_is_the_same)
{
	uint8_t octets[DIGEST_OCTETS_MAX];

	ck_assert_int_eq(digest_of(vectors[_i].kind, (const uint8_t *)"abc", 3, octets), ZG_OK);
	assert_hex(octets, vectors[_i].length, vectors[_i].abc);
}
END_TEST

START_TEST(digest_of_unknown_kind_is_refused)
{
	struct digest *digest = (struct digest *)&digest;
	uint8_t octets[DIGEST_OCTETS_MAX] = {0};

	ck_assert_int_eq(digest_new((enum digest_kind)4, &digest), ZG_PARAMETER);
	ck_assert_ptr_null(digest);
	digest_free(NULL);
	ck_assert_int_eq(digest_of((enum digest_kind)4, octets, 0, octets), ZG_PARAMETER);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("digest");
	TCase *cases = tcase_create("digest");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(cases, digest_of_abc_matches_fips_180_4, 0, N_VECTORS);
	tcase_add_loop_test(cases, digest_begun_again_forgets_what_was_added, 0, N_VECTORS);
	tcase_add_loop_test(cases, digest_is_that_of_the_evp_interface, 0, N_VECTORS);
	tcase_add_loop_test(cases, digest_begun_as_another_goes_on_behind_its_octets, 0, N_VECTORS);
	tcase_add_loop_test(cases, digest_in_one_call_is_the_same, 0, N_VECTORS);
	tcase_add_test(cases, digest_of_unknown_kind_is_refused);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
