/* The growing text buffer. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_writer.h"

START_TEST(text_is_appended_and_terminated)
{
	struct text_writer writer = {0};

	text_add(&writer, "");
	ck_assert_str_eq(writer.text, "");
	text_add(&writer, "one ");
	text_add_bytes(&writer, "two three", 3);
	text_printf(&writer, " %d%s", 3, "!");
	ck_assert_str_eq(writer.text, "one two 3!");
	ck_assert_uint_eq(writer.used, strlen("one two 3!"));
	ck_assert(!writer.failed);
	text_writer_clear(&writer);
}
END_TEST

START_TEST(zero_octets_are_kept)
{
	struct text_writer writer = {0};

	text_add_bytes(&writer, "a\0b", 3);
	ck_assert_uint_eq(writer.used, 3);
	ck_assert_mem_eq(writer.text, "a\0b", 4);
	text_writer_clear(&writer);
}
END_TEST

/* In lower case, and nothing as an empty text. */
START_TEST(octets_are_written_as_digits)
{
	static const uint8_t octets[] = {0x00, 0x7f, 0xab, 0xff};
	struct text_writer writer = {0};

	text_add_hex(&writer, octets, 0);
	ck_assert_str_eq(writer.text, "");
	text_add(&writer, "SHA-256 ");
	text_add_hex(&writer, octets, sizeof(octets));
	ck_assert_str_eq(writer.text, "SHA-256 007fabff");
	ck_assert_uint_eq(writer.used, strlen(writer.text));
	for (int i = 0; i < 1000; i++)
		text_add_hex(&writer, octets, sizeof(octets));
	ck_assert_uint_eq(writer.used, strlen("SHA-256 ") + (size_t)8 * 1001);
	ck_assert_uint_eq(writer.used, strlen(writer.text));
	text_writer_clear(&writer);
}
END_TEST

START_TEST(long_text_grows_the_buffer)
{
	struct text_writer writer = {0};

	for (int i = 0; i < 10000; i++)
		text_printf(&writer, "%05d", i);
	ck_assert_uint_eq(writer.used, 50000);
	ck_assert_mem_eq(writer.text + 5 * 1234, "01234", 5);
	ck_assert_mem_eq(writer.text + 5 * 9999, "09999", 6);
	text_writer_clear(&writer);
}
END_TEST

/* One format longer than anything that is allocated ahead. */
START_TEST(long_format_is_not_cut)
{
	struct text_writer writer = {0};

	text_printf(&writer, "%*s|", 5000, "x");
	ck_assert_uint_eq(writer.used, 5001);
	ck_assert_str_eq(writer.text + 4999, "x|");
	text_writer_clear(&writer);
}
END_TEST

/* Twice as many digits as octets: more than can be counted. */
START_TEST(too_many_octets_fail)
{
	static const uint8_t octets[] = {0};
	struct text_writer writer = {0};

	text_add_hex(&writer, octets, SIZE_MAX / 2 + 1);
	ck_assert(writer.failed);
	ck_assert_uint_eq(writer.used, 0);
	text_writer_clear(&writer);
}
END_TEST

START_TEST(failure_sticks_and_keeps_the_text)
{
	struct text_writer writer = {0};

	text_add(&writer, "kept");
	text_add_bytes(&writer, "", SIZE_MAX);
	ck_assert(writer.failed);
	text_add(&writer, " lost");
	text_printf(&writer, "%d", 1);
	ck_assert(writer.failed);
	ck_assert_str_eq(writer.text, "kept");
	ck_assert_uint_eq(writer.used, 4);
	text_writer_clear(&writer);
}
END_TEST

START_TEST(cleared_writer_is_new)
{
	struct text_writer writer = {0};

	text_add_bytes(&writer, "", SIZE_MAX / 2);
	ck_assert(writer.failed);
	text_writer_clear(&writer);
	ck_assert_ptr_null(writer.text);
	text_add(&writer, "again");
	ck_assert(!writer.failed);
	ck_assert_str_eq(writer.text, "again");
	text_writer_clear(&writer);
	text_writer_clear(&writer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("text_writer");
	TCase *tcase = tcase_create("text_writer");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, text_is_appended_and_terminated);
	tcase_add_test(tcase, zero_octets_are_kept);
	tcase_add_test(tcase, octets_are_written_as_digits);
	tcase_add_test(tcase, long_text_grows_the_buffer);
	tcase_add_test(tcase, long_format_is_not_cut);
	tcase_add_test(tcase, too_many_octets_fail);
	tcase_add_test(tcase, failure_sticks_and_keeps_the_text);
	tcase_add_test(tcase, cleared_writer_is_new);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
