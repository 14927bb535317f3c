/*
 * A transfer: the question, then message after message, each record of which is written as a line
 * as soon as it has come. Bounded in memory whatever the zone's size.
 */
#include "net/transfer.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/byte_reader.h"
#include "base/error.h"
#include "base/file_io.h"
#include "crypto/mac.h"
#include "dns/name.h"
#include "dns/rr_type.h"
#include "net/message.h"
#include "net/record.h"
#include "net/stream.h"

#define TYPE_AXFR     252
#define TYPE_OPT      41
#define HEADER_OCTETS 12

#define SECONDS_DEFAULT	     3600
#define IDLE_SECONDS_DEFAULT 30

/* Octets asked of the socket, and lines written to the descriptor, at a time. */
#define RECEIVE_OCTETS (256 * 1024)
#define WRITE_OCTETS   (256 * 1024)

/* The longest SOA record: two names and five numbers. */
#define SOA_RDATA_MAX (2 * ZG_NAME_MAX + 20)

struct session {
	struct transfer *transfer;
	struct stream stream;
	struct tsig_state *tsig; /* owned; NULL: no key */
	deadline started;
	uint16_t id;
	int fd; /* for the text */

	uint8_t *received; /* owned, RECEIVE_OCTETS */
	size_t begin, end; /* what has come and was not taken yet */
	char *lines;	   /* owned, WRITE_OCTETS + RECORD_LINE_MAX + 1 */
	struct record_writer writer;

	bool answered; /* one message was taken */
	bool begun;    /* the first SOA has come, */
	bool closed;   /* and the last one */
	uint32_t soa_ttl;
	size_t soa_len;
	uint8_t soa[SOA_RDATA_MAX];
	struct wire_record record;
};

/* --- Octets --- */

/* Makes the next `length` octets that come lie at *octets. */
static zg_status
session_receive(
    struct session *session, size_t length, const uint8_t **octets, struct zg_error *error)
{
	zg_status status = ZG_OK;

	if (RECEIVE_OCTETS - session->begin < length) {
		memmove(session->received, session->received + session->begin,
		    session->end - session->begin);
		session->end -= session->begin;
		session->begin = 0;
	}
	while (status == ZG_OK && session->end - session->begin < length) {
		size_t n;

		status = stream_receive(&session->stream, session->received + session->end,
		    RECEIVE_OCTETS - session->end, &n, error);
		session->end += n;
		if (status == ZG_OK && n == 0)
			return error_set(error, ZG_READ,
			    "the server ended the connection before the closing SOA record");
	}
	*octets = session->received + session->begin;
	session->begin += length;
	return status;
}
_Static_assert(RECEIVE_OCTETS >= NET_MESSAGE_MAX, "a message fits");

/* The next message: two octets of length before it (RFC 1035 section 4.2.2). */
static zg_status
message_receive(
    struct session *session, const uint8_t **message, size_t *length, struct zg_error *error)
{
	struct transfer *transfer = session->transfer;
	zg_status status;

	status = session_receive(session, 2, message, error);
	if (status != ZG_OK)
		return status;
	*length = load_u16(*message);
	if (*length > transfer->max_octets - transfer->n_octets)
		return error_set(error, ZG_LIMIT, "more than %llu octets",
		    (unsigned long long)transfer->max_octets);
	transfer->n_octets += *length;
	return session_receive(session, *length, message, error);
}

/* Writes the lines that were made. */
static zg_status
lines_flush(struct session *session, struct zg_error *error)
{
	size_t length = (size_t)(session->writer.at - session->lines);

	session->writer.at = session->lines;
	if (write_all(session->fd, session->lines, length))
		return ZG_OK;
	return error_set(error, ZG_WRITE, "cannot write the zone: %s", strerrordesc_np(errno));
}

/* --- Records --- */

static bool
is_soa_of_zone(const struct session *session)
{
	const struct wire_record *record = &session->record;

	return record->type == RR_SOA && record->class == CLASS_IN &&
	       name_equal(record->owner, session->transfer->zone);
}

/* The zone begins with its SOA record, which is kept to be known again. */
static zg_status
take_first(struct session *session, struct zg_error *error)
{
	const struct wire_record *record = &session->record;
	size_t mname, rname;

	if (!is_soa_of_zone(session))
		return error_set(error, ZG_INPUT_BAD, "no SOA record of the zone comes first");
	mname = name_check(record->rdata, record->rdlen);
	rname = name_check(record->rdata + mname, record->rdlen - mname);
	if (mname == 0 || rname == 0 || record->rdlen != mname + rname + 20)
		return error_set(error, ZG_INPUT_BAD, "an SOA record that is none");
	session->begun = true;
	session->soa_ttl = record->ttl;
	session->soa_len = record->rdlen;
	memcpy(session->soa, record->rdata, record->rdlen);
	session->transfer->serial = load_u32(record->rdata + mname + rname);
	return ZG_OK;
}

/* The same SOA record, letter case aside: that may come from what a name was compressed against. */
static bool
is_first_soa(const struct session *session)
{
	const uint8_t *first = session->soa, *last = session->record.rdata;
	size_t mname = name_length(first), names = mname + name_length(first + mname);

	return session->record.ttl == session->soa_ttl &&
	       session->record.rdlen == session->soa_len && name_equal(first, last) &&
	       name_equal(first + mname, last + mname) &&
	       memcmp(first + names, last + names, 20) == 0;
}

/* RFC 5936 section 2.2: the last record is the same SOA, and there is none in between. */
static zg_status
take_last(struct session *session, struct zg_error *error)
{
	const struct wire_record *record = &session->record;

	session->closed = true;
	if (is_first_soa(session))
		return ZG_OK;
	if (record->rdlen == session->soa_len && record->rdlen >= 20 &&
	    load_u32(record->rdata + record->rdlen - 20) != session->transfer->serial)
		return error_set(error, ZG_READ,
		    "the zone changed on the way: serial %lu at the begin, %lu at the end",
		    (unsigned long)session->transfer->serial,
		    (unsigned long)load_u32(record->rdata + record->rdlen - 20));
	return error_set(error, ZG_READ, "the closing SOA record is not the first one");
}

static zg_status
take_record(struct session *session, struct zg_error *error)
{
	zg_status status = ZG_OK;

	if (session->closed)
		return error_set(
		    error, ZG_INPUT_BAD, "something comes behind the closing SOA record");
	if (!session->begun)
		status = take_first(session, error);
	else if (is_soa_of_zone(session))
		return take_last(session, error);
	if (status != ZG_OK)
		return status;
	record_write(&session->writer, &session->record);
	session->transfer->n_records++;
	if ((size_t)(session->writer.at - session->lines) >= WRITE_OCTETS)
		return lines_flush(session, error);
	return ZG_OK;
}

/* --- Messages --- */

struct header {
	unsigned flags, rcode;
	unsigned n_questions, n_answers, n_authority, n_additional;
};

static void
header_read(const uint8_t *message, struct header *header)
{
	header->flags = load_u16(message + 2);
	header->rcode = header->flags & 15;
	header->n_questions = load_u16(message + 4);
	header->n_answers = load_u16(message + 6);
	header->n_authority = load_u16(message + 8);
	header->n_additional = load_u16(message + 10);
}

/* RFC 5936 section 2.2.1. AA, RA and the bits that must be zero are to be ignored, TC is not looked
 * at (section 2.1.1). */
static zg_status
header_check(const struct session *session, const uint8_t *message, const struct header *header,
    struct zg_error *error)
{
	if (load_u16(message) != session->id)
		return error_set(error, ZG_INPUT_BAD, "a message with another id");
	if ((header->flags & 0x8000) == 0 || (header->flags >> 11 & 15) != 0)
		return error_set(error, ZG_INPUT_BAD, "a message that is no answer to a query");
	/* NSD 4.6.1 leaves it out of answers that are refusals. */
	if (header->n_questions > 1 ||
	    (header->n_questions == 0 && !session->answered && header->rcode == 0))
		return error_set(error, ZG_INPUT_BAD, "a message with %u questions, expected 1",
		    header->n_questions);
	if (header->n_authority > 0)
		return error_set(error, ZG_INPUT_BAD, "a message with an authority section");
	return ZG_OK;
}

static zg_status
malformed(const struct record_reader *reader, struct zg_error *error)
{
	return error_set(error, ZG_INPUT_BAD, "a malformed message: %s", reader->why);
}

static zg_status
question_check(const struct session *session, struct record_reader *reader, struct zg_error *error)
{
	uint8_t name[ZG_NAME_MAX];
	const uint8_t *at;
	size_t length;

	if (!record_name(reader, name, &length))
		return malformed(reader, error);
	at = reader->message + reader->at;
	if (reader->length - reader->at < 4 || load_u16(at) != TYPE_AXFR ||
	    load_u16(at + 2) != CLASS_IN || !name_equal(name, session->transfer->zone))
		return error_set(error, ZG_INPUT_BAD, "an answer to another question");
	reader->at += 4;
	return ZG_OK;
}

static zg_status
answers_take(
    struct session *session, struct record_reader *reader, unsigned n, struct zg_error *error)
{
	for (; n > 0; n--) {
		zg_status status;

		if (!record_take(reader, &session->record))
			return malformed(reader, error);
		status = take_record(session, error);
		if (status != ZG_OK)
			return status;
	}
	return ZG_OK;
}

/* OPT, and TSIG as the last one (RFC 8945 section 5.1); *tsig_at: where it begins, 0: none. */
static zg_status
additional_check(struct session *session, struct record_reader *reader, unsigned n, size_t *tsig_at,
    struct zg_error *error)
{
	for (; n > 0; n--) {
		size_t at = reader->at;

		if (!record_take(reader, &session->record))
			return malformed(reader, error);
		if (session->record.type == RR_TSIG && n == 1)
			*tsig_at = at;
		else if (session->record.type != TYPE_OPT)
			return error_set(
			    error, ZG_INPUT_BAD, "a message with records it should not have");
	}
	if (reader->at != reader->length)
		return error_set(error, ZG_INPUT_BAD, "a message with octets behind its records");
	return ZG_OK;
}

/* Seconds since 1970, by the monotonic clock from when the transfer began. */
static int64_t
session_now(const struct session *session)
{
	return session->transfer->now + (deadline_in(0) - session->started) / 1000;
}

static zg_status
signature_check(struct session *session, const uint8_t *message, size_t length, size_t tsig_at,
    struct zg_error *error)
{
	if (session->tsig != NULL)
		return tsig_verify(
		    session->tsig, session_now(session), message, length, tsig_at, error);
	if (tsig_at > 0)
		return error_set(error, ZG_INPUT_BAD, "a signed answer to an unsigned question");
	return ZG_OK;
}

/* The server gives no zone. What TSIG says of it is said, signed or not. */
static zg_status
refusal(struct session *session, const uint8_t *message, size_t length, unsigned rcode,
    size_t tsig_at, struct zg_error *error)
{
	static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
	    "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"};
	struct zg_error reason = {0};
	zg_status status = ZG_OK;

	if (tsig_at > 0)
		status = signature_check(session, message, length, tsig_at, &reason);
	if (rcode < sizeof(names) / sizeof(names[0]))
		return error_set(error, ZG_READ, "the server answers %s%s%s", names[rcode],
		    status != ZG_OK ? ": " : "", reason.text);
	return error_set(error, ZG_READ, "the server answers RCODE %u%s%s", rcode,
	    status != ZG_OK ? ": " : "", reason.text);
}

static zg_status
message_take(struct session *session, const uint8_t *message, size_t length, struct zg_error *error)
{
	struct record_reader reader = {
	    .message = message, .length = length, .at = HEADER_OCTETS, .why = ""};
	struct header header;
	size_t tsig_at = 0;
	zg_status status;

	if (length < HEADER_OCTETS)
		return error_set(error, ZG_INPUT_BAD, "a message without a header");
	header_read(message, &header);
	status = header_check(session, message, &header, error);
	if (status == ZG_OK && header.n_questions > 0)
		status = question_check(session, &reader, error);
	if (status == ZG_OK && (header.rcode == 0 || header.n_answers == 0)) {
		status = answers_take(session, &reader, header.n_answers, error);
		if (status == ZG_OK)
			status = additional_check(
			    session, &reader, header.n_additional, &tsig_at, error);
	}
	if (status == ZG_OK && header.rcode != 0)
		return refusal(session, message, length, header.rcode, tsig_at, error);
	if (status == ZG_OK)
		status = signature_check(session, message, length, tsig_at, error);
	session->answered = true;
	return status;
}

/* --- The whole --- */

static zg_status
question_send(struct session *session, struct zg_error *error)
{
	uint8_t wire[2 + NET_UDP_SIZE + TSIG_RECORD_MAX];
	struct message_query query = {.name = session->transfer->zone, .type = TYPE_AXFR};
	size_t length;
	zg_status status = random_octets((uint8_t *)&session->id, sizeof(session->id));

	if (status != ZG_OK)
		return error_set(error, status, "no random id");
	query.id = session->id;
	status = message_pack(&query, wire + 2, NET_UDP_SIZE, &length);
	if (status != ZG_OK)
		return error_set(error, status, "cannot make the question");
	if (session->tsig != NULL)
		status = tsig_sign(session->tsig, session->transfer->now, wire + 2, &length, error);
	if (status != ZG_OK)
		return status;
	store_u16(wire, (uint16_t)length);
	return stream_send(&session->stream, wire, 2 + length, error);
}

static zg_status
session_run(struct session *session, struct zg_error *error)
{
	const struct transfer *transfer = session->transfer;
	const uint8_t *message;
	size_t length;
	zg_status status;

	status = stream_open(
	    &session->stream, &transfer->server, transfer->tls_name, transfer->tls_ca, error);
	if (status == ZG_OK)
		status = question_send(session, error);
	while (status == ZG_OK && !session->closed) {
		status = message_receive(session, &message, &length, error);
		if (status == ZG_OK)
			status = message_take(session, message, length, error);
	}
	if (status != ZG_OK)
		return status;
	if (session->tsig != NULL && !tsig_covers_all(session->tsig))
		return error_set(error, ZG_READ, "TSIG: the last message is not signed");
	if (session->begin != session->end || stream_has_more(&session->stream))
		return error_set(
		    error, ZG_INPUT_BAD, "something comes behind the closing SOA record");
	return lines_flush(session, error);
}

static zg_status
session_begin(struct session *session, struct transfer *transfer, int fd)
{
	int seconds = transfer->seconds > 0 ? transfer->seconds : SECONDS_DEFAULT;
	int idle = transfer->idle_seconds > 0 ? transfer->idle_seconds : IDLE_SECONDS_DEFAULT;

	if (transfer->max_octets == 0)
		transfer->max_octets = ZG_TRANSFER_MAX;
	transfer->n_records = transfer->n_octets = 0;
	transfer->serial = 0;
	transfer->checked = false;
	session->transfer = transfer;
	session->fd = fd;
	session->started = deadline_in(0);
	session->stream.fd = -1;
	session->stream.until = deadline_in((int64_t)seconds * 1000);
	session->stream.idle = idle < INT_MAX / 1000 ? idle * 1000 : INT_MAX;
	session->received = malloc(RECEIVE_OCTETS);
	session->lines = malloc(WRITE_OCTETS + RECORD_LINE_MAX + 1);
	session->writer.at = session->lines;
	if (session->received == NULL || session->lines == NULL)
		return ZG_MEMORY;
	return transfer->key == NULL ? ZG_OK : tsig_new(transfer->key, &session->tsig);
}

static void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	stream_close(&session->stream);
	tsig_free(session->tsig);
	free(session->received);
	free(session->lines);
	free(session);
}

zg_status
transfer_run(struct transfer *transfer, int fd, struct zg_error *error)
{
	struct session *session = calloc(1, sizeof(*session));
	char server[NET_ADDRESS_TEXT], zone[NAME_TEXT_MAX];
	struct zg_error reason = {0};
	zg_status status = ZG_MEMORY;

	if (session != NULL)
		status = session_begin(session, transfer, fd);
	if (status != ZG_OK)
		(void)error_set(&reason, status, "%s", zg_status_text(status));
	else
		status = session_run(session, &reason);
	session_free(session);
	transfer->checked =
	    status == ZG_OK && (transfer->key != NULL || transfer->tls_name != NULL);
	if (status == ZG_OK)
		return ZG_OK;
	net_address_text(&transfer->server, server);
	(void)name_to_text(transfer->zone, zone);
	return error_set(
	    error, status, "transfer from %s: %s (zone %s)", server, reason.text, zone);
}
