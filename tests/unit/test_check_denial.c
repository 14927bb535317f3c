/* Rows about denial of existence: each with a zone that fires and a lawful twin. */
#include <check.h>
#include <stdlib.h>

#include "row_fixture.h"

#define SOA	    "@ 3600 IN SOA ns.x. host.x. 7 7200 3600 1209600 300\n@ 3600 NS ns.x.\n"
#define HASH	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"
#define PARAM(rest) "@ 0 NSEC3PARAM 1 " rest "\n"
#define NSEC3(rest) HASH " 300 NSEC3 1 " rest " " HASH " NS\n"
#define NSEC	    "@ 300 NSEC @ NS SOA RRSIG NSEC\n"

/* The policies of the cases below. */
enum policy { OPEN, BOUNDED, NSEC_ONLY, NSEC3_ONLY, NO_OPT_OUT, ALL_OPT_OUT };

static void
set_policy(struct policy_values *policy, enum policy kind)
{
	if (kind == BOUNDED) {
		policy->denial.max_iterations = 10;
		policy->denial.max_salt = 2;
	}
	policy->denial.nsec = kind != NSEC3_ONLY;
	policy->denial.nsec3 = kind != NSEC_ONLY;
	if (kind == NO_OPT_OUT)
		policy->denial.opt_out = ALLOWANCE_FORBIDDEN;
	else if (kind == ALL_OPT_OUT)
		policy->denial.opt_out = ALLOWANCE_REQUIRED;
}

static const struct {
	const char *id;
	const char *text;
	enum policy policy;
	uint64_t count;
} cases[] = {
    {"nsec3-hash", SOA PARAM("0 2500 -") NSEC3("0 2500 -"), OPEN, 0},
    {"nsec3-hash", SOA PARAM("0 2501 -") NSEC3("0 2501 -"), OPEN, 1},
    {"nsec3-hash", SOA "@ 0 NSEC3PARAM 2 0 0 -\n00000000 300 NSEC3 2 0 0 - 00000000 A\n", OPEN, 1},
    {"nsec3-hash", SOA NSEC "00000000 300 NSEC3 2 0 0 - 00000000 A\n", OPEN, 0},

    {"nsec3-iterations", SOA PARAM("0 10 -") NSEC3("0 10 -"), BOUNDED, 0},
    {"nsec3-iterations", SOA PARAM("0 11 -") NSEC3("0 11 -"), BOUNDED, 1},
    {"nsec3-iterations", SOA PARAM("0 11 -") NSEC3("0 11 -"), OPEN, 0},
    {"nsec3-iterations", SOA PARAM("1 11 -") NSEC3("0 11 -"), BOUNDED, 0},
    {"nsec3-iterations-high", SOA PARAM("0 50 -") NSEC3("0 50 -"), OPEN, 0},
    {"nsec3-iterations-high", SOA PARAM("0 51 -") NSEC3("0 51 -"), OPEN, 1},

    {"nsec3-salt", SOA PARAM("0 0 AABB") NSEC3("0 0 AABB"), BOUNDED, 0},
    {"nsec3-salt", SOA PARAM("0 0 AABBCC") NSEC3("0 0 AABBCC"), BOUNDED, 1},
    {"nsec3-salt", SOA PARAM("0 0 AABBCC") NSEC3("0 0 AABBCC"), OPEN, 0},

    {"nsec3-flags", SOA PARAM("0 0 -") NSEC3("0 0 -"), OPEN, 0},
    {"nsec3-flags", SOA PARAM("0 0 -") NSEC3("1 0 -"), OPEN, 0},
    {"nsec3-flags", SOA PARAM("0 0 -") NSEC3("2 0 -"), OPEN, 1},
    {"nsec3-flags", SOA PARAM("0 0 -") NSEC3("129 0 -"), OPEN, 1},

    {"nsec3param-flags", SOA PARAM("0 0 -") NSEC3("1 0 -"), OPEN, 0},
    {"nsec3param-flags", SOA PARAM("1 0 -") PARAM("0 0 -") NSEC3("1 0 -"), OPEN, 1},

    {"nsec3-opt-out", SOA PARAM("0 0 -") NSEC3("1 0 -"), OPEN, 0},
    {"nsec3-opt-out", SOA PARAM("0 0 -") NSEC3("0 0 -"), OPEN, 0},
    {"nsec3-opt-out", SOA PARAM("0 0 -") NSEC3("1 0 -"), NO_OPT_OUT, 1},
    {"nsec3-opt-out", SOA PARAM("0 0 -") NSEC3("0 0 -"), NO_OPT_OUT, 0},
    {"nsec3-opt-out", SOA PARAM("0 0 -") NSEC3("1 0 -"), ALL_OPT_OUT, 0},
    {"nsec3-opt-out", SOA PARAM("0 0 -") NSEC3("0 0 -"), ALL_OPT_OUT, 1},
    {"nsec3-opt-out", SOA NSEC, ALL_OPT_OUT, 0},

    {"denial-kind", SOA NSEC, OPEN, 0},
    {"denial-kind", SOA NSEC, NSEC_ONLY, 0},
    {"denial-kind", SOA NSEC, NSEC3_ONLY, 1},
    {"denial-kind", SOA NSEC NSEC3("0 0 -"), NSEC_ONLY, 0},
    {"denial-kind", SOA PARAM("0 0 -") NSEC3("0 0 -"), NSEC3_ONLY, 0},
    {"denial-kind", SOA PARAM("0 0 -") NSEC3("0 0 -"), NSEC_ONLY, 1},
    {"denial-kind", SOA PARAM("0 0 -") NSEC NSEC3("0 0 -"), NSEC3_ONLY, 0},
    {"denial-kind", SOA PARAM("0 0 -") NSEC NSEC3("0 0 -"), NSEC_ONLY, 1},
    {"denial-kind", SOA NSEC3("0 0 -"), NSEC_ONLY, 1},
    {"denial-kind", SOA, NSEC_ONLY, 0},

    /* SOA MINIMUM is 300, the SOA's TTL 3600. */
    {"denial-ttl", SOA NSEC NSEC3("0 0 -") "a 60 A 192.0.2.1\n", OPEN, 0},
    {"denial-ttl", SOA "@ 3600 NSEC @ NS SOA RRSIG NSEC\n", OPEN, 1},
    {"denial-ttl", SOA "@ 299 NSEC @ NS SOA RRSIG NSEC\n", OPEN, 1},
    {"denial-ttl", SOA HASH " 301 NSEC3 1 0 0 - " HASH " NS\n", OPEN, 1},
    {"denial-ttl", "@ 60 SOA ns.x. host.x. 7 2 3 4 300\n@ 60 NS ns.x.\n" NSEC, OPEN, 1},
    {"denial-ttl",
	"@ 60 SOA ns.x. host.x. 7 2 3 4 300\n@ 60 NS ns.x.\n@ 60 NSEC @ NS SOA RRSIG NSEC\n", OPEN,
	0},

    {"signing-in-progress", SOA NSEC, OPEN, 0},
    {"signing-in-progress", SOA NSEC "@ 0 TYPE65534 \\# 5 0D30390000\n", OPEN, 1},
    {"signing-in-progress", SOA NSEC "@ 0 TYPE65534 \\# 5 0D30390001\n", OPEN, 0},
    {"signing-in-progress", SOA NSEC "@ 0 TYPE65534 \\# 5 0001000001\n", OPEN, 1},
    {"signing-in-progress", SOA NSEC "@ 0 TYPE65534 \\# 6 000180000000\n", OPEN, 1},
    {"signing-in-progress", SOA NSEC "@ 0 TYPE65534 \\# 0\n", OPEN, 1},
    {"signing-in-progress",
	SOA NSEC "@ 0 TYPE65534 \\# 5 0D30390000\n@ 0 TYPE65534 \\# 5 0D30390100\n", OPEN, 2},
    {"signing-in-progress", SOA NSEC "a 0 TYPE65534 \\# 5 0D30390000\n", OPEN, 0},
};
enum { N_CASES = sizeof(cases) / sizeof(cases[0]) };

START_TEST(row_fires_as_often_as_it_must)
{
	struct row_fixture fixture;

	row_fixture_init(&fixture, cases[_i].text, NULL);
	set_policy(&fixture.policy, cases[_i].policy);
	ck_assert_uint_eq(row_fixture_count(&fixture, cases[_i].id), cases[_i].count);
	row_fixture_clear(&fixture);
}
END_TEST

/* What the ratchet compares with the zone in force. */
static const struct {
	const char *id;
	const char *text;
	uint32_t subject;
	uint64_t worst;
} measures[] = {
    {"nsec3-iterations", SOA PARAM("0 11 -") NSEC3("0 11 -"), 0, 11},
    {"nsec3-iterations", SOA PARAM("0 11 -") PARAM("0 30 -") NSEC3("0 11 -"), 0, 30},
    {"nsec3-iterations-high", SOA PARAM("0 51 -") NSEC3("0 51 -"), 0, 51},
    {"nsec3-salt", SOA PARAM("0 0 AABBCC") NSEC3("0 0 AABBCC"), 0, 3},
    {"denial-ttl", SOA "@ 3600 NSEC @ NS SOA RRSIG NSEC\n", RR_NSEC, 3300},
    {"denial-ttl", SOA HASH " 200 NSEC3 1 0 0 - " HASH " NS\n", RR_NSEC3, 100},
};
enum { N_MEASURES = sizeof(measures) / sizeof(measures[0]) };

START_TEST(ratchet_row_measures_how_bad_it_is)
{
	const struct check_result *result;
	struct row_fixture fixture;

	row_fixture_init(&fixture, measures[_i].text, NULL);
	set_policy(&fixture.policy, BOUNDED);
	row_fixture_run(&fixture);
	result = row_fixture_result(&fixture, measures[_i].id);
	ck_assert_uint_eq(result->ratchet.n_seen, 1);
	ck_assert_uint_eq(result->ratchet.seen[0].subject, measures[_i].subject);
	ck_assert_uint_eq(result->ratchet.seen[0].worst, measures[_i].worst);
	row_fixture_clear(&fixture);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check_denial");
	TCase *rows = tcase_create("rows");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(rows, row_fires_as_often_as_it_must, 0, N_CASES);
	tcase_add_loop_test(rows, ratchet_row_measures_how_bad_it_is, 0, N_MEASURES);
	suite_add_tcase(suite, rows);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
