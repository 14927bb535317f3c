/* A rollout goes on: stages are entered, and the last one ends it. What a kill leaves at any point,
 * the next run finds and does again. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <zonegate/policy.h>

bool
job_is_staged(const struct release_job *job)
{
	return job->zone->n_stages > 0;
}

void
rollout_run_init(struct rollout_run *run, struct release_job *job, struct release_log *log)
{
	memset(run, 0, sizeof(*run));
	run->job = job;
	run->log = log;
	actor_read(run->actor, sizeof(run->actor));
}

/* --- Where it stands --- */

/* Approvals of the next stage that count. What goes wrong here is said, and counts as none. */
static size_t
approvals_count(struct rollout_run *run, size_t stage)
{
	const struct release_job *job = run->job;
	struct stage_approvals approvals = {.n = 0};
	struct zg_error error = {0};
	zg_policy *policy = NULL;
	size_t n = 0;
	zg_status status = release_policy_open(job->zone, &policy, &error);

	if (status == ZG_OK)
		status = stage_approvals(job->config, job->zone, policy, &job->state, &run->rollout,
		    stage, clock_now(), &approvals, &error);
	if (status == ZG_OK) {
		n = approvals.n;
		stage_approvals_text(&approvals, run->approvers, sizeof(run->approvers));
	} else {
		complain("the approvals of stage %s cannot be counted: %s",
		    run->rollout.stages[stage].name, error.text);
	}
	stage_approvals_clear(&approvals);
	zg_policy_free(policy);
	return n;
}

zg_status
rollout_run_read(struct rollout_run *run, struct zg_error *error)
{
	const struct config_zone *zone = run->job->zone;
	struct rollout_inputs inputs = {.rollout = &run->rollout, .zone = zone};
	zg_status status = rollout_read(run->log, &run->rollout, error);
	size_t next;

	if (status != ZG_OK)
		return status;
	run->approvers[0] = '\0';
	next = rollout_n_reached(&run->rollout);
	if (rollout_is_running(&run->rollout) && !run->rollout.straight &&
	    next < run->rollout.n_stages && next < zone->n_stages &&
	    zone->stages[next].approvals > 0)
		inputs.approvals = approvals_count(run, next);
	inputs.now = clock_now();
	rollout_judge(&inputs, &run->next);
	return ZG_OK;
}

void
rollout_run_tell(const struct rollout_run *run)
{
	const struct rollout *rollout = &run->rollout;
	size_t n = rollout_n_reached(rollout);

	complain("%s serial %u: %zu of %zu stages have it%s%s; %s", run->job->zone->name,
	    (unsigned)rollout->serial, n, rollout->n_stages, n > 0 ? ", last " : "",
	    n > 0 ? rollout->stages[n - 1].name : "", run->next.text);
}

/* --- Going on --- */

static bool
fail(struct rollout_run *run, const char *what, const char *text)
{
	(void)snprintf(run->why, sizeof(run->why), "%s%.400s", what, text);
	return false;
}

static bool
step(struct rollout_run *run, enum rollout_step kind, const char *stage, const char *why)
{
	struct zg_error error = {0};

	if (rollout_step(run->log, &run->rollout, kind, stage, run->actor, why, clock_now(),
		&error) == ZG_OK)
		return true;
	return fail(run, "the history cannot be written: ", error.text);
}

bool
rollout_run_step(struct rollout_run *run, enum rollout_step kind, const char *why)
{
	return step(run, kind, "", why);
}

/* Runs the command of a stage, if it has one. */
static bool
stage_reload(
    struct rollout_run *run, const struct config_stage *stage, uint32_t serial, const char *event)
{
	struct command_outcome outcome;
	const struct command_task task = {.command = &stage->reload,
	    .event = event,
	    .zone = run->job->zone->name,
	    .verdict = zg_verdict_text(ZG_VERDICT_PASS),
	    .has_serial = true,
	    .serial = serial,
	    .stage = stage->name,
	    .file = stage->target};

	if (stage->reload.arguments == NULL)
		return true;
	command_execute(&task, &outcome);
	if (!outcome.succeeded)
		(void)snprintf(run->why, sizeof(run->why),
		    "stage %s: the command %s failed: %s%s%.160s", stage->name,
		    stage->reload.arguments[0], outcome.why, outcome.length > 0 ? ": " : "",
		    outcome.output);
	return outcome.succeeded;
}

/* Puts the rolling text where the stage's servers load it. */
static bool
stage_put(struct rollout_run *run, const struct config_stage *stage)
{
	struct zg_error error = {0};
	int fd = -1;
	zg_status status = target_open(run->job->rolling, &fd, &error);

	if (status == ZG_OK)
		status = rollout_put(stage, fd, run->rollout.sha256, &error);
	if (fd >= 0)
		(void)close(fd);
	return status == ZG_OK || fail(run, "", error.text);
}

/* From here on caches may hold it: that is said first. */
static bool
stage_enter(struct rollout_run *run, size_t index)
{
	const struct config_stage *stage = &run->job->zone->stages[index];

	if (!step(run, STEP_ENTERED, stage->name, run->approvers))
		return false;
	if (stage_put(run, stage) && stage_reload(run, stage, run->rollout.serial, "released"))
		return step(run, STEP_REACHED, stage->name,
		    stage->reload.arguments != NULL ? "renamed, and its command succeeded"
						    : "renamed");
	(void)step(run, STEP_FAILED, stage->name, run->why);
	return false;
}

/* All stages have it: the release is handed over, and is the one in force. */
static bool
finish(struct rollout_run *run)
{
	struct release_job *job = run->job;
	struct released in_force;
	struct zg_error error = {0};
	zg_status status = release_in_force(run->log, 0, clock_now(), &in_force, &error);

	if (status == ZG_OK && in_force.id != run->rollout.candidate) {
		job_keep_released(job);
		status = release_handed(run->log, &job->state, run->rollout.candidate,
		    job_handed_is_evidence(job), clock_now(), "all stages have it", &error);
	}
	if (status != ZG_OK)
		return fail(run, "that it was released is not recorded: ", error.text);
	if (!step(run, STEP_FINISHED, "", ""))
		return false;
	rolling_forget(job);
	return true;
}

/* Nothing is left to be decided of the next stage. */
static bool
is_decided(const struct rollout_run *run, size_t allowed)
{
	size_t next = run->next.stage;

	return next == 0 || next == allowed || run->rollout.straight ||
	       run->rollout.stages[next].entered != 0;
}

enum rolled
rollout_run_go(struct rollout_run *run, size_t allowed)
{
	struct zg_error error = {0};

	for (;;) {
		if (rollout_run_read(run, &error) != ZG_OK) {
			(void)fail(run, "the history cannot be read: ", error.text);
			return ROLLED_FAILED;
		}
		if (run->next.action == ROLLOUT_FINISH)
			return finish(run) ? ROLLED_FINISHED : ROLLED_FAILED;
		if (run->next.action != ROLLOUT_ENTER || !is_decided(run, allowed))
			return ROLLED_WAITS;
		if (!stage_enter(run, run->next.stage))
			return ROLLED_FAILED;
	}
}

bool
rollout_run_begin(struct rollout_run *run, int64_t candidate, bool straight, const char *why)
{
	const struct rollout_begin begin = {.candidate = candidate,
	    .zone = run->job->zone,
	    .straight = straight,
	    .why = why,
	    .actor = run->actor,
	    .time = clock_now()};
	struct zg_error error = {0};

	if (rollout_begin(run->log, &begin, &error) != ZG_OK)
		return fail(run, "the rollout cannot be recorded: ", error.text);
	return true;
}

bool
rollout_run_drop(struct rollout_run *run, const char *why)
{
	struct zg_error error = {0};

	if (rollout_run_read(run, &error) != ZG_OK)
		return fail(run, "the history cannot be read: ", error.text);
	job_abandon(run->log, run->rollout.candidate, why);
	return step(run, STEP_ABORTED, "", why);
}

/* --- Back --- */

static bool
stage_put_back(struct rollout_run *run, const struct rollout_stage *had,
    const struct released *in_force, int fd)
{
	const struct config_stage *stage = config_stage_find(run->job->zone, had->name);
	struct zg_error error = {0};

	if (stage == NULL) {
		(void)snprintf(run->why, sizeof(run->why),
		    "stage %s had the zone and is not configured any more", had->name);
		return false;
	}
	if (rollout_put(stage, fd, in_force->sha256, &error) != ZG_OK)
		(void)fail(run, "", error.text);
	else if (stage_reload(run, stage, in_force->serial, "put-back"))
		return step(run, STEP_PUT_BACK, stage->name, "");
	(void)step(run, STEP_FAILED, stage->name, run->why);
	return false;
}

/* All stages that have another text than that of the release in force. One that fails is no reason
 * to leave the others as they are. */
static bool
stages_put_back(struct rollout_run *run, const struct released *in_force)
{
	const struct rollout *rollout = &run->rollout;
	const struct config_zone *zone = run->job->zone;
	char why[sizeof(run->why)] = "";
	struct zg_error error = {0};
	int fd = -1;
	zg_status status = release_text_open(&run->job->state, zone->name,
	    zone->stages[zone->n_stages - 1].target, in_force, &fd, &error);

	if (status != ZG_OK || fd < 0)
		return fail(run, "the text of the release in force is not there any more: ",
		    status != ZG_OK ? error.text : "no copy has its digest");
	for (size_t i = 0; i < rollout->n_stages; i++) {
		const struct rollout_stage *had = &rollout->stages[i];

		if ((had->entered == 0 && !had->other) || had->put_back != 0)
			continue;
		if (!stage_put_back(run, had, in_force, fd))
			(void)snprintf(why, sizeof(why), "%s", run->why);
	}
	(void)close(fd);
	(void)snprintf(run->why, sizeof(run->why), "%s", why);
	return why[0] == '\0';
}

/* The text that was put back is a release of its own, after the one that was aborted: when it is in
 * service, that one is superseded. It was recorded when it passed. */
static bool
put_back_handed(struct rollout_run *run, const struct released *in_force)
{
	struct release_job *job = run->job;
	struct recorded newest;
	struct zg_error error = {0};
	zg_status status = release_newest(run->log, &newest, &error);

	if (in_force->id > run->rollout.candidate)
		return true;
	if (status == ZG_OK && (newest.id <= run->rollout.candidate || !newest.passed ||
				   strcmp(newest.digest, in_force->digest) != 0))
		return fail(run, "the release that is put back did not pass", "");
	if (status == ZG_OK)
		status = release_handed(run->log, &job->state, newest.id,
		    job_handed_is_evidence(job), clock_now(), "put back by an abort", &error);
	return status == ZG_OK || fail(run, "that it was put back is not recorded: ", error.text);
}

bool
rollout_run_put_back(struct rollout_run *run)
{
	struct released in_force;
	struct zg_error error = {0};

	if (release_in_force(run->log, 0, clock_now(), &in_force, &error) != ZG_OK)
		return fail(run, "the history cannot be read: ", error.text);
	if (in_force.exists && rollout_has_entered(&run->rollout) &&
	    (!stages_put_back(run, &in_force) || !put_back_handed(run, &in_force)))
		return false;
	if (!step(run, STEP_ABORTED, "", ""))
		return false;
	rolling_forget(run->job);
	queue_forget(run->job, run->log, run->rollout.sha256);
	return true;
}

/* --- What is in force --- */

/* The stage has, or is to have, another text. */
static bool
is_on_its_way(const struct rollout *rollout, const char *name)
{
	for (size_t i = 0; rollout_is_running(rollout) && i < rollout->n_stages; i++) {
		const struct rollout_stage *stage = &rollout->stages[i];

		if (strcmp(stage->name, name) == 0)
			return stage->entered != 0 || stage->other;
	}
	return false;
}

static bool
stage_mend(struct rollout_run *run, const struct config_stage *stage,
    const struct released *in_force, int fd)
{
	uint8_t sha256[FILE_DIGEST_OCTETS];
	struct zg_error error = {0};
	char text[160];
	bool exists;

	if (is_on_its_way(&run->rollout, stage->name))
		return true;
	if (target_digest(stage->target, sha256, &exists, &error) == ZG_OK && exists &&
	    memcmp(sha256, in_force->sha256, sizeof(sha256)) == 0)
		return true;
	if (rollout_put(stage, fd, in_force->sha256, &error) != ZG_OK)
		return fail(run, "", error.text);
	(void)snprintf(text, sizeof(text), "stage %s did not have the released zone, and has again",
	    stage->name);
	complain("%s", text);
	job_note(run->log, "put-back", text);
	return stage_reload(run, stage, in_force->serial, "released");
}

bool
rollout_run_mend(struct rollout_run *run, const struct released *in_force)
{
	const struct config_zone *zone = run->job->zone;
	struct zg_error error = {0};
	bool good = true;
	int fd = -1;

	if (rollout_run_read(run, &error) != ZG_OK ||
	    release_text_open(&run->job->state, zone->name, zone->stages[zone->n_stages - 1].target,
		in_force, &fd, &error) != ZG_OK)
		return fail(run, "", error.text);
	if (fd < 0)
		return fail(run, "the text of the release in force is not there any more", "");
	for (size_t i = 0; i < zone->n_stages; i++)
		good = stage_mend(run, &zone->stages[i], in_force, fd) && good;
	(void)close(fd);
	return good;
}
