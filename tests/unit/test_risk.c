/* Which releases go out in stages. */
#include "publish/risk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "history_fixture.h"
#include "publish/release_log.h"
#include "publish/rollout.h"

/* A zone with a KSK that signs the keys and a ZSK that signs the rest. */
static struct release_facts *
facts_new(void)
{
	struct release_facts *facts = calloc(1, sizeof(*facts));

	ck_assert_ptr_nonnull(facts);
	facts->n_keys = 2;
	for (size_t i = 0; i < 2; i++) {
		facts->keys[i].algorithm = 13;
		facts->keys[i].tag = (uint16_t)(1000 + i);
		facts->keys[i].published = true;
		facts->keys[i].sha256[0] = (uint8_t)(1 + i);
	}
	facts->keys[0].signs_dnskey = true;
	facts->dnskey_ttl = 3600;
	facts->n_classes = 1;
	facts->classes[0].signers = 2;
	facts->classes[0].ttl = 3600;
	(void)strcpy(facts->denial, "nsec");
	return facts;
}

START_TEST(the_same_keys_signers_and_denial_are_no_change)
{
	struct release_facts *a = facts_new(), *b = facts_new();

	b->serial = 7;
	b->counts[RELEASE_RECORDS] = 99;
	b->keys[0].expiration = 5;
	ck_assert_int_eq(risk_compare(a, b), RISK_NO_CHANGE);
	free(a);
	free(b);
}
END_TEST

static void
another_key(struct release_facts *facts)
{
	facts->keys[1].sha256[0] = 9;
}
static void
one_key_more(struct release_facts *facts)
{
	facts->keys[2] = facts->keys[1];
	facts->keys[2].sha256[0] = 9;
	facts->n_keys = 3;
}
static void
zsk_signs_keys(struct release_facts *facts)
{
	facts->keys[1].signs_dnskey = true;
}
static void
another_denial(struct release_facts *facts)
{
	(void)strcpy(facts->denial, "nsec3 1 0 -");
}
static void
second_signer_of_some(struct release_facts *facts)
{
	facts->keys[1].signs_dnskey = false;
	facts->n_classes = 2;
	facts->classes[1].signers = 0;
	facts->classes[1].ttl = 60;
}
static void
another_ttl_of_keys(struct release_facts *facts)
{
	facts->dnskey_ttl = 7200;
}
static void
cds(struct release_facts *facts)
{
	facts->next_ds_given = true;
	facts->n_next_ds = 1;
	facts->next_ds[0] = (struct release_ds){.tag = 1000, .algorithm = 13, .digest_type = 2};
}
static void
more_classes(struct release_facts *facts)
{
	facts->more_classes = true;
}

static const struct {
	void (*make)(struct release_facts *facts);
	enum risk_change change;
} changes[] = {{another_key, RISK_KEYS}, {one_key_more, RISK_KEYS}, {zsk_signs_keys, RISK_KEYS},
    {another_denial, RISK_DENIAL}, {second_signer_of_some, RISK_SIGNERS},
    {another_ttl_of_keys, RISK_SIGNERS}, {cds, RISK_SIGNERS}, {more_classes, RISK_UNKNOWN}};
#define CHANGES (sizeof(changes) / sizeof(changes[0]))

/* To it and away from it: what goes is a change as well as what comes. */
START_TEST(a_change_is_seen_in_both_directions)
{
	struct release_facts *a = facts_new(), *b = facts_new();

	changes[_i].make(b);
	ck_assert_int_eq(risk_compare(a, b), changes[_i].change);
	ck_assert_int_eq(risk_compare(b, a), changes[_i].change);
	changes[_i].make(a);
	if (changes[_i].change != RISK_UNKNOWN)
		ck_assert_int_eq(risk_compare(a, b), RISK_NO_CHANGE);
	free(a);
	free(b);
}
END_TEST

START_TEST(without_a_release_everything_is_new)
{
	struct release_facts *facts = facts_new();

	ck_assert_int_eq(risk_compare(facts, NULL), RISK_FIRST);
	ck_assert_int_eq(risk_compare(NULL, NULL), RISK_FIRST);
	ck_assert_int_eq(risk_compare(NULL, facts), RISK_UNKNOWN);
	free(facts);
}
END_TEST

static zg_policy *
policy_of(const char *when)
{
	char text[512];
	struct zg_error error = {""};
	zg_policy *policy;

	(void)snprintf(text, sizeof(text),
	    "<ZoneGate version=\"1\"><Policy name=\"p\"><Staging><When>%s</When>"
	    "<Newer>replace</Newer><Risk id=\"change-denial\"/></Staging></Policy></ZoneGate>",
	    when);
	ck_assert_msg(zg_policy_parse(text, strlen(text), "p", NULL, &policy, &error) == ZG_OK,
	    "%s", error.text);
	return policy;
}

/* By When and everything that can be known: 0 straight, 1 in stages. */
START_TEST(what_is_staged)
{
	static const struct {
		const char *when;
		const char *finding;
		enum risk_change change;
		bool staged_before, aborted, staged;
	} cases[] = {
	    {"never", "change-denial", RISK_KEYS, false, false, false},
	    {"never", NULL, RISK_NO_CHANGE, true, true, true},
	    {"always", NULL, RISK_NO_CHANGE, true, false, true},
	    {"risky", NULL, RISK_NO_CHANGE, true, false, false},
	    {"risky", NULL, RISK_NO_CHANGE, false, false, true},
	    {"risky", NULL, RISK_NO_CHANGE, true, true, true},
	    {"risky", "change-denial", RISK_NO_CHANGE, true, false, true},
	    {"risky", NULL, RISK_FIRST, true, false, true},
	    {"risky", NULL, RISK_UNKNOWN, true, false, true},
	    {"risky", NULL, RISK_KEYS, true, false, true},
	    {"risky", NULL, RISK_DENIAL, true, false, true},
	    {"risky", NULL, RISK_SIGNERS, true, false, true},
	    {"risky", NULL, RISK_DS, true, false, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zg_policy *policy = policy_of(cases[i].when);
		const struct release_risk risk = {.policy = policy,
		    .finding = cases[i].finding,
		    .change = cases[i].change,
		    .staged_before = cases[i].staged_before,
		    .aborted = cases[i].aborted};
		char why[128] = "left";
		bool staged = release_is_staged(&risk, why, sizeof(why));

		ck_assert_msg(staged == cases[i].staged, "case %zu", i);
		ck_assert_msg((why[0] != '\0') == staged, "case %zu: %s", i, why);
		zg_policy_free(policy);
	}
}
END_TEST

START_TEST(policy_names_risks_and_what_becomes_of_newer_ones)
{
	zg_policy *policy = policy_of("risky");

	ck_assert(risk_is_named(policy, "change-denial"));
	ck_assert(!risk_is_named(policy, "change-apex-ns"));
	ck_assert(!risk_is_named(policy, "no-such-check"));
	ck_assert_int_eq(risk_newer(policy), STAGING_REPLACE);
	zg_policy_free(policy);
}
END_TEST

/* --- From a history --- */

#define T FIXTURE_TIME

static char *folder;
static struct release_log history;

static void
history_setup(void)
{
	static char zone[] = "example.";

	folder = fixture_directory();
	history =
	    (struct release_log){.history = fixture_open(folder, HISTORY_CREATE), .zone = zone};
}

static void
history_teardown(void)
{
	history_close(history.history);
	fixture_remove(folder);
}

static int64_t
add_release(uint32_t serial, int64_t time)
{
	return fixture_add(history.history, "example.", serial, CANDIDATE_HANDED, time);
}

/* The parent's DS set, as a file or server had it. */
static void
add_ds(const char *server, bool answered, uint16_t tag, int64_t time)
{
	struct history_ds *ds = calloc(1, sizeof(*ds));

	ck_assert_ptr_nonnull(ds);
	ds->time = time;
	ds->answered = answered;
	(void)strcpy(ds->server, server);
	ds->n = answered ? 1 : 0;
	ds->entries[0] =
	    (struct release_ds){.tag = tag, .algorithm = 13, .digest_type = 2, .digest_len = 32};
	ck_assert_int_eq(history_add_ds(history.history, "example.", ds, NULL), ZG_OK);
	free(ds);
}

static struct release_risk
risk_now(uint32_t serial)
{
	struct release_facts *facts = fixture_facts("example.", serial);
	struct release_risk risk = {.candidate = facts};
	struct zg_error error = {""};

	ck_assert_msg(risk_read(&history, T + 1000, &risk, &error) == ZG_OK, "%s", error.text);
	fixture_facts_free(facts);
	return risk;
}

START_TEST(a_history_without_a_release)
{
	struct release_risk risk = risk_now(1);

	ck_assert_int_eq(risk.change, RISK_FIRST);
	ck_assert(!risk.staged_before);
	ck_assert(!risk.aborted);
}
END_TEST

START_TEST(it_is_compared_with_the_release_in_force)
{
	(void)add_release(1, T);
	ck_assert_int_eq(risk_now(1).change, RISK_NO_CHANGE);
	ck_assert_int_ne(risk_now(3).change, RISK_NO_CHANGE);
	(void)add_release(3, T + 1);
	ck_assert_int_eq(risk_now(3).change, RISK_NO_CHANGE);
	/* What passed and was never handed over is not in force. */
	(void)fixture_add(history.history, "example.", 5, CANDIDATE_PASSED, T + 2);
	ck_assert_int_eq(risk_now(3).change, RISK_NO_CHANGE);
}
END_TEST

START_TEST(another_ds_set_since_the_release_is_a_risk)
{
	(void)add_release(1, T);
	add_ds("a", true, 1, T - 10);
	add_ds("b", true, 2, T - 10);
	add_ds("a", true, 1, T + 10);
	add_ds("b", false, 0, T + 10);
	ck_assert_int_eq(risk_now(1).change, RISK_NO_CHANGE);
	add_ds("b", true, 3, T + 20);
	ck_assert_int_eq(risk_now(1).change, RISK_DS);
	/* After the next release it is nothing new. */
	add_ds("b", true, 3, T + 30);
	(void)add_release(1, T + 40);
	ck_assert_int_eq(risk_now(1).change, RISK_NO_CHANGE);
}
END_TEST

START_TEST(the_last_rollout_counts)
{
	struct config_stage stages[] = {{.name = (char[]){"canary"}}};
	const struct config_zone zone = {.stages = stages, .n_stages = 1};
	struct rollout *rollout = calloc(1, sizeof(*rollout));
	int64_t id = add_release(1, T);
	const struct rollout_begin begin = {
	    .candidate = id, .zone = &zone, .why = "", .actor = "a", .time = T};

	ck_assert_ptr_nonnull(rollout);
	ck_assert(!risk_now(1).staged_before);
	ck_assert_int_eq(rollout_begin(&history, &begin, NULL), ZG_OK);
	ck_assert(risk_now(1).staged_before);
	ck_assert(!risk_now(1).aborted);
	ck_assert_int_eq(rollout_read(&history, rollout, NULL), ZG_OK);
	ck_assert_int_eq(
	    rollout_step(&history, rollout, STEP_ABORTING, "", "a", "", T, NULL), ZG_OK);
	ck_assert_int_eq(
	    rollout_step(&history, rollout, STEP_ABORTED, "", "a", "", T, NULL), ZG_OK);
	ck_assert(risk_now(1).aborted);
	free(rollout);
}
END_TEST

static Suite *
risk_suite(void)
{
	Suite *suite = suite_create("risk");
	TCase *all = tcase_create("all"), *read = tcase_create("history");

	tcase_add_test(all, the_same_keys_signers_and_denial_are_no_change);
	tcase_add_loop_test(all, a_change_is_seen_in_both_directions, 0, CHANGES);
	tcase_add_test(all, without_a_release_everything_is_new);
	tcase_add_test(all, what_is_staged);
	tcase_add_test(all, policy_names_risks_and_what_becomes_of_newer_ones);
	tcase_add_checked_fixture(read, history_setup, history_teardown);
	tcase_add_test(read, a_history_without_a_release);
	tcase_add_test(read, it_is_compared_with_the_release_in_force);
	tcase_add_test(read, another_ds_set_since_the_release_is_a_risk);
	tcase_add_test(read, the_last_rollout_counts);
	suite_add_tcase(suite, all);
	suite_add_tcase(suite, read);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(risk_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
