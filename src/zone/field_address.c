/* Fields that are addresses: of hosts, of interfaces, of ILNP, and lists of prefixes. */
#include "zone/rdata_field.h"

#include <arpa/inet.h>

#include "base/hex.h"

bool
token_ipv4(const char *text, size_t length, uint8_t address[4])
{
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		unsigned value = 0;
		size_t digits = 0;

		if (i > 0 && (at == length || text[at++] != '.'))
			return false;
		for (; at < length && text[at] >= '0' && text[at] <= '9'; at++, digits++) {
			value = value * 10 + (unsigned)(text[at] - '0');
			if (value > 255 || (digits > 0 && value < 10)) /* no leading zero */
				return false;
		}
		if (digits == 0)
			return false;
		address[i] = (uint8_t)value;
	}
	return at == length;
}

bool
token_ipv6(const char *text, size_t length, uint8_t address[16])
{
	char copy[INET6_ADDRSTRLEN];

	if (length >= sizeof(copy) || memchr(text, '\0', length) != NULL)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return inet_pton(AF_INET6, copy, address) == 1;
}

static bool
ipv4_from_text(struct field_text *text)
{
	static const char what[] = "an IPv4 address is expected";
	const struct text_token *token = field_take(text, what);
	uint8_t address[4];

	if (token == NULL)
		return false;
	if (!token_ipv4(token->text, token->length, address))
		return field_refuse(text, token, what);
	return field_put(text, address, 4);
}

static bool
ipv6_from_text(struct field_text *text)
{
	static const char what[] = "an IPv6 address is expected";
	const struct text_token *token = field_take(text, what);
	uint8_t address[16];

	if (token == NULL)
		return false;
	if (!token_ipv6(token->text, token->length, address))
		return field_refuse(text, token, what);
	return field_put(text, address, 16);
}

/* `n` groups of two hexadecimal digits with '-' between (RFC 7043 sections 3.2 and 4.2). */
static bool
read_eui(struct field_text *text, size_t n, const char *what)
{
	const struct text_token *token = field_take(text, what);
	uint8_t octets[8];

	if (token == NULL)
		return false;
	if (token->length != n * 3 - 1)
		return field_refuse(text, token, what);
	for (size_t i = 0; i < n; i++) {
		const char *group = token->text + 3 * i;

		if (!hex_read(group, 1, octets + i) || (i + 1 < n && group[2] != '-'))
			return field_refuse(text, token, what);
	}
	return field_put(text, octets, n);
}

static bool
eui48_from_text(struct field_text *text)
{
	return read_eui(text, 6, "six pairs of hexadecimal digits with '-' between are expected");
}

static bool
eui64_from_text(struct field_text *text)
{
	return read_eui(text, 8, "eight pairs of hexadecimal digits with '-' between are expected");
}

/* RFC 6742 sections 2.1.2 and 2.3.2: four groups of one to four hexadecimal digits with ':'. */
static bool
locator_from_text(struct field_text *text)
{
	static const char what[] =
	    "four groups of hexadecimal digits with ':' between are expected";
	const struct text_token *token = field_take(text, what);
	uint8_t octets[8];
	size_t at = 0;

	if (token == NULL)
		return false;
	for (size_t i = 0; i < 4; i++) {
		unsigned value = 0;
		size_t digits = 0;

		if (i > 0 && (at == token->length || token->text[at++] != ':'))
			return field_refuse(text, token, what);
		for (; at < token->length && hex_digit(token->text[at]) >= 0; at++, digits++)
			value = value << 4 | (unsigned)hex_digit(token->text[at]);
		if (digits == 0 || digits > 4)
			return field_refuse(text, token, what);
		store_u16(octets + 2 * i, (uint16_t)value);
	}
	if (at != token->length)
		return field_refuse(text, token, what);
	return field_put(text, octets, 8);
}

/* What one item of APL says. */
struct prefix_item {
	bool negated;
	uint16_t family; /* 1: IPv4, 2: IPv6 */
	uint32_t length; /* bits */
	uint8_t address[16];
};

/* [!]afi:address/prefix (RFC 3123 section 5). */
static bool
parse_prefix(const struct text_token *token, struct prefix_item *item)
{
	const char *at = token->text, *end = at + token->length;
	const char *colon = memchr(at, ':', token->length);
	const char *slash = memchr(at, '/', token->length);
	struct text_token number = {0};

	if (colon == NULL || slash == NULL || slash < colon)
		return false;
	item->negated = *at == '!';
	at += item->negated ? 1 : 0;
	if (colon - at != 1 || (*at != '1' && *at != '2'))
		return false;
	item->family = *at == '1' ? 1 : 2;
	number.text = slash + 1;
	number.length = (uint32_t)(end - number.text);
	if (!token_number(&number, item->family == 1 ? 32 : 128, &item->length))
		return false;
	at = colon + 1;
	return item->family == 1 ? token_ipv4(at, (size_t)(slash - at), item->address)
				 : token_ipv6(at, (size_t)(slash - at), item->address);
}

static bool
prefixes_from_text(struct field_text *text)
{
	static const char what[] = "a prefix (1:192.0.2.0/24, !2:2001:db8::/32) is expected";

	while (text->token != text->end) {
		const struct text_token *token = field_take(text, what);
		struct prefix_item item = {0};
		uint8_t header[4];
		size_t octets;

		if (token == NULL)
			return false;
		if (!parse_prefix(token, &item))
			return field_refuse(text, token, what);
		/* RFC 3123 section 4: trailing zero octets are left out. */
		octets = item.family == 1 ? 4 : 16;
		while (octets > 0 && item.address[octets - 1] == 0)
			octets--;
		store_u16(header, item.family);
		header[2] = (uint8_t)item.length;
		header[3] = (uint8_t)(octets | (item.negated ? 0x80U : 0U));
		if (!field_put(text, header, 4) || !field_put(text, item.address, octets))
			return false;
	}
	return true;
}

/* RFC 3123 section 4. Families that are not known have any prefix and length. */
static bool
prefixes_check(struct field_wire *wire)
{
	while (wire->left > 0) {
		const uint8_t *item = wire->at;
		size_t octets, most;

		if (!wire_skip(wire, 4))
			return false;
		octets = item[3] & 0x7f;
		most = item[0] == 0 && item[1] == 1 ? 4 : item[0] == 0 && item[1] == 2 ? 16 : 127;
		if (octets > most || (most < 127 && item[2] > most * 8))
			return wire_refuse(wire, "malformed prefix");
		if (!wire_skip(wire, octets))
			return false;
		if (octets > 0 && item[3 + octets] == 0)
			return wire_refuse(wire, "a prefix with trailing zero octets");
	}
	return true;
}

static bool
check_4(struct field_wire *wire)
{
	return wire_skip(wire, 4);
}

static bool
check_6(struct field_wire *wire)
{
	return wire_skip(wire, 6);
}

static bool
check_8(struct field_wire *wire)
{
	return wire_skip(wire, 8);
}

static bool
check_16(struct field_wire *wire)
{
	return wire_skip(wire, 16);
}

const struct rdata_field field_ipv4 = {ipv4_from_text, check_4};
const struct rdata_field field_ipv6 = {ipv6_from_text, check_16};
const struct rdata_field field_eui48 = {eui48_from_text, check_6};
const struct rdata_field field_eui64 = {eui64_from_text, check_8};
const struct rdata_field field_locator = {locator_from_text, check_8};
const struct rdata_field field_prefixes = {prefixes_from_text, prefixes_check};
