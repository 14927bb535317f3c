/* Canonical RDATA: which names go to lower case, held against the shapes that zone text is read by.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "dns/canonical.h"
#include "dns/rr_type.h"
#include "zone/rdata_text.h"

/* RDATA that begins with `prefix` octets and has names behind them, with capitals all over. */
static size_t
fill(uint8_t *rdata, size_t prefix)
{
	static const uint8_t names[] = "\3ABC\1Z\0\3DEF\1Z\0";

	memset(rdata, 'Q', prefix);
	memcpy(rdata + prefix, names, sizeof(names) - 1);
	return prefix + sizeof(names) - 1;
}

/*
 * For each type there are: whatever both take, both make the same of; and what the shapes lower
 * is lowered here.
 */
START_TEST(both_tables_say_the_same)
{
	uint16_t type = (uint16_t)_i;

	for (size_t prefix = 0; prefix < 40; prefix++) {
		for (size_t cut = 0; cut < 14; cut++) {
			uint8_t by_shape[64], here[64];
			size_t length = fill(by_shape, prefix) - cut;
			bool whole;

			/* Strings and prefix lengths that lead up to the names. */
			if (prefix > 0)
				by_shape[0] = type == 38 ? (uint8_t)(128 - 8 * (prefix - 1)) : 'Q';
			for (size_t i = 4; type == 35 && i < prefix; i++)
				by_shape[i] = 0;
			memcpy(here, by_shape, length);
			whole = rdata_canonicalise(type, by_shape, length, NULL);
			ck_assert(!whole || canonical_rdata(type, here, length));
			if (whole)
				ck_assert_int_eq(memcmp(here, by_shape, length), 0);
		}
	}
}
END_TEST

START_TEST(names_are_lowered_and_what_is_behind_them_is_not)
{
	uint8_t rdata[] = "\0\1\3ABC\1Z\0XYZ";

	ck_assert(canonical_rdata(RR_MX, rdata, sizeof(rdata) - 1));
	ck_assert_int_eq(memcmp(rdata, "\0\1\3abc\1z\0XYZ", sizeof(rdata) - 1), 0);
}
END_TEST

/* RFC 6840 section 5.1. */
START_TEST(the_next_name_of_nsec_keeps_its_letters)
{
	uint8_t rdata[] = "\3ABC\1Z\0";

	ck_assert(canonical_rdata(RR_NSEC, rdata, sizeof(rdata) - 1));
	ck_assert_int_eq(memcmp(rdata, "\3ABC\1Z\0", sizeof(rdata) - 1), 0);
}
END_TEST

START_TEST(a_name_that_is_cut_or_compressed_is_none)
{
	uint8_t cut[] = "\3AB", compressed[] = "\xc0\x0c";

	ck_assert(!canonical_rdata(RR_NS, cut, sizeof(cut) - 1));
	ck_assert(!canonical_rdata(RR_NS, compressed, sizeof(compressed) - 1));
	ck_assert(canonical_rdata(RR_TXT, compressed, sizeof(compressed) - 1));
}
END_TEST

START_TEST(rdata_is_ordered_as_octets)
{
	static const uint8_t a[] = {1, 2}, b[] = {1, 2, 0}, c[] = {0xff};

	ck_assert_int_lt(canonical_rdata_compare(a, 2, b, 3), 0);
	ck_assert_int_gt(canonical_rdata_compare(b, 3, a, 2), 0);
	ck_assert_int_lt(canonical_rdata_compare(b, 3, c, 1), 0);
	ck_assert_int_eq(canonical_rdata_compare(a, 2, a, 2), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("canonical");
	TCase *tests = tcase_create("canonical");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tests, both_tables_say_the_same, 1, 270);
	tcase_add_test(tests, names_are_lowered_and_what_is_behind_them_is_not);
	tcase_add_test(tests, the_next_name_of_nsec_keeps_its_letters);
	tcase_add_test(tests, a_name_that_is_cut_or_compressed_is_none);
	tcase_add_test(tests, rdata_is_ordered_as_octets);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
