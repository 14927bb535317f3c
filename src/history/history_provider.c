/* What other providers of a multi-signer zone were seen to serve. */
#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* "provider b, server 192.0.2.1@53: serial 5, 3 keys". */
static void
provider_say(char text[SENTENCE_SIZE], const struct provider_look *seen)
{
	if (seen->answered)
		(void)snprintf(text, SENTENCE_SIZE,
		    "provider %.79s, server %.79s: serial %u, %zu keys, %zu signing classes",
		    seen->provider, seen->server, (unsigned)seen->facts.serial, seen->facts.n_keys,
		    seen->facts.n_classes);
	else
		(void)snprintf(text, SENTENCE_SIZE,
		    "provider %.79s, server %.79s: no answer: %.159s", seen->provider, seen->server,
		    seen->note);
}

static zg_status
provider_row_add(struct history *history, const struct line *line, const char *zone,
    const struct provider_look *seen, struct zg_error *error)
{
	struct text_writer octets = {0};
	char provider[LABEL_SIZE], server[LABEL_SIZE], note[sizeof(seen->note)];
	zg_status status = seen->answered ? facts_encode(&seen->facts, &octets) : ZG_OK;

	text_clean(provider, sizeof(provider), seen->provider);
	text_clean(server, sizeof(server), seen->server);
	text_clean(note, sizeof(note), seen->note);
	if (status != ZG_OK)
		(void)error_set(error, status, "what a provider serves cannot be kept");
	else {
		struct value values[] = {value_text(zone), value_integer(seen->time),
		    value_text(provider), value_text(server), value_integer(seen->answered),
		    value_text(note), value_integer(seen->answered ? seen->facts.serial : 0),
		    value_octets(octets.text, octets.used)};

		status = row_add(
		    history, line, "", table_at(TABLE_PROVIDERS), values, NULL, NULL, error);
	}
	text_writer_clear(&octets);
	return status;
}

zg_status
history_add_provider(struct history *history, const char *zone,
    const struct provider_look *observation, struct zg_error *error)
{
	char name[NAME_TEXT_SIZE], text[SENTENCE_SIZE];
	struct line_text say = {.zone = name,
	    .kind = "provider",
	    .actor = "zonegate",
	    .text = text,
	    .time = observation->time};
	struct line line;
	zg_status status = zone_name(zone, name, error);

	if (status != ZG_OK)
		return status;
	provider_say(text, observation);
	status = line_begin(history, &line, error);
	if (status == ZG_OK)
		status = provider_row_add(history, &line, name, observation, error);
	return line_end(history, &line, status, &say, error);
}

/* --- Reading --- */

/* Into zeroed storage; facts_reset afterwards, whatever comes of it. */
static zg_status
provider_fill(const struct row *row, struct provider_look *seen, struct zg_error *error)
{
	const struct value *values = row->values;
	zg_status status = ZG_OK;

	seen->time = values[1].integer;
	seen->answered = values[4].integer != 0;
	(void)snprintf(
	    seen->provider, sizeof(seen->provider), "%s", (const char *)values[2].octets);
	(void)snprintf(seen->server, sizeof(seen->server), "%s", (const char *)values[3].octets);
	(void)snprintf(seen->note, sizeof(seen->note), "%s", (const char *)values[5].octets);
	seen->facts.serial = (uint32_t)values[6].integer;
	if (seen->answered)
		status = facts_decode(values[7].octets, values[7].length, &seen->facts);
	return status == ZG_OK
		   ? ZG_OK
		   : error_set(error, status == ZG_INPUT_BAD ? ZG_READ : status,
			 "cannot read observation %lld of a provider", (long long)row->id);
}

/* Rows not older than ?2, and of each server its last answer before. */
static const char provider_clause[] =
    "WHERE zone = ?1 AND (time >= ?2 OR id IN ("
    "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY provider, server "
    "ORDER BY time DESC, id DESC) AS n FROM provider_observations WHERE zone = ?1 AND time < ?2 "
    "AND answered = 1) WHERE n = 1)) ORDER BY time DESC, id DESC";

static zg_status
rows_visit(struct history *history, sqlite3_stmt *statement, history_provider_visitor visit,
    void *context, struct zg_error *error)
{
	struct provider_look *seen = calloc(1, sizeof(*seen));
	zg_status status = seen == NULL ? error_set(error, ZG_MEMORY, "out of memory") : ZG_OK;
	struct row row;
	bool more;

	for (size_t n = 0; status == ZG_OK; n++) {
		status = sql_step(history, statement, &more, error);
		if (status != ZG_OK || !more)
			break;
		if (n == ZG_HISTORY_ROWS_MAX) {
			status = error_set(error, ZG_LIMIT, "too many observations");
			break;
		}
		status = row_read(history, table_at(TABLE_PROVIDERS), statement, NULL, &row, error);
		if (status == ZG_OK)
			status = provider_fill(&row, seen, error);
		if (status == ZG_OK)
			status = visit(context, seen);
		facts_reset(&seen->facts);
	}
	free(seen);
	return status;
}

zg_status
history_visit_providers(struct history *history, const char *zone, int64_t since,
    history_provider_visitor visit, void *context, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	char name[NAME_TEXT_SIZE];
	zg_status status = zone_name(zone, name, error);
	struct value values[] = {value_text(name), value_integer(since)};

	/* A database of a former version has no such table, and knows of no provider. */
	if (status != ZG_OK || history->n_tables <= TABLE_PROVIDERS)
		return status;
	status = row_select(history, table_at(TABLE_PROVIDERS), provider_clause, &statement, error);
	if (status == ZG_OK)
		status = values_bind(history, statement, values, 2, error);
	if (status == ZG_OK)
		status = rows_visit(history, statement, visit, context, error);
	(void)sqlite3_finalize(statement);
	return status;
}
