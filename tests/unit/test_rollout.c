/* Unit tests of src/publish/rollout.c: the state that rows come to, and what is next. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_io.h"
#include "base/file_replace.h"
#include "history_fixture.h"
#include "log_fixture.h"
#include "publish/rollout.h"

#define ZONE "example."
#define T    FIXTURE_TIME

static char *folder;
static struct zg_error error;
static struct state_directory state;
static struct release_log *releases;

/* canary soaks 600 s, half 300 s and needs two approvals, all neither. */
static struct config_stage stages[] = {
    {.name = (char[]){"canary"}, .soak = 600},
    {.name = (char[]){"half"}, .soak = 300, .approvals = 2},
    {.name = (char[]){"all"}},
};
static struct config_zone zone;

static void
setup(void)
{
	zone = (struct config_zone){.name = (char[]){ZONE}, .stages = stages, .n_stages = 3};
	folder = fixture_log_open(&state, &releases);
}

static void
teardown(void)
{
	fixture_log_close(folder, &state, releases);
}

static int64_t
add(uint32_t serial)
{
	static const uint8_t sha256[FILE_DIGEST_OCTETS] = {1, 2, 3};

	return fixture_judged(releases, fixture_facts(ZONE, serial), ZG_VERDICT_PASS, sha256, T);
}

static void
begin(int64_t candidate, bool straight, int64_t time)
{
	const struct rollout_begin begin = {.candidate = candidate,
	    .zone = &zone,
	    .straight = straight,
	    .why = "new keys",
	    .actor = "bob",
	    .time = time};

	ck_assert_int_eq(rollout_begin(releases, &begin, &error), ZG_OK);
}

static void
read_back(struct rollout *rollout)
{
	ck_assert_int_eq(rollout_read(releases, rollout, &error), ZG_OK);
}

static void
step(enum rollout_step kind, const char *stage, int64_t time)
{
	struct rollout *rollout = calloc(1, sizeof(*rollout));

	ck_assert_ptr_nonnull(rollout);
	read_back(rollout);
	ck_assert_int_eq(
	    rollout_step(releases, rollout, kind, stage, "bob", "found", time, &error), ZG_OK);
	free(rollout);
}

/* --- From rows to the state --- */

START_TEST(there_is_none_before_the_first)
{
	struct rollout rollout;

	read_back(&rollout);
	ck_assert_int_eq(rollout.state, ROLLOUT_NONE);
	ck_assert_uint_eq(rollout.n_stages, 0);
	ck_assert(!rollout_has_entered(&rollout));
}
END_TEST

START_TEST(rows_come_to_a_state)
{
	struct rollout rollout;
	int64_t id = add(5);

	begin(id, false, T + 1);
	read_back(&rollout);
	ck_assert_int_eq(rollout.state, ROLLOUT_RUNNING);
	ck_assert_int_eq(rollout.candidate, id);
	ck_assert_uint_eq(rollout.serial, 5);
	ck_assert_uint_eq(rollout.sha256[2], 3);
	ck_assert_int_eq(rollout.begun, T + 1);
	ck_assert_str_eq(rollout.why, "new keys");
	ck_assert(!rollout.straight);
	ck_assert_uint_eq(rollout.n_stages, 3);
	ck_assert_str_eq(rollout.stages[1].name, "half");
	step(STEP_ENTERED, "canary", T + 2);
	step(STEP_FAILED, "canary", T + 3);
	read_back(&rollout);
	ck_assert_int_eq(rollout.stages[0].entered, T + 2);
	ck_assert_str_eq(rollout.stages[0].failed, "found");
	ck_assert_uint_eq(rollout_n_reached(&rollout), 0);
	step(STEP_REACHED, "canary", T + 4);
	read_back(&rollout);
	ck_assert_int_eq(rollout.stages[0].reached, T + 4);
	ck_assert_str_eq(rollout.stages[0].failed, "");
	ck_assert_uint_eq(rollout_n_reached(&rollout), 1);
	step(STEP_FINISHED, "", T + 9);
	read_back(&rollout);
	ck_assert_int_eq(rollout.state, ROLLOUT_FINISHED);
	ck_assert_int_eq(rollout.ended, T + 9);
}
END_TEST

START_TEST(looks_count_from_when_the_stage_was_reached)
{
	struct rollout rollout;
	const struct rollout_stage *canary = &rollout.stages[0];

	begin(add(5), false, T);
	step(STEP_ENTERED, "canary", T + 1);
	step(STEP_GOOD, "canary", T + 2);
	step(STEP_REACHED, "canary", T + 3);
	read_back(&rollout);
	ck_assert_int_eq(canary->looked, 0);
	step(STEP_GOOD, "canary", T + 4);
	step(STEP_GOOD, "canary", T + 5);
	read_back(&rollout);
	ck_assert(canary->good);
	ck_assert_int_eq(canary->good_since, T + 4);
	ck_assert_int_eq(canary->looked, T + 5);
	step(STEP_BAD, "canary", T + 6);
	read_back(&rollout);
	ck_assert(!canary->good);
	ck_assert_int_eq(canary->good_since, 0);
	ck_assert_str_eq(canary->found, "found");
	step(STEP_GOOD, "canary", T + 7);
	read_back(&rollout);
	ck_assert_int_eq(canary->good_since, T + 7);
}
END_TEST

START_TEST(it_is_stopped_until_it_is_resumed)
{
	struct rollout rollout;

	begin(add(5), false, T);
	step(STEP_ENTERED, "canary", T + 1);
	step(STEP_STOPPED, "", T + 2);
	read_back(&rollout);
	ck_assert_int_eq(rollout.state, ROLLOUT_RUNNING);
	ck_assert(rollout.stopped);
	ck_assert_str_eq(rollout.stop, "found");
	step(STEP_RESUMED, "", T + 3);
	read_back(&rollout);
	ck_assert(!rollout.stopped);
}
END_TEST

START_TEST(a_newer_one_replaces_and_remembers_who_has_the_former)
{
	struct rollout rollout;
	int64_t second;

	begin(add(5), false, T);
	step(STEP_ENTERED, "canary", T + 1);
	step(STEP_REACHED, "canary", T + 1);
	step(STEP_ENTERED, "half", T + 2);
	second = add(6);
	begin(second, false, T + 3);
	read_back(&rollout);
	ck_assert_int_eq(rollout.state, ROLLOUT_RUNNING);
	ck_assert_int_eq(rollout.candidate, second);
	ck_assert(rollout.stages[0].other && rollout.stages[1].other && !rollout.stages[2].other);
	ck_assert(rollout_has_entered(&rollout));
	step(STEP_ENTERED, "canary", T + 4);
	read_back(&rollout);
	ck_assert(!rollout.stages[0].other && rollout.stages[1].other);
	/* And once more: half still has the first one's text. */
	begin(add(7), false, T + 5);
	read_back(&rollout);
	ck_assert(rollout.stages[0].other && rollout.stages[1].other && !rollout.stages[2].other);
}
END_TEST

START_TEST(what_was_finished_or_put_back_is_not_remembered)
{
	struct rollout rollout;

	begin(add(5), false, T);
	step(STEP_ENTERED, "canary", T + 1);
	step(STEP_FINISHED, "", T + 2);
	begin(add(6), false, T + 3);
	read_back(&rollout);
	ck_assert(!rollout_has_entered(&rollout));
	step(STEP_ENTERED, "canary", T + 4);
	step(STEP_ABORTING, "", T + 5);
	step(STEP_PUT_BACK, "canary", T + 6);
	read_back(&rollout);
	ck_assert_int_eq(rollout.state, ROLLOUT_ABORTING);
	ck_assert_int_eq(rollout.stages[0].put_back, T + 6);
	ck_assert_int_eq(rollout.ended, 0);
	step(STEP_ABORTED, "", T + 7);
	read_back(&rollout);
	ck_assert_int_eq(rollout.state, ROLLOUT_ABORTED);
	ck_assert_int_eq(rollout.ended, T + 7);
	ck_assert_str_eq(rollout.end, "found");
	begin(add(7), true, T + 8);
	read_back(&rollout);
	ck_assert(rollout.straight);
	ck_assert(!rollout_has_entered(&rollout));
}
END_TEST

START_TEST(what_could_not_be_put_back_is_remembered)
{
	struct rollout rollout;

	begin(add(5), false, T);
	step(STEP_ENTERED, "canary", T + 1);
	step(STEP_ABORTED, "", T + 2); /* nothing was released before */
	begin(add(6), false, T + 3);
	read_back(&rollout);
	ck_assert(rollout.stages[0].other && !rollout.stages[1].other);
}
END_TEST

START_TEST(none_begins_while_an_abort_is_to_be_ended)
{
	const struct rollout_begin another = {
	    .candidate = add(6), .zone = &zone, .why = "", .actor = "bob", .time = T + 3};
	struct rollout rollout;

	begin(add(5), false, T);
	step(STEP_ENTERED, "canary", T + 1);
	step(STEP_ABORTING, "", T + 2);
	ck_assert_int_eq(rollout_begin(releases, &another, &error), ZG_PARAMETER);
	read_back(&rollout);
	ck_assert_uint_eq(rollout.serial, 5);
	step(STEP_ABORTED, "", T + 3);
	ck_assert_int_eq(rollout_begin(releases, &another, &error), ZG_OK);
}
END_TEST

START_TEST(a_note_is_added_when_it_is_news)
{
	int64_t before, after;

	ck_assert_int_eq(rollout_note(releases, "one", T, &error), ZG_OK);
	ck_assert_int_eq(release_log_latest(releases, &before, &error), ZG_OK);
	ck_assert_int_eq(rollout_note(releases, "one", T + 5, &error), ZG_OK);
	ck_assert_int_eq(release_log_latest(releases, &after, &error), ZG_OK);
	ck_assert_int_eq(before, after);
	ck_assert_int_eq(rollout_note(releases, "other", T + 6, &error), ZG_OK);
	ck_assert_int_eq(release_log_latest(releases, &after, &error), ZG_OK);
	ck_assert_int_eq(after, T + 6);
}
END_TEST

/* --- Files --- */

START_TEST(a_stage_gets_the_text_that_passed_and_no_other)
{
	char text[280], target[280];
	struct config_stage stage = {.name = (char[]){"canary"}, .target = target, .mode = 0640};
	uint8_t sha256[FILE_DIGEST_OCTETS], found[FILE_DIGEST_OCTETS];
	struct stat stat_;
	bool exists;
	int fd;

	(void)snprintf(text, sizeof(text), "%s/text", folder);
	(void)snprintf(target, sizeof(target), "%s/target", folder);
	ck_assert_int_eq(file_replace(text, (const uint8_t *)"new", 3, 0600, &error), ZG_OK);
	ck_assert_int_eq(file_replace(target, (const uint8_t *)"old", 3, 0600, &error), ZG_OK);
	ck_assert_int_eq(target_digest(text, sha256, &exists, &error), ZG_OK);
	ck_assert_int_eq(target_open(text, &fd, &error), ZG_OK);
	sha256[0] ^= 1;
	ck_assert_int_eq(rollout_put(&stage, fd, sha256, &error), ZG_READ);
	sha256[0] ^= 1;
	ck_assert_int_eq(target_digest(target, found, &exists, &error), ZG_OK);
	ck_assert_mem_ne(found, sha256, sizeof(found));
	for (int i = 0; i < 2; i++) { /* again: the same */
		ck_assert_int_eq(rollout_put(&stage, fd, sha256, &error), ZG_OK);
		ck_assert_int_eq(target_digest(target, found, &exists, &error), ZG_OK);
		ck_assert_mem_eq(found, sha256, sizeof(found));
	}
	ck_assert_int_eq(stat(target, &stat_), 0);
	ck_assert_uint_eq(stat_.st_mode & 0777, 0640);
	(void)close(fd);
}
END_TEST

/* --- What next --- */

/* Under way; `n` stages were reached, one every 1000 s, and served it well since, looked at just
 * now. */
static struct rollout
running(size_t n)
{
	struct rollout rollout = {.state = ROLLOUT_RUNNING, .serial = 5, .begun = T, .n_stages = 3};

	for (size_t i = 0; i < 3; i++) {
		struct rollout_stage *stage = &rollout.stages[i];
		int64_t time = T + 1000 * (int64_t)i;

		(void)snprintf(stage->name, sizeof(stage->name), "%s", stages[i].name);
		if (i >= n)
			continue;
		stage->entered = stage->reached = stage->good_since = time;
		stage->looked = T + 1000 * (int64_t)n;
		stage->good = true;
	}
	return rollout;
}

static struct rollout_next
judge(const struct rollout *rollout, size_t approvals, int64_t now)
{
	const struct rollout_inputs inputs = {
	    .rollout = rollout, .zone = &zone, .approvals = approvals, .now = now};
	struct rollout_next next;

	rollout_judge(&inputs, &next);
	ck_assert_str_ne(next.text, "");
	return next;
}

START_TEST(without_one_under_way_there_is_nothing_to_do)
{
	static const enum rollout_state over[] = {
	    ROLLOUT_NONE, ROLLOUT_FINISHED, ROLLOUT_REPLACED, ROLLOUT_ABORTED};
	struct rollout rollout = running(1);

	for (size_t i = 0; i < sizeof(over) / sizeof(over[0]); i++) {
		rollout.state = over[i];
		ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_NOTHING);
	}
	rollout.state = ROLLOUT_ABORTING;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_ABORT);
	rollout.state = ROLLOUT_RUNNING;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_ENTER);
}
END_TEST

START_TEST(the_first_stage_may_have_it_at_once)
{
	struct rollout rollout = running(0);
	struct rollout_next next = judge(&rollout, 0, T);

	ck_assert_int_eq(next.action, ROLLOUT_ENTER);
	ck_assert_uint_eq(next.stage, 0);
	stages[0].approvals = 1;
	ck_assert_int_eq(judge(&rollout, 0, T).action, ROLLOUT_WAIT);
	ck_assert_int_eq(judge(&rollout, 1, T).action, ROLLOUT_ENTER);
	stages[0].approvals = 0;
}
END_TEST

START_TEST(a_stage_that_soaks_is_waited_for)
{
	struct rollout rollout = running(1);
	struct rollout_next next;

	rollout.stages[0].looked = T + 599;
	next = judge(&rollout, 2, T + 599);
	ck_assert_int_eq(next.action, ROLLOUT_WAIT);
	ck_assert_int_eq(next.until, T + 600);
	next = judge(&rollout, 2, T + 600);
	ck_assert_int_eq(next.action, ROLLOUT_ENTER);
	ck_assert_uint_eq(next.stage, 1);
}
END_TEST

START_TEST(the_soak_begins_again_after_a_bad_look)
{
	struct rollout rollout = running(1);

	rollout.stages[0].good_since = T + 900;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).until, T + 1500);
	rollout.stages[0].looked = T + 1500;
	ck_assert_int_eq(judge(&rollout, 2, T + 1500).action, ROLLOUT_ENTER);
}
END_TEST

START_TEST(every_stage_that_has_it_soaks)
{
	struct rollout rollout = running(2);

	rollout.stages[0].good_since = T + 1900;
	ck_assert_int_eq(judge(&rollout, 0, T + 2000).until, T + 2500);
	rollout.stages[0].good_since = T;
	ck_assert_int_eq(judge(&rollout, 0, T + 2000).action, ROLLOUT_ENTER);
}
END_TEST

START_TEST(a_look_counts_for_so_long)
{
	struct rollout rollout = running(1);

	ck_assert_int_eq(judge(&rollout, 2, T + 1000 + LOOK_AGE_MAX).action, ROLLOUT_ENTER);
	ck_assert_int_eq(judge(&rollout, 2, T + 1001 + LOOK_AGE_MAX).action, ROLLOUT_WAIT);
	/* From the future: the clock was set back. */
	ck_assert_int_eq(judge(&rollout, 2, T + 999).action, ROLLOUT_WAIT);
	rollout.stages[0].looked = rollout.stages[0].good_since = 0;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_WAIT);
}
END_TEST

START_TEST(a_look_before_the_last_stage_was_reached_does_not_count)
{
	struct rollout rollout = running(2);

	rollout.stages[1].looked = T + 1500;
	rollout.stages[0].looked = rollout.stages[1].reached - 1;
	ck_assert_int_eq(judge(&rollout, 0, T + 1800).action, ROLLOUT_WAIT);
	rollout.stages[0].looked = rollout.stages[1].reached;
	ck_assert_int_eq(judge(&rollout, 0, T + 1800).action, ROLLOUT_ENTER);
}
END_TEST

START_TEST(a_bad_look_at_any_stage_blocks)
{
	struct rollout rollout = running(2);
	struct rollout_next next;

	rollout.stages[0].good = false;
	next = judge(&rollout, 2, T + 2000);
	ck_assert_int_eq(next.action, ROLLOUT_BLOCKED);
	ck_assert_uint_eq(next.stage, 0);
	rollout.stages[0].good = true;
	rollout.stages[1].good = false;
	next = judge(&rollout, 2, T + 2000);
	ck_assert_int_eq(next.action, ROLLOUT_BLOCKED);
	ck_assert_uint_eq(next.stage, 1);
	/* However long ago it was. */
	ck_assert_int_eq(judge(&rollout, 2, T + 90000).action, ROLLOUT_BLOCKED);
	rollout.stages[1].good = true;
	ck_assert_int_eq(judge(&rollout, 2, T + 2000).action, ROLLOUT_ENTER);
}
END_TEST

START_TEST(approvals_that_the_next_stage_needs_are_waited_for)
{
	struct rollout rollout = running(1);
	struct rollout_next next = judge(&rollout, 1, T + 1000);

	ck_assert_int_eq(next.action, ROLLOUT_WAIT);
	ck_assert_int_eq(next.until, 0);
	ck_assert_uint_eq(next.approvals, 1);
	ck_assert_uint_eq(next.approvals_needed, 2);
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_ENTER);
	rollout = running(2); /* the last one needs none */
	ck_assert_int_eq(judge(&rollout, 0, T + 2000).action, ROLLOUT_ENTER);
}
END_TEST

START_TEST(a_stage_that_was_entered_is_entered_again_on_the_same_terms)
{
	struct rollout rollout = running(1);

	rollout.stages[1].entered = T + 950;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_ENTER);
	rollout.stages[0].good = false;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_BLOCKED);
}
END_TEST

START_TEST(stages_that_are_configured_otherwise_block)
{
	struct rollout rollout = running(1);

	(void)snprintf(rollout.stages[2].name, sizeof(rollout.stages[2].name), "every");
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_BLOCKED);
	rollout.straight = true;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_BLOCKED);
	rollout = running(1);
	zone.n_stages = 2;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_BLOCKED);
}
END_TEST

START_TEST(an_abort_that_was_asked_for_and_not_done_blocks)
{
	struct rollout rollout = running(1);

	rollout.stopped = true;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_BLOCKED);
	rollout.straight = true;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_BLOCKED);
	rollout.stopped = false;
	ck_assert_int_eq(judge(&rollout, 2, T + 1000).action, ROLLOUT_ENTER);
}
END_TEST

START_TEST(straight_waits_for_nothing)
{
	struct rollout rollout = running(1);

	rollout.stages[0].looked = rollout.stages[0].good_since = 0;
	rollout.stages[0].good = false;
	ck_assert_int_eq(judge(&rollout, 0, T).action, ROLLOUT_WAIT);
	rollout.straight = true;
	ck_assert_int_eq(judge(&rollout, 0, T).action, ROLLOUT_ENTER);
	ck_assert_uint_eq(judge(&rollout, 0, T).stage, 1);
}
END_TEST

START_TEST(when_all_stages_have_it_that_is_the_end)
{
	struct rollout rollout = running(3);

	rollout.stages[2].looked = 0;
	ck_assert_int_eq(judge(&rollout, 0, T + 3000).action, ROLLOUT_FINISH);
	rollout.stages[2].reached = 0;
	ck_assert_int_ne(judge(&rollout, 0, T + 3000).action, ROLLOUT_FINISH);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rollout");
	TCase *rows = tcase_create("rows"), *next = tcase_create("next");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(rows, setup, teardown);
	tcase_add_test(rows, there_is_none_before_the_first);
	tcase_add_test(rows, rows_come_to_a_state);
	tcase_add_test(rows, looks_count_from_when_the_stage_was_reached);
	tcase_add_test(rows, it_is_stopped_until_it_is_resumed);
	tcase_add_test(rows, a_newer_one_replaces_and_remembers_who_has_the_former);
	tcase_add_test(rows, what_was_finished_or_put_back_is_not_remembered);
	tcase_add_test(rows, what_could_not_be_put_back_is_remembered);
	tcase_add_test(rows, none_begins_while_an_abort_is_to_be_ended);
	tcase_add_test(rows, a_note_is_added_when_it_is_news);
	tcase_add_test(rows, a_stage_gets_the_text_that_passed_and_no_other);
	suite_add_tcase(suite, rows);
	tcase_add_checked_fixture(next, setup, teardown);
	tcase_add_test(next, without_one_under_way_there_is_nothing_to_do);
	tcase_add_test(next, the_first_stage_may_have_it_at_once);
	tcase_add_test(next, a_stage_that_soaks_is_waited_for);
	tcase_add_test(next, the_soak_begins_again_after_a_bad_look);
	tcase_add_test(next, every_stage_that_has_it_soaks);
	tcase_add_test(next, a_look_counts_for_so_long);
	tcase_add_test(next, a_look_before_the_last_stage_was_reached_does_not_count);
	tcase_add_test(next, a_bad_look_at_any_stage_blocks);
	tcase_add_test(next, approvals_that_the_next_stage_needs_are_waited_for);
	tcase_add_test(next, a_stage_that_was_entered_is_entered_again_on_the_same_terms);
	tcase_add_test(next, stages_that_are_configured_otherwise_block);
	tcase_add_test(next, an_abort_that_was_asked_for_and_not_done_blocks);
	tcase_add_test(next, straight_waits_for_nothing);
	tcase_add_test(next, when_all_stages_have_it_that_is_the_end);
	suite_add_tcase(suite, next);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
