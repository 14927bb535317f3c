/*
 * Records as lines of zone text. The types that zones are full of are written in their own form,
 * and the others in the form of RFC 3597 section 5, which every name server reads of every type.
 */
#include <string.h>

#include "base/base64.h"
#include "base/byte_reader.h"
#include "base/compiler.h"
#include "dns/base32.h"
#include "dns/rr_type.h"
#include "dns/type_bitmap.h"
#include "net/record_form.h"

/* --- Characters --- */

static void
put(struct record_writer *writer, const char *text, size_t length)
{
	memcpy(writer->at, text, length);
	writer->at += length;
}

static void
put_number(struct record_writer *writer, uint32_t number)
{
	char digits[10];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	put(writer, digits + at, sizeof(digits) - at);
}

static void
put_hex(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	static const char digits[] = "0123456789ABCDEF";
	char *at = writer->at;

	for (size_t i = 0; i < length; i++) {
		*at++ = digits[octets[i] >> 4];
		*at++ = digits[octets[i] & 15];
	}
	writer->at = at;
}

static void
put_name(struct record_writer *writer, struct name_text *kept, const uint8_t *name, size_t length)
{
	if (length != kept->length || memcmp(name, kept->name, length) != 0) {
		memcpy(kept->name, name, length);
		kept->length = length;
		kept->text_len = name_to_text(name, kept->text);
	}
	put(writer, kept->text, kept->text_len);
}

/* In quotes (RFC 1035 section 5.1): what is not printable, quotes and backslashes are escaped. */
static void
put_quoted(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	char *at = writer->at;

	*at++ = '"';
	for (size_t i = 0; i < length; i++) {
		uint8_t octet = octets[i];

		if (octet >= ' ' && octet < 0x7f && octet != '"' && octet != '\\') {
			*at++ = (char)octet;
			continue;
		}
		*at++ = '\\';
		*at++ = (char)('0' + octet / 100);
		*at++ = (char)('0' + octet / 10 % 10);
		*at++ = (char)('0' + octet % 10);
	}
	*at++ = '"';
	writer->at = at;
}

/* A mnemonic where every name server knows it: of the types that have a form here. */
static void
put_type(struct record_writer *writer, uint16_t type)
{
	const struct record_form *form = record_form(type);

	if (form != NULL) {
		put(writer, form->type, strlen(form->type));
		return;
	}
	put(writer, "TYPE", 4);
	put_number(writer, type);
}

/* --- Fields --- */

static bool
print_number(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	uint32_t number = 0;

	for (size_t i = 0; i < length; i++)
		number = number << 8 | octets[i];
	put_number(writer, number);
	return true;
}

static bool
print_type(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	(void)length;
	put_type(writer, load_u16(octets));
	return true;
}

/* YYYYMMDDHHmmSS (RFC 4034 section 3.2), of the 136 years from 1970 on: the reader counts modulo
 * 2^32. */
static bool
print_time(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	uint32_t time = load_u32(octets), second = time % 86400, day = time / 86400;
	struct day_text *kept = &writer->days[day % RECORD_DAYS];
	const uint32_t parts[] = {second / 3600, second / 60 % 60, second % 60};
	char utc[UTC_TEXT_MAX];

	(void)length;
	if (kept->day != day + 1) {
		kept->day = day + 1;
		utc_format((int64_t)time, utc); /* "2026-05-05T..." */
		memcpy(kept->text, utc, 4);
		memcpy(kept->text + 4, utc + 5, 2);
		memcpy(kept->text + 6, utc + 8, 2);
	}
	put(writer, kept->text, sizeof(kept->text));
	for (int i = 0; i < 3; i++) {
		*writer->at++ = (char)('0' + parts[i] / 10);
		*writer->at++ = (char)('0' + parts[i] % 10);
	}
	return true;
}

static bool
print_name(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	(void)length;
	writer->at += name_to_text(octets, writer->at);
	return true;
}

/* The signer of an RRSIG is the zone, as a rule. */
static bool
print_signer(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	put_name(writer, &writer->signer, octets, length);
	return true;
}

static bool
print_ipv4(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (i > 0)
			*writer->at++ = '.';
		put_number(writer, octets[i]);
	}
	return true;
}

/* The longest run of at least two zero groups is "::", the first one of equals, and letters are in
 * lower case (RFC 5952 section 4). */
static bool
print_ipv6(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	size_t best = 8, best_len = 1;

	(void)length;
	for (size_t i = 0; i < 8; i++) {
		size_t n = 0;

		while (i + n < 8 && load_u16(octets + 2 * (i + n)) == 0)
			n++;
		if (n > best_len) {
			best = i;
			best_len = n;
		}
	}
	for (size_t i = 0; i < 8; i++) {
		uint16_t group = load_u16(octets + 2 * i);
		int shift = 12;

		if (i == best) {
			put(writer, "::", 2);
			i += best_len - 1;
			continue;
		}
		if (i > 0 && i != best + best_len)
			*writer->at++ = ':';
		while (shift > 0 && group >> shift == 0)
			shift -= 4;
		for (; shift >= 0; shift -= 4)
			*writer->at++ = digits[group >> shift & 15];
	}
	return true;
}

static bool
print_string(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	put_quoted(writer, octets + 1, length - 1);
	return true;
}

/* One or more, to the end. */
static bool
print_strings(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	const uint8_t *end = octets + length;

	if (length == 0)
		return false;
	while (octets < end) {
		size_t size = (size_t)octets[0] + 1;

		if (size > (size_t)(end - octets))
			return false;
		if (octets + length != end)
			*writer->at++ = ' ';
		put_quoted(writer, octets + 1, size - 1);
		octets += size;
	}
	return true;
}

static bool
print_quoted(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	put_quoted(writer, octets, length);
	return true;
}

/* Of a CAA record: letters and digits (RFC 8659 section 4.1). */
static bool
print_tag(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	for (size_t i = 1; i < length; i++) {
		uint8_t letter = octet_lower(octets[i]);

		if (!(letter >= 'a' && letter <= 'z') && !(letter >= '0' && letter <= '9'))
			return false;
		*writer->at++ = (char)octets[i];
	}
	return length > 1;
}

static bool
print_hex(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	put_hex(writer, octets, length);
	return length > 0;
}

static bool
print_base64(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	base64_write(octets, length, writer->at);
	writer->at += BASE64_LENGTH(length);
	return length > 0;
}

/* "-" when there is none (RFC 5155 section 3.3). */
static bool
print_salt(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	if (length == 1)
		*writer->at++ = '-';
	put_hex(writer, octets + 1, length - 1);
	return true;
}

static bool
print_hash(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	uint8_t text[(255 * 8 + 4) / 5];
	size_t used = base32hex_encode(octets + 1, length - 1, text);

	memcpy(writer->at, text, used);
	writer->at += used;
	return length > 1;
}

static void
print_bit(void *context, uint16_t type)
{
	struct record_writer *writer = context;

	put_type(writer, type);
	*writer->at++ = ' ';
}

/* An encoding that is not the one of its types has no other form than its octets. */
static bool
print_bitmap(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	if (!type_bitmap_check(octets, length))
		return false;
	type_bitmap_each(octets, length, print_bit, writer);
	writer->at--; /* the last blank, or the one in front of an empty bitmap */
	return true;
}

static bool
print_nothing(struct record_writer *writer, const uint8_t *octets, size_t length)
{
	(void)writer;
	(void)octets;
	(void)length;
	return false;
}

static const struct record_field field_u8 = {1, print_number};
static const struct record_field field_u16 = {2, print_number};
static const struct record_field field_u32 = {4, print_number};
static const struct record_field field_type = {2, print_type};
static const struct record_field field_time = {4, print_time};
static const struct record_field field_name = {EXTENT_NAME, print_name};
static const struct record_field field_signer = {EXTENT_NAME, print_signer};
static const struct record_field field_ipv4 = {4, print_ipv4};
static const struct record_field field_ipv6 = {16, print_ipv6};
static const struct record_field field_string = {EXTENT_COUNTED, print_string};
static const struct record_field field_strings = {EXTENT_REST, print_strings};
static const struct record_field field_quoted = {EXTENT_REST, print_quoted};
static const struct record_field field_tag = {EXTENT_COUNTED, print_tag};
static const struct record_field field_hex = {EXTENT_REST, print_hex};
static const struct record_field field_base64 = {EXTENT_REST, print_base64};
static const struct record_field field_salt = {EXTENT_COUNTED, print_salt};
static const struct record_field field_hash = {EXTENT_COUNTED, print_hash};
static const struct record_field field_bitmap = {EXTENT_REST, print_bitmap};
static const struct record_field field_octets = {EXTENT_REST, print_nothing};

/* --- Forms --- */

/* clang-format off */
#define U8	&field_u8
#define U16	&field_u16
#define U32	&field_u32
#define TYPE	&field_type
#define TIME	&field_time
#define NAME	&field_name
#define STRING	&field_string
#define HEX	&field_hex
#define BASE64	&field_base64
#define SALT	&field_salt
#define BITMAP	&field_bitmap

#define PLAIN(type, ...) {type, {__VA_ARGS__}, false}
#define NAMES(type, ...) {type, {__VA_ARGS__}, true}

/*
 * Names may be compressed in the types of RFC 1035, and a receiver should be able to take that from
 * those of RFC 3597 section 4; here from every type whose names it knows.
 */
static const struct record_form forms[] = {
	[1] = PLAIN("A", &field_ipv4),
	[2] = NAMES("NS", NAME),
	[3] = NAMES("MD", NAME),
	[4] = NAMES("MF", NAME),
	[5] = NAMES("CNAME", NAME),
	[6] = NAMES("SOA", NAME, NAME, U32, U32, U32, U32, U32),
	[7] = NAMES("MB", NAME),
	[8] = NAMES("MG", NAME),
	[9] = NAMES("MR", NAME),
	[12] = NAMES("PTR", NAME),
	[13] = PLAIN("HINFO", STRING, STRING),
	[14] = NAMES("MINFO", NAME, NAME),
	[15] = NAMES("MX", U16, NAME),
	[16] = PLAIN("TXT", &field_strings),
	[17] = NAMES("RP", NAME, NAME),
	[18] = NAMES("AFSDB", U16, NAME),
	[21] = NAMES("RT", U16, NAME),
	[24] = NAMES("SIG", TYPE, U8, U8, U32, TIME, TIME, U16, NAME, BASE64),
	[26] = NAMES("PX", U16, NAME, NAME),
	[28] = PLAIN("AAAA", &field_ipv6),
	[30] = NAMES("NXT", NAME, &field_octets),
	[33] = NAMES("SRV", U16, U16, U16, NAME),
	[35] = NAMES("NAPTR", U16, U16, STRING, STRING, STRING, NAME),
	[36] = NAMES("KX", U16, NAME),
	[39] = NAMES("DNAME", NAME),
	[43] = PLAIN("DS", U16, U8, U8, HEX),
	[44] = PLAIN("SSHFP", U8, U8, HEX),
	[46] = NAMES("RRSIG", TYPE, U8, U8, U32, TIME, TIME, U16, &field_signer, BASE64),
	[47] = NAMES("NSEC", NAME, BITMAP),
	[48] = PLAIN("DNSKEY", U16, U8, U8, BASE64),
	[49] = PLAIN("DHCID", BASE64),
	[50] = PLAIN("NSEC3", U8, U8, U16, SALT, &field_hash, BITMAP),
	[51] = PLAIN("NSEC3PARAM", U8, U8, U16, SALT),
	[52] = PLAIN("TLSA", U8, U8, U8, HEX),
	[53] = PLAIN("SMIMEA", U8, U8, U8, HEX),
	[59] = PLAIN("CDS", U16, U8, U8, HEX),
	[60] = PLAIN("CDNSKEY", U16, U8, U8, BASE64),
	[61] = PLAIN("OPENPGPKEY", BASE64),
	[63] = PLAIN("ZONEMD", U32, U8, U8, HEX),
};
static const struct record_form form_caa = PLAIN("CAA", U8, &field_tag, &field_quoted);
/* clang-format on */

const struct record_form *
record_form(uint16_t type)
{
	if (LIKELY(type < sizeof(forms) / sizeof(forms[0])))
		return forms[type].type != NULL ? &forms[type] : NULL;
	return type == 257 ? &form_caa : NULL;
}

/* --- Lines --- */

/* " TYPE fields"; false: something else than the fields is there, or one that has no form. */
static bool
put_fields(struct record_writer *writer, const struct wire_record *record)
{
	const struct record_form *form = record_form(record->type);
	const uint8_t *at = record->rdata;
	size_t left = record->rdlen;

	if (UNLIKELY(form == NULL))
		return false;
	put(writer, form->type, strlen(form->type));
	for (size_t i = 0; form->fields[i] != NULL; i++) {
		size_t length = record_extent(form->fields[i], at, left);

		if (UNLIKELY(length == SIZE_MAX))
			return false;
		*writer->at++ = ' ';
		if (UNLIKELY(!form->fields[i]->print(writer, at, length)))
			return false;
		at += length;
		left -= length;
	}
	return left == 0;
}

/* "TYPEn \# length octets" (RFC 3597 section 5). */
static void
put_generic(struct record_writer *writer, const struct wire_record *record)
{
	put(writer, "TYPE", 4);
	put_number(writer, record->type);
	put(writer, " \\# ", 4);
	put_number(writer, (uint32_t)record->rdlen);
	*writer->at++ = ' ';
	put_hex(writer, record->rdata, record->rdlen);
}

void
record_write(struct record_writer *writer, const struct wire_record *record)
{
	char *rdata;

	put_name(writer, &writer->owner, record->owner, record->owner_len);
	*writer->at++ = ' ';
	put_number(writer, record->ttl);
	if (LIKELY(record->class == CLASS_IN)) {
		put(writer, " IN ", 4);
	} else {
		put(writer, " CLASS", 6);
		put_number(writer, record->class);
		*writer->at++ = ' ';
	}
	rdata = writer->at;
	if (UNLIKELY(!put_fields(writer, record))) {
		writer->at = rdata;
		put_generic(writer, record);
	}
	*writer->at++ = '\n';
}
