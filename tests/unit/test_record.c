/*
 * Records of transfers: names and RDATA as ldns takes them out of the same message, and lines that
 * the reader of zone text takes back to exactly the same octets.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "base/byte_reader.h"
#include "dns/rr_type.h"
#include "net/record.h"
#include "zone/rdata_text.h"
#include "zone/zone_text.h"

#define HEADER 12

/* Presentation RDATA of each type that has a form of its own, of types that have none, and of what
 * cannot be said in the form of its type. */
static const struct {
	const char *type, *text;
	bool generic; /* written as TYPEn \# */
} samples[] = {
    {"A", "192.0.2.1", false},
    {"A", "\\# 4 ff00ff00", false},
    {"NS", "Ns1.Example.", false},
    {"MD", "a.b.", false},
    {"MF", "a.b.", false},
    {"CNAME", ".", false},
    {"SOA", "ns1.example. a\\.b.example. 4294967295 4294967295 0 2147483648 4294967295", false},
    {"MB", "a.b.", false},
    {"MG", "a.b.", false},
    {"MR", "a.b.", false},
    {"NULL", "\\# 3 010203", true},
    {"WKS", "192.0.2.1 6 25 80", true},
    {"PTR", "a\\000\\255\\032\\.\\\"\\;\\(\\)\\@\\$\\\\z.b.", false},
    {"HINFO", "\"a b\" \"\"", false},
    {"MINFO", "a.b. c.d.", false},
    {"MX", "65535 mail.example.", false},
    {"TXT", "\"\" \"a;b(c)d \\\"\\\\\\000\\255\\010@$\" x", false},
    {"RP", "a.b. c.d.", false},
    {"AFSDB", "1 a.b.", false},
    {"X25", "311061700956", true},
    {"RT", "10 a.b.", false},
    {"SIG", "A 5 3 4294967295 20300322173103 19700101000000 2642 example.com. AAAA", false},
    {"KEY", "256 3 5 AAAA", true},
    {"PX", "10 a.b. c.d.", false},
    {"AAAA", "::", false},
    {"AAAA", "::1", false},
    {"AAAA", "1::", false},
    {"AAAA", "1:0:0:2::3", false},
    {"AAAA", "1::2:0:0:3", false},
    {"AAAA", "2001:db8:0:1:1:1:1:1", false},
    {"AAAA", "::ffff:192.0.2.1", false},
    {"AAAA", "1:2:3:4:5:6:7:8", false},
    {"NXT", "\\# 12 0141076578616d706c650060", true},
    {"LOC", "42 21 54 N 71 06 18 W -24m 30m", true},
    {"SRV", "1 2 3 a.b.", false},
    {"NAPTR", "100 50 \"s\" \"z3950+I2L+I2C\" \"\" _z3950._tcp.gatech.edu.", false},
    {"KX", "10 a.b.", false},
    {"CERT", "PGP 4711 RSASHA256 aGVsbG8=", true},
    {"DNAME", "a.b.", false},
    {"DS", "60485 255 1 2BB183AF5F", false},
    {"SSHFP", "2 1 123456789abcdef6", false},
    {"RRSIG", "TYPE65280 13 0 4294967295 21060207062815 19700101000000 65535 . AA==", false},
    {"RRSIG", "SOA 13 3 86400 20260505194500 20240229235959 2642 a.Example. oJB1W6WNGv8=", false},
    {"NSEC", "Host.Example. A MX RRSIG NSEC CAA TYPE1234 RESINFO TYPE65535", false},
    {"NSEC", "host.example. \\# 0", false},
    {"DNSKEY", "257 3 13 AQPSKmynfzW4kyBv015MUG2DeIQ3", false},
    {"DHCID", "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=", false},
    {"NSEC3", "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA", false},
    {"NSEC3", "1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR", false},
    {"NSEC3", "1 0 65535 00 00", false},
    {"NSEC3PARAM", "1 0 12 aabbccdd", false},
    {"NSEC3PARAM", "1 255 0 -", false},
    {"TLSA", "3 1 1 d2abde240d7cd3ee", false},
    {"SMIMEA", "3 0 0 aabb", false},
    {"CDS", "0 0 0 00", false},
    {"CDNSKEY", "0 3 0 AA==", false},
    {"OPENPGPKEY", "aGVsbG8=", false},
    {"CSYNC", "66 3 A NS AAAA", true},
    {"ZONEMD", "2018031500 1 1 616c6c6f77", false},
    {"SVCB", "16 foo.example.org. alpn=h2,h3-19 port=53", true},
    {"SPF", "\"v=spf1 -all\"", true},
    {"URI", "10 1 \"ftp://ftp1.example.com/public\"", true},
    {"CAA", "0 issue \"ca1.example.net; account=230123\"", false},
    {"CAA", "128 a \"\"", false},
    {"RESINFO", "qnamemin exterr=15,16,17", true},
    {"DLV", "60485 5 1 2BB183AF5F", true},
    {"TYPE65280", "\\# 0", true},
    {"TYPE65280", "\\# 5 0102030405", true},
};
#define SAMPLES ((int)(sizeof(samples) / sizeof(samples[0])))

/* --- Messages --- */

struct wire {
	uint8_t octets[HEADER + 65535 + 1024];
	size_t length;
};

static void
wire_add(struct wire *wire, const void *octets, size_t length)
{
	ck_assert_uint_le(length, sizeof(wire->octets) - wire->length);
	memcpy(wire->octets + wire->length, octets, length);
	wire->length += length;
}

static void
wire_add_head(struct wire *wire, uint16_t type, uint32_t ttl, size_t rdlen)
{
	uint8_t head[10];

	store_u16(head, type);
	store_u16(head + 2, 1);
	store_u32(head + 4, ttl);
	store_u16(head + 8, (uint16_t)rdlen);
	wire_add(wire, head, sizeof(head));
}

/* An empty header, and one record behind it. */
static void
wire_of(struct wire *wire, const uint8_t *owner, uint16_t type, uint32_t ttl, const uint8_t *rdata,
    size_t rdlen)
{
	memset(wire, 0, sizeof(*wire));
	wire->length = HEADER;
	wire_add(wire, owner, name_length(owner));
	wire_add_head(wire, type, ttl, rdlen);
	wire_add(wire, rdata, rdlen);
}

static struct record_reader
reader_of(const struct wire *wire)
{
	return (struct record_reader){
	    .message = wire->octets, .length = wire->length, .at = HEADER, .why = ""};
}

/* --- The reader of zone text --- */

struct text {
	char octets[RECORD_LINE_MAX + 1];
	size_t length, at;
};

static zg_status
text_read(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct text *text = context;

	(void)error;
	*length = text->length - text->at < size ? text->length - text->at : size;
	memcpy(buffer, text->octets + text->at, *length);
	text->at += *length;
	return ZG_OK;
}

static void
line_of(struct text *text, const struct wire_record *record)
{
	struct record_writer *writer = calloc(1, sizeof(*writer));

	ck_assert_ptr_nonnull(writer);
	writer->at = text->octets;
	record_write(writer, record);
	text->at = 0;
	text->length = (size_t)(writer->at - text->octets);
	ck_assert_uint_le(text->length, RECORD_LINE_MAX);
	ck_assert_int_eq(text->octets[text->length - 1], '\n');
	ck_assert_ptr_eq(memchr(text->octets, '\n', text->length), text->octets + text->length - 1);
	text->octets[text->length] = '\0';
	free(writer);
}

/* Whether the line is one record, and which; it must be `record`, in canonical form. */
static bool
reads_back(struct text *text, const struct wire_record *record)
{
	struct source source = {.read = text_read, .context = text, .name = "line"};
	struct zone_text_options options = {.threads = 1};
	struct zone_store store;
	struct defects defects;
	struct zg_error error = {0};
	uint8_t owner[ZG_NAME_MAX], *rdata = malloc(ZG_RDATA_MAX);
	bool lawful, good;

	ck_assert_ptr_nonnull(rdata);
	memcpy(owner, record->owner, record->owner_len);
	name_lower(owner);
	memcpy(rdata, record->rdata, record->rdlen);
	lawful = rdata_canonicalise(record->type, rdata, record->rdlen, &error);
	zone_store_init(&store);
	defects_init(&defects, 1);
	ck_assert_int_eq(zone_text_read(&source, &options, &store, &defects, &error), ZG_OK);
	good = store.n_records == 1;
	ck_assert_msg(good == lawful, "%s: %s", error.text, text->octets);
	if (good) {
		const struct zone_record *found = &store.records[0];

		ck_assert_uint_eq(found->type, record->type);
		ck_assert_uint_eq(found->ttl, record->ttl);
		ck_assert_uint_eq(found->rdlen, record->rdlen);
		ck_assert_mem_eq(arena_at(&store.rdata, found->rdata), rdata, record->rdlen);
		ck_assert(name_equal(arena_at(&store.names, store.runs[0].name), owner));
	}
	zone_store_clear(&store);
	defects_clear(&defects);
	free(rdata);
	return good;
}

/* Octets of a sample. "\# 0" behind a name is an empty bitmap. */
static size_t
sample_rdata(int i, uint8_t rdata[ZG_RDATA_MAX], uint16_t *type)
{
	char copy[512];
	struct text_token tokens[32];
	struct zg_error error;
	size_t n = 0;
	int length;

	ck_assert(rr_type_from_text(samples[i].type, strlen(samples[i].type), type));
	(void)snprintf(copy, sizeof(copy), "%s", samples[i].text);
	for (char *at = copy; *at != '\0' && n < 32;) {
		bool quoted = *at == '"';
		char *end;

		at += quoted;
		for (end = at; *end != '\0' && *end != (quoted ? '"' : ' '); end++)
			end += *end == '\\';
		tokens[n++] = (struct text_token){
		    .text = at, .length = (uint32_t)(end - at), .quoted = quoted};
		at = end + (quoted && *end != '\0');
		at += *at == ' ';
	}
	if (n == 3 && strcmp(samples[i].text + strlen(samples[i].text) - 4, "\\# 0") == 0)
		n = 1;
	length = rdata_from_text(*type, tokens, n, NULL, rdata, &error);
	ck_assert_msg(length >= 0, "%s %s: %s", samples[i].type, samples[i].text, error.text);
	return (size_t)length;
}

static const uint8_t owner[] = "\3WWW\7example";

/* --- Tests --- */

START_TEST(each_type_is_written_so_that_the_reader_gets_the_same_octets)
{
	struct wire *wire = malloc(sizeof(*wire));
	struct wire_record *record = malloc(sizeof(*record));
	struct text *text = malloc(sizeof(*text));
	struct record_reader reader;
	uint8_t *rdata = malloc(ZG_RDATA_MAX);
	uint16_t type;
	size_t rdlen = sample_rdata(_i, rdata, &type);

	wire_of(wire, owner, type, 2147483647, rdata, rdlen);
	reader = reader_of(wire);
	ck_assert(record_take(&reader, record));
	ck_assert_uint_eq(reader.at, wire->length);
	ck_assert_uint_eq(record->rdlen, rdlen);
	ck_assert_mem_eq(record->rdata, rdata, rdlen);
	line_of(text, record);
	ck_assert_msg(
	    strncmp(text->octets, "WWW.example. 2147483647 IN ", 27) == 0, "%s", text->octets);
	ck_assert_msg(
	    (strstr(text->octets, " \\# ") != NULL) == samples[_i].generic, "%s", text->octets);
	ck_assert(reads_back(text, record));
	free(wire);
	free(record);
	free(text);
	free(rdata);
}
END_TEST

/* ldns takes the same record out of the same message, and prints it so that our reader takes it in
 * as the same. */
START_TEST(each_type_is_taken_out_as_ldns_does)
{
	struct wire *wire = malloc(sizeof(*wire));
	struct wire_record *record = malloc(sizeof(*record));
	struct record_reader reader;
	uint8_t *rdata = malloc(ZG_RDATA_MAX), *again = NULL;
	uint16_t type;
	size_t rdlen = sample_rdata(_i, rdata, &type), at = HEADER, n = 0, skip;
	ldns_rr *rr = NULL;

	wire_of(wire, owner, type, 3600, rdata, rdlen);
	reader = reader_of(wire);
	ck_assert(record_take(&reader, record));
	if (ldns_wire2rr(&rr, wire->octets, wire->length, &at, LDNS_SECTION_ANSWER) ==
	    LDNS_STATUS_OK) {
		ck_assert_int_eq(ldns_rr2wire(&again, rr, LDNS_SECTION_ANSWER, &n), LDNS_STATUS_OK);
		skip = record->owner_len + 10;
		ck_assert_uint_eq(n - skip, record->rdlen);
		ck_assert_mem_eq(again + skip, record->rdata, record->rdlen);
		free(again);
	}
	ldns_rr_free(rr);
	free(wire);
	free(record);
	free(rdata);
}
END_TEST

/* Messages with all names compressed as far as they can be, packed by ldns. */
START_TEST(compressed_names_are_those_of_ldns)
{
	static const char *const lines[] = {
	    "example. 3600 IN SOA ns.example. host.example. 1 2 3 4 5",
	    "example. 3600 IN NS ns.example.", "example. 3600 IN MX 10 mail.sub.example.",
	    "a.sub.example. 3600 IN CNAME b.sub.example.",
	    "_x.example. 3600 IN SRV 1 2 3 b.sub.example.",
	    "example. 3600 IN RRSIG NS 13 1 3600 20300322173103 20300220173103 1 example. AAAA",
	    "example. 3600 IN NSEC a.sub.example. NS SOA",
	    "x.example. 3600 IN NAPTR 1 2 \"a\" \"b\" \"c\" a.sub.example."};
	const size_t n = sizeof(lines) / sizeof(lines[0]);
	ldns_pkt *packet = ldns_pkt_new();
	struct wire_record *record = malloc(sizeof(*record));
	struct record_reader reader;
	uint8_t *message = NULL, *plain = NULL;
	size_t length = 0, plain_len = 0;

	for (size_t i = 0; i < n; i++) {
		ldns_rr *rr = NULL;

		ck_assert_int_eq(ldns_rr_new_frm_str(&rr, lines[i], 0, NULL, NULL), LDNS_STATUS_OK);
		ck_assert(ldns_pkt_push_rr(packet, LDNS_SECTION_ANSWER, rr));
	}
	ck_assert_int_eq(ldns_pkt2wire(&message, packet, &length), LDNS_STATUS_OK);
	reader =
	    (struct record_reader){.message = message, .length = length, .at = HEADER, .why = ""};
	for (size_t i = 0; i < n; i++) {
		const ldns_rr *rr = ldns_rr_list_rr(ldns_pkt_answer(packet), i);

		ck_assert_msg(record_take(&reader, record), "%s: %s", lines[i], reader.why);
		ck_assert_int_eq(
		    ldns_rr2wire(&plain, rr, LDNS_SECTION_ANSWER, &plain_len), LDNS_STATUS_OK);
		ck_assert_uint_eq(plain_len, record->owner_len + 10 + record->rdlen);
		ck_assert_mem_eq(plain, record->owner, record->owner_len);
		ck_assert_mem_eq(plain + record->owner_len + 10, record->rdata, record->rdlen);
		free(plain);
	}
	ck_assert_uint_eq(reader.at, length);
	free(message);
	free(record);
	ldns_pkt_free(packet);
}
END_TEST

START_TEST(a_message_cut_anywhere_is_refused)
{
	struct wire *wire = malloc(sizeof(*wire));
	struct wire_record *record = malloc(sizeof(*record));
	uint8_t *rdata = malloc(ZG_RDATA_MAX);
	uint16_t type;
	size_t rdlen = sample_rdata(_i, rdata, &type);

	wire_of(wire, owner, type, 3600, rdata, rdlen);
	for (size_t length = HEADER; length < wire->length; length++) {
		/* A block of its own: the sanitizer sees what is read beyond it. */
		uint8_t *copy = malloc(length);
		struct record_reader reader = {
		    .message = copy, .length = length, .at = HEADER, .why = ""};

		memcpy(copy, wire->octets, length);
		ck_assert(!record_take(&reader, record));
		ck_assert_int_ne(reader.why[0], '\0');
		free(copy);
	}
	free(wire);
	free(record);
	free(rdata);
}
END_TEST

/* Random octets as RDATA of every type that has a form, and of others. What the gate would take is
 * read back; what it would not, it refuses: nothing becomes other data on the way. */
START_TEST(random_rdata_is_read_back_or_refused_by_the_reader)
{
	struct wire *wire = malloc(sizeof(*wire));
	struct wire_record *record = malloc(sizeof(*record));
	struct text *text = malloc(sizeof(*text));

	srandom(20261122U + (unsigned)_i);
	for (int i = 0; i < 400; i++) {
		uint16_t type = (uint16_t)(_i < 70 ? _i : 190 + _i);
		size_t rdlen = (size_t)random() % (i % 4 == 0 ? 300 : 24);
		uint8_t rdata[300];
		struct record_reader reader;

		if (rr_type_is_meta(type) || type == 0)
			break;
		for (size_t k = 0; k < rdlen; k++)
			rdata[k] = (uint8_t)(random() % (i % 2 == 0 ? 256 : 6));
		wire_of(wire, owner, type, (uint32_t)random(), rdata, rdlen);
		reader = reader_of(wire);
		if (!record_take(&reader, record))
			continue;
		line_of(text, record);
		(void)reads_back(text, record);
	}
	free(wire);
	free(record);
	free(text);
}
END_TEST

START_TEST(owners_of_any_octets_are_read_back)
{
	struct wire *wire = malloc(sizeof(*wire));
	struct wire_record *record = malloc(sizeof(*record));
	struct text *text = malloc(sizeof(*text));

	for (int octet = 0; octet < 256; octet++) {
		const uint8_t name[] = {1, (uint8_t)octet, 2, '$', (uint8_t)octet, 1, '*', 0};
		struct record_reader reader;

		wire_of(wire, name, RR_A, 5, (const uint8_t *)"\1\2\3\4", 4);
		reader = reader_of(wire);
		ck_assert(record_take(&reader, record));
		line_of(text, record);
		ck_assert(reads_back(text, record));
	}
	free(wire);
	free(record);
	free(text);
}
END_TEST

/* The longest lines: a full bitmap, strings of one octet, escaped octets, and unknown data. */
START_TEST(the_longest_rdata_is_read_back)
{
	struct wire_record *record = calloc(1, sizeof(*record));
	struct text *text = malloc(sizeof(*text));
	uint8_t *at = record->unpacked;

	for (int label = 0; label < 4; label++) {
		size_t length = label < 3 ? 63 : 61;

		record->owner[record->owner_len++] = (uint8_t)length;
		memset(record->owner + record->owner_len, 0xff, length);
		record->owner_len += length;
	}
	record->owner[record->owner_len++] = 0;
	ck_assert_uint_eq(record->owner_len, ZG_NAME_MAX);
	record->class = 1;
	record->ttl = 2147483647;
	record->rdata = record->unpacked;
	if (_i == 0) {
		record->type = RR_NSEC;
		memcpy(at, record->owner, ZG_NAME_MAX);
		at += ZG_NAME_MAX;
		for (int window = 0; window < 256; window++) {
			*at++ = (uint8_t)window;
			*at++ = 32;
			memset(at, 0xff, 32);
			at += 32;
		}
		record->rdlen = (size_t)(at - record->unpacked);
	} else {
		record->type = _i == 3 ? 65280 : RR_TXT;
		record->rdlen = ZG_RDATA_MAX;
		memset(record->unpacked, 0xff, ZG_RDATA_MAX);
		record->unpacked[255 * 256] = 254;
		for (size_t i = 0; i < ZG_RDATA_MAX && _i == 1; i += 2)
			record->unpacked[i] = i + 1 < ZG_RDATA_MAX ? 1 : 0;
	}
	line_of(text, record);
	ck_assert(reads_back(text, record));
	free(record);
	free(text);
}
END_TEST

START_TEST(names_that_lead_nowhere_are_refused)
{
	static const struct {
		const char *octets;
		size_t length;
		const char *why;
	} bad[] = {{"\300\014", 2, "a name points forward"},
	    {"\1a\300\014", 4, "a name points forward"}, {"\300\377", 2, "a name points forward"},
	    {"\300", 1, "a name is cut short"}, {"\1", 1, "a name is cut short"},
	    {"\1a", 2, "a name is cut short"}, {"\100a", 2, "a label of unknown kind"},
	    {"\277", 1, "a label of unknown kind"}, {"", 0, "a name is cut short"}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t message[HEADER + 8] = {0}, name[ZG_NAME_MAX];
		struct record_reader reader = {
		    .message = message, .length = HEADER + bad[i].length, .at = HEADER};
		size_t length;

		memcpy(message + HEADER, bad[i].octets, bad[i].length);
		ck_assert(!record_name(&reader, name, &length));
		ck_assert_str_eq(reader.why, bad[i].why);
	}
}
END_TEST

/* A chain of pointers, each to the one before: as long as the message, and no longer. */
START_TEST(a_chain_of_pointers_ends)
{
	uint8_t message[HEADER + 2 + 2 * 5000] = {0}, name[ZG_NAME_MAX];
	struct record_reader reader = {.message = message, .length = sizeof(message)};
	size_t length;

	for (size_t at = HEADER + 2; at < sizeof(message); at += 2)
		store_u16(message + at, (uint16_t)(0xc000 | (at - 2)));
	reader.at = sizeof(message) - 2;
	ck_assert(record_name(&reader, name, &length));
	ck_assert_uint_eq(length, 1);
	ck_assert_uint_eq(reader.at, sizeof(message));
}
END_TEST

START_TEST(names_end_at_255_octets)
{
	uint8_t message[512] = {0}, name[ZG_NAME_MAX];
	struct record_reader reader = {.message = message, .length = sizeof(message)};
	size_t length;

	for (size_t at = 0; at < 254; at += 2)
		message[at] = 1;
	ck_assert(record_name(&reader, name, &length));
	ck_assert_uint_eq(length, 255);
	message[252] = 2;
	message[255] = 0;
	reader.at = 0;
	ck_assert(!record_name(&reader, name, &length));
	ck_assert_str_eq(reader.why, "a name is longer than 255 octets");
}
END_TEST

/* A class other than IN is written as it is, for the gate to refuse. */
START_TEST(another_class_is_shown)
{
	struct wire_record *record = calloc(1, sizeof(*record));
	struct text *text = malloc(sizeof(*text));

	record->owner_len = 1;
	record->class = 3;
	record->type = RR_A;
	record->rdata = (const uint8_t *)"\1\2\3\4";
	record->rdlen = 4;
	line_of(text, record);
	ck_assert_str_eq(text->octets, ". 0 CLASS3 A 1.2.3.4\n");
	free(record);
	free(text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record");
	TCase *cases = tcase_create("record");
	SRunner *runner;
	int failed;

	tcase_set_timeout(cases, 120);
	tcase_add_loop_test(
	    cases, each_type_is_written_so_that_the_reader_gets_the_same_octets, 0, SAMPLES);
	tcase_add_loop_test(cases, each_type_is_taken_out_as_ldns_does, 0, SAMPLES);
	tcase_add_test(cases, compressed_names_are_those_of_ldns);
	tcase_add_loop_test(cases, a_message_cut_anywhere_is_refused, 0, SAMPLES);
	tcase_add_loop_test(cases, random_rdata_is_read_back_or_refused_by_the_reader, 1, 75);
	tcase_add_test(cases, owners_of_any_octets_are_read_back);
	tcase_add_loop_test(cases, the_longest_rdata_is_read_back, 0, 4);
	tcase_add_test(cases, names_that_lead_nowhere_are_refused);
	tcase_add_test(cases, a_chain_of_pointers_ends);
	tcase_add_test(cases, names_end_at_255_octets);
	tcase_add_test(cases, another_class_is_shown);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
