/* What makes a finding the same finding in the next serial, and another one. */
#include "gate/finding_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "row_fixture.h"

#define SOA(serial) "@ 3600 IN SOA ns.x. h " serial " 7200 3600 1209600 3600\n"
#define ZONE(serial, more)                                                                         \
	SOA(serial)                                                                                \
	"@ 3600 NS ns.x.\n" more

struct found {
	struct row_fixture fixture;
	struct finding_facts facts;
};

/* The facts of row `id` over a pair of zones; `set` changes the policy. */
static void
find(struct found *found, const char *previous, const char *text, const char *id,
    void (*set)(struct policy_values *policy), unsigned threads)
{
	bool wanted[CHECK_ROWS_MAX];
	struct check_inputs inputs = {
	    .max_examples = 5, .facts_wanted = wanted, .threads = threads};
	size_t row = 0;

	memset(wanted, true, sizeof(wanted));
	row_fixture_init(&found->fixture, text, previous);
	if (set != NULL)
		set(&found->fixture.policy);
	row_fixture_run(&found->fixture);
	check_results_clear(found->fixture.results);
	memset(found->fixture.results, 0, sizeof(found->fixture.results));
	inputs.facts = found->fixture.facts;
	inputs.policy = &found->fixture.policy;
	inputs.now = found->fixture.now;
	inputs.former = previous != NULL ? found->fixture.former : NULL;
	inputs.inputs = previous != NULL ? ZG_INPUT_PREVIOUS : 0;
	ck_assert_int_eq(check_run(&inputs, found->fixture.results), ZG_OK);
	while (strcmp(check_table[row].public.id, id) != 0)
		row++;
	ck_assert_uint_gt(check_result_tally(&found->fixture.results[row])->count, 0);
	ck_assert_int_eq(finding_facts_make(row, true, &found->fixture.results[row],
			     found->fixture.facts, &found->facts),
	    ZG_OK);
}

static void
clear(struct found *found)
{
	finding_facts_clear(&found->facts);
	row_fixture_clear(&found->fixture);
}

/* Whether the finding comes down to the same facts in both pairs of zones. */
static bool
same(const char *id, void (*set)(struct policy_values *policy), const char *previous,
    const char *text, const char *other_previous, const char *other)
{
	struct found a, b;
	bool equal;

	find(&a, previous, text, id, set, 1);
	find(&b, other_previous, other, id, set, 1);
	ck_assert_uint_gt(a.facts.n, 0);
	ck_assert_uint_gt(b.facts.n, 0);
	equal = memcmp(a.facts.sha256, b.facts.sha256, 32) == 0;
	clear(&a);
	clear(&b);
	return equal;
}

START_TEST(a_place_is_the_same_in_every_serial)
{
	const char *one = ZONE("1", "a 3600 CNAME b\na 3600 TXT t\n");

	ck_assert(same("cname-other-data", NULL, NULL, one, NULL,
	    ZONE("2", "a 3600 CNAME c\na 3600 TXT u\n")));
	ck_assert(same("cname-other-data", NULL, NULL, one, NULL,
	    ZONE("1", "A 3600 CNAME b\nA 3600 TXT t\n")));
	ck_assert(!same("cname-other-data", NULL, NULL, one, NULL,
	    ZONE("1", "b 3600 CNAME b\nb 3600 TXT t\n")));
	ck_assert(!same("cname-other-data", NULL, NULL, one, NULL,
	    ZONE("1", "a 3600 CNAME b\na 3600 TXT t\nb 3600 CNAME b\nb 3600 TXT t\n")));
}
END_TEST

START_TEST(each_check_has_facts_of_its_own)
{
	struct found a, b;
	const char *text = ZONE("1", "a 3600 CNAME b\na 3600 CNAME c\na 3600 TXT t\n");

	find(&a, NULL, text, "cname-other-data", NULL, 1);
	find(&b, NULL, text, "cname-multiple", NULL, 1);
	ck_assert_uint_eq(a.facts.n, 1);
	ck_assert_uint_eq(b.facts.n, 1);
	ck_assert_mem_ne(a.facts.facts[0].key, b.facts.facts[0].key, 16);
	clear(&a);
	clear(&b);
}
END_TEST

static void
guard_records(struct policy_values *policy)
{
	policy->change.records.max_growth_count = 1;
	policy->change.records.max_shrink_count = 1;
}

START_TEST(a_guard_measures_a_step_from_the_zone_in_force)
{
	struct found two, three;

	find(&two, ZONE("1", ""), ZONE("2", "a 60 A 192.0.2.1\nb 60 A 192.0.2.1\n"),
	    "change-records", guard_records, 1);
	find(&three, ZONE("1", ""),
	    ZONE("2", "x 60 A 192.0.2.1\ny 60 A 192.0.2.1\nz 60 A 192.0.2.1\n"), "change-records",
	    guard_records, 1);
	ck_assert_uint_eq(two.facts.n, 1);
	ck_assert_uint_eq(two.facts.facts[0].magnitude, 2);
	ck_assert_uint_eq(three.facts.facts[0].magnitude, 3);
	ck_assert(two.facts.relative && two.facts.facts[0].relative);
	ck_assert_mem_eq(two.facts.facts[0].key, three.facts.facts[0].key, 16);
	clear(&three);
	/* Lost is not gained. */
	find(&three, ZONE("1", "a 60 A 192.0.2.1\nb 60 A 192.0.2.1\n"), ZONE("2", ""),
	    "change-records", guard_records, 1);
	ck_assert_uint_eq(three.facts.facts[0].magnitude, 2);
	ck_assert_mem_ne(two.facts.facts[0].key, three.facts.facts[0].key, 16);
	clear(&two);
	clear(&three);
}
END_TEST

START_TEST(a_jump_of_the_serial_is_measured)
{
	struct found found;

	find(&found, ZONE("1", ""), ZONE("1500000001", ""), "serial-jump", NULL, 1);
	ck_assert_uint_eq(found.facts.n, 1);
	ck_assert_uint_eq(found.facts.facts[0].magnitude, 1500000000);
	ck_assert(found.facts.relative);
	clear(&found);
}
END_TEST

#define NS(name) SOA("2") "@ 3600 NS " name "\n"

START_TEST(a_set_changes_from_this_to_that)
{
	ck_assert(same("change-apex-ns", NULL, NS("a.x."), NS("b.x."), NS("a.x."), NS("b.x.")));
	ck_assert(!same("change-apex-ns", NULL, NS("a.x."), NS("b.x."), NS("a.x."), NS("c.x.")));
	ck_assert(!same("change-apex-ns", NULL, NS("a.x."), NS("b.x."), NS("c.x."), NS("b.x.")));
}
END_TEST

static uint8_t watch_list[1][ZG_NAME_MAX] = {"\001w\001z"};

static void
watch(struct policy_values *policy)
{
	policy->change.watch = watch_list;
	policy->change.n_watch = 1;
}

START_TEST(a_watched_name_is_bound_to_what_it_became)
{
	const char *before = ZONE("1", "w 60 NS a.x.\n"), *b = ZONE("2", "w 60 NS b.x.\n");

	ck_assert(same("change-watch-list", watch, before, b, before,
	    ZONE("3", "w 60 NS b.x.\nother 60 NS b.x.\n")));
	ck_assert(
	    !same("change-watch-list", watch, before, b, before, ZONE("2", "w 60 NS c.x.\n")));
	/* Gone is something else, and the same again in every serial. */
	ck_assert(!same("change-watch-list", watch, before, b, before, ZONE("2", "")));
	ck_assert(same("change-watch-list", watch, before, ZONE("3", ""), before, ZONE("2", "")));
}
END_TEST

/* What was counted while the zone was built: the number, and the first examples. */
START_TEST(a_defect_handed_on_is_its_number_and_its_examples)
{
	struct found one, more;
	const char *text = ZONE("1", "a 60 TXT t\na 61 TXT u\n");

	find(&one, NULL, text, "rrset-ttl-unequal", NULL, 1);
	ck_assert_uint_eq(one.facts.n, 2);
	find(&more, NULL, ZONE("1", "a 60 TXT t\na 61 TXT u\nb 60 TXT t\nb 61 TXT u\n"),
	    "rrset-ttl-unequal", NULL, 1);
	ck_assert_uint_eq(more.facts.n, 3);
	ck_assert_mem_ne(one.facts.sha256, more.facts.sha256, 32);
	clear(&one);
	clear(&more);
}
END_TEST

/* Owners enough for several portions of work. */
START_TEST(threads_make_no_difference)
{
	char *text = malloc(400000);
	size_t used;
	struct found one, three;

	ck_assert_ptr_nonnull(text);
	used = (size_t)sprintf(text, "%s", ZONE("1", ""));
	for (int i = 0; i < 5000; i++)
		used += (size_t)sprintf(text + used, "n%d 60 CNAME x\nn%d 60 TXT t\n", i, i);
	find(&one, NULL, text, "cname-other-data", NULL, 1);
	find(&three, NULL, text, "cname-other-data", NULL, 3);
	ck_assert_uint_eq(one.facts.n, 5000);
	ck_assert_uint_eq(three.facts.n, 5000);
	ck_assert_mem_eq(one.facts.sha256, three.facts.sha256, 32);
	ck_assert(!one.facts.relative && !one.facts.too_many);
	for (size_t i = 1; i < one.facts.n; i++)
		ck_assert_int_lt(memcmp(one.facts.facts[i - 1].key, one.facts.facts[i].key, 16), 0);
	clear(&one);
	clear(&three);
	free(text);
}
END_TEST

START_TEST(nothing_is_kept_that_nobody_wants)
{
	struct row_fixture fixture;

	row_fixture_init(&fixture, ZONE("1", "a 3600 CNAME b\na 3600 TXT t\n"), NULL);
	row_fixture_run(&fixture);
	for (size_t row = 0; row < check_table_rows; row++)
		ck_assert_ptr_null(fixture.results[row].facts.list);
	row_fixture_clear(&fixture);
}
END_TEST

START_TEST(too_many_facts_are_said_to_be)
{
	static const struct check_row row = {.names_facts = true};
	struct check_result result = {.facts = {.wanted = true}};
	struct check_context context = {.row = &row, .result = &result};
	struct finding_facts facts;

	for (size_t i = 0; i < CHECK_FACTS_MAX; i++)
		check_fact_rrset(&context, 0, 1, false);
	ck_assert(!result.facts.overflow);
	check_fact(&context, 0, "one more");
	ck_assert(result.facts.overflow);
	ck_assert_uint_eq(result.facts.n, CHECK_FACTS_MAX);
	ck_assert_int_eq(finding_facts_make(0, true, &result, NULL, &facts), ZG_OK);
	ck_assert(facts.too_many);
	finding_facts_clear(&facts);
	check_facts_clear(&result.facts);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("finding_facts");
	TCase *tests = tcase_create("finding_facts");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, a_place_is_the_same_in_every_serial);
	tcase_add_test(tests, each_check_has_facts_of_its_own);
	tcase_add_test(tests, a_guard_measures_a_step_from_the_zone_in_force);
	tcase_add_test(tests, a_jump_of_the_serial_is_measured);
	tcase_add_test(tests, a_set_changes_from_this_to_that);
	tcase_add_test(tests, a_watched_name_is_bound_to_what_it_became);
	tcase_add_test(tests, a_defect_handed_on_is_its_number_and_its_examples);
	tcase_add_test(tests, threads_make_no_difference);
	tcase_add_test(tests, nothing_is_kept_that_nobody_wants);
	tcase_add_test(tests, too_many_facts_are_said_to_be);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
