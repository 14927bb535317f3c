/* The history: everything that is put in comes out, in the right order, from the right time on. */
#include <check.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "base/file_replace.h"
#include "history/history_private.h"
#include "history_fixture.h"

struct place {
	char *directory, *database;
	struct history *history;
};

static struct place
place_make(void)
{
	struct place place = {.directory = fixture_directory()};

	place.database = fixture_database(place.directory);
	place.history = fixture_open(place.directory, HISTORY_CREATE);
	return place;
}

static void
place_clear(struct place *place)
{
	history_close(place->history);
	free(place->database);
	fixture_remove(place->directory);
}

static void
reopen(struct place *place, enum history_mode mode)
{
	history_close(place->history);
	place->history = fixture_open(place->directory, mode);
}

static void
unbroken(struct history *history)
{
	struct zg_error error = {""};
	int64_t broken_at = -1;
	char why[200];

	ck_assert_msg(history_verify(history, &broken_at, why, sizeof(why), &error) == ZG_OK, "%s",
	    error.text);
	ck_assert_msg(broken_at == 0, "%s", why);
}

static void
set_state(struct history *history, int64_t id, enum candidate_state state, int64_t time)
{
	ck_assert_int_eq(
	    history_set_state(history, id, state, time, "zonegate", "test", NULL), ZG_OK);
}

/* Runs one statement on the file with a connection of its own. */
static void
raw(const char *database, const char *sql)
{
	sqlite3 *db;
	int rc;

	ck_assert_int_eq(sqlite3_open(database, &db), SQLITE_OK);
	rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	ck_assert_msg(rc == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
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

/* --- Candidates --- */

START_TEST(every_field_of_a_candidate_comes_back)
{
	struct place place = place_make();
	struct release_facts *facts = fixture_facts("example.", 42);
	uint8_t sha256[32];
	struct history_candidate *list;
	char *report;
	size_t n;
	int64_t id = fixture_add(place.history, "example.", 42, CANDIDATE_PASSED, FIXTURE_TIME);

	reopen(&place, HISTORY_READ);
	ck_assert_int_eq(
	    history_candidates(place.history, "EXAMPLE", 0, false, 0, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(list[0].id, id);
	ck_assert_int_eq(list[0].state, CANDIDATE_PASSED);
	for (int i = 0; i < CANDIDATE_STATES; i++)
		ck_assert_int_eq(list[0].times[i], i == CANDIDATE_PASSED ? FIXTURE_TIME : 0);
	memset(sha256, 42, sizeof(sha256));
	ck_assert_mem_eq(list[0].file_sha256, sha256, sizeof(sha256));
	ck_assert_uint_eq(strlen(list[0].policy_digest), 64);
	ck_assert_str_eq(list[0].reason, "pass, chain to the parent not checked");
	ck_assert(!list[0].imported);
	ck_assert(list[0].has_facts);
	ck_assert_str_eq(list[0].site, "");
	fixture_facts_same(&list[0].facts, facts);
	history_candidates_free(list, n);
	ck_assert_int_eq(history_report(place.history, id, &report, NULL), ZG_OK);
	ck_assert_str_eq(report, "{\"verdict\":\"pass\",\"text\":\"a \\\"quoted\\\" word\\n\"}");
	free(report);
	fixture_facts_free(facts);
	place_clear(&place);
}
END_TEST

/* Every count at its limit: nothing is cut. */
START_TEST(largest_facts_come_back)
{
	struct place place = place_make();
	struct release_facts *facts = fixture_facts("example.", 1);
	struct history_new new = {.facts = facts, .zone = "example.", .state = CANDIDATE_PASSED};
	struct history_candidate *list;
	int64_t id;
	size_t n;

	facts->n_keys = ZG_KEYS_MAX;
	for (size_t i = 3; i < ZG_KEYS_MAX; i++) {
		facts->keys[i].rdlen = ZG_RDATA_MAX;
		facts->keys[i].rdata = calloc(1, ZG_RDATA_MAX);
		ck_assert_ptr_nonnull(facts->keys[i].rdata);
		facts->keys[i].rdata[ZG_RDATA_MAX - 1] = (uint8_t)i;
	}
	facts->n_classes = ZG_CLASSES_MAX;
	for (size_t i = 0; i < ZG_CLASSES_MAX; i++) {
		facts->classes[i].signers = UINT64_MAX;
		facts->classes[i].expirations[ZG_KEYS_MAX - 1] = INT64_MIN + (int64_t)i;
		memset(facts->classes[i].owner, 'o', NAME_TEXT_SIZE - 1);
		memset(facts->classes[i].type, 't', sizeof(facts->classes[i].type) - 1);
	}
	facts->n_next_ds = ZG_DS_MAX;
	for (size_t i = 0; i < ZG_DS_MAX; i++)
		facts->next_ds[i].digest_len = 64;
	memset(facts->denial, 'd', sizeof(facts->denial) - 1);
	ck_assert_int_eq(history_add_candidate(place.history, &new, &id, NULL), ZG_OK);
	ck_assert_int_eq(
	    history_candidates(place.history, "example.", 0, false, 0, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	fixture_facts_same(&list[0].facts, facts);
	history_candidates_free(list, n);
	fixture_facts_free(facts);
	place_clear(&place);
}
END_TEST

START_TEST(facts_beyond_their_limits_are_refused)
{
	struct place place = place_make();
	struct release_facts *facts = fixture_facts("example.", 1);
	struct history_new new = {.facts = facts, .zone = "example.", .state = CANDIDATE_PASSED};
	int64_t id;

	facts->classes[0].signers = 8; /* the fourth of three keys */
	ck_assert_int_eq(history_add_candidate(place.history, &new, &id, NULL), ZG_PARAMETER);
	facts->classes[0].signers = 1;
	facts->next_ds[0].digest_len = 65;
	ck_assert_int_eq(history_add_candidate(place.history, &new, &id, NULL), ZG_PARAMETER);
	facts->next_ds[0].digest_len = 32;
	new.zone = "other.";
	ck_assert_int_eq(history_add_candidate(place.history, &new, &id, NULL), ZG_PARAMETER);
	new.zone = "example.";
	ck_assert_int_eq(history_add_candidate(place.history, &new, &id, NULL), ZG_OK);
	fixture_facts_free(facts);
	place_clear(&place);
}
END_TEST

/* Facts cut at any octet, or with any one more, are no facts. */
START_TEST(cut_facts_are_not_decoded)
{
	struct release_facts *facts = fixture_facts("example.", 1);
	struct release_facts *out = calloc(1, sizeof(*out));
	struct text_writer octets = {0};

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(facts_encode(facts, &octets), ZG_OK);
	for (size_t length = 0; length < octets.used; length++) {
		uint8_t *cut = malloc(length + 1); /* so that reading beyond is seen */

		ck_assert_ptr_nonnull(cut);
		memcpy(cut, octets.text, length);
		ck_assert_int_eq(facts_decode(cut, length, out), ZG_INPUT_BAD);
		facts_reset(out);
		free(cut);
	}
	text_add_bytes(&octets, "", 1);
	ck_assert_int_eq(facts_decode((uint8_t *)octets.text, octets.used, out), ZG_INPUT_BAD);
	facts_reset(out);
	ck_assert_int_eq(facts_decode((uint8_t *)octets.text, octets.used - 1, out), ZG_OK);
	facts_reset(out);
	text_writer_clear(&octets);
	free(out);
	fixture_facts_free(facts);
}
END_TEST

/* The fourth of three keys signs nothing. */
START_TEST(signers_that_are_no_keys_are_not_decoded)
{
	struct release_facts *facts = fixture_facts("example.", 1);
	struct release_facts *out = calloc(1, sizeof(*out));
	struct text_writer one = {0}, two = {0};
	size_t at = 0;

	ck_assert_ptr_nonnull(out);
	facts->classes[0].signers = 1;
	ck_assert_int_eq(facts_encode(facts, &one), ZG_OK);
	facts->classes[0].signers = 2;
	ck_assert_int_eq(facts_encode(facts, &two), ZG_OK);
	ck_assert_uint_eq(one.used, two.used);
	while (at < one.used && one.text[at] == two.text[at])
		at++;
	ck_assert_uint_lt(at, one.used);
	for (int signers = 1; signers <= 8; signers++) {
		one.text[at] = (char)signers;
		ck_assert_int_eq(facts_decode((uint8_t *)one.text, one.used, out),
		    signers == 8 ? ZG_INPUT_BAD : ZG_OK);
		facts_reset(out);
	}
	text_writer_clear(&one);
	text_writer_clear(&two);
	free(out);
	fixture_facts_free(facts);
}
END_TEST

START_TEST(candidate_without_facts_keeps_its_zone)
{
	struct place place = place_make();
	struct history_new new = {
	    .zone = "Example", .state = CANDIDATE_REFUSED, .reason = "no zone", .time = 5};
	struct history_candidate *list;
	char *report;
	int64_t id;
	size_t n;

	ck_assert_int_eq(history_add_candidate(place.history, &new, &id, NULL), ZG_OK);
	ck_assert_int_eq(
	    history_candidates(place.history, "example.", 0, false, 0, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(
	    history_candidates(place.history, "example.", 0, true, 0, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert(!list[0].has_facts);
	ck_assert_str_eq(list[0].facts.zone, "example.");
	ck_assert_int_eq(list[0].state, CANDIDATE_REFUSED);
	history_candidates_free(list, n);
	ck_assert_int_eq(history_report(place.history, id, &report, NULL), ZG_OK);
	ck_assert_str_eq(report, "");
	free(report);
	place_clear(&place);
}
END_TEST

START_TEST(each_state_keeps_its_first_time_and_the_last_state_counts)
{
	struct place place = place_make();
	int64_t id = fixture_add(place.history, "example.", 1, CANDIDATE_HELD, 100);
	struct history_candidate *list;
	size_t n;

	for (int state = CANDIDATE_PASSED; state <= CANDIDATE_SUPERSEDED; state++)
		set_state(place.history, id, (enum candidate_state)state, 200 + state);
	set_state(place.history, id, CANDIDATE_CONFIRMED, 300);
	ck_assert_int_eq(
	    history_candidates(place.history, "example.", 0, false, 0, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(list[0].state, CANDIDATE_CONFIRMED);
	ck_assert_int_eq(list[0].times[CANDIDATE_SEEN], 0);
	ck_assert_int_eq(list[0].times[CANDIDATE_HELD], 100);
	for (int state = CANDIDATE_PASSED; state <= CANDIDATE_SUPERSEDED; state++)
		ck_assert_int_eq(list[0].times[state], 200 + state);
	history_candidates_free(list, n);
	ck_assert_int_eq(
	    history_set_state(place.history, 99, CANDIDATE_HANDED, 1, "", "", NULL), ZG_PARAMETER);
	ck_assert_int_eq(
	    history_set_state(place.history, id, CANDIDATE_STATES, 1, "", "", NULL), ZG_PARAMETER);
	unbroken(place.history);
	place_clear(&place);
}
END_TEST

static zg_status
collect(void *context, const struct history_candidate *candidate)
{
	char *at = (char *)context + strlen(context);

	(void)snprintf(at, 8, "%u ", (unsigned)candidate->facts.serial);
	return ZG_OK;
}

/* The serials of the candidates asked for, as "5 4 ": by both functions. */
static char *
serials(struct history *history, int64_t since, bool all, size_t limit)
{
	char *visited = calloc(1, 200), *listed = calloc(1, 200);
	struct history_candidate *list;
	size_t n;

	ck_assert_int_eq(
	    history_visit(history, "example.", since, all, limit, collect, visited, NULL), ZG_OK);
	ck_assert_int_eq(
	    history_candidates(history, "example.", since, all, limit, &list, &n, NULL), ZG_OK);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(collect(listed, &list[i]), ZG_OK);
	history_candidates_free(list, n);
	ck_assert_str_eq(visited, listed);
	free(listed);
	return visited;
}

static void
serials_are(struct history *history, int64_t since, bool all, size_t limit, const char *expected)
{
	char *found = serials(history, since, all, limit);

	ck_assert_str_eq(found, expected);
	free(found);
}

/* Serial n passed at 100 n; each was superseded 10 after the next one passed; 6 was refused, 7
 * held, 8 abandoned. */
START_TEST(candidates_are_those_not_over_before_a_time_and_one_more)
{
	struct place place = place_make();
	int64_t ids[10];

	for (uint32_t i = 1; i <= 8; i++) {
		enum candidate_state state = i == 6   ? CANDIDATE_REFUSED
					     : i == 7 ? CANDIDATE_HELD
						      : CANDIDATE_PASSED;

		ids[i] = fixture_add(place.history, "example.", i, state, 100 * (int64_t)i);
		if (i > 1 && i <= 5)
			set_state(place.history, ids[i - 1], CANDIDATE_SUPERSEDED, 100 * i + 10);
	}
	set_state(place.history, ids[8], CANDIDATE_ABANDONED, 850);
	(void)fixture_add(place.history, "elsewhere.", 9, CANDIDATE_PASSED, 1);
	serials_are(place.history, 0, false, 0, "8 5 4 3 2 1 ");
	serials_are(place.history, 0, true, 0, "8 7 6 5 4 3 2 1 ");
	serials_are(place.history, 0, true, 3, "8 7 6 ");
	/* 3 was superseded at 410, 2 at 310. */
	serials_are(place.history, 410, false, 0, "8 5 4 3 2 ");
	serials_are(place.history, 411, false, 0, "8 5 4 3 ");
	serials_are(place.history, 850, false, 0, "8 5 4 ");
	serials_are(place.history, 851, false, 0, "5 4 ");
	serials_are(place.history, 700, true, 0, "8 7 5 4 ");
	serials_are(place.history, 701, true, 0, "8 5 4 ");
	place_clear(&place);
}
END_TEST

/* A release that was never superseded stays, however old. */
START_TEST(candidate_never_superseded_is_never_forgotten)
{
	struct place place = place_make();
	int64_t id;

	(void)fixture_add(place.history, "example.", 1, CANDIDATE_PASSED, 100);
	(void)fixture_add(place.history, "example.", 2, CANDIDATE_PASSED, 200);
	serials_are(place.history, INT64_MAX, false, 0, "2 1 ");
	/* The newest that was superseded comes in its place among them. */
	id = fixture_add(place.history, "example.", 3, CANDIDATE_PASSED, 150);
	set_state(place.history, id, CANDIDATE_SUPERSEDED, 160);
	serials_are(place.history, INT64_MAX, false, 0, "2 3 1 ");
	serials_are(place.history, INT64_MAX, false, 1, "2 ");
	id = fixture_add(place.history, "example.", 4, CANDIDATE_PASSED, 200);
	set_state(place.history, id, CANDIDATE_SUPERSEDED, 210);
	serials_are(place.history, INT64_MAX, false, 0, "4 2 1 ");
	serials_are(place.history, INT64_MAX, false, 1, "4 ");
	(void)fixture_add(place.history, "example.", 5, CANDIDATE_PASSED, 200);
	serials_are(place.history, INT64_MAX, false, 0, "5 4 2 1 ");
	(void)fixture_add(place.history, "example.", 6, CANDIDATE_PASSED, 50);
	serials_are(place.history, INT64_MAX, false, 0, "5 4 2 1 6 ");
	place_clear(&place);
}
END_TEST

static zg_status
stop(void *context, const struct history_candidate *candidate)
{
	(void)candidate;
	return ++*(int *)context == 2 ? ZG_LIMIT : ZG_OK;
}

START_TEST(visitor_ends_the_walk)
{
	struct place place = place_make();
	int calls = 0;

	for (uint32_t i = 1; i <= 4; i++)
		(void)fixture_add(place.history, "example.", i, CANDIDATE_PASSED, i);
	ck_assert_int_eq(
	    history_visit(place.history, "example.", 0, false, 0, stop, &calls, NULL), ZG_LIMIT);
	ck_assert_int_eq(calls, 2);
	(void)fixture_add(place.history, "example.", 5, CANDIDATE_PASSED, 5);
	place_clear(&place);
}
END_TEST

/* --- Observations, lines --- */

START_TEST(every_field_of_an_observation_comes_back)
{
	struct place place = place_make();
	struct history_ds ds = {.time = 7,
			      .source = SOURCE_OPERATOR,
			      .server = "alice",
			      .answered = true,
			      .note = "by telephone",
			      .ttl = UINT32_MAX,
			      .serial = UINT32_MAX,
			      .n = ZG_DS_MAX},
			  *list;
	struct history_served served = {.time = 8, .server = "s", .serial = 9, .digest = "ab"},
			      *served_list;
	size_t n;

	for (size_t i = 0; i < ZG_DS_MAX; i++) {
		ds.entries[i] = (struct release_ds){.tag = (uint16_t)(65535 - i),
		    .algorithm = (uint8_t)i,
		    .digest_type = 4,
		    .digest_len = (uint8_t)(i + 1)};
		memset(ds.entries[i].digest, (int)i, i + 1);
	}
	ck_assert_int_eq(history_add_ds(place.history, "example", &ds, NULL), ZG_OK);
	ck_assert_int_eq(history_ds_list(place.history, "example.", 0, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(list[0].time, 7);
	ck_assert_int_eq(list[0].source, SOURCE_OPERATOR);
	ck_assert_str_eq(list[0].server, "alice");
	ck_assert(list[0].answered);
	ck_assert_str_eq(list[0].note, "by telephone");
	ck_assert_uint_eq(list[0].ttl, UINT32_MAX);
	ck_assert_uint_eq(list[0].serial, UINT32_MAX);
	ck_assert_uint_eq(list[0].n, ZG_DS_MAX);
	ck_assert_mem_eq(list[0].entries, ds.entries, sizeof(ds.entries));
	free(list);
	ck_assert_int_eq(history_ds_list(place.history, "other.", 0, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 0);
	free(list);
	ds.n = ZG_DS_MAX + 1;
	ck_assert_int_eq(history_add_ds(place.history, "example", &ds, NULL), ZG_PARAMETER);

	ck_assert_int_eq(history_add_served(place.history, "example", &served, NULL), ZG_OK);
	ck_assert_int_eq(
	    history_served_list(place.history, "example.", 0, &served_list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(served_list[0].time, 8);
	ck_assert_str_eq(served_list[0].server, "s");
	ck_assert_uint_eq(served_list[0].serial, 9);
	ck_assert_str_eq(served_list[0].digest, "ab");
	free(served_list);
	place_clear(&place);
}
END_TEST

/* Of each server the last before the time, and its last answer. */
START_TEST(observations_reach_back_to_the_last_of_each_server)
{
	static const struct {
		int64_t time;
		const char *server;
		bool answered;
	} rows[] = {{10, "a", true}, {20, "a", true}, {30, "a", false}, {12, "b", true},
	    {40, "b", false}, {50, "a", true}, {5, "c", false}, {35, "a", false}};
	static const int64_t expected[] = {5, 12, 20, 35, 40, 50};
	struct place place = place_make();
	struct history_served *served;
	struct history_ds *list;
	size_t n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct history_ds ds = {.time = rows[i].time, .answered = rows[i].answered};
		struct history_served seen = {.time = rows[i].time};

		(void)snprintf(ds.server, sizeof(ds.server), "%s", rows[i].server);
		(void)snprintf(seen.server, sizeof(seen.server), "%s", rows[i].server);
		ck_assert_int_eq(history_add_ds(place.history, "example.", &ds, NULL), ZG_OK);
		ck_assert_int_eq(history_add_served(place.history, "example.", &seen, NULL), ZG_OK);
	}
	ck_assert_int_eq(history_ds_list(place.history, "example.", 40, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(list[i].time, expected[i]);
	free(list);
	ck_assert_int_eq(
	    history_served_list(place.history, "example.", 40, &served, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 5);
	ck_assert_int_eq(served[0].time, 5);
	ck_assert_int_eq(served[1].time, 12);
	ck_assert_int_eq(served[2].time, 35);
	free(served);
	place_clear(&place);
}
END_TEST

START_TEST(text_is_cut_and_cleaned)
{
	struct place place = place_make();
	struct history_line *lines;
	char text[2000];
	size_t n;

	memset(text, 'x', sizeof(text));
	memcpy(text, "a\x1b[31m\xff\xc2\x85 \xc3\xa9", 12);
	text[sizeof(text) - 1] = '\0';
	/* Two octets end in the last place but one: the sign is left out whole. */
	memcpy(text + 510, "\xc3\xa9", 2);
	ck_assert_int_eq(history_log(place.history, NULL, "a kind that is much too long for it",
			     NULL, text, 1, NULL),
	    ZG_OK);
	ck_assert_int_eq(history_lines(place.history, NULL, 0, &lines, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(strlen(lines[0].kind), 31);
	ck_assert_str_eq(lines[0].actor, "");
	ck_assert_uint_le(strlen(lines[0].text), 511);
	ck_assert_uint_ge(strlen(lines[0].text), 508);
	ck_assert_int_eq(strncmp(lines[0].text, "a?[31m?? \xc3\xa9", 10), 0);
	ck_assert(text_is_clean(lines[0].text));
	free(lines);
	place_clear(&place);
}
END_TEST

START_TEST(lines_say_what_happened_newest_first)
{
	static const char *const kinds[] = {"signature", "signature", "merge", "approval", "stage",
	    "stage", "policy", "policy", "provider", "provider", "observation", "observation",
	    "observation", "verdict", "state", "verdict", "state", "verdict"};
	struct place place = place_make();
	struct history_line *lines;
	size_t n, own = 0;
	int64_t time;

	fixture_fill(place.history);
	ck_assert_int_eq(history_lines(place.history, NULL, 0, &lines, &n, NULL), ZG_OK);
	for (size_t i = 0; i < n; i++) {
		if (lines[i].site[0] != '\0') {
			ck_assert_str_eq(lines[i].site, "elsewhere");
			continue;
		}
		ck_assert_uint_lt(own, sizeof(kinds) / sizeof(kinds[0]));
		ck_assert_str_eq(lines[i].kind, kinds[own]);
		ck_assert_int_eq(lines[i].number, (int64_t)(18 - own));
		own++;
	}
	ck_assert_uint_eq(own, 18);
	ck_assert_uint_eq(n, 19);
	free(lines);
	ck_assert_int_eq(history_lines(place.history, "example", 2, &lines, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(lines[0].kind, "merge");
	free(lines);
	ck_assert_int_eq(history_latest(place.history, &time, NULL), ZG_OK);
	ck_assert_int_eq(time, FIXTURE_TIME + 31);
	place_clear(&place);
}
END_TEST

START_TEST(head_and_its_signatures_come_back)
{
	struct place place = place_make();
	uint8_t chain[32], none[32] = {0}, signature[64];
	struct history_signature *list;
	int64_t number, time;
	size_t n;

	ck_assert_int_eq(history_head(place.history, chain, &number, NULL), ZG_OK);
	ck_assert_int_eq(number, 0);
	ck_assert_mem_eq(chain, none, 32);
	ck_assert_int_eq(history_latest(place.history, &time, NULL), ZG_OK);
	ck_assert_int_eq(time, 0);
	memset(signature, 7, sizeof(signature));
	ck_assert_int_eq(history_sign_head(place.history, 1, signature, 5, NULL), ZG_PARAMETER);
	ck_assert_int_eq(history_log(place.history, "", "k", "a", "t", 1, NULL), ZG_OK);
	ck_assert_int_eq(history_head(place.history, chain, &number, NULL), ZG_OK);
	ck_assert_int_eq(number, 1);
	ck_assert_int_eq(history_sign_head(place.history, 1, signature, 5, NULL), ZG_OK);
	ck_assert_int_eq(history_signatures(place.history, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(list[0].number, 1);
	ck_assert_mem_eq(list[0].chain, chain, 32);
	ck_assert_mem_eq(list[0].signature, signature, 64);
	free(list);
	place_clear(&place);
}
END_TEST

/* --- Transactions --- */

START_TEST(transaction_happens_whole_or_not_at_all)
{
	struct place place = place_make();
	uint8_t before[32], after[32];

	fixture_fill(place.history);
	ck_assert(fixture_answers(place.history, before));
	/* Closed without a commit. */
	ck_assert_int_eq(history_begin(place.history, NULL), ZG_OK);
	ck_assert_int_eq(history_begin(place.history, NULL), ZG_PARAMETER);
	(void)fixture_add(place.history, "example.", 50, CANDIDATE_PASSED, 1);
	reopen(&place, HISTORY_WRITE);
	ck_assert(fixture_answers(place.history, after));
	ck_assert_mem_eq(before, after, 32);
	/* One failure between good ones: neither what was before it nor what comes after. */
	ck_assert_int_eq(history_begin(place.history, NULL), ZG_OK);
	(void)fixture_add(place.history, "example.", 51, CANDIDATE_PASSED, 1);
	ck_assert_int_eq(
	    history_set_state(place.history, 999, CANDIDATE_HANDED, 1, "", "", NULL), ZG_PARAMETER);
	ck_assert_int_ne(history_log(place.history, "", "k", "a", "t", 1, NULL), ZG_OK);
	ck_assert_int_ne(history_commit(place.history, NULL), ZG_OK);
	ck_assert(fixture_answers(place.history, after));
	ck_assert_mem_eq(before, after, 32);
	/* And the next one works. */
	ck_assert_int_eq(history_commit(place.history, NULL), ZG_PARAMETER);
	ck_assert_int_eq(history_begin(place.history, NULL), ZG_OK);
	(void)fixture_add(place.history, "example.", 52, CANDIDATE_PASSED, 1);
	ck_assert_int_eq(history_commit(place.history, NULL), ZG_OK);
	reopen(&place, HISTORY_READ);
	ck_assert(fixture_answers(place.history, after));
	ck_assert_mem_ne(before, after, 32);
	unbroken(place.history);
	place_clear(&place);
}
END_TEST

START_TEST(two_writers_do_not_meet)
{
	struct place place = place_make();
	struct history *other = fixture_open(place.directory, HISTORY_WRITE);

	ck_assert_int_eq(sqlite3_busy_timeout(other->db, 10), SQLITE_OK);
	ck_assert_int_eq(history_begin(place.history, NULL), ZG_OK);
	(void)fixture_add(place.history, "example.", 1, CANDIDATE_PASSED, 1);
	ck_assert_int_eq(history_log(other, "", "k", "a", "t", 1, NULL), ZG_READ);
	ck_assert_int_eq(history_begin(other, NULL), ZG_READ);
	ck_assert_int_eq(history_commit(place.history, NULL), ZG_OK);
	ck_assert_int_eq(history_log(other, "", "k", "a", "t", 1, NULL), ZG_OK);
	ck_assert_int_eq(history_log(place.history, "", "k", "a", "t", 1, NULL), ZG_OK);
	unbroken(other);
	history_close(other);
	place_clear(&place);
}
END_TEST

/* Nobody else gets at the database for some seconds, as when many zones are released at once: who
 * writes waits for that, and who only looks is told. */
START_TEST(writer_waits_longer_than_reader)
{
	struct place place = place_make();
	struct history *reader = fixture_open(place.directory, HISTORY_READ);
	uint8_t chain[32];
	int64_t number;
	int ready[2], status;
	char octet;
	pid_t child;

	ck_assert_int_eq(pipe(ready), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		sqlite3 *db;

		(void)!sqlite3_open(place.database, &db);
		(void)!sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
		(void)!write(ready[1], "", 1);
		(void)sleep(7);
		_exit(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? 0 : 1);
	}
	ck_assert_int_eq(read(ready[0], &octet, 1), 1);
	ck_assert_int_eq(history_head(reader, chain, &number, NULL), ZG_READ);
	ck_assert_int_eq(waitpid(child, &status, WNOHANG), 0);
	ck_assert_int_eq(history_log(place.history, "", "k", "a", "t", 1, NULL), ZG_OK);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
	history_close(reader);
	place_clear(&place);
}
END_TEST

/* Both write as fast as they can: all lines are there, in one chain. */
START_TEST(two_processes_write_one_chain)
{
	struct place place = place_make();
	uint8_t chain[32];
	pid_t children[2];
	int64_t number;
	int status;

	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		ck_assert_int_ge(children[i], 0);
		if (children[i] == 0) {
			struct history *history;
			int good = 0;

			if (history_open(place.directory, HISTORY_WRITE, &history, NULL) == ZG_OK) {
				while (good < 40 &&
				       history_log(history, "", "k", "a", "t", good, NULL) == ZG_OK)
					good++;
			}
			_exit(good == 40 ? 0 : 1);
		}
	}
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(history_head(place.history, chain, &number, NULL), ZG_OK);
	ck_assert_int_eq(number, 80);
	unbroken(place.history);
	place_clear(&place);
}
END_TEST

/* Adds candidates without end, and says when the first one is there. */
static void
write_until_killed(const char *directory, int ready)
{
	struct history *history;

	if (history_open(directory, HISTORY_WRITE, &history, NULL) != ZG_OK)
		_exit(1);
	for (uint32_t i = 1;; i++) {
		(void)fixture_add(history, "example.", i, CANDIDATE_PASSED, FIXTURE_TIME);
		if (i == 1 && write(ready, "", 1) != 1)
			_exit(2);
	}
}

/* Killed at any moment: what was committed is there, whole, and the chain holds. */
START_TEST(killed_writer_leaves_a_whole_history)
{
	struct place place = place_make();
	uint8_t chain[32];
	int64_t number = 0, before = 0;

	for (int round = 0; round < 60; round++) {
		pid_t child;
		int status, ready[2];
		char octet;

		ck_assert_int_eq(pipe(ready), 0);
		child = fork();
		ck_assert_int_ge(child, 0);
		if (child == 0)
			write_until_killed(place.directory, ready[1]);
		(void)close(ready[1]);
		ck_assert_int_eq(read(ready[0], &octet, 1), 1);
		(void)close(ready[0]);
		(void)usleep((useconds_t)(977 * (round % 23)));
		ck_assert_int_eq(kill(child, SIGKILL), 0);
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert(WIFSIGNALED(status));
		/* A reader settles what was left. */
		reopen(&place, HISTORY_READ);
		unbroken(place.history);
		ck_assert_int_eq(history_head(place.history, chain, &number, NULL), ZG_OK);
		ck_assert_int_gt(number, before);
		before = number;
		history_close(place.history);
		place.history = NULL;
	}
	place_clear(&place);
}
END_TEST

/* --- Files --- */

static zg_status
try_open(const struct place *place, enum history_mode mode)
{
	struct history *history;
	struct zg_error error = {""};
	zg_status status = history_open(place->directory, mode, &history, &error);

	if (status != ZG_OK) {
		ck_assert_ptr_null(history);
		ck_assert_str_ne(error.text, "");
	}
	history_close(history);
	return status;
}

START_TEST(missing_history_is_only_made_when_asked)
{
	struct place place = {.directory = fixture_directory()};
	struct history *history;
	struct stat stat_;

	place.database = fixture_database(place.directory);
	ck_assert_int_eq(try_open(&place, HISTORY_READ), ZG_READ);
	ck_assert_int_eq(try_open(&place, HISTORY_WRITE), ZG_READ);
	ck_assert_int_eq(access(place.database, F_OK), -1);
	ck_assert_int_eq(try_open(&place, HISTORY_CREATE), ZG_OK);
	ck_assert_int_eq(stat(place.database, &stat_), 0);
	ck_assert_uint_eq(stat_.st_mode & 07777, 0640);
	ck_assert_int_eq(try_open(&place, HISTORY_CREATE), ZG_OK);
	ck_assert_int_eq(
	    history_open("/nonexistent/at/all", HISTORY_CREATE, &history, NULL), ZG_READ);
	place_clear(&place);
}
END_TEST

START_TEST(journal_has_the_mode_of_the_database)
{
	struct place place = place_make();
	char path[256];
	struct stat stat_;

	ck_assert_int_eq(history_begin(place.history, NULL), ZG_OK);
	ck_assert_int_eq(history_log(place.history, "", "k", "a", "t", 1, NULL), ZG_OK);
	(void)snprintf(path, sizeof(path), "%s-journal", place.database);
	ck_assert_int_eq(stat(path, &stat_), 0);
	ck_assert_uint_eq(stat_.st_mode & 07777, 0640);
	ck_assert_int_eq(history_commit(place.history, NULL), ZG_OK);
	ck_assert_int_eq(stat(path, &stat_), -1);
	place_clear(&place);
}
END_TEST

START_TEST(symbolic_link_is_not_followed)
{
	struct place place = place_make();
	char other[256];

	(void)snprintf(other, sizeof(other), "%s/other.db", place.directory);
	ck_assert_int_eq(rename(place.database, other), 0);
	ck_assert_int_eq(symlink(other, place.database), 0);
	for (int mode = HISTORY_READ; mode <= HISTORY_CREATE; mode++)
		ck_assert_int_eq(try_open(&place, (enum history_mode)mode), ZG_READ);
	ck_assert_int_eq(unlink(place.database), 0);
	ck_assert_int_eq(mkdir(place.database, 0700), 0);
	ck_assert_int_eq(try_open(&place, HISTORY_CREATE), ZG_READ);
	ck_assert_int_eq(rmdir(place.database), 0);
	place_clear(&place);
}
END_TEST

/* What is not ours, or was changed, is not opened. */
START_TEST(foreign_and_changed_databases_are_refused)
{
	static const char *const changes[] = {
	    "PRAGMA application_id = 1",
	    "PRAGMA user_version = 4",
	    "PRAGMA user_version = 2", /* it has more than that one had */
	    "PRAGMA user_version = 1",
	    "DROP TABLE provider_observations",
	    "DROP TABLE stages",
	    "DROP TABLE rules",
	    "PRAGMA user_version = 0",
	    "DROP TRIGGER events_update",
	    "CREATE TABLE more (a)",
	    "CREATE VIEW log2 AS SELECT * FROM log",
	    "DROP INDEX log_time",
	    "DROP INDEX log_time; CREATE INDEX log_time ON log (zone)",
	    "ALTER TABLE events ADD COLUMN more INTEGER",
	    "CREATE TRIGGER t AFTER INSERT ON log BEGIN SELECT 1; END",
	    "PRAGMA journal_mode = WAL",
	};
	struct place place = place_make();

	history_close(place.history);
	place.history = NULL;
	raw(place.database, changes[_i]);
	if (strstr(changes[_i], "WAL") == NULL) {
		for (int mode = HISTORY_READ; mode <= HISTORY_CREATE; mode++)
			ck_assert_int_eq(try_open(&place, (enum history_mode)mode), ZG_READ);
	} else {
		/* Refused to a reader; a writer sets it back. */
		ck_assert_int_eq(try_open(&place, HISTORY_READ), ZG_READ);
		ck_assert_int_eq(try_open(&place, HISTORY_WRITE), ZG_OK);
		ck_assert_int_eq(try_open(&place, HISTORY_READ), ZG_OK);
	}
	place_clear(&place);
}
END_TEST

/* What is in databases of former versions. */
static const char *const downgrades[] = {
    "DROP TABLE stages; DROP TABLE provider_observations; DROP TABLE rules; "
    "PRAGMA user_version = 1",
    "DROP TABLE stages; DROP TABLE provider_observations; PRAGMA user_version = 2",
};

START_TEST(database_of_the_version_before_is_read_as_it_is)
{
	struct place place = place_make();
	struct history_rules *rules = fixture_rules('0', 2, 2);
	struct history_candidate *list;
	char *before = NULL, *after = NULL;
	bool found = true;
	size_t n, length;

	(void)fixture_add(place.history, "example.", 1, CANDIDATE_PASSED, FIXTURE_TIME);
	raw(place.database, downgrades[_i]);
	ck_assert_int_eq(
	    file_read(place.database, 1000000, (uint8_t **)&before, &length, NULL), ZG_OK);
	reopen(&place, HISTORY_READ);
	unbroken(place.history);
	ck_assert_int_eq(
	    history_candidates(place.history, "example.", 0, false, 0, &list, &n, NULL), ZG_OK);
	ck_assert_uint_eq(n, 1);
	history_candidates_free(list, n);
	ck_assert_int_eq(history_rules_find(place.history, "example.", "", rules->policy_digest,
			     rules, NULL, &found, NULL),
	    ZG_OK);
	ck_assert(!found);
	ck_assert_int_eq(
	    file_read(place.database, 1000000, (uint8_t **)&after, &length, NULL), ZG_OK);
	ck_assert_mem_eq(before, after, length);
	free(before);
	free(after);
	free(rules);
	place_clear(&place);
}
END_TEST

START_TEST(database_of_the_version_before_gets_what_it_lacks)
{
	struct place place = place_make();
	struct history_rules *rules = fixture_rules('0', 2, 2);
	struct history *other;
	int64_t number, version;
	uint8_t head[32], chain[32];
	bool found = false;

	(void)fixture_add(place.history, "example.", 1, CANDIDATE_PASSED, FIXTURE_TIME);
	ck_assert_int_eq(history_head(place.history, head, &number, NULL), ZG_OK);
	raw(place.database, downgrades[_i]);
	/* Nobody takes it for the version before in the midst of this. */
	reopen(&place, HISTORY_WRITE);
	other = fixture_open(place.directory, HISTORY_WRITE);
	history_close(other);
	ck_assert_int_eq(
	    sql_integer(place.history, "PRAGMA user_version", 0, &version, NULL), ZG_OK);
	ck_assert_int_eq(version, 3);
	unbroken(place.history);
	ck_assert_int_eq(history_head(place.history, chain, &number, NULL), ZG_OK);
	ck_assert_mem_eq(head, chain, sizeof(head));
	ck_assert_int_eq(
	    history_add_rules(place.history, "example.", rules, "<ZoneGate/>", NULL), ZG_OK);
	(void)fixture_add(place.history, "example.", 2, CANDIDATE_PASSED, FIXTURE_TIME + 60);
	reopen(&place, HISTORY_READ);
	unbroken(place.history);
	ck_assert_int_eq(history_rules_find(place.history, "example.", "", rules->policy_digest,
			     rules, NULL, &found, NULL),
	    ZG_OK);
	ck_assert(found);
	free(rules);
	place_clear(&place);
}
END_TEST

/* --- Other providers --- */

/* What a visit met, as "b5 c- ": providers with their serials, "-" for no answer. */
static zg_status
note_provider(void *context, const struct provider_look *seen)
{
	char *text = context;
	size_t used = strlen(text);
	struct release_facts *facts = fixture_facts("example.", seen->facts.serial);

	if (seen->answered)
		(void)snprintf(
		    text + used, 100 - used, "%s%u ", seen->provider, (unsigned)seen->facts.serial);
	else
		(void)snprintf(text + used, 100 - used, "%s- ", seen->provider);
	if (seen->answered) {
		ck_assert_str_eq(seen->note, "");
		ck_assert_uint_eq(seen->facts.n_keys, facts->n_keys);
		ck_assert_mem_eq(
		    seen->facts.keys[0].rdata, facts->keys[0].rdata, facts->keys[0].rdlen);
		ck_assert_uint_eq(seen->facts.classes[0].signers, facts->classes[0].signers);
	} else {
		ck_assert_str_eq(seen->note, "time-out");
		ck_assert_uint_eq(seen->facts.n_keys, 0);
	}
	fixture_facts_free(facts);
	return strchr(text, '9') != NULL ? HISTORY_STOP : ZG_OK;
}

START_TEST(providers_come_back_newest_first)
{
	static const struct {
		int64_t since;
		const char *expected;
	} visits[] = {
	    {0, "c- b7 b6 c5 b5 "},		/* all */
	    {FIXTURE_TIME + 3, "c- b7 b6 c5 "}, /* from then on, and each last answer before */
	    {FIXTURE_TIME + 4, "c- b7 c5 "},
	    {FIXTURE_TIME + 5, "b7 c5 "}, /* no answer is no last answer */
	};
	struct place place = place_make();
	char text[100];

	fixture_provider(place.history, FIXTURE_TIME, "b", 5);
	fixture_provider(place.history, FIXTURE_TIME + 1, "c", 5);
	fixture_provider(place.history, FIXTURE_TIME + 2, "b", 6);
	fixture_provider(place.history, FIXTURE_TIME + 3, "b", 7);
	fixture_provider(place.history, FIXTURE_TIME + 4, "c", 0);
	for (size_t i = 0; i < sizeof(visits) / sizeof(visits[0]); i++) {
		text[0] = '\0';
		ck_assert_int_eq(history_visit_providers(place.history, "EXAMPLE", visits[i].since,
				     note_provider, text, NULL),
		    ZG_OK);
		ck_assert_str_eq(text, visits[i].expected);
	}
	fixture_provider(place.history, FIXTURE_TIME + 6, "d", 9);
	text[0] = '\0';
	ck_assert_int_eq(
	    history_visit_providers(place.history, "example.", 0, note_provider, text, NULL),
	    HISTORY_STOP);
	ck_assert_str_eq(text, "d9 ");
	text[0] = '\0';
	ck_assert_int_eq(
	    history_visit_providers(place.history, "other.", 0, note_provider, text, NULL), ZG_OK);
	ck_assert_str_eq(text, "");
	unbroken(place.history);
	place_clear(&place);
}
END_TEST

/* --- Rules --- */

static bool
rules_come_back(struct history *history, const struct history_rules *expected)
{
	struct history_rules *rules = calloc(1, sizeof(*rules));
	bool found = false, same;

	ck_assert_ptr_nonnull(rules);
	ck_assert_int_eq(history_rules_find(history, "EXAMPLE", "", expected->policy_digest, rules,
			     NULL, &found, NULL),
	    ZG_OK);
	same = found && memcmp(rules, expected, sizeof(*rules)) == 0;
	free(rules);
	return same;
}

/* The text that was recorded with the rules; "": none came. */
static void
policy_is(struct history *history, const char *digest, const char *expected)
{
	struct history_rules *rules = calloc(1, sizeof(*rules));
	bool found = false;
	char *policy = NULL;

	ck_assert_ptr_nonnull(rules);
	ck_assert_int_eq(
	    history_rules_find(history, "example.", "", digest, rules, &policy, &found, NULL),
	    ZG_OK);
	ck_assert_str_eq(policy == NULL ? "" : policy, expected);
	free(policy);
	free(rules);
}

START_TEST(policy_comes_back_with_its_rules)
{
	struct place place = place_make();
	struct history_rules *rules = fixture_rules('a', 2, 2), *others = fixture_rules('b', 2, 2);

	policy_is(place.history, rules->policy_digest, "");
	ck_assert_int_eq(
	    history_add_rules(place.history, "example.", rules, "<ZoneGate/>", NULL), ZG_OK);
	policy_is(place.history, rules->policy_digest, "<ZoneGate/>");
	policy_is(place.history, others->policy_digest, "");
	ck_assert_int_eq(history_add_rules(place.history, "example.", others, "", NULL), ZG_OK);
	policy_is(place.history, others->policy_digest, "");
	policy_is(place.history, rules->policy_digest, "<ZoneGate/>");
	free(others);
	free(rules);
	place_clear(&place);
}
END_TEST

START_TEST(rules_come_back_and_are_kept_once)
{
	struct place place = place_make();
	struct history_rules *rules = fixture_rules('a', 2, ZG_POLICY_APPROVERS_MAX);
	struct history_rules *others = fixture_rules('b', 0, 0);
	bool found = false;

	ck_assert(!rules_come_back(place.history, rules));
	for (size_t i = 0; i < ZG_POLICY_APPROVERS_MAX; i++) /* ids of one length, in order */
		(void)snprintf(rules->approvers[i].id, sizeof(rules->approvers[i].id), "%063zu", i);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(
		    history_add_rules(place.history, "example.", rules, "<ZoneGate/>", NULL),
		    ZG_OK);
	ck_assert_int_eq(n_rows(place.history, "rules"), 1);
	ck_assert(rules_come_back(place.history, rules));
	ck_assert_int_eq(history_add_rules(place.history, "example.", others, "", NULL), ZG_OK);
	ck_assert(rules_come_back(place.history, others));
	ck_assert(rules_come_back(place.history, rules));
	/* Each change is kept, also one back; the last one of a policy counts. */
	ck_assert_int_eq(history_add_rules(place.history, "example.", rules, "", NULL), ZG_OK);
	ck_assert_int_eq(n_rows(place.history, "rules"), 3);
	rules->quorum = 3;
	ck_assert_int_eq(history_add_rules(place.history, "example.", rules, "", NULL), ZG_OK);
	rules->severity = ZG_SEVERITY_WARN;
	ck_assert_int_eq(history_add_rules(place.history, "example.", rules, "", NULL), ZG_OK);
	rules->approvers[7].public_key[31] ^= 1;
	ck_assert_int_eq(history_add_rules(place.history, "example.", rules, "", NULL), ZG_OK);
	rules->n_approvers--;
	memset(&rules->approvers[rules->n_approvers], 0, sizeof(rules->approvers[0]));
	ck_assert_int_eq(history_add_rules(place.history, "example.", rules, "", NULL), ZG_OK);
	ck_assert_int_eq(n_rows(place.history, "rules"), 7);
	ck_assert(rules_come_back(place.history, rules));
	memset(others->policy_digest, 0, sizeof(others->policy_digest));
	ck_assert_int_eq(
	    history_rules_find(place.history, "example.", "", "", others, NULL, &found, NULL),
	    ZG_OK);
	ck_assert(found && memcmp(others, rules, sizeof(*rules)) == 0);
	ck_assert_int_eq(history_rules_find(place.history, "example.", "elsewhere", "", others,
			     NULL, &found, NULL),
	    ZG_OK);
	ck_assert(!found);
	/* Those of another zone are others. */
	ck_assert_int_eq(history_add_rules(place.history, "other.", others, "", NULL), ZG_OK);
	ck_assert_int_eq(n_rows(place.history, "rules"), 8);
	unbroken(place.history);
	free(others);
	free(rules);
	place_clear(&place);
}
END_TEST

START_TEST(order_of_approvers_is_no_change)
{
	struct place place = place_make();
	struct history_rules *rules = fixture_rules('a', 2, 3);
	struct history_approver first = rules->approvers[0];

	ck_assert_int_eq(history_add_rules(place.history, "example.", rules, "", NULL), ZG_OK);
	rules->approvers[0] = rules->approvers[2];
	rules->approvers[2] = first;
	ck_assert_int_eq(history_add_rules(place.history, "example.", rules, "", NULL), ZG_OK);
	ck_assert_int_eq(n_rows(place.history, "rules"), 1);
	free(rules);
	place_clear(&place);
}
END_TEST

START_TEST(rules_that_cannot_be_are_refused)
{
	static const char *const ids[] = {"", "a b", "a\n"};
	struct place place = place_make();
	struct history_rules *rules = fixture_rules('a', 2, 1);

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		(void)snprintf(
		    rules->approvers[0].id, sizeof(rules->approvers[0].id), "%s", ids[i]);
		ck_assert_int_eq(
		    history_add_rules(place.history, "example.", rules, "", NULL), ZG_PARAMETER);
	}
	rules->n_approvers = ZG_POLICY_APPROVERS_MAX + 1;
	ck_assert_int_eq(
	    history_add_rules(place.history, "example.", rules, "", NULL), ZG_PARAMETER);
	rules->n_approvers = 0;
	rules->severity = (zg_severity)4;
	ck_assert_int_eq(
	    history_add_rules(place.history, "example.", rules, "", NULL), ZG_PARAMETER);
	rules->severity = ZG_SEVERITY_REFUSE;
	rules->quorum = -1;
	ck_assert_int_eq(
	    history_add_rules(place.history, "example.", rules, "", NULL), ZG_PARAMETER);
	ck_assert_int_eq(n_rows(place.history, "rules"), 0);
	free(rules);
	place_clear(&place);
}
END_TEST

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

START_TEST(text_that_is_no_approvers_is_not_read)
{
	static const char *const texts[] = {"alice", "alice ", "alice " KEY " ", "alice " KEY "0",
	    " alice " KEY, "alice  " KEY, "alice " KEY " bob", KEY, "alice " KEY "  bob " KEY,
	    "alice " KEY "bob " KEY, "alice G" KEY, "alice A" KEY};
	struct history_rules *rules = fixture_rules('a', 2, 0);

	ck_assert(rules_read("alice " KEY " bob " KEY, rules));
	ck_assert_uint_eq(rules->n_approvers, 2);
	ck_assert_str_eq(rules->approvers[1].id, "bob");
	ck_assert_uint_eq(rules->approvers[1].public_key[31], 0xff);
	ck_assert(rules_read("", rules));
	ck_assert_uint_eq(rules->n_approvers, 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(!rules_read(texts[i], rules), "%s", texts[i]);
	free(rules);
}
END_TEST

START_TEST(other_files_are_refused)
{
	static const char *const contents[] = {"", "text", "SQLite format 3"};
	struct place place = place_make();
	FILE *file;

	history_close(place.history);
	place.history = NULL;
	for (size_t i = 0; i < 3; i++) {
		file = fopen(place.database, "w");
		ck_assert_ptr_nonnull(file);
		(void)fputs(contents[i], file);
		(void)fclose(file);
		ck_assert_int_eq(try_open(&place, HISTORY_READ), ZG_READ);
		ck_assert_int_eq(try_open(&place, HISTORY_WRITE), ZG_READ);
	}
	place_clear(&place);
}
END_TEST

/* As another user, for the one who runs the tests may be root. */
START_TEST(what_may_not_be_written_is_said)
{
	struct place place = place_make();
	pid_t child;
	int status;

	fixture_fill(place.history);
	history_close(place.history);
	place.history = NULL;
	ck_assert_int_eq(chmod(place.database, 0444), 0);
	ck_assert_int_eq(chmod(place.directory, 0555), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		struct history *history;

		if (getuid() == 0 && setuid(65534) != 0)
			_exit(9);
		if (history_open(place.directory, HISTORY_WRITE, &history, NULL) != ZG_WRITE)
			_exit(1);
		if (history_open(place.directory, HISTORY_READ, &history, NULL) != ZG_OK)
			_exit(2);
		if (history_log(history, "", "k", "a", "t", 1, NULL) != ZG_WRITE)
			_exit(3);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	place_clear(&place);
}
END_TEST

START_TEST(reader_does_not_write)
{
	struct place place = place_make();
	int64_t id;
	struct history_new new = {.zone = "example.", .state = CANDIDATE_REFUSED};

	reopen(&place, HISTORY_READ);
	ck_assert_int_eq(history_log(place.history, "", "k", "a", "t", 1, NULL), ZG_WRITE);
	ck_assert_int_eq(history_add_candidate(place.history, &new, &id, NULL), ZG_WRITE);
	place_clear(&place);
}
END_TEST

START_TEST(rows_cannot_be_changed_or_deleted)
{
	struct place place = place_make();
	sqlite3 *db;
	char sql[200];

	fixture_fill(place.history);
	ck_assert_int_eq(sqlite3_open(place.database, &db), SQLITE_OK);
	for (int i = -1; i < TABLES; i++) {
		const char *name = i < 0 ? "log" : table_at(i)->name;

		(void)snprintf(sql, sizeof(sql), "DELETE FROM %s", name);
		ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_CONSTRAINT);
		(void)snprintf(sql, sizeof(sql), "UPDATE %s SET rowid = rowid + 100", name);
		ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_CONSTRAINT);
	}
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
	unbroken(place.history);
	place_clear(&place);
}
END_TEST

/* No room: an error, and what was there is as it was. */
START_TEST(full_disk_leaves_the_history_as_it_was)
{
	struct place place = place_make();
	uint8_t before[32], after[32];
	pid_t child;
	int status;

	fixture_fill(place.history);
	ck_assert(fixture_answers(place.history, before));
	history_close(place.history);
	place.history = NULL;
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		struct stat stat_;
		struct rlimit limit;
		struct history *history;
		struct history_new new = {.zone = "example.", .state = CANDIDATE_REFUSED};
		char *report = malloc(1000000);
		int64_t id;

		memset(report, 'x', 999999);
		report[999999] = '\0';
		new.report = report;
		(void)signal(SIGXFSZ, SIG_IGN);
		if (stat(place.database, &stat_) != 0)
			_exit(1);
		limit.rlim_cur = limit.rlim_max = (rlim_t)stat_.st_size + 8192;
		if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(2);
		if (history_open(place.directory, HISTORY_WRITE, &history, NULL) != ZG_OK)
			_exit(3);
		if (history_add_candidate(history, &new, &id, NULL) != ZG_WRITE || id != 0)
			_exit(4);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	place.history = fixture_open(place.directory, HISTORY_WRITE);
	ck_assert(fixture_answers(place.history, after));
	ck_assert_mem_eq(before, after, 32);
	unbroken(place.history);
	/* The same by SQLite's own limit, in the open history. */
	ck_assert_int_eq(
	    sqlite3_exec(place.history->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL),
	    SQLITE_OK);
	for (uint32_t i = 0; i < 50; i++) {
		struct history_new new = {.zone = "example.", .state = CANDIDATE_REFUSED};
		char report[5000];
		int64_t id;
		zg_status result;

		memset(report, 'x', sizeof(report));
		report[sizeof(report) - 1] = '\0';
		new.report = report;
		result = history_add_candidate(place.history, &new, &id, NULL);
		if (result == ZG_OK)
			continue;
		ck_assert_int_eq(result, ZG_WRITE);
		unbroken(place.history);
		place_clear(&place);
		return;
	}
	ck_abort_msg("the limit was never reached");
}
END_TEST

/* SQLite's memory runs out at one request after the other. */
static sqlite3_mem_methods real_memory;
static long requests_left = -1;

static bool
request_fails(void)
{
	if (requests_left < 0)
		return false;
	if (requests_left == 0)
		return true; /* from here on: all fail */
	requests_left--;
	return false;
}

static void *
failing_malloc(int size)
{
	return request_fails() ? NULL : real_memory.xMalloc(size);
}

static void *
failing_realloc(void *old, int size)
{
	return request_fails() ? NULL : real_memory.xRealloc(old, size);
}

/* Adds and asks; false: memory ran out on the way, which must be what is said. */
static bool
use_all(struct history *history)
{
	struct history_new new = {.zone = "example.", .state = CANDIDATE_REFUSED, .report = "{}"};
	struct history_candidate *list = NULL;
	struct history_line *lines = NULL;
	int64_t id, broken_at;
	char why[100];
	size_t n = 0;
	zg_status status = history_add_candidate(history, &new, &id, NULL);

	if (status == ZG_OK)
		status = history_candidates(history, "example.", 0, true, 0, &list, &n, NULL);
	if (status == ZG_OK)
		status = history_lines(history, "example.", 0, &lines, &n, NULL);
	free(lines);
	if (status == ZG_OK)
		status = history_verify(history, &broken_at, why, sizeof(why), NULL);
	else
		broken_at = 0;
	ck_assert(status == ZG_OK || status == ZG_MEMORY);
	ck_assert_int_eq(broken_at, 0);
	if (list != NULL)
		history_candidates_free(list, 4);
	return status == ZG_OK;
}

START_TEST(memory_that_runs_out_is_said_and_breaks_nothing)
{
	sqlite3_mem_methods failing;
	struct place place;
	bool done = false;
	int64_t n = 0;

	ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
	failing = real_memory;
	failing.xMalloc = failing_malloc;
	failing.xRealloc = failing_realloc;
	ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
	place = place_make();
	for (uint32_t i = 1; i <= 3; i++)
		(void)fixture_add(place.history, "example.", i, CANDIDATE_PASSED, i);
	for (long requests = 0; !done; requests += 1 + requests / 50) {
		ck_assert_int_lt(requests, 1000000);
		/* Each round on its own: what it adds is rolled back when it is closed. */
		ck_assert_int_eq(history_begin(place.history, NULL), ZG_OK);
		requests_left = requests;
		done = use_all(place.history);
		requests_left = -1;
		reopen(&place, HISTORY_WRITE);
		ck_assert_int_eq(
		    sql_integer(place.history, "SELECT count(*) FROM log", 0, &n, NULL), ZG_OK);
		ck_assert_int_eq(n, 3);
	}
	unbroken(place.history);
	place_clear(&place);
}
END_TEST

START_TEST(network_file_systems_are_named)
{
	static const unsigned long refused[] = {
	    0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997};
	static const unsigned long lawful[] = {0xef53, 0x58465342, 0x9123683e, 0x01021994};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		ck_assert_ptr_nonnull(file_system_refused(refused[i]));
		/* As a signed 32-bit number that was widened. */
		ck_assert_ptr_nonnull(
		    file_system_refused((unsigned long)(long)(int32_t)(uint32_t)refused[i]));
	}
	for (size_t i = 0; i < sizeof(lawful) / sizeof(lawful[0]); i++)
		ck_assert_ptr_null(file_system_refused(lawful[i]));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("history");
	TCase *tcase = tcase_create("history");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, every_field_of_a_candidate_comes_back);
	tcase_add_test(tcase, largest_facts_come_back);
	tcase_add_test(tcase, facts_beyond_their_limits_are_refused);
	tcase_add_test(tcase, cut_facts_are_not_decoded);
	tcase_add_test(tcase, signers_that_are_no_keys_are_not_decoded);
	tcase_add_test(tcase, candidate_without_facts_keeps_its_zone);
	tcase_add_test(tcase, each_state_keeps_its_first_time_and_the_last_state_counts);
	tcase_add_test(tcase, candidates_are_those_not_over_before_a_time_and_one_more);
	tcase_add_test(tcase, candidate_never_superseded_is_never_forgotten);
	tcase_add_test(tcase, visitor_ends_the_walk);
	tcase_add_test(tcase, every_field_of_an_observation_comes_back);
	tcase_add_test(tcase, observations_reach_back_to_the_last_of_each_server);
	tcase_add_test(tcase, text_is_cut_and_cleaned);
	tcase_add_test(tcase, lines_say_what_happened_newest_first);
	tcase_add_test(tcase, head_and_its_signatures_come_back);
	tcase_add_test(tcase, transaction_happens_whole_or_not_at_all);
	tcase_add_test(tcase, two_writers_do_not_meet);
	tcase_add_test(tcase, writer_waits_longer_than_reader);
	tcase_add_test(tcase, two_processes_write_one_chain);
	tcase_add_test(tcase, killed_writer_leaves_a_whole_history);
	tcase_add_test(tcase, missing_history_is_only_made_when_asked);
	tcase_add_test(tcase, journal_has_the_mode_of_the_database);
	tcase_add_test(tcase, symbolic_link_is_not_followed);
	tcase_add_loop_test(tcase, foreign_and_changed_databases_are_refused, 0, 16);
	tcase_add_loop_test(tcase, database_of_the_version_before_is_read_as_it_is, 0, 2);
	tcase_add_loop_test(tcase, database_of_the_version_before_gets_what_it_lacks, 0, 2);
	tcase_add_test(tcase, providers_come_back_newest_first);
	tcase_add_test(tcase, policy_comes_back_with_its_rules);
	tcase_add_test(tcase, rules_come_back_and_are_kept_once);
	tcase_add_test(tcase, order_of_approvers_is_no_change);
	tcase_add_test(tcase, rules_that_cannot_be_are_refused);
	tcase_add_test(tcase, text_that_is_no_approvers_is_not_read);
	tcase_add_test(tcase, other_files_are_refused);
	tcase_add_test(tcase, what_may_not_be_written_is_said);
	tcase_add_test(tcase, reader_does_not_write);
	tcase_add_test(tcase, rows_cannot_be_changed_or_deleted);
	tcase_add_test(tcase, full_disk_leaves_the_history_as_it_was);
	tcase_add_test(tcase, memory_that_runs_out_is_said_and_breaks_nothing);
	tcase_add_test(tcase, network_file_systems_are_named);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
