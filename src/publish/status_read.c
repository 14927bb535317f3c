/* What the dead-man timer looks at. */
#include "publish/status_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zonegate/policy.h>
#include "base/arena.h"
#include "base/error.h"
#include "history/history.h"
#include "policy/policy.h"
#include "publish/parent_log.h"
#include "publish/provider_log.h"
#include "publish/publish.h"
#include "publish/release.h"
#include "publish/release_log.h"
#include "publish/rollout.h"
#include "publish/transfer_expiry.h"

/* Candidates of a zone that are looked at: those since the release in force matter, and of them the
 * newest. */
#define CANDIDATES_MAX 16
/* Lines of a zone's log in which a failed reload command is looked for. */
#define LINES_MAX 64
/* How long a server may lag behind before its serial is taken for one that went round the gate, in
 * seconds: longer than zones take to expire. Of a zone with a release a minute that is half of what
 * one question to the history answers. */
#define DAY	    86400
#define SERIALS_AGE (30 * DAY)

/* The rows of one zone, and what they are judged by. */
struct zone_rows {
	struct history_candidate *releases, *candidates;
	size_t n_releases, n_candidates;
	struct parent_known *parent;
	int64_t stopped; /* the first candidate newer than the release in force */
	struct history_served *served;
	size_t n_served;
	struct history_line *lines;
	size_t n_lines;
	uint32_t *serials;
	size_t n_serials, n_allocated;
	struct rollout *rollout;
	struct provider_known providers[ZG_PROVIDERS_MAX];
	zg_policy *policy;
};

static void
rows_clear(struct zone_rows *rows)
{
	history_candidates_free(rows->releases, rows->n_releases);
	history_candidates_free(rows->candidates, rows->n_candidates);
	parent_known_free(rows->parent);
	free(rows->served);
	free(rows->lines);
	free(rows->serials);
	free(rows->rollout);
	zg_policy_free(rows->policy);
}

static zg_status
take_serial(void *context, const struct history_candidate *candidate)
{
	struct zone_rows *rows = context;
	zg_status status = array_reserve((void **)&rows->serials, &rows->n_allocated,
	    rows->n_serials, sizeof(rows->serials[0]), ZG_HISTORY_ROWS_MAX);

	if (status == ZG_OK)
		rows->serials[rows->n_serials++] = candidate->facts.serial;
	return status;
}

static zg_status
serials_read(struct history *history, const char *zone, int64_t now, struct zone_rows *rows,
    struct zg_error *error)
{
	zg_status status = history_visit(
	    history, zone, now - SERIALS_AGE, false, ZG_HISTORY_ROWS_MAX, take_serial, rows, error);

	if (status == ZG_OK && rows->n_serials > 0)
		qsort(rows->serials, rows->n_serials, sizeof(rows->serials[0]),
		    status_compare_serials);
	return status;
}

static zg_status
policy_of(const struct config_zone *zone, zg_policy **policy, struct zg_error *error)
{
	if (zone->policy_path == NULL)
		return zg_policy_default(policy, error);
	return zg_policy_read(zone->policy_path, zone->policy_name, policy, error);
}

static zg_status
parent_read(struct history *history, const struct config_zone *zone, int64_t now,
    struct zone_rows *rows, struct zg_error *error)
{
	struct parent_rules rules;

	parent_rules_of(rows->policy, &rules);
	return parent_known_read(history, zone->name, &rules, now, &rows->parent, error);
}

static zg_status
rollout_of(struct history *history, const struct config_zone *zone, struct zone_rows *rows,
    struct zg_error *error)
{
	struct release_log log = {.history = history, .zone = zone->name};

	rows->rollout = calloc(1, sizeof(*rows->rollout));
	if (rows->rollout == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	return rollout_read(&log, rows->rollout, error);
}

/* Since when secondaries refuse what comes, if any of them asks this gate. */
static zg_status
stopped_read(struct history *history, const struct config_zone *zone, struct zone_rows *rows,
    struct zg_error *error)
{
	const struct history_candidate *in_force =
	    status_in_force(rows->releases, rows->n_releases);

	if (!zone->transferred || in_force == NULL)
		return ZG_OK;
	return transfer_stopped_read(history, zone->name,
	    &(struct transfer_release){.id = in_force->id,
		.handed = status_handed_at(in_force),
		.imported = in_force->imported},
	    &rows->stopped, error);
}

static zg_status
providers_read(struct history *history, const struct config_zone *zone, int64_t now,
    struct zone_rows *rows, struct zg_error *error)
{
	const struct history_candidate *in_force =
	    status_in_force(rows->releases, rows->n_releases);

	return providers_known_read(
	    history, zone, in_force == NULL ? NULL : &in_force->facts, now, rows->providers, error);
}

static zg_status
rows_read(struct history *history, const struct config_zone *zone, int64_t now,
    struct zone_rows *rows, struct zg_error *error)
{
	zg_status status = policy_of(zone, &rows->policy, error);

	if (status == ZG_OK)
		status = history_candidates(history, zone->name, now, false, CANDIDATES_MAX,
		    &rows->releases, &rows->n_releases, error);
	if (status == ZG_OK)
		status = history_candidates(history, zone->name, 0, true, CANDIDATES_MAX,
		    &rows->candidates, &rows->n_candidates, error);
	if (status == ZG_OK)
		status = parent_read(history, zone, now, rows, error);
	if (status == ZG_OK)
		status = stopped_read(history, zone, rows, error);
	if (status == ZG_OK)
		status = rollout_of(history, zone, rows, error);
	if (status == ZG_OK)
		status = providers_read(history, zone, now, rows, error);
	if (status == ZG_OK)
		status = history_served_list(
		    history, zone->name, now - DAY, &rows->served, &rows->n_served, error);
	if (status == ZG_OK)
		status = history_lines(
		    history, zone->name, LINES_MAX, &rows->lines, &rows->n_lines, error);
	if (status == ZG_OK)
		status = serials_read(history, zone->name, now, rows, error);
	return status;
}

/* The report of the release in force: it holds the next steps. */
static zg_status
report_read(struct history *history, const struct zone_rows *rows, struct status_report *report,
    struct zg_error *error)
{
	for (size_t i = 0; i < rows->n_releases && report->has_release; i++) {
		if (rows->releases[i].facts.serial == report->serial)
			return history_report(
			    history, rows->releases[i].id, &report->stored_report, error);
	}
	return ZG_OK;
}

/* What goes wrong here is said of the zone: the others are judged all the same. */
static void
zone_judge(struct history *history, const struct config_zone *zone, int64_t now,
    struct status_report *report)
{
	struct zone_rows rows = {0};
	struct zg_error error = {0};
	zg_status status = rows_read(history, zone, now, &rows, &error);

	if (status == ZG_OK) {
		status_judge_zone(&(struct status_zone_inputs){.zone = zone,
				      .values = policy_values(rows.policy),
				      .policy = policy_release(rows.policy),
				      .rollout = rows.rollout,
				      .releases = rows.releases,
				      .n_releases = rows.n_releases,
				      .candidates = rows.candidates,
				      .n_candidates = rows.n_candidates,
				      .ds = rows.parent->rows,
				      .n_ds = rows.parent->n_rows,
				      .parent = rows.parent,
				      .stopped = rows.stopped,
				      .providers = rows.providers,
				      .served = rows.served,
				      .n_served = rows.n_served,
				      .serials = rows.serials,
				      .n_serials = rows.n_serials,
				      .lines = rows.lines,
				      .n_lines = rows.n_lines,
				      .now = now},
		    report);
		status = report_read(history, &rows, report, &error);
	} else {
		(void)snprintf(report->zone, sizeof(report->zone), "%s", zone->name);
	}
	if (status != ZG_OK)
		status_add(report, STATUS_UNKNOWN, "unreadable", "%s",
		    error.text[0] != '\0' ? error.text : zg_status_text(status));
	rows_clear(&rows);
}

/* Every signature that was kept must be the gate's; the last says how far the log is signed. */
static zg_status
signatures_check(const char *directory, struct history *history, struct status_gate_inputs *gate,
    struct zg_error *error)
{
	struct state_directory state;
	struct history_signature *list = NULL;
	uint8_t public_key[32];
	size_t n = 0;
	zg_status status = state_open(directory, false, &state, NULL);

	if (status == ZG_OK) {
		status = state_public_key(&state, public_key, NULL);
		state_close(&state);
	}
	if (status != ZG_OK) {
		gate->key_missing = true;
		return status == ZG_MEMORY ? status : ZG_OK;
	}
	status = history_signatures(history, &list, &n, error);
	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		if (!log_head_verify(public_key, &list[i]))
			gate->signature_bad = true;
		else if (list[i].number > gate->signed_head)
			gate->signed_head = list[i].number;
	}
	free(list);
	return status;
}

/* Lines of other sites can stand between those that are not signed. */
#define OTHER_LINES 64
/* More unsigned lines than one run writes. */
#define UNSIGNED_MAX 64

/* Since when the end of the log is not signed. */
static zg_status
unsigned_find(struct history *history, struct status_gate_inputs *gate, struct zg_error *error)
{
	struct history_line *list = NULL;
	int64_t n_unsigned = status_unsigned_lines(gate), first = gate->head - n_unsigned + 1;
	size_t n = 0;
	zg_status status = ZG_OK;

	if (n_unsigned > 0 && n_unsigned <= UNSIGNED_MAX)
		status = history_lines(
		    history, NULL, (size_t)n_unsigned + OTHER_LINES, &list, &n, error);
	for (size_t i = 0; i < n; i++) {
		if (list[i].site[0] == '\0' && list[i].number == first)
			gate->unsigned_since = list[i].time;
	}
	free(list);
	return status;
}

zg_status
status_read_log(const char *directory, struct history *history, struct status_gate_inputs *gate,
    char *why, size_t why_size, struct zg_error *error)
{
	uint8_t chain[32];
	zg_status status = history_verify(history, &gate->broken_at, why, why_size, error);

	if (status == ZG_OK)
		status = history_head(history, chain, &gate->head, error);
	if (status == ZG_OK)
		status = signatures_check(directory, history, gate, error);
	if (status == ZG_OK && gate->broken_at == 0)
		status = unsigned_find(history, gate, error);
	if (status == ZG_OK)
		status = history_latest(history, &gate->latest, error);
	gate->broken_why = why;
	return status;
}

/* Whether there is a database at all: that a missing one may not be taken for an empty one. */
static enum status_database
database_find(const char *directory)
{
	char path[4096];
	struct stat stat;
	int length = snprintf(path, sizeof(path), "%s/zonegate.db", directory);

	if (length < 0 || (size_t)length >= sizeof(path))
		return DATABASE_UNUSABLE;
	if (lstat(path, &stat) != 0)
		return errno == ENOENT ? DATABASE_MISSING : DATABASE_UNUSABLE;
	return DATABASE_USABLE;
}

/* The longest that the commands of one zone may take, one after the other. */
static int64_t
commands_longest(const struct config *config)
{
	int64_t longest = 0;

	for (size_t i = 0; i < config->n_zones; i++) {
		const struct config_zone *zone = &config->zones[i];
		int64_t all = zone->reload.timeout;

		for (size_t k = 0; k < zone->n_stages; k++)
			all += zone->stages[k].reload.timeout;
		longest = all > longest ? all : longest;
	}
	return longest;
}

static void
gate_judge(const struct config *config, int64_t now, struct history **history,
    struct status_report *report)
{
	struct status_gate_inputs gate = {
	    .directory = config->state, .now = now, .longest = commands_longest(config)};
	struct zg_error error = {0};
	char why[256] = "";
	zg_status status = ZG_OK;

	gate.database = database_find(config->state);
	if (gate.database != DATABASE_MISSING) {
		status = history_open(config->state, HISTORY_READ, history, &error);
		gate.database = status == ZG_OK ? DATABASE_USABLE : DATABASE_UNUSABLE;
	}
	if (gate.database == DATABASE_USABLE)
		status = status_read_log(config->state, *history, &gate, why, sizeof(why), &error);
	if (status != ZG_OK)
		gate.trouble = error.text[0] != '\0' ? error.text : zg_status_text(status);
	status_judge_gate(&gate, report);
}

/* Without a database nothing is known of any zone. */
static void
zone_unknown(const struct config_zone *zone, struct status_report *report)
{
	(void)snprintf(report->zone, sizeof(report->zone), "%s", zone->name);
	status_add(report, STATUS_UNKNOWN, "no-history", "there is no database to look into");
}

static void
judge_all(const struct config *config, const struct config_zone *only, struct status_list *list)
{
	struct history *history = NULL;

	gate_judge(config, list->now, &history, &list->reports[list->n++]);
	for (size_t i = 0; i < config->n_zones; i++) {
		const struct config_zone *zone = &config->zones[i];
		struct status_report *report = &list->reports[list->n];

		if (only != NULL && only != zone)
			continue;
		if (history != NULL)
			zone_judge(history, zone, list->now, report);
		else
			zone_unknown(zone, report);
		list->n++;
	}
	history_close(history);
	for (size_t i = 0; i < list->n; i++)
		list->level = status_level_worse(list->level, list->reports[i].level);
}

zg_status
status_read(const struct config *config, const char *zone, int64_t now, struct status_list **result,
    struct zg_error *error)
{
	const struct config_zone *only = zone != NULL ? config_zone_find(config, zone) : NULL;
	struct status_list *list;

	*result = NULL;
	if (zone != NULL && only == NULL)
		return error_set(error, ZG_PARAMETER, "%s: no zone '%s'", config->path, zone);
	list = calloc(1, sizeof(*list));
	if (list == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	list->now = now;
	list->reports = calloc(config->n_zones + 1, sizeof(list->reports[0]));
	if (list->reports == NULL) {
		status_list_free(list);
		return error_set(error, ZG_MEMORY, "out of memory");
	}
	judge_all(config, only, list);
	*result = list;
	return ZG_OK;
}
