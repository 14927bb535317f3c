/* Exact counts with bounded examples. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "zone/tally.h"

static void
add(struct tally *tally, uint64_t order, int number)
{
	tally_add(tally, order, NULL, 0, 0, "%d", number);
}

static void
assert_details(const struct tally *tally, size_t n, const char *const details[])
{
	ck_assert_uint_eq(tally->n_examples, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(tally->examples[i].detail, details[i]);
}

START_TEST(lowest_orders_are_kept_in_order)
{
	static const char *const kept[] = {"1", "2", "3"};
	struct tally tally;

	tally_init(&tally, 3);
	for (int i = 9; i > 0; i--)
		add(&tally, (uint64_t)i, i);
	ck_assert_uint_eq(tally.count, 9);
	assert_details(&tally, 3, kept);
	tally_clear(&tally);
}
END_TEST

START_TEST(earlier_call_wins_among_equal_orders)
{
	static const char *const kept[] = {"0", "1", "2"};
	struct tally tally;

	tally_init(&tally, 3);
	add(&tally, 5, 1);
	add(&tally, 5, 2);
	add(&tally, 4, 0);
	add(&tally, 5, 3);
	ck_assert_uint_eq(tally.count, 4);
	assert_details(&tally, 3, kept);
	tally_clear(&tally);
}
END_TEST

START_TEST(count_is_exact_without_examples)
{
	struct tally tally;

	tally_init(&tally, 0);
	for (int i = 0; i < 100; i++)
		add(&tally, 0, i);
	ck_assert_uint_eq(tally.count, 100);
	ck_assert_uint_eq(tally.n_examples, 0);
	ck_assert(!tally.out_of_memory);
	tally_clear(&tally);
}
END_TEST

/* tally_wants says beforehand what tally_add will do. */
START_TEST(wants_is_what_add_keeps)
{
	struct tally tally;

	tally_init(&tally, 2);
	ck_assert(tally_wants(&tally, UINT64_MAX));
	add(&tally, 10, 1);
	add(&tally, 20, 2);
	ck_assert(tally_wants(&tally, 19));
	ck_assert(!tally_wants(&tally, 20));
	ck_assert(!tally_wants(&tally, 21));
	tally_clear(&tally);
	tally_init(&tally, 0);
	ck_assert(!tally_wants(&tally, 0));
}
END_TEST

START_TEST(example_holds_its_place)
{
	static const uint8_t name[] = "\003a.\n\001B\000";
	struct tally tally;

	tally_init(&tally, 2);
	tally_add(&tally, 7, name, 15, 42, "%s %d", "found", 3);
	tally_add(&tally, 8, NULL, 0, 0, "whole zone");
	ck_assert_str_eq(tally.examples[0].owner, "a\\046\\010.B.");
	ck_assert_str_eq(tally.examples[0].detail, "found 3");
	ck_assert_uint_eq(tally.examples[0].type, 15);
	ck_assert_uint_eq(tally.examples[0].line, 42);
	ck_assert_uint_eq(tally.examples[0].order, 7);
	ck_assert_ptr_null(tally.examples[1].owner);
	tally_clear(&tally);
}
END_TEST

START_TEST(long_detail_is_cut)
{
	struct tally tally;

	tally_init(&tally, 1);
	tally_add(&tally, 0, NULL, 0, 0, "%*s", 100000, "x");
	ck_assert_uint_gt(strlen(tally.examples[0].detail), 500);
	ck_assert_uint_lt(strlen(tally.examples[0].detail), 5000);
	tally_clear(&tally);
}
END_TEST

/* However the work was divided: the merged tally is the one that a single thread would have made.
 */
START_TEST(merged_parts_are_the_whole)
{
	enum { ADDS = 200, PARTS = 4 };
	struct tally whole, parts[PARTS], merged;
	unsigned state = (unsigned)_i + 1;

	tally_init(&whole, 7);
	tally_init(&merged, 7);
	for (int p = 0; p < PARTS; p++)
		tally_init(&parts[p], 7);
	for (int i = 0; i < ADDS; i++) {
		uint64_t order;

		state = state * 1103515245U + 12345U;
		order = state >> 16 & 0x3f;
		add(&whole, order, i);
		/* Equal orders go to one part, as they do when owners are divided. */
		add(&parts[order % PARTS], order, i);
	}
	for (int p = 0; p < PARTS; p++)
		tally_merge(&merged, &parts[(p + _i) % PARTS]);
	ck_assert_uint_eq(merged.count, whole.count);
	ck_assert_uint_eq(merged.n_examples, whole.n_examples);
	for (size_t i = 0; i < whole.n_examples; i++) {
		ck_assert_uint_eq(merged.examples[i].order, whole.examples[i].order);
		ck_assert_str_eq(merged.examples[i].detail, whole.examples[i].detail);
	}
	tally_clear(&whole);
	tally_clear(&merged);
}
END_TEST

START_TEST(merge_clears_its_source)
{
	struct tally into, from;

	tally_init(&into, 1);
	tally_init(&from, 3);
	add(&from, 1, 1);
	add(&from, 2, 2);
	tally_merge(&into, &from);
	ck_assert_uint_eq(into.count, 2);
	ck_assert_uint_eq(into.n_examples, 1);
	ck_assert_uint_eq(from.count, 0);
	ck_assert_uint_eq(from.n_examples, 0);
	ck_assert_uint_eq(from.max_examples, 3);
	tally_merge(&into, &from);
	ck_assert_uint_eq(into.count, 2);
	add(&from, 1, 1);
	ck_assert_uint_eq(from.n_examples, 1);
	tally_clear(&into);
	tally_clear(&from);
}
END_TEST

START_TEST(lost_memory_is_not_forgotten_by_merging)
{
	struct tally into, from;

	tally_init(&into, 1);
	tally_init(&from, 1);
	from.out_of_memory = true;
	tally_merge(&into, &from);
	ck_assert(into.out_of_memory);
	ck_assert(!from.out_of_memory);
	tally_merge(&into, &from);
	ck_assert(into.out_of_memory);
	tally_clear(&into);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tally");
	TCase *tcase = tcase_create("tally");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, lowest_orders_are_kept_in_order);
	tcase_add_test(tcase, earlier_call_wins_among_equal_orders);
	tcase_add_test(tcase, count_is_exact_without_examples);
	tcase_add_test(tcase, wants_is_what_add_keeps);
	tcase_add_test(tcase, example_holds_its_place);
	tcase_add_test(tcase, long_detail_is_cut);
	tcase_add_loop_test(tcase, merged_parts_are_the_whole, 0, 8);
	tcase_add_test(tcase, merge_clears_its_source);
	tcase_add_test(tcase, lost_memory_is_not_forgotten_by_merging);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
