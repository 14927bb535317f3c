/* The world of caches: versions with the times at which they could be fetched. */
#include "gate/past_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "dns/release_compare.h"
#include "facts/keys.h"
#include "gate/ds_read.h"
#include "policy/roll_type.h"

#define DAY 86400
/* What is older than the policy's horizon is taken to be out of all caches; and the counts of a
 * week ago are wanted. */
#define REACH_MIN (8 * (int64_t)DAY)
/* What a DS set is taken to be cached for when nobody ever saw its TTL. */
#define DS_TTL_UNKNOWN (2 * DAY)

static int64_t
or_zero(int64_t value)
{
	return value == NOT_SET ? 0 : value;
}

/* Rows that nobody wants to know of need no counterexamples. */
static bool
is_wanted(const zg_policy *policy, const char *id)
{
	return zg_policy_severity(policy, id) != ZG_SEVERITY_IGNORE;
}

static unsigned
models_wanted(const zg_policy *policy)
{
	static const char *const ids[MODEL_COUNT] = {
	    [MODEL_LENIENT] = "cache-view-lenient",
	    [MODEL_STRICT_DS] = "cache-view-strict-ds",
	    [MODEL_STRICT_DNSKEY] = "cache-view-strict-dnskey",
	};
	unsigned models = 0;

	for (int model = 0; model < MODEL_COUNT; model++)
		models |= is_wanted(policy, ids[model]) ? 1U << model : 0;
	return models;
}

static void
rules_fill(struct cache_rules *rules, const zg_policy *policy)
{
	const struct policy_release *release = policy_release(policy);
	const struct policy_values *values = policy_values(policy);

	*rules = (struct cache_rules){.propagation_delay = or_zero(values->zone.propagation_delay),
	    .clock_skew = or_zero(values->signatures.clock_skew),
	    .max_cache_ttl = release->cache_view.max_cache_ttl,
	    .publish_safety = or_zero(release->publish_safety),
	    .retire_safety = or_zero(release->retire_safety),
	    .serve_stale = is_wanted(policy, "cache-view-serve-stale")
			       ? or_zero(release->cache_view.serve_stale)
			       : 0,
	    .unknown_horizon = or_zero(release->cache_view.unknown_horizon),
	    .models = models_wanted(policy)};
}

int64_t
past_world_reach(const struct past_world *world)
{
	int64_t reach = world->rules.unknown_horizon + DAY;

	return reach > REACH_MIN ? reach : REACH_MIN;
}

/* ---- Keys ---- */

static zg_status
key_publish(struct past_world *world, size_t index, const struct release_key *key)
{
	struct cache_key *entry = &world->cache.keys[index];

	world->keys[index].rdata = malloc((size_t)key->rdlen + 1);
	if (world->keys[index].rdata == NULL)
		return ZG_MEMORY;
	memcpy(world->keys[index].rdata, key->rdata, key->rdlen);
	world->keys[index].rdlen = key->rdlen;
	memcpy(entry->sha256, key->sha256, sizeof(key->sha256));
	/* RFC 4034 sections 2.1.1 and 2.1.2, RFC 5011 section 3. */
	entry->usable = (key->flags & DNSKEY_FLAG_ZONE) != 0 && key->protocol == 3 &&
			(key->flags & DNSKEY_FLAG_REVOKE) == 0;
	entry->ksk = (key->flags & DNSKEY_FLAG_SEP) != 0;
	return ZG_OK;
}

/* The entry is this key: a key that is only known by algorithm and tag is any of that kind. */
static bool
key_matches(const struct past_world *world, size_t index, const struct release_key *key)
{
	const struct cache_key *entry = &world->cache.keys[index];

	if (entry->algorithm != key->algorithm || entry->tag != key->tag)
		return false;
	return !key->published || world->keys[index].rdata == NULL ||
	       memcmp(entry->sha256, key->sha256, sizeof(key->sha256)) == 0;
}

/* The index of a key, made when it is new. CACHE_KEYS_MAX: no room, the world is incomplete. */
static zg_status
key_index(struct past_world *world, const struct release_key *key, size_t *index)
{
	struct cache_world *cache = &world->cache;

	for (*index = 0; *index < cache->n_keys; (*index)++) {
		if (key_matches(world, *index, key))
			break;
	}
	if (*index == CACHE_KEYS_MAX) {
		cache->incomplete = true;
		return ZG_OK;
	}
	if (*index == cache->n_keys)
		cache->keys[cache->n_keys++] =
		    (struct cache_key){.algorithm = key->algorithm, .tag = key->tag};
	if (key->published && world->keys[*index].rdata == NULL)
		return key_publish(world, *index, key);
	return ZG_OK;
}

/* The keys of a release: which bit each of them has. */
struct key_map {
	uint64_t bits[ZG_KEYS_MAX];
};

static zg_status
key_map_make(struct past_world *world, const struct release_facts *release, struct key_map *map)
{
	for (size_t i = 0; i < release->n_keys; i++) {
		size_t index;
		zg_status status = key_index(world, &release->keys[i], &index);

		if (status != ZG_OK)
			return status;
		map->bits[i] = index == CACHE_KEYS_MAX ? 0 : UINT64_C(1) << index;
	}
	return ZG_OK;
}

static void
set_expiration(int64_t *expirations, uint64_t bit, int64_t expiration)
{
	if (bit != 0)
		expirations[TRAILING_ZEROS_64(bit)] = expiration;
}

/* ---- Versions of a release ---- */

/* How long the DNSKEY RRset, or that there is none (RFC 2308 section 5), stays in caches. */
static uint32_t
dnskey_ttl(const struct release_facts *release)
{
	for (size_t i = 0; i < release->n_keys; i++) {
		if (release->keys[i].published)
			return release->dnskey_ttl;
	}
	return release->soa_ttl < release->minimum ? release->soa_ttl : release->minimum;
}

static void
dnskey_make(
    const struct release_facts *release, const struct key_map *map, struct cache_dnskey *dnskey)
{
	*dnskey =
	    (struct cache_dnskey){.serial = release->serial, .life = {.ttl = dnskey_ttl(release)}};
	for (size_t i = 0; i < CACHE_KEYS_MAX; i++)
		dnskey->expirations[i] = TIME_NEVER;
	for (size_t i = 0; i < release->n_keys; i++) {
		const struct release_key *key = &release->keys[i];

		if (key->published)
			dnskey->keys |= map->bits[i];
		if (!key->signs_dnskey)
			continue;
		dnskey->signers |= map->bits[i];
		set_expiration(dnskey->expirations, map->bits[i], key->expiration);
	}
}

static void
class_make(const struct release_facts *release, const struct key_map *map,
    const struct release_class *from, struct cache_class *class)
{
	*class = (struct cache_class){.serial = release->serial,
	    .life = {.ttl = from->ttl},
	    .n_rrsets = from->n_rrsets,
	    .for_parent = release_class_is_for_parent(from),
	    .owner = from->owner,
	    .type = from->type};
	for (size_t i = 0; i < CACHE_KEYS_MAX; i++)
		class->expirations[i] = TIME_NEVER;
	for (size_t i = 0; i < release->n_keys; i++) {
		if ((from->signers >> i & 1) == 0)
			continue;
		class->signers |= map->bits[i];
		set_expiration(class->expirations, map->bits[i], from->expirations[i]);
	}
}

/* All of a life but its TTL. */
static void
life_set(struct cache_life *life, const struct cache_life *other)
{
	uint32_t ttl = life->ttl;

	*life = *other;
	life->ttl = ttl;
}

/* A version lives as long as the longest of the releases that have it. */
static void
life_extend(struct cache_life *life, const struct cache_life *other)
{
	if (other->from < life->from)
		life->from = other->from;
	if (other->superseded > life->superseded)
		life->superseded = other->superseded;
	if (other->last_fetch > life->last_fetch)
		life->last_fetch = other->last_fetch;
}

/* The release itself, not only the version that it shares with others, can be in caches. */
static bool
is_live(const struct past_world *world, const struct cache_life *life)
{
	return life->superseded == TIME_NEVER ||
	       life->last_fetch + life->ttl + world->rules.clock_skew + world->rules.serve_stale +
		       world->rules.retire_safety + world->rules.publish_safety >
		   world->inputs->now;
}

/* Signatures of a version may differ in age: of the copies in caches, the ones that run out first
 * count. */
static void
expirations_merge(int64_t *into, const int64_t *from)
{
	for (size_t i = 0; i < CACHE_KEYS_MAX; i++) {
		if (from[i] < into[i])
			into[i] = from[i];
	}
}

static size_t
add_dnskey(struct past_world *world, const struct cache_dnskey *dnskey)
{
	struct cache_world *cache = &world->cache;

	for (size_t i = 0; i < cache->n_dnskeys; i++) {
		struct cache_dnskey *known = &cache->dnskeys[i];

		if (known->stream == dnskey->stream && known->keys == dnskey->keys &&
		    known->signers == dnskey->signers && known->life.ttl == dnskey->life.ttl) {
			if (is_live(world, &dnskey->life))
				expirations_merge(known->expirations, dnskey->expirations);
			life_extend(&known->life, &dnskey->life);
			return i;
		}
	}
	if (cache->n_dnskeys == CACHE_VERSIONS_MAX) {
		cache->incomplete = true;
		return CACHE_VERSIONS_MAX;
	}
	cache->dnskeys[cache->n_dnskeys] = *dnskey;
	return cache->n_dnskeys++;
}

/* Keeps the example's owner and type, which belong to a buffer that is used again. */
static zg_status
class_keep_name(struct past_world *world, size_t index)
{
	struct cache_class *class = &world->cache.classes[index];
	size_t owner = strlen(class->owner) + 1, type = strlen(class->type) + 1;
	char *names = malloc(owner + type);

	if (names == NULL)
		return ZG_MEMORY;
	memcpy(names, class->owner, owner);
	memcpy(names + owner, class->type, type);
	world->class_names[index] = names;
	class->owner = names;
	class->type = names + owner;
	return ZG_OK;
}

static zg_status
add_class(struct past_world *world, const struct cache_class *class, struct release_trace *trace)
{
	struct cache_world *cache = &world->cache;
	size_t i;

	for (i = 0; i < cache->n_classes; i++) {
		struct cache_class *known = &cache->classes[i];

		if (known->stream == class->stream && known->signers == class->signers &&
		    known->life.ttl == class->life.ttl)
			break;
	}
	if (i == CACHE_VERSIONS_MAX) {
		cache->incomplete = true;
		return ZG_OK;
	}
	trace->classes[i / 64] |= UINT64_C(1) << (i % 64);
	if (i < cache->n_classes) {
		struct cache_class *known = &cache->classes[i];

		if (is_live(world, &class->life))
			expirations_merge(known->expirations, class->expirations);
		life_extend(&known->life, &class->life);
		known->for_parent &= class->for_parent;
		if (class->n_rrsets > known->n_rrsets)
			known->n_rrsets = class->n_rrsets;
		return ZG_OK;
	}
	cache->classes[cache->n_classes++] = *class;
	return class_keep_name(world, i);
}

/* ---- Releases ---- */

/* When the release was known to be in service; 0: that is not known. */
static int64_t
evidence(const struct past_world *world, const struct history_candidate *release)
{
	int64_t time = release->times[CANDIDATE_CONFIRMED];

	if (policy_release(world->inputs->policy)->evidence == EVIDENCE_HANDED &&
	    release->times[CANDIDATE_HANDED] != 0 &&
	    (time == 0 || release->times[CANDIDATE_HANDED] < time))
		time = release->times[CANDIDATE_HANDED];
	return time;
}

/* How long after being superseded a release may still be fetched. */
static int64_t
lingering(const struct past_world *world, const struct release_facts *release)
{
	int64_t delay = world->rules.propagation_delay;

	if (policy_release(world->inputs->policy)->stuck_server_expire && release->expire > delay)
		return release->expire;
	return delay;
}

static struct release_trace *
trace_new(struct past_world *world)
{
	void *traces = world->traces;

	if (array_reserve(&traces, &world->traces_size, world->n_traces, sizeof(world->traces[0]),
		SIZE_MAX / sizeof(world->traces[0])) != ZG_OK)
		return NULL;
	world->traces = traces;
	world->traces[world->n_traces] = (struct release_trace){.serial = 0};
	return &world->traces[world->n_traces++];
}

/* Classes that were not recorded may be in caches until the horizon, which bounds what is not known
 * (DESIGN 9.11), after the release left service. */
static bool
may_be_cached(const struct past_world *world, const struct cache_life *life)
{
	return life->superseded == TIME_NEVER ||
	       life->last_fetch + world->rules.unknown_horizon > world->inputs->now;
}

zg_status
past_world_serve(struct past_world *world, const struct release_facts *facts, uint8_t stream,
    const struct cache_life *life, struct release_trace *trace)
{
	struct cache_dnskey dnskey;
	struct key_map map;
	zg_status status = key_map_make(world, facts, &map);

	if (status != ZG_OK)
		return status;
	dnskey_make(facts, &map, &dnskey);
	dnskey.stream = stream;
	life_set(&dnskey.life, life);
	trace->dnskey = add_dnskey(world, &dnskey);
	for (size_t i = 0; i < facts->n_classes && status == ZG_OK; i++) {
		struct cache_class class;

		class_make(facts, &map, &facts->classes[i], &class);
		class.stream = stream;
		life_set(&class.life, life);
		status = add_class(world, &class, trace);
	}
	return status;
}

zg_status
past_world_release(struct past_world *world, const struct history_candidate *release)
{
	struct cache_life life = {.from = release->times[CANDIDATE_PASSED],
	    .superseded = world->next_evidence,
	    .last_fetch = world->next_evidence};
	struct release_trace *trace = trace_new(world);
	zg_status status;

	if (trace == NULL)
		return ZG_MEMORY;
	if (life.superseded != TIME_NEVER)
		life.last_fetch += lingering(world, &release->facts);
	trace->serial = release->facts.serial;
	trace->superseded = life.superseded;
	status = past_world_serve(world, &release->facts, 0, &life, trace);
	world->cache.incomplete |= release->facts.more_classes && may_be_cached(world, &life);
	if (life.from < world->cache.child_known_since)
		world->cache.child_known_since = life.from;
	if (evidence(world, release) != 0)
		world->next_evidence = evidence(world, release);
	return status;
}

/* A release was served later than it should have been: whatever it has can be fetched as long. */
static void
lengthen(struct past_world *world, const struct release_trace *trace, int64_t until)
{
	struct cache_world *cache = &world->cache;

	if (trace->dnskey < cache->n_dnskeys &&
	    cache->dnskeys[trace->dnskey].life.last_fetch < until)
		cache->dnskeys[trace->dnskey].life.last_fetch = until;
	for (size_t i = 0; i < cache->n_classes; i++) {
		if ((trace->classes[i / 64] >> (i % 64) & 1) != 0 &&
		    cache->classes[i].life.last_fetch < until)
			cache->classes[i].life.last_fetch = until;
	}
}

static int
trace_compare(const void *a, const void *b)
{
	const struct release_trace *x = a, *y = b;

	return (x->serial > y->serial) - (x->serial < y->serial);
}

/* The first trace with that serial, or the place where it would be: they are sorted once, as there
 * may be as many observations as releases. */
static size_t
traces_find(struct past_world *world, uint32_t serial)
{
	size_t low = 0, high = world->n_traces;

	if (!world->traces_sorted && world->n_traces > 0)
		qsort(world->traces, world->n_traces, sizeof(world->traces[0]), trace_compare);
	world->traces_sorted = true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (world->traces[middle].serial < serial)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
past_world_served(struct past_world *world, const struct history_served *observation)
{
	bool known = false;

	for (size_t i = traces_find(world, observation->serial);
	     i < world->n_traces && world->traces[i].serial == observation->serial; i++) {
		const struct release_trace *trace = &world->traces[i];

		known = true;
		if (trace->superseded != TIME_NEVER && observation->time > trace->superseded)
			lengthen(world, trace, observation->time + world->rules.propagation_delay);
	}
	/* Somebody published what nobody can look into. */
	world->cache.incomplete |= !known;
	return known;
}

/* ---- The parent ---- */

/* The key whose digest a DS is: RFC 4034 section 5.1.4; -1: none that is known. */
static zg_status
ds_key(const struct past_world *world, const struct release_ds *ds, int *key)
{
	*key = -1;
	for (size_t i = 0; i < world->cache.n_keys; i++) {
		const struct cache_key *entry = &world->cache.keys[i];
		zg_status status;
		bool is_of;

		if (entry->algorithm != ds->algorithm || entry->tag != ds->tag ||
		    world->keys[i].rdata == NULL)
			continue;
		status = ds_is_of_key(
		    ds, world->inputs->origin, world->keys[i].rdata, world->keys[i].rdlen, &is_of);
		if (status != ZG_OK)
			return status;
		if (is_of)
			*key = (int)i;
	}
	return ZG_OK;
}

static zg_status
ds_make(
    const struct past_world *world, const struct release_ds *entries, size_t n, struct cache_ds *ds)
{
	ds->n = n;
	for (size_t i = 0; i < n; i++) {
		zg_status status = ds_key(world, &entries[i], &ds->entries[i].key);

		if (status != ZG_OK)
			return status;
		ds->entries[i].algorithm = entries[i].algorithm;
		ds->entries[i].digest_type = entries[i].digest_type;
		ds->entries[i].tag = entries[i].tag;
	}
	return ZG_OK;
}

/* Both sets say the same: two entries without a known key are the same when they look alike. */
static bool
ds_equal(const struct cache_ds *a, const struct cache_ds *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		bool found = false;

		for (size_t k = 0; k < b->n; k++)
			found |= a->entries[i].key == b->entries[k].key &&
				 a->entries[i].algorithm == b->entries[k].algorithm &&
				 a->entries[i].digest_type == b->entries[k].digest_type &&
				 a->entries[i].tag == b->entries[k].tag;
		if (!found)
			return false;
	}
	return true;
}

/* The index of the version, made when it is new; CACHE_VERSIONS_MAX: no room. */
static size_t
add_ds(struct past_world *world, const struct cache_ds *ds)
{
	struct cache_world *cache = &world->cache;

	for (size_t i = 0; i < cache->n_ds; i++) {
		if (cache->ds[i].life.ttl == ds->life.ttl && ds_equal(&cache->ds[i], ds))
			return i;
	}
	if (cache->n_ds == CACHE_VERSIONS_MAX) {
		cache->incomplete = true;
		return CACHE_VERSIONS_MAX;
	}
	cache->ds[cache->n_ds] = *ds;
	world->switches[cache->n_ds] = (struct ds_switches){.first = TIME_NEVER};
	return cache->n_ds++;
}

/* A server publishes `version` from `time` on, as far as anybody saw. */
static void
server_publishes(
    struct past_world *world, struct parent_server *server, size_t version, int64_t time)
{
	struct ds_switches *left;

	if (server->version == version)
		return;
	if (server->version != CACHE_VERSIONS_MAX) {
		left = &world->switches[server->version];
		if (time < left->first)
			left->first = time;
		if (time > left->last)
			left->last = time;
	}
	server->version = version;
	world->switches[version] = (struct ds_switches){.first = TIME_NEVER};
}

/* The server of that name, made when it is new; NULL: no room. */
static struct parent_server *
server_find(struct past_world *world, const char *name)
{
	struct parent_server *server;

	for (size_t i = 0; i < world->n_servers; i++) {
		if (strcmp(world->servers[i].name, name) == 0)
			return &world->servers[i];
	}
	if (world->n_servers == PARENT_SERVERS_MAX) {
		world->cache.incomplete = true;
		return NULL;
	}
	server = &world->servers[world->n_servers++];
	*server = (struct parent_server){.version = CACHE_VERSIONS_MAX};
	(void)snprintf(server->name, sizeof(server->name), "%s", name);
	return server;
}

/* A server counts no more: what only it published is published by nobody from `time` on. */
static void
server_leaves(struct past_world *world, struct parent_server *server, int64_t time)
{
	size_t version = server->version;

	if (version == CACHE_VERSIONS_MAX)
		return;
	server->version = CACHE_VERSIONS_MAX;
	for (size_t i = 0; i < world->n_servers; i++) {
		if (world->servers[i].version == version)
			return;
	}
	if (time < world->switches[version].first)
		world->switches[version].first = time;
	if (time > world->switches[version].last)
		world->switches[version].last = time;
}

/* The parent's own servers were asked: what files and operators said before is overtaken. */
static void
voice_ends(struct past_world *world, int64_t time)
{
	for (size_t i = 0; i < world->n_servers; i++) {
		if (world->servers[i].name[0] == '\0')
			server_leaves(world, &world->servers[i], time);
	}
}

/* A server that gave nothing for as long as the unknown horizon, while others did, is taken to be
 * none of the parent's any more. What stays the same is recorded at least every day. */
static void
forget_servers(struct past_world *world)
{
	int64_t span = world->rules.unknown_horizon > DAY ? world->rules.unknown_horizon : DAY;
	int64_t newest = 0;

	for (size_t i = 0; i < world->n_servers; i++) {
		if (world->servers[i].seen > newest)
			newest = world->servers[i].seen;
	}
	for (size_t i = 0; i < world->n_servers; i++) {
		struct parent_server *server = &world->servers[i];

		if (server->name[0] != '\0' && newest - server->seen > span)
			server_leaves(world, server, server->seen + span);
	}
}

static uint32_t
ds_ttl_assumed(const struct past_world *world, uint32_t ttl)
{
	int64_t most = policy_release(world->inputs->policy)->parent.max_ttl;

	if (ttl != 0)
		return ttl;
	return most == NOT_SET ? DS_TTL_UNKNOWN : (uint32_t)most;
}

static zg_status
take_observation(struct past_world *world, const struct history_ds *observation)
{
	struct cache_ds ds = {.origin = DS_OBSERVED,
	    .life = {.from = observation->time,
		.superseded = TIME_NEVER,
		.last_fetch = TIME_NEVER,
		.ttl = ds_ttl_assumed(world, observation->ttl)}};
	struct parent_server *server;
	zg_status status;
	size_t version;

	if (!observation->answered)
		return ZG_OK;
	status = ds_make(world, observation->entries, observation->n, &ds);
	if (status != ZG_OK)
		return status;
	/* Files and operators speak with one voice: the last word counts. */
	server = server_find(
	    world, observation->source == SOURCE_AUTHORITATIVE ? observation->server : "");
	version = add_ds(world, &ds);
	if (server != NULL && version != CACHE_VERSIONS_MAX) {
		server_publishes(world, server, version, observation->time);
		server->seen = observation->time;
	}
	if (observation->source == SOURCE_AUTHORITATIVE)
		voice_ends(world, observation->time);
	if (observation->time < world->cache.parent_known_since)
		world->cache.parent_known_since = observation->time;
	return ZG_OK;
}

/* What was given as published now. */
static zg_status
take_given(struct past_world *world)
{
	const struct past_inputs *inputs = world->inputs;
	struct history_ds *given = calloc(1, sizeof(*given));
	zg_status status;

	if (given == NULL)
		return ZG_MEMORY;
	*given = (struct history_ds){.time = inputs->ds_time != 0 ? inputs->ds_time : inputs->now,
	    .source = SOURCE_FILE,
	    .answered = true,
	    .n = inputs->n_ds};
	status = ds_entries_convert(inputs->ds, inputs->n_ds, given->entries, &given->ttl, NULL);
	if (inputs->ds_ttl != 0)
		given->ttl = inputs->ds_ttl;
	if (status == ZG_OK)
		status = take_observation(world, given);
	free(given);
	return status;
}

/* A version that no server publishes any more: it can be fetched until the last one turned away,
 * and until the parent's servers must all have its successor. */
static void
ds_end_lives(struct past_world *world)
{
	int64_t delay = or_zero(policy_release(world->inputs->policy)->parent.propagation_delay);

	for (size_t i = 0; i < world->cache.n_ds; i++) {
		struct cache_life *life = &world->cache.ds[i].life;
		const struct ds_switches *switches = &world->switches[i];
		bool published = false;

		for (size_t k = 0; k < world->n_servers; k++)
			published |= world->servers[k].version == i;
		if (published || switches->first == TIME_NEVER)
			continue;
		life->superseded = switches->first;
		life->last_fetch = switches->first + delay;
		if (switches->last > life->last_fetch)
			life->last_fetch = switches->last;
	}
}

/* What was given is what the parent's servers were seen to publish, each with a row of its own. */
static bool
is_recorded(const struct past_world *world, const struct history_ds *observations, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (world->inputs->ds_time != 0 && observations[i].answered &&
		    observations[i].source == SOURCE_AUTHORITATIVE &&
		    observations[i].time >= world->inputs->ds_time)
			return true;
	}
	return false;
}

zg_status
past_world_ds(struct past_world *world, const struct history_ds *observations, size_t n)
{
	zg_status status = ZG_OK;

	for (size_t i = 0; i < n && status == ZG_OK; i++)
		status = take_observation(world, &observations[i]);
	if (status == ZG_OK && world->inputs->ds_given && !is_recorded(world, observations, n))
		status = take_given(world);
	forget_servers(world);
	ds_end_lives(world);
	return status;
}

zg_status
past_world_declare(
    const struct past_world *world, const struct ds_entry *entries, size_t n, struct cache_ds *ds)
{
	struct release_ds *records = calloc(ZG_DS_MAX, sizeof(*records));
	zg_status status;

	if (records == NULL)
		return ZG_MEMORY;
	*ds = (struct cache_ds){.origin = DS_DECLARED,
	    .life = {
		.from = world->inputs->now, .superseded = TIME_NEVER, .last_fetch = TIME_NEVER}};
	status = ds_entries_convert(entries, n, records, &ds->life.ttl, NULL);
	ds->life.ttl = ds_ttl_assumed(world, ds->life.ttl);
	if (status == ZG_OK)
		status = ds_make(world, records, n, ds);
	free(records);
	return status;
}

/* The DS set that CDS and CDNSKEY of a release ask for, unless the parent has it already. */
static zg_status
add_wanted(struct past_world *world, const struct release_facts *release,
    enum cache_ds_origin origin, int64_t from)
{
	struct cache_ds ds = {.origin = origin,
	    .life = {.from = from, .superseded = TIME_NEVER, .last_fetch = TIME_NEVER}};
	zg_status status;

	if (!release->next_ds_given)
		return ZG_OK;
	ds.life.ttl = ds_ttl_assumed(world, 0);
	status = ds_make(world, release->next_ds, release->n_next_ds, &ds);
	if (status != ZG_OK)
		return status;
	for (size_t i = 0; i < world->cache.n_ds; i++) {
		if (world->cache.ds[i].life.superseded == TIME_NEVER &&
		    ds_equal(&world->cache.ds[i], &ds))
			return ZG_OK;
	}
	(void)add_ds(world, &ds);
	return ZG_OK;
}

/* What the parent may come to publish by itself: what the release in force asks for, at any time,
 * and what the candidate asks for, as soon as the policy says that a parent acts. */
static zg_status
add_anticipated(struct past_world *world, const struct release_facts *in_force)
{
	int64_t delay = policy_release(world->inputs->policy)->parent.cds_delay;
	zg_status status = ZG_OK;

	if (delay == NOT_SET)
		return ZG_OK;
	if (in_force != NULL)
		status = add_wanted(world, in_force, DS_REQUESTED, world->inputs->now);
	if (status == ZG_OK && in_force != world->release)
		status =
		    add_wanted(world, world->release, DS_ANTICIPATED, world->inputs->now + delay);
	return status;
}

/* The candidate's key that is this one of the world, or ZG_KEYS_MAX. */
static size_t
candidate_key(const struct past_world *world, size_t index)
{
	for (size_t i = 0; i < world->release->n_keys; i++) {
		const struct release_key *key = &world->release->keys[i];

		if (key->published && key_matches(world, index, key))
			return i;
	}
	return ZG_KEYS_MAX;
}

/* The DS is published, or was when anybody last looked. */
static bool
is_published(const struct past_world *world, const struct cache_ds *ds)
{
	for (size_t i = 0; i < world->n_servers; i++) {
		if (&world->cache.ds[world->servers[i].version] == ds)
			return true;
	}
	return false;
}

static void
mark_published(const struct past_world *world, struct roll_ds *roll)
{
	for (size_t v = 0; v < world->cache.n_ds; v++) {
		const struct cache_ds *ds = &world->cache.ds[v];

		for (size_t i = 0; i < ds->n && is_published(world, ds); i++) {
			size_t key = ds->entries[i].key < 0
					 ? ZG_KEYS_MAX
					 : candidate_key(world, (size_t)ds->entries[i].key);

			if (key != ZG_KEYS_MAX)
				roll->seen[key] = true;
		}
	}
}

/* Some published DS set has this record, known by what it looks like. */
static bool
is_published_record(const struct past_world *world, const struct release_ds *record)
{
	for (size_t v = 0; v < world->cache.n_ds; v++) {
		const struct cache_ds *ds = &world->cache.ds[v];

		for (size_t i = 0; i < ds->n && is_published(world, ds); i++) {
			if (ds->entries[i].algorithm == record->algorithm &&
			    ds->entries[i].tag == record->tag &&
			    ds->entries[i].digest_type == record->digest_type)
				return true;
		}
	}
	return false;
}

zg_status
past_world_roll_ds(const struct past_world *world, struct roll_ds *roll)
{
	const struct release_facts *release = world->release;

	mark_published(world, roll);
	for (size_t i = 0; i < release->n_next_ds; i++) {
		size_t key = ZG_KEYS_MAX;
		int index;
		zg_status status = ds_key(world, &release->next_ds[i], &index);

		if (status != ZG_OK)
			return status;
		if (index >= 0)
			key = candidate_key(world, (size_t)index);
		if (key != ZG_KEYS_MAX)
			roll->asked[key] = true;
		else if (!is_published_record(world, &release->next_ds[i]))
			roll->asked_ahead = true;
	}
	return ZG_OK;
}

/* ---- Begin and end ---- */

zg_status
past_world_begin(struct past_world *world, const struct past_inputs *inputs,
    const struct release_facts *candidate)
{
	struct key_map map;
	zg_status status;

	world->inputs = inputs;
	world->release = candidate;
	world->next_evidence = TIME_NEVER;
	world->cache.child_known_since = world->cache.parent_known_since = TIME_NEVER;
	rules_fill(&world->rules, inputs->policy);
	world->cache.dnskeys = calloc(CACHE_VERSIONS_MAX, sizeof(world->cache.dnskeys[0]));
	world->cache.classes = calloc(CACHE_VERSIONS_MAX, sizeof(world->cache.classes[0]));
	world->cache.ds = calloc(CACHE_VERSIONS_MAX, sizeof(world->cache.ds[0]));
	world->servers = calloc(PARENT_SERVERS_MAX, sizeof(world->servers[0]));
	if (world->cache.dnskeys == NULL || world->cache.classes == NULL ||
	    world->cache.ds == NULL || world->servers == NULL)
		return ZG_MEMORY;
	status = key_map_make(world, candidate, &map);
	if (status != ZG_OK)
		return status;
	dnskey_make(candidate, &map, &world->candidate.dnskey);
	for (size_t i = 0; i < candidate->n_classes; i++)
		class_make(candidate, &map, &candidate->classes[i], &world->candidate_classes[i]);
	world->candidate.classes = world->candidate_classes;
	world->candidate.n_classes = candidate->n_classes;
	world->cache.incomplete = candidate->more_classes;
	return ZG_OK;
}

zg_status
past_world_finish(struct past_world *world, const struct release_facts *in_force,
    const struct cache_candidate **candidate)
{
	*candidate = &world->candidate;
	return add_anticipated(world, in_force);
}

void
past_world_clear(struct past_world *world)
{
	for (size_t i = 0; i < CACHE_KEYS_MAX; i++)
		free(world->keys[i].rdata);
	for (size_t i = 0; i < CACHE_VERSIONS_MAX; i++)
		free(world->class_names[i]);
	free(world->cache.dnskeys);
	free(world->cache.classes);
	free(world->cache.ds);
	free(world->servers);
	free(world->traces);
}
