/*
 * What people are told of by `status --notify`: when it is news, again while it lasts, and when it
 * is over. What they were told last stands in a small file of the state directory for each zone, so
 * that it outlasts a database that is gone; the decision log gets a line as well.
 */
#ifndef PUBLISH_ALARM_H
#define PUBLISH_ALARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "publish/publish.h"
#include "publish/release.h"
#include "publish/status.h"

/* An alarm that lasts is told again after so many seconds: each shift of people hears of it. */
#define ALARM_AGAIN 14400

#define ALARM_ID_SIZE 40

/* What is wrong, or what people were told of. */
struct alarm {
	int64_t told; /* when; 0: nobody was */
	struct alarm_entry {
		enum status_level level;
		char id[ALARM_ID_SIZE];
	} entries[STATUS_CONDITIONS_MAX];
	size_t n;
};

/* The conditions that nobody may sleep through: all that are critical or unknown, and the warning
 * before a deadline. What a candidate came to is told when it happens. */
void alarm_of(const struct status_report *report, struct alarm *alarm);

enum alarm_news {
	ALARM_SILENT, /* nothing is wrong, or people know */
	ALARM_NEW,    /* something is wrong, or worse, that they were not told of */
	ALARM_LASTS,  /* and it is time to tell them again */
	ALARM_OVER    /* nothing is wrong any more */
};
enum alarm_news alarm_judge(const struct alarm *told, const struct alarm *now, int64_t time);

/* The same conditions at the same levels. */
bool alarm_is_same(const struct alarm *a, const struct alarm *b);

/* "CRITICAL release-by, WARNING transfer-expire"; for the log. */
void alarm_text(const struct alarm *alarm, char *text, size_t size);

/* Whether the user who runs the gate asks. Others who may read the state directory cannot remember
 * what was told, nor sign the log. False also when that cannot be told; true of a directory that is
 * not there: that is an alarm of its own. */
bool alarm_is_ours(const char *directory);

/* What people were told of `zone` (empty: the gate itself) last; what cannot be read was not told.
 */
void alarm_recall(const struct state_directory *state, const char *zone, struct alarm *told);
MUST_CHECK zg_status alarm_remember(const struct state_directory *state, const char *zone,
    const struct alarm *told, struct zg_error *error);

/* A line of the decision log, which makes no database; `head` is its signed head, empty on failure.
 */
MUST_CHECK zg_status alarm_record(struct state_directory *state, const char *zone, const char *text,
    int64_t time, char head[LOG_HEAD_TEXT_SIZE], struct zg_error *error);

#endif
