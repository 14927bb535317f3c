/* The merge walk over two zones. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zone/zone_diff.h"
#include "zone_fixture.h"

#define SOA "@ 3600 IN SOA ns hostmaster 1 7200 3600 1209600 3600\n"

/*
 * The walk as text: "<" and ">" for what is in one zone only, "=" for what is in both. Owners by
 * their first label, records by their type.
 */
static void
walk(const struct zone *before, const struct zone *after, char *text, size_t size)
{
	struct zone_diff diff;
	size_t used = 0;

	text[0] = '\0';
	zone_diff_init(&diff, before, after);
	while (zone_diff_next_owner(&diff)) {
		bool in_before = diff.owners[DIFF_BEFORE] != NO_OWNER;
		bool in_after = diff.owners[DIFF_AFTER] != NO_OWNER;
		const uint8_t *name = in_before ? zone_owner_name(before, diff.owners[DIFF_BEFORE])
						: zone_owner_name(after, diff.owners[DIFF_AFTER]);

		used += (size_t)snprintf(text + used, size - used, "%c%.*s",
		    in_before && in_after ? '=' : (in_before ? '<' : '>'), name[0],
		    (const char *)name + 1);
		while (zone_diff_next_record(&diff)) {
			uint32_t b = diff.records[DIFF_BEFORE], a = diff.records[DIFF_AFTER];

			ck_assert(b != NO_RECORD || a != NO_RECORD);
			used += (size_t)snprintf(text + used, size - used, "%c%u",
			    b != NO_RECORD && a != NO_RECORD ? '=' : (a == NO_RECORD ? '<' : '>'),
			    b != NO_RECORD ? zone_record(before, b)->type
					   : zone_record(after, a)->type);
		}
		ck_assert_uint_lt(used, size - 64);
	}
}

static void
assert_walk(const char *before_text, const char *after_text, const char *expected)
{
	struct zone *before = zone_fixture("z.", before_text);
	struct zone *after = zone_fixture("z.", after_text);
	char text[1024];

	walk(before, after, text, sizeof(text));
	ck_assert_str_eq(text, expected);
	zone_free(before);
	zone_free(after);
}

START_TEST(equal_zones_are_equal_whatever_their_order_and_case)
{
	assert_walk(SOA "@ NS ns\nNs A 192.0.2.1\na NS NS.B\n",
	    SOA "a NS ns.b\nns A 192.0.2.1\n@ NS NS\n", "=z=2=6=a=2=ns=1");
}
END_TEST

START_TEST(owners_of_one_zone_only_are_told_apart)
{
	assert_walk(SOA "a A 192.0.2.1\nc A 192.0.2.1\n",
	    SOA "b A 192.0.2.1\nc A 192.0.2.1\nd A 192.0.2.1\n", "=z=6<a<1>b>1=c=1>d>1");
}
END_TEST

START_TEST(records_of_one_zone_only_are_told_apart)
{
	assert_walk(SOA "a A 192.0.2.2\na A 192.0.2.1\na TXT x\n",
	    SOA "a A 192.0.2.3\na A 192.0.2.2\na AAAA ::1\n", "=z=6=a<1=1>1<16>28");
}
END_TEST

/* The same octets and more: the shorter RDATA sorts first (RFC 4034 section 6.3). */
START_TEST(rdata_that_begins_alike_differs)
{
	assert_walk(
	    SOA "a TYPE65280 \\# 2 0102\n", SOA "a TYPE65280 \\# 3 010203\n", "=z=6=a<65280>65280");
	assert_walk(
	    SOA "a TYPE65280 \\# 3 010203\n", SOA "a TYPE65280 \\# 2 0102\n", "=z=6=a>65280<65280");
}
END_TEST

START_TEST(ttl_is_not_looked_at)
{
	assert_walk(SOA "a 1 A 192.0.2.1\n", SOA "a 2 A 192.0.2.1\n", "=z=6=a=1");
}
END_TEST

/* Names of equal length and names below others come in canonical order, not in that of octets. */
START_TEST(canonical_order_is_walked)
{
	assert_walk(SOA "b.a A 192.0.2.1\nc.a A 192.0.2.1\n",
	    SOA "a A 192.0.2.1\nb.a A 192.0.2.1\nab A 192.0.2.1\n", "=z=6>a>1=b=1<c<1>ab>1");
	assert_walk(SOA "z.a A 192.0.2.1\nc A 192.0.2.1\n", SOA "b A 192.0.2.1\nc A 192.0.2.1\n",
	    "=z=6<z<1>b>1=c=1");
}
END_TEST

START_TEST(zones_without_records_are_walked)
{
	struct zone *full = zone_fixture("z.", SOA), *empty = zone_fixture("z.", "");
	char text[128];

	walk(empty, empty, text, sizeof(text));
	ck_assert_str_eq(text, "");
	walk(full, empty, text, sizeof(text));
	ck_assert_str_eq(text, "<z<6");
	walk(empty, full, text, sizeof(text));
	ck_assert_str_eq(text, ">z>6");
	zone_free(full);
	zone_free(empty);
}
END_TEST

START_TEST(rrsets_are_compared_by_rdata)
{
	struct zone *a = zone_fixture("z.", SOA "n 1 NS x\nn 1 NS y\nm NS x\n");
	struct zone *b =
	    zone_fixture("z.", SOA "n 2 NS y\nn 2 NS x\nm NS y\nl NS x\nl NS y\nl NS w\n");
	uint32_t n = zone_fixture_owner(a, "n.z."), m = zone_fixture_owner(a, "m.z.");
	uint32_t b_n = zone_fixture_owner(b, "n.z."), b_m = zone_fixture_owner(b, "m.z.");

	ck_assert(zone_diff_same_rrset(a, n, b, b_n, RR_NS));
	ck_assert(!zone_diff_same_rrset(a, m, b, b_m, RR_NS));
	ck_assert(!zone_diff_same_rrset(a, n, b, zone_fixture_owner(b, "l.z."), RR_NS));
	ck_assert(zone_diff_same_rrset(a, n, b, b_m, RR_DS));
	ck_assert(!zone_diff_same_rrset(a, NO_OWNER, b, b_n, RR_NS));
	ck_assert(zone_diff_same_rrset(a, NO_OWNER, b, b_n, RR_DS));
	ck_assert(zone_diff_same_rrset(a, NO_OWNER, b, NO_OWNER, RR_NS));
	zone_free(a);
	zone_free(b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("zone_diff");
	TCase *tcase = tcase_create("zone_diff");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, equal_zones_are_equal_whatever_their_order_and_case);
	tcase_add_test(tcase, owners_of_one_zone_only_are_told_apart);
	tcase_add_test(tcase, records_of_one_zone_only_are_told_apart);
	tcase_add_test(tcase, rdata_that_begins_alike_differs);
	tcase_add_test(tcase, ttl_is_not_looked_at);
	tcase_add_test(tcase, canonical_order_is_walked);
	tcase_add_test(tcase, zones_without_records_are_walked);
	tcase_add_test(tcase, rrsets_are_compared_by_rdata);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
