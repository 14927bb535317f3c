/* Unit tests of src/cli/knot_control.c: what Knot's control program prints is one exact answer, or
 * none. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define ZONE "example."

static struct knot_status status;

static bool
read_text(const char *text)
{
	return knot_status_read(text, strlen(text), ZONE, &status);
}

START_TEST(a_version_that_waits_is_seen)
{
	ck_assert(read_text("[example.] serial: 41 | transaction: open-external\n"));
	ck_assert(status.external);
	ck_assert(status.has_serial);
	ck_assert_uint_eq(status.serial, 41);
}
END_TEST

START_TEST(other_transactions_are_not_ours)
{
	static const char *const texts[] = {"[example.] serial: 0 | transaction: open\n",
	    "[example.] serial: 4294967295 | transaction: -\n",
	    "[example.] serial: 1 | transaction: none\n"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ck_assert_msg(read_text(texts[i]), "%s", texts[i]);
		ck_assert(!status.external);
		ck_assert(status.has_serial);
	}
	ck_assert_uint_eq(status.serial, 1);
}
END_TEST

START_TEST(a_zone_that_is_not_served_has_no_serial)
{
	ck_assert(read_text("[example.] serial: - | transaction: open-external\n"));
	ck_assert(status.external);
	ck_assert(!status.has_serial);
	ck_assert(read_text("[example.] serial: none | transaction: -\n"));
	ck_assert(!status.has_serial);
}
END_TEST

START_TEST(order_of_fields_other_fields_and_letter_case_mean_nothing)
{
	ck_assert(read_text("[EXAMPLE.] transaction: open-external | role: slave | serial: 7"));
	ck_assert(status.external);
	ck_assert_uint_eq(status.serial, 7);
}
END_TEST

START_TEST(lines_about_others_mean_nothing)
{
	ck_assert(read_text("warning: something\n"
			    "[other.example.] serial: 1 | transaction: -\n"
			    "[example.] serial: 2 | transaction: open-external\n"
			    "error: [third.] (no such zone found)\n"
			    "\n"));
	ck_assert(status.external);
	ck_assert_uint_eq(status.serial, 2);
}
END_TEST

START_TEST(what_is_not_exact_is_no_answer)
{
	static const char *const texts[] = {"", "\n", "[example.]", "[example.] ",
	    "example. serial: 1 | transaction: open-external\n",
	    " [example.] serial: 1 | transaction: open-external\n",
	    "[example.]serial: 1 | transaction: open-external\n",
	    "[example] serial: 1 | transaction: open-external\n",
	    "[example.com.] serial: 1 | transaction: open-external\n",
	    "[sub.example.] serial: 1 | transaction: open-external\n", "[example.] serial: 1\n",
	    "[example.] transaction: open-external\n",
	    "[example.] serial: 1 | transaction: open-externally\n",
	    "[example.] serial: 1 | transaction: open-external \n",
	    "[example.] serial: 1 | transaction: \n", "[example.] serial: 1 | transaction:\n",
	    "[example.] serial: 1 | transaction: OPEN-EXTERNAL\n",
	    "[example.] serial: 1 | transaction: \033[1mopen-external\033[0m\n",
	    "[example.] serial:  1 | transaction: open-external\n",
	    "[example.] serial: -1 | transaction: open-external\n",
	    "[example.] serial: 4294967296 | transaction: open-external\n",
	    "[example.] serial: 1x | transaction: open-external\n",
	    "[example.] serial: 1 | serial: 1 | transaction: open-external\n",
	    "[example.] serial: 1 | transaction: open-external | transaction: -\n",
	    ("[example.] serial: 1 | transaction: open-external\n"
	     "[example.] serial: 1 | transaction: open-external\n"),
	    "error: [example.] (no such zone found)\n"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(!read_text(texts[i]), "'%s'", texts[i]);
}
END_TEST

START_TEST(an_octet_of_zero_is_no_answer)
{
	static const char text[] = "[example.] serial: 1 | transaction: open-external\n\0";

	ck_assert(knot_status_read(text, sizeof(text) - 2, ZONE, &status));
	ck_assert(!knot_status_read(text, sizeof(text) - 1, ZONE, &status));
}
END_TEST

START_TEST(long_lines_and_many_fields_are_no_answer)
{
	char text[4096];
	size_t n;

	memset(text, 'x', sizeof(text));
	memcpy(text, "[example.] ", 11);
	ck_assert(!knot_status_read(text, sizeof(text), ZONE, &status));
	n = (size_t)snprintf(text, sizeof(text), "[example.] serial: 1 | transaction: -");
	for (int i = 0; i < 20; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " | x");
	ck_assert(!knot_status_read(text, n, ZONE, &status));
}
END_TEST

START_TEST(every_beginning_of_an_answer_is_none)
{
	static const char text[] = "[example.] serial: 1 | transaction: open-external";

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		char *piece = malloc(n + 1); /* of exactly that size, for what looks beyond */

		ck_assert_ptr_nonnull(piece);
		memcpy(piece, text, n);
		if (knot_status_read(piece, n, ZONE, &status))
			ck_assert(!status.external);
		free(piece);
	}
}
END_TEST

START_TEST(the_root_has_a_line_too)
{
	static const char text[] = "[.] serial: 5 | transaction: open-external\n";

	ck_assert(knot_status_read(text, sizeof(text) - 1, ".", &status));
	ck_assert(status.external);
	ck_assert(!read_text(text));
}
END_TEST

static bool
read_soa(const char *text, uint32_t *serial)
{
	return knot_soa_read(text, strlen(text), ZONE, serial);
}

START_TEST(the_serial_of_what_waits_is_read)
{
	uint32_t serial = 0;

	ck_assert(read_soa("[example.] example. 3600 SOA ns1.example. hostmaster.example. "
			   "4294967295 7200 3600 604800 900\n",
	    &serial));
	ck_assert_uint_eq(serial, 4294967295U);
}
END_TEST

START_TEST(a_soa_that_is_not_exact_is_none)
{
	static const char *const texts[] = {"", "[example.] \n",
	    "example. 3600 SOA a. b. 1 2 3 4 5\n",
	    "[example.] other.example. 3600 SOA a. b. 1 2 3 4 5\n",
	    "[other.] example. 3600 SOA a. b. 1 2 3 4 5\n",
	    "[example.] example. 3600 IN SOA a. b. 1 2 3 4 5\n",
	    "[example.] example. 3600 NS a. b. 1 2 3 4 5\n",
	    "[example.] example. x SOA a. b. 1 2 3 4 5\n",
	    "[example.] example. 3600 SOA a. b. x 2 3 4 5\n",
	    "[example.] example. 3600 SOA a. b. 4294967296 2 3 4 5\n",
	    "[example.] example. 3600 SOA a. b. 1 2 3 4\n",
	    "[example.] example. 3600 SOA a. b. 1 2 3 4 x\n",
	    "[example.] example. 3600 SOA a. b. 1 2 3 4 5 6\n",
	    "[example.] example.  3600 SOA a. b. 1 2 3 4 5\n",
	    ("[example.] example. 3600 SOA a. b. 1 2 3 4 5\n"
	     "[example.] example. 3600 SOA a. b. 2 2 3 4 5\n"),
	    "error: (no active transaction) [example.] @ SOA\n"};
	uint32_t serial = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(!read_soa(texts[i], &serial), "'%s'", texts[i]);
}
END_TEST

/* Zones of one server, of a length each. */
static size_t
batch_of(size_t n, size_t length)
{
	static char dump[] = "/d";
	struct config_zone *zones = calloc(n, sizeof(*zones));
	const struct config_zone **list = calloc(n, sizeof(*list));
	char name[CLAIM_ZONE_SIZE];
	size_t batch;

	ck_assert(zones != NULL && list != NULL);
	memset(name, 'a', length);
	name[length] = '\0';
	for (size_t i = 0; i < n; i++) {
		zones[i] = (struct config_zone){.name = name, .knot = {.dump = dump}};
		list[i] = &zones[i];
	}
	batch = knot_batch(list, n);
	free(zones);
	free(list);
	return batch;
}

START_TEST(what_is_asked_at_once_fits_into_the_answer)
{
	static const size_t lengths[] = {2, 20, 100, 253, 1000};
	const size_t room = sizeof(((struct command_outcome *)NULL)->output) - 1;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t batch = batch_of(200, lengths[i]);

		/* "[" name "] serial: 4294967295 | transaction: open-external\n" */
		ck_assert_uint_ge(batch, 1);
		ck_assert_uint_lt(batch * (lengths[i] + 54), room);
	}
	ck_assert_uint_eq(batch_of(3, 20), 3);
	ck_assert_uint_eq(batch_of(1, 1024), 1);
}
END_TEST

START_TEST(zones_of_another_server_are_asked_about_apart)
{
	static char name[] = "a.", dump[] = "/d", one[] = "/one", two[] = "/two";
	static char knotc[] = "/usr/sbin/knotc";
	struct config_zone zones[] = {{.name = name, .knot = {.dump = dump, .socket = one}},
	    {.name = name, .knot = {.dump = dump, .socket = one, .control = knotc}},
	    {.name = name, .knot = {.dump = dump, .socket = two}}};
	const struct config_zone *list[] = {&zones[0], &zones[1], &zones[2]};

	ck_assert_uint_eq(knot_batch(list, 3), 2);
	ck_assert_uint_eq(knot_batch(list + 2, 1), 1);
	zones[1].knot.control = one;
	ck_assert_uint_eq(knot_batch(list, 3), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("knot_control");
	TCase *tests = tcase_create("knot_control");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, a_version_that_waits_is_seen);
	tcase_add_test(tests, other_transactions_are_not_ours);
	tcase_add_test(tests, a_zone_that_is_not_served_has_no_serial);
	tcase_add_test(tests, order_of_fields_other_fields_and_letter_case_mean_nothing);
	tcase_add_test(tests, lines_about_others_mean_nothing);
	tcase_add_test(tests, what_is_not_exact_is_no_answer);
	tcase_add_test(tests, an_octet_of_zero_is_no_answer);
	tcase_add_test(tests, long_lines_and_many_fields_are_no_answer);
	tcase_add_test(tests, every_beginning_of_an_answer_is_none);
	tcase_add_test(tests, the_root_has_a_line_too);
	tcase_add_test(tests, the_serial_of_what_waits_is_read);
	tcase_add_test(tests, a_soa_that_is_not_exact_is_none);
	tcase_add_test(tests, what_is_asked_at_once_fits_into_the_answer);
	tcase_add_test(tests, zones_of_another_server_are_asked_about_apart);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
