/* Type bitmaps of NSEC, NSEC3 and CSYNC; the older one of NXT. */
#include "zone/rdata_field.h"

#include "dns/rr_type.h"
#include "dns/type_bitmap.h"

/* Octets that hold a bit for each type. */
#define TYPES_OCTETS (65536 / 8)

static void
set_bit(uint8_t *bits, unsigned n)
{
	bits[n / 8] |= (uint8_t)(0x80 >> (n & 7));
}

/* Appends one window of 32 octets (RFC 4034 section 4.1.2): trailing zero octets are left out, and
 * windows without a type altogether. */
static bool
put_window(struct field_text *text, unsigned window, const uint8_t bits[32])
{
	uint8_t header[2] = {(uint8_t)window, 32};

	while (header[1] > 0 && bits[header[1] - 1] == 0)
		header[1]--;
	return header[1] == 0 || (field_put(text, header, 2) && field_put(text, bits, header[1]));
}

/* The types of the tokens that are left, when all are below 256; else false, with nothing taken. */
static bool
low_types(const struct field_text *text, uint8_t bits[32])
{
	uint16_t type;

	memset(bits, 0, 32);
	for (const struct text_token *token = text->token; token != text->end; token++) {
		if (token->quoted || !rr_type_from_text(token->text, token->length, &type) ||
		    type > 255)
			return false;
		set_bit(bits, type);
	}
	return true;
}

/* Types in any order; the same type twice is the same bit. */
static bool
bitmap_from_text(struct field_text *text)
{
	static const char what[] = "RR types are expected";
	uint8_t bits[TYPES_OCTETS];
	const struct text_token *token;
	uint16_t type;

	if (LIKELY(low_types(text, bits))) {
		text->token = text->end;
		return put_window(text, 0, bits);
	}
	memset(bits, 0, sizeof(bits));
	while (text->token != text->end) {
		token = field_take(text, what);
		if (token == NULL)
			return false;
		if (!rr_type_from_text(token->text, token->length, &type))
			return field_refuse(text, token, what);
		set_bit(bits, type);
	}
	for (unsigned window = 0; window < 256; window++) {
		if (!put_window(text, window, bits + (size_t)window * 32))
			return false;
	}
	return true;
}

static bool
bitmap_check(struct field_wire *wire)
{
	if (!type_bitmap_check(wire->at, wire->left))
		return wire_refuse(wire, "malformed type bitmap");
	return wire_skip(wire, wire->left);
}

/* RFC 2535 section 5.2: up to 16 octets, bit 0 clear in this form. */
static bool
nxt_bitmap_check(struct field_wire *wire)
{
	if (wire->left == 0 || (wire->at[0] & 0x80) != 0 || wire->left > 16)
		return wire_refuse(wire, "malformed type bitmap");
	return wire_skip(wire, wire->left);
}

const struct rdata_field field_bitmap = {bitmap_from_text, bitmap_check};
const struct rdata_field field_nxt_bitmap = {NULL, nxt_bitmap_check};
