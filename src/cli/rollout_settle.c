/* What runs that did not end left of a rollout. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* A candidate that passed and whose rollout did not begin. What no stage was given is served by
 * nobody. */
static void
settle_one(struct rollout_run *run, const struct unsettled *candidate)
{
	if (candidate->kind == UNSETTLED_NEVER) {
		job_abandon(run->log, candidate->id, "no stage had it: its snapshot was found");
		complain("serial %u passed in a run that did not end: no stage had it",
		    candidate->serial);
	} else {
		complain("serial %u passed, and whether it was ever served is not known",
		    candidate->serial);
	}
}

/* Those that came after the last rollout began; of an abort under way that is what it puts back. */
static bool
settle_candidates(struct rollout_run *run, struct zg_error *error)
{
	struct unsettled list[UNSETTLED_MAX];
	size_t n = 0;

	if (run->rollout.state == ROLLOUT_ABORTING)
		return true;
	if (release_unsettled(run->log, run->job->target, run->job->started, list, &n, error) !=
	    ZG_OK)
		return false;
	for (size_t i = n; i > 0; i--) {
		if (list[i - 1].id > run->rollout.candidate)
			settle_one(run, &list[i - 1]);
	}
	return true;
}

/* A rollout that began, and whose text was not renamed to be the rolling one: that is done now;
 * when it is gone, no stage had it, and the rollout ends. */
static bool
settle_text(struct rollout_run *run, struct zg_error *error)
{
	const struct rollout *rollout = &run->rollout;
	uint8_t sha256[FILE_DIGEST_OCTETS];
	bool there = false;

	if (!rollout_is_running(rollout) || rollout->stages[0].entered != 0)
		return true;
	if (target_digest(run->job->rolling, sha256, &there, error) != ZG_OK)
		return false;
	if (there && memcmp(sha256, rollout->sha256, sizeof(sha256)) == 0)
		return true;
	if (leftover_adopt(run->job->rolling, rollout->sha256, &there, error) != ZG_OK)
		return false;
	if (there || rollout_run_drop(run, "its text is gone, and no stage had it"))
		return true;
	(void)snprintf(error->text, sizeof(error->text), "%s", run->why);
	return false;
}

/* Ends an abort, or goes on with what was decided. */
static bool
settle_rollout(struct rollout_run *run, struct zg_error *error)
{
	if (rollout_run_read(run, error) != ZG_OK)
		return false;
	if (run->rollout.state == ROLLOUT_ABORTING) {
		if (rollout_run_put_back(run)) {
			complain("the abort of serial %u, which did not end, is ended now",
			    (unsigned)run->rollout.serial);
			return true;
		}
		(void)snprintf(error->text, sizeof(error->text),
		    "the abort of serial %u is to be ended first: %.400s",
		    (unsigned)run->rollout.serial, run->why);
		return false;
	}
	if (!rollout_is_running(&run->rollout) || run->job->stays)
		return true;
	switch (rollout_run_go(run, NO_STAGE)) {
	case ROLLED_FINISHED:
		complain("serial %u, whose rollout did not end, is released now",
		    (unsigned)run->rollout.serial);
		break;
	case ROLLED_FAILED:
		complain("serial %u: %s", (unsigned)run->rollout.serial, run->why);
		break;
	case ROLLED_WAITS:
	default:
		break;
	}
	return true;
}

bool
rollout_settle(struct release_job *job, struct release_log *log, struct zg_error *error)
{
	struct rollout_run run;

	rollout_run_init(&run, job, log);
	return rollout_run_read(&run, error) == ZG_OK && settle_candidates(&run, error) &&
	       settle_text(&run, error) && job_remove_leftovers(job, log, error) &&
	       settle_rollout(&run, error);
}
