/* Looks at the distribution servers in the history. */
#include "publish/observe_log.h"

#include <inttypes.h>
#include <stdarg.h>
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

/* --- In words --- */

/* A line that grows up to its size. */
struct line {
	char *text;
	size_t size, used;
};

static void PRINTF_LIKE(2, 3) line_add(struct line *line, const char *format, ...)
{
	va_list ap;

	if (line->used >= line->size)
		return;
	va_start(ap, format);
	line->used +=
	    (size_t)vsnprintf(line->text + line->used, line->size - line->used, format, ap);
	va_end(ap);
}

/* "192.0.2.1@53 silent, bogus", and with `example` " (www.example. A over UDP: why)". */
static void
add_faults(struct line *line, const struct observed_server *server, bool example)
{
	const char *comma = " ";

	line_add(line, "%s", server->server);
	for (int fault = 0; fault < FAULTS; fault++) {
		if (server->n_faults[fault] == 0)
			continue;
		line_add(line, "%s%s", comma, look_fault_text((enum look_fault)fault));
		comma = ", ";
	}
	if (example && server->n_examples > 0)
		line_add(line, " (%s)", server->examples[0].text);
}

/* Those of the stage (NULL: all) that are not good, validating resolvers too; returns how many. */
static size_t
add_bad(struct line *line, const struct zone_look *look, const char *stage, bool examples)
{
	size_t n = 0;

	for (size_t i = 0; i < look->n_servers; i++) {
		const struct observed_server *server = &look->servers[i];

		if ((stage != NULL && strcmp(server->stage, stage) != 0) ||
		    observed_is_good(server))
			continue;
		if (n++ > 0)
			line_add(line, "; ");
		add_faults(line, server, examples);
	}
	for (size_t i = 0; i < look->n_validators; i++) {
		if (validator_is_good(&look->validators[i]))
			continue;
		if (n++ > 0)
			line_add(line, "; ");
		add_faults(line, &look->validators[i], examples);
	}
	return n;
}

/* "serial 5: 2 of 6 servers are not good: 192.0.2.1@53 silent, bogus; 192.0.2.2@53 serial". */
static void
describe(const struct zone_look *look, char *text, size_t size)
{
	struct line line = {text, size, 0};
	uint32_t serial = look->rolling.n_servers > 0 && look->digest[0] == '\0'
			      ? look->rolling.serial
			      : look->serial;
	size_t n_bad = 0;

	for (size_t i = 0; i < look->n_servers; i++)
		n_bad += !observed_is_good(&look->servers[i]);
	line_add(&line, "serial %" PRIu32 ": %zu of %zu servers are not good: ", serial, n_bad,
	    look->n_servers);
	(void)add_bad(&line, look, NULL, false);
}

/* "2 servers serve serial 6: 416 of 416 answers, 392 proved, 190 through validating resolvers,
 * whole copies: 2". */
static void
describe_good(const struct zone_look *look, const char *stage, struct line *line)
{
	size_t n = 0, n_asked = 0, n_answered = 0, n_proved = 0, n_resolved = 0, n_whole = 0;
	uint32_t serial = 0;

	for (size_t i = 0; i < look->n_servers; i++) {
		const struct observed_server *server = &look->servers[i];

		if (stage != NULL && strcmp(server->stage, stage) != 0)
			continue;
		n++;
		serial = server->serial;
		n_asked += server->n_asked;
		n_answered += server->n_answered;
		n_proved += server->n_proved;
		n_resolved += server->n_resolved;
		n_whole += server->whole == WHOLE_SAME;
	}
	line_add(line,
	    "%zu server%s serve%s serial %" PRIu32 ": %zu of %zu answers, %zu proved, %zu through "
	    "validating resolvers, whole copies: %zu",
	    n, n == 1 ? "" : "s", n == 1 ? "s" : "", serial, n_answered, n_asked, n_proved,
	    n_resolved, n_whole);
}

bool
look_evidence(const struct zone_look *look, const char *stage, char *text, size_t size)
{
	struct line line = {text, size, 0};

	text[0] = '\0';
	if (add_bad(&line, look, stage, true) > 0)
		return false;
	describe_good(look, stage, &line);
	return true;
}

/* --- What is recorded --- */

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
	char evidence[LINE_TEXT_SIZE];
	zg_status status = record_served(log, look, now, error);

	*observed = (struct observed){.confirmed = false};
	/* What is to be said of stages, their own rows say; that something could not be told is no
	 * news of the servers. */
	if (status != ZG_OK || look->partial ||
	    (look->unvalidated[0] != '\0' && look_evidence(look, NULL, evidence, sizeof(evidence))))
		return status;
	status = note(log, look, actor, now, &observed->is_news, error);
	if (status != ZG_OK || !zone_look_is_good(look) || look->rolling.n_servers > 0)
		return status;
	status = release_confirm(log, look->serial, actor, now, error);
	observed->confirmed = status == ZG_OK;
	return status;
}

struct passed {
	uint32_t serial;
	bool any, found;
};

/* The newest with that serial; one that is known never to have gone out is none. */
static zg_status
passed_visit(void *context, const struct history_candidate *candidate)
{
	struct passed *passed = context;

	passed->any = true;
	if (candidate->facts.serial != passed->serial)
		return ZG_OK;
	passed->found = candidate->state != CANDIDATE_ABANDONED;
	return HISTORY_STOP;
}

zg_status
release_served(struct release_log *log, const char *server, uint32_t serial, int64_t now,
    bool *known, struct zg_error *error)
{
	struct observed_server seen = {.has_serial = true, .serial = serial};
	const struct zone_look look = {.servers = &seen, .n_servers = 1};
	struct passed passed = {.serial = serial};
	zg_status status;

	(void)snprintf(seen.server, sizeof(seen.server), "%s", server);
	status = record_served(log, &look, now, error);
	if (status == ZG_OK)
		status = history_visit(
		    log->history, log->zone, 0, false, 0, passed_visit, &passed, error);
	if (status == HISTORY_STOP)
		status = ZG_OK;
	*known = passed.found || !passed.any;
	return status;
}
