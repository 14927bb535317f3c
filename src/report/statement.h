/* The statement about an incident: one document, as text and as a page for people, and as JSON
 * for programs (policies/statement.schema.json, documented in zonegate-statement(5)). */
#ifndef REPORT_STATEMENT_H
#define REPORT_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "base/text_writer.h"
#include "publish/incident.h"
#include "report/resolver_lines.h"
#include "report/stored_report.h"

enum statement_format { STATEMENT_FORMAT_TEXT, STATEMENT_FORMAT_JSON, STATEMENT_FORMAT_HTML };

/* Whether it is known to be an operational fault. Only people know; nothing here guesses. */
enum operational { OPERATIONAL_UNKNOWN, OPERATIONAL_YES, OPERATIONAL_NO, OPERATIONAL_WORDS };

/* "unknown", "yes", "no". */
const char *operational_word(enum operational fault);

/* What the operator says. All text is borrowed; NULL: nothing. */
struct statement_words {
	enum operational fault;
	bool broken;	    /* what is in service does not validate, whatever the log knows */
	const char *reason; /* what happened */
	const char *next;   /* what is done */
	int64_t update;	    /* when the next statement comes; 0: not said */
};

/* What is wrong with the zone in service. */
enum service_fault {
	SERVICE_EXPIRED,     /* signatures have expired */
	SERVICE_REFUSED,     /* it has defects that refuse a zone, and may be served */
	SERVICE_UNCONFIRMED, /* one without them was handed over, and not seen in service */
	SERVICE_SAID,	     /* the operator says so */
	SERVICE_FAULTS
};

enum statement_situation {
	SITUATION_QUIET,      /* nothing was stopped, nothing is bad */
	SITUATION_STOPPED,    /* what was bad was not published */
	SITUATION_IN_SERVICE, /* what is in service is bad */
	SITUATION_REPAIRED    /* what was in service was bad, and is replaced */
};

/* Names that are asked for in the proof of a repair, beside the zone's own. */
#define STATEMENT_NAMES_MAX 3

struct statement {
	const struct incident *incident; /* borrowed */
	struct statement_words words;
	enum statement_situation situation;
	bool faults[SERVICE_FAULTS];
	struct stored_findings found[ZG_STATEMENT_EVENTS_MAX]; /* of each event; owned */
	bool bad[ZG_STATEMENT_EVENTS_MAX];		       /* the event is one that counts */
	int64_t cached_until; /* of a repaired zone: how long caches can have the defects; 0: not */
	bool has_anchor;      /* lines for resolvers are of use */
	struct resolver_text resolvers[RESOLVERS]; /* owned */
	struct text_writer proof; /* commands that prove the repair, one a line; owned */
};

/* Judges what the log has and what the operator says. *statement is owned by the caller; it borrows
 * the incident and the words. */
MUST_CHECK zg_status statement_make(const struct incident *incident,
    const struct statement_words *words, struct statement **statement, struct zg_error *error);
void statement_free(struct statement *statement);

/* *text is owned by the caller (free). */
MUST_CHECK zg_status statement_render(const struct statement *statement,
    enum statement_format format, char **text, size_t *length, struct zg_error *error);

/* --- For the renderers --- */

/* One sentence each, static. */
const char *statement_situation_word(enum statement_situation situation);
const char *statement_situation_text(enum statement_situation situation);
const char *operational_text(enum operational fault);
const char *service_fault_word(enum service_fault fault);
const char *service_fault_text(enum service_fault fault);
/* Whether resolvers should set a negative trust anchor, and why. */
const char *statement_anchor_text(const struct statement *statement);
bool statement_anchor_advised(const struct statement *statement);
const char *statement_next_text(enum statement_situation situation);
/* Whether anything is to be said of an event. */
bool statement_tells(const struct statement *statement, size_t event);
/* What became of a candidate, for people. */
const char *statement_outcome(const struct incident_event *event);
extern const char statement_proof_text[];
extern const char statement_removal_text[];

/* ZG_OK, ZG_MEMORY or ZG_LIMIT. */
MUST_CHECK zg_status statement_text_render(
    const struct statement *statement, struct text_writer *out);
MUST_CHECK zg_status statement_json_render(
    const struct statement *statement, struct text_writer *out);
MUST_CHECK zg_status statement_html_render(
    const struct statement *statement, struct text_writer *out);

#endif
