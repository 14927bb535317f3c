/* Candidates, what became of them, and their reports. */
#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Who says what the gate itself found. */
#define GATE "zonegate"

const char *
candidate_state_text(enum candidate_state state)
{
	static const char *const texts[CANDIDATE_STATES] = {
	    [CANDIDATE_SEEN] = "seen",
	    [CANDIDATE_REFUSED] = "refused",
	    [CANDIDATE_UNDECIDED] = "undecided",
	    [CANDIDATE_HELD] = "held",
	    [CANDIDATE_PASSED] = "passed",
	    [CANDIDATE_HANDED] = "handed",
	    [CANDIDATE_CONFIRMED] = "confirmed",
	    [CANDIDATE_SUPERSEDED] = "superseded",
	    [CANDIDATE_ABANDONED] = "abandoned",
	};

	return (size_t)state < CANDIDATE_STATES ? texts[state] : "unknown";
}

/* --- Adding --- */

/* Adds the row of the candidate; `sum` is set to the row's. */
static zg_status
candidate_add(struct history *history, const struct line *line, const struct history_new *new,
    const char *zone, int64_t *id, uint8_t sum[SUM_OCTETS], struct zg_error *error)
{
	static const uint8_t unknown[32];
	const struct table *table = table_at(TABLE_CANDIDATES);
	struct text_writer octets = {0};
	char reason[SENTENCE_SIZE], policy[DIGEST_TEXT_SIZE], digest[DIGEST_TEXT_SIZE];
	zg_status status = new->facts == NULL ? ZG_OK : facts_encode(new->facts, &octets);

	text_clean(reason, sizeof(reason), new->reason);
	text_clean(policy, sizeof(policy), new->policy_digest);
	text_clean(digest, sizeof(digest), new->facts == NULL ? "" : new->facts->digest);
	if (status != ZG_OK)
		(void)error_set(error, status, "the facts of the candidate cannot be kept");
	else {
		struct value values[] = {value_text(zone), value_integer(new->time),
		    value_integer(new->facts == NULL ? 0 : new->facts->serial), value_text(digest),
		    value_octets(new->file_sha256 == NULL ? unknown : new->file_sha256, 32),
		    value_text(policy), value_text(reason), value_integer(new->imported),
		    value_octets(octets.text, octets.used)};

		status = row_sum(history, table, values, NULL, sum, error);
		if (status == ZG_OK)
			status = row_add(history, line, "", table, values, NULL, id, error);
	}
	text_writer_clear(&octets);
	return status;
}

static zg_status
event_add(struct history *history, const struct line *line, int64_t id,
    const uint8_t sum[SUM_OCTETS], enum candidate_state state, int64_t time, const char *actor,
    const char *why, struct zg_error *error)
{
	char clean_actor[LABEL_SIZE], clean_why[SENTENCE_SIZE];

	text_clean(clean_actor, sizeof(clean_actor), actor);
	text_clean(clean_why, sizeof(clean_why), why);

	struct value values[] = {value_integer(id), value_integer(state), value_integer(time),
	    value_text(clean_actor), value_text(clean_why)};

	return row_add(history, line, "", table_at(TABLE_EVENTS), values, sum, NULL, error);
}

static zg_status
report_add(struct history *history, const struct line *line, int64_t id,
    const uint8_t sum[SUM_OCTETS], const char *report, struct zg_error *error)
{
	struct value values[] = {value_integer(id), value_text(report == NULL ? "" : report)};

	if (report == NULL)
		return ZG_OK;
	if (values[1].length > ZG_HISTORY_REPORT_MAX)
		return error_set(error, ZG_LIMIT, "the report is too long for the history");
	if (!text_is_utf8(report, values[1].length))
		return error_set(error, ZG_PARAMETER, "the report is not UTF-8");
	return row_add(history, line, "", table_at(TABLE_REPORTS), values, sum, NULL, error);
}

/* "candidate 17, serial 2026010101: passed: pass". */
static void
candidate_say(char text[SENTENCE_SIZE], int64_t id, bool has_serial, uint32_t serial,
    enum candidate_state state, const char *why)
{
	char number[32] = "";

	if (has_serial)
		(void)snprintf(number, sizeof(number), ", serial %u", (unsigned)serial);
	(void)snprintf(text, SENTENCE_SIZE, "candidate %lld%s: %s%s%s", (long long)id, number,
	    candidate_state_text(state), why == NULL || why[0] == '\0' ? "" : ": ",
	    why == NULL ? "" : why);
}

zg_status
history_add_candidate(struct history *history, const struct history_new *candidate, int64_t *id,
    struct zg_error *error)
{
	const struct release_facts *facts = candidate->facts;
	char zone[NAME_TEXT_SIZE], text[SENTENCE_SIZE] = "";
	struct line_text say = {.zone = zone,
	    .kind = candidate->imported ? "import" : "verdict",
	    .actor = GATE,
	    .text = text,
	    .time = candidate->time};
	uint8_t sum[SUM_OCTETS];
	struct line line;
	zg_status status;

	*id = 0;
	if ((size_t)candidate->state >= CANDIDATE_STATES)
		return error_set(error, ZG_PARAMETER, "no such state");
	status = zone_name(
	    candidate->zone != NULL || facts == NULL ? candidate->zone : facts->zone, zone, error);
	if (status == ZG_OK && facts != NULL && facts->zone[0] != '\0' &&
	    strcmp(facts->zone, zone) != 0)
		status = error_set(error, ZG_PARAMETER, "facts of another zone than %.200s", zone);
	if (status != ZG_OK)
		return status;
	status = line_begin(history, &line, error);
	if (status == ZG_OK)
		status = candidate_add(history, &line, candidate, zone, id, sum, error);
	if (status == ZG_OK)
		status = report_add(history, &line, *id, sum, candidate->report, error);
	if (status == ZG_OK)
		status = event_add(history, &line, *id, sum, candidate->state, candidate->time,
		    GATE, candidate->reason, error);
	if (status == ZG_OK)
		candidate_say(text, *id, facts != NULL, facts == NULL ? 0 : facts->serial,
		    candidate->state, candidate->reason);
	status = line_end(history, &line, status, &say, error);
	if (status != ZG_OK)
		*id = 0;
	return status;
}

/* --- Reading --- */

/* Binds the only parameter, an id, of a statement that may have been used before. */
static zg_status
rebind(struct history *history, sqlite3_stmt *statement, int64_t id, struct zg_error *error)
{
	int rc;

	(void)sqlite3_reset(statement); /* repeats what the last step said */
	rc = sqlite3_bind_int64(statement, 1, id);
	return rc == SQLITE_OK ? ZG_OK : sql_error(history, rc, error);
}

/* Reads what became of a candidate: the first time of each state, and the last state. */
static zg_status
events_read(struct history *history, sqlite3_stmt *statement, const uint8_t sum[SUM_OCTETS],
    struct history_candidate *candidate, struct zg_error *error)
{
	zg_status status = rebind(history, statement, candidate->id, error);
	int64_t last = 0;
	struct row row;
	bool more;

	while (status == ZG_OK) {
		size_t state;
		int64_t time;

		status = sql_step(history, statement, &more, error);
		if (status != ZG_OK || !more)
			break;
		status = row_read(history, table_at(TABLE_EVENTS), statement, sum, &row, error);
		if (status != ZG_OK)
			break;
		state = (size_t)row.values[1].integer; /* CHECK and sum say that it is one */
		time = row.values[2].integer;
		if (state >= CANDIDATE_STATES)
			return error_set(error, ZG_READ, "the history is damaged: a state");
		if (candidate->times[state] == 0 || time < candidate->times[state])
			candidate->times[state] = time;
		if (row.id > last) {
			last = row.id;
			candidate->state = (enum candidate_state)state;
		}
	}
	if (status == ZG_OK && last == 0)
		status =
		    error_set(error, ZG_READ, "the history is damaged: candidate %lld has no state",
			(long long)candidate->id);
	return status;
}

static void
copy_text(char *out, const struct value *value)
{
	memcpy(out, value->octets, value->length + 1);
}

/* Fills zeroed storage from a row; the sum of the row is copied out. */
static zg_status
candidate_fill(const struct row *row, struct history_candidate *candidate, struct zg_error *error)
{
	struct release_facts *facts = &candidate->facts;
	const struct value *values = row->values;
	zg_status status = ZG_OK;

	candidate->id = row->id;
	(void)snprintf(candidate->site, sizeof(candidate->site), "%s", row->site);
	copy_text(facts->zone, &values[0]);
	facts->serial = (uint32_t)values[2].integer;
	copy_text(facts->digest, &values[3]);
	if (values[4].length == sizeof(candidate->file_sha256))
		memcpy(candidate->file_sha256, values[4].octets, values[4].length);
	copy_text(candidate->policy_digest, &values[5]);
	copy_text(candidate->reason, &values[6]);
	candidate->imported = values[7].integer != 0;
	candidate->has_facts = values[8].length > 0;
	if (candidate->has_facts)
		status = facts_decode(values[8].octets, values[8].length, facts);
	return status == ZG_OK ? ZG_OK
			       : error_set(error, status == ZG_INPUT_BAD ? ZG_READ : status,
				     "cannot read the facts of candidate %lld", (long long)row->id);
}

/*
 * Which candidates are asked for. An abandoned one is over like a superseded one. Those that never
 * passed are shown by their own time. The states are those of enum candidate_state: from 4 on it
 * passed, 7 and 8 are over. Both clauses walk the index of times from its end, and read nothing but
 * indexes of what they leave out.
 */
_Static_assert(CANDIDATE_PASSED == 4 && CANDIDATE_SUPERSEDED == 7 && CANDIDATE_ABANDONED == 8 &&
		   CANDIDATE_STATES == 9,
    "the numbers of the states stand in statements and in databases");

#define NEWEST_FIRST " ORDER BY c.time DESC, c.id DESC"

static const char wanted_clause[] =
    "AS c WHERE c.zone = ?1 AND NOT EXISTS (SELECT 1 FROM events AS e WHERE e.candidate = c.id AND "
    "e.state >= 7 AND e.time < ?2) AND (EXISTS (SELECT 1 FROM events AS e WHERE e.candidate = c.id "
    "AND e.state >= 4) OR (?3 AND c.time >= ?2))" NEWEST_FIRST;
/* The newest that was superseded before. */
static const char superseded_clause[] =
    "AS c WHERE c.zone = ?1 AND EXISTS (SELECT 1 FROM events AS e WHERE e.candidate = c.id AND "
    "e.state = 7 AND e.time < ?2)" NEWEST_FIRST " LIMIT 1";

/* A walk over candidates, newest first. */
struct walk {
	sqlite3_stmt *wanted, *superseded; /* owned; a row each, while `has` says so */
	sqlite3_stmt *events;		   /* owned */
	bool has_wanted, has_superseded;
};

static void
walk_clear(struct walk *walk)
{
	(void)sqlite3_finalize(walk->wanted);
	(void)sqlite3_finalize(walk->superseded);
	(void)sqlite3_finalize(walk->events);
}

static zg_status
clause_begin(struct history *history, const char *clause, const struct value *parameters,
    sqlite3_stmt **statement, bool *has, struct zg_error *error)
{
	zg_status status =
	    row_select(history, table_at(TABLE_CANDIDATES), clause, statement, error);

	if (status == ZG_OK)
		status = values_bind(history, *statement, parameters,
		    sqlite3_bind_parameter_count(*statement), error);
	return status == ZG_OK ? sql_step(history, *statement, has, error) : status;
}

/* `zone` is borrowed for the life of the walk. */
static zg_status
walk_begin(struct history *history, const char *zone, int64_t since, bool all, struct walk *walk,
    struct zg_error *error)
{
	const struct value parameters[] = {
	    value_text(zone), value_integer(since), value_integer(all)};
	zg_status status = clause_begin(
	    history, wanted_clause, parameters, &walk->wanted, &walk->has_wanted, error);

	if (status == ZG_OK)
		status = clause_begin(history, superseded_clause, parameters, &walk->superseded,
		    &walk->has_superseded, error);
	if (status == ZG_OK)
		status = row_select(
		    history, table_at(TABLE_EVENTS), "WHERE candidate = ?", &walk->events, error);
	return status;
}

/* Columns of row_select: the id, and of a candidate the time. */
enum { COLUMN_ID = 0, COLUMN_TIME = 5 };

static bool
walk_more(const struct walk *walk)
{
	return walk->has_wanted || walk->has_superseded;
}

/* The superseded one comes next: it is newer than what is wanted. None is both. */
static bool
superseded_is_next(const struct walk *walk)
{
	int64_t time, wanted_time;

	if (!walk->has_superseded || !walk->has_wanted)
		return walk->has_superseded;
	time = sqlite3_column_int64(walk->superseded, COLUMN_TIME);
	wanted_time = sqlite3_column_int64(walk->wanted, COLUMN_TIME);
	if (time != wanted_time)
		return time > wanted_time;
	return sqlite3_column_int64(walk->superseded, COLUMN_ID) >
	       sqlite3_column_int64(walk->wanted, COLUMN_ID);
}

/* Goes behind the candidate at hand; `superseded`: it is that one. */
static zg_status
walk_step(struct history *history, struct walk *walk, bool superseded, struct zg_error *error)
{
	if (!superseded)
		return sql_step(history, walk->wanted, &walk->has_wanted, error);
	walk->has_superseded = false;
	return ZG_OK;
}

/* The candidate of the statement's row into zeroed storage. */
static zg_status
candidate_read(struct history *history, sqlite3_stmt *statement, sqlite3_stmt *events,
    struct history_candidate *candidate, struct zg_error *error)
{
	uint8_t sum[SUM_OCTETS];
	struct row row;
	zg_status status =
	    row_read(history, table_at(TABLE_CANDIDATES), statement, NULL, &row, error);

	if (status != ZG_OK)
		return status;
	memcpy(sum, row.sum, SUM_OCTETS);
	status = candidate_fill(&row, candidate, error);
	return status == ZG_OK ? events_read(history, events, sum, candidate, error) : status;
}

/* Reads the candidate at hand into zeroed storage, and goes on. */
static zg_status
walk_read(struct history *history, struct walk *walk, struct history_candidate *candidate,
    struct zg_error *error)
{
	bool superseded = superseded_is_next(walk);
	zg_status status = candidate_read(
	    history, superseded ? walk->superseded : walk->wanted, walk->events, candidate, error);

	return status == ZG_OK ? walk_step(history, walk, superseded, error) : status;
}

/* Candidates that a walk may come to: `limit`, or all that are lawful and one more. */
static size_t
walk_limit(size_t limit)
{
	return limit == 0 || limit > ZG_HISTORY_ROWS_MAX ? ZG_HISTORY_ROWS_MAX + 1 : limit;
}

static zg_status
too_many(struct zg_error *error)
{
	return error_set(error, ZG_LIMIT, "too many candidates");
}

/* Hands out one candidate after the other. */
static zg_status
walk_visit(struct history *history, struct walk *walk, size_t most, history_visitor visit,
    void *context, struct zg_error *error)
{
	struct history_candidate *candidate = calloc(1, sizeof(*candidate));
	zg_status status = ZG_OK;

	if (candidate == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	for (size_t n = 0; n < most && status == ZG_OK && walk_more(walk); n++) {
		if (n == ZG_HISTORY_ROWS_MAX) {
			status = too_many(error);
			break;
		}
		status = walk_read(history, walk, candidate, error);
		if (status == ZG_OK)
			status = visit(context, candidate);
		facts_reset(&candidate->facts);
		memset(candidate->times, 0, sizeof(candidate->times));
	}
	free(candidate);
	return status;
}

zg_status
history_visit(struct history *history, const char *zone, int64_t since, bool all, size_t limit,
    history_visitor visit, void *context, struct zg_error *error)
{
	char name[NAME_TEXT_SIZE];
	struct walk walk = {.has_wanted = false};
	zg_status status = zone_name(zone, name, error);

	if (status == ZG_OK)
		status = read_begin(history, error);
	if (status != ZG_OK)
		return status;
	status = walk_begin(history, name, since, all, &walk, error);
	if (status == ZG_OK)
		status = walk_visit(history, &walk, walk_limit(limit), visit, context, error);
	walk_clear(&walk);
	read_end(history);
	return status;
}

/* How many candidates a walk comes to, at most `most`. */
static zg_status
walk_count(
    struct history *history, struct walk *walk, size_t most, size_t *n, struct zg_error *error)
{
	zg_status status = ZG_OK;

	for (*n = 0; *n < most && status == ZG_OK && walk_more(walk); (*n)++)
		status = walk_step(history, walk, superseded_is_next(walk), error);
	if (status == ZG_OK && *n > ZG_HISTORY_ROWS_MAX)
		status = too_many(error);
	return status;
}

/* Reads the first `n` candidates of a walk into a new list. */
static zg_status
walk_list(struct history *history, struct walk *walk, size_t n, struct history_candidate **list,
    struct zg_error *error)
{
	zg_status status = ZG_OK;

	if (n == 0)
		return ZG_OK;
	/* Most of a candidate's storage is never written to, and so never takes memory. */
	*list = calloc(n, sizeof(**list));
	if (*list == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	for (size_t i = 0; i < n && status == ZG_OK; i++)
		status = walk_read(history, walk, &(*list)[i], error);
	return status;
}

zg_status
history_candidates(struct history *history, const char *zone, int64_t since, bool all, size_t limit,
    struct history_candidate **list, size_t *n, struct zg_error *error)
{
	char name[NAME_TEXT_SIZE];
	struct walk counted = {.has_wanted = false}, walk = {.has_wanted = false};
	zg_status status = zone_name(zone, name, error);

	*list = NULL;
	*n = 0;
	if (status == ZG_OK)
		status = read_begin(history, error);
	if (status != ZG_OK)
		return status;
	status = walk_begin(history, name, since, all, &counted, error);
	if (status == ZG_OK)
		status = walk_count(history, &counted, walk_limit(limit), n, error);
	walk_clear(&counted);
	if (status == ZG_OK)
		status = walk_begin(history, name, since, all, &walk, error);
	if (status == ZG_OK)
		status = walk_list(history, &walk, *n, list, error);
	walk_clear(&walk);
	read_end(history);
	if (status != ZG_OK) {
		history_candidates_free(*list, *n);
		*list = NULL;
		*n = 0;
	}
	return status;
}

void
history_candidates_free(struct history_candidate *list, size_t n)
{
	for (size_t i = 0; list != NULL && i < n; i++)
		release_facts_clear(&list[i].facts);
	free(list);
}

zg_status
candidate_head(
    struct history *history, int64_t id, struct candidate_head *head, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	zg_status status =
	    row_select(history, table_at(TABLE_CANDIDATES), "WHERE id = ?", &statement, error);
	struct row row;
	bool found = false;

	if (status == ZG_OK)
		status = rebind(history, statement, id, error);
	if (status == ZG_OK)
		status = sql_step(history, statement, &found, error);
	if (status == ZG_OK && !found)
		status =
		    error_set(error, ZG_PARAMETER, "there is no candidate %lld", (long long)id);
	if (status == ZG_OK)
		status =
		    row_read(history, table_at(TABLE_CANDIDATES), statement, NULL, &row, error);
	if (status == ZG_OK) {
		memcpy(head->sum, row.sum, SUM_OCTETS);
		copy_text(head->zone, &row.values[0]);
		head->serial = (uint32_t)row.values[2].integer;
		copy_text(head->digest, &row.values[3]);
		memset(head->file_sha256, 0, sizeof(head->file_sha256));
		if (row.values[4].length == sizeof(head->file_sha256))
			memcpy(head->file_sha256, row.values[4].octets, row.values[4].length);
		head->has_serial = row.values[8].length > 0;
	}
	(void)sqlite3_finalize(statement);
	return status;
}

zg_status
history_set_state(struct history *history, int64_t id, enum candidate_state state, int64_t time,
    const char *actor, const char *why, struct zg_error *error)
{
	char text[SENTENCE_SIZE] = "";
	struct candidate_head head = {.zone = ""};
	struct line_text say = {
	    .zone = head.zone, .kind = "state", .actor = actor, .text = text, .time = time};
	struct line line;
	zg_status status;

	if ((size_t)state >= CANDIDATE_STATES)
		return error_set(error, ZG_PARAMETER, "no such state");
	status = line_begin(history, &line, error);
	if (status == ZG_OK)
		status = candidate_head(history, id, &head, error);
	if (status == ZG_OK)
		status = event_add(history, &line, id, head.sum, state, time, actor, why, error);
	if (status == ZG_OK)
		candidate_say(text, id, head.has_serial, head.serial, state, why);
	return line_end(history, &line, status, &say, error);
}

zg_status
history_report(struct history *history, int64_t id, char **report, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	struct candidate_head head;
	struct row row;
	bool found = false;
	zg_status status;

	*report = NULL;
	status = read_begin(history, error);
	if (status != ZG_OK)
		return status;
	status = candidate_head(history, id, &head, error);
	if (status == ZG_OK)
		status = row_select(history, table_at(TABLE_REPORTS),
		    "WHERE candidate = ? ORDER BY id LIMIT 1", &statement, error);
	if (status == ZG_OK)
		status = rebind(history, statement, id, error);
	if (status == ZG_OK)
		status = sql_step(history, statement, &found, error);
	if (status == ZG_OK && found)
		status =
		    row_read(history, table_at(TABLE_REPORTS), statement, head.sum, &row, error);
	if (status == ZG_OK) {
		*report = strdup(found ? row.values[1].octets : "");
		if (*report == NULL)
			status = error_set(error, ZG_MEMORY, "out of memory");
	}
	(void)sqlite3_finalize(statement);
	read_end(history);
	return status;
}
