/* Type bitmaps: the example of RFC 4034 section 4.3, the borders of windows, and what is malformed.
 */
#include "dns/type_bitmap.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "dns/rr_type.h"

/* RFC 4034 section 4.3: A MX RRSIG NSEC TYPE1234. */
static const uint16_t example_types[] = {RR_A, RR_MX, RR_RRSIG, RR_NSEC, 1234};
static const uint8_t example[] = {0x00, 0x06, 0x40, 0x01, 0x00, 0x00, 0x00, 0x03, 0x04, 0x1b, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20};

START_TEST(type_bitmap_encodes_the_example_of_rfc4034)
{
	uint8_t bitmap[TYPE_BITMAP_MAX];

	ck_assert_uint_eq(type_bitmap_encode(example_types, 5, bitmap), sizeof(example));
	ck_assert_mem_eq(bitmap, example, sizeof(example));
}
END_TEST

START_TEST(type_bitmap_has_exactly_the_types_of_the_example)
{
	size_t at = 0;

	ck_assert(type_bitmap_check(example, sizeof(example)));
	for (unsigned type = 0; type <= 0xffff; type++) {
		bool expected = at < 5 && example_types[at] == type;

		ck_assert(type_bitmap_has(example, sizeof(example), (uint16_t)type) == expected);
		at += expected;
	}
}
END_TEST

struct visited {
	uint16_t types[300];
	size_t n;
};

static void
visit(void *context, uint16_t type)
{
	struct visited *visited = context;

	ck_assert_uint_lt(visited->n, sizeof(visited->types) / sizeof(visited->types[0]));
	visited->types[visited->n++] = type;
}

START_TEST(type_bitmap_each_visits_in_ascending_order)
{
	struct visited visited = {.n = 0};

	type_bitmap_each(example, sizeof(example), visit, &visited);
	ck_assert_uint_eq(visited.n, 5);
	ck_assert_mem_eq(visited.types, example_types, sizeof(example_types));
}
END_TEST

/* The first and the last type of each octet, window and of all. */
static const uint16_t borders[] = {0, 7, 8, 255, 256, 511, 512, 0x7fff, 0x8000, 0xff00, 0xffff};
#define N_BORDERS (sizeof(borders) / sizeof(borders[0]))

START_TEST(type_bitmap_holds_types_at_the_borders)
{
	struct visited visited = {.n = 0};
	uint8_t bitmap[TYPE_BITMAP_MAX];
	size_t length = type_bitmap_encode(borders, N_BORDERS, bitmap);

	ck_assert(type_bitmap_check(bitmap, length));
	for (size_t i = 0; i < N_BORDERS; i++)
		ck_assert(type_bitmap_has(bitmap, length, borders[i]));
	ck_assert(!type_bitmap_has(bitmap, length, 1));
	ck_assert(!type_bitmap_has(bitmap, length, 0xfffe));
	ck_assert(!type_bitmap_has(bitmap, length, 0x4000));
	type_bitmap_each(bitmap, length, visit, &visited);
	ck_assert_uint_eq(visited.n, N_BORDERS);
	ck_assert_mem_eq(visited.types, borders, sizeof(borders));
}
END_TEST

START_TEST(type_bitmap_of_one_type_in_each_window_fits)
{
	static uint16_t types[256];
	static uint8_t bitmap[TYPE_BITMAP_MAX];

	for (unsigned i = 0; i < 256; i++)
		types[i] = (uint16_t)(i << 8 | 0xff);
	ck_assert_uint_eq(type_bitmap_encode(types, 256, bitmap), TYPE_BITMAP_MAX);
	ck_assert(type_bitmap_check(bitmap, TYPE_BITMAP_MAX));
}
END_TEST

START_TEST(type_bitmap_without_types_is_empty)
{
	struct visited visited = {.n = 0};
	uint8_t bitmap[TYPE_BITMAP_MAX];

	ck_assert_uint_eq(type_bitmap_encode(NULL, 0, bitmap), 0);
	ck_assert(type_bitmap_check(bitmap, 0));
	ck_assert(!type_bitmap_has(bitmap, 0, RR_A));
	type_bitmap_each(bitmap, 0, visit, &visited);
	ck_assert_uint_eq(visited.n, 0);
}
END_TEST

/* RFC 4034 section 4.1.2. */
static const struct {
	const char *bitmap;
	size_t length;
} malformed[] = {
    {"\x00", 1},		     /* a window without a length */
    {"\x00\x00", 2},		     /* without octets */
    {"\x00\x02\x40", 3},	     /* cut */
    {"\x00\x01\x00", 3},	     /* a trailing zero octet alone */
    {"\x00\x02\x40\x00", 4},	     /* a trailing zero octet */
    {"\x00\x01\x40\x00\x01\x40", 6}, /* the same window twice */
    {"\x01\x01\x40\x00\x01\x40", 6}, /* windows descending */
    {"\x00\x01\x40\x01", 4},	     /* something left over */
    {"\x00\x21"			     /* 33 octets */
     "000000000000000000000000000000001",
	35},
};
#define N_MALFORMED ((int)(sizeof(malformed) / sizeof(malformed[0])))

START_TEST(type_bitmap_check_refuses_what_is_malformed)
{
	ck_assert(!type_bitmap_check((const uint8_t *)malformed[_i].bitmap, malformed[_i].length));
}
END_TEST

/* Every cut of the example but the one between its windows. */
START_TEST(type_bitmap_check_refuses_each_cut)
{
	for (size_t length = 1; length < sizeof(example); length++)
		ck_assert(type_bitmap_check(example, length) == (length == 8));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("type_bitmap");
	TCase *cases = tcase_create("type_bitmap");
	SRunner *runner;
	int failed;

	tcase_add_test(cases, type_bitmap_encodes_the_example_of_rfc4034);
	tcase_add_test(cases, type_bitmap_has_exactly_the_types_of_the_example);
	tcase_add_test(cases, type_bitmap_each_visits_in_ascending_order);
	tcase_add_test(cases, type_bitmap_holds_types_at_the_borders);
	tcase_add_test(cases, type_bitmap_of_one_type_in_each_window_fits);
	tcase_add_test(cases, type_bitmap_without_types_is_empty);
	tcase_add_loop_test(cases, type_bitmap_check_refuses_what_is_malformed, 0, N_MALFORMED);
	tcase_add_test(cases, type_bitmap_check_refuses_each_cut);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
