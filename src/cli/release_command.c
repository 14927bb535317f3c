/*
 * `zonegate release`: lock, settle what a crash left, snapshot, check in a worker, and on a pass
 * rename, run the command, record. What a kill leaves at any point, the next run finds and settles.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include "publish/release.h"

/* The log may be this far ahead of the clock, and the clock go this far in other ways than the
 * monotonic one: what a step of NTP in good order does. Seconds. */
#define CLOCK_BEHIND_MAX 2
#define CLOCK_JUMP_MAX	 5

#define COPY_OCTETS ((size_t)128 * 1024)

/* --- Arguments and configuration --- */

static bool
config_open(struct release_job *job)
{
	struct zg_error error = {0};
	const char *name = job->arguments->operands[0];

	if (config_read(job->arguments->values[OPTION_CONFIG], &job->config, &error) != ZG_OK) {
		complain("undecided: %s", error.text);
		return false;
	}
	job->zone = config_zone_find(job->config, name);
	if (job->zone == NULL)
		complain("undecided: %s has no zone '%s'", job->config->path, name);
	else if (job->zone->target == NULL)
		complain("undecided: %s says no target for %s: it is not released here",
		    job->config->path, job->zone->name);
	return job->zone != NULL && job->zone->target != NULL;
}

/* The candidate: the operand, else what the configuration says. */
static bool
input_read(struct release_job *job)
{
	const struct arguments *arguments = job->arguments;
	const char *path =
	    arguments->n_operands > 1 ? arguments->operands[1] : job->zone->candidate;

	if (path == NULL) {
		complain_usage(arguments->command,
		    "the configuration says no candidate for %s: give a file", job->zone->name);
		return false;
	}
	return zone_source_read(arguments, path, &job->gate.inputs.zone);
}

static bool
job_read(const struct arguments *arguments, struct release_job *job)
{
	*job = (struct release_job){.arguments = arguments,
	    .dry_run = arguments->values[OPTION_DRY_RUN] != NULL,
	    .state.fd = -1,
	    .lock_fd = -1,
	    .snapshot = {.fd = -1, .folder_fd = -1}};
	if (!job->dry_run && arguments->values[OPTION_NOW] != NULL) {
		complain_usage(arguments->command,
		    "--now is for --dry-run only: what is released is released now");
		return false;
	}
	if (!gate_job_read(arguments, &job->gate))
		return false;
	job->started = clock_now();
	(void)clock_gettime(CLOCK_MONOTONIC, &job->since);
	return config_open(job) && input_read(job);
}

static void
job_clear(struct release_job *job)
{
	snapshot_clear(&job->snapshot);
	if (job->lock_fd >= 0)
		(void)close(job->lock_fd);
	state_close(&job->state);
	config_free(job->config);
}

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

/* --- The snapshot --- */

/* Milliseconds that are left of the time-out, at most what poll takes. */
static int
time_left(const struct release_job *job)
{
	struct timespec now = {0};
	int64_t left;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	left = job->gate.timeout - (int64_t)(now.tv_sec - job->since.tv_sec);
	if (left <= 0)
		return 0;
	return left < 3600 ? (int)left * 1000 : 3600 * 1000;
}

/* The input until its end, in blocks; it may be a pipe whose writer never ends. */
static zg_status
input_copy(struct release_job *job, int fd, uint8_t *block, struct zg_error *error)
{
	for (;;) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		int left = time_left(job);
		ssize_t n;
		zg_status status;

		if (left == 0) {
			(void)snprintf(error->text, sizeof(error->text),
			    "the candidate was not read within the time-out");
			return ZG_READ;
		}
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

/* Opens a candidate without waiting for the writer of a FIFO: poll does that, with a time-out. */
static int
input_open(const struct zg_source *source, struct zg_error *error)
{
	int fd = source->kind == ZG_SOURCE_FD
		     ? source->fd
		     : open(source->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		(void)snprintf(error->text, sizeof(error->text), "cannot open %s: %s", source->path,
		    strerrordesc_np(errno));
	return fd;
}

/* Copies the candidate; the copy is what is checked and renamed. */
static bool
snapshot_make(struct release_job *job, struct zg_error *error)
{
	struct zg_source *source = &job->gate.inputs.zone;
	uint8_t *block = malloc(COPY_OCTETS);
	int fd = input_open(source, error);
	zg_status status = fd < 0 ? ZG_READ : ZG_OK;

	if (block == NULL && status == ZG_OK)
		status = ZG_MEMORY;
	if (status == ZG_OK)
		status = snapshot_begin(job->zone->target, fd, &job->snapshot, error);
	if (status == ZG_OK)
		status = input_copy(job, fd, block, error);
	if (status == ZG_OK)
		status = snapshot_end(&job->snapshot, error);
	if (fd >= 0 && source->kind == ZG_SOURCE_PATH)
		(void)close(fd);
	free(block);
	/* Messages name the file that was given. */
	*source =
	    (struct zg_source){.kind = ZG_SOURCE_FD, .fd = job->snapshot.fd, .path = source->path};
	return status == ZG_OK;
}

/* --- The command --- */

static zg_verdict
check_supervised(struct release_job *job, struct claim *claim)
{
	return supervise(&(struct supervised){.work = release_work,
			     .context = job,
			     .timeout = job->gate.timeout,
			     .needs_content = true},
	    claim);
}

/* Everything up to the verdict, and not one file written. What `release` would say without a
 * history cannot be told without making one. */
static int
dry_run(struct release_job *job)
{
	struct zg_error error = {0};
	struct claim claim;
	zg_verdict verdict;

	if (state_open(job->config->state, false, &job->state, &error) == ZG_OK)
		job->has_state = !job->state.fresh;
	else if (access(job->config->state, F_OK) == 0) {
		complain("undecided: %s", error.text);
		return EXIT_UNDECIDED;
	}
	verdict = check_supervised(job, &claim);
	if (verdict == ZG_VERDICT_PASS && !job->has_state) {
		complain(
		    "undecided: %s has no history yet to hold this against", job->config->state);
		verdict = ZG_VERDICT_UNDECIDED;
	}
	return zg_verdict_exit_status(verdict);
}

/* State, lock, clock, what dead runs left, snapshot. False: `error`. */
static bool
prepare(struct release_job *job, struct zg_error *error)
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
	return ready && snapshot_make(job, error);
}

static int
release_run(struct release_job *job)
{
	struct zg_error error = {0};
	struct claim claim;
	zg_verdict verdict;

	/* A file that may not grow is an error to be handled, not the end. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (state_open(job->config->state, true, &job->state, &error) != ZG_OK ||
	    state_lock(&job->state, job->zone->name, &job->lock_fd, &error) != ZG_OK) {
		complain("undecided: %s", error.text);
		return EXIT_UNDECIDED;
	}
	job->has_state = true;
	if (!prepare(job, &error))
		return job_unchecked(job, error.text);
	verdict = check_supervised(job, &claim);
	if (verdict == ZG_VERDICT_PASS)
		return job_passed(job, &claim);
	if (verdict == ZG_VERDICT_REFUSE || verdict == ZG_VERDICT_HELD)
		return job_declined(job, verdict, &claim);
	return job_undecided(job, &claim);
}

int
command_release(const struct arguments *arguments)
{
	struct release_job job;
	int status = EXIT_UNDECIDED;

	if (job_read(arguments, &job))
		status = job.dry_run ? dry_run(&job) : release_run(&job);
	job_clear(&job);
	return status;
}
