/* The spool: what is read for which zone, what is never opened, and what is remembered. */
#include "publish/spool.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zonegate/limits.h>
#include "publish/approver_key.h"

struct fixture {
	char path[64];
	struct state_directory state;
	struct spool_file *files;
	size_t n;
	bool more;
};

static void
setup(struct fixture *f)
{
	char spool[128];

	*f = (struct fixture){.path = "/tmp/zonegate-spool-XXXXXX"};
	ck_assert_ptr_nonnull(mkdtemp(f->path));
	(void)snprintf(spool, sizeof(spool), "%s/spool", f->path);
	ck_assert_int_eq(mkdir(spool, 0770), 0);
	f->state.path = f->path;
	f->state.fd = open(f->path, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(f->state.fd, 0);
}

static void
teardown(struct fixture *f)
{
	char command[128];

	spool_free(f->files, f->n);
	(void)close(f->state.fd);
	(void)snprintf(command, sizeof(command), "rm -rf %s", f->path);
	ck_assert_int_eq(system(command), 0);
}

static void
put(const struct fixture *f, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", f->path, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static bool
there(const struct fixture *f, const char *name)
{
	struct stat found;

	return fstatat(f->state.fd, name, &found, AT_SYMLINK_NOFOLLOW) == 0;
}

static size_t
look(struct fixture *f, const char *zone)
{
	struct zg_error error = {""};

	spool_free(f->files, f->n);
	ck_assert_msg(spool_read(&f->state, zone, &f->files, &f->n, &f->more, &error) == ZG_OK,
	    "%s", error.text);
	return f->n;
}

#define OURS   "zonegate-approval 1\ninstallation a\nzone example.\nrest\n"
#define THEIRS "zonegate-approval 1\ninstallation a\nzone example.org.\nrest\n"
#define LONGER "zonegate-approval 1\ninstallation a\nzone sub.example.\nrest\n"

START_TEST(a_zone_gets_its_own_approvals_and_what_is_none)
{
	struct fixture f;

	setup(&f);
	ck_assert_uint_eq(look(&f, "example."), 0);
	put(&f, "spool/2.approval", OURS);
	put(&f, "spool/3.approval", THEIRS);
	put(&f, "spool/4.approval", LONGER);
	put(&f, "spool/1.approval", "zone example.org.\n");
	put(&f, "spool/5.approval", "");
	put(&f, "spool/5.text", OURS);
	put(&f, "spool/.new-1.approval", OURS);
	ck_assert_uint_eq(look(&f, "example."), 3);
	ck_assert_str_eq(f.files[0].name, "1.approval");
	ck_assert_str_eq(f.files[1].name, "2.approval");
	ck_assert_str_eq(f.files[2].name, "5.approval");
	ck_assert_uint_eq(f.files[1].length, strlen(OURS));
	ck_assert_mem_eq(f.files[1].text, OURS, strlen(OURS));
	ck_assert_uint_eq(f.files[2].length, 0);
	ck_assert(!f.more);
	teardown(&f);
}
END_TEST

START_TEST(links_pipes_and_large_files_are_not_read)
{
	char path[128];
	struct fixture f;

	setup(&f);
	put(&f, "secret", OURS);
	(void)snprintf(path, sizeof(path), "%s/secret", f.path);
	ck_assert_int_eq(symlinkat(path, f.state.fd, "spool/link.approval"), 0);
	ck_assert_int_eq(mkfifoat(f.state.fd, "spool/pipe.approval", 0600), 0);
	ck_assert_int_eq(mkdirat(f.state.fd, "spool/folder.approval", 0700), 0);
	put(&f, "spool/large.approval", OURS);
	(void)snprintf(path, sizeof(path), "%s/spool/large.approval", f.path);
	ck_assert_int_eq(truncate(path, ZG_APPROVAL_BYTES_MAX + 1), 0);
	ck_assert_uint_eq(look(&f, "example."), 4);
	for (size_t i = 0; i < f.n; i++)
		ck_assert_uint_eq(f.files[i].length, 0);
	/* The largest that is read. */
	ck_assert_int_eq(truncate(path, ZG_APPROVAL_BYTES_MAX), 0);
	ck_assert_uint_eq(look(&f, "example."), 4);
	ck_assert_uint_eq(f.files[1].length, ZG_APPROVAL_BYTES_MAX);
	/* They are put aside as they are; what they point at stays. */
	for (size_t i = 0; i < f.n; i++)
		ck_assert_int_eq(spool_put_aside(&f.state, &f.files[i], NULL), ZG_OK);
	ck_assert(there(&f, "secret"));
	ck_assert(there(&f, "aside/link.approval"));
	ck_assert_uint_eq(look(&f, "example."), 0);
	teardown(&f);
}
END_TEST

START_TEST(no_more_are_read_than_count)
{
	struct fixture f;
	char name[64];

	setup(&f);
	for (int i = 0; i < ZG_APPROVALS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "spool/%04d.approval", i);
		put(&f, name, OURS);
	}
	ck_assert_uint_eq(look(&f, "example."), ZG_APPROVALS_MAX);
	ck_assert(!f.more);
	put(&f, "spool/x.approval", OURS);
	ck_assert_uint_eq(look(&f, "example."), ZG_APPROVALS_MAX);
	ck_assert(f.more);
	teardown(&f);
}
END_TEST

START_TEST(an_approval_is_added_whole_and_by_its_content)
{
	struct fixture f;
	struct stat found;
	char path[256], *name = NULL, *again = NULL;
	mode_t mask = umask(077);

	setup(&f);
	ck_assert_int_eq(spool_add(f.path, OURS, strlen(OURS), &name, NULL), ZG_OK);
	(void)umask(mask);
	ck_assert_uint_eq(strlen(name), 64 + strlen(".approval"));
	(void)snprintf(path, sizeof(path), "spool/%s", name);
	ck_assert_int_eq(fstatat(f.state.fd, path, &found, 0), 0);
	ck_assert_int_eq(found.st_mode & 0777, 0640);
	ck_assert_uint_eq(look(&f, "example."), 1);
	ck_assert_mem_eq(f.files[0].text, OURS, strlen(OURS));
	ck_assert_int_eq(spool_add(f.path, OURS, strlen(OURS), &again, NULL), ZG_OK);
	ck_assert_str_eq(name, again);
	ck_assert_uint_eq(look(&f, "example."), 1);
	free(name);
	free(again);
	ck_assert_int_eq(spool_add("/nonexistent", OURS, strlen(OURS), &name, NULL), ZG_WRITE);
	ck_assert_ptr_null(name);
	teardown(&f);
}
END_TEST

START_TEST(what_was_used_is_known_under_every_name)
{
	struct fixture f;

	setup(&f);
	put(&f, "spool/1.approval", OURS);
	put(&f, "spool/2.approval", OURS "more\n");
	ck_assert_uint_eq(look(&f, "example."), 2);
	ck_assert(!f.files[0].spent);
	ck_assert_int_eq(spool_mark_spent(&f.state, &f.files[0], NULL), ZG_OK);
	ck_assert_int_eq(spool_mark_spent(&f.state, &f.files[0], NULL), ZG_OK);
	put(&f, "spool/3.approval", OURS);
	ck_assert_uint_eq(look(&f, "example."), 3);
	ck_assert(f.files[0].spent);
	ck_assert(!f.files[1].spent);
	ck_assert(f.files[2].spent);
	/* Where that cannot be told, it counts as used. */
	ck_assert_int_eq(renameat(f.state.fd, "spent", f.state.fd, "gone"), 0);
	put(&f, "spent", "no folder");
	ck_assert_uint_eq(look(&f, "example."), 3);
	ck_assert(f.files[1].spent);
	teardown(&f);
}
END_TEST

/* ---- Keys of approvers ---- */

START_TEST(a_key_is_read_back_by_its_owner_only)
{
	struct fixture f;
	char path[128], public_text[APPROVER_KEY_TEXT_SIZE];
	uint8_t private_key[32], zeros[32] = {0};

	setup(&f);
	(void)snprintf(path, sizeof(path), "%s/key", f.path);
	ck_assert_int_eq(approver_key_create(path, public_text, NULL), ZG_OK);
	ck_assert_uint_eq(strlen(public_text), 44);
	ck_assert_int_eq(approver_key_create(path, public_text, NULL), ZG_WRITE);
	ck_assert_int_eq(approver_key_read(path, private_key, NULL), ZG_OK);
	ck_assert(!approver_key_matches(private_key, zeros));
	for (mode_t bit = 1; bit <= 040; bit <<= 1) {
		ck_assert_int_eq(chmod(path, 0600 | bit), 0);
		ck_assert_int_eq(approver_key_read(path, private_key, NULL), ZG_READ);
	}
	ck_assert_int_eq(chmod(path, 0600), 0);
	ck_assert_int_eq(approver_key_read(path, private_key, NULL), ZG_OK);
	ck_assert_int_eq(truncate(path, 60), 0);
	ck_assert_int_eq(approver_key_read(path, private_key, NULL), ZG_READ);
	ck_assert_int_eq(approver_key_read(f.path, private_key, NULL), ZG_READ);
	approver_key_forget(private_key);
	teardown(&f);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("spool");
	TCase *tests = tcase_create("spool");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, a_zone_gets_its_own_approvals_and_what_is_none);
	tcase_add_test(tests, links_pipes_and_large_files_are_not_read);
	tcase_add_test(tests, no_more_are_read_than_count);
	tcase_add_test(tests, an_approval_is_added_whole_and_by_its_content);
	tcase_add_test(tests, what_was_used_is_known_under_every_name);
	tcase_add_test(tests, a_key_is_read_back_by_its_owner_only);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
