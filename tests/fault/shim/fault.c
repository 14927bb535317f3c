/*
 * LD_PRELOAD shim: makes one call of one function go wrong, in the worker or in the supervisor.
 *
 *   FAULT=WHERE:COUNT:ACTION   the COUNT-th call of WHERE
 *   FAULT_IN=supervisor        counted in the first process; else in those that it forks
 *   FAULT_COUNT=FILE           WHERE's calls are counted and the number is written at the end
 *   FAULT_CRASH=FILE           a crash writes the library that it happened in, "zonegate" for our
 * own
 *
 * WHERE is a function of hooks.c, "malloc" (all of its family), "write1", "write2", "record" (write
 * to another descriptor), "phase-NAME" (the progress line of a phase), "child" (right after fork),
 * or "own-malloc" (the supervisor's, after fork).
 *
 * ACTION is "fail" or "fail=ERRNO", "signal=N", "exit=N", "space=BYTES" (RLIMIT_AS), and for
 * records "half", "twice", "drop", "flip=OFFSET".
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hooks.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static char where[64], action[64];
static long wanted;
static bool in_supervisor, forked;
static pid_t first;
static atomic_long calls;

/* The innermost caller that is neither libc nor this shim has to answer for a crash. */
static void
crash_write(int signo)
{
	void *frames[32];
	int n = backtrace(frames, 32), fd = open(getenv("FAULT_CRASH"), O_WRONLY | O_CREAT, 0600);
	Dl_info info;

	for (int i = 0; i < n && dladdr(frames[i], &info) != 0; i++) {
		const char *name = strrchr(info.dli_fname, '/');

		name = name != NULL ? name + 1 : info.dli_fname;
		if (strncmp(name, "libc.so", 7) == 0 || strcmp(name, "fault.so") == 0)
			continue;
		if (write(fd, name, strlen(name)) < 0)
			abort();
		break;
	}
	signal(signo, SIG_DFL);
	raise(signo);
}

__attribute__((constructor)) static void
fault_read(void)
{
	const char *fault = getenv("FAULT"), *in = getenv("FAULT_IN");

	first = getpid();
	if (getenv("FAULT_CRASH") != NULL) {
		void *frame;

		(void)backtrace(&frame, 1); /* loads what it needs, now that there is memory */
		signal(SIGSEGV, crash_write);
		signal(SIGABRT, crash_write);
	}
	in_supervisor = in != NULL && strcmp(in, "supervisor") == 0;
	if (fault != NULL && sscanf(fault, "%63[^:]:%ld:%63s", where, &wanted, action) != 3)
		_exit(99);
}

static bool
action_is(const char *name)
{
	return strncmp(action, name, strlen(name)) == 0;
}

static long
action_number(void)
{
	const char *number = strchr(action, '=');

	return number != NULL ? strtol(number + 1, NULL, 10) : 0;
}

/* Whether the call of `name` is the one. */
static bool
due(const char *name)
{
	if (strcmp(name, where) != 0 || (getpid() == first) != in_supervisor)
		return false;
	return atomic_fetch_add(&calls, 1) + 1 == wanted;
}

/* Does what ends the process or limits it. True: the call is to fail, with errno set. */
static bool
act(int error)
{
	int signo = (int)action_number();

	if (action_is("signal")) {
		signal(signo, SIG_DFL);
		raise(signo);
	}
	if (action_is("exit"))
		_exit(signo);
	if (action_is("space")) {
		struct rlimit limit = {(rlim_t)action_number(), (rlim_t)action_number()};

		setrlimit(RLIMIT_AS, &limit);
		return false;
	}
	errno = action_is("fail=") ? signo : error;
	return action_is("fail");
}

bool
fault_fails(const char *name, int error)
{
	return due(name) && act(error);
}

/* --- Memory --- */

static void
own_malloc(void)
{
	static const char line[] = "the supervisor allocated memory\n";

	if (!forked || getpid() != first || strcmp(where, "own-malloc") != 0)
		return;
	if (write(STDERR_FILENO, line, sizeof(line) - 1) > 0)
		abort();
}

void *
malloc(size_t size)
{
	own_malloc();
	return fault_fails("malloc", ENOMEM) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	own_malloc();
	return fault_fails("malloc", ENOMEM) ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	own_malloc();
	return fault_fails("malloc", ENOMEM) ? NULL : __libc_realloc(old, size);
}

/* --- Processes and descriptors --- */

pid_t
fork(void)
{
	pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	pid_t pid;

	if (fault_fails("fork", EAGAIN))
		return -1;
	pid = real();
	forked = true;
	if (pid == 0 && due("child"))
		(void)act(0);
	return pid;
}

/* How many calls there were, when the worker leaves. */
static void
count_write(void)
{
	const char *path = getenv("FAULT_COUNT");
	char line[32];
	int fd, length;

	if (path == NULL || getpid() == first)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	length = snprintf(line, sizeof(line), "%ld\n", atomic_load(&calls));
	if (write(fd, line, (size_t)length) != length)
		abort();
	close(fd);
}

void
_exit(int code)
{
	void (*real)(int) = (void (*)(int))dlsym(RTLD_NEXT, "_exit");

	count_write();
	if (due("exit"))
		(void)act(0);
	real(code);
	abort();
}

/* A record that is cut, doubled, lost or changed. */
static ssize_t
write_record(ssize_t (*real)(int, const void *, size_t), int fd, const char *bytes, size_t length)
{
	char copy[8192];

	if (action_is("drop"))
		return (ssize_t)length;
	if (action_is("half"))
		return real(fd, bytes, length / 2) < 0 ? -1 : (ssize_t)length;
	if (action_is("twice") && real(fd, bytes, length) != (ssize_t)length)
		return -1;
	if (action_is("flip") && length <= sizeof(copy)) {
		size_t offset = (size_t)action_number();

		memcpy(copy, bytes, length);
		copy[offset < length ? offset : length - 1] ^= 1;
		bytes = copy;
	}
	return real(fd, bytes, length);
}

static bool
phase_begins(const char *bytes, size_t length)
{
	char line[80];
	int n = snprintf(line, sizeof(line), "zonegate: %s\n",
	    strncmp(where, "phase-", 6) == 0 ? where + 6 : "");

	return (size_t)n == length && memcmp(line, bytes, length) == 0 && due(where);
}

int
close(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "close");

	return fd == 1 && fault_fails("close1", EDQUOT) ? -1 : real(fd);
}

ssize_t
write(int fd, const void *bytes, size_t length)
{
	ssize_t (*real)(int, const void *, size_t) =
	    (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");

	if (fd == 2 && phase_begins(bytes, length))
		(void)act(EIO);
	if ((fd == 1 && fault_fails("write1", ENOSPC)) || (fd == 2 && fault_fails("write2", EIO)))
		return -1;
	if (fd > 2 && length > 1024 && due("record"))
		return act(EPIPE) ? -1 : write_record(real, fd, bytes, length);
	return real(fd, bytes, length);
}
