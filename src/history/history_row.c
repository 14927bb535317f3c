/*
 * Rows and the lines that cover them. A row has the sum of its own content, by which damage is seen
 * when it is read and sites know it again. A line has the digest of all rows that were added with
 * it, and the chain value over itself and the line before.
 */
#include "history/history_private.h"

#include <stdio.h>
#include <string.h>

#include "base/byte_reader.h"
#include "base/error.h"

/* Room for a statement made of the names of one table and its columns. */
#define SQL_SIZE 1024

struct value
value_integer(int64_t integer)
{
	return (struct value){.kind = VALUE_INTEGER, .integer = integer, .octets = ""};
}

struct value
value_text(const char *text)
{
	return (struct value){.kind = VALUE_TEXT, .octets = text, .length = strlen(text)};
}

struct value
value_octets(const void *octets, size_t length)
{
	return (struct value){
	    .kind = VALUE_OCTETS, .octets = octets == NULL ? "" : octets, .length = length};
}

static int
value_bind(sqlite3_stmt *statement, int index, const struct value *value)
{
	switch (value->kind) {
	case VALUE_INTEGER:
		return sqlite3_bind_int64(statement, index, value->integer);
	case VALUE_TEXT:
		return sqlite3_bind_text64(
		    statement, index, value->octets, value->length, SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_OCTETS:
		return sqlite3_bind_blob64(
		    statement, index, value->octets, value->length, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

zg_status
values_bind(struct history *history, sqlite3_stmt *statement, const struct value *values, int n,
    struct zg_error *error)
{
	int rc = SQLITE_OK;

	for (int i = 0; i < n && rc == SQLITE_OK; i++)
		rc = value_bind(statement, i + 1, &values[i]);
	return rc == SQLITE_OK ? ZG_OK : sql_error(history, rc, error);
}

bool
value_column(sqlite3_stmt *statement, int index, const struct column *column, struct value *value)
{
	static const int types[] = {
	    [VALUE_INTEGER] = SQLITE_INTEGER,
	    [VALUE_TEXT] = SQLITE_TEXT,
	    [VALUE_OCTETS] = SQLITE_BLOB,
	};

	*value = (struct value){.kind = column->kind, .octets = ""};
	if (sqlite3_column_type(statement, index) != types[column->kind])
		return false;
	if (column->kind == VALUE_INTEGER) {
		value->integer = sqlite3_column_int64(statement, index);
		return true;
	}
	value->octets = column->kind == VALUE_TEXT
			    ? (const void *)sqlite3_column_text(statement, index)
			    : sqlite3_column_blob(statement, index);
	value->length = (size_t)sqlite3_column_bytes(statement, index);
	if (value->octets == NULL) {
		/* An empty blob has no address; anything else is out of memory. */
		value->octets = "";
		return value->length == 0 && column->kind == VALUE_OCTETS;
	}
	return value->length <= column->max &&
	       (column->kind == VALUE_OCTETS || strlen(value->octets) == value->length);
}

static void
sum_flush(struct sum *sum)
{
	if (sum->status == ZG_OK)
		sum->status = digest_add(sum->digest, sum->buffer, sum->used);
	sum->used = 0;
}

static void
sum_octets(struct sum *sum, const void *octets, size_t length)
{
	if (length > sizeof(sum->buffer) - sum->used)
		sum_flush(sum);
	if (length > sizeof(sum->buffer)) {
		if (sum->status == ZG_OK)
			sum->status = digest_add(sum->digest, octets, length);
	} else if (length > 0) {
		memcpy(sum->buffer + sum->used, octets, length);
		sum->used += length;
	}
}

void
sum_begin(struct sum *sum, struct history *history, const char *domain)
{
	struct value name = value_text(domain);

	sum->digest = history->sha256;
	sum->used = 0;
	sum->status = digest_begin(sum->digest);
	sum_value(sum, &name);
}

/* Kind, then the number or the length in eight octets, then the octets. */
void
sum_value(struct sum *sum, const struct value *value)
{
	uint64_t number =
	    value->kind == VALUE_INTEGER ? (uint64_t)value->integer : (uint64_t)value->length;
	uint8_t head[9] = {(uint8_t)value->kind};

	store_u32(head + 1, (uint32_t)(number >> 32));
	store_u32(head + 5, (uint32_t)number);
	sum_octets(sum, head, sizeof(head));
	if (value->kind != VALUE_INTEGER)
		sum_octets(sum, value->octets, value->length);
}

zg_status
sum_end(struct sum *sum, uint8_t octets[SUM_OCTETS], struct zg_error *error)
{
	sum_flush(sum);
	if (sum->status == ZG_OK)
		sum->status = digest_end(sum->digest, octets);
	return sum->status == ZG_OK
		   ? ZG_OK
		   : error_set(error, sum->status, "SHA-256 of the history failed");
}

zg_status
row_sum(struct history *history, const struct table *table, const struct value *values,
    const uint8_t *candidate, uint8_t octets[SUM_OCTETS], struct zg_error *error)
{
	struct value stands_for = value_octets(candidate, SUM_OCTETS);
	struct sum sum;

	sum_begin(&sum, history, table->name);
	for (size_t i = 0; i < table->n_columns; i++)
		sum_value(&sum, i == 0 && table->of_candidate ? &stands_for : &values[i]);
	return sum_end(&sum, octets, error);
}

/* "a, b, c" of the table's columns behind `used` characters. */
static void
columns_add(char sql[SQL_SIZE], size_t used, const struct table *table)
{
	for (size_t i = 0; i < table->n_columns && used < SQL_SIZE; i++)
		used +=
		    (size_t)snprintf(sql + used, SQL_SIZE - used, ", %s", table->columns[i].name);
}

zg_status
row_select(struct history *history, const struct table *table, const char *clause,
    sqlite3_stmt **statement, struct zg_error *error)
{
	char sql[SQL_SIZE] = "SELECT id, line, site, sum";
	size_t used;

	columns_add(sql, strlen(sql), table);
	used = strlen(sql);
	(void)snprintf(sql + used, sizeof(sql) - used, " FROM %s %s", table->name, clause);
	return sql_prepare(history, sql, statement, error);
}

/* A column that SQLite could not give for want of memory looks like one that is damaged. */
static zg_status
row_bad(struct history *history, const struct table *table, int64_t id, struct zg_error *error)
{
	if (sqlite3_errcode(history->db) == SQLITE_NOMEM)
		return error_set(error, ZG_MEMORY, "out of memory");
	return error_set(
	    error, ZG_READ, "the history is damaged: row %lld of %s", (long long)id, table->name);
}

zg_status
row_read(struct history *history, const struct table *table, sqlite3_stmt *statement,
    const uint8_t *candidate, struct row *row, struct zg_error *error)
{
	static const struct column site_column = {"site", VALUE_TEXT, LABEL_SIZE - 1},
				   sum_column = {"sum", VALUE_OCTETS, SUM_OCTETS};
	uint8_t octets[SUM_OCTETS];
	struct value site, sum;
	zg_status status;
	bool good;

	row->id = sqlite3_column_int64(statement, 0);
	good = value_column(statement, 2, &site_column, &site) &&
	       value_column(statement, 3, &sum_column, &sum) && sum.length == SUM_OCTETS;
	for (size_t i = 0; i < table->n_columns && good; i++)
		good = value_column(statement, (int)i + 4, &table->columns[i], &row->values[i]);
	if (!good)
		return row_bad(history, table, row->id, error);
	row->site = site.octets;
	row->sum = sum.octets;
	status = row_sum(history, table, row->values, candidate, octets, error);
	if (status == ZG_OK && memcmp(octets, row->sum, SUM_OCTETS) != 0)
		return row_bad(history, table, row->id, error);
	return status;
}

/* Finds where the tables end now, in the order of enum table_id. */
static zg_status
marks_read(struct history *history, int64_t marks[TABLES], struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	char sql[SQL_SIZE] = "SELECT";
	zg_status status;
	bool row = false;

	for (int i = 0; i < history->n_tables; i++) {
		size_t used = strlen(sql);

		(void)snprintf(sql + used, sizeof(sql) - used, "%s (SELECT max(id) FROM %s)",
		    i == 0 ? "" : ",", table_at(i)->name);
	}
	status = sql_prepare(history, sql, &statement, error);
	if (status == ZG_OK)
		status = sql_step(history, statement, &row, error);
	for (int i = 0; i < history->n_tables && status == ZG_OK; i++)
		marks[i] = row ? sqlite3_column_int64(statement, i) : 0; /* NULL reads as 0 */
	(void)sqlite3_finalize(statement);
	return status;
}

bool
log_row_read(sqlite3_stmt *statement, struct log_row *row)
{
	static const struct column columns[] = {{"number", VALUE_INTEGER, 0},
	    {"time", VALUE_INTEGER, 0}, {"zone", VALUE_TEXT, NAME_TEXT_SIZE - 1},
	    {"kind", VALUE_TEXT, 31}, {"actor", VALUE_TEXT, LABEL_SIZE - 1},
	    {"text", VALUE_TEXT, SENTENCE_SIZE - 1}, {"content", VALUE_OCTETS, SUM_OCTETS},
	    {"chain", VALUE_OCTETS, SUM_OCTETS}};
	struct value values[8];
	struct history_line *line = &row->line;

	for (int i = 0; i < 8; i++) {
		if (!value_column(statement, i, &columns[i], &values[i]))
			return false;
	}
	if (values[6].length != SUM_OCTETS || values[7].length != SUM_OCTETS)
		return false;
	line->number = values[0].integer;
	line->time = values[1].integer;
	line->site[0] = '\0';
	memcpy(line->zone, values[2].octets, values[2].length + 1);
	memcpy(line->kind, values[3].octets, values[3].length + 1);
	memcpy(line->actor, values[4].octets, values[4].length + 1);
	memcpy(line->text, values[5].octets, values[5].length + 1);
	memcpy(row->content, values[6].octets, SUM_OCTETS);
	memcpy(line->chain, values[7].octets, SUM_OCTETS);
	return true;
}

zg_status
log_row_chain(struct history *history, const struct log_row *row,
    const uint8_t previous[SUM_OCTETS], uint8_t chain[SUM_OCTETS], struct zg_error *error)
{
	const struct history_line *line = &row->line;
	struct value values[] = {value_octets(previous, SUM_OCTETS), value_integer(line->number),
	    value_integer(line->time), value_text(line->zone), value_text(line->kind),
	    value_text(line->actor), value_text(line->text),
	    value_octets(row->content, SUM_OCTETS)};
	struct sum sum;

	sum_begin(&sum, history, "zonegate line 1");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		sum_value(&sum, &values[i]);
	return sum_end(&sum, chain, error);
}

/* The end of the log: number and chain of its last line, zeroes when it is empty. */
static zg_status
tail_read(struct history *history, struct line *line, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	zg_status status = sql_prepare(history,
	    "SELECT " LOG_COLUMNS " FROM log ORDER BY number DESC LIMIT 1", &statement, error);
	struct log_row last;
	bool row = false;

	line->number = 1;
	memset(line->previous, 0, sizeof(line->previous));
	if (status == ZG_OK)
		status = sql_step(history, statement, &row, error);
	if (status == ZG_OK && row) {
		if (!log_row_read(statement, &last))
			status = error_set(
			    error, ZG_READ, "the history is damaged: the log's last line");
		else {
			line->number = last.line.number + 1;
			memcpy(line->previous, last.line.chain, SUM_OCTETS);
		}
	}
	(void)sqlite3_finalize(statement);
	if (status == ZG_OK)
		status = sql_integer(history, "SELECT max(time) FROM log", 0, &line->latest, error);
	return status;
}

zg_status
line_begin(struct history *history, struct line *line, struct zg_error *error)
{
	zg_status status;

	*line = (struct line){.own_transaction = !history->begun};
	if (history->failed)
		return error_set(error, ZG_PARAMETER, "the transaction was rolled back");
	if (line->own_transaction) {
		status = sql_exec(history, "BEGIN IMMEDIATE", error);
		if (status != ZG_OK)
			return status;
	}
	status = tail_read(history, line, error);
	return status == ZG_OK ? marks_read(history, line->marks, error) : status;
}

/* "INSERT INTO table (line, site, sum, columns) VALUES (?, ...)". */
static zg_status
insert_prepare(struct history *history, const struct table *table, sqlite3_stmt **statement,
    struct zg_error *error)
{
	char sql[SQL_SIZE];
	size_t used;

	used = (size_t)snprintf(sql, sizeof(sql), "INSERT INTO %s (line, site, sum", table->name);
	columns_add(sql, used, table);
	used = strlen(sql);
	used += (size_t)snprintf(sql + used, sizeof(sql) - used, ") VALUES (?, ?, ?");
	for (size_t i = 0; i < table->n_columns && used < sizeof(sql); i++)
		used += (size_t)snprintf(sql + used, sizeof(sql) - used, ", ?");
	(void)snprintf(sql + used, sizeof(sql) - used, ")");
	return sql_prepare(history, sql, statement, error);
}

zg_status
row_add(struct history *history, const struct line *line, const char *site,
    const struct table *table, const struct value *values, const uint8_t *candidate, int64_t *id,
    struct zg_error *error)
{
	uint8_t sum[SUM_OCTETS];
	struct value head[] = {
	    value_integer(line->number), value_text(site), value_octets(sum, SUM_OCTETS)};
	sqlite3_stmt *statement = NULL;
	zg_status status = row_sum(history, table, values, candidate, sum, error);
	int rc = SQLITE_OK;
	bool row;

	if (status == ZG_OK)
		status = insert_prepare(history, table, &statement, error);
	if (status != ZG_OK)
		goto out;
	for (int i = 0; i < 3 && rc == SQLITE_OK; i++)
		rc = value_bind(statement, i + 1, &head[i]);
	for (size_t i = 0; i < table->n_columns && rc == SQLITE_OK; i++)
		rc = value_bind(statement, (int)i + 4, &values[i]);
	if (rc != SQLITE_OK) {
		status = sql_error(history, rc, error);
		goto out;
	}
	status = sql_step(history, statement, &row, error);
	if (status == ZG_OK && id != NULL)
		*id = sqlite3_last_insert_rowid(history->db);
out:
	(void)sqlite3_finalize(statement);
	return status;
}

void
content_add(struct sum *sum, const struct table *table, sqlite3_stmt *statement)
{
	struct value value = value_text(table->name);

	sum_value(sum, &value);
	for (int i = 0; i < sqlite3_column_count(statement); i++) {
		int type = sqlite3_column_type(statement, i);

		if (type == SQLITE_INTEGER)
			value = value_integer(sqlite3_column_int64(statement, i));
		else {
			const void *octets = sqlite3_column_blob(statement, i);
			size_t length = (size_t)sqlite3_column_bytes(statement, i);

			if (octets == NULL && length > 0)
				sum->status = ZG_MEMORY;
			value = value_octets(octets, octets == NULL ? 0 : length);
			value.kind = type == SQLITE_TEXT ? VALUE_TEXT : VALUE_OCTETS;
		}
		sum_value(sum, &value);
	}
}

/* Adds the rows of one table behind `mark`. */
static zg_status
content_read_table(struct history *history, const struct table *table, int64_t mark,
    struct sum *sum, struct zg_error *error)
{
	struct value value = value_integer(mark);
	sqlite3_stmt *statement = NULL;
	zg_status status =
	    row_select(history, table, "WHERE id > ? ORDER BY id", &statement, error);
	bool row;

	if (status == ZG_OK)
		status = values_bind(history, statement, &value, 1, error);
	while (status == ZG_OK) {
		status = sql_step(history, statement, &row, error);
		if (status != ZG_OK || !row)
			break;
		content_add(sum, table, statement);
	}
	(void)sqlite3_finalize(statement);
	return status;
}

/* The digest of all rows behind the marks, read back: what is covered is what is stored. */
static zg_status
content_read(struct history *history, const struct line *line, uint8_t content[SUM_OCTETS],
    struct zg_error *error)
{
	int64_t ends[TABLES];
	zg_status status = marks_read(history, ends, error);
	struct sum sum;

	sum_begin(&sum, history, "zonegate rows 1");
	for (int i = 0; i < history->n_tables && status == ZG_OK; i++) {
		if (ends[i] > line->marks[i])
			status =
			    content_read_table(history, table_at(i), line->marks[i], &sum, error);
	}
	return status == ZG_OK ? sum_end(&sum, content, error) : status;
}

static zg_status
line_insert(struct history *history, const struct log_row *row, struct zg_error *error)
{
	const struct history_line *line = &row->line;
	struct value values[] = {value_integer(line->number), value_integer(line->time),
	    value_text(line->zone), value_text(line->kind), value_text(line->actor),
	    value_text(line->text), value_octets(row->content, SUM_OCTETS),
	    value_octets(line->chain, SUM_OCTETS)};
	sqlite3_stmt *statement = NULL;
	zg_status status = sql_prepare(history,
	    "INSERT INTO log (" LOG_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)", &statement, error);
	bool more;

	if (status == ZG_OK)
		status = values_bind(history, statement, values, 8, error);
	if (status == ZG_OK)
		status = sql_step(history, statement, &more, error);
	(void)sqlite3_finalize(statement);
	return status;
}

/* Makes the line of what was added and of what is said of it. */
static zg_status
line_add(struct history *history, const struct line *line, const struct line_text *text,
    struct zg_error *error)
{
	struct log_row row = {.line = {.number = line->number, .time = text->time}};
	zg_status status = zone_name(text->zone, row.line.zone, error);

	text_clean(row.line.kind, sizeof(row.line.kind), text->kind);
	text_clean(row.line.actor, sizeof(row.line.actor), text->actor);
	text_clean(row.line.text, sizeof(row.line.text), text->text);
	if (status == ZG_OK)
		status = content_read(history, line, row.content, error);
	if (status == ZG_OK)
		status = log_row_chain(history, &row, line->previous, row.line.chain, error);
	return status == ZG_OK ? line_insert(history, &row, error) : status;
}

zg_status
line_end(struct history *history, const struct line *line, zg_status status,
    const struct line_text *text, struct zg_error *error)
{
	if (status == ZG_OK)
		status = line_add(history, line, text, error);
	if (status == ZG_OK && line->own_transaction)
		status = sql_exec(history, "COMMIT", error);
	if (status != ZG_OK) {
		/* SQLite may have rolled back already, so the outcome says nothing. */
		(void)sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
		history->failed = history->begun;
	}
	return status;
}

void
line_drop(struct history *history, const struct line *line)
{
	if (line->own_transaction)
		(void)sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
}
