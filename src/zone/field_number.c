/* Fields that are numbers: plain, with units, times, and numbers that have names. */
#include "zone/rdata_field.h"

#include "base/word.h"
#include "dns/algorithm.h"
#include "dns/name.h"
#include "dns/rr_type.h"

bool
token_is(const struct text_token *token, const char *word)
{
	size_t length = strlen(word);

	if (token->length != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (octet_lower((uint8_t)token->text[i]) != octet_lower((uint8_t)word[i]))
			return false;
	}
	return true;
}

bool
token_number(const struct text_token *token, uint32_t max, uint32_t *value)
{
	uint64_t number = 0;

	if (token->length == 0 || token->length > 10)
		return false;
	for (uint32_t i = 0; i < token->length; i++) {
		unsigned digit = (unsigned)(uint8_t)token->text[i] - '0';

		if (digit > 9)
			return false;
		number = number * 10 + digit;
	}
	*value = (uint32_t)number;
	return number <= max;
}

/* Seconds of a unit, or 0. */
static uint32_t
unit_seconds(char unit)
{
	switch (unit) {
	case 's':
	case 'S':
		return 1;
	case 'm':
	case 'M':
		return 60;
	case 'h':
	case 'H':
		return 60 * 60;
	case 'd':
	case 'D':
		return 24 * 60 * 60;
	case 'w':
	case 'W':
		return 7 * 24 * 60 * 60;
	default:
		return 0;
	}
}

bool
token_period(const struct text_token *token, uint32_t *seconds)
{
	uint64_t sum = 0, number = 0;
	bool digits = false;

	if (LIKELY(token_number(token, UINT32_MAX, seconds)))
		return true;
	for (uint32_t i = 0; i < token->length; i++) {
		unsigned digit = (unsigned)(uint8_t)token->text[i] - '0';
		uint32_t unit = unit_seconds(token->text[i]);

		if (digit <= 9) {
			number = number * 10 + digit;
			digits = true;
		} else if (unit != 0 && digits) {
			sum += number * unit;
			number = 0;
			digits = false;
		} else
			return false;
		/* Both stay far below 2^64: they are looked at after each step. */
		if (number > UINT32_MAX || sum > UINT32_MAX)
			return false;
	}
	*seconds = (uint32_t)sum;
	return token->length > 0 && !digits;
}

static bool
read_number(struct field_text *text, uint32_t max, size_t octets, const char *what)
{
	const struct text_token *token = field_take(text, what);
	uint8_t wire[4];
	uint32_t value;

	if (token == NULL)
		return false;
	if (UNLIKELY(!token_number(token, max, &value)))
		return field_refuse(text, token, what);
	store_u32(wire, value);
	return field_put(text, wire + 4 - octets, octets);
}

static bool
u8_from_text(struct field_text *text)
{
	return read_number(text, UINT8_MAX, 1, "a number from 0 to 255 is expected");
}

static bool
u16_from_text(struct field_text *text)
{
	return read_number(text, UINT16_MAX, 2, "a number from 0 to 65535 is expected");
}

static bool
u32_from_text(struct field_text *text)
{
	return read_number(text, UINT32_MAX, 4, "a number from 0 to 4294967295 is expected");
}

static bool
put_u32(struct field_text *text, uint32_t value)
{
	uint8_t wire[4];

	store_u32(wire, value);
	return field_put(text, wire, 4);
}

static bool
period_from_text(struct field_text *text)
{
	static const char what[] = "a number of seconds, or one with units, is expected";
	const struct text_token *token = field_take(text, what);
	uint32_t seconds;

	if (token == NULL)
		return false;
	if (!token_period(token, &seconds))
		return field_refuse(text, token, what);
	return put_u32(text, seconds);
}

static bool
is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar from 1970 on. */
static uint32_t
days_since_1970(unsigned year, unsigned month, unsigned day)
{
	static const uint16_t before[13] = {
	    0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	unsigned past = year - 1; /* complete years */

	return (year - 1970) * 365 + (past / 4 - 1969 / 4) - (past / 100 - 1969 / 100) +
	       (past / 400 - 1969 / 400) + before[month] + (month > 2 && is_leap(year)) + day - 1;
}

static bool
date_is_valid(unsigned year, unsigned month, unsigned day)
{
	static const uint8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return year >= 1970 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month] + (month == 2 && is_leap(year) ? 1U : 0U);
}

/* Numbers of two digits each; false when an octet is no digit. */
static bool
digit_pairs(const char *text, size_t n, unsigned *pairs)
{
	uint64_t word = load_le(text, 2 * n), tens, ones;

	if (octets_between(word, '0', '9') != OCTETS(0x80) >> (64 - 16 * n))
		return false;
	tens = word & 0x000f000f000f000fU;
	ones = word >> 8 & 0x000f000f000f000fU;
	for (size_t i = 0; i < n; i++)
		pairs[i] = (unsigned)((tens * 10 + ones) >> 16 * i & 0xff);
	return true;
}

/* YYYYMMDDHHmmSS (RFC 4034 section 3.2). Later than 2106 wraps around: the field is a serial number
 * (section 3.1.5). */
static bool
token_date(const struct text_token *token, uint32_t *time)
{
	unsigned pairs[7], year;

	if (!digit_pairs(token->text, 4, pairs) || !digit_pairs(token->text + 8, 3, pairs + 4))
		return false;
	year = pairs[0] * 100 + pairs[1];
	if (!date_is_valid(year, pairs[2], pairs[3]) || pairs[4] > 23 || pairs[5] > 59 ||
	    pairs[6] > 59)
		return false;
	*time = days_since_1970(year, pairs[2], pairs[3]) * 86400U + pairs[4] * 3600 +
		pairs[5] * 60 + pairs[6];
	return true;
}

static bool
time_from_text(struct field_text *text)
{
	static const char what[] = "a time (YYYYMMDDHHmmSS, or seconds) is expected";
	const struct text_token *token = field_take(text, what);
	uint32_t time;

	if (token == NULL)
		return false;
	if (token->length == 14 ? !token_date(token, &time)
				: !token_number(token, UINT32_MAX, &time))
		return field_refuse(text, token, what);
	return put_u32(text, time);
}

static bool
begins_with_digit(const struct text_token *token)
{
	return token->length > 0 && token->text[0] >= '0' && token->text[0] <= '9';
}

/* Numbers that may be written as a word, which begins with no digit. */
struct named_number {
	const char *name;
	uint16_t number;
};

static bool
read_named(struct field_text *text, const struct named_number *names, size_t n, size_t octets,
    const char *what)
{
	const struct text_token *token = text->token;
	uint8_t wire[2];

	if (token != text->end && !token->quoted && !begins_with_digit(token)) {
		for (size_t i = 0; i < n; i++) {
			if (token_is(token, names[i].name)) {
				text->token++;
				store_u16(wire, names[i].number);
				return field_put(text, wire + 2 - octets, octets);
			}
		}
	}
	return read_number(text, octets == 1 ? UINT8_MAX : UINT16_MAX, octets, what);
}

/* Names besides those of algorithm_name. */
static const struct named_number algorithm_aliases[] = {
    {"DH", 2}, {"NSEC3DSA", 6}, {"NSEC3RSASHA1", 7}, {"ECCGOST", 12}, {"INDIRECT", 252}};

static bool
algorithm_from_text(struct field_text *text)
{
	static const char what[] = "an algorithm number or mnemonic is expected";
	const struct text_token *token = text->token;
	uint8_t wire;

	if (token != text->end && token->length > 0 && !begins_with_digit(token)) {
		for (unsigned i = 0; i <= UINT8_MAX && !token->quoted; i++) {
			const char *name = algorithm_name((uint8_t)i);

			if (name != NULL && token_is(token, name)) {
				wire = (uint8_t)i;
				text->token++;
				return field_put(text, &wire, 1);
			}
		}
	}
	return read_named(text, algorithm_aliases,
	    sizeof(algorithm_aliases) / sizeof(algorithm_aliases[0]), 1, what);
}

/* RFC 4398 section 2.1. */
static bool
certificate_from_text(struct field_text *text)
{
	static const struct named_number names[] = {{"PKIX", 1}, {"SPKI", 2}, {"PGP", 3},
	    {"IPKIX", 4}, {"ISPKI", 5}, {"IPGP", 6}, {"ACPKIX", 7}, {"IACPKIX", 8}, {"URI", 253},
	    {"OID", 254}};

	return read_named(
	    text, names, sizeof(names) / sizeof(names[0]), 2, "a certificate type is expected");
}

static bool
scheme_from_text(struct field_text *text)
{
	static const struct named_number names[] = {{"NOTIFY", 1}};

	return read_named(text, names, 1, 1, "a scheme is expected");
}

static bool
type_from_text(struct field_text *text)
{
	static const char what[] = "an RR type is expected";
	const struct text_token *token = field_take(text, what);
	uint8_t wire[2];
	uint16_t type;

	if (token == NULL)
		return false;
	if (!rr_type_from_text(token->text, token->length, &type))
		return field_refuse(text, token, what);
	store_u16(wire, type);
	return field_put(text, wire, 2);
}

static bool
check_1(struct field_wire *wire)
{
	return wire_skip(wire, 1);
}

static bool
check_2(struct field_wire *wire)
{
	return wire_skip(wire, 2);
}

static bool
check_4(struct field_wire *wire)
{
	return wire_skip(wire, 4);
}

const struct rdata_field field_u8 = {u8_from_text, check_1};
const struct rdata_field field_u16 = {u16_from_text, check_2};
const struct rdata_field field_u32 = {u32_from_text, check_4};
const struct rdata_field field_period = {period_from_text, check_4};
const struct rdata_field field_time = {time_from_text, check_4};
const struct rdata_field field_algorithm = {algorithm_from_text, check_1};
const struct rdata_field field_certificate = {certificate_from_text, check_2};
const struct rdata_field field_scheme = {scheme_from_text, check_1};
const struct rdata_field field_type = {type_from_text, check_2};
