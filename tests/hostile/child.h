/* Tests that may crash or hang: each in a process of its own, with a bound on its time. */
#ifndef HOSTILE_CHILD_H
#define HOSTILE_CHILD_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Seconds of processor time that one test may take, with sanitizers as well. */
#define CHILD_SECONDS 20

struct tally_of_tests {
	unsigned passed, failed;
};

/* Why a child ended that did not end with its test passed. */
static inline void
child_complain(const char *name, int status, double seconds)
{
	if (WIFSIGNALED(status))
		printf("FAILED %s: signal %d (%s) after %.1f s\n", name, WTERMSIG(status),
		    strsignal(WTERMSIG(status)), seconds);
	else
		printf("FAILED %s: exit status %d\n", name, WEXITSTATUS(status));
}

/* Runs body(context) in a child; it says on standard output what is wrong and returns false. */
static inline void
child_test(struct tally_of_tests *tests, const char *name, bool (*body)(const void *context),
    const void *context)
{
	struct rlimit limit = {CHILD_SECONDS, CHILD_SECONDS + 1}, no_core = {0, 0};
	struct rusage usage = {.ru_maxrss = 0};
	double seconds;
	pid_t child;
	int status = -1;

	(void)fflush(stdout);
	child = fork();
	if (child < 0) {
		perror("fork");
		exit(2);
	}
	if (child == 0) {
		(void)setrlimit(RLIMIT_CPU, &limit);
		(void)setrlimit(RLIMIT_CORE, &no_core);
		/* What waits uses no processor; this machine may be busy. */
		(void)alarm(10 * CHILD_SECONDS);
		exit(body(context) ? 0 : 1);
	}
	if (wait4(child, &status, 0, &usage) != child)
		status = -1;
	seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	if (status == 0) {
		tests->passed++;
		printf("ok %s (%.1f s, %ld MiB)\n", name, seconds, usage.ru_maxrss / 1024);
	} else {
		tests->failed++;
		child_complain(name, status, seconds);
	}
}

/* The last line of a test program, and its exit status. */
static inline int
tests_sum(const struct tally_of_tests *tests)
{
	printf("%u passed, %u failed, 0 skipped\n", tests->passed, tests->failed);
	return tests->failed == 0 && tests->passed > 0 ? 0 : 1;
}

#endif
