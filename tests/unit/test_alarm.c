/* What people are told of, when again, and what is remembered of it. */
#include "publish/alarm.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file_replace.h"

#define NOW INT64_C(1795000000)

static char folder[64];
static struct state_directory state;
static struct zg_error error;
static struct status_report report;

static void
setup(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/zonegate-alarm-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(state_open(folder, true, &state, &error), ZG_OK);
	memset(&report, 0, sizeof(report));
}

static void
teardown(void)
{
	char command[128];

	state_close(&state);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static struct alarm
alarm_now(void)
{
	struct alarm alarm;

	alarm_of(&report, &alarm);
	return alarm;
}

/* As it is after people were told. */
static struct alarm
alarm_told(int64_t when)
{
	struct alarm alarm = alarm_now();

	alarm.told = when;
	return alarm;
}

static void
assert_news(enum alarm_news wanted, struct alarm told, int64_t now)
{
	struct alarm alarm = alarm_now();

	ck_assert_int_eq(alarm_judge(&told, &alarm, now), wanted);
}

START_TEST(what_is_critical_or_unknown_is_an_alarm_and_so_is_a_deadline_that_comes_near)
{
	status_add(&report, STATUS_WARNING, "candidate-refused", "x");
	status_add(&report, STATUS_WARNING, "release-by-secondary", "x");
	status_add(&report, STATUS_OK, "parent-ds-changed", "x");
	status_add(&report, STATUS_UNKNOWN, "no-history", "x");
	ck_assert_uint_eq(alarm_now().n, 0);
	status_add(&report, STATUS_WARNING, "release-by", "x");
	status_add(&report, STATUS_WARNING, "transfer-expire", "x");
	ck_assert_uint_eq(alarm_now().n, 2);
	status_add(&report, STATUS_CRITICAL, "served-unknown", "x");
	status_add(&report, STATUS_UNKNOWN, "unreadable", "x");
	ck_assert_uint_eq(alarm_now().n, 4);
	ck_assert_str_eq(alarm_now().entries[0].id, "served-unknown");
}
END_TEST

START_TEST(an_alarm_is_told_once_and_again_after_a_while)
{
	assert_news(ALARM_SILENT, (struct alarm){.told = 0}, NOW);
	status_add(&report, STATUS_WARNING, "release-by", "x");
	assert_news(ALARM_NEW, (struct alarm){.told = 0}, NOW);
	assert_news(ALARM_SILENT, alarm_told(NOW), NOW);
	assert_news(ALARM_SILENT, alarm_told(NOW), NOW + ALARM_AGAIN - 1);
	assert_news(ALARM_LASTS, alarm_told(NOW), NOW + ALARM_AGAIN);
	/* Nobody took it, or the clock was set back. */
	assert_news(ALARM_LASTS, alarm_told(0), NOW);
	assert_news(ALARM_LASTS, alarm_told(NOW), NOW - 1);
}
END_TEST

START_TEST(what_gets_worse_is_news_and_what_gets_better_is_not)
{
	struct alarm warned, both;

	status_add(&report, STATUS_WARNING, "release-by", "x");
	warned = alarm_told(NOW);
	report.n_conditions = 0;
	status_add(&report, STATUS_CRITICAL, "release-by", "x");
	assert_news(ALARM_NEW, warned, NOW + 1);
	ck_assert(!alarm_is_same(&warned, &(struct alarm){.n = 0}));
	status_add(&report, STATUS_CRITICAL, "signer-ahead", "x");
	assert_news(ALARM_NEW, warned, NOW + 1);
	both = alarm_told(NOW);
	report.n_conditions = 0;
	status_add(&report, STATUS_WARNING, "release-by", "x");
	assert_news(ALARM_SILENT, both, NOW + 1);
	ck_assert(!alarm_is_same(&both, &warned));
	ck_assert(alarm_is_same(&warned, &warned));
}
END_TEST

START_TEST(the_end_is_told_to_those_who_were_told_of_the_begin)
{
	status_add(&report, STATUS_CRITICAL, "release-by", "x");
	struct alarm told = alarm_told(NOW), untold = alarm_told(0);

	report.n_conditions = 0;
	assert_news(ALARM_OVER, told, NOW + 1);
	assert_news(ALARM_SILENT, untold, NOW + 1);
	assert_news(ALARM_SILENT, alarm_told(NOW), NOW + 1);
}
END_TEST

START_TEST(zones_and_the_gate_are_remembered_each_for_itself)
{
	static const char *const names[] = {"", ".", "example.", "gate-alarm."};
	struct alarm told;

	status_add(&report, STATUS_CRITICAL, "release-by", "x");
	status_add(&report, STATUS_WARNING, "transfer-expire", "x");
	for (size_t i = 0; i < 4; i++) {
		struct alarm alarm = alarm_told(NOW + (int64_t)i);

		alarm_recall(&state, names[i], &told);
		ck_assert_uint_eq(told.n, 0);
		ck_assert_int_eq(alarm_remember(&state, names[i], &alarm, &error), ZG_OK);
	}
	for (size_t i = 0; i < 4; i++) {
		struct alarm alarm = alarm_now();

		alarm_recall(&state, names[i], &told);
		ck_assert_int_eq(told.told, NOW + (int64_t)i);
		ck_assert(alarm_is_same(&told, &alarm));
	}
}
END_TEST

/* A file of any other form was not told, so that people are told again. */
START_TEST(a_damaged_file_is_nothing)
{
	static const char *const texts[] = {"", "zonegate-alarm 1\n", "zonegate-alarm 2\ntold 5\n",
	    "zonegate-alarm 1\ntold x\n", "zonegate-alarm 1\ntold 5\nrelease-by\n",
	    "zonegate-alarm 1\ntold 5\n9 release-by\n",
	    "zonegate-alarm 1\ntold 5\n2 release-by x\n",
	    ("zonegate-alarm 1\ntold 5\n2 "
	     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n")};
	struct alarm told;
	char path[128], many[600] = "zonegate-alarm 1\ntold 5\n";

	(void)snprintf(path, sizeof(path), "%s/memo/example.alarm", folder);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ck_assert_int_eq(
		    file_replace(path, (const uint8_t *)texts[i], strlen(texts[i]), 0600, &error),
		    ZG_OK);
		alarm_recall(&state, "example.", &told);
		ck_assert_msg(told.n == 0 && told.told == 0, "%zu", i);
	}
	for (int i = 0; i <= STATUS_CONDITIONS_MAX; i++)
		strcat(many, "2 release-by\n");
	ck_assert_int_eq(
	    file_replace(path, (const uint8_t *)many, strlen(many), 0600, &error), ZG_OK);
	alarm_recall(&state, "example.", &told);
	ck_assert_uint_eq(told.n, 0);
}
END_TEST

START_TEST(a_line_of_the_log_is_signed)
{
	char head[LOG_HEAD_TEXT_SIZE];
	struct release_log *log;

	/* No database is made for it. */
	ck_assert_int_ne(alarm_record(&state, "example.", "x", NOW, head, &error), ZG_OK);
	ck_assert_str_eq(head, "");
	ck_assert_int_eq(release_log_open(&state, "example.", true, &log, &error), ZG_OK);
	release_log_close(log);
	ck_assert_int_eq(alarm_record(&state, "example.", "x", NOW, head, &error), ZG_OK);
	ck_assert_int_eq(strncmp(head, "1:", 2), 0);
	ck_assert_int_eq(alarm_record(&state, "", "y", NOW, head, &error), ZG_OK);
	ck_assert_int_eq(strncmp(head, "3:", 2), 0);
}
END_TEST

START_TEST(the_text_names_what_is_wrong)
{
	struct alarm alarm = alarm_now();
	char text[512], small[8];

	alarm_text(&alarm, text, sizeof(text));
	ck_assert_str_eq(text, "over");
	status_add(&report, STATUS_CRITICAL, "release-by", "x");
	status_add(&report, STATUS_WARNING, "transfer-expire", "x");
	alarm = alarm_now();
	alarm_text(&alarm, text, sizeof(text));
	ck_assert_str_eq(text, "CRITICAL release-by, WARNING transfer-expire");
	alarm_text(&alarm, small, sizeof(small));
	ck_assert_str_eq(small, "CRITICA");
}
END_TEST

START_TEST(who_owns_the_directory_may_remember)
{
	ck_assert(alarm_is_ours(folder));
	ck_assert(alarm_is_ours("/tmp/zonegate-alarm-none"));
	if (geteuid() == 0)
		ck_assert_int_eq(chown(folder, 1, 1), 0);
	ck_assert_int_eq(alarm_is_ours(geteuid() == 0 ? folder : "/"), false);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("alarm");
	TCase *tests = tcase_create("alarm");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(
	    tests, what_is_critical_or_unknown_is_an_alarm_and_so_is_a_deadline_that_comes_near);
	tcase_add_test(tests, an_alarm_is_told_once_and_again_after_a_while);
	tcase_add_test(tests, what_gets_worse_is_news_and_what_gets_better_is_not);
	tcase_add_test(tests, the_end_is_told_to_those_who_were_told_of_the_begin);
	tcase_add_test(tests, zones_and_the_gate_are_remembered_each_for_itself);
	tcase_add_test(tests, a_damaged_file_is_nothing);
	tcase_add_test(tests, a_line_of_the_log_is_signed);
	tcase_add_test(tests, the_text_names_what_is_wrong);
	tcase_add_test(tests, who_owns_the_directory_may_remember);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
