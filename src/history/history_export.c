/*
 * A zone's rows as JSON lines: the first line says what follows, the last one how many rows there
 * were. SQLite makes the lines, so their escapes are its own. Octets are hex digits; a candidate is
 * named by the sum of its row.
 */
#include "history/history_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define SQL_SIZE 2048

static zg_status
write_all(int fd, const char *bytes, size_t length, struct zg_error *error)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_set(
			    error, ZG_WRITE, "cannot write the export: %s", strerrordesc_np(errno));
		bytes += n;
		length -= (size_t)n;
	}
	return ZG_OK;
}

/* Writes each answer of a statement about a zone as a line. */
static zg_status
lines_write(struct history *history, const char *sql, const char *zone, int fd, size_t *n,
    struct zg_error *error)
{
	struct value value = value_text(zone);
	sqlite3_stmt *statement = NULL;
	zg_status status = sql_prepare(history, sql, &statement, error);
	const char *text;
	bool row;

	if (status == ZG_OK)
		status = values_bind(history, statement, &value, 1, error);
	while (status == ZG_OK) {
		status = sql_step(history, statement, &row, error);
		if (status != ZG_OK || !row)
			break;
		text = (const char *)sqlite3_column_text(statement, 0);
		if (text == NULL) {
			status = error_set(error, ZG_MEMORY, "out of memory");
			break;
		}
		status = write_all(fd, text, (size_t)sqlite3_column_bytes(statement, 0), error);
		if (status == ZG_OK)
			status = write_all(fd, "\n", 1, error);
		(*n)++;
	}
	(void)sqlite3_finalize(statement);
	return status;
}

/* How a column is written: octets as hex digits. */
static size_t
column_sql(char *out, size_t size, const struct column *column)
{
	bool octets = column->kind == VALUE_OCTETS;

	return (size_t)snprintf(out, size, ", '%s', %st.%s%s", column->name,
	    octets ? "lower(hex(" : "", column->name, octets ? "))" : "");
}

/* The statement that gives a table's rows of zone ?1 as JSON. */
static void
export_sql(char sql[SQL_SIZE], const struct table *table)
{
	size_t used = (size_t)snprintf(sql, SQL_SIZE,
	    "SELECT json_object('row', '%s', 'site', t.site, 'sum', lower(hex(t.sum))",
	    table->name);

	if (table->of_candidate)
		used += (size_t)snprintf(
		    sql + used, SQL_SIZE - used, ", 'candidate', lower(hex(c.sum))");
	for (size_t i = table->of_candidate ? 1 : 0; i < table->n_columns; i++)
		used += column_sql(sql + used, SQL_SIZE - used, &table->columns[i]);
	(void)snprintf(sql + used, SQL_SIZE - used,
	    table->of_candidate
		? ") FROM %s AS t JOIN candidates AS c ON c.id = t.candidate WHERE c.zone = ?1 "
		  "ORDER BY t.id"
		: ") FROM %s AS t WHERE t.zone = ?1 ORDER BY t.id",
	    table->name);
}

/* Own lines go out as what they are at other sites. */
static const char own_lines_sql[] =
    "SELECT json_object('row', 'foreign_lines', 'site', '', 'zone', zone, 'time', time, "
    "'number', number, 'kind', kind, 'actor', actor, 'text', text, 'chain', lower(hex(chain))) "
    "FROM log WHERE zone = ?1 ORDER BY number";
static const char first_line_sql[] =
    "SELECT json_object('row', 'zonegate history', 'version', 3, 'zone', ?1)";

zg_status
history_export(struct history *history, const char *zone, int fd, struct zg_error *error)
{
	char name[NAME_TEXT_SIZE], sql[SQL_SIZE];
	size_t n = 0, first = 0;
	zg_status status = zone_name(zone, name, error);
	int length;

	if (status == ZG_OK)
		status = read_begin(history, error);
	if (status != ZG_OK)
		return status;
	status = lines_write(history, first_line_sql, name, fd, &first, error);
	for (int i = 0; i < history->n_tables && status == ZG_OK; i++) {
		if (i == TABLE_SIGNATURES)
			continue; /* of the whole log, not of a zone */
		export_sql(sql, table_at(i));
		status = lines_write(history, sql, name, fd, &n, error);
	}
	if (status == ZG_OK)
		status = lines_write(history, own_lines_sql, name, fd, &n, error);
	read_end(history);
	length = snprintf(sql, sizeof(sql), "{\"row\":\"end\",\"rows\":%zu}\n", n);
	return status == ZG_OK ? write_all(fd, sql, (size_t)length, error) : status;
}
