/* The set of what verified before, and what is noted to be remembered. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "facts/memo_set.h"

#define ENTRIES 1000

static uint8_t entries[ENTRIES][MEMO_OCTETS];

/* Digest number `n`: all of them begin with one of a few octets, so that slots are contested. */
static void
digest_make(unsigned n, uint8_t digest[MEMO_OCTETS])
{
	memset(digest, 0, MEMO_OCTETS);
	digest[0] = (uint8_t)(n % 7);
	digest[MEMO_OCTETS - 2] = (uint8_t)(n >> 8);
	digest[MEMO_OCTETS - 1] = (uint8_t)n;
}

static void
set_make(struct memo_set *set)
{
	for (unsigned i = 0; i < ENTRIES; i++)
		digest_make(i, entries[i]);
	ck_assert_int_eq(
	    memo_set_init(set, (const uint8_t(*)[MEMO_OCTETS])entries, ENTRIES), ZG_OK);
}

static bool
has(const struct memo_set *set, unsigned n, size_t *next)
{
	uint8_t digest[MEMO_OCTETS];

	digest_make(n, digest);
	return memo_set_has(set, digest, next);
}

START_TEST(every_guess_finds_what_is_there_and_nothing_else)
{
	static const size_t guesses[] = {0, 1, ENTRIES - 1, ENTRIES, ENTRIES + 1, SIZE_MAX};
	struct memo_set set;

	set_make(&set);
	for (size_t g = 0; g < sizeof(guesses) / sizeof(guesses[0]); g++) {
		for (unsigned i = 0; i < ENTRIES; i++) {
			size_t next = guesses[g];

			ck_assert(has(&set, i, &next));
			ck_assert_uint_eq(next, i + 1);
			next = guesses[g];
			ck_assert(!has(&set, ENTRIES + i, &next));
			ck_assert_uint_eq(next, guesses[g]);
		}
	}
	memo_set_clear(&set);
}
END_TEST

START_TEST(one_guess_serves_any_order)
{
	struct memo_set set;
	size_t next = 0;

	set_make(&set);
	for (unsigned i = 0; i < ENTRIES; i++)
		ck_assert(has(&set, i, &next));
	for (unsigned i = ENTRIES; i > 0; i--)
		ck_assert(has(&set, i - 1, &next));
	memo_set_clear(&set);
}
END_TEST

START_TEST(an_empty_set_has_nothing)
{
	struct memo_set set, none = {.n = 0};
	size_t next = 0;

	ck_assert_int_eq(memo_set_init(&set, NULL, 0), ZG_OK);
	ck_assert(!has(&set, 0, &next));
	ck_assert(!has(&none, 0, &next));
	memo_set_clear(&set);
}
END_TEST

/* Notes the digests [first, end). */
static void
note(struct memo_fresh *fresh, unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++) {
		uint8_t digest[MEMO_OCTETS];

		digest_make(i, digest);
		ck_assert_int_eq(memo_fresh_add(fresh, digest, i), ZG_OK);
	}
}

START_TEST(what_threads_noted_is_put_together_in_their_order)
{
	static const unsigned ends[] = {0, 40, 40, 41, 300};
	struct memo_fresh all = {.n = 0};

	for (size_t i = 1; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct memo_fresh one = {.n = 0};

		note(&one, ends[i - 1], ends[i]);
		ck_assert_int_eq(memo_fresh_append(&all, &one), ZG_OK);
		ck_assert_ptr_null(one.entries);
		ck_assert_uint_eq(one.n, 0);
	}
	note(&all, 300, 310);
	ck_assert_uint_eq(all.n, 310);
	for (unsigned i = 0; i < 310; i++) {
		uint8_t digest[MEMO_OCTETS];

		digest_make(i, digest);
		ck_assert_uint_eq(all.entries[i].record, i);
		ck_assert_mem_eq(all.entries[i].digest, digest, MEMO_OCTETS);
	}
	memo_fresh_clear(&all);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("memo_set");
	TCase *tcase = tcase_create("memo_set");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, every_guess_finds_what_is_there_and_nothing_else);
	tcase_add_test(tcase, one_guess_serves_any_order);
	tcase_add_test(tcase, an_empty_set_has_nothing);
	tcase_add_test(tcase, what_threads_noted_is_put_together_in_their_order);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
