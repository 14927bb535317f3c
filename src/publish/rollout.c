/* A rollout: from the rows of the history to its state, and what is to be done next. */
#include "publish/rollout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utc.h"
#include "publish/release_log.h"

/* Before the name of a stage in a plan. */
#define MARK_OTHER "*"

/* The kind of a line of the log, and how many lines are gone back for the last of that kind. */
#define KIND	   "stage"
#define LINES_BACK 64

_Static_assert(CONFIG_STAGES_MAX *(STAGE_NAME_SIZE + 1) < HISTORY_PLAN_SIZE,
    "a plan has room for all stages: names, marks and blanks");

const char *
rollout_state_text(enum rollout_state state)
{
	static const char *const texts[] = {
	    [ROLLOUT_NONE] = "none",
	    [ROLLOUT_RUNNING] = "running",
	    [ROLLOUT_FINISHED] = "finished",
	    [ROLLOUT_REPLACED] = "replaced",
	    [ROLLOUT_ABORTING] = "aborting",
	    [ROLLOUT_ABORTED] = "aborted",
	};

	return texts[state];
}

size_t
rollout_n_reached(const struct rollout *rollout)
{
	size_t n = 0;

	while (n < rollout->n_stages && rollout->stages[n].reached != 0)
		n++;
	return n;
}

bool
rollout_has_entered(const struct rollout *rollout)
{
	for (size_t i = 0; i < rollout->n_stages; i++) {
		if (rollout->stages[i].entered != 0 || rollout->stages[i].other)
			return true;
	}
	return false;
}

/* --- Plans --- */

/* "canary *half all": the stages of the zone, with a mark at those that have the text of `former`,
 * which is replaced. */
static void
plan_write(const struct config_zone *zone, const struct rollout *former, char *plan, size_t size)
{
	size_t used = 0;

	plan[0] = '\0';
	for (size_t i = 0; i < zone->n_stages && used < size; i++) {
		bool marked = false;

		for (size_t k = 0; k < former->n_stages; k++) {
			const struct rollout_stage *stage = &former->stages[k];

			if (strcmp(stage->name, zone->stages[i].name) == 0)
				marked =
				    (stage->entered != 0 || stage->other) && stage->put_back == 0;
		}
		used += (size_t)snprintf(plan + used, size - used, "%s%s%s", i == 0 ? "" : " ",
		    marked ? MARK_OTHER : "", zone->stages[i].name);
	}
}

/* False: it is no plan. */
static bool
plan_read(const char *plan, struct rollout *rollout)
{
	rollout->n_stages = 0;
	while (*plan != '\0') {
		struct rollout_stage *stage = &rollout->stages[rollout->n_stages];
		bool marked = *plan == MARK_OTHER[0];
		size_t length = strcspn(plan + marked, " ");

		if (rollout->n_stages == CONFIG_STAGES_MAX || length == 0 ||
		    length >= STAGE_NAME_SIZE)
			return false;
		memset(stage, 0, sizeof(*stage));
		memcpy(stage->name, plan + marked, length);
		stage->other = marked;
		rollout->n_stages++;
		plan += marked + length;
		plan += *plan == ' ';
	}
	return rollout->n_stages > 0;
}

/* --- From rows to the state --- */

static struct rollout_stage *
stage_find(struct rollout *rollout, const char *name)
{
	for (size_t i = 0; i < rollout->n_stages; i++) {
		if (strcmp(rollout->stages[i].name, name) == 0)
			return &rollout->stages[i];
	}
	return NULL;
}

/* Looks from before a stage was reached were at something else. */
static void
stage_reach(struct rollout_stage *stage, int64_t time)
{
	if (stage->reached != 0)
		return;
	stage->reached = time;
	stage->failed[0] = '\0';
	stage->good_since = stage->looked = 0;
	stage->good = false;
	stage->found[0] = '\0';
}

static void
stage_look_take(struct rollout_stage *stage, const struct history_step *step)
{
	bool good = step->kind == HISTORY_GOOD;

	if (!good)
		stage->good_since = 0;
	else if (stage->good_since == 0)
		stage->good_since = step->time;
	stage->good = good;
	stage->looked = step->time;
	memcpy(stage->found, step->why, sizeof(stage->found));
}

static void
stage_step_take(struct rollout_stage *stage, const struct history_step *step)
{
	switch (step->kind) {
	case HISTORY_ENTERED:
		if (stage->entered == 0)
			stage->entered = step->time;
		stage->other = false;
		break;
	case HISTORY_REACHED:
		stage_reach(stage, step->time);
		break;
	case HISTORY_FAILED:
		memcpy(stage->failed, step->why, sizeof(stage->failed));
		break;
	case HISTORY_GOOD:
	case HISTORY_BAD:
		stage_look_take(stage, step);
		break;
	case HISTORY_PUT_BACK:
		stage->put_back = step->time;
		break;
	default:
		break;
	}
}

static void
end_take(struct rollout *rollout, enum rollout_state state, const struct history_step *step)
{
	rollout->state = state;
	rollout->ended = state == ROLLOUT_ABORTING ? 0 : step->time;
	if (step->why[0] != '\0')
		memcpy(rollout->end, step->why, sizeof(rollout->end));
}

static zg_status
step_take(void *context, const struct history_step *step)
{
	struct rollout *rollout = context;
	struct rollout_stage *stage = stage_find(rollout, step->stage);

	switch (step->kind) {
	case HISTORY_FINISHED:
		end_take(rollout, ROLLOUT_FINISHED, step);
		break;
	case HISTORY_REPLACED:
		end_take(rollout, ROLLOUT_REPLACED, step);
		break;
	case HISTORY_ABORTING:
		end_take(rollout, ROLLOUT_ABORTING, step);
		break;
	case HISTORY_ABORTED:
		end_take(rollout, ROLLOUT_ABORTED, step);
		break;
	case HISTORY_STOPPED:
	case HISTORY_RESUMED:
		rollout->stopped = step->kind == HISTORY_STOPPED;
		memcpy(rollout->stop, step->why, sizeof(rollout->stop));
		break;
	default:
		if (stage != NULL)
			stage_step_take(stage, step);
		break;
	}
	return ZG_OK;
}

/* The head of the last rollout. */
static zg_status
begun_read(struct release_log *log, struct rollout *rollout, bool *found, struct zg_error *error)
{
	struct history_rollout last;
	zg_status status = history_last_rollout(log->history, log->zone, &last, found, error);

	if (status != ZG_OK || !*found)
		return status;
	rollout->state = ROLLOUT_RUNNING;
	rollout->straight = last.begun.straight;
	rollout->candidate = last.begun.candidate;
	rollout->serial = last.serial;
	memcpy(rollout->digest, last.digest, sizeof(rollout->digest));
	memcpy(rollout->sha256, last.file_sha256, sizeof(rollout->sha256));
	rollout->begun = last.begun.time;
	memcpy(rollout->why, last.begun.why, sizeof(rollout->why));
	if (!plan_read(last.begun.plan, rollout))
		return error_set(error, ZG_READ, "the history is damaged: a rollout's stages");
	return ZG_OK;
}

zg_status
rollout_read(struct release_log *log, struct rollout *rollout, struct zg_error *error)
{
	bool found = false;
	zg_status status;

	memset(rollout, 0, sizeof(*rollout));
	status = begun_read(log, rollout, &found, error);
	if (status != ZG_OK || !found)
		return status;
	return history_visit_steps(log->history, rollout->candidate, step_take, rollout, error);
}

/* --- What next --- */

static bool
same_stages(const struct rollout *rollout, const struct config_zone *zone)
{
	if (rollout->n_stages != zone->n_stages)
		return false;
	for (size_t i = 0; i < rollout->n_stages; i++) {
		if (strcmp(rollout->stages[i].name, zone->stages[i].name) != 0)
			return false;
	}
	return true;
}

/* A stage that was found not to serve it well. */
static bool
is_blocked(const struct rollout *rollout, size_t n, struct rollout_next *next)
{
	for (size_t i = 0; i < n; i++) {
		const struct rollout_stage *stage = &rollout->stages[i];

		if (stage->looked == 0 || stage->good)
			continue;
		next->action = ROLLOUT_BLOCKED;
		next->stage = i;
		(void)snprintf(next->text, sizeof(next->text), "%s does not serve it well: %.400s",
		    stage->name, stage->found);
		return true;
	}
	return false;
}

/* The last look at a stage counts: after the last stage was reached, which may have changed what it
 * serves, and of late. */
static bool
is_looked_at(const struct rollout_stage *stage, int64_t last_reached, int64_t now)
{
	return stage->looked != 0 && stage->looked >= last_reached && stage->looked <= now &&
	       now - stage->looked <= LOOK_AGE_MAX;
}

/* When the soak of a stage is over, if it goes on being good: it begins when the stage was reached,
 * and again after each bad look. */
int64_t
rollout_soak_end(const struct rollout_stage *stage, int64_t soak)
{
	int64_t since = stage->good_since > stage->reached ? stage->good_since : stage->reached;

	return since + (soak > 0 ? soak : 0);
}

/* What the stages that have it are waited for. */
static bool
must_wait(const struct rollout_inputs *inputs, size_t n, struct rollout_next *next)
{
	const struct rollout *rollout = inputs->rollout;
	char until[UTC_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		int64_t end = rollout_soak_end(&rollout->stages[i], inputs->zone->stages[i].soak);

		if (end > next->until && end > inputs->now) {
			next->until = end;
			utc_format(end, until);
			(void)snprintf(next->text, sizeof(next->text), "%s soaks until %s",
			    rollout->stages[i].name, until);
		}
	}
	for (size_t i = 0; i < n && next->until == 0; i++) {
		if (is_looked_at(&rollout->stages[i], rollout->stages[n - 1].reached, inputs->now))
			continue;
		(void)snprintf(next->text, sizeof(next->text), "%s is to be looked at",
		    rollout->stages[i].name);
		return true;
	}
	return next->until != 0;
}

static bool
lacks_approvals(const struct rollout_inputs *inputs, struct rollout_next *next)
{
	int64_t needed = inputs->zone->stages[next->stage].approvals;

	next->approvals = inputs->approvals;
	next->approvals_needed = needed > 0 ? (size_t)needed : 0;
	if (next->approvals >= next->approvals_needed)
		return false;
	(void)snprintf(next->text, sizeof(next->text),
	    "%zu of %zu approvals that %s needs are there", next->approvals, next->approvals_needed,
	    inputs->rollout->stages[next->stage].name);
	return true;
}

/* Of one that is under way and has not reached all stages. */
static void
next_stage(const struct rollout_inputs *inputs, size_t n_reached, struct rollout_next *next)
{
	const struct rollout *rollout = inputs->rollout;
	bool waits;

	next->stage = n_reached;
	next->action = ROLLOUT_ENTER;
	(void)snprintf(
	    next->text, sizeof(next->text), "%s may have it", rollout->stages[n_reached].name);
	if (rollout->straight)
		return;
	if (is_blocked(rollout, n_reached, next))
		return;
	/* Both are counted, so that they can be shown. */
	waits = lacks_approvals(inputs, next);
	waits |= must_wait(inputs, n_reached, next);
	if (waits)
		next->action = ROLLOUT_WAIT;
}

void
rollout_judge(const struct rollout_inputs *inputs, struct rollout_next *next)
{
	const struct rollout *rollout = inputs->rollout;
	size_t n_reached = rollout_n_reached(rollout);

	*next = (struct rollout_next){.action = ROLLOUT_NOTHING};
	if (rollout->state == ROLLOUT_ABORTING) {
		next->action = ROLLOUT_ABORT;
		(void)snprintf(next->text, sizeof(next->text), "an abort is to be ended");
	} else if (rollout->state != ROLLOUT_RUNNING) {
		(void)snprintf(next->text, sizeof(next->text), "no rollout is under way");
	} else if (n_reached == rollout->n_stages) {
		next->action = ROLLOUT_FINISH;
		(void)snprintf(next->text, sizeof(next->text), "all stages have it");
	} else if (rollout->stopped) {
		next->action = ROLLOUT_BLOCKED;
		next->stage = n_reached;
		(void)snprintf(next->text, sizeof(next->text),
		    "an abort was asked for, and is not done: %.400s", rollout->stop);
	} else if (!same_stages(rollout, inputs->zone)) {
		next->action = ROLLOUT_BLOCKED;
		next->stage = n_reached;
		(void)snprintf(next->text, sizeof(next->text),
		    "the stages are configured otherwise than when it began");
	} else {
		next_stage(inputs, n_reached, next);
	}
}

/* --- What is recorded --- */

/* The one that is under way ends. */
static zg_status
former_end(struct release_log *log, const struct rollout_begin *begin, const struct rollout *former,
    struct zg_error *error)
{
	struct history_step step = {.candidate = former->candidate,
	    .time = begin->time,
	    .kind = HISTORY_REPLACED,
	    .why = "by a newer candidate"};

	(void)snprintf(step.actor, sizeof(step.actor), "%s", begin->actor);
	return history_add_step(log->history, &step, error);
}

/* What the stages of the former one have is remembered with the new one. */
static zg_status
begun_add(struct release_log *log, const struct rollout_begin *begin, const struct rollout *former,
    struct zg_error *error)
{
	struct history_step step = {.candidate = begin->candidate,
	    .time = begin->time,
	    .kind = HISTORY_BEGUN,
	    .straight = begin->straight};

	plan_write(begin->zone, former, step.plan, sizeof(step.plan));
	(void)snprintf(step.actor, sizeof(step.actor), "%s", begin->actor);
	(void)snprintf(step.why, sizeof(step.why), "%s", begin->why);
	return history_add_step(log->history, &step, error);
}

zg_status
rollout_begin(struct release_log *log, const struct rollout_begin *begin, struct zg_error *error)
{
	struct rollout former;
	zg_status status = rollout_read(log, &former, error);
	bool replaces = former.state == ROLLOUT_RUNNING;

	if (status == ZG_OK && former.state == ROLLOUT_ABORTING)
		status = error_set(error, ZG_PARAMETER, "an abort is to be ended first");
	if (status == ZG_OK &&
	    (begin->zone->n_stages == 0 || begin->zone->n_stages > CONFIG_STAGES_MAX))
		status = error_set(error, ZG_PARAMETER, "no stages");
	if (status != ZG_OK)
		return status;
	if (!replaces && former.state != ROLLOUT_ABORTED)
		former.n_stages = 0;
	status = history_begin(log->history, error);
	if (status == ZG_OK && replaces)
		status = former_end(log, begin, &former, error);
	if (status == ZG_OK)
		status = begun_add(log, begin, &former, error);
	if (status == ZG_OK)
		status = history_commit(log->history, error);
	return status;
}

zg_status
rollout_step(struct release_log *log, const struct rollout *rollout, enum rollout_step step,
    const char *stage, const char *actor, const char *why, int64_t time, struct zg_error *error)
{
	static const enum history_step_kind kinds[] = {
	    [STEP_ENTERED] = HISTORY_ENTERED,
	    [STEP_REACHED] = HISTORY_REACHED,
	    [STEP_FAILED] = HISTORY_FAILED,
	    [STEP_GOOD] = HISTORY_GOOD,
	    [STEP_BAD] = HISTORY_BAD,
	    [STEP_FINISHED] = HISTORY_FINISHED,
	    [STEP_ABORTING] = HISTORY_ABORTING,
	    [STEP_PUT_BACK] = HISTORY_PUT_BACK,
	    [STEP_ABORTED] = HISTORY_ABORTED,
	    [STEP_STOPPED] = HISTORY_STOPPED,
	    [STEP_RESUMED] = HISTORY_RESUMED,
	};
	struct history_step row = {
	    .candidate = rollout->candidate, .time = time, .kind = kinds[step]};

	(void)snprintf(row.stage, sizeof(row.stage), "%s", stage);
	(void)snprintf(row.actor, sizeof(row.actor), "%s", actor);
	(void)snprintf(row.why, sizeof(row.why), "%s", why);
	return history_add_step(log->history, &row, error);
}

zg_status
rollout_note(struct release_log *log, const char *text, int64_t time, struct zg_error *error)
{
	struct history_line *lines = NULL;
	size_t n = 0;
	bool known = false;
	zg_status status = history_lines(log->history, log->zone, LINES_BACK, &lines, &n, error);

	for (size_t i = 0; i < n; i++) {
		if (lines[i].site[0] != '\0' || strcmp(lines[i].kind, KIND) != 0)
			continue;
		known = strcmp(lines[i].text, text) == 0;
		break;
	}
	free(lines);
	if (status != ZG_OK || known)
		return status;
	return history_log(log->history, log->zone, KIND, "zonegate", text, time, error);
}
