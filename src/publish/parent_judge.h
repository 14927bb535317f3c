/*
 * What a look at the parent means: against the looks before it, and against the zone in force. A
 * pure function.
 */
#ifndef PUBLISH_PARENT_JUDGE_H
#define PUBLISH_PARENT_JUDGE_H

#include "publish/parent_log.h"
#include "publish/status.h"

/* All borrowed. */
struct parent_judge_inputs {
	const char *zone; /* presentation form */
	const struct parent_look *look;
	const struct parent_known *before;    /* without this look; NULL: nothing was known */
	const struct release_facts *in_force; /* NULL: no release is known */
	const struct parent_rules *rules;
	int64_t now;
};

/* Fills the conditions of `report`, "parent-..." each. ZG_MEMORY, ZG_CRYPTO or ZG_PARAMETER. */
MUST_CHECK zg_status parent_judge(
    const struct parent_judge_inputs *inputs, struct status_report *report);

/* The same of what is known without a new look: only its age is judged. */
void parent_judge_age(const struct parent_known *known, const struct parent_rules *rules,
    const char *zone, int64_t now, struct status_report *report);

/* People are to be told: something is broken, or it changed. */
bool parent_is_alarm(const struct status_report *report);

#endif
