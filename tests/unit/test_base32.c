/* Base32 with extended hex alphabet: RFC 4648 section 10, and what is no encoding. */
#include "dns/base32.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

/* RFC 4648 section 10, the padding left out. */
static const struct {
	const char *octets;
	const char *text;
} vectors[] = {
    {"f", "co"},
    {"fo", "cpng"},
    {"foo", "cpnmu"},
    {"foob", "cpnmuog"},
    {"fooba", "cpnmuoj1"},
    {"foobar", "cpnmuoj1e8"},
};
#define N_VECTORS ((int)(sizeof(vectors) / sizeof(vectors[0])))

START_TEST(base32hex_encodes_the_examples_of_rfc4648)
{
	const char *octets = vectors[_i].octets;
	uint8_t text[32];
	size_t length = base32hex_encode((const uint8_t *)octets, strlen(octets), text);

	ck_assert_uint_eq(length, strlen(vectors[_i].text));
	ck_assert_mem_eq(text, vectors[_i].text, length);
}
END_TEST

START_TEST(base32hex_decodes_the_examples_of_rfc4648)
{
	const char *text = vectors[_i].text;
	uint8_t octets[32];
	size_t length = base32hex_decode((const uint8_t *)text, strlen(text), octets);

	ck_assert_uint_eq(length, strlen(vectors[_i].octets));
	ck_assert_mem_eq(octets, vectors[_i].octets, length);
}
END_TEST

START_TEST(base32hex_decodes_upper_case)
{
	uint8_t octets[32];

	ck_assert_uint_eq(base32hex_decode((const uint8_t *)"CPNMUOJ1E8", 10, octets), 6);
	ck_assert_mem_eq(octets, "foobar", 6);
}
END_TEST

START_TEST(base32hex_of_nothing_is_nothing)
{
	uint8_t octets[1];

	ck_assert_uint_eq(base32hex_decode((const uint8_t *)"", 0, octets), 0);
	ck_assert_uint_eq(base32hex_encode((const uint8_t *)"", 0, octets), 0);
}
END_TEST

/* Every octet value at every place of a group of five, and a hash full of ones. */
START_TEST(base32hex_decodes_what_it_encodes)
{
	for (size_t length = 1; length <= 20; length++) {
		for (unsigned value = 0; value < 256; value++) {
			uint8_t octets[20], back[20 + 1], text[32];
			size_t used;

			memset(octets, 0xff, sizeof(octets));
			octets[length - 1] = (uint8_t)value;
			used = base32hex_encode(octets, length, text);
			ck_assert_uint_eq(used, (length * 8 + 4) / 5);
			ck_assert_uint_eq(base32hex_decode(text, used, back), length);
			ck_assert_mem_eq(back, octets, length);
		}
	}
}
END_TEST

/* The order of owners of NSEC3 records is the order of their hashes. */
START_TEST(base32hex_keeps_the_order_of_octets)
{
	for (unsigned value = 0; value < 0xffff; value++) {
		uint8_t low[5] = {0}, high[5] = {0}, low_text[8], high_text[8];

		low[1] = (uint8_t)(value >> 8);
		low[2] = (uint8_t)value;
		high[1] = (uint8_t)((value + 1) >> 8);
		high[2] = (uint8_t)(value + 1);
		ck_assert_uint_eq(base32hex_encode(low, 5, low_text), 8);
		ck_assert_uint_eq(base32hex_encode(high, 5, high_text), 8);
		ck_assert_int_lt(memcmp(low_text, high_text, 8), 0);
	}
}
END_TEST

static const char *const foreign[] = {
    "w0",	/* behind the alphabet */
    "0-",	/* none of it */
    "0=",	/* padding */
    "0",	/* five bits: no octet */
    "000",	/* fifteen bits: one octet and seven left over */
    "000000",	/* thirty bits: three octets and six left over */
    "01",	/* left-over bits that are not zero: two texts for one octet */
    "\xb0\xb0", /* not ASCII */
};
#define N_FOREIGN ((int)(sizeof(foreign) / sizeof(foreign[0])))

START_TEST(base32hex_refuses_what_is_no_encoding)
{
	uint8_t octets[8];

	ck_assert_uint_eq(
	    base32hex_decode((const uint8_t *)foreign[_i], strlen(foreign[_i]), octets), 0);
}
END_TEST

/* A group of eight is decoded at once, what is left over one by one: both know the same alphabet.
 */
START_TEST(base32hex_takes_the_same_characters_in_groups_and_behind_them)
{
	for (unsigned n = 0; n < 9 * 256; n++) {
		size_t place = n / 256;
		uint8_t text[] = "0123456789abcdef", octets[16], character = (uint8_t)(n % 256);
		bool valid = strchr("0123456789abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUV",
				 character) != NULL &&
			     character != 0;

		text[place] = character;
		/* Ten characters: 50 bits, of which two are left over. */
		text[9] = '0';
		ck_assert_int_eq(base32hex_decode(text, 10, octets) != 0, valid);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("base32");
	TCase *cases = tcase_create("base32");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(cases, base32hex_encodes_the_examples_of_rfc4648, 0, N_VECTORS);
	tcase_add_loop_test(cases, base32hex_decodes_the_examples_of_rfc4648, 0, N_VECTORS);
	tcase_add_test(cases, base32hex_decodes_upper_case);
	tcase_add_test(cases, base32hex_of_nothing_is_nothing);
	tcase_add_test(cases, base32hex_decodes_what_it_encodes);
	tcase_add_test(cases, base32hex_keeps_the_order_of_octets);
	tcase_add_test(cases, base32hex_takes_the_same_characters_in_groups_and_behind_them);
	tcase_add_loop_test(cases, base32hex_refuses_what_is_no_encoding, 0, N_FOREIGN);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
