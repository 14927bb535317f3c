/* What the files of the history share: statements, rows, lines. */
#ifndef HISTORY_HISTORY_PRIVATE_H
#define HISTORY_HISTORY_PRIVATE_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/text_writer.h"
#include "crypto/digest.h"
#include "history/history.h"

#define SUM_OCTETS 32
/* Names of sites, servers and people, and one sentence. With the NUL. */
#define LABEL_SIZE    80
#define SENTENCE_SIZE 512
/* "id key id key ...": at most ZG_POLICY_APPROVERS_MAX of them. With the NUL. */
#define RULES_TEXT_SIZE (ZG_POLICY_APPROVERS_MAX * (HISTORY_APPROVER_SIZE + 66))

struct history {
	sqlite3 *db;
	struct digest *sha256;
	int n_tables; /* of enum table_id: those that its version has */
	bool begun;   /* by history_begin */
	bool failed;  /* and rolled back since: nothing more is written before the next begin */
};

/* --- Statements (history.c) --- */

/* Sets a message for the SQLite result `rc`: busy, damaged, full, ... */
zg_status sql_error(struct history *history, int rc, struct zg_error *error);
MUST_CHECK zg_status sql_exec(struct history *history, const char *sql, struct zg_error *error);
MUST_CHECK zg_status sql_prepare(
    struct history *history, const char *sql, sqlite3_stmt **statement, struct zg_error *error);
/* *row: there is one; else the statement is done. */
MUST_CHECK zg_status sql_step(
    struct history *history, sqlite3_stmt *statement, bool *row, struct zg_error *error);
/* The single integer that a statement without parameters answers; `none` when it is NULL. */
MUST_CHECK zg_status sql_integer(
    struct history *history, const char *sql, int64_t none, int64_t *value, struct zg_error *error);

/* One consistent view over several statements. */
MUST_CHECK zg_status read_begin(struct history *history, struct zg_error *error);
void read_end(struct history *history);

/* The name of a kind of file system (statfs) that is refused, NULL: it is not. */
const char *file_system_refused(unsigned long type);

/* --- Tables (history_schema.c) --- */

enum value_kind { VALUE_INTEGER, VALUE_TEXT, VALUE_OCTETS };

struct column {
	const char *name;
	enum value_kind kind;
	size_t max; /* octets */
};

enum table_id {
	TABLE_CANDIDATES,
	TABLE_REPORTS,
	TABLE_EVENTS,
	TABLE_DS,
	TABLE_SERVED,
	TABLE_SIGNATURES,
	TABLE_FOREIGN_LINES,
	TABLE_RULES,	 /* since version 2 */
	TABLE_PROVIDERS, /* since version 3 */
	TABLE_STAGES,	 /* since version 3 */
	TABLES
};

#define COLUMNS_MAX 12

/* Every table but the log has id, line, site, sum before these columns. */
struct table {
	const char *name;
	struct column columns[COLUMNS_MAX];
	size_t n_columns;
	bool of_candidate; /* the first column is a candidate's id, whose sum stands for it */
};
/* `id`: enum table_id. */
const struct table *table_at(int id);

/* Makes the tables in an empty database; anything else is left. */
MUST_CHECK zg_status schema_create(struct history *history, struct zg_error *error);
/* ZG_READ unless this is our application, a version that we read, and exactly its tables and
 * triggers. */
MUST_CHECK zg_status schema_check(struct history *history, struct zg_error *error);
/* Adds what a former version lacks, whole or not at all; after schema_check. */
MUST_CHECK zg_status schema_upgrade(struct history *history, struct zg_error *error);

/* --- Rows and lines (history_row.c) --- */

struct value {
	enum value_kind kind;
	int64_t integer;
	const void *octets; /* borrowed; never NULL */
	size_t length;
};
struct value value_integer(int64_t integer);
struct value value_text(const char *text);
struct value value_octets(const void *octets, size_t length);
/* Parameters 1 to `n` of the statement. */
MUST_CHECK zg_status values_bind(struct history *history, sqlite3_stmt *statement,
    const struct value *values, int n, struct zg_error *error);
/* Column `index` of the current row, valid until the next step. False: it is of another type, too
 * long, or text with a NUL. */
bool value_column(
    sqlite3_stmt *statement, int index, const struct column *column, struct value *value);

/* SHA-256 over typed, length-prefixed values; the first failure sticks. */
struct sum {
	struct digest *digest;
	zg_status status;
	size_t used;
	uint8_t buffer[1024];
};
void sum_begin(struct sum *sum, struct history *history, const char *domain);
void sum_value(struct sum *sum, const struct value *value);
MUST_CHECK zg_status sum_end(struct sum *sum, uint8_t octets[SUM_OCTETS], struct zg_error *error);

/* Sum of a row's own content: the same at every site. `candidate` is the sum that stands for the
 * first column of tables of candidates. */
MUST_CHECK zg_status row_sum(struct history *history, const struct table *table,
    const struct value *values, const uint8_t *candidate, uint8_t octets[SUM_OCTETS],
    struct zg_error *error);

/* Prepares "SELECT id, line, site, sum, columns FROM table" and `clause`. */
MUST_CHECK zg_status row_select(struct history *history, const struct table *table,
    const char *clause, sqlite3_stmt **statement, struct zg_error *error);

/* A row as it was read: of the form and the sum it was written with. */
struct row {
	int64_t id;
	const char *site;
	const uint8_t *sum;
	struct value values[COLUMNS_MAX];
};
MUST_CHECK zg_status row_read(struct history *history, const struct table *table,
    sqlite3_stmt *statement, const uint8_t *candidate, struct row *row, struct zg_error *error);

/* A line of the log to be, and what is added under it. */
struct line {
	int64_t number;
	uint8_t previous[SUM_OCTETS]; /* chain */
	int64_t latest;		      /* time of the last line, 0: there is none */
	int64_t marks[TABLES];	      /* the last row of each table before it */
	bool own_transaction;
};
MUST_CHECK zg_status line_begin(struct history *history, struct line *line, struct zg_error *error);
MUST_CHECK zg_status row_add(struct history *history, const struct line *line, const char *site,
    const struct table *table, const struct value *values, const uint8_t *candidate, int64_t *id,
    struct zg_error *error);

/* What a line says. */
struct line_text {
	const char *zone, *kind, *actor, *text;
	int64_t time;
};
/* Adds the line and commits when `status` is ZG_OK, else rolls all back; returns the outcome. */
MUST_CHECK zg_status line_end(struct history *history, const struct line *line, zg_status status,
    const struct line_text *text, struct zg_error *error);
/* Ends what was begun and added nothing. */
void line_drop(struct history *history, const struct line *line);

/* Adds a row of row_select to the content of its line. */
void content_add(struct sum *sum, const struct table *table, sqlite3_stmt *statement);

/* The columns of the log, and the chain value that they and the one before it give. */
#define LOG_COLUMNS "number, time, zone, kind, actor, text, content, chain"
struct log_row {
	struct history_line line;
	uint8_t content[SUM_OCTETS];
};
/* False: a column is not of its form. */
bool log_row_read(sqlite3_stmt *statement, struct log_row *row);
MUST_CHECK zg_status log_row_chain(struct history *history, const struct log_row *row,
    const uint8_t previous[SUM_OCTETS], uint8_t chain[SUM_OCTETS], struct zg_error *error);

/* --- Candidates (history_candidate.c) --- */

/* What is in the row of a candidate itself. */
struct candidate_head {
	uint8_t sum[SUM_OCTETS]; /* of the row */
	char zone[NAME_TEXT_SIZE];
	bool has_serial;
	uint32_t serial;
	char digest[DIGEST_TEXT_SIZE];
	uint8_t file_sha256[32];
};
/* ZG_PARAMETER: there is no such candidate. */
MUST_CHECK zg_status candidate_head(
    struct history *history, int64_t id, struct candidate_head *head, struct zg_error *error);

/* --- Text (history_text.c) --- */

/* Copies text, cut to the size; what is no printable UTF-8 becomes a question mark. */
void text_clean(char *out, size_t size, const char *text);
bool text_is_clean(const char *text);
bool text_is_utf8(const char *text, size_t length);
/* The one form of a zone's name; NULL or "" is "". */
MUST_CHECK zg_status zone_name(const char *zone, char out[NAME_TEXT_SIZE], struct zg_error *error);

/* --- Facts as octets (history_facts.c) --- */

/* All but zone, serial and digest, which are columns. ZG_PARAMETER: they are beyond their limits.
 */
MUST_CHECK zg_status facts_encode(const struct release_facts *facts, struct text_writer *octets);
/* Into zeroed facts. ZG_INPUT_BAD: these are no facts. */
MUST_CHECK zg_status facts_decode(
    const uint8_t *octets, size_t length, struct release_facts *facts);
/* Frees and zeroes what was decoded. */
void facts_reset(struct release_facts *facts);
/* Approvers as text, and back; they come in one order. */
MUST_CHECK bool rules_write(const struct history_rules *rules, char text[RULES_TEXT_SIZE]);
MUST_CHECK bool rules_read(const char *text, struct history_rules *rules);
/* A DS set as octets, and back. */
void ds_encode(const struct release_ds *entries, size_t n, struct text_writer *octets);
bool ds_decode(
    const uint8_t *octets, size_t length, struct release_ds entries[ZG_DS_MAX], size_t *n);

#endif
