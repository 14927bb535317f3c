/* Export and merge: all rows of a zone arrive at another site, once, and nothing but whole exports
 * is taken. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "history/history_private.h"
#include "history_fixture.h"

struct site {
	char *directory;
	struct history *history;
};

static struct site
site_make(void)
{
	struct site site = {.directory = fixture_directory()};

	site.history = fixture_open(site.directory, HISTORY_CREATE);
	return site;
}

static void
site_clear(struct site *site)
{
	history_close(site->history);
	fixture_remove(site->directory);
}

/* What a site exports; owned by the caller. */
static char *
exported(struct history *history)
{
	FILE *file = tmpfile();
	char *text;
	long length;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(history_export(history, "EXAMPLE", fileno(file), NULL), ZG_OK);
	length = lseek(fileno(file), 0, SEEK_END);
	ck_assert_int_gt(length, 0);
	text = calloc(1, (size_t)length + 1);
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(pread(fileno(file), text, (size_t)length, 0), length);
	(void)fclose(file);
	return text;
}

static zg_status
merge(struct history *history, const char *text, size_t length, const char *name, size_t *n_new)
{
	FILE *file = tmpfile();
	struct zg_error error = {""};
	zg_status status;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(pwrite(fileno(file), text, length, 0), (ssize_t)length);
	status = history_merge(history, fileno(file), name, n_new, &error);
	ck_assert_uint_eq(status != ZG_OK, error.text[0] != '\0');
	(void)fclose(file);
	return status;
}

static void
unbroken(struct history *history)
{
	int64_t broken_at = -1;
	char why[200];

	ck_assert_int_eq(history_verify(history, &broken_at, why, sizeof(why), NULL), ZG_OK);
	ck_assert_msg(broken_at == 0, "%s", why);
}

static int64_t
n_rows(struct history *history, const char *table)
{
	char sql[100];
	int64_t n;

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	ck_assert_int_eq(sql_integer(history, sql, -1, &n, NULL), ZG_OK);
	return n;
}

START_TEST(all_rows_of_a_zone_arrive)
{
	struct site a = site_make(), b = site_make();
	struct history_candidate *here, *there;
	struct history_line *lines;
	char *text, *report;
	size_t n_here, n_there, n_new;
	int64_t number, time;
	uint8_t chain[32];

	fixture_fill(a.history);
	(void)fixture_add(a.history, "other.", 7, CANDIDATE_PASSED, 1);
	(void)fixture_add(b.history, "example.", 100, CANDIDATE_PASSED, 3);
	text = exported(a.history);
	ck_assert_int_eq(merge(b.history, text, strlen(text), "west", &n_new), ZG_OK);
	/* 3 candidates, 3 reports, 5 events, 2 DS, 1 + 1 served, 2 of providers, 2 rules, 2 steps,
	 * 16 lines, 1 line of elsewhere. */
	ck_assert_uint_eq(n_new, 38);
	unbroken(b.history);
	ck_assert_int_eq(
	    history_candidates(a.history, "example.", 0, true, 0, &here, &n_here, NULL), ZG_OK);
	ck_assert_int_eq(
	    history_candidates(b.history, "example.", 0, true, 0, &there, &n_there, NULL), ZG_OK);
	ck_assert_uint_eq(n_there, n_here + 1);
	for (size_t i = 0; i < n_here; i++) {
		ck_assert_str_eq(there[i].site, "west");
		ck_assert_int_eq(there[i].state, here[i].state);
		ck_assert_mem_eq(there[i].times, here[i].times, sizeof(here[i].times));
		fixture_facts_same(&there[i].facts, &here[i].facts);
		ck_assert_int_eq(history_report(b.history, there[i].id, &report, NULL), ZG_OK);
		ck_assert_str_eq(
		    report, "{\"verdict\":\"pass\",\"text\":\"a \\\"quoted\\\" word\\n\"}");
		free(report);
	}
	ck_assert_str_eq(there[n_here].site, "");
	history_candidates_free(here, n_here);
	history_candidates_free(there, n_there);
	/* What another one says of the time says nothing of this clock. */
	ck_assert_int_eq(history_latest(b.history, &time, NULL), ZG_OK);
	ck_assert_int_eq(time, 3);
	ck_assert_int_eq(history_head(b.history, chain, &number, NULL), ZG_OK);
	ck_assert_int_eq(number, 2);
	ck_assert_int_eq(history_lines(b.history, "example.", 0, &lines, &n_here, NULL), ZG_OK);
	ck_assert_uint_eq(n_here, 2 + (size_t)n_rows(b.history, "foreign_lines"));
	ck_assert_str_eq(lines[0].site, "west");
	free(lines);
	free(text);
	site_clear(&a);
	site_clear(&b);
}
END_TEST

/* A to B, B to A, again and again: each row once at each site. */
START_TEST(merging_is_a_union)
{
	struct site a = site_make(), b = site_make(), c = site_make();
	char *text, *again;
	size_t n_new, n_first;
	int64_t id;

	fixture_fill(a.history);
	text = exported(a.history);
	ck_assert_int_eq(merge(b.history, text, strlen(text), "a", &n_first), ZG_OK);
	ck_assert_uint_gt(n_first, 20);
	ck_assert_int_eq(merge(b.history, text, strlen(text), "a", &n_new), ZG_OK);
	ck_assert_uint_eq(n_new, 0);
	/* Its own rows come back: only the line of b's merge is new. */
	again = exported(b.history);
	ck_assert_int_eq(merge(a.history, again, strlen(again), "b", &n_new), ZG_OK);
	ck_assert_uint_eq(n_new, 1);
	free(again);
	/* Through b to c they keep the name of their site. */
	again = exported(b.history);
	ck_assert_int_eq(merge(c.history, again, strlen(again), "b", &n_new), ZG_OK);
	ck_assert_uint_eq(n_new, n_first + 1);
	ck_assert_int_eq(n_rows(c.history, "candidates WHERE site = 'a'"), 3);
	ck_assert_int_eq(n_rows(c.history, "served_observations WHERE site = 'elsewhere'"), 1);
	ck_assert_int_eq(merge(c.history, text, strlen(text), "a", &n_new), ZG_OK);
	ck_assert_uint_eq(n_new, 0);
	/* What became of a candidate later comes alone. */
	id = fixture_add(a.history, "example.", 9, CANDIDATE_PASSED, FIXTURE_TIME + 50);
	ck_assert_int_eq(
	    history_set_state(a.history, id, CANDIDATE_HANDED, FIXTURE_TIME + 51, "z", "", NULL),
	    ZG_OK);
	free(again);
	again = exported(a.history);
	ck_assert_int_eq(merge(c.history, again, strlen(again), "a", &n_new), ZG_OK);
	ck_assert_int_eq(n_rows(c.history, "candidates"), 4);
	unbroken(a.history);
	unbroken(b.history);
	unbroken(c.history);
	free(again);
	free(text);
	site_clear(&a);
	site_clear(&b);
	site_clear(&c);
}
END_TEST

/* Cut anywhere between lines or within one, nothing of it comes in. */
START_TEST(cut_export_is_refused_whole)
{
	struct site a = site_make(), b = site_make();
	char *text;
	size_t n_new, length;

	fixture_fill(a.history);
	text = exported(a.history);
	length = strlen(text);
	for (size_t cut = 0; cut < length; cut += cut + 1 + 37 < length ? 37 : 1) {
		ck_assert_int_eq(merge(b.history, text, cut, "a", &n_new), ZG_INPUT_BAD);
		ck_assert_uint_eq(n_new, 0);
	}
	for (char *at = text; (at = strchr(at, '\n')) != NULL && at[1] != '\0'; at++)
		ck_assert_int_eq(
		    merge(b.history, text, (size_t)(at - text) + 1, "a", &n_new), ZG_INPUT_BAD);
	for (int i = 0; i < TABLES; i++)
		ck_assert_int_eq(n_rows(b.history, table_at(i)->name), 0);
	ck_assert_int_eq(n_rows(b.history, "log"), 0);
	free(text);
	site_clear(&a);
	site_clear(&b);
}
END_TEST

/* Any one octet changed: refused, or it changed nothing but a line of the foreign log. */
START_TEST(changed_export_is_refused)
{
	struct site a = site_make(), b = site_make();
	char *text;
	size_t n_new, length, n_refused = 0, n_tried = 0;

	fixture_fill(a.history);
	text = exported(a.history);
	length = strlen(text);
	for (size_t at = 0; at < length; at += 41) {
		static const char with[] = {'0', '\0', '"', '\x80', '\n', '{'};
		char was = text[at];
		zg_status status;

		text[at] = with[at % sizeof(with)];
		if (text[at] == was)
			text[at] = '7';
		ck_assert_int_eq(history_begin(b.history, NULL), ZG_OK);
		status = merge(b.history, text, length, "a", &n_new);
		ck_assert(status == ZG_OK || status == ZG_INPUT_BAD);
		n_refused += status == ZG_INPUT_BAD;
		n_tried++;
		text[at] = was;
		/* Closed without a commit: the next round begins anew. */
		history_close(b.history);
		b.history = fixture_open(b.directory, HISTORY_WRITE);
	}
	ck_assert_uint_gt(n_tried, 200);
	ck_assert_uint_gt(n_refused, n_tried / 2);
	ck_assert_int_eq(n_rows(b.history, "log"), 0);
	free(text);
	site_clear(&a);
	site_clear(&b);
}
END_TEST

/* Another value of the right form: its row's sum says that it was not there. */
START_TEST(row_that_is_not_what_its_sum_says_is_refused)
{
	static const char *const values[] = {"\"server\":\"192.0.2.1@53\"", "\"ttl\":3600",
	    "\"actor\":\"zonegate\",\"why\"", "\"serial\":2,", "\"imported\":0"};
	struct site a = site_make(), b = site_make();
	char *text;
	size_t n_new;

	fixture_fill(a.history);
	text = exported(a.history);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char *at = strstr(text, values[i]);
		size_t digit;

		ck_assert_ptr_nonnull(at);
		digit = strcspn(at, "0123z");
		at[digit] ^= 1; /* to the neighbouring digit or letter */
		ck_assert_msg(merge(b.history, text, strlen(text), "a", &n_new) == ZG_INPUT_BAD,
		    "taken: %s", values[i]);
		at[digit] ^= 1;
	}
	ck_assert_int_eq(merge(b.history, text, strlen(text), "a", &n_new), ZG_OK);
	free(text);
	site_clear(&a);
	site_clear(&b);
}
END_TEST

#define FIRST "{\"row\":\"zonegate history\",\"version\":1,\"zone\":\"example.\"}\n"
#define LINE(zone, time, number, kind, chain)                                                      \
	"{\"row\":\"foreign_lines\",\"site\":\"\",\"zone\":" zone ",\"time\":" time                \
	",\"number\":" number ",\"kind\":" kind ",\"actor\":\"a\",\"text\":\"t\",\"chain\":" chain \
	"}\n"
#define CHAIN "\"0101010101010101010101010101010101010101010101010101010101010101\""
#define END   "{\"row\":\"end\",\"rows\":1}\n"

START_TEST(rows_that_cannot_be_are_refused)
{
	static const char *const bad[] = {
	    "",
	    "\n",
	    "{}\n",
	    "[]\n",
	    "{\"row\":\"zonegate history\",\"version\":2,\"zone\":\"example.\"}\n" END,
	    "{\"row\":\"zonegate history\",\"version\":1,\"zone\":\"Example\"}\n" END,
	    "{\"row\":\"zonegate history\",\"version\":1}\n" END,
	    FIRST,
	    FIRST END,
	    FIRST "{\"row\":\"end\",\"rows\":0}\n{}\n",
	    FIRST "{\"row\":\"end\",\"rows\":0}",
	    FIRST LINE("\"example.\"", "1", "1", "\"k\"", CHAIN),
	    FIRST LINE("\"example.\"", "1", "1", "\"k\"", CHAIN) END END,
	    FIRST LINE("\"other.\"", "1", "1", "\"k\"", CHAIN) END,
	    FIRST LINE("\"example.\"", "1.5", "1", "\"k\"", CHAIN) END,
	    FIRST LINE("\"example.\"", "99999999999999999999", "1", "\"k\"", CHAIN) END,
	    FIRST LINE("\"example.\"", "null", "1", "\"k\"", CHAIN) END,
	    FIRST LINE("\"example.\"", "\"1\"", "1", "\"k\"", CHAIN) END,
	    FIRST LINE("\"example.\"", "1", "0", "\"k\"", CHAIN) END,
	    FIRST LINE("\"example.\"", "1", "1", "\"k\\u001b[31m\"", CHAIN) END,
	    FIRST LINE("\"example.\"", "1", "1", "\"12345678901234567890123456789012\"", CHAIN) END,
	    FIRST LINE("\"example.\"", "1", "1", "7", CHAIN) END,
	    FIRST LINE("\"example.\"", "1", "1", "\"k\"", "\"01\"") END,
	    FIRST LINE("\"example.\"", "1", "1", "\"k\"", "\"0g\"") END,
	    FIRST LINE("\"example.\"", "1", "1", "\"k\"", "\"012\"") END,
	    FIRST "{\"row\":\"head_signatures\",\"site\":\"\"}\n" END,
	    FIRST "{\"row\":\"sqlite_schema\",\"site\":\"\"}\n" END,
	    FIRST "{\"row\":\"log\",\"site\":\"\"}\n" END,
	    /* Without its sum; of a candidate that nobody gave. */
	    FIRST "{\"row\":\"served_observations\",\"site\":\"\",\"zone\":\"example.\",\"time\":1,"
		  "\"server\":\"s\",\"serial\":1,\"digest\":\"\"}\n" END,
	    FIRST "{\"row\":\"events\",\"site\":\"\",\"sum\":" CHAIN ",\"candidate\":" CHAIN
		  ",\"state\":4,\"time\":1,\"actor\":\"a\",\"why\":\"\"}\n" END,
	};
	struct site site = site_make();
	size_t n_new;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(
		    merge(site.history, bad[i], strlen(bad[i]), "a", &n_new) == ZG_INPUT_BAD,
		    "taken: %s", bad[i]);
	ck_assert_int_eq(n_rows(site.history, "log"), 0);
	ck_assert_int_eq(merge(site.history, FIRST END, 3, "", &n_new), ZG_PARAMETER);
	ck_assert_int_eq(merge(site.history, FIRST END, 3, "a\n", &n_new), ZG_PARAMETER);
	/* And the pattern of them all is taken. */
	static const char good[] = FIRST LINE("\"example.\"", "1", "1", "\"k\"", CHAIN) END;

	ck_assert_int_eq(merge(site.history, good, strlen(good), "a", &n_new), ZG_OK);
	ck_assert_uint_eq(n_new, 1);
	unbroken(site.history);
	site_clear(&site);
}
END_TEST

/* Quotes, backslashes, line ends and other letters come through unchanged. */
START_TEST(text_comes_through_unchanged)
{
	static const char text[] =
	    "a \"quoted\" \\ word, \xc3\xa9, \xf0\x9f\x94\x91 </script> ';--";
	static const char report[] = "{\"a\":\"\\u0000 \\n\"}\n\t\x01\x7f";
	struct site a = site_make(), b = site_make();
	struct history_new new = {.zone = "example.",
	    .state = CANDIDATE_REFUSED,
	    .reason = text,
	    .report = report,
	    .time = 1};
	struct history_candidate *list;
	struct history_line *lines;
	char *json, *got;
	size_t n, n_new;
	int64_t id;

	ck_assert_int_eq(history_add_candidate(a.history, &new, &id, NULL), ZG_OK);
	ck_assert_int_eq(history_log(a.history, "example.", "k", text, text, 2, NULL), ZG_OK);
	json = exported(a.history);
	ck_assert_int_eq(merge(b.history, json, strlen(json), "a", &n_new), ZG_OK);
	ck_assert_int_eq(
	    history_candidates(b.history, "example.", 0, true, 0, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(list[0].reason, text);
	ck_assert_int_eq(history_report(b.history, list[0].id, &got, NULL), ZG_OK);
	ck_assert_str_eq(got, report);
	free(got);
	history_candidates_free(list, n);
	ck_assert_int_eq(history_lines(b.history, "example.", 1, &lines, &n, NULL), ZG_OK);
	ck_assert_str_eq(lines[0].text, text);
	free(lines);
	free(json);
	site_clear(&a);
	site_clear(&b);
}
END_TEST

START_TEST(export_that_cannot_be_written_is_said)
{
	struct site site = site_make();

	fixture_fill(site.history);
	ck_assert_int_eq(history_export(site.history, "example.", -1, NULL), ZG_WRITE);
	/* The history is not held by what failed. */
	ck_assert_int_eq(history_log(site.history, "", "k", "a", "t", 1, NULL), ZG_OK);
	ck_assert_int_eq(history_export(site.history, "..", 1, NULL), ZG_PARAMETER);
	site_clear(&site);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("history_merge");
	TCase *tcase = tcase_create("history_merge");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, all_rows_of_a_zone_arrive);
	tcase_add_test(tcase, merging_is_a_union);
	tcase_add_test(tcase, cut_export_is_refused_whole);
	tcase_add_test(tcase, changed_export_is_refused);
	tcase_add_test(tcase, row_that_is_not_what_its_sum_says_is_refused);
	tcase_add_test(tcase, rows_that_cannot_be_are_refused);
	tcase_add_test(tcase, text_comes_through_unchanged);
	tcase_add_test(tcase, export_that_cannot_be_written_is_said);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
