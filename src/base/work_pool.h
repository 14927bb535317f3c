/*
 * A fixed number of threads over ranges of indexes. Each range is cut into chunks that are handed
 * out in ascending order; there is no lock and no queue. The only user of <stdatomic.h> and
 * threads.
 */
#ifndef BASE_WORK_POOL_H
#define BASE_WORK_POOL_H

#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include <zonegate/timing.h>
#include "base/compiler.h"

/*
 * Works on indexes [first, end) as thread number `thread` (0 .. threads - 1). Each thread sees its
 * chunks in ascending order. Anything but ZG_OK stops all threads soon.
 */
typedef zg_status (*work_function)(void *context, unsigned thread, size_t first, size_t end);

/*
 * Runs `work` over [0, count) in chunks of `chunk` on `threads` threads (the caller is one of
 * them; fewer when a thread cannot be started). Returns the first status other than ZG_OK in
 * the order of chunks, else ZG_OK.
 */
MUST_CHECK zg_status work_pool_run(
    unsigned threads, size_t count, size_t chunk, work_function work, void *context);

/* One of several ranges; with a count of 1 a task for one thread. */
struct work_part {
	work_function work;
	void *context;
	size_t count, chunk;
	/* What came of it. */
	zg_status status;  /* the first other than ZG_OK in the order of chunks */
	int64_t processor; /* nanoseconds that threads spent on it, when there is a clock */
};

#define WORK_PARTS_MAX 8

/*
 * Runs parts (at most WORK_PARTS_MAX) that do not depend on each other: a thread that finds nothing
 * left of one goes on with the next at once: what takes one thread long goes first. Returns the
 * first status other than ZG_OK in the order of parts and chunks. `clock` may be NULL.
 */
MUST_CHECK zg_status work_pool_run_parts(
    unsigned threads, struct work_part *parts, size_t n, zg_clock_read clock);

#endif
