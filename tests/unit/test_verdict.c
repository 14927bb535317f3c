/* The verdict: every combination of what can decide it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "gate/verdict.h"

#define INPUT_SETS 8 /* sets of ds, previous, unsigned */

static const uint64_t counts[] = {0, 1, UINT64_MAX};
#define ROW_STATES (4 * 3 * 2 * INPUT_SETS)

/* One row in every state: severity, count none, one or many, ran or not, every need. */
static struct verdict_row
row_state(unsigned number)
{
	struct verdict_row row = {.severity = (zg_severity)(number % 4)};

	number /= 4;
	row.count = counts[number % 3];
	number /= 3;
	row.ran = number % 2 != 0;
	row.needs = number / 2;
	return row;
}

/* The rules written down a second time, from the row's side: the worst that one row allows. */
static zg_verdict
row_allows(const struct verdict_row *row, unsigned given)
{
	if (row->severity == ZG_SEVERITY_IGNORE)
		return ZG_VERDICT_PASS;
	if (!row->ran)
		return (row->needs & given) == row->needs ? ZG_VERDICT_UNDECIDED : ZG_VERDICT_PASS;
	if (row->count == 0 || row->severity == ZG_SEVERITY_WARN)
		return ZG_VERDICT_PASS;
	return row->severity == ZG_SEVERITY_REFUSE ? ZG_VERDICT_REFUSE : ZG_VERDICT_HELD;
}

static zg_verdict
worse(zg_verdict a, zg_verdict b)
{
	return a < b ? a : b;
}

/* The function decides as the rules do, and its reason begins with the verdict's word. */
static bool
decides_by_the_rules(const struct verdict_row rows[2], unsigned required, unsigned given)
{
	zg_verdict expected = (required & ~given) != 0 ? ZG_VERDICT_UNDECIDED : ZG_VERDICT_PASS;
	const char *reason = NULL, *word;

	expected = worse(expected, row_allows(&rows[0], given));
	expected = worse(expected, row_allows(&rows[1], given));
	word = zg_verdict_text(expected);
	return verdict_decide(rows, 2, required, given, &reason) == expected && reason != NULL &&
	       strncmp(reason, word, strlen(word)) == 0;
}

/* Every state of two rows, in both places, under every set of required and given inputs. */
START_TEST(truth_table_is_complete)
{
	unsigned required = (unsigned)_i % INPUT_SETS, given = (unsigned)_i / INPUT_SETS;
	unsigned wrong = 0;

	for (unsigned i = 0; i < ROW_STATES * ROW_STATES; i++) {
		struct verdict_row rows[2] = {row_state(i / ROW_STATES), row_state(i % ROW_STATES)};

		if (!decides_by_the_rules(rows, required, given))
			wrong++;
	}
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(no_rows_pass_with_a_ds)
{
	const char *reason;

	ck_assert_int_eq(verdict_decide(NULL, 0, 0, ZG_INPUT_DS, &reason), ZG_VERDICT_PASS);
	ck_assert_str_eq(reason, "pass");
}
END_TEST

START_TEST(pass_without_a_ds_says_so)
{
	const char *reason;

	ck_assert_int_eq(verdict_decide(NULL, 0, 0, ZG_INPUT_PREVIOUS, &reason), ZG_VERDICT_PASS);
	ck_assert_str_eq(reason, "pass, chain to the parent not checked");
}
END_TEST

START_TEST(broken_zone_is_refused_although_an_input_is_missing)
{
	const struct verdict_row row = {.severity = ZG_SEVERITY_REFUSE, .count = 1, .ran = true};
	const char *reason;

	ck_assert_int_eq(verdict_decide(&row, 1, ZG_INPUT_DS, 0, &reason), ZG_VERDICT_REFUSE);
	ck_assert_str_eq(reason, "refused");
}
END_TEST

START_TEST(what_a_quorum_accepted_does_not_count)
{
	struct verdict_row rows[] = {
	    {.severity = ZG_SEVERITY_REFUSE, .count = 1, .ran = true, .accepted = true},
	    {.severity = ZG_SEVERITY_APPROVE, .count = 1, .ran = true, .accepted = true}};
	const char *reason;

	ck_assert_int_eq(verdict_decide(rows, 2, 0, ZG_INPUT_DS, &reason), ZG_VERDICT_PASS);
	ck_assert_str_eq(reason, "pass, with approvals");
	ck_assert_int_eq(verdict_decide(rows, 2, 0, 0, &reason), ZG_VERDICT_PASS);
	ck_assert_str_eq(reason, "pass, with approvals, chain to the parent not checked");
	rows[1].accepted = false;
	ck_assert_int_eq(verdict_decide(rows, 2, 0, ZG_INPUT_DS, &reason), ZG_VERDICT_HELD);
	rows[0].accepted = false;
	ck_assert_int_eq(verdict_decide(rows, 2, 0, ZG_INPUT_DS, &reason), ZG_VERDICT_REFUSE);
	/* Nobody can accept that a check did not run, or that an input is missing. */
	rows[0].accepted = rows[1].accepted = true;
	rows[0].ran = false;
	ck_assert_int_eq(verdict_decide(rows, 2, 0, ZG_INPUT_DS, &reason), ZG_VERDICT_UNDECIDED);
	rows[0].ran = true;
	ck_assert_int_eq(
	    verdict_decide(rows, 2, ZG_INPUT_PREVIOUS, ZG_INPUT_DS, &reason), ZG_VERDICT_UNDECIDED);
	/* Accepting nothing is no approval. */
	rows[0].count = rows[1].count = 0;
	ck_assert_int_eq(verdict_decide(rows, 2, 0, ZG_INPUT_DS, &reason), ZG_VERDICT_PASS);
	ck_assert_str_eq(reason, "pass");
}
END_TEST

START_TEST(held_says_so)
{
	const struct verdict_row row = {.severity = ZG_SEVERITY_APPROVE, .count = 7, .ran = true};
	const char *reason;

	ck_assert_int_eq(verdict_decide(&row, 1, 0, 0, &reason), ZG_VERDICT_HELD);
	ck_assert_str_eq(reason, "held for approval");
}
END_TEST

/* The missing inputs are named, each and only those, in the order of their bits. */
START_TEST(missing_inputs_are_named)
{
	static const char *const names[] = {"ds", "previous", "unsigned"};
	unsigned missing = (unsigned)_i;
	char expected[128] = "undecided, required input missing: ";
	const char *reason;

	for (unsigned bit = 0, n = 0; bit < 3; bit++) {
		if ((missing & 1U << bit) == 0)
			continue;
		strcat(expected, n++ > 0 ? ", " : "");
		strcat(expected, names[bit]);
	}
	ck_assert_int_eq(verdict_decide(NULL, 0, missing, ~missing, &reason), ZG_VERDICT_UNDECIDED);
	ck_assert_str_eq(reason, expected);
}
END_TEST

START_TEST(unknown_required_input_is_missing)
{
	const char *reason;

	ck_assert_int_eq(verdict_decide(NULL, 0, 64, ZG_INPUT_DS, &reason), ZG_VERDICT_UNDECIDED);
	ck_assert_ptr_nonnull(reason);
}
END_TEST

START_TEST(severity_out_of_range_refuses)
{
	const struct verdict_row rows[] = {
	    {.severity = (zg_severity)4, .count = 1, .ran = true},
	    {.severity = (zg_severity)-1, .count = 1, .ran = true},
	};
	const char *reason;

	ck_assert_int_eq(verdict_decide(&rows[_i], 1, 0, ZG_INPUT_DS, &reason), ZG_VERDICT_REFUSE);
}
END_TEST

START_TEST(zeroed_row_is_not_a_pass)
{
	const struct verdict_row row = {0};
	const char *reason;

	ck_assert_int_eq(verdict_decide(&row, 1, 0, ZG_INPUT_DS, &reason), ZG_VERDICT_UNDECIDED);
	ck_assert_str_eq(reason, "undecided, a check did not run");
}
END_TEST

START_TEST(words_and_exit_statuses_are_pinned)
{
	ck_assert_str_eq(zg_severity_text(ZG_SEVERITY_REFUSE), "refuse");
	ck_assert_str_eq(zg_severity_text(ZG_SEVERITY_APPROVE), "approve");
	ck_assert_str_eq(zg_severity_text(ZG_SEVERITY_WARN), "warn");
	ck_assert_str_eq(zg_severity_text(ZG_SEVERITY_IGNORE), "ignore");
	ck_assert_str_eq(zg_severity_text((zg_severity)4), "refuse");
	ck_assert_str_eq(zg_verdict_text(ZG_VERDICT_REFUSE), "refused");
	ck_assert_str_eq(zg_verdict_text(ZG_VERDICT_UNDECIDED), "undecided");
	ck_assert_str_eq(zg_verdict_text(ZG_VERDICT_HELD), "held");
	ck_assert_str_eq(zg_verdict_text(ZG_VERDICT_PASS), "pass");
	ck_assert_str_eq(zg_verdict_text((zg_verdict)4), "undecided");
	ck_assert_int_eq(zg_verdict_exit_status(ZG_VERDICT_REFUSE), 1);
	ck_assert_int_eq(zg_verdict_exit_status(ZG_VERDICT_UNDECIDED), 2);
	ck_assert_int_eq(zg_verdict_exit_status(ZG_VERDICT_HELD), 3);
	ck_assert_int_eq(zg_verdict_exit_status(ZG_VERDICT_PASS), 0);
	ck_assert_int_eq(zg_verdict_exit_status((zg_verdict)4), 2);
	ck_assert_int_eq(zg_verdict_exit_status((zg_verdict)-1), 2);
}
END_TEST

/* Zero is refuse: what is forgotten is not released. */
START_TEST(zero_is_refuse)
{
	ck_assert_int_eq(ZG_VERDICT_REFUSE, 0);
	ck_assert_int_eq(ZG_SEVERITY_REFUSE, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("verdict");
	TCase *tcase = tcase_create("verdict");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, truth_table_is_complete, 0, INPUT_SETS * INPUT_SETS);
	tcase_add_test(tcase, no_rows_pass_with_a_ds);
	tcase_add_test(tcase, pass_without_a_ds_says_so);
	tcase_add_test(tcase, broken_zone_is_refused_although_an_input_is_missing);
	tcase_add_test(tcase, held_says_so);
	tcase_add_test(tcase, what_a_quorum_accepted_does_not_count);
	tcase_add_loop_test(tcase, missing_inputs_are_named, 1, INPUT_SETS);
	tcase_add_test(tcase, unknown_required_input_is_missing);
	tcase_add_loop_test(tcase, severity_out_of_range_refuses, 0, 2);
	tcase_add_test(tcase, zeroed_row_is_not_a_pass);
	tcase_add_test(tcase, words_and_exit_statuses_are_pinned);
	tcase_add_test(tcase, zero_is_refuse);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
