/* Stages follow each other, parts of one stage do not wait. Run under -fsanitize=thread as well. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "facts/plan.h"

#define COUNT 1000

struct work {
	size_t n_late;		   /* known only when the first stage is over */
	unsigned char seen[COUNT]; /* each written by the one thread that has it */
	size_t n_seen;
	zg_status fails;
};

static zg_status
find_count(void *context)
{
	struct work *work = context;

	work->n_late = COUNT;
	return ZG_OK;
}

static zg_status
see(void *context, unsigned thread, size_t first, size_t end)
{
	struct work *work = context;

	(void)thread;
	memset(work->seen + first, 1, end - first);
	return ZG_OK;
}

static zg_status
count_seen(void *context)
{
	struct work *work = context;

	for (size_t i = 0; i < COUNT; i++)
		work->n_seen += work->seen[i];
	return ZG_OK;
}

static zg_status
give(void *context)
{
	const struct work *work = context;

	return work->fails;
}

static zg_status
never(void *context)
{
	(void)context;
	ck_abort_msg("a stage behind a failure");
	return ZG_OK;
}

START_TEST(a_stage_sees_what_the_one_before_has_made)
{
	struct work work = {.n_late = 0};
	struct plan plan = {.n = 0};

	/* Planned in the wrong order on purpose. */
	plan_add(
	    &plan, &(struct plan_part){.stage = PLAN_FINISH, .task = count_seen, .context = &work});
	plan_add(&plan, &(struct plan_part){.stage = PLAN_COMPUTE,
			    .work = see,
			    .context = &work,
			    .count = &work.n_late,
			    .chunk = 7});
	plan_add(&plan,
	    &(struct plan_part){.stage = PLAN_PREPARE, .task = find_count, .context = &work});
	ck_assert_int_eq(plan_run(&plan, (unsigned)_i + 1, NULL, NULL), ZG_OK);
	ck_assert_uint_eq(work.n_seen, COUNT);
}
END_TEST

START_TEST(the_message_says_what_was_being_done)
{
	struct work work = {.fails = ZG_CRYPTO};
	struct plan plan = {.n = 0};
	struct zg_error error = {""};

	plan_add(&plan,
	    &(struct plan_part){
		.stage = PLAN_COMPUTE, .doing = "nothing", .task = find_count, .context = &work});
	plan_add(
	    &plan, &(struct plan_part){
		       .stage = PLAN_COMPUTE, .doing = "failing", .task = give, .context = &work});
	plan_add(
	    &plan, &(struct plan_part){
		       .stage = PLAN_FINISH, .doing = "more", .task = never, .context = &work});
	ck_assert_int_eq(plan_run(&plan, (unsigned)_i + 1, NULL, &error), ZG_CRYPTO);
	ck_assert_ptr_nonnull(strstr(error.text, "while failing"));
}
END_TEST

START_TEST(a_plan_that_is_too_large_is_refused)
{
	struct work work = {.fails = ZG_OK};
	struct plan plan = {.n = 0};

	for (size_t i = 0; i <= PLAN_PARTS_MAX; i++)
		plan_add(&plan, &(struct plan_part){.stage = (enum plan_stage)(i % PLAN_STAGES),
				    .task = give,
				    .context = &work});
	ck_assert_int_eq(plan_run(&plan, 1, NULL, NULL), ZG_INTERNAL);
	plan.n = 0;
	for (size_t i = 0; i <= WORK_PARTS_MAX; i++)
		plan_add(&plan, &(struct plan_part){.task = give, .context = &work});
	ck_assert_int_eq(plan_run(&plan, 1, NULL, NULL), ZG_INTERNAL);
}
END_TEST

/* Each look is one later; the time of a thread is not asked for where nothing runs. */
static int64_t
constant_rate(enum zg_clock which)
{
	static _Thread_local int64_t now;

	return which == ZG_CLOCK_WALL ? (now += 10) : (now += 1);
}

START_TEST(each_stage_is_a_lap)
{
	struct work work = {.fails = ZG_OK};
	struct plan plan = {.n = 0};
	struct zg_timing timing = {.clock = constant_rate};
	struct meter meter;

	plan_add(&plan,
	    &(struct plan_part){
		.stage = PLAN_PREPARE, .what = ZG_TIME_HASH, .task = give, .context = &work});
	plan_add(
	    &plan, &(struct plan_part){
		       .stage = PLAN_SUM, .what = ZG_TIME_DENIAL, .task = give, .context = &work});
	meter_begin(&meter, &timing);
	ck_assert_int_eq(plan_run(&plan, 2, &meter, NULL), ZG_OK);
	ck_assert_int_gt(timing.wall[ZG_TIME_HASH], 0);
	ck_assert_int_gt(timing.wall[ZG_TIME_DENIAL], 0);
	ck_assert_int_eq(timing.wall[ZG_TIME_VERIFY], 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("plan");
	TCase *tcase = tcase_create("plan");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, a_stage_sees_what_the_one_before_has_made, 0, 4);
	tcase_add_loop_test(tcase, the_message_says_what_was_being_done, 0, 4);
	tcase_add_test(tcase, a_plan_that_is_too_large_is_refused);
	tcase_add_test(tcase, each_stage_is_a_lap);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
