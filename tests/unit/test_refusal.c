/* Refusals that are remembered: what the key depends on, and what a file is believed. */
#include "publish/refusal.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW INT64_C(1795000000)

struct fixture {
	char path[64];
	char config_path[128], ds_path[128];
	struct state_directory state;
	struct release_log *log;
	struct config config;
	struct config_zone zone;
	uint8_t text[FILE_DIGEST_OCTETS];
	uint8_t key[FILE_DIGEST_OCTETS];
};

static void
put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void
key_of(struct fixture *f, uint8_t key[FILE_DIGEST_OCTETS])
{
	struct zg_error error = {""};

	ck_assert_msg(
	    refusal_key(f->log, &f->state, &f->config, &f->zone, f->text, key, &error) == ZG_OK,
	    "%s", error.text);
}

static void
setup(struct fixture *f)
{
	struct zg_error error = {""};

	*f = (struct fixture){.path = "/tmp/zonegate-refusal-XXXXXX", .text = {1}};
	ck_assert_ptr_nonnull(mkdtemp(f->path));
	(void)snprintf(f->config_path, sizeof(f->config_path), "%s/zonegate.xml", f->path);
	(void)snprintf(f->ds_path, sizeof(f->ds_path), "%s/ds", f->path);
	put(f->config_path, "configuration");
	put(f->ds_path, "ds");
	f->config.path = f->config_path;
	f->zone = (struct config_zone){.name = "example.", .ds_path = f->ds_path};
	ck_assert_int_eq(state_open(f->path, true, &f->state, &error), ZG_OK);
	ck_assert_int_eq(release_log_open(&f->state, "example.", true, &f->log, &error), ZG_OK);
	key_of(f, f->key);
}

static void
teardown(struct fixture *f)
{
	char command[128];

	release_log_close(f->log);
	state_close(&f->state);
	(void)snprintf(command, sizeof(command), "rm -rf %s", f->path);
	ck_assert_int_eq(system(command), 0);
}

static bool
key_is_same(struct fixture *f)
{
	uint8_t key[FILE_DIGEST_OCTETS];

	key_of(f, key);
	return memcmp(key, f->key, sizeof(key)) == 0;
}

/* Another content with the same length and, as far as the clock tells, the same time. */
static void
replace(const char *path, const char *text)
{
	char fresh[160];

	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	put(fresh, text);
	ck_assert_int_eq(rename(fresh, path), 0);
}

START_TEST(key_changes_with_everything_that_a_verdict_follows_from)
{
	struct zg_error error = {""};
	struct fixture f;
	char spooled[160];

	setup(&f);
	ck_assert(key_is_same(&f));
	f.text[31] = 1;
	ck_assert(!key_is_same(&f));
	f.text[31] = 0;
	ck_assert(key_is_same(&f));
	replace(f.ds_path, "sd");
	ck_assert(!key_is_same(&f));
	key_of(&f, f.key);
	replace(f.config_path, "Configuration");
	ck_assert(!key_is_same(&f));
	key_of(&f, f.key);
	(void)unlink(f.ds_path);
	ck_assert(!key_is_same(&f));
	key_of(&f, f.key);
	f.zone.ds_path = NULL;
	ck_assert(!key_is_same(&f));
	key_of(&f, f.key);
	f.zone.unsigned_path = f.config_path;
	ck_assert(!key_is_same(&f));
	key_of(&f, f.key);
	(void)snprintf(spooled, sizeof(spooled), "%s/spool/approval", f.path);
	put(spooled, "approval");
	ck_assert(!key_is_same(&f));
	key_of(&f, f.key);
	ck_assert_int_eq(release_note(f.log, "note", "something was learned", NOW, &error), ZG_OK);
	ck_assert(!key_is_same(&f));
	teardown(&f);
}
END_TEST

static struct refusal
refusal_of(const struct fixture *f)
{
	struct refusal refusal = {.held = true, .serial = 7, .time = NOW, .until = NOW + 600};

	memcpy(refusal.key, f->key, sizeof(refusal.key));
	(void)snprintf(refusal.reason, sizeof(refusal.reason), "held for\napproval");
	return refusal;
}

START_TEST(a_refusal_is_recalled_under_its_key_until_its_time)
{
	struct zg_error error = {""};
	struct refusal refusal, found;
	struct fixture f;

	setup(&f);
	refusal = refusal_of(&f);
	ck_assert(!refusal_recall(&f.state, "example.", f.key, NOW, &found));
	ck_assert_int_eq(refusal_remember(&f.state, "example.", &refusal, &error), ZG_OK);
	ck_assert(refusal_recall(&f.state, "example.", f.key, NOW, &found));
	ck_assert(found.held);
	ck_assert_uint_eq(found.serial, 7);
	ck_assert_int_eq(found.time, NOW);
	ck_assert_int_eq(found.until, NOW + 600);
	ck_assert_str_eq(found.reason, "held for?approval");
	ck_assert(refusal_recall(&f.state, "example.", f.key, NOW + 599, &found));
	ck_assert(!refusal_recall(&f.state, "example.", f.key, NOW + 600, &found));
	/* A clock that was set back. */
	ck_assert(!refusal_recall(&f.state, "example.", f.key, NOW - 1, &found));
	ck_assert(!refusal_recall(&f.state, "example.com.", f.key, NOW, &found));
	f.key[0] ^= 1;
	ck_assert(!refusal_recall(&f.state, "example.", f.key, NOW, &found));
	teardown(&f);
}
END_TEST

START_TEST(a_damaged_file_is_nothing)
{
	static const char *const ends[] = {"", "x", "\n", "reason more\n"};
	struct zg_error error = {""};
	struct refusal refusal, found;
	struct fixture f;
	char path[128], text[1024];
	size_t length;
	FILE *file;

	setup(&f);
	refusal = refusal_of(&f);
	ck_assert_int_eq(refusal_remember(&f.state, "example.", &refusal, &error), ZG_OK);
	(void)snprintf(path, sizeof(path), "%s/memo/example.refused", f.path);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	text[length] = '\0';
	for (size_t cut = 0; cut < length; cut++) {
		char kept = text[cut];

		text[cut] = '\0';
		put(path, text);
		text[cut] = kept;
		ck_assert_msg(
		    !refusal_recall(&f.state, "example.", f.key, NOW, &found), "%zu", cut);
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char longer[1100];

		(void)snprintf(longer, sizeof(longer), "%s%s", text, ends[i]);
		put(path, longer);
		ck_assert_int_eq(
		    refusal_recall(&f.state, "example.", f.key, NOW, &found), ends[i][0] == '\0');
	}
	teardown(&f);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("refusal");
	TCase *tests = tcase_create("refusal");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, key_changes_with_everything_that_a_verdict_follows_from);
	tcase_add_test(tests, a_refusal_is_recalled_under_its_key_until_its_time);
	tcase_add_test(tests, a_damaged_file_is_nothing);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
