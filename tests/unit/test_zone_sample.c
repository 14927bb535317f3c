/* Samples of zones: what is taken, what never is; and answers held against them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/gate.h>
#include "dns/name.h"
#include "dns/rr_type.h"
#include "dns/zone_sample.h"
#include "observe/compare.h"

static const char text[] = "$TTL 3600\n"
			   "@ SOA ns1 hostmaster 7 7200 3600 604800 900\n"
			   "@ NS ns1\n"
			   "@ DNSKEY 257 3 13 AAAA\n"
			   "@ TXT apex\n"
			   "ns1 A 192.0.2.1\n"
			   "ns1 RRSIG A 13 2 3600 20300101000000 20200101000000 1 @ AAAA\n"
			   "www A 192.0.2.2\n"
			   "www A 192.0.2.3\n"
			   "mail MX 10 Www\n"
			   "secure NS ns.secure\n"
			   "secure DS 1 13 2 "
			   "0000000000000000000000000000000000000000000000000000000000000001\n"
			   "ns.secure A 192.0.2.4\n"
			   "insecure NS ns.insecure\n"
			   "insecure NS ns2.insecure\n"
			   "ns.insecure A 192.0.2.5\n"
			   "occluded DNAME elsewhere.\n"
			   "below.occluded TXT hidden\n"
			   "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 0 - "
			   "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n";

static zg_status
sample_of(
    const char *zone_text, const char *origin, size_t n, uint64_t seed, struct zone_sample **sample)
{
	const struct zg_source source = {
	    .kind = ZG_SOURCE_MEMORY, .bytes = zone_text, .length = strlen(zone_text)};
	char whole[4096];
	struct zg_source with_origin = source;
	struct zg_error error;

	(void)snprintf(whole, sizeof(whole), "$ORIGIN example.\n%s", zone_text);
	with_origin.bytes = whole;
	with_origin.length = strlen(whole);
	return zg_zone_sample(&with_origin, origin, NULL, n, seed, sample, &error);
}

static struct zone_sample *
sample_good(const char *zone_text, size_t n, uint64_t seed)
{
	struct zone_sample *sample;

	ck_assert_int_eq(sample_of(zone_text, "example.", n, seed, &sample), ZG_OK);
	return sample;
}

/* The first entry of that name (relative to example.) and type; NULL: there is none. */
static const struct sample_entry *
find(const struct zone_sample *sample, const char *owner, uint16_t type)
{
	uint8_t name[ZG_NAME_MAX];
	const char *why;

	ck_assert_uint_ne(
	    name_from_text_lower(owner, strlen(owner), (const uint8_t *)"\7example", name, &why),
	    0);
	for (size_t i = 0; i < sample->n; i++) {
		if (sample->entries[i].type == type && name_equal(sample->entries[i].name, name))
			return &sample->entries[i];
	}
	return NULL;
}

START_TEST(the_apex_comes_first)
{
	struct zone_sample *sample = sample_good(text, 1, 1);

	ck_assert_uint_eq(sample->serial, 7);
	ck_assert_int_eq(sample->entries[0].type, RR_SOA);
	ck_assert_int_eq(sample->entries[1].type, RR_DNSKEY);
	ck_assert_ptr_nonnull(find(sample, "@", RR_NS));
	zone_sample_free(sample);
}
END_TEST

START_TEST(each_kind_of_name_is_asked_for_as_it_is)
{
	struct zone_sample *sample = sample_good(text, ZG_SAMPLE_NAMES_MAX, 1);
	const struct sample_entry *entry = find(sample, "www", RR_A);

	ck_assert_int_eq(entry->kind, SAMPLE_RRSET);
	ck_assert_uint_eq(entry->n_records, 2);
	ck_assert_uint_eq(entry->ttl, 3600);
	ck_assert_int_eq(find(sample, "secure", RR_DS)->kind, SAMPLE_RRSET);
	ck_assert_int_eq(find(sample, "secure", RR_NS)->kind, SAMPLE_REFERRAL);
	ck_assert_int_eq(find(sample, "insecure", RR_DS)->kind, SAMPLE_NO_TYPE);
	ck_assert_uint_eq(find(sample, "insecure", RR_NS)->n_records, 2);
	ck_assert_int_eq(find(sample, "occluded", RR_DNAME)->kind, SAMPLE_RRSET);
	for (size_t i = 0; i < sample->n; i++) {
		entry = &sample->entries[i];
		ck_assert_int_ne(entry->type, RR_RRSIG);
		ck_assert_int_ne(entry->type, RR_NSEC3);
	}
	ck_assert_ptr_null(find(sample, "ns.secure", RR_A));
	ck_assert_ptr_null(find(sample, "below.occluded", RR_TXT));
	zone_sample_free(sample);
}
END_TEST

START_TEST(the_first_and_the_last_name_are_always_there)
{
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct zone_sample *sample = sample_good(text, 1, seed);

		ck_assert_ptr_nonnull(find(sample, "insecure", RR_NS)); /* canonical order */
		ck_assert_ptr_nonnull(find(sample, "www", RR_A));
		zone_sample_free(sample);
	}
}
END_TEST

static size_t
count_kind(const struct zone_sample *sample, enum sample_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < sample->n; i++)
		n += sample->entries[i].kind == kind;
	return n;
}

START_TEST(names_that_do_not_exist_are_asked_for)
{
	char with_wildcard[2048];
	struct zone_sample *sample = sample_good(text, 20, 3);

	ck_assert_uint_ge(count_kind(sample, SAMPLE_NO_NAME), 4);
	ck_assert_uint_eq(count_kind(sample, SAMPLE_WILDCARD), 0);
	zone_sample_free(sample);
	(void)snprintf(with_wildcard, sizeof(with_wildcard), "%s* TXT all\n", text);
	sample = sample_good(with_wildcard, 20, 3);
	ck_assert_uint_eq(count_kind(sample, SAMPLE_NO_NAME), 0);
	ck_assert_uint_ge(count_kind(sample, SAMPLE_WILDCARD), 4);
	zone_sample_free(sample);
}
END_TEST

START_TEST(chance_follows_the_seed)
{
	struct zone_sample *one = sample_good(text, 20, 5), *same = sample_good(text, 20, 5),
			   *other = sample_good(text, 20, 6);
	bool differs = one->n != other->n;

	ck_assert_uint_eq(one->n, same->n);
	for (size_t i = 0; i < one->n; i++) {
		ck_assert(name_equal(one->entries[i].name, same->entries[i].name));
		differs = differs || !name_equal(one->entries[i].name, other->entries[i].name);
	}
	ck_assert(differs);
	zone_sample_free(one);
	zone_sample_free(same);
	zone_sample_free(other);
}
END_TEST

START_TEST(the_digest_is_that_of_the_gate)
{
	char whole[4096];
	struct zg_gate_inputs inputs = {.zone = {.kind = ZG_SOURCE_MEMORY, .bytes = whole},
	    .origin = "example.",
	    .now = 1600000000};
	struct zone_sample *sample = sample_good(text, 0, 0);
	struct zg_result *result;
	struct zg_error error;

	(void)snprintf(whole, sizeof(whole), "$ORIGIN example.\n%s", text);
	inputs.zone.length = strlen(whole);
	ck_assert_int_eq(zg_gate_run(&inputs, &result, &error), ZG_OK);
	ck_assert_str_eq(sample->digest, result->digest);
	ck_assert_uint_eq(sample->n, 0);
	ck_assert_uint_eq(sample->n_records, result->counts[ZG_COUNT_RECORDS]);
	zg_result_free(result);
	zone_sample_free(sample);
}
END_TEST

START_TEST(a_text_that_is_no_zone_has_no_sample)
{
	struct zone_sample *sample;

	ck_assert_int_eq(sample_of("", "example.", 1, 1, &sample), ZG_INPUT_BAD);
	ck_assert_ptr_null(sample);
	ck_assert_int_eq(
	    sample_of("www 60 A 192.0.2.1\n", "example.", 1, 1, &sample), ZG_INPUT_BAD);
	ck_assert_int_eq(sample_of("www 60 A\n", "example.", 1, 1, &sample), ZG_INPUT_BAD);
	ck_assert_int_eq(sample_of(text, "other.", 1, 1, &sample), ZG_INPUT_BAD);
	ck_assert_int_eq(
	    sample_of(text, "example.", ZG_SAMPLE_NAMES_MAX + 1, 1, &sample), ZG_LIMIT);
	ck_assert_ptr_null(sample);
}
END_TEST

/* --- Answers --- */

static struct message_record
record_of(const char *owner, uint16_t type, uint32_t ttl, const void *rdata, size_t length)
{
	return (struct message_record){.owner = (const uint8_t *)owner,
	    .type = type,
	    .class = 1,
	    .ttl = ttl,
	    .rdata = rdata,
	    .rdlen = (uint16_t)length};
}

static enum comparison
compare(const struct sample_entry *entry, struct message_record *records, size_t n)
{
	const struct message answer = {.records = records, .n_records = {n}};
	enum comparison comparison;

	ck_assert_int_eq(sample_compare(entry, &answer, SECTION_ANSWER, &comparison), ZG_OK);
	return comparison;
}

START_TEST(an_answer_is_the_same_or_it_is_not)
{
	struct zone_sample *sample = sample_good(text, ZG_SAMPLE_NAMES_MAX, 1);
	const struct sample_entry *www = find(sample, "www", RR_A);
	struct message_record records[3] = {
	    record_of("\3www\7example", RR_A, 3600, "\300\0\2\3", 4),
	    record_of("\3www\7example", RR_A, 3600, "\300\0\2\2", 4),
	    record_of("\3www\7example", RR_A, 3600, "\300\0\2\4", 4)};

	ck_assert_int_eq(compare(www, records, 2), RRSET_SAME);
	ck_assert_int_eq(compare(www, records, 1), RRSET_OTHER);
	ck_assert_int_eq(compare(www, records, 3), RRSET_OTHER);
	ck_assert_int_eq(compare(www, records, 0), RRSET_ABSENT);
	records[2].type = RR_TXT; /* of another RRset */
	ck_assert_int_eq(compare(www, records, 3), RRSET_SAME);
	records[1].ttl = 3599;
	ck_assert_int_eq(compare(www, records, 2), RRSET_OTHER_TTL);
	records[0].owner = records[1].owner = (const uint8_t *)"\2ww\7example";
	ck_assert_int_eq(compare(www, records, 2), RRSET_ABSENT);
	zone_sample_free(sample);
}
END_TEST

/* RFC 4034 section 6.2. */
START_TEST(names_in_an_answer_may_have_any_letter_case)
{
	struct zone_sample *sample = sample_good(text, ZG_SAMPLE_NAMES_MAX, 1);
	const struct sample_entry *mail = find(sample, "mail", RR_MX);
	struct message_record record =
	    record_of("\4mail\7example", RR_MX, 3600, "\0\12\3wWw\7EXAMPLE", 15);

	ck_assert_int_eq(compare(mail, &record, 1), RRSET_SAME);
	record.rdlen--;
	ck_assert_int_eq(compare(mail, &record, 1), RRSET_OTHER);
	zone_sample_free(sample);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("zone_sample");
	TCase *tcase = tcase_create("zone_sample");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, the_apex_comes_first);
	tcase_add_test(tcase, each_kind_of_name_is_asked_for_as_it_is);
	tcase_add_test(tcase, the_first_and_the_last_name_are_always_there);
	tcase_add_test(tcase, names_that_do_not_exist_are_asked_for);
	tcase_add_test(tcase, chance_follows_the_seed);
	tcase_add_test(tcase, the_digest_is_that_of_the_gate);
	tcase_add_test(tcase, a_text_that_is_no_zone_has_no_sample);
	tcase_add_test(tcase, an_answer_is_the_same_or_it_is_not);
	tcase_add_test(tcase, names_in_an_answer_may_have_any_letter_case);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
