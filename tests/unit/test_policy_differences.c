/* What a policy says beyond the defaults: every change of a value shows, nothing else does. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/check.h>
#include "policy/policy_schema.h"
#include "policy/policy_value.h"

#define HEAD	"<ZoneGate version=\"1\"><Policy name=\"test\">"
#define TAIL	"</Policy></ZoneGate>"
#define NOTHING "@name test\n"
#define SHA256	"5c1a0f0e4bb0c7d7f0c3a1d05bb7f2a4c8a9c0de7d1d3a6f6f0a4a1b2c3d4e5f"

static const char *const files[] = {"policies/default.xml", "policies/tld.xml",
    "policies/tld-optout.xml", "policies/strict.xml", "policies/enterprise.xml",
    "tests/fuzz/seeds/policy/full.xml"};
#define FILES (sizeof(files) / sizeof(files[0]))
#define FULL  files[FILES - 1]

static zg_policy *
parse(const char *text)
{
	struct zg_error error = {""};
	zg_policy *policy = NULL;
	zg_status status = zg_policy_parse(text, strlen(text), "text", NULL, &policy, &error);

	ck_assert_msg(status == ZG_OK, "%s", error.text);
	return policy;
}

static zg_policy *
read_file(const char *path)
{
	struct zg_error error = {""};
	zg_policy *policy = NULL;

	ck_assert_msg(zg_policy_read(path, NULL, &policy, &error) == ZG_OK, "%s", error.text);
	return policy;
}

/* For free. */
static char *
differences(const zg_policy *policy)
{
	char *text = NULL;

	ck_assert_int_eq(policy_differences(policy, &text, NULL), ZG_OK);
	ck_assert_ptr_nonnull(text);
	return text;
}

/* The same of a text. */
static char *
differences_of(const char *text)
{
	zg_policy *policy = parse(text);
	char *said = differences(policy);

	zg_policy_free(policy);
	return said;
}

/* Two texts that mean the same, or not. */
static void
compare(const char *one, const char *other, bool same)
{
	char *a = differences_of(one), *b = differences_of(other);

	ck_assert_msg((strcmp(a, b) == 0) == same, "%s%s", a, b);
	free(a);
	free(b);
}

static bool
says(const zg_policy *policy, const char *expected)
{
	char *text = differences(policy);
	bool same = strcmp(text, expected) == 0;

	free(text);
	return same;
}

START_TEST(policy_of_defaults_says_nothing_but_its_name)
{
	char *said = differences_of(HEAD TAIL), *whole = NULL, *built_in;
	zg_policy *policy = parse(HEAD TAIL);

	ck_assert_str_eq(said, NOTHING);
	free(said);
	/* Every default written out. */
	ck_assert_int_eq(zg_policy_show(policy, &whole, NULL), ZG_OK);
	said = differences_of(whole);
	ck_assert_str_eq(said, NOTHING);
	zg_policy_free(policy);
	free(said);
	free(whole);
	ck_assert_int_eq(zg_policy_default(&policy, NULL), ZG_OK);
	built_in = differences(policy);
	ck_assert_str_eq(built_in, "@name default\n");
	free(built_in);
	zg_policy_free(policy);
}
END_TEST

START_TEST(canonical_form_says_the_same)
{
	zg_policy *policy = read_file(files[_i]);
	char *said = differences(policy), *again, *text = NULL;

	ck_assert_int_eq(zg_policy_show(policy, &text, NULL), ZG_OK);
	again = differences_of(text);
	ck_assert_str_eq(said, again);
	for (int i = 0; i < (int)FILES; i++) {
		zg_policy *other = read_file(files[i]);

		ck_assert(says(other, said) == (i == _i));
		zg_policy_free(other);
	}
	free(again);
	free(text);
	free(said);
	zg_policy_free(policy);
}
END_TEST

/* A text that a version wrote which knew one check or value less is that of the same policy. */
START_TEST(what_is_not_said_is_as_at_its_default)
{
	char *text = NULL, *at, *end;
	unsigned checks = 0, values = 0;
	zg_policy *policy = parse(HEAD TAIL);

	ck_assert_int_eq(zg_policy_show(policy, &text, NULL), ZG_OK);
	zg_policy_free(policy);
	for (at = text; *at != '\0'; at = end) {
		char *line = at + strspn(at, " "), *less, *said;
		size_t length;
		bool check = strncmp(line, "<Check ", 7) == 0;

		end = strchr(at, '\n') + 1;
		length = (size_t)(end - line);
		if (!check && (line[1] == '/' || memmem(line, length, "</", 2) == NULL))
			continue;
		checks += check;
		values += !check;
		less = strdup(text);
		ck_assert_ptr_nonnull(less);
		memmove(less + (at - text), end, strlen(end) + 1);
		said = differences_of(less);
		ck_assert_msg(strcmp(said, NOTHING) == 0, "%.*s%s", (int)length, line, said);
		free(said);
		free(less);
	}
	ck_assert_uint_gt(checks, 100);
	ck_assert_uint_gt(values, 15);
	free(text);
}
END_TEST

START_TEST(severity_of_every_check_is_said_when_it_is_another)
{
	zg_policy *policy = parse(HEAD TAIL);

	for (size_t i = 0; i < zg_check_count(); i++) {
		zg_severity standard = policy->severities[i];

		for (zg_severity on = ZG_SEVERITY_REFUSE; on <= ZG_SEVERITY_IGNORE; on++) {
			char expected[256];

			policy->severities[i] = on;
			(void)snprintf(expected, sizeof(expected), NOTHING "Checks/Check %s %s\n",
			    zg_check_at(i)->id, policy_severity_word(on));
			ck_assert_msg(
			    says(policy, on == standard ? NOTHING : expected), "%s", expected);
		}
		policy->severities[i] = standard;
	}
	zg_policy_free(policy);
}
END_TEST

/* Stores other values in `size` octets at `place`, each of which must show, and takes them back. */
static void
vary(const struct policy_row *row, const zg_policy *policy, void *base, size_t place, size_t size,
    const int64_t *values, size_t n)
{
	int64_t standard = policy_integer_load(base, place, size);
	char *before = differences(policy), *seen[8] = {NULL};

	ck_assert_uint_le(n, 8);
	for (size_t i = 0; i < n; i++) {
		policy_integer_store(base, place, size, values[i]);
		seen[i] = differences(policy);
		ck_assert_msg((strcmp(seen[i], before) == 0) == (values[i] == standard), "%s: %d",
		    row->path, (int)values[i]);
		for (size_t k = 0; k < i; k++)
			ck_assert_msg((strcmp(seen[i], seen[k]) == 0) == (values[i] == values[k]),
			    "%s: %d", row->path, (int)values[i]);
	}
	policy_integer_store(base, place, size, standard);
	ck_assert(says(policy, before));
	for (size_t i = 0; i < n; i++)
		free(seen[i]);
	free(before);
}

/* The same of an array of octets: one bit of each. */
static void
vary_octets(const struct policy_row *row, const zg_policy *policy, void *base, size_t length)
{
	uint8_t *octets = (uint8_t *)base + row->place;
	char *before = differences(policy);

	for (size_t i = 0; i < length; i++) {
		octets[i] ^= 1;
		ck_assert_msg(!says(policy, before), "%s: %zu", row->path, i);
		octets[i] ^= 1;
	}
	ck_assert(says(policy, before));
	free(before);
}

static void
vary_words(const struct policy_row *row, const zg_policy *policy, void *base)
{
	int64_t values[8];
	size_t n = 0;

	while (row->words[n] != NULL) {
		values[n] = row->kind == POLICY_WORD ? (int64_t)n : (int64_t)1 << n;
		n++;
	}
	if (row->kind == POLICY_WORDS) {
		values[n++] = 0;
		values[n++] = 3;
	}
	vary(row, policy, base, row->place, row->size, values, n);
}

/* Every value of the row, in the policy or an item of it, as far as its kind needs. */
static void
vary_row(const struct policy_row *row, const zg_policy *policy, void *base)
{
	const int64_t presence[] = {0, 1}, numbers[] = {row->min, row->min + 1, row->max},
		      times[] = {NOT_SET, 0, 1, 1795348800}, counts[] = {0, 1, 2, 77},
		      ids[] = {0, 1, (int64_t)zg_check_count() - 1};
	int64_t percent;

	switch (row->kind) {
	case POLICY_DURATION:
	case POLICY_NUMBER:
		vary(row, policy, base, row->place, row->size, numbers, 3);
		break;
	case POLICY_SHARE:
		vary(row, policy, base, row->place, row->size, numbers, 3);
		percent = policy_integer_load(base, row->place, row->size);
		policy_integer_store(base, row->place, row->size, NOT_SET);
		vary(row, policy, base, row->count_place, sizeof(int64_t), counts, 4);
		policy_integer_store(base, row->place, row->size, percent);
		break;
	case POLICY_TIME:
		vary(row, policy, base, row->place, row->size, times, 4);
		break;
	case POLICY_WORD:
	case POLICY_WORDS:
		vary_words(row, policy, base);
		break;
	case POLICY_TOKEN:
		vary_octets(row, policy, base, strlen((char *)base + row->place));
		break;
	case POLICY_SHA256:
		vary_octets(row, policy, base, row->size);
		break;
	case POLICY_NAME:
		vary_octets(row, policy, (uint8_t *)base + 1, 1);
		break;
	case POLICY_CHECK_ID:
		vary(row, policy, base, row->place, row->size, ids, 3);
		break;
	case POLICY_GROUP:
		if (row->size > 0)
			vary(row, policy, base, row->place, row->size, presence, 2);
		break;
	default:
		ck_assert_msg(false, "%s", row->path);
	}
}

/* Every part of the list's first item; and an item less, or none. */
static void
vary_list(const struct policy_row *row, zg_policy *policy)
{
	size_t at = 0, *count = (size_t *)(void *)((char *)policy + row->list->count), n = *count;
	union policy_item *item =
	    (union policy_item *)(uintptr_t)policy_list_next(row, policy, &at);
	char *before = differences(policy);

	ck_assert_msg(item != NULL, "%s", row->path);
	for (const struct policy_row *part = row + 1;
	     part < policy_table + policy_table_rows && policy_row_is_in(part, row); part++)
		vary_row(part, policy, item);
	for (*count = 0; *count < n; ++*count)
		ck_assert_msg(!says(policy, before), "%s", row->path);
	ck_assert(says(policy, before));
	free(before);
}

/* The table over: in a policy of defaults, and in one that says something everywhere. */
START_TEST(every_value_is_said_when_it_is_another)
{
	zg_policy *policy = _i == 0 ? parse(HEAD TAIL) : read_file(FULL);

	for (size_t i = 0; i < policy_table_rows; i++) {
		const struct policy_row *row = &policy_table[i];
		bool by_id = row->kind == POLICY_CHECKS || row->check != NULL;

		if (policy_row_in_item(row) || by_id || row->kind == POLICY_PROSE)
			continue;
		if (row->kind != POLICY_LIST)
			vary_row(row, policy, policy);
		else if (_i == 1)
			vary_list(row, policy);
	}
	zg_policy_free(policy);
}
END_TEST

/* What the operator wrote, and in how many words, does not matter. */
START_TEST(what_means_the_same_is_said_the_same)
{
	static const char *const same[][2] = {
	    {HEAD "<Description>An hour</Description>" TAIL,
		HEAD "<Description>One hour</Description>" TAIL},
	    {HEAD "<Approval quorum=\"1\"><Approver id=\"a\"/><Approver id=\"b\"/></Approval>" TAIL,
		HEAD
		"<Approval quorum=\"1\"><Approver id=\"b\"/><Approver id=\"a\"/></Approval>" TAIL},
	    {HEAD
		"<Keys><ZSK><Algorithm>13</Algorithm><Algorithm length=\"2048\">8</Algorithm></ZSK>"
		"</Keys>" TAIL,
		HEAD
		"<Keys><ZSK><Algorithm length=\"2048\">8</Algorithm><Algorithm>13</Algorithm></ZSK>"
		"</Keys>" TAIL},
	    {HEAD "<Keys><Trial signer=\"a\"/></Keys>" TAIL,
		HEAD "<Keys><Trial signer=\"a\" role=\"all\"/></Keys>" TAIL},
	    {HEAD "<Zone><PropagationDelay>PT24H</PropagationDelay></Zone>" TAIL,
		HEAD "<Zone><PropagationDelay>P1D</PropagationDelay></Zone>" TAIL},
	    {HEAD "<Require><Input>ds</Input><Input>previous</Input></Require>" TAIL,
		HEAD "<Require><Input>previous</Input><Input>ds</Input></Require>" TAIL},
	    {HEAD "<ChangeGuards><WatchList><Name>GOV.example.</Name><Name>a.example.</Name>"
		  "</WatchList></ChangeGuards>" TAIL,
		HEAD "<ChangeGuards><WatchList><Name>a.example.</Name><Name>gov.example.</Name>"
		     "</WatchList></ChangeGuards>" TAIL},
	    {HEAD "<Signatures><Validity><Min>P7D</Min></Validity></Signatures>" TAIL,
		HEAD "<Signatures><Validity><Min>P7D</Min></Validity>"
		     "<Validity for=\"DNSKEY\"><Min>P7D</Min></Validity>"
		     "<Validity for=\"Denial\"><Min>P7D</Min></Validity></Signatures>" TAIL},
	    {HEAD "<Denial><NSEC/><NSEC3/></Denial>" TAIL, HEAD TAIL},
	    {HEAD "<ChangeGuards><Records maxshrink=\"10%\" on=\"approve\"/></ChangeGuards>" TAIL,
		HEAD TAIL},
	};

	compare(same[_i][0], same[_i][1], true);
}
END_TEST
#define SAME 10

START_TEST(what_means_something_else_is_said_otherwise)
{
	static const char *const different[][2] = {
	    {HEAD TAIL, "<ZoneGate version=\"1\"><Policy name=\"tests\"/></ZoneGate>"},
	    {HEAD "<Denial><NSEC/></Denial>" TAIL, HEAD TAIL},
	    {HEAD "<Denial><NSEC/></Denial>" TAIL, HEAD "<Denial><NSEC3/></Denial>" TAIL},
	    {HEAD "<Keys><ZSK><Algorithm>13</Algorithm></ZSK></Keys>" TAIL,
		HEAD "<Keys><KSK><Algorithm>13</Algorithm></KSK></Keys>" TAIL},
	    {HEAD "<Keys><ZSK><Algorithm length=\"2048\">8</Algorithm></ZSK></Keys>" TAIL,
		HEAD "<Keys><ZSK><Algorithm>8</Algorithm></ZSK></Keys>" TAIL},
	    {HEAD "<Signatures><Validity><Min>P7D</Min></Validity></Signatures>" TAIL,
		HEAD "<Signatures><Validity><Min>P7D</Min></Validity>"
		     "<Validity for=\"DNSKEY\"><Min>P8D</Min></Validity></Signatures>" TAIL},
	    {HEAD "<Signatures><Validity><Min>P7D</Min></Validity></Signatures>" TAIL,
		HEAD "<Signatures><Validity><Min>P7D</Min></Validity><Validity for=\"DNSKEY\"/>"
		     "</Signatures>" TAIL},
	    {HEAD "<ChangeGuards><Records maxshrink=\"10\"/></ChangeGuards>" TAIL, HEAD TAIL},
	    {HEAD "<CacheView><MaxCacheTTL>PT0S</MaxCacheTTL></CacheView>" TAIL, HEAD TAIL},
	    {HEAD "<Parent><CDS delay=\"never\">consistent</CDS></Parent>" TAIL, HEAD TAIL},
	};

	compare(different[_i][0], different[_i][1], false);
}
END_TEST
#define DIFFERENT 10

/* The words themselves are kept: another form of them would be another digest of every policy. */
START_TEST(form_is_what_histories_have)
{
	char *said = differences_of(
	    HEAD "<Denial><NSEC3/></Denial><Keys><Trial signer=\"hsm-1\" role=\"ZSK\"/>"
		 "<Trial signer=\"hsm-2\"/><Inventory>"
		 "<Key role=\"KSK\" algorithm=\"13\" tag=\"7\" sha256=\"" SHA256 "\"/></Inventory>"
		 "<KSK><Algorithm length=\"2048\">8</Algorithm><RFC5011/></KSK></Keys>"
		 "<Zone><Evidence>handed</Evidence></Zone>"
		 "<ChangeGuards><Records maxshrink=\"2%\" on=\"refuse\"/></ChangeGuards>"
		 "<Checks><Check id=\"rrsig-ttl\" on=\"warn\"/></Checks>"
		 "<Staging><Risk id=\"change-denial\"/></Staging>" TAIL);

	ck_assert_str_eq(said,
	    "@name test\n"
	    "ChangeGuards/Records/@maxshrink 2%\n"
	    "Checks/Check change-records refuse\n"
	    "Checks/Check rrsig-ttl warn\n"
	    "Denial/NSEC!\n"
	    "Keys/Inventory/Key @role=KSK @algorithm=13 @tag=7 @sha256=" SHA256 "\n"
	    "Keys/KSK/Algorithm @length=2048 text()=8\n"
	    "Keys/KSK/RFC5011\n"
	    "Keys/Trial @signer=hsm-1 @role=ZSK\n"
	    "Keys/Trial @signer=hsm-2\n"
	    "Staging/Risk @id=change-denial\n"
	    "Zone/Evidence handed\n");
	free(said);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("policy_differences");
	TCase *tests = tcase_create("differences");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, policy_of_defaults_says_nothing_but_its_name);
	tcase_add_loop_test(tests, canonical_form_says_the_same, 0, FILES);
	tcase_add_test(tests, what_is_not_said_is_as_at_its_default);
	tcase_add_test(tests, severity_of_every_check_is_said_when_it_is_another);
	tcase_add_loop_test(tests, every_value_is_said_when_it_is_another, 0, 2);
	tcase_add_loop_test(tests, what_means_the_same_is_said_the_same, 0, SAME);
	tcase_add_loop_test(tests, what_means_something_else_is_said_otherwise, 0, DIFFERENT);
	tcase_add_test(tests, form_is_what_histories_have);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
