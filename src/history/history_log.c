/* The decision log: lines, the head and its signatures. */
#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

zg_status
history_log(struct history *history, const char *zone, const char *kind, const char *actor,
    const char *text, int64_t time, struct zg_error *error)
{
	struct line_text say = {
	    .zone = zone, .kind = kind, .actor = actor, .text = text, .time = time};
	struct line line;
	zg_status status = line_begin(history, &line, error);

	return line_end(history, &line, status, &say, error);
}

/* Own lines and those of other sites, newest first. The chain of the line before follows own ones.
 */
static const char lines_sql[] =
    "SELECT number, time, zone, kind, actor, text, content, chain, previous, site FROM ("
    "SELECT * FROM (SELECT " LOG_COLUMNS ", '' AS site, "
    "(SELECT p.chain FROM log AS p WHERE p.number = l.number - 1) AS previous "
    "FROM log AS l WHERE ?1 = '' OR zone = ?1 ORDER BY number DESC LIMIT ?2) "
    "UNION ALL SELECT * FROM (SELECT number, time, zone, kind, actor, text, zeroblob(32), chain, "
    "site, NULL FROM foreign_lines WHERE ?1 = '' OR zone = ?1 ORDER BY time DESC, id DESC LIMIT ?2)"
    ") ORDER BY time DESC, site, number DESC LIMIT ?2";

/* Reads one of them; an own one must follow from the line before. */
static zg_status
line_read(struct history *history, sqlite3_stmt *statement, struct history_line *line,
    struct zg_error *error)
{
	static const uint8_t none[SUM_OCTETS];
	static const struct column chain_column = {"chain", VALUE_OCTETS, SUM_OCTETS};
	uint8_t chain[SUM_OCTETS];
	struct value previous = value_octets(none, SUM_OCTETS);
	struct log_row row;
	zg_status status = ZG_OK;
	bool good = log_row_read(statement, &row);

	if (good && sqlite3_column_type(statement, 9) == SQLITE_TEXT)
		(void)snprintf(row.line.site, sizeof(row.line.site), "%s",
		    (const char *)sqlite3_column_text(statement, 9));
	if (good && row.line.site[0] == '\0') {
		if (row.line.number > 1)
			good = value_column(statement, 8, &chain_column, &previous) &&
			       previous.length == SUM_OCTETS;
		if (good)
			status = log_row_chain(history, &row, previous.octets, chain, error);
		if (good && status == ZG_OK)
			good = memcmp(chain, row.line.chain, SUM_OCTETS) == 0;
	}
	if (!good)
		return error_set(error, ZG_READ, "the history is damaged: a line of the log");
	*line = row.line;
	return status;
}

zg_status
history_lines(struct history *history, const char *zone, size_t limit, struct history_line **list,
    size_t *n, struct zg_error *error)
{
	char name[NAME_TEXT_SIZE];
	size_t most = limit == 0 || limit > ZG_HISTORY_ROWS_MAX ? ZG_HISTORY_ROWS_MAX : limit;
	zg_status status = zone_name(zone, name, error);
	struct value values[] = {value_text(name), value_integer((int64_t)most)};
	sqlite3_stmt *statement = NULL;
	size_t allocated = 0;
	bool more;

	*list = NULL;
	*n = 0;
	if (status == ZG_OK)
		status = sql_prepare(history, lines_sql, &statement, error);
	if (status == ZG_OK)
		status = values_bind(history, statement, values, 2, error);
	while (status == ZG_OK) {
		status = sql_step(history, statement, &more, error);
		if (status != ZG_OK || !more)
			break;
		status = array_reserve(
		    (void **)list, &allocated, *n, sizeof(**list), ZG_HISTORY_ROWS_MAX);
		if (status != ZG_OK)
			(void)error_set(error, status, "out of memory");
		else
			status = line_read(history, statement, &(*list)[*n], error);
		*n += status == ZG_OK;
	}
	(void)sqlite3_finalize(statement);
	if (status != ZG_OK) {
		free(*list);
		*list = NULL;
		*n = 0;
	}
	return status;
}

/* The chain value of line `number`. *found: there is such a line. */
static zg_status
chain_at(struct history *history, int64_t number, uint8_t chain[SUM_OCTETS], bool *found,
    struct zg_error *error)
{
	static const struct column chain_column = {"chain", VALUE_OCTETS, SUM_OCTETS};
	sqlite3_stmt *statement = NULL;
	struct value value = value_integer(number);
	zg_status status =
	    sql_prepare(history, "SELECT chain FROM log WHERE number = ?", &statement, error);

	*found = false;
	if (status == ZG_OK)
		status = values_bind(history, statement, &value, 1, error);
	if (status == ZG_OK)
		status = sql_step(history, statement, found, error);
	if (status == ZG_OK && *found) {
		if (value_column(statement, 0, &chain_column, &value) && value.length == SUM_OCTETS)
			memcpy(chain, value.octets, SUM_OCTETS);
		else
			status = error_set(error, ZG_READ,
			    "the history is damaged: line %lld of the log", (long long)number);
	}
	(void)sqlite3_finalize(statement);
	return status;
}

zg_status
history_head(struct history *history, uint8_t chain[32], int64_t *number, struct zg_error *error)
{
	zg_status status = read_begin(history, error);
	bool found;

	memset(chain, 0, SUM_OCTETS);
	*number = 0;
	if (status != ZG_OK)
		return status;
	status = sql_integer(history, "SELECT max(number) FROM log", 0, number, error);
	if (status == ZG_OK)
		status = chain_at(history, *number, chain, &found, error);
	read_end(history);
	return status;
}

zg_status
history_sign_head(struct history *history, int64_t number, const uint8_t signature[64],
    int64_t time, struct zg_error *error)
{
	char text[SENTENCE_SIZE];
	struct line_text say = {
	    .zone = "", .kind = "signature", .actor = "zonegate", .text = text, .time = time};
	uint8_t chain[SUM_OCTETS];
	struct line line;
	bool found = false;
	zg_status status = line_begin(history, &line, error);

	(void)snprintf(text, sizeof(text), "line %lld signed", (long long)number);
	if (status == ZG_OK)
		status = chain_at(history, number, chain, &found, error);
	if (status == ZG_OK && !found)
		status = error_set(
		    error, ZG_PARAMETER, "there is no line %lld in the log", (long long)number);
	if (status == ZG_OK) {
		struct value values[] = {value_integer(number), value_octets(chain, SUM_OCTETS),
		    value_octets(signature, 64), value_integer(time)};

		status = row_add(
		    history, &line, "", table_at(TABLE_SIGNATURES), values, NULL, NULL, error);
	}
	return line_end(history, &line, status, &say, error);
}

zg_status
history_signatures(
    struct history *history, struct history_signature **list, size_t *n, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	zg_status status =
	    row_select(history, table_at(TABLE_SIGNATURES), "ORDER BY id", &statement, error);
	size_t allocated = 0;
	struct row row;
	bool more;

	*list = NULL;
	*n = 0;
	while (status == ZG_OK) {
		status = sql_step(history, statement, &more, error);
		if (status != ZG_OK || !more)
			break;
		status =
		    row_read(history, table_at(TABLE_SIGNATURES), statement, NULL, &row, error);
		if (status != ZG_OK)
			break;
		status = array_reserve((void **)list, &allocated, *n, sizeof(**list), SIZE_MAX);
		if (status != ZG_OK) {
			(void)error_set(error, status, "out of memory");
			break;
		}
		(*list)[*n].number = row.values[0].integer;
		memcpy((*list)[*n].chain, row.values[1].octets, SUM_OCTETS);
		memcpy((*list)[*n].signature, row.values[2].octets, 64);
		(*n)++;
	}
	(void)sqlite3_finalize(statement);
	if (status != ZG_OK) {
		free(*list);
		*list = NULL;
		*n = 0;
	}
	return status;
}

zg_status
history_first_line(struct history *history, const char *zone, const char *kind, int64_t since,
    int64_t *time, struct zg_error *error)
{
	char name[NAME_TEXT_SIZE];
	zg_status status = zone_name(zone, name, error);
	struct value values[] = {value_text(name), value_text(kind), value_integer(since)};
	sqlite3_stmt *statement = NULL;
	bool row = false;

	*time = 0;
	if (status == ZG_OK)
		status = sql_prepare(history,
		    "SELECT min(time) FROM log WHERE zone = ? AND kind = ? AND time > ?",
		    &statement, error);
	if (status == ZG_OK)
		status = values_bind(history, statement, values, 3, error);
	if (status == ZG_OK)
		status = sql_step(history, statement, &row, error);
	if (status == ZG_OK && row)
		*time = sqlite3_column_int64(statement, 0); /* NULL reads as 0 */
	(void)sqlite3_finalize(statement);
	return status;
}

zg_status
history_latest(struct history *history, int64_t *time, struct zg_error *error)
{
	return sql_integer(history, "SELECT max(time) FROM log", 0, time, error);
}
