/* Growing blocks and arrays with a ceiling. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

START_TEST(offsets_count_quads)
{
	struct arena arena;
	uint32_t quads;
	uint8_t *bytes;

	arena_init(&arena, 1024);
	ck_assert_int_eq(arena_take(&arena, 5, &quads, &bytes), ZG_OK);
	ck_assert_uint_eq(quads, 0);
	ck_assert_int_eq(arena_take(&arena, 1, &quads, &bytes), ZG_OK);
	ck_assert_uint_eq(quads, 2);
	ck_assert_ptr_eq(arena_at(&arena, quads), bytes);
	ck_assert_uint_eq(arena.used, 12);
	arena_clear(&arena);
}
END_TEST

START_TEST(padding_is_zero)
{
	struct arena arena;
	uint32_t quads;
	uint8_t *bytes;

	arena_init(&arena, 1 << 24);
	for (size_t length = 1; length < 4000; length += 7) {
		ck_assert_int_eq(arena_take(&arena, length, &quads, &bytes), ZG_OK);
		memset(bytes, 0xff, length);
		for (size_t i = length; i % 4 != 0; i++)
			ck_assert_uint_eq(bytes[i], 0);
	}
	arena_clear(&arena);
}
END_TEST

/* What was taken stays as it is while the block moves. */
START_TEST(contents_survive_growth)
{
	enum { TAKES = 5000 };
	struct arena arena;
	uint32_t quads[TAKES];
	uint8_t *bytes;

	arena_init(&arena, 1 << 24);
	for (uint32_t i = 0; i < TAKES; i++) {
		ck_assert_int_eq(arena_take(&arena, sizeof(i) + i % 9, &quads[i], &bytes), ZG_OK);
		memcpy(bytes, &i, sizeof(i));
	}
	for (uint32_t i = 0; i < TAKES; i++)
		ck_assert_int_eq(memcmp(arena_at(&arena, quads[i]), &i, sizeof(i)), 0);
	arena_clear(&arena);
}
END_TEST

START_TEST(ceiling_can_be_reached_and_not_passed)
{
	struct arena arena;
	uint32_t quads;
	uint8_t *bytes;

	arena_init(&arena, 8);
	ck_assert_int_eq(arena_take(&arena, 4, &quads, &bytes), ZG_OK);
	ck_assert_int_eq(arena_take(&arena, 5, &quads, &bytes), ZG_LIMIT);
	ck_assert_int_eq(arena_take(&arena, 3, &quads, &bytes), ZG_OK);
	ck_assert_int_eq(arena_take(&arena, 1, &quads, &bytes), ZG_LIMIT);
	ck_assert_uint_eq(arena.used, 8);
	ck_assert_uint_le(arena.size, 8);
	arena_clear(&arena);
}
END_TEST

START_TEST(length_that_cannot_be_padded_is_refused)
{
	struct arena arena;
	uint32_t quads;
	uint8_t *bytes;

	arena_init(&arena, SIZE_MAX);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(arena_take(&arena, SIZE_MAX - i, &quads, &bytes), ZG_LIMIT);
	arena_clear(&arena);
}
END_TEST

/* RDATA may be empty, that of the first record too. */
START_TEST(nothing_can_be_taken)
{
	struct arena arena;
	uint32_t quads = 77;
	uint8_t *bytes = NULL;

	arena_init(&arena, 64);
	ck_assert_int_eq(arena_take(&arena, 0, &quads, &bytes), ZG_OK);
	ck_assert_uint_eq(quads, 0);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_ptr_eq(arena_at(&arena, quads), bytes);
	ck_assert_uint_eq(arena.used, 0);
	arena_clear(&arena);
}
END_TEST

START_TEST(cleared_arena_is_empty_and_usable)
{
	struct arena arena;
	uint32_t quads;
	uint8_t *bytes;

	arena_init(&arena, 16);
	ck_assert_int_eq(arena_take(&arena, 16, &quads, &bytes), ZG_OK);
	arena_clear(&arena);
	ck_assert_uint_eq(arena.used, 0);
	ck_assert_int_eq(arena_take(&arena, 16, &quads, &bytes), ZG_OK);
	ck_assert_uint_eq(quads, 0);
	ck_assert_int_eq(arena_take(&arena, 1, &quads, &bytes), ZG_LIMIT);
	arena_clear(&arena);
	arena_clear(&arena);
}
END_TEST

START_TEST(array_grows_up_to_its_ceiling)
{
	uint64_t *numbers = NULL;
	void *array = NULL;
	size_t allocated = 0;

	for (size_t used = 0; used < 1000; used++) {
		ck_assert_int_eq(
		    array_reserve(&array, &allocated, used, sizeof(*numbers), 1000), ZG_OK);
		ck_assert_uint_gt(allocated, used);
		ck_assert_uint_le(allocated, 1000);
		numbers = array;
		numbers[used] = used;
	}
	ck_assert_int_eq(array_reserve(&array, &allocated, 1000, sizeof(*numbers), 1000), ZG_LIMIT);
	ck_assert_ptr_eq(array, numbers);
	for (size_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(numbers[i], i);
	free(array);
}
END_TEST

START_TEST(array_of_an_impossible_size_is_refused)
{
	void *array = NULL;
	size_t allocated = 0;

	ck_assert_int_eq(array_reserve(&array, &allocated, 0, SIZE_MAX / 8, SIZE_MAX), ZG_LIMIT);
	ck_assert_ptr_null(array);
	ck_assert_uint_eq(allocated, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("arena");
	TCase *tcase = tcase_create("arena");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, offsets_count_quads);
	tcase_add_test(tcase, padding_is_zero);
	tcase_add_test(tcase, contents_survive_growth);
	tcase_add_test(tcase, ceiling_can_be_reached_and_not_passed);
	tcase_add_test(tcase, length_that_cannot_be_padded_is_refused);
	tcase_add_test(tcase, nothing_can_be_taken);
	tcase_add_test(tcase, cleared_arena_is_empty_and_usable);
	tcase_add_test(tcase, array_grows_up_to_its_ceiling);
	tcase_add_test(tcase, array_of_an_impossible_size_is_refused);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
