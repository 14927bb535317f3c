/* Runs what can be computed beside each other, stage after stage. */
#include "facts/plan.h"

#include "base/error.h"

void
plan_add(struct plan *plan, const struct plan_part *part)
{
	if (plan->n < PLAN_PARTS_MAX)
		plan->parts[plan->n] = *part;
	plan->n++;
}

/* What one stage takes out of the plan. */
struct stage {
	struct work_part parts[WORK_PARTS_MAX];
	struct plan_part planned[WORK_PARTS_MAX];
	size_t n;
};

/* work_function: one task. */
static zg_status
run_task(void *context, unsigned thread, size_t first, size_t end)
{
	const struct plan_part *part = context;

	(void)thread;
	(void)first;
	(void)end;
	return part->task(part->context);
}

static zg_status
stage_fill(struct stage *stage, const struct plan *plan, enum plan_stage number)
{
	stage->n = 0;
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_part *part = &plan->parts[i];

		if (part->stage != number)
			continue;
		if (stage->n == WORK_PARTS_MAX)
			return ZG_INTERNAL;
		stage->planned[stage->n] = *part;
		stage->parts[stage->n] = (struct work_part){
		    .work = part->work, .context = part->context, .count = 1, .chunk = 1};
		if (part->task != NULL) {
			stage->parts[stage->n].work = run_task;
			stage->parts[stage->n].context = &stage->planned[stage->n];
		} else {
			stage->parts[stage->n].count = *part->count;
			stage->parts[stage->n].chunk = part->chunk;
		}
		stage->n++;
	}
	return ZG_OK;
}

static void
stage_measure(const struct stage *stage, struct meter *meter)
{
	enum zg_time whats[WORK_PARTS_MAX];
	int64_t processor[WORK_PARTS_MAX];

	for (size_t i = 0; i < stage->n; i++) {
		whats[i] = stage->planned[i].what;
		processor[i] = stage->parts[i].processor;
	}
	meter_share(meter, whats, processor, stage->n);
}

/* The message of the first part that failed. */
static zg_status
stage_failed(const struct stage *stage, zg_status status, struct zg_error *error)
{
	for (size_t i = 0; i < stage->n; i++) {
		zg_status failed = stage->parts[i].status;

		if (failed != ZG_OK)
			return error_set(error, failed, "%s while %s", zg_status_text(failed),
			    stage->planned[i].doing);
	}
	return error_set(error, status, "%s while computing facts", zg_status_text(status));
}

zg_status
plan_run(const struct plan *plan, unsigned threads, struct meter *meter, struct zg_error *error)
{
	zg_clock_read clock = meter_clock(meter);

	if (plan->n > PLAN_PARTS_MAX)
		return error_set(error, ZG_INTERNAL, "more facts than a plan holds");
	for (enum plan_stage number = PLAN_PREPARE; number < PLAN_STAGES; number++) {
		struct stage stage;
		zg_status status = stage_fill(&stage, plan, number);

		if (status == ZG_OK)
			status = work_pool_run_parts(threads, stage.parts, stage.n, clock);
		if (status != ZG_OK)
			return stage_failed(&stage, status, error);
		if (clock != NULL)
			stage_measure(&stage, meter);
	}
	return ZG_OK;
}
