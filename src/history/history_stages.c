/* Releases on their way through the stages of their zones. */
#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const char *
step_text(enum history_step_kind kind)
{
	static const char *const texts[HISTORY_STEPS] = {
	    [HISTORY_BEGUN] = "begun",
	    [HISTORY_ENTERED] = "entered",
	    [HISTORY_REACHED] = "reached",
	    [HISTORY_FAILED] = "failed",
	    [HISTORY_GOOD] = "good",
	    [HISTORY_BAD] = "not good",
	    [HISTORY_FINISHED] = "finished",
	    [HISTORY_REPLACED] = "replaced",
	    [HISTORY_ABORTING] = "aborting",
	    [HISTORY_PUT_BACK] = "put back",
	    [HISTORY_ABORTED] = "aborted",
	    [HISTORY_STOPPED] = "stopped",
	    [HISTORY_RESUMED] = "resumed",
	};

	return texts[kind];
}

/* "serial 5, stage canary: entered: why". */
static void
step_say(char text[SENTENCE_SIZE], uint32_t serial, const struct history_step *step)
{
	const char *how = "";

	if (step->kind == HISTORY_BEGUN)
		how = step->straight ? ", straight through all stages" : ", in stages";
	(void)snprintf(text, SENTENCE_SIZE, "serial %u%s%.63s: %s%s%s%.380s", (unsigned)serial,
	    step->stage[0] == '\0' ? "" : ", stage ", step->stage, step_text(step->kind), how,
	    step->why[0] == '\0' ? "" : ": ", step->why);
}

static zg_status
step_row_add(struct history *history, const struct line *line, const struct history_step *step,
    const uint8_t sum[SUM_OCTETS], struct zg_error *error)
{
	char stage[HISTORY_STAGE_SIZE], plan[HISTORY_PLAN_SIZE], actor[LABEL_SIZE],
	    why[SENTENCE_SIZE];

	text_clean(stage, sizeof(stage), step->stage);
	text_clean(plan, sizeof(plan), step->plan);
	text_clean(actor, sizeof(actor), step->actor);
	text_clean(why, sizeof(why), step->why);

	struct value values[] = {value_integer(step->candidate), value_integer(step->time),
	    value_integer(step->kind), value_text(stage), value_integer(step->straight),
	    value_text(plan), value_text(actor), value_text(why)};

	return row_add(history, line, "", table_at(TABLE_STAGES), values, sum, NULL, error);
}

zg_status
history_add_step(struct history *history, const struct history_step *step, struct zg_error *error)
{
	char text[SENTENCE_SIZE] = "";
	struct candidate_head head = {.zone = ""};
	struct line_text say = {.zone = head.zone,
	    .kind = "stage",
	    .actor = step->actor,
	    .text = text,
	    .time = step->time};
	struct line line;
	zg_status status;

	if ((size_t)step->kind >= HISTORY_STEPS)
		return error_set(error, ZG_PARAMETER, "no such step");
	status = line_begin(history, &line, error);
	if (status == ZG_OK)
		status = candidate_head(history, step->candidate, &head, error);
	if (status == ZG_OK)
		status = step_row_add(history, &line, step, head.sum, error);
	if (status == ZG_OK)
		step_say(text, head.serial, step);
	return line_end(history, &line, status, &say, error);
}

/* --- Reading --- */

static void
step_fill(const struct row *row, struct history_step *step)
{
	const struct value *values = row->values;

	step->candidate = values[0].integer;
	step->time = values[1].integer;
	step->kind = (enum history_step_kind)values[2].integer; /* CHECK says that it is one */
	(void)snprintf(step->stage, sizeof(step->stage), "%s", (const char *)values[3].octets);
	step->straight = values[4].integer != 0;
	(void)snprintf(step->plan, sizeof(step->plan), "%s", (const char *)values[5].octets);
	(void)snprintf(step->actor, sizeof(step->actor), "%s", (const char *)values[6].octets);
	(void)snprintf(step->why, sizeof(step->why), "%s", (const char *)values[7].octets);
}

/* Prepares a question for steps, with its parameters. */
static zg_status
steps_ask(struct history *history, const char *clause, const struct value *parameters,
    sqlite3_stmt **statement, struct zg_error *error)
{
	zg_status status = row_select(history, table_at(TABLE_STAGES), clause, statement, error);

	if (status == ZG_OK)
		status = values_bind(history, *statement, parameters,
		    sqlite3_bind_parameter_count(*statement), error);
	return status;
}

/* A database of a former version has no such table, and knows of no stages. */
static bool
has_stages(const struct history *history)
{
	return history->n_tables > TABLE_STAGES;
}

/* The first row that the question answers, whose candidate is told as well. */
static zg_status
rollout_take(struct history *history, sqlite3_stmt *statement, struct history_rollout *rollout,
    bool *found, struct zg_error *error)
{
	struct candidate_head head;
	struct row row;
	zg_status status = sql_step(history, statement, found, error);

	if (status != ZG_OK || !*found)
		return status;
	status = candidate_head(history, sqlite3_column_int64(statement, 4), &head, error);
	if (status == ZG_OK)
		status =
		    row_read(history, table_at(TABLE_STAGES), statement, head.sum, &row, error);
	if (status != ZG_OK)
		return status;
	step_fill(&row, &rollout->begun);
	rollout->serial = head.serial;
	memcpy(rollout->digest, head.digest, sizeof(rollout->digest));
	memcpy(rollout->file_sha256, head.file_sha256, sizeof(rollout->file_sha256));
	return ZG_OK;
}

/* The index of the kinds of steps is walked from its end. */
static const char begun_clause[] =
    "AS s WHERE s.step = 0 AND s.site = '' AND EXISTS (SELECT 1 FROM candidates AS c WHERE c.id = "
    "s.candidate AND c.zone = ?1) ORDER BY s.id DESC LIMIT 1";

zg_status
history_last_rollout(struct history *history, const char *zone, struct history_rollout *rollout,
    bool *found, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	char name[NAME_TEXT_SIZE];
	zg_status status = zone_name(zone, name, error);
	const struct value parameters[] = {value_text(name)};

	*found = false;
	if (status != ZG_OK || !has_stages(history))
		return status;
	status = read_begin(history, error);
	if (status != ZG_OK)
		return status;
	status = steps_ask(history, begun_clause, parameters, &statement, error);
	if (status == ZG_OK)
		status = rollout_take(history, statement, rollout, found, error);
	(void)sqlite3_finalize(statement);
	read_end(history);
	return status;
}

static zg_status
steps_visit(struct history *history, sqlite3_stmt *statement, const uint8_t sum[SUM_OCTETS],
    history_step_visitor visit, void *context, struct zg_error *error)
{
	struct history_step *step = calloc(1, sizeof(*step));
	zg_status status = step == NULL ? error_set(error, ZG_MEMORY, "out of memory") : ZG_OK;
	struct row row;
	bool more;

	while (status == ZG_OK) {
		status = sql_step(history, statement, &more, error);
		if (status != ZG_OK || !more)
			break;
		status = row_read(history, table_at(TABLE_STAGES), statement, sum, &row, error);
		if (status != ZG_OK)
			break;
		step_fill(&row, step);
		status = visit(context, step);
	}
	free(step);
	return status;
}

zg_status
history_visit_steps(struct history *history, int64_t candidate, history_step_visitor visit,
    void *context, struct zg_error *error)
{
	const struct value parameters[] = {value_integer(candidate)};
	sqlite3_stmt *statement = NULL;
	struct candidate_head head;
	zg_status status;

	if (!has_stages(history))
		return ZG_OK;
	status = read_begin(history, error);
	if (status != ZG_OK)
		return status;
	status = candidate_head(history, candidate, &head, error);
	if (status == ZG_OK)
		status = steps_ask(history, "WHERE candidate = ?1 AND site = '' ORDER BY id",
		    parameters, &statement, error);
	if (status == ZG_OK)
		status = steps_visit(history, statement, head.sum, visit, context, error);
	(void)sqlite3_finalize(statement);
	read_end(history);
	return status;
}

/* --- What was not finished --- */

struct unfinished {
	struct history_unfinished *list; /* owned */
	size_t n, allocated;
};

/* The last steps of ways that ended with an abort, and the first of those that have not ended;
 * either only where a stage was entered. Both find their rows by the index of the kinds. */
static const char aborted_clause[] =
    "AS s WHERE s.step = 10 AND s.time >= ?2 AND EXISTS (SELECT 1 FROM candidates AS c WHERE c.id "
    "= s.candidate AND c.zone = ?1) AND EXISTS (SELECT 1 FROM stages AS e WHERE e.candidate = "
    "s.candidate AND e.step = 1) ORDER BY s.id DESC LIMIT ?3";
static const char open_clause[] =
    "AS s WHERE s.id = (SELECT b.id FROM stages AS b WHERE b.step = 0 AND b.site = '' AND EXISTS "
    "(SELECT 1 FROM candidates AS c WHERE c.id = b.candidate AND c.zone = ?1) ORDER BY b.id DESC "
    "LIMIT 1) AND EXISTS (SELECT 1 FROM stages AS e WHERE e.candidate = s.candidate AND e.step = "
    "1) AND NOT EXISTS (SELECT 1 FROM stages AS e WHERE e.candidate = s.candidate AND e.step IN "
    "(6, 10)) LIMIT ?3";

static zg_status
unfinished_add(struct history *history, int64_t candidate, int64_t last, struct unfinished *found,
    struct zg_error *error)
{
	void *list = found->list;
	struct history_unfinished *added;
	struct candidate_head head;
	zg_status status = candidate_head(history, candidate, &head, error);

	if (status == ZG_OK) {
		status = array_reserve(&list, &found->allocated, found->n, sizeof(*found->list),
		    ZG_STAGED_SERIALS_MAX + 1);
		if (status != ZG_OK)
			(void)error_set(error, status, "too many releases were aborted");
	}
	found->list = list;
	if (status != ZG_OK)
		return status;
	added = &found->list[found->n++];
	*added = (struct history_unfinished){
	    .candidate = candidate, .serial = head.serial, .last = last};
	memcpy(added->digest, head.digest, sizeof(added->digest));
	return ZG_OK;
}

static zg_status
unfinished_ask(struct history *history, const char *clause, const struct value *parameters,
    bool is_open, struct unfinished *found, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	zg_status status = steps_ask(history, clause, parameters, &statement, error);
	bool more;

	while (status == ZG_OK) {
		status = sql_step(history, statement, &more, error);
		if (status != ZG_OK || !more)
			break;
		/* Columns of row_select: candidate and time. */
		status = unfinished_add(history, sqlite3_column_int64(statement, 4),
		    is_open ? INT64_MAX : sqlite3_column_int64(statement, 5), found, error);
	}
	(void)sqlite3_finalize(statement);
	return status;
}

zg_status
history_unfinished(struct history *history, const char *zone, int64_t since,
    struct history_unfinished **list, size_t *n, struct zg_error *error)
{
	struct unfinished found = {.n = 0};
	char name[NAME_TEXT_SIZE];
	zg_status status = zone_name(zone, name, error);
	const struct value parameters[] = {
	    value_text(name), value_integer(since), value_integer(ZG_STAGED_SERIALS_MAX)};

	*list = NULL;
	*n = 0;
	if (status != ZG_OK || !has_stages(history))
		return status;
	status = read_begin(history, error);
	if (status != ZG_OK)
		return status;
	status = unfinished_ask(history, open_clause, parameters, true, &found, error);
	if (status == ZG_OK)
		status = unfinished_ask(history, aborted_clause, parameters, false, &found, error);
	read_end(history);
	if (status != ZG_OK) {
		free(found.list);
		return status;
	}
	*list = found.list;
	*n = found.n;
	return ZG_OK;
}
