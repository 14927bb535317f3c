/* Fields that are strings. Where strings are, a token may be in quotes or not. */
#include "zone/rdata_field.h"

#include "dns/escape.h"

/* Appends the octets that the token stands for; at most `max`. */
static bool
put_unescaped(struct field_text *text, const struct text_token *token, size_t max, const char *why)
{
	size_t begin = text->used, at = 0;
	bool plain = memchr(token->text, '\\', token->length) == NULL;

	if (plain) {
		if (token->length > max)
			return field_refuse(text, token, why);
		return field_put(text, token->text, token->length);
	}
	while (at < token->length) {
		int octet = escape_octet(token->text, token->length, &at);
		uint8_t *to;

		if (octet < 0)
			return field_refuse(text, token, "malformed escape");
		if (text->used - begin == max)
			return field_refuse(text, token, why);
		to = field_room(text, 1);
		if (to == NULL)
			return false;
		*to = (uint8_t)octet;
	}
	return true;
}

/* The next token, quoted or not, with its length before it. */
static bool
string_from_text(struct field_text *text)
{
	size_t begin = text->used;

	if (text->token == text->end)
		return field_refuse(text, NULL, "a string is expected");
	if (field_room(text, 1) == NULL ||
	    !put_unescaped(text, text->token, 255, "string longer than 255 octets"))
		return false;
	text->token++;
	text->rdata[begin] = (uint8_t)(text->used - begin - 1);
	return true;
}

static bool
string_optional_from_text(struct field_text *text)
{
	return text->token == text->end || string_from_text(text);
}

static bool
strings_from_text(struct field_text *text)
{
	do {
		if (!string_from_text(text))
			return false;
	} while (text->token != text->end);
	return true;
}

static bool
text_from_text(struct field_text *text)
{
	if (text->token == text->end)
		return field_refuse(text, NULL, "a value is expected");
	if (!put_unescaped(text, text->token, ZG_RDATA_MAX, "value longer than 65535 octets"))
		return false;
	text->token++;
	return true;
}

static bool
text_some_from_text(struct field_text *text)
{
	size_t begin = text->used;

	if (!text_from_text(text))
		return false;
	if (text->used == begin)
		return field_refuse(text, NULL, "the value is empty");
	return true;
}

static bool
is_tag_octet(uint8_t octet)
{
	return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') ||
	       (octet >= 'A' && octet <= 'Z');
}

/* RFC 8659 section 4.1: one or more ASCII letters and digits. */
static bool
tag_is_valid(const uint8_t *tag, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!is_tag_octet(tag[i]))
			return false;
	}
	return length > 0;
}

static bool
tag_from_text(struct field_text *text)
{
	size_t begin = text->used;

	if (!string_from_text(text))
		return false;
	if (!tag_is_valid(text->rdata + begin + 1, text->rdata[begin]))
		return field_refuse(
		    text, text->token - 1, "a tag of letters and digits is expected");
	return true;
}

static bool
strings_check(struct field_wire *wire)
{
	do {
		if (!wire_skip_counted(wire))
			return false;
	} while (wire->left > 0);
	return true;
}

static bool
string_optional_check(struct field_wire *wire)
{
	return wire->left == 0 || wire_skip_counted(wire);
}

static bool
text_check(struct field_wire *wire)
{
	return wire_skip(wire, wire->left);
}

static bool
text_some_check(struct field_wire *wire)
{
	if (wire->left == 0)
		return wire_refuse(wire, "the value is empty");
	return wire_skip(wire, wire->left);
}

static bool
tag_check(struct field_wire *wire)
{
	const uint8_t *tag = wire->at;

	if (!wire_skip_counted(wire))
		return false;
	if (!tag_is_valid(tag + 1, tag[0]))
		return wire_refuse(wire, "a tag that is not of letters and digits");
	return true;
}

const struct rdata_field field_string = {string_from_text, wire_skip_counted};
const struct rdata_field field_string_optional = {string_optional_from_text, string_optional_check};
const struct rdata_field field_strings = {strings_from_text, strings_check};
const struct rdata_field field_text = {text_from_text, text_check};
const struct rdata_field field_text_some = {text_some_from_text, text_some_check};
const struct rdata_field field_tag = {tag_from_text, tag_check};
