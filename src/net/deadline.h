/* Moments of the monotonic clock that network work must be done by. */
#ifndef NET_DEADLINE_H
#define NET_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC. */
typedef int64_t deadline;

/* So many milliseconds from now. */
deadline deadline_in(int64_t milliseconds);

/* Milliseconds left, at least 0, cut to what poll(2) takes. */
int deadline_left(deadline when);

/* The earlier one. */
static inline deadline
deadline_first(deadline a, deadline b)
{
	return a < b ? a : b;
}

#endif
