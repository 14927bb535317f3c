/* Unit tests of src/publish/state.c: the state directory. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_replace.h"
#include "crypto/ed25519.h"
#include "publish/publish.h"

static char folder[] = "/tmp/test_state.XXXXXX";
static char path[64];
static struct zg_error error;

static void
setup(void)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/state", folder);
}

static void
teardown(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static void
open_new(struct state_directory *state)
{
	ck_assert_int_eq(state_open(path, true, state, &error), ZG_OK);
}

static void
path_is(const struct state_directory *state, const char *zone, const char *wanted)
{
	char *found, whole[512];

	ck_assert_int_eq(state_path(state, "zones", zone, ".zone", &found, &error), ZG_OK);
	(void)snprintf(whole, sizeof(whole), "%s/zones/%s", path, wanted);
	ck_assert_str_eq(found, whole);
	free(found);
}

START_TEST(names_of_zones_become_names_of_files)
{
	struct state_directory state;
	char long_name[600], *found;

	open_new(&state);
	path_is(&state, "example.", "example.zone");
	path_is(&state, "a.b-c_d.example.", "a.b-c_d.example.zone");
	path_is(&state, ".", "%2E.zone");
	path_is(&state, "a/b.", "a%2Fb.zone");
	path_is(&state, "a\\.b.", "a%5C.b.zone");
	path_is(&state, "%2E.", "%252E.zone");
	memset(long_name, '*', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	ck_assert_int_eq(state_path(&state, "zones", long_name, ".zone", &found, &error), ZG_OK);
	ck_assert_uint_lt(strlen(strrchr(found, '/')), 255);
	ck_assert_ptr_nonnull(strstr(found, "/%sha256-"));
	free(found);
	state_close(&state);
}
END_TEST

START_TEST(a_new_directory_is_fresh_until_it_is_finished)
{
	struct state_directory state;
	struct stat stat;
	char key[80];

	open_new(&state);
	ck_assert(state.fresh);
	ck_assert_int_eq(fstat(state.fd, &stat), 0);
	ck_assert_uint_eq(stat.st_mode & 07777, 0750);
	(void)snprintf(key, sizeof(key), "%s/gate.key", path);
	ck_assert_int_eq(lstat(key, &stat), 0);
	ck_assert_uint_eq(stat.st_mode & 07777, 0600);
	ck_assert_int_eq(stat.st_size, 32);
	state_close(&state);
	open_new(&state);
	ck_assert(state.fresh);
	ck_assert_int_eq(state_finish(&state, &error), ZG_OK);
	ck_assert(!state.fresh);
	state_close(&state);
	ck_assert_int_eq(state_open(path, false, &state, &error), ZG_OK);
	ck_assert(!state.fresh);
	state_close(&state);
}
END_TEST

START_TEST(the_public_key_is_that_of_the_private_one)
{
	struct state_directory state;
	uint8_t private_key[32], public_key[32], wanted[32];

	open_new(&state);
	ck_assert_int_eq(state_finish(&state, &error), ZG_OK);
	ck_assert_int_eq(state_private_key(&state, private_key, &error), ZG_OK);
	ck_assert_int_eq(state_public_key(&state, public_key, &error), ZG_OK);
	ck_assert_int_eq(ed25519_public(private_key, wanted), ZG_OK);
	ck_assert_mem_eq(public_key, wanted, 32);
	state_close(&state);
}
END_TEST

START_TEST(a_public_key_that_is_no_hex_is_not_read)
{
	struct state_directory state;
	uint8_t public_key[32];
	char file[128], text[66];

	open_new(&state);
	(void)snprintf(file, sizeof(file), "%s/gate.pub", path);
	memset(text, 'a', sizeof(text));
	ck_assert_int_eq(file_replace(file, (uint8_t *)text, 64, 0644, &error), ZG_OK);
	ck_assert_int_eq(state_public_key(&state, public_key, &error), ZG_OK);
	ck_assert_uint_eq(public_key[31], 0xaa);
	for (const char *other = "gA"; *other != '\0'; other++) {
		text[63] = *other;
		ck_assert_int_eq(file_replace(file, (uint8_t *)text, 64, 0644, &error), ZG_OK);
		ck_assert_int_eq(state_public_key(&state, public_key, &error), ZG_READ);
	}
	ck_assert_int_eq(file_replace(file, (uint8_t *)text, 63, 0644, &error), ZG_OK);
	ck_assert_int_eq(state_public_key(&state, public_key, &error), ZG_READ);
	state_close(&state);
}
END_TEST

START_TEST(a_key_that_is_gone_is_not_made_anew)
{
	struct state_directory state;
	char key[80];

	open_new(&state);
	ck_assert_int_eq(state_finish(&state, &error), ZG_OK);
	state_close(&state);
	(void)snprintf(key, sizeof(key), "%s/gate.key", path);
	ck_assert_int_eq(unlink(key), 0);
	ck_assert_int_eq(state_open(path, true, &state, &error), ZG_READ);
	ck_assert_int_ne(access(key, F_OK), 0);
}
END_TEST

START_TEST(what_others_may_write_is_refused)
{
	struct state_directory state;

	ck_assert_int_eq(state_open(path, false, &state, &error), ZG_READ);
	open_new(&state);
	state_close(&state);
	for (mode_t mode = 0700; mode <= 0777; mode++) {
		ck_assert_int_eq(chmod(path, mode), 0);
		ck_assert_int_eq(
		    state_open(path, true, &state, &error), (mode & 022) != 0 ? ZG_READ : ZG_OK);
		state_close(&state);
	}
}
END_TEST

START_TEST(a_symbolic_link_or_a_file_is_no_state_directory)
{
	struct state_directory state;
	char link[80];

	open_new(&state);
	state_close(&state);
	(void)snprintf(link, sizeof(link), "%s/link", folder);
	ck_assert_int_eq(symlink(path, link), 0);
	ck_assert_int_eq(state_open(link, false, &state, &error), ZG_READ);
	ck_assert_int_eq(state_open(link, true, &state, &error), ZG_READ);
	ck_assert_int_eq(unlink(link), 0);
	ck_assert_int_eq(file_replace(link, (const uint8_t *)"x", 1, 0600, &error), ZG_OK);
	ck_assert_int_eq(state_open(link, true, &state, &error), ZG_READ);
}
END_TEST

START_TEST(a_zone_is_locked_once)
{
	struct state_directory state;
	int first, second, other;

	open_new(&state);
	ck_assert_int_eq(state_lock(&state, "example.", &first, &error), ZG_OK);
	ck_assert_int_eq(state_lock(&state, "example.", &second, &error), ZG_READ);
	ck_assert_int_eq(second, -1);
	ck_assert_int_eq(state_lock(&state, "other.", &other, &error), ZG_OK);
	close(first);
	ck_assert_int_eq(state_lock(&state, "example.", &second, &error), ZG_OK);
	close(second);
	close(other);
	state_close(&state);
}
END_TEST

START_TEST(a_lock_that_is_a_link_is_not_followed)
{
	struct state_directory state;
	char file[128], victim[128];
	int fd;

	open_new(&state);
	(void)snprintf(file, sizeof(file), "%s/locks/example.lock", path);
	(void)snprintf(victim, sizeof(victim), "%s/victim", folder);
	ck_assert_int_eq(symlink(victim, file), 0);
	ck_assert_int_eq(state_lock(&state, "example.", &fd, &error), ZG_WRITE);
	ck_assert_int_ne(access(victim, F_OK), 0);
	state_close(&state);
}
END_TEST

START_TEST(a_copy_is_kept_whole_and_replaced)
{
	static const char text[] = "one line\nand another\n";
	struct state_directory state;
	char file[128];
	uint8_t *bytes;
	size_t length;
	FILE *from = tmpfile();

	open_new(&state);
	(void)snprintf(file, sizeof(file), "%s/zones/example.zone", path);
	ck_assert_int_eq(fputs(text, from) >= 0 && fflush(from) == 0, 1);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(
		    state_keep(&state, "zones", "example.", fileno(from), KEEP_DURABLY, &error),
		    ZG_OK);
		ck_assert_int_eq(file_read(file, 1000, &bytes, &length, &error), ZG_OK);
		ck_assert_uint_eq(length, sizeof(text) - 1);
		ck_assert_mem_eq(bytes, text, length);
		free(bytes);
		(void)snprintf(file, sizeof(file), "%s/zones/example.new", path);
		ck_assert_int_ne(access(file, F_OK), 0);
		/* What a dead run left is no obstacle. */
		ck_assert_int_eq(symlink("/nonexistent/x", file), 0);
		(void)snprintf(file, sizeof(file), "%s/zones/example.zone", path);
	}
	fclose(from);
	state_close(&state);
}
END_TEST

/* A file with the text, in zones/; the number of its inode. */
static ino_t
zone_file(const char *name, const char *text)
{
	struct stat stat;
	char file[128];
	uint8_t *bytes;
	size_t length;

	(void)snprintf(file, sizeof(file), "%s/zones/%s", path, name);
	ck_assert_int_eq(file_read(file, 1000, &bytes, &length, &error), ZG_OK);
	ck_assert_uint_eq(length, strlen(text));
	ck_assert_mem_eq(bytes, text, length);
	free(bytes);
	ck_assert_int_eq(lstat(file, &stat), 0);
	ck_assert_uint_eq(stat.st_nlink, 1);
	return stat.st_ino;
}

static void
keep_at_hand(const struct state_directory *state, const char *text)
{
	FILE *from = tmpfile();

	ck_assert_int_eq(fputs(text, from) >= 0 && fflush(from) == 0, 1);
	ck_assert_int_eq(
	    state_keep(state, "zones", "example.", fileno(from), KEEP_AT_HAND, &error), ZG_OK);
	fclose(from);
}

/* Some sandboxes have neither: there a copy is a new file each time. */
static bool
room_is_used(void)
{
	char a[128], b[128];
	bool used;
	int fd;

	(void)snprintf(a, sizeof(a), "%s/a", folder);
	(void)snprintf(b, sizeof(b), "%s/b", folder);
	fd = open(a, O_WRONLY | O_CREAT, 0600);
	close(open(b, O_WRONLY | O_CREAT, 0600));
	used = fcntl(fd, F_SETLEASE, F_WRLCK) == 0 && fcntl(fd, F_SETLEASE, F_UNLCK) == 0 &&
	       renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0;
	close(fd);
	return used;
}

START_TEST(the_copy_before_the_last_one_is_the_room_of_the_next_one)
{
	struct state_directory state;
	char file[128], other[128], text[16] = "";
	ino_t first, second;
	int reader;

	open_new(&state);
	if (!room_is_used()) {
		keep_at_hand(&state, "the longest of all\n");
		keep_at_hand(&state, "two\n");
		(void)zone_file("example.zone", "two\n");
		state_close(&state);
		return;
	}
	keep_at_hand(&state, "the longest of all\n");
	first = zone_file("example.zone", "the longest of all\n");
	keep_at_hand(&state, "two\n");
	second = zone_file("example.zone", "two\n");
	ck_assert_uint_eq(zone_file("example.before", "the longest of all\n"), first);
	keep_at_hand(&state, "three\n");
	ck_assert_uint_eq(zone_file("example.zone", "three\n"), first);
	ck_assert_uint_eq(zone_file("example.before", "two\n"), second);

	/* Not while it is read. */
	(void)snprintf(file, sizeof(file), "%s/zones/example.before", path);
	reader = open(file, O_RDONLY);
	keep_at_hand(&state, "four\n");
	ck_assert_uint_ne(zone_file("example.zone", "four\n"), second);
	ck_assert_int_eq(read(reader, text, sizeof(text)), 4);
	ck_assert_str_eq(text, "two\n");
	close(reader);
	ck_assert_uint_eq(zone_file("example.before", "three\n"), first);

	/* Nor what has another name as well, or is none of ours. */
	(void)snprintf(other, sizeof(other), "%s/link", folder);
	ck_assert_int_eq(link(file, other), 0);
	keep_at_hand(&state, "five\n");
	ck_assert_uint_ne(zone_file("example.zone", "five\n"), first);
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(symlink("example.zone", file), 0);
	keep_at_hand(&state, "six\n");
	(void)zone_file("example.zone", "six\n");
	(void)zone_file("example.before", "five\n");
	state_close(&state);
}
END_TEST

START_TEST(a_copy_waits_until_it_is_known_where_it_is_kept)
{
	struct state_directory state;
	struct state_copy copy;
	char fresh[128], held[128];
	uint8_t *bytes;
	size_t length;
	FILE *from = tmpfile();

	open_new(&state);
	(void)snprintf(fresh, sizeof(fresh), "%s/zones/example.new", path);
	(void)snprintf(held, sizeof(held), "%s/held/example.zone", path);
	ck_assert_int_eq(fputs("a line\n", from) >= 0 && fflush(from) == 0, 1);
	for (int keep = 0; keep < 2; keep++) {
		ck_assert_int_eq(
		    state_copy_begin(&state, "zones", "example.", &copy, &error), ZG_OK);
		while (!copy.whole)
			ck_assert_int_eq(state_copy_add(&copy, fileno(from), &error), ZG_OK);
		ck_assert_int_eq(access(fresh, F_OK), 0);
		if (keep)
			ck_assert_int_eq(state_copy_keep(&copy, &state, "held", "example.",
					     KEEP_DURABLY, &error),
			    ZG_OK);
		state_copy_clear(&copy);
		ck_assert_int_ne(access(fresh, F_OK), 0);
		ck_assert_int_eq(access(held, F_OK) == 0, keep);
	}
	ck_assert_int_eq(file_read(held, 1000, &bytes, &length, &error), ZG_OK);
	ck_assert_uint_eq(length, 7);
	free(bytes);
	fclose(from);
	state_close(&state);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state");
	TCase *tcase = tcase_create("state");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, names_of_zones_become_names_of_files);
	tcase_add_test(tcase, a_new_directory_is_fresh_until_it_is_finished);
	tcase_add_test(tcase, the_public_key_is_that_of_the_private_one);
	tcase_add_test(tcase, a_public_key_that_is_no_hex_is_not_read);
	tcase_add_test(tcase, a_key_that_is_gone_is_not_made_anew);
	tcase_add_test(tcase, what_others_may_write_is_refused);
	tcase_add_test(tcase, a_symbolic_link_or_a_file_is_no_state_directory);
	tcase_add_test(tcase, a_zone_is_locked_once);
	tcase_add_test(tcase, a_lock_that_is_a_link_is_not_followed);
	tcase_add_test(tcase, a_copy_is_kept_whole_and_replaced);
	tcase_add_test(tcase, the_copy_before_the_last_one_is_the_room_of_the_next_one);
	tcase_add_test(tcase, a_copy_waits_until_it_is_known_where_it_is_kept);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
