/* The bounded reader. */
#include <check.h>
#include <stdlib.h>

#include "base/byte_reader.h"

static const uint8_t octets[] = {0x01, 0xfe, 0xdc, 0xff, 0xee, 0xdd, 0xcc, 0x05};

START_TEST(numbers_are_in_network_byte_order)
{
	struct byte_reader reader = byte_reader_init(octets, sizeof(octets));

	ck_assert_uint_eq(byte_reader_u8(&reader), 0x01);
	ck_assert_uint_eq(byte_reader_u16(&reader), 0xfedc);
	ck_assert_uint_eq(byte_reader_u32(&reader), 0xffeeddccU);
	ck_assert_uint_eq(reader.left, 1);
	ck_assert(!reader.failed);
}
END_TEST

START_TEST(reading_to_the_end_does_not_fail)
{
	struct byte_reader reader = byte_reader_init(octets, sizeof(octets));

	ck_assert_ptr_eq(byte_reader_take(&reader, sizeof(octets)), octets);
	ck_assert_ptr_eq(byte_reader_take(&reader, 0), octets + sizeof(octets));
	ck_assert(!reader.failed);
}
END_TEST

/* Each kind of read, one octet short. */
START_TEST(reading_beyond_the_end_fails)
{
	struct byte_reader readers[4] = {
	    byte_reader_init(octets, 0),
	    byte_reader_init(octets, 1),
	    byte_reader_init(octets, 3),
	    byte_reader_init(octets, 4),
	};

	ck_assert_uint_eq(byte_reader_u8(&readers[0]), 0);
	ck_assert_uint_eq(byte_reader_u16(&readers[1]), 0);
	ck_assert_uint_eq(byte_reader_u32(&readers[2]), 0);
	ck_assert_ptr_null(byte_reader_take(&readers[3], SIZE_MAX));
	for (int i = 0; i < 4; i++)
		ck_assert(readers[i].failed);
}
END_TEST

/* What would still be there after a failure is not given out: one test at the end is enough. */
START_TEST(failure_sticks)
{
	struct byte_reader reader = byte_reader_init(octets, 3);

	(void)byte_reader_u32(&reader);
	ck_assert_uint_eq(byte_reader_u8(&reader), 0);
	ck_assert_ptr_null(byte_reader_take(&reader, 0));
	ck_assert(reader.failed);
}
END_TEST

START_TEST(stored_numbers_are_read_back)
{
	uint8_t buffer[8] = {0};
	struct byte_reader reader = byte_reader_init(buffer + 1, 6);

	store_u16(buffer + 1, 0xfffe);
	store_u32(buffer + 3, 0x80000001U);
	ck_assert_uint_eq(buffer[0], 0);
	ck_assert_uint_eq(buffer[1], 0xff);
	ck_assert_uint_eq(buffer[3], 0x80);
	ck_assert_uint_eq(buffer[7], 0);
	ck_assert_uint_eq(byte_reader_u16(&reader), 0xfffe);
	ck_assert_uint_eq(byte_reader_u32(&reader), 0x80000001U);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("byte_reader");
	TCase *tcase = tcase_create("byte_reader");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, numbers_are_in_network_byte_order);
	tcase_add_test(tcase, reading_to_the_end_does_not_fail);
	tcase_add_test(tcase, reading_beyond_the_end_fails);
	tcase_add_test(tcase, failure_sticks);
	tcase_add_test(tcase, stored_numbers_are_read_back);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
