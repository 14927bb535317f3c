/* Serial number arithmetic. */
#include <check.h>
#include <stdlib.h>

#include "dns/serial.h"

/* RFC 1982 section 5.2, with 32 bits instead of 8. */
START_TEST(greater_goes_round)
{
	ck_assert(serial_greater(1, 0));
	ck_assert(!serial_greater(0, 1));
	ck_assert(serial_greater(44, 0));
	ck_assert(serial_greater(0x7fffffff, 0));
	ck_assert(serial_greater(0, 0xffffffff));
	ck_assert(!serial_greater(0xffffffff, 0));
	ck_assert(serial_greater(0x80000000, 0x7fffffff));
	ck_assert(serial_greater(0x80000001, 2));
	ck_assert(serial_greater(5, 0xfffffff0));
}
END_TEST

START_TEST(nothing_is_greater_than_itself)
{
	ck_assert(!serial_greater(0, 0));
	ck_assert(!serial_greater(0x80000000, 0x80000000));
}
END_TEST

/* Half the circle apart there is no order (RFC 1982 section 3.2): neither is greater. */
START_TEST(undefined_order_is_not_greater)
{
	ck_assert(!serial_greater(0x80000000, 0));
	ck_assert(!serial_greater(0, 0x80000000));
	ck_assert(!serial_greater(0x80000005, 5));
	ck_assert(!serial_greater(5, 0x80000005));
}
END_TEST

START_TEST(time_is_the_nearest_one)
{
	int64_t now = 0x1ffffff00; /* in 2242, shortly before the field wraps */

	ck_assert_int_eq(serial_time(0xffffff00, now), now);
	ck_assert_int_eq(serial_time(0xfffffff0, now), now + 0xf0);
	ck_assert_int_eq(serial_time(0x10, now), now + 0x110);
	ck_assert_int_eq(serial_time(0xfffffe00, now), now - 0x100);
	ck_assert_int_eq(serial_time(0x7fffffff, now), 0x17fffffff);
}
END_TEST

/* The farthest times that can be meant: just under 68 years on either side. */
START_TEST(time_reaches_half_the_circle)
{
	int64_t now = 1763800000;

	ck_assert_int_eq(serial_time((uint32_t)now + 0x7fffffffU, now), now + 0x7fffffff);
	ck_assert_int_eq(serial_time((uint32_t)now - 0x7fffffffU, now), now - 0x7fffffff);
	ck_assert_int_eq(serial_time((uint32_t)now, now), now);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("serial");
	TCase *tcase = tcase_create("serial");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, greater_goes_round);
	tcase_add_test(tcase, nothing_is_greater_than_itself);
	tcase_add_test(tcase, undefined_order_is_not_greater);
	tcase_add_test(tcase, time_is_the_nearest_one);
	tcase_add_test(tcase, time_reaches_half_the_circle);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
