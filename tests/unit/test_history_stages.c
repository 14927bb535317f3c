/* Unit tests of src/history/history_stages.c: steps come back, and what was not finished is known.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "history/history_private.h"
#include "history_fixture.h"

#define T FIXTURE_TIME

static char *folder;
static struct history *history;

static void
setup(void)
{
	folder = fixture_directory();
	history = fixture_open(folder, HISTORY_CREATE);
}

static void
teardown(void)
{
	history_close(history);
	fixture_remove(folder);
}

static void
step(int64_t candidate, enum history_step_kind kind, const char *stage, int64_t time)
{
	struct history_step step = {
	    .candidate = candidate, .time = time, .kind = kind, .actor = "bob", .why = "so"};

	(void)snprintf(step.stage, sizeof(step.stage), "%s", stage);
	if (kind == HISTORY_BEGUN)
		(void)snprintf(step.plan, sizeof(step.plan), "canary all");
	ck_assert_int_eq(history_add_step(history, &step, NULL), ZG_OK);
}

static int64_t
passed(const char *zone, uint32_t serial)
{
	return fixture_add(history, zone, serial, CANDIDATE_PASSED, T + serial);
}

struct seen {
	struct history_step steps[8];
	size_t n;
};

static zg_status
see(void *context, const struct history_step *one)
{
	struct seen *seen = context;

	ck_assert_uint_lt(seen->n, 8);
	seen->steps[seen->n++] = *one;
	return ZG_OK;
}

START_TEST(steps_come_back_in_order_with_a_line_each)
{
	int64_t first = passed("example.", 1), other = passed("example.", 2), number;
	struct seen *seen = calloc(1, sizeof(*seen));
	struct history_line *lines;
	uint8_t chain[32];
	char why[100];
	size_t n;

	ck_assert_ptr_nonnull(seen);
	step(first, HISTORY_BEGUN, "", T + 10);
	step(first, HISTORY_ENTERED, "canary", T + 11);
	step(other, HISTORY_BEGUN, "", T + 12);
	step(first, HISTORY_REACHED, "canary", T + 13);
	ck_assert_int_eq(history_visit_steps(history, first, see, seen, NULL), ZG_OK);
	ck_assert_uint_eq(seen->n, 3);
	ck_assert_int_eq(seen->steps[0].kind, HISTORY_BEGUN);
	ck_assert_str_eq(seen->steps[0].plan, "canary all");
	ck_assert_int_eq(seen->steps[1].kind, HISTORY_ENTERED);
	ck_assert_str_eq(seen->steps[1].stage, "canary");
	ck_assert_int_eq(seen->steps[2].time, T + 13);
	ck_assert_str_eq(seen->steps[2].actor, "bob");
	ck_assert_str_eq(seen->steps[2].why, "so");
	ck_assert_int_eq(history_lines(history, "example.", 1, &lines, &n, NULL), ZG_OK);
	ck_assert_str_eq(lines[0].kind, "stage");
	ck_assert_str_eq(lines[0].actor, "bob");
	ck_assert_str_eq(lines[0].text, "serial 1, stage canary: reached: so");
	free(lines);
	ck_assert_int_eq(history_verify(history, &number, why, sizeof(why), NULL), ZG_OK);
	ck_assert_int_eq(number, 0);
	ck_assert_int_eq(history_head(history, chain, &number, NULL), ZG_OK);
	ck_assert_int_eq(number, 2 + 4);
	free(seen);
}
END_TEST

START_TEST(a_step_is_of_a_candidate_and_of_a_kind)
{
	struct history_step bad = {.candidate = 99, .time = T, .kind = HISTORY_BEGUN};

	ck_assert_int_eq(history_add_step(history, &bad, NULL), ZG_PARAMETER);
	bad.candidate = passed("example.", 1);
	bad.kind = HISTORY_STEPS;
	ck_assert_int_eq(history_add_step(history, &bad, NULL), ZG_PARAMETER);
	bad.kind = HISTORY_BEGUN;
	ck_assert_int_eq(history_add_step(history, &bad, NULL), ZG_OK);
}
END_TEST

START_TEST(the_last_rollout_of_the_zone_is_told)
{
	struct history_rollout rollout;
	bool found = true;
	int64_t first;

	ck_assert_int_eq(history_last_rollout(history, "example.", &rollout, &found, NULL), ZG_OK);
	ck_assert(!found);
	first = passed("example.", 1);
	step(first, HISTORY_BEGUN, "", T + 10);
	step(passed("other.", 2), HISTORY_BEGUN, "", T + 11);
	ck_assert_int_eq(history_last_rollout(history, "EXAMPLE", &rollout, &found, NULL), ZG_OK);
	ck_assert(found);
	ck_assert_int_eq(rollout.begun.candidate, first);
	ck_assert_uint_eq(rollout.serial, 1);
	ck_assert_uint_eq(strlen(rollout.digest), DIGEST_TEXT_SIZE - 1);
	step(passed("example.", 3), HISTORY_BEGUN, "", T + 12);
	ck_assert_int_eq(history_last_rollout(history, "example.", &rollout, &found, NULL), ZG_OK);
	ck_assert_uint_eq(rollout.serial, 3);
}
END_TEST

/* The serials that are not finished, as "5 3 "; one under way has a '+'. */
static const char *
unfinished(int64_t since)
{
	static char text[200];
	struct history_unfinished *list = NULL;
	size_t n = 0, used = 0;

	text[0] = '\0';
	ck_assert_int_eq(history_unfinished(history, "example.", since, &list, &n, NULL), ZG_OK);
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%u%s ",
		    (unsigned)list[i].serial, list[i].last == INT64_MAX ? "+" : "");
	free(list);
	return text;
}

START_TEST(what_is_under_way_or_was_aborted_is_unfinished)
{
	int64_t id = passed("example.", 1);

	ck_assert_str_eq(unfinished(0), "");
	step(id, HISTORY_BEGUN, "", T + 10);
	ck_assert_str_eq(unfinished(0), ""); /* no stage was given it */
	step(id, HISTORY_ENTERED, "canary", T + 11);
	ck_assert_str_eq(unfinished(0), "1+ ");
	ck_assert_str_eq(unfinished(T + 1000), "1+ ");
	step(id, HISTORY_FINISHED, "", T + 12);
	ck_assert_str_eq(unfinished(0), "");
	id = passed("example.", 2);
	step(id, HISTORY_BEGUN, "", T + 20);
	step(id, HISTORY_ENTERED, "canary", T + 21);
	step(id, HISTORY_ABORTING, "", T + 22);
	ck_assert_str_eq(unfinished(0), "2+ ");
	step(id, HISTORY_ABORTED, "", T + 23);
	ck_assert_str_eq(unfinished(0), "2 ");
	ck_assert_str_eq(unfinished(T + 23), "2 ");
	ck_assert_str_eq(unfinished(T + 24), ""); /* EXPIRE is over */
}
END_TEST

START_TEST(an_abort_before_any_stage_leaves_nothing)
{
	int64_t id = passed("example.", 1);

	step(id, HISTORY_BEGUN, "", T + 10);
	step(id, HISTORY_ABORTING, "", T + 11);
	step(id, HISTORY_ABORTED, "", T + 12);
	ck_assert_str_eq(unfinished(0), "");
}
END_TEST

START_TEST(other_zones_have_stages_of_their_own)
{
	int64_t id = passed("other.", 1);

	step(id, HISTORY_BEGUN, "", T + 10);
	step(id, HISTORY_ENTERED, "canary", T + 11);
	ck_assert_str_eq(unfinished(0), "");
	step(id, HISTORY_ABORTED, "", T + 12);
	ck_assert_str_eq(unfinished(0), "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("history_stages");
	TCase *tcase = tcase_create("history_stages");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, steps_come_back_in_order_with_a_line_each);
	tcase_add_test(tcase, a_step_is_of_a_candidate_and_of_a_kind);
	tcase_add_test(tcase, the_last_rollout_of_the_zone_is_told);
	tcase_add_test(tcase, what_is_under_way_or_was_aborted_is_unfinished);
	tcase_add_test(tcase, an_abort_before_any_stage_leaves_nothing);
	tcase_add_test(tcase, other_zones_have_stages_of_their_own);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
