/*
 * Runs a program under the system call filter that Debian gives its NSD, so that a test needs no
 * systemd: what is filtered ends the process by SIGSYS.
 *
 *   confine [+CALL...] PROGRAM [ARGUMENT...]     +CALL is taken out of the filter
 *
 * The groups of nsd.service, SystemCallFilter=~@clock @cpu-emulation @debug @keyring @module @mount
 * @obsolete @resources, as `systemd-analyze syscall-filter` (252) prints them.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL(name)                                                                                 \
	{                                                                                          \
#name, SYS_##name                                                                  \
	}

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
    CALL(adjtimex),
    CALL(clock_adjtime),
    CALL(clock_settime),
    CALL(settimeofday),
#ifdef SYS_modify_ldt
    CALL(modify_ldt),
#endif
    CALL(lookup_dcookie),
    CALL(perf_event_open),
    CALL(ptrace),
    CALL(add_key),
    CALL(keyctl),
    CALL(request_key),
    CALL(delete_module),
    CALL(finit_module),
    CALL(init_module),
    CALL(chroot),
    CALL(mount),
    CALL(pivot_root),
    CALL(umount2),
    CALL(ioprio_set),
    CALL(mbind),
    CALL(migrate_pages),
    CALL(move_pages),
    CALL(sched_setaffinity),
    CALL(sched_setattr),
    CALL(sched_setparam),
    CALL(sched_setscheduler),
    CALL(set_mempolicy),
    CALL(setpriority),
    CALL(setrlimit),
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* Two instructions for each call, one to load the number, one to let all else pass. */
#define STEPS (2 * CALLS + 2)

static bool
is_taken_out(const char *name, char **words, int n)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(words[i] + 1, name) == 0)
			return true;
	}
	return false;
}

static bool
filter_install(char **words, int n)
{
	struct sock_filter steps[STEPS];
	struct sock_fprog program = {.filter = steps};
	unsigned short at = 0;

	steps[at++] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < CALLS; i++) {
		if (is_taken_out(calls[i].name, words, n))
			continue;
		steps[at++] =
		    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
		steps[at++] =
		    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	}
	steps[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = at;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

int
main(int argc, char **argv)
{
	int n = 0;

	while (n + 1 < argc && argv[n + 1][0] == '+')
		n++;
	if (n + 1 >= argc) {
		fprintf(stderr, "usage: confine [+CALL...] PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	if (!filter_install(argv + 1, n)) {
		perror("confine");
		return 77;
	}
	execvp(argv[n + 1], argv + n + 1);
	perror(argv[n + 1]);
	return 127;
}
