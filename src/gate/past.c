/* From the rows of the history to the world of caches. */
#include "gate/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "dns/release_compare.h"
#include "dns/serial.h"
#include "facts/keys.h"
#include "gate/past_parent.h"
#include "gate/past_providers.h"
#include "gate/past_world.h"
#include "gate/policy_digest.h"
#include "history/history.h"
#include "policy/roll_type.h"

#define DAY 86400
/* Releases looked at: one every two minutes over the least reach. */
#define RELEASES_MAX 32768
/* Servers of a zone whose last serial is kept: more than anycast operators tell apart. */
#define SERVERS_MAX 1024

struct past {
	const struct past_inputs *inputs;
	struct past_facts facts;
	struct release_facts last;	    /* the last release, when a DS set is tried */
	struct history_candidate *in_force; /* owned; NULL: none */
	size_t n_releases;		    /* looked at */
	struct past_world world;
	struct cache_proof *proof;
	struct obligation obligations[OBLIGATIONS_MAX];
	struct history_served served; /* of a serial that is not in the log */
	struct past_server *servers;  /* owned */
	size_t servers_size;
	struct past_providers providers;
	struct past_step refused_steps[ROLL_STEPS_MAX];
	struct past_rules former_rules, rules;
};

/* ---- Reading ---- */

static void
past_counts_set(struct past_counts *counts, const struct history_candidate *candidate)
{
	counts->known = true;
	counts->serial = candidate->facts.serial;
	memcpy(counts->counts, candidate->facts.counts, sizeof(counts->counts));
}

/* The release that was in force at `time`: the first that is older, as they come newest first. */
static void
past_counts_take(
    struct past_counts *counts, const struct history_candidate *candidate, int64_t time)
{
	if (!counts->known && candidate->times[CANDIDATE_PASSED] <= time)
		past_counts_set(counts, candidate);
}

static zg_status
keep_in_force(struct past *past, const struct history_candidate *candidate)
{
	past->in_force = malloc(sizeof(*past->in_force));
	if (past->in_force == NULL)
		return ZG_MEMORY;
	*past->in_force = *candidate;
	for (size_t i = 0; i < candidate->facts.n_keys; i++) {
		const struct release_key *from = &candidate->facts.keys[i];
		struct release_key *key = &past->in_force->facts.keys[i];

		key->rdata = NULL;
		past->in_force->facts.n_keys = i + 1;
		if (from->rdata == NULL)
			continue;
		key->rdata = malloc((size_t)from->rdlen + 1);
		if (key->rdata == NULL)
			return ZG_MEMORY;
		memcpy(key->rdata, from->rdata, from->rdlen);
	}
	return ZG_OK;
}

/* A serial that caches and servers know from before the release in force: the candidate's goes
 * round when it is greater than the one and not than the other (RFC 1982 section 3.2). */
static void
take_former_serial(struct past *past, uint32_t serial)
{
	uint32_t candidate = past->world.release->serial;
	uint32_t in_force = past->in_force->facts.serial;

	if (past->facts.goes_round || serial == in_force || serial_greater(candidate, serial) ||
	    !serial_greater(candidate, in_force))
		return;
	past->facts.goes_round = true;
	past->facts.former_serial = serial;
}

/* One release of the log, newest first. */
static zg_status
take_release(void *context, const struct history_candidate *candidate)
{
	struct past *past = context;
	int64_t now = past->inputs->now;

	/* What is left out may be in caches: nothing can be proved then. */
	if (past->n_releases++ == RELEASES_MAX) {
		past->world.cache.incomplete = true;
		return HISTORY_STOP;
	}
	if (candidate->times[CANDIDATE_ABANDONED] != 0)
		return ZG_OK;
	if (past->in_force != NULL)
		take_former_serial(past, candidate->facts.serial);
	else if (candidate->times[CANDIDATE_HANDED] + candidate->times[CANDIDATE_CONFIRMED] != 0) {
		zg_status status = keep_in_force(past, candidate);

		if (status != ZG_OK)
			return status;
	}
	past_counts_take(&past->facts.day, candidate, now - DAY);
	past_counts_take(&past->facts.week, candidate, now - 7 * DAY);
	return past_world_release(&past->world, candidate);
}

/* A refused or held candidate that came after the release in force and has other keys. */
static zg_status
take_declined(void *context, const struct history_candidate *candidate)
{
	struct past *past = context;

	if (candidate->id <= past->in_force->id)
		return HISTORY_STOP;
	if ((candidate->state != CANDIDATE_REFUSED && candidate->state != CANDIDATE_HELD) ||
	    candidate->facts.n_keys == 0 ||
	    release_keys_same(&candidate->facts, &past->in_force->facts))
		return ZG_OK;
	past->facts.ahead = true;
	past->facts.ahead_serial = candidate->facts.serial;
	return HISTORY_STOP;
}

/* Candidates since the release in force that are looked at. */
#define DECLINED_MAX 8

static zg_status
look_for_signer_ahead(struct past *past, struct history *history, struct zg_error *error)
{
	zg_status status;

	if (past->in_force == NULL)
		return ZG_OK;
	status = history_visit(history, past->inputs->zone, past->in_force->times[CANDIDATE_PASSED],
	    true, DECLINED_MAX, take_declined, past, error);
	return status == HISTORY_STOP ? ZG_OK : status;
}

/* A server that nobody has seen for so long has dropped the zone, or is no server any more. */
static bool
is_forgotten(const struct past *past, const struct history_served *observation)
{
	int64_t reach = past_world_reach(&past->world);

	if (past->in_force != NULL && past->in_force->facts.expire > reach)
		reach = past->in_force->facts.expire;
	return observation->time < past->inputs->now - reach;
}

/* Keeps what the server served last; observations come oldest first. */
static zg_status
take_server(struct past *past, const struct history_served *observation)
{
	struct past_facts *facts = &past->facts;
	void *servers = past->servers;
	struct past_server *server;
	size_t i = 0;
	zg_status status;

	if (is_forgotten(past, observation))
		return ZG_OK;
	while (i < facts->n_servers && strcmp(past->servers[i].name, observation->server) != 0)
		i++;
	if (i == facts->n_servers) {
		status = array_reserve(
		    &servers, &past->servers_size, i, sizeof(past->servers[0]), SERVERS_MAX);
		past->servers = servers;
		facts->servers = past->servers;
		facts->more_servers |= status == ZG_LIMIT;
		if (status != ZG_OK)
			return status == ZG_LIMIT ? ZG_OK : status;
		facts->n_servers++;
	}
	server = &past->servers[i];
	(void)snprintf(server->name, sizeof(server->name), "%s", observation->server);
	server->serial = observation->serial;
	server->time = observation->time;
	return ZG_OK;
}

static zg_status
read_observations(struct past *past, struct history *history, struct zg_error *error)
{
	const struct past_inputs *inputs = past->inputs;
	int64_t since = inputs->now - past_world_reach(&past->world);
	struct history_served *served = NULL;
	struct history_ds *ds = NULL;
	size_t n_served = 0, n_ds = 0;
	zg_status status = past_providers_read(&past->providers, &past->world, history, error);

	if (status == ZG_OK)
		status = history_ds_list(history, inputs->zone, since, &ds, &n_ds, error);
	if (status == ZG_OK)
		status = past_world_ds(&past->world, ds, n_ds);
	if (status == ZG_OK)
		status = past_parent_fill(inputs, ds, n_ds, since, &past->facts.parent);
	if (status == ZG_OK)
		status =
		    history_served_list(history, inputs->zone, since, &served, &n_served, error);
	for (size_t i = 0; i < n_served && status == ZG_OK; i++) {
		status = take_server(past, &served[i]);
		if (!past_world_served(&past->world, &served[i])) {
			past->served = served[i];
			past->facts.unknown_server = past->served.server;
			past->facts.unknown_serial = served[i].serial;
		}
	}
	free(ds);
	free(served);
	return status;
}

/* Whose word counts now: those approvers of the installation that the policy names. */
static void
take_rules(struct past *past)
{
	const struct past_inputs *inputs = past->inputs;
	const struct policy_release *release = policy_release(inputs->policy);
	struct past_rules *rules = &past->rules;

	if (inputs->approvers == NULL)
		return;
	rules->quorum = release->approval.quorum;
	rules->severity = policy_change_severity(inputs->policy);
	for (size_t i = 0; i < inputs->n_approvers; i++) {
		struct past_approver *approver = &rules->approvers[rules->n_approvers];

		if (rules->n_approvers == ZG_POLICY_APPROVERS_MAX ||
		    !policy_names_approver(inputs->policy, inputs->approvers[i].id))
			continue;
		(void)snprintf(approver->id, sizeof(approver->id), "%s", inputs->approvers[i].id);
		memcpy(approver->public_key, inputs->approvers[i].public_key,
		    sizeof(approver->public_key));
		rules->n_approvers++;
	}
	past->facts.rules = rules;
}

static void
take_former_rules(struct past *past, const struct history_rules *found)
{
	struct past_rules *rules = &past->former_rules;

	rules->quorum = found->quorum;
	rules->severity = found->severity;
	rules->n_approvers = found->n_approvers;
	for (size_t i = 0; i < found->n_approvers; i++) {
		memcpy(
		    rules->approvers[i].id, found->approvers[i].id, sizeof(rules->approvers[i].id));
		memcpy(rules->approvers[i].public_key, found->approvers[i].public_key,
		    sizeof(rules->approvers[i].public_key));
	}
	past->facts.former_rules = rules;
}

/* Another version may have taken the digest of the same policy in another way: what counts is the
 * text that was recorded with it. */
static zg_status
compare_policy(struct past *past, const char *text, struct zg_error *error)
{
	const char *digest = past->inputs->policy_digest;

	if (text == NULL || strcmp(past->in_force->policy_digest, digest) == 0)
		return ZG_OK;
	return policy_text_has_digest(text, digest, &past->facts.same_policy, error);
}

/* The rules that the release in force passed under: a change of them is judged by them. */
static zg_status
read_rules(struct past *past, struct history *history, struct zg_error *error)
{
	struct history_rules *found;
	char *policy = NULL;
	bool is_found = false;
	zg_status status;

	take_rules(past);
	if (past->in_force == NULL || past->in_force->policy_digest[0] == '\0')
		return ZG_OK;
	found = calloc(1, sizeof(*found));
	if (found == NULL)
		return ZG_MEMORY;
	status = history_rules_find(history, past->inputs->zone, past->in_force->site,
	    past->in_force->policy_digest, found, &policy, &is_found, error);
	if (status == ZG_OK && is_found)
		take_former_rules(past, found);
	if (status == ZG_OK)
		status = compare_policy(past, policy, error);
	free(policy);
	free(found);
	return status;
}

/* The last release, when there is one, is what stays while a DS set is tried. */
static zg_status
read_last_release(struct past *past, struct history *history, struct zg_error *error)
{
	struct history_candidate *list = NULL;
	size_t n = 0;
	zg_status status =
	    history_candidates(history, past->inputs->zone, INT64_MAX, false, 1, &list, &n, error);

	if (status == ZG_OK && n == 0)
		status =
		    error_set(error, ZG_INPUT_BAD, "%s was never released", past->inputs->zone);
	if (status == ZG_OK) {
		past->last = list[0].facts;
		list[0].facts.n_keys = 0; /* they are ours now */
	}
	history_candidates_free(list, n);
	return status;
}

/* The serials of releases that some stage was given and that were not finished: secondaries that
 * took one have it until EXPIRE ends (RFC 1035 section 3.3.13), and take none that is not greater.
 */
static zg_status
read_stages(struct past *past, struct history *history, struct zg_error *error)
{
	const struct release_facts *candidate = past->world.release;
	struct history_unfinished *list = NULL;
	int64_t expire = candidate->expire;
	size_t n = 0;
	zg_status status;

	if (past->in_force != NULL && past->in_force->facts.expire > expire)
		expire = past->in_force->facts.expire;
	status = history_unfinished(
	    history, past->inputs->zone, past->inputs->now - expire, &list, &n, error);
	for (size_t i = 0; i < n; i++) {
		bool is_it =
		    list[i].last == INT64_MAX && strcmp(list[i].digest, candidate->digest) == 0;

		if (is_it || serial_greater(candidate->serial, list[i].serial))
			continue;
		past->facts.stage_has = true;
		past->facts.stage_serial = list[i].serial;
		break;
	}
	free(list);
	return status;
}

static zg_status
read_history(struct past *past, struct zg_error *error)
{
	const struct past_inputs *inputs = past->inputs;
	struct history *history = NULL;
	zg_status status = history_open(inputs->directory, HISTORY_READ, &history, error);

	if (status == ZG_OK && inputs->candidate == NULL)
		status = read_last_release(past, history, error);
	if (status == ZG_OK)
		status = past_world_begin(&past->world, inputs,
		    inputs->candidate != NULL ? inputs->candidate : &past->last);
	if (status == ZG_OK)
		status = history_visit(history, inputs->zone,
		    inputs->now - past_world_reach(&past->world), false, 0, take_release, past,
		    error);
	if (status == HISTORY_STOP)
		status = ZG_OK;
	if (status == ZG_OK)
		status = read_observations(past, history, error);
	if (status == ZG_OK)
		status = look_for_signer_ahead(past, history, error);
	if (status == ZG_OK)
		status = read_stages(past, history, error);
	if (status == ZG_OK)
		status = read_rules(past, history, error);
	history_close(history);
	return status;
}

/* ---- The proof ---- */

/* The steps of key rolls that the policy does not allow, safe or not. */
static zg_status
judge_steps(struct past *past)
{
	const struct release_facts *candidate = past->world.release;
	struct roll_ds ds = {.asked_ahead = false};
	struct roll_step steps[ROLL_STEPS_MAX];
	zg_status status = past_world_roll_ds(&past->world, &ds);
	size_t n;

	if (status != ZG_OK || past->in_force == NULL)
		return status;
	n = roll_steps(past->inputs->policy, &past->in_force->facts, candidate, &ds, steps);
	for (size_t i = 0; i < n; i++) {
		bool has_key = steps[i].key != ROLL_NO_KEY;

		if (steps[i].allowed)
			continue;
		past->refused_steps[past->facts.n_refused_steps++] =
		    (struct past_step){.name = steps[i].name,
			.what = steps[i].what,
			.has_key = has_key,
			.algorithm = has_key ? candidate->keys[steps[i].key].algorithm : 0,
			.tag = has_key ? candidate->keys[steps[i].key].tag : 0};
	}
	past->facts.refused_steps = past->refused_steps;
	return ZG_OK;
}

static zg_status
prove_ds(struct past *past, struct zg_error *error)
{
	const struct past_inputs *inputs = past->inputs;
	struct cache_ds ds;
	zg_status status = past_world_declare(&past->world, inputs->tried, inputs->n_tried, &ds);

	if (status == ZG_OK)
		status = cache_try_ds(
		    &past->world.cache, &ds, &past->world.rules, inputs->now, &past->proof, error);
	return status;
}

static zg_status
prove(struct past *past, struct zg_error *error)
{
	const struct cache_candidate *candidate = NULL;
	zg_status status = past_world_finish(
	    &past->world, past->in_force == NULL ? NULL : &past->in_force->facts, &candidate);

	if (status == ZG_OK && past->inputs->candidate == NULL && past->inputs->tried == NULL)
		return cache_obligations(&past->world.cache, &past->world.rules, past->inputs->now,
		    past->obligations, &past->facts.n_obligations, error);
	if (status == ZG_OK && past->inputs->candidate == NULL)
		return prove_ds(past, error);
	if (status == ZG_OK)
		status = judge_steps(past);
	if (status == ZG_OK)
		status = cache_prove(&past->world.cache, candidate, &past->world.rules,
		    past->inputs->now, &past->proof, error);
	if (status == ZG_OK)
		status = cache_obligations(&past->proof->world, &past->world.rules,
		    past->inputs->now, past->obligations, &past->facts.n_obligations, error);
	return status;
}

zg_status
past_read(const struct past_inputs *inputs, struct past **result, struct zg_error *error)
{
	struct past *past = calloc(1, sizeof(*past));
	zg_status status;

	*result = NULL;
	if (past == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	past->inputs = inputs;
	status = read_history(past, error);
	if (status == ZG_OK)
		status = prove(past, error);
	if (status != ZG_OK) {
		past_free(past);
		return status == ZG_MEMORY ? error_set(error, status, "out of memory") : status;
	}
	past->facts.candidate = past->world.release;
	past->facts.candidate_policy_digest = inputs->policy_digest;
	past->facts.proof = past->proof;
	past->facts.world = past->proof != NULL ? &past->proof->world : &past->world.cache;
	past->facts.obligations = past->obligations;
	past->facts.providers = past->providers.list;
	past->facts.n_providers = past->providers.n;
	past->facts.provider_max_age = past_provider_max_age(inputs);
	if (past->in_force != NULL) {
		past->facts.in_force = &past->in_force->facts;
		past->facts.in_force_since = past->in_force->times[CANDIDATE_PASSED];
		past->facts.policy_digest = past->in_force->policy_digest;
		past->facts.unchanged =
		    release_unchanged(past->world.release, &past->in_force->facts);
	}
	*result = past;
	return ZG_OK;
}

const struct past_facts *
past_facts(const struct past *past)
{
	return &past->facts;
}

void
past_free(struct past *past)
{
	if (past == NULL)
		return;
	if (past->in_force != NULL)
		release_facts_clear(&past->in_force->facts);
	free(past->in_force);
	cache_proof_free(past->proof);
	past_world_clear(&past->world);
	past_providers_clear(&past->providers);
	release_facts_clear(&past->last);
	free(past->servers);
	free(past);
}
