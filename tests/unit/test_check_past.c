/* Rows about what caches hold and what the log says: each with a past that fires and a twin. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "row_fixture.h"

#define SOA                                                                                        \
	"@ 3600 IN SOA ns.x. h 2026112201 7200 3600 1209600 3600\n"                                \
	"@ 3600 NS ns.x.\n"

/* A past with one counterexample; tests change what they are about. */
struct past_fixture {
	struct row_fixture rows;
	struct past_facts past;
	struct cache_proof proof;
	struct cache_dnskey dnskey;
	struct cache_class class;
	struct cache_ds ds;
	struct cache_counterexample example;
	struct release_facts candidate, in_force;
};

static struct past_fixture fixture;

static void
setup(void)
{
	memset(&fixture, 0, sizeof(fixture));
	row_fixture_init(&fixture.rows, SOA, NULL);
	fixture.class = (struct cache_class){.owner = "www.z.", .type = "A", .serial = 2026112201};
	fixture.example = (struct cache_counterexample){.link = LINK_DNSKEY_DATA,
	    .models = 1U << MODEL_LENIENT,
	    .from = FIXTURE_NOW,
	    .until = FIXTURE_NOW + 3600};
	fixture.proof = (struct cache_proof){
	    .world = {.keys = {{.algorithm = 13, .tag = 1}, {.algorithm = 13, .tag = 2}},
		.n_keys = 2,
		.dnskeys = &fixture.dnskey,
		.n_dnskeys = 1,
		.classes = &fixture.class,
		.n_classes = 1,
		.ds = &fixture.ds,
		.n_ds = 1},
	    .examples = &fixture.example,
	    .n_examples = 1};
	fixture.candidate.serial = 2026112201;
	(void)strcpy(fixture.candidate.digest, "b");
	fixture.in_force.serial = 2026112200;
	(void)strcpy(fixture.in_force.digest, "a");
	fixture.past = (struct past_facts){.candidate = &fixture.candidate,
	    .in_force = &fixture.in_force,
	    .policy_digest = "p",
	    .candidate_policy_digest = "p",
	    .proof = &fixture.proof};
	fixture.rows.facts->past = &fixture.past;
}

static void
teardown(void)
{
	row_fixture_clear(&fixture.rows);
}

static const char *const cache_rows[] = {"cache-view-lenient", "cache-view-strict-ds",
    "cache-view-strict-dnskey", "cache-view-margin", "cache-view-expiry", "cache-view-serve-stale",
    "cache-view-preexisting", "cache-view-unknown"};
#define CACHE_ROWS (sizeof(cache_rows) / sizeof(cache_rows[0]))

/* The rows of the cache view that fire: exactly this one, once. */
static void
only_row_is(const char *id)
{
	for (size_t i = 0; i < CACHE_ROWS; i++)
		ck_assert_msg(row_fixture_count(&fixture.rows, cache_rows[i]) ==
				  (strcmp(cache_rows[i], id) == 0 ? 1U : 0U),
		    "%s, expected %s", cache_rows[i], id);
}

START_TEST(each_model_has_its_row)
{
	only_row_is("cache-view-lenient");
	fixture.example.models = 1U << MODEL_STRICT_DS;
	only_row_is("cache-view-strict-ds");
	fixture.example.models = 1U << MODEL_STRICT_DNSKEY;
	only_row_is("cache-view-strict-dnskey");
	fixture.proof.n_examples = 0;
	only_row_is("none");
}
END_TEST

START_TEST(what_hits_all_models_fires_in_all_rows)
{
	fixture.example.models = 7;
	fixture.example.link = LINK_DS_DNSKEY;
	fixture.example.until = TIME_NEVER;
	for (size_t i = 0; i < CACHE_ROWS; i++)
		ck_assert_uint_eq(
		    row_fixture_count(&fixture.rows, cache_rows[i]), i < MODEL_COUNT ? 1 : 0);
}
END_TEST

START_TEST(weaker_kinds_have_their_own_rows)
{
	fixture.example.margin_only = true;
	only_row_is("cache-view-margin");
	fixture.example.preexisting = true;
	only_row_is("cache-view-preexisting");
	fixture.example.expiry = true;
	only_row_is("cache-view-expiry");
	fixture.example.stale_only = true;
	only_row_is("cache-view-serve-stale");
}
END_TEST

/* A new failure through expiry is a failure: DESIGN 9.13. */
START_TEST(new_expiry_counts_for_the_model)
{
	fixture.example.expiry = true;
	only_row_is("cache-view-lenient");
}
END_TEST

START_TEST(unknown_past_is_a_finding)
{
	fixture.proof.n_examples = 0;
	fixture.proof.unknown = "nothing is known";
	only_row_is("cache-view-unknown");
}
END_TEST

/* DESIGN 9.23. */
START_TEST(provider_that_was_not_seen_of_late_is_a_finding)
{
	struct past_provider providers[2] = {
	    {.name = "b", .wanted = true, .seen = FIXTURE_NOW - 60},
	    {.name = "c", .wanted = true, .server = "192.0.2.1@53", .why = "no answer"}};

	fixture.past.providers = providers;
	fixture.past.provider_max_age = 60;
	fixture.past.n_providers = 1;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "provider-unknown"), 0);
	providers[0].seen--;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "provider-unknown"), 1);
	providers[0].wanted = false;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "provider-unknown"), 0);
	fixture.past.n_providers = 2; /* of the second nothing was ever seen */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "provider-unknown"), 1);
}
END_TEST

/* RFC 8901 section 3: in both directions. */
START_TEST(keys_that_the_other_side_lacks_are_a_finding)
{
	struct past_provider provider = {.name = "b", .wanted = true, .seen = FIXTURE_NOW};

	fixture.past.providers = &provider;
	fixture.past.n_providers = 1;
	for (unsigned theirs = 0; theirs < 2; theirs++) {
		fixture.dnskey.stream = theirs == 0;
		fixture.class.stream = theirs == 1;
		fixture.dnskey.life.superseded = fixture.class.life.superseded = TIME_NEVER;
		fixture.dnskey.keys = 1;
		fixture.class.signers = 3;
		ck_assert_uint_eq(row_fixture_count(&fixture.rows, "provider-keys-missing"), 0);
		fixture.class.signers = 2;
		ck_assert_uint_eq(row_fixture_count(&fixture.rows, "provider-keys-missing"), 1);
		fixture.class.life.superseded = FIXTURE_NOW; /* what is gone needs no key */
		ck_assert_uint_eq(row_fixture_count(&fixture.rows, "provider-keys-missing"), 0);
		fixture.class.life.superseded = TIME_NEVER;
		fixture.class.stream = fixture.dnskey.stream; /* its own is its own */
		ck_assert_uint_eq(row_fixture_count(&fixture.rows, "provider-keys-missing"), 0);
	}
}
END_TEST

START_TEST(serial_must_grow_beyond_the_last_release)
{
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial"), 0);
	fixture.in_force.serial = 2026112201; /* equal, other content */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial"), 1);
	(void)strcpy(fixture.in_force.digest, "b"); /* the release itself */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial"), 0);
	(void)strcpy(fixture.in_force.digest, "a");
	fixture.in_force.serial = 2026112202;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial"), 1);
	fixture.past.in_force = NULL;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial"), 0);
}
END_TEST

START_TEST(serial_must_grow_beyond_what_a_stage_was_given)
{
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "stage-serial"), 0);
	fixture.past.stage_has = true;
	fixture.past.stage_serial = 2026112203;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "stage-serial"), 1);
	(void)strcpy(fixture.in_force.digest, "b"); /* the release in force goes back */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "stage-serial"), 0);
	fixture.past.in_force = NULL;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "stage-serial"), 1);
}
END_TEST

START_TEST(the_release_in_force_goes_back_to_servers_that_are_ahead)
{
	struct past_server ahead = {"192.0.2.1@53", 2026112202, FIXTURE_NOW};

	fixture.past.servers = &ahead;
	fixture.past.n_servers = 1;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 1);
	(void)strcpy(fixture.in_force.digest, "b");
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 0);
}
END_TEST

/* DESIGN 9.18. The fixture's candidate has serial 2026112201, and the release in force the one
 * before. */
START_TEST(second_step_of_a_serial_waits_for_every_server)
{
	struct past_server servers[] = {
	    {"192.0.2.1@53", 2026112200, FIXTURE_NOW}, {"192.0.2.2@53", 2026112200, FIXTURE_NOW}};

	fixture.past.in_force_since = FIXTURE_NOW - 60;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 0);
	fixture.past.servers = servers;
	fixture.past.n_servers = 2;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 0);
	servers[1].serial = 2026112201; /* has it already */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 0);
	servers[1].serial = 2026112202; /* would not take it, go round or not */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 1);
	servers[1].serial = 2026112201U + 0x80000000U; /* no order: RFC 1982 section 3.2 */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 1);
	servers[1].serial = 2026112201U + 0x80000001U;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 0);

	fixture.past.goes_round = true;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 0);
	servers[0].time = fixture.past.in_force_since - 1; /* not seen since the first step */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 1);
	servers[0].time = fixture.past.in_force_since;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 0);
	fixture.past.more_servers = true;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 1);
	fixture.past.more_servers = false;
	fixture.past.n_servers = 0; /* nobody looked */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 1);
	fixture.past.goes_round = false;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-serial-round"), 0);
}
END_TEST

START_TEST(slow_loss_is_seen_over_a_day_and_a_week)
{
	fixture.rows.policy.change.delegations.max_shrink_percent = 1;
	fixture.candidate.counts[RELEASE_DELEGATIONS] = 990;
	fixture.past.week = (struct past_counts){.known = true};
	fixture.past.week.counts[RELEASE_DELEGATIONS] = 1000; /* one percent: let through */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-drip"), 0);
	fixture.candidate.counts[RELEASE_DELEGATIONS] = 989;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-drip"), 1);
	fixture.past.day = fixture.past.week;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-drip"), 2);
	fixture.past.day.known = fixture.past.week.known = false;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-drip"), 0);
}
END_TEST

START_TEST(change_of_the_policy_is_a_finding)
{
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-policy-changed"), 0);
	fixture.past.candidate_policy_digest = "q";
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-policy-changed"), 1);
	fixture.past.same_policy = true; /* "p" is how another version took it */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-policy-changed"), 0);
	fixture.past.same_policy = false;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-policy-changed"), 1);
	fixture.past.policy_digest = NULL; /* no release yet */
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-policy-changed"), 0);
}
END_TEST

START_TEST(served_serial_must_be_in_the_log)
{
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-served-unknown"), 0);
	fixture.past.unknown_server = "192.0.2.1@53";
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "history-served-unknown"), 1);
}
END_TEST

START_TEST(roll_type_that_is_not_allowed_is_a_finding)
{
	const struct past_step step = {
	    .name = "ZskDoubleRRsig", .what = "signs before it is published"};

	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "roll-type"), 0);
	fixture.past.refused_steps = &step;
	fixture.past.n_refused_steps = 1;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "roll-type"), 1);
}
END_TEST

START_TEST(signer_that_is_ahead_is_said)
{
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "signer-ahead-of-release"), 0);
	fixture.past.ahead = true;
	ck_assert_uint_eq(row_fixture_count(&fixture.rows, "signer-ahead-of-release"), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check_past");
	TCase *rows = tcase_create("rows");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(rows, setup, teardown);
	tcase_add_test(rows, each_model_has_its_row);
	tcase_add_test(rows, what_hits_all_models_fires_in_all_rows);
	tcase_add_test(rows, weaker_kinds_have_their_own_rows);
	tcase_add_test(rows, new_expiry_counts_for_the_model);
	tcase_add_test(rows, unknown_past_is_a_finding);
	tcase_add_test(rows, provider_that_was_not_seen_of_late_is_a_finding);
	tcase_add_test(rows, keys_that_the_other_side_lacks_are_a_finding);
	tcase_add_test(rows, serial_must_grow_beyond_the_last_release);
	tcase_add_test(rows, serial_must_grow_beyond_what_a_stage_was_given);
	tcase_add_test(rows, the_release_in_force_goes_back_to_servers_that_are_ahead);
	tcase_add_test(rows, second_step_of_a_serial_waits_for_every_server);
	tcase_add_test(rows, slow_loss_is_seen_over_a_day_and_a_week);
	tcase_add_test(rows, change_of_the_policy_is_a_finding);
	tcase_add_test(rows, served_serial_must_be_in_the_log);
	tcase_add_test(rows, roll_type_that_is_not_allowed_is_a_finding);
	tcase_add_test(rows, signer_that_is_ahead_is_said);
	suite_add_tcase(suite, rows);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
