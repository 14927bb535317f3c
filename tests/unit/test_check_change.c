/* Rows about the change since the zone in force: each with a pair that fires and a lawful twin. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "row_fixture.h"

#define SOA(serial) "@ 3600 IN SOA ns.x. h " serial " 7200 3600 1209600 3600\n@ 3600 NS ns.x.\n"
#define SHA256	    "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f"

static uint64_t
count(const char *previous, const char *text, const char *id)
{
	struct row_fixture fixture;
	uint64_t n;

	row_fixture_init(&fixture, text, previous);
	n = row_fixture_count(&fixture, id);
	row_fixture_clear(&fixture);
	return n;
}

/* ---- Serial ---- */

enum { NONE = 0, LOWER = 1, EQUAL = 2, JUMP = 4 };

/* Which of the serial rows fire. */
static unsigned
serial_rows(const char *before_serial, const char *serial, const char *more, bool any)
{
	char before[256], after[256];
	struct row_fixture fixture;
	unsigned fired = NONE;

	(void)snprintf(before, sizeof(before),
	    "@ 3600 IN SOA ns.x. h %s 7200 3600 1209600 3600\n@ 3600 NS ns.x.\n", before_serial);
	(void)snprintf(after, sizeof(after),
	    "@ 3600 IN SOA ns.x. h %s 7200 3600 1209600 3600\n@ 3600 NS ns.x.\n%s", serial, more);
	row_fixture_init(&fixture, after, before);
	fixture.policy.zone.serial_any = any;
	fired |= row_fixture_count(&fixture, "serial-lower") == 1 ? LOWER : NONE;
	fired |= row_fixture_count(&fixture, "serial-equal") == 1 ? EQUAL : NONE;
	fired |= row_fixture_count(&fixture, "serial-jump") == 1 ? JUMP : NONE;
	row_fixture_clear(&fixture);
	return fired;
}

static const struct {
	const char *before, *after;
	unsigned fired;
} serials[] = {
    {"1", "2", NONE},
    {"2", "1", LOWER},
    {"4294967295", "0", NONE}, /* round the circle: RFC 1982 */
    {"0", "4294967295", LOWER},
    {"0", "1073741824", NONE}, /* 2^30 */
    {"0", "1073741825", JUMP},
    {"0", "2147483647", JUMP},
    {"0", "2147483648", LOWER}, /* no order */
    {"2026112200", "2026112201", NONE},
    {"2026112200", "2027112201", NONE}, /* both are dates */
    {"2026112201", "2026112200", LOWER},
    {"1795348800", "2026112200", JUMP}, /* seconds to date */
    {"2026112200", "1795348800", LOWER},
    {"1795348800", "1795435200", NONE},
    {"1795348800", "2026992200", NONE}, /* no date */
    {"1795348800", "2026022900", NONE}, /* no leap year */
    {"1795348800", "2024022900", JUMP},
    {"1795348800", "1996022900", NONE}, /* a date too long ago */
    {"1795348800", "2030112200", NONE}, /* too far ahead */
    {"1795348800", "2027112300", JUMP}, /* a year ahead */
    {"1795348800", "2027112400", NONE},
    {"1000000", "1000001", NONE},
};
enum { SERIALS = sizeof(serials) / sizeof(serials[0]) };

START_TEST(serials_are_compared)
{
	ck_assert_uint_eq(
	    serial_rows(serials[_i].before, serials[_i].after, "", false), serials[_i].fired);
}
END_TEST

/* A policy may leave the form of serials open, not their order: that is a floor. */
START_TEST(any_form_of_serial_passes_when_the_policy_says_so)
{
	ck_assert_uint_eq(serial_rows("2", "1", "", true), LOWER);
	ck_assert_uint_eq(serial_rows("0", "2147483647", "", true), NONE);
	ck_assert_uint_eq(serial_rows("7", "7", "a 60 TXT x\n", true), EQUAL);
}
END_TEST

/* DESIGN 9.2: what is in force comes again after a restart. */
START_TEST(same_serial_passes_with_the_same_content_only)
{
	ck_assert_uint_eq(serial_rows("7", "7", "", false), NONE);
	ck_assert_uint_eq(serial_rows("7", "7", "a 60 TXT x\n", false), EQUAL);
}
END_TEST

START_TEST(zone_without_soa_has_no_serial)
{
	ck_assert_uint_eq(count("@ 60 NS n.x.\n", SOA("0"), "serial-lower"), 0);
	ck_assert_uint_eq(count(SOA("1"), "@ 60 NS n.x.\n", "serial-lower"), 0);
	ck_assert_uint_eq(count("@ 60 NS n.x.\n", SOA("0"), "serial-equal"), 0);
}
END_TEST

/* ---- Guards ---- */

/* The guarded kinds, and what follows "aN" and then "N" in the lines that make one of them. */
static const struct {
	const char *id;
	const char *middle, *end;
} guards[] = {
    {"change-records", " 60 TXT t", "\n"},
    {"change-delegations", " 60 NS n", ".x.\n"},
    {"change-ns-hosts", " 60 NS n", ".x.\n"},
    {"change-secure-delegations", " 60 NS n.x.\na", " 60 DS 1 13 2 " SHA256 "\n"},
};
enum { GUARDS = sizeof(guards) / sizeof(guards[0]) };

static struct change_guard *
guard_of(struct row_fixture *fixture, const char *id)
{
	struct change_guard *all[GUARDS] = {&fixture->policy.change.records,
	    &fixture->policy.change.delegations, &fixture->policy.change.ns_hosts,
	    &fixture->policy.change.secure_delegations};

	for (int i = 0; i < GUARDS; i++) {
		if (strcmp(guards[i].id, id) == 0)
			return all[i];
	}
	ck_abort_msg("no guard %s", id);
}

/* Things first to last - 1, after an SOA. */
static void
things(char *text, size_t size, int kind, const char *serial, int first, int last)
{
	size_t used =
	    (size_t)snprintf(text, size, "@ 3600 IN SOA ns.x. h %s 7200 3600 1209600 60\n", serial);

	for (int i = first; i < last; i++)
		used += (size_t)snprintf(text + used, size - used, "a%d%s%d%s", i,
		    guards[kind].middle, i, guards[kind].end);
	ck_assert_uint_lt(used, size);
}

/* 200 things, of which those from `first` to `last` are there afterwards. */
static void
guard_init(struct row_fixture *fixture, int kind, int first, int last)
{
	static char before[40000], after[40000];

	things(before, sizeof(before), kind, "1", 0, 200);
	things(after, sizeof(after), kind, "2", first, last);
	row_fixture_init(fixture, after, before);
}

START_TEST(loss_beyond_percent_fires)
{
	struct row_fixture fixture;
	struct change_guard *guard;

	guard_init(&fixture, _i, 21, 200);
	guard = guard_of(&fixture, guards[_i].id);
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 0);
	guard->max_shrink_percent = 10; /* 20 of 200 */
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 21);
	ck_assert_uint_eq(row_fixture_result(&fixture, guards[_i].id)->tally.n_examples, 5);
	guard->max_shrink_percent = 11;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 0);
	row_fixture_clear(&fixture);
	guard_init(&fixture, _i, 20, 200);
	guard_of(&fixture, guards[_i].id)->max_shrink_percent = 10;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 0);
	row_fixture_clear(&fixture);
}
END_TEST

/* As many new ones hide nothing. */
START_TEST(loss_is_not_made_good_by_gain)
{
	struct row_fixture fixture;

	guard_init(&fixture, _i, 50, 250);
	guard_of(&fixture, guards[_i].id)->max_shrink_percent = 10;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 50);
	row_fixture_clear(&fixture);
}
END_TEST

START_TEST(small_changes_never_fire)
{
	struct row_fixture fixture;
	struct change_guard *guard;

	guard_init(&fixture, _i, 30, 230);
	guard = guard_of(&fixture, guards[_i].id);
	guard->max_shrink_percent = guard->max_growth_percent = 1;
	guard->minimum = 31;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 0);
	guard->minimum = 30;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 31); /* 30 lost, and growth */
	row_fixture_clear(&fixture);
}
END_TEST

START_TEST(growth_fires)
{
	struct row_fixture fixture;
	struct change_guard *guard;

	guard_init(&fixture, _i, 0, 221);
	guard = guard_of(&fixture, guards[_i].id);
	guard->max_shrink_percent = 0;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 0);
	guard->max_growth_percent = 10;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 1);
	guard->max_growth_percent = 11;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 0);
	row_fixture_clear(&fixture);
}
END_TEST

START_TEST(numbers_bound_as_percent_does)
{
	struct row_fixture fixture;
	struct change_guard *guard;

	guard_init(&fixture, _i, 10, 220);
	guard = guard_of(&fixture, guards[_i].id);
	guard->max_shrink_count = 10;
	guard->max_growth_count = 20;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 0);
	guard->max_shrink_count = 9;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 10);
	guard->max_shrink_count = 10;
	guard->max_growth_count = 19;
	ck_assert_uint_eq(row_fixture_count(&fixture, guards[_i].id), 1);
	row_fixture_clear(&fixture);
}
END_TEST

START_TEST(lost_names_are_shown)
{
	struct row_fixture fixture;
	const struct tally *tally;

	guard_init(&fixture, 1, 2, 200);
	fixture.policy.change.delegations.max_shrink_percent = 0;
	ck_assert_uint_eq(row_fixture_count(&fixture, "change-delegations"), 2);
	tally = &row_fixture_result(&fixture, "change-delegations")->tally;
	ck_assert_uint_eq(tally->n_examples, 2);
	ck_assert_str_eq(tally->examples[0].owner, "a0.z.");
	ck_assert_str_eq(tally->examples[1].owner, "a1.z.");
	ck_assert_uint_eq(tally->examples[0].line, 0);
	row_fixture_clear(&fixture);
}
END_TEST

/* Glue that is missing is a customer's defect: its growth is held to the guard of delegations. */
START_TEST(growth_of_customers_defects_fires)
{
	char before[4096] = SOA("1"), after[4096] = SOA("2");
	struct row_fixture fixture;
	struct change_guard *guard;

	for (int i = 0; i < 30; i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "a%d 60 NS n.a%d\n", i, i);
		if (i < 20)
			strcat(before, line);
		strcat(after, line);
	}
	row_fixture_init(&fixture, after, before);
	guard = &fixture.policy.change.delegations;
	ck_assert_uint_eq(row_fixture_count(&fixture, "glue-missing"), 30);
	ck_assert_uint_eq(row_fixture_count(&fixture, "change-customer-defects"), 0);
	guard->max_growth_percent = 49;
	ck_assert_uint_eq(row_fixture_count(&fixture, "change-customer-defects"), 1);
	guard->minimum = 11;
	ck_assert_uint_eq(row_fixture_count(&fixture, "change-customer-defects"), 0);
	guard->minimum = 10;
	guard->max_growth_percent = 50;
	ck_assert_uint_eq(row_fixture_count(&fixture, "change-customer-defects"), 0);
	guard->max_growth_percent = NOT_SET; /* the bound of losses serves instead */
	guard->max_shrink_percent = 49;
	ck_assert_uint_eq(row_fixture_count(&fixture, "change-customer-defects"), 1);
	row_fixture_clear(&fixture);
	row_fixture_init(&fixture, before, after);
	fixture.policy.change.delegations.max_growth_percent = 0;
	ck_assert_uint_eq(row_fixture_count(&fixture, "change-customer-defects"), 0);
	row_fixture_clear(&fixture);
}
END_TEST

/* ---- Apex, denial, first appearances ---- */

static const struct {
	const char *id, *before, *after;
	uint64_t count;
} changes[] = {
    {"change-apex-ns", "", "@ 60 NS m.x.\n", 1},
    {"change-apex-ns", "a 60 NS m.x.\n", "b 60 NS m.x.\n", 0},
    {"change-apex-keys", "", "@ 60 DNSKEY 257 3 13 AAAA\n", 1},
    {"change-apex-keys", "@ 60 DNSKEY 257 3 13 AAAA\n", "@ 61 DNSKEY 257 3 13 AAAA\n", 0},
    {"change-denial", "@ 60 NSEC z. NS\n", "@ 0 NSEC3PARAM 1 0 0 -\n", 1},
    {"change-denial", "@ 60 NSEC z. NS\n", "@ 60 NSEC a NS\n", 0},
    {"change-new-type", "a 60 TXT x\n", "a 60 TYPE65280 \\# 0\nb 60 A 192.0.2.1\n", 2},
    {"change-new-type", "a 60 TXT x\n", "b 60 TXT x\n", 0},
    {"change-new-algorithm", "a 60 NS n.x.\na 60 DS 1 8 2 " SHA256 "\n",
	"a 60 NS n.x.\na 60 DS 1 13 2 " SHA256 "\na 60 DS 1 15 2 " SHA256 "\n", 2},
    {"change-new-algorithm", "a 60 NS n.x.\na 60 DS 1 8 2 " SHA256 "\n",
	"b 60 NS n.x.\nb 60 DS 2 8 2 " SHA256 "\n", 0},
    {"change-new-digest-type", "a 60 NS n.x.\na 60 DS 1 8 2 " SHA256 "\n",
	"a 60 NS n.x.\na 60 DS 1 8 4 " SHA256 "000102030405060708090a0b0c0d0e0f\n", 1},
    {"change-new-digest-type", "a 60 NS n.x.\na 60 DS 1 8 2 " SHA256 "\n",
	"b 60 NS n.x.\nb 60 DS 1 13 2 " SHA256 "\n", 0},
};
enum { CHANGES = sizeof(changes) / sizeof(changes[0]) };

START_TEST(changes_fire)
{
	char before[512], after[512];

	(void)snprintf(before, sizeof(before), "%s%s", SOA("1"), changes[_i].before);
	(void)snprintf(after, sizeof(after), "%s%s", SOA("2"), changes[_i].after);
	ck_assert_uint_eq(count(before, after, changes[_i].id), changes[_i].count);
}
END_TEST

START_TEST(surplus_new_types_are_counted)
{
	char text[8192] = SOA("2");

	for (int i = 0; i < CHANGE_NEW_TYPES_MAX + 6; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "t 60 TYPE%d \\# 0\n", 65400 - i);
	ck_assert_uint_eq(count(SOA("1"), text, "change-new-type"), CHANGE_NEW_TYPES_MAX + 6);
}
END_TEST

/* ---- Watch-list ---- */

static uint64_t
watch(const char *previous, const char *text)
{
	uint8_t names[][ZG_NAME_MAX] = {"\003gov\001z", "\003bar\005other"};
	struct row_fixture fixture;
	uint64_t n;

	row_fixture_init(&fixture, text, previous);
	fixture.policy.change.watch = names;
	fixture.policy.change.n_watch = 2;
	n = row_fixture_count(&fixture, "change-watch-list");
	fixture.policy.change.n_watch = 0;
	ck_assert_uint_eq(row_fixture_count(&fixture, "change-watch-list"), 0);
	row_fixture_clear(&fixture);
	return n;
}

#define GOV "gov 60 NS n.x.\ngov 60 DS 1 13 2 " SHA256 "\n"

START_TEST(watched_name_must_be_there)
{
	ck_assert_uint_eq(watch(NULL, SOA("2") GOV), 0);
	ck_assert_uint_eq(watch(NULL, SOA("2")), 1);
	ck_assert_uint_eq(watch(NULL, SOA("2") "a.gov 60 TXT x\n"), 1);
	ck_assert_uint_eq(watch(SOA("1") GOV, SOA("2")), 1);
}
END_TEST

START_TEST(watched_delegation_must_not_change)
{
	ck_assert_uint_eq(watch(SOA("1") GOV, SOA("2") GOV), 0);
	ck_assert_uint_eq(watch(SOA("1"), SOA("2") GOV), 0);
	ck_assert_uint_eq(
	    watch(SOA("1") GOV, SOA("2") "GOV 61 NS N.x.\ngov 61 DS 1 13 2 " SHA256 "\n"), 0);
	ck_assert_uint_eq(watch(SOA("1") GOV, SOA("2") GOV "gov 60 NS m.x.\n"), 1);
	ck_assert_uint_eq(watch(SOA("1") GOV, SOA("2") "gov 60 NS n.x.\n"), 1);
	ck_assert_uint_eq(watch(SOA("1") GOV, SOA("2") "gov 60 NS m.x.\n"), 2);
	ck_assert_uint_eq(watch(SOA("1") GOV, SOA("2") GOV "gov 60 TXT x\n"), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check_change");
	TCase *tcase = tcase_create("check_change");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, serials_are_compared, 0, SERIALS);
	tcase_add_test(tcase, any_form_of_serial_passes_when_the_policy_says_so);
	tcase_add_test(tcase, same_serial_passes_with_the_same_content_only);
	tcase_add_test(tcase, zone_without_soa_has_no_serial);
	tcase_add_loop_test(tcase, loss_beyond_percent_fires, 0, GUARDS);
	tcase_add_loop_test(tcase, loss_is_not_made_good_by_gain, 0, GUARDS);
	tcase_add_loop_test(tcase, small_changes_never_fire, 0, GUARDS);
	tcase_add_loop_test(tcase, growth_fires, 0, GUARDS);
	tcase_add_loop_test(tcase, numbers_bound_as_percent_does, 0, GUARDS);
	tcase_add_test(tcase, lost_names_are_shown);
	tcase_add_test(tcase, growth_of_customers_defects_fires);
	tcase_add_loop_test(tcase, changes_fire, 0, CHANGES);
	tcase_add_test(tcase, surplus_new_types_are_counted);
	tcase_add_test(tcase, watched_name_must_be_there);
	tcase_add_test(tcase, watched_delegation_must_not_change);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
