/* Rollouts in the dead-man timer: each condition beside the twin that is silent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "policy/config.h"
#include "publish/rollout.h"
#include "publish/status.h"

#define NOW  1795348800
#define SOAK 600

/* Two stages, the first has it and served it well at the last look, just before now. */
struct world {
	struct config_stage stages[2];
	struct config_zone zone;
	struct rollout rollout;
	struct status_zone_inputs inputs;
	struct status_report report;
};

static struct world *
world_new(void)
{
	struct world *world = calloc(1, sizeof(*world));
	struct rollout_stage *canary;

	ck_assert_ptr_nonnull(world);
	world->zone = (struct config_zone){
	    .name = strdup("example."), .stages = world->stages, .n_stages = 2};
	world->stages[0].name = strdup("canary");
	world->stages[0].soak = SOAK;
	world->stages[1].name = strdup("all");
	world->rollout = (struct rollout){
	    .state = ROLLOUT_RUNNING, .serial = 5, .begun = NOW - 1000, .n_stages = 2};
	(void)strcpy(world->rollout.stages[0].name, "canary");
	(void)strcpy(world->rollout.stages[1].name, "all");
	canary = &world->rollout.stages[0];
	canary->entered = canary->reached = NOW - 100;
	canary->looked = NOW - 10;
	canary->good_since = NOW - 90;
	canary->good = true;
	world->inputs = (struct status_zone_inputs){
	    .zone = &world->zone, .rollout = &world->rollout, .now = NOW};
	return world;
}

static void
world_free(struct world *world)
{
	free(world->zone.name);
	free(world->stages[0].name);
	free(world->stages[1].name);
	free(world);
}

/* The only condition, or none with `id` NULL. */
static void
assert_says(struct world *world, const char *id, enum status_level level)
{
	world->report = (struct status_report){.n_conditions = 0};
	(void)strcpy(world->report.zone, "example.");
	status_judge_rollout(&world->inputs, &world->report);
	ck_assert_uint_eq(world->report.n_conditions, id != NULL);
	ck_assert_int_eq(world->report.level, level);
	if (id != NULL) {
		ck_assert_str_eq(world->report.conditions[0].id, id);
		ck_assert_int_eq(world->report.conditions[0].level, level);
	}
}

START_TEST(a_rollout_that_soaks_is_well)
{
	struct world *world = world_new();

	assert_says(world, "rollout", STATUS_OK);
	ck_assert_ptr_nonnull(strstr(world->report.conditions[0].text, "serial 5"));
	world_free(world);
}
END_TEST

START_TEST(one_that_is_over_or_not_known_is_not_told)
{
	static const enum rollout_state states[] = {
	    ROLLOUT_NONE, ROLLOUT_FINISHED, ROLLOUT_REPLACED, ROLLOUT_ABORTED};
	struct world *world = world_new();

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		world->rollout.state = states[i];
		assert_says(world, NULL, STATUS_OK);
	}
	world->inputs.rollout = NULL;
	assert_says(world, NULL, STATUS_OK);
	world_free(world);
}
END_TEST

START_TEST(a_bad_look_blocks)
{
	struct world *world = world_new();

	world->rollout.stages[0].good = false;
	assert_says(world, "rollout-blocked", STATUS_WARNING);
	world_free(world);
}
END_TEST

START_TEST(stages_that_are_configured_otherwise_block)
{
	struct world *world = world_new();

	(void)strcpy(world->stages[1].name, "a");
	assert_says(world, "rollout-blocked", STATUS_WARNING);
	world->zone.n_stages = 0;
	assert_says(world, "rollout-blocked", STATUS_WARNING);
	world_free(world);
}
END_TEST

START_TEST(a_failed_command_is_critical_until_it_succeeds)
{
	struct world *world = world_new();
	struct rollout_stage *all = &world->rollout.stages[1];

	all->entered = NOW - 5;
	(void)strcpy(all->failed, "exit status 1");
	world->report = (struct status_report){.n_conditions = 0};
	status_judge_rollout(&world->inputs, &world->report);
	ck_assert_str_eq(world->report.conditions[0].id, "rollout-blocked");
	ck_assert_int_eq(world->report.level, STATUS_CRITICAL);
	all->failed[0] = '\0';
	all->reached = NOW - 1;
	assert_says(world, "rollout", STATUS_OK);
	world_free(world);
}
END_TEST

/* The timer has had its time: it does not run, or people do not approve. */
START_TEST(what_could_have_gone_on_long_ago_waits)
{
	struct world *world = world_new();
	int64_t due = world->rollout.stages[0].good_since + SOAK;

	world->inputs.now = due + LOOK_AGE_MAX;
	assert_says(world, "rollout", STATUS_OK);
	world->inputs.now = due + LOOK_AGE_MAX + 1;
	assert_says(world, "rollout-waits", STATUS_WARNING);
	world->stages[1].approvals = 2;
	assert_says(world, "rollout-waits", STATUS_WARNING);
	ck_assert_ptr_nonnull(strstr(world->report.conditions[0].text, "2 approvals"));
	world_free(world);
}
END_TEST

START_TEST(one_that_no_stage_has_yet_waits_from_its_begin_on)
{
	struct world *world = world_new();

	world->rollout.stages[0].entered = world->rollout.stages[0].reached = 0;
	world->rollout.stages[0].looked = 0;
	world->inputs.now = world->rollout.begun + LOOK_AGE_MAX;
	assert_says(world, "rollout", STATUS_OK);
	world->inputs.now++;
	assert_says(world, "rollout-waits", STATUS_WARNING);
	world_free(world);
}
END_TEST

START_TEST(one_that_all_stages_have_is_to_be_ended)
{
	struct world *world = world_new();

	world->rollout.stages[1] = world->rollout.stages[0];
	(void)strcpy(world->rollout.stages[1].name, "all");
	assert_says(world, "rollout", STATUS_OK);
	world->inputs.now = NOW + SOAK + LOOK_AGE_MAX;
	assert_says(world, "rollout-waits", STATUS_WARNING);
	world_free(world);
}
END_TEST

/* Killed before that was recorded, and configured anew since. */
START_TEST(one_that_all_stages_have_may_have_more_than_are_configured)
{
	struct world *world = world_new();
	struct config_stage *first = calloc(1, sizeof(*first));

	ck_assert_ptr_nonnull(first);
	first->soak = SOAK;
	world->zone.stages = first;
	world->zone.n_stages = 1;
	world->rollout.stages[1] = world->rollout.stages[0];
	(void)strcpy(world->rollout.stages[1].name, "all");
	assert_says(world, "rollout", STATUS_OK);
	free(first);
	world_free(world);
}
END_TEST

START_TEST(an_abort_that_has_not_ended_is_told)
{
	struct world *world = world_new();

	world->rollout.state = ROLLOUT_ABORTING;
	assert_says(world, "rollout-aborting", STATUS_WARNING);
	world_free(world);
}
END_TEST

static Suite *
status_rollout_suite(void)
{
	Suite *suite = suite_create("status of rollouts");
	TCase *all = tcase_create("all");

	tcase_add_test(all, a_rollout_that_soaks_is_well);
	tcase_add_test(all, one_that_is_over_or_not_known_is_not_told);
	tcase_add_test(all, a_bad_look_blocks);
	tcase_add_test(all, stages_that_are_configured_otherwise_block);
	tcase_add_test(all, a_failed_command_is_critical_until_it_succeeds);
	tcase_add_test(all, what_could_have_gone_on_long_ago_waits);
	tcase_add_test(all, one_that_no_stage_has_yet_waits_from_its_begin_on);
	tcase_add_test(all, one_that_all_stages_have_is_to_be_ended);
	tcase_add_test(all, one_that_all_stages_have_may_have_more_than_are_configured);
	tcase_add_test(all, an_abort_that_has_not_ended_is_told);
	suite_add_tcase(suite, all);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(status_rollout_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
