/* Rollouts as people and programs see them: words of stages, escaping, both forms. */
#include "report/rollout_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <jansson.h>

#define NOW 1795348800

/* Three stages: the first is good, the second is next, the last has its turn after it. */
struct world {
	struct config_server servers[3];
	struct config_stage stages[3];
	struct config_zone zone;
	struct rollout_view view;
	struct rollout_next next;
	struct zg_stage_approval approvals[2];
	struct rollout_report report;
	struct rollout_page page;
};

static struct world *
world_new(void)
{
	static char name[] = "example.", address[] = "192.0.2.1";
	static char names[3][8] = {"canary", "half", "all"};
	struct world *world = calloc(1, sizeof(*world));
	struct rollout *rollout;

	ck_assert_ptr_nonnull(world);
	rollout = &world->view.rollout;
	for (size_t i = 0; i < 3; i++) {
		world->servers[i] =
		    (struct config_server){.address = address, .port = (uint16_t)(53 + i)};
		world->stages[i] = (struct config_stage){
		    .name = names[i], .first_server = i, .n_servers = 1, .soak = 600};
		(void)strcpy(rollout->stages[i].name, names[i]);
	}
	world->stages[1].approvals = 2;
	world->zone = (struct config_zone){.name = name,
	    .servers = world->servers,
	    .n_servers = 3,
	    .stages = world->stages,
	    .n_stages = 3};
	rollout->state = ROLLOUT_RUNNING;
	rollout->serial = 5;
	rollout->n_stages = 3;
	rollout->begun = NOW - 100;
	(void)strcpy(rollout->why, "a risk");
	rollout->stages[0].entered = rollout->stages[0].reached = NOW - 90;
	rollout->stages[0].looked = rollout->stages[0].good_since = NOW - 10;
	rollout->stages[0].good = true;
	world->view.zone = &world->zone;
	world->view.has_release = true;
	world->view.serial = 4;
	world->view.now = NOW;
	world->view.seen[0] = (struct rollout_seen){.time = NOW - 10, .serial = 5};
	world->next = (struct rollout_next){
	    .action = ROLLOUT_WAIT, .stage = 1, .approvals = 1, .approvals_needed = 2};
	(void)strcpy(world->next.text, "canary soaks");
	world->approvals[0] = (struct zg_stage_approval){
	    .name = "a.approval", .outcome = ZG_APPROVAL_USED, .by = "alice", .until = NOW + 60};
	world->approvals[1] =
	    (struct zg_stage_approval){.name = "b.approval", .outcome = ZG_APPROVAL_MALFORMED};
	world->report = (struct rollout_report){.view = &world->view,
	    .next = &world->next,
	    .approvals = world->approvals,
	    .n_approvals = 2};
	world->page = (struct rollout_page){.zones = &world->report, .n_zones = 1, .single = true};
	return world;
}

static char *
render(const struct world *world, enum rollout_format format)
{
	struct zg_error error = {""};
	char *text;
	size_t length;

	ck_assert_msg(rollout_render(&world->page, format, &text, &length, &error) == ZG_OK, "%s",
	    error.text);
	ck_assert_uint_eq(strlen(text), length);
	return text;
}

/* The line that has it. */
static bool
says(const char *text, const char *first, const char *second)
{
	const char *at = strstr(text, first);
	const char *end = at == NULL ? NULL : strchr(at + 1, '\n');
	const char *then = at == NULL ? NULL : strstr(at, second);

	return then != NULL && end != NULL && then < end;
}

START_TEST(text_says_where_each_stage_is)
{
	struct world *world = world_new();
	char *text = render(world, ROLLOUT_FORMAT_TEXT);

	ck_assert(says(text, "example. serial 5", "1 of 3"));
	ck_assert(says(text, "\ngood ", "canary"));
	ck_assert(says(text, "\nnext ", "half, 1 of 2 approvals"));
	ck_assert(says(text, "\nlater ", "all"));
	ck_assert(says(text, "192.0.2.1@53 ", "serial 5"));
	ck_assert(says(text, "192.0.2.1@54 ", "not seen"));
	ck_assert(says(text, "approval a.approval of alice", "counts"));
	ck_assert(says(text, "approval b.approval", "not the text of an approval"));
	ck_assert(says(text, "next  ", "canary soaks"));
	free(text);
	world->page.brief = true;
	text = render(world, ROLLOUT_FORMAT_TEXT);
	ck_assert_str_eq(text, "example. serial 5 1/3 waits: canary soaks\n");
	free(text);
	free(world);
}
END_TEST

START_TEST(states_of_stages)
{
	struct world *world = world_new();
	struct rollout *rollout = &world->view.rollout;
	struct rollout_stage *half = &rollout->stages[1];

	ck_assert_int_eq(rollout_stage_state(rollout, 0), ROLLOUT_STAGE_GOOD);
	rollout->stages[0].good = false;
	ck_assert_int_eq(rollout_stage_state(rollout, 0), ROLLOUT_STAGE_BAD);
	rollout->stages[0].looked = 0;
	ck_assert_int_eq(rollout_stage_state(rollout, 0), ROLLOUT_STAGE_REACHED);
	ck_assert_int_eq(rollout_stage_state(rollout, 1), ROLLOUT_STAGE_NEXT);
	ck_assert_int_eq(rollout_stage_state(rollout, 2), ROLLOUT_STAGE_LATER);
	rollout->stages[2].other = true;
	ck_assert_int_eq(rollout_stage_state(rollout, 2), ROLLOUT_STAGE_OTHER);
	half->entered = NOW;
	ck_assert_int_eq(rollout_stage_state(rollout, 1), ROLLOUT_STAGE_ENTERED);
	(void)strcpy(half->failed, "exit status 1");
	ck_assert_int_eq(rollout_stage_state(rollout, 1), ROLLOUT_STAGE_FAILED);
	half->put_back = NOW;
	ck_assert_int_eq(rollout_stage_state(rollout, 1), ROLLOUT_STAGE_BACK);
	*half = (struct rollout_stage){.name = "half"};
	rollout->state = ROLLOUT_ABORTED;
	ck_assert_int_eq(rollout_stage_state(rollout, 1), ROLLOUT_STAGE_LATER);
	free(world);
}
END_TEST

/* What people, servers and zones wrote cannot move the cursor of a terminal. */
START_TEST(nothing_but_printable_ascii_gets_out)
{
	struct world *world = world_new();
	char *text;

	(void)strcpy(world->approvals[0].reason, "\033[2J\xff\n");
	(void)strcpy(world->view.rollout.stages[0].found, "\033]0;x\a");
	(void)strcpy(world->view.rollout.why, "\r\033[A");
	(void)strcpy(world->next.text, "\033c");
	world->view.n_lines = 1;
	(void)strcpy(world->view.lines[0].text, "\b\x7f");
	text = render(world, ROLLOUT_FORMAT_TEXT);
	for (const char *at = text; *at != '\0'; at++)
		ck_assert_msg((*at >= ' ' && *at <= '~') || *at == '\n', "%d", *at);
	ck_assert_ptr_nonnull(strstr(text, "\\027[2J\\255\\010"));
	free(text);
	text = render(world, ROLLOUT_FORMAT_JSON);
	for (const char *at = text; *at != '\0'; at++)
		ck_assert((*at >= ' ' && *at <= '~') || *at == '\n');
	free(text);
	free(world);
}
END_TEST

static const char *
string_of(const json_t *root, const char *key)
{
	return json_string_value(json_object_get(root, key));
}

START_TEST(json_says_the_same)
{
	struct world *world = world_new();
	char *text = render(world, ROLLOUT_FORMAT_JSON);
	json_t *root = json_loads(text, 0, NULL), *stage, *approval;

	ck_assert_str_eq(string_of(root, "state"), "running");
	ck_assert_int_eq(json_integer_value(json_object_get(root, "serial")), 5);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "in_force")), 4);
	ck_assert_str_eq(string_of(json_object_get(root, "next"), "action"), "wait");
	ck_assert_str_eq(string_of(json_object_get(root, "next"), "stage"), "half");
	ck_assert_uint_eq(json_array_size(json_object_get(root, "stages")), 3);
	stage = json_array_get(json_object_get(root, "stages"), 0);
	ck_assert_str_eq(string_of(stage, "state"), "good");
	ck_assert_int_eq(json_integer_value(json_object_get(stage, "soak_ends")), NOW - 10 + 600);
	approval = json_array_get(json_object_get(root, "approvals"), 1);
	ck_assert(json_is_false(json_object_get(approval, "counts")));
	ck_assert(json_is_null(json_object_get(approval, "by")));
	json_decref(root);
	free(text);
	world->page.single = false;
	text = render(world, ROLLOUT_FORMAT_JSON);
	root = json_loads(text, 0, NULL);
	ck_assert_uint_eq(json_array_size(json_object_get(root, "zones")), 1);
	json_decref(root);
	free(text);
	free(world);
}
END_TEST

/* Before the first rollout, and with stages that were taken out of the configuration since. */
START_TEST(less_is_known)
{
	struct world *world = world_new();
	char *text;

	world->zone.n_stages = 1;
	text = render(world, ROLLOUT_FORMAT_TEXT);
	ck_assert(says(text, "half", "not configured any more"));
	free(text);
	free(render(world, ROLLOUT_FORMAT_JSON));
	world->view.rollout.state = ROLLOUT_NONE;
	world->next = (struct rollout_next){.action = ROLLOUT_NOTHING};
	text = render(world, ROLLOUT_FORMAT_TEXT);
	ck_assert(says(text, "example. nothing has gone through", "serial 4"));
	free(text);
	free(render(world, ROLLOUT_FORMAT_JSON));
	free(world);
}
END_TEST

static Suite *
rollout_report_suite(void)
{
	Suite *suite = suite_create("rollout report");
	TCase *all = tcase_create("all");

	tcase_add_test(all, text_says_where_each_stage_is);
	tcase_add_test(all, states_of_stages);
	tcase_add_test(all, nothing_but_printable_ascii_gets_out);
	tcase_add_test(all, json_says_the_same);
	tcase_add_test(all, less_is_known);
	suite_add_tcase(suite, all);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(rollout_report_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
