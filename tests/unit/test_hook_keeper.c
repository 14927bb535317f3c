/* Unit tests of src/cli/hook_keeper.c: only a child that returned is heard, and no signal but
 * SIGKILL ends the process that an engine waits for. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

static int answer; /* what the child returns; set before the fork */
static int with;   /* signal or exit code */

static int
work_return(const struct hook *hook)
{
	return hook->asker == getppid() ? answer : EXIT_UNDECIDED;
}

static int
work_signal(const struct hook *hook)
{
	(void)hook;
	(void)signal(with, SIG_DFL);
	(void)raise(with);
	return 0;
}

static int
work_exit(const struct hook *hook)
{
	(void)hook;
	_exit(with);
	return 0;
}

/* Hangs, and ends of the signals that end programs; Check has handlers for them. */
static int
work_hang(const struct hook *hook)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};

	(void)hook;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)signal(signals[i], SIG_DFL);
	while (pause() != 0)
		continue;
	return 0;
}

/* What hook_keep returns in a process of its own, or 1000 + the signal that ends it; that process
 * gets `signo` (0: none) soon after it starts. */
static int
keep(int (*work)(const struct hook *), int64_t seconds, int signo)
{
	struct timespec soon = {.tv_nsec = 200000000};
	pid_t keeper = fork();
	int status = 0;

	ck_assert_int_ge(keeper, 0);
	if (keeper == 0)
		_exit(hook_keep(work, NULL, seconds, true));
	if (signo != 0) {
		(void)nanosleep(&soon, NULL);
		ck_assert_int_eq(kill(keeper, signo), 0);
	}
	ck_assert_int_eq(waitpid(keeper, &status, 0), keeper);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

START_TEST(what_the_child_returns_is_the_answer)
{
	for (answer = 0; answer < 4; answer++)
		ck_assert_int_eq(keep(work_return, 20, 0), answer);
	answer = 4;
	ck_assert_int_eq(keep(work_return, 20, 0), EXIT_UNDECIDED);
	answer = -1;
	ck_assert_int_eq(keep(work_return, 20, 0), EXIT_UNDECIDED);
}
END_TEST

START_TEST(a_child_that_dies_has_said_nothing)
{
	static const int signals[] = {
	    SIGKILL, SIGSEGV, SIGTERM, SIGABRT, SIGINT, SIGXCPU, SIGSYS, SIGPIPE};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		with = signals[i];
		ck_assert_int_eq(keep(work_signal, 20, 0), EXIT_UNDECIDED);
	}
}
END_TEST

START_TEST(an_early_exit_has_said_nothing)
{
	/* All but the four codes that are agreed on. */
	for (with = 0; with < 256; with++) {
		if (with != 117 && with != 87 && with != 73 && with != 101)
			ck_assert_int_eq(keep(work_exit, 20, 0), EXIT_UNDECIDED);
	}
}
END_TEST

START_TEST(a_child_that_hangs_is_ended)
{
	ck_assert_int_eq(keep(work_hang, 1, 0), EXIT_UNDECIDED);
}
END_TEST

START_TEST(signals_that_end_programs_end_the_child)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		ck_assert_int_eq(keep(work_hang, 20, signals[i]), EXIT_UNDECIDED);
}
END_TEST

START_TEST(other_signals_end_nothing)
{
	static const int signals[] = {SIGUSR1, SIGALRM, SIGABRT, SIGXCPU, SIGPIPE, SIGSEGV};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		ck_assert_int_eq(keep(work_hang, 1, signals[i]), EXIT_UNDECIDED);
}
END_TEST

START_TEST(sigkill_ends_it_as_it_must)
{
	ck_assert_int_eq(keep(work_hang, 3, SIGKILL), 1000 + SIGKILL);
}
END_TEST

static int
keep_ignoring(void)
{
	pid_t keeper = fork();
	int status = 0;

	ck_assert_int_ge(keeper, 0);
	if (keeper == 0) {
		(void)signal(SIGCHLD, SIG_IGN);
		_exit(hook_keep(work_return, NULL, 20, true));
	}
	ck_assert_int_eq(waitpid(keeper, &status, 0), keeper);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(an_inherited_sigchld_that_is_ignored_loses_no_answer)
{
	answer = 0;
	ck_assert_int_eq(keep_ignoring(), 0);
}
END_TEST

/* Says yes after two seconds, in which SIGTERM ends it. */
static int
work_slowly(const struct hook *hook)
{
	struct timespec while_checked = {.tv_sec = 2, .tv_nsec = 500000000};

	(void)hook;
	(void)signal(SIGTERM, SIG_DFL);
	(void)nanosleep(&while_checked, NULL);
	return 0;
}

/* What hook_keep returns whose parent, a script say, is killed while it works. */
static int
keep_orphaned(bool heard)
{
	int ends[2], result = -1;
	pid_t script;

	ck_assert_int_eq(pipe(ends), 0);
	script = fork();
	ck_assert_int_ge(script, 0);
	if (script == 0 && fork() == 0) {
		int status = hook_keep(work_slowly, NULL, 20, heard);

		_exit(write(ends[1], &status, sizeof(status)) != sizeof(status));
	}
	if (script == 0) {
		struct timespec soon = {.tv_nsec = 300000000};

		(void)nanosleep(&soon, NULL);
		_exit(0);
	}
	ck_assert_int_eq(close(ends[1]), 0);
	ck_assert_int_eq(waitpid(script, NULL, 0), script);
	ck_assert_int_eq(read(ends[0], &result, sizeof(result)), sizeof(result));
	ck_assert_int_eq(close(ends[0]), 0);
	return result;
}

START_TEST(a_yes_that_nobody_hears_is_none)
{
	ck_assert_int_eq(keep_orphaned(true), EXIT_UNDECIDED);
	/* Nobody was meant to. */
	ck_assert_int_eq(keep_orphaned(false), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hook_keeper");
	TCase *tests = tcase_create("hook_keeper");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, what_the_child_returns_is_the_answer);
	tcase_add_test(tests, a_child_that_dies_has_said_nothing);
	tcase_add_test(tests, an_early_exit_has_said_nothing);
	tcase_add_test(tests, a_child_that_hangs_is_ended);
	tcase_add_test(tests, signals_that_end_programs_end_the_child);
	tcase_add_test(tests, other_signals_end_nothing);
	tcase_add_test(tests, sigkill_ends_it_as_it_must);
	tcase_add_test(tests, a_yes_that_nobody_hears_is_none);
	tcase_add_test(tests, an_inherited_sigchld_that_is_ignored_loses_no_answer);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
