/* Octets as hexadecimal digits, and back. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

#define OCTETS 256

/* Every octet as printf has it, which is another way. */
START_TEST(every_octet_is_written_in_lower_case)
{
	uint8_t octets[OCTETS];
	char text[HEX_TEXT_SIZE(OCTETS)], wanted[3];

	for (int i = 0; i < OCTETS; i++)
		octets[i] = (uint8_t)i;
	hex_write(octets, OCTETS, text);
	for (int i = 0; i < OCTETS; i++) {
		(void)snprintf(wanted, sizeof(wanted), "%02x", (unsigned)i);
		ck_assert_mem_eq(text + 2 * i, wanted, 2);
	}
	ck_assert_uint_eq(strlen(text), sizeof(text) - 1);
}
END_TEST

START_TEST(nothing_is_written_as_an_empty_text)
{
	char text[4] = "xyz";

	hex_write(NULL, 0, text);
	ck_assert_mem_eq(text, "\0yz", 4);
}
END_TEST

/* Writes no octet behind the NUL. */
START_TEST(no_more_is_written_than_the_size_says)
{
	static const uint8_t octets[] = {0x01, 0xfe};
	char text[HEX_TEXT_SIZE(2) + 1];

	memset(text, '!', sizeof(text));
	hex_write(octets, 2, text);
	ck_assert_mem_eq(text, "01fe\0!", 6);
}
END_TEST

/* All characters: a value in either case for the readers' digits, none for the others. */
START_TEST(digits_have_the_value_that_strtol_gives)
{
	for (int c = -128; c < 256; c++) {
		char digit = (char)c, text[2] = {digit, '\0'}, *end;
		long value = strtol(text, &end, 16);
		bool is_digit = end == text + 1;

		ck_assert_int_eq(hex_digit(digit), is_digit ? value : -1);
	}
}
END_TEST

START_TEST(either_case_is_read)
{
	static const uint8_t wanted[] = {0x00, 0x9a, 0xbc, 0xde, 0xf1};
	uint8_t octets[sizeof(wanted)];

	ck_assert(hex_read("009aBcDEf1", sizeof(wanted), octets));
	ck_assert_mem_eq(octets, wanted, sizeof(wanted));
	ck_assert(hex_read_lower("009abcdef1", sizeof(wanted), octets));
	ck_assert_mem_eq(octets, wanted, sizeof(wanted));
}
END_TEST

/* Each digit of a good text in upper case in turn. */
START_TEST(the_strict_reader_takes_lower_case_only)
{
	uint8_t octets[3];

	ck_assert(hex_read_lower("abcdef", 3, octets));
	for (size_t i = 0; i < 6; i++) {
		char text[] = "abcdef";

		text[i] = (char)(text[i] - 'a' + 'A');
		ck_assert(!hex_read_lower(text, 3, octets));
		ck_assert(hex_read(text, 3, octets));
	}
}
END_TEST

/* At each place of a good text, the neighbours of the digits in ASCII, and a NUL. */
START_TEST(what_is_no_digit_is_not_read)
{
	static const char others[] = "/:@G`g \0\xff";
	uint8_t octets[2];

	for (size_t i = 0; i < 4; i++) {
		for (size_t other = 0; other < sizeof(others) - 1; other++) {
			char text[] = "12ab";

			text[i] = others[other];
			ck_assert(!hex_read(text, 2, octets));
			ck_assert(!hex_read_lower(text, 2, octets));
		}
	}
}
END_TEST

/* A text that ends where its memory ends: sanitizers see a step beyond it. */
START_TEST(a_text_that_ends_early_is_not_read_beyond)
{
	for (size_t length = 0; length < 4; length++) {
		char *text = malloc(length + 1);
		uint8_t octets[2];

		ck_assert_ptr_nonnull(text);
		memcpy(text, "12ab", length);
		text[length] = '\0';
		ck_assert(!hex_read(text, 2, octets));
		ck_assert(!hex_read_lower(text, 2, octets));
		ck_assert(hex_read(text, length / 2, octets));
		free(text);
	}
}
END_TEST

static const struct {
	const char *text;
	size_t digits;
	bool is_text;
} texts[] = {
    {"0123456789abcdef", 16, true},
    {"0123456789abcdef", 15, false},
    {"0123456789abcdef", 17, false},
    {"0123456789abcdeF", 16, false},
    {"0123456789abcdeg", 15, false},
    {"0123456789abcde ", 16, false},
    {"abc", 3, true},
    {"", 0, true},
    {"", 1, false},
};

START_TEST(a_text_is_that_many_lower_case_digits)
{
	ck_assert(hex_is_text(texts[_i].text, texts[_i].digits) == texts[_i].is_text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hex");
	TCase *tcase = tcase_create("hex");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, every_octet_is_written_in_lower_case);
	tcase_add_test(tcase, nothing_is_written_as_an_empty_text);
	tcase_add_test(tcase, no_more_is_written_than_the_size_says);
	tcase_add_test(tcase, digits_have_the_value_that_strtol_gives);
	tcase_add_test(tcase, either_case_is_read);
	tcase_add_test(tcase, the_strict_reader_takes_lower_case_only);
	tcase_add_test(tcase, what_is_no_digit_is_not_read);
	tcase_add_test(tcase, a_text_that_ends_early_is_not_read_beyond);
	tcase_add_loop_test(tcase, a_text_is_that_many_lower_case_digits, 0,
	    (int)(sizeof(texts) / sizeof(texts[0])));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
