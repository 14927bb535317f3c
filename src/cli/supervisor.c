/*
 * The supervisor: one worker process does the work and can only propose a verdict. A yes takes a
 * complete record over the pipe AND the exit code that belongs to it; everything else is undecided.
 * Between fork and return the supervisor opens no file and allocates nothing, but for what its task
 * has it do beside the worker.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hex.h"
#include "net/deadline.h"

/* Both ends of the record: "zonegate" read as octets of no text. */
#define RECORD_MAGIC UINT64_C(0x9ad25c71e03bf846)
#define NONCE_SIZE   16

/* Time for the worker to go after a signal before the next, stronger one. */
#define GRACE_MS 3000

/* Exit code of a worker that could not send its record. */
#define WORKER_BROKEN 111

/* What belongs to each verdict: no library and no shell ends a process with these by itself. */
static const int worker_codes[] = {
    [ZG_VERDICT_REFUSE] = 83,
    [ZG_VERDICT_UNDECIDED] = 71,
    [ZG_VERDICT_HELD] = 97,
    [ZG_VERDICT_PASS] = 113,
};
#define VERDICTS (sizeof(worker_codes) / sizeof(worker_codes[0]))

struct record {
	uint64_t magic;
	uint64_t length;
	unsigned char nonce[NONCE_SIZE];
	struct claim claim;
	uint64_t verdict_again;
	unsigned char nonce_again[NONCE_SIZE];
};
_Static_assert(offsetof(struct record, nonce_again) + NONCE_SIZE == sizeof(struct record),
    "no octet of the end is padding");
_Static_assert(sizeof(struct record) <= PIPE_BUF, "the record is written in one piece");

enum stage {
	STAGE_RUNNING,
	STAGE_ASKED,  /* a signal was forwarded */
	STAGE_KILLED, /* SIGKILL was sent */
	STAGE_LOST    /* it does not even end of that */
};

struct supervisor {
	const struct supervised *task;
	unsigned char nonce[NONCE_SIZE];
	sigset_t mask;	  /* as it was */
	sigset_t watched; /* what signal_fd reads */
	pid_t worker;
	int record_fd; /* reading end of the pipe; -1: nothing more to come */
	int signal_fd;
	enum stage stage;
	deadline stage_end;
	bool timed_out;
	int signal; /* what ends the program, 0: nothing */
	size_t received;
	struct record record;
	int status; /* of waitpid */
};

void
claim_trouble(struct claim *claim, zg_status status, const struct zg_error *error)
{
	claim->verdict = ZG_VERDICT_UNDECIDED;
	(void)snprintf(claim->message, sizeof(claim->message), "%s",
	    error->text[0] != '\0' ? error->text : zg_status_text(status));
}

/* --- The worker --- */

/* When memory runs out, the worker is the one to go. The file is absent in some sandboxes. */
static void
offer_to_oom_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write_all(fd, "1000", 4);
	(void)close(fd);
}

/* Own process group, default signals, no life without the supervisor. A worker in the background of
 * a terminal is not to be stopped by it: it may write there, and reading fails. */
static bool
worker_prepare(const struct supervisor *supervisor, pid_t parent)
{
	sigset_t none;

	(void)setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		return false;
	(void)close(supervisor->record_fd);
	(void)close(supervisor->signal_fd);
	(void)sigemptyset(&none);
	if (signal(SIGTTIN, SIG_IGN) == SIG_ERR || signal(SIGTTOU, SIG_IGN) == SIG_ERR ||
	    sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		return false;
	offer_to_oom_killer();
	return true;
}

/* The work, the record, the exit code. Nothing registered with atexit runs after the record. */
static _Noreturn void
worker_run(const struct supervisor *supervisor, pid_t parent, int fd)
{
	struct record record;
	uint32_t verdict;

	if (!worker_prepare(supervisor, parent))
		_exit(WORKER_BROKEN);
	memset(&record, 0, sizeof(record));
	record.claim.verdict = ZG_VERDICT_UNDECIDED;
	supervisor->task->work(supervisor->task->context, &record.claim);
	verdict = record.claim.verdict;
	record.magic = RECORD_MAGIC;
	record.length = sizeof(record);
	record.verdict_again = verdict;
	memcpy(record.nonce, supervisor->nonce, NONCE_SIZE);
	memcpy(record.nonce_again, supervisor->nonce, NONCE_SIZE);
	if (verdict >= VERDICTS || !write_all(fd, &record, sizeof(record)) || close(fd) != 0)
		_exit(WORKER_BROKEN);
	_exit(worker_codes[verdict]);
}

/* --- Watching it --- */

static void
group_signal(struct supervisor *supervisor, int signo, enum stage stage)
{
	(void)kill(-supervisor->worker, signo);
	supervisor->stage = stage;
	supervisor->stage_end = deadline_in(GRACE_MS);
}

static void
on_deadline(struct supervisor *supervisor)
{
	if (supervisor->stage == STAGE_RUNNING)
		supervisor->timed_out = true;
	if (supervisor->stage == STAGE_KILLED)
		supervisor->stage = STAGE_LOST;
	else
		group_signal(supervisor, SIGKILL, STAGE_KILLED);
}

/* SIGCHLD only wakes us; the others are handed on, and end the program when the worker is gone. */
static void
signals_read(struct supervisor *supervisor)
{
	struct signalfd_siginfo info;

	while (read(supervisor->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			continue;
		supervisor->signal = (int)info.ssi_signo;
		if (supervisor->stage == STAGE_RUNNING)
			group_signal(supervisor, supervisor->signal, STAGE_ASKED);
	}
}

static void
record_end(struct supervisor *supervisor)
{
	if (supervisor->record_fd >= 0)
		(void)close(supervisor->record_fd);
	supervisor->record_fd = -1;
}

/* Takes what is in the pipe. An octet beyond the record makes `received` too large for good. */
static void
record_read(struct supervisor *supervisor)
{
	while (supervisor->record_fd >= 0) {
		char beyond[1], *to = beyond;
		size_t room = sizeof(beyond);
		ssize_t n;

		if (supervisor->received < sizeof(supervisor->record)) {
			to = (char *)&supervisor->record + supervisor->received;
			room = sizeof(supervisor->record) - supervisor->received;
		}
		n = read(supervisor->record_fd, to, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n > 0)
			supervisor->received += (size_t)n;
		if (n <= 0 || supervisor->received > sizeof(supervisor->record))
			record_end(supervisor);
	}
}

/* Whether the worker has ended; it stays a zombie, so that its process group keeps its number. */
static bool
worker_ended(const struct supervisor *supervisor)
{
	siginfo_t info = {0};

	if (waitid(P_PID, (id_t)supervisor->worker, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
		return errno != EINTR;
	return info.si_pid == supervisor->worker;
}

static void
watch(struct supervisor *supervisor)
{
	const struct supervised *task = supervisor->task;
	bool wanted = task->beside != NULL, beside = false;

	while (supervisor->stage != STAGE_LOST && !worker_ended(supervisor)) {
		struct pollfd fds[] = {{.fd = supervisor->signal_fd, .events = POLLIN},
		    {.fd = supervisor->record_fd, .events = POLLIN},
		    {.fd = wanted && !beside ? task->beside_when : -1, .events = POLLIN}};
		int left = deadline_left(supervisor->stage_end);

		if (left == 0) {
			on_deadline(supervisor);
			continue;
		}
		(void)poll(fds, 3, beside ? 0 : left);
		signals_read(supervisor);
		record_read(supervisor);
		beside = wanted && (beside || fds[2].revents != 0);
		if (beside)
			wanted = task->beside(task->context);
		beside = beside && wanted;
	}
	record_read(supervisor);
}

/* Ends what is left of the worker's process group, then lets the worker go. */
static void
reap(struct supervisor *supervisor)
{
	pid_t reaped;

	(void)kill(-supervisor->worker, SIGKILL);
	do
		reaped = waitpid(supervisor->worker, &supervisor->status,
		    supervisor->stage == STAGE_LOST ? WNOHANG : 0);
	while (reaped < 0 && errno == EINTR);
	if (reaped != supervisor->worker)
		supervisor->stage = STAGE_LOST;
}

/* --- Judging it --- */

static bool
record_is_genuine(const struct supervisor *supervisor)
{
	const struct record *record = &supervisor->record;
	const struct claim *claim = &record->claim;

	return record->magic == RECORD_MAGIC && record->length == sizeof(*record) &&
	       memcmp(record->nonce, supervisor->nonce, NONCE_SIZE) == 0 &&
	       memcmp(record->nonce_again, supervisor->nonce, NONCE_SIZE) == 0 &&
	       claim->verdict < VERDICTS && claim->verdict == record->verdict_again &&
	       claim->has_serial <= 1 && claim->in_force <= 1 &&
	       memchr(claim->zone, '\0', sizeof(claim->zone)) != NULL &&
	       memchr(claim->digest, '\0', sizeof(claim->digest)) != NULL &&
	       memchr(claim->message, '\0', sizeof(claim->message)) != NULL;
}

/* A pass says of what. */
static bool
claim_has_content(const struct claim *claim)
{
	return claim->zone[0] != '\0' && claim->has_serial == 1 &&
	       hex_is_text(claim->digest, CLAIM_DIGEST_SIZE - 1);
}

/* Why the worker did not end as one that was let finish; false: it did. */
static bool
complain_of_end(const struct supervisor *supervisor)
{
	int signo = supervisor->signal, status = supervisor->status;

	if (signo != 0)
		complain("undecided: ended by signal %d (%s)", signo, sigdescr_np(signo));
	else if (supervisor->timed_out)
		complain("undecided: not done within the time-out of %lld s",
		    (long long)supervisor->task->timeout);
	else if (supervisor->stage == STAGE_LOST)
		complain("undecided: the worker was lost");
	else if (WIFSIGNALED(status))
		complain("undecided: the worker was killed by signal %d (%s)", WTERMSIG(status),
		    sigdescr_np(WTERMSIG(status)) != NULL ? sigdescr_np(WTERMSIG(status))
							  : "real-time");
	else
		return false;
	return true;
}

/* Why what the worker said does not count; false: it does. */
static bool
complain_of_record(const struct supervisor *supervisor)
{
	const struct claim *claim = &supervisor->record.claim;
	int code = WEXITSTATUS(supervisor->status);

	if (supervisor->received == 0)
		complain(
		    "undecided: the worker ended early, with exit status %d and no verdict", code);
	else if (supervisor->received < sizeof(supervisor->record))
		complain("undecided: the worker's verdict is incomplete");
	else if (supervisor->received > sizeof(supervisor->record))
		complain("undecided: the worker said more than one verdict");
	else if (!record_is_genuine(supervisor))
		complain("undecided: the worker's verdict is not genuine");
	else if (code != worker_codes[claim->verdict])
		complain("undecided: the worker's exit status %d is not that of its verdict '%s'",
		    code, zg_verdict_text((zg_verdict)claim->verdict));
	else if (claim->verdict == ZG_VERDICT_PASS && supervisor->task->needs_content &&
		 !claim_has_content(claim))
		complain("undecided: the worker's verdict does not say of which content");
	else
		return false;
	return true;
}

static zg_verdict
judge(const struct supervisor *supervisor, struct claim *claim)
{
	if (complain_of_end(supervisor) || complain_of_record(supervisor))
		return ZG_VERDICT_UNDECIDED;
	*claim = supervisor->record.claim;
	if (claim->verdict == ZG_VERDICT_UNDECIDED)
		complain("undecided: %s", claim->message);
	return (zg_verdict)claim->verdict;
}

/* --- Start and end --- */

/* The signals that end programs; one that is ignored (nohup, a background job) stays ignored. */
static bool
signals_watch(struct supervisor *supervisor)
{
	static const int ending[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
	struct sigaction old;

	/* An inherited SIG_IGN would reap the worker behind our back. */
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return false;
	(void)sigemptyset(&supervisor->watched);
	(void)sigaddset(&supervisor->watched, SIGCHLD);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		if (sigaction(ending[i], NULL, &old) != 0)
			return false;
		if (old.sa_handler != SIG_IGN)
			(void)sigaddset(&supervisor->watched, ending[i]);
	}
	if (sigprocmask(SIG_BLOCK, &supervisor->watched, NULL) != 0)
		return false;
	supervisor->signal_fd = signalfd(-1, &supervisor->watched, SFD_CLOEXEC | SFD_NONBLOCK);
	return supervisor->signal_fd >= 0;
}

/* The program dies of the signal that it was sent, as its caller expects. */
static void
die_of(const struct supervisor *supervisor)
{
	(void)signal(supervisor->signal, SIG_DFL);
	(void)sigprocmask(SIG_UNBLOCK, &supervisor->watched, NULL);
	(void)raise(supervisor->signal);
	_exit(EXIT_UNDECIDED);
}

/* Pipe, nonce and process. False: errno says why there is no worker. */
static bool
worker_start(struct supervisor *supervisor)
{
	pid_t parent = getpid();
	int ends[2], error;

	(void)sigprocmask(SIG_BLOCK, NULL, &supervisor->mask);
	if (getrandom(supervisor->nonce, NONCE_SIZE, 0) != NONCE_SIZE ||
	    !signals_watch(supervisor) || pipe2(ends, O_CLOEXEC) != 0)
		return false;
	supervisor->record_fd = ends[0];
	supervisor->stage_end = deadline_in(supervisor->task->timeout * 1000);
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
		supervisor->worker = fork();
	if (supervisor->worker == 0)
		worker_run(supervisor, parent, ends[1]);
	error = errno;
	(void)close(ends[1]);
	errno = error;
	if (supervisor->worker < 0)
		return false;
	/* The worker does the same: whoever comes first. */
	(void)setpgid(supervisor->worker, supervisor->worker);
	return true;
}

zg_verdict
supervise(const struct supervised *task, struct claim *claim)
{
	struct supervisor supervisor = {
	    .task = task, .worker = -1, .record_fd = -1, .signal_fd = -1};
	zg_verdict verdict = ZG_VERDICT_UNDECIDED;

	memset(claim, 0, sizeof(*claim));
	claim->verdict = ZG_VERDICT_UNDECIDED;
	if (!worker_start(&supervisor)) {
		complain("undecided: cannot start the worker: %s", strerrordesc_np(errno));
		goto out;
	}
	watch(&supervisor);
	reap(&supervisor);
	verdict = judge(&supervisor, claim);
	if (supervisor.signal != 0 && !task->stays)
		die_of(&supervisor);
out:
	record_end(&supervisor);
	if (supervisor.signal_fd >= 0)
		(void)close(supervisor.signal_fd);
	(void)sigprocmask(SIG_SETMASK, &supervisor.mask, NULL);
	return verdict;
}
