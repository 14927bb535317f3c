/* The time line of keys, from the rows of the history. */
#include "publish/key_timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "crypto/ds_digest.h"
#include "dns/name.h"
#include "dns/release_facts.h"
#include "history/history.h"

/* What one release says of one key, kept until all are there: they come newest first. */
struct key_use {
	size_t row;
	int64_t from, until;
	bool kinds[TIMELINE_KINDS];
};

/* A key that was published, for its DS: the digest is over owner and RDATA. */
struct known_key {
	uint8_t *rdata; /* owned */
	uint16_t rdlen;
};

#define USES_MAX (1024 * 1024)

struct maker {
	struct key_timeline *timeline;
	struct key_use *uses;
	size_t n_uses, n_allocated;
	struct known_key keys[TIMELINE_ROWS_MAX]; /* by row; rdata NULL: never published */
	int64_t release;			  /* id of the release in force */
	uint8_t owner[ZG_NAME_MAX];
};

/* --- Rows --- */

/* The row of a key; SIZE_MAX: there is no more room. */
static size_t
row_take(struct maker *maker, const struct timeline_row *key)
{
	struct key_timeline *timeline = maker->timeline;

	for (size_t i = 0; i < timeline->n_rows; i++) {
		const struct timeline_row *row = &timeline->rows[i];

		if (row->algorithm == key->algorithm && row->tag == key->tag &&
		    row->published == key->published &&
		    memcmp(row->sha256, key->sha256, sizeof(row->sha256)) == 0)
			return i;
	}
	if (timeline->n_rows == TIMELINE_ROWS_MAX) {
		timeline->more_rows = true;
		return SIZE_MAX;
	}
	timeline->rows[timeline->n_rows] = *key;
	return timeline->n_rows++;
}

/* Adds a bar, or makes the last one of its kind longer when they touch. */
static zg_status
bar_add(struct timeline_row *row, enum timeline_kind kind, int64_t from, int64_t until)
{
	zg_status status;

	for (size_t i = row->n_bars; i-- > 0;) {
		struct timeline_bar *bar = &row->bars[i];

		if (bar->kind != kind)
			continue;
		if (from > bar->until)
			break;
		if (until > bar->until)
			bar->until = until;
		return ZG_OK;
	}
	status = array_reserve((void **)&row->bars, &row->n_allocated, row->n_bars,
	    sizeof(row->bars[0]), TIMELINE_BARS_MAX);
	if (status == ZG_OK)
		row->bars[row->n_bars++] = (struct timeline_bar){kind, from, until};
	return status == ZG_LIMIT ? ZG_OK : status;
}

/* --- Releases --- */

/* Keeps the RDATA of a key the first time that it is seen. */
static zg_status
key_keep(struct maker *maker, size_t row, const struct release_key *key)
{
	struct known_key *known = &maker->keys[row];

	if (known->rdata != NULL || key->rdata == NULL)
		return ZG_OK;
	known->rdata = malloc((size_t)key->rdlen + 1);
	if (known->rdata == NULL)
		return ZG_MEMORY;
	memcpy(known->rdata, key->rdata, key->rdlen);
	known->rdlen = key->rdlen;
	return ZG_OK;
}

static zg_status
use_add(struct maker *maker, const struct history_candidate *candidate, size_t index, int64_t until)
{
	const struct release_key *key = &candidate->facts.keys[index];
	struct timeline_row wanted = {.algorithm = key->algorithm,
	    .tag = key->tag,
	    .flags = key->flags,
	    .published = key->published};
	struct key_use *use;
	size_t row;
	zg_status status;

	memcpy(wanted.sha256, key->sha256, sizeof(wanted.sha256));
	row = row_take(maker, &wanted);
	if (row == SIZE_MAX)
		return ZG_OK;
	status = key_keep(maker, row, key);
	if (status == ZG_OK)
		status = array_reserve((void **)&maker->uses, &maker->n_allocated, maker->n_uses,
		    sizeof(maker->uses[0]), USES_MAX);
	if (status != ZG_OK)
		return status;
	use = &maker->uses[maker->n_uses++];
	*use = (struct key_use){
	    .row = row, .from = candidate->times[CANDIDATE_PASSED], .until = until};
	use->kinds[TIMELINE_PUBLISHED] = key->published;
	use->kinds[TIMELINE_SIGNS_DNSKEY] = key->signs_dnskey;
	use->kinds[TIMELINE_SIGNS_DATA] = release_key_signs_data(&candidate->facts, index);
	return ZG_OK;
}

static bool
is_in_force(const struct history_candidate *candidate)
{
	return candidate->state == CANDIDATE_HANDED || candidate->state == CANDIDATE_CONFIRMED;
}

/* A release may be in caches from the moment it passed, and is in service until it is superseded.
 */
static zg_status
take_release(void *context, const struct history_candidate *candidate)
{
	struct maker *maker = context;
	int64_t until = candidate->times[CANDIDATE_SUPERSEDED];
	zg_status status = ZG_OK;

	if (candidate->times[CANDIDATE_ABANDONED] != 0 || !candidate->has_facts)
		return ZG_OK;
	if (maker->release == 0 && is_in_force(candidate))
		maker->release = candidate->id;
	for (size_t i = 0; i < candidate->facts.n_keys && status == ZG_OK; i++)
		status = use_add(maker, candidate, i, until != 0 ? until : INT64_MAX);
	return status;
}

/* Oldest first, so that bars that touch become one. */
static zg_status
uses_to_bars(struct maker *maker)
{
	zg_status status = ZG_OK;

	for (size_t i = maker->n_uses; i-- > 0 && status == ZG_OK;) {
		const struct key_use *use = &maker->uses[i];

		for (size_t kind = 0; kind < TIMELINE_DS && status == ZG_OK; kind++) {
			if (use->kinds[kind])
				status = bar_add(&maker->timeline->rows[use->row],
				    (enum timeline_kind)kind, use->from, use->until);
		}
	}
	return status;
}

/* --- The parent --- */

static bool
ds_is_of(const struct maker *maker, const struct known_key *key, const struct release_ds *ds)
{
	bool is_of = false;

	return key->rdata != NULL &&
	       ds_is_of_key(ds, maker->owner, key->rdata, key->rdlen, &is_of) == ZG_OK && is_of;
}

/* The row of the key that a DS is of; one of its own when no such key was ever published. */
static size_t
ds_row(struct maker *maker, const struct release_ds *ds)
{
	const struct timeline_row unknown = {.algorithm = ds->algorithm, .tag = ds->tag};

	for (size_t i = 0; i < maker->timeline->n_rows; i++) {
		const struct timeline_row *row = &maker->timeline->rows[i];

		if (row->algorithm == ds->algorithm && row->tag == ds->tag &&
		    ds_is_of(maker, &maker->keys[i], ds))
			return i;
	}
	return row_take(maker, &unknown);
}

/* Since when each row's DS is seen; 0: it is not. An answer without it ends it, whoever gave it. */
static zg_status
take_ds(struct maker *maker, const struct history_ds *ds, int64_t since[TIMELINE_ROWS_MAX])
{
	bool has[TIMELINE_ROWS_MAX] = {false};
	zg_status status = ZG_OK;

	if (!ds->answered)
		return ZG_OK;
	for (size_t i = 0; i < ds->n; i++) {
		size_t row = ds_row(maker, &ds->entries[i]);

		if (row != SIZE_MAX)
			has[row] = true;
	}
	for (size_t i = 0; i < maker->timeline->n_rows && status == ZG_OK; i++) {
		if (has[i] && since[i] == 0) {
			since[i] = ds->time;
		} else if (!has[i] && since[i] != 0) {
			status =
			    bar_add(&maker->timeline->rows[i], TIMELINE_DS, since[i], ds->time);
			since[i] = 0;
		}
	}
	return status;
}

static zg_status
parent_read(
    struct maker *maker, struct history *history, int64_t since_time, struct zg_error *error)
{
	int64_t since[TIMELINE_ROWS_MAX] = {0};
	struct history_ds *list = NULL;
	size_t n = 0;
	zg_status status =
	    history_ds_list(history, maker->timeline->zone, since_time, &list, &n, error);

	for (size_t i = 0; i < n && status == ZG_OK; i++)
		status = take_ds(maker, &list[i], since);
	for (size_t i = 0; i < maker->timeline->n_rows && status == ZG_OK; i++) {
		if (since[i] != 0)
			status =
			    bar_add(&maker->timeline->rows[i], TIMELINE_DS, since[i], INT64_MAX);
	}
	free(list);
	return status;
}

/* --- All of it --- */

static zg_status
maker_run(struct maker *maker, struct history *history, int64_t since, struct zg_error *error)
{
	struct key_timeline *timeline = maker->timeline;
	zg_status status = history_visit(
	    history, timeline->zone, since, false, ZG_HISTORY_ROWS_MAX, take_release, maker, error);

	if (status == ZG_OK)
		status = uses_to_bars(maker);
	if (status == ZG_OK)
		status = parent_read(maker, history, since, error);
	if (status == ZG_OK && maker->release != 0)
		status = history_report(history, maker->release, &timeline->stored_report, error);
	return status;
}

static void
maker_clear(struct maker *maker)
{
	for (size_t i = 0; i < TIMELINE_ROWS_MAX; i++)
		free(maker->keys[i].rdata);
	free(maker->uses);
	free(maker);
}

zg_status
key_timeline_read(struct history *history, const char *zone, int64_t since, int64_t now,
    struct key_timeline **result, struct zg_error *error)
{
	static const uint8_t root[] = {0};
	struct maker *maker = calloc(1, sizeof(*maker));
	struct key_timeline *timeline = calloc(1, sizeof(*timeline));
	const char *why = "";
	zg_status status = ZG_MEMORY;

	*result = NULL;
	if (maker == NULL || timeline == NULL) {
		(void)error_set(error, status, "out of memory");
		goto out;
	}
	maker->timeline = timeline;
	timeline->now = now;
	(void)snprintf(timeline->zone, sizeof(timeline->zone), "%s", zone);
	if (name_from_text_lower(zone, strlen(zone), root, maker->owner, &why) == 0) {
		status = error_set(error, ZG_PARAMETER, "%s: %s", zone, why);
		goto out;
	}
	status = maker_run(maker, history, since, error);
	if (status == ZG_OK) {
		*result = timeline;
		timeline = NULL;
	}
out:
	if (maker != NULL)
		maker_clear(maker);
	key_timeline_free(timeline);
	return status;
}

void
key_timeline_free(struct key_timeline *timeline)
{
	if (timeline == NULL)
		return;
	for (size_t i = 0; i < timeline->n_rows; i++)
		free(timeline->rows[i].bars);
	free(timeline->stored_report);
	free(timeline);
}
