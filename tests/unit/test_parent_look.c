/* Looks at the parent: agreement, the rows that they become, and what rows say of them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "history/parent_looks.h"

#define NOW  1795000000
#define HOUR 3600

static struct parent_look *look;
static struct parent_looks *looks;
static struct history_ds *rows;
static size_t n_rows;

/* A DS that differs from others in its tag. */
static struct release_ds
ds_of(uint16_t tag)
{
	return (struct release_ds){
	    .tag = tag, .algorithm = 13, .digest_type = 2, .digest_len = 32, .digest = {1, 2, 3}};
}

/* A server that proves one DS with this tag; 0: that there is none. */
static struct look_server *
add(const char *name, uint16_t tag)
{
	struct look_server *server = &look->servers[look->n_servers++];

	strcpy(server->server, name);
	server->answer = tag == 0 ? LOOK_NO_DS : LOOK_DS;
	server->ttl = 86400;
	server->has_serial = true;
	server->serial = 10;
	server->n_ds = tag == 0 ? 0 : 1;
	server->ds[0] = ds_of(tag);
	return server;
}

static void
begin(int64_t time)
{
	*look = (struct parent_look){.time = time, .chain = LOOK_DS};
}

static void
setup(void)
{
	look = calloc(1, sizeof(*look));
	looks = calloc(1, sizeof(*looks));
	rows = calloc(4 * PARENT_LOOK_ROWS, sizeof(*rows));
	n_rows = 0;
	ck_assert(look != NULL && looks != NULL && rows != NULL);
	begin(NOW);
}

static void
teardown(void)
{
	free(look);
	free(looks);
	free(rows);
}

static struct look_agreed
agree(bool majority)
{
	struct look_agreed agreed;

	look_agree(look, majority, &agreed);
	return agreed;
}

/* Keeps the look as a row each, or as one when nothing changed; then reads all rows. */
static size_t
keep(void)
{
	bool whole = parent_look_is_news(look, looks);
	size_t n = parent_look_rows(look, whole, &rows[n_rows]);

	n_rows += n;
	ck_assert_int_eq(parent_looks_read(rows, n_rows, false, 0, looks), ZG_OK);
	return n;
}

START_TEST(sets_are_compared_without_order)
{
	struct release_ds a[] = {ds_of(1), ds_of(2)}, b[] = {ds_of(2), ds_of(1)};

	ck_assert(look_ds_same(a, 2, b, 2));
	ck_assert(!look_ds_same(a, 2, b, 1));
	ck_assert(!look_ds_same(a, 1, b, 2));
	ck_assert(look_ds_same(a, 0, b, 0));
	b[0].digest[31] = 1;
	ck_assert(!look_ds_same(a, 2, b, 2));
	b[0] = ds_of(2);
	b[0].digest_len = 31;
	ck_assert(!look_ds_same(a, 2, b, 2));
}
END_TEST

START_TEST(all_servers_agree)
{
	struct look_agreed agreed;

	add("a", 1);
	add("b", 1)->ttl = 3600;
	agreed = agree(false);
	ck_assert(agreed.agreed);
	ck_assert_uint_eq(agreed.n_with, 2);
	ck_assert_uint_eq(agreed.ttl, 86400);
	ck_assert_uint_eq(agreed.ttl_least, 3600);
}
END_TEST

START_TEST(one_that_differs_is_no_agreement_of_all)
{
	add("a", 1);
	add("b", 1);
	add("c", 2);
	ck_assert(!agree(false).agreed);
	ck_assert(agree(true).agreed);
	ck_assert_uint_eq(agree(true).n_sets, 2);
	ck_assert_uint_eq(agree(true).by->ds[0].tag, 1);
}
END_TEST

START_TEST(half_is_no_majority)
{
	add("a", 1);
	add("b", 2);
	ck_assert(!agree(true).agreed);
	add("c", 2);
	ck_assert(agree(true).agreed);
	ck_assert_uint_eq(agree(true).by->ds[0].tag, 2);
}
END_TEST

/* What is not proved is no voice, whatever it holds. */
START_TEST(unproved_answers_have_no_say)
{
	for (int answer = 0; answer < LOOK_ANSWERS; answer++) {
		begin(NOW);
		add("a", 1);
		add("b", 2)->answer = (enum look_answer)answer;
		look->servers[1].n_ds = answer == LOOK_DS ? 1 : 0;
		ck_assert_int_eq(agree(false).agreed, !look_is_proved((enum look_answer)answer));
	}
	begin(NOW);
	add("a", 1)->answer = LOOK_BOGUS;
	ck_assert(!agree(true).agreed);
	ck_assert_ptr_null(agree(true).by);
}
END_TEST

START_TEST(no_ds_and_no_name_are_the_same_empty_set)
{
	add("a", 0);
	add("b", 0)->answer = LOOK_OPT_OUT;
	ck_assert(agree(false).agreed);
	add("c", 1);
	ck_assert(!agree(false).agreed);
}
END_TEST

START_TEST(each_answer_has_a_word)
{
	for (int a = 0; a < LOOK_ANSWERS; a++) {
		for (int b = 0; b < a; b++)
			ck_assert_str_ne(look_answer_text((enum look_answer)a),
			    look_answer_text((enum look_answer)b));
	}
}
END_TEST

START_TEST(a_look_comes_back_from_its_rows)
{
	add("a", 1);
	add("b", 0)->answer = LOOK_NO_NAME;
	strcpy(add("c", 0)->note, "does not verify: 13/1");
	look->servers[2].answer = LOOK_BOGUS;
	look->servers[0].flaw = LOOK_BOGUS;
	strcpy(look->servers[0].flaw_note, "SOA: no signature");
	ck_assert_uint_eq(keep(), 3);
	ck_assert_int_eq(looks->last.time, NOW);
	ck_assert_uint_eq(looks->last.n_servers, 3);
	ck_assert_int_eq(looks->last.servers[0].answer, LOOK_DS);
	ck_assert_int_ne(looks->last.servers[0].flaw, LOOK_UNASKED);
	ck_assert_int_eq(looks->last.servers[1].answer, LOOK_NO_NAME);
	ck_assert_int_eq(looks->last.servers[2].answer, LOOK_BOGUS);
	ck_assert_str_eq(looks->last.servers[2].note, "does not verify: 13/1");
	ck_assert_uint_eq(looks->last.servers[0].ds[0].tag, 1);
	ck_assert_uint_eq(looks->last.servers[0].serial, 10);
}
END_TEST

/* What was not proved must not count in the proof of caches: its row is no answer. */
START_TEST(unproved_answers_become_unanswered_rows)
{
	for (int answer = 0; answer < LOOK_ANSWERS; answer++) {
		struct history_ds row[PARENT_LOOK_ROWS];
		size_t n;

		begin(NOW);
		add("a", 1)->answer = (enum look_answer)answer;
		n = parent_look_rows(look, true, row);
		ck_assert_uint_eq(n, answer == LOOK_NO_ROUTE ? 0 : 1);
		if (n == 0)
			continue;
		ck_assert_int_eq(row[0].answered, look_is_proved((enum look_answer)answer));
		if (!row[0].answered)
			ck_assert_uint_eq(row[0].n, 0);
	}
}
END_TEST

START_TEST(an_unchanged_look_is_one_row)
{
	add("a", 1);
	add("b", 1);
	ck_assert_uint_eq(keep(), 2);
	look->time = NOW + 900;
	look->servers[1].serial = 11;
	ck_assert_uint_eq(keep(), 1);
	ck_assert_str_eq(rows[2].server, "b");
	ck_assert_uint_eq(rows[2].serial, 11);
	ck_assert_int_eq(looks->last.time, NOW);
	ck_assert_int_eq(looks->last_time, NOW + 900);
	ck_assert_int_eq(looks->agreed_time, NOW + 900);
	ck_assert_uint_eq(looks->n_servers_agreed, 2);
}
END_TEST

/* A year of looks must not fill the memory of the proof; a day without one of them must show. */
START_TEST(unchanged_looks_are_whole_again_after_six_hours)
{
	add("a", 1);
	add("b", 1);
	ck_assert_uint_eq(keep(), 2);
	look->time = NOW + 6 * HOUR - 1;
	ck_assert_uint_eq(keep(), 1);
	look->time = NOW + 6 * HOUR;
	ck_assert_uint_eq(keep(), 2);
}
END_TEST

START_TEST(any_change_makes_a_look_whole)
{
	static const char *const what[] = {"ttl", "set", "answer", "flaw", "more", "fewer"};

	for (size_t i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
		n_rows = 0;
		*looks = (struct parent_looks){.last_time = 0};
		begin(NOW);
		add("a", 1);
		add("b", 1);
		ck_assert_uint_eq(keep(), 2);
		look->time = NOW + 60;
		look->servers[1].ttl += i == 0;
		if (i == 1)
			look->servers[1].ds[0].tag = 2;
		if (i == 2)
			look->servers[1].answer = LOOK_DEAD;
		if (i == 3)
			look->servers[1].flaw = LOOK_EXPIRED;
		if (i == 3)
			strcpy(look->servers[1].flaw_note, "SOA: expired");
		if (i == 4)
			add("c", 1);
		if (i == 5)
			look->n_servers--;
		ck_assert_msg(keep() > (i == 5 ? 0 : 1), "%s", what[i]);
		ck_assert_msg(looks->last.time == NOW + 60, "%s", what[i]);
	}
}
END_TEST

START_TEST(the_agreed_set_outlives_disagreement)
{
	add("a", 1);
	add("b", 1);
	(void)keep();
	begin(NOW + HOUR);
	add("a", 1);
	add("b", 2);
	(void)keep();
	ck_assert_int_eq(looks->last.time, NOW + HOUR);
	ck_assert_int_eq(looks->agreed_time, NOW);
	ck_assert_uint_eq(looks->agreed[0].tag, 1);
}
END_TEST

START_TEST(a_chain_that_broke_is_kept)
{
	look->chain = LOOK_BOGUS;
	strcpy(look->why, "no anchor names a key");
	ck_assert_uint_eq(keep(), 1);
	ck_assert(!rows[0].answered);
	ck_assert_int_eq(looks->last.chain, LOOK_BOGUS);
	ck_assert_uint_eq(looks->last.n_servers, 0);
	ck_assert_int_eq(looks->agreed_time, 0);
}
END_TEST

START_TEST(rows_of_files_and_people_are_no_looks)
{
	rows[0] = (struct history_ds){.time = NOW, .source = SOURCE_OPERATOR, .answered = true};
	rows[1] = (struct history_ds){.time = NOW, .source = SOURCE_FILE, .answered = true};
	ck_assert_int_eq(parent_looks_read(rows, 2, false, 0, looks), ZG_OK);
	ck_assert_int_eq(looks->last.time, 0);
	ck_assert_int_eq(looks->agreed_time, 0);
}
END_TEST

/* Of a server that spoke for all, the history gives only the last row when the look is old. */
START_TEST(the_spokesman_is_still_of_the_look)
{
	add("a", 1);
	add("b", 1);
	(void)keep();
	look->time = NOW + 900;
	(void)keep();
	memmove(rows, rows + 1, 2 * sizeof(rows[0]));
	ck_assert_int_eq(parent_looks_read(rows, 2, false, NOW + 10 * HOUR, looks), ZG_OK);
	ck_assert_uint_eq(looks->last.n_servers, 2);
	ck_assert_uint_eq(looks->n_servers_agreed, 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parent look");
	TCase *tests = tcase_create("look");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, sets_are_compared_without_order);
	tcase_add_test(tests, all_servers_agree);
	tcase_add_test(tests, one_that_differs_is_no_agreement_of_all);
	tcase_add_test(tests, half_is_no_majority);
	tcase_add_test(tests, unproved_answers_have_no_say);
	tcase_add_test(tests, no_ds_and_no_name_are_the_same_empty_set);
	tcase_add_test(tests, each_answer_has_a_word);
	tcase_add_test(tests, a_look_comes_back_from_its_rows);
	tcase_add_test(tests, unproved_answers_become_unanswered_rows);
	tcase_add_test(tests, an_unchanged_look_is_one_row);
	tcase_add_test(tests, unchanged_looks_are_whole_again_after_six_hours);
	tcase_add_test(tests, any_change_makes_a_look_whole);
	tcase_add_test(tests, the_agreed_set_outlives_disagreement);
	tcase_add_test(tests, a_chain_that_broke_is_kept);
	tcase_add_test(tests, rows_of_files_and_people_are_no_looks);
	tcase_add_test(tests, the_spokesman_is_still_of_the_look);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
