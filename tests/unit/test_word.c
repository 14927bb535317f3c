/* Eight octets at a time: the same as one after the other. */
#include "base/word.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

/* The place whose octet takes every value, among octets that lie at the edges of ranges. */
static const uint8_t neighbours[8] = {'A' - 1, 'z' + 1, 0x00, 0xff, '0', '9' + 1, 0x7f, 0x80};

static void
fill(uint8_t octets[8], size_t place, unsigned value)
{
	memcpy(octets, neighbours, 8);
	octets[place] = (uint8_t)value;
}

START_TEST(short_loads_hold_the_octets_that_are_there)
{
	const uint8_t octets[8] = {1, 2, 3, 4, 5, 6, 7, 0x88};

	for (size_t length = 0; length <= 8; length++) {
		uint8_t *copy = malloc(length + 1), expected[8] = {0}, found[8];

		/* What lies behind the copy is the allocator's: a sanitizer watches it. */
		ck_assert_ptr_nonnull(copy);
		memcpy(copy + 1, octets, length);
		memcpy(expected, octets, length);
		store_le64(found, load_le(copy + 1, length));
		ck_assert_mem_eq(found, expected, 8);
		free(copy);
	}
}
END_TEST

START_TEST(ranges_are_found_exactly)
{
	static const uint8_t ranges[][2] = {
	    {'0', '9'}, {'a', 'v'}, {'A', 'Z'}, {0, 0}, {0x7f, 0x7f}};

	for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]); r++) {
		for (unsigned n = 0; n < 8 * 256; n++) {
			uint8_t octets[8], expected[8], found[8];

			fill(octets, n / 256, n % 256);
			for (size_t i = 0; i < 8; i++)
				expected[i] = octets[i] >= ranges[r][0] && octets[i] <= ranges[r][1]
						  ? 0x80
						  : 0;
			store_le64(
			    found, octets_between(load_le64(octets), ranges[r][0], ranges[r][1]));
			ck_assert_mem_eq(found, expected, 8);
		}
	}
}
END_TEST

START_TEST(letters_change_their_case_and_nothing_else_does)
{
	for (unsigned n = 0; n < 8 * 256; n++) {
		uint8_t octets[8], lower[8], upper[8], found[8];

		fill(octets, n / 256, n % 256);
		for (size_t i = 0; i < 8; i++) {
			uint8_t octet = octets[i];

			lower[i] = (uint8_t)(octet >= 'A' && octet <= 'Z' ? octet + 32 : octet);
			upper[i] = (uint8_t)(octet >= 'a' && octet <= 'z' ? octet - 32 : octet);
		}
		store_le64(found, octets_lower(load_le64(octets)));
		ck_assert_mem_eq(found, lower, 8);
		store_le64(found, octets_upper(load_le64(octets)));
		ck_assert_mem_eq(found, upper, 8);
	}
}
END_TEST

START_TEST(high_bits_become_one_bit_an_octet)
{
	for (unsigned bits = 0; bits < 256; bits++) {
		uint64_t high = 0;

		for (unsigned i = 0; i < 8; i++)
			high |= (uint64_t)(bits >> i & 1) << (8 * i + 7);
		ck_assert_uint_eq(octets_bits(high), bits);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("word");
	TCase *cases = tcase_create("word");
	SRunner *runner;
	int failed;

	tcase_add_test(cases, short_loads_hold_the_octets_that_are_there);
	tcase_add_test(cases, ranges_are_found_exactly);
	tcase_add_test(cases, letters_change_their_case_and_nothing_else_does);
	tcase_add_test(cases, high_bits_become_one_bit_an_octet);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
