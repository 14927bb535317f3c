/* The statement as a page: what a registry puts on its web site. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/version.h>
#include "base/hex.h"
#include "base/utc.h"
#include "publish/statement_signature.h"
#include "report/html_page.h"
#include "report/statement.h"

/* --- What, and how bad --- */

static const struct {
	const char *class, *title;
} titles[] = {
    [SITUATION_QUIET] = {"pass", "Nothing is known to be wrong."},
    [SITUATION_STOPPED] = {"held", "A defective zone was stopped."},
    [SITUATION_IN_SERVICE] = {"refused", "The zone in service is defective."},
    [SITUATION_REPAIRED] = {"pass", "The zone in service is repaired."},
};

static void
head_write(struct markup *markup, const struct statement *statement)
{
	const struct incident *incident = statement->incident;

	markup_open(markup, "header", titles[statement->situation].class);
	markup_element(markup, "p", NULL, "Statement about the DNSSEC of %s, %s", incident->zone,
	    utc_text(incident->now).text);
	markup_element(markup, "h1", NULL, "%s", titles[statement->situation].title);
	markup_element(markup, "p", NULL, "%s", statement_situation_text(statement->situation));
	markup_element(markup, "p", NULL, "%s", operational_text(statement->words.fault));
	markup_close(markup);
	if (statement->words.reason != NULL)
		markup_element(
		    markup, "p", NULL, "In the operator's words: %s", statement->words.reason);
}

static void
service_write(struct markup *markup, const struct statement *statement)
{
	const struct incident *incident = statement->incident;

	markup_element(markup, "h2", NULL, "In service");
	if (incident->has_release)
		markup_element(markup, "p", NULL, "Serial %" PRIu32 ", %s, since %s.",
		    incident->serial, incident->state, utc_text(incident->released).text);
	else
		markup_element(markup, "p", NULL, "Not known: no release is in the log.");
	if (incident->release_by.hard != 0)
		markup_element(markup, "p", NULL, "Its first signature %s %s.",
		    incident->release_by.hard <= incident->now ? "expired" : "expires",
		    utc_text(incident->release_by.hard).text);
	for (size_t i = 0; i < SERVICE_FAULTS; i++) {
		if (statement->faults[i])
			markup_element(markup, "p", NULL, "Known: %s.",
			    service_fault_text((enum service_fault)i));
	}
}

/* --- What happened --- */

static void
finding_write(struct markup *markup, const struct stored_finding *finding)
{
	markup_open(markup, "li", NULL);
	markup_words(markup, "%s %s, %" PRId64 ": %s", finding->severity, finding->id,
	    finding->count, finding->summary);
	if (finding->ede >= 0)
		markup_words(markup, "; validators report extended DNS error %" PRId64 " (%s)",
		    finding->ede, finding->ede_text != NULL ? finding->ede_text : "");
	markup_close(markup);
}

static void
failure_write(struct markup *markup, const struct stored_failure *failure)
{
	markup_element(markup, "li", NULL,
	    "key %" PRId64 "/%" PRId64 ": %" PRId64 " of %" PRId64 " signatures do not verify%s%s",
	    failure->algorithm, failure->tag, failure->bad, failure->of,
	    failure->cause != NULL ? ": " : "", failure->cause != NULL ? failure->cause : "");
}

static void
evidence_write(struct markup *markup, const struct incident_event *event)
{
	char sha256[HEX_TEXT_SIZE(sizeof(event->sha256))];

	markup_open(markup, "p", "soft");
	hex_write(event->sha256, sizeof(event->sha256), sha256);
	markup_words(markup, "Text SHA-256 %s", sha256);
	if (event->digest[0] != '\0')
		markup_words(markup, "; content SHA-384 %s", event->digest);
	markup_words(markup, "; policy SHA-256 %s", event->policy_digest);
	markup_close(markup);
}

static void
event_write(struct markup *markup, const struct statement *statement, size_t i)
{
	const struct incident_event *event = &statement->incident->events[i];
	const struct stored_findings *found = &statement->found[i];
	char serial[32] = "a zone that could not be read";

	if (event->has_serial)
		(void)snprintf(serial, sizeof(serial), "serial %" PRIu32, event->serial);
	markup_open(markup, "article", statement->bad[i] ? "refuse" : NULL);
	markup_element(markup, "h3", NULL, "%s: %s %s%s", utc_text(event->judged).text, serial,
	    statement_outcome(event), event->handed == 0 ? ", not published" : "");
	markup_element(markup, "p", NULL, "Verdict: %s.", event->reason);
	if (event->n_times > 1)
		markup_element(markup, "p", NULL, "%zu times, the last %s.", event->n_times,
		    utc_text(event->last).text);
	if (event->handed != 0)
		markup_element(markup, "p", NULL, "In service since %s%s%s.",
		    utc_text(event->handed).text, event->superseded != 0 ? " until " : "",
		    event->superseded != 0 ? utc_text(event->superseded).text : "");
	markup_open(markup, "ul", NULL);
	for (size_t k = 0; k < found->n_findings; k++) {
		if (strcmp(found->findings[k].severity, "warn") != 0)
			finding_write(markup, &found->findings[k]);
	}
	for (size_t k = 0; k < found->n_failures; k++)
		failure_write(markup, &found->failures[k]);
	markup_close(markup);
	evidence_write(markup, event);
	markup_close(markup);
}

static void
events_write(struct markup *markup, const struct statement *statement)
{
	const struct incident *incident = statement->incident;

	markup_element(markup, "h2", NULL, "What happened");
	for (size_t i = incident->n_events; i-- > 0;) {
		if (statement_tells(statement, i))
			event_write(markup, statement, i);
	}
	if (incident->n_more > 0)
		markup_element(markup, "p", NULL, "%zu more before these.", incident->n_more);
	for (size_t i = incident->n_looks; i-- > 0;)
		markup_element(markup, "p", NULL, "%s, name servers looked at: %s",
		    utc_text(incident->looks[i].time).text, incident->looks[i].text);
}

/* --- For operators of resolvers --- */

static void
lines_write(struct markup *markup, const char *what, const struct text_writer *lines)
{
	const char *line = lines->text;

	markup_element(markup, "p", "soft", "%s", what);
	markup_open(markup, "ul", "lines");
	while (*line != '\0') {
		size_t length = strcspn(line, "\n"), tabs = line[0] == '\t';

		markup_open(markup, "li", NULL);
		markup_element(markup, "code", NULL, "%s%.*s", tabs != 0 ? "    " : "",
		    (int)(length - tabs), line + tabs);
		markup_close(markup);
		line += length + (line[length] == '\n');
	}
	markup_close(markup);
}

static void
resolver_write(struct markup *markup, const struct resolver_text *text, bool set)
{
	markup_open(markup, "article", NULL);
	markup_element(markup, "h3", NULL, "%s", text->software);
	markup_element(markup, "p", NULL, "%s", text->note);
	if (set) {
		lines_write(markup, "Configuration", &text->lines[RESOLVER_CONFIGURE]);
		lines_write(markup, "At once", &text->lines[RESOLVER_SET]);
	}
	lines_write(markup, "To remove it", &text->lines[RESOLVER_REMOVE]);
	markup_close(markup);
}

static void
resolvers_write(struct markup *markup, const struct statement *statement)
{
	bool in_service = statement->situation == SITUATION_IN_SERVICE;

	markup_element(markup, "h2", NULL, "For operators of resolvers");
	markup_element(markup, "p", NULL, "%s", statement_anchor_text(statement));
	for (size_t i = 0; statement->has_anchor && i < RESOLVERS; i++)
		resolver_write(markup, &statement->resolvers[i], in_service);
	if (statement->has_anchor)
		markup_element(markup, "p", NULL, "%s", statement_removal_text);
	if (statement->cached_until != 0)
		markup_element(markup, "p", NULL,
		    "Data of the defective zone can be in caches until %s.",
		    utc_text(statement->cached_until).text);
	if (!in_service && statement->situation != SITUATION_REPAIRED)
		return;
	markup_element(markup, "h2", NULL, "Proof of the repair");
	markup_element(markup, "p", NULL, "%s", statement_proof_text);
	lines_write(markup, "Commands", &statement->proof);
}

/* --- What comes next, and how this is checked --- */

static void
next_write(struct markup *markup, const struct statement *statement)
{
	markup_element(markup, "h2", NULL, "Next");
	markup_element(markup, "p", NULL, "%s", statement_next_text(statement->situation));
	if (statement->words.next != NULL)
		markup_element(
		    markup, "p", NULL, "In the operator's words: %s", statement->words.next);
	if (statement->words.update != 0)
		markup_element(markup, "p", NULL, "The next statement comes by %s.",
		    utc_text(statement->words.update).text);
}

static void
origin_write(struct markup *markup, const struct incident *incident)
{
	char key[STATEMENT_KEY_TEXT_SIZE], chain[HEX_TEXT_SIZE(sizeof(incident->log_chain))];

	statement_key_text(incident->public_key, key);
	hex_write(incident->log_chain, sizeof(incident->log_chain), chain);
	markup_element(markup, "h2", NULL, "Where this comes from");
	markup_open(markup, "p", NULL);
	markup_words(markup,
	    "Made from the decision log, whose chain stood at line %" PRId64 ": SHA-256 %s",
	    incident->log_line, chain);
	markup_close(markup);
	markup_element(markup, "p", NULL,
	    "A detached signature by the Ed25519 key below goes with this file. Compare the key "
	    "with "
	    "the one that the operator published before; then:");
	markup_element(
	    markup, "code", NULL, "zonegate statement verify --key '%s' STATEMENT SIGNATURE", key);
}

zg_status
statement_html_render(const struct statement *statement, struct text_writer *out)
{
	struct markup markup;
	char *text = NULL, title[128];
	size_t length = 0;
	zg_status status;

	(void)snprintf(title, sizeof(title), "DNSSEC of %.80s", statement->incident->zone);
	markup_begin(&markup);
	if (!markup.failed) {
		html_page_open(&markup, title);
		head_write(&markup, statement);
		service_write(&markup, statement);
		events_write(&markup, statement);
		resolvers_write(&markup, statement);
		next_write(&markup, statement);
		origin_write(&markup, statement->incident);
		html_page_close(&markup, ZG_VERSION);
	}
	status = markup_end(&markup, &text, &length);
	if (status == ZG_OK)
		text_add_bytes(out, text, length);
	free(text);
	return status == ZG_OK && out->failed ? ZG_MEMORY : status;
}
