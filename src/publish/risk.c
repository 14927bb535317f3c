/* What makes a release a risk. */
#include "publish/risk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/release_compare.h"
#include "history/history.h"
#include "publish/release.h"
#include "publish/release_log.h"
#include "publish/rollout.h"

bool
risk_is_named(const zg_policy *policy, const char *check_id)
{
	return policy_names_risk(policy, check_id);
}

enum staging_newer
risk_newer(const zg_policy *policy)
{
	return policy_release(policy)->staging.newer;
}

/* --- What has changed --- */

enum risk_change
risk_compare(const struct release_facts *candidate, const struct release_facts *in_force)
{
	if (in_force == NULL)
		return RISK_FIRST;
	if (candidate == NULL || candidate->more_classes || in_force->more_classes)
		return RISK_UNKNOWN;
	if (!release_keys_same(candidate, in_force))
		return RISK_KEYS;
	if (strcmp(candidate->denial, in_force->denial) != 0)
		return RISK_DENIAL;
	/* Both ways: a signer that some RRsets no longer have is a change as well as a new one. */
	if (!release_unchanged(candidate, in_force) || !release_unchanged(in_force, candidate))
		return RISK_SIGNERS;
	return RISK_NO_CHANGE;
}

static bool
ds_listed(const struct history_ds *row, const struct release_ds *ds)
{
	for (size_t i = 0; i < row->n; i++) {
		const struct release_ds *other = &row->entries[i];

		if (other->tag == ds->tag && other->algorithm == ds->algorithm &&
		    other->digest_type == ds->digest_type && other->digest_len == ds->digest_len &&
		    memcmp(other->digest, ds->digest, ds->digest_len) == 0)
			return true;
	}
	return false;
}

static bool
ds_within(const struct history_ds *row, const struct history_ds *other)
{
	for (size_t i = 0; i < row->n; i++) {
		if (!ds_listed(other, &row->entries[i]))
			return false;
	}
	return true;
}

/* Of the first `n` rows. */
static const struct history_ds *
first_answer(const struct history_ds *rows, size_t n, const char *server)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].answered && strcmp(rows[i].server, server) == 0)
			return &rows[i];
	}
	return NULL;
}

/* Some server, or file, has said two different things. Those that disagree with each other all
 * along are the parent's trouble, and no change. */
static bool
ds_changed(const struct history_ds *rows, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct history_ds *first =
		    rows[i].answered ? first_answer(rows, i, rows[i].server) : NULL;

		if (first != NULL && (!ds_within(first, &rows[i]) || !ds_within(&rows[i], first)))
			return true;
	}
	return false;
}

/* --- From the history --- */

struct comparison {
	const struct release_facts *candidate;
	int64_t in_force; /* id */
	enum risk_change change;
};

static zg_status
compare_visit(void *context, const struct history_candidate *release)
{
	struct comparison *comparison = context;

	if (release->id != comparison->in_force)
		return ZG_OK;
	comparison->change = release->has_facts
				 ? risk_compare(comparison->candidate, &release->facts)
				 : RISK_UNKNOWN;
	return HISTORY_STOP;
}

static zg_status
ds_read(struct release_log *log, int64_t since, bool *changed, struct zg_error *error)
{
	struct history_ds *rows = NULL;
	size_t n = 0;
	zg_status status = history_ds_list(log->history, log->zone, since, &rows, &n, error);

	*changed = status == ZG_OK && ds_changed(rows, n);
	free(rows);
	return status;
}

static zg_status
change_read(struct release_log *log, int64_t now, struct release_risk *risk, struct zg_error *error)
{
	struct comparison comparison = {.candidate = risk->candidate, .change = RISK_UNKNOWN};
	struct released in_force;
	bool changed = false;
	zg_status status = release_in_force(log, 0, now, &in_force, error);

	risk->change = RISK_FIRST;
	if (status != ZG_OK || !in_force.exists)
		return status;
	comparison.in_force = in_force.id;
	status = history_visit(
	    log->history, log->zone, now, false, 0, compare_visit, &comparison, error);
	if (status != ZG_OK && status != HISTORY_STOP)
		return status;
	risk->change = comparison.change;
	if (risk->change != RISK_NO_CHANGE)
		return ZG_OK;
	status = ds_read(log, in_force.handed_at, &changed, error);
	if (changed)
		risk->change = RISK_DS;
	return status;
}

zg_status
risk_read(struct release_log *log, int64_t now, struct release_risk *risk, struct zg_error *error)
{
	struct rollout *rollout = calloc(1, sizeof(*rollout));
	zg_status status = rollout == NULL ? ZG_MEMORY : rollout_read(log, rollout, error);

	if (rollout == NULL)
		(void)snprintf(error->text, sizeof(error->text), "out of memory");
	if (status == ZG_OK) {
		risk->staged_before = rollout->state != ROLLOUT_NONE;
		risk->aborted = rollout->state == ROLLOUT_ABORTED;
		status = change_read(log, now, risk, error);
	}
	free(rollout);
	return status;
}

/* --- What follows --- */

static const char *
change_text(enum risk_change change)
{
	switch (change) {
	case RISK_NO_CHANGE:
		return "";
	case RISK_FIRST:
		return "nothing was released before";
	case RISK_KEYS:
		return "the DNSKEY set, or who signs, differs from the release in force";
	case RISK_DENIAL:
		return "denial of existence differs from the release in force";
	case RISK_SIGNERS:
		return "signers of some RRsets, the TTL of the DNSKEY RRset, or the DS set that is "
		       "asked for differ from the release in force";
	case RISK_DS:
		return "the DS set at the parent has changed since the release in force";
	case RISK_UNKNOWN:
	default:
		return "it cannot be compared with the release in force";
	}
}

bool
release_is_staged(const struct release_risk *risk, char *why, size_t size)
{
	enum staging_use use = policy_release(risk->policy)->staging.use;

	why[0] = '\0';
	if (risk->aborted)
		(void)snprintf(why, size, "the rollout before was aborted");
	else if (use == STAGING_NEVER)
		return false;
	else if (use == STAGING_ALWAYS)
		(void)snprintf(why, size, "the policy stages every release");
	else if (risk->change != RISK_NO_CHANGE)
		(void)snprintf(why, size, "%s", change_text(risk->change));
	else if (!risk->staged_before)
		(void)snprintf(why, size, "no release has gone through stages before");
	else if (risk->finding != NULL)
		(void)snprintf(why, size, "there are findings of %s", risk->finding);
	return why[0] != '\0';
}
