/* Measures what a run spends its time on, lap by lap. Of one thread. */
#ifndef BASE_METER_H
#define BASE_METER_H

#include <stddef.h>

#include <zonegate/timing.h>

struct meter {
	struct zg_timing *timing; /* borrowed; NULL, or without a clock: nothing is measured */
	int64_t wall, processor;  /* when the lap began */
};

/* Begins the first lap. `timing` may be NULL. */
void meter_begin(struct meter *meter, struct zg_timing *timing);

/* Ends the lap, which went to `what`, and begins the next. */
void meter_lap(struct meter *meter, enum zg_time what);

/* The clock of a meter that measures, else NULL. `meter` may be NULL. */
zg_clock_read meter_clock(const struct meter *meter);

/*
 * Ends a lap that several things done beside each other have shared, and begins the next. Each of
 * `n` gets as much of the lap as it had of the processors.
 */
void meter_share(
    struct meter *meter, const enum zg_time *whats, const int64_t *processor, size_t n);

#endif
