/* The history as the commands of the program see it. */
#include "publish/history_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/utc.h"
#include "dns/release_compare.h"
#include "publish/file.h"
#include "publish/release.h"
#include "publish/release_log.h"
#include "publish/status_read.h"

zg_status
history_view_open(const struct config *config, struct history **history, struct zg_error *error)
{
	return history_open(config->state, HISTORY_READ, history, error);
}

/* Ends a visit that has found what it was for. */
#define VISIT_END ZG_LIMIT

struct serial_search {
	uint32_t serial;
	struct history_candidate *found; /* id 0: not found */
};

static zg_status
serial_visit(void *context, const struct history_candidate *candidate)
{
	struct serial_search *search = context;

	if (!candidate->has_facts || candidate->facts.serial != search->serial)
		return ZG_OK;
	*search->found = *candidate;
	for (size_t i = 0; i < candidate->facts.n_keys; i++) {
		search->found->facts.keys[i].rdata = NULL;
		search->found->facts.keys[i].rdlen = 0;
	}
	return VISIT_END;
}

zg_status
history_view_find(struct history *history, const char *zone, uint32_t serial,
    struct history_candidate **candidate, struct zg_error *error)
{
	struct serial_search search = {.serial = serial, .found = calloc(1, sizeof(**candidate))};
	zg_status status;

	*candidate = NULL;
	if (search.found == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = history_visit(
	    history, zone, 0, true, ZG_HISTORY_ROWS_MAX, serial_visit, &search, error);
	if (search.found->id != 0) {
		*candidate = search.found;
		return ZG_OK;
	}
	free(search.found);
	if (status != ZG_OK)
		return status;
	return error_set(error, ZG_PARAMETER,
	    "the history of %s has no candidate with serial %" PRIu32, zone, serial);
}

zg_status
history_view_verify(const struct config *config, struct status_gate_inputs *found, char *why,
    size_t why_size, struct zg_error *error)
{
	struct history *history = NULL;
	zg_status status = history_view_open(config, &history, error);

	*found = (struct status_gate_inputs){.directory = config->state};
	why[0] = '\0';
	if (status == ZG_OK)
		status = status_read_log(config->state, history, found, why, why_size, error);
	history_close(history);
	return status;
}

/* --- Taking over a zone that is served --- */

/* Releases that one import supersedes. */
#define PREDECESSORS_MAX 1024

struct predecessors {
	int64_t ids[PREDECESSORS_MAX];
	size_t n;
	int64_t latest; /* when the newest of them passed, or went further */
	bool too_many;
};

static zg_status
predecessor_visit(void *context, const struct history_candidate *candidate)
{
	struct predecessors *list = context;

	if (candidate->state != CANDIDATE_PASSED && candidate->state != CANDIDATE_HANDED &&
	    candidate->state != CANDIDATE_CONFIRMED)
		return ZG_OK;
	for (size_t i = CANDIDATE_PASSED; i <= CANDIDATE_CONFIRMED; i++) {
		if (candidate->times[i] > list->latest)
			list->latest = candidate->times[i];
	}
	list->too_many = list->n == PREDECESSORS_MAX;
	if (list->too_many)
		return VISIT_END;
	list->ids[list->n++] = candidate->id;
	return ZG_OK;
}

/* What is in force so far must have been so before. */
static zg_status
predecessors_find(struct history *history, const struct history_import *import,
    struct predecessors *list, struct zg_error *error)
{
	char when[UTC_TEXT_MAX];
	zg_status status = history_visit(
	    history, import->zone->name, import->now, false, 0, predecessor_visit, list, error);

	if (list->too_many)
		return error_set(
		    error, ZG_LIMIT, "more than %d releases are in force", PREDECESSORS_MAX);
	if (status != ZG_OK || list->n == 0)
		return status;
	utc_format(list->latest, when);
	if (import->first)
		return error_set(error, ZG_PARAMETER,
		    "the log has a release in force, of %s: it knows more than servers tell", when);
	if (list->latest <= import->since)
		return ZG_OK;
	return error_set(error, ZG_PARAMETER,
	    "the log has a release that was put in service later, at %s", when);
}

/* The two states that an imported zone has reached, and what ends with it. */
static zg_status
states_add(struct history *history, const struct history_import *import, int64_t id,
    const struct predecessors *list, struct zg_error *error)
{
	zg_status status = history_set_state(history, id, CANDIDATE_HANDED, import->since,
	    import->actor, "was served when it was taken over", error);

	if (status == ZG_OK)
		status = history_set_state(history, id, CANDIDATE_CONFIRMED, import->since,
		    import->actor, "was served when it was taken over", error);
	for (size_t i = 0; i < list->n && status == ZG_OK; i++)
		status = history_set_state(history, list->ids[i], CANDIDATE_SUPERSEDED,
		    import->since, import->actor, "another zone was taken over", error);
	return status;
}

static zg_status
observations_add(
    struct history *history, const struct history_import *import, struct zg_error *error)
{
	zg_status status = ZG_OK;

	for (size_t i = 0; i < import->n_ds && status == ZG_OK; i++)
		status = history_add_ds(history, import->zone->name, &import->ds[i], error);
	for (size_t i = 0; i < import->n_served && status == ZG_OK; i++)
		status = history_add_served(history, import->zone->name, &import->served[i], error);
	return status;
}

/* One line of the decision log: who says what, and what stood against it. */
static zg_status
import_log(struct history *history, const struct history_import *import, struct zg_error *error)
{
	char when[UTC_TEXT_MAX], text[512];

	utc_format(import->since, when);
	(void)snprintf(text, sizeof(text), "serial %" PRIu32 " taken over, served since %s%s%s",
	    import->facts->serial, when,
	    import->findings[0] != '\0' ? ", although it did not pass: " : "", import->findings);
	return history_log(
	    history, import->zone->name, "import", import->actor, text, import->now, error);
}

/* All or nothing. */
static zg_status
import_record(struct history *history, const struct config *config,
    const struct history_import *import, const uint8_t sha256[32], struct zg_error *error)
{
	struct history_new candidate = {.facts = import->facts,
	    .zone = import->zone->name,
	    .state = CANDIDATE_PASSED,
	    .file_sha256 = import->zone_fd < 0 ? NULL : sha256,
	    .policy_digest = import->policy_digest,
	    .reason = import->reason,
	    .report = import->report,
	    .time = import->since,
	    .imported = true};
	struct predecessors list = {.n = 0};
	int64_t id;
	zg_status status = predecessors_find(history, import, &list, error);

	if (status == ZG_OK)
		status = history_begin(history, error);
	if (status == ZG_OK)
		status = history_add_candidate(history, &candidate, &id, error);
	if (status == ZG_OK)
		status = states_add(history, import, id, &list, error);
	if (status == ZG_OK)
		status = observations_add(history, import, error);
	if (status == ZG_OK && import->policy != NULL)
		status = release_rules_record(history, import->zone->name, config, import->policy,
		    import->policy_digest, import->now, error);
	if (status == ZG_OK)
		status = import_log(history, import, error);
	if (status == ZG_OK)
		status = history_commit(history, error);
	return status;
}

/* A clock that was set back would put the log out of order. */
static zg_status
clock_check(struct history *history, int64_t now, struct zg_error *error)
{
	char latest_text[UTC_TEXT_MAX];
	int64_t latest = 0;
	zg_status status = history_latest(history, &latest, error);

	if (status != ZG_OK || latest <= now)
		return status;
	utc_format(latest, latest_text);
	return error_set(error, ZG_PARAMETER,
	    "the clock is behind the log, which has something from %s", latest_text);
}

static zg_status
log_head_sign(struct state_directory *state, const char *zone, int64_t now, struct zg_error *error)
{
	struct release_log *log = NULL;
	zg_status status = release_log_open(state, zone, true, &log, error);

	if (status == ZG_OK)
		status = release_sign_head(log, state, now, error);
	release_log_close(log);
	return status;
}

/* Importing is the way back from a lost database, so a missing one is made anew here, and nowhere
 * else once the state directory was set up. */
static zg_status
database_open(struct state_directory *state, struct history **history, struct zg_error *error)
{
	zg_status status = history_open(state->path, HISTORY_CREATE, history, error);

	return status == ZG_OK ? state_finish(state, error) : status;
}

zg_status
history_import(
    const struct config *config, const struct history_import *import, struct zg_error *error)
{
	struct state_directory state;
	struct history *history = NULL;
	uint8_t sha256[FILE_DIGEST_OCTETS];
	int lock = -1;
	zg_status status;

	if (strcmp(import->facts->zone, import->zone->name) != 0)
		return error_set(error, ZG_PARAMETER, "the file holds %s, not %s",
		    import->facts->zone, import->zone->name);
	if (import->since > import->now)
		return error_set(
		    error, ZG_PARAMETER, "it cannot have been served since the future");
	status = state_open(config->state, true, &state, error);
	if (status != ZG_OK)
		return status;
	status = state_lock(&state, import->zone->name, &lock, error);
	if (status == ZG_OK && import->zone_fd >= 0)
		status = file_digest(import->zone_fd, "the zone", sha256, error);
	if (status == ZG_OK)
		status = database_open(&state, &history, error);
	if (status == ZG_OK)
		status = clock_check(history, import->now, error);
	if (status == ZG_OK)
		status = import_record(history, config, import, sha256, error);
	history_close(history);
	if (status == ZG_OK)
		status = log_head_sign(&state, import->zone->name, import->now, error);
	if (status == ZG_OK && import->zone_fd >= 0)
		status = state_keep(
		    &state, "zones", import->zone->name, import->zone_fd, KEEP_DURABLY, error);
	if (lock >= 0)
		(void)close(lock);
	state_close(&state);
	return status;
}

bool
history_sample_of(const struct release_facts *look, const struct release_facts *version)
{
	return look->serial == version->serial && release_adds_nothing(look, version) &&
	       strcmp(look->denial, version->denial) == 0;
}

zg_status
history_import_lines(const struct config *config, const char *zone, int fd, const char *site,
    int64_t now, size_t *n_new, struct zg_error *error)
{
	struct state_directory state;
	struct history *history = NULL;
	int lock = -1;
	zg_status status = state_open(config->state, true, &state, error);

	*n_new = 0;
	if (status != ZG_OK)
		return status;
	status = state_lock(&state, zone, &lock, error);
	if (status == ZG_OK)
		status = database_open(&state, &history, error);
	if (status == ZG_OK)
		status = history_merge(history, fd, site, n_new, error);
	history_close(history);
	if (status == ZG_OK)
		status = log_head_sign(&state, zone, now, error);
	if (lock >= 0)
		(void)close(lock);
	state_close(&state);
	return status;
}
