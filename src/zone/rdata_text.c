/* RDATA: presentation form to wire form, the shape of wire form, canonical form. */
#include "zone/rdata_text.h"

#include <stdio.h>

#include "base/error.h"
#include "dns/rr_type.h"
#include "zone/rdata_field.h"
#include "zone/token_show.h"

/* `TYPE: what is wrong: 'token'`; returns -1. */
static int
rdata_refuse(uint16_t type, const struct field_text *text, struct zg_error *error)
{
	char type_text[RR_TYPE_TEXT_MAX], shown[TOKEN_SHOW_MAX];
	const char *name = rr_type_to_text(type, type_text);

	if (text->blamed == NULL) {
		(void)error_set(error, ZG_OK, "%s: %s", name, text->why);
	} else {
		token_show(text->blamed, shown);
		(void)error_set(error, ZG_OK, "%s: %s: '%s'", name, text->why, shown);
	}
	return -1;
}

/* The octets of `\# length hex...` (RFC 3597 section 5). */
static bool
generic_from_text(struct field_text *text)
{
	static const char what[] = "a length (0 to 65535) is expected behind \\#";
	const struct text_token *token;
	uint32_t length;

	text->token++;
	token = field_take(text, what);
	if (token == NULL)
		return false;
	if (!token_number(token, ZG_RDATA_MAX, &length))
		return field_refuse(text, token, what);
	if (text->token != text->end && !field_hex.from_text(text))
		return false;
	return text->used == length ||
	       field_refuse(text, token, "the number of octets is not the length behind \\#");
}

static bool
fields_from_text(const struct rdata_shape *shape, struct field_text *text)
{
	for (size_t i = 0; shape->fields[i] != NULL; i++) {
		if (UNLIKELY(!shape->fields[i]->from_text(text)))
			return false;
	}
	return text->token == text->end || field_refuse(text, text->token, "superfluous field");
}

static bool
is_generic(const struct text_token *token)
{
	return token->length == 2 && token->text[0] == '\\' && token->text[1] == '#' &&
	       !token->quoted;
}

int
rdata_from_text(uint16_t type, const struct text_token *tokens, size_t n, const uint8_t *origin,
    uint8_t rdata[ZG_RDATA_MAX], struct zg_error *error)
{
	const struct rdata_shape *shape = rdata_shape(type);
	struct field_text text = {
	    .token = tokens, .end = tokens + n, .origin = origin, .rdata = rdata};
	int length;

	if (n > 0 && is_generic(tokens)) {
		if (!generic_from_text(&text))
			return rdata_refuse(type, &text, error);
		return rdata_canonicalise(type, rdata, text.used, error) ? (int)text.used : -1;
	}
	if (LIKELY(shape->text == TEXT_FIELDS)) {
		if (LIKELY(fields_from_text(shape, &text)))
			return (int)text.used;
		return rdata_refuse(type, &text, error);
	}
	if (shape->text == TEXT_GENERIC) {
		text.why = "this type is read in the form of RFC 3597 only: \\# length octets";
		return rdata_refuse(type, &text, error);
	}
	length = rdata_from_ldns(type, tokens, n, rdata, &text.why);
	if (length < 0)
		return rdata_refuse(type, &text, error);
	return rdata_canonicalise(type, rdata, (size_t)length, error) ? length : -1;
}

bool
rdata_canonicalise(uint16_t type, uint8_t *rdata, size_t rdlen, struct zg_error *error)
{
	const struct rdata_shape *shape = rdata_shape(type);
	struct field_wire wire = {.rdata = rdata, .at = rdata, .left = rdlen};
	char text[RR_TYPE_TEXT_MAX];

	if (shape->fields[0] == NULL)
		return true;
	for (size_t i = 0; shape->fields[i] != NULL; i++) {
		if (!shape->fields[i]->check(&wire)) {
			(void)error_set(error, ZG_OK, "RDATA that is none of type %s: %s",
			    rr_type_to_text(type, text), wire.why);
			return false;
		}
	}
	if (wire.left > 0)
		(void)error_set(error, ZG_OK, "RDATA that is none of type %s: %zu octets too many",
		    rr_type_to_text(type, text), wire.left);
	return wire.left == 0;
}
