/*
 * The versions that caches can hold from now on, and for how long: in the world in which the
 * candidate is released, and in the one in which it is held back.
 */
#include "facts/cache_private.h"

#include <stdlib.h>

#include "dns/policy_values.h"

struct cache_span
cache_span_make(const struct cache_life *life, const struct cache_rules *rules, int64_t safety)
{
	struct cache_span span = {.from = time_add(life->from, -rules->clock_skew)};
	int64_t ttl = life->ttl, until = TIME_NEVER;

	if (rules->max_cache_ttl != NOT_SET)
		ttl = time_min(ttl, rules->max_cache_ttl);
	if (life->superseded != TIME_NEVER) {
		until = time_add(time_add(life->last_fetch, ttl), rules->clock_skew);
		span.expires = true;
	}
	span.until[END_PROOF] = until;
	span.until[END_MARGIN] = time_add(until, safety);
	span.until[END_STALE] = time_add(until, rules->serve_stale);
	return span;
}

/* Both worlds of a version of the past. In the hold world signatures run out even of what we have
 * in force: what holding back leads to is compared with what the release does. Other providers
 * sign again in both. */
static struct cache_member
member_make(
    const struct cache_life *life, const struct cache_rules *rules, int64_t safety, uint8_t stream)
{
	struct cache_member member = {.twin = NO_VERSION};

	member.release = member.hold = cache_span_make(life, rules, safety);
	member.hold.expires |= stream == 0;
	member.was_superseded = life->superseded != TIME_NEVER;
	return member;
}

/* A version of the candidate: in the world of its release only. */
static struct cache_member
member_make_new(size_t twin)
{
	struct cache_member member = {.is_new = true, .twin = twin};

	for (enum span_end end = END_PROOF; end < END_COUNT; end++)
		member.release.until[end] = TIME_NEVER;
	return member;
}

/* The candidate takes the place of a version in force. */
static void
supersede(struct cache_life *life, struct cache_member *member, const struct cache_rules *rules,
    int64_t now, int64_t safety)
{
	life->superseded = now;
	life->last_fetch = time_add(now, rules->propagation_delay);
	member->release = cache_span_make(life, rules, safety);
}

static bool
in_force(const struct cache_life *life)
{
	return life->superseded == TIME_NEVER;
}

static bool
is_live(const struct cache_search *search, const struct cache_life *life, int64_t safety)
{
	struct cache_span span = cache_span_make(life, search->rules, safety);

	return time_max(span.until[END_MARGIN], span.until[END_STALE]) > search->now;
}

static bool
same_expirations(key_mask signers, const int64_t *a, const int64_t *b)
{
	for (; signers != 0; signers &= signers - 1) {
		unsigned k = TRAILING_ZEROS_64(signers);

		if (a[k] != b[k])
			return false;
	}
	return true;
}

/* What waits for a new key: copies of a DNSKEY RRset without it, and data that no key signed. */
static int64_t
class_safety(const struct cache_class *class, const struct cache_rules *rules)
{
	return class->signers != 0 ? rules->retire_safety : rules->publish_safety;
}

static int64_t
ds_safety(const struct cache_ds *ds, const struct cache_rules *rules)
{
	return ds->n != 0 ? rules->retire_safety : rules->publish_safety;
}

/* Takes over what is live; what is in force first, so that it is there when there is too much. */
static void
take_dnskeys(struct cache_search *search, const struct cache_world *past)
{
	int64_t safety = search->rules->publish_safety;
	size_t n = 0;

	for (unsigned former = 0; former < 2; former++) {
		for (size_t i = 0; i < past->n_dnskeys; i++) {
			const struct cache_life *life = &past->dnskeys[i].life;

			if (in_force(life) == (former == 1) || !is_live(search, life, safety))
				continue;
			if (n == CACHE_VERSIONS_MAX) {
				search->too_many = true;
				continue;
			}
			search->world.dnskeys[n] = past->dnskeys[i];
			search->dnskeys[n] =
			    member_make(life, search->rules, safety, past->dnskeys[i].stream);
			search->dnskeys[n++].was_in_force =
			    in_force(life) && past->dnskeys[i].stream == 0;
		}
	}
	search->world.n_dnskeys = n;
}

static void
take_classes(struct cache_search *search, const struct cache_world *past)
{
	size_t n = 0;

	for (unsigned former = 0; former < 2; former++) {
		for (size_t i = 0; i < past->n_classes; i++) {
			const struct cache_life *life = &past->classes[i].life;
			int64_t safety = class_safety(&past->classes[i], search->rules);

			if (in_force(life) == (former == 1) || !is_live(search, life, safety))
				continue;
			if (n == CACHE_VERSIONS_MAX) {
				search->too_many = true;
				continue;
			}
			search->world.classes[n] = past->classes[i];
			search->classes[n] =
			    member_make(life, search->rules, safety, past->classes[i].stream);
			search->classes[n].was_in_force =
			    in_force(life) && past->classes[i].stream == 0;
			if (search->classes[n].was_in_force)
				search->signers_in_force |= past->classes[i].signers;
			n++;
		}
	}
	search->world.n_classes = n;
}

/* A DS set that only the candidate asks for is not in the world without it. */
static void
take_ds(struct cache_search *search, const struct cache_world *past, const struct cache_ds *more)
{
	size_t n = 0;

	for (unsigned former = 0; former < 2; former++) {
		for (size_t i = 0; i < past->n_ds; i++) {
			const struct cache_life *life = &past->ds[i].life;
			int64_t safety = ds_safety(&past->ds[i], search->rules);

			if (in_force(life) == (former == 1) || !is_live(search, life, safety))
				continue;
			if (n == CACHE_VERSIONS_MAX) {
				search->too_many = true;
				continue;
			}
			search->world.ds[n] = past->ds[i];
			search->ds[n] = member_make(life, search->rules, safety, 0);
			if (past->ds[i].origin == DS_ANTICIPATED)
				search->ds[n].hold = (struct cache_span){.from = 0};
			n++;
		}
	}
	if (more != NULL) {
		search->world.ds[n] = *more;
		search->world.ds[n].life.from = search->now;
		search->world.ds[n].life.superseded = TIME_NEVER;
		search->world.ds[n].life.last_fetch = TIME_NEVER;
		search->ds[n++] = member_make_new(NO_VERSION);
	}
	search->world.n_ds = n;
}

/*
 * The candidate's DNSKEY RRset takes the place of those in force, unless it is the same to the last
 * signature. Copies of one that differs in expirations only are a version of their own: they may
 * run out of signatures.
 */
static void
release_dnskey(struct cache_search *search, const struct cache_dnskey *candidate)
{
	size_t n = search->world.n_dnskeys, twin = NO_VERSION;

	search->candidate_dnskey = NO_VERSION;
	for (size_t i = 0; i < n; i++) {
		struct cache_dnskey *version = &search->world.dnskeys[i];
		bool same = version->keys == candidate->keys &&
			    version->signers == candidate->signers &&
			    version->life.ttl == candidate->life.ttl;

		if (!in_force(&version->life) || version->stream != 0)
			continue;
		if (same && same_expirations(
				candidate->signers, version->expirations, candidate->expirations)) {
			search->candidate_dnskey = i;
			continue;
		}
		if (same)
			twin = i;
		supersede(&version->life, &search->dnskeys[i], search->rules, search->now,
		    search->rules->publish_safety);
	}
	if (search->candidate_dnskey != NO_VERSION)
		return;
	search->candidate_dnskey = n;
	search->world.dnskeys[n] = *candidate;
	search->world.dnskeys[n].stream = 0;
	search->world.dnskeys[n].life.from = search->now;
	search->world.dnskeys[n].life.superseded = TIME_NEVER;
	search->world.dnskeys[n].life.last_fetch = TIME_NEVER;
	search->dnskeys[n] = member_make_new(twin);
	search->world.n_dnskeys++;
}

/* The version in force is `class` of the candidate, leaving the expirations aside. */
static bool
same_class(const struct cache_class *version, const struct cache_class *class)
{
	return version->signers == class->signers && version->life.ttl == class->life.ttl;
}

/* Looks for a class of the candidate that goes on with this version; the counts become its. */
static bool
class_goes_on(struct cache_class *version, const struct cache_candidate *candidate)
{
	for (size_t i = 0; i < candidate->n_classes; i++) {
		const struct cache_class *class = &candidate->classes[i];

		if (!same_class(version, class) ||
		    !same_expirations(class->signers, version->expirations, class->expirations))
			continue;
		version->n_rrsets = class->n_rrsets;
		version->for_parent &= class->for_parent;
		version->owner = class->owner;
		version->type = class->type;
		return true;
	}
	return false;
}

/* A class of the candidate that is in force already needs no version of its own. */
static void
add_class(struct cache_search *search, size_t n_past, const struct cache_class *class)
{
	size_t n = search->world.n_classes, twin = NO_VERSION;

	for (size_t i = 0; i < n_past; i++) {
		const struct cache_class *version = &search->world.classes[i];

		if (!search->classes[i].was_in_force || !same_class(version, class))
			continue;
		if (in_force(&version->life) &&
		    same_expirations(class->signers, version->expirations, class->expirations))
			return;
		twin = i;
	}
	search->world.classes[n] = *class;
	search->world.classes[n].stream = 0;
	search->world.classes[n].life.from = search->now;
	search->world.classes[n].life.superseded = TIME_NEVER;
	search->world.classes[n].life.last_fetch = TIME_NEVER;
	search->classes[n] = member_make_new(twin);
	search->world.n_classes++;
}

static void
release_classes(struct cache_search *search, const struct cache_candidate *candidate)
{
	size_t n_past = search->world.n_classes;

	for (size_t i = 0; i < n_past; i++) {
		struct cache_class *version = &search->world.classes[i];

		if (!in_force(&version->life) || version->stream != 0 ||
		    class_goes_on(version, candidate))
			continue;
		supersede(&version->life, &search->classes[i], search->rules, search->now,
		    class_safety(version, search->rules));
	}
	for (size_t i = 0; i < candidate->n_classes; i++)
		add_class(search, n_past, &candidate->classes[i]);
}

static size_t
room_for(size_t n_past)
{
	return (n_past < CACHE_VERSIONS_MAX ? n_past : CACHE_VERSIONS_MAX) + 1;
}

static bool
search_allocate(struct cache_search *search, size_t n_dnskeys, size_t n_classes, size_t n_ds)
{
	search->world.dnskeys = calloc(n_dnskeys, sizeof(search->world.dnskeys[0]));
	search->world.classes = calloc(n_classes, sizeof(search->world.classes[0]));
	search->world.ds = calloc(n_ds, sizeof(search->world.ds[0]));
	search->dnskeys = calloc(n_dnskeys, sizeof(search->dnskeys[0]));
	search->classes = calloc(n_classes, sizeof(search->classes[0]));
	search->ds = calloc(n_ds, sizeof(search->ds[0]));
	return search->world.dnskeys != NULL && search->world.classes != NULL &&
	       search->world.ds != NULL && search->dnskeys != NULL && search->classes != NULL &&
	       search->ds != NULL;
}

zg_status
cache_world_make(struct cache_search *search, const struct cache_world *past,
    const struct cache_candidate *candidate, const struct cache_ds *ds)
{
	size_t n_new = candidate == NULL ? 0 : candidate->n_classes;

	if (n_new > CACHE_VERSIONS_MAX || past->n_keys > CACHE_KEYS_MAX)
		return ZG_LIMIT;
	search->world = *past;
	search->world.dnskeys = NULL;
	search->world.classes = NULL;
	search->world.ds = NULL;
	if (!search_allocate(search, room_for(past->n_dnskeys), room_for(past->n_classes) + n_new,
		room_for(past->n_ds)))
		return ZG_MEMORY;
	take_dnskeys(search, past);
	take_classes(search, past);
	take_ds(search, past, ds);
	search->candidate_dnskey = 0;
	if (candidate != NULL) {
		release_dnskey(search, &candidate->dnskey);
		release_classes(search, candidate);
	}
	return ZG_OK;
}
