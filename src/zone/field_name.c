/* Fields that are domain names. */
#include "zone/rdata_field.h"

#include "dns/name.h"

static bool
read_name(struct field_text *text, bool lower)
{
	const struct text_token *token = field_take(text, "a domain name is expected");
	uint8_t name[ZG_NAME_MAX];
	/* Most often there is room for any name: it is written where it belongs. */
	bool in_place = ZG_RDATA_MAX - text->used >= ZG_NAME_MAX;
	uint8_t *to = in_place ? text->rdata + text->used : name;
	const char *why;
	size_t length;

	if (token == NULL)
		return false;
	length = lower ? name_from_text_lower(token->text, token->length, text->origin, to, &why)
		       : name_from_text(token->text, token->length, text->origin, to, &why);
	if (length == 0)
		return field_refuse(text, token, why);
	if (!in_place)
		return field_put(text, name, length);
	text->used += length;
	return true;
}

static bool
name_lower_from_text(struct field_text *text)
{
	return read_name(text, true);
}

static bool
name_keep_from_text(struct field_text *text)
{
	return read_name(text, false);
}

static bool
names_from_text(struct field_text *text)
{
	while (text->token != text->end) {
		if (!read_name(text, false))
			return false;
	}
	return true;
}

static bool
name_keep_check(struct field_wire *wire)
{
	size_t length = name_check(wire->at, wire->left);

	if (length == 0)
		return wire_refuse(wire, "malformed domain name");
	return wire_skip(wire, length);
}

static bool
name_lower_check(struct field_wire *wire)
{
	uint8_t *name = wire->at;

	if (!name_keep_check(wire))
		return false;
	name_lower(name);
	return true;
}

static bool
names_check(struct field_wire *wire)
{
	while (wire->left > 0) {
		if (!name_keep_check(wire))
			return false;
	}
	return true;
}

const struct rdata_field field_name_lower = {name_lower_from_text, name_lower_check};
const struct rdata_field field_name = {name_keep_from_text, name_keep_check};
const struct rdata_field field_names = {names_from_text, names_check};
