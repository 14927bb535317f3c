/* The line of progress: shares as they are, and no estimate before there is one. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const char *
text_of(uint64_t done, uint64_t total, double seconds)
{
	static char text[PROGRESS_TEXT_SIZE];

	progress_text(text, done, total, seconds);
	return text;
}

START_TEST(the_share_is_rounded_down)
{
	ck_assert_str_eq(text_of(0, 1000, 0), "0 of 1000 signatures (0 %)");
	ck_assert_str_eq(text_of(999, 1000, 1), "999 of 1000 signatures (99 %)");
	ck_assert_str_eq(text_of(1000, 1000, 100), "1000 of 1000 signatures (100 %)");
	ck_assert_str_eq(text_of(1001, 1000, 100), "1000 of 1000 signatures (100 %)");
}
END_TEST

START_TEST(no_estimate_is_given_before_enough_is_known)
{
	ck_assert_ptr_null(strstr(text_of(500, 1000, 2.9), "left"));
	ck_assert_ptr_null(strstr(text_of(49, 1000, 60), "left"));
	ck_assert_ptr_nonnull(strstr(text_of(50, 1000, 60), "left"));
	ck_assert_ptr_nonnull(strstr(text_of(500, 1000, 3), "left"));
}
END_TEST

START_TEST(the_estimate_follows_the_rate_so_far)
{
	ck_assert_str_eq(text_of(250, 1000, 10), "250 of 1000 signatures (25 %), about 31 s left");
	ck_assert_str_eq(text_of(500, 1000, 10), "500 of 1000 signatures (50 %), about 11 s left");
	ck_assert_str_eq(text_of(100, 1000, 20), "100 of 1000 signatures (10 %), about 4 min left");
}
END_TEST

/* The longest text there can be fits: nothing is cut. */
START_TEST(large_numbers_fit)
{
	const char *text = text_of(UINT64_MAX / 2, UINT64_MAX, 1e9);

	ck_assert_uint_lt(strlen(text), PROGRESS_TEXT_SIZE - 1);
	ck_assert_str_eq(text + strlen(text) - 5, " left");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("progress");
	TCase *tcase = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, the_share_is_rounded_down);
	tcase_add_test(tcase, no_estimate_is_given_before_enough_is_known);
	tcase_add_test(tcase, the_estimate_follows_the_rate_so_far);
	tcase_add_test(tcase, large_numbers_fit);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
