/* SvcParams of SVCB and HTTPS (RFC 9460 sections 2.1, 2.2 and 7, appendix A). */
#include "zone/rdata_field.h"

#include "dns/escape.h"

enum parameter {
	PARAMETER_MANDATORY,
	PARAMETER_ALPN,
	PARAMETER_NO_DEFAULT_ALPN,
	PARAMETER_PORT,
	PARAMETER_IPV4HINT,
	PARAMETER_ECH,
	PARAMETER_IPV6HINT,
	PARAMETER_DOHPATH,
	PARAMETER_OHTTP,
	PARAMETER_KNOWN /* how many */
};

static const char *const parameter_names[PARAMETER_KNOWN] = {"mandatory", "alpn", "no-default-alpn",
    "port", "ipv4hint", "ech", "ipv6hint", "dohpath", "ohttp"};

static unsigned
u16_at(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* A mnemonic, or keyNNNNN without leading zeros (RFC 9460 section 2.1: in lower case). */
static bool
parse_key(const char *text, size_t length, uint16_t *key)
{
	struct text_token number;
	uint32_t value;

	for (uint16_t i = 0; i < PARAMETER_KNOWN; i++) {
		if (strlen(parameter_names[i]) == length &&
		    memcmp(parameter_names[i], text, length) == 0) {
			*key = i;
			return true;
		}
	}
	if (length < 4 || memcmp(text, "key", 3) != 0 || (text[3] == '0' && length > 4))
		return false;
	number = (struct text_token){.text = text + 3, .length = (uint32_t)length - 3};
	if (!token_number(&number, UINT16_MAX, &value))
		return false;
	*key = (uint16_t)value;
	return true;
}

/* The value of one parameter with its escapes undone. */
struct value {
	const uint8_t *octets;
	size_t length;
};

/* The next item of a list with ',' between: where it ends. `escaped`: a backslash keeps the octet
 * behind it from ending the item (appendix A.1). */
static size_t
item_end(const struct value *value, size_t at, bool escaped)
{
	while (at < value->length && value->octets[at] != ',') {
		if (escaped && value->octets[at] == '\\' && at + 1 < value->length)
			at++;
		at++;
	}
	return at;
}

/* One protocol identifier, with the list's escapes undone. */
static bool
put_alpn(struct field_text *text, const uint8_t *item, size_t length)
{
	size_t begin = text->used;

	if (field_room(text, 1) == NULL)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (item[i] == '\\' && ++i == length)
			return false;
		if (!field_put(text, item + i, 1))
			return false;
	}
	length = text->used - begin - 1;
	text->rdata[begin] = (uint8_t)length;
	return length > 0 && length <= UINT8_MAX;
}

static bool
put_address(struct field_text *text, const uint8_t *item, size_t length, bool ipv6)
{
	uint8_t address[16];

	if (ipv6)
		return token_ipv6((const char *)item, length, address) &&
		       field_put(text, address, 16);
	return token_ipv4((const char *)item, length, address) && field_put(text, address, 4);
}

/* The keys of `mandatory`, in ascending order on the wire (section 8). */
static bool
put_mandatory(struct field_text *text, size_t begin, const uint8_t *item, size_t length)
{
	size_t at;
	uint16_t key;

	if (!parse_key((const char *)item, length, &key) || field_room(text, 2) == NULL)
		return false;
	for (at = text->used - 2; at > begin; at -= 2) {
		const uint8_t *before = text->rdata + at - 2;

		if (u16_at(before) <= key)
			break;
		memcpy(text->rdata + at, before, 2);
	}
	store_u16(text->rdata + at, key);
	return true;
}

static bool
put_list(struct field_text *text, uint16_t key, const struct value *value)
{
	size_t begin = text->used, at = 0, end;
	bool good;

	do {
		const uint8_t *item = value->octets + at;

		end = item_end(value, at, key == PARAMETER_ALPN);
		if (key == PARAMETER_ALPN)
			good = put_alpn(text, item, end - at);
		else if (key == PARAMETER_MANDATORY)
			good = put_mandatory(text, begin, item, end - at);
		else
			good = put_address(text, item, end - at, key == PARAMETER_IPV6HINT);
		at = end + 1;
	} while (good && end < value->length);
	return good;
}

/* Appends the wire form of a parameter's value. */
static bool
put_value(struct field_text *text, uint16_t key, const struct value *value)
{
	struct text_token token = {
	    .text = (const char *)value->octets, .length = (uint32_t)value->length};
	uint32_t port;
	uint8_t wire[2];

	switch (key) {
	case PARAMETER_MANDATORY:
	case PARAMETER_ALPN:
	case PARAMETER_IPV4HINT:
	case PARAMETER_IPV6HINT:
		return put_list(text, key, value);
	case PARAMETER_PORT:
		if (!token_number(&token, UINT16_MAX, &port))
			return false;
		store_u16(wire, (uint16_t)port);
		return field_put(text, wire, 2);
	case PARAMETER_ECH:
		return token_base64(text, &token);
	default: /* what must be empty is found by the check of the wire form */
		return field_put(text, value->octets, value->length);
	}
}

/* A parameter in the text: its key and where it stands on the wire. */
struct placed {
	uint16_t key;
	size_t at, length;
};

/* The value behind `key=` in `token` from `at` on, or the quoted token that follows at once. */
static bool
read_value(struct field_text *text, const struct text_token *token, size_t at, uint8_t *octets,
    size_t *length)
{
	const struct text_token *next = text->token;

	if (at == token->length && next != text->end && next->quoted &&
	    next->text == token->text + token->length + 1) {
		token = next;
		text->token++;
		at = 0;
	}
	for (*length = 0; at < token->length; ++*length) {
		int octet = escape_octet(token->text, token->length, &at);

		if (octet < 0 || *length == ZG_RDATA_MAX)
			return field_refuse(text, token, "malformed value of a parameter");
		octets[*length] = (uint8_t)octet;
	}
	return true;
}

/* One parameter: `key`, `key=value` or `key="value"`. */
static bool
read_parameter(struct field_text *text, struct placed *placed)
{
	static const char what[] = "a parameter (key=value) is expected";
	const struct text_token *token = field_take(text, what);
	const char *equals;
	size_t key_len;
	uint8_t octets[ZG_RDATA_MAX];
	struct value value = {.octets = octets};

	if (token == NULL)
		return false;
	equals = memchr(token->text, '=', token->length);
	key_len = equals == NULL ? token->length : (size_t)(equals - token->text);
	if (!parse_key(token->text, key_len, &placed->key))
		return field_refuse(text, token, what);
	if (equals != NULL && !read_value(text, token, key_len + 1, octets, &value.length))
		return false;
	placed->at = text->used;
	if (field_room(text, 4) == NULL)
		return false;
	if (!put_value(text, placed->key, &value))
		return field_refuse(text, token, "malformed value of a parameter");
	placed->length = text->used - placed->at;
	store_u16(text->rdata + placed->at, placed->key);
	store_u16(text->rdata + placed->at + 2, (uint16_t)(placed->length - 4));
	return true;
}

/* Puts the parameters behind `begin` into the order of their keys. */
static void
order_parameters(struct field_text *text, size_t begin, struct placed *placed, size_t n)
{
	uint8_t copy[ZG_RDATA_MAX];
	size_t used = begin;

	if (n < 2)
		return;
	for (size_t i = 1; i < n; i++) {
		struct placed moved = placed[i];
		size_t at = i;

		for (; at > 0 && placed[at - 1].key > moved.key; at--)
			placed[at] = placed[at - 1];
		placed[at] = moved;
	}
	memcpy(copy, text->rdata, text->used);
	for (size_t i = 0; i < n; i++) {
		memcpy(text->rdata + used, copy + placed[i].at, placed[i].length);
		used += placed[i].length;
	}
}

static bool check_parameters(struct field_wire *wire);

static bool
parameters_from_text(struct field_text *text)
{
	struct placed placed[ZG_SVCB_PARAMETERS_MAX];
	size_t begin = text->used, n = 0;
	struct field_wire wire = {.rdata = text->rdata};

	for (; text->token != text->end; n++) {
		if (n == ZG_SVCB_PARAMETERS_MAX)
			return field_refuse(text, text->token, "too many parameters");
		if (!read_parameter(text, &placed[n]))
			return false;
	}
	order_parameters(text, begin, placed, n);
	wire.at = text->rdata + begin;
	wire.left = text->used - begin;
	return check_parameters(&wire) || field_refuse(text, NULL, wire.why);
}

/* Section 8: ascending, without `mandatory` itself, and each is there. `parameters` (`all` octets)
 * are well formed and ascending. */
static bool
mandatory_is_valid(const uint8_t *value, size_t length, const uint8_t *parameters, size_t all)
{
	unsigned last = PARAMETER_MANDATORY;
	size_t here = 0;

	if (length == 0 || length % 2 != 0)
		return false;
	for (size_t at = 0; at < length; at += 2) {
		unsigned key = u16_at(value + at);

		while (here < all && u16_at(parameters + here) < key)
			here += 4 + (size_t)u16_at(parameters + here + 2);
		if (key <= last || here >= all || u16_at(parameters + here) != key)
			return false;
		last = key;
	}
	return true;
}

/* Section 7.1.1: one or more identifiers, each with its length, none empty. */
static bool
alpn_is_valid(const uint8_t *value, size_t length)
{
	size_t at = 0;

	while (at < length && value[at] != 0)
		at += (size_t)value[at] + 1;
	return length > 0 && at == length;
}

static bool
value_is_valid(unsigned key, const uint8_t *value, size_t length)
{
	switch (key) {
	case PARAMETER_ALPN:
		return alpn_is_valid(value, length);
	case PARAMETER_NO_DEFAULT_ALPN:
	case PARAMETER_OHTTP: /* RFC 9540 section 4 */
		return length == 0;
	case PARAMETER_PORT:
		return length == 2;
	case PARAMETER_IPV4HINT:
		return length > 0 && length % 4 == 0;
	case PARAMETER_IPV6HINT:
		return length > 0 && length % 16 == 0;
	case PARAMETER_ECH:
	case PARAMETER_DOHPATH: /* RFC 9461 section 5 */
		return length > 0;
	default:
		return true;
	}
}

/* Section 2.2: each key once, in ascending order, values of the shape of their key. */
static bool
check_parameters(struct field_wire *wire)
{
	const uint8_t *parameters = wire->at, *mandatory = NULL;
	size_t all = wire->left, mandatory_len = 0;
	long last = -1;

	while (wire->left > 0) {
		const uint8_t *header = wire->at;
		size_t length;
		unsigned key;

		if (!wire_skip(wire, 4))
			return false;
		key = u16_at(header);
		length = u16_at(header + 2);
		if ((long)key <= last)
			return wire_refuse(
			    wire, "parameters that are not in ascending order, or twice");
		last = (long)key;
		if (!wire_skip(wire, length))
			return false;
		if (!value_is_valid(key, header + 4, length))
			return wire_refuse(wire, "malformed value of a parameter");
		if (key == PARAMETER_MANDATORY) {
			mandatory = header + 4;
			mandatory_len = length;
		}
	}
	if (mandatory != NULL && !mandatory_is_valid(mandatory, mandatory_len, parameters, all))
		return wire_refuse(wire, "mandatory parameters that are malformed or not there");
	return true;
}

const struct rdata_field field_parameters = {parameters_from_text, check_parameters};
