/* The statement for people: ready for a web page or an operators' list. */
#include "report/statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "publish/statement_signature.h"
#include "report/page.h"

#define INDENT 2

static void
add_hex(struct page *page, const char *what, const uint8_t *octets, size_t n)
{
	page_begin(page);
	text_add(&page->raw, what);
	text_add_hex(&page->raw, octets, n);
	page_end_line(page, 3 * INDENT);
}

/* --- What, and how bad --- */

static void
add_service(struct page *page, const struct statement *statement)
{
	const struct incident *incident = statement->incident;

	if (!incident->has_release) {
		page_field(page, "in service", "not known: no release is in the log");
		return;
	}
	page_field(page, "in service", "serial %" PRIu32 ", %s, since %s", incident->serial,
	    incident->state, utc_text(incident->released).text);
	if (incident->release_by.hard != 0)
		page_field(page, "", "its first signature %s %s",
		    incident->release_by.hard <= incident->now ? "expired" : "expires",
		    utc_text(incident->release_by.hard).text);
	for (size_t i = 0; i < SERVICE_FAULTS; i++) {
		if (statement->faults[i])
			page_field(page, "", "%s", service_fault_text((enum service_fault)i));
	}
}

static void
add_head(struct page *page, const struct statement *statement)
{
	const struct incident *incident = statement->incident;

	page_line(page, 0, "Statement about the DNSSEC of %s", incident->zone);
	page_line(page, 0, "%s", utc_text(incident->now).text);
	page_blank(page);
	page_fold(page, 0, 0, "%s", statement_situation_text(statement->situation));
	page_fold(page, 0, 0, "%s", operational_text(statement->words.fault));
	if (statement->words.reason != NULL)
		page_fold(page, 0, 0, "In the operator's words: %s", statement->words.reason);
	page_blank(page);
	page_field(page, "zone", "%s", incident->zone);
	add_service(page, statement);
}

/* --- What was stopped, or found bad in service --- */

static void
add_finding(struct page *page, const struct stored_finding *finding)
{
	page_begin(page);
	text_printf(&page->raw, "%s %s, %" PRId64 ": %s", finding->severity, finding->id,
	    finding->count, finding->summary);
	if (finding->ede >= 0)
		text_printf(&page->raw, "; validators report extended DNS error %" PRId64 " (%s)",
		    finding->ede, finding->ede_text != NULL ? finding->ede_text : "");
	page_end_fold(page, 2 * INDENT, 3 * INDENT);
}

static void
add_failure(struct page *page, const struct stored_failure *failure)
{
	page_fold(page, 2 * INDENT, 3 * INDENT,
	    "key %" PRId64 "/%" PRId64 ": %" PRId64 " of %" PRId64 " signatures do not verify%s%s",
	    failure->algorithm, failure->tag, failure->bad, failure->of,
	    failure->cause != NULL ? ": " : "", failure->cause != NULL ? failure->cause : "");
}

static void
add_event(struct page *page, const struct statement *statement, size_t i)
{
	const struct incident_event *event = &statement->incident->events[i];
	const struct stored_findings *found = &statement->found[i];
	char serial[32] = "a zone that could not be read";

	if (event->has_serial)
		(void)snprintf(serial, sizeof(serial), "serial %" PRIu32, event->serial);
	page_fold(page, INDENT, 2 * INDENT, "%s  %s %s%s; verdict: %s",
	    utc_text(event->judged).text, serial, statement_outcome(event),
	    event->handed == 0 ? ", not published" : "", event->reason);
	if (event->n_times > 1)
		page_line(page, 2 * INDENT, "%zu times, the last %s", event->n_times,
		    utc_text(event->last).text);
	if (event->handed != 0)
		page_line(page, 2 * INDENT, "in service since %s%s%s", utc_text(event->handed).text,
		    event->superseded != 0 ? " until " : "",
		    event->superseded != 0 ? utc_text(event->superseded).text : "");
	for (size_t k = 0; k < found->n_findings; k++) {
		if (strcmp(found->findings[k].severity, "warn") != 0)
			add_finding(page, &found->findings[k]);
	}
	for (size_t k = 0; k < found->n_failures; k++)
		add_failure(page, &found->failures[k]);
	page_line(page, 2 * INDENT, "evidence");
	add_hex(page, "text SHA-256 ", event->sha256, sizeof(event->sha256));
	if (event->digest[0] != '\0')
		page_line(page, 3 * INDENT, "content SHA-384 %s", event->digest);
	page_line(page, 3 * INDENT, "policy SHA-256 %s", event->policy_digest);
}

static void
add_events(struct page *page, const struct statement *statement)
{
	const struct incident *incident = statement->incident;

	page_heading(page, "What happened");
	for (size_t i = incident->n_events; i-- > 0;) {
		if (statement_tells(statement, i))
			add_event(page, statement, i);
	}
	if (incident->n_more > 0)
		page_line(page, INDENT, "%zu more before these", incident->n_more);
	for (size_t i = incident->n_looks; i-- > 0;)
		page_fold(page, INDENT, 2 * INDENT, "%s  name servers looked at: %s",
		    utc_text(incident->looks[i].time).text, incident->looks[i].text);
}

/* --- For operators of resolvers --- */

static void
add_lines(struct page *page, const char *what, const struct text_writer *lines)
{
	const char *line = lines->text;

	page_line(page, 2 * INDENT, "%s", what);
	while (*line != '\0') {
		size_t length = strcspn(line, "\n"), tabs = line[0] == '\t';

		page_begin(page);
		text_add_bytes(&page->raw, line + tabs, length - tabs);
		page_end_line(page, (tabs != 0 ? 5 : 3) * INDENT);
		line += length + (line[length] == '\n');
	}
}

static void
add_resolvers(struct page *page, const struct statement *statement)
{
	bool repaired = statement->situation == SITUATION_REPAIRED;

	page_heading(page, "For operators of resolvers");
	page_fold(page, INDENT, INDENT, "%s", statement_anchor_text(statement));
	for (size_t i = 0; statement->has_anchor && i < RESOLVERS; i++) {
		const struct resolver_text *text = &statement->resolvers[i];

		page_blank(page);
		page_fold(page, INDENT, INDENT, "%s. %s", text->software, text->note);
		if (!repaired) {
			add_lines(page, "configuration", &text->lines[RESOLVER_CONFIGURE]);
			add_lines(page, "at once", &text->lines[RESOLVER_SET]);
		}
		add_lines(page, "to remove it", &text->lines[RESOLVER_REMOVE]);
	}
	if (statement->has_anchor) {
		page_blank(page);
		page_fold(page, INDENT, INDENT, "%s", statement_removal_text);
	}
	if (statement->cached_until != 0)
		page_fold(page, INDENT, INDENT,
		    "Data of the defective zone can be in caches until %s.",
		    utc_text(statement->cached_until).text);
}

static void
add_proof(struct page *page, const struct statement *statement)
{
	if (statement->situation != SITUATION_IN_SERVICE &&
	    statement->situation != SITUATION_REPAIRED)
		return;
	page_heading(page, "Proof of the repair");
	page_fold(page, INDENT, INDENT, "%s", statement_proof_text);
	add_lines(page, "commands", &statement->proof);
}

/* --- What comes next, and how this is checked --- */

static void
add_next(struct page *page, const struct statement *statement)
{
	page_heading(page, "Next");
	page_fold(page, INDENT, INDENT, "%s", statement_next_text(statement->situation));
	if (statement->words.next != NULL)
		page_fold(
		    page, INDENT, INDENT, "In the operator's words: %s", statement->words.next);
	if (statement->words.update != 0)
		page_fold(page, INDENT, INDENT, "The next statement comes by %s.",
		    utc_text(statement->words.update).text);
}

static void
add_origin(struct page *page, const struct statement *statement)
{
	const struct incident *incident = statement->incident;
	char key[STATEMENT_KEY_TEXT_SIZE];

	statement_key_text(incident->public_key, key);
	page_heading(page, "Where this comes from");
	page_fold(page, INDENT, INDENT,
	    "Made by zonegate from its decision log, whose chain stood at line %" PRId64 ":",
	    incident->log_line);
	add_hex(page, "SHA-256 ", incident->log_chain, sizeof(incident->log_chain));
	page_fold(page, INDENT, INDENT,
	    "A detached signature by the Ed25519 key below goes with it. Compare the key with the "
	    "one "
	    "that the operator published before; then:");
	page_line(
	    page, 3 * INDENT, "zonegate statement verify --key '%s' STATEMENT SIGNATURE", key);
}

zg_status
statement_text_render(const struct statement *statement, struct text_writer *out)
{
	struct page page = {.color = false};

	add_head(&page, statement);
	add_events(&page, statement);
	add_resolvers(&page, statement);
	add_proof(&page, statement);
	add_next(&page, statement);
	add_origin(&page, statement);
	return page_take(&page, out);
}
