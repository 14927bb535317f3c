/* Threads over one range of indexes. */
#include "base/work_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdatomic.h>
#include <stdint.h>

#include <zonegate/limits.h>

struct pool {
	atomic_size_t next;
	atomic_bool stop;
	size_t count;
	size_t chunk;
	work_function work;
	void *context;
};

struct worker {
	struct pool *pool;
	unsigned number;
	size_t failed_at; /* first index of the chunk that failed */
	zg_status status;
	pthread_t thread;
};

static void *
worker_run(void *argument)
{
	struct worker *worker = argument;
	struct pool *pool = worker->pool;

	while (!atomic_load_explicit(&pool->stop, memory_order_relaxed)) {
		size_t first =
		    atomic_fetch_add_explicit(&pool->next, pool->chunk, memory_order_relaxed);
		size_t end;

		if (first >= pool->count)
			break;
		end = pool->count - first > pool->chunk ? first + pool->chunk : pool->count;
		worker->status = pool->work(pool->context, worker->number, first, end);
		if (worker->status != ZG_OK) {
			worker->failed_at = first;
			atomic_store_explicit(&pool->stop, true, memory_order_relaxed);
			break;
		}
	}
	return NULL;
}

zg_status
work_pool_run(unsigned threads, size_t count, size_t chunk, work_function work, void *context)
{
	struct worker workers[ZG_THREADS_MAX];
	struct pool pool = {.count = count, .chunk = chunk, .work = work, .context = context};
	zg_status status = ZG_OK;
	size_t failed_at = SIZE_MAX;
	unsigned started = 1;

	if (count == 0)
		return ZG_OK;
	/* The index that the last thread to look is given must not wrap round. */
	if (chunk == 0 || count > SIZE_MAX / 4)
		return ZG_PARAMETER;
	if (chunk > count)
		pool.chunk = chunk = count;
	if (threads > ZG_THREADS_MAX)
		threads = ZG_THREADS_MAX;
	workers[0] = (struct worker){.pool = &pool};
	for (; started < threads && started < (count + chunk - 1) / chunk; started++) {
		workers[started] = (struct worker){.pool = &pool, .number = started};
		if (pthread_create(&workers[started].thread, NULL, worker_run, &workers[started]) !=
		    0)
			break;
	}
	(void)worker_run(&workers[0]);
	for (unsigned i = 1; i < started; i++)
		(void)pthread_join(workers[i].thread, NULL);
	for (unsigned i = 0; i < started; i++) {
		if (workers[i].status != ZG_OK && workers[i].failed_at < failed_at) {
			status = workers[i].status;
			failed_at = workers[i].failed_at;
		}
	}
	return status;
}
