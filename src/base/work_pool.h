/*
 * A fixed number of threads over one range of indexes. The range is cut into chunks that are handed
 * out in ascending order; there is no lock and no queue. The only user of <stdatomic.h> and
 * threads.
 */
#ifndef BASE_WORK_POOL_H
#define BASE_WORK_POOL_H

#include <stddef.h>

#include <zonegate/status.h>
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

#endif
