/* Rows of the check table run over zones from text. */
#include "row_fixture.h"

#include <check.h>
#include <string.h>

#include "zone_fixture.h"

static struct policy_values
policy_without_bounds(void)
{
	const struct change_guard guard = {.max_shrink_percent = NOT_SET,
	    .max_growth_percent = NOT_SET,
	    .max_shrink_count = NOT_SET,
	    .max_growth_count = NOT_SET};
	const struct duration_range range = {NOT_SET, NOT_SET};

	return (struct policy_values){
	    .signatures = {.validity = range,
		.validity_dnskey = range,
		.validity_denial = range,
		.remaining_min = NOT_SET,
		.inception_offset = range,
		.min_zone_ttl = NOT_SET,
		.max_zone_ttl = NOT_SET},
	    .denial = {.nsec = true, .nsec3 = true, .max_iterations = NOT_SET, .max_salt = NOT_SET},
	    .keys = {.ttl = range},
	    .zone = {.max_expire = NOT_SET, .max_minimum = NOT_SET},
	    .change = {.records = guard,
		.delegations = guard,
		.secure_delegations = guard,
		.ns_hosts = guard},
	    .unsigned_allowed = true,
	};
}

void
row_fixture_init(struct row_fixture *fixture, const char *text, const char *previous)
{
	struct facts_inputs inputs = {.now = FIXTURE_NOW, .threads = 1, .max_examples = 5};
	struct zg_error error = {""};

	memset(fixture, 0, sizeof(*fixture));
	fixture->zone = zone_fixture("z.", text);
	if (previous != NULL)
		fixture->previous = zone_fixture("z.", previous);
	fixture->policy = policy_without_bounds();
	fixture->now = FIXTURE_NOW;
	inputs.zone = fixture->zone;
	inputs.previous = fixture->previous;
	ck_assert_msg(facts_compute(&inputs, &fixture->facts, &error) == ZG_OK, "%s", error.text);
}

static void
clear_results(struct row_fixture *fixture)
{
	check_results_clear(fixture->former);
	check_results_clear(fixture->results);
	memset(fixture->former, 0, sizeof(fixture->former));
	memset(fixture->results, 0, sizeof(fixture->results));
}

/* The rows by which a candidate is compared, over the former zone. */
static void
run_former(struct row_fixture *fixture)
{
	struct facts_inputs of = {
	    .zone = fixture->previous, .now = fixture->now, .threads = 1, .former = true};
	struct check_inputs inputs = {.policy = &fixture->policy, .now = fixture->now};
	struct facts *facts;
	struct zg_error error = {""};

	ck_assert_msg(facts_compute(&of, &facts, &error) == ZG_OK, "%s", error.text);
	inputs.facts = facts;
	ck_assert_int_eq(check_run(&inputs, fixture->former), ZG_OK);
	facts_free(facts);
}

void
row_fixture_run(struct row_fixture *fixture)
{
	struct check_inputs inputs = {.facts = fixture->facts,
	    .policy = &fixture->policy,
	    .now = fixture->now,
	    .max_examples = 5};

	clear_results(fixture);
	if (fixture->previous != NULL) {
		run_former(fixture);
		inputs.former = fixture->former;
		inputs.inputs = ZG_INPUT_PREVIOUS;
	}
	if (fixture->facts->past != NULL)
		inputs.inputs |= ZG_INPUT_HISTORY;
	ck_assert_int_eq(check_run(&inputs, fixture->results), ZG_OK);
}

const struct check_result *
row_fixture_result(const struct row_fixture *fixture, const char *id)
{
	for (size_t i = 0; i < check_table_rows; i++) {
		if (strcmp(check_table[i].public.id, id) != 0)
			continue;
		ck_assert_msg(fixture->results[i].ran, "%s did not run", id);
		return &fixture->results[i];
	}
	ck_abort_msg("no check %s", id);
}

uint64_t
row_fixture_count(struct row_fixture *fixture, const char *id)
{
	row_fixture_run(fixture);
	return check_result_tally(row_fixture_result(fixture, id))->count;
}

void
row_fixture_clear(struct row_fixture *fixture)
{
	clear_results(fixture);
	facts_free(fixture->facts);
	zone_free(fixture->zone);
	zone_free(fixture->previous);
}
