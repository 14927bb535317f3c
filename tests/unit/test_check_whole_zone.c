/* Rows about the zone as a whole: each with a zone that fires and a lawful twin. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "row_fixture.h"

#define SOA                                                                                        \
	"@ 3600 IN SOA ns hostmaster 7 7200 3600 1209600 3600\n@ 3600 NS ns\nns 3600 A "           \
	"192.0.2.1\n"
#define DIGEST12 "000102030405060708090a0b"
#define DIGEST48 DIGEST12 DIGEST12 DIGEST12 DIGEST12

/* The digest of SOA in this zone, made by another program. */
#define GOOD                                                                                       \
	"7c9c0878558d2cc95d31d895f650e7f12660df099ee41d64"                                         \
	"93aa38d8d09bde23d9afe8680d8cff74455fa37ba1a3c571"

static uint64_t
count(const char *text, const char *id)
{
	struct row_fixture fixture;
	uint64_t n;

	row_fixture_init(&fixture, text, NULL);
	n = row_fixture_count(&fixture, id);
	row_fixture_clear(&fixture);
	return n;
}

static uint64_t
count_with_use(const char *text, const char *id, enum zonemd_use use)
{
	struct row_fixture fixture;
	uint64_t n;

	row_fixture_init(&fixture, text, NULL);
	fixture.policy.zone.zonemd = use;
	n = row_fixture_count(&fixture, id);
	row_fixture_clear(&fixture);
	return n;
}

static const struct {
	const char *id;
	const char *fires;
	uint64_t count;
} zonemd_rows[] = {
    {"zonemd-mismatch", SOA "@ 60 ZONEMD 7 1 1 " DIGEST48 "\n", 1},
    {"zonemd-mismatch",
	SOA "@ 60 ZONEMD 7 1 1 " GOOD "\n@ 60 ZONEMD 7 1 2 " DIGEST48 DIGEST12 "0c0d0e0f\n", 1},
    {"zonemd-serial", SOA "@ 60 ZONEMD 6 1 1 " GOOD "\n", 1},
    {"zonemd-malformed", SOA "@ 60 ZONEMD 7 1 1 " DIGEST48 "00\n", 1},
    {"zonemd-malformed", SOA "@ 60 ZONEMD 7 1 240 " DIGEST12 "\n@ 60 ZONEMD 7 1 240 " DIGEST48 "\n",
	2},
    {"zonemd-unsupported", SOA "@ 60 ZONEMD 7 1 240 " DIGEST12 "\n@ 60 ZONEMD 7 1 1 " GOOD "\n", 1},
    {"zonemd-not-apex", SOA "ns 60 ZONEMD 7 1 1 " DIGEST48 "\nx 60 ZONEMD 7 1 1 " DIGEST48 "\n", 2},
};
enum { ZONEMD_ROWS = sizeof(zonemd_rows) / sizeof(zonemd_rows[0]) };

START_TEST(zonemd_rows_fire)
{
	ck_assert_uint_eq(count(zonemd_rows[_i].fires, zonemd_rows[_i].id), zonemd_rows[_i].count);
	ck_assert_uint_eq(count_with_use(zonemd_rows[_i].fires, zonemd_rows[_i].id, ZONEMD_REQUIRE),
	    zonemd_rows[_i].count);
}
END_TEST

START_TEST(zonemd_rows_pass_without_and_with_a_good_digest)
{
	ck_assert_uint_eq(count(SOA, zonemd_rows[_i].id), 0);
	ck_assert_uint_eq(count(SOA "@ 60 ZONEMD 7 1 1 " GOOD "\n", zonemd_rows[_i].id), 0);
}
END_TEST

START_TEST(zonemd_rows_are_silent_when_ignored)
{
	ck_assert_uint_eq(
	    count_with_use(zonemd_rows[_i].fires, zonemd_rows[_i].id, ZONEMD_IGNORE), 0);
}
END_TEST

START_TEST(surplus_zonemd_records_are_malformed)
{
	char text[4096] = SOA;

	for (int i = 0; i < ZONEMD_RECORDS_MAX; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "@ 60 ZONEMD 7 1 %d " DIGEST12 "\n", 240 - i);
	ck_assert_uint_eq(count(text, "zonemd-malformed"), 0);
	(void)snprintf(
	    text + strlen(text), sizeof(text) - strlen(text), "@ 60 ZONEMD 7 2 240 " DIGEST12 "\n");
	ck_assert_uint_eq(count(text, "zonemd-malformed"), 1);
}
END_TEST

START_TEST(required_zonemd_must_verify)
{
	static const char good[] =
	    SOA "@ 60 ZONEMD 7 1 1 " GOOD "\n@ 60 ZONEMD 7 1 240 " DIGEST12 "\n";
	static const char bad[] = SOA "@ 60 ZONEMD 7 1 1 " DIGEST48 "\n";

	ck_assert_uint_eq(count_with_use(SOA, "zonemd-missing", ZONEMD_REQUIRE), 1);
	ck_assert_uint_eq(count_with_use(bad, "zonemd-missing", ZONEMD_REQUIRE), 1);
	ck_assert_uint_eq(count_with_use(good, "zonemd-missing", ZONEMD_REQUIRE), 0);
	ck_assert_uint_eq(count_with_use(SOA, "zonemd-missing", ZONEMD_VERIFY), 0);
}
END_TEST

/* EXPIRE against the class whose signatures end first. */
START_TEST(expire_beyond_signature_life_fires)
{
	struct row_fixture fixture;
	struct signature_facts *signatures;

	row_fixture_init(&fixture, SOA, NULL);
	ck_assert_uint_eq(row_fixture_count(&fixture, "soa-expire"), 0);
	signatures = &fixture.facts->signatures;
	signatures->n_classes = 3;
	signatures->classes[0] = (struct signing_class){
	    .keys = 1, .earliest_expiration = (uint32_t)FIXTURE_NOW + 1209600};
	signatures->classes[1] = (struct signing_class){
	    .keys = 2, .earliest_expiration = (uint32_t)FIXTURE_NOW + 2000000};
	signatures->classes[2] = (struct signing_class){.keys = 0, .earliest_expiration = 0};
	ck_assert_uint_eq(row_fixture_count(&fixture, "soa-expire"), 0);
	signatures->classes[0].earliest_expiration--;
	ck_assert_uint_eq(row_fixture_count(&fixture, "soa-expire"), 1);
	signatures->classes[0].earliest_expiration = (uint32_t)FIXTURE_NOW - 1;
	ck_assert_uint_eq(row_fixture_count(&fixture, "soa-expire"), 1);
	row_fixture_clear(&fixture);
}
END_TEST

static const struct ratchet *
ratchet_of(struct row_fixture *fixture, const char *id)
{
	return &row_fixture_result(fixture, id)->ratchet;
}

START_TEST(expire_above_the_policy_fires)
{
	struct row_fixture fixture;

	row_fixture_init(&fixture, SOA, NULL);
	ck_assert_uint_eq(row_fixture_count(&fixture, "soa-expire-policy"), 0);
	fixture.policy.zone.max_expire = 1209600;
	ck_assert_uint_eq(row_fixture_count(&fixture, "soa-expire-policy"), 0);
	fixture.policy.zone.max_expire = 1209599;
	ck_assert_uint_eq(row_fixture_count(&fixture, "soa-expire-policy"), 1);
	ck_assert_uint_eq(ratchet_of(&fixture, "soa-expire-policy")->seen[0].worst, 1209600);
	row_fixture_clear(&fixture);
}
END_TEST

/* The TTL of negative answers is the lesser of MINIMUM and the SOA's TTL. */
START_TEST(long_negative_answers_fire)
{
	static const char *const texts[] = {
	    "@ 7200 IN SOA ns hostmaster 7 7200 3600 1209600 5000\n",
	    "@ 5000 IN SOA ns hostmaster 7 7200 3600 1209600 7200\n"};
	struct row_fixture fixture;

	row_fixture_init(&fixture, texts[_i], NULL);
	ck_assert_uint_eq(row_fixture_count(&fixture, "soa-minimum"), 0);
	fixture.policy.zone.max_minimum = 5000;
	ck_assert_uint_eq(row_fixture_count(&fixture, "soa-minimum"), 0);
	fixture.policy.zone.max_minimum = 4999;
	ck_assert_uint_eq(row_fixture_count(&fixture, "soa-minimum"), 1);
	ck_assert_uint_eq(ratchet_of(&fixture, "soa-minimum")->seen[0].worst, 5000);
	row_fixture_clear(&fixture);
}
END_TEST

START_TEST(contradicting_timers_fire)
{
	ck_assert_uint_eq(count("@ 60 IN SOA ns h 7 7200 7199 14400 60\n", "soa-timers"), 0);
	ck_assert_uint_eq(count("@ 60 IN SOA ns h 7 7200 7200 14401 60\n", "soa-timers"), 1);
	ck_assert_uint_eq(count("@ 60 IN SOA ns h 7 7200 7199 14399 60\n", "soa-timers"), 1);
	ck_assert_uint_eq(
	    count("@ 60 IN SOA ns h 7 4294967295 4294967295 5 60\n", "soa-timers"), 2);
	ck_assert_uint_eq(
	    count("@ 60 IN SOA ns h 7 4294967295 10 4294967295 60\n", "soa-timers"), 1);
	ck_assert_uint_eq(count("@ 60 NS ns\n", "soa-timers"), 0);
}
END_TEST

/* What counts: authoritative data and the NS and DS of delegations. */
#define TTLS                                                                                       \
	"@ 100 IN SOA ns h 7 7200 3600 1209600 60\n@ 100 NS ns\nns 100 A 192.0.2.1\n"              \
	"a %d NS n.a\na %d DS 1 13 2 "                                                             \
	"000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\nw %d TXT x\n"
/* What does not: glue, occluded data, addresses at a cut, denial, signatures, private records. */
#define OTHERS                                                                                     \
	"n.a %d A 192.0.2.1\nx.a %d TXT x\na %d A 192.0.2.1\n@ %d NSEC a NS\n"                     \
	"@ %d NSEC3PARAM 1 0 0 -\n@ %d TYPE65534 \\# 5 0d00010001\n"                               \
	"@ %d RRSIG NS 13 1 3600 20300101000000 20200101000000 1 z. AAAA\n"                        \
	"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom %d NSEC3 1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR A\n"

static void
assert_ttl_row(const char *id, int ttl, int others, uint64_t expected)
{
	struct row_fixture fixture;
	char text[2048];

	(void)snprintf(text, sizeof(text), TTLS OTHERS, ttl, ttl, ttl, others, others, others,
	    others, others, others, others, others);
	row_fixture_init(&fixture, text, NULL);
	ck_assert_uint_eq(row_fixture_count(&fixture, id), 0);
	fixture.policy.signatures.max_zone_ttl = 200;
	fixture.policy.signatures.min_zone_ttl = 50;
	ck_assert_uint_eq(row_fixture_count(&fixture, id), expected);
	ck_assert_uint_eq(ratchet_of(&fixture, id)->n_seen, expected);
	row_fixture_clear(&fixture);
}

START_TEST(high_ttl_fires)
{
	assert_ttl_row("ttl-high", 200, 201, 0);
	assert_ttl_row("ttl-high", 201, 100, 3);
}
END_TEST

START_TEST(low_ttl_fires)
{
	assert_ttl_row("ttl-low", 50, 0, 0);
	assert_ttl_row("ttl-low", 49, 100, 3);
}
END_TEST

/* The zone in force has the same TTLs or worse: ratchet_covers says so for each type by itself. */
START_TEST(ttls_of_the_zone_in_force_are_covered)
{
	static const struct {
		const char *id, *before, *after;
		bool covered;
	} cases[] = {
	    {"ttl-high", "a 300 TXT x\n", "b 300 TXT x\n", true},
	    {"ttl-high", "a 300 TXT x\n", "b 250 TXT x\n", true},
	    {"ttl-high", "a 300 TXT x\n", "b 301 TXT x\n", false},
	    {"ttl-high", "a 300 TXT x\n", "b 300 A 192.0.2.1\n", false},
	    {"ttl-high", "a 200 TXT x\n", "a 201 TXT x\n", false},
	    {"ttl-low", "a 30 TXT x\n", "b 30 TXT x\n", true},
	    {"ttl-low", "a 30 TXT x\n", "b 31 TXT x\n", true},
	    {"ttl-low", "a 30 TXT x\n", "b 29 TXT x\n", false},
	    {"ttl-low", "a 0 TXT x\n", "b 0 A 192.0.2.1\n", false},
	};
	static const char soa[] = "@ 100 IN SOA ns h 7 7200 3600 1209600 60\n@ 100 NS ns.x.\n";
	char before[256], after[256];
	struct row_fixture fixture;
	const struct check_result *result;

	(void)snprintf(before, sizeof(before), "%s%s", soa, cases[_i].before);
	(void)snprintf(after, sizeof(after), "%s%s", soa, cases[_i].after);
	row_fixture_init(&fixture, after, before);
	fixture.policy.signatures.max_zone_ttl = 200;
	fixture.policy.signatures.min_zone_ttl = 50;
	ck_assert_uint_eq(row_fixture_count(&fixture, cases[_i].id), 1);
	result = row_fixture_result(&fixture, cases[_i].id);
	ck_assert_int_eq(
	    ratchet_covers(&fixture.former[result - fixture.results].ratchet, &result->ratchet),
	    cases[_i].covered);
	row_fixture_clear(&fixture);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check_whole_zone");
	TCase *tcase = tcase_create("check_whole_zone");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, zonemd_rows_fire, 0, ZONEMD_ROWS);
	tcase_add_loop_test(tcase, zonemd_rows_pass_without_and_with_a_good_digest, 0, ZONEMD_ROWS);
	tcase_add_loop_test(tcase, zonemd_rows_are_silent_when_ignored, 0, ZONEMD_ROWS);
	tcase_add_test(tcase, surplus_zonemd_records_are_malformed);
	tcase_add_test(tcase, required_zonemd_must_verify);
	tcase_add_test(tcase, expire_beyond_signature_life_fires);
	tcase_add_test(tcase, expire_above_the_policy_fires);
	tcase_add_loop_test(tcase, long_negative_answers_fire, 0, 2);
	tcase_add_test(tcase, contradicting_timers_fire);
	tcase_add_test(tcase, high_ttl_fires);
	tcase_add_test(tcase, low_ttl_fires);
	tcase_add_loop_test(tcase, ttls_of_the_zone_in_force_are_covered, 0, 9);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
