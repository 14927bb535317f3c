/* Looks at the distribution servers in the history. */
#include "publish/observe_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "history/history.h"
#include "publish/release_log.h"

/* What a server serves unchanged is recorded as often. Seconds. */
#define SERVED_AGAIN 3600
/* The kind of a line of the log. */
#define KIND	       "observation"
#define LINE_TEXT_SIZE sizeof(((struct history_line *)0)->text)
/* Lines gone back for the last of that kind. */
#define LINES_BACK 64
/* What ends a trouble. */
#define GOOD_AGAIN "all servers serve what was released"

/* The digest that goes with the serial, if the whole copy was had. */
static const char *
served_digest(const struct observed_server *server)
{
	return server->whole_digest[0] != '\0' && server->whole_serial == server->serial
		   ? server->whole_digest
		   : "";
}

/* Whether the last row of the server says the same, and not long ago; rows come oldest first. A
 * digest once seen with the serial need not be seen again. */
static bool
is_known(
    const struct history_served *rows, size_t n, const struct observed_server *server, int64_t now)
{
	const char *digest = served_digest(server);

	for (size_t i = n; i-- > 0;) {
		if (strcmp(rows[i].server, server->server) != 0)
			continue;
		return rows[i].serial == server->serial && now - rows[i].time < SERVED_AGAIN &&
		       (digest[0] == '\0' || strcmp(rows[i].digest, digest) == 0);
	}
	return false;
}

static zg_status
record_served(
    struct release_log *log, const struct zone_look *look, int64_t now, struct zg_error *error)
{
	struct history_served *rows = NULL;
	size_t n = 0;
	zg_status status =
	    history_served_list(log->history, log->zone, now - SERVED_AGAIN, &rows, &n, error);

	for (size_t i = 0; i < look->n_servers && status == ZG_OK; i++) {
		const struct observed_server *server = &look->servers[i];
		struct history_served row = {.time = now, .serial = server->serial};

		if (!server->has_serial || is_known(rows, n, server, now))
			continue;
		(void)snprintf(row.server, sizeof(row.server), "%s", server->server);
		(void)snprintf(row.digest, sizeof(row.digest), "%s", served_digest(server));
		status = history_add_served(log->history, log->zone, &row, error);
	}
	free(rows);
	return status;
}

/* "serial 5: 2 of 6 servers are not good: 192.0.2.1@53 silent, bogus; 192.0.2.2@53 serial". */
static void
describe(const struct zone_look *look, char *text, size_t size)
{
	size_t n_bad = 0, used;

	for (size_t i = 0; i < look->n_servers; i++)
		n_bad += !observed_is_good(&look->servers[i]);
	used = (size_t)snprintf(text, size,
	    "serial %" PRIu32 ": %zu of %zu servers are not good:", look->serial, n_bad,
	    look->n_servers);
	for (size_t i = 0; i < look->n_servers && used < size; i++) {
		const struct observed_server *server = &look->servers[i];
		const char *comma = " ";

		if (observed_is_good(server))
			continue;
		used += (size_t)snprintf(text + used, size - used, " %s", server->server);
		for (int fault = 0; fault < FAULTS && used < size; fault++) {
			if (server->n_faults[fault] == 0)
				continue;
			used += (size_t)snprintf(text + used, size - used, "%s%s", comma,
			    look_fault_text((enum look_fault)fault));
			comma = ", ";
		}
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, ";");
	}
}

/* The last own line of that kind: "" if there is none of late. */
static zg_status
last_note(struct release_log *log, char text[LINE_TEXT_SIZE], struct zg_error *error)
{
	struct history_line *lines = NULL;
	size_t n = 0;
	zg_status status = history_lines(log->history, log->zone, LINES_BACK, &lines, &n, error);

	text[0] = '\0';
	for (size_t i = 0; i < n && text[0] == '\0'; i++) {
		if (strcmp(lines[i].kind, KIND) == 0 && lines[i].site[0] == '\0')
			memcpy(text, lines[i].text, LINE_TEXT_SIZE);
	}
	free(lines);
	return status;
}

/* A line that says how the look differs from the one before; one that is good ends what was wrong.
 */
static zg_status
note(struct release_log *log, const struct zone_look *look, const char *actor, int64_t now,
    bool *is_news, struct zg_error *error)
{
	char text[LINE_TEXT_SIZE], last[LINE_TEXT_SIZE];
	bool good = zone_look_is_good(look);
	zg_status status = last_note(log, last, error);

	if (good)
		(void)snprintf(text, sizeof(text), GOOD_AGAIN);
	else
		describe(look, text, sizeof(text));
	if (status != ZG_OK || strcmp(text, last) == 0 || (good && last[0] == '\0'))
		return status;
	*is_news = !good;
	return history_log(log->history, log->zone, KIND, actor, text, now, error);
}

zg_status
release_observed(struct release_log *log, const struct zone_look *look, const char *actor,
    int64_t now, struct observed *observed, struct zg_error *error)
{
	zg_status status = record_served(log, look, now, error);

	*observed = (struct observed){.confirmed = false};
	if (status == ZG_OK)
		status = note(log, look, actor, now, &observed->is_news, error);
	if (status != ZG_OK || !zone_look_is_good(look))
		return status;
	status = release_confirm(log, look->serial, actor, now, error);
	observed->confirmed = status == ZG_OK;
	return status;
}
