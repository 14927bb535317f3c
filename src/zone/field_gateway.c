/* Fields whose layout depends on another one: gateways, relays, host identities, A6, WKS. */
#include "zone/rdata_field.h"

#include "dns/name.h"

/* What stands at a gateway or relay: RFC 4025 section 2.5, RFC 8777 section 4.2.3. */
enum gateway { GATEWAY_NONE, GATEWAY_IPV4, GATEWAY_IPV6, GATEWAY_NAME };

static bool
read_gateway(struct field_text *text, unsigned kind)
{
	static const char what[] = "'.' is expected where there is no gateway";
	const struct text_token *token;

	switch (kind) {
	case GATEWAY_NONE:
		token = field_take(text, what);
		if (token == NULL)
			return false;
		return token_is(token, ".") || field_refuse(text, token, what);
	case GATEWAY_IPV4:
		return field_ipv4.from_text(text);
	case GATEWAY_IPV6:
		return field_ipv6.from_text(text);
	case GATEWAY_NAME:
		return field_name.from_text(text);
	default:
		return field_refuse(text, NULL, "gateways of this type have no text form");
	}
}

/* Types that are not known: any octets to the end. */
static bool
check_gateway(struct field_wire *wire, unsigned kind)
{
	switch (kind) {
	case GATEWAY_NONE:
		return true;
	case GATEWAY_IPV4:
		return wire_skip(wire, 4);
	case GATEWAY_IPV6:
		return wire_skip(wire, 16);
	case GATEWAY_NAME:
		return field_name.check(wire);
	default:
		return wire_skip(wire, wire->left);
	}
}

/* IPSECKEY: precedence, gateway type and algorithm came before. */
static bool
gateway_from_text(struct field_text *text)
{
	return read_gateway(text, text->rdata[1]);
}

static bool
gateway_check(struct field_wire *wire)
{
	return check_gateway(wire, wire->rdata[1]);
}

/* AMTRELAY (RFC 8777 section 4.3): the discovery bit and the type share an octet. */
static bool
relay_from_text(struct field_text *text)
{
	static const char what[] =
	    "a discovery bit (0 or 1) and a relay type (0 to 3) are expected";
	const struct text_token *token[2];
	uint32_t discovery, kind;
	uint8_t octet;

	for (int i = 0; i < 2; i++) {
		token[i] = field_take(text, what);
		if (token[i] == NULL)
			return false;
	}
	if (!token_number(token[0], 1, &discovery))
		return field_refuse(text, token[0], what);
	if (!token_number(token[1], GATEWAY_NAME, &kind))
		return field_refuse(text, token[1], what);
	octet = (uint8_t)(discovery << 7 | kind);
	return field_put(text, &octet, 1) && read_gateway(text, kind);
}

static bool
relay_check(struct field_wire *wire)
{
	const uint8_t *octet = wire->at;

	return wire_skip(wire, 1) && check_gateway(wire, *octet & 0x7fU);
}

/* HIP (RFC 8005 section 5): lengths come first on the wire. */
static bool
host_identity_from_text(struct field_text *text)
{
	static const char what[] =
	    "an algorithm, a HIT in hexadecimal and a public key in base64 are expected";
	const struct text_token *token[3];
	size_t begin = text->used, hit, key;
	uint32_t algorithm;

	for (int i = 0; i < 3; i++) {
		token[i] = field_take(text, what);
		if (token[i] == NULL)
			return false;
	}
	if (!token_number(token[0], UINT8_MAX, &algorithm))
		return field_refuse(text, token[0], what);
	if (field_room(text, 4) == NULL)
		return false;
	if (!token_hex(text, token[1]))
		return field_refuse(text, token[1], what);
	hit = text->used - begin - 4;
	if (!token_base64(text, token[2]))
		return field_refuse(text, token[2], what);
	key = text->used - begin - 4 - hit;
	if (hit > UINT8_MAX || key == 0)
		return field_refuse(text, token[1], what);
	text->rdata[begin] = (uint8_t)hit;
	text->rdata[begin + 1] = (uint8_t)algorithm;
	store_u16(text->rdata + begin + 2, (uint16_t)key);
	return true;
}

static bool
host_identity_check(struct field_wire *wire)
{
	const uint8_t *header = wire->at;
	size_t key;

	if (!wire_skip(wire, 4))
		return false;
	key = (size_t)header[2] << 8 | header[3];
	if (header[0] == 0 || key == 0)
		return wire_refuse(wire, "empty HIT or key");
	return wire_skip(wire, header[0] + key);
}

/* RFC 2874 section 3.1: prefix length, address suffix, and a name unless the prefix is empty. */
static bool
a6_check(struct field_wire *wire)
{
	const uint8_t *prefix = wire->at;

	if (!wire_skip(wire, 1))
		return false;
	if (*prefix > 128)
		return wire_refuse(wire, "prefix longer than 128 bits");
	if (!wire_skip(wire, (128U - *prefix + 7) / 8))
		return false;
	return *prefix == 0 || field_name_lower.check(wire);
}

/* Services that WKS was used for, from the time when it was; others are written as a number. */
static bool
token_port(const struct text_token *token, uint32_t *port)
{
	static const struct {
		const char *name;
		uint16_t port;
	} ports[] = {{"ftp-data", 20}, {"ftp", 21}, {"telnet", 23}, {"smtp", 25}, {"time", 37},
	    {"domain", 53}, {"tftp", 69}, {"finger", 79}, {"http", 80}, {"pop3", 110},
	    {"sunrpc", 111}, {"nntp", 119}, {"ntp", 123}};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (token_is(token, ports[i].name)) {
			*port = ports[i].port;
			return true;
		}
	}
	return token_number(token, UINT16_MAX, port);
}

/* RFC 1035 section 3.4.2: protocol, and a bit for each port. */
static bool
services_from_text(struct field_text *text)
{
	static const char protocol_what[] = "a protocol (TCP, UDP or a number) is expected";
	static const char port_what[] = "a port is expected";
	const struct text_token *token = field_take(text, protocol_what);
	uint8_t bits[65536 / 8] = {0}, octet;
	uint32_t protocol = 0, port, octets = 0;

	if (token == NULL)
		return false;
	if (token_is(token, "tcp"))
		protocol = 6;
	else if (token_is(token, "udp"))
		protocol = 17;
	else if (!token_number(token, UINT8_MAX, &protocol))
		return field_refuse(text, token, protocol_what);
	octet = (uint8_t)protocol;
	while (text->token != text->end) {
		token = field_take(text, port_what);
		if (token == NULL)
			return false;
		if (!token_port(token, &port))
			return field_refuse(text, token, port_what);
		bits[port / 8] |= (uint8_t)(0x80 >> (port & 7));
		octets = port / 8 + 1 > octets ? port / 8 + 1 : octets;
	}
	return field_put(text, &octet, 1) && field_put(text, bits, octets);
}

static bool
services_check(struct field_wire *wire)
{
	if (wire->left > 1 + 65536 / 8)
		return wire_refuse(wire, "more than 65536 ports");
	return wire_skip(wire, 1) && wire_skip(wire, wire->left);
}

const struct rdata_field field_gateway = {gateway_from_text, gateway_check};
const struct rdata_field field_relay = {relay_from_text, relay_check};
const struct rdata_field field_host_identity = {host_identity_from_text, host_identity_check};
const struct rdata_field field_a6 = {NULL, a6_check};
const struct rdata_field field_services = {services_from_text, services_check};
