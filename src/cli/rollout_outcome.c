/*
 * What `zonegate release` and the hooks do with a verdict about a zone with stages: its way through
 * them begins, goes on being what it was, or what the stages have is mended.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

#include "publish/release.h"

int
rollout_offered_again(struct release_job *job, struct release_log *log)
{
	struct rollout_run run;
	struct zg_error error = {0};
	char head[LOG_HEAD_TEXT_SIZE];
	int status = EXIT_UNDECIDED;

	if (log != NULL) {
		rollout_run_init(&run, job, log);
		if (rollout_run_read(&run, &error) != ZG_OK) {
			complain("the history cannot be read: %s", error.text);
		} else {
			rollout_run_tell(&run);
			status = zg_verdict_exit_status(ZG_VERDICT_HELD);
		}
		/* The worker may have recorded what the parent publishes. */
		job_sign_head(job, log, head);
	}
	return status;
}

/* It is on its way, and waits: people are told. */
static int
waits(struct release_job *job, const struct rollout_run *run, const struct claim *claim)
{
	char head[LOG_HEAD_TEXT_SIZE] = "", *report = NULL;
	struct zg_error error = {0};

	rollout_run_tell(run);
	if (release_report(run->log, run->rollout.candidate, &report, &error) != ZG_OK)
		complain("the report cannot be read back: %s", error.text);
	job_sign_head(job, run->log, head);
	job_notify(job, &(struct release_notice){.event = "staged",
			    .verdict = ZG_VERDICT_PASS,
			    .claim = claim,
			    .log_head = head,
			    .report = report});
	free(report);
	return zg_verdict_exit_status(ZG_VERDICT_HELD);
}

/* What is recorded comes before what is renamed: from then on the next run goes on with it. */
static bool
begin(struct rollout_run *run, const struct claim *claim, int64_t id)
{
	struct release_job *job = run->job;
	struct zg_error error = {0};

	if (!rollout_run_begin(run, id, claim->straight == 1, claim->message))
		return false;
	if (snapshot_publish(&job->snapshot, job->zone, &error) == ZG_OK)
		return true;
	if (!job->snapshot.published && !rollout_run_drop(run, error.text))
		complain("%s", run->why);
	(void)snprintf(run->why, sizeof(run->why), "%s", error.text);
	return false;
}

/* What was queued is older. */
int
rollout_start(
    struct release_job *job, struct release_log *log, const struct claim *claim, int64_t id)
{
	struct rollout_run run;
	char head[LOG_HEAD_TEXT_SIZE];
	enum rolled rolled;

	rollout_run_init(&run, job, log);
	if (!begin(&run, claim, id)) {
		complain("undecided: %s", run.why);
		return job_undecided_in(job, log, claim, run.why);
	}
	rolled = rollout_run_go(&run, NO_STAGE);
	queue_forget(job, log, job->snapshot.sha256);
	if (rolled == ROLLED_FAILED)
		return job_failed_after_rename(job, log, claim, run.why);
	if (rolled == ROLLED_WAITS)
		return waits(job, &run, claim);
	job_sign_head(job, log, head);
	return 0;
}

int
rollout_mended(struct release_job *job, struct release_log *log, const struct claim *claim,
    const struct released *in_force)
{
	struct rollout_run run;

	rollout_run_init(&run, job, log);
	if (!rollout_run_mend(&run, in_force))
		return job_failed_after_rename(job, log, claim, run.why);
	return job_answer_again(job, log, claim->serial);
}
