/*
 * `zonegate stage abort`: the stages that have the release that is on its way get the one in force
 * again. That is a release of its own: checked by the whole gate against the history, in which the
 * aborted one is a version that caches may hold. Only the serial goes back, and only there.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Exit status when there is nothing to abort. */
#define ABORT_NOTHING 1

/* --- What people are told --- */

static void
tell_end(const struct rollout_run *run, const struct released *in_force)
{
	const char *zone = run->job->zone->name;
	unsigned serial = (unsigned)run->rollout.serial;

	if (!rollout_has_entered(&run->rollout)) {
		complain("%s serial %u: aborted before any stage had it", zone, serial);
		return;
	}
	if (!in_force->exists) {
		complain("%s serial %u: aborted; there is no release before it to put back: the "
			 "stages that have it keep it, and no other gets it",
		    zone, serial);
	} else {
		complain("%s serial %u: aborted; the stages that had it load serial %u again", zone,
		    serial, (unsigned)in_force->serial);
		complain("secondaries take no lower serial, and serve %u until they expire it or "
			 "get a higher one",
		    serial);
	}
	complain("sign %s anew with a serial above %u: what is lower or equal is refused, and what "
		 "comes goes out in stages",
	    zone, serial);
}

/* --- The end --- */

/* Records that it is aborted and why, and puts back what there is to be put back. */
static int
abort_begin(struct rollout_run *run, const struct released *in_force)
{
	const char *reason = run->job->arguments->values[OPTION_REASON];
	struct zg_error error = {0};
	char head[LOG_HEAD_TEXT_SIZE];
	int status = EXIT_UNDECIDED;

	job_hold_signals();
	if (rollout_step(run->log, &run->rollout, STEP_ABORTING, "", run->actor, reason,
		clock_now(), &error) != ZG_OK) {
		complain("undecided: the history cannot be written: %s", error.text);
		return status;
	}
	if (run->rollout.stages[0].entered == 0)
		job_abandon(run->log, run->rollout.candidate, "aborted before any stage had it");
	if (rollout_run_put_back(run)) {
		tell_end(run, in_force);
		status = 0;
	} else {
		complain("undecided: %s: the abort has begun and is not ended: 'zonegate stage "
			 "advance' tries again",
		    run->why);
	}
	job_sign_head(run->job, run->log, head);
	return status;
}

/* --- The check --- */

/* The text of the release in force becomes the candidate. False: complained. */
static bool
candidate_make(struct release_job *job, const struct released *in_force)
{
	const struct config_zone *zone = job->zone;
	struct zg_error error = {0};
	int fd = -1;
	bool made = release_text_open(&job->state, zone->name,
			zone->stages[zone->n_stages - 1].target, in_force, &fd, &error) == ZG_OK;

	if (made && fd < 0) {
		(void)snprintf(error.text, sizeof(error.text),
		    "the text of the release in force, serial %u, is not there any more",
		    (unsigned)in_force->serial);
		made = false;
	}
	job->back = true;
	job->gate.inputs.zone =
	    (struct zg_source){.kind = ZG_SOURCE_FD, .fd = fd, .path = "<released zone>"};
	if (made)
		made = lseek(fd, 0, SEEK_SET) == 0 && job_snapshot_make(job, &error);
	if (made && memcmp(job->snapshot.sha256, in_force->sha256, sizeof(in_force->sha256)) != 0) {
		(void)snprintf(error.text, sizeof(error.text),
		    "the text of the release in force was changed meanwhile");
		made = false;
	}
	if (fd >= 0)
		(void)close(fd);
	if (!made)
		complain("undecided: %s", error.text);
	return made;
}

/* The worker has recorded the text that goes back as a release of its own. */
static int
passed(struct release_job *job, const struct claim *claim, const struct released *in_force)
{
	struct release_log *log = job_log_open(job);
	struct recorded newest;
	struct rollout_run run;
	struct zg_error error = {0};
	const char *why;
	int status = EXIT_UNDECIDED;

	if (log == NULL)
		return status;
	why = job_claim_judge(job, log, claim, &newest);
	rollout_run_init(&run, job, log);
	if (why != NULL)
		complain("undecided: %s", why);
	else if (rollout_run_read(&run, &error) != ZG_OK)
		complain("undecided: %s", error.text);
	else
		status = abort_begin(&run, in_force);
	release_log_close(log);
	return status;
}

/* It cannot go back, and it is not wanted: at least no other stage gets it. */
static void
stop(struct release_job *job)
{
	struct release_log *log = job_log_open(job);
	struct zg_error error = {0};
	struct rollout_run run;

	complain("nothing was put back: the stages keep what they have");
	if (log == NULL)
		return;
	rollout_run_init(&run, job, log);
	if (rollout_run_read(&run, &error) != ZG_OK)
		complain("%s", error.text);
	else if (!rollout_run_step(&run, STEP_STOPPED, job->arguments->values[OPTION_REASON]))
		complain("%s", run.why);
	else
		complain("no other stage gets it before 'zonegate stage advance %s STAGE' names "
			 "the next one",
		    job->zone->name);
	release_log_close(log);
}

static int
check_and_put_back(struct release_job *job, const struct released *in_force)
{
	struct claim claim;
	zg_verdict verdict;

	if (!candidate_make(job, in_force))
		return EXIT_UNDECIDED;
	verdict = release_supervised(job, &claim);
	if (verdict == ZG_VERDICT_PASS)
		return passed(job, &claim, in_force);
	stop(job);
	if (verdict == ZG_VERDICT_REFUSE || verdict == ZG_VERDICT_HELD)
		return job_declined(job, verdict, &claim);
	return job_undecided(job, &claim);
}

/* --- The command --- */

/* What is under way, and what is in force. False: *status is the answer. */
static bool
abort_find(struct release_job *job, struct rollout_run *run, struct released *in_force, int *status)
{
	struct zg_error error = {0};

	*status = EXIT_UNDECIDED;
	if (rollout_run_read(run, &error) != ZG_OK ||
	    release_in_force(run->log, 0, clock_now(), in_force, &error) != ZG_OK) {
		complain("undecided: %s", error.text);
		return false;
	}
	if (rollout_is_running(&run->rollout))
		return true;
	*status = ABORT_NOTHING;
	if (run->rollout.state == ROLLOUT_NONE)
		complain("%s: nothing to abort: no release went through its stages yet",
		    job->zone->name);
	else
		complain("%s: nothing to abort: the rollout of serial %u is %s", job->zone->name,
		    (unsigned)run->rollout.serial, rollout_state_text(run->rollout.state));
	return false;
}

/* With the zone locked. */
static int
abort_run(struct release_job *job)
{
	struct released in_force;
	struct zg_error error = {0};
	struct release_log *log;
	struct rollout_run run;
	bool checks = false;
	int status = EXIT_UNDECIDED;

	if (!job_prepare(job, &error)) {
		complain("undecided: %s", error.text);
		return status;
	}
	log = job_log_open(job);
	if (log == NULL)
		return status;
	rollout_run_init(&run, job, log);
	if (abort_find(job, &run, &in_force, &status)) {
		checks = in_force.exists && rollout_has_entered(&run.rollout);
		if (!checks)
			status = abort_begin(&run, &in_force);
	}
	release_log_close(log);
	return checks ? check_and_put_back(job, &in_force) : status;
}

static bool
reason_is_good(const struct arguments *arguments)
{
	const char *reason = arguments->values[OPTION_REASON];

	if (arguments->n_operands == 1 && reason != NULL && reason[0] != '\0' &&
	    strlen(reason) < 512 && strpbrk(reason, "\r\n") == NULL)
		return true;
	complain_usage(arguments->command, "abort ZONE --reason TEXT: one line, kept in the log");
	return false;
}

int
stage_abort(const struct arguments *arguments)
{
	struct release_job job;
	struct zg_error error = {0};
	int status = EXIT_UNDECIDED;

	if (!reason_is_good(arguments))
		return EXIT_UNDECIDED;
	if (release_job_read(arguments, &job) &&
	    release_job_configure(&job, arguments->operands[0])) {
		job.stays = true;
		if (!job_is_staged(&job))
			complain("undecided: %s says no stages for %s", job.config->path,
			    job.zone->name);
		else if (job_enter(&job, &error) != ZG_OK)
			complain("undecided: %s", error.text);
		else
			status = abort_run(&job);
	}
	release_job_clear(&job);
	return status;
}
