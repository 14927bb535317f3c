/* Unit tests of src/cli/run_command.c: commands of the configuration. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

static struct command_outcome outcome;

/* Runs a line of shell as the command. */
static void
run_with(const char *line, int64_t timeout, const char *input, size_t input_length)
{
	char *text = strdup(line), shell[] = "/bin/sh", option[] = "-c";
	char *arguments[] = {shell, option, text, NULL};
	const struct config_command command = {.arguments = arguments, .timeout = timeout};
	const struct command_task task = {.command = &command,
	    .event = "released",
	    .zone = "example.",
	    .verdict = "pass",
	    .has_serial = true,
	    .serial = 4000000000U,
	    .file = "/a file",
	    .log_head = "1:2:3",
	    .input = input,
	    .input_length = input_length};

	command_execute(&task, &outcome);
	free(text);
}

static void
run(const char *line)
{
	run_with(line, 20, NULL, 0);
}

static int64_t
seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

START_TEST(exit_status_0_is_success_and_nothing_else)
{
	run("exit 0");
	ck_assert(outcome.succeeded);
	run("exit 1");
	ck_assert(!outcome.succeeded);
	ck_assert_ptr_nonnull(strstr(outcome.why, "exit status 1"));
	run("kill -9 $$");
	ck_assert(!outcome.succeeded);
	ck_assert_ptr_nonnull(strstr(outcome.why, "signal 9"));
	ck_assert(!outcome.timed_out);
}
END_TEST

START_TEST(a_program_that_is_not_there_has_failed)
{
	char path[] = "/nonexistent/program";
	char *arguments[] = {path, NULL};
	const struct config_command command = {.arguments = arguments, .timeout = 5};
	const struct command_task task = {
	    .command = &command, .event = "released", .zone = "example.", .verdict = "pass"};

	command_execute(&task, &outcome);
	ck_assert(!outcome.succeeded);
	ck_assert_ptr_nonnull(strstr(outcome.output, "No such file"));
}
END_TEST

START_TEST(the_last_line_of_the_output_is_kept)
{
	run("echo one; echo two >&2; echo three");
	ck_assert_str_eq(outcome.output, "three");
	run("printf 'no newline'");
	ck_assert_str_eq(outcome.output, "no newline");
	run("printf '\\n\\n'");
	ck_assert_str_eq(outcome.output, "");
	run("dd if=/dev/zero bs=65536 count=64 2>/dev/null | tr '\\0' 'x'");
	ck_assert(outcome.succeeded);
	ck_assert_uint_eq(strlen(outcome.output), sizeof(outcome.output) - 1);
}
END_TEST

START_TEST(the_environment_is_ours_alone)
{
	ck_assert_int_eq(setenv("SECRET", "1", 1), 0);
	run("test -z \"$SECRET\" && test \"$ZONEGATE_ZONE\" = example. && "
	    "test \"$ZONEGATE_SERIAL\" = 4000000000 && test \"$ZONEGATE_VERDICT\" = pass && "
	    "test \"$ZONEGATE_FILE\" = '/a file' && test \"$ZONEGATE_LOG_HEAD\" = 1:2:3 && "
	    "test \"$ZONEGATE_EVENT\" = released && test \"$PWD\" = / && test -n \"$PATH\"");
	ck_assert(outcome.succeeded);
}
END_TEST

START_TEST(no_descriptor_and_no_signal_is_handed_down)
{
	int fd = dup2(STDERR_FILENO, 77);
	sigset_t blocked;

	ck_assert_int_eq(fd, 77);
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &blocked, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	run("test ! -e /proc/self/fd/77");
	ck_assert_msg(outcome.succeeded, "%s: %s", outcome.why, outcome.output);
	/* Signals 32 and 33 are the C library's: whoever started the tests may have them ignored.
	 */
	run("grep '^Sig[BI].*[1-9a-f]' /proc/self/status | grep -v ':.0000000[01][08]0000000$'; "
	    "true");
	ck_assert_msg(
	    outcome.succeeded && outcome.length == 0, "%s: %s", outcome.why, outcome.output);
	(void)close(fd);
}
END_TEST

START_TEST(all_of_the_input_arrives)
{
	size_t length = (size_t)8 * 1024 * 1024;
	char *input = malloc(length);

	ck_assert_ptr_nonnull(input);
	/* As the program does. */
	(void)signal(SIGPIPE, SIG_IGN);
	memset(input, 'x', length);
	run_with("test $(wc -c) = 8388608", 60, input, length);
	ck_assert(outcome.succeeded);
	/* A command that writes while it should read, and one that never reads. */
	run_with("dd if=/dev/zero bs=65536 count=64 2>/dev/null; test $(wc -c) = 8388608", 60,
	    input, length);
	ck_assert(outcome.succeeded);
	run_with("exit 0", 60, input, length);
	ck_assert(outcome.succeeded);
	free(input);
}
END_TEST

START_TEST(a_command_ends_with_its_time)
{
	int64_t begin = seconds();

	run_with("sleep 60", 1, NULL, 0);
	ck_assert(!outcome.succeeded);
	ck_assert(outcome.timed_out);
	ck_assert_int_lt(seconds() - begin, 10);
	/* Also one that will not hear, and one that floods us. */
	run_with("trap '' TERM; while :; do sleep 1; done", 1, NULL, 0);
	ck_assert(outcome.timed_out);
	run_with("yes", 1, NULL, 0);
	ck_assert(outcome.timed_out);
	ck_assert(!outcome.succeeded);
	ck_assert_int_lt(seconds() - begin, 30);
}
END_TEST

START_TEST(what_it_leaves_in_its_group_is_ended)
{
	pid_t left;
	bool gone = false;

	run("sleep 60 & echo $!");
	ck_assert(outcome.succeeded);
	left = (pid_t)strtol(outcome.output, NULL, 10);
	ck_assert_int_gt(left, 1);
	for (int i = 0; i < 100 && !gone; i++) {
		char path[64], state = 'Z';
		FILE *file;

		(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)left);
		file = fopen(path, "r");
		gone = file == NULL || (fscanf(file, "%*d %*s %c", &state) == 1 && state == 'Z');
		if (file != NULL)
			fclose(file);
		(void)usleep(20000);
	}
	ck_assert(gone);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("run_command");
	TCase *tcase = tcase_create("run_command");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, exit_status_0_is_success_and_nothing_else);
	tcase_add_test(tcase, a_program_that_is_not_there_has_failed);
	tcase_add_test(tcase, the_last_line_of_the_output_is_kept);
	tcase_add_test(tcase, the_environment_is_ours_alone);
	tcase_add_test(tcase, no_descriptor_and_no_signal_is_handed_down);
	tcase_add_test(tcase, all_of_the_input_arrives);
	tcase_add_test(tcase, a_command_ends_with_its_time);
	tcase_add_test(tcase, what_it_leaves_in_its_group_is_ended);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
