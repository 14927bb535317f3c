/* The statement: what is said, from what the log has and what the operator says. */
#include "report/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/plain_name.h"
#include "base/utc.h"
#include "report/report_formats.h"

/* --- Words --- */

static const struct {
	const char *word, *text;
} faults[OPERATIONAL_WORDS] = {
    [OPERATIONAL_UNKNOWN] = {"unknown",
	"It is not known whether this is an operational fault. Take nothing for granted."},
    [OPERATIONAL_YES] = {"yes",
	"The operator states: this is an operational fault, not an attack."},
    [OPERATIONAL_NO] = {"no", "The operator states: this is not an operational fault."},
};

static const struct {
	const char *word, *text;
} situations[] = {
    [SITUATION_QUIET] = {"quiet", "Nothing was stopped, and nothing is known to be wrong with the "
				  "zone in service."},
    [SITUATION_STOPPED] = {"stopped",
	"A defective zone was stopped before publication. What was in "
	"service before stayed in service."},
    [SITUATION_IN_SERVICE] = {"in-service",
	"The zone in service is defective: validating resolvers can fail to resolve names in it."},
    [SITUATION_REPAIRED] = {"repaired",
	"The zone in service was defective and has been replaced by one that passed all checks."},
};

static const struct {
	const char *word, *text;
} service_faults[SERVICE_FAULTS] = {
    [SERVICE_EXPIRED] = {"signatures-expired", "signatures of the zone in service have expired"},
    [SERVICE_REFUSED] = {"defects-in-service",
	"the zone in service has defects that refuse a zone"},
    [SERVICE_UNCONFIRMED] = {"repair-unconfirmed",
	"a zone without these defects was handed over, and is not yet seen in service everywhere"},
    [SERVICE_SAID] = {"said-by-operator", "the operator states that it does not validate"},
};

const char statement_proof_text[] =
    "The zone is repaired when each of these prints '; fully validated'. Every name server of the "
    "zone should give the same answer.";

const char statement_removal_text[] = "Remove the anchor, and what was cached under it, as soon as "
				      "the repair is proved; a week after "
				      "it was set at the latest (RFC 7646 section 4). Until then "
				      "names in the zone are not protected.";

const char *
operational_word(enum operational fault)
{
	return faults[fault].word;
}

const char *
operational_text(enum operational fault)
{
	return faults[fault].text;
}

const char *
statement_situation_word(enum statement_situation situation)
{
	return situations[situation].word;
}

const char *
statement_situation_text(enum statement_situation situation)
{
	return situations[situation].text;
}

const char *
service_fault_word(enum service_fault fault)
{
	return service_faults[fault].word;
}

const char *
service_fault_text(enum service_fault fault)
{
	return service_faults[fault].text;
}

/* An anchor is for one domain, and not for all there is: RFC 7646 section 2.1. */
static bool
is_root(const struct statement *statement)
{
	return strcmp(statement->incident->zone, ".") == 0;
}

/* RFC 7646 section 2: people must have confirmed that it is a misconfiguration. */
bool
statement_anchor_advised(const struct statement *statement)
{
	return statement->situation == SITUATION_IN_SERVICE &&
	       statement->words.fault == OPERATIONAL_YES && !is_root(statement);
}

const char *
statement_anchor_text(const struct statement *statement)
{
	if (statement->situation == SITUATION_REPAIRED)
		return "Do not set a negative trust anchor any more; remove one that was set, as "
		       "soon as the repair is proved.";
	if (statement->situation != SITUATION_IN_SERVICE)
		return "Do not set a negative trust anchor: nothing is known to be wrong with the "
		       "zone in service.";
	if (is_root(statement))
		return "Do not set a negative trust anchor: for the root it would turn off all "
		       "validation (RFC 7646 section 2.1).";
	if (statement->words.fault == OPERATIONAL_NO)
		return "Do not set a negative trust anchor: validation protects users from this.";
	if (statement->words.fault == OPERATIONAL_UNKNOWN)
		return "Do not set a negative trust anchor before it is confirmed that this is an "
		       "operational fault (RFC 7646 section 2). When it is, these are the lines.";
	return "A negative trust anchor for this zone only (RFC 7646) lets names resolve until the "
	       "zone is repaired. It turns validation off for them.";
}

const char *
statement_next_text(enum statement_situation situation)
{
	if (situation == SITUATION_IN_SERVICE)
		return "A zone without these defects goes out as soon as it passes all checks; "
		       "another statement then says so.";
	if (situation == SITUATION_REPAIRED)
		return "Nothing is left to be done but to remove negative trust anchors.";
	return "The next candidate is checked in the same way; the zone in service stays until one "
	       "passes.";
}

bool
statement_tells(const struct statement *statement, size_t event)
{
	const struct incident_event *found = &statement->incident->events[event];

	return statement->bad[event] || found->in_force || found->named;
}

const char *
statement_outcome(const struct incident_event *event)
{
	static const char *const outcomes[CANDIDATE_STATES] = {
	    [CANDIDATE_SEEN] = "seen",
	    [CANDIDATE_REFUSED] = "refused",
	    [CANDIDATE_UNDECIDED] = "not decided",
	    [CANDIDATE_HELD] = "held back",
	    [CANDIDATE_PASSED] = "passed",
	    [CANDIDATE_HANDED] = "handed to the name servers",
	    [CANDIDATE_CONFIRMED] = "confirmed in service",
	    [CANDIDATE_SUPERSEDED] = "replaced",
	    [CANDIDATE_ABANDONED] = "never published",
	};

	return outcomes[event->state];
}

/* --- Judgement --- */

/* Findings that refuse a zone: it has defects, even when people let it out all the same. */
static bool
has_defect(const struct stored_findings *found)
{
	for (size_t i = 0; i < found->n_findings; i++) {
		if (strcmp(found->findings[i].severity, "refuse") == 0)
			return true;
	}
	return false;
}

/* What was handed over counts as in service until another zone is confirmed in its place. */
static void
event_judge(struct statement *statement, size_t i)
{
	const struct incident_event *event = &statement->incident->events[i];

	if (event->handed == 0) {
		statement->bad[i] =
		    event->state == CANDIDATE_REFUSED || event->state == CANDIDATE_HELD;
		return;
	}
	statement->bad[i] = has_defect(&statement->found[i]);
	if (!statement->bad[i] || event->superseded != 0)
		return;
	statement->faults[SERVICE_REFUSED] = true;
	if (!event->in_force)
		statement->faults[SERVICE_UNCONFIRMED] = true;
}

/* Whether a zone that was bad was in service before the one that is. */
static bool
was_bad(const struct statement *statement)
{
	const struct incident *incident = statement->incident;

	for (size_t i = 0; i < incident->n_events; i++) {
		if (statement->bad[i] && incident->events[i].superseded > incident->since)
			return true;
	}
	return false;
}

/* A server may hand out the defective zone until the next is there; a cache keeps what it got as
 * long as its TTL says. */
static int64_t
cached_until(const struct statement *statement)
{
	const struct incident *incident = statement->incident;
	int64_t latest = 0;

	for (size_t i = 0; i < incident->n_events; i++) {
		const struct incident_event *event = &incident->events[i];

		if (statement->bad[i] && event->superseded != 0 &&
		    event->superseded + event->max_ttl > latest)
			latest = event->superseded + event->max_ttl;
	}
	return latest;
}

static bool
was_stopped(const struct statement *statement)
{
	for (size_t i = 0; i < statement->incident->n_events; i++) {
		if (statement->bad[i] && statement->incident->events[i].handed == 0)
			return true;
	}
	return false;
}

static void
situation_judge(struct statement *statement)
{
	const struct incident *incident = statement->incident;
	bool any = false;

	statement->faults[SERVICE_EXPIRED] =
	    incident->release_by.hard != 0 && incident->release_by.hard <= incident->now;
	statement->faults[SERVICE_SAID] = statement->words.broken;
	for (size_t i = 0; i < SERVICE_FAULTS; i++)
		any = any || statement->faults[i];
	if (any)
		statement->situation = SITUATION_IN_SERVICE;
	else if (was_bad(statement)) {
		statement->situation = SITUATION_REPAIRED;
		statement->cached_until = cached_until(statement);
	} else if (was_stopped(statement))
		statement->situation = SITUATION_STOPPED;
	else
		statement->situation = SITUATION_QUIET;
}

/* --- Lines for resolvers --- */

static void
proof_add(struct statement *statement, const char *owner, const char *type)
{
	struct text_writer *out = &statement->proof;

	text_add(out, "delv '");
	plain_name_add(out, owner);
	text_add(out, "' '");
	plain_name_add(out, type);
	text_add(out, "'\n");
}

/* Types whose answers are validated as those of any other; the SOA comes first anyhow. */
static bool
may_be_asked(const char *type)
{
	return type != NULL && strcmp(type, "SOA") != 0 && strcmp(type, "RRSIG") != 0 &&
	       strcmp(type, "NSEC") != 0 && strcmp(type, "NSEC3") != 0;
}

/* The zone's own name, and a name from each of the first findings about a zone that was in service:
 * the SOA may be fine where others are not (RFC 7646 section 4). What was never published is no
 * name for the public. */
static void
proof_make(struct statement *statement)
{
	const struct incident *incident = statement->incident;
	size_t n = 0;

	proof_add(statement, incident->zone, "SOA");
	for (size_t i = 0; i < incident->n_events; i++) {
		const struct stored_findings *found = &statement->found[i];

		for (size_t k = 0; k < found->n_findings && n < STATEMENT_NAMES_MAX; k++) {
			const struct stored_finding *finding = &found->findings[k];

			if (incident->events[i].handed == 0 || finding->ede < 0 ||
			    finding->owner == NULL || !may_be_asked(finding->type))
				continue;
			proof_add(statement, finding->owner, finding->type);
			n++;
		}
	}
}

static zg_status
lines_make(struct statement *statement)
{
	char reason[64 + UTC_TEXT_MAX], when[UTC_TEXT_MAX];

	utc_format(statement->incident->now, when);
	(void)snprintf(reason, sizeof(reason), "statement of the zone operator, %s", when);
	proof_make(statement);
	statement->has_anchor =
	    !is_root(statement) && (statement->situation == SITUATION_REPAIRED ||
				       (statement->situation == SITUATION_IN_SERVICE &&
					   statement->words.fault != OPERATIONAL_NO));
	if (statement->proof.failed)
		return ZG_MEMORY;
	if (!statement->has_anchor)
		return ZG_OK;
	return resolver_texts_make(statement->incident->zone, reason, statement->resolvers);
}

/* --- The document --- */

zg_status
statement_make(const struct incident *incident, const struct statement_words *words,
    struct statement **result, struct zg_error *error)
{
	struct statement *statement = calloc(1, sizeof(*statement));
	zg_status status = statement != NULL ? ZG_OK : ZG_MEMORY;

	*result = NULL;
	if (status == ZG_OK) {
		statement->incident = incident;
		statement->words = *words;
	}
	for (size_t i = 0; status == ZG_OK && i < incident->n_events; i++) {
		status = stored_findings_read(incident->events[i].report, &statement->found[i]);
		if (status == ZG_OK)
			event_judge(statement, i);
	}
	if (status == ZG_OK) {
		situation_judge(statement);
		status = lines_make(statement);
	}
	if (status != ZG_OK) {
		statement_free(statement);
		return error_set(error, status, "statement: %s", zg_status_text(status));
	}
	*result = statement;
	return ZG_OK;
}

void
statement_free(struct statement *statement)
{
	if (statement == NULL)
		return;
	for (size_t i = 0; i < ZG_STATEMENT_EVENTS_MAX; i++)
		stored_findings_clear(&statement->found[i]);
	resolver_texts_clear(statement->resolvers);
	text_writer_clear(&statement->proof);
	free(statement);
}

zg_status
statement_render(const struct statement *statement, enum statement_format format, char **text,
    size_t *length, struct zg_error *error)
{
	static zg_status (*const renderers[])(const struct statement *, struct text_writer *) = {
	    [STATEMENT_FORMAT_TEXT] = statement_text_render,
	    [STATEMENT_FORMAT_JSON] = statement_json_render,
	    [STATEMENT_FORMAT_HTML] = statement_html_render,
	};
	struct text_writer out = {0};
	zg_status status = renderers[format](statement, &out);

	if (status == ZG_OK && out.used > ZG_STATEMENT_BYTES_MAX)
		status = ZG_LIMIT;
	return render_end(&out, status, "statement", text, length, error);
}
