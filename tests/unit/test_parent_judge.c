/* What a look at the parent means: each condition fires, and has a twin that differs in one thing
 * and does not. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ds_digest.h"
#include "publish/parent_judge.h"

#define NOW  1795000000
#define HOUR 3600

/* A KSK of zone z. and a DS of it. */
static const uint8_t ksk[] = {1, 1, 3, 13, 7, 7, 7, 7, 7, 7, 7, 7};
static const uint8_t origin[] = {1, 'z', 0};

/* Three servers that agree on a DS of the key in force, as they did an hour ago. */
struct world {
	struct parent_look look;
	struct parent_known before;
	struct history_ds rows[2];
	struct release_facts release;
	struct parent_rules rules;
	struct parent_judge_inputs inputs;
	struct status_report report;
};

static struct world *world;

static struct release_ds
ds_of_ksk(void)
{
	struct release_ds ds = {.tag = 100, .algorithm = 13, .digest_type = 2, .digest_len = 32};

	ck_assert_int_eq(key_ds_digest(origin, ksk, sizeof(ksk), 2, ds.digest), ZG_OK);
	return ds;
}

static void
setup(void)
{
	world = calloc(1, sizeof(*world));
	ck_assert_ptr_nonnull(world);
	world->look = (struct parent_look){.time = NOW, .chain = LOOK_DS, .n_servers = 3};
	for (size_t i = 0; i < 3; i++) {
		world->look.servers[i] = (struct look_server){.server = {(char)('a' + i)},
		    .answer = LOOK_DS,
		    .ttl = 86400,
		    .serial = 10,
		    .has_serial = true,
		    .ds = {ds_of_ksk()},
		    .n_ds = 1};
	}
	world->before.looks = (struct parent_looks){.agreed_time = NOW - HOUR,
	    .agreed_ttl = 86400,
	    .agreed = {ds_of_ksk()},
	    .n_agreed = 1,
	    .last_time = NOW - HOUR};
	world->before.looks.last.time = NOW - HOUR;
	world->before.rows = world->rows;
	world->release = (struct release_facts){.serial = 5,
	    .keys = {{.algorithm = 13,
		.tag = 100,
		.flags = 257,
		.protocol = 3,
		.published = true,
		.signs_dnskey = true}},
	    .n_keys = 1};
	world->release.keys[0].rdata = malloc(sizeof(ksk));
	memcpy(world->release.keys[0].rdata, ksk, sizeof(ksk));
	world->release.keys[0].rdlen = sizeof(ksk);
	world->rules =
	    (struct parent_rules){.asked = true, .poll = 900, .max_age = 2 * HOUR, .lag = HOUR};
	world->inputs = (struct parent_judge_inputs){.zone = "z.",
	    .look = &world->look,
	    .before = &world->before,
	    .in_force = &world->release,
	    .rules = &world->rules,
	    .now = NOW};
}

static void
teardown(void)
{
	release_facts_clear(&world->release);
	free(world);
}

static void
judge(void)
{
	ck_assert_int_eq(parent_judge(&world->inputs, &world->report), ZG_OK);
}

static void
silent(void)
{
	judge();
	ck_assert_msg(world->report.n_conditions == 0, "%s: %s", world->report.conditions[0].id,
	    world->report.conditions[0].text);
	ck_assert_int_eq(world->report.level, STATUS_OK);
}

/* Exactly this condition. */
static void
fires(const char *id, enum status_level level)
{
	judge();
	ck_assert_msg(world->report.n_conditions == 1, "%zu, the first %s",
	    world->report.n_conditions, world->report.conditions[0].id);
	ck_assert_str_eq(world->report.conditions[0].id, id);
	ck_assert_int_eq(world->report.conditions[0].level, level);
	ck_assert_int_eq(world->report.level, level);
}

static bool
has(const char *id)
{
	for (size_t i = 0; i < world->report.n_conditions; i++) {
		if (strcmp(world->report.conditions[i].id, id) == 0)
			return true;
	}
	return false;
}

static void
all_say(struct release_ds ds, size_t n)
{
	for (size_t i = 0; i < world->look.n_servers; i++) {
		world->look.servers[i].ds[0] = ds;
		world->look.servers[i].n_ds = n;
		world->look.servers[i].answer = n > 0 ? LOOK_DS : LOOK_NO_DS;
	}
}

static struct release_ds
other_ds(void)
{
	struct release_ds ds = ds_of_ksk();

	ds.tag = 999;
	return ds;
}

START_TEST(agreement_says_nothing)
{
	silent();
	ck_assert(!parent_is_alarm(&world->report));
	world->inputs.before = NULL;
	silent();
	world->inputs.in_force = NULL;
	silent();
}
END_TEST

START_TEST(each_fault_of_a_server_has_its_condition)
{
	static const struct {
		enum look_answer answer;
		const char *id;
		enum status_level level;
	} faults[] = {{LOOK_DEAD, "parent-server-dead", STATUS_WARNING},
	    {LOOK_UNASKED, "parent-server-not-asked", STATUS_WARNING},
	    {LOOK_MALFORMED, "parent-server-malformed", STATUS_WARNING},
	    {LOOK_REFUSED, "parent-server-refused", STATUS_WARNING},
	    {LOOK_LAME, "parent-server-lame", STATUS_WARNING},
	    {LOOK_ALIAS, "parent-server-alias", STATUS_CRITICAL},
	    {LOOK_BOGUS, "parent-server-bogus", STATUS_CRITICAL},
	    {LOOK_EXPIRED, "parent-server-expired", STATUS_CRITICAL},
	    {LOOK_INSECURE, "parent-server-insecure", STATUS_CRITICAL}};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		world->look.servers[1].answer = faults[i].answer;
		fires(faults[i].id, faults[i].level);
		ck_assert_int_eq(
		    parent_is_alarm(&world->report), faults[i].level == STATUS_CRITICAL);
	}
	world->look.servers[1].answer = LOOK_NO_ROUTE;
	silent();
}
END_TEST

START_TEST(a_flaw_beside_the_ds_counts_as_well)
{
	world->look.servers[2].flaw = LOOK_EXPIRED;
	fires("parent-server-expired", STATUS_CRITICAL);
	world->look.servers[2].flaw = LOOK_UNASKED;
	silent();
}
END_TEST

START_TEST(nothing_proved_is_unknown)
{
	for (size_t i = 0; i < 3; i++)
		world->look.servers[i].answer = LOOK_NO_ROUTE;
	fires("parent-unreachable", STATUS_UNKNOWN);
	world->look.n_servers = 0;
	world->look.chain = LOOK_DEAD;
	fires("parent-unreachable", STATUS_UNKNOWN);
}
END_TEST

START_TEST(a_chain_that_does_not_verify_is_critical)
{
	world->look.n_servers = 0;
	world->look.chain = LOOK_BOGUS;
	fires("parent-chain-bogus", STATUS_CRITICAL);
	world->look.chain = LOOK_EXPIRED;
	fires("parent-chain-expired", STATUS_CRITICAL);
	world->look.chain = LOOK_INSECURE;
	fires("parent-chain-insecure", STATUS_CRITICAL);
}
END_TEST

START_TEST(disagreement_weighs_by_the_policy)
{
	world->look.servers[0].ds[0] = other_ds();
	judge();
	ck_assert(has("parent-servers-disagree"));
	ck_assert_int_eq(world->report.level, STATUS_CRITICAL);
	world->rules.majority = true;
	fires("parent-servers-disagree", STATUS_WARNING);
}
END_TEST

/* Behind the others for longer than the parent's propagation takes; not before. */
START_TEST(a_server_that_stays_behind_is_stale)
{
	world->rows[0] = (struct history_ds){
	    .time = NOW - HOUR - 1, .source = SOURCE_AUTHORITATIVE, .answered = true, .serial = 10};
	world->before.n_rows = 1;
	silent();
	world->look.servers[2].serial = 9;
	fires("parent-server-stale", STATUS_WARNING);
	world->rows[0].time = NOW - HOUR;
	silent();
	world->before.n_rows = 0;
	silent();
	world->rules.lag = -1;
	fires("parent-server-stale", STATUS_WARNING);
}
END_TEST

/* Serials go round: RFC 1982 section 3.2. */
START_TEST(staleness_reckons_as_serials_do)
{
	world->rules.lag = -1;
	world->look.servers[0].serial = 1;
	world->look.servers[1].serial = 1;
	world->look.servers[2].serial = 4294967295U;
	fires("parent-server-stale", STATUS_WARNING);
	ck_assert_ptr_nonnull(strstr(world->report.conditions[0].text, "4294967295"));
}
END_TEST

START_TEST(a_list_of_servers_that_does_not_verify_is_told)
{
	strcpy(world->look.list_why, "no signature");
	fires("parent-servers-unproved", STATUS_WARNING);
}
END_TEST

START_TEST(a_ttl_that_changed_is_told)
{
	world->before.looks.agreed_ttl = 3600;
	fires("parent-ttl-changed", STATUS_WARNING);
	ck_assert(parent_is_alarm(&world->report));
}
END_TEST

START_TEST(ttls_that_differ_are_told)
{
	world->look.servers[1].ttl = 3600;
	fires("parent-ttl-differs", STATUS_WARNING);
}
END_TEST

/* APNIC 2016: the parent changes, and the zone does not. */
START_TEST(a_ds_of_no_released_key_is_critical)
{
	all_say(other_ds(), 1);
	judge();
	ck_assert(has("parent-ds-changed"));
	ck_assert(has("parent-ds-unmatched"));
	ck_assert_int_eq(world->report.level, STATUS_CRITICAL);
	ck_assert(parent_is_alarm(&world->report));
	/* It stays broken when it is no news any more. */
	world->before.looks.agreed[0] = other_ds();
	fires("parent-ds-unmatched", STATUS_CRITICAL);
	world->inputs.in_force = NULL;
	silent();
}
END_TEST

START_TEST(a_ds_of_a_key_that_does_not_sign_is_none)
{
	world->release.keys[0].signs_dnskey = false;
	fires("parent-ds-unmatched", STATUS_CRITICAL);
	world->release.keys[0].signs_dnskey = true;
	world->release.keys[0].flags = 257 | 128; /* RFC 5011 section 2.1 */
	fires("parent-ds-unmatched", STATUS_CRITICAL);
}
END_TEST

START_TEST(a_standby_ds_is_a_warning)
{
	for (size_t i = 0; i < 3; i++) {
		world->look.servers[i].ds[1] = other_ds();
		world->look.servers[i].n_ds = 2;
	}
	world->before.looks.agreed[1] = other_ds();
	world->before.looks.n_agreed = 2;
	fires("parent-ds-without-key", STATUS_WARNING);
}
END_TEST

START_TEST(a_change_that_the_zone_asked_for_is_in_order)
{
	world->before.looks.agreed[0] = other_ds();
	judge();
	ck_assert(has("parent-ds-changed"));
	ck_assert_int_eq(world->report.level, STATUS_WARNING);
	world->release.next_ds_given = true;
	world->release.next_ds[0] = ds_of_ksk();
	world->release.n_next_ds = 1;
	judge();
	ck_assert(has("parent-ds-changed"));
	ck_assert_int_eq(world->report.level, STATUS_OK);
	ck_assert(!parent_is_alarm(&world->report));
}
END_TEST

START_TEST(a_ds_that_went_is_critical)
{
	all_say(ds_of_ksk(), 0);
	judge();
	ck_assert(has("parent-ds-gone"));
	ck_assert_int_eq(world->report.level, STATUS_CRITICAL);
	world->before.looks.n_agreed = 0;
	silent();
	world->look.servers[0].answer = LOOK_NO_NAME;
	fires("parent-no-name", STATUS_CRITICAL);
}
END_TEST

START_TEST(age_is_held_against_the_policy)
{
	struct parent_known *known = &world->before;

	parent_judge_age(known, &world->rules, "z.", NOW + HOUR, &world->report);
	ck_assert_uint_eq(world->report.n_conditions, 0);
	parent_judge_age(known, &world->rules, "z.", NOW + HOUR + 1, &world->report);
	ck_assert(has("parent-ds-old"));
	world->rules.max_age = NOT_SET;
	parent_judge_age(known, &world->rules, "z.", NOW + 99 * HOUR, &world->report);
	ck_assert_uint_eq(world->report.n_conditions, 0);
	known->looks.agreed_time = 0;
	parent_judge_age(known, &world->rules, "z.", NOW, &world->report);
	ck_assert(has("parent-ds-old"));
	known->looks.last.time = 0;
	parent_judge_age(known, &world->rules, "z.", NOW, &world->report);
	ck_assert_uint_eq(world->report.n_conditions, 0);
}
END_TEST

static void
add_server_tests(TCase *tests)
{
	tcase_add_test(tests, agreement_says_nothing);
	tcase_add_test(tests, each_fault_of_a_server_has_its_condition);
	tcase_add_test(tests, a_flaw_beside_the_ds_counts_as_well);
	tcase_add_test(tests, nothing_proved_is_unknown);
	tcase_add_test(tests, a_chain_that_does_not_verify_is_critical);
	tcase_add_test(tests, disagreement_weighs_by_the_policy);
	tcase_add_test(tests, a_server_that_stays_behind_is_stale);
	tcase_add_test(tests, staleness_reckons_as_serials_do);
}

static void
add_set_tests(TCase *tests)
{
	tcase_add_test(tests, a_list_of_servers_that_does_not_verify_is_told);
	tcase_add_test(tests, a_ttl_that_changed_is_told);
	tcase_add_test(tests, ttls_that_differ_are_told);
	tcase_add_test(tests, a_ds_of_no_released_key_is_critical);
	tcase_add_test(tests, a_ds_of_a_key_that_does_not_sign_is_none);
	tcase_add_test(tests, a_standby_ds_is_a_warning);
	tcase_add_test(tests, a_change_that_the_zone_asked_for_is_in_order);
	tcase_add_test(tests, a_ds_that_went_is_critical);
	tcase_add_test(tests, age_is_held_against_the_policy);
}

int
main(void)
{
	Suite *suite = suite_create("parent judge");
	TCase *tests = tcase_create("judge");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	add_server_tests(tests);
	add_set_tests(tests);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
