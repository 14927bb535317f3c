/* The signed zone held against the registry's. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/change.h"
#include "zone_fixture.h"

#define SOA(serial)    "@ 3600 IN SOA ns hostmaster " serial " 7200 3600 1209600 3600\n"
#define DS	       "DS 1 13 2 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\n"
#define DATA	       "@ 3600 NS ns\nns 60 A 192.0.2.1\na 3600 NS n.x.\na 3600 " DS
#define RRSIG(covered) "3600 RRSIG " covered " 13 1 3600 20300101000000 20200101000000 1 z. AAAA\n"

/* Everything that a signer adds. */
#define SIGNED                                                                                     \
	"@ 3600 DNSKEY 257 3 13 AAAA\n@ " RRSIG("DNSKEY") "@ " RRSIG(                              \
	    "NS") "@ 3600 NSEC a NS\na 3600 NSEC z. NS\na " RRSIG("DS") "@ 0 NSEC3PARAM 1 0 0 -\n" \
									"0p9mhaveqvm6t7vbl5lop2u3" \
									"t2rp3tom 60 NSEC3 1 0 0 " \
									"- "                       \
									"2T7B4G4VSA5SMI47K61MV5BV" \
									"1A22BOJR A\n"             \
									"0p9mhaveqvm6t7vbl5lop2u3" \
									"t2rp3tom " RRSIG(         \
									    "NSEC3") "@ 0 CDS 0 "  \
										     "0 0 00\n@ "  \
										     "0 CDNSKEY "  \
										     "0 3 0 "      \
										     "AA==\n@ 60 " \
										     "ZONEMD 1 1 " \
										     "240 "        \
										     "00010203040" \
										     "5060708090a" \
										     "0b\n"        \
										     "@ 0 "        \
										     "TYPE65534 "  \
										     "\\# 5 "      \
										     "0d00010001"  \
										     "\n"

struct outcome {
	struct unsigned_facts facts;
	struct defects defects;
};

static struct outcome
compare(const char *signed_text, const char *registry_text)
{
	struct zone *zone = zone_fixture("z.", signed_text);
	struct zone *registry = zone_fixture("z.", registry_text);
	struct outcome outcome;
	struct zg_error error = {""};

	defects_init(&outcome.defects, 5);
	ck_assert_msg(
	    unsigned_compute(zone, registry, &outcome.facts, &outcome.defects, &error) == ZG_OK,
	    "%s", error.text);
	ck_assert_uint_eq(
	    outcome.facts.n_missing, outcome.defects.tallies[DEFECT_UNSIGNED_MISSING].count);
	ck_assert_uint_eq(
	    outcome.facts.n_extra, outcome.defects.tallies[DEFECT_UNSIGNED_EXTRA].count);
	/* The digests are the second opinion. */
	ck_assert_int_eq(
	    outcome.facts.digest_equal, outcome.facts.n_missing == 0 && outcome.facts.n_extra == 0);
	zone_free(zone);
	zone_free(registry);
	return outcome;
}

static void
assert_differences(
    const char *signed_text, const char *registry_text, uint64_t missing, uint64_t extra)
{
	struct outcome outcome = compare(signed_text, registry_text);

	ck_assert_uint_eq(outcome.facts.n_missing, missing);
	ck_assert_uint_eq(outcome.facts.n_extra, extra);
	defects_clear(&outcome.defects);
}

START_TEST(signed_zone_equals_its_registry_zone)
{
	assert_differences(SOA("2") DATA SIGNED, SOA("1") DATA, 0, 0);
	assert_differences(SOA("1") DATA, SOA("1") DATA, 0, 0);
}
END_TEST

/* A registry zone that was signed before, by another signer. */
START_TEST(both_zones_are_stripped)
{
	assert_differences(SOA("2") DATA SIGNED,
	    SOA("1") DATA "@ 60 DNSKEY 256 3 8 AAAB\nns 60 NSEC z. A\n", 0, 0);
}
END_TEST

START_TEST(lost_record_is_missing)
{
	struct outcome outcome = compare(
	    SOA("2") "@ 3600 NS ns\nns 60 A 192.0.2.1\na 3600 NS n.x.\n" SIGNED, SOA("1") DATA);
	const struct tally *tally = &outcome.defects.tallies[DEFECT_UNSIGNED_MISSING];

	ck_assert_uint_eq(outcome.facts.n_missing, 1);
	ck_assert_uint_eq(outcome.facts.n_extra, 0);
	ck_assert_str_eq(tally->examples[0].owner, "a.z.");
	ck_assert_uint_eq(tally->examples[0].type, RR_DS);
	ck_assert_uint_eq(tally->examples[0].line, 0);
	defects_clear(&outcome.defects);
}
END_TEST

START_TEST(foreign_record_is_extra)
{
	struct outcome outcome = compare(SOA("2") DATA "b 60 NS evil.x.\n" SIGNED, SOA("1") DATA);
	const struct tally *tally = &outcome.defects.tallies[DEFECT_UNSIGNED_EXTRA];

	ck_assert_uint_eq(outcome.facts.n_missing, 0);
	ck_assert_uint_eq(outcome.facts.n_extra, 1);
	ck_assert_str_eq(tally->examples[0].owner, "b.z.");
	ck_assert_uint_eq(tally->examples[0].type, RR_NS);
	ck_assert_uint_eq(tally->examples[0].line, 6);
	defects_clear(&outcome.defects);
}
END_TEST

/* An insecure delegation cut out under opt-out leaves a valid zone: only this comparison shows it.
 */
START_TEST(lost_insecure_delegation_is_missing)
{
	assert_differences(
	    SOA("2") DATA SIGNED, SOA("1") DATA "u 60 NS n.u\nn.u 60 A 192.0.2.9\n", 2, 0);
}
END_TEST

START_TEST(other_ttl_is_missing_and_extra)
{
	assert_differences(SOA("2") DATA "t 60 TXT x\n", SOA("1") DATA "t 61 TXT x\n", 1, 1);
}
END_TEST

START_TEST(soa_is_compared_without_its_serial)
{
	assert_differences(
	    "@ 3600 IN SOA ns hostmaster 9 7200 3600 1209600 3601\n" DATA, SOA("9") DATA, 1, 1);
	assert_differences(
	    "@ 3600 IN SOA nt hostmaster 9 7200 3600 1209600 3600\n" DATA, SOA("9") DATA, 1, 1);
	assert_differences(
	    "@ 60 IN SOA ns hostmaster 8 7200 3600 1209600 3600\n" DATA, SOA("9") DATA, 1, 1);
	assert_differences(DATA, SOA("9") DATA, 1, 0);
	assert_differences(SOA("9") DATA, DATA, 0, 1);
}
END_TEST

/* Below the apex these types are data like any other. */
START_TEST(dnssec_types_below_the_apex_are_compared)
{
	static const char *const records[] = {"w 60 DNSKEY 257 3 13 AAAA\n", "w 60 CDS 0 0 0 00\n",
	    "w 60 CDNSKEY 0 3 0 AA==\n", "w 60 ZONEMD 1 1 240 000102030405060708090a0b\n",
	    "w 60 TYPE65534 \\# 5 0d00010001\n", "w 60 NSEC3PARAM 1 0 0 -\n"};
	char text[1024];

	(void)snprintf(text, sizeof(text), "%s%s", SOA("2") DATA, records[_i]);
	assert_differences(text, SOA("1") DATA, 0, 1);
	assert_differences(SOA("2") DATA, text, 1, 0);
	assert_differences(text, text, 0, 0);
}
END_TEST

START_TEST(empty_zones_are_compared)
{
	assert_differences("", "", 0, 0);
	assert_differences(SOA("1") DATA, "", 0, 5);
	assert_differences("", SOA("1") DATA, 5, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("unsigned");
	TCase *tcase = tcase_create("unsigned");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, signed_zone_equals_its_registry_zone);
	tcase_add_test(tcase, both_zones_are_stripped);
	tcase_add_test(tcase, lost_record_is_missing);
	tcase_add_test(tcase, foreign_record_is_extra);
	tcase_add_test(tcase, lost_insecure_delegation_is_missing);
	tcase_add_test(tcase, other_ttl_is_missing_and_extra);
	tcase_add_test(tcase, soa_is_compared_without_its_serial);
	tcase_add_loop_test(tcase, dnssec_types_below_the_apex_are_compared, 0, 6);
	tcase_add_test(tcase, empty_zones_are_compared);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
