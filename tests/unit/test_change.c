/* The difference to the former zone. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/change.h"
#include "facts/zonemd.h"
#include "zone_fixture.h"

#define SOA(serial)			   "@ 3600 IN SOA ns hostmaster " serial " 7200 3600 1209600 3600\n@ 3600 NS ns\n"
#define DS(algorithm, digest_type, octets) "DS 1 " algorithm " " digest_type " " octets "\n"
#define SHA256(octet)                                                                              \
	octet octet octet octet octet octet octet octet octet octet octet octet octet octet octet  \
	    octet octet octet octet octet octet octet octet octet octet octet octet octet octet    \
		octet octet octet

/* Compares two texts; the former zone is freed by the caller, behind the facts. */
static struct change_facts
compare(const char *before_text, const char *after_text, size_t max_examples, struct zone **before)
{
	struct zone *after = zone_fixture("z.", after_text);
	struct change_facts change;
	struct zg_error error = {""};
	uint8_t digest[48], before_digest[48];

	*before = zone_fixture("z.", before_text);
	ck_assert_int_eq(content_digest(after, digest, &error), ZG_OK);
	ck_assert_int_eq(content_digest(*before, before_digest, &error), ZG_OK);
	ck_assert_msg(change_compute(after, digest, *before, before_digest, max_examples, &change,
			  &error) == ZG_OK,
	    "%s", error.text);
	ck_assert_ptr_eq(change.previous, *before);
	zone_free(after);
	return change;
}

static void
done(struct change_facts *change, struct zone *before)
{
	change_clear(change);
	zone_free(before);
}

static void
assert_counts(
    const struct change_fact *fact, uint64_t before, uint64_t after, uint64_t lost, uint64_t gained)
{
	ck_assert_uint_eq(fact->before, before);
	ck_assert_uint_eq(fact->after, after);
	ck_assert_uint_eq(fact->lost, lost);
	ck_assert_uint_eq(fact->gained, gained);
	ck_assert_uint_eq(fact->lost_examples.count, lost);
}

#define SAME SOA("7") "a NS ns.a\nns.a A 192.0.2.1\nb NS ns.x.\nb " DS("13", "2", SHA256("00"))

START_TEST(equal_zones_have_no_change)
{
	struct zone *before;
	struct change_facts change = compare(SAME, SAME, 5, &before);

	ck_assert(change.same_digest);
	ck_assert(change.had_soa);
	ck_assert_uint_eq(change.soa.serial, 7);
	assert_counts(&change.counts[CHANGE_RECORDS], 5, 5, 0, 0);
	assert_counts(&change.counts[CHANGE_DELEGATIONS], 2, 2, 0, 0);
	assert_counts(&change.counts[CHANGE_SECURE_DELEGATIONS], 1, 1, 0, 0);
	assert_counts(&change.counts[CHANGE_NS_HOSTS], 2, 2, 0, 0);
	ck_assert(!change.apex_ns_changed && !change.apex_keys_changed && !change.denial_changed);
	ck_assert_uint_eq(change.n_new_types, 0);
	for (int i = 0; i < 256; i++)
		ck_assert(!change.new_algorithms[i] && !change.new_digest_types[i]);
	done(&change, before);
}
END_TEST

/* What is lost is counted for itself: as many gains do not hide it. */
START_TEST(delegations_lost_and_gained_are_told_apart)
{
	struct zone *before;
	struct change_facts change = compare(SOA("1") "a NS n.x.\nb NS n.x.\nc NS n.x.\n",
	    SOA("2") "c NS n.x.\nd NS n.x.\ne NS n.x.\n", 1, &before);
	const struct change_fact *fact = &change.counts[CHANGE_DELEGATIONS];

	ck_assert(!change.same_digest);
	assert_counts(fact, 3, 3, 2, 2);
	ck_assert_uint_eq(fact->lost_examples.n_examples, 1);
	ck_assert_str_eq(fact->lost_examples.examples[0].owner, "a.z.");
	ck_assert_uint_eq(fact->lost_examples.examples[0].line, 0);
	done(&change, before);
}
END_TEST

/* NS at the apex, below a cut, or at a name that lost its NS is no delegation. */
START_TEST(only_cuts_are_delegations)
{
	struct zone *before;
	struct change_facts change = compare(SOA("1") "a NS n.x.\nb.a NS n.y.\n",
	    SOA("2") "a A 192.0.2.1\nb.a NS n.y.\n", 5, &before);

	assert_counts(&change.counts[CHANGE_DELEGATIONS], 1, 1, 1, 1);
	done(&change, before);
}
END_TEST

START_TEST(secure_delegation_is_lost_with_its_ds_or_with_its_cut)
{
	struct zone *before;
	struct change_facts change = compare(
	    SOA("1") "a NS n.x.\na " DS("13", "2", SHA256("01")) "b NS n.x.\nb " DS(
		"13", "2", SHA256("02")) "c NS n.x.\nc " DS("13", "2", SHA256("03")) "d NS n.x.\n",
	    SOA("2") "a NS n.x.\nc NS n.x.\nc " DS("13", "2", SHA256("04")) "d NS n.x.\nd " DS(
		"13", "2", SHA256("05")),
	    5, &before);

	assert_counts(&change.counts[CHANGE_SECURE_DELEGATIONS], 3, 2, 2, 1);
	assert_counts(&change.counts[CHANGE_DELEGATIONS], 4, 3, 1, 0);
	done(&change, before);
}
END_TEST

/* Signatures, denial, SOA and ZONEMD change with every release; a TTL is no other record. */
START_TEST(renewed_records_are_not_counted)
{
	struct zone *before;
	struct change_facts change =
	    compare(SOA("1") "@ ZONEMD 1 1 240 000102030405060708090a0b\n@ NSEC a NS SOA RRSIG\n"
			     "@ RRSIG NS 13 1 3600 20300101000000 20200101000000 1 z. AAAA\n"
			     "a 60 A 192.0.2.1\n",
		SOA("2") "@ ZONEMD 2 1 240 0b0102030405060708090a0b\n@ NSEC a NS SOA RRSIG ZONEMD\n"
			 "@ RRSIG NS 13 1 3600 20310101000000 20210101000000 1 z. AAAA\n"
			 "a 61 A 192.0.2.1\n",
		5, &before);

	assert_counts(&change.counts[CHANGE_RECORDS], 2, 2, 0, 0);
	ck_assert(!change.same_digest);
	done(&change, before);
}
END_TEST

START_TEST(records_are_compared_by_content)
{
	struct zone *before;
	struct change_facts change = compare(SOA("1") "a A 192.0.2.1\na A 192.0.2.2\na TXT x\n",
	    SOA("2") "a A 192.0.2.1\na A 192.0.2.3\na TXT x\nb TXT x\n", 5, &before);
	const struct change_fact *fact = &change.counts[CHANGE_RECORDS];

	assert_counts(fact, 4, 5, 1, 2);
	ck_assert_str_eq(fact->lost_examples.examples[0].owner, "a.z.");
	ck_assert_uint_eq(fact->lost_examples.examples[0].type, RR_A);
	done(&change, before);
}
END_TEST

/* A host counts once, in any letter case, and only where it serves a delegation. */
START_TEST(hosts_are_counted_once)
{
	struct zone *before;
	struct change_facts change = compare(
	    SOA("1") "a NS one.x.\na NS two.x.\nb NS ONE.X.\nb NS three.x.\nb.b NS below.x.\n",
	    SOA("2") "a NS two.x.\nb NS four.x.\nc NS two.x.\nd NS FOUR.x.\n", 5, &before);
	const struct change_fact *fact = &change.counts[CHANGE_NS_HOSTS];

	assert_counts(fact, 3, 2, 2, 1);
	ck_assert_str_eq(fact->lost_examples.examples[0].owner, "one.x.");
	ck_assert_str_eq(fact->lost_examples.examples[1].owner, "three.x.");
	done(&change, before);
}
END_TEST

/* More hosts than are gathered at once: 3000 before, of which every third is gone, 500 new. */
START_TEST(many_hosts_are_counted_exactly)
{
	static char before_text[400000], after_text[400000];
	struct zone *before;
	struct change_facts change;
	char *b = before_text + sprintf(before_text, "%s", SOA("1"));
	char *a = after_text + sprintf(after_text, "%s", SOA("2"));

	for (unsigned i = 0; i < 6000; i++) {
		unsigned host = i * 7919 % 3000;

		b += sprintf(b, "d%u NS h%u.x.\n", i, host);
		if (host % 3 != 0)
			a += sprintf(a, "d%u NS h%u.x.\n", i, host);
	}
	for (unsigned i = 0; i < 1000; i++)
		a += sprintf(a, "e%u NS n%u.x.\n", i, i % 500);
	change = compare(before_text, after_text, 3, &before);
	assert_counts(&change.counts[CHANGE_NS_HOSTS], 3000, 2500, 1000, 500);
	assert_counts(&change.counts[CHANGE_DELEGATIONS], 6000, 5000, 2000, 1000);
	done(&change, before);
}
END_TEST

START_TEST(apex_rrsets_are_compared_without_ttl)
{
	struct zone *before;
	struct change_facts change = compare(SOA("1") "@ DNSKEY 257 3 13 AAAA\n@ NS ns2\n",
	    "@ 60 IN SOA ns hostmaster 2 7200 3600 1209600 3600\n@ 60 NS ns2\n@ 60 NS ns\n"
	    "@ 60 DNSKEY 257 3 13 AAAA\n",
	    5, &before);

	ck_assert(!change.apex_ns_changed);
	ck_assert(!change.apex_keys_changed);
	done(&change, before);
	change = compare(SOA("1") "@ DNSKEY 257 3 13 AAAA\n",
	    SOA("2") "@ DNSKEY 257 3 13 AAAB\n@ NS ns2\n", 5, &before);
	ck_assert(change.apex_ns_changed);
	ck_assert(change.apex_keys_changed);
	done(&change, before);
}
END_TEST

#define NSEC3(flags)                                                                               \
	"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 " flags                                          \
	" 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR A\n"

static const struct {
	const char *before, *after;
	bool changed;
} denials[] = {
    {"", "", false},
    {"@ NSEC z. NS\n", "@ NSEC a NS\n", false},
    {"@ NSEC z. NS\n", "@ NSEC3PARAM 1 0 0 -\n" NSEC3("0"), true},
    {"@ NSEC3PARAM 1 0 0 -\n" NSEC3("0"), "@ NSEC z. NS\n", true},
    {"@ NSEC3PARAM 1 0 0 -\n" NSEC3("0"), "@ NSEC3PARAM 1 0 0 -\n" NSEC3("0"), false},
    {"@ NSEC3PARAM 1 0 0 -\n" NSEC3("0"), "@ NSEC3PARAM 1 0 0 -\n" NSEC3("1"), true},
    {"@ NSEC3PARAM 1 0 0 -\n" NSEC3("1"), "@ NSEC3PARAM 1 0 0 -\n" NSEC3("1"), false},
    {"@ NSEC3PARAM 1 0 0 -\n" NSEC3("1"), "@ NSEC3PARAM 1 0 0 -\n" NSEC3("0"), true},
    {"@ NSEC3PARAM 1 0 0 -\n" NSEC3("0"), "@ NSEC3PARAM 1 0 5 -\n" NSEC3("0"), true},
    {"@ NSEC3PARAM 1 0 0 -\n" NSEC3("0"), "@ NSEC3PARAM 1 0 0 AA\n" NSEC3("0"), true},
};
enum { DENIALS = sizeof(denials) / sizeof(denials[0]) };

START_TEST(denial_changes_by_kind_parameters_and_opt_out)
{
	char before_text[512], after_text[512];
	struct zone *before;
	struct change_facts change;

	(void)snprintf(before_text, sizeof(before_text), "%s%s", SOA("1"), denials[_i].before);
	(void)snprintf(after_text, sizeof(after_text), "%s%s", SOA("2"), denials[_i].after);
	change = compare(before_text, after_text, 5, &before);
	ck_assert_int_eq(change.denial_changed, denials[_i].changed);
	done(&change, before);
}
END_TEST

START_TEST(first_appearances_are_found)
{
	struct zone *before;
	struct change_facts change =
	    compare(SOA("1") "a NS n.x.\na " DS("8", "2", SHA256("01")) "old TXT x\n",
		SOA("2") "a NS n.x.\na " DS("13", "2", SHA256("01")) "b NS n.x.\nb " DS("8", "4",
		    SHA256("01") SHA256("01")) "t TYPE65280 \\# 0\nu A 192.0.2.1\nn TXT y\n",
		5, &before);

	ck_assert_uint_eq(change.n_new_types, 2);
	ck_assert_uint_eq(change.new_types[0], RR_A);
	ck_assert_uint_eq(change.new_types[1], 65280);
	for (int i = 0; i < 256; i++) {
		ck_assert_int_eq(change.new_algorithms[i], i == 13);
		ck_assert_int_eq(change.new_digest_types[i], i == 4);
	}
	done(&change, before);
}
END_TEST

/* A DS that is not at a cut says nothing of delegations. */
START_TEST(ds_elsewhere_is_no_first_appearance)
{
	struct zone *before;
	struct change_facts change =
	    compare(SOA("1"), SOA("2") "a " DS("13", "2", SHA256("01")), 5, &before);

	ck_assert(!change.new_algorithms[13]);
	ck_assert(!change.new_digest_types[2]);
	ck_assert_uint_eq(change.n_new_types, 1);
	done(&change, before);
}
END_TEST

START_TEST(surplus_new_types_are_counted)
{
	char text[8192] = SOA("2");
	struct zone *before;
	struct change_facts change;

	for (int i = 0; i < CHANGE_NEW_TYPES_MAX + 6; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "t TYPE%d \\# 0\n",
		    65400 - i);
	change = compare(SOA("1"), text, 5, &before);
	ck_assert_uint_eq(change.n_new_types, CHANGE_NEW_TYPES_MAX + 6);
	ck_assert_uint_eq(change.new_types[0], 65400 - CHANGE_NEW_TYPES_MAX - 5);
	done(&change, before);
}
END_TEST

START_TEST(empty_former_zone_is_compared)
{
	struct zone *before;
	struct change_facts change = compare("", SAME, 5, &before);

	ck_assert(!change.had_soa);
	ck_assert(change.apex_ns_changed);
	assert_counts(&change.counts[CHANGE_RECORDS], 0, 5, 0, 5);
	assert_counts(&change.counts[CHANGE_NS_HOSTS], 0, 2, 0, 2);
	done(&change, before);
	change = compare(SAME, "", 5, &before);
	assert_counts(&change.counts[CHANGE_RECORDS], 5, 0, 5, 0);
	assert_counts(&change.counts[CHANGE_SECURE_DELEGATIONS], 1, 0, 1, 0);
	done(&change, before);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("change");
	TCase *tcase = tcase_create("change");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, equal_zones_have_no_change);
	tcase_add_test(tcase, delegations_lost_and_gained_are_told_apart);
	tcase_add_test(tcase, only_cuts_are_delegations);
	tcase_add_test(tcase, secure_delegation_is_lost_with_its_ds_or_with_its_cut);
	tcase_add_test(tcase, renewed_records_are_not_counted);
	tcase_add_test(tcase, records_are_compared_by_content);
	tcase_add_test(tcase, hosts_are_counted_once);
	tcase_add_test(tcase, many_hosts_are_counted_exactly);
	tcase_add_test(tcase, apex_rrsets_are_compared_without_ttl);
	tcase_add_loop_test(tcase, denial_changes_by_kind_parameters_and_opt_out, 0, DENIALS);
	tcase_add_test(tcase, first_appearances_are_found);
	tcase_add_test(tcase, ds_elsewhere_is_no_first_appearance);
	tcase_add_test(tcase, surplus_new_types_are_counted);
	tcase_add_test(tcase, empty_former_zone_is_compared);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
