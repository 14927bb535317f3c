/* The configuration of the Unbound that validates what one server serves. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "observe/unbound.h"

static struct net_address server;
static struct unbound_place place;
static struct unbound_trust trust;
static struct release_ds ds[2];
static struct trust_anchor keys[2];
static struct text_writer text;

static void
setup(void)
{
	const uint8_t key[] = {1, 1, 3, 13, 0xde, 0xad, 0xbe, 0xef};

	ck_assert(net_address_make("192.0.2.1", 5353, &server));
	place = (struct unbound_place){
	    .port = 4711, .nonce = "nonce", .server = &server, .trust = &trust};
	for (size_t i = 0; i < 2; i++) {
		ds[i] = (struct release_ds){.tag = (uint16_t)(1000 + i),
		    .algorithm = 13,
		    .digest_type = 2,
		    .digest_len = 3,
		    .digest = {0xab, 0x01, (uint8_t)i}};
		keys[i] = (struct trust_anchor){.is_key = true, .key_len = sizeof(key)};
		memcpy(keys[i].key, key, sizeof(key));
	}
	trust = (struct unbound_trust){
	    .zone = "example.", .ds = ds, .n_ds = 2, .keys = keys, .n_keys = 2};
	text = (struct text_writer){0};
}

static void
teardown(void)
{
	text_writer_clear(&text);
}

static const char *
config(void)
{
	text_writer_clear(&text);
	unbound_config_write(&place, &text);
	ck_assert(!text.failed);
	return text.text;
}

static size_t
count(const char *whole, const char *part)
{
	size_t n = 0;

	for (const char *at = strstr(whole, part); at != NULL; at = strstr(at + 1, part))
		n++;
	return n;
}

START_TEST(answers_are_validated_from_the_ds_set)
{
	const char *written = config();

	ck_assert_uint_eq(count(written, "trust-anchor: "), 2);
	ck_assert_uint_eq(
	    count(written, "\ttrust-anchor: \"example. 3600 IN DS 1000 13 2 ab0100\"\n"), 1);
	ck_assert_uint_eq(
	    count(written, "\ttrust-anchor: \"example. 3600 IN DS 1001 13 2 ab0101\"\n"), 1);
}
END_TEST

START_TEST(without_a_ds_set_from_the_keys)
{
	trust.n_ds = 0;
	ck_assert_uint_eq(
	    count(config(), "\ttrust-anchor: \"example. 3600 IN DNSKEY 257 3 13 3q2+7w==\"\n"), 2);
}
END_TEST

START_TEST(nothing_but_the_server_is_asked)
{
	const char *written = config();

	ck_assert_uint_eq(count(written, "stub-zone:\n"), 2);
	ck_assert_uint_eq(count(written, "stub-addr: "), 2);
	ck_assert_uint_eq(count(written, "\tstub-addr: 192.0.2.1@5353\n\tstub-prime: no\n"), 2);
	ck_assert_uint_eq(count(written, "\tname: \"example.\"\n"), 1);
	ck_assert_uint_eq(count(written, "\tname: \".\"\n"), 1);
	ck_assert_uint_eq(count(written, "forward-"), 0);
	ck_assert_uint_eq(count(written, "root-hints"), 0);
	ck_assert_uint_eq(count(written, "control-enable: no\n"), 1);
}
END_TEST

START_TEST(the_root_zone_is_one_stub)
{
	trust.zone = ".";
	ck_assert_uint_eq(count(config(), "stub-zone:\n"), 1);
	ck_assert_uint_eq(count(config(), "\ttrust-anchor: \". 3600 IN DS "), 2);
}
END_TEST

START_TEST(it_listens_on_the_loopback_interface_alone)
{
	const char *written = config();

	ck_assert_uint_eq(count(written, "interface: "), 1);
	ck_assert_uint_eq(count(written, "\tinterface: 127.0.0.1@4711\n"), 1);
	ck_assert_uint_eq(count(written, "access-control: "), 1);
	ck_assert_uint_eq(count(written, "\taccess-control: 127.0.0.0/8 allow\n"), 1);
}
END_TEST

START_TEST(a_name_cannot_end_its_line)
{
	const char *names[] = {"a\"b.example.", "a\nserver:.example.", "a\\\"b.example.",
	    "a b#c.example.", "a\\010b.example."};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *written;
		size_t lines;

		trust.zone = "example.";
		lines = count(config(), "\n");
		trust.zone = names[i];
		written = config();
		ck_assert_uint_eq(count(written, "\n"), lines);
		ck_assert_uint_eq(count(written, "\ttrust-anchor: \"a\\"), 2);
		ck_assert_uint_eq(count(written, "\"b"), 0);
		ck_assert_uint_eq(count(written, "#"), 0);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("unbound");
	TCase *tcase = tcase_create("unbound");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, answers_are_validated_from_the_ds_set);
	tcase_add_test(tcase, without_a_ds_set_from_the_keys);
	tcase_add_test(tcase, nothing_but_the_server_is_asked);
	tcase_add_test(tcase, the_root_zone_is_one_stub);
	tcase_add_test(tcase, it_listens_on_the_loopback_interface_alone);
	tcase_add_test(tcase, a_name_cannot_end_its_line);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
