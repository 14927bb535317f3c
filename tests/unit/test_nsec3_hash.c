/* NSEC3 hashes against the examples of RFC 5155 appendix A. */
#include "crypto/nsec3_hash.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "dns/base32.h"
#include "dns/name.h"

/* RFC 5155 appendix A: salt aabbccdd, 12 iterations. */
static const struct {
	const char *name;
	const char *hash;
} vectors[] = {
    {"example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},
    {"a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl"},
    {"ai.example.", "gjeqe526plbf1g8mklp59enfd789njgi"},
    {"ns1.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
    {"ns2.example.", "q04jkcevqvmu85r014c7dkba38o0ji5r"},
    {"w.example.", "k8udemvp1j2f7eg6jebps17vp3n8i58h"},
    {"*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"},
    {"x.w.example.", "b4um86eghhds6nea196smvmlo4ors995"},
    {"y.w.example.", "ji6neoaepv8b5o6k4ev33abha8ht9fgc"},
    {"x.y.w.example.", "2vptu5timamqttgl4luu9kg21e0aor3s"},
    {"xx.example.", "t644ebqk9bibcna874givr6joj62mlhv"},
};
#define N_VECTORS ((int)(sizeof(vectors) / sizeof(vectors[0])))

/* The hash of `name` in base32hex. */
static void
hash_text(const char *name, const char *salt, size_t salt_len, uint16_t iterations, char text[33])
{
	uint8_t wire[ZG_NAME_MAX], hash[NSEC3_HASH_OCTETS];
	struct digest *digest;
	const char *why;
	size_t length = name_from_text(name, strlen(name), NULL, wire, &why);

	ck_assert_uint_gt(length, 0);
	ck_assert_int_eq(digest_new(DIGEST_KIND_SHA1, &digest), ZG_OK);
	ck_assert_int_eq(
	    nsec3_hash(digest, wire, length, (const uint8_t *)salt, salt_len, iterations, hash),
	    ZG_OK);
	digest_free(digest);
	text[base32hex_encode(hash, sizeof(hash), (uint8_t *)text)] = '\0';
}

START_TEST(nsec3_hash_matches_rfc5155_appendix_a)
{
	char text[33];

	hash_text(vectors[_i].name, "\xaa\xbb\xcc\xdd", 4, 12, text);
	ck_assert_str_eq(text, vectors[_i].hash);
}
END_TEST

/* Without iterations it is one SHA-1 of name and salt; each iteration is one more. */
START_TEST(nsec3_hash_iterates_over_hash_and_salt)
{
	uint8_t octets[32] = {0}, expected[NSEC3_HASH_OCTETS], hash[NSEC3_HASH_OCTETS];
	struct digest *digest;

	ck_assert_int_eq(digest_new(DIGEST_KIND_SHA1, &digest), ZG_OK);
	memcpy(octets, "\001x\000salt", 7);
	for (uint16_t iterations = 0; iterations < 3; iterations++) {
		size_t length = iterations == 0 ? 7 : NSEC3_HASH_OCTETS + 4;

		ck_assert_int_eq(digest_begin(digest), ZG_OK);
		ck_assert_int_eq(digest_add(digest, octets, length), ZG_OK);
		ck_assert_int_eq(digest_end(digest, expected), ZG_OK);
		ck_assert_int_eq(nsec3_hash(digest, (const uint8_t *)"\001x", 3,
				     (const uint8_t *)"salt", 4, iterations, hash),
		    ZG_OK);
		ck_assert_mem_eq(hash, expected, sizeof(hash));
		memcpy(octets, expected, sizeof(expected));
		memcpy(octets + sizeof(expected), "salt", 4);
	}
	digest_free(digest);
}
END_TEST

START_TEST(nsec3_hash_takes_an_empty_salt)
{
	char with[33], without[33];

	hash_text("example.", NULL, 0, 0, without);
	hash_text("example.", "\xaa", 1, 0, with);
	/* `printf '\007example\000' | sha1sum`, in base32hex. */
	ck_assert_str_eq(without, "3msev9usmd4br9s97v51r2tdvmr9iqo1");
	ck_assert_str_ne(with, without);
}
END_TEST

START_TEST(nsec3_hash_refuses_another_digest)
{
	uint8_t hash[NSEC3_HASH_OCTETS];
	struct digest *digest;

	ck_assert_int_eq(digest_new(DIGEST_KIND_SHA256, &digest), ZG_OK);
	ck_assert_int_eq(
	    nsec3_hash(digest, (const uint8_t *)"", 1, NULL, 0, 0, hash), ZG_PARAMETER);
	digest_free(digest);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("nsec3_hash");
	TCase *cases = tcase_create("nsec3_hash");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(cases, nsec3_hash_matches_rfc5155_appendix_a, 0, N_VECTORS);
	tcase_add_test(cases, nsec3_hash_iterates_over_hash_and_salt);
	tcase_add_test(cases, nsec3_hash_takes_an_empty_salt);
	tcase_add_test(cases, nsec3_hash_refuses_another_digest);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
