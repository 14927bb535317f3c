/* Global lines to files and lines. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include <zonegate/limits.h>
#include "zone/source.h"

/* zone.db lines 1-10, where line 10 includes part.db lines 1-5, then zone.db from line 11. */
static struct source_map
included(void)
{
	struct source_map map = {0};
	uint32_t zone, part;

	ck_assert_int_eq(source_map_add_file(&map, "zone.db", &zone), ZG_OK);
	ck_assert_int_eq(source_map_add_piece(&map, 1, zone, 1), ZG_OK);
	ck_assert_int_eq(source_map_add_file(&map, "part.db", &part), ZG_OK);
	ck_assert_int_eq(source_map_add_piece(&map, 11, part, 1), ZG_OK);
	ck_assert_int_eq(source_map_add_piece(&map, 16, zone, 11), ZG_OK);
	return map;
}

static void
assert_place(const struct source_map *map, uint32_t global, const char *file, uint32_t line)
{
	uint32_t found;

	ck_assert_str_eq(source_map_find(map, global, &found), file);
	ck_assert_uint_eq(found, line);
}

START_TEST(pieces_begin_and_end_where_they_should)
{
	struct source_map map = included();

	assert_place(&map, 1, "zone.db", 1);
	assert_place(&map, 10, "zone.db", 10);
	assert_place(&map, 11, "part.db", 1);
	assert_place(&map, 15, "part.db", 5);
	assert_place(&map, 16, "zone.db", 11);
	assert_place(&map, 1000000, "zone.db", 999995);
	source_map_clear(&map);
}
END_TEST

START_TEST(no_line_is_in_no_file)
{
	struct source_map map = included();
	uint32_t line = 7;

	ck_assert_ptr_null(source_map_find(&map, 0, &line));
	ck_assert_uint_eq(line, 0);
	source_map_clear(&map);
	line = 7;
	ck_assert_ptr_null(source_map_find(&map, 1, &line));
	ck_assert_uint_eq(line, 0);
}
END_TEST

START_TEST(line_before_the_first_piece_is_in_no_file)
{
	struct source_map map = {0};
	uint32_t file, line = 7;

	ck_assert_int_eq(source_map_add_file(&map, "zone.db", &file), ZG_OK);
	ck_assert_int_eq(source_map_add_piece(&map, 5, file, 1), ZG_OK);
	ck_assert_ptr_null(source_map_find(&map, 4, &line));
	ck_assert_uint_eq(line, 0);
	assert_place(&map, 5, "zone.db", 1);
	source_map_clear(&map);
}
END_TEST

/* A file without a line leaves its place to what follows. */
START_TEST(empty_piece_covers_nothing)
{
	struct source_map map = {0};
	uint32_t zone, empty;

	ck_assert_int_eq(source_map_add_file(&map, "zone.db", &zone), ZG_OK);
	ck_assert_int_eq(source_map_add_file(&map, "empty.db", &empty), ZG_OK);
	ck_assert_int_eq(source_map_add_piece(&map, 1, zone, 1), ZG_OK);
	ck_assert_int_eq(source_map_add_piece(&map, 4, empty, 1), ZG_OK);
	ck_assert_int_eq(source_map_add_piece(&map, 4, zone, 4), ZG_OK);
	assert_place(&map, 3, "zone.db", 3);
	assert_place(&map, 4, "zone.db", 4);
	source_map_clear(&map);
}
END_TEST

START_TEST(every_line_of_many_pieces_is_found)
{
	enum { PIECES = 500 };
	struct source_map map = {0};
	uint32_t file;

	for (uint32_t i = 0; i < PIECES; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "%u.db", i);
		ck_assert_int_eq(source_map_add_file(&map, name, &file), ZG_OK);
		ck_assert_uint_eq(file, i);
		ck_assert_int_eq(source_map_add_piece(&map, i * 3 + 1, file, i), ZG_OK);
	}
	for (uint32_t global = 1; global <= PIECES * 3; global++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "%u.db", (global - 1) / 3);
		assert_place(&map, global, name, (global - 1) / 3 + (global - 1) % 3);
	}
	source_map_clear(&map);
}
END_TEST

START_TEST(file_name_is_copied)
{
	struct source_map map = {0};
	char name[] = "zone.db";
	uint32_t file;

	ck_assert_int_eq(source_map_add_file(&map, name, &file), ZG_OK);
	ck_assert_int_eq(source_map_add_piece(&map, 1, file, 1), ZG_OK);
	name[0] = 'x';
	assert_place(&map, 1, "zone.db", 1);
	source_map_clear(&map);
}
END_TEST

START_TEST(files_and_pieces_have_a_limit)
{
	struct source_map map = {0};
	uint32_t file;

	for (unsigned i = 0; i < ZG_INCLUDE_FILES_MAX; i++)
		ck_assert_int_eq(source_map_add_file(&map, "zone.db", &file), ZG_OK);
	ck_assert_int_eq(source_map_add_file(&map, "zone.db", &file), ZG_LIMIT);
	for (uint32_t i = 0; i < 2 * ZG_INCLUDE_FILES_MAX + 1; i++)
		ck_assert_int_eq(source_map_add_piece(&map, i + 1, 0, 1), ZG_OK);
	ck_assert_int_eq(source_map_add_piece(&map, UINT32_MAX, 0, 1), ZG_LIMIT);
	source_map_clear(&map);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("source_map");
	TCase *tcase = tcase_create("source_map");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, pieces_begin_and_end_where_they_should);
	tcase_add_test(tcase, no_line_is_in_no_file);
	tcase_add_test(tcase, line_before_the_first_piece_is_in_no_file);
	tcase_add_test(tcase, empty_piece_covers_nothing);
	tcase_add_test(tcase, every_line_of_many_pieces_is_found);
	tcase_add_test(tcase, file_name_is_copied);
	tcase_add_test(tcase, files_and_pieces_have_a_limit);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
