/* Statements: what they say of what the log has, whom they tell to switch validation off, and that
 * no text of a zone, of a kept report or of a person gets out of its place. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/plain_name.h"
#include "report/statement.h"

#define NOW 1795000000

#define HOSTILE "a\">\n<b>'\\\"\xc3\x1b[31m`id`$(id)"

#define REPORT(verdict, severity)                                                                  \
	"{\"verdict\":\"" verdict                                                                  \
	"\",\"findings\":[{\"id\":\"rrset-bogus\",\"severity\":\"" severity                        \
	"\",\"summary\":\"s\",\"reference\":\"r\",\"ede\":6,\"ede_text\":\"DNSSEC "                \
	"Bogus\",\"count\":3,"                                                                     \
	"\"examples\":[{\"owner\":\"www'.example.\",\"type\":\"A\"}]}],\"failures\":[{"            \
	"\"algorithm\":13,"                                                                        \
	"\"tag\":7,\"bad\":1,\"of\":9,\"published_keys\":1,\"cause\":null}]}"

static struct incident incident;
static struct statement_words words;
static struct statement *statement;

static void
setup(void)
{
	memset(&incident, 0, sizeof(incident));
	memset(&words, 0, sizeof(words));
	statement = NULL;
	strcpy(incident.zone, "example.");
	incident.now = NOW;
	incident.since = NOW - 86400;
	incident.has_release = true;
	incident.serial = 1;
	incident.state = "confirmed";
	incident.released = NOW - 200000;
	incident.release_by.hard = NOW + 86400;
}

static void
teardown(void)
{
	statement_free(statement);
}

/* A candidate with that report. */
static struct incident_event *
event_add(uint32_t serial, enum candidate_state state, const char *report)
{
	struct incident_event *event = &incident.events[incident.n_events++];

	event->has_serial = true;
	event->serial = serial;
	event->state = state;
	event->n_times = 1;
	event->judged = event->last = NOW - 100;
	event->report = strdup(report);
	strcpy(event->reason, "refused");
	return event;
}

static void
make(void)
{
	ck_assert_int_eq(statement_make(&incident, &words, &statement, NULL), ZG_OK);
	for (size_t i = 0; i < incident.n_events; i++)
		free(incident.events[i].report);
}

/* Every octet is printable or a line feed. */
static char *
render(enum statement_format format)
{
	char *text;
	size_t length;

	ck_assert_int_eq(statement_render(statement, format, &text, &length, NULL), ZG_OK);
	ck_assert_uint_eq(strlen(text), length);
	for (size_t i = 0; i < length; i++)
		ck_assert(text[i] == '\n' || (text[i] >= 0x20 && text[i] < 0x7f));
	return text;
}

static char *
text_render(void)
{
	return render(STATEMENT_FORMAT_TEXT);
}

static char *
html_render(void)
{
	return render(STATEMENT_FORMAT_HTML);
}

static json_t *
json_render(void)
{
	char *text;
	size_t length;
	json_t *root;

	ck_assert_int_eq(
	    statement_render(statement, STATEMENT_FORMAT_JSON, &text, &length, NULL), ZG_OK);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(root);
	free(text);
	return root;
}

static void
expect(enum statement_situation situation, bool advised, bool has_anchor)
{
	make();
	ck_assert_int_eq(statement->situation, situation);
	ck_assert_int_eq(statement_anchor_advised(statement), advised);
	ck_assert_int_eq(statement->has_anchor, has_anchor);
}

/* --- Situations --- */

START_TEST(quiet_without_events)
{
	words.fault = OPERATIONAL_YES;
	expect(SITUATION_QUIET, false, false);
}
END_TEST

START_TEST(refused_is_stopped)
{
	words.fault = OPERATIONAL_YES;
	event_add(2, CANDIDATE_REFUSED, REPORT("refuse", "refuse"));
	expect(SITUATION_STOPPED, false, false);
}
END_TEST

START_TEST(held_is_stopped)
{
	event_add(2, CANDIDATE_HELD, REPORT("held", "approve"));
	expect(SITUATION_STOPPED, false, false);
}
END_TEST

START_TEST(undecided_is_no_defect)
{
	event_add(2, CANDIDATE_UNDECIDED, "");
	expect(SITUATION_QUIET, false, false);
}
END_TEST

static struct incident_event *
served(const char *report)
{
	struct incident_event *event = event_add(1, CANDIDATE_CONFIRMED, report);

	event->handed = NOW - 5000;
	event->max_ttl = 3600;
	event->in_force = true;
	return event;
}

START_TEST(served_with_defects_is_in_service)
{
	words.fault = OPERATIONAL_YES;
	served(REPORT("refuse", "refuse"));
	expect(SITUATION_IN_SERVICE, true, true);
	ck_assert(statement->faults[SERVICE_REFUSED]);
	ck_assert(!statement->faults[SERVICE_UNCONFIRMED]);
}
END_TEST

START_TEST(served_with_warnings_is_not)
{
	words.fault = OPERATIONAL_YES;
	served(REPORT("pass", "warn"));
	expect(SITUATION_QUIET, false, false);
}
END_TEST

/* What people let out with its defects (a repair by a quorum) has them all the same. */
START_TEST(passed_with_accepted_defects_is_in_service)
{
	served(REPORT("pass", "refuse"));
	expect(SITUATION_IN_SERVICE, false, true);
}
END_TEST

/* RFC 7646 section 2: not before people confirmed that it is a misconfiguration. */
START_TEST(an_anchor_is_not_advised_when_the_cause_is_not_known)
{
	served(REPORT("refuse", "refuse"));
	expect(SITUATION_IN_SERVICE, false, true);
}
END_TEST

START_TEST(no_anchor_when_it_is_no_operational_fault)
{
	words.fault = OPERATIONAL_NO;
	served(REPORT("refuse", "refuse"));
	expect(SITUATION_IN_SERVICE, false, false);
}
END_TEST

/* RFC 7646 section 2.1: an anchor must not touch other domains. */
START_TEST(no_anchor_for_the_root)
{
	words.fault = OPERATIONAL_YES;
	strcpy(incident.zone, ".");
	served(REPORT("refuse", "refuse"));
	expect(SITUATION_IN_SERVICE, false, false);
}
END_TEST

START_TEST(expired_signatures_are_in_service)
{
	incident.release_by.hard = NOW;
	expect(SITUATION_IN_SERVICE, false, true);
	ck_assert(statement->faults[SERVICE_EXPIRED]);
}
END_TEST

START_TEST(what_the_operator_says_is_in_service)
{
	words.broken = true;
	expect(SITUATION_IN_SERVICE, false, true);
	ck_assert(statement->faults[SERVICE_SAID]);
}
END_TEST

START_TEST(replaced_and_confirmed_is_repaired)
{
	served(REPORT("pass", "warn"));
	*event_add(3, CANDIDATE_SUPERSEDED, REPORT("refuse", "refuse")) =
	    (struct incident_event){.has_serial = true,
		.serial = 3,
		.state = CANDIDATE_SUPERSEDED,
		.n_times = 1,
		.handed = NOW - 9000,
		.superseded = NOW - 4000,
		.max_ttl = 7200,
		.report = incident.events[1].report};
	expect(SITUATION_REPAIRED, false, true);
	ck_assert_int_eq(statement->cached_until, NOW - 4000 + 7200);
}
END_TEST

/* DESIGN 9.10: handed over is not in service. */
START_TEST(replaced_and_not_confirmed_is_still_in_service)
{
	served(REPORT("pass", "warn"));
	event_add(3, CANDIDATE_CONFIRMED, REPORT("refuse", "refuse"))->handed = NOW - 9000;
	expect(SITUATION_IN_SERVICE, false, true);
	ck_assert(statement->faults[SERVICE_UNCONFIRMED]);
}
END_TEST

/* --- What was not published is no name for the public; what was is asked for --- */

START_TEST(names_of_stopped_zones_are_not_told)
{
	event_add(2, CANDIDATE_REFUSED, REPORT("refuse", "refuse"));
	make();
	ck_assert_str_eq(statement->proof.text, "delv 'example.' 'SOA'\n");
}
END_TEST

START_TEST(names_in_service_prove_the_repair)
{
	served(REPORT("refuse", "refuse"));
	make();
	ck_assert_str_eq(
	    statement->proof.text, "delv 'example.' 'SOA'\ndelv 'www\\039.example.' 'A'\n");
}
END_TEST

/* --- Hostile text --- */

START_TEST(hostile_text_stays_in_its_place)
{
	struct incident_event *event = served(REPORT("refuse", "refuse"));
	char *text, *html;
	json_t *root;

	strcpy(incident.zone, HOSTILE ".");
	strcpy(event->reason, HOSTILE);
	strcpy(event->policy_digest, HOSTILE);
	incident.n_looks = 1;
	strcpy(incident.looks[0].text, HOSTILE);
	words = (struct statement_words){
	    .fault = OPERATIONAL_YES, .reason = HOSTILE, .next = HOSTILE, .update = NOW};
	make();
	text = text_render();
	ck_assert_ptr_null(strstr(text, "\n<b>"));
	ck_assert_ptr_nonnull(strstr(text, "domain-insecure: "
					   "\"a\\034\\062\\010\\060b\\062\\039\\034\\195\\027\\0913"
					   "1m\\096id\\096\\036\\040id\\041.\""));
	free(text);
	html = html_render();
	ck_assert_ptr_null(strstr(html, "<b>"));
	ck_assert_ptr_nonnull(strstr(html, "&lt;b&gt;"));
	free(html);
	root = json_render();
	ck_assert_str_eq(json_string_value(json_object_get(root, "situation")), "in-service");
	json_decref(root);
}
END_TEST

START_TEST(reports_that_are_none_are_no_findings)
{
	static const char *const reports[] = {"", "{", "[]", "{\"findings\":1}",
	    "{\"findings\":[1,{}]}",
	    "{\"findings\":[{\"id\":1,\"severity\":\"refuse\"}],\"failures\":[null]}"};

	served(reports[_i]);
	expect(SITUATION_QUIET, false, false);
	ck_assert_uint_eq(statement->found[0].n_findings, 0);
	ck_assert_uint_eq(statement->found[0].n_failures, 0);
	free(text_render());
}
END_TEST

START_TEST(plain_names)
{
	static const char *const names[][3] = {
	    {"example.", "example.", "example."},
	    {".", ".", "."},
	    {"a\\.b.", "a\\046b.", "a\\\\046b."},
	    {"\\065.", "\\065.", "\\\\065."},
	    {"_a-b.XN--1.", "_a-b.XN--1.", "_a-b.XN--1."},
	    {"a\\\\.", "a\\092.", "a\\\\092."},
	    {"a\\", "a\\092", "a\\\\092"},
	    {"a\\01", "a\\0481", "a\\\\0481"},
	    {"a*/\xff.", "a\\042\\047\\255.", "a\\\\042\\\\047\\\\255."},
	};
	struct text_writer plain = {0}, lua = {0};

	plain_name_add(&plain, names[_i][0]);
	plain_name_add_lua(&lua, names[_i][0]);
	ck_assert_str_eq(plain.text, names[_i][1]);
	ck_assert_str_eq(lua.text, names[_i][2]);
	text_writer_clear(&plain);
	text_writer_clear(&lua);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("statement");
	TCase *tcase = tcase_create("statement");
	SRunner *runner;
	int n_failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, quiet_without_events);
	tcase_add_test(tcase, refused_is_stopped);
	tcase_add_test(tcase, held_is_stopped);
	tcase_add_test(tcase, undecided_is_no_defect);
	tcase_add_test(tcase, served_with_defects_is_in_service);
	tcase_add_test(tcase, served_with_warnings_is_not);
	tcase_add_test(tcase, passed_with_accepted_defects_is_in_service);
	tcase_add_test(tcase, an_anchor_is_not_advised_when_the_cause_is_not_known);
	tcase_add_test(tcase, no_anchor_when_it_is_no_operational_fault);
	tcase_add_test(tcase, no_anchor_for_the_root);
	tcase_add_test(tcase, expired_signatures_are_in_service);
	tcase_add_test(tcase, what_the_operator_says_is_in_service);
	tcase_add_test(tcase, replaced_and_confirmed_is_repaired);
	tcase_add_test(tcase, replaced_and_not_confirmed_is_still_in_service);
	tcase_add_test(tcase, names_of_stopped_zones_are_not_told);
	tcase_add_test(tcase, names_in_service_prove_the_repair);
	tcase_add_test(tcase, hostile_text_stays_in_its_place);
	tcase_add_loop_test(tcase, reports_that_are_none_are_no_findings, 0, 6);
	tcase_add_loop_test(tcase, plain_names, 0, 9);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
