/*
 * The dead-man timer: what is wrong, or will be when nobody acts, said from the rows of the
 * history. A pure function; reading the rows is publish/status_read.h.
 */
#ifndef PUBLISH_STATUS_H
#define PUBLISH_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "dns/release_by.h"
#include "dns/release_facts.h"

struct config_zone;
struct history_candidate;
struct history_ds;
struct history_line;
struct history_served;
struct parent_known;
struct provider_known;
struct policy_release;
struct policy_values;
struct rollout;

/* The exit statuses of monitoring plugins. */
enum status_level { STATUS_OK, STATUS_WARNING, STATUS_CRITICAL, STATUS_UNKNOWN, STATUS_LEVELS };

/* "OK", "WARNING", "CRITICAL", "UNKNOWN". */
const char *status_level_text(enum status_level level);

/* The worse of the two: critical, then unknown, warning, ok. */
enum status_level status_level_worse(enum status_level a, enum status_level b);

/* Something that people should know. Text from zones and people in it is not escaped. */
struct status_condition {
	enum status_level level;
	const char *id; /* static: "release-by", "signer-ahead", ... */
	char text[1024];
};

/* A zone has at most one condition of each id. */
#define STATUS_CONDITIONS_MAX 20

struct status_report {
	char zone[NAME_TEXT_SIZE];				   /* empty: the gate itself */
	enum status_level level;				   /* the worst of the conditions */
	struct status_condition conditions[STATUS_CONDITIONS_MAX]; /* worst first */
	size_t n_conditions;

	/* The release in force; the rest is 0 without one. */
	bool has_release;
	uint32_t serial;
	const char *state; /* static: "confirmed", ... */
	int64_t released;  /* when it was handed over */
	struct release_by release_by;
	int64_t transfer_expires; /* of secondaries that refuse what is newer; 0: it does not run */
	int64_t ds_seen;	  /* the DS set of the parent, last; 0: never */
	size_t n_held;		  /* candidates that wait for approval, since the release */
	char *stored_report;	  /* of the release, JSON; owned; NULL: none */

	int64_t warn, alarm; /* seconds before a deadline, from the policy */
};

/* What is known of a zone. All borrowed. */
struct status_zone_inputs {
	const struct config_zone *zone;
	const struct policy_values *values;
	const struct policy_release *policy;
	const struct rollout *rollout;		  /* the last one of the zone; NULL: not known */
	const struct history_candidate *releases; /* passed or further, newest first */
	size_t n_releases;
	const struct history_candidate *candidates; /* all, newest first */
	size_t n_candidates;
	const struct history_ds *ds; /* oldest first */
	size_t n_ds;
	const struct parent_known *parent; /* what they come to; NULL: not known */
	int64_t stopped; /* when the first candidate newer than the release was; 0: none was */
	const struct provider_known *providers; /* beside those of the zone; NULL: not known */
	const struct history_served *served;	/* oldest first */
	size_t n_served;
	const uint32_t *serials; /* of the releases of late, sorted */
	size_t n_serials;
	const struct history_line *lines; /* of the zone's decision log, newest first */
	size_t n_lines;
	int64_t now;
};

/* The order of `serials`: as numbers. For qsort. */
int status_compare_serials(const void *a, const void *b);

/* The release in force: the newest that was handed over, or that was taken over as in service;
 * NULL: there is none. `releases` are those of the inputs. */
const struct history_candidate *status_in_force(
    const struct history_candidate *releases, size_t n_releases);

/* When it was handed over. */
int64_t status_handed_at(const struct history_candidate *release);

void status_judge_zone(const struct status_zone_inputs *inputs, struct status_report *report);

/* The part of it that is about a rollout under way (status_rollout.c). */
void status_judge_rollout(const struct status_zone_inputs *inputs, struct status_report *report);

/* The part that is about other providers of the zone (status_provider.c). */
void status_judge_providers(const struct status_zone_inputs *inputs, struct status_report *report);

enum status_database { DATABASE_USABLE, DATABASE_MISSING, DATABASE_UNUSABLE };

/* What is known of the state directory. All borrowed. */
struct status_gate_inputs {
	const char *directory;
	enum status_database database;
	const char *trouble;	/* why it is not usable, or the log could not be walked; NULL */
	int64_t broken_at;	/* line of the log where the chain breaks; 0: whole */
	const char *broken_why; /* of that line */
	int64_t head;		/* number of the last line; 0: the log is empty */
	int64_t signed_head;	/* number of the last line that was signed; 0: none */
	int64_t unsigned_since; /* time of the first line behind that; 0: none, or not known */
	int64_t longest;	/* seconds that a run may take from its first line to its last */
	bool signature_bad; /* a signature of the head does not verify, or is of another chain */
	bool key_missing;   /* gate.pub cannot be read */
	int64_t latest;	    /* time of the newest row */
	int64_t now;
};

void status_judge_gate(const struct status_gate_inputs *inputs, struct status_report *report);

/* Lines of the log that no signature covers. The line that says of a signature that it was made
 * needs none. */
int64_t status_unsigned_lines(const struct status_gate_inputs *inputs);

/* Adds a condition, unless there is one of this id already. */
void status_add(struct status_report *report, enum status_level level, const char *id,
    const char *format, ...) PRINTF_LIKE(4, 5);

/* All of it: the gate itself first, then each zone. */
struct status_list {
	int64_t now;
	enum status_level level; /* the worst */
	bool test;		 /* sent to see whether it arrives */
	struct status_report *reports;
	size_t n;
};
void status_list_free(struct status_list *list);

/* The kind of the log line that `release` writes when its command failed. */
#define LOG_KIND_RELOAD_FAILED "reload"

#endif
