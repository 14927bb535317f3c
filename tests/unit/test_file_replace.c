/* Unit tests of src/base/file_replace.c: what replacements that were killed leave is removed. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_replace.h"

static char folder[] = "/tmp/test_file_replace.XXXXXX";
static struct zg_error error;

static const char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
put(const char *name)
{
	ck_assert_int_eq(file_replace(path_of(name), (const uint8_t *)"x", 1, 0600, &error), ZG_OK);
}

static bool
exists(const char *name)
{
	struct stat stat;

	return lstat(path_of(name), &stat) == 0;
}

static void
setup(void)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
teardown(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(temporary_files_of_one_file_are_removed)
{
	put("a.memo.Ab3xZ9");
	put("a.memo.000000");
	file_replace_sweep(path_of("a.memo"));
	ck_assert(!exists("a.memo.Ab3xZ9"));
	ck_assert(!exists("a.memo.000000"));
}
END_TEST

START_TEST(other_files_stay)
{
	static const char *const names[] = {"a.memo", "a.memo.key", "a.memo.Ab3xZ",
	    "a.memo.Ab3xZ9x", "a.memo.Ab.xZ9", "a.memo-Ab3xZ9", "b.memo.Ab3xZ9", "aa.memo.Ab3xZ9",
	    "a.memo.memo"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put(names[i]);
	file_replace_sweep(path_of("a.memo"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(exists(names[i]), "%s is gone", names[i]);
}
END_TEST

START_TEST(where_there_is_no_folder_nothing_happens)
{
	file_replace_sweep(path_of("none/a.memo"));
	ck_assert(!exists("none"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file_replace");
	TCase *cases = tcase_create("sweep");
	SRunner *runner = srunner_create(suite);
	int n_failed;

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, temporary_files_of_one_file_are_removed);
	tcase_add_test(cases, other_files_stay);
	tcase_add_test(cases, where_there_is_no_folder_nothing_happens);
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_NORMAL);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
