/* Addresses: what is one, and how it is written. */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "net/address.h"

/* What is read and written again. */
static void
assert_read(const char *text, const char *written)
{
	struct net_address address;
	char again[NET_ADDRESS_TEXT];

	ck_assert_msg(net_address_read(text, NET_PORT, &address), "%s", text);
	net_address_text(&address, again);
	ck_assert_str_eq(again, written);
}

START_TEST(addresses_are_read_and_written)
{
	assert_read("192.0.2.1", "192.0.2.1@53");
	assert_read("192.0.2.1@5353", "192.0.2.1@5353");
	assert_read("2001:DB8:0:0::1", "2001:db8::1@53");
	assert_read("2001:db8::1@65535", "2001:db8::1@65535");
	assert_read("::ffff:192.0.2.1", "::ffff:192.0.2.1@53");
	assert_read("fe80::1%lo", "fe80::1%lo@53");
	assert_read("fe80::1%lo@853", "fe80::1%lo@853");
}
END_TEST

START_TEST(other_texts_are_no_addresses)
{
	static const char *const texts[] = {"", "@53", "ns1.example", "192.0.2", "192.0.2.256",
	    "192.0.2.1@", "192.0.2.1@0", "192.0.2.1@65536", "192.0.2.1@53x", "192.0.2.1@+53",
	    "192.0.2.1@@53", "192.0.2.1%lo", "2001:db8::1%", "2001:db8::1%no-such-interface-here",
	    "[2001:db8::1]", "2001:db8::1::", "0x7f.1", " 192.0.2.1", "192.0.2.1 ",
	    "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"};
	struct net_address address;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(!net_address_read(texts[i], NET_PORT, &address), "%s", texts[i]);
	ck_assert(!net_address_make("192.0.2.1@53", 53, &address));
	ck_assert(!net_address_make("192.0.2.1", 0, &address));
	ck_assert(net_address_make("192.0.2.1", 53, &address));
}
END_TEST

START_TEST(rdata_is_an_address_of_its_length)
{
	static const uint8_t octets[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 7};
	struct net_address address;
	char text[NET_ADDRESS_TEXT];

	ck_assert(net_address_from_rdata(octets, 4, 53, &address));
	net_address_text(&address, text);
	ck_assert_str_eq(text, "32.1.13.184@53");
	ck_assert(net_address_from_rdata(octets, 16, 53, &address));
	net_address_text(&address, text);
	ck_assert_str_eq(text, "2001:db8::7@53");
	ck_assert(!net_address_from_rdata(octets, 5, 53, &address));
	ck_assert(!net_address_from_rdata(octets, 0, 53, &address));
	ck_assert(!net_address_from_rdata(octets, 4, 0, &address));
}
END_TEST

START_TEST(addresses_differ_in_each_of_their_parts)
{
	static const char *const texts[] = {"192.0.2.1@53", "192.0.2.2@53", "192.0.2.1@54",
	    "2001:db8::1@53", "2001:db8::2@53", "2001:db8::1@54", "::ffff:192.0.2.1@53", "fe80::1",
	    "fe80::1%lo"};
	struct net_address a, b;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
			ck_assert(net_address_read(texts[i], NET_PORT, &a));
			ck_assert(net_address_read(texts[k], NET_PORT, &b));
			ck_assert(net_address_equal(&a, &b) == (i == k));
			ck_assert(
			    (net_address_compare(&a, &b) < 0) == (net_address_compare(&b, &a) > 0));
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("address");
	TCase *tcase = tcase_create("address");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, addresses_are_read_and_written);
	tcase_add_test(tcase, other_texts_are_no_addresses);
	tcase_add_test(tcase, rdata_is_an_address_of_its_length);
	tcase_add_test(tcase, addresses_differ_in_each_of_their_parts);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
