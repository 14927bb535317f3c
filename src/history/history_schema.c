/*
 * The tables. Rows are only ever added: a trigger refuses to change or delete any. Each row belongs
 * to the line of the log that it was written with, whose chain value covers it.
 *
 * Version 2 has the table `rules` more, version 3 `provider_observations` and `stages`. A database
 * of a former version is read as it is, and gets what it lacks when it is opened to be written:
 * nothing that it has is touched.
 */
#include "history/history_private.h"

#include <string.h>

#include "base/error.h"

/* "zgHi". */
#define APPLICATION_ID 0x7a674869
#define SCHEMA_VERSION 3

/* What all rows begin with. `line` is the number in the log of the line they belong to, which is
 * written after them; that it is there is for history_verify to see (as a foreign key it would cost
 * a search of all tables for each line). Rows of another site have its name; `sum` is the digest of
 * the columns that follow, by which sites know the same row again. */
#define ROW                                                                                        \
	"id INTEGER PRIMARY KEY, "                                                                 \
	"line INTEGER NOT NULL CHECK (line > 0), "                                                 \
	"site TEXT NOT NULL CHECK (length(site) < 80), "                                           \
	"sum BLOB NOT NULL CHECK (length(sum) = 32), "
#define ZONE	  "zone TEXT NOT NULL CHECK (length(zone) <= 1024), "
#define TIME	  "time INTEGER NOT NULL, "
#define CANDIDATE "candidate INTEGER NOT NULL REFERENCES candidates (id), "

/* A table with its triggers. */
#define TABLE(name, columns)                                                                       \
	{name, "CREATE TABLE " name " (" columns ") STRICT"},                                      \
	    {name "_update", "CREATE TRIGGER " name "_update BEFORE UPDATE ON " name               \
			     " BEGIN SELECT RAISE(ABORT, 'rows are only added'); END"},            \
	{                                                                                          \
		name "_delete", "CREATE TRIGGER " name "_delete BEFORE DELETE ON " name            \
				" BEGIN SELECT RAISE(ABORT, 'rows are only added'); END"           \
	}
#define INDEX(name, on)                                                                            \
	{                                                                                          \
		name, "CREATE INDEX " name " ON " on                                               \
	}

static const struct {
	const char *name, *sql;
} objects[] = {
    TABLE("log", "number INTEGER PRIMARY KEY CHECK (number > 0), " TIME ZONE
		 "kind TEXT NOT NULL CHECK (length(kind) < 32), "
		 "actor TEXT NOT NULL CHECK (length(actor) < 80), "
		 "text TEXT NOT NULL CHECK (length(text) < 512), "
		 "content BLOB NOT NULL CHECK (length(content) = 32), "
		 "chain BLOB NOT NULL CHECK (length(chain) = 32)"),
    INDEX("log_time", "log (time)"),
    INDEX("log_zone", "log (zone, number)"),
    TABLE("candidates",
	ROW ZONE TIME "serial INTEGER NOT NULL CHECK (serial BETWEEN 0 AND 4294967295), "
		      "digest TEXT NOT NULL CHECK (length(digest) <= 96), "
		      "file_sha256 BLOB NOT NULL CHECK (length(file_sha256) = 32), "
		      "policy_digest TEXT NOT NULL CHECK (length(policy_digest) <= 64), "
		      "reason TEXT NOT NULL CHECK (length(reason) < 512), "
		      "imported INTEGER NOT NULL CHECK (imported IN (0, 1)), "
		      "facts BLOB NOT NULL"),
    INDEX("candidates_time", "candidates (zone, time)"),
    TABLE("reports", ROW CANDIDATE "report TEXT NOT NULL"),
    INDEX("reports_candidate", "reports (candidate)"),
    TABLE("events", ROW CANDIDATE "state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 8), " TIME
				  "actor TEXT NOT NULL CHECK (length(actor) < 80), "
				  "why TEXT NOT NULL CHECK (length(why) < 512)"),
    INDEX("events_candidate", "events (candidate, state, time)"),
    TABLE("ds_observations",
	ROW ZONE TIME "source INTEGER NOT NULL CHECK (source BETWEEN 0 AND 2), "
		      "server TEXT NOT NULL CHECK (length(server) < 80), "
		      "answered INTEGER NOT NULL CHECK (answered IN (0, 1)), "
		      "note TEXT NOT NULL CHECK (length(note) < 160), "
		      "ttl INTEGER NOT NULL CHECK (ttl BETWEEN 0 AND 4294967295), "
		      "serial INTEGER NOT NULL CHECK (serial BETWEEN 0 AND 4294967295), "
		      "entries BLOB NOT NULL"),
    INDEX("ds_observations_time", "ds_observations (zone, source, server, answered, time)"),
    TABLE("served_observations",
	ROW ZONE TIME "server TEXT NOT NULL CHECK (length(server) < 80), "
		      "serial INTEGER NOT NULL CHECK (serial BETWEEN 0 AND 4294967295), "
		      "digest TEXT NOT NULL CHECK (length(digest) <= 96)"),
    INDEX("served_observations_time", "served_observations (zone, server, time)"),
    TABLE("head_signatures", ROW "number INTEGER NOT NULL REFERENCES log (number), "
				 "chain BLOB NOT NULL CHECK (length(chain) = 32), "
				 "signature BLOB NOT NULL CHECK (length(signature) = 64), "
				 "time INTEGER NOT NULL"),
    TABLE("foreign_lines", ROW ZONE TIME "number INTEGER NOT NULL CHECK (number > 0), "
					 "kind TEXT NOT NULL CHECK (length(kind) < 32), "
					 "actor TEXT NOT NULL CHECK (length(actor) < 80), "
					 "text TEXT NOT NULL CHECK (length(text) < 512), "
					 "chain BLOB NOT NULL CHECK (length(chain) = 32)"),
    INDEX("foreign_lines_zone", "foreign_lines (zone, time)"),
    /* Version 2. */
    TABLE("rules", ROW ZONE TIME "policy_digest TEXT NOT NULL CHECK (length(policy_digest) <= 64), "
				 "quorum INTEGER NOT NULL CHECK (quorum >= 0), "
				 "severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3), "
				 "approvers TEXT NOT NULL CHECK (length(approvers) < 16384), "
				 "policy BLOB NOT NULL"),
    INDEX("rules_zone", "rules (zone, policy_digest)"),
    /* Version 3. */
    TABLE("provider_observations",
	ROW ZONE TIME "provider TEXT NOT NULL CHECK (length(provider) < 80), "
		      "server TEXT NOT NULL CHECK (length(server) < 80), "
		      "answered INTEGER NOT NULL CHECK (answered IN (0, 1)), "
		      "note TEXT NOT NULL CHECK (length(note) < 160), "
		      "serial INTEGER NOT NULL CHECK (serial BETWEEN 0 AND 4294967295), "
		      "facts BLOB NOT NULL"),
    INDEX("provider_observations_time", "provider_observations (zone, provider, server, time)"),
    TABLE("stages", ROW CANDIDATE TIME "step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 12), "
				       "stage TEXT NOT NULL CHECK (length(stage) < 64), "
				       "straight INTEGER NOT NULL CHECK (straight IN (0, 1)), "
				       "plan TEXT NOT NULL CHECK (length(plan) < 2048), "
				       "actor TEXT NOT NULL CHECK (length(actor) < 80), "
				       "why TEXT NOT NULL CHECK (length(why) < 512)"),
    INDEX("stages_candidate", "stages (candidate)"),
    INDEX("stages_step", "stages (step)"),
};

#define OBJECTS (sizeof(objects) / sizeof(objects[0]))

/* How many of the objects and tables there are in a version: each has what the one before has. */
static const struct version {
	size_t n_objects;
	int n_tables;
} versions[SCHEMA_VERSION] = {{32, TABLE_RULES}, {36, TABLE_PROVIDERS}, {OBJECTS, TABLES}};

static const struct version *
version_at(int64_t version)
{
	return &versions[version - 1];
}

/* Key RDATA at its longest, 64 times, and the classes: facts_encode never makes more. */
#define FACTS_OCTETS_MAX (ZG_KEYS_MAX * (ZG_RDATA_MAX + 64) + ZG_CLASSES_MAX * 2048 + 8192)
/* A tag, two numbers, a length and a digest each, and their number. */
#define DS_OCTETS_MAX (1 + ZG_DS_MAX * 69)

#define INTEGER(name)                                                                              \
	{                                                                                          \
		name, VALUE_INTEGER, 0                                                             \
	}
#define TEXT(name, max)                                                                            \
	{                                                                                          \
		name, VALUE_TEXT, max                                                              \
	}
#define OCTETS(name, size)                                                                         \
	{                                                                                          \
		name, VALUE_OCTETS, size                                                           \
	}

/* In the order of enum table_id. */
static const struct table tables[TABLES] = {
    {"candidates",
	{TEXT("zone", NAME_TEXT_SIZE - 1), INTEGER("time"), INTEGER("serial"),
	    TEXT("digest", DIGEST_TEXT_SIZE - 1), OCTETS("file_sha256", 32),
	    TEXT("policy_digest", 64), TEXT("reason", SENTENCE_SIZE - 1), INTEGER("imported"),
	    OCTETS("facts", FACTS_OCTETS_MAX)},
	9, false},
    {"reports", {INTEGER("candidate"), TEXT("report", ZG_HISTORY_REPORT_MAX)}, 2, true},
    {"events",
	{INTEGER("candidate"), INTEGER("state"), INTEGER("time"), TEXT("actor", LABEL_SIZE - 1),
	    TEXT("why", SENTENCE_SIZE - 1)},
	5, true},
    {"ds_observations",
	{TEXT("zone", NAME_TEXT_SIZE - 1), INTEGER("time"), INTEGER("source"),
	    TEXT("server", LABEL_SIZE - 1), INTEGER("answered"), TEXT("note", 159), INTEGER("ttl"),
	    INTEGER("serial"), OCTETS("entries", DS_OCTETS_MAX)},
	9, false},
    {"served_observations",
	{TEXT("zone", NAME_TEXT_SIZE - 1), INTEGER("time"), TEXT("server", LABEL_SIZE - 1),
	    INTEGER("serial"), TEXT("digest", DIGEST_TEXT_SIZE - 1)},
	5, false},
    {"head_signatures",
	{INTEGER("number"), OCTETS("chain", 32), OCTETS("signature", 64), INTEGER("time")}, 4,
	false},
    {"foreign_lines",
	{TEXT("zone", NAME_TEXT_SIZE - 1), INTEGER("time"), INTEGER("number"), TEXT("kind", 31),
	    TEXT("actor", LABEL_SIZE - 1), TEXT("text", SENTENCE_SIZE - 1), OCTETS("chain", 32)},
	7, false},
    {"rules",
	{TEXT("zone", NAME_TEXT_SIZE - 1), INTEGER("time"), TEXT("policy_digest", 64),
	    INTEGER("quorum"), INTEGER("severity"), TEXT("approvers", RULES_TEXT_SIZE - 1),
	    OCTETS("policy", ZG_HISTORY_POLICY_MAX)},
	7, false},
    {"provider_observations",
	{TEXT("zone", NAME_TEXT_SIZE - 1), INTEGER("time"), TEXT("provider", LABEL_SIZE - 1),
	    TEXT("server", LABEL_SIZE - 1), INTEGER("answered"), TEXT("note", 159),
	    INTEGER("serial"), OCTETS("facts", FACTS_OCTETS_MAX)},
	8, false},
    {"stages",
	{INTEGER("candidate"), INTEGER("time"), INTEGER("step"),
	    TEXT("stage", HISTORY_STAGE_SIZE - 1), INTEGER("straight"),
	    TEXT("plan", HISTORY_PLAN_SIZE - 1), TEXT("actor", LABEL_SIZE - 1),
	    TEXT("why", SENTENCE_SIZE - 1)},
	8, true},
};

const struct table *
table_at(int id)
{
	return &tables[id];
}

/* Makes the objects from `first` on; within a transaction. */
static zg_status
objects_create(struct history *history, size_t first, struct zg_error *error)
{
	char *pragmas = sqlite3_mprintf(
	    "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID, SCHEMA_VERSION);
	zg_status status = pragmas == NULL ? error_set(error, ZG_MEMORY, "out of memory")
					   : sql_exec(history, pragmas, error);

	for (size_t i = first; i < OBJECTS && status == ZG_OK; i++)
		status = sql_exec(history, objects[i].sql, error);
	sqlite3_free(pragmas);
	return status;
}

/* Of two that make it at once, the second finds it made. */
zg_status
schema_create(struct history *history, struct zg_error *error)
{
	int64_t n = 1, version = 0;
	zg_status status = sql_integer(history, "PRAGMA page_count", 0, &n, error);

	if (status != ZG_OK || n > 0)
		return status;
	status = sql_exec(history, "BEGIN IMMEDIATE", error);
	if (status != ZG_OK)
		return status;
	status = sql_integer(history, "SELECT count(*) FROM sqlite_schema", 0, &n, error);
	if (status == ZG_OK)
		status = sql_integer(history, "PRAGMA user_version", 0, &version, error);
	if (status == ZG_OK && n == 0 && version == 0)
		status = objects_create(history, 0, error);
	if (status == ZG_OK)
		status = sql_exec(history, "COMMIT", error);
	if (status != ZG_OK)
		(void)sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
	return status;
}

/* Whether an object that is in the database is one of the first `n` of ours, to the letter. */
static bool
object_known(const char *name, const char *sql, size_t n)
{
	for (size_t i = 0; name != NULL && sql != NULL && i < n; i++) {
		if (strcmp(objects[i].name, name) == 0)
			return strcmp(objects[i].sql, sql) == 0;
	}
	return false;
}

/* All objects are there, none is changed, and there is no other. */
static zg_status
objects_check(struct history *history, size_t expected, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	zg_status status =
	    sql_prepare(history, "SELECT name, sql FROM sqlite_schema", &statement, error);
	size_t n = 0;
	bool row = true;

	while (status == ZG_OK) {
		status = sql_step(history, statement, &row, error);
		if (status != ZG_OK || !row)
			break;
		if (!object_known((const char *)sqlite3_column_text(statement, 0),
			(const char *)sqlite3_column_text(statement, 1), expected))
			status =
			    error_set(error, ZG_READ, "the tables of the history were changed");
		n++;
	}
	if (status == ZG_OK && n != expected)
		status = error_set(error, ZG_READ, "tables of the history are missing");
	(void)sqlite3_finalize(statement);
	return status;
}

/* Application and version; ZG_READ unless this program reads them. */
static zg_status
version_read(struct history *history, int64_t *version, struct zg_error *error)
{
	int64_t application = 0;
	zg_status status = sql_integer(history, "PRAGMA application_id", 0, &application, error);

	*version = 0;
	if (status == ZG_OK)
		status = sql_integer(history, "PRAGMA user_version", 0, version, error);
	if (status != ZG_OK)
		return status;
	if (application != APPLICATION_ID)
		return error_set(error, ZG_READ, "zonegate.db is no history of zonegate");
	if (*version < 1 || *version > SCHEMA_VERSION)
		return error_set(error, ZG_READ,
		    "zonegate.db is of version %lld, this program reads versions 1 to %d",
		    (long long)*version, SCHEMA_VERSION);
	return ZG_OK;
}

zg_status
schema_check(struct history *history, struct zg_error *error)
{
	int64_t version;
	zg_status status = version_read(history, &version, error);

	if (status != ZG_OK)
		return status;
	history->n_tables = version_at(version)->n_tables;
	return objects_check(history, version_at(version)->n_objects, error);
}

/* Of two that do it at once, the second finds it done. */
zg_status
schema_upgrade(struct history *history, struct zg_error *error)
{
	int64_t version;
	zg_status status;

	if (history->n_tables == TABLES)
		return ZG_OK;
	status = sql_exec(history, "BEGIN IMMEDIATE", error);
	if (status != ZG_OK)
		return status;
	status = version_read(history, &version, error);
	if (status == ZG_OK)
		status = objects_check(history, version_at(version)->n_objects, error);
	if (status == ZG_OK && version < SCHEMA_VERSION)
		status = objects_create(history, version_at(version)->n_objects, error);
	if (status == ZG_OK)
		status = sql_exec(history, "COMMIT", error);
	if (status != ZG_OK)
		(void)sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
	else
		history->n_tables = TABLES;
	return status;
}
