/*
 * Forward obligations: what-if runs over the zone in force. For the regular rollover methods they
 * are the formulas of RFC 7583, which this test writes out.
 */
#include <check.h>
#include <stdlib.h>

#include "cache_fixture.h"

/* Another table of numbers than that of the worked examples: no two waits are alike. */
#define DPRP_C	400  /* child */
#define DPRP_P	5000 /* parent */
#define KEY_TTL 7000
#define DS_TTL	90000
#define SIG_TTL 50000

struct duties {
	struct obligation list[OBLIGATIONS_MAX];
	size_t n;
};

static struct duties
duties_at(const struct story *story, int64_t now)
{
	struct duties duties;
	struct zg_error error = {""};

	ck_assert_int_eq(
	    cache_obligations(&story->world, &story->rules, now, duties.list, &duties.n, &error),
	    ZG_OK);
	return duties;
}

static const struct obligation *
find(const struct duties *duties, enum obligation_kind kind, size_t key)
{
	for (size_t i = 0; i < duties->n; i++) {
		if (duties->list[i].kind == kind && duties->list[i].key == key)
			return &duties->list[i];
	}
	return NULL;
}

static void
assert_duty(const struct duties *duties, enum obligation_kind kind, size_t key, int64_t time)
{
	const struct obligation *duty = find(duties, kind, key);

	ck_assert_msg(duty != NULL, "no obligation %d of key %zu", (int)kind, key);
	ck_assert_int_eq(duty->time, time);
}

/* The story with the table above. `next` is the DNSKEY RRset after the change at `time`. */
static void
use_table(struct story *story)
{
	story->rules.propagation_delay = DPRP_C;
	for (size_t i = 0; i < story->world.n_dnskeys; i++) {
		story->dnskeys[i].life.ttl = KEY_TTL;
		if (story->dnskeys[i].life.superseded != TIME_NEVER)
			story->dnskeys[i].life.last_fetch =
			    story->dnskeys[i].life.superseded + DPRP_C;
	}
	for (size_t i = 0; i < story->world.n_classes; i++) {
		if (story->classes[i].life.ttl == TTL_DATA)
			story->classes[i].life.ttl = SIG_TTL;
		if (story->classes[i].life.superseded != TIME_NEVER)
			story->classes[i].life.last_fetch =
			    story->classes[i].life.superseded + DPRP_C;
	}
	for (size_t i = 0; i < story->world.n_ds; i++) {
		story->ds[i].life.ttl = DS_TTL;
		if (story->ds[i].life.superseded != TIME_NEVER)
			story->ds[i].life.last_fetch = story->ds[i].life.superseded + DPRP_P;
	}
}

#define T0 AT(1, 10, 0)

START_TEST(steady_zone)
{
	struct story *story = story_new();
	struct duties duties = duties_at(story, T0);

	assert_duty(&duties, OBLIGATION_KEEP_KEY, K1, TIME_NEVER);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, Z1, TIME_NEVER);
	assert_duty(&duties, OBLIGATION_KEEP_SIGNING, Z1, TIME_NEVER);
	ck_assert_uint_eq(find(&duties, OBLIGATION_KEEP_SIGNING, Z1)->n_rrsets, 1500);
	ck_assert_str_eq(find(&duties, OBLIGATION_KEEP_KEY, Z1)->owner, "www.example.");
	ck_assert_str_eq(find(&duties, OBLIGATION_KEEP_KEY, Z1)->type, "A");
	ck_assert_uint_eq(find(&duties, OBLIGATION_KEEP_KEY, K1)->n_rrsets, 0);
	ck_assert_uint_eq(duties.n, 3);
	story_free(story);
}
END_TEST

/* RFC 7583 section 3.2.1: Ipub = Dprp + TTLkey, Iret = Dsgn + Dprp + TTLsig, with Dsgn seen. */
START_TEST(zsk_pre_publication)
{
	struct story *story = story_new();
	struct duties duties;
	int64_t published = T0, signing = T0 + DAY;

	story_dnskey(story, published, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY_TTL);
	use_table(story);
	duties = duties_at(story, published);
	assert_duty(&duties, OBLIGATION_MAY_SIGN, Z2, published + DPRP_C + KEY_TTL);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, Z1, TIME_NEVER);
	assert_duty(&duties, OBLIGATION_MAY_REMOVE, Z2, published);

	story_data(story, signing, KEY(Z2));
	use_table(story);
	duties = duties_at(story, signing);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, Z1, signing + DPRP_C + SIG_TTL);
	ck_assert_ptr_null(find(&duties, OBLIGATION_MAY_REMOVE, Z1));
	ck_assert_uint_eq(find(&duties, OBLIGATION_KEEP_KEY, Z1)->n_rrsets, 0);
	duties = duties_at(story, signing + DPRP_C + SIG_TTL);
	assert_duty(&duties, OBLIGATION_MAY_REMOVE, Z1, signing + DPRP_C + SIG_TTL);
	ck_assert_ptr_null(find(&duties, OBLIGATION_KEEP_KEY, Z1));
	story_free(story);
}
END_TEST

/* RFC 7583 section 3.2.2: Iret = Dsgn + Dprp + max(TTLkey, TTLsig). */
START_TEST(zsk_double_signature)
{
	struct story *story = story_new();
	struct duties duties;

	story_dnskey(story, T0, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY_TTL);
	story_data(story, T0, KEY(Z1) | KEY(Z2));
	use_table(story);
	duties = duties_at(story, T0);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, Z1, T0 + DPRP_C + SIG_TTL);
	story->dnskeys[0].life.ttl = SIG_TTL + 1;
	duties = duties_at(story, T0);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, Z1, T0 + DPRP_C + SIG_TTL + 1);
	/* To stop signing, and keep the key, needs less: old keys with new data. */
	assert_duty(&duties, OBLIGATION_KEEP_SIGNING, Z1, T0 + DPRP_C + SIG_TTL + 1);
	story_free(story);
}
END_TEST

/* RFC 7583 section 3.3.1: IpubC = DprpC + TTLkey, Iret = DprpP + TTLds. */
START_TEST(ksk_double_ksk)
{
	struct story *story = story_new();
	int64_t swapped = T0 + 2 * DAY;
	struct duties duties;

	story_dnskey(story, T0, KEY(K1) | KEY(K2) | KEY(Z1), KEY(K1) | KEY(K2), KEY_TTL);
	use_table(story);
	duties = duties_at(story, T0);
	assert_duty(&duties, OBLIGATION_MAY_SUBMIT_DS, K2, T0 + DPRP_C + KEY_TTL);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, K1, TIME_NEVER);
	ck_assert_ptr_null(find(&duties, OBLIGATION_MAY_SUBMIT_DS, K1));

	story_ds(story, swapped, KEY(K2));
	use_table(story);
	duties = duties_at(story, swapped);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, K1, swapped + DPRP_P + DS_TTL);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, K2, TIME_NEVER);
	story_free(story);
}
END_TEST

/* RFC 7583 section 3.3.2: IpubP = DprpP + TTLds. */
START_TEST(ksk_double_ds)
{
	struct story *story = story_new();
	struct duties duties;

	story_ds(story, T0, KEY(K1) | KEY(K2));
	story_dnskey(story, EVER, KEY(K1) | KEY(K2) | KEY(Z1), KEY(K1) | KEY(K2), KEY_TTL);
	use_table(story);
	duties = duties_at(story, T0);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, K1, T0 + DPRP_P + DS_TTL);
	/* K2 is of use only with the new DS set, which has K1 too. */
	assert_duty(&duties, OBLIGATION_MAY_REMOVE, K2, T0);
	story_free(story);
}
END_TEST

/* RFC 7583 section 3.3.3: Ipub = max(Dreg + IpubP, IpubC), here without Dreg. */
START_TEST(ksk_double_rrset)
{
	struct story *story = story_new();
	struct duties duties;

	story_ds(story, T0, KEY(K1) | KEY(K2));
	story_dnskey(story, T0, KEY(K1) | KEY(K2) | KEY(Z1), KEY(K1) | KEY(K2), KEY_TTL);
	use_table(story);
	duties = duties_at(story, T0);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, K1, T0 + DPRP_P + DS_TTL);
	story_free(story);
}
END_TEST

START_TEST(margins_are_part_of_the_times)
{
	struct story *story = story_new();
	struct duties duties;

	story->rules.publish_safety = 111;
	story->rules.retire_safety = 222;
	story_dnskey(story, T0, KEY(K1) | KEY(K2) | KEY(Z1), KEY(K1) | KEY(K2), TTL_KEY);
	duties = duties_at(story, T0);
	assert_duty(&duties, OBLIGATION_MAY_SUBMIT_DS, K2, T0 + PROPAGATION + TTL_KEY + 111);
	story_ds(story, T0 + DAY, KEY(K2));
	duties = duties_at(story, T0 + DAY);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, K1, T0 + DAY + PARENT_PROPAGATION + TTL_DS + 222);
	story_free(story);
}
END_TEST

START_TEST(former_ttl_is_in_use_until_its_copies_are_gone)
{
	struct story *story = story_new_empty();
	struct duties duties;

	story_dnskey(story, EVER, KEY(K1) | KEY(Z1), KEY(K1), DAY);
	story_data(story, EVER, KEY(Z1));
	story_ds(story, EVER, KEY(K1));
	story_dnskey(story, T0, KEY(K1) | KEY(Z1), KEY(K1), HOUR);
	duties = duties_at(story, T0 + DAY);
	assert_duty(&duties, OBLIGATION_TTL, CACHE_KEYS_MAX, T0 + PROPAGATION + DAY);
	duties = duties_at(story, T0 + PROPAGATION + DAY);
	ck_assert_ptr_null(find(&duties, OBLIGATION_TTL, CACHE_KEYS_MAX));
	/* A shorter one needs no word. */
	story->dnskeys[0].life.ttl = HOUR / 2;
	duties = duties_at(story, T0);
	ck_assert_ptr_null(find(&duties, OBLIGATION_TTL, CACHE_KEYS_MAX));
	story_free(story);
}
END_TEST

START_TEST(nothing_is_allowed_while_the_past_is_unknown)
{
	struct story *story = story_new();
	struct duties duties;

	story_dnskey(story, T0, KEY(K1) | KEY(K2) | KEY(Z1) | KEY(Z2), KEY(K1) | KEY(K2), TTL_KEY);
	story->world.child_known_since = T0;
	duties = duties_at(story, T0 + DAY);
	ck_assert_uint_gt(duties.n, 0);
	for (size_t i = 0; i < duties.n; i++)
		ck_assert(duties.list[i].kind == OBLIGATION_KEEP_KEY ||
			  duties.list[i].kind == OBLIGATION_KEEP_SIGNING);
	assert_duty(&duties, OBLIGATION_KEEP_KEY, K1, TIME_NEVER);
	story_free(story);
}
END_TEST

START_TEST(standby_key_that_does_not_sign_gets_no_ds)
{
	struct story *story = story_new();
	struct duties duties;

	story_dnskey(story, EVER, KEY(K1) | KEY(K2) | KEY(Z1), KEY(K1), TTL_KEY);
	duties = duties_at(story, T0);
	ck_assert_ptr_null(find(&duties, OBLIGATION_MAY_SUBMIT_DS, K2));
	ck_assert_ptr_null(find(&duties, OBLIGATION_MAY_SIGN, K2));
	assert_duty(&duties, OBLIGATION_MAY_REMOVE, K2, T0);
	story_free(story);
}
END_TEST

START_TEST(unsigned_or_unknown_zone_has_no_keys_to_speak_of)
{
	struct story *story = story_new_empty();
	struct duties duties = duties_at(story, T0);

	ck_assert_uint_eq(duties.n, 0);
	story_dnskey(story, EVER, 0, 0, TTL_DENIAL);
	story_data(story, EVER, 0);
	story_ds(story, EVER, 0);
	duties = duties_at(story, T0);
	ck_assert_uint_eq(duties.n, 0);
	story_free(story);
}
END_TEST

START_TEST(world_after_a_release_can_be_asked)
{
	struct story *story = story_new();
	struct obligation list[OBLIGATIONS_MAX];
	struct cache_proof *proof;
	struct zg_error error = {""};
	struct duties duties;

	story_candidate(story, KEY(K1) | KEY(Z1) | KEY(Z2), KEY(K1), KEY(Z1));
	proof = prove(story, T0);
	ck_assert_int_eq(proof->outcome, CACHE_PROVED);
	ck_assert_int_eq(
	    cache_obligations(&proof->world, &story->rules, T0, list, &duties.n, &error), ZG_OK);
	for (size_t i = 0; i < duties.n; i++)
		duties.list[i] = list[i];
	assert_duty(&duties, OBLIGATION_MAY_SIGN, Z2, T0 + PROPAGATION + TTL_KEY);
	cache_proof_free(proof);
	story_free(story);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cache_obligations");
	TCase *tcase = tcase_create("obligations");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, steady_zone);
	tcase_add_test(tcase, zsk_pre_publication);
	tcase_add_test(tcase, zsk_double_signature);
	tcase_add_test(tcase, ksk_double_ksk);
	tcase_add_test(tcase, ksk_double_ds);
	tcase_add_test(tcase, ksk_double_rrset);
	tcase_add_test(tcase, margins_are_part_of_the_times);
	tcase_add_test(tcase, former_ttl_is_in_use_until_its_copies_are_gone);
	tcase_add_test(tcase, nothing_is_allowed_while_the_past_is_unknown);
	tcase_add_test(tcase, standby_key_that_does_not_sign_gets_no_ds);
	tcase_add_test(tcase, unsigned_or_unknown_zone_has_no_keys_to_speak_of);
	tcase_add_test(tcase, world_after_a_release_can_be_asked);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
