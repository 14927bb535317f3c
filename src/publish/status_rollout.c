/* The dead-man timer: rollouts that do not go on. */
#include "publish/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "policy/config.h"
#include "publish/rollout.h"

/* How long a step may take that nothing is waited for: the timer that takes it runs every minute,
 * and a look before it takes its time. Seconds. */
#define STEP_GRACE LOOK_AGE_MAX

/* When nothing but approvals and a look kept it from going on: the last of what soaks is over. One
 * that only has to be recorded as finished may have more stages than are configured by now. */
static int64_t
due_time(const struct rollout *rollout, const struct config_zone *zone)
{
	int64_t due = rollout->begun;

	for (size_t i = 0; i < rollout->n_stages && i < zone->n_stages; i++) {
		const struct rollout_stage *stage = &rollout->stages[i];
		int64_t end =
		    stage->reached == 0 ? 0 : rollout_soak_end(stage, zone->stages[i].soak);

		if (end > due)
			due = end;
	}
	return due;
}

static void
judge_waiting(const struct status_zone_inputs *inputs, const struct rollout_next *next,
    struct status_report *report)
{
	const struct rollout *rollout = inputs->rollout;
	int64_t due = due_time(rollout, inputs->zone);
	bool last = next->action == ROLLOUT_FINISH;
	int64_t approvals = last ? 0 : inputs->zone->stages[next->stage].approvals;
	char when[UTC_TEXT_MAX], needs[128] = "";

	if (approvals > 0)
		(void)snprintf(needs, sizeof(needs), ", with %" PRId64 " approval%s", approvals,
		    approvals == 1 ? "" : "s");
	utc_format(due, when);
	if (inputs->now - due > STEP_GRACE)
		status_add(report, STATUS_WARNING, "rollout-waits",
		    "serial %" PRIu32 ", which %zu of %zu stages have, could have gone on at %s: "
		    "%s%s. 'zonegate stage show %s' says more, 'zonegate stage advance' takes the "
		    "next step",
		    rollout->serial, rollout_n_reached(rollout), rollout->n_stages, when,
		    next->text, needs, report->zone);
	else
		status_add(report, STATUS_OK, "rollout",
		    "serial %" PRIu32 " is on its way, and %zu of %zu stages have it: %s%s",
		    rollout->serial, rollout_n_reached(rollout), rollout->n_stages, next->text,
		    needs);
}

/* Whose approval counts is not looked at here: a stage that only lacks approvals waits as well. */
static void
judge_running(const struct status_zone_inputs *inputs, struct status_report *report)
{
	const struct rollout *rollout = inputs->rollout;
	const struct rollout_inputs of = {
	    .rollout = rollout, .zone = inputs->zone, .approvals = SIZE_MAX, .now = inputs->now};
	struct rollout_next next;

	for (size_t i = 0; i < rollout->n_stages; i++) {
		const struct rollout_stage *stage = &rollout->stages[i];

		if (stage->reached == 0 && stage->failed[0] != '\0')
			status_add(report, STATUS_CRITICAL, "rollout-blocked",
			    "serial %" PRIu32 " is in place in stage %s, and its servers were not "
			    "told: %.300s. Mend it, then run 'zonegate stage advance'",
			    rollout->serial, stage->name, stage->failed);
	}
	rollout_judge(&of, &next);
	if (next.action == ROLLOUT_BLOCKED)
		status_add(report, STATUS_WARNING, "rollout-blocked",
		    "serial %" PRIu32
		    " goes no further than %zu of %zu stages: %s. It goes on when "
		    "that is mended; 'zonegate stage abort %s' puts back what was there before",
		    rollout->serial, rollout_n_reached(rollout), rollout->n_stages, next.text,
		    report->zone);
	else
		judge_waiting(inputs, &next, report);
}

void
status_judge_rollout(const struct status_zone_inputs *inputs, struct status_report *report)
{
	const struct rollout *rollout = inputs->rollout;

	if (rollout == NULL)
		return;
	if (rollout->state == ROLLOUT_ABORTING)
		status_add(report, STATUS_WARNING, "rollout-aborting",
		    "an abort of serial %" PRIu32 " did not come to its end: 'zonegate stage "
		    "advance' ends it",
		    rollout->serial);
	else if (rollout->state == ROLLOUT_RUNNING)
		judge_running(inputs, report);
}
