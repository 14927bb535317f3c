/*
 * What is computed beside what. A plan has stages that begin when the one before has ended; parts
 * of one stage do not depend on each other and are worked on by all threads at once.
 */
#ifndef FACTS_PLAN_H
#define FACTS_PLAN_H

#include <stddef.h>

#include <zonegate/status.h>
#include <zonegate/timing.h>
#include "base/meter.h"
#include "base/work_pool.h"

enum plan_stage {
	PLAN_PREPARE, /* what the next stage needs */
	PLAN_COMPUTE, /* what costs time */
	PLAN_FINISH,  /* what waits for all of that */
	PLAN_SUM,     /* and for this */
	PLAN_STAGES
};

struct plan_part {
	enum plan_stage stage;
	enum zg_time what;
	const char *doing;		  /* for messages: "digesting the zone" */
	zg_status (*task)(void *context); /* what one thread does, or NULL: */
	work_function work;		  /* what all threads do, */
	const size_t *count;		  /* over that many indexes (read when the stage begins) */
	size_t chunk;
	void *context; /* borrowed, of task or work */
};

#define PLAN_PARTS_MAX 16

struct plan {
	struct plan_part parts[PLAN_PARTS_MAX];
	size_t n;
};

/* Adds a part; in its stage it goes behind those that are there. */
void plan_add(struct plan *plan, const struct plan_part *part);

/* Runs the stages. `meter` (may be NULL) gets a lap for each. */
MUST_CHECK zg_status plan_run(
    const struct plan *plan, unsigned threads, struct meter *meter, struct zg_error *error);

#endif
