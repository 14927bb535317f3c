/* Records to the immutable zone: order, duplicates, cuts, look-ups. */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "zone/zone.h"
#include "zone_fixture.h"

#define SOA "@ 3600 IN SOA ns hostmaster 1 7200 3600 1209600 3600\n"

static uint64_t
defects_of(const struct zone *zone, enum defect defect)
{
	return zone->defects.tallies[defect].count;
}

static uint16_t
flags_of(const struct zone *zone, const char *name)
{
	return zone->owners[zone_fixture_owner(zone, name)].flags;
}

START_TEST(owners_stand_in_the_canonical_order_of_rfc4034_section_6_1)
{
	static const char *const sorted[] = {"example.", "a.example.", "yljkjljk.a.example.",
	    "z.a.example.", "zabc.a.example.", "z.example.", "\\001.z.example.", "*.z.example.",
	    "\\200.z.example."};
	struct zone *zone = zone_fixture("example.",
	    "\\200.z 1 A 192.0.2.1\nz.a 1 A 192.0.2.1\n*.z 1 A 192.0.2.1\nyljkjljk.a 1 A "
	    "192.0.2.1\n"
	    "Z 1 A 192.0.2.1\n" SOA
	    "zABC.a 1 A 192.0.2.1\n\\001.z 1 A 192.0.2.1\na 1 A 192.0.2.1\n");
	char text[NAME_TEXT_MAX];

	ck_assert_uint_eq(zone->n_owners, 9);
	for (uint32_t i = 0; i < 9; i++) {
		(void)name_to_text(zone_owner_name(zone, i), text);
		/* name_to_text writes the asterisk plain. */
		ck_assert_str_eq(text, sorted[i]);
		ck_assert_uint_eq(zone_find(zone, zone_owner_name(zone, i)), i);
	}
	zone_free(zone);
}
END_TEST

/* Labels with octets 0 and 1 beside shorter labels: where a sort key could go wrong. */
START_TEST(the_sort_key_never_contradicts_the_canonical_order)
{
	static const char *const names[] = {"z.", "a.z.", "\\000.z.", "\\001.z.", "a\\000.z.",
	    "a\\000b.z.", "a\\001.z.", "x.a.z.", "\\000.a.z.", "ab.z.", "abcdefg.z.", "abcdefgh.z.",
	    "abcdefg\\000.z.", "x.abcdefg.z.", "\\255.z.", "a\\001\\002.z.", "\\001\\001.z.",
	    "\\001\\000.z."};
	size_t n = sizeof(names) / sizeof(names[0]);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			uint8_t a[ZG_NAME_MAX], b[ZG_NAME_MAX];
			const char *why;
			uint64_t x, y;

			ck_assert(name_from_text(names[i], strlen(names[i]), NULL, a, &why) > 0);
			ck_assert(name_from_text(names[k], strlen(names[k]), NULL, b, &why) > 0);
			x = name_sort_key(a, 1);
			y = name_sort_key(b, 1);
			if (x < y)
				ck_assert_int_lt(name_compare(a, b), 0);
			else if (x > y)
				ck_assert_int_gt(name_compare(a, b), 0);
		}
	}
}
END_TEST

START_TEST(scattered_records_of_one_owner_come_together_sorted)
{
	struct zone *zone = zone_fixture(
	    "z.", SOA "a 1 TXT b\nb 1 A 192.0.2.9\na 1 TXT a\nb 1 A 192.0.2.1\nA 1 A 192.0.2.7\n");
	struct rrset set;
	uint32_t a = zone_fixture_owner(zone, "a.z.");

	ck_assert_uint_eq(zone->n_owners, 3);
	ck_assert_uint_eq(zone->n_records, 6);
	ck_assert(zone_rrset(zone, a, RR_TXT, &set));
	ck_assert_uint_eq(set.count, 2);
	ck_assert_int_eq(zone_rdata(zone, set.first)[1], 'a');
	ck_assert_int_eq(zone_rdata(zone, set.first + 1)[1], 'b');
	ck_assert(zone_rrset(zone, a, RR_A, &set));
	ck_assert_uint_eq(set.count, 1);
	ck_assert(!zone_rrset(zone, a, RR_AAAA, &set));
	zone_free(zone);
}
END_TEST

START_TEST(a_thousand_shuffled_owners_are_sorted_and_found)
{
	struct zone *zone;
	char *text = malloc(100000);
	size_t used;

	ck_assert_ptr_nonnull(text);
	used = (size_t)snprintf(text, 100000, "%s", SOA);
	for (unsigned i = 0; i < 1000; i++)
		used += (size_t)snprintf(
		    text + used, 100000 - used, "n%u 1 A 192.0.2.1\n", (i * 617) % 1000);
	zone = zone_fixture("z.", text);
	free(text);
	ck_assert_uint_eq(zone->n_owners, 1001);
	for (uint32_t i = 1; i < zone->n_owners; i++) {
		ck_assert_int_lt(
		    name_compare(zone_owner_name(zone, i - 1), zone_owner_name(zone, i)), 0);
		ck_assert_uint_eq(zone_find(zone, zone_owner_name(zone, i)), i);
	}
	zone_free(zone);
}
END_TEST

/* Groups of every size, in which each third name is none of the zone. */
START_TEST(names_are_found_together_as_one_by_one)
{
	static char text[16384];
	const uint8_t absent[] = "\4gone\1z";
	const uint8_t *names[ZONE_GROUP];
	uint32_t owners[ZONE_GROUP];
	struct zone *zone, *empty = zone_fixture("z.", "");
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", SOA);

	for (unsigned i = 0; i < 100; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "n%u 1 TXT x\n", i);
	zone = zone_fixture("z.", text);
	for (size_t n = 0; n <= ZONE_GROUP; n++) {
		for (size_t i = 0; i < n; i++)
			names[i] = i % 3 == 2 ? absent
					      : zone_owner_name(zone, (uint32_t)(n + i * 2) % 101);
		zone_find_group(zone, names, n, owners);
		for (size_t i = 0; i < n; i++)
			ck_assert_uint_eq(
			    owners[i], i % 3 == 2 ? NO_OWNER : (uint32_t)(n + i * 2) % 101);
		zone_find_group(empty, names, n, owners);
		for (size_t i = 0; i < n; i++)
			ck_assert_uint_eq(owners[i], NO_OWNER);
	}
	zone_free(empty);
	zone_free(zone);
}
END_TEST

START_TEST(duplicates_are_counted_and_taken_out)
{
	struct zone *zone =
	    zone_fixture("z.", SOA "a 1 A 192.0.2.1\na 1 A 192.0.2.2\na 1 A 192.0.2.1\n");
	struct rrset set;

	ck_assert_uint_eq(defects_of(zone, DEFECT_DUPLICATE), 1);
	ck_assert_uint_eq(zone->defects.tallies[DEFECT_DUPLICATE].examples[0].line, 4);
	ck_assert(zone_rrset(zone, zone_fixture_owner(zone, "a.z."), RR_A, &set));
	ck_assert_uint_eq(set.count, 2);
	zone_free(zone);
}
END_TEST

START_TEST(unequal_ttls_are_counted_once_for_each_record_that_differs)
{
	struct zone *zone = zone_fixture("z.", SOA "a 1 A 192.0.2.1\na 2 A 192.0.2.2\n"
						   "b 1 A 192.0.2.1\nb 2 A 192.0.2.1\n");

	ck_assert_uint_eq(defects_of(zone, DEFECT_TTL_UNEQUAL), 2);
	ck_assert_uint_eq(defects_of(zone, DEFECT_DUPLICATE), 0);
	ck_assert_uint_eq(zone->n_records, 4);
	zone_free(zone);
}
END_TEST

START_TEST(soa_is_wanted_once_and_at_the_apex)
{
	struct zone *zone = zone_fixture("z.", SOA SOA "a 1 SOA ns hostmaster 1 2 3 4 5\n");

	ck_assert_uint_eq(defects_of(zone, DEFECT_SOA_MULTIPLE), 1);
	ck_assert_uint_eq(defects_of(zone, DEFECT_SOA_NOT_APEX), 1);
	ck_assert_uint_eq(defects_of(zone, DEFECT_SOA_MISSING), 0);
	zone_free(zone);
	zone = zone_fixture("z.", "@ 1 NS ns\n");
	ck_assert_uint_eq(defects_of(zone, DEFECT_SOA_MISSING), 1);
	ck_assert(zone->has_apex);
	zone_free(zone);
	zone = zone_fixture("z.", "a 1 NS ns\n");
	ck_assert_uint_eq(defects_of(zone, DEFECT_SOA_MISSING), 1);
	ck_assert(!zone->has_apex);
	zone_free(zone);
}
END_TEST

START_TEST(what_lies_outside_is_counted_and_left_out)
{
	struct zone *zone = zone_fixture("z.", SOA "other. 1 A 192.0.2.1\nxz. 1 A 192.0.2.1\n");

	ck_assert_uint_eq(defects_of(zone, DEFECT_OUT_OF_ZONE), 2);
	ck_assert_uint_eq(zone->n_owners, 1);
	zone_free(zone);
}
END_TEST

START_TEST(cuts_glue_and_occluded_names_are_marked)
{
	struct zone *zone = zone_fixture("z.",
	    SOA "@ 1 NS ns\nsub 1 NS a.sub\na.sub 1 A 192.0.2.1\nb.a.sub 1 NS x.\nsec 1 NS x.\n"
		"sec 1 DS 1 13 2 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
		"subs 1 A 192.0.2.1\nd 1 DNAME x.\na.d 1 A 192.0.2.1\nns 1 A 192.0.2.1\n");

	ck_assert_uint_eq(flags_of(zone, "z."), OWNER_APEX);
	ck_assert_uint_eq(flags_of(zone, "sub.z."), OWNER_CUT);
	ck_assert_uint_eq(flags_of(zone, "a.sub.z."), OWNER_BELOW_CUT);
	ck_assert_uint_eq(flags_of(zone, "b.a.sub.z."), OWNER_BELOW_CUT);
	ck_assert_uint_eq(flags_of(zone, "sec.z."), OWNER_CUT | OWNER_SECURE);
	ck_assert_uint_eq(flags_of(zone, "subs.z."), 0);
	ck_assert_uint_eq(flags_of(zone, "d.z."), 0);
	ck_assert_uint_eq(flags_of(zone, "a.d.z."), OWNER_BELOW_DNAME);
	zone_free(zone);
}
END_TEST

START_TEST(nsec3_owners_are_marked_unless_they_are_names_as_well)
{
	struct zone *zone = zone_fixture("z.", SOA
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 1 NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr\n"
	    "2t7b4g4vsa5smi47k61mv5bv1a22bojr 1 NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n"
	    "2t7b4g4vsa5smi47k61mv5bv1a22bojr 1 A 192.0.2.1\n");

	ck_assert_uint_eq(flags_of(zone, "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.z."), OWNER_NSEC3);
	ck_assert_uint_eq(flags_of(zone, "2t7b4g4vsa5smi47k61mv5bv1a22bojr.z."), 0);
	ck_assert_uint_eq(zone_previous_name(zone,
			      zone_fixture_owner(zone, "2t7b4g4vsa5smi47k61mv5bv1a22bojr.z.")),
	    0);
	zone_free(zone);
}
END_TEST

START_TEST(must_sign_is_what_rfc4035_section_2_2_says)
{
	struct zone *zone = zone_fixture("z.",
	    SOA "@ 1 NS ns\nsub 1 NS a.sub\nsub 1 A 192.0.2.1\n"
		"sub 1 DS 1 13 2 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
		"a.sub 1 A 192.0.2.1\n");
	struct rrset set;
	uint32_t sub = zone_fixture_owner(zone, "sub.z.");

	ck_assert(zone_rrset(zone, 0, RR_NS, &set) && zone_must_sign(zone, &set));
	ck_assert(zone_rrset(zone, sub, RR_NS, &set) && !zone_must_sign(zone, &set));
	ck_assert(zone_rrset(zone, sub, RR_A, &set) && !zone_must_sign(zone, &set));
	ck_assert(zone_rrset(zone, sub, RR_DS, &set) && zone_must_sign(zone, &set));
	ck_assert(zone_rrset(zone, zone_fixture_owner(zone, "a.sub.z."), RR_A, &set) &&
		  !zone_must_sign(zone, &set));
	zone_free(zone);
}
END_TEST

START_TEST(common_labels_are_counted_from_the_root)
{
	struct zone *zone = zone_fixture("z.", SOA "a.b.c 1 A 192.0.2.1\nx.c 1 A 192.0.2.1\n"
						   "bb.c 1 A 192.0.2.1\n");

	ck_assert_uint_eq(zone_common_labels(zone, zone_fixture_owner(zone, "a.b.c.z."),
			      zone_fixture_owner(zone, "x.c.z.")),
	    2);
	ck_assert_uint_eq(zone_common_labels(zone, zone_fixture_owner(zone, "a.b.c.z."), 0), 1);
	ck_assert_uint_eq(zone_common_labels(zone, zone_fixture_owner(zone, "a.b.c.z."),
			      zone_fixture_owner(zone, "bb.c.z.")),
	    2);
	zone_free(zone);
}
END_TEST

START_TEST(names_are_found_in_any_letter_case)
{
	struct zone *zone = zone_fixture("z.", SOA "AbC 1 A 192.0.2.1\n");
	static const uint8_t upper[] = {3, 'A', 'B', 'C', 1, 'Z', 0},
			     absent[] = {1, 'q', 1, 'z', 0};

	ck_assert_uint_eq(zone_find(zone, upper), 1);
	ck_assert_uint_eq(zone_find(zone, absent), NO_OWNER);
	zone_free(zone);
}
END_TEST

/* Text of many owners; each line is added as it is. */
struct long_text {
	char *text;
	size_t used, size;
};

PRINTF_LIKE(2, 3)
static void
add(struct long_text *text, const char *format, ...)
{
	va_list ap;

	if (text->size - text->used < 256) {
		text->size = text->size * 2 + 4096;
		text->text = realloc(text->text, text->size);
		ck_assert_ptr_nonnull(text->text);
	}
	va_start(ap, format);
	text->used +=
	    (size_t)vsnprintf(text->text + text->used, text->size - text->used, format, ap);
	va_end(ap);
}

/* More owners than a thread takes at once, in every order that matters: below a cut, below a DNAME,
 * deep without either, and between them. */
static char *
many_owners(const char *apex, const char *outside)
{
	struct long_text text = {.text = NULL};

	add(&text, "%s%s", SOA, apex);
	add(&text, "cut NS ns.cut\nred DNAME example.\n");
	for (unsigned i = 0; i < 20000; i++) {
		add(&text, "n%u.cut A 192.0.2.1\n", i);
		add(&text, "n%u.red A 192.0.2.1\n", i);
		add(&text, "n%u.deep.er A 192.0.2.1\n", i);
		add(&text, "t%u NS ns\n", i);
	}
	add(&text, "%s", outside);
	return text.text;
}

static void
assert_same_zone(const struct zone *a, const struct zone *b)
{
	ck_assert_uint_eq(a->n_owners, b->n_owners);
	for (uint32_t i = 0; i < a->n_owners; i++) {
		if (a->owners[i].flags != b->owners[i].flags ||
		    !name_equal(zone_owner_name(a, i), zone_owner_name(b, i)))
			ck_abort_msg("owner %lu differs", (unsigned long)i);
	}
	for (int i = 0; i < DEFECT_READING_END; i++)
		ck_assert_uint_eq(a->defects.tallies[i].count, b->defects.tallies[i].count);
}

START_TEST(many_threads_build_the_zone_of_one)
{
	static const char *const apexes[] = {"", "@ DNAME example.net.\n"};
	static const char *const others[] = {"",
	    "x.elsewhere. A 192.0.2.1\nxexample. A 192.0.2.1\nx.exampla. A 192.0.2.1\n",
	    "n7.cut AAAA 2001:db8::1\n"};
	const char *apex = apexes[_i % 2], *other = others[_i / 2];
	char *text = many_owners(apex, other);
	struct zone *one = zone_fixture_threads("example.", text, 1);

	ck_assert_uint_eq(flags_of(one, "n19999.cut.example."),
	    apex[0] == '\0' ? OWNER_BELOW_CUT : OWNER_BELOW_DNAME);
	ck_assert_uint_eq(flags_of(one, "n19999.red.example."), OWNER_BELOW_DNAME);
	ck_assert_uint_eq(
	    flags_of(one, "t9999.example."), apex[0] == '\0' ? OWNER_CUT : OWNER_BELOW_DNAME);
	ck_assert_uint_eq(
	    flags_of(one, "n19999.deep.er.example."), apex[0] == '\0' ? 0 : OWNER_BELOW_DNAME);
	ck_assert_uint_eq(defects_of(one, DEFECT_OUT_OF_ZONE), _i / 2 == 1 ? 3 : 0);
	for (unsigned threads = 2; threads <= 8; threads += 3) {
		struct zone *many = zone_fixture_threads("example.", text, threads);

		assert_same_zone(one, many);
		zone_free(many);
	}
	zone_free(one);
	free(text);
}
END_TEST

START_TEST(the_owners_behind_one_are_found_beside_it)
{
	struct zone *zone = zone_fixture(
	    "example.", SOA "a NS ns1.a\nns1.a A 192.0.2.1\nns2.a A 192.0.2.2\nz A 192.0.2.1\n");
	uint32_t cut = zone_fixture_owner(zone, "a.example.");

	ck_assert_uint_eq(zone_find_next(zone, cut, zone_owner_name(zone, cut + 2)), cut + 2);
	ck_assert_uint_eq(zone_find_next(zone, cut, zone_owner_name(zone, 0)), NO_OWNER);
	ck_assert_uint_eq(
	    zone_find_next(zone, (uint32_t)zone->n_owners - 1, zone_owner_name(zone, cut)),
	    NO_OWNER);
	zone_free(zone);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("zone_build");
	TCase *tcase = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, owners_stand_in_the_canonical_order_of_rfc4034_section_6_1);
	tcase_add_test(tcase, the_sort_key_never_contradicts_the_canonical_order);
	tcase_add_test(tcase, scattered_records_of_one_owner_come_together_sorted);
	tcase_add_test(tcase, a_thousand_shuffled_owners_are_sorted_and_found);
	tcase_add_test(tcase, duplicates_are_counted_and_taken_out);
	tcase_add_test(tcase, unequal_ttls_are_counted_once_for_each_record_that_differs);
	tcase_add_test(tcase, soa_is_wanted_once_and_at_the_apex);
	tcase_add_test(tcase, what_lies_outside_is_counted_and_left_out);
	tcase_add_test(tcase, cuts_glue_and_occluded_names_are_marked);
	tcase_add_test(tcase, nsec3_owners_are_marked_unless_they_are_names_as_well);
	tcase_add_test(tcase, must_sign_is_what_rfc4035_section_2_2_says);
	tcase_add_test(tcase, common_labels_are_counted_from_the_root);
	tcase_add_test(tcase, names_are_found_in_any_letter_case);
	tcase_add_test(tcase, names_are_found_together_as_one_by_one);
	tcase_add_loop_test(tcase, many_threads_build_the_zone_of_one, 0, 6);
	tcase_add_test(tcase, the_owners_behind_one_are_found_beside_it);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
