/* Unit tests of src/publish/release.c, released_text.c and log_head.c: what the history says of
 * releases. */
#include <check.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_replace.h"
#include "history/history.h"
#include "history_fixture.h"
#include "log_fixture.h"
#include "publish/release.h"

#define ZONE "example."
#define NOW  (FIXTURE_TIME + 1000)

static char *folder;
static char target[256];
static struct zg_error error;
static struct state_directory state;
static struct release_log *releases;

static void
setup(void)
{
	folder = fixture_log_open(&state, &releases);
	(void)snprintf(target, sizeof(target), "%s/pub/example.zone", folder);
	*strrchr(target, '/') = '\0';
	ck_assert_int_eq(mkdir(target, 0755), 0);
	(void)snprintf(target, sizeof(target), "%s/pub/example.zone", folder);
}

static void
teardown(void)
{
	fixture_log_close(folder, &state, releases);
}

/* The SHA-256 that stands for the text of a serial: that of a file that holds it. */
static void
text_put(const char *file, uint32_t serial)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%u", serial);
	ck_assert_int_eq(
	    file_replace(file, (const uint8_t *)text, strlen(text), 0644, &error), ZG_OK);
}

static void
text_digest(uint32_t serial, uint8_t sha256[FILE_DIGEST_OCTETS])
{
	char file[280];
	bool exists;

	(void)snprintf(file, sizeof(file), "%s/text", folder);
	text_put(file, serial);
	ck_assert_int_eq(target_digest(file, sha256, &exists, &error), ZG_OK);
}

static int64_t
add(uint32_t serial, zg_verdict verdict, int64_t time)
{
	struct release_facts *facts = fixture_facts(ZONE, serial);
	uint8_t sha256[FILE_DIGEST_OCTETS];

	text_digest(serial, sha256);
	facts->first_expiration = NOW + serial;
	return fixture_judged(releases, facts, verdict, sha256, time);
}

static int64_t
add_handed(uint32_t serial, int64_t time, bool evidence)
{
	int64_t id = add(serial, ZG_VERDICT_PASS, time);

	ck_assert_int_eq(
	    release_handed(releases, &state, id, evidence, time, "test", &error), ZG_OK);
	return id;
}

START_TEST(without_a_release_there_is_none_in_force)
{
	struct released released;

	ck_assert_int_eq(release_in_force(releases, 0, NOW, &released, &error), ZG_OK);
	ck_assert(!released.exists);
	(void)add(1, ZG_VERDICT_REFUSE, FIXTURE_TIME);
	(void)add(2, ZG_VERDICT_HELD, FIXTURE_TIME);
	(void)add(3, ZG_VERDICT_PASS, FIXTURE_TIME);
	ck_assert_int_eq(release_in_force(releases, 0, NOW, &released, &error), ZG_OK);
	ck_assert(!released.exists);
}
END_TEST

START_TEST(the_newest_that_was_handed_over_is_in_force)
{
	struct released released, former;
	uint8_t sha256[FILE_DIGEST_OCTETS];
	int64_t pending;

	(void)add_handed(1, FIXTURE_TIME, true);
	(void)add_handed(2, FIXTURE_TIME + 1, true);
	pending = add(3, ZG_VERDICT_PASS, FIXTURE_TIME + 2);
	(void)add(4, ZG_VERDICT_REFUSE, FIXTURE_TIME + 3);
	ck_assert_int_eq(release_in_force(releases, 0, NOW, &released, &error), ZG_OK);
	ck_assert(released.exists && released.handed);
	ck_assert_uint_eq(released.serial, 2);
	text_digest(2, sha256);
	ck_assert_mem_eq(released.sha256, sha256, sizeof(sha256));
	ck_assert_int_eq(released.first_expiration, NOW + 2);
	ck_assert_int_eq(release_former(releases, &released, NOW, &former, &error), ZG_OK);
	ck_assert(former.exists);
	ck_assert_uint_eq(former.serial, 1);
	/* Its signatures have to last. */
	ck_assert_int_eq(release_former(releases, &released, NOW + 1, &former, &error), ZG_OK);
	ck_assert(!former.exists);
	ck_assert_int_eq(release_in_force(releases, pending, NOW, &released, &error), ZG_OK);
	ck_assert(released.exists && !released.handed);
	ck_assert_uint_eq(released.serial, 3);
}
END_TEST

/* An abort in stages leaves one that stages had and that was never released, and makes a release of
 * the content that was in force before. */
START_TEST(a_former_release_was_released_and_is_another_one)
{
	struct released released, former;

	(void)add_handed(1, FIXTURE_TIME, true);
	(void)add_handed(2, FIXTURE_TIME + 1, true);
	(void)add(3, ZG_VERDICT_PASS, FIXTURE_TIME + 2);
	(void)add_handed(2, FIXTURE_TIME + 3, false);
	ck_assert_int_eq(release_in_force(releases, 0, NOW, &released, &error), ZG_OK);
	ck_assert_uint_eq(released.serial, 2);
	ck_assert_int_eq(release_former(releases, &released, 0, &former, &error), ZG_OK);
	ck_assert(former.exists);
	ck_assert_uint_eq(former.serial, 1);
}
END_TEST

START_TEST(another_zone_has_its_own_releases)
{
	struct release_log *other;
	struct released released;
	struct recorded newest;

	(void)add_handed(1, FIXTURE_TIME, true);
	ck_assert_int_eq(release_log_open(&state, "other.", true, &other, &error), ZG_OK);
	ck_assert_int_eq(release_in_force(other, 0, NOW, &released, &error), ZG_OK);
	ck_assert(!released.exists);
	ck_assert_int_eq(release_newest(other, &newest, &error), ZG_OK);
	ck_assert_int_eq(newest.id, 0);
	release_log_close(other);
}
END_TEST

START_TEST(evidence_supersedes_and_its_absence_does_not)
{
	struct history *history;
	struct history_candidate *list;
	size_t n;

	(void)add_handed(1, FIXTURE_TIME, false);
	(void)add_handed(2, FIXTURE_TIME + 1, false);
	history = fixture_open(state.path, HISTORY_READ);
	ck_assert_int_eq(
	    history_candidates(history, ZONE, NOW, false, 0, &list, &n, &error), ZG_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(list[1].state, CANDIDATE_HANDED);
	history_candidates_free(list, n);
	(void)add_handed(3, FIXTURE_TIME + 2, true);
	ck_assert_int_eq(history_candidates(history, ZONE, 0, false, 0, &list, &n, &error), ZG_OK);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(list[0].state, CANDIDATE_HANDED);
	ck_assert_int_eq(list[1].state, CANDIDATE_SUPERSEDED);
	ck_assert_int_eq(list[2].state, CANDIDATE_SUPERSEDED);
	history_candidates_free(list, n);
	history_close(history);
}
END_TEST

/* The snapshot of a run that was killed before the rename. */
static void
leave_snapshot(uint32_t serial)
{
	struct snapshot snapshot;
	char text[32];

	(void)snprintf(text, sizeof(text), "%u", serial);
	ck_assert_int_eq(snapshot_begin(target, -1, &snapshot, &error), ZG_OK);
	ck_assert_int_eq(
	    snapshot_add(&snapshot, (const uint8_t *)text, strlen(text), &error), ZG_OK);
	ck_assert_int_eq(snapshot_end(&snapshot, &error), ZG_OK);
	snapshot.published = true;
	snapshot_clear(&snapshot);
}

static void
unsettled_is(uint32_t serial, enum unsettled_kind kind)
{
	struct unsettled list[UNSETTLED_MAX];
	size_t n;

	ck_assert_int_eq(release_unsettled(releases, target, NOW, list, &n, &error), ZG_OK);
	ck_assert_uint_eq(n, kind == UNSETTLED_NONE ? 0 : 1);
	if (n == 0)
		return;
	ck_assert_uint_eq(list[0].serial, serial);
	ck_assert_int_eq(list[0].kind, kind);
}

START_TEST(what_a_crash_left_is_told_by_the_files)
{
	int64_t id;

	(void)add_handed(1, FIXTURE_TIME, true);
	text_put(target, 1);
	unsettled_is(0, UNSETTLED_NONE);
	id = add(2, ZG_VERDICT_PASS, FIXTURE_TIME + 1);
	unsettled_is(2, UNSETTLED_UNKNOWN);
	leave_snapshot(2);
	unsettled_is(2, UNSETTLED_NEVER);
	text_put(target, 2);
	unsettled_is(2, UNSETTLED_RENAMED);
	ck_assert_int_eq(
	    release_handed(releases, &state, id, true, FIXTURE_TIME + 2, "test", &error), ZG_OK);
	unsettled_is(0, UNSETTLED_NONE);
	id = add(3, ZG_VERDICT_PASS, FIXTURE_TIME + 3);
	ck_assert_int_eq(release_abandon(releases, id, FIXTURE_TIME + 4, "test", &error), ZG_OK);
	unsettled_is(0, UNSETTLED_NONE);
	ck_assert_int_eq(unlink(target), 0);
	(void)add(4, ZG_VERDICT_PASS, FIXTURE_TIME + 5);
	unsettled_is(4, UNSETTLED_UNKNOWN);
}
END_TEST

START_TEST(only_the_newest_of_equal_texts_was_renamed)
{
	struct unsettled list[UNSETTLED_MAX];
	int64_t first = add(5, ZG_VERDICT_PASS, FIXTURE_TIME);
	int64_t second = add(5, ZG_VERDICT_PASS, FIXTURE_TIME);
	size_t n;

	text_put(target, 5);
	ck_assert_int_eq(release_unsettled(releases, target, NOW, list, &n, &error), ZG_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(list[0].id, second);
	ck_assert_int_eq(list[0].kind, UNSETTLED_RENAMED);
	ck_assert_int_eq(list[1].id, first);
	ck_assert_int_eq(list[1].kind, UNSETTLED_UNKNOWN);
}
END_TEST

START_TEST(the_text_of_a_release_is_proved_by_its_digest)
{
	struct released released;
	char *kept;
	int fd;

	(void)add_handed(7, FIXTURE_TIME, true);
	ck_assert_int_eq(release_in_force(releases, 0, NOW, &released, &error), ZG_OK);
	ck_assert_int_eq(release_text_open(&state, ZONE, target, &released, &fd, &error), ZG_OK);
	ck_assert_int_eq(fd, -1);
	text_put(target, 7);
	ck_assert_int_eq(release_text_open(&state, ZONE, target, &released, &fd, &error), ZG_OK);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(state_keep(&state, "zones", ZONE, fd, KEEP_AT_HAND, &error), ZG_OK);
	close(fd);
	text_put(target, 8);
	ck_assert_int_eq(release_text_open(&state, ZONE, target, &released, &fd, &error), ZG_OK);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(state_path(&state, "zones", ZONE, ".zone", &kept, &error), ZG_OK);
	text_put(kept, 9);
	free(kept);
	ck_assert_int_eq(release_text_open(&state, ZONE, target, &released, &fd, &error), ZG_OK);
	ck_assert_int_eq(fd, -1);
}
END_TEST

/* Writes a file anew in its place, as no other program would leave it: all but the time of its last
 * change is what it was. */
static void
write_unseen(const char *file, const char *text)
{
	struct stat stat;
	int fd = open(file, O_WRONLY);

	ck_assert_int_eq(fstat(fd, &stat), 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(futimens(fd, (const struct timespec[]){stat.st_atim, stat.st_mtim}), 0);
	close(fd);
}

static void
boot_read(char *boot, int size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");

	ck_assert_ptr_nonnull(fgets(boot, size, file));
	fclose(file);
	ck_assert_uint_gt(strlen(boot), 30);
}

static bool
kept_is_sealed(const struct released *released)
{
	bool sealed;
	int fd;

	ck_assert_int_eq(release_text_kept(&state, ZONE, released, &fd, &sealed, &error), ZG_OK);
	ck_assert_int_ge(fd, 0);
	close(fd);
	return sealed;
}

START_TEST(a_seal_tells_whether_what_is_kept_was_touched)
{
	struct released released, other;
	char *kept, *seal, text[512] = "", boot[64] = "";
	FILE *file;

	(void)add_handed(7, FIXTURE_TIME, true);
	ck_assert_int_eq(release_in_force(releases, 0, NOW, &released, &error), ZG_OK);
	ck_assert_int_eq(state_path(&state, "zones", ZONE, ".zone", &kept, &error), ZG_OK);
	ck_assert_int_eq(state_path(&state, "zones", ZONE, ".seal", &seal, &error), ZG_OK);
	text_put(kept, 7);
	ck_assert(!kept_is_sealed(&released));
	release_text_seal(&state, ZONE, released.sha256);
	ck_assert(kept_is_sealed(&released));

	/* It is the seal of this text, of this file, and of this boot. */
	other = released;
	other.sha256[31] ^= 1;
	ck_assert(!kept_is_sealed(&other));
	text_put(kept, 7);
	ck_assert(!kept_is_sealed(&released));
	release_text_seal(&state, ZONE, released.sha256);
	ck_assert(kept_is_sealed(&released));
	ck_assert_int_eq(usleep(20000), 0);
	write_unseen(kept, "8");
	ck_assert(!kept_is_sealed(&released));
	release_text_seal(&state, ZONE, released.sha256);
	ck_assert(kept_is_sealed(&released));
	file = fopen(seal, "r+");
	ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, file), 100);
	boot_read(boot, sizeof(boot));
	ck_assert_ptr_nonnull(strstr(text, boot));
	*(strstr(text, "boot ") + 5) ^= 1;
	rewind(file);
	ck_assert_int_ge(fputs(text, file), 0);
	fclose(file);
	ck_assert(!kept_is_sealed(&released));

	/* What was kept is gone: so is its seal. */
	ck_assert_int_eq(unlink(kept), 0);
	release_text_seal(&state, ZONE, released.sha256);
	ck_assert_int_ne(access(seal, F_OK), 0);
	free(kept);
	free(seal);
}
END_TEST

START_TEST(the_newest_candidate_and_its_report)
{
	struct recorded newest;
	char *report;

	(void)add(1, ZG_VERDICT_PASS, FIXTURE_TIME);
	ck_assert_int_eq(release_newest(releases, &newest, &error), ZG_OK);
	ck_assert(newest.passed && !newest.declined);
	(void)add(2, ZG_VERDICT_REFUSE, FIXTURE_TIME);
	ck_assert_int_eq(release_newest(releases, &newest, &error), ZG_OK);
	ck_assert_uint_eq(newest.serial, 2);
	ck_assert(newest.declined && !newest.passed);
	ck_assert_int_eq(release_report(releases, newest.id, &report, &error), ZG_OK);
	ck_assert_str_eq(report, "{}");
	free(report);
	(void)add_handed(3, FIXTURE_TIME, true);
	ck_assert_int_eq(release_newest(releases, &newest, &error), ZG_OK);
	ck_assert(!newest.declined && !newest.passed);
}
END_TEST

static size_t
observations(void)
{
	struct history *history = NULL;
	struct history_ds *list = NULL;
	size_t n = 0;

	ck_assert_int_eq(history_open(state.path, HISTORY_READ, &history, &error), ZG_OK);
	ck_assert_int_eq(history_ds_list(history, ZONE, 0, &list, &n, &error), ZG_OK);
	history_close(history);
	free(list);
	return n;
}

START_TEST(what_the_ds_file_says_is_recorded_when_it_is_news_and_once_an_hour)
{
	const struct release_ds ds = {
	    .tag = 1, .algorithm = 13, .digest_type = 2, .digest_len = 32};
	static const struct {
		int64_t seconds;
		const char *why; /* NULL: it could be read */
		size_t n;	 /* rows after that */
	} rows[] = {{0, NULL, 1}, {60, NULL, 1}, {120, "gone", 2}, {180, "gone", 2},
	    {240, "garbled", 3}, {300, NULL, 4}, {3899, NULL, 4}, {3900, NULL, 5},
	    {3960, "gone", 6}, {7559, "gone", 6}, {7560, "gone", 7}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t time = NOW + rows[i].seconds;

		ck_assert_int_eq(
		    rows[i].why == NULL
			? release_observe_ds(releases, &ds, 1, 3600, "/ds", time, &error)
			: release_observe_no_ds(releases, "/ds", rows[i].why, time, &error),
		    ZG_OK);
		ck_assert_uint_eq(observations(), rows[i].n);
	}
}
END_TEST

START_TEST(a_database_is_made_once_and_never_again)
{
	char *database = fixture_database(state.path);
	struct release_log *again;

	ck_assert_int_eq(unlink(database), 0);
	free(database);
	ck_assert(!state.fresh);
	ck_assert_int_eq(release_log_open(&state, ZONE, true, &again, &error), ZG_READ);
	ck_assert_int_eq(release_log_open(&state, ZONE, false, &again, &error), ZG_READ);
}
END_TEST

START_TEST(the_head_of_the_log_is_signed)
{
	char text[LOG_HEAD_TEXT_SIZE];
	struct history_signature *list;
	struct history *history;
	uint8_t public_key[32];
	int64_t number;
	size_t n;

	ck_assert_int_eq(release_sign_head_text(releases, &state, NOW, text, &error), ZG_OK);
	ck_assert_str_eq(text, "");
	(void)add(1, ZG_VERDICT_PASS, FIXTURE_TIME);
	ck_assert_int_eq(release_sign_head_text(releases, &state, NOW, text, &error), ZG_OK);
	ck_assert_int_eq(sscanf(text, "%" SCNd64 ":", &number), 1);
	ck_assert_uint_eq(strlen(strchr(text, ':')), 1 + 64 + 1 + 128);
	/* Once is enough. */
	ck_assert_int_eq(release_sign_head(releases, &state, NOW, &error), ZG_OK);
	history = fixture_open(state.path, HISTORY_READ);
	ck_assert_int_eq(history_signatures(history, &list, &n, &error), ZG_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(list[0].number, number);
	ck_assert_int_eq(state_public_key(&state, public_key, &error), ZG_OK);
	ck_assert(log_head_verify(public_key, &list[0]));
	list[0].number++;
	ck_assert(!log_head_verify(public_key, &list[0]));
	list[0].number--;
	list[0].chain[31] ^= 1;
	ck_assert(!log_head_verify(public_key, &list[0]));
	list[0].chain[31] ^= 1;
	public_key[0] ^= 1;
	ck_assert(!log_head_verify(public_key, &list[0]));
	free(list);
	history_close(history);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("publish_release");
	TCase *tcase = tcase_create("publish_release");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, without_a_release_there_is_none_in_force);
	tcase_add_test(tcase, the_newest_that_was_handed_over_is_in_force);
	tcase_add_test(tcase, a_former_release_was_released_and_is_another_one);
	tcase_add_test(tcase, another_zone_has_its_own_releases);
	tcase_add_test(tcase, evidence_supersedes_and_its_absence_does_not);
	tcase_add_test(tcase, what_a_crash_left_is_told_by_the_files);
	tcase_add_test(tcase, only_the_newest_of_equal_texts_was_renamed);
	tcase_add_test(tcase, the_text_of_a_release_is_proved_by_its_digest);
	tcase_add_test(tcase, a_seal_tells_whether_what_is_kept_was_touched);
	tcase_add_test(tcase, the_newest_candidate_and_its_report);
	tcase_add_test(tcase, what_the_ds_file_says_is_recorded_when_it_is_news_and_once_an_hour);
	tcase_add_test(tcase, a_database_is_made_once_and_never_again);
	tcase_add_test(tcase, the_head_of_the_log_is_signed);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
