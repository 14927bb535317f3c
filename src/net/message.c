/*
 * DNS messages. ldns takes names and RDATA apart; the order of things, and that each record ends
 * where its length says (ldns 1.8.3 reads on wherever a malformed one leaves it), is seen to here.
 */
#include <ldns/ldns.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/byte_reader.h"
#include "dns/name.h"
#include "dns/rr_type.h"
#include "net/message.h"

/* A record without RDATA: root owner, type, class, TTL, length. */
#define RECORD_MIN  11
#define RECORDS_MAX (NET_MESSAGE_MAX / RECORD_MIN)

#define OPTION_COOKIE	      10 /* RFC 7873 section 4 */
#define OPTION_EXTENDED_ERROR 15 /* RFC 8914 section 2 */
#define EDNS_DO		      0x8000U

/* What the records are made of while the message is read: places in the arena. */
struct part {
	uint32_t owner, rdata;
	uint32_t ttl;
	uint16_t type, class, rdlen;
};

struct unpacking {
	const uint8_t *wire;
	size_t length, at;
	struct message *message; /* without its pointers, which go into the arena until the end */
	struct arena arena;
	uint32_t question;
	struct part *parts;
	size_t n_parts, parts_size;
	const char *why;
};

const struct message_record *
message_section(const struct message *message, enum message_section section, size_t *n)
{
	const struct message_record *first = message->records;

	for (int i = 0; i < (int)section; i++)
		first += message->n_records[i];
	*n = message->n_records[section];
	return first;
}

static zg_status
malformed(struct unpacking *u, const char *why)
{
	u->why = why;
	return ZG_INPUT_BAD;
}

static zg_status
ldns_trouble(struct unpacking *u, ldns_status status, const char *why)
{
	return status == LDNS_STATUS_MEM_ERR ? ZG_MEMORY : malformed(u, why);
}

/* The name at `at`, uncompressed, into the arena. */
static zg_status
take_name(struct unpacking *u, uint32_t *place)
{
	ldns_rdf *name = NULL;
	uint8_t *octets;
	zg_status status;
	ldns_status got = ldns_wire2dname(&name, u->wire, u->length, &u->at);

	if (got != LDNS_STATUS_OK)
		return ldns_trouble(u, got, "a name in it is malformed");
	if (u->at > u->length || name_check(ldns_rdf_data(name), ldns_rdf_size(name)) == 0) {
		ldns_rdf_deep_free(name);
		return malformed(u, "a name in it is cut off");
	}
	status = arena_take(&u->arena, ldns_rdf_size(name), place, &octets);
	if (status == ZG_OK)
		memcpy(octets, ldns_rdf_data(name), ldns_rdf_size(name));
	ldns_rdf_deep_free(name);
	return status;
}

/* The fields of `rr`, one behind the other. */
static zg_status
store_fields(struct unpacking *u, const ldns_rr *rr, struct part *part)
{
	size_t n = ldns_rr_rd_count(rr), length = 0;
	uint8_t *octets;
	zg_status status;

	for (size_t i = 0; i < n; i++)
		length += ldns_rdf_size(ldns_rr_rdf(rr, i));
	if (length > ZG_RDATA_MAX)
		return malformed(u, "names in RDATA make it longer than 65535 octets");
	status = arena_take(&u->arena, length, &part->rdata, &octets);
	if (status != ZG_OK)
		return status;
	part->rdlen = (uint16_t)length;
	for (size_t i = 0; i < n; i++) {
		const ldns_rdf *field = ldns_rr_rdf(rr, i);

		memcpy(octets, ldns_rdf_data(field), ldns_rdf_size(field));
		octets += ldns_rdf_size(field);
	}
	return ZG_OK;
}

/* RDATA with its length before it. What it refers to lies before its end: a compressed name is a
 * prior one (RFC 1035 section 4.1.4). */
static zg_status
take_rdata(struct unpacking *u, struct part *part)
{
	size_t start = u->at + 2, end;
	ldns_status got;
	zg_status status;
	ldns_rr *rr;

	if (u->length - u->at < 2)
		return malformed(u, "a record is cut off");
	end = start + load_u16(u->wire + u->at);
	if (end > u->length)
		return malformed(u, "RDATA is cut off");
	rr = ldns_rr_new();
	if (rr == NULL)
		return ZG_MEMORY;
	ldns_rr_set_type(rr, (ldns_rr_type)part->type);
	got = ldns_wire2rdf(rr, u->wire, end, &u->at);
	if (got != LDNS_STATUS_OK)
		status = ldns_trouble(u, got, "RDATA is malformed");
	else if (u->at != end)
		status = malformed(u, "RDATA is not as long as it says");
	else
		status = store_fields(u, rr, part);
	ldns_rr_free(rr);
	return status;
}

/* Type, class and, in a record, TTL. */
static zg_status
take_fixed(struct unpacking *u, bool record, struct part *part)
{
	struct byte_reader reader = byte_reader_init(u->wire + u->at, u->length - u->at);

	part->type = byte_reader_u16(&reader);
	part->class = byte_reader_u16(&reader);
	part->ttl = record ? byte_reader_u32(&reader) : 0;
	if (reader.failed)
		return malformed(u, "it is cut off");
	u->at = u->length - reader.left;
	return ZG_OK;
}

static zg_status
take_question(struct unpacking *u, unsigned n)
{
	struct part part;
	zg_status status;

	if (n == 0)
		return ZG_OK;
	if (n > 1)
		return malformed(u, "it has more than one question");
	status = take_name(u, &u->question);
	if (status == ZG_OK)
		status = take_fixed(u, false, &part);
	if (status == ZG_OK) {
		u->message->has_question = true;
		u->message->type = part.type;
		u->message->class = part.class;
	}
	return status;
}

/* RFC 7873 section 5.3: a cookie of a length that none has makes the message void. */
static zg_status
take_cookie(struct unpacking *u, const uint8_t *data, size_t length)
{
	if (length != NET_CLIENT_COOKIE && (length < NET_CLIENT_COOKIE + NET_SERVER_COOKIE_MIN ||
					       length > NET_CLIENT_COOKIE + NET_SERVER_COOKIE_MAX))
		return malformed(u, "a cookie in it has a length that none has");
	memcpy(u->message->cookie, data, length);
	u->message->cookie_len = length;
	return ZG_OK;
}

static void
take_extended_error(struct message *message, const uint8_t *data, size_t length)
{
	size_t text_len = length - 2;

	if (text_len >= sizeof(message->extended_text))
		text_len = sizeof(message->extended_text) - 1;
	message->extended_error = (uint16_t)(load_u16(data) + 1);
	memcpy(message->extended_text, data + 2, text_len);
	message->extended_text[text_len] = '\0';
}

/* RFC 6891 section 6.1: class and TTL of the OPT record have meanings of their own. */
static zg_status
take_edns(struct unpacking *u, const struct part *part)
{
	struct byte_reader reader = byte_reader_init(arena_at(&u->arena, part->rdata), part->rdlen);
	zg_status status = ZG_OK;

	if (u->message->has_edns)
		return malformed(u, "it has more than one OPT record");
	if (*arena_at(&u->arena, part->owner) != 0)
		return malformed(u, "the owner of the OPT record is not the root");
	u->message->has_edns = true;
	u->message->rcode |= (uint16_t)((part->ttl >> 24) << 4);
	while (status == ZG_OK && !reader.failed && reader.left > 0) {
		uint16_t code = byte_reader_u16(&reader), length = byte_reader_u16(&reader);
		const uint8_t *data = byte_reader_take(&reader, length);

		if (data == NULL)
			break;
		if (code == OPTION_COOKIE && u->message->cookie_len == 0)
			status = take_cookie(u, data, length);
		else if (code == OPTION_EXTENDED_ERROR && length >= 2)
			take_extended_error(u->message, data, length);
	}
	return reader.failed ? malformed(u, "an EDNS option is cut off") : status;
}

static zg_status
take_record(struct unpacking *u, enum message_section section)
{
	struct part part;
	zg_status status = take_name(u, &part.owner);

	if (status == ZG_OK)
		status = take_fixed(u, true, &part);
	if (status == ZG_OK)
		status = take_rdata(u, &part);
	if (status != ZG_OK)
		return status;
	if (part.type == RR_OPT && section == SECTION_ADDITIONAL)
		return take_edns(u, &part);
	if (part.type == RR_TSIG && section == SECTION_ADDITIONAL)
		return ZG_OK;
	name_lower(u->arena.bytes + (size_t)part.owner * 4);
	status = array_reserve(
	    (void **)&u->parts, &u->parts_size, u->n_parts, sizeof(part), RECORDS_MAX);
	if (status == ZG_OK) {
		u->parts[u->n_parts++] = part;
		u->message->n_records[section]++;
	}
	return status;
}

static zg_status
take_sections(struct unpacking *u)
{
	const unsigned counts[SECTION_COUNT] = {
	    LDNS_ANCOUNT(u->wire), LDNS_NSCOUNT(u->wire), LDNS_ARCOUNT(u->wire)};
	zg_status status = ZG_OK;

	for (int section = 0; section < SECTION_COUNT; section++) {
		for (unsigned i = 0; status == ZG_OK && i < counts[section]; i++)
			status = take_record(u, (enum message_section)section);
	}
	if (status == ZG_OK && u->at != u->length)
		return malformed(u, "octets follow the last record");
	return status;
}

/* Question and records. Where TC is set the end may be missing: what was read of it is dropped. */
static zg_status
take_body(struct unpacking *u)
{
	zg_status status = take_question(u, LDNS_QDCOUNT(u->wire));

	if (status != ZG_OK)
		return status;
	status = take_sections(u);
	if (status != ZG_INPUT_BAD || !u->message->truncated)
		return status;
	memset(u->message->n_records, 0, sizeof(u->message->n_records));
	u->n_parts = 0;
	u->why = NULL;
	return ZG_OK;
}

static void
take_header(const uint8_t *wire, struct message *message)
{
	message->id = LDNS_ID_WIRE(wire);
	message->opcode = (uint8_t)LDNS_OPCODE_WIRE(wire);
	message->rcode = LDNS_RCODE_WIRE(wire);
	message->response = LDNS_QR_WIRE(wire) != 0;
	message->authoritative = LDNS_AA_WIRE(wire) != 0;
	message->truncated = LDNS_TC_WIRE(wire) != 0;
	message->recursion_available = LDNS_RA_WIRE(wire) != 0;
	message->authentic = LDNS_AD_WIRE(wire) != 0;
}

/* One block: the message, its records, the octets that they point to. */
static zg_status
assemble(const struct unpacking *u, struct message **message)
{
	size_t records_len = u->n_parts * sizeof(struct message_record);
	size_t size = sizeof(struct message) + records_len + u->arena.used;
	struct message *whole = malloc(size);
	uint8_t *octets;

	if (whole == NULL)
		return ZG_MEMORY;
	*whole = *u->message;
	whole->size = size;
	whole->records = (struct message_record *)(whole + 1);
	octets = (uint8_t *)(whole->records + u->n_parts);
	if (u->arena.used > 0)
		memcpy(octets, u->arena.bytes, u->arena.used);
	whole->name = whole->has_question ? octets + (size_t)u->question * 4 : NULL;
	for (size_t i = 0; i < u->n_parts; i++) {
		const struct part *part = &u->parts[i];

		whole->records[i] =
		    (struct message_record){.owner = octets + (size_t)part->owner * 4,
			.type = part->type,
			.class = part->class,
			.ttl = part->ttl,
			.rdata = octets + (size_t)part->rdata * 4,
			.rdlen = part->rdlen};
	}
	*message = whole;
	return ZG_OK;
}

zg_status
message_unpack(const uint8_t *wire, size_t length, struct message **message, const char **why)
{
	struct message header = {0};
	struct unpacking u = {
	    .wire = wire, .length = length, .at = LDNS_HEADER_SIZE, .message = &header};
	zg_status status;

	*message = NULL;
	*why = NULL;
	arena_init(&u.arena, ZG_MESSAGE_BYTES_MAX);
	if (length < LDNS_HEADER_SIZE || length > NET_MESSAGE_MAX) {
		*why = "it has no header";
		return ZG_INPUT_BAD;
	}
	take_header(wire, &header);
	status = take_body(&u);
	if (status == ZG_OK)
		status = assemble(&u, message);
	*why = u.why;
	arena_clear(&u.arena);
	free(u.parts);
	return status;
}

void
message_free(struct message *message)
{
	free(message);
}

/* --- Questions --- */

static uint16_t
query_flags(const struct message_query *query)
{
	return (
	    uint16_t)((query->recurse ? LDNS_RD : 0) | (query->checking_disabled ? LDNS_CD : 0));
}

/* The options of the OPT record: a cookie. */
static zg_status
set_cookie(ldns_pkt *packet, const struct message_query *query)
{
	uint8_t option[4 + NET_CLIENT_COOKIE + NET_SERVER_COOKIE_MAX];
	ldns_rdf *data;

	if (query->cookie == NULL)
		return ZG_OK;
	if (query->cookie_len > sizeof(option) - 4)
		return ZG_PARAMETER;
	store_u16(option, OPTION_COOKIE);
	store_u16(option + 2, (uint16_t)query->cookie_len);
	memcpy(option + 4, query->cookie, query->cookie_len);
	data = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN, 4 + query->cookie_len, option);
	if (data == NULL)
		return ZG_MEMORY;
	ldns_pkt_set_edns_data(packet, data);
	return ZG_OK;
}

bool
message_name(const char *text, uint8_t name[ZG_NAME_MAX])
{
	static const uint8_t root[] = {0};
	const char *why;

	return name_from_text_lower(text, strlen(text), root, name, &why) > 0;
}

zg_status
message_pack(const struct message_query *query, uint8_t *wire, size_t size, size_t *length)
{
	ldns_rdf *name =
	    ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, name_length(query->name), query->name);
	ldns_pkt *packet = name == NULL ? NULL
					: ldns_pkt_query_new(name, (ldns_rr_type)query->type,
					      LDNS_RR_CLASS_IN, query_flags(query));
	uint8_t *packed = NULL;
	zg_status status = ZG_MEMORY;

	*length = 0;
	if (packet == NULL) {
		ldns_rdf_deep_free(name);
		return status;
	}
	ldns_pkt_set_id(packet, query->id);
	if (query->udp_size > 0) {
		ldns_pkt_set_edns_udp_size(packet, query->udp_size);
		ldns_pkt_set_edns_z(packet, query->dnssec ? EDNS_DO : 0);
		status = set_cookie(packet, query);
		if (status != ZG_OK)
			goto out;
	}
	if (ldns_pkt2wire(&packed, packet, length) != LDNS_STATUS_OK) {
		status = ZG_MEMORY;
		goto out;
	}
	status = *length <= size ? ZG_OK : ZG_LIMIT;
	if (status == ZG_OK)
		memcpy(wire, packed, *length);
out:
	free(packed);
	ldns_pkt_free(packet);
	return status;
}
