/*
 * The process that an engine started and looks at. Some engines publish when it is killed by a
 * signal (NSD 4.6.1), so it only waits: no file, no library, no memory. All work is done by a
 * child, whose yes is an exit code that no other way of ending has.
 */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/deadline.h"

/* Time for the child to end after a signal: long enough to finish what it has begun to record. */
#define GRACE_MS 30000
/* After SIGKILL. */
#define KILLED_MS 3000
/* How often it is looked after, should a signal be lost. */
#define TICK_MS 1000

/* The child's exit codes for the exit statuses 0 to 3. */
static const int child_codes[] = {117, 87, 73, 101};
#define STATUSES ((int)(sizeof(child_codes) / sizeof(child_codes[0])))

/* Exit code of a child whose parent is not the one that made it. */
#define CHILD_ALONE 111

struct keeper {
	pid_t child;
	deadline end;
	pid_t hearer; /* our parent; 0: nobody hears us anyway */
	bool asked, killed, late;
	int status; /* of waitpid */
};

static _Noreturn void
child_run(int (*work)(const struct hook *), const struct arguments *arguments, pid_t keeper,
    const sigset_t *mask)
{
	const struct hook hook = {.arguments = arguments, .asker = keeper};
	int status;

	if (getppid() != keeper || sigprocmask(SIG_SETMASK, mask, NULL) != 0)
		_exit(CHILD_ALONE);
	status = work(&hook);
	exit(child_codes[status >= 0 && status < STATUSES ? status : EXIT_UNDECIDED]);
}

static void
child_signal(struct keeper *keeper, int signo, int64_t grace)
{
	(void)kill(keeper->child, signo);
	keeper->end = deadline_in(grace);
}

/* First a word, then the end. What is still to be waited for after that is nothing. */
static bool
on_deadline(struct keeper *keeper)
{
	if (keeper->killed)
		return false;
	keeper->late |= !keeper->asked;
	keeper->killed = keeper->asked;
	keeper->asked = true;
	if (keeper->killed)
		child_signal(keeper, SIGKILL, KILLED_MS);
	else
		child_signal(keeper, SIGTERM, GRACE_MS);
	return true;
}

/* The signals that end programs are handed on, once. */
static void
on_signal(struct keeper *keeper, int signo)
{
	if (keeper->asked ||
	    (signo != SIGTERM && signo != SIGINT && signo != SIGHUP && signo != SIGQUIT))
		return;
	keeper->asked = true;
	child_signal(keeper, signo, GRACE_MS);
}

/* Whoever waited for the answer is gone. */
static void
on_alone(struct keeper *keeper)
{
	keeper->hearer = 0;
	if (keeper->asked)
		return;
	complain("the process that waited for the answer is gone");
	keeper->asked = true;
	child_signal(keeper, SIGTERM, GRACE_MS);
}

/* Until the child has ended; false: it does not even end of SIGKILL. All signals are blocked. */
static bool
watch(struct keeper *keeper, const sigset_t *all)
{
	for (;;) {
		pid_t reaped = waitpid(keeper->child, &keeper->status, WNOHANG);
		int left = deadline_left(keeper->end);
		struct timespec tick = {.tv_sec = TICK_MS / 1000};
		int signo;

		if (reaped == keeper->child)
			return true;
		if (reaped < 0 && errno != EINTR)
			return false;
		if (left == 0 && !on_deadline(keeper))
			return false;
		if (keeper->hearer != 0 && getppid() != keeper->hearer)
			on_alone(keeper);
		if (left > 0 && left < TICK_MS)
			tick = (struct timespec){.tv_nsec = (long)left * 1000000};
		signo = sigtimedwait(all, NULL, &tick);
		if (signo > 0)
			on_signal(keeper, signo);
	}
}

static int
judge(const struct keeper *keeper)
{
	int status = keeper->status;

	for (int i = 0; WIFEXITED(status) && i < STATUSES; i++) {
		if (WEXITSTATUS(status) == child_codes[i])
			return i;
	}
	if (keeper->late)
		complain("undecided: the hook was not done in time");
	else if (WIFSIGNALED(status))
		complain("undecided: the hook was ended by signal %d (%s)", WTERMSIG(status),
		    sigdescr_np(WTERMSIG(status)) != NULL ? sigdescr_np(WTERMSIG(status))
							  : "real-time");
	else
		complain(
		    "undecided: the hook ended early, with exit status %d", WEXITSTATUS(status));
	return EXIT_UNDECIDED;
}

int
hook_keep(int (*work)(const struct hook *), const struct arguments *arguments, int64_t seconds,
    bool heard)
{
	struct keeper keeper = {
	    .child = -1, .end = deadline_in(seconds * 1000), .hearer = heard ? getppid() : 0};
	pid_t own = getpid();
	sigset_t all, mask;

	/* An inherited SIG_IGN would reap the child behind our back. */
	(void)sigfillset(&all);
	if (sigprocmask(SIG_BLOCK, &all, &mask) == 0 && signal(SIGCHLD, SIG_DFL) != SIG_ERR) {
		/* That the hearer has ended wakes us at once: a signal that means nothing else
		 * here, and never ends us, as it is blocked by now. */
		if (heard)
			(void)prctl(PR_SET_PDEATHSIG, SIGUSR1);
		keeper.child = fork();
	}
	if (keeper.child == 0)
		child_run(work, arguments, own, &mask);
	if (keeper.child < 0) {
		complain("undecided: the hook cannot start: %s", strerrordesc_np(errno));
		return EXIT_UNDECIDED;
	}
	if (watch(&keeper, &all))
		return judge(&keeper);
	complain("undecided: the hook was lost");
	return EXIT_UNDECIDED;
}
