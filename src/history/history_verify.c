/*
 * The whole history against its chain: the log and all tables are walked once, side by side. Every
 * row must be claimed by the line that it names, in the order in which rows were added, and every
 * line must follow from the one before.
 */
#include "history/history_private.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* The next row of each table that no line has claimed yet. */
struct walk {
	sqlite3_stmt *rows[TABLES];
	bool more[TABLES];
	int64_t id[TABLES], line[TABLES];
	sqlite3_stmt *log;
	uint8_t chain[SUM_OCTETS]; /* of the line before */
	int64_t number;		   /* of the line before */
	/* What was found. */
	int64_t broken_at;
	char *why;
	size_t why_size;
};

static void
broken(struct walk *walk, int64_t number, const char *what, const char *table, int64_t id)
{
	if (walk->broken_at != 0)
		return;
	walk->broken_at = number < 1 ? 1 : number;
	if (table == NULL)
		(void)snprintf(walk->why, walk->why_size, "line %lld %s", (long long)number, what);
	else
		(void)snprintf(
		    walk->why, walk->why_size, "row %lld of %s %s", (long long)id, table, what);
}

/* SQLite's own look at pages, indexes, types and constraints: what it complains of is damage. */
static zg_status
integrity_check(struct history *history, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	zg_status status = sql_prepare(history, "PRAGMA integrity_check(1)", &statement, error);
	const char *text = NULL;
	bool row = false;

	if (status == ZG_OK)
		status = sql_step(history, statement, &row, error);
	if (status == ZG_OK && row)
		text = (const char *)sqlite3_column_text(statement, 0);
	if (status == ZG_OK && (text == NULL || strcmp(text, "ok") != 0))
		status = error_set(error, ZG_READ, "the history is damaged: %.300s",
		    text == NULL ? "no answer" : text);
	(void)sqlite3_finalize(statement);
	return status;
}

static zg_status
walk_next(struct history *history, struct walk *walk, int table, struct zg_error *error)
{
	int64_t id = walk->id[table], line = walk->line[table];
	zg_status status = sql_step(history, walk->rows[table], &walk->more[table], error);

	if (status != ZG_OK || !walk->more[table])
		return status;
	walk->id[table] = sqlite3_column_int64(walk->rows[table], 0);
	walk->line[table] = sqlite3_column_int64(walk->rows[table], 1);
	if (walk->id[table] <= id || walk->line[table] < line || walk->line[table] < 1)
		broken(walk, walk->line[table], "is out of order", table_at(table)->name,
		    walk->id[table]);
	return ZG_OK;
}

static zg_status
walk_init(struct history *history, struct walk *walk, struct zg_error *error)
{
	zg_status status = sql_prepare(
	    history, "SELECT " LOG_COLUMNS " FROM log ORDER BY number", &walk->log, error);

	for (int i = 0; i < history->n_tables && status == ZG_OK; i++) {
		status = row_select(history, table_at(i), "ORDER BY id", &walk->rows[i], error);
		if (status == ZG_OK)
			status = walk_next(history, walk, i, error);
	}
	return status;
}

static void
walk_clear(struct walk *walk)
{
	(void)sqlite3_finalize(walk->log);
	for (int i = 0; i < TABLES; i++)
		(void)sqlite3_finalize(walk->rows[i]);
}

/* The digest of the rows that name line `number`; those of the lines before were taken with them.
 */
static zg_status
content_walk(struct history *history, struct walk *walk, int64_t number,
    uint8_t content[SUM_OCTETS], struct zg_error *error)
{
	zg_status status = ZG_OK;
	struct sum sum;

	sum_begin(&sum, history, "zonegate rows 1");
	for (int i = 0; i < history->n_tables; i++) {
		while (status == ZG_OK && walk->more[i] && walk->line[i] <= number) {
			content_add(&sum, table_at(i), walk->rows[i]);
			status = walk_next(history, walk, i, error);
		}
	}
	return status == ZG_OK ? sum_end(&sum, content, error) : status;
}

/* Holds one line against the one before and against its rows. */
static zg_status
line_verify(struct history *history, struct walk *walk, struct zg_error *error)
{
	uint8_t chain[SUM_OCTETS], content[SUM_OCTETS];
	struct log_row row;
	zg_status status;

	if (!log_row_read(walk->log, &row)) {
		broken(walk, walk->number + 1, "is damaged", NULL, 0);
		return ZG_OK;
	}
	if (row.line.number != walk->number + 1) {
		broken(walk, walk->number + 1, "is missing", NULL, 0);
		return ZG_OK;
	}
	walk->number++;
	status = content_walk(history, walk, walk->number, content, error);
	if (status == ZG_OK)
		status = log_row_chain(history, &row, walk->chain, chain, error);
	if (status != ZG_OK)
		return status;
	if (memcmp(chain, row.line.chain, SUM_OCTETS) != 0)
		broken(walk, walk->number, "was changed, or does not follow from the one before",
		    NULL, 0);
	if (memcmp(content, row.content, SUM_OCTETS) != 0)
		broken(walk, walk->number, "does not fit its rows: they were changed", NULL, 0);
	memcpy(walk->chain, chain, SUM_OCTETS);
	return ZG_OK;
}

/* What is left when the log ends: lines are missing at its end, or rows were put in. */
static void
tail_verify(struct walk *walk)
{
	for (int i = 0; i < TABLES; i++) {
		if (walk->more[i])
			broken(walk, walk->number + 1, "belongs to a line that is not in the log",
			    table_at(i)->name, walk->id[i]);
	}
}

/* Every signed head must be where it was signed. */
static zg_status
signatures_verify(struct history *history, struct walk *walk, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	zg_status status = sql_prepare(history,
	    "SELECT s.id, s.number, l.number FROM head_signatures AS s LEFT JOIN log AS l "
	    "ON l.number = s.number AND l.chain = s.chain WHERE l.number IS NULL "
	    "ORDER BY s.number LIMIT 1",
	    &statement, error);
	bool row = false;

	if (status == ZG_OK)
		status = sql_step(history, statement, &row, error);
	if (status == ZG_OK && row)
		broken(walk, sqlite3_column_int64(statement, 1),
		    "was signed and is missing or another one now", NULL, 0);
	(void)sqlite3_finalize(statement);
	return status;
}

zg_status
history_verify(
    struct history *history, int64_t *broken_at, char *why, size_t why_size, struct zg_error *error)
{
	struct walk walk = {.why = why, .why_size = why_size};
	zg_status status;
	bool more = true;

	*broken_at = 0;
	if (why_size > 0)
		why[0] = '\0';
	status = read_begin(history, error);
	if (status != ZG_OK)
		return status;
	status = schema_check(history, error);
	if (status == ZG_OK)
		status = integrity_check(history, error);
	if (status == ZG_OK)
		status = walk_init(history, &walk, error);
	while (status == ZG_OK && more && walk.broken_at == 0) {
		status = sql_step(history, walk.log, &more, error);
		if (status == ZG_OK && more)
			status = line_verify(history, &walk, error);
	}
	if (status == ZG_OK)
		status = signatures_verify(history, &walk, error);
	if (status == ZG_OK)
		tail_verify(&walk);
	walk_clear(&walk);
	read_end(history);
	*broken_at = walk.broken_at;
	return status;
}
