/* history_verify: whatever was changed behind the gate's back is found, in every table and column,
 * and in the file. */
#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_replace.h"
#include "history/history_private.h"
#include "history_fixture.h"

/* A filled history and its file as it was. */
struct place {
	char *directory, *database;
	uint8_t *bytes;
	size_t length;
};

static struct place
place_make(void)
{
	struct place place = {.directory = fixture_directory()};
	struct history *history = fixture_open(place.directory, HISTORY_CREATE);

	fixture_fill(history);
	history_close(history);
	place.database = fixture_database(place.directory);
	ck_assert_int_eq(
	    file_read(place.database, 100000000, &place.bytes, &place.length, NULL), ZG_OK);
	return place;
}

static void
place_clear(struct place *place)
{
	free(place->bytes);
	free(place->database);
	fixture_remove(place->directory);
}

/* Puts these octets where the database is; the same file, for many rounds need no fsync. */
static void
place_write(const struct place *place, const uint8_t *bytes)
{
	FILE *file = fopen(place->database, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, place->length, file), place->length);
	ck_assert_int_eq(fclose(file), 0);
}

/* Whether the history can be opened and is found unbroken. */
static bool
is_unbroken(const struct place *place, int64_t *broken_at)
{
	struct history *history;
	char why[200] = "";
	bool good;

	*broken_at = 0;
	if (history_open(place->directory, HISTORY_READ, &history, NULL) != ZG_OK)
		return false;
	good =
	    history_verify(history, broken_at, why, sizeof(why), NULL) == ZG_OK && *broken_at == 0;
	ck_assert_uint_eq(*broken_at != 0, why[0] != '\0');
	history_close(history);
	return good;
}

/* A connection that may do what the history never does; triggers are put back at the end, for one
 * who changes rows does that as well. */
struct intruder {
	sqlite3 *db;
	char *triggers;
};

static int
trigger_keep(void *context, int n, char **values, char **names)
{
	char **triggers = context;
	char *joined = NULL;

	(void)n;
	(void)names;
	ck_assert_int_gt(asprintf(&joined, "%s%s;", *triggers, values[1]), 0);
	free(*triggers);
	*triggers = joined;
	return 0;
}

static void
intruder_run(struct intruder *intruder, const char *sql)
{
	int rc = sqlite3_exec(intruder->db, sql, NULL, NULL, NULL);

	ck_assert_msg(rc == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(intruder->db));
}

static struct intruder
intruder_begin(const struct place *place)
{
	struct intruder intruder = {.triggers = calloc(1, 1)};
	char *drops = calloc(1, 1);

	ck_assert_int_eq(sqlite3_open(place->database, &intruder.db), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_exec(intruder.db, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
		trigger_keep, &intruder.triggers, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(intruder.db,
			     "SELECT name, 'DROP TRIGGER ' || name FROM sqlite_schema "
			     "WHERE type = 'trigger'",
			     trigger_keep, &drops, NULL),
	    SQLITE_OK);
	intruder_run(&intruder, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; "
				"PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; "
				"BEGIN");
	intruder_run(&intruder, drops);
	free(drops);
	return intruder;
}

static void
intruder_end(struct intruder *intruder)
{
	intruder_run(intruder, intruder->triggers);
	intruder_run(intruder, "COMMIT");
	ck_assert_int_eq(sqlite3_close(intruder->db), SQLITE_OK);
	free(intruder->triggers);
}

/* Runs a statement on the untouched history; true: it is found out. */
static bool
found_out(const struct place *place, const char *sql)
{
	struct intruder intruder;
	int64_t broken_at;
	int changes;

	place_write(place, place->bytes);
	intruder = intruder_begin(place);
	intruder_run(&intruder, sql);
	changes = sqlite3_total_changes(intruder.db);
	intruder_end(&intruder);
	ck_assert_msg(changes > 0, "nothing was changed: %s", sql);
	return !is_unbroken(place, &broken_at);
}

/* What the statement answers, one value a row, 200 at most. */
struct answers {
	char *values[200];
	size_t n;
};

static int
answer_keep(void *context, int n, char **values, char **names)
{
	struct answers *answers = context;

	(void)n;
	(void)names;
	ck_assert_uint_lt(answers->n, 200);
	answers->values[answers->n] = strdup(values[0]);
	ck_assert_ptr_nonnull(answers->values[answers->n++]);
	return 0;
}

static struct answers
answers_of(const struct place *place, const char *sql)
{
	struct answers answers = {.n = 0};
	sqlite3 *db;

	place_write(place, place->bytes);
	ck_assert_int_eq(sqlite3_open(place->database, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, answer_keep, &answers, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
	ck_assert_uint_gt(answers.n, 0);
	return answers;
}

static void
answers_clear(struct answers *answers)
{
	for (size_t i = 0; i < answers->n; i++)
		free(answers->values[i]);
}

START_TEST(untouched_history_is_unbroken)
{
	struct place place = place_make();
	struct answers tables =
	    answers_of(&place, "SELECT name FROM sqlite_schema WHERE type = 'table'");
	struct intruder intruder;
	int64_t broken_at;

	/* The loops below see all tables: the log and those of the history. */
	ck_assert_uint_eq(tables.n, TABLES + 1);
	ck_assert(is_unbroken(&place, &broken_at));
	intruder = intruder_begin(&place);
	intruder_end(&intruder);
	ck_assert(is_unbroken(&place, &broken_at));
	answers_clear(&tables);
	place_clear(&place);
}
END_TEST

/* Statements that each change one value of one row of a table, for every table, row and column. */
static const char change_sql[] =
    "SELECT 'UPDATE ' || t.name || ' SET ' || c.name || ' = CASE typeof(' || c.name || ') "
    "WHEN ''integer'' THEN ' || c.name || ' + 1000 WHEN ''text'' THEN ' || c.name || ' || ''x'' "
    "ELSE zeroblob(length(' || c.name || ') + (' || c.name || ' = zeroblob(length(' || c.name || "
    "')))) END WHERE rowid = (SELECT max(rowid) - %d FROM ' || t.name || ')' "
    "FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'";

START_TEST(every_changed_column_is_found)
{
	struct place place = place_make();
	char sql[1000];

	for (int back = 0; back < 2; back++) {
		struct answers changes;

		(void)snprintf(sql, sizeof(sql), change_sql, back);
		changes = answers_of(&place, sql);
		ck_assert_uint_eq(changes.n, 112);
		for (size_t i = 0; i < changes.n; i++) {
			/* Of these there is only one row. */
			if (back == 0 || strstr(changes.values[i], "foreign_lines") == NULL)
				ck_assert_msg(found_out(&place, changes.values[i]), "not found: %s",
				    changes.values[i]);
		}
		answers_clear(&changes);
	}
	place_clear(&place);
}
END_TEST

/* Every row of every table, one after the other. */
START_TEST(every_removed_row_is_found)
{
	struct place place = place_make();
	struct answers tables =
	    answers_of(&place, "SELECT name FROM sqlite_schema WHERE type = 'table'");
	char sql[500];

	for (size_t i = 0; i < tables.n; i++) {
		struct answers rows;

		(void)snprintf(sql, sizeof(sql), "SELECT rowid FROM %s", tables.values[i]);
		rows = answers_of(&place, sql);
		for (size_t k = 0; k < rows.n; k++) {
			char *statement = sqlite3_mprintf(
			    "DELETE FROM %s WHERE rowid = %s", tables.values[i], rows.values[k]);

			ck_assert_ptr_nonnull(statement);
			ck_assert_msg(found_out(&place, statement), "not found: %s", statement);
			sqlite3_free(statement);
		}
		answers_clear(&rows);
	}
	answers_clear(&tables);
	place_clear(&place);
}
END_TEST

START_TEST(rows_put_in_are_found)
{
	static const char *const statements[] = {
	    "INSERT INTO events SELECT 1000, line, site, sum, candidate, state, time, actor, why "
	    "FROM events WHERE id = 1",
	    /* Of the last line, of no line, of a line to come. */
	    "INSERT INTO events SELECT 1000, (SELECT max(number) FROM log), site, sum, candidate, "
	    "state, time, actor, why FROM events WHERE id = 1",
	    "INSERT INTO events SELECT 1000, 1000, site, sum, candidate, state, time, actor, why "
	    "FROM events WHERE id = 1",
	    "INSERT INTO events SELECT 0, 1, site, sum, candidate, state, time, actor, why "
	    "FROM events WHERE id = 1",
	    "INSERT INTO events SELECT 1000, 0, site, sum, candidate, state, time, actor, why "
	    "FROM events WHERE id = 1",
	    "INSERT INTO candidates SELECT 1000, line, site, sum, zone, time, serial, digest, "
	    "file_sha256, policy_digest, reason, imported, facts FROM candidates WHERE id = 3",
	    "INSERT INTO served_observations SELECT 1000, line, site, sum, zone, time, server, "
	    "serial, digest FROM served_observations LIMIT 1",
	    "INSERT INTO log SELECT max(number) + 1, time, zone, kind, actor, text, content, chain "
	    "FROM log",
	    "INSERT INTO log SELECT -1, time, zone, kind, actor, text, content, chain FROM log "
	    "WHERE number = 1",
	};
	struct place place = place_make();

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		struct intruder intruder;
		int64_t broken_at;

		place_write(&place, place.bytes);
		intruder = intruder_begin(&place);
		intruder_run(&intruder, statements[i]);
		ck_assert_msg(
		    sqlite3_total_changes(intruder.db) > 0, "nothing put in: %s", statements[i]);
		intruder_end(&intruder);
		ck_assert_msg(!is_unbroken(&place, &broken_at), "not found: %s", statements[i]);
	}
	place_clear(&place);
}
END_TEST

START_TEST(swapped_rows_are_found)
{
	static const struct {
		const char *table, *key;
	} swaps[] = {{"log", "number"}, {"candidates", "id"}, {"reports", "id"}, {"events", "id"},
	    {"events", "candidate"}, {"events", "time"}, {"events", "state"}, {"events", "line"},
	    {"ds_observations", "id"}, {"ds_observations", "time"}, {"head_signatures", "id"},
	    {"candidates", "facts"}, {"candidates", "sum"}};
	struct place place = place_make();

	for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++) {
		const char *t = swaps[i].table, *k = swaps[i].key;
		char *sql = sqlite3_mprintf(
		    "CREATE TEMP TABLE two AS SELECT rowid AS r, %s AS v FROM %s ORDER BY rowid "
		    "LIMIT 1;"
		    "INSERT INTO two SELECT rowid, %s FROM %s WHERE %s <> (SELECT v FROM two) "
		    "ORDER BY rowid LIMIT 1;"
		    "UPDATE %s SET %s = CASE WHEN typeof(%s) = 'integer' THEN 9000 ELSE %s END "
		    "WHERE rowid = (SELECT min(r) FROM two);"
		    "UPDATE %s SET %s = (SELECT v FROM two ORDER BY r LIMIT 1) "
		    "WHERE rowid = (SELECT max(r) FROM two);"
		    "UPDATE %s SET %s = (SELECT v FROM two ORDER BY r DESC LIMIT 1) "
		    "WHERE rowid = CASE WHEN '%s' IN ('id', 'number') THEN 9000 "
		    "ELSE (SELECT min(r) FROM two) END",
		    k, t, k, t, k, t, k, k, k, t, k, t, k, k);

		ck_assert_ptr_nonnull(sql);
		ck_assert_msg(found_out(&place, sql), "not found: %s of %s", k, t);
		sqlite3_free(sql);
	}
	place_clear(&place);
}
END_TEST

/* The end of the log and all its rows are gone, but a signature of a later line is left. */
START_TEST(lines_cut_off_are_found_by_a_signed_head)
{
	struct place place = place_make();
	struct intruder intruder;
	int64_t broken_at;
	char *sql;

	for (int keep = 0; keep < 2; keep++) {
		place_write(&place, place.bytes);
		intruder = intruder_begin(&place);
		for (int i = 0; i < TABLES; i++) {
			if (keep == 1 && i == TABLE_SIGNATURES)
				continue;
			sql = sqlite3_mprintf("DELETE FROM %s WHERE line > 6", table_at(i)->name);
			ck_assert_ptr_nonnull(sql);
			intruder_run(&intruder, sql);
			sqlite3_free(sql);
		}
		intruder_run(&intruder, "DELETE FROM log WHERE number > 6");
		intruder_end(&intruder);
		/* Without it only those who were told the head can know. */
		ck_assert_uint_eq(is_unbroken(&place, &broken_at), keep == 0);
		ck_assert_int_eq(broken_at != 0, keep == 1);
	}
	place_clear(&place);
}
END_TEST

/* One who writes the log anew cannot sign it: an old signature names another chain value. */
START_TEST(signature_of_another_head_is_found)
{
	static const uint8_t signature[64] = {9};
	struct place place = place_make();
	struct history *history = fixture_open(place.directory, HISTORY_WRITE);
	struct line line;
	int64_t broken_at;
	uint8_t chain[SUM_OCTETS] = {0};
	struct value values[] = {value_integer(4), value_octets(chain, SUM_OCTETS),
	    value_octets(signature, 64), value_integer(1)};

	ck_assert_int_eq(line_begin(history, &line, NULL), ZG_OK);
	ck_assert_int_eq(
	    line_end(history, &line,
		row_add(history, &line, "", table_at(TABLE_SIGNATURES), values, NULL, NULL, NULL),
		&(struct line_text){.zone = "", .kind = "signature"}, NULL),
	    ZG_OK);
	history_close(history);
	ck_assert(!is_unbroken(&place, &broken_at));
	ck_assert_int_eq(broken_at, 4);
	place_clear(&place);
}
END_TEST

START_TEST(first_broken_line_is_named)
{
	static const struct {
		const char *sql;
		int64_t line;
	} changes[] = {{"UPDATE log SET text = 'x' WHERE number = 3", 3},
	    {"DELETE FROM log WHERE number = 5", 5}, {"DELETE FROM log WHERE number = 1", 1},
	    {"UPDATE events SET why = 'x' WHERE line = 4", 4},
	    {"UPDATE candidates SET reason = 'x' WHERE line = 3;"
	     "UPDATE log SET text = 'x' WHERE number = 7",
		3}};
	struct place place = place_make();

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		int64_t broken_at;

		ck_assert(found_out(&place, changes[i].sql));
		ck_assert(!is_unbroken(&place, &broken_at));
		ck_assert_int_eq(broken_at, changes[i].line);
	}
	place_clear(&place);
}
END_TEST

/* A row that was changed is not given out either, even when nobody verifies. */
START_TEST(changed_rows_are_not_given_out)
{
	static const char *const changes[] = {
	    "UPDATE candidates SET facts = zeroblob(length(facts)) WHERE id = 2",
	    "UPDATE candidates SET serial = 7 WHERE id = 2",
	    "UPDATE events SET time = time + 1 WHERE candidate = 2",
	    "UPDATE reports SET report = '{}' WHERE candidate = 2",
	    "UPDATE ds_observations SET ttl = 1",
	    "UPDATE served_observations SET serial = 1",
	    "UPDATE log SET text = 'x' WHERE number = 4",
	    "UPDATE head_signatures SET signature = zeroblob(64)",
	};
	struct place place = place_make();
	struct history *history;
	uint8_t digest[32];

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		ck_assert(found_out(&place, changes[i]));
		history = fixture_open(place.directory, HISTORY_READ);
		ck_assert_msg(!fixture_answers(history, digest), "given out: %s", changes[i]);
		history_close(history);
	}
	place_clear(&place);
}
END_TEST

/* Octets of the file are flipped, one by one. Nothing crashes, and nothing else than what was put
 * in is given out unless history_verify says so. */
START_TEST(flipped_octets_are_found)
{
	static const uint8_t flips[] = {0x01, 0x80, 0xff};
	struct place place = place_make();
	struct history *history = fixture_open(place.directory, HISTORY_READ);
	uint8_t *bytes = malloc(place.length), expected[32], digest[32];
	size_t n_found = 0;
	int64_t broken_at;

	ck_assert_ptr_nonnull(bytes);
	ck_assert(fixture_answers(history, expected));
	history_close(history);
	for (size_t at = (size_t)_i, i = 0; at < place.length; at += 211, i++) {
		bool same = false, opened;

		memcpy(bytes, place.bytes, place.length);
		bytes[at] ^= flips[i % 3];
		place_write(&place, bytes);
		opened = history_open(place.directory, HISTORY_READ, &history, NULL) == ZG_OK;
		if (opened) {
			same =
			    fixture_answers(history, digest) && memcmp(digest, expected, 32) == 0;
			history_close(history);
		}
		if (!is_unbroken(&place, &broken_at))
			n_found++;
		else
			ck_assert_msg(same, "octet %zu: other answers, and unbroken", at);
	}
	ck_assert_uint_gt(n_found, 20);
	free(bytes);
	place_clear(&place);
}
END_TEST

/* The file is cut off anywhere. */
START_TEST(cut_file_is_found)
{
	struct place place = place_make();
	size_t whole = place.length;

	for (place.length = 0; place.length < whole; place.length += 1024) {
		int64_t broken_at;

		place_write(&place, place.bytes);
		ck_assert_msg(!is_unbroken(&place, &broken_at), "%zu octets", place.length);
	}
	place_clear(&place);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("history_verify");
	TCase *tcase = tcase_create("history_verify");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, untouched_history_is_unbroken);
	tcase_add_test(tcase, every_changed_column_is_found);
	tcase_add_test(tcase, every_removed_row_is_found);
	tcase_add_test(tcase, rows_put_in_are_found);
	tcase_add_test(tcase, swapped_rows_are_found);
	tcase_add_test(tcase, lines_cut_off_are_found_by_a_signed_head);
	tcase_add_test(tcase, signature_of_another_head_is_found);
	tcase_add_test(tcase, first_broken_line_is_named);
	tcase_add_test(tcase, changed_rows_are_not_given_out);
	tcase_add_loop_test(tcase, flipped_octets_are_found, 0, 3);
	tcase_add_test(tcase, cut_file_is_found);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
