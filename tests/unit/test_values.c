/* Unit tests of src/cli/values.c and output.c: values are read strictly, text is escaped. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/check.h>
#include "cli/cli.h"

#define NOW INT64_C(1795328017)

START_TEST(times_are_read)
{
	static const struct {
		const char *text;
		int64_t time;
	} cases[] = {
	    {"0", 0},
	    {"1795328017", NOW},
	    {"253402300799", INT64_C(253402300799)},
	    {"19700101000000", 0},
	    {"20000229000000", 951782400},
	    {"20160229235959", 1456790399},
	    {"20261122061337", NOW},
	    {"20380119031408", INT64_C(2147483648)},
	    {"21000301000000", INT64_C(4107542400)},
	    {"99991231235959", INT64_C(253402300799)},
	    {"+0", NOW},
	    {"+1", NOW + 1},
	    {"-30s", NOW - 30},
	    {"+2m", NOW + 120},
	    {"-3h", NOW - 10800},
	    {"+1d", NOW + 86400},
	    {"-1w", NOW - 604800},
	    {"-1795328017", 0},
	};
	int64_t time = -1;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(value_time(cases[i].text, NOW, &time), "%s", cases[i].text);
		ck_assert_int_eq(time, cases[i].time);
	}
}
END_TEST

START_TEST(malformed_times_are_refused)
{
	static const char *const texts[] = {"", " 1", "1 ", "1s", "+", "-", "+d", "+1y", "+1dd",
	    "+-1", "++1", "0x10", "1e3", "253402300800", "2026112206133", "202611220613370",
	    "20260230000000", "20260001000000", "20261301000000", "20260100000000",
	    "20260132000000", "21000229000000", "20261122240000", "20261122006000",
	    "20261122000060", "19691231235959", "00000101000000", "-1795328018", "+99999999999999w",
	    "+9223372036854775807", "99999999999999999999999999", "now", "+253402300799"};
	int64_t time;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(!value_time(texts[i], NOW, &time), "%s", texts[i]);
}
END_TEST

START_TEST(durations_are_one_second_to_four_weeks)
{
	static const char *const bad[] = {
	    "", "0", "0s", "-1", "+1", "1x", "1 s", "2419201", "29d", "5w", "99999999999999999999"};
	int64_t seconds = 0;

	ck_assert(value_duration("1", &seconds) && seconds == 1);
	ck_assert(value_duration("90m", &seconds) && seconds == 5400);
	ck_assert(value_duration("4w", &seconds) && seconds == 2419200);
	ck_assert(value_duration("2419200s", &seconds) && seconds == 2419200);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!value_duration(bad[i], &seconds), "%s", bad[i]);
}
END_TEST

START_TEST(numbers_keep_their_bounds)
{
	static const char *const bad[] = {
	    "", "0", "257", "-1", "+1", "1.5", "0x1", " 1", "1 ", "18446744073709551617"};
	int64_t number = 0;

	ck_assert(value_number("1", 1, 256, &number) && number == 1);
	ck_assert(value_number("256", 1, 256, &number) && number == 256);
	ck_assert(value_number("007", 1, 256, &number) && number == 7);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!value_number(bad[i], 1, 256, &number), "%s", bad[i]);
}
END_TEST

START_TEST(inputs_are_a_list_of_known_names)
{
	static const char *const bad[] = {
	    "", ",", "ds,", ",ds", "ds,,previous", "DS", "d", "dss", "ds previous", "zone"};
	unsigned inputs = 0;

	ck_assert(value_inputs("ds", &inputs) && inputs == ZG_INPUT_DS);
	ck_assert(value_inputs("unsigned,ds,previous", &inputs) &&
		  inputs == (ZG_INPUT_DS | ZG_INPUT_PREVIOUS | ZG_INPUT_UNSIGNED));
	ck_assert(value_inputs("ds,ds", &inputs) && inputs == ZG_INPUT_DS);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!value_inputs(bad[i], &inputs), "%s", bad[i]);
}
END_TEST

START_TEST(escape_leaves_printable_ascii_only)
{
	char text[64];

	escape(text, sizeof(text), "a\033[31m\n\x7f\xc3\xa9~ ");
	ck_assert_str_eq(text, "a\\027[31m\\010\\127\\195\\169~ ");
}
END_TEST

START_TEST(escape_never_cuts_an_escape_or_the_end)
{
	for (size_t size = 1; size < 32; size++) {
		char text[32];

		memset(text, 'x', sizeof(text));
		escape(text, size, "\001\002\003\004\005\006");
		ck_assert_uint_lt(strlen(text), size);
		ck_assert_uint_eq(strlen(text) % 4, 0);
	}
}
END_TEST

START_TEST(words_match_whole)
{
	ck_assert(word_in("lint|show", "lint"));
	ck_assert(word_in("lint|show", "show"));
	ck_assert(!word_in("lint|show", "lin"));
	ck_assert(!word_in("lint|show", "lint|show"));
	ck_assert(!word_in("lint|show", ""));
	ck_assert(!word_in(NULL, "lint"));
}
END_TEST

/* The table itself: what arguments.c and the bounds of help rely on. */
START_TEST(the_command_table_is_sound)
{
	for (size_t i = 0; i < command_table_rows; i++) {
		const struct command_row *command = &command_table[i];

		ck_assert_int_eq(command->name == NULL, i == 0);
		ck_assert_int_eq(command->run == NULL, i == 0 || command->summary == NULL);
		ck_assert_uint_le(command->n_options, 32);
		for (size_t j = 0; j < command->n_options; j++) {
			const struct option_row *row = &command->options[j];

			ck_assert_ptr_nonnull(row->help);
			for (size_t k = 0; k < j; k++) {
				const struct option_row *other = &command->options[k];

				ck_assert_str_ne(row->name, other->name);
				ck_assert(row->letter == '\0' || row->letter != other->letter);
				ck_assert_int_ne(row->id, other->id);
			}
		}
	}
}
END_TEST

static Suite *
values_suite(void)
{
	Suite *suite = suite_create("values");
	TCase *tests = tcase_create("values");

	tcase_add_test(tests, times_are_read);
	tcase_add_test(tests, malformed_times_are_refused);
	tcase_add_test(tests, durations_are_one_second_to_four_weeks);
	tcase_add_test(tests, numbers_keep_their_bounds);
	tcase_add_test(tests, inputs_are_a_list_of_known_names);
	tcase_add_test(tests, escape_leaves_printable_ascii_only);
	tcase_add_test(tests, escape_never_cuts_an_escape_or_the_end);
	tcase_add_test(tests, words_match_whole);
	tcase_add_test(tests, the_command_table_is_sound);
	suite_add_tcase(suite, tests);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(values_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
