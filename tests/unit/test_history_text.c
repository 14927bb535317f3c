/* The history for people: what was kept is said, and nothing in it gets out of its line. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "report/history_text.h"
#include "report/stored_report.h"

#define NOW	1795000000
#define HOSTILE "x\n\033[2Jserial\x7f\xc3"
#define ESCAPED "x\\010\\027[2Jserial\\127\\195"

static struct history_candidate *candidate;

static void
setup(void)
{
	struct release_facts *facts;

	candidate = calloc(1, sizeof(*candidate));
	ck_assert_ptr_nonnull(candidate);
	facts = &candidate->facts;
	candidate->id = 7;
	candidate->state = CANDIDATE_HANDED;
	candidate->times[CANDIDATE_PASSED] = NOW;
	candidate->times[CANDIDATE_HANDED] = NOW + 5;
	candidate->has_facts = true;
	strcpy(candidate->reason, "pass");
	strcpy(facts->zone, "example.");
	facts->serial = 2026111801;
	facts->keys[0] = (struct release_key){.algorithm = 13,
	    .tag = 100,
	    .flags = 257,
	    .published = true,
	    .signs_dnskey = true,
	    .expiration = NOW + 86400,
	    .sha256 = {0xab, 0xcd}};
	facts->keys[1] = (struct release_key){.algorithm = 8, .tag = 200};
	facts->n_keys = 2;
	facts->n_classes = 2;
	facts->classes[0] = (struct release_class){.signers = 3, .ttl = 60, .n_rrsets = 5};
	strcpy(facts->classes[0].owner, "www.example.");
	strcpy(facts->classes[0].type, "A");
	facts->classes[1] = (struct release_class){.ttl = 61, .n_rrsets = 1};
	facts->next_ds_given = true;
	facts->next_ds[0] = (struct release_ds){
	    .tag = 100, .algorithm = 13, .digest_type = 2, .digest_len = 2, .digest = {1, 0xfe}};
	facts->n_next_ds = 1;
}

static void
teardown(void)
{
	free(candidate);
}

static void
assert_plain(const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		ck_assert_msg(text[i] == '\n' || (text[i] >= 0x20 && text[i] < 0x7f),
		    "octet %d of:\n%s", (unsigned char)text[i], text);
}

static void
assert_says(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what) != NULL, "'%s' is not in:\n%s", what, text);
}

static char *
list_line(void)
{
	struct text_writer out = {0};

	history_list_line(&out, candidate);
	ck_assert(!out.failed);
	assert_plain(out.text);
	ck_assert_ptr_eq(strchr(out.text, '\n'), out.text + out.used - 1);
	return out.text;
}

static char *
show(const char *report)
{
	struct zg_error error;
	char *text;
	size_t length;

	ck_assert_int_eq(history_show_render(candidate, report, &text, &length, &error), ZG_OK);
	ck_assert_uint_eq(strlen(text), length);
	assert_plain(text);
	return text;
}

START_TEST(list_has_serial_state_times_and_verdict)
{
	char *text = list_line();

	ck_assert_str_eq(text, "2026111801  handed      2026-11-18T11:06:40Z  2026-11-18T11:06:45Z"
			       "  -                     pass\n");
	free(text);
	candidate->has_facts = false;
	candidate->imported = true;
	strcpy(candidate->site, "other");
	text = list_line();
	ck_assert_int_eq(strncmp(text, "-           handed ", 19), 0);
	assert_says(text, "  imported: pass (from other)\n");
	free(text);
}
END_TEST

START_TEST(hostile_words_stay_in_their_line)
{
	char *text;

	strcpy(candidate->reason, HOSTILE);
	strcpy(candidate->site, HOSTILE);
	strcpy(candidate->facts.classes[0].owner, HOSTILE);
	strcpy(candidate->facts.denial, HOSTILE);
	text = list_line();
	assert_says(text, "  " ESCAPED " (from " ESCAPED ")\n");
	free(text);
	text = show("{\n\033]0;title\007\"" HOSTILE "\"}\n");
	assert_says(text, "for example " ESCAPED " A\n");
	assert_says(text, "\nReport\n{\n\\027]0;title\\007\"x\n\\027[2Jserial");
	free(text);
}
END_TEST

START_TEST(show_has_keys_classes_cds_and_the_report)
{
	char *text = show("{\"verdict\": \"pass\"}");

	assert_says(text, "example. serial 2026111801: handed\n");
	assert_says(text, "\n  13/100  flags 257  SHA-256 abcd0000");
	assert_says(text, "  signs the DNSKEY RRset until 2026-11-19T11:06:40Z\n");
	assert_says(text, "\n  8/200  not published\n");
	assert_says(
	    text, "\n  5 RRsets, TTL 60, signed by 13/100 8/200, for example www.example. A\n");
	assert_says(text, "\n  1 RRsets, TTL 61, signed by no valid signature,");
	assert_says(text, "\nCDS\n  13/100  digest 2  01fe\n");
	assert_says(text, "\nReport\n{\"verdict\": \"pass\"}\n");
	ck_assert_ptr_null(strstr(text, "asks for no DS"));
	ck_assert_ptr_null(strstr(text, "Deadlines"));
	free(text);
}
END_TEST

START_TEST(show_without_facts_says_what_is_known)
{
	char *text;

	candidate->has_facts = false;
	text = show("");
	assert_says(text, "verdict");
	ck_assert_ptr_null(strstr(text, "Keys"));
	ck_assert_ptr_null(strstr(text, "Report"));
	free(text);
}
END_TEST

/* What was kept may have been changed: nothing that is not of the form is believed. */
START_TEST(what_a_report_proves_is_one_of_its_words)
{
	static const struct {
		const char *json;
		bool proves;
	} rows[] = {
	    {"{\"completeness\": \"transfer\"}", true},
	    {"{\"completeness\": \"ZONEMD, transfer, former zone\"}", true},
	    {"{\"completeness\": \"ZONEMD, transfers\"}", false},
	    {"{\"completeness\": \"no transfer\"}", false},
	    {"{\"completeness\": \"none\"}", false},
	    {"{\"completeness\": 1}", false},
	    {"{}", false},
	    {"[", false},
	    {NULL, false},
	};

	ck_assert(stored_proves(rows[_i].json, "transfer") == rows[_i].proves);
}
END_TEST

START_TEST(stored_deadlines_are_read_with_care)
{
	static const struct {
		const char *json;
		size_t n;
	} texts[] = {
	    {NULL, 0},
	    {"", 0},
	    {"[]", 0},
	    {"{\"deadlines\": 7}", 0},
	    {"{\"deadlines\": {\"entries\": {}}}", 0},
	    {"{\"deadlines\": {\"entries\": [7, null, {}]}}", 0},
	    {"{\"deadlines\": {\"entries\": [{\"id\": \"a\", \"text\": \"b\"}]}}", 0},
	    {"{\"deadlines\": {\"entries\": [{\"id\": \"a\", \"text\": \"b\", \"time\": 1.5}]}}",
		0},
	    {"{\"deadlines\": {\"entries\": [{\"id\": 1, \"text\": \"b\", \"time\": 1}]}}", 0},
	    {"{\"deadlines\": {\"entries\": [{\"id\": \"a\", \"text\": \"b\", \"time\": 1}]}}", 1},
	    {"{\"deadlines\": {\"entries\": [{\"id\": \"a\", \"text\": \"b\", \"time\": null}]}}",
		1},
	    {"{\"deadlines\": {\"entries\": [{\"id\": \"a\", \"text\": \"b\", \"time\": 1}]}", 0},
	    {"{\"deadlines\": {\"entries\": [{\"id\": \"a\", \"text\": \"b\", \"time\": 1}]}} {",
		0},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct stored_deadlines deadlines;

		ck_assert_int_eq(stored_deadlines_read(texts[i].json, &deadlines), ZG_OK);
		ck_assert_msg(deadlines.n == texts[i].n, "%s: %zu", texts[i].json, deadlines.n);
		stored_deadlines_clear(&deadlines);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("history_text");
	TCase *tcase = tcase_create("history_text");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, list_has_serial_state_times_and_verdict);
	tcase_add_test(tcase, hostile_words_stay_in_their_line);
	tcase_add_test(tcase, show_has_keys_classes_cds_and_the_report);
	tcase_add_test(tcase, show_without_facts_says_what_is_known);
	tcase_add_loop_test(tcase, what_a_report_proves_is_one_of_its_words, 0, 9);
	tcase_add_test(tcase, stored_deadlines_are_read_with_care);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
