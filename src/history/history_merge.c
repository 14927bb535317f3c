/*
 * Takes in what another site exported: rows that are here already are left, the others are added
 * under one line of the log. The text is not trusted: its form, its sums and every value are looked
 * at, and it comes in whole or not at all.
 */
#include "history/history_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hex.h"

#define SQL_SIZE 2048

/* A line: a report with every character escaped. */
#define LINE_MAX_OCTETS (2 * (size_t)ZG_HISTORY_REPORT_MAX + 64 * 1024)
#define READ_OCTETS	65536

struct merge {
	struct history *history;
	struct zg_error *error;
	const char *site;
	struct line line;
	int fd;
	char *buffer; /* owned: what was read and not yet taken */
	size_t used, size, at;
	uint64_t number; /* of the line at hand, from 1 */
	char zone[NAME_TEXT_SIZE];
	bool ended;
	size_t n_rows, n_new;
	uint8_t *octets[COLUMNS_MAX]; /* owned: hex digits of the line at hand, decoded */
};

static zg_status
merge_bad(struct merge *merge, const char *what)
{
	return error_set(
	    merge->error, ZG_INPUT_BAD, "line %llu: %s", (unsigned long long)merge->number, what);
}

/* --- Lines --- */

/* Makes room for more behind what is not taken yet, and reads. *end: there was no more. */
static zg_status
buffer_fill(struct merge *merge, bool *end)
{
	char *grown;
	ssize_t n;

	memmove(merge->buffer, merge->buffer + merge->at, merge->used - merge->at);
	merge->used -= merge->at;
	merge->at = 0;
	if (merge->size - merge->used < READ_OCTETS) {
		if (merge->used > LINE_MAX_OCTETS)
			return merge_bad(merge, "too long");
		grown = realloc(merge->buffer, merge->used * 2 + READ_OCTETS);
		if (grown == NULL)
			return error_set(merge->error, ZG_MEMORY, "out of memory");
		merge->buffer = grown;
		merge->size = merge->used * 2 + READ_OCTETS;
	}
	do
		n = read(merge->fd, merge->buffer + merge->used, merge->size - merge->used);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_set(
		    merge->error, ZG_READ, "cannot read the rows: %s", strerrordesc_np(errno));
	*end = n == 0;
	merge->used += (size_t)n;
	return ZG_OK;
}

/* The next line, without its end; NULL when there is none. Valid until the next call. */
static zg_status
line_next(struct merge *merge, const char **text, size_t *length)
{
	zg_status status = ZG_OK;
	size_t looked = 0;
	char *newline;
	bool end;

	*text = NULL;
	merge->number++;
	for (;;) {
		size_t left = merge->used - merge->at;

		newline = left == looked
			      ? NULL
			      : memchr(merge->buffer + merge->at + looked, '\n', left - looked);
		if (newline != NULL)
			break;
		looked = left;
		status = buffer_fill(merge, &end);
		if (status != ZG_OK)
			return status;
		if (end)
			return looked == 0 ? ZG_OK : merge_bad(merge, "cut off");
	}
	*text = merge->buffer + merge->at;
	*length = (size_t)(newline - *text);
	merge->at += *length + 1;
	return ZG_OK;
}

/* --- Values --- */

/* Decodes hex digits in place of the text in `value`; *octets is owned by the caller. */
static zg_status
hex_decode(struct merge *merge, size_t max, struct value *value, uint8_t **octets)
{
	const char *text = value->octets;
	size_t n = value->length / 2;

	if (value->length % 2 != 0 || n > max)
		return merge_bad(merge, "octets of a wrong length");
	free(*octets);
	*octets = malloc(n + 1);
	if (*octets == NULL)
		return error_set(merge->error, ZG_MEMORY, "out of memory");
	if (!hex_read_lower(text, n, *octets))
		return merge_bad(merge, "octets that are no hex digits");
	*value = value_octets(*octets, n);
	return ZG_OK;
}

/* Answer `index` of the statement as a value of `column`. */
static zg_status
value_take(struct merge *merge, sqlite3_stmt *statement, int index, const struct column *column,
    struct value *value, uint8_t **octets)
{
	struct column text = {column->name, VALUE_TEXT, 2 * column->max};

	if (column->kind != VALUE_OCTETS)
		return value_column(statement, index, column, value)
			   ? ZG_OK
			   : merge_bad(merge, "a value is missing or not of its kind");
	if (!value_column(statement, index, &text, value))
		return merge_bad(merge, "octets are missing");
	return hex_decode(merge, column->max, value, octets);
}

/* Prepares "SELECT site, sum, candidate, columns" out of the line bound to it. */
static zg_status
values_prepare(struct merge *merge, const struct table *table, const char *text, size_t length,
    sqlite3_stmt **statement)
{
	char sql[SQL_SIZE] = "SELECT json_extract(?1, '$.site'), json_extract(?1, '$.sum')";
	zg_status status;
	int rc;

	for (size_t i = 0; i < table->n_columns; i++) {
		size_t used = strlen(sql);

		(void)snprintf(sql + used, sizeof(sql) - used, ", json_extract(?1, '$.%s')",
		    table->columns[i].name);
	}
	status = sql_prepare(merge->history, sql, statement, merge->error);
	if (status != ZG_OK)
		return status;
	rc = sqlite3_bind_text64(*statement, 1, text, length, SQLITE_STATIC, SQLITE_UTF8);
	return rc == SQLITE_OK ? ZG_OK : sql_error(merge->history, rc, merge->error);
}

/* --- Rows --- */

/* Finds the row of a table that has this sum; *id is 0 when there is none. */
static zg_status
known_find(struct merge *merge, int table, const uint8_t sum[SUM_OCTETS], int64_t *id)
{
	struct value values[] = {value_integer(table), value_octets(sum, SUM_OCTETS)};
	sqlite3_stmt *statement = NULL;
	zg_status status = sql_prepare(merge->history,
	    "SELECT id FROM temp.known WHERE kind = ? AND sum = ?", &statement, merge->error);
	bool row = false;

	*id = 0;
	if (status == ZG_OK)
		status = values_bind(merge->history, statement, values, 2, merge->error);
	if (status == ZG_OK)
		status = sql_step(merge->history, statement, &row, merge->error);
	if (status == ZG_OK && row)
		*id = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	return status;
}

static zg_status
known_add(struct merge *merge, int table, const uint8_t sum[SUM_OCTETS], int64_t id)
{
	struct value values[] = {
	    value_integer(table), value_octets(sum, SUM_OCTETS), value_integer(id)};
	sqlite3_stmt *statement = NULL;
	zg_status status = sql_prepare(merge->history,
	    "INSERT OR IGNORE INTO temp.known (kind, sum, id) VALUES (?, ?, ?)", &statement,
	    merge->error);
	bool row;

	if (status == ZG_OK)
		status = values_bind(merge->history, statement, values, 3, merge->error);
	if (status == ZG_OK)
		status = sql_step(merge->history, statement, &row, merge->error);
	(void)sqlite3_finalize(statement);
	return status;
}

/* Collects the sums of all rows that are here; own lines of the log have none, and get theirs. */
static zg_status
known_make(struct merge *merge)
{
	char sql[SQL_SIZE];
	zg_status status = sql_exec(merge->history,
	    "DROP TABLE IF EXISTS temp.known; CREATE TEMP TABLE known (kind INTEGER NOT NULL, "
	    "sum BLOB NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (kind, sum)) WITHOUT ROWID",
	    merge->error);

	for (int i = 0; i < merge->history->n_tables && status == ZG_OK; i++) {
		(void)snprintf(sql, sizeof(sql),
		    "INSERT OR IGNORE INTO temp.known (kind, sum, id) SELECT %d, sum, id FROM %s "
		    "ORDER BY id",
		    i, table_at(i)->name);
		status = sql_exec(merge->history, sql, merge->error);
	}
	return status;
}

/* An own line that comes back: the one of its number has its chain value. */
static zg_status
own_line(struct merge *merge, const struct value *values, bool *own)
{
	const struct value wanted[] = {values[2], values[6]};
	sqlite3_stmt *statement = NULL;
	zg_status status = sql_prepare(merge->history,
	    "SELECT 1 FROM log WHERE number = ? AND chain = ?", &statement, merge->error);

	if (status == ZG_OK)
		status = values_bind(merge->history, statement, wanted, 2, merge->error);
	if (status == ZG_OK)
		status = sql_step(merge->history, statement, own, merge->error);
	(void)sqlite3_finalize(statement);
	return status;
}

/* What the table's CHECK constraints cannot say of a row. */
static zg_status
row_check(struct merge *merge, int id, const struct value *values)
{
	const struct table *table = table_at(id);
	struct release_facts *facts;
	struct release_ds entries[ZG_DS_MAX];
	struct history_rules *rules;
	zg_status status = ZG_OK;
	size_t n;
	bool good;

	for (size_t i = 0; i < table->n_columns; i++) {
		if (table->columns[i].kind == VALUE_TEXT && id != TABLE_REPORTS &&
		    !text_is_clean(values[i].octets))
			return merge_bad(merge, "a text with control characters");
	}
	if (!table->of_candidate && strcmp(values[0].octets, merge->zone) != 0)
		return merge_bad(merge, "a row of another zone");
	if (id == TABLE_DS && !ds_decode(values[8].octets, values[8].length, entries, &n))
		return merge_bad(merge, "no DS set");
	if (id == TABLE_RULES) {
		rules = calloc(1, sizeof(*rules));
		good = rules != NULL && rules_read(values[5].octets, rules);
		status = rules == NULL ? ZG_MEMORY : good ? ZG_OK : ZG_INPUT_BAD;
		free(rules);
	}
	if (status == ZG_INPUT_BAD)
		return merge_bad(merge, "no approvers");
	if (status == ZG_OK && id == TABLE_CANDIDATES && values[8].length > 0) {
		facts = calloc(1, sizeof(*facts));
		status = facts == NULL ? ZG_MEMORY
				       : facts_decode(values[8].octets, values[8].length, facts);
		if (facts != NULL)
			facts_reset(facts);
		free(facts);
	}
	if (status == ZG_INPUT_BAD)
		return merge_bad(merge, "no facts of a release");
	return status == ZG_OK ? ZG_OK : error_set(merge->error, status, "out of memory");
}

/* Adds a row unless it is here: what is stored of it is `values`. */
static zg_status
row_merge(struct merge *merge, int id, const char *site, struct value *values,
    const uint8_t *candidate, const struct value *given_sum)
{
	uint8_t sum[SUM_OCTETS];
	int64_t row_id;
	bool own = false;
	zg_status status =
	    row_sum(merge->history, table_at(id), values, candidate, sum, merge->error);

	if (status == ZG_OK && given_sum->length > 0 &&
	    (given_sum->length != SUM_OCTETS || memcmp(given_sum->octets, sum, SUM_OCTETS) != 0))
		status = merge_bad(merge, "the row is not what its sum says");
	if (status == ZG_OK)
		status = known_find(merge, id, sum, &row_id);
	if (status == ZG_OK && id == TABLE_FOREIGN_LINES)
		status = own_line(merge, values, &own);
	if (status != ZG_OK || row_id != 0 || own)
		return status;
	status = row_check(merge, id, values);
	if (status == ZG_OK)
		status = row_add(merge->history, &merge->line, site, table_at(id), values,
		    candidate, &row_id, merge->error);
	if (status == ZG_PARAMETER)
		return merge_bad(merge, "a value out of its range");
	if (status == ZG_OK)
		status = known_add(merge, id, sum, row_id);
	merge->n_new++;
	return status;
}

/* Takes the values of a row out of the line; a candidate's sum becomes its id here. */
static zg_status
row_take(struct merge *merge, int id, sqlite3_stmt *statement)
{
	static const struct column site_column = {"site", VALUE_TEXT, LABEL_SIZE - 1},
				   sum_column = {"sum", VALUE_OCTETS, SUM_OCTETS};
	const struct table *table = table_at(id);
	struct value values[COLUMNS_MAX], site, sum = value_octets(NULL, 0);
	const uint8_t *candidate = NULL;
	uint8_t **octets = merge->octets;
	zg_status status = value_take(merge, statement, 0, &site_column, &site, NULL);

	if (status == ZG_OK && !text_is_clean(site.octets))
		status = merge_bad(merge, "a site's name with control characters");
	if (status == ZG_OK && sqlite3_column_type(statement, 1) != SQLITE_NULL)
		status =
		    value_take(merge, statement, 1, &sum_column, &sum, &octets[COLUMNS_MAX - 1]);
	else if (status == ZG_OK && id != TABLE_FOREIGN_LINES)
		status = merge_bad(merge, "a row without its sum");
	for (size_t i = 0; i < table->n_columns && status == ZG_OK; i++) {
		bool of_candidate = i == 0 && table->of_candidate;

		status = value_take(merge, statement, (int)i + 2,
		    of_candidate ? &sum_column : &table->columns[i], &values[i], &octets[i]);
		if (status != ZG_OK || !of_candidate)
			continue;
		if (values[0].length != SUM_OCTETS)
			return merge_bad(merge, "no candidate");
		candidate = values[0].octets;
		values[0] = value_integer(0);
		status = known_find(merge, TABLE_CANDIDATES, candidate, &values[0].integer);
		if (status == ZG_OK && values[0].integer == 0)
			status = merge_bad(merge, "of a candidate that was not given");
	}
	return status == ZG_OK ? row_merge(merge, id, site.length == 0 ? merge->site : site.octets,
				     values, candidate, &sum)
			       : status;
}

/* The word in `row`, and the zone and numbers of the first and the last line. */
struct line_head {
	char row[32];
	char zone[NAME_TEXT_SIZE];
	int64_t version, rows;
};

static zg_status
head_read(struct merge *merge, const char *text, size_t length, struct line_head *head)
{
	sqlite3_stmt *statement = NULL;
	bool row = false;
	int rc;
	zg_status status = sql_prepare(merge->history,
	    "SELECT json_extract(j, '$.row'), json_extract(j, '$.zone'), "
	    "json_extract(j, '$.version'), json_extract(j, '$.rows') "
	    "FROM (SELECT ?1 AS j WHERE json_valid(?1))",
	    &statement, merge->error);

	*head = (struct line_head){.version = -1, .rows = -1};
	if (status == ZG_OK) {
		rc = sqlite3_bind_text64(statement, 1, text, length, SQLITE_STATIC, SQLITE_UTF8);
		status = rc == SQLITE_OK ? sql_step(merge->history, statement, &row, merge->error)
					 : sql_error(merge->history, rc, merge->error);
	}
	if (status == ZG_OK && !row)
		status = merge_bad(merge, "no JSON");
	if (status == ZG_OK) {
		const char *word = (const char *)sqlite3_column_text(statement, 0);
		const char *zone = (const char *)sqlite3_column_text(statement, 1);

		text_clean(head->row, sizeof(head->row), word);
		text_clean(head->zone, sizeof(head->zone), zone);
		if (sqlite3_column_type(statement, 2) == SQLITE_INTEGER)
			head->version = sqlite3_column_int64(statement, 2);
		if (sqlite3_column_type(statement, 3) == SQLITE_INTEGER)
			head->rows = sqlite3_column_int64(statement, 3);
	}
	(void)sqlite3_finalize(statement);
	return status;
}

/* The first line must be ours and name one zone. */
static zg_status
first_line(struct merge *merge, const struct line_head *head)
{
	char name[NAME_TEXT_SIZE];

	if (strcmp(head->row, "zonegate history") != 0 || head->version < 1 || head->version > 3)
		return merge_bad(merge, "not an export of a history of version 1 to 3");
	if (head->zone[0] == '\0' || zone_name(head->zone, name, NULL) != ZG_OK ||
	    strcmp(name, head->zone) != 0)
		return merge_bad(merge, "no zone");
	memcpy(merge->zone, name, sizeof(name));
	return ZG_OK;
}

static zg_status
line_merge(struct merge *merge, const char *text, size_t length)
{
	sqlite3_stmt *statement = NULL;
	struct line_head head;
	zg_status status = head_read(merge, text, length, &head);
	bool row;
	int id = 0;

	if (status != ZG_OK)
		return status;
	if (merge->number == 1)
		return first_line(merge, &head);
	if (strcmp(head.row, "end") == 0) {
		merge->ended = true;
		return head.rows >= 0 && (uint64_t)head.rows == merge->n_rows
			   ? ZG_OK
			   : merge_bad(merge, "rows are missing");
	}
	while (id < TABLES && (id == TABLE_SIGNATURES || strcmp(head.row, table_at(id)->name) != 0))
		id++;
	if (id == TABLES)
		return merge_bad(merge, "no kind of row that is known");
	merge->n_rows++;
	status = values_prepare(merge, table_at(id), text, length, &statement);
	if (status == ZG_OK)
		status = sql_step(merge->history, statement, &row, merge->error);
	if (status == ZG_OK)
		status = row_take(merge, id, statement);
	(void)sqlite3_finalize(statement);
	return status;
}

/* All lines; the last one must be the one that says so. */
static zg_status
lines_merge(struct merge *merge)
{
	zg_status status = known_make(merge);
	const char *text;
	size_t length;

	while (status == ZG_OK) {
		status = line_next(merge, &text, &length);
		if (status != ZG_OK || text == NULL)
			break;
		status = merge->ended ? merge_bad(merge, "more after the end")
				      : line_merge(merge, text, length);
	}
	if (status == ZG_OK && !merge->ended)
		status = merge_bad(merge, "cut off before its end");
	return status;
}

zg_status
history_merge(
    struct history *history, int fd, const char *site, size_t *n_new, struct zg_error *error)
{
	struct merge merge = {.history = history, .error = error, .fd = fd, .site = site};
	char text[SENTENCE_SIZE] = "";
	struct line_text say = {
	    .zone = merge.zone, .kind = "merge", .actor = "zonegate", .text = text};
	zg_status status;

	*n_new = 0;
	if (site[0] == '\0' || strlen(site) >= LABEL_SIZE || !text_is_clean(site))
		return error_set(
		    error, ZG_PARAMETER, "the site's name is empty, long or not plain");
	merge.size = READ_OCTETS;
	merge.buffer = malloc(merge.size);
	if (merge.buffer == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = line_begin(history, &merge.line, error);
	if (status == ZG_OK)
		status = lines_merge(&merge);
	/* What others say of the time says nothing of our clock. */
	say.time = merge.line.latest;
	(void)snprintf(text, sizeof(text), "%zu rows from %s", merge.n_new, site);
	if (status == ZG_OK && merge.n_new == 0)
		line_drop(history, &merge.line);
	else
		status = line_end(history, &merge.line, status, &say, error);
	(void)sqlite3_exec(history->db, "DROP TABLE IF EXISTS temp.known", NULL, NULL, NULL);
	if (status == ZG_OK)
		*n_new = merge.n_new;
	free(merge.buffer);
	for (int i = 0; i < COLUMNS_MAX; i++)
		free(merge.octets[i]);
	return status;
}
