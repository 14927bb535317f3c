/* Unit tests of src/cli/supervisor.c: only a complete, genuine, consistent claim counts. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef"

static void
claim_pass(struct claim *claim)
{
	claim->verdict = ZG_VERDICT_PASS;
	claim->has_serial = 1;
	claim->serial = 2026112201;
	strcpy(claim->zone, "example.");
	strcpy(claim->digest, DIGEST DIGEST);
}

static zg_verdict
run(void (*work)(void *, struct claim *), void *context, struct claim *claim)
{
	return supervise(
	    &(struct supervised){
		.work = work, .context = context, .timeout = 20, .needs_content = true},
	    claim);
}

/* The worker's end of the pipe. */
static int
record_pipe(void)
{
	for (int fd = 3; fd < 64; fd++) {
		struct stat status;

		if (fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode) &&
		    (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
			return fd;
	}
	return -1;
}

static int
open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(folder) != NULL)
		n++;
	closedir(folder);
	return n;
}

static void
work_verdict(void *context, struct claim *claim)
{
	claim_pass(claim);
	claim->verdict = *(uint32_t *)context;
}

START_TEST(complete_claims_count)
{
	static const zg_verdict verdicts[] = {
	    ZG_VERDICT_REFUSE, ZG_VERDICT_UNDECIDED, ZG_VERDICT_HELD, ZG_VERDICT_PASS};
	uint32_t wanted = (uint32_t)verdicts[_i];
	struct claim claim;

	ck_assert_int_eq(run(work_verdict, &wanted, &claim), verdicts[_i]);
	ck_assert_str_eq(claim.zone, "example.");
	ck_assert_uint_eq(claim.serial, 2026112201);
	ck_assert_str_eq(claim.digest, DIGEST DIGEST);
}
END_TEST

static void
work_nothing(void *context, struct claim *claim)
{
	(void)context;
	(void)claim;
}

/* A worker that needs what the supervisor does beside it: the third piece writes an octet. */
struct beside {
	int go[2], pipe[2];
	int pieces;
	int last; /* the piece after which there is none; 0: they never end */
};

static void
work_waits(void *context, struct claim *claim)
{
	struct beside *beside = context;
	char octet;

	(void)!write(beside->go[1], "g", 1);
	if (read(beside->pipe[0], &octet, 1) == 1)
		claim_pass(claim);
}

static bool
beside_piece(void *context)
{
	struct beside *beside = context;

	if (++beside->pieces == 3)
		ck_assert_int_eq(write(beside->pipe[1], "x", 1), 1);
	return beside->pieces != beside->last;
}

START_TEST(what_the_supervisor_does_beside_is_done_in_pieces_until_it_is_done)
{
	static const int lasts[] = {3, 5, 0};
	struct beside beside = {.last = lasts[_i]};
	struct claim claim;

	ck_assert_int_eq(pipe(beside.pipe), 0);
	ck_assert_int_eq(pipe(beside.go), 0);
	ck_assert_int_eq(supervise(&(struct supervised){.work = work_waits,
				       .context = &beside,
				       .timeout = 20,
				       .needs_content = true,
				       .beside = beside_piece,
				       .beside_when = beside.go[0]},
			     &claim),
	    ZG_VERDICT_PASS);
	ck_assert_int_ge(beside.pieces, 3);
	if (beside.last != 0)
		ck_assert_int_le(beside.pieces, beside.last);
}
END_TEST

/* It is not begun before its time. */
static bool
beside_too_early(void *context)
{
	*(bool *)context = true;
	return true;
}

START_TEST(nothing_is_done_beside_before_the_worker_says_so)
{
	bool done = false;
	struct claim claim;
	int go[2];

	ck_assert_int_eq(pipe(go), 0);
	ck_assert_int_eq(supervise(&(struct supervised){.work = work_nothing,
				       .context = &done,
				       .timeout = 20,
				       .beside = beside_too_early,
				       .beside_when = go[0]},
			     &claim),
	    ZG_VERDICT_UNDECIDED);
	ck_assert(!done);
}
END_TEST

static bool
beside_endless(void *context)
{
	(void)context;
	return true;
}

static void
work_sleeps(void *context, struct claim *claim)
{
	(void)context;
	(void)claim;
	(void)sleep(60);
}

START_TEST(work_beside_does_not_put_off_the_time_out)
{
	struct claim claim;
	time_t begin = time(NULL);
	int go[2];

	ck_assert_int_eq(pipe(go), 0);
	ck_assert_int_eq(write(go[1], "g", 1), 1);
	ck_assert_int_eq(supervise(&(struct supervised){.work = work_sleeps,
				       .timeout = 1,
				       .beside = beside_endless,
				       .beside_when = go[0]},
			     &claim),
	    ZG_VERDICT_UNDECIDED);
	ck_assert_int_lt(time(NULL) - begin, 30);
}
END_TEST

START_TEST(a_worker_that_decides_nothing_is_undecided)
{
	struct claim claim;

	ck_assert_int_eq(run(work_nothing, NULL, &claim), ZG_VERDICT_UNDECIDED);
}
END_TEST

START_TEST(an_unknown_verdict_is_undecided)
{
	uint32_t wanted = 4;
	struct claim claim;

	ck_assert_int_eq(run(work_verdict, &wanted, &claim), ZG_VERDICT_UNDECIDED);
}
END_TEST

/* One thing a pass must say is missing. */
static void
work_incomplete(void *context, struct claim *claim)
{
	claim_pass(claim);
	switch (*(int *)context) {
	case 0:
		claim->zone[0] = '\0';
		break;
	case 1:
		claim->digest[0] = '\0';
		break;
	case 2:
		claim->digest[CLAIM_DIGEST_SIZE - 2] = '\0';
		break;
	case 3:
		claim->has_serial = 0;
		break;
	case 4:
		claim->has_serial = 2;
		break;
	case 5:
		memset(claim->zone, 'a', sizeof(claim->zone));
		break;
	case 6:
		memset(claim->message, 'a', sizeof(claim->message));
		break;
	case 7:
		memset(claim->digest, 'a', sizeof(claim->digest));
		break;
	case 8:
		claim->in_force = 2;
		break;
	default:
		claim->digest[3] = 'G';
	}
}

START_TEST(a_pass_without_full_content_is_undecided)
{
	struct claim claim;
	int what = _i;

	ck_assert_int_eq(run(work_incomplete, &what, &claim), ZG_VERDICT_UNDECIDED);
	ck_assert_str_eq(claim.zone, "");
}
END_TEST

static void
work_exit(void *context, struct claim *claim)
{
	claim_pass(claim);
	_exit(*(int *)context);
}

START_TEST(an_early_exit_is_undecided)
{
	/* 0, and the codes that the verdicts have. */
	static const int codes[] = {0, 1, 3, 83, 71, 97, 113};
	struct claim claim;
	int code = codes[_i];

	ck_assert_int_eq(run(work_exit, &code, &claim), ZG_VERDICT_UNDECIDED);
}
END_TEST

static void
work_signal(void *context, struct claim *claim)
{
	claim_pass(claim);
	signal(*(int *)context, SIG_DFL); /* a sanitizer may have taken it */
	raise(*(int *)context);
}

START_TEST(a_worker_killed_by_a_signal_is_undecided)
{
	static const int signals[] = {
	    SIGKILL, SIGSEGV, SIGTERM, SIGABRT, SIGBUS, SIGXCPU, SIGHUP, SIGINT, SIGUSR1};
	struct claim claim;
	int signo = signals[_i];

	ck_assert_int_eq(run(work_signal, &signo, &claim), ZG_VERDICT_UNDECIDED);
}
END_TEST

struct junk {
	size_t length;
	int code; /* -1: go on to a proper claim */
};

/* Writes octets of its own into the pipe. */
static void
work_junk(void *context, struct claim *claim)
{
	const struct junk *junk = context;
	static const char octets[4096];

	claim_pass(claim);
	if (!write_all(record_pipe(), octets, junk->length) || junk->code >= 0)
		_exit(junk->code >= 0 ? junk->code : 1);
}

START_TEST(records_that_are_short_or_long_are_undecided)
{
	static const struct junk junks[] = {
	    {1, 113}, {100, 113}, {4096, 113}, {4096, 0}, {1, -1}, {100, -1}, {4096, -1}};
	struct junk junk = junks[_i];
	struct claim claim;

	ck_assert_int_eq(run(work_junk, &junk, &claim), ZG_VERDICT_UNDECIDED);
}
END_TEST

/* Every length that the record can have: its head and nonce, twice, around a claim. */
START_TEST(records_of_the_right_length_without_the_nonce_are_undecided)
{
	struct claim claim;

	for (size_t length = sizeof(claim); length < sizeof(claim) + 128; length += 4) {
		struct junk junk = {length, 113};

		ck_assert_int_eq(run(work_junk, &junk, &claim), ZG_VERDICT_UNDECIDED);
	}
}
END_TEST

static void
work_sleep(void *context, struct claim *claim)
{
	(void)context;
	claim_pass(claim);
	sleep(60);
}

static void
work_stop(void *context, struct claim *claim)
{
	(void)context;
	claim_pass(claim);
	raise(SIGSTOP);
}

START_TEST(the_timeout_ends_sleeping_and_stopped_workers)
{
	struct supervised task = {.work = _i == 0 ? work_sleep : work_stop, .timeout = 1};
	struct claim claim;
	time_t begin = time(NULL);

	ck_assert_int_eq(supervise(&task, &claim), ZG_VERDICT_UNDECIDED);
	ck_assert_int_lt(time(NULL) - begin, 5);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

/* A process of its own that would live on: it holds the writing end of a pipe. */
static void
work_fork(void *context, struct claim *claim)
{
	(void)context;
	if (fork() == 0) {
		sleep(60);
		_exit(0);
	}
	claim_pass(claim);
}

START_TEST(the_whole_process_group_ends_with_the_worker)
{
	struct pollfd end = {.events = POLLIN};
	struct claim claim;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(run(work_fork, NULL, &claim), ZG_VERDICT_PASS);
	close(ends[1]);
	end.fd = ends[0];
	ck_assert_int_eq(poll(&end, 1, 5000), 1);
	ck_assert_int_ne(end.revents & POLLHUP, 0);
	close(ends[0]);
}
END_TEST

static void
work_in_peace(void *context, struct claim *claim)
{
	sigset_t mask;

	(void)context;
	sigprocmask(SIG_BLOCK, NULL, &mask);
	if (getpgrp() == getpid() && sigismember(&mask, SIGTERM) == 0 &&
	    sigismember(&mask, SIGCHLD) == 0)
		claim_pass(claim);
}

START_TEST(the_worker_leads_its_own_group_with_nothing_blocked)
{
	struct claim claim;

	ck_assert_int_eq(run(work_in_peace, NULL, &claim), ZG_VERDICT_PASS);
}
END_TEST

static void
work_with_pipes(void *context, struct claim *claim)
{
	(void)context;
	if (signal(SIGPIPE, SIG_DFL) == SIG_IGN)
		claim_pass(claim);
}

START_TEST(a_broken_pipe_is_an_error_and_no_signal)
{
	struct claim claim;

	signal(SIGPIPE, SIG_DFL);
	ck_assert_int_eq(run(work_with_pipes, NULL, &claim), ZG_VERDICT_PASS);
}
END_TEST

START_TEST(nothing_is_left_open_or_blocked)
{
	int before = open_descriptors();
	sigset_t mask;
	struct claim claim;
	int code = 0;

	run(work_nothing, NULL, &claim);
	run(work_exit, &code, &claim);
	ck_assert_int_eq(open_descriptors(), before);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	ck_assert_int_eq(sigismember(&mask, SIGTERM), 0);
	ck_assert_int_eq(sigismember(&mask, SIGCHLD), 0);
}
END_TEST

START_TEST(ignored_children_are_waited_for_all_the_same)
{
	uint32_t wanted = ZG_VERDICT_PASS;
	struct claim claim;

	signal(SIGCHLD, SIG_IGN);
	ck_assert_int_eq(run(work_verdict, &wanted, &claim), ZG_VERDICT_PASS);
}
END_TEST

START_TEST(no_descriptor_left_for_the_pipe_is_undecided)
{
	uint32_t wanted = ZG_VERDICT_PASS;
	struct claim claim;

	int first = dup(STDERR_FILENO), last = first, fd;

	while ((fd = dup(STDERR_FILENO)) >= 0)
		last = fd;
	ck_assert_int_eq(run(work_verdict, &wanted, &claim), ZG_VERDICT_UNDECIDED);
	ck_assert_int_eq(close_range((unsigned)first, (unsigned)last, 0), 0);
}
END_TEST

static Suite *
supervisor_suite(void)
{
	Suite *suite = suite_create("supervisor");
	TCase *tests = tcase_create("supervisor");

	tcase_set_timeout(tests, 30);
	tcase_add_loop_test(tests, complete_claims_count, 0, 4);
	tcase_add_loop_test(
	    tests, what_the_supervisor_does_beside_is_done_in_pieces_until_it_is_done, 0, 3);
	tcase_add_test(tests, nothing_is_done_beside_before_the_worker_says_so);
	tcase_add_test(tests, work_beside_does_not_put_off_the_time_out);
	tcase_add_test(tests, a_worker_that_decides_nothing_is_undecided);
	tcase_add_test(tests, an_unknown_verdict_is_undecided);
	tcase_add_loop_test(tests, a_pass_without_full_content_is_undecided, 0, 10);
	tcase_add_loop_test(tests, an_early_exit_is_undecided, 0, 7);
	tcase_add_loop_test(tests, a_worker_killed_by_a_signal_is_undecided, 0, 9);
	tcase_add_loop_test(tests, records_that_are_short_or_long_are_undecided, 0, 7);
	tcase_add_test(tests, records_of_the_right_length_without_the_nonce_are_undecided);
	tcase_add_loop_test(tests, the_timeout_ends_sleeping_and_stopped_workers, 0, 2);
	tcase_add_test(tests, the_whole_process_group_ends_with_the_worker);
	tcase_add_test(tests, the_worker_leads_its_own_group_with_nothing_blocked);
	tcase_add_test(tests, a_broken_pipe_is_an_error_and_no_signal);
	tcase_add_test(tests, nothing_is_left_open_or_blocked);
	tcase_add_test(tests, ignored_children_are_waited_for_all_the_same);
	tcase_add_test(tests, no_descriptor_left_for_the_pipe_is_undecided);
	suite_add_tcase(suite, tests);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(supervisor_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
