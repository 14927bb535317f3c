/*
 * Runs a command and kills it when it is about to make its N-th system call that writes: counted
 * over all its processes, until one of them becomes another program.
 *
 *   kill_at all|one N COMMAND ARGUMENT...
 *
 * all: every process is killed, as by a power cut; one: the one that makes the call. N 0: none is
 * killed. Prints "COUNT WHAT": how many such calls there were, and the name of the one that was not
 * made ("-": it never came so far). Exit status 0; 77 when this machine does not let programs be
 * traced.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 64
#define SKIPPED	      77

/* A call, and the argument with its open flags or request (-1: it always writes). */
struct call {
	long number;
	const char *name;
	int argument;
};

static const struct call calls[] = {
    {SYS_openat, "openat", 2},
    {SYS_write, "write", -1},
    {SYS_writev, "writev", -1},
    {SYS_pwrite64, "pwrite64", -1},
    {SYS_pwritev, "pwritev", -1},
    {SYS_copy_file_range, "copy_file_range", -1},
    {SYS_sendfile, "sendfile", -1},
    {SYS_ioctl, "ioctl", 1},
    {SYS_fsync, "fsync", -1},
    {SYS_fdatasync, "fdatasync", -1},
    {SYS_ftruncate, "ftruncate", -1},
    {SYS_fallocate, "fallocate", -1},
    {SYS_fchmod, "fchmod", -1},
    {SYS_fchmodat, "fchmodat", -1},
    {SYS_fchown, "fchown", -1},
    {SYS_fchownat, "fchownat", -1},
    {SYS_mkdirat, "mkdirat", -1},
    {SYS_unlinkat, "unlinkat", -1},
    {SYS_linkat, "linkat", -1},
    {SYS_symlinkat, "symlinkat", -1},
    {SYS_renameat2, "renameat2", -1},
    {SYS_utimensat, "utimensat", -1},
#ifdef SYS_open
    {SYS_open, "open", 1},
    {SYS_creat, "creat", -1},
    {SYS_chmod, "chmod", -1},
    {SYS_chown, "chown", -1},
    {SYS_mkdir, "mkdir", -1},
    {SYS_unlink, "unlink", -1},
    {SYS_rmdir, "rmdir", -1},
    {SYS_link, "link", -1},
    {SYS_rename, "rename", -1},
#endif
#ifdef SYS_renameat
    {SYS_renameat, "renameat", -1},
#endif
};

struct traced {
	pid_t pid;
	bool in_call;
};

static struct traced processes[PROCESSES_MAX];
static size_t n_processes;

static struct traced *
process_find(pid_t pid)
{
	for (size_t i = 0; i < n_processes; i++) {
		if (processes[i].pid == pid)
			return &processes[i];
	}
	if (n_processes == PROCESSES_MAX)
		exit(EXIT_FAILURE);
	processes[n_processes] = (struct traced){.pid = pid};
	return &processes[n_processes++];
}

static void
process_forget(pid_t pid)
{
	for (size_t i = 0; i < n_processes; i++) {
		if (processes[i].pid == pid)
			processes[i] = processes[--n_processes];
	}
}

/* The row of the call that a process is about to make, when it writes. */
static const struct call *
call_that_writes(const struct __ptrace_syscall_info *info)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		uint64_t value = calls[i].argument < 0 ? 0 : info->entry.args[calls[i].argument];

		if ((uint64_t)calls[i].number != info->entry.nr)
			continue;
		if (calls[i].number == SYS_ioctl)
			return value == FICLONE ? &calls[i] : NULL;
		return calls[i].argument < 0 || (value & O_CREAT) != 0 ? &calls[i] : NULL;
	}
	return NULL;
}

static pid_t
command_start(char **argv)
{
	pid_t pid = fork();

	if (pid < 0)
		exit(EXIT_FAILURE);
	if (pid > 0)
		return pid;
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0 || raise(SIGSTOP) != 0)
		_exit(SKIPPED);
	execv(argv[0], argv);
	_exit(EXIT_FAILURE);
}

static void
kill_all(void)
{
	for (size_t i = 0; i < n_processes; i++)
		(void)kill(processes[i].pid, SIGKILL);
}

/* What a stopped process is let go on with: a signal of its own, or none. */
static int
signal_for(int status)
{
	int signo = WSTOPSIG(status);

	/* Stops of tracing: of calls, events, and the first of a new process. */
	return signo == (SIGTRAP | 0x80) || signo == SIGTRAP || signo == SIGSTOP ? 0 : signo;
}

struct count {
	bool all;
	long wanted, n;
	const char *killed;
};

/* A stop at a system call, on its way in or out. */
static void
on_call(struct count *count, struct traced *process)
{
	struct __ptrace_syscall_info info;
	const struct call *call;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	call = call_that_writes(&info);
	if (call == NULL || ++count->n != count->wanted)
		return;
	count->killed = call->name;
	if (count->all)
		kill_all();
	else
		(void)kill(process->pid, SIGKILL);
}

static void
trace(struct count *count, pid_t first)
{
	bool begun = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		struct traced *process = process_find(pid);

		if (!WIFSTOPPED(status)) {
			if (!begun && WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
				exit(SKIPPED);
			process_forget(pid);
			continue;
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			on_call(count, process);
		} else if (!begun) {
			begun = true;
			if (ptrace(PTRACE_SETOPTIONS, pid, 0,
				PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
				    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC) != 0)
				exit(SKIPPED);
		} else if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8) && pid != first) {
			/* Another program: let it be. */
			process_forget(pid);
			(void)ptrace(PTRACE_DETACH, pid, 0, 0);
			continue;
		}
		(void)ptrace(PTRACE_SYSCALL, pid, 0, signal_for(status));
	}
}

int
main(int argc, char **argv)
{
	struct count count = {.killed = "-"};
	pid_t first;

	if (argc < 4) {
		fprintf(stderr, "usage: kill_at all|one N COMMAND ARGUMENT...\n");
		return EXIT_FAILURE;
	}
	count.all = strcmp(argv[1], "all") == 0;
	count.wanted = atol(argv[2]);
	first = command_start(argv + 3);
	process_find(first);
	trace(&count, first);
	printf("%ld %s\n", count.n, count.killed);
	return EXIT_SUCCESS;
}
