/* What the parent and the zone's servers were seen to publish. */
#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const char *
source_text(enum observation_source source)
{
	static const char *const texts[] = {
	    [SOURCE_AUTHORITATIVE] = "server", [SOURCE_FILE] = "file", [SOURCE_OPERATOR] = "by"};

	return texts[source];
}

/* "DS of server 192.0.2.1@53: 2 records, TTL 3600". */
static void
ds_say(char text[SENTENCE_SIZE], const struct history_ds *ds)
{
	if (ds->answered)
		(void)snprintf(text, SENTENCE_SIZE, "DS, %s %.79s: %zu records, TTL %u",
		    source_text(ds->source), ds->server, ds->n, (unsigned)ds->ttl);
	else
		(void)snprintf(text, SENTENCE_SIZE, "DS, %s %.79s: no answer: %.159s",
		    source_text(ds->source), ds->server, ds->note);
}

static bool
ds_fits(const struct history_ds *ds)
{
	bool fits = ds->n <= ZG_DS_MAX && (size_t)ds->source <= SOURCE_OPERATOR;

	for (size_t i = 0; fits && i < ds->n; i++)
		fits = ds->entries[i].digest_len <= sizeof(ds->entries[i].digest);
	return fits;
}

static zg_status
ds_row_add(struct history *history, const struct line *line, const char *zone,
    const struct history_ds *ds, struct zg_error *error)
{
	struct text_writer entries = {0};
	char server[LABEL_SIZE], note[sizeof(ds->note)];
	zg_status status;

	text_clean(server, sizeof(server), ds->server);
	text_clean(note, sizeof(note), ds->note);
	ds_encode(ds->entries, ds->n, &entries);
	if (entries.failed)
		status = error_set(error, ZG_MEMORY, "out of memory");
	else {
		struct value values[] = {value_text(zone), value_integer(ds->time),
		    value_integer(ds->source), value_text(server), value_integer(ds->answered),
		    value_text(note), value_integer(ds->ttl), value_integer(ds->serial),
		    value_octets(entries.text, entries.used)};

		status = row_add(history, line, "", table_at(TABLE_DS), values, NULL, NULL, error);
	}
	text_writer_clear(&entries);
	return status;
}

zg_status
history_add_ds(struct history *history, const char *zone, const struct history_ds *observation,
    struct zg_error *error)
{
	char name[NAME_TEXT_SIZE], text[SENTENCE_SIZE];
	struct line_text say = {.zone = name,
	    .kind = "observation",
	    .actor = "zonegate",
	    .text = text,
	    .time = observation->time};
	struct line line;
	zg_status status = zone_name(zone, name, error);

	if (status != ZG_OK)
		return status;
	if (!ds_fits(observation))
		return error_set(error, ZG_PARAMETER, "no DS set");
	ds_say(text, observation);
	status = line_begin(history, &line, error);
	if (status == ZG_OK)
		status = ds_row_add(history, &line, name, observation, error);
	return line_end(history, &line, status, &say, error);
}

zg_status
history_add_served(struct history *history, const char *zone,
    const struct history_served *observation, struct zg_error *error)
{
	char name[NAME_TEXT_SIZE], text[SENTENCE_SIZE], server[LABEL_SIZE],
	    digest[DIGEST_TEXT_SIZE];
	struct line_text say = {.zone = name,
	    .kind = "observation",
	    .actor = "zonegate",
	    .text = text,
	    .time = observation->time};
	struct line line;
	zg_status status = zone_name(zone, name, error);

	if (status != ZG_OK)
		return status;
	text_clean(server, sizeof(server), observation->server);
	text_clean(digest, sizeof(digest), observation->digest);
	(void)snprintf(
	    text, sizeof(text), "server %s: serial %u", server, (unsigned)observation->serial);
	status = line_begin(history, &line, error);
	if (status == ZG_OK) {
		struct value values[] = {value_text(name), value_integer(observation->time),
		    value_text(server), value_integer(observation->serial), value_text(digest)};

		status =
		    row_add(history, &line, "", table_at(TABLE_SERVED), values, NULL, NULL, error);
	}
	return line_end(history, &line, status, &say, error);
}

/* --- Lists --- */

/* Puts a row into an element of a list. */
typedef bool (*row_function)(const struct row *row, void *element);

/* A list that a statement with a zone and a time as its parameters answers. */
struct list {
	void *elements; /* owned */
	size_t n, allocated, width;
};

static zg_status
list_add(struct list *list, const struct row *row, row_function fill, struct zg_error *error)
{
	zg_status status = array_reserve(
	    &list->elements, &list->allocated, list->n, list->width, ZG_HISTORY_ROWS_MAX);
	uint8_t *element;

	if (status != ZG_OK)
		return error_set(error, status, "too many observations");
	element = (uint8_t *)list->elements + list->n * list->width;
	memset(element, 0, list->width);
	if (!fill(row, element))
		return error_set(
		    error, ZG_READ, "the history is damaged: observation %lld", (long long)row->id);
	list->n++;
	return ZG_OK;
}

static zg_status
list_read(struct history *history, int table, const char *clause, const char *zone, int64_t since,
    row_function fill, struct list *list, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	char name[NAME_TEXT_SIZE];
	zg_status status = zone_name(zone, name, error);
	struct value values[] = {value_text(name), value_integer(since)};
	struct row row;
	bool more;

	if (status == ZG_OK)
		status = row_select(history, table_at(table), clause, &statement, error);
	if (status == ZG_OK)
		status = values_bind(history, statement, values, 2, error);
	while (status == ZG_OK) {
		status = sql_step(history, statement, &more, error);
		if (status != ZG_OK || !more)
			break;
		status = row_read(history, table_at(table), statement, NULL, &row, error);
		if (status == ZG_OK)
			status = list_add(list, &row, fill, error);
	}
	(void)sqlite3_finalize(statement);
	if (status != ZG_OK) {
		free(list->elements);
		*list = (struct list){0};
	}
	return status;
}

static bool
ds_fill(const struct row *row, void *element)
{
	const struct value *values = row->values;
	struct history_ds *ds = element;

	ds->time = values[1].integer;
	ds->source = (enum observation_source)values[2].integer;
	ds->answered = values[4].integer != 0;
	ds->ttl = (uint32_t)values[6].integer;
	ds->serial = (uint32_t)values[7].integer;
	(void)snprintf(ds->server, sizeof(ds->server), "%s", (const char *)values[3].octets);
	(void)snprintf(ds->note, sizeof(ds->note), "%s", (const char *)values[5].octets);
	return ds_decode(values[8].octets, values[8].length, ds->entries, &ds->n);
}

/* Rows not older than ?2, and of each server the last before it, answered or not, and the last that
 * was answered. */
static const char ds_clause[] =
    "WHERE zone = ?1 AND (time >= ?2 OR id IN ("
    "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY source, server, answered "
    "ORDER BY time DESC, id DESC) AS n FROM ds_observations WHERE zone = ?1 AND time < ?2) "
    "WHERE n = 1)) ORDER BY time, id";
static const char served_clause[] =
    "WHERE zone = ?1 AND (time >= ?2 OR id IN ("
    "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY server "
    "ORDER BY time DESC, id DESC) AS n FROM served_observations WHERE zone = ?1 AND time < ?2) "
    "WHERE n = 1)) ORDER BY time, id";

zg_status
history_ds_list(struct history *history, const char *zone, int64_t since, struct history_ds **list,
    size_t *n, struct zg_error *error)
{
	struct list found = {.width = sizeof(**list)};
	zg_status status =
	    list_read(history, TABLE_DS, ds_clause, zone, since, ds_fill, &found, error);

	*list = found.elements;
	*n = found.n;
	return status;
}

static bool
served_fill(const struct row *row, void *element)
{
	const struct value *values = row->values;
	struct history_served *served = element;

	served->time = values[1].integer;
	served->serial = (uint32_t)values[3].integer;
	(void)snprintf(
	    served->server, sizeof(served->server), "%s", (const char *)values[2].octets);
	(void)snprintf(
	    served->digest, sizeof(served->digest), "%s", (const char *)values[4].octets);
	return true;
}

zg_status
history_served_list(struct history *history, const char *zone, int64_t since,
    struct history_served **list, size_t *n, struct zg_error *error)
{
	struct list found = {.width = sizeof(**list)};
	zg_status status = list_read(
	    history, TABLE_SERVED, served_clause, zone, since, served_fill, &found, error);

	*list = found.elements;
	*n = found.n;
	return status;
}
