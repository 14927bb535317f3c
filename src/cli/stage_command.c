/* `zonegate stage`: the words, and `stage advance`, which a timer runs. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Exit status: went on, or there is nothing to do; the last look was not good, or the gate refuses
 * it now; EXIT_UNDECIDED; it waits. */
enum { ADVANCE_DONE = 0, ADVANCE_BLOCKED = 1, ADVANCE_WAITS = 3 };

/* --- Looking --- */

/* Waiting for servers is no reason to keep others from the zone. */
static void
unlock(struct release_job *job)
{
	if (job->lock_fd >= 0)
		(void)close(job->lock_fd);
	job->lock_fd = -1;
}

static int
undecided(const struct release_job *job, const struct zg_error *error)
{
	complain("%s: undecided: %s", job->zone->name, error->text);
	return EXIT_UNDECIDED;
}

/* The rollout as it is. False: complained. */
static bool
rollout_find(struct release_job *job, struct rollout *rollout)
{
	struct release_log *log = NULL;
	struct zg_error error = {0};
	bool found = release_log_open(&job->state, job->zone->name, true, &log, &error) == ZG_OK &&
		     rollout_read(log, rollout, &error) == ZG_OK;

	release_log_close(log);
	if (!found)
		(void)undecided(job, &error);
	return found;
}

/* Nothing else decides about the next stage than what the others serve now. */
static bool
look(const struct release_job *job, const struct rollout *rollout)
{
	size_t n = rollout_n_reached(rollout);
	struct zg_error error = {0};

	if (rollout->straight || n == 0 || n >= job->zone->n_stages)
		return true;
	if (stage_look(job->config, job->zone, n, job->arguments, &error) == ZG_OK)
		return true;
	complain(
	    "%s: undecided: what the stages serve cannot be told: %s", job->zone->name, error.text);
	return false;
}

/* --- The next stage --- */

struct recheck {
	struct release_job *job;
	const struct rollout *rollout;
};

/* In the worker: the rolling text again, by the whole gate, as of now. */
static void
recheck_work(void *context, struct claim *claim)
{
	const struct recheck *recheck = context;
	struct zg_result *result = NULL;
	struct zg_error error = {0};
	zg_status status = release_check(recheck->job, &result, &error);

	if (status == ZG_OK &&
	    (result->digest == NULL || result->serial != recheck->rollout->serial ||
		strcmp(result->digest, recheck->rollout->digest) != 0)) {
		(void)snprintf(
		    error.text, sizeof(error.text), "the rolling text is not the one that passed");
		status = ZG_READ;
	}
	if (status == ZG_OK && result->verdict != ZG_VERDICT_PASS)
		status = gate_job_report(&recheck->job->gate, result, &error);
	if (status == ZG_OK)
		claim_result(claim, result);
	else
		claim_trouble(claim, status, &error);
	zg_result_free(result);
}

static zg_verdict
recheck(struct release_job *job, const struct rollout *rollout)
{
	struct recheck context = {.job = job, .rollout = rollout};
	struct zg_error error = {0};
	struct claim claim;
	zg_verdict verdict;
	int fd = -1;

	if (target_open(job->rolling, &fd, &error) != ZG_OK) {
		(void)undecided(job, &error);
		return ZG_VERDICT_UNDECIDED;
	}
	job->rechecks = true;
	job->gate.inputs.now = clock_now();
	job->gate.inputs.zone =
	    (struct zg_source){.kind = ZG_SOURCE_FD, .fd = fd, .path = "<rolling zone>"};
	verdict = supervise(&(struct supervised){.work = recheck_work,
				.context = &context,
				.timeout = job->gate.timeout,
				.needs_content = true},
	    &claim);
	(void)close(fd);
	if (verdict == ZG_VERDICT_PASS && job_clock_has_jumped(job)) {
		complain("%s: undecided: the clock jumped during the check", job->zone->name);
		verdict = ZG_VERDICT_UNDECIDED;
	}
	return verdict;
}

/* It passed once and does not any more: that is in the log, and no stage gets it. */
static int
refused_now(struct release_job *job, const struct rollout_run *was, zg_verdict verdict)
{
	const char *stage = was->rollout.stages[was->next.stage].name;
	struct release_log *log = job_log_open(job);
	struct zg_error error = {0};
	char text[256], head[LOG_HEAD_TEXT_SIZE];

	(void)snprintf(text, sizeof(text),
	    "serial %u: not given to stage %s: checked again, it is %s",
	    (unsigned)was->rollout.serial, stage, zg_verdict_text(verdict));
	complain("%s: %s", job->zone->name, text);
	if (log != NULL && rollout_note(log, text, clock_now(), &error) != ZG_OK)
		complain("the log cannot be written: %s", error.text);
	if (log != NULL)
		job_sign_head(job, log, head);
	release_log_close(log);
	return zg_verdict_exit_status(verdict);
}

/* The rollout went as far as it could. */
static int
went(struct rollout_run *run, enum rolled rolled)
{
	const char *zone = run->job->zone->name;
	char head[LOG_HEAD_TEXT_SIZE];
	int status = ADVANCE_DONE;

	if (rolled == ROLLED_FAILED) {
		complain(
		    "%s serial %u: undecided: %s", zone, (unsigned)run->rollout.serial, run->why);
		status = EXIT_UNDECIDED;
	} else if (rolled == ROLLED_FINISHED) {
		complain("%s serial %u: all stages have it: released", zone,
		    (unsigned)run->rollout.serial);
	} else {
		rollout_run_tell(run);
	}
	job_sign_head(run->job, run->log, head);
	return status;
}

/* Judges with the history open, and closes it for the worker. False: *status is the answer. */
static bool
may_enter(struct rollout_run *run, const char *wanted, int *status)
{
	const char *zone = run->job->zone->name;
	struct zg_error error = {0};

	*status = EXIT_UNDECIDED;
	if (rollout_run_read(run, &error) != ZG_OK) {
		(void)undecided(run->job, &error);
		return false;
	}
	if (wanted != NULL &&
	    (run->next.action == ROLLOUT_ENTER || run->next.action == ROLLOUT_WAIT) &&
	    strcmp(run->rollout.stages[run->next.stage].name, wanted) != 0) {
		complain("%s serial %u: the next stage is %s, not %s", zone,
		    (unsigned)run->rollout.serial, run->rollout.stages[run->next.stage].name,
		    wanted);
		return false;
	}
	if (run->next.action == ROLLOUT_ENTER || run->next.action == ROLLOUT_FINISH)
		return true;
	if (rollout_is_running(&run->rollout))
		rollout_run_tell(run);
	*status = run->next.action == ROLLOUT_WAIT	? ADVANCE_WAITS
		  : run->next.action == ROLLOUT_BLOCKED ? ADVANCE_BLOCKED
							: ADVANCE_DONE;
	return false;
}

/* Who names the next stage after an abort that was not done wants it to go on. False: complained.
 */
static bool
resume(struct rollout_run *run, const char *wanted)
{
	struct zg_error error = {0};
	size_t next;

	if (rollout_run_read(run, &error) != ZG_OK) {
		(void)undecided(run->job, &error);
		return false;
	}
	next = rollout_n_reached(&run->rollout);
	if (!run->rollout.stopped || wanted == NULL || next == run->rollout.n_stages ||
	    strcmp(run->rollout.stages[next].name, wanted) != 0)
		return true;
	if (rollout_run_step(run, STEP_RESUMED, "the next stage was named"))
		return true;
	complain("%s: undecided: %s", run->job->zone->name, run->why);
	return false;
}

/* Under the lock: what was seen counts, and what passed once must pass now. */
static int
enter_next(struct release_job *job, const char *wanted)
{
	struct rollout_run run;
	struct release_log *log = job_log_open(job);
	zg_verdict verdict = ZG_VERDICT_PASS;
	bool enters;
	int status = EXIT_UNDECIDED;

	if (log == NULL)
		return EXIT_UNDECIDED;
	rollout_run_init(&run, job, log);
	enters = resume(&run, wanted) && may_enter(&run, wanted, &status);
	release_log_close(log);
	if (!enters)
		return status;
	if (run.next.action == ROLLOUT_ENTER)
		verdict = recheck(job, &run.rollout);
	if (verdict != ZG_VERDICT_PASS)
		return refused_now(job, &run, verdict);
	log = job_log_open(job);
	if (log == NULL)
		return EXIT_UNDECIDED;
	job_hold_signals();
	run.log = log;
	status = went(&run, rollout_run_go(&run, run.next.stage));
	release_log_close(log);
	return status;
}

/* --- What was queued --- */

/* A candidate that came while the rollout was under way, and has its turn now: a release like any
 * other. Whatever came of it, it waits no longer, unless nothing could be told. */
static int
queued_release(const struct arguments *arguments, const char *zone, const char *path)
{
	struct release_job job;
	int status = EXIT_UNDECIDED;

	if (release_job_read(arguments, &job) && release_job_configure(&job, zone)) {
		job.gate.inputs.zone = (struct zg_source){.kind = ZG_SOURCE_PATH, .path = path};
		status = release_run(&job);
		if (status != EXIT_UNDECIDED && !job.queued && unlink(path) != 0 && errno != ENOENT)
			complain("cannot remove %s: %s", path, strerrordesc_np(errno));
	}
	release_job_clear(&job);
	return status;
}

/* With the zone unlocked. */
static int
queue_look(struct release_job *job)
{
	int status = ADVANCE_DONE;
	char *path = NULL;

	if (queue_find(job, &path))
		status = queued_release(job->arguments, job->zone->name, path);
	free(path);
	return status;
}

/* --- A zone --- */

/* With a rollout under way, and the zone unlocked before and after. */
static int
rollout_advance(struct release_job *job, struct rollout *rollout, const char *wanted)
{
	struct zg_error error = {0};
	int status;

	if (!look(job, rollout))
		return EXIT_UNDECIDED;
	if (state_lock(&job->state, job->zone->name, &job->lock_fd, &error) != ZG_OK)
		return undecided(job, &error);
	status = enter_next(job, wanted);
	if (!rollout_find(job, rollout))
		status = EXIT_UNDECIDED;
	unlock(job);
	return status;
}

/* What dead runs left is settled, the rollout goes on, and what waited for its end has its turn. */
static int
advance(struct release_job *job, const char *wanted)
{
	struct zg_error error = {0};
	struct rollout rollout;
	int status = ADVANCE_DONE;

	if (job_enter(job, &error) != ZG_OK || !job_prepare(job, &error))
		return undecided(job, &error);
	if (!rollout_find(job, &rollout))
		return EXIT_UNDECIDED;
	unlock(job);
	if (rollout_is_running(&rollout))
		status = rollout_advance(job, &rollout, wanted);
	if (status != ADVANCE_DONE || rollout_is_running(&rollout))
		return status;
	return queue_look(job);
}

static int
zone_advance(const struct arguments *arguments, const char *zone, const char *wanted)
{
	struct release_job job;
	int status = EXIT_UNDECIDED;

	if (release_job_read(arguments, &job) && release_job_configure(&job, zone)) {
		job.stays = true;
		if (job_is_staged(&job))
			status = advance(&job, wanted);
		else
			complain("undecided: %s says no stages for %s", job.config->path,
			    job.zone->name);
	}
	release_job_clear(&job);
	return status;
}

/* The status of several zones: undecided before blocked before waiting before done. */
static int
worse(int one, int other)
{
	static const int ranks[] = {
	    [ADVANCE_DONE] = 0, [ADVANCE_WAITS] = 1, [ADVANCE_BLOCKED] = 2, [EXIT_UNDECIDED] = 3};

	return ranks[one] > ranks[other] ? one : other;
}

static int
all_advance(const struct arguments *arguments)
{
	struct config *config = NULL;
	struct zg_error error = {0};
	int status = ADVANCE_DONE;

	if (config_read(arguments->values[OPTION_CONFIG], &config, &error) != ZG_OK) {
		complain("undecided: %s", error.text);
		return EXIT_UNDECIDED;
	}
	for (size_t i = 0; i < config->n_zones; i++) {
		if (config->zones[i].n_stages > 0)
			status =
			    worse(status, zone_advance(arguments, config->zones[i].name, NULL));
	}
	config_free(config);
	return status;
}

int
stage_advance(const struct arguments *arguments)
{
	if (arguments->n_operands == 0)
		return all_advance(arguments);
	return zone_advance(arguments, arguments->operands[0],
	    arguments->n_operands > 1 ? arguments->operands[1] : NULL);
}

int
command_stage(const struct arguments *arguments)
{
	if (strcmp(arguments->word, "list") == 0)
		return stage_list(arguments);
	if (strcmp(arguments->word, "show") == 0)
		return stage_show(arguments);
	if (strcmp(arguments->word, "advance") == 0)
		return stage_advance(arguments);
	return stage_abort(arguments);
}
