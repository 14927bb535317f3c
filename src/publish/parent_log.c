/* Looks at the parent in the history. */
#include "publish/parent_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "policy/policy.h"
#include "publish/release_log.h"

/* Looks that are gone back to. */
#define REACH 86400
void
parent_rules_of(const zg_policy *policy, struct parent_rules *rules)
{
	const struct policy_release *release = policy_release(policy);
	const struct ds_source *source = &release->parent.sources[DS_SOURCE_AUTHORITATIVE];

	*rules = (struct parent_rules){.asked = source->accepted,
	    .majority = source->majority,
	    .poll = source->poll,
	    .max_age = source->max_age,
	    .lag = release->parent.propagation_delay == NOT_SET ? 0
								: release->parent.propagation_delay,
	    .from_file = release->parent.sources[DS_SOURCE_FILE].accepted,
	    .from_operator = release->parent.sources[DS_SOURCE_STATIC].accepted};
}

static void
said_take(struct parent_known *known, const struct history_ds *row)
{
	struct parent_said *said = &known->said[row->source == SOURCE_FILE ? 0 : 1];

	if (row->source == SOURCE_AUTHORITATIVE)
		return;
	*said = (struct parent_said){.time = row->time,
	    .source = row->source,
	    .answered = row->answered,
	    .ttl = row->ttl,
	    .n_ds = row->n};
	memcpy(said->who, row->server, sizeof(said->who));
	memcpy(said->note, row->note, sizeof(said->note));
	memcpy(said->ds, row->entries, row->n * sizeof(row->entries[0]));
}

zg_status
parent_known_read(struct history *history, const char *zone, const struct parent_rules *rules,
    int64_t now, struct parent_known **result, struct zg_error *error)
{
	struct parent_known *known = calloc(1, sizeof(*known));
	int64_t reach = rules->max_age > REACH ? rules->max_age : REACH;
	zg_status status = ZG_OK;

	*result = NULL;
	if (known == NULL)
		status = error_set(error, ZG_MEMORY, "out of memory");
	if (status == ZG_OK)
		status = history_ds_list(
		    history, zone, now - reach, &known->rows, &known->n_rows, error);
	if (status == ZG_OK)
		status = parent_looks_read(
		    known->rows, known->n_rows, rules->majority, now - reach, &known->looks);
	for (size_t i = 0; status == ZG_OK && i < known->n_rows; i++)
		said_take(known, &known->rows[i]);
	if (status == ZG_OK)
		*result = known;
	else
		parent_known_free(known);
	return status;
}

void
parent_known_free(struct parent_known *known)
{
	if (known == NULL)
		return;
	free(known->rows);
	free(known);
}

zg_status
release_parent_known(struct release_log *log, const struct parent_rules *rules, int64_t now,
    struct parent_known **known, struct zg_error *error)
{
	return parent_known_read(log->history, log->zone, rules, now, known, error);
}

/* Releases since the one in force that are looked at. */
#define RELEASES_MAX 16

zg_status
parent_release_read(struct history *history, const char *zone, int64_t now,
    struct parent_release *release, struct zg_error *error)
{
	zg_status status;

	*release = (struct parent_release){.list = NULL};
	status = history_candidates(
	    history, zone, now, false, RELEASES_MAX, &release->list, &release->n, error);
	for (size_t i = 0; i < release->n && status == ZG_OK && release->facts == NULL; i++) {
		const struct history_candidate *candidate = &release->list[i];

		if (candidate->has_facts && (candidate->state == CANDIDATE_HANDED ||
						candidate->state == CANDIDATE_CONFIRMED))
			release->facts = &candidate->facts;
	}
	return status;
}

zg_status
release_parent_release(
    struct release_log *log, int64_t now, struct parent_release *release, struct zg_error *error)
{
	return parent_release_read(log->history, log->zone, now, release, error);
}

void
parent_release_clear(struct parent_release *release)
{
	history_candidates_free(release->list, release->n);
	*release = (struct parent_release){.list = NULL};
}

zg_status
parent_known_add(struct parent_known **known, const struct parent_look *look,
    const struct parent_rules *rules, struct zg_error *error)
{
	struct look_agreed agreed;

	if (*known == NULL)
		*known = calloc(1, sizeof(**known));
	if (*known == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	look_agree(look, rules->majority, &agreed);
	parent_looks_add(&(*known)->looks, look, &agreed);
	return ZG_OK;
}

/* ---- Recording ---- */

/* All rows of a look, or none. */
static zg_status
rows_add(struct release_log *log, const struct history_ds *rows, size_t n, struct zg_error *error)
{
	zg_status status = history_begin(log->history, error);

	for (size_t i = 0; i < n && status == ZG_OK; i++)
		status = history_add_ds(log->history, log->zone, &rows[i], error);
	if (status == ZG_OK)
		status = history_commit(log->history, error);
	return status;
}

zg_status
release_parent_record(struct release_log *log, const struct parent_look *look,
    const struct parent_known *before, struct zg_error *error)
{
	struct history_ds *rows = calloc(PARENT_LOOK_ROWS, sizeof(*rows));
	size_t n;
	zg_status status;

	if (rows == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	n = parent_look_rows(look, parent_look_is_news(look, &before->looks), rows);
	status = rows_add(log, rows, n, error);
	free(rows);
	return status;
}

zg_status
release_parent_said(struct release_log *log, const struct release_ds *list, size_t n, uint32_t ttl,
    const char *who, int64_t time, struct zg_error *error)
{
	struct history_ds *row = calloc(1, sizeof(*row));
	zg_status status;

	if (row == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	*row = (struct history_ds){
	    .time = time, .source = SOURCE_OPERATOR, .answered = true, .ttl = ttl, .n = n};
	(void)snprintf(row->server, sizeof(row->server), "%s", who);
	memcpy(row->entries, list, n * sizeof(list[0]));
	status = history_add_ds(log->history, log->zone, row, error);
	free(row);
	return status;
}
