/* One zone's releases in the history. */
#include "publish/release.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "history/history.h"
#include "policy/policy.h"
#include "publish/file.h"
#include "publish/release_log.h"
#include "publish/transfer_expiry.h"

#define ACTOR "zonegate release"

/* Releases that one release supersedes at once: those since the last one with evidence. */
#define SUPERSEDED_MAX 1024

/* --- Opening --- */

zg_status
release_log_open(struct state_directory *state, const char *zone, bool create,
    struct release_log **log, struct zg_error *error)
{
	struct release_log *made = calloc(1, sizeof(*made));
	enum history_mode mode = !create	? HISTORY_READ
				 : state->fresh ? HISTORY_CREATE
						: HISTORY_WRITE;
	zg_status status;

	*log = NULL;
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	made->zone = zone;
	status = history_open(state->path, mode, &made->history, error);
	if (status == ZG_OK && create)
		status = state_finish(state, error);
	if (status != ZG_OK) {
		release_log_close(made);
		return status;
	}
	*log = made;
	return ZG_OK;
}

void
release_log_close(struct release_log *log)
{
	if (log == NULL)
		return;
	history_close(log->history);
	free(log);
}

zg_status
release_log_latest(struct release_log *log, int64_t *time, struct zg_error *error)
{
	return history_latest(log->history, time, error);
}

/* --- Looking back --- */

/* Whether it reached the name servers for all we know. */
static bool
was_handed(const struct history_candidate *candidate)
{
	return candidate->state == CANDIDATE_HANDED || candidate->state == CANDIDATE_CONFIRMED ||
	       (candidate->imported && candidate->state == CANDIDATE_PASSED);
}

static int64_t
handed_at(const struct history_candidate *candidate)
{
	int64_t handed = candidate->times[CANDIDATE_HANDED];

	return handed != 0 ? handed : candidate->times[CANDIDATE_CONFIRMED];
}

static void
released_fill(struct released *released, const struct history_candidate *candidate)
{
	*released = (struct released){.exists = true,
	    .handed = was_handed(candidate),
	    .id = candidate->id,
	    .serial = candidate->facts.serial,
	    .first_expiration = candidate->facts.first_expiration,
	    .handed_at = handed_at(candidate),
	    .imported = candidate->imported,
	    .refresh = candidate->facts.refresh,
	    .expire = candidate->facts.expire};
	memcpy(released->digest, candidate->facts.digest, sizeof(released->digest));
	memcpy(released->sha256, candidate->file_sha256, sizeof(released->sha256));
}

/* A walk to one release: `wanted` says whether it is this one. */
struct search {
	bool (*wanted)(const struct search *search, const struct history_candidate *candidate);
	int64_t id, now;
	const char *digest;
	struct released *found;
};

static zg_status
search_visit(void *context, const struct history_candidate *candidate)
{
	struct search *search = context;

	if (!search->wanted(search, candidate))
		return ZG_OK;
	released_fill(search->found, candidate);
	return HISTORY_STOP;
}

static zg_status
search_run(struct release_log *log, int64_t since, struct search *search, struct zg_error *error)
{
	zg_status status;

	*search->found = (struct released){.exists = false};
	status =
	    history_visit(log->history, log->zone, since, false, 0, search_visit, search, error);
	return status == HISTORY_STOP && search->found->exists ? ZG_OK : status;
}

static bool
is_in_force(const struct search *search, const struct history_candidate *candidate)
{
	return candidate->id == search->id || was_handed(candidate);
}

zg_status
release_in_force(struct release_log *log, int64_t pending, int64_t now, struct released *released,
    struct zg_error *error)
{
	struct search search = {.wanted = is_in_force, .id = pending, .found = released};

	return search_run(log, now, &search, error);
}

zg_status
release_transfer_expiry(struct release_log *log, const struct released *in_force, int64_t now,
    struct transfer_expiry *expiry, struct zg_error *error)
{
	const struct transfer_release release = {
	    .id = in_force->id, .handed = in_force->handed_at, .imported = in_force->imported};
	int64_t stopped = 0;
	zg_status status =
	    transfer_stopped_read(log->history, log->zone, &release, &stopped, error);

	*expiry = transfer_expiry_of(release.handed, in_force->refresh, in_force->expire,
	    stopped != 0 && stopped < now ? stopped : now);
	return status;
}

struct live {
	uint32_t serial;
	const char *digest;
	int64_t now;
	bool found;
};

static zg_status
live_visit(void *context, const struct history_candidate *candidate)
{
	struct live *live = context;
	int64_t expiration = candidate->facts.first_expiration;

	if (!was_handed(candidate) || candidate->facts.serial != live->serial ||
	    strcmp(candidate->facts.digest, live->digest) != 0)
		return ZG_OK;
	live->found = expiration == 0 || expiration > live->now;
	return HISTORY_STOP;
}

bool
release_is_live(struct release_log *log, uint32_t serial, const char *digest, int64_t now)
{
	struct live live = {.serial = serial, .digest = digest, .now = now};
	struct zg_error error = {0};

	(void)!history_visit(log->history, log->zone, now, false, 0, live_visit, &live, &error);
	return live.found;
}

static bool
is_former(const struct search *search, const struct history_candidate *candidate)
{
	bool was_released = candidate->imported || candidate->times[CANDIDATE_HANDED] != 0;

	/* An abort in stages makes a release of the same content anew. */
	return candidate->id < search->id && was_released &&
	       candidate->state != CANDIDATE_ABANDONED &&
	       strcmp(candidate->facts.digest, search->digest) != 0 &&
	       candidate->facts.first_expiration > search->now;
}

zg_status
release_former(struct release_log *log, const struct released *in_force, int64_t now,
    struct released *former, struct zg_error *error)
{
	struct search search = {.wanted = is_former,
	    .id = in_force->id,
	    .digest = in_force->digest,
	    .now = now,
	    .found = former};

	return search_run(log, 0, &search, error);
}

/* What stays the same is recorded again after so many seconds. */
#define DS_OBSERVED_AGAIN 3600

/* --- Verdicts --- */

bool
release_former_approver(struct release_log *log, const char *id, uint8_t public_key[32])
{
	struct history_rules *rules = calloc(1, sizeof(*rules));
	struct zg_error error = {0};
	bool known = false, found = false;

	if (rules != NULL)
		(void)!history_rules_find(
		    log->history, log->zone, "", "", rules, NULL, &found, &error);
	for (size_t i = 0; found && i < rules->n_approvers && !known; i++) {
		known = strcmp(rules->approvers[i].id, id) == 0;
		memcpy(public_key, rules->approvers[i].public_key, 32);
	}
	free(rules);
	return known;
}

zg_status
release_add(struct release_log *log, const struct release_verdict *verdict, int64_t *id,
    struct zg_error *error)
{
	static const enum candidate_state states[] = {
	    [ZG_VERDICT_REFUSE] = CANDIDATE_REFUSED,
	    [ZG_VERDICT_UNDECIDED] = CANDIDATE_UNDECIDED,
	    [ZG_VERDICT_HELD] = CANDIDATE_HELD,
	    [ZG_VERDICT_PASS] = CANDIDATE_PASSED,
	};
	struct history_new candidate = {.facts = verdict->facts,
	    .zone = log->zone,
	    .state = states[verdict->verdict],
	    .file_sha256 = verdict->sha256,
	    .policy_digest = verdict->policy_digest,
	    .reason = verdict->reason,
	    .report = verdict->report,
	    .time = verdict->time};
	zg_status status = history_begin(log->history, error);

	*id = 0;
	if (status == ZG_OK)
		status = history_add_candidate(log->history, &candidate, id, error);
	if (status == ZG_OK && verdict->verdict == ZG_VERDICT_PASS && verdict->policy != NULL)
		status = release_rules_record(log->history, log->zone, verdict->config,
		    verdict->policy, verdict->policy_digest, verdict->time, error);
	if (status == ZG_OK)
		status = history_commit(log->history, error);
	return status;
}

/* The last observation of this source says the same, and is not old. */
static bool
ds_is_known(const struct history_ds *last, const struct history_ds *now)
{
	return now->time >= last->time && now->time - last->time < DS_OBSERVED_AGAIN &&
	       last->answered == now->answered && strcmp(last->note, now->note) == 0 &&
	       last->ttl == now->ttl && last->n == now->n &&
	       strcmp(last->server, now->server) == 0 &&
	       memcmp(last->entries, now->entries, now->n * sizeof(now->entries[0])) == 0;
}

static zg_status
observe(struct release_log *log, const struct history_ds *seen, struct zg_error *error)
{
	struct history_ds *former = NULL;
	size_t n = 0;
	zg_status status = history_ds_list(
	    log->history, log->zone, seen->time - DS_OBSERVED_AGAIN, &former, &n, error);

	while (n > 0 && (former[n - 1].source != seen->source ||
			    strcmp(former[n - 1].server, seen->server) != 0))
		n--;
	if (status == ZG_OK && (n == 0 || !ds_is_known(&former[n - 1], seen)))
		status = history_add_ds(log->history, log->zone, seen, error);
	free(former);
	return status;
}

zg_status
release_observe_ds(struct release_log *log, const struct release_ds *list, size_t n, uint32_t ttl,
    const char *path, int64_t time, struct zg_error *error)
{
	struct history_ds *seen = calloc(1, sizeof(*seen));
	zg_status status;

	if (seen == NULL)
		return ZG_MEMORY;
	*seen = (struct history_ds){
	    .time = time, .source = SOURCE_FILE, .answered = true, .ttl = ttl, .n = n};
	(void)snprintf(seen->server, sizeof(seen->server), "%s", path);
	memcpy(seen->entries, list, n * sizeof(list[0]));
	status = observe(log, seen, error);
	free(seen);
	return status;
}

zg_status
release_observe_no_ds(struct release_log *log, const char *path, const char *why, int64_t time,
    struct zg_error *error)
{
	struct history_ds *seen = calloc(1, sizeof(*seen));
	zg_status status;

	if (seen == NULL)
		return ZG_MEMORY;
	*seen = (struct history_ds){.time = time, .source = SOURCE_FILE};
	(void)snprintf(seen->server, sizeof(seen->server), "%s", path);
	(void)snprintf(seen->note, sizeof(seen->note), "%s", why);
	status = observe(log, seen, error);
	free(seen);
	return status;
}

zg_status
release_newest(struct release_log *log, struct recorded *recorded, struct zg_error *error)
{
	struct history_candidate *list = NULL;
	size_t n = 0;
	zg_status status =
	    history_candidates(log->history, log->zone, 0, true, 1, &list, &n, error);

	*recorded = (struct recorded){.id = 0};
	if (status == ZG_OK && n > 0) {
		enum candidate_state state = list[0].state;

		recorded->id = list[0].id;
		recorded->passed = state == CANDIDATE_PASSED && !list[0].imported;
		recorded->declined = state == CANDIDATE_REFUSED || state == CANDIDATE_HELD ||
				     state == CANDIDATE_UNDECIDED;
		recorded->serial = list[0].facts.serial;
		memcpy(recorded->digest, list[0].facts.digest, sizeof(recorded->digest));
		memcpy(recorded->sha256, list[0].file_sha256, sizeof(recorded->sha256));
	}
	history_candidates_free(list, n);
	return status;
}

zg_status
release_report(struct release_log *log, int64_t id, char **report, struct zg_error *error)
{
	return history_report(log->history, id, report, error);
}

/* --- What a crash left --- */

struct unsettled_walk {
	struct unsettled *list;
	uint8_t (*sha256)[FILE_DIGEST_OCTETS];
	size_t n;
};

/* All that passed since the last one that was handed over. */
static zg_status
unsettled_visit(void *context, const struct history_candidate *candidate)
{
	struct unsettled_walk *walk = context;

	if (was_handed(candidate) || walk->n == UNSETTLED_MAX)
		return HISTORY_STOP;
	if (candidate->state != CANDIDATE_PASSED)
		return ZG_OK;
	walk->list[walk->n] = (struct unsettled){
	    .kind = UNSETTLED_UNKNOWN, .id = candidate->id, .serial = candidate->facts.serial};
	memcpy(walk->sha256[walk->n], candidate->file_sha256, FILE_DIGEST_OCTETS);
	walk->n++;
	return ZG_OK;
}

/* What the files say of each. The newest whose text the target is was renamed last. */
static zg_status
unsettled_judge(const struct unsettled_walk *walk, const char *target, struct zg_error *error)
{
	uint8_t sha256[FILE_DIGEST_OCTETS];
	bool exists, renamed = false, found;
	zg_status status = target_digest(target, sha256, &exists, error);

	for (size_t i = 0; status == ZG_OK && i < walk->n; i++) {
		if (exists && !renamed && memcmp(sha256, walk->sha256[i], sizeof(sha256)) == 0) {
			walk->list[i].kind = UNSETTLED_RENAMED;
			renamed = true;
			continue;
		}
		status = leftover_find(target, walk->sha256[i], &found, error);
		if (status == ZG_OK && found)
			walk->list[i].kind = UNSETTLED_NEVER;
	}
	return status;
}

zg_status
release_unsettled(struct release_log *log, const char *target, int64_t now, struct unsettled *list,
    size_t *n, struct zg_error *error)
{
	uint8_t sha256[UNSETTLED_MAX][FILE_DIGEST_OCTETS];
	struct unsettled_walk walk = {.list = list, .sha256 = sha256};
	zg_status status =
	    history_visit(log->history, log->zone, now, false, 0, unsettled_visit, &walk, error);

	if (status == HISTORY_STOP)
		status = ZG_OK;
	if (status == ZG_OK && walk.n > 0)
		status = unsettled_judge(&walk, target, error);
	*n = walk.n;
	return status;
}

/* --- What became of it --- */

struct predecessors {
	int64_t id; /* of the release that supersedes them */
	int64_t ids[SUPERSEDED_MAX];
	size_t n;
};

static zg_status
predecessor_visit(void *context, const struct history_candidate *candidate)
{
	struct predecessors *list = context;

	if (candidate->id < list->id && list->n < SUPERSEDED_MAX &&
	    (candidate->state == CANDIDATE_PASSED || was_handed(candidate)))
		list->ids[list->n++] = candidate->id;
	return ZG_OK;
}

/* Within a transaction. */
static zg_status
predecessors_supersede(struct release_log *log, int64_t id, int64_t time, struct zg_error *error)
{
	struct predecessors list = {.id = id};
	zg_status status =
	    history_visit(log->history, log->zone, time, false, 0, predecessor_visit, &list, error);

	for (size_t i = 0; status == ZG_OK && i < list.n; i++)
		status = history_set_state(log->history, list.ids[i], CANDIDATE_SUPERSEDED, time,
		    ACTOR, "a newer release was handed over", error);
	return status;
}

zg_status
release_handed(struct release_log *log, const struct state_directory *state, int64_t id,
    bool evidence, int64_t time, const char *why, struct zg_error *error)
{
	zg_status status = history_begin(log->history, error);
	struct zg_error unsigned_because;

	if (status == ZG_OK)
		status =
		    history_set_state(log->history, id, CANDIDATE_HANDED, time, ACTOR, why, error);
	if (status == ZG_OK && evidence)
		status = predecessors_supersede(log, id, time, error);
	if (status == ZG_OK)
		(void)!release_sign_head(log, state, time, &unsigned_because);
	if (status == ZG_OK)
		status = history_commit(log->history, error);
	return status;
}

struct confirmation {
	uint32_t serial;
	int64_t id;
	bool is_new;
};

/* The newest with that serial. */
static zg_status
confirmation_visit(void *context, const struct history_candidate *candidate)
{
	struct confirmation *found = context;

	if (candidate->facts.serial != found->serial)
		return ZG_OK;
	if (candidate->state == CANDIDATE_HANDED || candidate->state == CANDIDATE_CONFIRMED)
		found->id = candidate->id;
	found->is_new = candidate->state == CANDIDATE_HANDED;
	return HISTORY_STOP;
}

zg_status
release_confirm(struct release_log *log, uint32_t serial, const char *actor, int64_t time,
    struct zg_error *error)
{
	struct confirmation found = {.serial = serial};
	int64_t latest = 0;
	zg_status status = history_latest(log->history, &latest, error);

	/* An early time would have caches lose what was replaced before they do. */
	if (status == ZG_OK && time < latest)
		status = error_set(error, ZG_PARAMETER, "the clock is %lld s behind the log",
		    (long long)(latest - time));
	if (status != ZG_OK)
		return status;
	status = history_visit(
	    log->history, log->zone, time, false, 0, confirmation_visit, &found, error);
	if (status != ZG_OK && status != HISTORY_STOP)
		return status;
	if (found.id == 0)
		return error_set(error, ZG_PARAMETER,
		    "no release of %s with serial %lu was handed over and is in force", log->zone,
		    (unsigned long)serial);
	if (!found.is_new)
		return ZG_OK;
	status = history_begin(log->history, error);
	if (status == ZG_OK)
		status = history_set_state(log->history, found.id, CANDIDATE_CONFIRMED, time, actor,
		    "seen in service", error);
	if (status == ZG_OK)
		status = predecessors_supersede(log, found.id, time, error);
	if (status == ZG_OK)
		status = history_commit(log->history, error);
	return status;
}

zg_status
release_abandon(
    struct release_log *log, int64_t id, int64_t time, const char *why, struct zg_error *error)
{
	return history_set_state(log->history, id, CANDIDATE_ABANDONED, time, ACTOR, why, error);
}

bool
release_handed_is_evidence(const zg_policy *policy)
{
	return policy_release(policy)->evidence == EVIDENCE_HANDED;
}

zg_status
release_note(struct release_log *log, const char *kind, const char *text, int64_t time,
    struct zg_error *error)
{
	return history_log(log->history, log->zone, kind, ACTOR, text, time, error);
}
