/* EXPIRE of secondaries: from when on it runs, and by which rows of the history. */
#include "publish/transfer_expiry.h"

#include <check.h>
#include <stdlib.h>

#include "history_fixture.h"
#include "publish/release.h"

#define ZONE "example."
#define THEN FIXTURE_TIME
#define HOUR 3600
#define DAY  86400

static char *folder;
static struct history *history;
static struct zg_error error;
static struct transfer_release release;

/* Serial 5 was handed over THEN, and something was refused before that. */
static void
setup(void)
{
	folder = fixture_directory();
	history = fixture_open(folder, HISTORY_CREATE);
	(void)fixture_add(history, ZONE, 4, CANDIDATE_REFUSED, THEN);
	release.id = fixture_add(history, ZONE, 5, CANDIDATE_PASSED, THEN);
	ck_assert_int_eq(history_set_state(history, release.id, CANDIDATE_HANDED, THEN, "test",
			     "because", &error),
	    ZG_OK);
	release.handed = THEN;
	release.imported = false;
}

static void
teardown(void)
{
	history_close(history);
	fixture_remove(folder);
}

static int64_t
stopped(void)
{
	int64_t time = -1;

	ck_assert_int_eq(transfer_stopped_read(history, ZONE, &release, &time, &error), ZG_OK);
	return time;
}

START_TEST(nothing_runs_while_nothing_newer_was_stopped)
{
	ck_assert_int_eq(stopped(), 0);
	ck_assert_int_eq(transfer_expiry_of(THEN, HOUR, DAY, 0).expires, 0);
	(void)fixture_add(history, ZONE, 6, CANDIDATE_PASSED, THEN + 1);
	(void)fixture_add(history, "other.", 6, CANDIDATE_REFUSED, THEN + 1);
	ck_assert_int_eq(stopped(), 0);
}
END_TEST

START_TEST(the_first_that_was_stopped_counts)
{
	static const enum candidate_state stops[] = {
	    CANDIDATE_REFUSED, CANDIDATE_UNDECIDED, CANDIDATE_HELD};

	for (int i = 0; i < 3; i++) {
		(void)fixture_add(history, ZONE, 9, stops[i], THEN + 30 - i);
		ck_assert_int_eq(stopped(), THEN + 30 - i);
	}
	(void)fixture_add(history, ZONE, 10, CANDIDATE_REFUSED, THEN + 60);
	ck_assert_int_eq(stopped(), THEN + 28);
}
END_TEST

START_TEST(a_run_without_a_candidate_counts_as_well)
{
	ck_assert_int_eq(
	    history_log(history, ZONE, LOG_KIND_UNDECIDED, "test", "no such policy", THEN, &error),
	    ZG_OK);
	ck_assert_int_eq(stopped(), 0); /* before the release, as far as anyone can tell */
	ck_assert_int_eq(
	    history_log(history, "other.", LOG_KIND_UNDECIDED, "test", "why", THEN + 1, &error),
	    ZG_OK);
	ck_assert_int_eq(
	    history_log(history, ZONE, "observation", "test", "why", THEN + 1, &error), ZG_OK);
	ck_assert_int_eq(stopped(), 0);
	(void)fixture_add(history, ZONE, 6, CANDIDATE_REFUSED, THEN + 9);
	ck_assert_int_eq(
	    history_log(history, ZONE, LOG_KIND_UNDECIDED, "test", "why", THEN + 9, &error), ZG_OK);
	ck_assert_int_eq(stopped(), THEN + 9);
	ck_assert_int_eq(
	    history_log(history, ZONE, LOG_KIND_UNDECIDED, "test", "why", THEN + 10, &error),
	    ZG_OK);
	ck_assert_int_eq(stopped(), THEN + 9);
}
END_TEST

/* Its number says when it was taken over, and not since when it is served. */
START_TEST(what_was_stopped_before_an_import_was_stopped_after_what_it_took_over)
{
	(void)fixture_add(history, ZONE, 6, CANDIDATE_REFUSED, THEN + 5);
	release.id += 100;
	ck_assert_int_eq(stopped(), 0);
	release.imported = true;
	ck_assert_int_eq(stopped(), THEN + 5);
}
END_TEST

START_TEST(it_runs_from_the_transfer_or_from_the_refresh_before_the_stop)
{
	struct transfer_expiry expiry = transfer_expiry_of(THEN, HOUR, DAY, THEN + HOUR);

	ck_assert_int_eq(expiry.by, IN_STEP_TRANSFER);
	ck_assert_int_eq(expiry.in_step, THEN);
	ck_assert_int_eq(expiry.expires, THEN + DAY);
	expiry = transfer_expiry_of(THEN, HOUR, DAY, THEN + HOUR + 1);
	ck_assert_int_eq(expiry.by, IN_STEP_REFRESH);
	ck_assert_int_eq(expiry.in_step, THEN + 1);
	ck_assert_int_eq(expiry.expires, THEN + 1 + DAY);
	/* The largest timers there are. */
	expiry = transfer_expiry_of(THEN, UINT32_MAX, UINT32_MAX, THEN + 1);
	ck_assert_int_eq(expiry.expires, THEN + (int64_t)UINT32_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("transfer_expiry");
	TCase *tests = tcase_create("transfer_expiry");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, nothing_runs_while_nothing_newer_was_stopped);
	tcase_add_test(tests, the_first_that_was_stopped_counts);
	tcase_add_test(tests, a_run_without_a_candidate_counts_as_well);
	tcase_add_test(
	    tests, what_was_stopped_before_an_import_was_stopped_after_what_it_took_over);
	tcase_add_test(tests, it_runs_from_the_transfer_or_from_the_refresh_before_the_stop);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
