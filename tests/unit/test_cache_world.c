/* Worlds and verdicts of the cache view: what is known, what goes on, what was broken before. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cache_fixture.h"

#define NOW AT(1, 12, 0)

/* The zone of story_new, released again as it is. */
static struct story *
unchanged(void)
{
	struct story *story = story_new();

	story_candidate(story, KEY(K1) | KEY(Z1), KEY(K1), KEY(Z1));
	return story;
}

/* ZSK swapped in one step: always refuted. */
static struct story *
swapped(void)
{
	struct story *story = story_new();

	story_candidate(story, KEY(K1) | KEY(Z2), KEY(K1), KEY(Z2));
	return story;
}

/* --- What is not known: DESIGN 9.11 --- */

static void
assert_unknown(struct story *story)
{
	struct cache_proof *proof = prove(story, NOW);

	ck_assert_int_eq(proof->outcome, CACHE_UNKNOWN);
	ck_assert_ptr_nonnull(proof->unknown);
	cache_proof_free(proof);
	story_free(story);
}

START_TEST(empty_lists_prove_nothing)
{
	struct story *story = unchanged();

	assert_outcome(story, NOW, CACHE_PROVED);
	story->world.n_ds = 0;
	assert_unknown(story);
	story = unchanged();
	story->world.n_dnskeys = 0;
	assert_unknown(story);
	story = unchanged();
	story->world.n_classes = 0;
	assert_unknown(story);
	story = unchanged();
	story->candidate.n_classes = 0;
	assert_unknown(story);
	story = unchanged();
	story->rules.models = 0;
	assert_unknown(story);
}
END_TEST

START_TEST(empty_versions_are_versions)
{
	/* A proved absence of DS makes everything insecure; an absent DNSKEY RRset breaks a DS. */
	struct story *story = story_new_empty();

	story_dnskey(story, EVER, KEY(K1) | KEY(Z1), KEY(K1), TTL_KEY);
	story_data(story, EVER, KEY(Z1));
	story_ds(story, EVER, 0);
	story_candidate(story, 0, 0, 0);
	assert_outcome(story, NOW, CACHE_PROVED);
	story_free(story);

	story = story_new();
	story_candidate(story, 0, 0, 0);
	assert_outcome(story, NOW, CACHE_REFUTED);
	story_free(story);
}
END_TEST

START_TEST(past_must_reach_to_the_horizon)
{
	struct story *story = unchanged();

	story->world.child_known_since = NOW - 7 * DAY;
	story->world.parent_known_since = NOW - 7 * DAY;
	assert_outcome(story, NOW, CACHE_PROVED);
	story->world.child_known_since++;
	assert_outcome(story, NOW, CACHE_UNKNOWN);
	story->world.child_known_since--;
	story->world.parent_known_since++;
	assert_outcome(story, NOW, CACHE_UNKNOWN);
	story->world.parent_known_since = TIME_NEVER;
	assert_unknown(story);
}
END_TEST

/* The gate was installed on D2; the day before, the DNSKEY TTL had been a week. What it has seen
 * would be safe. */
START_TEST(dnskey_ttl_lowered_the_day_before_installation)
{
	struct story *story = story_new_empty();

	story_dnskey(story, AT(2, 0, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), HOUR);
	story_data(story, AT(2, 0, 0), KEY(Z1));
	story_ds(story, EVER, KEY(K1));
	story->world.child_known_since = AT(2, 0, 0);
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	assert_outcome(story, AT(3, 0, 0), CACHE_UNKNOWN);
	assert_outcome(story, AT(9, 0, 0) - 1, CACHE_UNKNOWN);
	assert_outcome(story, AT(9, 0, 0), CACHE_PROVED);
	story_free(story);
}
END_TEST

START_TEST(incomplete_past_is_unknown)
{
	struct story *story = unchanged();

	story->world.incomplete = true;
	assert_unknown(story);
}
END_TEST

START_TEST(what_is_refuted_is_refuted_whatever_is_unknown)
{
	struct story *story = swapped();
	struct cache_proof *proof;

	story->world.incomplete = true;
	story->world.child_known_since = TIME_NEVER;
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_ptr_nonnull(proof->unknown);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(nothing_in_force_is_unknown)
{
	struct story *story = unchanged();

	story->ds[0].life.superseded = story->ds[0].life.last_fetch = NOW - 1;
	assert_unknown(story);
	story = unchanged();
	story->ds[0].origin = DS_ANTICIPATED;
	assert_unknown(story);
	story = unchanged();
	story->dnskeys[0].life.superseded = story->dnskeys[0].life.last_fetch = NOW - 1;
	assert_unknown(story);
	story = unchanged();
	for (size_t i = 0; i < story->world.n_classes; i++)
		story->classes[i].life.superseded = story->classes[i].life.last_fetch = NOW - 1;
	assert_unknown(story);

	/* And it is no excuse: what the candidate breaks is new. */
	story = story_new();
	story->dnskeys[0].life.superseded = story->dnskeys[0].life.last_fetch = NOW - 1;
	story_candidate(story, KEY(K2) | KEY(Z1), KEY(K2), KEY(Z1));
	assert_outcome(story, NOW, CACHE_REFUTED);
	story_free(story);
}
END_TEST

START_TEST(more_versions_than_fit_are_unknown)
{
	struct story *story = unchanged();
	size_t n = CACHE_VERSIONS_MAX + 1;
	struct cache_class *many = calloc(n, sizeof(*many));
	struct cache_proof *proof;

	ck_assert_ptr_nonnull(many);
	for (size_t i = 0; i < n; i++) {
		many[i] = story->classes[0];
		many[i].life.superseded = many[i].life.last_fetch = NOW - HOUR;
	}
	/* What is in force comes last and is kept all the same. */
	many[n - 2] = story->classes[0];
	many[n - 1] = story->classes[1];
	story->world.classes = many;
	story->world.n_classes = n;
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_UNKNOWN);
	ck_assert_uint_eq(proof->world.n_classes, CACHE_VERSIONS_MAX);
	ck_assert_int_eq(proof->world.classes[0].life.superseded, TIME_NEVER);
	ck_assert_int_eq(proof->world.classes[1].life.superseded, TIME_NEVER);
	cache_proof_free(proof);
	many[0].life.last_fetch = NOW - DAY;
	assert_outcome(story, NOW, CACHE_PROVED);
	story_candidate(story, KEY(K1) | KEY(Z2), KEY(K1), KEY(Z2));
	many[0].life.last_fetch = NOW;
	assert_outcome(story, NOW, CACHE_REFUTED);
	free(many);
	story_free(story);
}
END_TEST

/* --- Lives --- */

START_TEST(clock_skew_widens_on_both_sides)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story->rules.clock_skew = 5 * MINUTE;
	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	assert_earliest(story, ALL_MODELS, AT(1, 11, 35));
	story_free(story);

	/* A DS set that comes at D2 00:00 may be there five minutes before. */
	story = unchanged();
	story->rules.clock_skew = 5 * MINUTE;
	story->ds[1] = ds_of(story, KEY(K2));
	story->ds[1].life.from = AT(2, 0, 0);
	story->ds[1].origin = DS_ANTICIPATED;
	story->world.n_ds = 2;
	proof = prove(story, NOW);
	assert_window(proof, LINK_DS_DNSKEY, ALL_MODELS, AT(1, 23, 55), TIME_NEVER);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(cache_ceiling_only_shortens)
{
	struct story *story = story_new();

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	story->rules.max_cache_ttl = 15 * MINUTE;
	assert_earliest(story, ALL_MODELS, AT(1, 10, 45));
	story->rules.max_cache_ttl = 2 * HOUR;
	assert_earliest(story, ALL_MODELS, AT(1, 11, 30));
	story_free(story);
}
END_TEST

START_TEST(server_that_stays_behind_lengthens_a_life)
{
	struct story *story = story_new();

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story->dnskeys[0].life.last_fetch = AT(1, 13, 0);
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	assert_earliest(story, ALL_MODELS, AT(1, 14, 0));
	story_free(story);
}
END_TEST

/* DESIGN 9.10: until it is confirmed, both the predecessor and the release may be served. */
START_TEST(unconfirmed_release_leaves_its_predecessor_in_force)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story->dnskeys[0].life.superseded = story->dnskeys[0].life.last_fetch = TIME_NEVER;
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	proof = prove(story, AT(5, 0, 0));
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_int_eq(proof->earliest_safe, TIME_NEVER);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(same_content_goes_on)
{
	struct story *story = unchanged();
	struct cache_proof *proof = prove(story, NOW);

	ck_assert_uint_eq(proof->world.n_dnskeys, 1);
	ck_assert_uint_eq(proof->world.n_classes, 2);
	ck_assert_uint_eq(proof->candidate_dnskey, 0);
	ck_assert_int_eq(proof->world.dnskeys[0].life.from, EVER);
	ck_assert_int_eq(proof->world.dnskeys[0].life.superseded, TIME_NEVER);
	cache_proof_free(proof);

	/* Another TTL is another version; so is another expiration. */
	story->candidate.dnskey.life.ttl = HOUR / 2;
	story->candidate_classes[0].expirations[Z1] = AT(30, 0, 0);
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	ck_assert_uint_eq(proof->world.n_dnskeys, 2);
	ck_assert_uint_eq(proof->world.n_classes, 3);
	ck_assert_uint_eq(proof->candidate_dnskey, 1);
	ck_assert_int_eq(proof->world.dnskeys[0].life.superseded, NOW);
	ck_assert_int_eq(proof->world.dnskeys[0].life.last_fetch, NOW + PROPAGATION);
	ck_assert_int_eq(proof->world.dnskeys[1].life.from, NOW);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(ttl_of_the_superseded_version_counts)
{
	/* DNSKEY TTL lowered by the very release that swaps the keys. */
	struct story *story = swapped();
	struct cache_proof *proof;

	story->dnskeys[0].life.ttl = DAY;
	proof = prove(story, NOW);
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, NOW, NOW + PROPAGATION + DAY);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

/* --- Anticipated DS sets --- */

START_TEST(ds_that_the_candidate_asks_for_is_blamed_on_it)
{
	struct story *story = unchanged();
	struct cache_proof *proof;

	story->ds[1] = ds_of(story, KEY(K2));
	story->ds[1].life.from = NOW + HOUR;
	story->ds[1].origin = DS_ANTICIPATED;
	story->world.n_ds = 2;
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	assert_window(proof, LINK_DS_DNSKEY, ALL_MODELS, NOW + HOUR, TIME_NEVER);
	ck_assert_uint_eq(proof->examples[0].missing, KEY(K1));
	cache_proof_free(proof);

	/* What was handed in, or asked for by the release in force, comes anyway. */
	story->ds[1].origin = DS_DECLARED;
	assert_outcome(story, NOW, CACHE_NOT_WORSE);
	story->ds[1].origin = DS_REQUESTED;
	assert_outcome(story, NOW, CACHE_NOT_WORSE);
	story_free(story);
}
END_TEST

START_TEST(cds_waits_until_the_former_keys_are_gone)
{
	/* Double-KSK: K2 in since D1 10:00, the candidate asks for its DS only. */
	struct story *story = story_new();
	key_mask keys = KEY(K1) | KEY(K2) | KEY(Z1);

	story_dnskey(story, AT(1, 10, 0), keys, KEY(K1) | KEY(K2), TTL_KEY);
	story_candidate(story, keys, KEY(K1) | KEY(K2), KEY(Z1));
	story->ds[1] = ds_of(story, KEY(K2));
	story->ds[1].life.from = AT(1, 10, 0);
	story->ds[1].origin = DS_ANTICIPATED;
	story->world.n_ds = 2;
	assert_earliest(story, ALL_MODELS, AT(1, 11, 30));
	story_free(story);
}
END_TEST

/* --- Not worse --- */

START_TEST(repair_of_a_broken_zone_is_not_worse)
{
	/* In force since D1 11:00: data signed by a key that is not published. */
	struct story *story = story_new();
	struct cache_proof *proof;

	story_data(story, AT(1, 11, 0), KEY(Z2));
	story_candidate(story, KEY(K1) | KEY(Z1), KEY(K1), KEY(Z1));
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_NOT_WORSE);
	ck_assert_uint_eq(proof->n_new, 0);
	ck_assert_uint_gt(proof->n_preexisting, 0);
	ck_assert(proof->examples[0].preexisting);
	ck_assert_int_eq(proof->examples[0].until, NOW + PROPAGATION + TTL_DATA);
	ck_assert_int_eq(proof->earliest_safe, 0);
	/* 1000 RRsets until the copies are gone, 500 until theirs are; held back, all of both. */
	ck_assert_double_eq(proof->damage_release,
	    1000.0 * (PROPAGATION + TTL_DATA) + 500.0 * (PROPAGATION + TTL_DENIAL));
	ck_assert_double_eq(proof->damage_hold, 1500.0 * (PROPAGATION + TTL_DATA));
	cache_proof_free(proof);

	/* To publish the key repairs as well, and the copies at once. */
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_NOT_WORSE);
	ck_assert_double_eq(proof->damage_release, 1500.0 * (PROPAGATION + TTL_KEY));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(repair_with_new_keys_counts_no_rrset_twice)
{
	/* Wholly broken; the way out is broken with old keys and with old data, at most all. */
	struct story *story = story_new();
	struct cache_proof *proof;

	story_data(story, AT(1, 11, 0), KEY(Z2));
	story_candidate(story, KEY(K1) | KEY(Z13), KEY(K1), KEY(Z13));
	story->world.keys[Z13].algorithm = 8;
	proof = prove(story, AT(5, 0, 0));
	ck_assert_int_eq(proof->outcome, CACHE_NOT_WORSE);
	ck_assert_double_eq(proof->damage_release,
	    1500.0 * (PROPAGATION + TTL_KEY) + 1000.0 * (TTL_DATA - TTL_KEY));
	ck_assert_double_le(proof->damage_release, proof->damage_hold);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(rrset_that_is_broken_in_several_ways_counts_once)
{
	/* 1000 of 1500 RRsets are broken, with the old DNSKEY RRset and with the new one. */
	struct story *story = story_new();
	struct cache_proof *proof;

	story->classes[0].signers = KEY(Z2);
	story_candidate(story, KEY(K1) | KEY(K2) | KEY(Z1), KEY(K1), KEY(Z1));
	story->candidate_classes[0].signers = KEY(Z2);
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_NOT_WORSE);
	/* Without end: measured for a day. */
	ck_assert_double_eq(proof->damage_release, 1000.0 * DAY);
	ck_assert_double_eq(proof->damage_hold, 1000.0 * DAY);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

/* --- Windows --- */

/* Going insecure too early, while the operator has declared that a DS comes back at `again`. */
static struct cache_proof *
insecure_and_back(struct story *story, int64_t again)
{
	story_ds(story, AT(1, 10, 0), 0);
	story->ds[2] = ds_of(story, KEY(K1));
	story->ds[2].life.from = again;
	story->ds[2].origin = DS_DECLARED;
	story->world.n_ds = 3;
	story_candidate(story, 0, 0, 0);
	return prove(story, NOW);
}

START_TEST(windows_that_touch_are_one)
{
	/* The former DS set is in caches until D2 11:00. */
	static const struct {
		int64_t again;
		bool apart;
	} cases[] = {{AT(2, 0, 0), false}, {AT(2, 11, 0), false}, {AT(2, 11, 1), true}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct story *story = story_new();
		struct cache_proof *proof = insecure_and_back(story, cases[i].again);

		if (cases[i].apart) {
			assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, NOW, AT(2, 11, 0));
			assert_window(
			    proof, LINK_DNSKEY_DATA, ALL_MODELS, cases[i].again, TIME_NEVER);
		} else {
			assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, NOW, TIME_NEVER);
		}
		cache_proof_free(proof);
		story_free(story);
	}
}
END_TEST

START_TEST(window_is_widened_at_its_end)
{
	/* As above, and the DS that comes back is gone from all caches at D2 12:00. */
	struct story *story = story_new();
	struct cache_proof *proof = insecure_and_back(story, AT(2, 10, 0));

	cache_proof_free(proof);
	story->ds[2].life.superseded = AT(2, 11, 0);
	story->ds[2].life.last_fetch = AT(2, 11, 30);
	story->ds[2].life.ttl = HOUR / 2;
	proof = prove(story, NOW);
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, NOW, AT(2, 12, 0));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(models_that_are_hit_at_different_times_are_told_apart)
{
	/* Copies lose their signature of algorithm 8 at 18:00, that of 13 at 20:00. */
	struct story *story = story_new_empty();
	key_mask all = KEY(K1) | KEY(Z1) | KEY(K13) | KEY(Z13);
	struct cache_proof *proof;
	unsigned seen = 0;

	story_dnskey(story, EVER, all, KEY(K1) | KEY(K13), TTL_KEY);
	story_data(story, EVER, KEY(Z1) | KEY(Z13));
	story_ds(story, EVER, KEY(K1) | KEY(K13));
	story->classes[0].expirations[Z1] = AT(1, 18, 0);
	story->classes[0].expirations[Z13] = AT(1, 20, 0);
	story_candidate(story, all, KEY(K1) | KEY(K13), KEY(Z1) | KEY(Z13));
	proof = prove(story, NOW);
	ck_assert_uint_eq(proof->n_examples, 2);
	for (size_t i = 0; i < 2; i++) {
		bool strict = proof->examples[i].from == AT(1, 18, 0);

		ck_assert(strict || proof->examples[i].from == AT(1, 20, 0));
		ck_assert_uint_eq(
		    proof->examples[i].models, strict ? STRICT_DS | STRICT_KEYS : LENIENT);
		seen |= proof->examples[i].models;
	}
	ck_assert_uint_eq(seen, ALL_MODELS);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(breaking_more_than_is_broken_is_refuted)
{
	/* Half of the data is broken; the candidate breaks all of it. */
	struct story *story = story_new();
	struct cache_proof *proof;

	story->classes[1].signers = KEY(Z2);
	story_candidate(story, KEY(K1) | KEY(Z1), KEY(K1), KEY(Z2));
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	/* What is broken and stays as it is, is not new, and comes last. */
	ck_assert(!proof->examples[0].preexisting);
	ck_assert(proof->examples[proof->n_examples - 1].preexisting);
	for (size_t i = 0; i < proof->n_examples; i++)
		ck_assert(proof->examples[i].preexisting ==
			  (proof->world.classes[proof->examples[i].class].life.ttl == TTL_DENIAL));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(broken_for_some_validators_is_no_licence_for_others)
{
	/* strict-ds fails before, lenient does not. */
	struct story *story = story_new();
	struct cache_proof *proof;

	story_ds(story, EVER, KEY(K1) | KEY(K13));
	story_candidate(story, KEY(K1) | KEY(Z1), KEY(K1), KEY(Z1));
	assert_outcome(story, NOW, CACHE_NOT_WORSE);
	story_candidate(story, KEY(K1) | KEY(Z1), KEY(K1), KEY(Z2));
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_uint_eq(proof->new_models, ALL_MODELS);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(expired_zone_in_force_is_repaired_without_more_ado)
{
	struct story *story = unchanged();
	struct cache_proof *proof;

	for (size_t i = 0; i < story->world.n_classes; i++)
		story->classes[i].expirations[Z1] = NOW - HOUR;
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	ck_assert_uint_eq(proof->n_new, 0);
	ck_assert_uint_gt(proof->n_preexisting, 0);
	ck_assert_double_gt(proof->damage_hold, proof->damage_release);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

/* --- Margins and stale data --- */

START_TEST(margins_are_told_apart_from_the_proof)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	story->rules.publish_safety = HOUR;
	proof = prove(story, AT(1, 12, 0));
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	ck_assert_uint_eq(proof->n_new, 0);
	ck_assert_uint_eq(proof->n_margin, 2);
	ck_assert_uint_eq(proof->n_examples, 2);
	ck_assert(proof->examples[0].margin_only);
	ck_assert_int_eq(proof->examples[0].until, AT(1, 12, 30));
	ck_assert_int_eq(proof->earliest_safe, 0);
	ck_assert_int_eq(proof->earliest_with_margin, AT(1, 12, 30));
	cache_proof_free(proof);
	proof = prove(story, AT(1, 12, 30));
	ck_assert_uint_eq(proof->n_examples, 0);
	ck_assert_int_eq(proof->earliest_with_margin, 0);
	cache_proof_free(proof);

	/* Within the proof's own wait the margin comes on top. */
	proof = prove(story, AT(1, 11, 0));
	ck_assert_int_eq(proof->earliest_safe, AT(1, 11, 30));
	ck_assert_int_eq(proof->earliest_with_margin, AT(1, 12, 30));
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(1, 11, 0), AT(1, 11, 30));
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(1, 11, 30), AT(1, 12, 30));
	cache_proof_free(proof);

	/* Retiring is another margin. */
	story->rules.publish_safety = 0;
	story->rules.retire_safety = HOUR;
	assert_earliest(story, ALL_MODELS, AT(1, 11, 30));
	story_free(story);
}
END_TEST

START_TEST(retire_safety_keeps_what_old_copies_lean_on)
{
	struct story *story = story_new();
	struct cache_proof *proof;
	key_mask both = KEY(K1) | KEY(K2);

	story->rules.retire_safety = 2 * HOUR;
	story_dnskey(story, AT(1, 10, 0), both | KEY(Z1), both, TTL_KEY);
	story_ds(story, AT(3, 9, 0), KEY(K2));
	story_candidate(story, KEY(K2) | KEY(Z1), KEY(K2), KEY(Z1));
	proof = prove(story, AT(4, 10, 0));
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	ck_assert_int_eq(proof->earliest_with_margin, AT(4, 12, 0));
	ck_assert_uint_eq(proof->n_examples, 1);
	ck_assert(proof->examples[0].margin_only);
	ck_assert_int_eq(proof->examples[0].link, LINK_DS_DNSKEY);
	cache_proof_free(proof);
	story_free(story);

	/* Data: Z1 stays for two hours more than its last signature. */
	story = story_new();
	story->rules.retire_safety = 2 * HOUR;
	story_dnskey(story, EVER, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story_data(story, AT(1, 11, 30), KEY(Z2));
	story_candidate(story, KEY(K1) | KEY(Z2), KEY(K1), KEY(Z2));
	proof = prove(story, AT(2, 12, 0));
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	ck_assert_int_eq(proof->earliest_with_margin, AT(2, 14, 0));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(serve_stale_is_a_second_pass)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	story->rules.serve_stale = DAY;
	proof = prove(story, AT(1, 12, 0));
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	ck_assert_uint_eq(proof->n_stale, 2);
	ck_assert_int_eq(proof->earliest_with_margin, 0);
	for (size_t i = 0; i < proof->n_examples; i++) {
		ck_assert(proof->examples[i].stale_only);
		ck_assert_int_eq(proof->examples[i].from, AT(1, 12, 0));
		ck_assert_int_eq(proof->examples[i].until, AT(2, 11, 30));
	}
	cache_proof_free(proof);
	proof = prove(story, AT(2, 11, 30));
	ck_assert_uint_eq(proof->n_examples, 0);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

/* --- Bounds --- */

START_TEST(examples_are_bounded_and_the_worst_come_first)
{
	struct story *story = swapped();
	size_t n = CACHE_VERSIONS_MAX;
	struct cache_class *many = calloc(n, sizeof(*many));
	struct cache_proof *proof;

	ck_assert_ptr_nonnull(many);
	for (size_t i = 0; i < n; i++) {
		many[i] = story->classes[0];
		many[i].life.ttl = (uint32_t)(HOUR + (i * 37) % n);
	}
	story->world.classes = many;
	story->world.n_classes = n;
	proof = prove(story, NOW);
	ck_assert_uint_eq(proof->n_examples, CACHE_EXAMPLES_MAX);
	/* Each old class with the new keys, the new data and denial with the old ones. */
	ck_assert_uint_eq(proof->n_new, n + 2);
	ck_assert_int_eq(proof->examples[0].until, NOW + PROPAGATION + HOUR + 255);
	for (size_t i = 1; i < proof->n_examples; i++)
		ck_assert_int_ge(proof->examples[i - 1].until, proof->examples[i].until);
	cache_proof_free(proof);
	free(many);
	story_free(story);
}
END_TEST

START_TEST(more_combinations_than_can_be_looked_at_are_unknown)
{
	struct story *story = unchanged();
	size_t n_keys = 100, n_classes = 250, n_ds = 12;
	struct cache_dnskey *keys = calloc(n_keys, sizeof(*keys));
	struct cache_class *classes = calloc(n_classes, sizeof(*classes));
	struct cache_proof *proof;

	ck_assert(keys != NULL && classes != NULL);
	for (size_t i = 0; i < n_keys; i++)
		keys[i] = story->dnskeys[0];
	for (size_t i = 0; i < n_classes; i++)
		classes[i] = story->classes[i % 2];
	for (size_t i = 1; i < n_ds; i++)
		story->ds[i] = story->ds[0];
	story->world.dnskeys = keys;
	story->world.n_dnskeys = n_keys;
	story->world.classes = classes;
	story->world.n_classes = n_classes;
	story->world.n_ds = 10;
	assert_outcome(story, NOW, CACHE_PROVED);
	story->world.n_ds = n_ds;
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_UNKNOWN);
	ck_assert(proof->world.incomplete);
	cache_proof_free(proof);
	free(keys);
	free(classes);
	story_free(story);
}
END_TEST

START_TEST(too_many_classes_of_a_candidate_are_a_limit)
{
	struct story *story = unchanged();
	struct cache_proof *proof;
	struct zg_error error = {""};

	story->candidate.n_classes = CACHE_VERSIONS_MAX + 1;
	ck_assert_int_eq(
	    cache_prove(&story->world, &story->candidate, &story->rules, NOW, &proof, &error),
	    ZG_LIMIT);
	ck_assert_ptr_null(proof);
	ck_assert_uint_gt(strlen(error.text), 0);
	story_free(story);
}
END_TEST

START_TEST(times_at_the_ends_of_the_scale_do_not_wrap)
{
	struct story *story = swapped();

	story->ds[0].life.from = INT64_MIN;
	story->classes[0].life.superseded = INT64_MAX - 1;
	story->classes[0].life.last_fetch = INT64_MAX - 1;
	story->rules.clock_skew = INT64_MAX / 2;
	story->rules.publish_safety = INT64_MAX;
	story->rules.serve_stale = INT64_MAX;
	story->dnskeys[0].expirations[K1] = INT64_MAX - 1;
	assert_outcome(story, NOW, CACHE_REFUTED);
	cache_proof_free(NULL);
	story_free(story);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cache_world");
	TCase *tcase = tcase_create("worlds");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, empty_lists_prove_nothing);
	tcase_add_test(tcase, empty_versions_are_versions);
	tcase_add_test(tcase, past_must_reach_to_the_horizon);
	tcase_add_test(tcase, dnskey_ttl_lowered_the_day_before_installation);
	tcase_add_test(tcase, incomplete_past_is_unknown);
	tcase_add_test(tcase, what_is_refuted_is_refuted_whatever_is_unknown);
	tcase_add_test(tcase, nothing_in_force_is_unknown);
	tcase_add_test(tcase, more_versions_than_fit_are_unknown);
	tcase_add_test(tcase, clock_skew_widens_on_both_sides);
	tcase_add_test(tcase, cache_ceiling_only_shortens);
	tcase_add_test(tcase, server_that_stays_behind_lengthens_a_life);
	tcase_add_test(tcase, unconfirmed_release_leaves_its_predecessor_in_force);
	tcase_add_test(tcase, same_content_goes_on);
	tcase_add_test(tcase, ttl_of_the_superseded_version_counts);
	tcase_add_test(tcase, ds_that_the_candidate_asks_for_is_blamed_on_it);
	tcase_add_test(tcase, cds_waits_until_the_former_keys_are_gone);
	tcase_add_test(tcase, repair_of_a_broken_zone_is_not_worse);
	tcase_add_test(tcase, repair_with_new_keys_counts_no_rrset_twice);
	tcase_add_test(tcase, rrset_that_is_broken_in_several_ways_counts_once);
	tcase_add_test(tcase, windows_that_touch_are_one);
	tcase_add_test(tcase, window_is_widened_at_its_end);
	tcase_add_test(tcase, models_that_are_hit_at_different_times_are_told_apart);
	tcase_add_test(tcase, breaking_more_than_is_broken_is_refuted);
	tcase_add_test(tcase, broken_for_some_validators_is_no_licence_for_others);
	tcase_add_test(tcase, expired_zone_in_force_is_repaired_without_more_ado);
	tcase_add_test(tcase, margins_are_told_apart_from_the_proof);
	tcase_add_test(tcase, retire_safety_keeps_what_old_copies_lean_on);
	tcase_add_test(tcase, serve_stale_is_a_second_pass);
	tcase_add_test(tcase, examples_are_bounded_and_the_worst_come_first);
	tcase_add_test(tcase, more_combinations_than_can_be_looked_at_are_unknown);
	tcase_add_test(tcase, too_many_classes_of_a_candidate_are_a_limit);
	tcase_add_test(tcase, times_at_the_ends_of_the_scale_do_not_wrap);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
