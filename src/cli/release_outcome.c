/*
 * What `zonegate release` and the hooks do with a verdict: publish, or record why not, and tell
 * people.
 */
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/refusal.h"
#include "publish/release.h"
#include "publish/transfer_expiry.h"

/* --- Words to people --- */

char *
report_without_result(const struct config_zone *zone, const char *reason)
{
	const struct zg_result result = {.verdict = ZG_VERDICT_UNDECIDED,
	    .reason = reason,
	    .zone = zone->name,
	    .now = clock_now()};
	const struct zg_report_options options = {.format = ZG_FORMAT_JSON};
	struct zg_error error = {0};
	char *text = NULL;
	size_t length;

	if (zg_report_render(&result, &options, &text, &length, &error) != ZG_OK)
		return NULL;
	return text;
}

void
job_notify(const struct release_job *job, const struct release_notice *notice)
{
	const struct command_task task = {.event = notice->event,
	    .zone = job->zone->name,
	    .verdict = zg_verdict_text(notice->verdict),
	    .has_serial = notice->claim != NULL && notice->claim->has_serial == 1,
	    .serial = notice->claim != NULL ? notice->claim->serial : 0,
	    .log_head = notice->log_head,
	    .input = notice->report,
	    .input_length = notice->report != NULL ? strlen(notice->report) : 0};

	notify_all(job->config, &task);
}

/* A secondary that accepts nothing newer gives the zone up (DESIGN 9.1). */
void
job_explain_transfer(
    const struct release_job *job, struct release_log *log, const struct released *in_force)
{
	char until[UTC_TEXT_MAX], since[UTC_TEXT_MAX];
	struct transfer_expiry expiry;
	struct zg_error error = {0};

	if (!job->zone->transferred || !in_force->exists || in_force->handed_at == 0)
		return;
	if (release_transfer_expiry(log, in_force, job->gate.inputs.now, &expiry, &error) !=
	    ZG_OK) {
		complain("when secondaries expire the zone is not known: %s", error.text);
		return;
	}
	utc_format(expiry.expires, until);
	utc_format(expiry.in_step, since);
	complain("secondaries that accept nothing newer expire the zone at %s: EXPIRE after %s at "
		 "%s",
	    until, in_step_text(expiry.by), since);
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

	if (release_unsettled(log, job->target, clock_now(), list, &n, &error) != ZG_OK)
		complain("the history cannot be read: %s", error.text);
	for (size_t i = 0; i < n; i++) {
		if (list[i].id > job->newest && list[i].kind == UNSETTLED_NEVER)
			job_abandon(log, list[i].id, reason);
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
		job_note(log, LOG_KIND_UNDECIDED, reason);
	}
}

int
job_undecided_in(
    struct release_job *job, struct release_log *log, const struct claim *claim, const char *reason)
{
	char head[LOG_HEAD_TEXT_SIZE] = "", *report = NULL, *bare = NULL;
	bool recorded = false;

	if (log != NULL) {
		passed_abandon(job, log, reason);
		declined_find(job, log, &recorded, &report);
	}
	if (report == NULL)
		bare = report_without_result(job->zone, reason);
	if (log != NULL && !recorded)
		undecided_record(job, log, reason, bare);
	if (log != NULL)
		job_sign_head(job, log, head);
	job_notify(job, &(struct release_notice){.event = "undecided",
			    .verdict = ZG_VERDICT_UNDECIDED,
			    .claim = claim,
			    .log_head = head,
			    .report = report != NULL ? report : bare});
	free(report);
	free(bare);
	return EXIT_UNDECIDED;
}

/* Nothing came so far as a check. */
int
job_unchecked(struct release_job *job, const char *reason)
{
	struct release_log *log = NULL;
	struct zg_error error = {0};
	int status;

	complain("undecided: %s", reason);
	/* That the history cannot be written may be the very reason. */
	if (job->has_state)
		(void)!release_log_open(&job->state, job->zone->name, true, &log, &error);
	status = job_undecided_in(job, log, NULL, reason);
	release_log_close(log);
	return status;
}

/* The supervisor has said why. */
int
job_undecided(struct release_job *job, const struct claim *claim)
{
	struct release_log *log = job_log_open(job);
	const char *reason =
	    claim->message[0] != '\0' ? claim->message : "the check did not come to its end";
	int status = job_undecided_in(job, log, claim, reason);

	release_log_close(log);
	return status;
}

/* An engine asks about what was refused again and again: it is answered without another check while
 * nothing has changed. */
static void
refusal_keep(
    struct release_job *job, struct release_log *log, zg_verdict verdict, const struct claim *claim)
{
	struct refusal refusal = {.held = verdict == ZG_VERDICT_HELD,
	    .serial = claim->serial,
	    .time = job->started,
	    .until = job->started + claim->same_for};
	struct zg_error error = {0};
	zg_status status;

	(void)snprintf(refusal.reason, sizeof(refusal.reason), "%.255s", claim->message);
	status = refusal_key(
	    log, &job->state, job->config, job->zone, job->snapshot.sha256, refusal.key, &error);
	if (status == ZG_OK)
		status = refusal_remember(&job->state, job->zone->name, &refusal, &error);
	if (status != ZG_OK)
		complain("the refusal is not remembered: %s", error.text);
}

/* Refused or held: the worker has recorded and reported it. */
int
job_declined(struct release_job *job, zg_verdict verdict, const struct claim *claim)
{
	struct release_log *log = job_log_open(job);
	struct zg_error error = {0};
	char head[LOG_HEAD_TEXT_SIZE] = "", *report = NULL;
	bool recorded = false;
	int status = zg_verdict_exit_status(verdict);

	if (claim->rolling == 1) {
		status = rollout_offered_again(job, log);
		goto out;
	}
	job->queued = claim->queued == 1;
	if (job->queued)
		queue_keep(job, log, claim->serial);
	/* For `approve`: what was refused may be overridden as well. */
	if (beside_keep(job, "held", KEEP_DURABLY, job->snapshot.fd, &error) != ZG_OK)
		complain("no copy of the candidate is kept: %s", error.text);
	if (log != NULL) {
		declined_find(job, log, &recorded, &report);
		job_sign_head(job, log, head);
	}
	if (recorded && job->hook != NULL && claim->same_for > 0)
		refusal_keep(job, log, verdict, claim);
	if (report == NULL)
		complain("the verdict is not in the history");
	job_notify(job, &(struct release_notice){.event = zg_verdict_text(verdict),
			    .verdict = verdict,
			    .claim = claim,
			    .log_head = head,
			    .report = report});
out:
	free(report);
	release_log_close(log);
	return status;
}

int
job_failed_after_rename(
    struct release_job *job, struct release_log *log, const struct claim *claim, const char *why)
{
	char head[LOG_HEAD_TEXT_SIZE] = "", *report = report_without_result(job->zone, why);

	complain("%s: %s",
	    job_has_copy(job) ? "passed, but not released" : "renamed, but not released", why);
	if (log != NULL)
		job_sign_head(job, log, head);
	job_notify(job, &(struct release_notice){.event = "failed",
			    .verdict = ZG_VERDICT_UNDECIDED,
			    .claim = claim,
			    .log_head = head,
			    .report = report});
	free(report);
	return EXIT_UNDECIDED;
}

/* --- Released --- */

/* The command has its time-out. */
void
job_hold_signals(void)
{
	sigset_t held;

	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGTERM);
	(void)sigaddset(&held, SIGINT);
	(void)sigaddset(&held, SIGHUP);
	(void)sigaddset(&held, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &held, NULL);
}

/* The zone it asked about, the record in the log over the very file that it copied, the clock. */
const char *
job_claim_judge(struct release_job *job, struct release_log *log, const struct claim *claim,
    struct recorded *newest)
{
	struct zg_error error = {0};

	if (strcmp(claim->zone, job->zone->name) != 0)
		return "the worker's verdict is about another zone";
	if (job_clock_has_jumped(job))
		return "the clock jumped during the check";
	if (job->snapshot.digest != NULL)
		return "the candidate's snapshot cannot be read";
	if (claim->in_force == 1)
		return NULL;
	if (release_newest(log, newest, &error) != ZG_OK || newest->id <= job->newest ||
	    !newest->passed || newest->serial != claim->serial ||
	    strcmp(newest->digest, claim->digest) != 0 ||
	    memcmp(newest->sha256, job->snapshot.sha256, sizeof(newest->sha256)) != 0)
		return "the worker's verdict is not what it recorded";
	return NULL;
}

/* The target is new: what follows makes a release of it. */
static int
hand_over(struct release_job *job, struct release_log *log, const struct claim *claim, int64_t id,
    uint32_t serial)
{
	char head[LOG_HEAD_TEXT_SIZE], why[ZG_ERROR_TEXT_MAX];

	if (!job_hand_over(job, log, id, serial, why, sizeof(why)))
		return job_failed_after_rename(job, log, claim, why);
	job_sign_head(job, log, head);
	return 0;
}

static int
publish(struct release_job *job, struct release_log *log, const struct claim *claim,
    const struct recorded *newest)
{
	struct zg_error error = {0};
	zg_status status;

	if (!job_may_publish(job, newest->serial, error.text, sizeof(error.text))) {
		complain("undecided: %s", error.text);
		return job_undecided_in(job, log, claim, error.text);
	}
	if (job_is_staged(job))
		return rollout_start(job, log, claim, newest->id);
	status = snapshot_publish(&job->snapshot, job->zone, &error);
	if (status != ZG_OK && !job->snapshot.published) {
		complain("undecided: %s", error.text);
		return job_undecided_in(job, log, claim, error.text);
	}
	if (status != ZG_OK) {
		job_note(log, "reload", error.text);
		return job_failed_after_rename(job, log, claim, error.text);
	}
	return hand_over(job, log, claim, newest->id, newest->serial);
}

int
job_answer_again(struct release_job *job, struct release_log *log, uint32_t serial)
{
	char head[LOG_HEAD_TEXT_SIZE], why[ZG_ERROR_TEXT_MAX];

	complain("%s serial %u is already released", job->zone->name, serial);
	if (job->hook != NULL && !job_answer(job, serial, why, sizeof(why))) {
		complain("undecided: %s", why);
		return EXIT_UNDECIDED;
	}
	/* The worker may have recorded what the parent publishes. */
	job_sign_head(job, log, head);
	return 0;
}

/* The very text of the release in force came once more: it is kept, should it not have been, or be
 * another by now. */
static void
text_keep_again(struct release_job *job, const struct released *in_force)
{
	if (memcmp(in_force->sha256, job->snapshot.sha256, sizeof(in_force->sha256)) == 0)
		job_keep_released(job);
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
		return job_undecided_in(job, log, claim, error.text);
	}
	if (job_has_copy(job))
		return job_answer_again(job, log, claim->serial);
	complain("the target was not the released zone, and is again");
	job_note(log, "put-back", "the target was not the released zone, and is again");
	text_keep_again(job, in_force);
	job_sign_head(job, log, head);
	if (!job_reload(job, claim->serial, why, sizeof(why)))
		return job_failed_after_rename(job, log, claim, why);
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
	bool exists = false;

	if (release_in_force(log, job->pending, clock_now(), &in_force, &error) != ZG_OK ||
	    !in_force.exists || in_force.serial != claim->serial ||
	    strcmp(in_force.digest, claim->digest) != 0) {
		if (job_has_copy(job) &&
		    release_is_live(log, claim->serial, claim->digest, clock_now()))
			return job_answer_again(job, log, claim->serial);
		complain("undecided: the worker's verdict is not about what is in force");
		return job_undecided_in(
		    job, log, claim, "the worker's verdict is not about what is in force");
	}
	if (job_is_staged(job))
		return rollout_mended(job, log, claim, &in_force);
	if (target_digest(job->target, sha256, &exists, &error) != ZG_OK)
		exists = false;
	if (!exists || (memcmp(sha256, in_force.sha256, sizeof(sha256)) != 0 &&
			   memcmp(sha256, job->snapshot.sha256, sizeof(sha256)) != 0))
		return put_back(job, log, claim, &in_force);
	if (!in_force.handed && job_has_copy(job))
		return hand_over(job, log, claim, in_force.id, in_force.serial);
	if (!in_force.handed)
		return job_failed_after_rename(job, log, claim, "its command failed again");
	text_keep_again(job, &in_force);
	return job_answer_again(job, log, claim->serial);
}

/* The very text of the release in force, and the copy of it is there: a yes without a check. */
bool
job_knows_release(struct release_job *job, const struct released *in_force, int *status)
{
	uint8_t sha256[FILE_DIGEST_OCTETS];
	struct zg_error error = {0};
	struct release_log *log;
	bool exists = false;

	if (!in_force->exists || !in_force->handed ||
	    memcmp(in_force->sha256, job->snapshot.sha256, sizeof(sha256)) != 0 ||
	    (job->hook->has_serial && job->hook->serial != in_force->serial) ||
	    target_digest(job->target, sha256, &exists, &error) != ZG_OK || !exists ||
	    memcmp(in_force->sha256, sha256, sizeof(sha256)) != 0 || job_clock_has_jumped(job))
		return false;
	job_hold_signals();
	log = job_log_open(job);
	*status = log != NULL ? job_answer_again(job, log, in_force->serial) : EXIT_UNDECIDED;
	release_log_close(log);
	return true;
}

/* It was refused or held before, and nothing that it follows from has changed. */
bool
job_knows_refusal(
    struct release_job *job, struct release_log *log, const struct released *in_force, int *status)
{
	uint8_t key[FILE_DIGEST_OCTETS];
	struct refusal refusal;
	struct zg_error error = {0};
	char when[UTC_TEXT_MAX];

	if (refusal_key(log, &job->state, job->config, job->zone, job->snapshot.sha256, key,
		&error) != ZG_OK ||
	    !refusal_recall(&job->state, job->zone->name, key, job->started, &refusal))
		return false;
	utc_format(refusal.time, when);
	complain("%s serial %u: %s at %s, and nothing has changed since: %s", job->zone->name,
	    refusal.serial, zg_verdict_text(refusal.held ? ZG_VERDICT_HELD : ZG_VERDICT_REFUSE),
	    when, refusal.reason);
	job_explain_transfer(job, log, in_force);
	*status = zg_verdict_exit_status(refusal.held ? ZG_VERDICT_HELD : ZG_VERDICT_REFUSE);
	return true;
}

int
job_passed(struct release_job *job, const struct claim *claim)
{
	struct release_log *log = job_log_open(job);
	struct recorded newest = {.id = 0};
	const char *why;
	int status;

	job_hold_signals();
	why =
	    log == NULL ? "the history cannot be read" : job_claim_judge(job, log, claim, &newest);
	if (why != NULL) {
		complain("undecided: %s", why);
		status = job_undecided_in(job, log, claim, why);
	} else if (claim->in_force == 1) {
		status = already_released(job, log, claim);
	} else {
		status = publish(job, log, claim, &newest);
	}
	release_log_close(log);
	return status;
}

void
job_tell_unheard(struct release_job *job, int status)
{
	struct release_log *log = status != 0 ? job_log_open(job) : NULL;
	char head[LOG_HEAD_TEXT_SIZE] = "", why[128], *report;

	if (status == 0)
		return; /* that it was not answered was said */
	(void)snprintf(why, sizeof(why),
	    "the hook of %s was killed before it could say no: look what is served",
	    job->hook->engine);
	complain("%s", why);
	if (log != NULL) {
		job_note(log, "hook", why);
		job_sign_head(job, log, head);
	}
	report = report_without_result(job->zone, why);
	job_notify(job, &(struct release_notice){.event = "failed",
			    .verdict = ZG_VERDICT_UNDECIDED,
			    .log_head = head,
			    .report = report});
	free(report);
	release_log_close(log);
}
