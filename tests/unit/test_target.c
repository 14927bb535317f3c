/* Unit tests of src/publish/target.c: the snapshot and the released file. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_replace.h"
#include "publish/file.h"
#include "publish/publish.h"

/* SHA-256 of "new". */
static const uint8_t sha256_of_new[FILE_DIGEST_OCTETS] = {0x11, 0x50, 0x7a, 0x0e, 0x2f, 0x5e, 0x69,
    0xd5, 0xdf, 0xa4, 0x0a, 0x62, 0xa1, 0xbd, 0x7b, 0x6e, 0xe5, 0x7e, 0x6b, 0xcd, 0x85, 0xc6, 0x7c,
    0x9b, 0x84, 0x31, 0xb3, 0x6f, 0xff, 0x21, 0xc4, 0x37};

static char folder[] = "/tmp/test_target.XXXXXX";
static char target[64], other[64];
static struct zg_error error;
static struct snapshot snapshot;
static const struct config_zone zone = {.mode = 0};

static void
setup(void)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(target, sizeof(target), "%s/example.zone", folder);
	(void)snprintf(other, sizeof(other), "%s/other", folder);
	snapshot = (struct snapshot){.fd = -1, .folder_fd = -1};
}

static void
teardown(void)
{
	char command[128];

	snapshot_clear(&snapshot);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static void
put(const char *path, const char *text, mode_t mode)
{
	ck_assert_int_eq(
	    file_replace(path, (const uint8_t *)text, strlen(text), mode, &error), ZG_OK);
}

static void
holds(const char *path, const char *text)
{
	uint8_t *bytes;
	size_t length;

	ck_assert_int_eq(file_read(path, 1000, &bytes, &length, &error), ZG_OK);
	ck_assert_uint_eq(length, strlen(text));
	ck_assert_mem_eq(bytes, text, length);
	free(bytes);
}

/* A snapshot of "new". */
static void
take(void)
{
	ck_assert_int_eq(snapshot_begin(target, -1, &snapshot, &error), ZG_OK);
	ck_assert_int_eq(snapshot_add(&snapshot, (const uint8_t *)"n", 1, &error), ZG_OK);
	ck_assert_int_eq(snapshot_add(&snapshot, (const uint8_t *)"ew", 2, &error), ZG_OK);
	ck_assert_int_eq(snapshot_end(&snapshot, &error), ZG_OK);
}

static mode_t
mode_of(const char *path)
{
	struct stat stat;

	ck_assert_int_eq(lstat(path, &stat), 0);
	return stat.st_mode & 07777;
}

START_TEST(a_snapshot_is_a_private_file_that_goes_away)
{
	struct stat stat;
	char text[4] = "";
	bool found;
	size_t n;

	take();
	ck_assert_int_eq(fstat(snapshot.fd, &stat), 0);
	ck_assert_uint_eq(stat.st_mode & 07777, 0600);
	ck_assert_int_eq(read(snapshot.fd, text, sizeof(text)), 3);
	ck_assert_str_eq(text, "new");
	ck_assert_uint_eq(snapshot.length, 3);
	ck_assert_mem_eq(snapshot.sha256, sha256_of_new, FILE_DIGEST_OCTETS);
	snapshot_clear(&snapshot);
	ck_assert_int_eq(leftover_find(target, sha256_of_new, &found, &error), ZG_OK);
	ck_assert(!found);
	ck_assert_int_eq(leftovers_remove(target, &n, &error), ZG_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_ne(access(target, F_OK), 0);
	snapshot_clear(&snapshot);
}
END_TEST

/* Several pieces, and not a whole number of them. */
#define LARGE_OCTETS (9 * 1024 * 1024 + 1)

static int
large_open(void)
{
	char *octets = malloc(LARGE_OCTETS);
	int fd = open(other, O_RDWR | O_CREAT | O_EXCL, 0600);

	for (size_t i = 0; i < LARGE_OCTETS; i++)
		octets[i] = (char)(i * 7 + i / 251);
	ck_assert_int_eq(write(fd, octets, LARGE_OCTETS), LARGE_OCTETS);
	free(octets);
	return fd;
}

START_TEST(a_copy_in_pieces_has_the_digest_of_the_file)
{
	uint8_t sha256[FILE_DIGEST_OCTETS];
	int fd = large_open(), pieces = 0;
	bool more = true;

	ck_assert_int_eq(file_digest(fd, other, sha256, &error), ZG_OK);
	ck_assert_int_eq(snapshot_begin(target, fd, &snapshot, &error), ZG_OK);
	for (; more; pieces++)
		ck_assert_int_eq(snapshot_copy(&snapshot, fd, &more, &error), ZG_OK);
	ck_assert_int_gt(pieces, 2);
	ck_assert_uint_eq(snapshot.length, LARGE_OCTETS);
	ck_assert_int_eq(snapshot_end(&snapshot, &error), ZG_OK);
	for (pieces = 0; snapshot.digest != NULL; pieces++)
		ck_assert_int_eq(snapshot_digest(&snapshot, &error), ZG_OK);
	ck_assert_int_gt(pieces, 2);
	ck_assert_mem_eq(snapshot.sha256, sha256, sizeof(sha256));
	ck_assert_int_eq(snapshot_digest(&snapshot, &error), ZG_OK);
	ck_assert_mem_eq(snapshot.sha256, sha256, sizeof(sha256));
	ck_assert_int_eq(lseek(snapshot.fd, 0, SEEK_CUR), 0);
	close(fd);
}
END_TEST

/* A snapshot of a file with this text. */
static void
fill_from(const char *text)
{
	int fd;

	put(other, text, 0600);
	fd = open(other, O_RDONLY);
	ck_assert_int_eq(snapshot_begin(target, fd, &snapshot, &error), ZG_OK);
	ck_assert_int_eq(snapshot_fill(&snapshot, fd, &error), ZG_OK);
	ck_assert_ptr_null(snapshot.digest);
	close(fd);
}

START_TEST(a_file_is_copied_as_a_whole)
{
	fill_from("new");
	ck_assert_mem_eq(snapshot.sha256, sha256_of_new, FILE_DIGEST_OCTETS);
}
END_TEST

START_TEST(an_empty_file_has_a_digest)
{
	fill_from("");
	ck_assert_uint_eq(snapshot.sha256[0], 0xe3);
}
END_TEST

START_TEST(a_snapshot_that_is_cut_has_no_digest)
{
	int fd = large_open();
	bool more = true;

	ck_assert_int_eq(snapshot_begin(target, fd, &snapshot, &error), ZG_OK);
	while (more)
		ck_assert_int_eq(snapshot_copy(&snapshot, fd, &more, &error), ZG_OK);
	ck_assert_int_eq(snapshot_end(&snapshot, &error), ZG_OK);
	ck_assert_int_eq(snapshot_digest(&snapshot, &error), ZG_OK);
	ck_assert_int_eq(ftruncate(snapshot.fd, 100), 0);
	ck_assert_int_eq(snapshot_digest(&snapshot, &error), ZG_READ);
	ck_assert_ptr_nonnull(snapshot.digest);
	close(fd);
}
END_TEST

START_TEST(published_the_target_is_the_very_file)
{
	struct stat stat;

	put(target, "old", 0640);
	take();
	ck_assert_int_eq(snapshot_publish(&snapshot, &zone, &error), ZG_OK);
	ck_assert(snapshot.published);
	holds(target, "new");
	ck_assert_int_eq(lstat(target, &stat), 0);
	ck_assert_uint_eq(stat.st_ino, snapshot.inode);
	/* The mode is that of the file replaced. */
	ck_assert_uint_eq(mode_of(target), 0640);
	snapshot_clear(&snapshot);
	holds(target, "new");
}
END_TEST

START_TEST(the_mode_is_the_configured_one_or_a_default)
{
	const struct config_zone wanted = {.mode = 0604};

	take();
	ck_assert_int_eq(snapshot_publish(&snapshot, &zone, &error), ZG_OK);
	ck_assert_uint_eq(mode_of(target), 0644);
	snapshot_clear(&snapshot);
	take();
	ck_assert_int_eq(snapshot_publish(&snapshot, &wanted, &error), ZG_OK);
	ck_assert_uint_eq(mode_of(target), 0604);
}
END_TEST

START_TEST(owner_and_group_are_set_or_nothing_is_published)
{
	char nobody[] = "nobody", nogroup[] = "nogroup", none[] = "no-such-name";
	struct config_zone wanted = {.owner = none};
	struct stat stat;

	put(target, "old", 0640);
	take();
	ck_assert_int_eq(snapshot_publish(&snapshot, &wanted, &error), ZG_WRITE);
	wanted = (struct config_zone){.group = none};
	ck_assert_int_eq(snapshot_publish(&snapshot, &wanted, &error), ZG_WRITE);
	ck_assert(!snapshot.published);
	holds(target, "old");
	wanted = (struct config_zone){.owner = nobody, .group = nogroup};
	if (geteuid() == 0) {
		ck_assert_int_eq(snapshot_publish(&snapshot, &wanted, &error), ZG_OK);
		ck_assert_int_eq(lstat(target, &stat), 0);
		ck_assert_uint_eq(stat.st_uid, 65534);
		ck_assert_uint_eq(stat.st_gid, 65534);
		ck_assert_uint_eq(stat.st_mode & 07777, 0640);
	} else {
		ck_assert_int_eq(snapshot_publish(&snapshot, &wanted, &error), ZG_WRITE);
		holds(target, "old");
	}
}
END_TEST

START_TEST(a_target_that_is_no_file_is_refused)
{
	put(other, "other", 0644);
	ck_assert_int_eq(symlink(other, target), 0);
	ck_assert_int_eq(snapshot_begin(target, -1, &snapshot, &error), ZG_WRITE);
	ck_assert_int_eq(unlink(target), 0);
	ck_assert_int_eq(mkfifo(target, 0600), 0);
	ck_assert_int_eq(snapshot_begin(target, -1, &snapshot, &error), ZG_WRITE);
	ck_assert_int_eq(unlink(target), 0);
	/* Also when it becomes one after the begin. */
	take();
	ck_assert_int_eq(symlink(other, target), 0);
	ck_assert_int_eq(snapshot_publish(&snapshot, &zone, &error), ZG_WRITE);
	ck_assert(!snapshot.published);
	holds(other, "other");
}
END_TEST

START_TEST(a_folder_that_everybody_may_write_is_refused)
{
	ck_assert_int_eq(chmod(folder, 01777), 0);
	ck_assert_int_eq(snapshot_begin(target, -1, &snapshot, &error), ZG_WRITE);
	ck_assert_int_eq(chmod(folder, 0775), 0);
	take();
}
END_TEST

START_TEST(the_target_is_no_candidate)
{
	int fd;

	put(target, "old", 0644);
	fd = open(target, O_RDONLY);
	ck_assert_int_eq(snapshot_begin(target, fd, &snapshot, &error), ZG_PARAMETER);
	close(fd);
	fd = open(folder, O_RDONLY);
	ck_assert_int_eq(snapshot_begin(target, fd, &snapshot, &error), ZG_READ);
	close(fd);
}
END_TEST

START_TEST(another_file_under_the_name_is_not_published)
{
	char path[160];

	put(target, "old", 0644);
	take();
	(void)snprintf(path, sizeof(path), "%s/%s", folder, snapshot.name);
	put(path, "bad", 0600);
	ck_assert_int_eq(snapshot_publish(&snapshot, &zone, &error), ZG_WRITE);
	holds(target, "old");
	snapshot_clear(&snapshot);
	/* Nor one that has a second name, through which it could be changed. */
	take();
	(void)snprintf(path, sizeof(path), "%s/%s", folder, snapshot.name);
	ck_assert_int_eq(link(path, other), 0);
	ck_assert_int_eq(snapshot_publish(&snapshot, &zone, &error), ZG_WRITE);
	ck_assert_int_eq(unlink(other), 0);
	/* Nor one that has grown. */
	ck_assert_int_eq(write(snapshot.fd, "newer", 5), 5);
	ck_assert_int_eq(snapshot_publish(&snapshot, &zone, &error), ZG_WRITE);
	holds(target, "old");
}
END_TEST

/* A run that is killed leaves its snapshot. */
static void
die(void)
{
	snapshot.published = true;
	snapshot_clear(&snapshot);
}

START_TEST(leftovers_are_found_by_content_and_removed_by_target)
{
	char second[80];
	bool found;
	size_t n;

	take();
	die();
	(void)snprintf(second, sizeof(second), "%s/second.zone", folder);
	ck_assert_int_eq(leftover_find(target, sha256_of_new, &found, &error), ZG_OK);
	ck_assert(found);
	ck_assert_int_eq(leftover_find(second, sha256_of_new, &found, &error), ZG_OK);
	ck_assert(!found);
	ck_assert_int_eq(leftover_find(target, snapshot.sha256, &found, &error), ZG_OK);
	ck_assert(!found);
	ck_assert_int_eq(leftovers_remove(second, &n, &error), ZG_OK);
	ck_assert_uint_eq(n, 0);
	put(target, "new", 0644);
	ck_assert_int_eq(leftovers_remove(target, &n, &error), ZG_OK);
	ck_assert_uint_eq(n, 1);
	holds(target, "new");
	ck_assert_int_eq(leftover_find(target, sha256_of_new, &found, &error), ZG_OK);
	ck_assert(!found);
}
END_TEST

START_TEST(a_leftover_is_adopted_by_its_content)
{
	static const uint8_t nothing[FILE_DIGEST_OCTETS];
	bool found;
	size_t n;

	take();
	die();
	put(target, "old", 0644);
	ck_assert_int_eq(leftover_adopt(target, nothing, &found, &error), ZG_OK);
	ck_assert(!found);
	holds(target, "old");
	ck_assert_int_eq(leftover_adopt(target, sha256_of_new, &found, &error), ZG_OK);
	ck_assert(found);
	holds(target, "new");
	ck_assert_int_eq(leftovers_remove(target, &n, &error), ZG_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(leftover_adopt(target, sha256_of_new, &found, &error), ZG_OK);
	ck_assert(!found);
}
END_TEST

START_TEST(the_digest_of_the_target)
{
	uint8_t sha256[FILE_DIGEST_OCTETS];
	bool exists;

	ck_assert_int_eq(target_digest(target, sha256, &exists, &error), ZG_OK);
	ck_assert(!exists);
	put(target, "new", 0644);
	ck_assert_int_eq(target_digest(target, sha256, &exists, &error), ZG_OK);
	ck_assert(exists);
	ck_assert_mem_eq(sha256, sha256_of_new, sizeof(sha256));
	ck_assert_int_eq(unlink(target), 0);
	put(other, "new", 0644);
	ck_assert_int_eq(symlink(other, target), 0);
	ck_assert_int_ne(target_digest(target, sha256, &exists, &error), ZG_OK);
	ck_assert(!exists);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("target");
	TCase *tcase = tcase_create("target");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_snapshot_is_a_private_file_that_goes_away);
	tcase_add_test(tcase, a_copy_in_pieces_has_the_digest_of_the_file);
	tcase_add_test(tcase, a_file_is_copied_as_a_whole);
	tcase_add_test(tcase, an_empty_file_has_a_digest);
	tcase_add_test(tcase, a_snapshot_that_is_cut_has_no_digest);
	tcase_add_test(tcase, published_the_target_is_the_very_file);
	tcase_add_test(tcase, the_mode_is_the_configured_one_or_a_default);
	tcase_add_test(tcase, owner_and_group_are_set_or_nothing_is_published);
	tcase_add_test(tcase, a_target_that_is_no_file_is_refused);
	tcase_add_test(tcase, a_folder_that_everybody_may_write_is_refused);
	tcase_add_test(tcase, the_target_is_no_candidate);
	tcase_add_test(tcase, another_file_under_the_name_is_not_published);
	tcase_add_test(tcase, leftovers_are_found_by_content_and_removed_by_target);
	tcase_add_test(tcase, a_leftover_is_adopted_by_its_content);
	tcase_add_test(tcase, the_digest_of_the_target);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
