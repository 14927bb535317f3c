/* Threads over one range. Run under -fsanitize=thread as well. */
#include <check.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <zonegate/limits.h>
#include "base/work_pool.h"

#define COUNT_MAX 10007

struct work {
	size_t count, chunk;
	unsigned threads;
	uint8_t visits[COUNT_MAX];	 /* each written by the one thread that has its chunk */
	size_t last_end[ZG_THREADS_MAX]; /* of each thread */
	bool wrong[ZG_THREADS_MAX];
	size_t fails[2]; /* indexes whose chunks fail */
};

static zg_status
visit(void *context, unsigned thread, size_t first, size_t end)
{
	struct work *work = context;
	bool whole = end - first == work->chunk || end == work->count;

	if (thread >= work->threads || first >= end || end > work->count || !whole ||
	    first % work->chunk != 0 || first < work->last_end[thread])
		work->wrong[thread] = true;
	work->last_end[thread] = end;
	for (size_t i = first; i < end; i++)
		work->visits[i]++;
	for (int i = 0; i < 2; i++) {
		if (work->fails[i] >= first && work->fails[i] < end)
			return i == 0 ? ZG_CRYPTO : ZG_READ;
	}
	return ZG_OK;
}

static struct work *
work_new(size_t count, size_t chunk, unsigned threads)
{
	struct work *work = calloc(1, sizeof(*work));

	ck_assert_ptr_nonnull(work);
	work->count = count;
	work->chunk = chunk;
	work->threads = threads;
	work->fails[0] = work->fails[1] = SIZE_MAX;
	return work;
}

/* Every index once, in whole chunks that each thread sees in ascending order. */
START_TEST(every_index_is_visited_once)
{
	static const struct {
		size_t count, chunk;
		unsigned threads;
	} shapes[] = {{1, 1, 1}, {1, 100, 8}, {100, 1, 3}, {100, 100, 4}, {101, 100, 4},
	    {COUNT_MAX, 7, 1}, {COUNT_MAX, 1, 8}, {COUNT_MAX, 64, 2}, {COUNT_MAX, 13, 64}};
	struct work *work = work_new(shapes[_i].count, shapes[_i].chunk, shapes[_i].threads);

	ck_assert_int_eq(
	    work_pool_run(work->threads, work->count, work->chunk, visit, work), ZG_OK);
	for (size_t i = 0; i < COUNT_MAX; i++)
		ck_assert_uint_eq(work->visits[i], i < work->count);
	for (size_t i = 0; i < ZG_THREADS_MAX; i++)
		ck_assert(!work->wrong[i]);
	free(work);
}
END_TEST

START_TEST(no_thread_is_one_thread)
{
	struct work *work = work_new(10, 2, 1);

	ck_assert_int_eq(work_pool_run(0, work->count, work->chunk, visit, work), ZG_OK);
	ck_assert_uint_eq(work->last_end[0], 10);
	ck_assert(!work->wrong[0]);
	free(work);
}
END_TEST

START_TEST(surplus_threads_are_cut_at_the_limit)
{
	struct work *work = work_new(COUNT_MAX, 1, ZG_THREADS_MAX);

	ck_assert_int_eq(
	    work_pool_run(ZG_THREADS_MAX + 100, work->count, work->chunk, visit, work), ZG_OK);
	for (size_t i = 0; i < ZG_THREADS_MAX; i++)
		ck_assert(!work->wrong[i]);
	free(work);
}
END_TEST

START_TEST(empty_range_does_nothing)
{
	struct work *work = work_new(0, 1, 4);

	ck_assert_int_eq(work_pool_run(4, 0, 1, visit, work), ZG_OK);
	ck_assert_uint_eq(work->visits[0], 0);
	free(work);
}
END_TEST

START_TEST(impossible_ranges_are_refused)
{
	ck_assert_int_eq(work_pool_run(1, 1, 0, visit, NULL), ZG_PARAMETER);
	ck_assert_int_eq(work_pool_run(1, SIZE_MAX, 1, visit, NULL), ZG_PARAMETER);
}
END_TEST

START_TEST(chunk_may_be_larger_than_anything)
{
	struct work *work = work_new(5, SIZE_MAX, 8);

	ck_assert_int_eq(work_pool_run(8, work->count, work->chunk, visit, work), ZG_OK);
	for (size_t i = 0; i < 5; i++)
		ck_assert_uint_eq(work->visits[i], 1);
	free(work);
}
END_TEST

/* Of two failures the one of the lower chunk is returned, whichever thread is faster. */
START_TEST(first_failure_in_order_is_returned)
{
	for (unsigned round = 0; round < 50; round++) {
		struct work *work = work_new(COUNT_MAX, 3, 1 + round % 8);

		work->fails[0] = 5000 + round;
		work->fails[1] = 5000 + round + 3 * (round % 5 + 1);
		ck_assert_int_eq(
		    work_pool_run(work->threads, work->count, work->chunk, visit, work), ZG_CRYPTO);
		for (size_t i = 0; i < work->fails[0]; i++)
			ck_assert_uint_eq(work->visits[i], 1);
		free(work);
	}
}
END_TEST

START_TEST(failure_stops_one_thread_at_once)
{
	struct work *work = work_new(COUNT_MAX, 10, 1);

	work->fails[1] = 25;
	ck_assert_int_eq(work_pool_run(1, work->count, work->chunk, visit, work), ZG_READ);
	ck_assert_uint_eq(work->last_end[0], 30);
	free(work);
}
END_TEST

/* Two chunks that wait for each other: they can only end when two threads run. */
struct meeting {
	pthread_barrier_t barrier;
};

static zg_status
meet(void *context, unsigned thread, size_t first, size_t end)
{
	struct meeting *meeting = context;
	int met = pthread_barrier_wait(&meeting->barrier);

	(void)thread;
	(void)first;
	(void)end;
	return met == 0 || met == PTHREAD_BARRIER_SERIAL_THREAD ? ZG_OK : ZG_INTERNAL;
}

START_TEST(threads_run_at_the_same_time)
{
	struct meeting meeting;

	ck_assert_int_eq(pthread_barrier_init(&meeting.barrier, NULL, 2), 0);
	ck_assert_int_eq(work_pool_run(2, 2, 1, meet, &meeting), ZG_OK);
	ck_assert_int_eq(pthread_barrier_destroy(&meeting.barrier), 0);
}
END_TEST

/* Parts: each whole, and a thread that has nothing left of one is at the next at once. */
START_TEST(all_parts_are_visited_once)
{
	struct work *works[3] = {work_new(1, 1, 4), work_new(COUNT_MAX, 64, 4), work_new(10, 3, 4)};
	struct work_part parts[3];

	for (int i = 0; i < 3; i++)
		parts[i] = (struct work_part){.work = visit,
		    .context = works[i],
		    .count = works[i]->count,
		    .chunk = works[i]->chunk};
	ck_assert_int_eq(work_pool_run_parts(4, parts, 3, NULL), ZG_OK);
	for (int i = 0; i < 3; i++) {
		for (size_t k = 0; k < COUNT_MAX; k++)
			ck_assert_uint_eq(works[i]->visits[k], k < works[i]->count);
		for (size_t t = 0; t < ZG_THREADS_MAX; t++)
			ck_assert(!works[i]->wrong[t]);
		free(works[i]);
	}
}
END_TEST

START_TEST(parts_run_at_the_same_time)
{
	struct meeting meeting;
	struct work_part parts[] = {{.work = meet, .context = &meeting, .count = 1, .chunk = 1},
	    {.work = meet, .context = &meeting, .count = 1, .chunk = 1}};

	ck_assert_int_eq(pthread_barrier_init(&meeting.barrier, NULL, 2), 0);
	ck_assert_int_eq(work_pool_run_parts(2, parts, 2, NULL), ZG_OK);
	ck_assert_int_eq(pthread_barrier_destroy(&meeting.barrier), 0);
}
END_TEST

/* The failure of the earlier part is returned, whichever came first; each part has its own. */
START_TEST(first_failed_part_is_returned)
{
	for (unsigned round = 0; round < 50; round++) {
		struct work *works[2] = {work_new(4, 1, 2), work_new(COUNT_MAX, 3, 2)};
		struct work_part parts[2];

		works[0]->fails[0] = round % 2 == 0 ? 3 : SIZE_MAX;
		works[1]->fails[1] = 0;
		for (int i = 0; i < 2; i++)
			parts[i] = (struct work_part){.work = visit,
			    .context = works[i],
			    .count = works[i]->count,
			    .chunk = works[i]->chunk};
		ck_assert_int_eq(
		    work_pool_run_parts(2, parts, 2, NULL), round % 2 == 0 ? ZG_CRYPTO : ZG_READ);
		ck_assert_int_eq(parts[0].status, round % 2 == 0 ? ZG_CRYPTO : ZG_OK);
		free(works[0]);
		free(works[1]);
	}
}
END_TEST

static int64_t
thread_clock(enum zg_clock which)
{
	static _Thread_local int64_t now;

	ck_assert_int_eq(which, ZG_CLOCK_THREAD);
	return now += 5;
}

START_TEST(time_is_taken_by_part)
{
	struct work *work = work_new(100, 1, 3);
	struct work_part parts[] = {{.work = visit, .context = work, .count = 100, .chunk = 1},
	    {.work = visit, .context = work, .count = 0, .chunk = 1}};

	ck_assert_int_eq(work_pool_run_parts(1, parts, 2, thread_clock), ZG_OK);
	ck_assert_int_eq(parts[0].processor, 5);
	ck_assert_int_eq(parts[1].processor, 5);
	ck_assert_int_eq(work_pool_run_parts(3, parts, 2, NULL), ZG_OK);
	ck_assert_int_eq(parts[0].processor, 0);
	free(work);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("work_pool");
	TCase *tcase = tcase_create("work_pool");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, every_index_is_visited_once, 0, 9);
	tcase_add_test(tcase, no_thread_is_one_thread);
	tcase_add_test(tcase, surplus_threads_are_cut_at_the_limit);
	tcase_add_test(tcase, empty_range_does_nothing);
	tcase_add_test(tcase, impossible_ranges_are_refused);
	tcase_add_test(tcase, chunk_may_be_larger_than_anything);
	tcase_add_test(tcase, first_failure_in_order_is_returned);
	tcase_add_test(tcase, failure_stops_one_thread_at_once);
	tcase_add_test(tcase, threads_run_at_the_same_time);
	tcase_add_test(tcase, all_parts_are_visited_once);
	tcase_add_test(tcase, parts_run_at_the_same_time);
	tcase_add_test(tcase, first_failed_part_is_returned);
	tcase_add_test(tcase, time_is_taken_by_part);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
