/* Messages: what comes out of them, and what is none. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/byte_reader.h"
#include "dns/name.h"
#include "dns/rr_type.h"
#include "net/message.h"

static const uint8_t example[] = "\7Example\4zone";

/* A message under construction. */
struct wire {
	uint8_t octets[NET_MESSAGE_MAX + 64];
	size_t length;
};

static void
put(struct wire *wire, const void *octets, size_t length)
{
	ck_assert_uint_le(wire->length + length, sizeof(wire->octets));
	memcpy(wire->octets + wire->length, octets, length);
	wire->length += length;
}

static void
put_u16(struct wire *wire, unsigned value)
{
	uint8_t octets[2];

	store_u16(octets, (uint16_t)value);
	put(wire, octets, 2);
}

/* Header of a response, and the question for `example`, type TXT, at octet 12. */
static void
begin(struct wire *wire, unsigned flags)
{
	wire->length = 0;
	put_u16(wire, 0x1234);
	put_u16(wire, 0x8000 | flags);
	put_u16(wire, 1);
	put(wire, "\0\0\0\0\0\0", 6);
	put(wire, example, sizeof(example));
	put_u16(wire, RR_TXT);
	put_u16(wire, 1);
}

static void
count(struct wire *wire, enum message_section section, int more)
{
	uint8_t *at = wire->octets + 6 + 2 * (int)section;

	store_u16(at, (uint16_t)(load_u16(at) + more));
}

/* A record; an `owner` of no octets is a pointer to the question's name. */
static void
record(struct wire *wire, enum message_section section, const void *owner, size_t owner_len,
    unsigned type, const void *rdata, size_t rdlen)
{
	if (owner_len > 0)
		put(wire, owner, owner_len);
	else
		put_u16(wire, 0xc00c);
	put_u16(wire, type);
	put_u16(wire, 1);
	put(wire, "\0\0\0\74", 4);
	put_u16(wire, (unsigned)rdlen);
	put(wire, rdata, rdlen);
	count(wire, section, 1);
}

static void
opt(struct wire *wire, const void *options, size_t length)
{
	put(wire, "\0\0\51\4\320\1\0\200\0", 9); /* root, OPT, 1232, extended RCODE 1, DO */
	put_u16(wire, (unsigned)length);
	put(wire, options, length);
	count(wire, SECTION_ADDITIONAL, 1);
}

/* In memory of its own, so that a sanitizer sees a step beyond it. */
static zg_status
unpack(const struct wire *wire, struct message **message, const char **why)
{
	uint8_t *octets = malloc(wire->length + (wire->length == 0));
	zg_status status;

	ck_assert_ptr_nonnull(octets);
	memcpy(octets, wire->octets, wire->length);
	status = message_unpack(octets, wire->length, message, why);
	free(octets);
	return status;
}

static struct message *
unpack_good(const struct wire *wire)
{
	struct message *message;
	const char *why;

	ck_assert_msg(unpack(wire, &message, &why) == ZG_OK, "%s", why);
	ck_assert_ptr_null(why);
	return message;
}

static void
assert_none(const struct wire *wire)
{
	struct message *message;
	const char *why;

	ck_assert_int_eq(unpack(wire, &message, &why), ZG_INPUT_BAD);
	ck_assert_ptr_null(message);
	ck_assert_ptr_nonnull(why);
}

START_TEST(a_question_packed_is_the_one_unpacked)
{
	static const uint8_t cookie[NET_CLIENT_COOKIE + NET_SERVER_COOKIE_MAX] = "client..server..";
	struct message_query query = {.id = 0xbeef,
	    .name = example,
	    .type = RR_DNSKEY,
	    .recurse = true,
	    .checking_disabled = true,
	    .dnssec = true,
	    .udp_size = NET_UDP_SIZE,
	    .cookie = cookie,
	    .cookie_len = sizeof(cookie)};
	struct wire wire;
	struct message *message;

	ck_assert_int_eq(message_pack(&query, wire.octets, NET_UDP_SIZE, &wire.length), ZG_OK);
	ck_assert_int_eq(wire.octets[2], 0x01); /* RD */
	ck_assert_int_eq(wire.octets[3], 0x10); /* CD */
	message = unpack_good(&wire);
	ck_assert_int_eq(message->id, 0xbeef);
	ck_assert(!message->response && !message->truncated && message->has_question);
	ck_assert_mem_eq(message->name, example, sizeof(example));
	ck_assert_int_eq(message->type, RR_DNSKEY);
	ck_assert_int_eq(message->class, 1);
	ck_assert(message->has_edns);
	ck_assert_uint_eq(message->cookie_len, sizeof(cookie));
	ck_assert_mem_eq(message->cookie, cookie, sizeof(cookie));
	for (int i = 0; i < SECTION_COUNT; i++)
		ck_assert_uint_eq(message->n_records[i], 0);
	message_free(message);
}
END_TEST

/* RFC 6891 section 6.1: the size in CLASS, DO the first of the flags in TTL. */
START_TEST(edns_says_its_size_and_do)
{
	static const uint8_t with[] = {0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0};
	struct message_query query = {
	    .name = example, .type = RR_SOA, .dnssec = true, .udp_size = NET_UDP_SIZE};
	uint8_t wire[NET_UDP_SIZE];
	size_t length, plain;

	ck_assert_int_eq(message_pack(&query, wire, sizeof(wire), &length), ZG_OK);
	ck_assert_mem_eq(wire + length - sizeof(with), with, sizeof(with));
	query.udp_size = 0;
	ck_assert_int_eq(message_pack(&query, wire, sizeof(wire), &plain), ZG_OK);
	ck_assert_uint_eq(plain + sizeof(with), length);
	ck_assert_int_eq(load_u16(wire + 10), 0);
	ck_assert_int_eq(message_pack(&query, wire, plain - 1, &length), ZG_LIMIT);
}
END_TEST

START_TEST(records_come_out_section_by_section)
{
	struct wire wire;
	struct message *message;
	const struct message_record *records;
	size_t n;

	begin(&wire, 0x0400);
	record(&wire, SECTION_ANSWER, NULL, 0, RR_TXT, "\3abc", 4);
	record(&wire, SECTION_ANSWER, NULL, 0, RR_TXT, "\1x\1y", 4);
	record(&wire, SECTION_AUTHORITY, "\3SUB\300\14", 6, RR_NS, "\2Ns\300\14", 5);
	record(&wire, SECTION_ADDITIONAL, "", 1, RR_A, "\177\0\0\1", 4);
	message = unpack_good(&wire);
	ck_assert(message->response && message->authoritative);
	records = message_section(message, SECTION_ANSWER, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert(name_equal(records[0].owner, example));
	ck_assert_mem_eq(records[0].owner, "\7example", 8); /* lower case */
	ck_assert_int_eq(records[0].ttl, 60);
	ck_assert_mem_eq(records[1].rdata, "\1x\1y", 4);
	records = message_section(message, SECTION_AUTHORITY, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_mem_eq(records[0].owner, "\3sub\7example\4zone", 18);
	/* Uncompressed, letter case as sent. */
	ck_assert_int_eq(records[0].rdlen, 17);
	ck_assert_mem_eq(records[0].rdata, "\2Ns\7Example\4zone", 17);
	records = message_section(message, SECTION_ADDITIONAL, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(*records[0].owner, 0);
	message_free(message);
}
END_TEST

START_TEST(any_type_comes_out_as_it_went_in)
{
	static uint8_t large[60000];
	static const unsigned types[] = {10, 1234, 65280, 65534};
	struct wire wire;

	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct message *message;

		begin(&wire, 0);
		record(&wire, SECTION_ANSWER, NULL, 0, types[i], large, sizeof(large));
		record(&wire, SECTION_ANSWER, NULL, 0, types[i], "", 0);
		message = unpack_good(&wire);
		ck_assert_int_eq(message->records[0].rdlen, sizeof(large));
		ck_assert_mem_eq(message->records[0].rdata, large, sizeof(large));
		ck_assert_int_eq(message->records[1].rdlen, 0);
		message_free(message);
	}
}
END_TEST

START_TEST(edns_is_taken_apart)
{
	static const uint8_t options[] = {0, 10, 0, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9,
	    9, 0, 15, 0, 5, 0, 6, 'b', 'a', 'd', 0, 3, 0, 0};
	struct wire wire;
	struct message *message;

	begin(&wire, 0x0007);
	opt(&wire, options, sizeof(options));
	record(&wire, SECTION_ADDITIONAL, NULL, 0, RR_A, "\177\0\0\1", 4);
	message = unpack_good(&wire);
	ck_assert(message->has_edns);
	ck_assert_int_eq(message->rcode, 0x17); /* BADCOOKIE: 1 above, 7 below */
	ck_assert_uint_eq(message->cookie_len, 16);
	ck_assert_mem_eq(message->cookie, options + 4, 16);
	ck_assert_int_eq(message->extended_error, 6 + 1);
	ck_assert_str_eq(message->extended_text, "bad");
	ck_assert_uint_eq(message->n_records[SECTION_ADDITIONAL], 1);
	message_free(message);
}
END_TEST

START_TEST(cookies_of_other_lengths_are_refused)
{
	struct wire wire;

	for (unsigned length = 0; length <= 64; length++) {
		bool good = length == 8 || (length >= 16 && length <= 40);
		uint8_t options[4 + 64] = {0, 10, 0, (uint8_t)length};

		begin(&wire, 0);
		opt(&wire, options, 4 + length);
		if (good)
			message_free(unpack_good(&wire));
		else
			assert_none(&wire);
	}
}
END_TEST

START_TEST(a_long_extended_error_is_cut)
{
	uint8_t options[4 + 2 + 300] = {0, 15, 1, 46};
	struct wire wire;
	struct message *message;

	memset(options + 6, 'x', 300);
	begin(&wire, 0);
	opt(&wire, options, sizeof(options));
	message = unpack_good(&wire);
	ck_assert_uint_eq(strlen(message->extended_text), sizeof(message->extended_text) - 1);
	message_free(message);
}
END_TEST

START_TEST(edns_that_is_malformed_is_refused)
{
	struct wire wire;

	begin(&wire, 0);
	opt(&wire, "", 0);
	message_free(unpack_good(&wire));
	opt(&wire, "", 0);
	assert_none(&wire); /* two */

	begin(&wire, 0);
	opt(&wire, "\0\3\0\5abcd", 8);
	assert_none(&wire); /* an option that is cut off */
	begin(&wire, 0);
	opt(&wire, "\0\3\0", 3);
	assert_none(&wire);
	begin(&wire, 0);
	record(&wire, SECTION_ADDITIONAL, NULL, 0, RR_OPT, "", 0);
	assert_none(&wire); /* not at the root */
}
END_TEST

START_TEST(records_that_are_malformed_are_refused)
{
	struct wire wire;

	begin(&wire, 0);
	record(&wire, SECTION_ANSWER, NULL, 0, RR_A, "\177\0\0\1", 4);
	message_free(unpack_good(&wire));
	begin(&wire, 0);
	record(&wire, SECTION_ANSWER, NULL, 0, RR_A, "\177\0\0\1\1", 5);
	assert_none(&wire);
	begin(&wire, 0);
	record(&wire, SECTION_ANSWER, NULL, 0, RR_A, "\177\0\0", 3);
	assert_none(&wire);
	begin(&wire, 0); /* a string longer than its RDATA, octets behind it to be had */
	record(&wire, SECTION_ANSWER, NULL, 0, RR_TXT, "\10abc", 4);
	record(&wire, SECTION_ANSWER, NULL, 0, RR_TXT, "\3abc", 4);
	assert_none(&wire);
	begin(&wire, 0); /* a name longer than its RDATA */
	record(&wire, SECTION_ANSWER, NULL, 0, RR_NS, "\2ns", 3);
	record(&wire, SECTION_ANSWER, NULL, 0, RR_TXT, "\3abc", 4);
	assert_none(&wire);
	begin(&wire, 0); /* octets behind a name */
	record(&wire, SECTION_ANSWER, NULL, 0, RR_NS, "\2ns\0x", 5);
	assert_none(&wire);
}
END_TEST

START_TEST(names_that_are_malformed_are_refused)
{
	struct wire wire;
	uint8_t longest[4 * 64 + 1] = {0};

	begin(&wire, 0); /* points to itself */
	ck_assert_uint_eq(wire.length, 036);
	record(&wire, SECTION_ANSWER, "\300\36", 2, RR_A, "\177\0\0\1", 4);
	assert_none(&wire);
	begin(&wire, 0); /* beyond the end */
	record(&wire, SECTION_ANSWER, "\377\377", 2, RR_A, "\177\0\0\1", 4);
	assert_none(&wire);
	begin(&wire, 0); /* label type 01 */
	record(&wire, SECTION_ANSWER, "\101a\0", 3, RR_A, "\177\0\0\1", 4);
	assert_none(&wire);
	begin(&wire, 0); /* 256 octets and more */
	for (int i = 0; i < 4; i++)
		longest[64 * i] = 63;
	record(&wire, SECTION_ANSWER, longest, sizeof(longest), RR_A, "\177\0\0\1", 4);
	assert_none(&wire);
	longest[64 * 3] = 61;
	longest[64 * 3 + 62] = 0;
	begin(&wire, 0); /* 255 */
	record(&wire, SECTION_ANSWER, longest, 255, RR_A, "\177\0\0\1", 4);
	message_free(unpack_good(&wire));
}
END_TEST

/* Nothing of a message may be missing or too much. */
START_TEST(a_message_cut_anywhere_is_none)
{
	struct wire wire;

	begin(&wire, 0);
	record(&wire, SECTION_ANSWER, NULL, 0, RR_TXT, "\3abc", 4);
	record(&wire, SECTION_AUTHORITY, "\3sub\300\14", 6, RR_NS, "\2ns\300\14", 5);
	opt(&wire, "\0\3\0\2ab", 6);
	message_free(unpack_good(&wire));
	put(&wire, "", 1);
	assert_none(&wire);
	for (wire.length--; wire.length > 0;) {
		wire.length--;
		assert_none(&wire);
	}
}
END_TEST

/* RFC 2181 section 9: what TC cuts off is not used. */
START_TEST(a_truncated_message_has_its_question)
{
	struct wire wire;
	struct message *message;
	size_t question_end;

	begin(&wire, 0x0200);
	question_end = wire.length;
	record(&wire, SECTION_ANSWER, NULL, 0, RR_TXT, "\3abc", 4);
	record(&wire, SECTION_ANSWER, NULL, 0, RR_TXT, "\3abc", 4);
	while (--wire.length >= question_end) {
		message = unpack_good(&wire);
		ck_assert(message->truncated && message->has_question);
		ck_assert_uint_eq(message->n_records[SECTION_ANSWER], 0);
		message_free(message);
	}
	assert_none(&wire);
}
END_TEST

START_TEST(two_questions_are_refused_and_none_is_not)
{
	struct wire wire;
	struct message *message;

	begin(&wire, 0);
	put(&wire, "\300\14\0\20\0\1", 6);
	wire.octets[5] = 2;
	assert_none(&wire);
	begin(&wire, 1);
	wire.length = 12;
	wire.octets[5] = 0;
	message = unpack_good(&wire);
	ck_assert(!message->has_question);
	ck_assert_ptr_null(message->name);
	ck_assert_int_eq(message->rcode, 1);
	message_free(message);
}
END_TEST

/* RFC 8945 section 5.1: the last record; it is not one of the zone's. */
START_TEST(a_tsig_record_is_not_among_the_records)
{
	static const uint8_t tsig[] = "\13hmac-sha256\0\0\0\0\0\0\1\1\54\0\2\1\2\22\64\0\0\0";
	struct wire wire;
	struct message *message;

	begin(&wire, 0);
	record(&wire, SECTION_ADDITIONAL, NULL, 0, RR_TSIG, tsig, sizeof(tsig));
	message = unpack_good(&wire);
	ck_assert_uint_eq(message->n_records[SECTION_ADDITIONAL], 0);
	message_free(message);
}
END_TEST

/* Pointers that point to pointers, as many as fit, for as many records as fit behind them; the
 * time-out of the test is the measure. */
START_TEST(chains_of_pointers_end)
{
	struct wire wire;
	struct message *message;
	unsigned first, n = 0;

	begin(&wire, 0);
	/* A chain inside the RDATA of an unknown type. */
	put_u16(&wire, 0xc00c);
	put_u16(&wire, 65280);
	put_u16(&wire, 1);
	put(&wire, "\0\0\0\74", 4);
	first = (unsigned)wire.length + 2;
	put_u16(&wire, 0x3ffe - first);
	put_u16(&wire, 0xc00c);
	for (unsigned at = first; at + 2 < 0x3ffe; at += 2)
		put_u16(&wire, 0xc000 | at);
	count(&wire, SECTION_ANSWER, 1);
	wire.length = 0x3ffe;
	while (wire.length + 12 < NET_MESSAGE_MAX) {
		uint8_t pointer[2];

		store_u16(pointer, 0xc000 | (0x3ffe - 2 - ((0x3ffe - first) & 1)));
		record(&wire, SECTION_ANSWER, pointer, 2, 65280, "", 0);
		n++;
	}
	message = unpack_good(&wire);
	ck_assert_uint_eq(message->n_records[SECTION_ANSWER], n + 1);
	ck_assert(name_equal(message->records[n].owner, example));
	message_free(message);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("message");
	TCase *tcase = tcase_create("message");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_question_packed_is_the_one_unpacked);
	tcase_add_test(tcase, edns_says_its_size_and_do);
	tcase_add_test(tcase, records_come_out_section_by_section);
	tcase_add_test(tcase, any_type_comes_out_as_it_went_in);
	tcase_add_test(tcase, edns_is_taken_apart);
	tcase_add_test(tcase, cookies_of_other_lengths_are_refused);
	tcase_add_test(tcase, a_long_extended_error_is_cut);
	tcase_add_test(tcase, edns_that_is_malformed_is_refused);
	tcase_add_test(tcase, records_that_are_malformed_are_refused);
	tcase_add_test(tcase, names_that_are_malformed_are_refused);
	tcase_add_test(tcase, a_message_cut_anywhere_is_none);
	tcase_add_test(tcase, a_truncated_message_has_its_question);
	tcase_add_test(tcase, two_questions_are_refused_and_none_is_not);
	tcase_add_test(tcase, a_tsig_record_is_not_among_the_records);
	tcase_add_test(tcase, chains_of_pointers_end);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
