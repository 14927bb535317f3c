/* Answers as zone text, and what the gate makes of it. The zone is z.; one key signs all. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/gate.h>
#include "answer_fixture.h"
#include "dns/rr_type.h"
#include "observe/survey.h"

#define SOA "z. 3600 IN SOA ns.z. h.z. 7 7200 3600 604800 900"

/* What is asked, and the answers: SOA, DNSKEY, TXT at the apex, and a name that is not there. */
enum { ASK_SOA, ASK_KEYS, ASK_TEXT, ASK_ABSENT, ASKS };

static struct signing_key key;
static struct zone_sample sample;
static struct sample_entry entries[ASKS];
static struct answer *answers[ASKS];
static struct ask asks[ASKS];

static void
setup(void)
{
	static const uint16_t types[ASKS] = {RR_SOA, RR_DNSKEY, RR_TXT, RR_A};

	signing_key_init(&key, ALG_ED25519, 257, 1);
	memset(entries, 0, sizeof(entries));
	memset(asks, 0, sizeof(asks));
	sample = (struct zone_sample){.entries = entries, .n = ASKS};
	(void)wire("z.", sample.zone);
	for (size_t i = 0; i < ASKS; i++) {
		(void)wire(i == ASK_ABSENT ? "not.z." : "z.", entries[i].name);
		entries[i].type = types[i];
		answers[i] = answer_new();
		answers[i]->message.authoritative = true;
		asks[i] = (struct ask){
		    .name = entries[i].name, .type = types[i], .outcome = ASK_ANSWERED};
	}
	answer_add_signed(answers[ASK_SOA], SECTION_ANSWER, SOA, &key);
	answer_add_key(answers[ASK_KEYS], "z.", &key);
	answer_sign(answers[ASK_KEYS], SECTION_ANSWER, "z.", RR_DNSKEY, &key, NULL);
	answer_add_signed(answers[ASK_TEXT], SECTION_ANSWER, "z. 3600 IN TXT \"a\"", &key);
	answer_add_signed(answers[ASK_ABSENT], SECTION_AUTHORITY, SOA, &key);
	answer_add_signed(answers[ASK_ABSENT], SECTION_AUTHORITY,
	    "z. 900 IN NSEC z. SOA TXT RRSIG NSEC DNSKEY", &key);
}

static void
teardown(void)
{
	for (size_t i = 0; i < ASKS; i++)
		free(answers[i]);
	signing_key_clear(&key);
}

/* The facts of what was answered. */
static struct release_facts *
facts_of_answers(void)
{
	struct release_facts *facts = calloc(1, sizeof(*facts));
	struct zg_source source = {.kind = ZG_SOURCE_MEMORY};
	struct zg_error error = {""};
	char *text;

	ck_assert_ptr_nonnull(facts);
	for (size_t i = 0; i < ASKS; i++) {
		(void)answer_message(answers[i]);
		asks[i].answer = &answers[i]->message;
	}
	ck_assert_int_eq(survey_text(&sample, asks, ASKS, &text, &source.length), ZG_OK);
	source.bytes = text;
	ck_assert_msg(zg_zone_facts(&source, "z.", NULL, SIGNING_NOW, facts, &error) == ZG_OK,
	    "%s\n%s", error.text, text);
	free(text);
	return facts;
}

static void
facts_delete(struct release_facts *facts)
{
	release_facts_clear(facts);
	free(facts);
}

/* RRsets in the class with these signers; 0: there is none. */
static uint64_t
rrsets_signed_by(const struct release_facts *facts, uint64_t signers)
{
	uint64_t n = 0;

	for (size_t i = 0; i < facts->n_classes; i++)
		n += facts->classes[i].signers == signers ? facts->classes[i].n_rrsets : 0;
	return n;
}

START_TEST(keys_signers_and_classes_come_from_the_answers)
{
	struct release_facts *facts = facts_of_answers();

	ck_assert_uint_eq(facts->serial, 7);
	ck_assert_uint_eq(facts->n_keys, 1);
	ck_assert(facts->keys[0].published && facts->keys[0].signs_dnskey);
	ck_assert_uint_eq(rrsets_signed_by(facts, 1), 3); /* SOA, TXT, NSEC */
	ck_assert_uint_eq(rrsets_signed_by(facts, 0), 0);
	ck_assert_str_eq(facts->denial, "nsec");
	facts_delete(facts);
}
END_TEST

/* Whoever shortens a TTL on the way would have us think that caches forget sooner. */
START_TEST(ttl_is_what_was_signed)
{
	struct release_facts *facts;

	answer_record(answers[ASK_TEXT], SECTION_ANSWER, "z.", RR_TXT)->ttl = 1;
	answer_record(answers[ASK_KEYS], SECTION_ANSWER, "z.", RR_DNSKEY)->ttl = 1;
	facts = facts_of_answers();
	ck_assert_uint_eq(facts->dnskey_ttl, 60);
	for (size_t i = 0; i < facts->n_classes; i++)
		ck_assert_uint_ge(facts->classes[i].ttl, 900);
	facts_delete(facts);
}
END_TEST

START_TEST(data_that_nobody_signed_is_said_to_be)
{
	struct release_facts *facts;

	answer_add(answers[ASK_TEXT], SECTION_ANSWER, "z. 3600 IN TXT \"b\"");
	facts = facts_of_answers();
	ck_assert_uint_eq(rrsets_signed_by(facts, 1), 2);
	ck_assert_uint_eq(rrsets_signed_by(facts, 0), 1);
	facts_delete(facts);
}
END_TEST

/* Two answers from before and after a change of the zone: the first one counts, whole. */
START_TEST(rrset_of_two_answers_is_not_mixed)
{
	struct release_facts *facts;

	answer_add(answers[ASK_ABSENT], SECTION_AUTHORITY,
	    "z. 3600 IN SOA ns.z. h.z. 8 7200 3600 604800 900");
	facts = facts_of_answers();
	ck_assert_uint_eq(facts->serial, 7);
	ck_assert_uint_eq(rrsets_signed_by(facts, 0), 0);
	facts_delete(facts);
}
END_TEST

/* RFC 4035 section 5.3.2: the zone has no RRset of that name. */
START_TEST(what_a_wildcard_answers_is_left_out)
{
	struct signing_form form = SIGNING_FORM;
	struct release_facts *facts;

	form.labels = 1;
	answer_add(answers[ASK_ABSENT], SECTION_ANSWER, "not.z. 3600 IN A 192.0.2.1");
	answer_sign(answers[ASK_ABSENT], SECTION_ANSWER, "not.z.", RR_A, &key, &form);
	facts = facts_of_answers();
	ck_assert_uint_eq(rrsets_signed_by(facts, 1), 3);
	ck_assert_uint_eq(rrsets_signed_by(facts, 0), 0);
	facts_delete(facts);
}
END_TEST

/* What was not asked for, lies elsewhere, or comes without authority is nobody's word. */
START_TEST(other_records_are_left_out)
{
	struct release_facts *facts;

	answer_add(answers[ASK_TEXT], SECTION_ANSWER, "z. 3600 IN A 192.0.2.1");
	answer_add(answers[ASK_TEXT], SECTION_ANSWER, "other. 3600 IN TXT \"c\"");
	answer_add(answers[ASK_ABSENT], SECTION_AUTHORITY, "other. 900 IN NSEC z. A RRSIG NSEC");
	answer_add(answers[ASK_ABSENT], SECTION_ADDITIONAL, "z. 3600 IN A 192.0.2.1");
	answers[ASK_TEXT]->message.authoritative = false;
	facts = facts_of_answers();
	ck_assert_uint_eq(rrsets_signed_by(facts, 1), 2);
	ck_assert_uint_eq(rrsets_signed_by(facts, 0), 0);
	facts_delete(facts);
}
END_TEST

/* A class with CDS as its example has nothing else. */
START_TEST(example_of_a_class_is_what_anybody_asks_for)
{
	struct signing_key ksk;
	struct release_facts *facts;

	signing_key_init(&ksk, ALG_ED25519, 257, 2);
	free(answers[ASK_KEYS]);
	answers[ASK_KEYS] = answer_new();
	answers[ASK_KEYS]->message.authoritative = true;
	answer_add_key(answers[ASK_KEYS], "z.", &key);
	answer_add_key(answers[ASK_KEYS], "z.", &ksk);
	answer_sign(answers[ASK_KEYS], SECTION_ANSWER, "z.", RR_DNSKEY, &ksk, NULL);
	entries[ASK_TEXT].type = asks[ASK_TEXT].type = RR_CDS;
	answer_add_signed(answers[ASK_TEXT], SECTION_ANSWER, "z. 900 IN CDS 1 15 2 00", &ksk);
	for (int more = 0; more < 2; more++) {
		const struct release_class *class;

		facts = facts_of_answers();
		ck_assert_uint_eq(facts->n_keys, 2);
		class = &facts->classes[0]; /* that of the SOA */
		while (class->signers == facts->classes[0].signers)
			class ++;
		ck_assert_uint_eq(class->n_rrsets, more ? 2 : 1);
		ck_assert_str_eq(class->type, more ? "NSEC" : "CDS");
		facts_delete(facts);
		answer_add_signed(answers[ASK_ABSENT], SECTION_AUTHORITY,
		    "mail.z. 900 IN NSEC z. A RRSIG NSEC", &ksk);
	}
	signing_key_clear(&ksk);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("survey");
	TCase *tests = tcase_create("tests");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, keys_signers_and_classes_come_from_the_answers);
	tcase_add_test(tests, ttl_is_what_was_signed);
	tcase_add_test(tests, data_that_nobody_signed_is_said_to_be);
	tcase_add_test(tests, rrset_of_two_answers_is_not_mixed);
	tcase_add_test(tests, what_a_wildcard_answers_is_left_out);
	tcase_add_test(tests, other_records_are_left_out);
	tcase_add_test(tests, example_of_a_class_is_what_anybody_asks_for);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
