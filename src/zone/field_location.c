/* LOC (RFC 1876): a place on the earth in whole thousandths of a second and centimetres. */
#include "zone/rdata_field.h"

/* A decimal number with up to `decimals` digits behind the point, times 10 to the `decimals`. An
 * `m` for metres may follow when `metres`. */
static bool
parse_fixed(const char *text, size_t length, unsigned decimals, bool metres, uint64_t *value)
{
	size_t at = 0, digits = 0;
	unsigned behind = 0;

	if (metres && length > 1 && (text[length - 1] == 'm' || text[length - 1] == 'M'))
		length--;
	*value = 0;
	for (; at < length && text[at] >= '0' && text[at] <= '9'; at++, digits++) {
		if (digits == 10)
			return false;
		*value = *value * 10 + (uint64_t)(text[at] - '0');
	}
	if (digits > 0 && at + 1 < length && text[at] == '.') {
		for (at++; at < length && text[at] >= '0' && text[at] <= '9'; at++, behind++)
			*value = *value * 10 + (uint64_t)(text[at] - '0') * (behind < decimals);
	}
	if (behind > decimals)
		return false;
	for (; behind < decimals; behind++)
		*value *= 10;
	return digits > 0 && at == length;
}

/* `degrees [minutes [seconds]] letter`: 2^31 is the equator or the prime meridian. */
static bool
read_angle(struct field_text *text, unsigned degrees_max, const char *plus, const char *minus,
    const char *what)
{
	static const uint32_t units[3] = {60 * 60 * 1000, 60 * 1000, 1};
	uint64_t angle = 0, part;
	uint8_t wire[4];

	for (int i = 0; i <= 3; i++) {
		const struct text_token *token = field_take(text, what);
		bool north;

		if (token == NULL)
			return false;
		north = token_is(token, plus);
		if (i > 0 && (north || token_is(token, minus))) {
			if (angle > (uint64_t)degrees_max * units[0])
				return field_refuse(text, token, what);
			store_u32(
			    wire, (uint32_t)(north ? 0x80000000U + angle : 0x80000000U - angle));
			return field_put(text, wire, 4);
		}
		if (i == 3 ||
		    !parse_fixed(token->text, token->length, i == 2 ? 3 : 0, false, &part) ||
		    part >= (i == 0	 ? degrees_max + 1
				: i == 1 ? 60U
					 : 60000U))
			return field_refuse(text, token, what);
		angle += part * units[i];
	}
	return false;
}

/* Metres above 100 km below the WGS 84 spheroid, in centimetres. */
static bool
read_altitude(struct field_text *text)
{
	static const char what[] = "an altitude (-100000.00m to 42849672.95m) is expected";
	const struct text_token *token = field_take(text, what);
	uint64_t centimetres;
	bool below;
	uint8_t wire[4];

	if (token == NULL)
		return false;
	below = token->length > 0 && token->text[0] == '-';
	if (!parse_fixed(token->text + below, token->length - below, 2, true, &centimetres) ||
	    centimetres > (below ? 10000000U : UINT32_MAX - 10000000U))
		return field_refuse(text, token, what);
	store_u32(wire, (uint32_t)(below ? 10000000U - centimetres : 10000000U + centimetres));
	return field_put(text, wire, 4);
}

/* Centimetres as one decimal digit and a power of ten, cut off. */
static uint8_t
encode_size(uint64_t centimetres)
{
	unsigned exponent = 0;

	for (; centimetres > 9; centimetres /= 10)
		exponent++;
	return (uint8_t)(centimetres << 4 | exponent);
}

/* Size and precisions, each of which may be left out: 1 m, 10 km, 10 m. */
static bool
read_sizes(struct field_text *text, uint8_t sizes[3])
{
	static const char what[] = "a size (0.00m to 90000000.00m) is expected";
	uint64_t centimetres;

	for (int i = 0; i < 3 && text->token != text->end; i++) {
		const struct text_token *token = field_take(text, what);

		if (token == NULL)
			return false;
		if (!parse_fixed(token->text, token->length, 2, true, &centimetres) ||
		    centimetres > 9000000000U)
			return field_refuse(text, token, what);
		sizes[i] = encode_size(centimetres);
	}
	return true;
}

static bool
location_from_text(struct field_text *text)
{
	uint8_t sizes[3] = {0x12, 0x16, 0x13}, version = 0;
	size_t at;

	if (!field_put(text, &version, 1) || !field_put(text, sizes, 3) ||
	    !read_angle(text, 90, "N", "S", "a latitude (42 21 54.000 N) is expected") ||
	    !read_angle(text, 180, "E", "W", "a longitude (71 06 18.000 W) is expected") ||
	    !read_altitude(text) || !read_sizes(text, sizes))
		return false;
	at = text->used - 15;
	memcpy(text->rdata + at, sizes, 3);
	return true;
}

/* RFC 1876 section 2. A version other than 0 has another layout. */
static bool
location_check(struct field_wire *wire)
{
	const uint8_t *at = wire->at;

	if (wire->left > 0 && at[0] != 0)
		return wire_skip(wire, wire->left);
	if (!wire_skip(wire, 16))
		return false;
	for (int i = 1; i <= 3; i++) {
		if (at[i] >> 4 > 9 || (at[i] & 0xf) > 9)
			return wire_refuse(wire, "malformed size");
	}
	return true;
}

const struct rdata_field field_location = {location_from_text, location_check};
