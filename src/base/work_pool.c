/* Threads over ranges of indexes. */
#include "base/work_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdatomic.h>
#include <stdint.h>

#include <zonegate/limits.h>

struct pool {
	atomic_size_t next[WORK_PARTS_MAX]; /* by part: the first index not handed out */
	atomic_bool stop;
	const struct work_part *parts;
	size_t n_parts;
	zg_clock_read clock; /* NULL: nothing is measured */
};

struct worker {
	struct pool *pool;
	unsigned number;
	size_t failed_part, failed_at; /* part and first index of the chunk that failed */
	zg_status status;
	int64_t processor[WORK_PARTS_MAX];
	pthread_t thread;
};

/* Works on one part until nothing is left of it. */
static void
worker_run_part(struct worker *worker, size_t n)
{
	struct pool *pool = worker->pool;
	const struct work_part *part = &pool->parts[n];

	while (!atomic_load_explicit(&pool->stop, memory_order_relaxed)) {
		size_t first =
		    atomic_fetch_add_explicit(&pool->next[n], part->chunk, memory_order_relaxed);
		size_t end;

		if (first >= part->count)
			break;
		end = part->count - first > part->chunk ? first + part->chunk : part->count;
		worker->status = part->work(part->context, worker->number, first, end);
		if (worker->status != ZG_OK) {
			worker->failed_part = n;
			worker->failed_at = first;
			atomic_store_explicit(&pool->stop, true, memory_order_relaxed);
			break;
		}
	}
}

static void *
worker_run(void *argument)
{
	struct worker *worker = argument;
	zg_clock_read clock = worker->pool->clock;
	int64_t then = clock != NULL ? clock(ZG_CLOCK_THREAD) : 0;

	for (size_t i = 0; i < worker->pool->n_parts && worker->status == ZG_OK; i++) {
		int64_t now;

		worker_run_part(worker, i);
		now = clock != NULL ? clock(ZG_CLOCK_THREAD) : 0;
		worker->processor[i] = now - then;
		then = now;
	}
	return NULL;
}

/* Starts threads, works beside them, waits for them. Returns how many there were. */
static unsigned
run_workers(struct pool *pool, struct worker *workers, unsigned threads)
{
	unsigned started = 1;

	workers[0] = (struct worker){.pool = pool};
	for (; started < threads; started++) {
		workers[started] = (struct worker){.pool = pool, .number = started};
		if (pthread_create(&workers[started].thread, NULL, worker_run, &workers[started]) !=
		    0)
			break;
	}
	(void)worker_run(&workers[0]);
	for (unsigned i = 1; i < started; i++)
		(void)pthread_join(workers[i].thread, NULL);
	return started;
}

/* Chunks of all parts, at most `enough`. */
static size_t
count_chunks(const struct work_part *parts, size_t n, size_t enough)
{
	size_t chunks = 0;

	for (size_t i = 0; i < n && chunks < enough; i++)
		chunks += parts[i].count / parts[i].chunk + (parts[i].count % parts[i].chunk != 0);
	return chunks < enough ? chunks : enough;
}

/* The index that the last thread to look is given must not wrap round. */
static bool
part_is_sound(struct work_part *part)
{
	if (part->count == 0)
		part->chunk = 1;
	else if (part->chunk > part->count)
		part->chunk = part->count;
	return part->chunk > 0 && part->count <= SIZE_MAX / 4;
}

/* What came of the parts, from what came of the threads. */
static void
collect(const struct worker *workers, unsigned n_workers, struct work_part *parts, size_t n)
{
	for (size_t part = 0; part < n; part++) {
		size_t failed_at = SIZE_MAX;

		parts[part].status = ZG_OK;
		parts[part].processor = 0;
		for (unsigned i = 0; i < n_workers; i++) {
			parts[part].processor += workers[i].processor[part];
			if (workers[i].status == ZG_OK || workers[i].failed_part != part ||
			    workers[i].failed_at >= failed_at)
				continue;
			parts[part].status = workers[i].status;
			failed_at = workers[i].failed_at;
		}
	}
}

zg_status
work_pool_run_parts(unsigned threads, struct work_part *parts, size_t n, zg_clock_read clock)
{
	struct worker workers[ZG_THREADS_MAX];
	struct pool pool = {.parts = parts, .n_parts = n, .clock = clock};
	unsigned started;

	if (n > WORK_PARTS_MAX)
		return ZG_PARAMETER;
	for (size_t i = 0; i < n; i++) {
		if (!part_is_sound(&parts[i]))
			return ZG_PARAMETER;
	}
	threads = threads < ZG_THREADS_MAX ? threads : ZG_THREADS_MAX;
	started = run_workers(&pool, workers, (unsigned)count_chunks(parts, n, threads));
	collect(workers, started, parts, n);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].status != ZG_OK)
			return parts[i].status;
	}
	return ZG_OK;
}

zg_status
work_pool_run(unsigned threads, size_t count, size_t chunk, work_function work, void *context)
{
	struct work_part part = {.work = work, .context = context, .count = count, .chunk = chunk};

	return work_pool_run_parts(threads, &part, 1, NULL);
}
