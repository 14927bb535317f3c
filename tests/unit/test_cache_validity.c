/* Which combinations of DS set, DNSKEY RRset and data validate, for whom, and until when. */
#include <check.h>
#include <stdlib.h>

#include "cache_fixture.h"

#define NOW	 AT(1, 12, 0)
#define OLD_KEYS (KEY(K1) | KEY(Z1))
#define NEW_KEYS (KEY(K13) | KEY(Z13))

/* A zone that has always been as `candidate` makes it, and a parent without a DS set yet. */
static struct story *
settled(key_mask keys, key_mask signers, key_mask data)
{
	struct story *story = story_new_empty();

	story_dnskey(story, EVER, keys, signers, TTL_KEY);
	story_data(story, EVER, data);
	story_candidate(story, keys, signers, data);
	return story;
}

/* Adds a record to the DS set in force; `key` -1: of no known key, with that tag. */
static void
ds_record(struct story *story, uint8_t algorithm, uint8_t digest_type, int key, uint16_t tag)
{
	struct cache_ds *ds = &story->ds[0];

	if (story->world.n_ds == 0)
		story_ds(story, EVER, 0);
	ds->entries[ds->n].algorithm = algorithm;
	ds->entries[ds->n].digest_type = digest_type;
	ds->entries[ds->n].key = key;
	ds->entries[ds->n++].tag = key < 0 ? tag : story->world.keys[key].tag;
}

/* The models that find the settled zone broken: those hit at present or anew. */
static unsigned
broken_models(struct story *story)
{
	struct cache_proof *proof = prove(story, NOW);
	unsigned models = 0;

	ck_assert_uint_eq(proof->n_new, 0);
	for (size_t i = 0; i < proof->n_examples; i++) {
		ck_assert(proof->examples[i].preexisting);
		models |= proof->examples[i].models;
	}
	ck_assert_int_eq(proof->outcome, models == 0 ? CACHE_PROVED : CACHE_NOT_WORSE);
	cache_proof_free(proof);
	return models;
}

START_TEST(digest_types_that_some_validators_lack)
{
	/* DESIGN 9.12: 8 by SHA-256, 13 by SHA-384, signed with 13 only: who lacks SHA-384 is
	 * left with algorithm 8. */
	struct story *story = settled(NEW_KEYS, KEY(K13), KEY(Z13));

	ds_record(story, 8, 2, -1, 77);
	ds_record(story, 13, 4, K13, 0);
	ck_assert_uint_eq(broken_models(story), ALL_MODELS);
	story_free(story);

	/* With one digest type for both only strict-ds, which needs algorithm 8, fails. */
	story = settled(NEW_KEYS, KEY(K13), KEY(Z13));
	ds_record(story, 8, 2, -1, 77);
	ds_record(story, 13, 2, K13, 0);
	ck_assert_uint_eq(broken_models(story), STRICT_DS);
	story_free(story);
}
END_TEST

START_TEST(digest_4_alone_is_lawful)
{
	struct story *story = settled(OLD_KEYS, KEY(K1), KEY(Z1));

	ds_record(story, 8, 4, K1, 0);
	ck_assert_uint_eq(broken_models(story), 0);
	story_free(story);
}
END_TEST

/* An unsigned zone is broken for those who find anything supported in the DS set. */
START_TEST(set_without_anything_supported_is_insecure)
{
	static const struct {
		uint8_t algorithm, digest_type;
		bool secure;
	} cases[] = {{8, 1, true}, {8, 2, true}, {8, 3, false}, {8, 4, true}, {8, 5, false},
	    {3, 2, false}, {12, 2, false}, {253, 2, false}, {16, 2, true}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct story *story = settled(0, 0, 0);

		ds_record(story, cases[i].algorithm, cases[i].digest_type, -1, 77);
		ck_assert_uint_eq(broken_models(story), cases[i].secure ? ALL_MODELS : 0);
		story_free(story);
	}
}
END_TEST

START_TEST(weaker_digest_of_the_same_key_is_dropped_by_some)
{
	/* The SHA-384 record of the same tag is wrong: RFC 4509 section 3 by analogy. */
	struct story *story = settled(OLD_KEYS, KEY(K1), KEY(Z1));

	ds_record(story, 8, 2, K1, 0);
	ds_record(story, 8, 4, -1, 1001);
	ck_assert_uint_eq(broken_models(story), ALL_MODELS);
	story_free(story);
}
END_TEST

START_TEST(weaker_digest_in_the_set_is_dropped_by_some)
{
	/* A standby key by SHA-384 beside the working one by SHA-256. */
	struct story *story = settled(OLD_KEYS, KEY(K1), KEY(Z1));

	ds_record(story, 8, 2, K1, 0);
	ds_record(story, 8, 4, -1, 77);
	ck_assert_uint_eq(broken_models(story), ALL_MODELS);
	story_free(story);

	/* By SHA-256 as well, a standby key is lawful. */
	story = settled(OLD_KEYS, KEY(K1), KEY(Z1));
	ds_record(story, 8, 2, K1, 0);
	ds_record(story, 8, 2, -1, 77);
	ck_assert_uint_eq(broken_models(story), 0);
	story_free(story);
}
END_TEST

/* K1 is named rightly by SHA-256 and wrongly by SHA-384, K2 by SHA-256. In force are both: those
 * who drop the weaker digests of the whole set fail. Without K2 those who do it for each key fail
 * too. */
START_TEST(dropping_for_each_key_is_a_validator_of_its_own)
{
	struct story *story = settled(KEY(K1) | KEY(K2) | KEY(Z1), KEY(K1) | KEY(K2), KEY(Z1));
	struct cache_proof *proof;

	ds_record(story, 8, 2, K1, 0);
	ds_record(story, 8, 4, -1, 1001);
	ds_record(story, 8, 2, K2, 0);
	ck_assert_uint_eq(broken_models(story), ALL_MODELS);
	story_candidate(story, OLD_KEYS, KEY(K1), KEY(Z1));
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(digest_is_dropped_within_an_algorithm_by_validators_of_that_algorithm)
{
	/* All is well by SHA-384 of algorithm 13; of algorithm 8 the SHA-1 record is right and the
	 * SHA-256 record of another tag is not. */
	struct story *story = settled(OLD_KEYS | NEW_KEYS, KEY(K1) | KEY(K13), KEY(Z1) | KEY(Z13));

	ds_record(story, 8, 1, K1, 0);
	ds_record(story, 8, 2, -1, 77);
	ds_record(story, 13, 2, K13, 0);
	ck_assert_uint_eq(broken_models(story), STRICT_DS);
	story_free(story);

	/* The stronger digest of another algorithm is nothing to them. */
	story = settled(OLD_KEYS | NEW_KEYS, KEY(K1) | KEY(K13), KEY(Z1) | KEY(Z13));
	ds_record(story, 8, 2, K1, 0);
	ds_record(story, 13, 4, K13, 0);
	ck_assert_uint_eq(broken_models(story), 0);
	story_free(story);
}
END_TEST

START_TEST(record_of_another_algorithm_names_no_key)
{
	struct story *story = settled(OLD_KEYS, KEY(K1), KEY(Z1));

	ds_record(story, 10, 2, K1, 0);
	ck_assert_uint_eq(broken_models(story), ALL_MODELS);
	story_free(story);
}
END_TEST

/* DESIGN 9.15. */
START_TEST(revoked_and_non_zone_keys_do_not_count)
{
	struct story *story = settled(OLD_KEYS | KEY(Z_NOT_ZONE), KEY(K1), KEY(Z1));

	story_ds(story, EVER, KEY(K1));
	ck_assert_uint_eq(broken_models(story), 0);
	story_free(story);

	story = settled(KEY(K1_REVOKED) | KEY(Z1), KEY(K1_REVOKED), KEY(Z1));
	ds_record(story, 8, 2, K1_REVOKED, 0);
	ck_assert_uint_eq(broken_models(story), ALL_MODELS);
	story_free(story);

	story = settled(OLD_KEYS | KEY(Z_NOT_ZONE), KEY(K1), KEY(Z_NOT_ZONE));
	story_ds(story, EVER, KEY(K1));
	ck_assert_uint_eq(broken_models(story), ALL_MODELS);
	story_free(story);
}
END_TEST

START_TEST(key_must_be_in_the_rrset_and_sign_it)
{
	/* K1 signs but is not there; K2 is there but does not sign. */
	struct story *story = settled(KEY(K2) | KEY(Z1), KEY(K1), KEY(Z1));

	story_ds(story, EVER, KEY(K1) | KEY(K2));
	ck_assert_uint_eq(broken_models(story), ALL_MODELS);
	story_free(story);
}
END_TEST

START_TEST(models_that_are_not_asked_for_are_not_looked_at)
{
	struct story *story = settled(NEW_KEYS, KEY(K13), KEY(Z13));

	ds_record(story, 8, 2, -1, 77);
	ds_record(story, 13, 2, K13, 0);
	story->rules.models = LENIENT | STRICT_KEYS;
	ck_assert_uint_eq(broken_models(story), 0);
	story_free(story);
}
END_TEST

/* DESIGN 9.13. Data signed by Z1 until day 20 and by Z2 until D2 08:00; the candidate drops Z1. */
static struct story *
short_beside_long(void)
{
	struct story *story = story_new_empty();

	story_dnskey(story, EVER, OLD_KEYS | KEY(Z2), KEY(K1), TTL_KEY);
	story_data(story, EVER, KEY(Z1) | KEY(Z2));
	story_ds(story, EVER, KEY(K1));
	for (size_t i = 0; i < story->world.n_classes; i++) {
		story->classes[i].expirations[Z1] = AT(20, 0, 0);
		story->classes[i].expirations[Z2] = AT(2, 8, 0);
	}
	story_candidate(story, KEY(K1) | KEY(Z2), KEY(K1), KEY(Z2));
	return story;
}

START_TEST(dropped_long_lived_signature_beside_a_short_lived_one)
{
	struct story *story = short_beside_long();
	struct cache_proof *proof = prove(story, AT(1, 12, 0));

	/* Copies of the old data are kept until D2 12:30, with a signature until D2 08:00. */
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	ck_assert_uint_eq(proof->n_examples, 1);
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(2, 8, 0), AT(2, 12, 30));
	ck_assert(proof->examples[0].expiry);
	ck_assert_uint_eq(proof->examples[0].missing, KEY(Z1));
	ck_assert_int_eq(proof->earliest_safe, TIME_NEVER);
	cache_proof_free(proof);

	/* Clocks that differ by five minutes, on both sides. */
	story->rules.clock_skew = 5 * MINUTE;
	proof = prove(story, AT(1, 12, 0));
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(2, 7, 55), AT(2, 12, 35));
	cache_proof_free(proof);
	story->rules.clock_skew = 0;

	/* The copies are gone in time. */
	assert_outcome(story, AT(1, 7, 30), CACHE_PROVED);
	story_free(story);
}
END_TEST

START_TEST(dropped_long_lived_signature_of_the_dnskey_rrset)
{
	struct story *story = story_new_empty();
	struct cache_proof *proof;

	story_dnskey(story, EVER, KEY(K1) | KEY(K2) | KEY(Z1), KEY(K1) | KEY(K2), TTL_KEY);
	story->dnskeys[0].expirations[K1] = AT(20, 0, 0);
	story->dnskeys[0].expirations[K2] = AT(1, 12, 45);
	story_data(story, EVER, KEY(Z1));
	story_ds(story, EVER, KEY(K2));
	story_candidate(story, KEY(K2) | KEY(Z1), KEY(K2), KEY(Z1));
	/* The copy would run out by itself: nothing that was dropped would have helped. */
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	ck_assert_uint_eq(proof->n_new, 0);
	ck_assert_uint_eq(proof->n_examples, 1);
	ck_assert(proof->examples[0].preexisting && proof->examples[0].expiry);
	ck_assert_int_eq(proof->examples[0].from, AT(1, 12, 45));
	ck_assert_int_eq(proof->examples[0].until, AT(1, 13, 30));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(expired_redundant_signature_does_not_matter)
{
	struct story *story = short_beside_long();

	/* Z1 stays: its signatures carry the copies. */
	story_candidate(story, OLD_KEYS | KEY(Z2), KEY(K1), KEY(Z2));
	assert_outcome(story, AT(1, 12, 0), CACHE_PROVED);
	story_free(story);
}
END_TEST

START_TEST(fresh_signatures_do_not_help_the_copies)
{
	/* Z1 leaves the DNSKEY RRset only; the same signers sign, anew. The copies lean on Z2. */
	struct story *story = short_beside_long();
	struct cache_proof *proof;

	story_candidate(story, KEY(K1) | KEY(Z2), KEY(K1), KEY(Z1) | KEY(Z2));
	proof = prove(story, AT(1, 12, 0));
	ck_assert_int_eq(proof->outcome, CACHE_REFUTED);
	assert_window(proof, LINK_DNSKEY_DATA, ALL_MODELS, AT(2, 8, 0), AT(2, 12, 30));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

START_TEST(data_that_runs_out_in_caches_is_not_the_candidates_fault)
{
	struct story *story = story_new();
	struct cache_proof *proof;

	for (size_t i = 0; i < story->world.n_classes; i++)
		story->classes[i].expirations[Z1] = AT(1, 18, 0);
	story_candidate(story, OLD_KEYS, KEY(K1), KEY(Z1));
	proof = prove(story, NOW);
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	ck_assert_uint_eq(proof->n_new, 0);
	ck_assert_uint_gt(proof->n_preexisting, 0);
	ck_assert(proof->examples[0].preexisting && proof->examples[0].expiry);
	ck_assert_int_eq(proof->examples[0].from, AT(1, 18, 0));
	ck_assert_int_eq(proof->examples[0].until, AT(2, 12, 30));
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cache_validity");
	TCase *tcase = tcase_create("validity");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, digest_types_that_some_validators_lack);
	tcase_add_test(tcase, digest_4_alone_is_lawful);
	tcase_add_test(tcase, set_without_anything_supported_is_insecure);
	tcase_add_test(tcase, weaker_digest_of_the_same_key_is_dropped_by_some);
	tcase_add_test(tcase, weaker_digest_in_the_set_is_dropped_by_some);
	tcase_add_test(tcase, dropping_for_each_key_is_a_validator_of_its_own);
	tcase_add_test(
	    tcase, digest_is_dropped_within_an_algorithm_by_validators_of_that_algorithm);
	tcase_add_test(tcase, record_of_another_algorithm_names_no_key);
	tcase_add_test(tcase, revoked_and_non_zone_keys_do_not_count);
	tcase_add_test(tcase, key_must_be_in_the_rrset_and_sign_it);
	tcase_add_test(tcase, models_that_are_not_asked_for_are_not_looked_at);
	tcase_add_test(tcase, dropped_long_lived_signature_beside_a_short_lived_one);
	tcase_add_test(tcase, dropped_long_lived_signature_of_the_dnskey_rrset);
	tcase_add_test(tcase, expired_redundant_signature_does_not_matter);
	tcase_add_test(tcase, fresh_signatures_do_not_help_the_copies);
	tcase_add_test(tcase, data_that_runs_out_in_caches_is_not_the_candidates_fault);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
