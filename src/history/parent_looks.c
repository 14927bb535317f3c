/* Looks at the parent as rows of DS observations, and back. */
#include "history/parent_looks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/serial.h"

/* What stays the same is kept whole again after so many seconds: a look every quarter of an hour at
 * 26 addresses would else be 20 000 rows a week for the proof to read. */
#define WHOLE_AGAIN (6 * 3600)
/* The note of the one row of a look at which nothing had changed. */
#define AS_BEFORE "as before"
/* In place of a server: the proof did not come so far as to ask any. */
#define CHAIN "chain"

/* ---- From rows to looks ---- */

/* The answer whose word a note begins with, and what is behind the word. */
static enum look_answer
note_read(const char *note, const char **rest)
{
	size_t length = strcspn(note, ":");

	*rest = note[length] == ':' && note[length + 1] == ' ' ? note + length + 2 : "";
	for (int answer = 0; answer < LOOK_ANSWERS; answer++) {
		const char *word = look_answer_text((enum look_answer)answer);

		if (strlen(word) == length && strncmp(word, note, length) == 0)
			return (enum look_answer)answer;
	}
	return LOOK_UNASKED;
}

static void
server_of_row(const struct history_ds *row, struct look_server *server)
{
	const char *rest;

	*server = (struct look_server){
	    .ttl = row->ttl, .serial = row->serial, .has_serial = row->serial != 0, .n_ds = row->n};
	(void)snprintf(server->server, sizeof(server->server), "%s", row->server);
	memcpy(server->ds, row->entries, row->n * sizeof(row->entries[0]));
	server->answer = note_read(row->note, &rest);
	/* What another version wrote may have other words. */
	if (row->answered != look_is_proved(server->answer) ||
	    (row->answered && (server->answer == LOOK_DS) != (row->n > 0)))
		server->answer = !row->answered ? LOOK_DEAD : row->n > 0 ? LOOK_DS : LOOK_NO_DS;
	if (!row->answered) {
		(void)snprintf(server->note, sizeof(server->note), "%s", rest);
	} else if (rest[0] != '\0') {
		server->flaw = LOOK_BOGUS;
		(void)snprintf(server->flaw_note, sizeof(server->flaw_note), "%s", rest);
	}
}

static bool
is_of_look(const struct history_ds *row)
{
	return row->source == SOURCE_AUTHORITATIVE && strcmp(row->note, AS_BEFORE) != 0;
}

static const struct look_server *
server_find(const struct parent_look *look, const char *name)
{
	for (size_t i = 0; i < look->n_servers; i++) {
		if (strcmp(look->servers[i].server, name) == 0)
			return &look->servers[i];
	}
	return NULL;
}

/* The look that is recorded at `time`. Of a server that spoke for all later on, before `next`, the
 * row of the look may not have been read, as it is not the last one. */
static void
look_read(
    const struct history_ds *rows, size_t n, int64_t time, int64_t next, struct parent_look *look)
{
	*look = (struct parent_look){.time = time, .chain = LOOK_DS};
	for (size_t i = 0; i < n && look->n_servers < ZG_PARENT_ADDRESSES_MAX; i++) {
		bool later = rows[i].time > time && rows[i].time < next;
		const char *rest;

		if (rows[i].source != SOURCE_AUTHORITATIVE || (rows[i].time != time && !later))
			continue;
		if (strcmp(rows[i].server, CHAIN) == 0) {
			look->chain = note_read(rows[i].note, &rest);
			(void)snprintf(look->why, sizeof(look->why), "%s", rest);
		} else if (server_find(look, rows[i].server) == NULL) {
			server_of_row(&rows[i], &look->servers[look->n_servers]);
			look->n_servers++;
		}
	}
}

/* The time of the newest look before `before`; 0: none. */
static int64_t
look_time_before(const struct history_ds *rows, size_t n, int64_t before)
{
	int64_t time = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_of_look(&rows[i]) && rows[i].time < before && rows[i].time > time)
			time = rows[i].time;
	}
	return time;
}

/* When that look was last found to be still true, before the next whole one. */
static int64_t
look_seen_last(const struct history_ds *rows, size_t n, int64_t time, int64_t next)
{
	int64_t last = time;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].source == SOURCE_AUTHORITATIVE && rows[i].time < next &&
		    rows[i].time > last)
			last = rows[i].time;
	}
	return last;
}

static void
agreed_take(struct parent_looks *looks, const struct look_agreed *agreed, int64_t time)
{
	looks->agreed_time = time;
	looks->agreed_ttl = agreed->ttl;
	looks->n_agreed = agreed->by->n_ds;
	looks->n_servers_agreed = agreed->n_with;
	memcpy(looks->agreed, agreed->by->ds, agreed->by->n_ds * sizeof(agreed->by->ds[0]));
}

/* The last look, and the newest that the servers agreed at: of looks before `since` only the last
 * rows of each server were read. */
static void
looks_take(const struct history_ds *rows, size_t n, bool majority, int64_t since,
    struct parent_look *look, struct parent_looks *looks)
{
	int64_t next = INT64_MAX, time;

	while (looks->agreed_time == 0 && (time = look_time_before(rows, n, next)) != 0) {
		int64_t seen = look_seen_last(rows, n, time, next);
		struct look_agreed agreed;

		if (time < since && next != INT64_MAX)
			return;
		look_read(rows, n, time, next, look);
		if (next == INT64_MAX) {
			looks->last = *look;
			looks->last_time = seen;
		}
		look_agree(look, majority, &agreed);
		if (agreed.agreed)
			agreed_take(looks, &agreed, seen);
		next = time;
	}
}

void
parent_looks_add(
    struct parent_looks *looks, const struct parent_look *look, const struct look_agreed *agreed)
{
	looks->last = *look;
	looks->last_time = look->time;
	if (agreed->agreed)
		agreed_take(looks, agreed, look->time);
}

zg_status
parent_looks_read(const struct history_ds *rows, size_t n, bool majority, int64_t since,
    struct parent_looks *looks)
{
	struct parent_look *look = calloc(1, sizeof(*look));

	*looks = (struct parent_looks){.last_time = 0};
	if (look == NULL)
		return ZG_MEMORY;
	looks_take(rows, n, majority, since, look, looks);
	free(look);
	return ZG_OK;
}

/* ---- From looks to rows ---- */

/* What cannot be reached from here says nothing of the parent. */
static bool
is_recorded(const struct look_server *server)
{
	return server->answer != LOOK_NO_ROUTE;
}

/* Every server of the one says the same in the other. Reasons may differ from look to look. */
static bool
look_within(const struct parent_look *look, const struct parent_look *other)
{
	for (size_t i = 0; i < look->n_servers; i++) {
		const struct look_server *one = &look->servers[i], *two;

		if (!is_recorded(one))
			continue;
		two = server_find(other, one->server);
		if (two == NULL || two->answer != one->answer ||
		    (two->flaw != LOOK_UNASKED) != (one->flaw != LOOK_UNASKED) ||
		    !look_ds_same(one->ds, one->n_ds, two->ds, two->n_ds) ||
		    (look_is_proved(one->answer) && one->ttl != two->ttl))
			return false;
	}
	return true;
}

static void
row_of_server(const struct look_server *server, int64_t time, struct history_ds *row)
{
	bool proved = look_is_proved(server->answer);
	const char *rest = proved ? server->flaw_note : server->note;

	*row = (struct history_ds){.time = time,
	    .source = SOURCE_AUTHORITATIVE,
	    .answered = proved,
	    .ttl = proved ? server->ttl : 0,
	    .serial = server->has_serial ? server->serial : 0,
	    .n = proved ? server->n_ds : 0};
	(void)snprintf(row->server, sizeof(row->server), "%s", server->server);
	(void)snprintf(row->note, sizeof(row->note), "%s%s%.140s", look_answer_text(server->answer),
	    rest[0] != '\0' ? ": " : "", rest);
	memcpy(row->entries, server->ds, row->n * sizeof(row->entries[0]));
}

/* The one server that stands for a look at which nothing had changed: of those with a proof the
 * first of the newest serial, so that a server that stays behind is seen to. */
static const struct look_server *
spokesman(const struct parent_look *look)
{
	const struct look_server *found = NULL;

	for (size_t i = 0; i < look->n_servers; i++) {
		const struct look_server *server = &look->servers[i];

		if (!is_recorded(server))
			continue;
		if (found == NULL ||
		    (look_is_proved(server->answer) &&
			(!look_is_proved(found->answer) ||
			    (server->has_serial &&
				(!found->has_serial ||
				    serial_greater(server->serial, found->serial))))))
			found = server;
	}
	return found;
}

bool
parent_look_is_news(const struct parent_look *look, const struct parent_looks *before)
{
	return look->chain != LOOK_DS || before->last.chain != LOOK_DS || before->last.time == 0 ||
	       look->time < before->last.time || look->time - before->last.time >= WHOLE_AGAIN ||
	       !look_within(look, &before->last) || !look_within(&before->last, look);
}

static size_t
whole_rows(const struct parent_look *look, struct history_ds *rows)
{
	size_t n = 0;

	if (look->chain != LOOK_DS) {
		rows[n] = (struct history_ds){.time = look->time, .source = SOURCE_AUTHORITATIVE};
		(void)snprintf(rows[n].server, sizeof(rows[n].server), "%s", CHAIN);
		(void)snprintf(rows[n].note, sizeof(rows[n].note), "%s: %.140s",
		    look_answer_text(look->chain), look->why);
		n++;
	}
	for (size_t i = 0; i < look->n_servers; i++) {
		if (is_recorded(&look->servers[i]))
			row_of_server(&look->servers[i], look->time, &rows[n++]);
	}
	return n;
}

size_t
parent_look_rows(const struct parent_look *look, bool whole, struct history_ds *rows)
{
	const struct look_server *server;

	if (whole)
		return whole_rows(look, rows);
	server = spokesman(look);
	if (server == NULL)
		return 0;
	row_of_server(server, look->time, &rows[0]);
	(void)snprintf(rows[0].note, sizeof(rows[0].note), "%s", AS_BEFORE);
	return 1;
}
