/* What people are told of by `status --notify`. */
#include "publish/alarm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_replace.h"
#include "base/text_writer.h"
#include "history/history.h"
#include "publish/release_log.h"

#define LOG_KIND_ALARM "alarm"
#define ACTOR	       "zonegate status"

#define FILE_HEAD     "zonegate-alarm 1\n"
#define FILE_SIZE_MAX 4096

/* --- What is an alarm --- */

static bool
is_alarm(const struct status_condition *condition)
{
	static const char *const deadlines[] = {"release-by", "transfer-expire"};

	/* That nothing is known of any zone is the gate's own alarm. */
	if (strcmp(condition->id, "no-history") == 0)
		return false;
	if (condition->level == STATUS_CRITICAL || condition->level == STATUS_UNKNOWN)
		return true;
	for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
		if (condition->level == STATUS_WARNING && strcmp(condition->id, deadlines[i]) == 0)
			return true;
	}
	return false;
}

void
alarm_of(const struct status_report *report, struct alarm *alarm)
{
	*alarm = (struct alarm){.told = 0};
	for (size_t i = 0; i < report->n_conditions; i++) {
		const struct status_condition *condition = &report->conditions[i];
		struct alarm_entry *entry = &alarm->entries[alarm->n];

		if (!is_alarm(condition))
			continue;
		entry->level = condition->level;
		(void)snprintf(entry->id, sizeof(entry->id), "%s", condition->id);
		alarm->n++;
	}
}

/* Whether people know of it, and that it is as bad as that. */
static bool
is_told(const struct alarm *told, const struct alarm_entry *entry)
{
	for (size_t i = 0; i < told->n; i++) {
		if (strcmp(told->entries[i].id, entry->id) == 0)
			return status_level_worse(told->entries[i].level, entry->level) ==
			       told->entries[i].level;
	}
	return false;
}

enum alarm_news
alarm_judge(const struct alarm *told, const struct alarm *now, int64_t time)
{
	if (now->n == 0)
		return told->n > 0 && told->told != 0 ? ALARM_OVER : ALARM_SILENT;
	for (size_t i = 0; i < now->n; i++) {
		if (!is_told(told, &now->entries[i]))
			return ALARM_NEW;
	}
	/* A clock that was set back must not silence it. */
	return time < told->told || time - told->told >= ALARM_AGAIN ? ALARM_LASTS : ALARM_SILENT;
}

bool
alarm_is_same(const struct alarm *a, const struct alarm *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (!is_told(a, &b->entries[i]) || !is_told(b, &a->entries[i]))
			return false;
	}
	return true;
}

void
alarm_text(const struct alarm *alarm, char *text, size_t size)
{
	size_t used = 0;

	(void)snprintf(text, size, "over");
	for (size_t i = 0; i < alarm->n && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s %s", i > 0 ? ", " : "",
		    status_level_text(alarm->entries[i].level), alarm->entries[i].id);
}

/* --- Remembering --- */

bool
alarm_is_ours(const char *directory)
{
	struct stat stat;

	if (lstat(directory, &stat) != 0)
		return errno == ENOENT;
	return stat.st_uid == geteuid();
}

/* A zone's file; the gate's own has the dot of the root and a suffix that no zone has. */
static zg_status
alarm_path(
    const struct state_directory *state, const char *zone, char **path, struct zg_error *error)
{
	bool of_gate = zone[0] == '\0';

	return state_path(
	    state, "memo", of_gate ? "." : zone, of_gate ? ".gate-alarm" : ".alarm", path, error);
}

/* "LEVEL ID", to the end of the line. False: it is not of that form. */
static bool
entry_read(const char *line, struct alarm_entry *entry)
{
	int level = -1, length = 0;

	if (sscanf(line, "%1d %39[a-z0-9-]%n", &level, entry->id, &length) != 2 ||
	    line[length] != '\0' || level < 0 || level >= STATUS_LEVELS)
		return false;
	entry->level = (enum status_level)level;
	return true;
}

/* The lines behind the first. False: they are not what is written here. */
static bool
lines_read(char *text, struct alarm *told)
{
	char *rest = NULL, *line = strtok_r(text, "\n", &rest);

	if (line == NULL || sscanf(line, "told %" SCNd64, &told->told) != 1)
		return false;
	while ((line = strtok_r(NULL, "\n", &rest)) != NULL) {
		if (told->n == STATUS_CONDITIONS_MAX || !entry_read(line, &told->entries[told->n]))
			return false;
		told->n++;
	}
	return true;
}

void
alarm_recall(const struct state_directory *state, const char *zone, struct alarm *told)
{
	const size_t head = sizeof(FILE_HEAD) - 1;
	char text[FILE_SIZE_MAX + 1], *path = NULL;
	uint8_t *bytes = NULL;
	size_t length = 0;

	*told = (struct alarm){.told = 0};
	if (alarm_path(state, zone, &path, NULL) == ZG_OK &&
	    file_read(path, FILE_SIZE_MAX, &bytes, &length, NULL) == ZG_OK) {
		memcpy(text, bytes, length);
		text[length] = '\0';
		if (strncmp(text, FILE_HEAD, head) != 0 || !lines_read(text + head, told))
			*told = (struct alarm){.told = 0};
	}
	free(bytes);
	free(path);
}

zg_status
alarm_remember(const struct state_directory *state, const char *zone, const struct alarm *told,
    struct zg_error *error)
{
	struct text_writer text = {0};
	char *path = NULL;
	zg_status status = alarm_path(state, zone, &path, error);

	text_printf(&text, FILE_HEAD "told %" PRId64 "\n", told->told);
	for (size_t i = 0; i < told->n; i++)
		text_printf(&text, "%d %s\n", (int)told->entries[i].level, told->entries[i].id);
	if (status == ZG_OK && text.failed)
		status = error_set(error, ZG_MEMORY, "out of memory");
	if (status == ZG_OK)
		status = file_replace(path, (const uint8_t *)text.text, text.used, 0600, error);
	text_writer_clear(&text);
	free(path);
	return status;
}

zg_status
alarm_record(struct state_directory *state, const char *zone, const char *text, int64_t time,
    char head[LOG_HEAD_TEXT_SIZE], struct zg_error *error)
{
	struct release_log *log = NULL;
	zg_status status;

	head[0] = '\0';
	/* Opening the log of a directory that was never set up would make a database. */
	if (state->fresh)
		return error_set(error, ZG_READ, "%s is not set up", state->path);
	status = release_log_open(state, zone, true, &log, error);
	if (status == ZG_OK)
		status = history_log(log->history, zone, LOG_KIND_ALARM, ACTOR, text, time, error);
	if (status == ZG_OK)
		status = release_sign_head_text(log, state, time, head, error);
	release_log_close(log);
	return status;
}
