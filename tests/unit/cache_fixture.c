/* Stories for the cache view. */
#include "cache_fixture.h"

#include <check.h>
#include <stdlib.h>

#include "dns/policy_values.h"

static const struct cache_key keys[STORY_KEYS] = {
    [K1] = {.algorithm = 8, .tag = 1001, .usable = true, .ksk = true},
    [K2] = {.algorithm = 8, .tag = 1002, .usable = true, .ksk = true},
    [Z1] = {.algorithm = 8, .tag = 2001, .usable = true, .ksk = false},
    [Z2] = {.algorithm = 8, .tag = 2002, .usable = true, .ksk = false},
    [K1_REVOKED] = {.algorithm = 8, .tag = 1129, .usable = false, .ksk = true},
    [K13] = {.algorithm = 13, .tag = 3001, .usable = true, .ksk = true},
    [Z13] = {.algorithm = 13, .tag = 4001, .usable = true, .ksk = false},
    [Z_NOT_ZONE] = {.algorithm = 13, .tag = 4002, .usable = false, .ksk = false},
};

struct story *
story_new_empty(void)
{
	struct story *story = calloc(1, sizeof(*story));

	ck_assert_ptr_nonnull(story);
	for (size_t i = 0; i < STORY_KEYS; i++)
		story->world.keys[i] = keys[i];
	story->world.n_keys = STORY_KEYS;
	story->world.dnskeys = story->dnskeys;
	story->world.classes = story->classes;
	story->world.ds = story->ds;
	story->world.child_known_since = EVER;
	story->world.parent_known_since = EVER;
	story->rules = (struct cache_rules){.propagation_delay = PROPAGATION,
	    .max_cache_ttl = NOT_SET,
	    .unknown_horizon = 7 * DAY,
	    .models = ALL_MODELS};
	return story;
}

struct story *
story_new(void)
{
	struct story *story = story_new_empty();

	story_dnskey(story, EVER, KEY(K1) | KEY(Z1), KEY(K1), TTL_KEY);
	story_data(story, EVER, KEY(Z1));
	story_ds(story, EVER, KEY(K1));
	return story;
}

void
story_free(struct story *story)
{
	free(story);
}

static struct cache_life
life_from(int64_t time, uint32_t ttl)
{
	return (struct cache_life){
	    .from = time, .superseded = TIME_NEVER, .last_fetch = TIME_NEVER, .ttl = ttl};
}

static void
life_end(struct cache_life *life, int64_t time, int64_t propagation)
{
	if (life->superseded != TIME_NEVER)
		return;
	life->superseded = time;
	life->last_fetch = time + propagation;
}

static void
never_expire(int64_t *expirations)
{
	for (size_t i = 0; i < CACHE_KEYS_MAX; i++)
		expirations[i] = TIME_NEVER;
}

void
story_dnskey(struct story *story, int64_t time, key_mask in_it, key_mask signers, uint32_t ttl)
{
	struct cache_dnskey *dnskey = &story->dnskeys[story->world.n_dnskeys];

	ck_assert_uint_lt(story->world.n_dnskeys, STORY_VERSIONS);
	for (size_t i = 0; i < story->world.n_dnskeys; i++)
		life_end(&story->dnskeys[i].life, time, PROPAGATION);
	*dnskey = (struct cache_dnskey){
	    .life = life_from(time, ttl), .keys = in_it, .signers = signers, .serial = 1};
	never_expire(dnskey->expirations);
	story->world.n_dnskeys++;
}

static struct cache_class
class_of(int64_t time, key_mask signers, uint32_t ttl, uint64_t n_rrsets)
{
	struct cache_class class = {.life = life_from(time, ttl),
	    .signers = signers,
	    .serial = 1,
	    .n_rrsets = n_rrsets,
	    .owner = "www.example.",
	    .type = "A"};

	never_expire(class.expirations);
	return class;
}

struct cache_class *
add_class(struct story *story, int64_t time, key_mask signers, uint32_t ttl, uint64_t n_rrsets)
{
	ck_assert_uint_lt(story->world.n_classes, STORY_VERSIONS);
	story->classes[story->world.n_classes] = class_of(time, signers, ttl, n_rrsets);
	return &story->classes[story->world.n_classes++];
}

void
story_more_data(struct story *story, int64_t time, key_mask signers)
{
	(void)add_class(story, time, signers, TTL_DATA, 1000);
	(void)add_class(story, time, signers, TTL_DENIAL, 500);
}

void
story_data(struct story *story, int64_t time, key_mask signers)
{
	bool there = false;

	for (size_t i = 0; i < story->world.n_classes; i++) {
		bool same = story->classes[i].signers == signers;

		there |= same && story->classes[i].life.superseded == TIME_NEVER;
		if (!same)
			life_end(&story->classes[i].life, time, PROPAGATION);
	}
	if (!there)
		story_more_data(story, time, signers);
}

struct cache_ds
ds_of(const struct story *story, key_mask named)
{
	struct cache_ds ds = {.life = life_from(EVER, TTL_DS)};

	for (int i = 0; i < STORY_KEYS; i++) {
		if ((named >> i & 1) == 0)
			continue;
		ds.entries[ds.n].algorithm = story->world.keys[i].algorithm;
		ds.entries[ds.n].digest_type = 2;
		ds.entries[ds.n].tag = story->world.keys[i].tag;
		ds.entries[ds.n++].key = i;
	}
	return ds;
}

void
story_ds(struct story *story, int64_t time, key_mask named)
{
	ck_assert_uint_lt(story->world.n_ds, STORY_VERSIONS);
	for (size_t i = 0; i < story->world.n_ds; i++)
		life_end(&story->ds[i].life, time, PARENT_PROPAGATION);
	story->ds[story->world.n_ds] = ds_of(story, named);
	story->ds[story->world.n_ds++].life.from = time;
}

void
story_candidate(struct story *story, key_mask in_it, key_mask signers, key_mask data)
{
	story->candidate = (struct cache_candidate){
	    .dnskey = {.life = {.ttl = TTL_KEY}, .keys = in_it, .signers = signers, .serial = 2},
	    .classes = story->candidate_classes,
	    .n_classes = 2};
	never_expire(story->candidate.dnskey.expirations);
	story->candidate_classes[0] = class_of(0, data, TTL_DATA, 1000);
	story->candidate_classes[1] = class_of(0, data, TTL_DENIAL, 500);
}

struct cache_proof *
prove(const struct story *story, int64_t now)
{
	struct cache_proof *proof = NULL;
	struct zg_error error = {""};

	ck_assert_int_eq(
	    cache_prove(&story->world, &story->candidate, &story->rules, now, &proof, &error),
	    ZG_OK);
	ck_assert_ptr_nonnull(proof);
	return proof;
}

struct cache_proof *
try_ds(const struct story *story, key_mask named, int64_t now)
{
	struct cache_ds ds = ds_of(story, named);
	struct cache_proof *proof = NULL;
	struct zg_error error = {""};

	ck_assert_int_eq(
	    cache_try_ds(&story->world, &ds, &story->rules, now, &proof, &error), ZG_OK);
	ck_assert_ptr_nonnull(proof);
	return proof;
}

void
assert_outcome(const struct story *story, int64_t now, enum cache_outcome outcome)
{
	struct cache_proof *proof = prove(story, now);

	ck_assert_int_eq(proof->outcome, outcome);
	cache_proof_free(proof);
}

static void
assert_refuted_until(struct cache_proof *proof, int64_t time)
{
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_uint_gt(proof->n_new, 0);
	ck_assert_int_eq(proof->earliest_safe, time);
	cache_proof_free(proof);
}

static void
assert_proved(struct cache_proof *proof)
{
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	ck_assert_uint_eq(proof->n_new, 0);
	ck_assert_uint_eq(proof->n_examples, 0);
	ck_assert_int_eq(proof->earliest_safe, 0);
	cache_proof_free(proof);
}

void
assert_earliest(struct story *story, unsigned models, int64_t time)
{
	story->rules.models = models;
	assert_refuted_until(prove(story, time - 1), time);
	assert_proved(prove(story, time));
	story->rules.models = ALL_MODELS;
}

void
assert_ds_earliest(struct story *story, unsigned models, key_mask named, int64_t time)
{
	story->rules.models = models;
	assert_refuted_until(try_ds(story, named, time - 1), time);
	assert_proved(try_ds(story, named, time));
	story->rules.models = ALL_MODELS;
}

void
assert_window(const struct cache_proof *proof, enum cache_link link, unsigned models, int64_t from,
    int64_t until)
{
	for (size_t i = 0; i < proof->n_examples; i++) {
		const struct cache_counterexample *example = &proof->examples[i];

		if (example->link == link && !example->preexisting &&
		    (example->models & models) == models && example->from == from &&
		    example->until == until)
			return;
	}
	ck_abort_msg("no counterexample from %lld until %lld", (long long)(from - DAY_1),
	    (long long)(until - DAY_1));
}
