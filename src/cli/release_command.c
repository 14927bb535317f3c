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

#include <zonegate/policy.h>
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

/* --- Words to people --- */

/* The report of a candidate that there is no result of. Owned by the caller; NULL: no memory. */
static char *
bare_report(const struct release_job *job, const char *reason)
{
	const struct zg_result result = {.verdict = ZG_VERDICT_UNDECIDED,
	    .reason = reason,
	    .zone = job->zone->name,
	    .now = clock_now()};
	const struct zg_report_options options = {.format = ZG_FORMAT_JSON};
	struct zg_error error = {0};
	char *text = NULL;
	size_t length;

	if (zg_report_render(&result, &options, &text, &length, &error) != ZG_OK)
		return NULL;
	return text;
}

struct notice {
	const char *event;
	zg_verdict verdict;
	const struct claim *claim; /* what it is about; NULL: not known */
	const char *log_head;
	const char *report; /* JSON; NULL: none */
};

/* Runs the notification commands. What fails there is said, and changes nothing. */
static void
notify(const struct release_job *job, const struct notice *notice)
{
	struct command_outcome outcome;

	for (size_t i = 0; i < job->config->n_notify; i++) {
		const struct command_task task = {.command = &job->config->notify[i],
		    .event = notice->event,
		    .zone = job->zone->name,
		    .verdict = zg_verdict_text(notice->verdict),
		    .has_serial = notice->claim != NULL && notice->claim->has_serial == 1,
		    .serial = notice->claim != NULL ? notice->claim->serial : 0,
		    .log_head = notice->log_head,
		    .input = notice->report,
		    .input_length = notice->report != NULL ? strlen(notice->report) : 0};

		command_execute(&task, &outcome);
		if (!outcome.succeeded)
			complain("notification by %s failed: %s%s%s", task.command->arguments[0],
			    outcome.why, outcome.length > 0 ? ": " : "", outcome.output);
	}
}

static struct release_log *
log_open(struct release_job *job)
{
	struct release_log *log = NULL;
	struct zg_error error = {0};

	if (release_log_open(&job->state, job->zone->name, true, &log, &error) != ZG_OK)
		complain("the history cannot be written: %s", error.text);
	return log;
}

static void
note(struct release_log *log, const char *kind, const char *text)
{
	struct zg_error error = {0};

	if (release_note(log, kind, text, clock_now(), &error) != ZG_OK)
		complain("the log cannot be written: %s", error.text);
}

static void
head_sign(struct release_job *job, struct release_log *log, char head[LOG_HEAD_TEXT_SIZE])
{
	struct zg_error error = {0};

	head[0] = '\0';
	if (release_sign_head_text(log, &job->state, clock_now(), head, &error) != ZG_OK)
		complain("the head of the log is not signed: %s", error.text);
}

/* --- After a rename --- */

static bool
handed_is_evidence(const struct release_job *job)
{
	struct zg_error error = {0};
	zg_policy *policy = NULL;
	bool evidence = release_policy_open(job->zone, &policy, &error) == ZG_OK &&
			release_handed_is_evidence(policy);

	zg_policy_free(policy);
	return evidence;
}

/* Runs the reload command of the zone, if it has one. False: it failed, `why` says how. */
static bool
reload_run(const struct release_job *job, uint32_t serial, char *why, size_t size)
{
	struct command_outcome outcome;
	const struct command_task task = {.command = &job->zone->reload,
	    .event = "released",
	    .zone = job->zone->name,
	    .verdict = zg_verdict_text(ZG_VERDICT_PASS),
	    .has_serial = true,
	    .serial = serial,
	    .file = job->zone->target};

	if (task.command->arguments == NULL)
		return true;
	command_execute(&task, &outcome);
	if (!outcome.succeeded)
		(void)snprintf(why, size, "the command %s failed: %s%s%.160s",
		    task.command->arguments[0], outcome.why, outcome.length > 0 ? ": " : "",
		    outcome.output);
	return outcome.succeeded;
}

/* The copy of what was released: the next candidate is compared with it. */
static void
released_keep(const struct release_job *job)
{
	struct zg_error error = {0};
	int fd = -1;
	zg_status status = target_open(job->zone->target, &fd, &error);

	if (status == ZG_OK)
		status = state_keep(&job->state, "zones", job->zone->name, fd, &error);
	if (status != ZG_OK)
		complain("no copy of the released zone is kept: %s", error.text);
	if (fd >= 0)
		(void)close(fd);
}

/* The target is the new text: the command, the copy, the record. False: `why` it is not handed
 * over.
 */
static bool
hand_over(struct release_job *job, struct release_log *log, int64_t id, uint32_t serial, char *why,
    size_t size)
{
	struct zg_error error = {0};
	bool succeeded = reload_run(job, serial, why, size);

	released_keep(job);
	if (!succeeded) {
		note(log, "reload", why);
		return false;
	}
	if (release_handed(log, id, handed_is_evidence(job), clock_now(),
		job->zone->reload.arguments != NULL ? "renamed, and its command succeeded"
						    : "renamed",
		&error) == ZG_OK)
		return true;
	(void)snprintf(why, size, "that it was released is not recorded: %.400s", error.text);
	return false;
}

/* --- What dead runs left --- */

static void
abandon(struct release_log *log, const struct unsettled *candidate, const char *why)
{
	struct zg_error error = {0};

	if (release_abandon(log, candidate->id, clock_now(), why, &error) != ZG_OK)
		complain("the history cannot be written: %s", error.text);
}

/* A run that ended between its verdict and its last word. */
static void
settle_one(struct release_job *job, struct release_log *log, const struct unsettled *candidate)
{
	char why[ZG_ERROR_TEXT_MAX];

	switch (candidate->kind) {
	case UNSETTLED_RENAMED:
		if (hand_over(job, log, candidate->id, candidate->serial, why, sizeof(why))) {
			complain("serial %u, renamed by a run that did not end, is released now",
			    candidate->serial);
			break;
		}
		job->pending = candidate->id;
		complain("serial %u is renamed and not released: %s", candidate->serial, why);
		break;
	case UNSETTLED_NEVER:
		abandon(log, candidate, "never renamed: its snapshot was found beside the target");
		complain("serial %u passed in a run that did not end: it was never renamed",
		    candidate->serial);
		break;
	case UNSETTLED_UNKNOWN:
	default:
		complain("serial %u passed, and whether it was ever served is not known",
		    candidate->serial);
		break;
	}
}

/* Under the lock. False: `error` says why nothing may be released. */
static bool
settle(struct release_job *job, struct release_log *log, struct zg_error *error)
{
	struct unsettled list[UNSETTLED_MAX];
	struct recorded newest;
	size_t n = 0, n_left = 0;
	char text[128];

	if (release_unsettled(log, job->zone->target, job->started, list, &n, error) != ZG_OK)
		return false;
	for (size_t i = n; i > 0; i--)
		settle_one(job, log, &list[i - 1]);
	if (leftovers_remove(job->zone->target, &n_left, error) != ZG_OK)
		return false;
	if (n_left > 0) {
		(void)snprintf(text, sizeof(text),
		    "%zu snapshots of runs that did not end were removed", n_left);
		note(log, "settled", text);
	}
	if (release_newest(log, &newest, error) != ZG_OK)
		return false;
	job->newest = newest.id;
	return true;
}

/* --- The clock --- */

/* Signatures are judged by it, and waiting times computed from it (DESIGN 9.20). A kernel whose
 * clock nobody keeps says so also where the host keeps it, in most containers: a warning. */
static void
clock_complain(const struct release_job *job)
{
	struct timex timex = {0};
	int state = adjtimex(&timex);

	if (job->arguments->values[OPTION_QUIET] == NULL &&
	    (state == TIME_ERROR || (state >= 0 && (timex.status & STA_UNSYNC) != 0)))
		complain("warning: the kernel says that its clock is not synchronised");
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
static bool
clock_has_jumped(const struct release_job *job)
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

/* --- Not released --- */

/* What the worker recorded in this run, if it did; the report when it declined. */
static void
declined_find(struct release_job *job, struct release_log *log, bool *recorded, char **report)
{
	struct recorded newest = {.id = 0};
	struct zg_error error = {0};

	*report = NULL;
	*recorded = release_newest(log, &newest, &error) == ZG_OK && newest.id > job->newest;
	if (*recorded && newest.declined && release_report(log, newest.id, report, &error) != ZG_OK)
		complain("the report cannot be read back: %s", error.text);
}

/* A verdict "pass" that did not come to be counts for nothing. */
static void
passed_abandon(struct release_job *job, struct release_log *log, const char *reason)
{
	struct unsettled list[UNSETTLED_MAX];
	struct zg_error error = {0};
	size_t n = 0;

	if (release_unsettled(log, job->zone->target, clock_now(), list, &n, &error) != ZG_OK)
		complain("the history cannot be read: %s", error.text);
	for (size_t i = 0; i < n; i++) {
		if (list[i].id > job->newest && list[i].kind == UNSETTLED_NEVER)
			abandon(log, &list[i], reason);
	}
}

/* Records that there is no verdict. */
static void
undecided_record(
    struct release_job *job, struct release_log *log, const char *reason, const char *report)
{
	struct zg_error error = {0};
	int64_t id;

	if (job->snapshot.name != NULL && job->snapshot.digest == NULL && report != NULL) {
		if (release_add(log,
			&(struct release_verdict){.verdict = ZG_VERDICT_UNDECIDED,
			    .sha256 = job->snapshot.sha256,
			    .policy_digest = "",
			    .reason = reason,
			    .report = report,
			    .time = clock_now()},
			&id, &error) != ZG_OK)
			complain("the history cannot be written: %s", error.text);
	} else {
		note(log, "undecided", reason);
	}
}

/* The gate could not do its work; `reason` is known to whoever reads standard error already. `log`
 * is NULL when there is none. Returns the exit status. */
static int
undecided_in(
    struct release_job *job, struct release_log *log, const struct claim *claim, const char *reason)
{
	char head[LOG_HEAD_TEXT_SIZE] = "", *report = NULL, *bare = NULL;
	bool recorded = false;

	if (log != NULL) {
		passed_abandon(job, log, reason);
		declined_find(job, log, &recorded, &report);
	}
	if (report == NULL)
		bare = bare_report(job, reason);
	if (log != NULL && !recorded)
		undecided_record(job, log, reason, bare);
	if (log != NULL)
		head_sign(job, log, head);
	notify(job, &(struct notice){.event = "undecided",
			.verdict = ZG_VERDICT_UNDECIDED,
			.claim = claim,
			.log_head = head,
			.report = report != NULL ? report : bare});
	free(report);
	free(bare);
	return EXIT_UNDECIDED;
}

/* Nothing came so far as a check. */
static int
undecided_before_check(struct release_job *job, const char *reason)
{
	struct release_log *log = NULL;
	struct zg_error error = {0};
	int status;

	complain("undecided: %s", reason);
	/* That the history cannot be written may be the very reason. */
	(void)!release_log_open(&job->state, job->zone->name, true, &log, &error);
	status = undecided_in(job, log, NULL, reason);
	release_log_close(log);
	return status;
}

/* The supervisor has said why. */
static int
undecided_after_check(struct release_job *job, const struct claim *claim)
{
	struct release_log *log = log_open(job);
	const char *reason =
	    claim->message[0] != '\0' ? claim->message : "the check did not come to its end";
	int status = undecided_in(job, log, claim, reason);

	release_log_close(log);
	return status;
}

/* Refused or held: the worker has recorded and reported it. */
static int
declined(struct release_job *job, zg_verdict verdict, const struct claim *claim)
{
	struct release_log *log = log_open(job);
	struct zg_error error = {0};
	char head[LOG_HEAD_TEXT_SIZE] = "", *report = NULL;
	bool recorded = false;

	/* For `approve`: what was refused may be overridden as well. */
	if (state_keep(&job->state, "held", job->zone->name, job->snapshot.fd, &error) != ZG_OK)
		complain("no copy of the candidate is kept: %s", error.text);
	if (log != NULL) {
		declined_find(job, log, &recorded, &report);
		head_sign(job, log, head);
	}
	if (report == NULL)
		complain("the verdict is not in the history");
	notify(job, &(struct notice){.event = zg_verdict_text(verdict),
			.verdict = verdict,
			.claim = claim,
			.log_head = head,
			.report = report});
	free(report);
	release_log_close(log);
	return zg_verdict_exit_status(verdict);
}

/* The target is new, and that is not all of a release. */
static int
failed_after_rename(
    struct release_job *job, struct release_log *log, const struct claim *claim, const char *why)
{
	char head[LOG_HEAD_TEXT_SIZE] = "", *report = bare_report(job, why);

	complain("renamed, but not released: %s", why);
	if (log != NULL)
		head_sign(job, log, head);
	notify(job, &(struct notice){.event = "failed",
			.verdict = ZG_VERDICT_UNDECIDED,
			.claim = claim,
			.log_head = head,
			.report = report});
	free(report);
	return EXIT_UNDECIDED;
}

/* --- Released --- */

/* From the rename to the record nothing but SIGKILL interrupts us; the command has its time-out. */
static void
signals_hold(void)
{
	sigset_t held;

	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGTERM);
	(void)sigaddset(&held, SIGINT);
	(void)sigaddset(&held, SIGHUP);
	(void)sigaddset(&held, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &held, NULL);
}

/* The worker's claim against what the supervisor itself knows: the zone it asked about, the record
 * in the log over the very file that it copied, the clock. NULL: it counts. */
static const char *
claim_judge(struct release_job *job, struct release_log *log, const struct claim *claim,
    struct recorded *newest)
{
	struct zg_error error = {0};

	if (strcmp(claim->zone, job->zone->name) != 0)
		return "the worker's verdict is about another zone";
	if (clock_has_jumped(job))
		return "the clock jumped during the check";
	if (claim->in_force == 1)
		return NULL;
	if (release_newest(log, newest, &error) != ZG_OK || newest->id <= job->newest ||
	    !newest->passed || newest->serial != claim->serial ||
	    strcmp(newest->digest, claim->digest) != 0 ||
	    memcmp(newest->sha256, job->snapshot.sha256, sizeof(newest->sha256)) != 0)
		return "the worker's verdict is not what it recorded";
	return NULL;
}

static int
publish(struct release_job *job, struct release_log *log, const struct claim *claim,
    const struct recorded *newest)
{
	struct zg_error error = {0};
	char head[LOG_HEAD_TEXT_SIZE], why[ZG_ERROR_TEXT_MAX];
	zg_status status = snapshot_publish(&job->snapshot, job->zone, &error);

	if (status != ZG_OK && !job->snapshot.published) {
		complain("undecided: %s", error.text);
		return undecided_in(job, log, claim, error.text);
	}
	if (status != ZG_OK) {
		note(log, "reload", error.text);
		return failed_after_rename(job, log, claim, error.text);
	}
	if (!hand_over(job, log, newest->id, newest->serial, why, sizeof(why)))
		return failed_after_rename(job, log, claim, why);
	head_sign(job, log, head);
	return 0;
}

/* Puts the released zone back where something else stands. */
static int
put_back(struct release_job *job, struct release_log *log, const struct claim *claim,
    const struct released *in_force)
{
	struct zg_error error = {0};
	char head[LOG_HEAD_TEXT_SIZE], why[ZG_ERROR_TEXT_MAX];

	if (snapshot_publish(&job->snapshot, job->zone, &error) != ZG_OK) {
		complain("undecided: the target is not the released zone, and cannot be: %s",
		    error.text);
		return undecided_in(job, log, claim, error.text);
	}
	complain("the target was not the released zone, and is again");
	note(log, "put-back", "the target was not the released zone, and is again");
	if (memcmp(in_force->sha256, job->snapshot.sha256, sizeof(in_force->sha256)) == 0)
		released_keep(job);
	head_sign(job, log, head);
	if (!reload_run(job, claim->serial, why, sizeof(why)))
		return failed_after_rename(job, log, claim, why);
	return 0;
}

/* Same serial, same content as the release in force: there is nothing to do, unless the target is
 * another file by now. */
static int
already_released(struct release_job *job, struct release_log *log, const struct claim *claim)
{
	uint8_t sha256[FILE_DIGEST_OCTETS];
	struct released in_force;
	struct zg_error error = {0};
	char head[LOG_HEAD_TEXT_SIZE];
	bool exists = false;

	if (release_in_force(log, job->pending, clock_now(), &in_force, &error) != ZG_OK ||
	    !in_force.exists || in_force.serial != claim->serial ||
	    strcmp(in_force.digest, claim->digest) != 0)
		return undecided_in(
		    job, log, claim, "the worker's verdict is not what is in force");
	if (target_digest(job->zone->target, sha256, &exists, &error) != ZG_OK)
		exists = false;
	if (!exists || (memcmp(sha256, in_force.sha256, sizeof(sha256)) != 0 &&
			   memcmp(sha256, job->snapshot.sha256, sizeof(sha256)) != 0))
		return put_back(job, log, claim, &in_force);
	if (!in_force.handed)
		return failed_after_rename(job, log, claim, "its command failed again");
	complain("%s serial %u is already released", job->zone->name, claim->serial);
	/* The worker may have recorded what the parent publishes. */
	head_sign(job, log, head);
	return 0;
}

static int
passed(struct release_job *job, const struct claim *claim)
{
	struct release_log *log = log_open(job);
	struct recorded newest = {.id = 0};
	const char *why;
	int status;

	signals_hold();
	why = log == NULL ? "the history cannot be read" : claim_judge(job, log, claim, &newest);
	if (why != NULL) {
		complain("undecided: %s", why);
		status = undecided_in(job, log, claim, why);
	} else if (claim->in_force == 1) {
		status = already_released(job, log, claim);
	} else {
		status = publish(job, log, claim, &newest);
	}
	release_log_close(log);
	return status;
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
	bool ready;

	if (release_log_open(&job->state, job->zone->name, true, &log, error) != ZG_OK)
		return false;
	ready = !clock_is_behind(log, job, error) && settle(job, log, error);
	/* What a dead run wrote, and what was settled. */
	if (ready)
		head_sign(job, log, head);
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
	clock_complain(job);
	if (state_open(job->config->state, true, &job->state, &error) != ZG_OK ||
	    state_lock(&job->state, job->zone->name, &job->lock_fd, &error) != ZG_OK) {
		complain("undecided: %s", error.text);
		return EXIT_UNDECIDED;
	}
	job->has_state = true;
	if (!prepare(job, &error))
		return undecided_before_check(job, error.text);
	verdict = check_supervised(job, &claim);
	if (verdict == ZG_VERDICT_PASS)
		return passed(job, &claim);
	if (verdict == ZG_VERDICT_REFUSE || verdict == ZG_VERDICT_HELD)
		return declined(job, verdict, &claim);
	return undecided_after_check(job, &claim);
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
