/* Laps, by a clock of our own. */
#include <check.h>
#include <stdlib.h>

#include "base/meter.h"

/* What the clock shows next; each look makes it go on. */
static int64_t wall, processor;

static int64_t
ticking(enum zg_clock which)
{
	return which == ZG_CLOCK_WALL ? (wall += 100) : (processor += 7);
}

static int64_t
standing(enum zg_clock which)
{
	return which == ZG_CLOCK_WALL ? wall : processor;
}

START_TEST(laps_go_to_what_they_were_of)
{
	struct zg_timing timing = {.clock = ticking, .wall = {[ZG_TIME_READ] = 5}};
	struct meter meter;

	meter_begin(&meter, &timing);
	meter_lap(&meter, ZG_TIME_READ);
	meter_lap(&meter, ZG_TIME_VERIFY);
	meter_lap(&meter, ZG_TIME_VERIFY);
	ck_assert_int_eq(timing.wall[ZG_TIME_READ], 105);
	ck_assert_int_eq(timing.wall[ZG_TIME_VERIFY], 200);
	ck_assert_int_eq(timing.processor[ZG_TIME_VERIFY], 14);
	ck_assert_int_eq(timing.wall[ZG_TIME_OTHER], 0);
}
END_TEST

START_TEST(a_shared_lap_is_divided_by_processor_time)
{
	static const enum zg_time whats[] = {ZG_TIME_HASH, ZG_TIME_VERIFY, ZG_TIME_HASH};
	static const int64_t shares[] = {10, 60, 10};
	struct zg_timing timing = {.clock = standing};
	struct meter meter;

	wall = processor = 1000;
	meter_begin(&meter, &timing);
	wall += 400;
	processor += 800;
	meter_share(&meter, whats, shares, 3);
	ck_assert_int_eq(timing.wall[ZG_TIME_HASH], 100);
	ck_assert_int_eq(timing.wall[ZG_TIME_VERIFY], 300);
	ck_assert_int_eq(timing.processor[ZG_TIME_HASH], 200);
	ck_assert_int_eq(timing.processor[ZG_TIME_VERIFY], 600);
	meter_lap(&meter, ZG_TIME_OTHER);
	ck_assert_int_eq(timing.wall[ZG_TIME_OTHER], 0);
}
END_TEST

START_TEST(without_a_clock_nothing_is_measured)
{
	static const enum zg_time whats[] = {ZG_TIME_HASH};
	static const int64_t shares[] = {1};
	struct zg_timing timing = {.clock = NULL};
	struct meter meter;

	meter_begin(&meter, NULL);
	meter_lap(&meter, ZG_TIME_READ);
	ck_assert(meter_clock(&meter) == NULL);
	meter_begin(&meter, &timing);
	meter_lap(&meter, ZG_TIME_READ);
	meter_share(&meter, whats, shares, 1);
	ck_assert_int_eq(timing.wall[ZG_TIME_READ], 0);
	ck_assert(meter_clock(NULL) == NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("meter");
	TCase *tcase = tcase_create("meter");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, laps_go_to_what_they_were_of);
	tcase_add_test(tcase, a_shared_lap_is_divided_by_processor_time);
	tcase_add_test(tcase, without_a_clock_nothing_is_measured);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
