/* The walk over the check table, with a table of rows that tell where they are called. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_writer.h"
#include "check/check.h"
#include "row_fixture.h"
#include "zone_fixture.h"

/* ---- Rows. What they emit is how the tests see that they were called. ---- */

static void
tell(struct check_context *context)
{
	check_emit(context, "%s", context->row->public.id);
}

static void
tell_signature(struct check_context *context)
{
	check_emit(
	    context, "tag %u, %u records covered", context->rrsig.key_tag, context->covered.count);
}

static void
tell_key(struct check_context *context)
{
	check_emit(context, "%u", context->key->view.flags);
}

/* Zone rows know both sums of findings about customers' data. */
static void
tell_sums(struct check_context *context)
{
	check_emit(context, "%llu before, %llu now", (unsigned long long)context->customer_before,
	    (unsigned long long)context->customer_now);
}

/* All owners, the last one first, all at the line of the apex. */
static void
tell_backwards(struct check_context *context)
{
	for (uint32_t owner = (uint32_t)context->zone->n_owners; owner-- > 0;)
		check_emit_at(context, owner, RR_TXT, 0, "owner %u", owner);
}

static void
tell_zone(struct check_context *context)
{
	check_emit_zone(context, "%1500d", 1);
}

static void
measure_ttls(struct check_context *context)
{
	check_measure(context, context->set.type, context->set.ttl);
}

/* What a tally that could not keep an example looks like. */
static void
lose_memory(struct check_context *context)
{
	context->result->tally.out_of_memory = !context->policy->unsigned_allowed;
}

enum {
	ROW_ZONE,
	ROW_OWNER,
	ROW_RRSET,
	ROW_SIGNATURE,
	ROW_KEY,
	ROW_DELEGATION,
	ROW_BACKWARDS,
	ROW_WHOLE,
	ROW_READING_DEFECT,
	ROW_FACTS_DEFECT,
	ROW_NEEDS_DS,
	ROW_NEEDS_BOTH,
	ROW_CUSTOMER,
	ROW_RATCHET,
	ROW_MEMORY,
	ROWS
};

const struct check_row check_table[] = {
    [ROW_ZONE] = {.public = {.id = "zone"}, .scope = SCOPE_ZONE, .run = tell_sums},
    [ROW_OWNER] = {.public = {.id = "owner"}, .scope = SCOPE_OWNER, .run = tell},
    [ROW_RRSET] = {.public = {.id = "rrset"}, .scope = SCOPE_RRSET, .run = tell},
    [ROW_SIGNATURE] = {.public = {.id = "signature"},
	.scope = SCOPE_SIGNATURE,
	.run = tell_signature},
    [ROW_KEY] = {.public = {.id = "key"}, .scope = SCOPE_KEY, .run = tell_key},
    [ROW_DELEGATION] = {.public = {.id = "delegation"}, .scope = SCOPE_DELEGATION, .run = tell},
    [ROW_BACKWARDS] = {.public = {.id = "backwards"}, .scope = SCOPE_ZONE, .run = tell_backwards},
    [ROW_WHOLE] = {.public = {.id = "whole"}, .scope = SCOPE_ZONE, .run = tell_zone},
    [ROW_READING_DEFECT] = {.public = {.id = "duplicate"},
	.scope = SCOPE_ZONE,
	.run = check_defect,
	.defect = DEFECT_DUPLICATE},
    [ROW_FACTS_DEFECT] = {.public = {.id = "nsec-stray"},
	.scope = SCOPE_ZONE,
	.run = check_defect,
	.defect = DEFECT_NSEC_STRAY},
    [ROW_NEEDS_DS] = {.public = {.id = "ds", .needs = ZG_INPUT_DS},
	.scope = SCOPE_OWNER,
	.run = tell},
    [ROW_NEEDS_BOTH] = {.public = {.id = "both", .needs = ZG_INPUT_DS | ZG_INPUT_PREVIOUS},
	.scope = SCOPE_ZONE,
	.run = tell},
    [ROW_CUSTOMER] = {.public = {.id = "customer"},
	.scope = SCOPE_DELEGATION,
	.run = tell,
	.customer = true},
    [ROW_RATCHET] = {.public = {.id = "ratchet"},
	.scope = SCOPE_RRSET,
	.run = measure_ttls,
	.ratchet = true},
    [ROW_MEMORY] = {.public = {.id = "memory"}, .scope = SCOPE_KEY, .run = lose_memory},
};
const size_t check_table_rows = ROWS;
_Static_assert(sizeof(check_table) / sizeof(check_table[0]) == ROWS, "every row is filled");

/* ---- A zone with a cut, glue, NSEC3, keys and signatures; line numbers matter. ---- */

#define SIGNATURE "8 1 60 20261201000000 20261101000000 4711 z. AAAA"

#define ZONE                                                                                       \
	"@ 60 IN SOA ns h 1 2 3 4 5\n" /* 1 */                                                     \
	"sub 60 DS 1 8 2 "	       /* 2 */                                                     \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"                       \
	"sub 60 NS ns.sub\n"		  /* 3 */                                                  \
	"ns.sub 60 A 192.0.2.1\n"	  /* 4 */                                                  \
	"@ 300 RRSIG TXT " SIGNATURE "\n" /* 5 */                                                  \
	"@ 300 RRSIG SOA " SIGNATURE "\n" /* 6 */                                                  \
	"@ 60 DNSKEY 257 3 8 AwEAAQ==\n"  /* 7 */                                                  \
	"@ 60 DNSKEY 256 3 8 AwEAAQ==\n"  /* 8 */                                                  \
	"a 60 A 192.0.2.2\n"		  /* 9 */                                                  \
	"a 60 A 192.0.2.1\n"		  /* 10 */                                                 \
	"a 60 A 192.0.2.1\n"		  /* 11 */                                                 \
	"ns.sub 60 NSEC a A\n"		  /* 12 */

struct fixture {
	struct zone *zone;
	struct facts *facts;
	struct policy_values policy;
	struct check_inputs inputs;
	struct check_result results[CHECK_ROWS_MAX];
};

static void
fixture_init(struct fixture *fixture, const char *text)
{
	struct facts_inputs of = {.now = FIXTURE_NOW, .threads = 1, .max_examples = 100};
	struct zg_error error = {""};

	memset(fixture, 0, sizeof(*fixture));
	fixture->zone = zone_fixture("z.", text);
	of.zone = fixture->zone;
	ck_assert_msg(facts_compute(&of, &fixture->facts, &error) == ZG_OK, "%s", error.text);
	fixture->policy.unsigned_allowed = true;
	fixture->inputs = (struct check_inputs){.facts = fixture->facts,
	    .policy = &fixture->policy,
	    .now = FIXTURE_NOW,
	    .threads = 1,
	    .max_examples = 100};
}

static void
fixture_run(struct fixture *fixture)
{
	check_results_clear(fixture->results);
	memset(fixture->results, 0, sizeof(fixture->results));
	ck_assert_int_eq(check_run(&fixture->inputs, fixture->results), ZG_OK);
}

static void
fixture_clear(struct fixture *fixture)
{
	check_results_clear(fixture->results);
	facts_free(fixture->facts);
	zone_free(fixture->zone);
}

struct place {
	const char *owner;
	uint16_t type;
	uint32_t line;
	const char *detail;
};

/* A row found exactly this, in this order. */
static void
assert_places(const struct fixture *fixture, size_t row, const struct place *places, size_t n)
{
	const struct tally *tally = check_result_tally(&fixture->results[row]);

	ck_assert(fixture->results[row].ran);
	ck_assert_uint_eq(tally->count, n);
	ck_assert_uint_eq(tally->n_examples, n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_str_eq(tally->examples[i].owner, places[i].owner);
		ck_assert_uint_eq(tally->examples[i].type, places[i].type);
		ck_assert_uint_eq(tally->examples[i].line, places[i].line);
		ck_assert_str_eq(tally->examples[i].detail, places[i].detail);
	}
}
#define ASSERT_PLACES(fixture, row, places)                                                        \
	assert_places(fixture, row, places, sizeof(places) / sizeof(places[0]))

START_TEST(owner_rows_see_each_owner_at_its_first_record)
{
	static const struct place places[] = {{"z.", 0, 1, "owner"}, {"a.z.", 0, 10, "owner"},
	    {"sub.z.", 0, 3, "owner"}, {"ns.sub.z.", 0, 4, "owner"}};
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture_run(&fixture);
	ASSERT_PLACES(&fixture, ROW_OWNER, places);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(rrset_rows_see_each_rrset_but_rrsig)
{
	static const struct place places[] = {{"z.", RR_SOA, 1, "rrset"},
	    {"z.", RR_DNSKEY, 8, "rrset"}, {"a.z.", RR_A, 10, "rrset"},
	    {"sub.z.", RR_NS, 3, "rrset"}, {"sub.z.", RR_DS, 2, "rrset"},
	    {"ns.sub.z.", RR_A, 4, "rrset"}, {"ns.sub.z.", RR_NSEC, 12, "rrset"}};
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture_run(&fixture);
	ASSERT_PLACES(&fixture, ROW_RRSET, places);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(signature_rows_see_each_rrsig_and_what_it_covers)
{
	static const struct place places[] = {{"z.", RR_SOA, 6, "tag 4711, 1 records covered"},
	    {"z.", RR_TXT, 5, "tag 4711, 0 records covered"}};
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture_run(&fixture);
	ASSERT_PLACES(&fixture, ROW_SIGNATURE, places);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(key_rows_see_each_key_of_the_apex)
{
	static const struct place places[] = {
	    {"z.", RR_DNSKEY, 8, "256"}, {"z.", RR_DNSKEY, 7, "257"}};
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture_run(&fixture);
	ASSERT_PLACES(&fixture, ROW_KEY, places);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(delegation_rows_see_each_cut)
{
	static const struct place places[] = {{"sub.z.", 0, 3, "delegation"}};
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture_run(&fixture);
	ASSERT_PLACES(&fixture, ROW_DELEGATION, places);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(zone_rows_are_called_once_for_the_zone_as_a_whole)
{
	static const struct place places[] = {{"z.", 0, 0, "0 before, 1 now"}};
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture_run(&fixture);
	ASSERT_PLACES(&fixture, ROW_ZONE, places);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(zone_rows_know_the_sums_of_customers_findings)
{
	static const struct place places[] = {{"z.", 0, 0, "2 before, 1 now"}};
	struct fixture former, fixture;

	fixture_init(&former, ZONE "b 60 NS ns\n");
	fixture_run(&former);
	fixture_init(&fixture, ZONE);
	fixture.inputs.former = former.results;
	fixture_run(&fixture);
	ASSERT_PLACES(&fixture, ROW_ZONE, places);
	fixture_clear(&former);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(the_first_examples_in_the_order_of_the_zone_are_kept)
{
	static const char *const owners[] = {"z.", "a.z."};
	const struct tally *tally;
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture.inputs.max_examples = 2;
	fixture_run(&fixture);
	for (size_t row = 0; row < ROWS; row++) {
		tally = &fixture.results[row].tally;
		ck_assert_uint_le(tally->n_examples, 2);
	}
	tally = &fixture.results[ROW_BACKWARDS].tally;
	ck_assert_uint_eq(tally->count, 4);
	for (size_t i = 0; i < 2; i++)
		ck_assert_str_eq(tally->examples[i].owner, owners[i]);
	tally = &fixture.results[ROW_OWNER].tally;
	ck_assert_uint_eq(tally->count, 4);
	for (size_t i = 0; i < 2; i++)
		ck_assert_str_eq(tally->examples[i].owner, owners[i]);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(a_long_sentence_is_cut)
{
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture_run(&fixture);
	ck_assert_uint_eq(strlen(fixture.results[ROW_WHOLE].tally.examples[0].detail), 1023);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(a_defect_row_hands_on_what_was_counted)
{
	struct fixture fixture;
	const struct tally *tally;

	fixture_init(&fixture, ZONE);
	fixture_run(&fixture);
	/* Found while building. */
	tally = check_result_tally(&fixture.results[ROW_READING_DEFECT]);
	ck_assert_ptr_eq(tally, &fixture.zone->defects.tallies[DEFECT_DUPLICATE]);
	ck_assert_uint_eq(tally->count, 1);
	ck_assert_uint_eq(tally->examples[0].line, 11);
	/* Found while the facts were computed. */
	tally = check_result_tally(&fixture.results[ROW_FACTS_DEFECT]);
	ck_assert_ptr_eq(tally, &fixture.facts->defects.tallies[DEFECT_NSEC_STRAY]);
	ck_assert_uint_eq(tally->count, 1);
	fixture_clear(&fixture);
}
END_TEST

/* What was handed on belongs to zone and facts: clearing the results leaves it alone. */
START_TEST(clearing_results_leaves_handed_tallies)
{
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture_run(&fixture);
	check_results_clear(fixture.results);
	ck_assert_uint_eq(fixture.zone->defects.tallies[DEFECT_DUPLICATE].count, 1);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(rows_whose_inputs_are_missing_do_not_run)
{
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	for (unsigned inputs = 0; inputs < 8; inputs++) {
		bool ds = inputs & ZG_INPUT_DS, previous = inputs & ZG_INPUT_PREVIOUS;

		fixture.inputs.inputs = inputs;
		fixture_run(&fixture);
		ck_assert(fixture.results[ROW_NEEDS_DS].ran == ds);
		ck_assert_uint_eq(fixture.results[ROW_NEEDS_DS].tally.count, ds ? 4 : 0);
		ck_assert(fixture.results[ROW_NEEDS_BOTH].ran == (ds && previous));
		ck_assert_uint_eq(
		    fixture.results[ROW_NEEDS_BOTH].tally.count, ds && previous ? 1 : 0);
	}
	fixture_clear(&fixture);
}
END_TEST

START_TEST(of_a_former_zone_only_what_is_compared_runs)
{
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture.facts->former = true;
	fixture_run(&fixture);
	for (size_t row = 0; row < ROWS; row++)
		ck_assert(fixture.results[row].ran == (row == ROW_CUSTOMER || row == ROW_RATCHET));
	ck_assert_uint_eq(fixture.results[ROW_CUSTOMER].tally.count, 1);
	ck_assert_uint_eq(fixture.results[ROW_RATCHET].ratchet.n_seen, 6);
	fixture_clear(&fixture);
}
END_TEST

START_TEST(an_example_that_was_lost_ends_the_run)
{
	struct fixture fixture;

	fixture_init(&fixture, ZONE);
	fixture.policy.unsigned_allowed = false;
	ck_assert_int_eq(check_run(&fixture.inputs, fixture.results), ZG_MEMORY);
	check_results_clear(fixture.results);
	fixture.policy.unsigned_allowed = true;
	fixture.facts->defects.tallies[DEFECT_NSEC_STRAY].out_of_memory = true;
	ck_assert_int_eq(check_run(&fixture.inputs, fixture.results), ZG_MEMORY);
	fixture_clear(&fixture);
}
END_TEST

/* A zone without records is a zone with findings, not a crash. */
START_TEST(a_zone_without_owners_has_zone_rows_only)
{
	struct fixture fixture;

	fixture_init(&fixture, "");
	fixture_run(&fixture);
	ck_assert_uint_eq(fixture.results[ROW_OWNER].tally.count, 0);
	ck_assert_uint_eq(fixture.results[ROW_KEY].tally.count, 0);
	ck_assert_uint_eq(fixture.results[ROW_ZONE].tally.count, 1);
	fixture_clear(&fixture);
}
END_TEST

/* ---- The same at any number of threads, over more owners than a thread takes at once. ---- */

#define MANY_OWNERS 5000
#define MANY_TYPES  80

/* More types than a ratchet has room for. */
static char *
large_zone(void)
{
	struct text_writer text = {.text = NULL};

	for (int i = 0; i < MANY_OWNERS; i++)
		text_printf(
		    &text, "n%04d %d TYPE%d \\# 1 00\n", i, 60 + i % 7, 1000 + i % MANY_TYPES);
	return text.text;
}

/* Results of two runs say the same. */
static void
assert_same_results(const struct check_result *a, const struct check_result *b)
{
	for (size_t row = 0; row < ROWS; row++) {
		const struct tally *x = check_result_tally(&a[row]),
				   *y = check_result_tally(&b[row]);

		ck_assert_uint_eq(x->count, y->count);
		ck_assert_uint_eq(x->n_examples, y->n_examples);
		for (size_t i = 0; i < x->n_examples; i++) {
			ck_assert_uint_eq(x->examples[i].line, y->examples[i].line);
			ck_assert_str_eq(x->examples[i].owner, y->examples[i].owner);
			ck_assert_str_eq(x->examples[i].detail, y->examples[i].detail);
		}
		ck_assert(a[row].ratchet.overflow == b[row].ratchet.overflow);
	}
}

START_TEST(results_do_not_depend_on_the_number_of_threads)
{
	static const unsigned threads[] = {2, 3, 8};
	struct fixture one, many;
	char *text = large_zone();

	fixture_init(&one, text);
	fixture_run(&one);
	ck_assert_uint_eq(one.results[ROW_OWNER].tally.count, MANY_OWNERS);
	ck_assert(one.results[ROW_RATCHET].ratchet.overflow);
	fixture_init(&many, text);
	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		many.inputs.threads = threads[i];
		fixture_run(&many);
		assert_same_results(one.results, many.results);
	}
	fixture_clear(&one);
	fixture_clear(&many);
	free(text);
}
END_TEST

/* ---- Ratchets ---- */

static struct ratchet
ratchet_of(uint32_t subject, uint64_t worst, uint32_t other, uint64_t other_worst)
{
	return (struct ratchet){.seen = {{subject, worst}, {other, other_worst}}, .n_seen = 2};
}

START_TEST(a_ratchet_covers_what_is_not_worse_for_any_subject)
{
	static const struct ratchet nothing;
	struct ratchet former = ratchet_of(1, 10, 2, 20);

	for (uint64_t a = 9; a <= 11; a++) {
		for (uint64_t b = 19; b <= 21; b++) {
			struct ratchet same = ratchet_of(1, a, 2, b),
				       swapped = ratchet_of(2, b, 1, a);

			ck_assert(ratchet_covers(&former, &same) == (a <= 10 && b <= 20));
			ck_assert(ratchet_covers(&former, &swapped) == (a <= 10 && b <= 20));
		}
	}
	/* A subject that the former zone lacks, at whatever measure. */
	ck_assert(!ratchet_covers(&former, &(struct ratchet){.seen = {{3, 0}}, .n_seen = 1}));
	ck_assert(ratchet_covers(&former, &(struct ratchet){.seen = {{2, 0}}, .n_seen = 1}));
	/* Nothing is no proof, on either side. */
	ck_assert(!ratchet_covers(&former, &nothing));
	ck_assert(!ratchet_covers(&nothing, &former));
	ck_assert(!ratchet_covers(&nothing, &nothing));
}
END_TEST

START_TEST(a_ratchet_that_overflowed_covers_nothing_and_is_not_covered)
{
	struct ratchet former = ratchet_of(1, 10, 2, 20), candidate = ratchet_of(1, 10, 2, 20);

	ck_assert(ratchet_covers(&former, &candidate));
	candidate.overflow = true;
	ck_assert(!ratchet_covers(&former, &candidate));
	candidate.overflow = false;
	former.overflow = true;
	ck_assert(!ratchet_covers(&former, &candidate));
}
END_TEST

START_TEST(the_worst_measure_of_each_subject_is_kept)
{
	struct check_result result = {.ran = true};
	struct check_context context = {.result = &result};

	check_measure(&context, 5, 10);
	check_measure(&context, 5, 12);
	check_measure(&context, 5, 11);
	check_measure(&context, 6, 1);
	ck_assert_uint_eq(result.ratchet.n_seen, 2);
	ck_assert_uint_eq(result.ratchet.seen[0].worst, 12);
	ck_assert_uint_eq(result.ratchet.seen[1].worst, 1);
}
END_TEST

START_TEST(one_subject_more_than_there_is_room_for_overflows)
{
	struct check_result result = {.ran = true};
	struct check_context context = {.result = &result};

	for (uint32_t subject = 0; subject < RATCHET_SUBJECTS_MAX; subject++)
		check_measure(&context, subject, 1);
	check_measure(&context, 0, 2);
	ck_assert(!result.ratchet.overflow);
	check_measure(&context, RATCHET_SUBJECTS_MAX, 1);
	ck_assert(result.ratchet.overflow);
	ck_assert_uint_eq(result.ratchet.n_seen, RATCHET_SUBJECTS_MAX);
}
END_TEST

static Suite *
check_run_suite(void)
{
	Suite *suite = suite_create("check_run");
	TCase *tcase = tcase_create("check_run");

	tcase_add_test(tcase, owner_rows_see_each_owner_at_its_first_record);
	tcase_add_test(tcase, rrset_rows_see_each_rrset_but_rrsig);
	tcase_add_test(tcase, signature_rows_see_each_rrsig_and_what_it_covers);
	tcase_add_test(tcase, key_rows_see_each_key_of_the_apex);
	tcase_add_test(tcase, delegation_rows_see_each_cut);
	tcase_add_test(tcase, zone_rows_are_called_once_for_the_zone_as_a_whole);
	tcase_add_test(tcase, zone_rows_know_the_sums_of_customers_findings);
	tcase_add_test(tcase, the_first_examples_in_the_order_of_the_zone_are_kept);
	tcase_add_test(tcase, a_long_sentence_is_cut);
	tcase_add_test(tcase, a_defect_row_hands_on_what_was_counted);
	tcase_add_test(tcase, clearing_results_leaves_handed_tallies);
	tcase_add_test(tcase, rows_whose_inputs_are_missing_do_not_run);
	tcase_add_test(tcase, of_a_former_zone_only_what_is_compared_runs);
	tcase_add_test(tcase, an_example_that_was_lost_ends_the_run);
	tcase_add_test(tcase, a_zone_without_owners_has_zone_rows_only);
	tcase_add_test(tcase, results_do_not_depend_on_the_number_of_threads);
	tcase_add_test(tcase, a_ratchet_covers_what_is_not_worse_for_any_subject);
	tcase_add_test(tcase, a_ratchet_that_overflowed_covers_nothing_and_is_not_covered);
	tcase_add_test(tcase, the_worst_measure_of_each_subject_is_kept);
	tcase_add_test(tcase, one_subject_more_than_there_is_room_for_overflows);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(check_run_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
