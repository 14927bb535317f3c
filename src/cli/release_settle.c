/*
 * The settling part of `zonegate release` and the hooks: what follows a rename, and what runs that
 * did not end left behind.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <unistd.h>

#include <zonegate/policy.h>
#include "publish/release.h"

/* --- The log --- */

struct release_log *
job_log_open(struct release_job *job)
{
	struct release_log *log = NULL;
	struct zg_error error = {0};

	if (release_log_open(&job->state, job->zone->name, true, &log, &error) != ZG_OK)
		complain("the history cannot be written: %s", error.text);
	return log;
}

void
job_note(struct release_log *log, const char *kind, const char *text)
{
	struct zg_error error = {0};

	if (release_note(log, kind, text, clock_now(), &error) != ZG_OK)
		complain("the log cannot be written: %s", error.text);
}

void
job_sign_head(struct release_job *job, struct release_log *log, char *head)
{
	struct zg_error error = {0};

	head[0] = '\0';
	if (release_sign_head_text(log, &job->state, clock_now(), head, &error) != ZG_OK)
		complain("the head of the log is not signed: %s", error.text);
}

/* --- After a rename --- */

bool
job_handed_is_evidence(const struct release_job *job)
{
	struct zg_error error = {0};
	zg_policy *policy = NULL;
	bool evidence;

	if (job->evidence_known)
		return job->evidence;
	evidence = release_policy_open(job->zone, &policy, &error) == ZG_OK &&
		   release_handed_is_evidence(policy);

	zg_policy_free(policy);
	return evidence;
}

bool
job_has_copy(const struct release_job *job)
{
	return job->copy != NULL;
}

bool
job_asker_is_gone(const struct release_job *job)
{
	return job->hook != NULL && getppid() != job->asker;
}

static bool
asker_is_there(const struct release_job *job, char *why, size_t size)
{
	if (!job_asker_is_gone(job))
		return true;
	(void)snprintf(why, size,
	    "the process that %s waited for is gone: what it does then is not known",
	    job->hook->engine);
	return false;
}

bool
job_may_publish(const struct release_job *job, uint32_t serial, char *why, size_t size)
{
	const struct hook_request *hook = job->hook;

	if (hook == NULL || hook->ready == NULL)
		return true;
	return asker_is_there(job, why, size) && hook->ready(hook->context, serial, why, size);
}

/* What a hook says of a pass besides its exit status. False: `why` it is no yes. */
bool
job_answer(const struct release_job *job, uint32_t serial, char *why, size_t size)
{
	const struct hook_request *hook = job->hook;

	if (!asker_is_there(job, why, size))
		return false;
	if (hook->seconds != 0 && job_time_left(job) == 0) {
		(void)snprintf(why, size, "it is too late: %s waits no longer", hook->engine);
		return false;
	}
	return hook->answer == NULL || hook->answer(hook->context, serial, why, size);
}

/* Runs the reload command of the zone, if it has one. False: it failed, `why` says how. */
bool
job_reload(const struct release_job *job, uint32_t serial, char *why, size_t size)
{
	struct command_outcome outcome;
	const struct command_task task = {.command = &job->zone->reload,
	    .event = "released",
	    .zone = job->zone->name,
	    .verdict = zg_verdict_text(ZG_VERDICT_PASS),
	    .has_serial = true,
	    .serial = serial,
	    .file = job->target};

	if (job->hook != NULL && !job_answer(job, serial, why, size))
		return false;
	if (task.command->arguments == NULL)
		return true;
	command_execute(&task, &outcome);
	if (!outcome.succeeded)
		(void)snprintf(why, size, "the command %s failed: %s%s%.160s",
		    task.command->arguments[0], outcome.why, outcome.length > 0 ? ": " : "",
		    outcome.output);
	return outcome.succeeded;
}

/* The copy of what was released: the next candidate is compared with it, should the target be
 * another file by then. The target is durable, and its text as good. */
void
job_keep_released(struct release_job *job)
{
	struct zg_error error = {0};
	int fd = -1;
	zg_status status;

	if (job_has_copy(job)) {
		/* It is the target. */
		if (job->snapshot.published)
			release_text_seal(&job->state, job->zone->name, job->snapshot.sha256);
		return;
	}
	status = target_open(job->target, &fd, &error);
	if (status == ZG_OK)
		status = beside_keep(job, "zones", KEEP_AT_HAND, fd, &error);
	if (status != ZG_OK)
		complain("no copy of the released zone is kept: %s", error.text);
	if (fd >= 0)
		(void)close(fd);
}

/* What made a release of it, for the log. */
static const char *
handed_how(const struct release_job *job)
{
	if (job_has_copy(job))
		return "the hook answered yes";
	return job->zone->reload.arguments != NULL ? "renamed, and its command succeeded"
						   : "renamed";
}

/* The target is the new text: the command, the copy, the record. False: `why` it is not handed
 * over.
 */
bool
job_hand_over(struct release_job *job, struct release_log *log, int64_t id, uint32_t serial,
    char *why, size_t size)
{
	struct zg_error error = {0};
	bool succeeded = job_reload(job, serial, why, size);

	job_keep_released(job);
	if (!succeeded) {
		job_note(log, "reload", why);
		return false;
	}
	if (release_handed(log, &job->state, id, job_handed_is_evidence(job), clock_now(),
		handed_how(job), &error) == ZG_OK)
		return true;
	(void)snprintf(why, size, "that it was released is not recorded: %.400s", error.text);
	return false;
}

/* --- What dead runs left --- */

void
job_abandon(struct release_log *log, int64_t id, const char *why)
{
	struct zg_error error = {0};

	if (release_abandon(log, id, clock_now(), why, &error) != ZG_OK)
		complain("the history cannot be written: %s", error.text);
}

/* The engine took the yes, and it was not known in time that it did. */
static bool
is_served_after_all(const struct release_job *job, const struct unsettled *candidate)
{
	return candidate->kind == UNSETTLED_RENAMED && job->hook != NULL && job->hook->has_served &&
	       job->hook->served == candidate->serial;
}

static bool
settle_served(struct release_job *job, struct release_log *log, const struct unsettled *candidate)
{
	struct zg_error error = {0};

	if (release_handed(log, &job->state, candidate->id, job_handed_is_evidence(job),
		clock_now(), "the engine serves it", &error) != ZG_OK) {
		complain("that serial %u was released is not recorded: %s", candidate->serial,
		    error.text);
		return false;
	}
	complain("serial %u, passed in a hook that did not end, is served: it is released",
	    candidate->serial);
	return true;
}

/* A hook that did not end: by the name server that takes that for a yes (NSD 4.6.1) it is served,
 * by the others not. It counts as possibly served either way, and is what the next one is compared
 * with when the copy is its text. */
static void
settle_hook(struct release_job *job, struct release_log *log, const struct unsettled *candidate)
{
	if (is_served_after_all(job, candidate) && settle_served(job, log, candidate))
		return;
	if (candidate->kind == UNSETTLED_RENAMED)
		job->pending = candidate->id;
	complain("serial %u passed in a hook that did not end: whether it is served is not known",
	    candidate->serial);
}

/* A run that ended between its verdict and its last word. */
static void
settle_one(struct release_job *job, struct release_log *log, const struct unsettled *candidate)
{
	char why[ZG_ERROR_TEXT_MAX];

	if (job_has_copy(job)) {
		settle_hook(job, log, candidate);
		return;
	}
	switch (candidate->kind) {
	case UNSETTLED_RENAMED:
		if (job_hand_over(job, log, candidate->id, candidate->serial, why, sizeof(why))) {
			complain("serial %u, renamed by a run that did not end, is released now",
			    candidate->serial);
			break;
		}
		job->pending = candidate->id;
		complain("serial %u is renamed and not released: %s", candidate->serial, why);
		break;
	case UNSETTLED_NEVER:
		job_abandon(
		    log, candidate->id, "never renamed: its snapshot was found beside the target");
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

bool
job_remove_leftovers(struct release_job *job, struct release_log *log, struct zg_error *error)
{
	size_t n_left = 0;
	char text[128];

	if (leftovers_remove(job->target, &n_left, error) != ZG_OK)
		return false;
	if (n_left > 0) {
		(void)snprintf(text, sizeof(text),
		    "%zu snapshots of runs that did not end were removed", n_left);
		job_note(log, "settled", text);
	}
	return true;
}

static bool
settle_all(struct release_job *job, struct release_log *log, struct zg_error *error)
{
	struct unsettled list[UNSETTLED_MAX];
	size_t n = 0;

	if (release_unsettled(log, job->target, job->started, list, &n, error) != ZG_OK)
		return false;
	for (size_t i = n; i > 0; i--)
		settle_one(job, log, &list[i - 1]);
	return job_remove_leftovers(job, log, error);
}

/* Under the lock. False: `error` says why nothing may be released. */
bool
job_settle(struct release_job *job, struct release_log *log, struct zg_error *error)
{
	struct recorded newest;
	bool settled =
	    job_is_staged(job) ? rollout_settle(job, log, error) : settle_all(job, log, error);

	if (!settled || release_newest(log, &newest, error) != ZG_OK)
		return false;
	job->newest = newest.id;
	return true;
}
