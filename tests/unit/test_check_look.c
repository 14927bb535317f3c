/* Rows about how the parent's DS set is known: each with a past that fires and a twin. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "row_fixture.h"

#define SOA                                                                                        \
	"@ 3600 IN SOA ns.x. h 2026112201 7200 3600 1209600 3600\n"                                \
	"@ 3600 NS ns.x.\n"

static struct row_fixture rows;
static struct past_facts past;
static struct cache_proof proof;
static struct release_facts candidate;

static void
setup(void)
{
	row_fixture_init(&rows, SOA, NULL);
	memset(&past, 0, sizeof(past));
	past.candidate = &candidate;
	past.candidate_policy_digest = "p";
	past.proof = &proof;
	past.parent = (struct past_parent){.is_known = true,
	    .seen = FIXTURE_NOW - 3600,
	    .max_age = 3600,
	    .n_servers = 3,
	    .n_sets = 1,
	    .ttl = 86400,
	    .former_ttl = 86400};
	rows.facts->past = &past;
}

static void
teardown(void)
{
	row_fixture_clear(&rows);
}

static const char *const ids[] = {"parent-ds-age", "parent-source", "parent-servers-disagree",
    "parent-unreachable", "parent-ds-ttl-changed"};

/* Of these rows exactly this one fires, once. */
static void
only(const char *id)
{
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		ck_assert_msg(row_fixture_count(&rows, ids[i]) == (strcmp(ids[i], id) == 0),
		    "%s, expected %s", ids[i], id);
}

START_TEST(a_fresh_set_that_all_agree_on_passes)
{
	only("none");
}
END_TEST

START_TEST(age_fires_a_second_beyond_what_is_allowed)
{
	past.parent.seen--;
	only("parent-ds-age");
	past.parent.max_age = NOT_SET;
	only("none");
}
END_TEST

START_TEST(source_fires_when_no_word_counts)
{
	past.parent.seen = 0;
	only("parent-source");
	past.parent.is_known = false;
	only("none");
}
END_TEST

START_TEST(disagreement_fires)
{
	past.parent.n_sets = 2;
	past.parent.disagree = true;
	only("parent-servers-disagree");
	past.parent.disagree = false;
	only("none");
}
END_TEST

START_TEST(a_silent_server_fires)
{
	past.parent.n_silent = 1;
	only("parent-unreachable");
}
END_TEST

START_TEST(another_ttl_fires)
{
	past.parent.former_ttl = 3600;
	only("parent-ds-ttl-changed");
}
END_TEST

/* DESIGN 9.3: what the parent does is no defect of keys that stay as they are. */
START_TEST(rows_about_the_parent_are_the_parents)
{
	for (size_t i = 0; i < check_table_rows; i++) {
		for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]); k++) {
			if (strcmp(check_table[i].public.id, ids[k]) == 0)
				ck_assert_msg(check_table[i].parents, "%s", ids[k]);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check look");
	TCase *tests = tcase_create("look");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_fresh_set_that_all_agree_on_passes);
	tcase_add_test(tests, age_fires_a_second_beyond_what_is_allowed);
	tcase_add_test(tests, source_fires_when_no_word_counts);
	tcase_add_test(tests, disagreement_fires);
	tcase_add_test(tests, a_silent_server_fires);
	tcase_add_test(tests, another_ttl_fires);
	tcase_add_test(tests, rows_about_the_parent_are_the_parents);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
