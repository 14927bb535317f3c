/*
 * The cache-view proof: the worked examples of rollovers done right and wrong, each with its exact
 * times. "Earliest" is always shown twice: refused one second before, proved at the second.
 */
#include <check.h>
#include <stdlib.h>

#include "cache_fixture.h"

/* Double signature of the DNSKEY RRset: K1 and K2 in it and signing it from D1 10:00 on. */
static struct story *
double_ksk(void)
{
	struct story *story = story_new();

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(K2) | KEY(Z1), KEY(K1) | KEY(K2), TTL_KEY);
	return story;
}

START_TEST(case_1_new_zsk_signs_when_it_is_in_all_caches)
{
	struct story *story = story_new();

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	assert_earliest(story, ALL_MODELS, AT(1, 11, 30));
	/* RFC 7583 section 3.2.1: Ipub = Dprp + TTLkey. */
	ck_assert_int_eq(AT(1, 11, 30), AT(1, 10, 0) + PROPAGATION + TTL_KEY);
	story_free(story);
}
END_TEST

/* Z2 in from D1 10:00, signing everything from D1 11:30 on. */
static struct story *
resigned(void)
{
	struct story *story = story_new();

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story_data(story, AT(1, 11, 30), KEY(Z2));
	return story;
}

START_TEST(case_2_old_zsk_goes_when_its_last_signature_is_gone)
{
	struct story *story = resigned();

	story_candidate(story, KEY(K1) | KEY(Z2), KEY(K1), KEY(Z2));
	assert_earliest(story, ALL_MODELS, AT(2, 12, 0));
	story_free(story);
}
END_TEST

START_TEST(case_3_smooth_resigning_is_seen_not_assumed)
{
	struct story *story = story_new();

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story_more_data(story, AT(1, 11, 30), KEY(Z2));
	story_data(story, AT(4, 11, 30), KEY(Z2));
	story_candidate(story, KEY(K1) | KEY(Z2), KEY(K1), KEY(Z2));
	assert_earliest(story, ALL_MODELS, AT(5, 12, 0));
	story_free(story);
}
END_TEST

START_TEST(case_4_new_zsk_signs_too_early)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	proof = prove(story, AT(1, 10, 45));
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_int_eq(proof->earliest_safe, AT(1, 11, 30));
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(1, 10, 45), AT(1, 11, 30));
	/* One for the data, one for the denial; signing on with Z1 would do. */
	ck_assert_uint_eq(proof->n_examples, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(proof->examples[i].until, AT(1, 11, 30));
		ck_assert_uint_eq(proof->examples[i].missing, KEY(Z1));
	}
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_5_old_zsk_goes_too_early)
{
	struct story *story = resigned();
	struct cache_proof *proof;

	story_candidate(story, KEY(K1) | KEY(Z2), KEY(K1), KEY(Z2));
	proof = prove(story, AT(1, 18, 0));
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_uint_eq(proof->n_examples, 1);
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(1, 18, 0), AT(2, 12, 0));
	ck_assert_uint_eq(proof->examples[0].missing, KEY(Z1));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_6_zsk_swapped_in_one_step)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_candidate(story, KEY(K1) | KEY(Z2), KEY(K1), KEY(Z2));
	proof = prove(story, AT(1, 10, 0));
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_int_eq(proof->earliest_safe, TIME_NEVER);
	/* Old keys with new data and denial, new keys with old denial, new keys with old data. */
	ck_assert_uint_eq(proof->n_examples, 4);
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(1, 10, 0), AT(1, 11, 30));
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(1, 10, 0), AT(1, 10, 45));
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(1, 10, 0), AT(2, 10, 30));
	ck_assert_int_eq(proof->examples[0].until, AT(2, 10, 30));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_7_zsk_double_signature)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story_data(story, AT(1, 10, 0), KEY(Z1) | KEY(Z2));
	story_candidate(story, KEY(K1) | KEY(Z2), KEY(K1), KEY(Z2));
	assert_earliest(story, ALL_MODELS, AT(2, 10, 30));
	proof = prove(story, AT(1, 12, 0));
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(1, 12, 0), AT(2, 10, 30));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_8_ds_is_swapped_when_the_new_ksk_is_in_all_caches)
{
	struct story *story = double_ksk();

	assert_ds_earliest(story, ALL_MODELS, KEY(K2), AT(1, 11, 30));
	story_free(story);
}
END_TEST

START_TEST(case_9_old_ksk_goes_when_its_ds_is_gone)
{
	struct story *story = double_ksk();

	story_ds(story, AT(3, 9, 0), KEY(K2));
	story_candidate(story, KEY(K2) | KEY(Z1), KEY(K2), KEY(Z1));
	assert_earliest(story, ALL_MODELS, AT(4, 10, 0));
	story_free(story);
}
END_TEST

START_TEST(case_10_old_ksk_goes_too_early)
{
	struct story *story = double_ksk();
	struct cache_proof *proof;

	story_ds(story, AT(3, 9, 0), KEY(K2));
	story_candidate(story, KEY(K2) | KEY(Z1), KEY(K2), KEY(Z1));
	proof = prove(story, AT(3, 11, 30));
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_uint_eq(proof->n_examples, 1);
	assert_window(proof, LINK_DS_DNSKEY, ALL_MODELS, AT(3, 11, 30), AT(4, 10, 0));
	ck_assert_uint_eq(proof->examples[0].missing, KEY(K1));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_11_ds_is_swapped_too_early)
{
	struct story *story = double_ksk();
	struct cache_proof *proof = try_ds(story, KEY(K2), AT(1, 10, 30));

	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_uint_eq(proof->n_examples, 1);
	assert_window(proof, LINK_DS_DNSKEY, ALL_MODELS, AT(1, 10, 30), AT(1, 11, 30));
	ck_assert_uint_eq(proof->examples[0].missing, KEY(K1));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_12_ds_of_a_standby_key_that_does_not_sign)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(K2) | KEY(Z1), KEY(K1), TTL_KEY);
	proof = try_ds(story, KEY(K2), AT(3, 0, 0));
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_int_eq(proof->earliest_safe, TIME_NEVER);
	assert_window(proof, LINK_DS_DNSKEY, ALL_MODELS, AT(3, 0, 0), TIME_NEVER);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

/* Both DS from D1 10:00 on. */
static struct story *
double_ds(void)
{
	struct story *story = story_new();

	story_ds(story, AT(1, 10, 0), KEY(K1) | KEY(K2));
	return story;
}

START_TEST(case_13_ksk_is_swapped_when_both_ds_are_in_all_caches)
{
	struct story *story = double_ds();
	struct cache_proof *proof;

	story_candidate(story, KEY(K2) | KEY(Z1), KEY(K2), KEY(Z1));
	assert_earliest(story, ALL_MODELS, AT(2, 11, 0));
	proof = prove(story, AT(1, 12, 0));
	assert_window(proof, LINK_DS_DNSKEY, ALL_MODELS, AT(1, 12, 0), AT(2, 11, 0));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_14_old_ds_goes_when_the_old_ksk_is_gone)
{
	struct story *story = double_ds();

	story_dnskey(story, AT(2, 11, 0), KEY(K2) | KEY(Z1), KEY(K2), TTL_KEY);
	assert_ds_earliest(story, ALL_MODELS, KEY(K2), AT(2, 12, 30));
	story_free(story);
}
END_TEST

START_TEST(case_15_double_rrset)
{
	struct story *story = double_ksk();

	story_ds(story, AT(1, 10, 0), KEY(K1) | KEY(K2));
	story_candidate(story, KEY(K2) | KEY(Z1), KEY(K2), KEY(Z1));
	assert_earliest(story, ALL_MODELS, AT(2, 11, 0));
	assert_ds_earliest(story, ALL_MODELS, KEY(K2), AT(1, 11, 30));
	story_free(story);
}
END_TEST

#define OLD_KEYS  (KEY(K1) | KEY(Z1))
#define NEW_KEYS  (KEY(K13) | KEY(Z13))
#define BOTH_KSK  (KEY(K1) | KEY(K13))
#define BOTH_DATA (KEY(Z1) | KEY(Z13))

/* Signatures of algorithm 13 from D1 10:00 on, before their key. */
static struct story *
conservative(void)
{
	struct story *story = story_new();

	story_data(story, AT(1, 10, 0), BOTH_DATA);
	return story;
}

/* DESIGN 9.14 makes this case possible: signatures of a key that is not published yet count. DESIGN
 * 9.15: only a policy that says conservative asks for strict-dnskey. */
START_TEST(case_16_conservative_algorithm_roll_publishes_the_key)
{
	struct story *story = conservative();

	story_candidate(story, OLD_KEYS | NEW_KEYS, BOTH_KSK, BOTH_DATA);
	assert_earliest(story, STRICT_KEYS, AT(2, 10, 30));
	story->rules.models = LENIENT | STRICT_DS;
	assert_outcome(story, AT(1, 10, 0), CACHE_PROVED);
	story_free(story);
}
END_TEST

START_TEST(case_17_conservative_algorithm_roll_swaps_the_ds)
{
	struct story *story = conservative();

	story_dnskey(story, AT(2, 10, 30), OLD_KEYS | NEW_KEYS, BOTH_KSK, TTL_KEY);
	assert_ds_earliest(story, LENIENT, KEY(K13), AT(2, 12, 0));
	assert_ds_earliest(story, STRICT_DS, KEY(K13), AT(2, 12, 0));
	assert_ds_earliest(story, STRICT_KEYS, KEY(K13), AT(2, 12, 0));
	story_free(story);
}
END_TEST

START_TEST(case_18_conservative_algorithm_roll_removes_the_old_keys)
{
	struct story *story = conservative();

	story_dnskey(story, AT(2, 10, 30), OLD_KEYS | NEW_KEYS, BOTH_KSK, TTL_KEY);
	story_ds(story, AT(2, 12, 0), KEY(K13));
	story_candidate(story, NEW_KEYS, KEY(K13), BOTH_DATA);
	assert_earliest(story, LENIENT, AT(3, 13, 0));
	assert_earliest(story, STRICT_DS, AT(3, 13, 0));
	assert_earliest(story, STRICT_KEYS, AT(3, 13, 0));
	story_free(story);
}
END_TEST

START_TEST(case_19_conservative_algorithm_roll_drops_the_old_signatures)
{
	struct story *story = conservative();

	story_dnskey(story, AT(2, 10, 30), OLD_KEYS | NEW_KEYS, BOTH_KSK, TTL_KEY);
	story_ds(story, AT(2, 12, 0), KEY(K13));
	story_dnskey(story, AT(3, 13, 0), NEW_KEYS, KEY(K13), TTL_KEY);
	story_candidate(story, NEW_KEYS, KEY(K13), KEY(Z13));
	assert_earliest(story, STRICT_KEYS, AT(3, 14, 30));
	story->rules.models = LENIENT | STRICT_DS;
	assert_outcome(story, AT(3, 13, 0), CACHE_PROVED);
	story_free(story);
}
END_TEST

START_TEST(case_20_liberal_algorithm_roll_begins)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_candidate(story, OLD_KEYS | NEW_KEYS, BOTH_KSK, BOTH_DATA);
	story->rules.models = LENIENT | STRICT_DS;
	assert_outcome(story, AT(1, 10, 0), CACHE_PROVED);
	story->rules.models = ALL_MODELS;
	proof = prove(story, AT(1, 10, 0));
	ck_assert_uint_eq(proof->new_models, STRICT_KEYS);
	assert_window(proof, LINK_DNSKEY_DATA, STRICT_KEYS, AT(1, 10, 0), AT(2, 10, 30));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_21_liberal_algorithm_roll_swaps_the_ds)
{
	struct story *story = story_new();

	story_dnskey(story, AT(1, 10, 0), OLD_KEYS | NEW_KEYS, BOTH_KSK, TTL_KEY);
	story_data(story, AT(1, 10, 0), BOTH_DATA);
	assert_ds_earliest(story, LENIENT, KEY(K13), AT(1, 11, 30));
	assert_ds_earliest(story, STRICT_DS, KEY(K13), AT(2, 10, 30));
	story_free(story);
}
END_TEST

START_TEST(case_22_liberal_algorithm_roll_drops_the_old_in_one_step)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_dnskey(story, AT(1, 10, 0), OLD_KEYS | NEW_KEYS, BOTH_KSK, TTL_KEY);
	story_data(story, AT(1, 10, 0), BOTH_DATA);
	story_ds(story, AT(2, 10, 30), KEY(K13));
	story_candidate(story, NEW_KEYS, KEY(K13), KEY(Z13));
	assert_earliest(story, LENIENT, AT(3, 11, 30));
	assert_earliest(story, STRICT_DS, AT(3, 11, 30));
	story->rules.models = STRICT_KEYS;
	proof = prove(story, AT(9, 0, 0));
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_int_eq(proof->earliest_safe, TIME_NEVER);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_23_algorithm_published_but_nothing_signed_with_it)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_candidate(story, OLD_KEYS | NEW_KEYS, BOTH_KSK, KEY(Z1));
	proof = prove(story, AT(1, 10, 0));
	ck_assert_uint_eq(proof->new_models, STRICT_KEYS);
	assert_window(proof, LINK_DNSKEY_DATA, STRICT_KEYS, AT(1, 10, 0), TIME_NEVER);
	cache_proof_free(proof);
	story->rules.models = LENIENT | STRICT_DS;
	assert_outcome(story, AT(1, 10, 0), CACHE_PROVED);
	story_free(story);
}
END_TEST

START_TEST(case_24_ds_of_an_algorithm_that_the_zone_has_not)
{
	struct story *story = story_new();
	struct cache_proof *proof = try_ds(story, KEY(K1) | KEY(K13), AT(1, 10, 0));

	ck_assert_uint_eq(proof->new_models, STRICT_DS);
	assert_window(proof, LINK_DS_DNSKEY, STRICT_DS, AT(1, 10, 0), TIME_NEVER);
	cache_proof_free(proof);
	story->rules.models = LENIENT;
	proof = try_ds(story, KEY(K1) | KEY(K13), AT(1, 10, 0));
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_25_going_insecure)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	story_ds(story, AT(1, 10, 0), 0);
	story_candidate(story, 0, 0, 0);
	assert_earliest(story, ALL_MODELS, AT(2, 11, 0));
	proof = prove(story, AT(1, 12, 0));
	assert_window(proof, LINK_DS_DNSKEY, ALL_MODELS, AT(1, 12, 0), AT(2, 11, 0));
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(1, 12, 0), AT(2, 11, 0));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(case_26_going_secure)
{
	struct story *story = story_new_empty();

	story_dnskey(story, EVER, 0, 0, TTL_DENIAL);
	story_data(story, EVER, 0);
	story_ds(story, EVER, 0);
	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1), KEY(K1), TTL_KEY);
	story_data(story, AT(1, 10, 0), KEY(Z1));
	assert_ds_earliest(story, ALL_MODELS, KEY(K1), AT(2, 10, 30));
	story_free(story);
}
END_TEST

START_TEST(case_27_csk_double_signature)
{
	struct story *story = story_new_empty();
	key_mask both = KEY(K1) | KEY(K2);

	story_dnskey(story, EVER, KEY(K1), KEY(K1), TTL_KEY);
	story_data(story, EVER, KEY(K1));
	story_ds(story, EVER, KEY(K1));
	story_dnskey(story, AT(1, 10, 0), both, both, TTL_KEY);
	story_data(story, AT(1, 10, 0), both);
	story_ds(story, AT(1, 12, 0), KEY(K2));
	story_candidate(story, KEY(K2), KEY(K2), KEY(K2));
	assert_earliest(story, ALL_MODELS, AT(2, 13, 0));
	story_free(story);
}
END_TEST

START_TEST(case_28_dnskey_ttl_cut_in_the_release_that_adds_the_key)
{
	struct story *story = story_new_empty();

	story_dnskey(story, EVER, KEY(K1) | KEY(Z1), KEY(K1), DAY);
	story_data(story, EVER, KEY(Z1));
	story_ds(story, EVER, KEY(K1));
	story_dnskey(story, AT(1, 10, 0), KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), HOUR);
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z2));
	assert_earliest(story, ALL_MODELS, AT(2, 10, 30));
	story_free(story);
}
END_TEST

START_TEST(case_29_old_ksk_is_revoked_too_early)
{
	struct story *story = double_ksk();
	struct cache_proof *proof;

	story_ds(story, AT(3, 9, 0), KEY(K2));
	story_candidate(
	    story, KEY(K1_REVOKED) | KEY(K2) | KEY(Z1), KEY(K1_REVOKED) | KEY(K2), KEY(Z1));
	proof = prove(story, AT(3, 11, 30));
	ck_assert_uint_eq(proof->n_examples, 1);
	assert_window(proof, LINK_DS_DNSKEY, ALL_MODELS, AT(3, 11, 30), AT(4, 10, 0));
	cache_proof_free(proof);
	assert_earliest(story, ALL_MODELS, AT(4, 10, 0));
	story_free(story);
}
END_TEST

/* The other provider publishes K2 and Z2 and knows of Z1, not of the new key Z13 (algorithm 8 here:
 * only the number is borrowed). */
START_TEST(case_30_multi_signer_without_telling_the_other)
{
	struct story *story = story_new_empty();
	struct cache_proof *proof;
	size_t never = 0, own = 0;

	story->world.keys[Z13].algorithm = 8;
	story_dnskey(story, EVER, KEY(K2) | KEY(Z1) | KEY(Z2), KEY(K2), TTL_KEY);
	story->dnskeys[0].stream = 1;
	story_data(story, EVER, KEY(Z2));
	story->classes[0].stream = story->classes[1].stream = 1;
	story_more_data(story, EVER, KEY(Z1));
	story_ds(story, EVER, KEY(K1) | KEY(K2));
	story_dnskey(story, EVER, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), TTL_KEY);
	story->dnskeys[0].life.superseded = story->dnskeys[0].life.last_fetch = TIME_NEVER;
	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2) | KEY(Z13), KEY(K1), KEY(Z13));
	proof = prove(story, AT(1, 10, 0));
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_int_eq(proof->earliest_safe, TIME_NEVER);
	for (size_t i = 0; i < proof->n_examples; i++) {
		const struct cache_counterexample *example = &proof->examples[i];
		bool other = proof->world.dnskeys[example->dnskey].stream == 1;

		ck_assert_int_eq(example->link, LINK_DNSKEY_DATA);
		ck_assert_int_eq(example->until, other ? TIME_NEVER : AT(1, 11, 30));
		never += other;
		own += !other;
	}
	ck_assert_uint_eq(never, 2);
	ck_assert_uint_eq(own, 2);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cache_view");
	TCase *tcase = tcase_create("worked examples");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, case_1_new_zsk_signs_when_it_is_in_all_caches);
	tcase_add_test(tcase, case_2_old_zsk_goes_when_its_last_signature_is_gone);
	tcase_add_test(tcase, case_3_smooth_resigning_is_seen_not_assumed);
	tcase_add_test(tcase, case_4_new_zsk_signs_too_early);
	tcase_add_test(tcase, case_5_old_zsk_goes_too_early);
	tcase_add_test(tcase, case_6_zsk_swapped_in_one_step);
	tcase_add_test(tcase, case_7_zsk_double_signature);
	tcase_add_test(tcase, case_8_ds_is_swapped_when_the_new_ksk_is_in_all_caches);
	tcase_add_test(tcase, case_9_old_ksk_goes_when_its_ds_is_gone);
	tcase_add_test(tcase, case_10_old_ksk_goes_too_early);
	tcase_add_test(tcase, case_11_ds_is_swapped_too_early);
	tcase_add_test(tcase, case_12_ds_of_a_standby_key_that_does_not_sign);
	tcase_add_test(tcase, case_13_ksk_is_swapped_when_both_ds_are_in_all_caches);
	tcase_add_test(tcase, case_14_old_ds_goes_when_the_old_ksk_is_gone);
	tcase_add_test(tcase, case_15_double_rrset);
	tcase_add_test(tcase, case_16_conservative_algorithm_roll_publishes_the_key);
	tcase_add_test(tcase, case_17_conservative_algorithm_roll_swaps_the_ds);
	tcase_add_test(tcase, case_18_conservative_algorithm_roll_removes_the_old_keys);
	tcase_add_test(tcase, case_19_conservative_algorithm_roll_drops_the_old_signatures);
	tcase_add_test(tcase, case_20_liberal_algorithm_roll_begins);
	tcase_add_test(tcase, case_21_liberal_algorithm_roll_swaps_the_ds);
	tcase_add_test(tcase, case_22_liberal_algorithm_roll_drops_the_old_in_one_step);
	tcase_add_test(tcase, case_23_algorithm_published_but_nothing_signed_with_it);
	tcase_add_test(tcase, case_24_ds_of_an_algorithm_that_the_zone_has_not);
	tcase_add_test(tcase, case_25_going_insecure);
	tcase_add_test(tcase, case_26_going_secure);
	tcase_add_test(tcase, case_27_csk_double_signature);
	tcase_add_test(tcase, case_28_dnskey_ttl_cut_in_the_release_that_adds_the_key);
	tcase_add_test(tcase, case_29_old_ksk_is_revoked_too_early);
	tcase_add_test(tcase, case_30_multi_signer_without_telling_the_other);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
