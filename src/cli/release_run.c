/*
 * The run of `zonegate release` and of the hooks: lock, settle what a crash left, snapshot, check
 * in a worker, and on a pass rename, run the command or answer, record. What a kill leaves at any
 * point, the next run finds and settles.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include "publish/refusal.h"
#include "publish/release.h"

/* The log may be this far ahead of the clock, and the clock go this far in other ways than the
 * monotonic one: what a step of NTP in good order does. Seconds. */
#define CLOCK_BEHIND_MAX 2
#define CLOCK_JUMP_MAX	 5

/* What is waited for at once, milliseconds. */
#define TIME_LEFT_MAX (3600 * 1000)

#define COPY_OCTETS ((size_t)128 * 1024)

/* A name server that drops an unfinished update asks about the next one while the hook of the
 * former still ends: it waits so long for the lock. Milliseconds. */
#define LOCK_WAIT 30000
#define LOCK_TICK 50

/* --- The clock --- */

/* Signatures are judged by it, and waiting times computed from it. A kernel whose clock nobody
 * keeps says so also where the host keeps it, in most containers, and in some it may not be asked:
 * the configuration says whether that is more than a warning. */
static bool
clock_is_kept(const struct release_job *job)
{
	struct timex timex = {0};
	int state = adjtimex(&timex);

	if (state >= 0 && state != TIME_ERROR && (timex.status & STA_UNSYNC) == 0)
		return true;
	if (job->config->synchronised_clock)
		return false;
	if (state >= 0 && job->arguments->values[OPTION_QUIET] == NULL)
		complain("warning: the kernel says that its clock is not synchronised");
	return true;
}

static bool
clock_is_behind(struct release_log *log, const struct release_job *job, struct zg_error *error)
{
	int64_t latest = 0;

	if (release_log_latest(log, &latest, error) != ZG_OK)
		return true;
	if (job->started >= latest - CLOCK_BEHIND_MAX)
		return false;
	(void)snprintf(error->text, sizeof(error->text),
	    "the clock was set back: it is %lld s behind the log",
	    (long long)(latest - job->started));
	return true;
}

/* Against the monotonic clock, since the start. */
bool
job_clock_has_jumped(const struct release_job *job)
{
	struct timespec now = {0};
	int64_t real = clock_now() - job->started, monotonic;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	monotonic = (int64_t)(now.tv_sec - job->since.tv_sec);
	return real - monotonic > CLOCK_JUMP_MAX || monotonic - real > CLOCK_JUMP_MAX;
}

/* Milliseconds that are left of the time-out. */
static int64_t
milliseconds_left(const struct release_job *job)
{
	struct timespec now = {0};
	int64_t left;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	left = (job->gate.timeout - (int64_t)(now.tv_sec - job->since.tv_sec)) * 1000 -
	       (now.tv_nsec - job->since.tv_nsec) / 1000000;
	return left > 0 ? left : 0;
}

/* In seconds, the last of which may have begun. */
static int64_t
seconds_left(const struct release_job *job)
{
	return (milliseconds_left(job) + 999) / 1000;
}

int
job_time_left(const struct release_job *job)
{
	int64_t left = milliseconds_left(job);

	return left < TIME_LEFT_MAX ? (int)left : TIME_LEFT_MAX;
}

/* --- The snapshot --- */

static zg_status
too_late(struct zg_error *error)
{
	(void)snprintf(
	    error->text, sizeof(error->text), "the candidate was not read within the time-out");
	return ZG_READ;
}

/* The input until its end, in blocks; it may be a pipe whose writer never ends. */
static zg_status
input_copy(struct release_job *job, int fd, uint8_t *block, struct zg_error *error)
{
	for (;;) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		int left = job_time_left(job);
		ssize_t n;
		zg_status status;

		if (left == 0)
			return too_late(error);
		if (poll(&ready, 1, left) <= 0)
			continue;
		n = read(fd, block, COPY_OCTETS);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0) {
			(void)snprintf(error->text, sizeof(error->text),
			    "cannot read the candidate: %s", strerrordesc_np(errno));
			return ZG_READ;
		}
		if (n == 0)
			return ZG_OK;
		status = snapshot_add(&job->snapshot, block, (size_t)n, error);
		if (status != ZG_OK)
			return status;
	}
}

static int
input_fetch(struct release_job *job, struct zg_error *error)
{
	job->wish.zone = job->zone->name;
	job->wish.seconds = seconds_left(job);
	return fetch_begin(&job->wish, &job->fetch, error) == ZG_OK ? job->fetch.fd : -1;
}

/* A regular file, by name: in pieces, by the kernel. */
static zg_status
file_copy(struct release_job *job, int fd, struct zg_error *error)
{
	bool more = true;
	zg_status status = ZG_OK;

	while (status == ZG_OK && more && job_time_left(job) > 0)
		status = snapshot_copy(&job->snapshot, fd, &more, error);
	return status == ZG_OK && more ? too_late(error) : status;
}

/* Whether the candidate is all of a file: of one that was handed in open only the rest is. */
static bool
is_file(const struct release_job *job, int fd)
{
	struct stat stat;

	return job->hook == NULL && job->wish.server == NULL &&
	       job->gate.inputs.zone.kind == ZG_SOURCE_PATH && fstat(fd, &stat) == 0 &&
	       S_ISREG(stat.st_mode);
}

/* Opens a candidate without waiting for the writer of a FIFO: poll does that, with a time-out. */
static int
input_open(struct release_job *job, struct zg_error *error)
{
	const struct zg_source *source = &job->gate.inputs.zone;
	int fd;

	if (job->wish.server != NULL)
		return input_fetch(job, error);
	fd = source->kind == ZG_SOURCE_FD
		 ? source->fd
		 : open(source->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		(void)snprintf(error->text, sizeof(error->text), "cannot open %s: %s", source->path,
		    strerrordesc_np(errno));
	return fd;
}

/* The end of the text: of a transfer it is that only when the server said so. */
static zg_status
input_end(struct release_job *job, int fd, zg_status status, struct zg_error *error)
{
	if (job->gate.inputs.zone.kind == ZG_SOURCE_PATH && fd >= 0)
		(void)close(fd);
	if (job->wish.server == NULL)
		return status;
	if (status == ZG_OK)
		return fetch_end(&job->fetch, error);
	fetch_clear(&job->fetch);
	return status;
}

bool
job_snapshot_copy(struct release_job *job, struct zg_error *error)
{
	struct zg_source *source = &job->gate.inputs.zone;
	uint8_t *block = malloc(COPY_OCTETS);
	int fd = input_open(job, error);
	zg_status status = fd < 0 ? ZG_READ : ZG_OK;

	if (block == NULL && status == ZG_OK)
		status = ZG_MEMORY;
	if (status == ZG_OK)
		status = snapshot_begin(job->target, fd, &job->snapshot, error);
	if (status == ZG_OK)
		status = is_file(job, fd) ? file_copy(job, fd, error)
					  : input_copy(job, fd, block, error);
	status = input_end(job, fd, status, error);
	if (status == ZG_OK)
		status = snapshot_end(&job->snapshot, error);
	free(block);
	/* Messages name the file that was given. */
	*source = (struct zg_source){.kind = ZG_SOURCE_FD,
	    .fd = job->snapshot.fd,
	    .path = source->path != NULL ? source->path : "<transfer>"};
	return status == ZG_OK;
}

bool
job_snapshot_make(struct release_job *job, struct zg_error *error)
{
	zg_status status = job_snapshot_copy(job, error) ? ZG_OK : ZG_READ;

	while (status == ZG_OK && job->snapshot.digest != NULL)
		status = snapshot_digest(&job->snapshot, error);
	return status == ZG_OK;
}

/* --- The run --- */

zg_verdict
release_supervised(struct release_job *job, struct claim *claim)
{
	int64_t left = seconds_left(job);
	struct zg_error error = {0};
	zg_verdict verdict;

	if (beside_begin(job, &error) != ZG_OK) {
		*claim = (struct claim){.verdict = ZG_VERDICT_UNDECIDED};
		claim_trouble(claim, ZG_READ, &error);
		complain("undecided: %s", claim->message);
		return ZG_VERDICT_UNDECIDED;
	}
	verdict = supervise(&(struct supervised){.work = release_work,
				.context = job,
				.timeout = left > 0 ? left : 1,
				.needs_content = true,
				.stays = job->hook != NULL,
				.beside = job->dry_run ? NULL : beside_work,
				.beside_when = job->beside.when[0]},
	    claim);
	beside_end(job);
	job->evidence_known = claim->has_serial == 1;
	job->evidence = claim->evidence == 1;
	return verdict;
}

/* What a pass renames, where that is no file of the configuration: the rolling text, or the copy of
 * the released zone. */
static zg_status
target_find(struct release_job *job, struct zg_error *error)
{
	char **own = job_is_staged(job) ? &job->rolling : &job->copy;
	zg_status status;

	if (job->target != NULL)
		return ZG_OK;
	status = state_path(&job->state, job_is_staged(job) ? "rolling" : "zones", job->zone->name,
	    ".zone", own, error);
	job->target = *own;
	return status;
}

zg_status
job_enter(struct release_job *job, struct zg_error *error)
{
	int waited = 0;
	zg_status status = state_open(job->config->state, true, &job->state, error);

	if (status == ZG_OK)
		status = target_find(job, error);
	if (status != ZG_OK)
		return status;
	status = state_lock(&job->state, job->zone->name, &job->lock_fd, error);
	while (status == ZG_READ && job->hook != NULL && waited < LOCK_WAIT &&
	       job_time_left(job) > 0) {
		(void)poll(NULL, 0, LOCK_TICK);
		waited += LOCK_TICK;
		status = state_lock(&job->state, job->zone->name, &job->lock_fd, error);
	}
	job->has_state = status == ZG_OK;
	return status;
}

bool
job_prepare(struct release_job *job, struct zg_error *error)
{
	struct release_log *log = NULL;
	char head[LOG_HEAD_TEXT_SIZE];
	bool ready = false;

	if (release_log_open(&job->state, job->zone->name, true, &log, error) != ZG_OK)
		return false;
	if (!clock_is_kept(job)) {
		(void)snprintf(error->text, sizeof(error->text),
		    "the kernel does not say that its clock is synchronised");
		goto out;
	}
	ready = !clock_is_behind(log, job, error) && job_settle(job, log, error);
	/* What a dead run wrote, and what was settled. */
	if (ready)
		job_sign_head(job, log, head);
out:
	/* No database is open when the worker is forked. */
	release_log_close(log);
	return ready;
}

/* An engine asks again and again: about the very text that is in service, after a restart, and
 * about one that was refused, at every retry. Neither takes a check. False: it does. */
static bool
answer_is_known(struct release_job *job, int *status)
{
	struct release_log *log = NULL;
	struct released in_force = {.exists = false};
	struct zg_error error = {0};
	bool known = false;

	if (job->hook == NULL || job->arguments->values[OPTION_NO_MEMO] != NULL)
		return false;
	if (release_log_open(&job->state, job->zone->name, true, &log, &error) == ZG_OK &&
	    release_in_force(log, job->pending, job->started, &in_force, &error) == ZG_OK)
		known = job_knows_release(job, &in_force, status) ||
			job_knows_refusal(job, log, &in_force, status);
	release_log_close(log);
	return known;
}

/* The copy of what the engine asks about, if that can be judged at all. */
static bool
candidate_make(struct release_job *job, struct zg_error *error)
{
	if (job->hook == NULL || job->hook->trouble == NULL)
		return job_snapshot_copy(job, error);
	(void)snprintf(error->text, sizeof(error->text), "%s", job->hook->trouble);
	return false;
}

/* With the zone locked. */
static int
run(struct release_job *job)
{
	struct zg_error error = {0};
	struct claim claim;
	zg_verdict verdict;
	int status;

	if (!job_prepare(job, &error) || !candidate_make(job, &error))
		return job_unchecked(job, error.text);
	if (answer_is_known(job, &status))
		return status;
	verdict = release_supervised(job, &claim);
	if (verdict == ZG_VERDICT_PASS)
		return job_passed(job, &claim);
	if (verdict == ZG_VERDICT_REFUSE || verdict == ZG_VERDICT_HELD)
		return job_declined(job, verdict, &claim);
	return job_undecided(job, &claim);
}

int
release_run(struct release_job *job)
{
	struct zg_error error = {0};
	int status;

	/* A file that may not grow is an error to be handled, not the end. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (job_enter(job, &error) != ZG_OK) {
		if (job->hook != NULL)
			return job_unchecked(job, error.text);
		complain("undecided: %s", error.text);
		return EXIT_UNDECIDED;
	}
	status = run(job);
	if (job_asker_is_gone(job))
		job_tell_unheard(job, status);
	return status;
}
