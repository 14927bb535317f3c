/* What the log has of an incident. */
#include "publish/incident.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "publish/history_view.h"
#include "publish/publish.h"
#include "publish/status_read.h"

/* Lines of the log in which looks are searched for: far more than a day has. */
#define LINES_BACK 4096
/* How release_observed writes them. */
#define LOG_KIND_OBSERVATION "observation"
#define LOOK_NOT_GOOD	     " servers are not good:"

struct collection {
	const struct incident_wish *wish;
	struct incident *incident;
	int64_t ids[ZG_STATEMENT_EVENTS_MAX];
};

static bool
is_in_force(const struct incident *incident, const struct history_candidate *candidate)
{
	return incident->has_release && candidate->times[CANDIDATE_HANDED] != 0 &&
	       candidate->times[CANDIDATE_SUPERSEDED] == 0 &&
	       candidate->facts.serial == incident->serial;
}

/* Of what went out, only what can have had defects: it was taken over although it did not pass, or
 * people let it out. A zone that is released every minute has many others. */
static bool
is_doubtful(const struct history_candidate *candidate)
{
	return strncmp(candidate->reason, "pass", 4) != 0 ||
	       strstr(candidate->reason, "approvals") != NULL;
}

static bool
is_named(const struct incident_wish *wish, const struct history_candidate *candidate)
{
	for (size_t i = 0; i < wish->n_serials; i++) {
		if (candidate->has_facts && candidate->facts.serial == wish->serials[i])
			return true;
	}
	return false;
}

static bool
is_wanted(const struct collection *collection, const struct history_candidate *candidate)
{
	const struct incident_wish *wish = collection->wish;

	if (is_named(wish, candidate) || is_in_force(collection->incident, candidate))
		return true;
	if (wish->n_serials > 0)
		return false;
	return candidate->state == CANDIDATE_REFUSED || candidate->state == CANDIDATE_HELD ||
	       (candidate->times[CANDIDATE_HANDED] != 0 && is_doubtful(candidate));
}

/* When it got its verdict: the first state that is not "seen". */
static int64_t
judged_at(const struct history_candidate *candidate)
{
	int64_t first = 0;

	for (size_t i = CANDIDATE_REFUSED; i < CANDIDATE_STATES; i++) {
		if (candidate->times[i] != 0 && (first == 0 || candidate->times[i] < first))
			first = candidate->times[i];
	}
	return first;
}

/* The event of a text that was stopped before, in the same way. */
static struct incident_event *
event_find(struct incident *incident, const struct history_candidate *candidate)
{
	for (size_t i = 0; i < incident->n_events; i++) {
		struct incident_event *event = &incident->events[i];

		if (event->handed == 0 && candidate->times[CANDIDATE_HANDED] == 0 &&
		    event->state == candidate->state &&
		    memcmp(event->sha256, candidate->file_sha256, sizeof(event->sha256)) == 0)
			return event;
	}
	return NULL;
}

/* Candidates come newest first. */
static zg_status
event_visit(void *context, const struct history_candidate *candidate)
{
	struct collection *collection = context;
	struct incident *incident = collection->incident;
	struct incident_event *event;

	if (!is_wanted(collection, candidate))
		return ZG_OK;
	event = event_find(incident, candidate);
	if (event != NULL) {
		event->n_times++;
		event->judged = judged_at(candidate);
		return ZG_OK;
	}
	if (incident->n_events == ZG_STATEMENT_EVENTS_MAX) {
		incident->n_more++;
		return ZG_OK;
	}
	collection->ids[incident->n_events] = candidate->id;
	event = &incident->events[incident->n_events++];
	event->has_serial = candidate->has_facts;
	event->state = candidate->state;
	event->n_times = 1;
	event->judged = event->last = judged_at(candidate);
	event->handed = candidate->times[CANDIDATE_HANDED];
	event->superseded = candidate->times[CANDIDATE_SUPERSEDED];
	if (candidate->has_facts) {
		event->serial = candidate->facts.serial;
		event->max_ttl = candidate->facts.max_ttl;
		memcpy(event->digest, candidate->facts.digest, sizeof(event->digest));
	}
	memcpy(event->sha256, candidate->file_sha256, sizeof(event->sha256));
	memcpy(event->policy_digest, candidate->policy_digest, sizeof(event->policy_digest));
	memcpy(event->reason, candidate->reason, sizeof(event->reason));
	event->in_force = is_in_force(incident, candidate);
	event->named = is_named(collection->wish, candidate);
	return ZG_OK;
}

static zg_status
events_read(struct history *history, struct collection *collection, struct zg_error *error)
{
	const struct incident_wish *wish = collection->wish;
	struct incident *incident = collection->incident;
	zg_status status =
	    history_visit(history, wish->zone->name, wish->n_serials > 0 ? 0 : wish->since, true,
		ZG_HISTORY_ROWS_MAX, event_visit, collection, error);

	for (size_t i = 0; i < incident->n_events && status == ZG_OK; i++)
		status =
		    history_report(history, collection->ids[i], &incident->events[i].report, error);
	return status;
}

/* Whether a line of the log is of a look at which a server was not good. */
static bool
is_look(const struct history_line *line)
{
	return line->site[0] == '\0' && strcmp(line->kind, LOG_KIND_OBSERVATION) == 0 &&
	       strstr(line->text, LOOK_NOT_GOOD) != NULL;
}

static zg_status
looks_read(struct history *history, struct incident *incident, struct zg_error *error)
{
	struct history_line *lines = NULL;
	size_t n = 0;
	zg_status status = history_lines(history, incident->zone, LINES_BACK, &lines, &n, error);

	for (size_t i = 0; i < n && incident->n_looks < ZG_STATEMENT_LOOKS_MAX; i++) {
		struct incident_look *look = &incident->looks[incident->n_looks];

		if (!is_look(&lines[i]) || lines[i].time < incident->since)
			continue;
		look->time = lines[i].time;
		memcpy(look->text, lines[i].text, sizeof(look->text));
		incident->n_looks++;
	}
	free(lines);
	return status;
}

/* What the dead-man timer knows of the zone in service. */
static zg_status
service_read(const struct incident_wish *wish, struct incident *incident, struct zg_error *error)
{
	struct status_list *list = NULL;
	zg_status status = status_read(wish->config, wish->zone->name, wish->now, &list, error);

	for (size_t i = 0; status == ZG_OK && i < list->n; i++) {
		const struct status_report *report = &list->reports[i];

		if (report->zone[0] == '\0')
			continue;
		incident->has_release = report->has_release;
		incident->serial = report->serial;
		incident->state = report->state;
		incident->released = report->released;
		incident->release_by = report->release_by;
	}
	status_list_free(list);
	return status;
}

/* What a log says that was changed is nothing to sign. */
static zg_status
log_check(const struct incident_wish *wish, struct zg_error *error)
{
	struct status_gate_inputs found;
	char why[256];
	zg_status status = history_view_verify(wish->config, &found, why, sizeof(why), error);

	if (status != ZG_OK)
		return status;
	if (found.key_missing)
		return error_set(error, ZG_READ,
		    "the gate's public key cannot be read: %s/gate.pub", wish->config->state);
	if (found.broken_at != 0)
		return error_set(error, ZG_READ,
		    "the decision log was changed, line %lld: %s: nothing can be stated from it",
		    (long long)found.broken_at, why);
	if (found.signature_bad)
		return error_set(error, ZG_READ,
		    "a signature of the decision log does not verify: nothing can be stated from "
		    "it");
	return ZG_OK;
}

static zg_status
key_read(const struct incident_wish *wish, struct incident *incident, struct zg_error *error)
{
	struct state_directory state;
	zg_status status = state_open(wish->config->state, false, &state, error);

	if (status != ZG_OK)
		return status;
	status = state_public_key(&state, incident->public_key, error);
	state_close(&state);
	return status;
}

static zg_status
history_read(const struct incident_wish *wish, struct incident *incident, struct zg_error *error)
{
	struct collection collection = {.wish = wish, .incident = incident};
	struct history *history = NULL;
	zg_status status = history_view_open(wish->config, &history, error);

	if (status == ZG_OK)
		status = history_head(history, incident->log_chain, &incident->log_line, error);
	if (status == ZG_OK)
		status = events_read(history, &collection, error);
	if (status == ZG_OK)
		status = looks_read(history, incident, error);
	history_close(history);
	return status;
}

zg_status
incident_read(const struct incident_wish *wish, struct incident **result, struct zg_error *error)
{
	struct incident *incident = calloc(1, sizeof(*incident));
	zg_status status;

	*result = NULL;
	if (incident == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	(void)snprintf(incident->zone, sizeof(incident->zone), "%s", wish->zone->name);
	incident->since = wish->since;
	incident->now = wish->now;
	status = log_check(wish, error);
	if (status == ZG_OK)
		status = key_read(wish, incident, error);
	if (status == ZG_OK)
		status = service_read(wish, incident, error);
	if (status == ZG_OK)
		status = history_read(wish, incident, error);
	if (status != ZG_OK) {
		incident_free(incident);
		return status;
	}
	*result = incident;
	return ZG_OK;
}

void
incident_free(struct incident *incident)
{
	if (incident == NULL)
		return;
	for (size_t i = 0; i < incident->n_events; i++)
		free(incident->events[i].report);
	free(incident);
}
