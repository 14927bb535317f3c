/*
 * Runs a command and prints 'seconds peak-kilobytes exit-status processor-seconds' of it.
 *
 *   measure LOG COMMAND...     the command's output goes to LOG
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STATUS_CANNOT_RUN 127

static void
run(const char *log, char **command)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0)
		(void)execvp(command[0], command);
	_exit(STATUS_CANNOT_RUN);
}

static double
seconds_of(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	struct timespec begin, end;
	struct rusage usage;
	pid_t child;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: measure LOG COMMAND...\n");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	child = fork();
	if (child == 0)
		run(argv[1], argv + 2);
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("measure");
		return EXIT_FAILURE;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%.3f %ld %d %.3f\n",
	    (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
	    usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
	    seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime));
	return EXIT_SUCCESS;
}
