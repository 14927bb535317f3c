/* Fields that are octets written in base 64, 32 or 16 (RFC 4648). */
#include "zone/rdata_field.h"

#include "base/word.h"
#include "dns/base32.h"

/*
 * Values of characters: VALID or HEX is set in every valid one, so that the others are zero. Of
 * base 64 there is a table for each place in a quartet, whose values need only be put together.
 */
/* clang-format off */
#define HEX		0x10
#define V4(c, n)	[c] = HEX | (n)
#define VALID(place)	(1U << (24 + (place)))
#define ALL_VALID	(VALID(0) | VALID(1) | VALID(2) | VALID(3))
#define V6(p, c, n)	[c] = VALID(p) | (uint32_t)(n) << (18 - 6 * (p))

#define BASE64_TABLE(p) { \
	V6(p, 'A', 0), V6(p, 'B', 1), V6(p, 'C', 2), V6(p, 'D', 3), V6(p, 'E', 4), V6(p, 'F', 5), \
	V6(p, 'G', 6), V6(p, 'H', 7), V6(p, 'I', 8), V6(p, 'J', 9), V6(p, 'K', 10), V6(p, 'L', 11), \
	V6(p, 'M', 12), V6(p, 'N', 13), V6(p, 'O', 14), V6(p, 'P', 15), V6(p, 'Q', 16), \
	V6(p, 'R', 17), V6(p, 'S', 18), V6(p, 'T', 19), V6(p, 'U', 20), V6(p, 'V', 21), \
	V6(p, 'W', 22), V6(p, 'X', 23), V6(p, 'Y', 24), V6(p, 'Z', 25), V6(p, 'a', 26), \
	V6(p, 'b', 27), V6(p, 'c', 28), V6(p, 'd', 29), V6(p, 'e', 30), V6(p, 'f', 31), \
	V6(p, 'g', 32), V6(p, 'h', 33), V6(p, 'i', 34), V6(p, 'j', 35), V6(p, 'k', 36), \
	V6(p, 'l', 37), V6(p, 'm', 38), V6(p, 'n', 39), V6(p, 'o', 40), V6(p, 'p', 41), \
	V6(p, 'q', 42), V6(p, 'r', 43), V6(p, 's', 44), V6(p, 't', 45), V6(p, 'u', 46), \
	V6(p, 'v', 47), V6(p, 'w', 48), V6(p, 'x', 49), V6(p, 'y', 50), V6(p, 'z', 51), \
	V6(p, '0', 52), V6(p, '1', 53), V6(p, '2', 54), V6(p, '3', 55), V6(p, '4', 56), \
	V6(p, '5', 57), V6(p, '6', 58), V6(p, '7', 59), V6(p, '8', 60), V6(p, '9', 61), \
	V6(p, '+', 62), V6(p, '/', 63)}
/* clang-format on */

static const uint32_t base64_values[4][256] = {
    BASE64_TABLE(0), BASE64_TABLE(1), BASE64_TABLE(2), BASE64_TABLE(3)};

static const uint8_t hex_values[256] = {V4('0', 0), V4('1', 1), V4('2', 2), V4('3', 3), V4('4', 4),
    V4('5', 5), V4('6', 6), V4('7', 7), V4('8', 8), V4('9', 9), V4('a', 10), V4('b', 11),
    V4('c', 12), V4('d', 13), V4('e', 14), V4('f', 15), V4('A', 10), V4('B', 11), V4('C', 12),
    V4('D', 13), V4('E', 14), V4('F', 15)};

/* Four characters that have come in, possibly from several tokens. */
struct quartet {
	uint32_t bits;
	unsigned n; /* characters, padding included */
	unsigned padding;
	bool ended; /* there was padding: nothing may follow */
};

/* Writes the octets of a complete quartet. */
static bool
quartet_flush(struct field_text *text, struct quartet *quartet)
{
	uint8_t octets[3] = {
	    (uint8_t)(quartet->bits >> 16), (uint8_t)(quartet->bits >> 8), (uint8_t)quartet->bits};
	size_t n = 3 - quartet->padding;

	/* RFC 4648 section 3.5: bits that padding leaves over are zero. */
	for (size_t i = n; i < 3; i++) {
		if (octets[i] != 0)
			return false;
	}
	quartet->ended = quartet->padding > 0;
	quartet->n = quartet->bits = quartet->padding = 0;
	return field_put(text, octets, n);
}

static bool
quartet_add(struct field_text *text, struct quartet *quartet, uint8_t character)
{
	uint32_t value = base64_values[3][character];

	if (quartet->ended)
		return false;
	if (character == '=') {
		if (quartet->n < 2)
			return false;
		quartet->padding++;
	} else if (value == 0 || quartet->padding > 0)
		return false;
	quartet->bits = quartet->bits << 6 | (value & 0x3f);
	return ++quartet->n < 4 || quartet_flush(text, quartet);
}

/* Three octets of a complete quartet without padding, VALID of each place above them. */
static inline uint32_t
decode_quartet(const uint8_t *from)
{
	return base64_values[0][from[0]] | base64_values[1][from[1]] | base64_values[2][from[2]] |
	       base64_values[3][from[3]];
}

/* Decodes complete quartets without padding; returns the characters done. Room is checked. */
static size_t
decode_quartets(const uint8_t *from, size_t length, uint8_t *to)
{
	size_t at = 0;

	for (; length - at >= 4; at += 4, to += 3) {
		uint32_t bits = decode_quartet(from + at);

		if (UNLIKELY((bits & ALL_VALID) != ALL_VALID))
			break;
		to[0] = (uint8_t)(bits >> 16);
		to[1] = (uint8_t)(bits >> 8);
		to[2] = (uint8_t)bits;
	}
	return at;
}

/* One token of base64 that may have pieces before and behind it. */
static bool
add_base64(struct field_text *text, struct quartet *quartet, const struct text_token *token)
{
	const uint8_t *from = (const uint8_t *)token->text;
	size_t at = 0, room = ZG_RDATA_MAX - text->used;

	if (quartet->n == 0 && !quartet->ended && token->length / 4 * 3 <= room) {
		at = decode_quartets(from, token->length, text->rdata + text->used);
		text->used += at / 4 * 3;
	}
	for (; at < token->length; at++) {
		if (!quartet_add(text, quartet, from[at]))
			return false;
	}
	return true;
}

/* All tokens that are left. */
static bool
base64_optional_from_text(struct field_text *text)
{
	static const char what[] = "base64 is expected";
	struct quartet quartet = {0};
	const struct text_token *token;

	while (text->token != text->end) {
		token = field_take(text, what);
		if (token == NULL)
			return false;
		if (UNLIKELY(!add_base64(text, &quartet, token)))
			return text->why != NULL ? false : field_refuse(text, token, what);
	}
	if (quartet.n != 0)
		return field_refuse(text, text->end - 1, "base64 that is cut short");
	return true;
}

static bool
base64_from_text(struct field_text *text)
{
	size_t begin = text->used;

	return base64_optional_from_text(text) &&
	       (text->used > begin || field_refuse(text, NULL, "base64 is expected"));
}

static bool
base64_dash_from_text(struct field_text *text)
{
	if (text->end - text->token == 1 && token_is(text->token, "-")) {
		text->token++;
		return true;
	}
	return base64_from_text(text);
}

bool
token_base64(struct field_text *text, const struct text_token *token)
{
	struct quartet quartet = {0};

	return add_base64(text, &quartet, token) && quartet.n == 0;
}

/* Eight digits to four octets, all at once: the low bits of a letter in either case are its value
 * less 9. False for a foreign character. */
static inline bool
hex_group(const uint8_t *from, uint8_t *to)
{
	uint64_t word = load_le64(from), bits;
	uint64_t valid =
	    octets_between(word, '0', '9') | octets_between(word | OCTETS(0x20), 'a', 'f');

	if (valid != OCTETS(0x80))
		return false;
	bits = (word & OCTETS(0x0f)) + (word >> 6 & OCTETS(1)) * 9;
	bits = (bits & 0x000f000f000f000fU) << 4 | (bits >> 8 & 0x000f000f000f000fU);
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(bits >> 16 * i);
	return true;
}

/* One token of hexadecimal digits; a first digit that is waiting is in *high (HEX set), else 0. */
static bool
add_hex(struct field_text *text, const struct text_token *token, unsigned *high)
{
	const uint8_t *from = (const uint8_t *)token->text, *end = from + token->length;
	uint8_t *to = field_room(text, (token->length + (*high != 0 ? 1U : 0U)) / 2);
	unsigned first = *high;

	if (to == NULL)
		return false;
	for (; first == 0 && end - from >= 8 && hex_group(from, to); from += 8)
		to += 4;
	while (from < end) {
		unsigned value = hex_values[*from++];

		if (first == 0) {
			if (from == end) {
				*high = value;
				return value != 0;
			}
			first = value;
			value = hex_values[*from++];
		}
		if (UNLIKELY((first & value) == 0))
			return false;
		*to++ = (uint8_t)(first << 4 | (value & 0xf));
		first = 0;
	}
	*high = first;
	return true;
}

static bool
hex_from_text(struct field_text *text)
{
	static const char what[] = "hexadecimal digits are expected";
	const struct text_token *token;
	size_t begin = text->used;
	unsigned high = 0;

	do {
		token = field_take(text, what);
		if (token == NULL)
			return false;
		if (!add_hex(text, token, &high))
			return text->why != NULL ? false : field_refuse(text, token, what);
	} while (text->token != text->end);
	if (high != 0)
		return field_refuse(text, token, "an odd number of hexadecimal digits");
	return text->used > begin || field_refuse(text, token, what);
}

bool
token_hex(struct field_text *text, const struct text_token *token)
{
	unsigned high = 0;

	return !token->quoted && token->length > 0 && add_hex(text, token, &high) && high == 0;
}

/* RFC 5155 section 3.3: one token, "-" for no salt. */
static bool
salt_from_text(struct field_text *text)
{
	static const char what[] = "a salt ('-', or hexadecimal digits) is expected";
	const struct text_token *token = field_take(text, what);
	uint8_t length = 0;

	if (token == NULL)
		return false;
	if (token_is(token, "-"))
		return field_put(text, &length, 1);
	if (token->length > 2 * UINT8_MAX)
		return field_refuse(text, token, "salt longer than 255 octets");
	length = (uint8_t)(token->length / 2);
	if (!field_put(text, &length, 1))
		return false;
	if (!token_hex(text, token))
		return field_refuse(text, token, what);
	return true;
}

/* RFC 5155 section 3.3: one token, without padding. */
static bool
hash_from_text(struct field_text *text)
{
	static const char what[] = "a hash in base32hex is expected";
	const struct text_token *token = field_take(text, what);
	uint8_t wire[1 + UINT8_MAX];
	size_t length;

	if (token == NULL)
		return false;
	if (token->length > UINT8_MAX * 8 / 5)
		return field_refuse(text, token, what);
	length = base32hex_decode((const uint8_t *)token->text, token->length, wire + 1);
	if (length == 0)
		return field_refuse(text, token, what);
	wire[0] = (uint8_t)length;
	return field_put(text, wire, length + 1);
}

static bool
hash_check(struct field_wire *wire)
{
	if (wire->left > 0 && wire->at[0] == 0)
		return wire_refuse(wire, "empty hash");
	return wire_skip_counted(wire);
}

static bool
rest_check(struct field_wire *wire)
{
	if (wire->left == 0)
		return wire_refuse(wire, "cut short");
	return wire_skip(wire, wire->left);
}

static bool
rest_optional_check(struct field_wire *wire)
{
	return wire_skip(wire, wire->left);
}

const struct rdata_field field_base64 = {base64_from_text, rest_check};
const struct rdata_field field_base64_optional = {base64_optional_from_text, rest_optional_check};
const struct rdata_field field_base64_dash = {base64_dash_from_text, rest_optional_check};
const struct rdata_field field_hex = {hex_from_text, rest_check};
const struct rdata_field field_salt = {salt_from_text, wire_skip_counted};
const struct rdata_field field_hash = {hash_from_text, hash_check};
const struct rdata_field field_opaque = {NULL, rest_optional_check};
