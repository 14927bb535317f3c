/* The database: opened with care, statements, transactions. */
#include "history/history_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"

/* How long a command waits for others that write, milliseconds. Writing takes a few, and a hundred
 * zones may be released at once. Who only looks is told soon. */
#define BUSY_WAIT_READ	3000
#define BUSY_WAIT_WRITE 20000

/* Longest value SQLite takes: a report of ZG_HISTORY_REPORT_MAX with room for the escapes of JSON,
 * twice over for what json_object does with it. */
#define VALUE_OCTETS_MAX (4 * ZG_HISTORY_REPORT_MAX + 1024 * 1024)

zg_status
sql_error(struct history *history, int rc, struct zg_error *error)
{
	const char *text = sqlite3_errmsg(history->db);

	if (rc == SQLITE_IOERR_NOMEM)
		rc = SQLITE_NOMEM;
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return error_set(error, ZG_MEMORY, "out of memory");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(error, ZG_READ, "the history is in use by another process");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
		return error_set(error, ZG_READ, "the history is damaged: %s", text);
	case SQLITE_READONLY:
		/* Nobody but one who may write can roll back what a killed process left behind. */
		if (rc == SQLITE_READONLY_ROLLBACK)
			return error_set(error, ZG_READ,
			    "the history has a journal that is to be rolled back first: run "
			    "zonegate "
			    "status as the user it belongs to");
		return error_set(error, ZG_WRITE, "cannot write the history: %s", text);
	case SQLITE_FULL:
		return error_set(error, ZG_WRITE, "cannot write the history: %s", text);
	case SQLITE_IOERR:
		return error_set(error, rc == SQLITE_IOERR_READ ? ZG_READ : ZG_WRITE,
		    "cannot read or write the history: %s", text);
	case SQLITE_TOOBIG:
		return error_set(error, ZG_LIMIT, "too large for the history");
	case SQLITE_CONSTRAINT:
		return error_set(error, ZG_PARAMETER, "not lawful in the history: %s", text);
	default:
		return error_set(error, ZG_READ, "cannot use the history: %s", text);
	}
}

zg_status
sql_prepare(
    struct history *history, const char *sql, sqlite3_stmt **statement, struct zg_error *error)
{
	int rc = sqlite3_prepare_v2(history->db, sql, -1, statement, NULL);

	return rc == SQLITE_OK ? ZG_OK : sql_error(history, rc, error);
}

zg_status
sql_step(struct history *history, sqlite3_stmt *statement, bool *row, struct zg_error *error)
{
	int rc = sqlite3_step(statement);

	*row = rc == SQLITE_ROW;
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? ZG_OK : sql_error(history, rc, error);
}

zg_status
sql_exec(struct history *history, const char *sql, struct zg_error *error)
{
	int rc = sqlite3_exec(history->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? ZG_OK : sql_error(history, rc, error);
}

zg_status
sql_integer(
    struct history *history, const char *sql, int64_t none, int64_t *value, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	zg_status status = sql_prepare(history, sql, &statement, error);
	bool row = false;

	*value = none;
	if (status == ZG_OK)
		status = sql_step(history, statement, &row, error);
	if (status == ZG_OK && row && sqlite3_column_type(statement, 0) == SQLITE_INTEGER)
		*value = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	return status;
}

/* Where locks and fsync do not do what they say, or may not: other machines' disks. Which FUSE file
 * system it is cannot be told from here, so all are refused. */
static const struct {
	unsigned long type;
	const char *name;
} foreign_file_systems[] = {
    {0x6969, "NFS"},
    {0x517b, "SMB"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB2"},
    {0x65735546, "FUSE"},
    {0x01021997, "9P"},
    {0x00c36400, "Ceph"},
    {0x5346414f, "AFS"},
    {0x6b414653, "AFS"},
    {0x73757245, "Coda"},
    {0x0bd00bd0, "Lustre"},
    {0x01161970, "GFS2"},
    {0x7461636f, "OCFS2"},
    {0x47504653, "GPFS"},
};

const char *
file_system_refused(unsigned long type)
{
	size_t n = sizeof(foreign_file_systems) / sizeof(foreign_file_systems[0]);

	for (size_t i = 0; i < n; i++) {
		if (foreign_file_systems[i].type == (type & 0xffffffffUL))
			return foreign_file_systems[i].name;
	}
	return NULL;
}

/* The directory without symbolic links, on a local file system. */
static zg_status
directory_check(const char *directory, char **real, struct zg_error *error)
{
	struct statfs fs;
	const char *name;

	*real = realpath(directory, NULL);
	if (*real == NULL || statfs(*real, &fs) != 0)
		return error_set(error, errno == ENOMEM ? ZG_MEMORY : ZG_READ, "cannot open %s: %s",
		    directory, strerrordesc_np(errno));
	name = file_system_refused((unsigned long)fs.f_type);
	if (name != NULL)
		return error_set(error, ZG_READ,
		    "%s is on %s: the history needs the locks of a local file system", directory,
		    name);
	return ZG_OK;
}

/* Makes an empty file of the right mode, which SQLite takes for an empty database. It is opened
 * only when it is new: closing a second descriptor of a database in use would drop its locks. */
static zg_status
file_create(const char *directory, const char *path, struct zg_error *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	int folder;
	bool good;

	if (fd < 0 && errno == EEXIST)
		return ZG_OK;
	folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	good =
	    fd >= 0 && fchmod(fd, 0640) == 0 && fsync(fd) == 0 && folder >= 0 && fsync(folder) == 0;
	if (!good)
		(void)error_set(
		    error, ZG_WRITE, "cannot make %s: %s", path, strerrordesc_np(errno));
	if (folder >= 0)
		(void)close(folder);
	if (fd >= 0)
		(void)close(fd);
	return good ? ZG_OK : ZG_WRITE;
}

/* There must be a regular file by that name: no link, no device. */
static zg_status
file_check(const char *path, struct zg_error *error)
{
	struct stat stat;

	if (lstat(path, &stat) != 0)
		return error_set(error, ZG_READ,
		    errno == ENOENT ? "there is no history %s: see zonegate history import"
				    : "cannot open %s",
		    path);
	if (!S_ISREG(stat.st_mode))
		return error_set(error, ZG_READ, "%s is not a regular file", path);
	return ZG_OK;
}

/* What every connection is set to, before a table is looked at. */
static zg_status
settings_apply(struct history *history, enum history_mode mode, struct zg_error *error)
{
	static const int on[] = {SQLITE_DBCONFIG_DEFENSIVE},
			 off[] = {SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML,
			     SQLITE_DBCONFIG_TRUSTED_SCHEMA};
	int rc = sqlite3_extended_result_codes(history->db, 1);

	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(
		    history->db, mode == HISTORY_READ ? BUSY_WAIT_READ : BUSY_WAIT_WRITE);
	for (size_t i = 0; i < sizeof(on) / sizeof(on[0]) && rc == SQLITE_OK; i++)
		rc = sqlite3_db_config(history->db, on[i], 1, NULL);
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]) && rc == SQLITE_OK; i++)
		rc = sqlite3_db_config(history->db, off[i], 0, NULL);
	if (rc != SQLITE_OK)
		return sql_error(history, rc, error);
	(void)sqlite3_limit(history->db, SQLITE_LIMIT_LENGTH, VALUE_OCTETS_MAX);
	(void)sqlite3_limit(history->db, SQLITE_LIMIT_ATTACHED, 0);
	return sql_exec(history,
	    mode == HISTORY_READ
		? "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON;"
		  "PRAGMA cache_size = -16384; PRAGMA trusted_schema = OFF; PRAGMA query_only = ON"
		: "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON;"
		  "PRAGMA cache_size = -16384; PRAGMA trusted_schema = OFF; PRAGMA journal_mode = "
		  "DELETE;"
		  "PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON",
	    error);
}

/* The journal mode is kept in the file: another one was set by somebody else. */
static zg_status
journal_check(struct history *history, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	zg_status status = sql_prepare(history, "PRAGMA journal_mode", &statement, error);
	const char *mode;
	bool row = false;

	if (status == ZG_OK)
		status = sql_step(history, statement, &row, error);
	if (status == ZG_OK) {
		mode = row ? (const char *)sqlite3_column_text(statement, 0) : NULL;
		if (mode == NULL || strcmp(mode, "delete") != 0)
			status =
			    error_set(error, ZG_READ, "the history's journal mode was changed");
	}
	(void)sqlite3_finalize(statement);
	return status;
}

/* Opens the file for writing even to read from it where that is allowed: a journal that a killed
 * process left behind can only be rolled back so. */
static zg_status
database_open(
    struct history *history, const char *path, enum history_mode mode, struct zg_error *error)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
	int rc = sqlite3_open_v2(path, &history->db, flags, NULL);
	zg_status status;

	if (rc != SQLITE_OK)
		return history->db == NULL ? error_set(error, ZG_MEMORY, "out of memory")
					   : sql_error(history, rc, error);
	if (mode != HISTORY_READ && sqlite3_db_readonly(history->db, "main") != 0)
		return error_set(error, ZG_WRITE, "may not write %s", path);
	status = settings_apply(history, mode, error);
	if (status == ZG_OK)
		status = journal_check(history, error);
	if (status == ZG_OK && mode == HISTORY_CREATE)
		status = schema_create(history, error);
	if (status == ZG_OK)
		status = schema_check(history, error);
	return status == ZG_OK && mode != HISTORY_READ ? schema_upgrade(history, error) : status;
}

zg_status
history_open(
    const char *directory, enum history_mode mode, struct history **history, struct zg_error *error)
{
	struct history *made = calloc(1, sizeof(*made));
	char *real = NULL, *path = NULL;
	zg_status status = ZG_MEMORY;

	*history = NULL;
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = digest_new(DIGEST_KIND_SHA256, &made->sha256);
	if (status != ZG_OK) {
		(void)error_set(error, status, "SHA-256 is not there");
		goto out;
	}
	status = directory_check(directory, &real, error);
	if (status != ZG_OK)
		goto out;
	if (asprintf(&path, "%s/zonegate.db", real) < 0) {
		path = NULL;
		status = error_set(error, ZG_MEMORY, "out of memory");
		goto out;
	}
	if (mode == HISTORY_CREATE)
		status = file_create(real, path, error);
	if (status == ZG_OK)
		status = file_check(path, error);
	if (status == ZG_OK)
		status = database_open(made, path, mode, error);
out:
	free(real);
	free(path);
	if (status == ZG_OK)
		*history = made;
	else
		history_close(made);
	return status;
}

void
history_close(struct history *history)
{
	if (history == NULL)
		return;
	/* No statement outlives its function; an open transaction is rolled back. */
	(void)sqlite3_close(history->db);
	digest_free(history->sha256);
	free(history);
}

zg_status
history_begin(struct history *history, struct zg_error *error)
{
	zg_status status;

	if (history->begun)
		return error_set(error, ZG_PARAMETER, "a transaction is under way");
	status = sql_exec(history, "BEGIN IMMEDIATE", error);
	history->begun = status == ZG_OK;
	history->failed = false;
	return status;
}

zg_status
history_commit(struct history *history, struct zg_error *error)
{
	bool failed = history->failed || !history->begun;
	zg_status status;

	history->begun = history->failed = false;
	if (failed)
		return error_set(error, ZG_PARAMETER, "there is no transaction to commit");
	status = sql_exec(history, "COMMIT", error);
	if (status != ZG_OK)
		(void)sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
	return status;
}

zg_status
read_begin(struct history *history, struct zg_error *error)
{
	if (history->failed)
		return error_set(error, ZG_PARAMETER, "the transaction was rolled back");
	return history->begun ? ZG_OK : sql_exec(history, "BEGIN", error);
}

void
read_end(struct history *history)
{
	if (!history->begun)
		(void)sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
}
