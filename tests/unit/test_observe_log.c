/* What looks at the distribution servers leave in the history. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/history.h"
#include "history_fixture.h"
#include "log_fixture.h"
#include "publish/observe_log.h"
#include "publish/release_log.h"

#define ZONE "example."
#define NOW  (FIXTURE_TIME + 10000)
#define HOUR 3600

static char *folder;
static struct zg_error error;
static struct state_directory state;
static struct release_log *releases;
static struct observed_server servers[2];
static struct zone_look look;

static int64_t
add_handed(uint32_t serial, int64_t time)
{
	const uint8_t sha256[FILE_DIGEST_OCTETS] = {(uint8_t)serial};
	int64_t id =
	    fixture_judged(releases, fixture_facts(ZONE, serial), ZG_VERDICT_PASS, sha256, time);

	ck_assert_int_eq(release_handed(releases, &state, id, false, time, "test", &error), ZG_OK);
	return id;
}

/* Two servers that have serial 2, all of it. */
static void
setup(void)
{
	folder = fixture_log_open(&state, &releases);
	(void)add_handed(1, FIXTURE_TIME);
	(void)add_handed(2, FIXTURE_TIME + 1);
	memset(servers, 0, sizeof(servers));
	for (size_t i = 0; i < 2; i++) {
		servers[i] = (struct observed_server){
		    .has_serial = true, .serial = 2, .n_asked = 10, .n_answered = 10};
		(void)snprintf(
		    servers[i].server, sizeof(servers[i].server), "192.0.2.%zu@53", i + 1);
	}
	look = (struct zone_look){.zone = ZONE, .serial = 2, .servers = servers, .n_servers = 2};
}

static void
teardown(void)
{
	fixture_log_close(folder, &state, releases);
}

static struct observed
observe(int64_t now)
{
	struct observed observed;

	ck_assert_msg(release_observed(releases, &look, "tester", now, &observed, &error) == ZG_OK,
	    "%s", error.text);
	return observed;
}

static bool
record(int64_t now)
{
	return observe(now).confirmed;
}

static enum candidate_state
state_of(uint32_t serial)
{
	struct history_candidate *list;
	enum candidate_state found = CANDIDATE_STATES;
	size_t n;

	ck_assert_int_eq(
	    history_candidates(releases->history, ZONE, 0, true, 0, &list, &n, &error), ZG_OK);
	for (size_t i = 0; i < n; i++) {
		if (list[i].facts.serial == serial)
			found = list[i].state;
	}
	history_candidates_free(list, n);
	return found;
}

static size_t
count_served(void)
{
	struct history_served *list;
	size_t n;

	ck_assert_int_eq(history_served_list(releases->history, ZONE, 0, &list, &n, &error), ZG_OK);
	free(list);
	return n;
}

static size_t
count_lines(void)
{
	struct history_line *list;
	size_t n, found = 0;

	ck_assert_int_eq(history_lines(releases->history, ZONE, 0, &list, &n, &error), ZG_OK);
	for (size_t i = 0; i < n; i++)
		found += strstr(list[i].text, "not good") != NULL;
	free(list);
	return found;
}

START_TEST(a_good_look_confirms_the_release)
{
	ck_assert(zone_look_is_good(&look));
	ck_assert(record(NOW));
	ck_assert_int_eq(state_of(2), CANDIDATE_CONFIRMED);
	ck_assert_int_eq(state_of(1), CANDIDATE_SUPERSEDED);
	ck_assert(record(NOW + 1));
	ck_assert_uint_eq(count_lines(), 0);
}
END_TEST

START_TEST(one_server_that_is_not_good_keeps_it_unconfirmed)
{
	for (int fault = 0; fault < FAULTS; fault++) {
		observed_fault(&servers[1], (enum look_fault)fault, "why");
		ck_assert(!zone_look_is_good(&look));
		ck_assert(!record(NOW + fault));
		memset(servers[1].n_faults, 0, sizeof(servers[1].n_faults));
	}
	servers[1].n_answered = 9;
	ck_assert(!record(NOW + FAULTS));
	servers[1].n_answered = 10;
	servers[1].has_serial = false;
	ck_assert(!record(NOW + FAULTS));
	servers[1].n_asked = servers[1].n_answered = 0;
	servers[1].has_serial = true;
	ck_assert(!record(NOW + FAULTS));
	look.n_servers = 0;
	ck_assert(!record(NOW + FAULTS));
	ck_assert_int_eq(state_of(2), CANDIDATE_HANDED);
	ck_assert_int_eq(state_of(1), CANDIDATE_HANDED);
}
END_TEST

START_TEST(what_is_served_is_recorded_when_it_is_news)
{
	(void)record(NOW);
	ck_assert_uint_eq(count_served(), 2);
	(void)record(NOW + 1);
	ck_assert_uint_eq(count_served(), 2);
	servers[0].serial = 1;
	(void)record(NOW + 2);
	ck_assert_uint_eq(count_served(), 3);
	servers[0].serial = 2;
	(void)record(NOW + 3);
	ck_assert_uint_eq(count_served(), 4);
	(void)record(NOW + 3 + HOUR);
	ck_assert_uint_eq(count_served(), 6);
	servers[1].has_serial = false;
	(void)record(NOW + 4 + 2 * HOUR);
	ck_assert_uint_eq(count_served(), 7);
}
END_TEST

START_TEST(a_digest_is_recorded_with_its_own_serial_only)
{
	struct history_served *list;
	size_t n;

	memset(servers[0].whole_digest, 'a', DIGEST_TEXT_SIZE - 1);
	memset(servers[1].whole_digest, 'b', DIGEST_TEXT_SIZE - 1);
	servers[0].whole_serial = 2;
	servers[1].whole_serial = 3;
	(void)record(NOW);
	ck_assert_int_eq(history_served_list(releases->history, ZONE, 0, &list, &n, &error), ZG_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(list[0].digest, servers[0].whole_digest);
	ck_assert_str_eq(list[1].digest, "");
	free(list);
	/* Seen with its digest, it need not be seen so again. */
	servers[0].whole_digest[0] = '\0';
	(void)record(NOW + 1);
	ck_assert_uint_eq(count_served(), 2);
}
END_TEST

START_TEST(the_same_fault_is_news_once)
{
	ck_assert(!observe(NOW).is_news);
	observed_fault(&servers[1], FAULT_BOGUS, "why");
	ck_assert(observe(NOW + 1).is_news);
	ck_assert(!observe(NOW + 2).is_news);
	ck_assert_uint_eq(count_lines(), 1);
	observed_fault(&servers[0], FAULT_SILENT, "why");
	ck_assert(observe(NOW + 3).is_news);
	ck_assert_uint_eq(count_lines(), 2);
	memset(servers[0].n_faults, 0, sizeof(servers[0].n_faults));
	memset(servers[1].n_faults, 0, sizeof(servers[1].n_faults));
	ck_assert(!observe(NOW + 4).is_news);
	observed_fault(&servers[1], FAULT_BOGUS, "why");
	ck_assert(observe(NOW + 5).is_news); /* again, after it was good */
	ck_assert_uint_eq(count_lines(), 3);
}
END_TEST

START_TEST(a_partial_look_confirms_nothing_and_leaves_the_log_alone)
{
	look.partial = true;
	ck_assert(!record(NOW));
	ck_assert_uint_eq(count_served(), 2);
	observed_fault(&servers[1], FAULT_BOGUS, "why");
	ck_assert(!observe(NOW + 1).is_news);
	ck_assert_uint_eq(count_lines(), 0);
	ck_assert_int_eq(state_of(2), CANDIDATE_HANDED);
	memset(servers[1].n_faults, 0, sizeof(servers[1].n_faults));
	look.partial = false;
	ck_assert(record(NOW + 2));
}
END_TEST

START_TEST(nothing_is_confirmed_while_a_server_has_to_serve_something_else)
{
	servers[0].rolling = true;
	servers[0].serial = 3;
	look.rolling = (struct look_rolling){.n_servers = 1, .serial = 3};
	ck_assert(zone_look_is_good(&look));
	ck_assert(!record(NOW));
	ck_assert_int_eq(state_of(2), CANDIDATE_HANDED);
}
END_TEST

START_TEST(what_could_not_be_told_is_not_good_and_no_news)
{
	(void)strcpy(look.unvalidated, "no Unbound");
	ck_assert(!zone_look_is_good(&look));
	ck_assert(!observe(NOW).is_news);
	ck_assert_int_eq(state_of(2), CANDIDATE_HANDED);
	ck_assert_uint_eq(count_served(), 2);
	/* But what is wrong all the same is. */
	observed_fault(&servers[1], FAULT_SILENT, "why");
	ck_assert(observe(NOW + 1).is_news);
}
END_TEST

START_TEST(a_resolver_without_a_proof_stands_against_all)
{
	struct observed_server resolver = {.server = "192.0.2.53@53", .n_resolved = 10};
	char text[512];

	look.validators = &resolver;
	look.n_validators = 1;
	ck_assert(zone_look_is_good(&look));
	observed_fault(&resolver, FAULT_VALIDATOR, "why");
	ck_assert(!zone_look_is_good(&look));
	ck_assert(!look_evidence(&look, "canary", text, sizeof(text)));
	ck_assert_ptr_nonnull(strstr(text, "192.0.2.53@53 validator (why)"));
	ck_assert(observe(NOW).is_news);
	ck_assert_int_eq(state_of(2), CANDIDATE_HANDED);
	/* One that was asked nothing has proved nothing. */
	memset(&resolver, 0, sizeof(resolver));
	ck_assert(!zone_look_is_good(&look));
}
END_TEST

START_TEST(the_evidence_is_that_of_the_stage)
{
	char text[512], small[8];

	(void)strcpy(servers[0].stage, "canary");
	(void)strcpy(servers[1].stage, "rest");
	observed_fault(&servers[1], FAULT_BOGUS, "a sentence");
	ck_assert(look_evidence(&look, "canary", text, sizeof(text)));
	ck_assert_ptr_nonnull(strstr(text, "1 server serves serial 2"));
	ck_assert(!look_evidence(&look, "rest", text, sizeof(text)));
	ck_assert_str_eq(text, "192.0.2.2@53 bogus (a sentence)");
	ck_assert(!look_evidence(&look, NULL, text, sizeof(text)));
	ck_assert_str_eq(text, "192.0.2.2@53 bogus (a sentence)");
	ck_assert(!look_evidence(&look, NULL, small, sizeof(small)));
	ck_assert_str_eq(small, "192.0.2");
	observed_fault(&servers[0], FAULT_SERIAL, "another");
	ck_assert(!look_evidence(&look, NULL, text, sizeof(text)));
	ck_assert_str_eq(text, "192.0.2.1@53 serial (another); 192.0.2.2@53 bogus (a sentence)");
}
END_TEST

START_TEST(examples_are_printable)
{
	observed_fault(&servers[0], FAULT_BOGUS,
	    "a\x1b[2J\n\xff"
	    "b");
	ck_assert_str_eq(servers[0].examples[0].text, "a?[2J??b");
}
END_TEST

START_TEST(examples_are_a_few_of_each_kind)
{
	struct observed_server server = {.n_examples = 0};

	for (int i = 0; i < 1000; i++) {
		for (int fault = 0; fault < FAULTS; fault++)
			observed_fault(&server, (enum look_fault)fault, "why");
	}
	ck_assert_uint_eq(server.n_examples, FAULTS * LOOK_EXAMPLES_EACH);
	for (int fault = 0; fault < FAULTS; fault++) {
		ck_assert_uint_eq(server.n_faults[fault], 1000);
		ck_assert_str_ne(look_fault_text((enum look_fault)fault), "");
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("observe_log");
	TCase *tcase = tcase_create("observe_log");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_good_look_confirms_the_release);
	tcase_add_test(tcase, one_server_that_is_not_good_keeps_it_unconfirmed);
	tcase_add_test(tcase, what_is_served_is_recorded_when_it_is_news);
	tcase_add_test(tcase, a_digest_is_recorded_with_its_own_serial_only);
	tcase_add_test(tcase, the_same_fault_is_news_once);
	tcase_add_test(tcase, a_partial_look_confirms_nothing_and_leaves_the_log_alone);
	tcase_add_test(tcase, nothing_is_confirmed_while_a_server_has_to_serve_something_else);
	tcase_add_test(tcase, what_could_not_be_told_is_not_good_and_no_news);
	tcase_add_test(tcase, a_resolver_without_a_proof_stands_against_all);
	tcase_add_test(tcase, the_evidence_is_that_of_the_stage);
	tcase_add_test(tcase, examples_are_printable);
	tcase_add_test(tcase, examples_are_a_few_of_each_kind);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
