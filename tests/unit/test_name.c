/* Domain names: text to wire and back, limits, order, relations. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"

static const uint8_t origin[] = "\7Example\3COM";

/* `text` as a wire name below `origin`; its length, or 0. */
static size_t
wire(const char *text, uint8_t name[ZG_NAME_MAX])
{
	const char *why;
	size_t length = name_from_text(text, strlen(text), origin, name, &why);

	ck_assert((length == 0) == (why != NULL));
	return length;
}

static void
expect_wire(const char *text, const char *expected, size_t length)
{
	uint8_t name[ZG_NAME_MAX];

	ck_assert_msg(wire(text, name) == length, "%s", text);
	ck_assert_mem_eq(name, expected, length);
}

static void
expect_refused(const char *text)
{
	uint8_t name[ZG_NAME_MAX];

	ck_assert_msg(wire(text, name) == 0, "%s", text);
}

START_TEST(relative_names_get_the_origin_with_its_letter_case)
{
	expect_wire("www", "\3www\7Example\3COM", 17);
	expect_wire("A.b", "\1A\1b\7Example\3COM", 17);
	expect_wire("@", "\7Example\3COM", 13);
	expect_wire("www.", "\3www", 5);
	expect_wire(".", "", 1);
}
END_TEST

START_TEST(lower_case_reader_folds_letters_escapes_and_origin)
{
	static const char text[] = "WwW.\\065Z\\090-\\091@";
	uint8_t name[ZG_NAME_MAX];
	const char *why;

	ck_assert_uint_eq(name_from_text_lower(text, strlen(text), origin, name, &why), 24);
	ck_assert_mem_eq(name, "\3www\6azz-[@\7example\3com", 24);
	ck_assert_uint_eq(name_from_text_lower("@", 1, origin, name, &why), 13);
	ck_assert_mem_eq(name, "\7example\3com", 13);
}
END_TEST

START_TEST(escapes_stand_for_octets)
{
	expect_wire("a\\.b.", "\3a.b", 5);
	expect_wire("\\000\\255.", "\2\0\377", 4);
	expect_wire("\\@.", "\1@", 3);
	expect_wire("\\..", "\1.", 3);
	expect_wire("a\\\\.", "\2a\\", 4);
}
END_TEST

START_TEST(malformed_names_are_refused)
{
	static const char *const bad[] = {
	    "", "..", ".a", "a..b", "a..", "\\", "a\\", "\\1", "\\12", "\\12x.", "\\256.", "\\999"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_refused(bad[i]);
}
END_TEST

START_TEST(relative_names_need_an_origin)
{
	uint8_t name[ZG_NAME_MAX];
	const char *why;

	ck_assert_uint_eq(name_from_text("www", 3, NULL, name, &why), 0);
	ck_assert_ptr_nonnull(why);
	ck_assert_uint_eq(name_from_text("@", 1, NULL, name, &why), 0);
	ck_assert_uint_eq(name_from_text("www.", 4, NULL, name, &why), 5);
	ck_assert_ptr_null(why);
}
END_TEST

/* `n` times `octet`, then `tail`. */
static void
fill(char *text, size_t n, char octet, const char *tail)
{
	memset(text, octet, n);
	memcpy(text + n, tail, strlen(tail) + 1);
}

START_TEST(label_has_63_octets_and_not_64)
{
	char text[400];
	uint8_t name[ZG_NAME_MAX];

	fill(text, 63, 'a', ".");
	ck_assert_uint_eq(wire(text, name), 65);
	ck_assert_uint_eq(name[0], 63);
	fill(text, 64, 'a', ".");
	ck_assert_uint_eq(wire(text, name), 0);
	fill(text, 64, 'a', "");
	ck_assert_uint_eq(wire(text, name), 0);
	/* Escaped octets count once. */
	fill(text, 62, 'a', "\\097.");
	ck_assert_uint_eq(wire(text, name), 65);
	fill(text, 63, 'a', "\\097.");
	ck_assert_uint_eq(wire(text, name), 0);
}
END_TEST

/* Labels of two octets each and a last one so that the wire form has `octets`. */
static void
long_name(char *text, size_t octets, bool absolute, bool escaped)
{
	const char *letter = escaped ? "\\097" : "a";
	size_t left = octets - 1;

	*text = '\0';
	for (; left > 3; left -= 2) {
		strcat(text, letter);
		strcat(text, ".");
	}
	for (; left > 1; left--)
		strcat(text, letter);
	if (absolute)
		strcat(text, ".");
}

START_TEST(name_has_255_octets_and_not_256)
{
	static const uint8_t root[] = {0};
	char text[2000];
	uint8_t name[ZG_NAME_MAX];
	const char *why;

	for (int escaped = 0; escaped < 2; escaped++) {
		long_name(text, 255, true, escaped != 0);
		ck_assert_uint_eq(wire(text, name), 255);
		ck_assert_uint_eq(name_check(name, 255), 255);
		long_name(text, 256, true, escaped != 0);
		ck_assert_uint_eq(wire(text, name), 0);
		long_name(text, 255, false, escaped != 0);
		ck_assert_uint_eq(name_from_text(text, strlen(text), root, name, &why), 255);
		long_name(text, 256, false, escaped != 0);
		ck_assert_uint_eq(name_from_text(text, strlen(text), root, name, &why), 0);
		/* 243 octets without the root label, and 13 of the origin. */
		long_name(text, 243, false, escaped != 0);
		ck_assert_uint_eq(wire(text, name), 255);
		long_name(text, 244, false, escaped != 0);
		ck_assert_uint_eq(wire(text, name), 0);
	}
}
END_TEST

START_TEST(very_long_text_does_not_write_beyond_the_name)
{
	char *text = malloc(100000);
	uint8_t *name = malloc(ZG_NAME_MAX); /* a sanitizer sees what lies behind */

	ck_assert(text != NULL && name != NULL);
	for (size_t n = 250; n < 1100; n++) {
		fill(text, n, 'a', ".");
		ck_assert_uint_eq(wire(text, name), 0);
	}
	for (size_t i = 0; i < 1000; i++)
		memcpy(text + 2 * i, "a.", 3);
	ck_assert_uint_eq(wire(text, name), 0);
	free(text);
	free(name);
}
END_TEST

START_TEST(wire_names_are_checked)
{
	uint8_t name[300] = {0};

	ck_assert_uint_eq(name_check(name, 0), 0);
	ck_assert_uint_eq(name_check(name, 1), 1);
	ck_assert_uint_eq(name_check((const uint8_t *)"\1a", 3), 3);
	ck_assert_uint_eq(name_check((const uint8_t *)"\1a", 2), 0);	 /* cut */
	ck_assert_uint_eq(name_check((const uint8_t *)"\2a", 3), 0);	 /* cut */
	ck_assert_uint_eq(name_check((const uint8_t *)"\300\14", 2), 0); /* compressed */
	ck_assert_uint_eq(name_check((const uint8_t *)"\100a", 2), 0);
	for (size_t i = 0; i < 256; i += 2)
		name[i] = 1;
	name[254] = 0;
	ck_assert_uint_eq(name_check(name, sizeof(name)), 255);
	name[252] = 2;
	name[254] = 'a';
	ck_assert_uint_eq(name_check(name, sizeof(name)), 0); /* 256 */
}
END_TEST

START_TEST(name_take_sticks)
{
	struct byte_reader reader = byte_reader_init((const uint8_t *)"\1a\0\5", 4);

	ck_assert_ptr_nonnull(name_take(&reader));
	ck_assert_ptr_null(name_take(&reader));
	ck_assert(reader.failed);
}
END_TEST

/* Reads a name as it stands, and with its first octet escaped, which is read octet by octet. */
static void
assert_both_ways(const char *text)
{
	uint8_t plain[ZG_NAME_MAX], escaped[ZG_NAME_MAX];
	char other[2 * ZG_NAME_MAX];
	const char *why, *other_why;
	size_t length, other_length;

	(void)snprintf(other, sizeof(other), "\\%03u%s", (unsigned)(uint8_t)text[0], text + 1);
	length = name_from_text_lower(text, strlen(text), origin, plain, &why);
	other_length = name_from_text_lower(other, strlen(other), origin, escaped, &other_why);
	ck_assert_uint_eq(length, other_length);
	if (length == 0)
		ck_assert_str_eq(why, other_why);
	else
		ck_assert_mem_eq(plain, escaped, length);
	length = name_from_text(text, strlen(text), origin, plain, &why);
	other_length = name_from_text(other, strlen(other), origin, escaped, &other_why);
	ck_assert_uint_eq(length, other_length);
	if (length > 0)
		ck_assert_mem_eq(plain, escaped, length);
}

START_TEST(names_read_at_once_are_those_read_octet_by_octet)
{
	/* Few dots, many, at odds; every octet that has no meaning of its own. */
	static const char octets[] = "aZz09-_.@[`{A.\200\334.\377!~.";
	uint32_t state = 1;

	for (size_t length = 1; length < 260; length++) {
		for (int times = 0; times < 40; times++) {
			char text[264];

			for (size_t i = 0; i < length; i++) {
				state = state * 1664525 + 1013904223;
				text[i] = octets[(state >> 16) % (sizeof(octets) - 1)];
				/* Labels that are neither all short nor all too long. */
				if (text[i] == '.' && times % 4 != 0 && (state >> 8) % 8 != 0)
					text[i] = 'x';
			}
			text[0] = times % 2 == 0 ? 'Q' : 'q';
			text[length] = '\0';
			assert_both_ways(text);
		}
	}
}
END_TEST

START_TEST(text_of_a_name_is_plain_and_reads_back)
{
	uint8_t name[ZG_NAME_MAX] = {63}, again[ZG_NAME_MAX];
	char text[NAME_TEXT_MAX];
	const char *why;
	size_t length;

	for (unsigned first = 0; first < 256; first += 63) {
		for (unsigned i = 0; i < 63; i++)
			name[1 + i] = (uint8_t)(first + i);
		name[64] = 0;
		length = name_to_text(name, text);
		ck_assert_uint_eq(strlen(text), length);
		for (size_t i = 0; i < length; i++)
			ck_assert(text[i] > 0x20 && text[i] < 0x7f);
		ck_assert_uint_eq(name_from_text(text, length, NULL, again, &why), 65);
		ck_assert_mem_eq(name, again, 65);
	}
	ck_assert_uint_eq(name_to_text((const uint8_t *)"", text), 1);
	ck_assert_str_eq(text, ".");
	ck_assert_uint_eq(name_to_text((const uint8_t *)"\3a.b", text), 7);
	ck_assert_str_eq(text, "a\\046b.");
}
END_TEST

START_TEST(longest_text_fits)
{
	uint8_t name[ZG_NAME_MAX];
	char text[NAME_TEXT_MAX];

	memset(name, 0xff, sizeof(name));
	name[0] = name[64] = name[128] = 63;
	name[192] = 61;
	name[254] = 0;
	ck_assert_uint_eq(name_check(name, sizeof(name)), 255);
	ck_assert_uint_lt(name_to_text(name, text), NAME_TEXT_MAX);
}
END_TEST

START_TEST(lengths_and_labels_are_counted)
{
	const uint8_t *name = (const uint8_t *)"\1*\3www\2ab";

	ck_assert_uint_eq(name_length(name), 10);
	ck_assert_uint_eq(name_labels(name), 3);
	ck_assert_uint_eq(name_rrsig_labels(name), 2);
	ck_assert_uint_eq(name_labels((const uint8_t *)""), 0);
	ck_assert_uint_eq(name_length((const uint8_t *)""), 1);
	ck_assert(name_is_wildcard(name));
	ck_assert(!name_is_wildcard(name_parent(name)));
	ck_assert(!name_is_wildcard((const uint8_t *)"\2*a"));
	ck_assert_ptr_eq(name_parent(name), name + 2);
	ck_assert_ptr_eq(name_skip(name, 2), name + 6);
	ck_assert_ptr_eq(name_skip(name, 9), name + 9);
	ck_assert_ptr_eq(name_parent(name + 9), name + 9);
}
END_TEST

START_TEST(relations_ignore_letter_case)
{
	const uint8_t *a = (const uint8_t *)"\1A\3wWw\2ab", *b = (const uint8_t *)"\3Www\2AB";

	ck_assert(name_in(a, b));
	ck_assert(name_in(b, b));
	ck_assert(!name_in(b, a));
	ck_assert(name_in(a, (const uint8_t *)""));
	ck_assert(!name_in((const uint8_t *)"\4xwww\2ab", b));
	ck_assert(name_equal(a, (const uint8_t *)"\1a\3www\2ab"));
	ck_assert(!name_equal(a, b));
	/* '[' and '{' differ by the bit that letters fold by. */
	ck_assert(!name_equal((const uint8_t *)"\1[", (const uint8_t *)"\1{"));
}
END_TEST

START_TEST(lower_case_changes_letters_only)
{
	uint8_t name[] = "\1Z\5@A[a\300";

	name_lower(name);
	ck_assert_mem_eq(name, "\1z\5@a[a\300", 9);
}
END_TEST

/* RFC 4034 section 6.1. */
static const char *const ordered[] = {"example.", "a.example.", "yljkjljk.a.example.",
    "Z.a.example.", "zABC.a.EXAMPLE.", "z.example.", "\\001.z.example.", "*.z.example.",
    "\\200.z.example."};
#define N_ORDERED (sizeof(ordered) / sizeof(ordered[0]))

START_TEST(canonical_order_is_that_of_rfc4034_section_6_1)
{
	uint8_t names[N_ORDERED][ZG_NAME_MAX];
	const char *why;

	for (size_t i = 0; i < N_ORDERED; i++)
		ck_assert_uint_gt(
		    name_from_text_lower(ordered[i], strlen(ordered[i]), NULL, names[i], &why), 0);
	for (size_t i = 0; i < N_ORDERED; i++) {
		for (size_t k = 0; k < N_ORDERED; k++) {
			int order = name_compare(names[i], names[k]);
			uint64_t x = name_sort_key(names[i], 1), y = name_sort_key(names[k], 1);

			ck_assert_int_eq((order > 0) - (order < 0), (i > k) - (i < k));
			if (x != y)
				ck_assert_int_eq(x < y, i < k);
		}
	}
}
END_TEST

/* A cheap sequence of octets that favours those that are special to the sort key. */
static uint8_t
next_octet(uint32_t *state)
{
	static const uint8_t octets[] = {0, 1, 2, 'a', 'b', 0xff};

	*state = *state * 1664525 + 1013904223;
	return octets[(*state >> 16) % sizeof(octets)];
}

static void
random_name(uint32_t *state, uint8_t name[ZG_NAME_MAX])
{
	size_t at = 0;
	unsigned labels = next_octet(state) % 3U + 1;

	for (; labels > 0; labels--) {
		uint8_t length = (uint8_t)(next_octet(state) % 4 + 1);

		name[at++] = length;
		for (; length > 0; length--)
			name[at++] = next_octet(state);
	}
	name[at] = 0;
}

START_TEST(sort_key_never_contradicts_the_order)
{
	uint32_t state = 1;
	uint8_t a[ZG_NAME_MAX], b[ZG_NAME_MAX];
	size_t n_different = 0;

	for (int i = 0; i < 200000; i++) {
		uint64_t x, y;

		random_name(&state, a);
		random_name(&state, b);
		x = name_sort_key(a, 0);
		y = name_sort_key(b, 0);
		n_different += x != y;
		if (x != y)
			ck_assert_int_eq(x < y, name_compare(a, b) < 0);
	}
	ck_assert_uint_gt(n_different, 100000);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("name");
	TCase *tcase = tcase_create("name");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, relative_names_get_the_origin_with_its_letter_case);
	tcase_add_test(tcase, lower_case_reader_folds_letters_escapes_and_origin);
	tcase_add_test(tcase, escapes_stand_for_octets);
	tcase_add_test(tcase, malformed_names_are_refused);
	tcase_add_test(tcase, relative_names_need_an_origin);
	tcase_add_test(tcase, label_has_63_octets_and_not_64);
	tcase_add_test(tcase, name_has_255_octets_and_not_256);
	tcase_add_test(tcase, very_long_text_does_not_write_beyond_the_name);
	tcase_add_test(tcase, wire_names_are_checked);
	tcase_add_test(tcase, name_take_sticks);
	tcase_add_test(tcase, names_read_at_once_are_those_read_octet_by_octet);
	tcase_add_test(tcase, text_of_a_name_is_plain_and_reads_back);
	tcase_add_test(tcase, longest_text_fits);
	tcase_add_test(tcase, lengths_and_labels_are_counted);
	tcase_add_test(tcase, relations_ignore_letter_case);
	tcase_add_test(tcase, lower_case_changes_letters_only);
	tcase_add_test(tcase, canonical_order_is_that_of_rfc4034_section_6_1);
	tcase_add_test(tcase, sort_key_never_contradicts_the_order);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
