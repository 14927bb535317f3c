/* What the zone asks its parent for: CDS and CDNSKEY. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "facts/next_ds.h"
#include "signing_fixture.h"
#include "zone_fixture.h"

#define SOA "@ 60 IN SOA ns h 1 2 3 4 5\n"

struct fixture {
	struct zone *zone;
	struct key_facts keys;
	struct next_ds_facts facts;
};

/* Takes the text. */
static void
fixture_init(struct fixture *fixture, struct text_writer *text)
{
	struct zg_error error = {""};

	ck_assert(!text->failed);
	fixture->zone = zone_fixture("z.", text->text);
	ck_assert_int_eq(
	    key_facts_compute(fixture->zone, NULL, 0, false, &fixture->keys, &error), ZG_OK);
	ck_assert_int_eq(
	    next_ds_compute(fixture->zone, &fixture->keys, &fixture->facts, &error), ZG_OK);
	text_writer_clear(text);
}

static void
fixture_clear(struct fixture *fixture)
{
	key_facts_clear(&fixture->keys);
	zone_free(fixture->zone);
}

START_TEST(without_records_nothing_is_asked_for)
{
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	text_add(&text, SOA "w 60 CDS 1 8 1 2BB183AF5F22588179A53B0A98631FAD1A292118\n");
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n, 0);
	fixture_clear(&fixture);
	text_add(&text, "w 60 CDS 1 8 1 2BB183AF5F22588179A53B0A98631FAD1A292118\n");
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n, 0);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(cds_and_cdnskey_of_one_key_are_twins_for_each_digest_type)
{
	static const uint8_t digest_types[] = {1, 2, 4};
	struct text_writer text = {.text = NULL};
	struct signing_key key;
	struct fixture fixture;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	text_add(&text, SOA);
	add_key(&text, &key);
	add_key_as(&text, "CDNSKEY", &key);
	add_ds_as(&text, "CDS", &key, digest_types[_i]);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n, 2);
	ck_assert_uint_eq(fixture.facts.n_cds, 1);
	ck_assert_uint_eq(fixture.facts.n_cdnskey, 1);
	for (size_t i = 0; i < 2; i++) {
		const struct next_ds_entry *entry = &fixture.facts.entries[i];

		ck_assert(entry->is_cds == (i == 0));
		ck_assert(!entry->is_delete && !entry->is_well_formed);
		ck_assert_uint_eq(entry->algorithm, ALG_ED25519);
		ck_assert_uint_eq(entry->tag, signing_key_tag(&key));
		ck_assert_int_eq(entry->key, 0);
		ck_assert(entry->has_twin);
	}
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* RFC 7344 section 4: both kinds are to say the same. */
START_TEST(records_of_different_keys_are_no_twins)
{
	struct text_writer text = {.text = NULL};
	struct signing_key a, b;
	struct fixture fixture;
	const struct next_ds_entry *entries = fixture.facts.entries;

	signing_key_init(&a, ALG_ED25519, 257, 1);
	signing_key_init(&b, ALG_ED25519, 257, 2);
	text_add(&text, SOA);
	add_key(&text, &a);
	add_ds_as(&text, "CDS", &a, 2);
	add_key_as(&text, "CDNSKEY", &b);
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n, 2);
	ck_assert(!entries[0].has_twin && !entries[1].has_twin);
	ck_assert_int_eq(entries[0].key, 0);
	/* Standby: not published. */
	ck_assert_int_eq(entries[1].key, -1);
	fixture_clear(&fixture);
	signing_key_clear(&a);
	signing_key_clear(&b);
}
END_TEST

/* The same tag and algorithm do not make a CDS the twin of a CDNSKEY, nor name a key. */
START_TEST(the_digest_of_a_cds_decides_not_the_tag)
{
	struct text_writer text = {.text = NULL};
	struct signing_key key, forged;
	struct fixture fixture;
	const struct next_ds_entry *entries = fixture.facts.entries;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	signing_key_forge(&forged, &key, 0, 1);
	text_add(&text, SOA);
	add_key(&text, &key);
	add_key_as(&text, "CDNSKEY", &key);
	add_ds_as(&text, "CDS", &forged, 2);
	/* The true digest without its last octet. */
	add_ds_as(&text, "CDS", &key, 2);
	text.used -= strlen("00\n");
	text_add(&text, "\n");
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n_cds, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(entries[i].tag, signing_key_tag(&key));
		ck_assert_int_eq(entries[i].key, -1);
		ck_assert(!entries[i].has_twin);
	}
	ck_assert(!entries[2].has_twin);
	ck_assert_int_eq(entries[2].key, 0);
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

START_TEST(a_cds_of_an_unknown_digest_type_goes_by_the_tag)
{
	struct text_writer text = {.text = NULL};
	struct signing_key key;
	struct fixture fixture;
	const struct next_ds_entry *entries = fixture.facts.entries;

	signing_key_init(&key, ALG_ED25519, 257, 1);
	text_add(&text, SOA);
	add_key(&text, &key);
	add_key_as(&text, "CDNSKEY", &key);
	text_printf(&text, "@ 60 CDS %u 15 99 0011\n", signing_key_tag(&key));
	text_printf(&text, "@ 60 CDS %u 15 99 0011\n", signing_key_tag(&key) ^ 1);
	text_printf(&text, "@ 60 CDS %u 13 99 0011\n", signing_key_tag(&key));
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n_cds, 3);
	for (size_t i = 0; i < 3; i++) {
		bool is_of = entries[i].tag == signing_key_tag(&key) && entries[i].algorithm == 15;

		ck_assert_int_eq(entries[i].key, is_of ? 0 : -1);
		ck_assert(entries[i].has_twin == is_of);
	}
	fixture_clear(&fixture);
	signing_key_clear(&key);
}
END_TEST

/* RFC 8078 section 4: CDS 0 0 0 00, CDNSKEY 0 3 0 AA==, in exactly this form. */
START_TEST(delete_forms_are_known_and_only_the_exact_ones_are_well_formed)
{
	static const struct {
		const char *record;
		bool is_delete, is_well_formed;
	} forms[] = {
	    {"CDS 0 0 0 00", true, true},
	    {"CDS 0 0 0 0000", true, false},
	    {"CDS 0 0 0 01", true, false},
	    {"CDS 1 0 0 00", true, false},
	    {"CDS 0 0 1 00", true, false},
	    {"CDS 0 8 0 00", false, false},
	    {"CDNSKEY 0 3 0 AA==", true, true},
	    {"CDNSKEY 0 3 0 AAA=", true, false},
	    {"CDNSKEY 0 3 0 AQ==", true, false},
	    {"CDNSKEY 1 3 0 AA==", true, false},
	    {"CDNSKEY 0 0 0 AA==", true, false},
	    {"CDNSKEY 0 3 8 AA==", false, false},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct text_writer text = {.text = NULL};
		struct fixture fixture;

		text_printf(&text, SOA "@ 60 %s\n", forms[i].record);
		fixture_init(&fixture, &text);
		ck_assert_uint_eq(fixture.facts.n, 1);
		ck_assert_msg(fixture.facts.entries[0].is_delete == forms[i].is_delete, "%s",
		    forms[i].record);
		ck_assert_msg(fixture.facts.entries[0].is_well_formed == forms[i].is_well_formed,
		    "%s", forms[i].record);
		ck_assert(!fixture.facts.entries[0].has_twin);
		fixture_clear(&fixture);
	}
}
END_TEST

START_TEST(both_delete_forms_are_twins)
{
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	text_add(&text, SOA "@ 60 CDS 0 0 0 00\n@ 60 CDNSKEY 0 3 0 AA==\n");
	fixture_init(&fixture, &text);
	ck_assert_uint_eq(fixture.facts.n, 2);
	ck_assert(fixture.facts.entries[0].has_twin && fixture.facts.entries[1].has_twin);
	ck_assert_int_eq(fixture.facts.entries[0].key, -1);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(the_first_records_of_each_kind_are_looked_at)
{
	struct text_writer text = {.text = NULL};
	struct fixture fixture;

	text_add(&text, SOA);
	for (int i = 0; i < ZG_DS_MAX + _i; i++)
		text_printf(&text, "@ 60 CDS %d 8 2 00\n@ 60 CDNSKEY %d 3 8 AAAA\n", i, i);
	fixture_init(&fixture, &text);
	ck_assert(fixture.facts.too_many == (_i > 0));
	ck_assert_uint_eq(fixture.facts.n, NEXT_DS_MAX);
	ck_assert_uint_eq(fixture.facts.n_cds, ZG_DS_MAX);
	ck_assert_uint_eq(fixture.facts.n_cdnskey, ZG_DS_MAX);
	for (size_t i = 0; i < fixture.facts.n; i++)
		ck_assert(fixture.facts.entries[i].is_cds == (i < ZG_DS_MAX));
	fixture_clear(&fixture);
}
END_TEST

static Suite *
next_ds_suite(void)
{
	Suite *suite = suite_create("next_ds");
	TCase *tcase = tcase_create("next_ds");

	tcase_add_test(tcase, without_records_nothing_is_asked_for);
	tcase_add_loop_test(tcase, cds_and_cdnskey_of_one_key_are_twins_for_each_digest_type, 0, 3);
	tcase_add_test(tcase, records_of_different_keys_are_no_twins);
	tcase_add_test(tcase, the_digest_of_a_cds_decides_not_the_tag);
	tcase_add_test(tcase, a_cds_of_an_unknown_digest_type_goes_by_the_tag);
	tcase_add_test(tcase, delete_forms_are_known_and_only_the_exact_ones_are_well_formed);
	tcase_add_test(tcase, both_delete_forms_are_twins);
	tcase_add_loop_test(tcase, the_first_records_of_each_kind_are_looked_at, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(next_ds_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
