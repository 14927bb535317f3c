/* The digest of a DNSKEY in a DS. The oracle is libcrypto's one call. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "crypto/ds_digest.h"
#include "dns/algorithm.h"

static const uint8_t owner[] = {7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0};
static const uint8_t dnskey[] = {1, 1, 3, 13, 'a', 'k', 'e', 'y'};

/* A DS of the key. */
static struct release_ds
ds_of(uint8_t digest_type)
{
	struct release_ds ds = {.algorithm = 13,
	    .digest_type = digest_type,
	    .digest_len = (uint8_t)digest_type_length(digest_type)};
	const char *name = digest_type == 1 ? "SHA1" : digest_type == 2 ? "SHA256" : "SHA384";
	uint8_t data[sizeof(owner) + sizeof(dnskey)];

	memcpy(data, owner, sizeof(owner));
	memcpy(data + sizeof(owner), dnskey, sizeof(dnskey));
	ck_assert_int_eq(EVP_Q_digest(NULL, name, NULL, data, sizeof(data), ds.digest, NULL), 1);
	return ds;
}

static bool
is_of(const struct release_ds *ds)
{
	bool is = true;

	ck_assert_int_eq(ds_is_of_key(ds, owner, dnskey, sizeof(dnskey), &is), ZG_OK);
	return is;
}

static const uint8_t types[] = {1, 2, 4};
#define TYPES ((int)sizeof(types))

START_TEST(digest_is_that_of_the_owner_and_the_key)
{
	struct release_ds ds = ds_of(types[_i]);
	uint8_t octets[DS_DIGEST_MAX];

	ck_assert(ds_digest_is_supported(types[_i]));
	ck_assert_int_eq(key_ds_digest(owner, dnskey, sizeof(dnskey), types[_i], octets), ZG_OK);
	ck_assert_mem_eq(octets, ds.digest, ds.digest_len);
	ck_assert(is_of(&ds));
}
END_TEST

START_TEST(ds_of_another_digest_is_not_of_the_key)
{
	struct release_ds ds = ds_of(types[_i]);

	for (size_t i = 0; i < ds.digest_len; i++) {
		ds.digest[i] ^= 1;
		ck_assert(!is_of(&ds));
		ds.digest[i] ^= 1;
	}
	ck_assert(is_of(&ds));
}
END_TEST

/* No digest at all begins every digest. */
START_TEST(ds_with_a_part_of_the_digest_is_not_of_the_key)
{
	struct release_ds ds = ds_of(types[_i]);
	uint8_t length = ds.digest_len;

	for (ds.digest_len = 0; ds.digest_len < length; ds.digest_len++)
		ck_assert(!is_of(&ds));
	ck_assert(is_of(&ds));
	ds.digest_len++;
	ck_assert(!is_of(&ds));
}
END_TEST

START_TEST(ds_of_another_key_or_owner_is_not_of_the_key)
{
	struct release_ds ds = ds_of(types[_i]);
	uint8_t other[sizeof(dnskey)], elsewhere[sizeof(owner)];
	bool is = true;

	memcpy(other, dnskey, sizeof(other));
	other[sizeof(other) - 1]++;
	ck_assert_int_eq(ds_is_of_key(&ds, owner, other, sizeof(other), &is), ZG_OK);
	ck_assert(!is);
	memcpy(elsewhere, owner, sizeof(elsewhere));
	elsewhere[1]++;
	ck_assert_int_eq(ds_is_of_key(&ds, elsewhere, dnskey, sizeof(dnskey), &is), ZG_OK);
	ck_assert(!is);
}
END_TEST

/* Of a type that cannot be computed nothing is known; it is not taken for another one. */
START_TEST(ds_of_a_type_that_is_not_supported_is_of_no_key)
{
	struct release_ds ds = ds_of(2);

	for (unsigned type = 0; type <= UINT8_MAX; type++) {
		ds.digest_type = (uint8_t)type;
		ck_assert(is_of(&ds) == (type == 2));
		if (type != 1 && type != 2 && type != 4)
			ck_assert(!ds_digest_is_supported((uint8_t)type));
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ds_digest");
	TCase *tcase = tcase_create("ds_digest");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, digest_is_that_of_the_owner_and_the_key, 0, TYPES);
	tcase_add_loop_test(tcase, ds_of_another_digest_is_not_of_the_key, 0, TYPES);
	tcase_add_loop_test(tcase, ds_with_a_part_of_the_digest_is_not_of_the_key, 0, TYPES);
	tcase_add_loop_test(tcase, ds_of_another_key_or_owner_is_not_of_the_key, 0, TYPES);
	tcase_add_test(tcase, ds_of_a_type_that_is_not_supported_is_of_no_key);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
