/*
 * Transaction signatures: the question is signed, and each signature of the answer covers the one
 * before it and all messages since (RFC 8945 sections 4.3 and 5.3.1).
 */
#include "net/tsig.h"

#include <stdlib.h>
#include <string.h>

#include "base/byte_reader.h"
#include "base/error.h"
#include "crypto/mac.h"
#include "dns/name.h"
#include "dns/rr_type.h"
#include "net/record.h"

#define HEADER_OCTETS 12
#define ARCOUNT_AT    10

/* RFC 8945 section 5.3.1: up to 99 messages between two that are signed must be accepted; more need
 * not be. */
#define UNSIGNED_MAX 99

struct algorithm {
	enum mac_hash hash;
	const uint8_t *name; /* wire form */
};

/* RFC 8945 section 6; weaker and truncated ones are left out on purpose. */
static const struct algorithm algorithms[] = {
    [TSIG_HMAC_SHA256] = {MAC_SHA256, (const uint8_t *)"\013hmac-sha256"},
    [TSIG_HMAC_SHA384] = {MAC_SHA384, (const uint8_t *)"\013hmac-sha384"},
    [TSIG_HMAC_SHA512] = {MAC_SHA512, (const uint8_t *)"\013hmac-sha512"}};

struct tsig_state {
	const struct tsig_key *key;
	struct mac_stream *mac;
	uint8_t prior[MAC_OCTETS_MAX]; /* of the question, then of the last signed message */
	bool answered;		       /* a signed message has come */
	unsigned n_unsigned;	       /* messages since the last signed one, added to `mac` */
};

/* A TSIG record (RFC 8945 section 4.2). */
struct tsig_record {
	uint8_t key[ZG_NAME_MAX], algorithm[ZG_NAME_MAX];
	const uint8_t *timers; /* time signed and fudge, as they are hashed */
	uint64_t time;
	uint16_t fudge;
	const uint8_t *mac;
	size_t mac_len;
	uint16_t original_id;
	uint16_t error;
	const uint8_t *other;
	size_t other_len;
};
#define TIMERS_OCTETS 8

zg_status
tsig_new(const struct tsig_key *key, struct tsig_state **state)
{
	struct tsig_state *made = calloc(1, sizeof(*made));
	zg_status status;

	*state = NULL;
	if (made == NULL)
		return ZG_MEMORY;
	made->key = key;
	status = mac_stream_new(
	    algorithms[key->algorithm].hash, key->secret, key->secret_len, &made->mac);
	if (status == ZG_OK)
		*state = made;
	else
		tsig_free(made);
	return status;
}

void
tsig_free(struct tsig_state *state)
{
	if (state == NULL)
		return;
	mac_stream_free(state->mac);
	free(state);
}

/* --- What is hashed --- */

/* The first failure sticks. */
static void
hash(struct tsig_state *state, const void *octets, size_t length, zg_status *status)
{
	if (*status == ZG_OK && length > 0)
		*status = mac_stream_add(state->mac, octets, length);
}

static void
hash_u16(struct tsig_state *state, uint16_t value, zg_status *status)
{
	uint8_t octets[2];

	store_u16(octets, value);
	hash(state, octets, sizeof(octets), status);
}

/* The MAC before this one, with its length (RFC 8945 section 4.3.1). */
static void
hash_prior(struct tsig_state *state, zg_status *status)
{
	size_t octets = mac_stream_octets(state->mac);

	hash_u16(state, (uint16_t)octets, status);
	hash(state, state->prior, octets, status);
}

/* A signed message as it was before it got its TSIG record (RFC 8945 section 4.3.2). */
static void
hash_message(struct tsig_state *state, const uint8_t *wire, size_t tsig_at, uint16_t original_id,
    zg_status *status)
{
	uint8_t header[HEADER_OCTETS];

	memcpy(header, wire, sizeof(header));
	store_u16(header, original_id);
	store_u16(header + ARCOUNT_AT, (uint16_t)(load_u16(header + ARCOUNT_AT) - 1));
	hash(state, header, sizeof(header), status);
	hash(state, wire + sizeof(header), tsig_at - sizeof(header), status);
}

/* The variables (RFC 8945 section 4.3.3), names in lower case and not compressed. */
static void
hash_variables(struct tsig_state *state, const uint8_t *timers, uint16_t error,
    const uint8_t *other, size_t other_len, zg_status *status)
{
	static const uint8_t class_and_ttl[] = {0, CLASS_ANY, 0, 0, 0, 0};
	const uint8_t *algorithm = algorithms[state->key->algorithm].name;

	hash(state, state->key->name, name_length(state->key->name), status);
	hash(state, class_and_ttl, sizeof(class_and_ttl), status);
	hash(state, algorithm, name_length(algorithm), status);
	hash(state, timers, TIMERS_OCTETS, status);
	hash_u16(state, error, status);
	hash_u16(state, (uint16_t)other_len, status);
	hash(state, other, other_len, status);
}

/* --- The question --- */

static uint8_t *
put_name(uint8_t *at, const uint8_t *name)
{
	size_t length = name_length(name);

	memcpy(at, name, length);
	return at + length;
}

static uint8_t *
put_u16(uint8_t *at, uint16_t value)
{
	store_u16(at, value);
	return at + 2;
}

/* Appends the record; returns the octets of the message. */
static size_t
append_record(const struct tsig_state *state, uint8_t *wire, size_t length,
    const uint8_t timers[TIMERS_OCTETS])
{
	size_t mac_len = mac_stream_octets(state->mac);
	const uint8_t *algorithm = algorithms[state->key->algorithm].name;
	uint8_t *at = put_name(wire + length, state->key->name);

	at = put_u16(at, RR_TSIG);
	at = put_u16(at, CLASS_ANY);
	store_u32(at, 0);
	at = put_u16(
	    at + 4, (uint16_t)(name_length(algorithm) + TIMERS_OCTETS + 2 + mac_len + 2 + 2 + 2));
	at = put_name(at, algorithm);
	memcpy(at, timers, TIMERS_OCTETS);
	at = put_u16(at + TIMERS_OCTETS, (uint16_t)mac_len);
	memcpy(at, state->prior, mac_len);
	at = put_u16(at + mac_len, load_u16(wire));
	at = put_u16(at, 0); /* error */
	at = put_u16(at, 0); /* other data */
	store_u16(wire + ARCOUNT_AT, (uint16_t)(load_u16(wire + ARCOUNT_AT) + 1));
	return (size_t)(at - wire);
}

zg_status
tsig_sign(
    struct tsig_state *state, int64_t now, uint8_t *wire, size_t *length, struct zg_error *error)
{
	uint8_t timers[TIMERS_OCTETS];
	zg_status status = ZG_OK;

	store_u16(timers, (uint16_t)((uint64_t)now >> 32));
	store_u32(timers + 2, (uint32_t)now);
	store_u16(timers + 6, TSIG_FUDGE);
	hash(state, wire, *length, &status);
	hash_variables(state, timers, 0, NULL, 0, &status);
	if (status == ZG_OK)
		status = mac_stream_end(state->mac, state->prior);
	if (status != ZG_OK)
		return error_set(error, status, "TSIG: cannot sign");
	*length = append_record(state, wire, *length, timers);
	return ZG_OK;
}

/* --- The answer --- */

/* The fields of the record at `at`, which extends to the end of the message. */
static bool
record_read(const uint8_t *wire, size_t length, size_t at, struct tsig_record *record)
{
	struct record_reader reader = {.message = wire, .length = length, .at = at};
	struct byte_reader rdata;
	const uint8_t *head;
	size_t name_len;

	if (!record_name(&reader, record->key, &name_len) || length - reader.at < 10)
		return false;
	head = wire + reader.at;
	reader.at += 10;
	if (load_u16(head) != RR_TSIG || load_u16(head + 2) != CLASS_ANY ||
	    load_u32(head + 4) != 0 || load_u16(head + 8) != length - reader.at ||
	    !record_name(&reader, record->algorithm, &name_len))
		return false;
	rdata = byte_reader_init(wire + reader.at, length - reader.at);
	record->timers = byte_reader_take(&rdata, TIMERS_OCTETS);
	record->mac_len = byte_reader_u16(&rdata);
	record->mac = byte_reader_take(&rdata, record->mac_len);
	record->original_id = byte_reader_u16(&rdata);
	record->error = byte_reader_u16(&rdata);
	record->other_len = byte_reader_u16(&rdata);
	record->other = byte_reader_take(&rdata, record->other_len);
	if (rdata.failed || rdata.left > 0)
		return false;
	record->time = (uint64_t)load_u16(record->timers) << 32 | load_u32(record->timers + 2);
	record->fudge = load_u16(record->timers + 6);
	return true;
}

/* What the server says was wrong with the question (RFC 8945 section 3). */
static zg_status
error_refuse(const struct tsig_record *record, struct zg_error *error)
{
	static const struct {
		uint16_t code;
		const char *name, *meaning;
	} known[] = {{16, "BADSIG", "the signature of the question does not verify there"},
	    {17, "BADKEY", "the server does not know this key with this algorithm"},
	    {18, "BADTIME", "the clocks of the two sides differ too much"},
	    {22, "BADTRUNC", "the server wants a longer signature"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].code == record->error)
			return error_set(
			    error, ZG_READ, "TSIG error %s: %s", known[i].name, known[i].meaning);
	}
	return error_set(error, ZG_READ, "TSIG error %u", record->error);
}

/* The checks of RFC 8945 section 5.2 that come before the MAC. */
static zg_status
record_check(
    const struct tsig_state *state, const struct tsig_record *record, struct zg_error *error)
{
	if (record->error != 0)
		return error_refuse(record, error);
	if (!name_equal(record->key, state->key->name) ||
	    !name_equal(record->algorithm, algorithms[state->key->algorithm].name))
		return error_set(
		    error, ZG_READ, "TSIG: the answer is signed with another key or algorithm");
	/* RFC 8945 section 5.2.2.1 allows half of it; nobody who is asked for all needs to. */
	if (record->mac_len != mac_stream_octets(state->mac))
		return error_set(error, ZG_READ, "TSIG: a signature of %zu octets, expected %zu",
		    record->mac_len, mac_stream_octets(state->mac));
	return ZG_OK;
}

static zg_status
verify_signed(struct tsig_state *state, int64_t now, const uint8_t *wire, size_t tsig_at,
    const struct tsig_record *record, struct zg_error *error)
{
	zg_status status = record_check(state, record, error);
	uint8_t mac[MAC_OCTETS_MAX];
	uint64_t age;

	if (status != ZG_OK)
		return status;
	if (state->n_unsigned == 0)
		hash_prior(state, &status);
	hash_message(state, wire, tsig_at, record->original_id, &status);
	if (state->answered)
		hash(state, record->timers, TIMERS_OCTETS, &status);
	else
		hash_variables(state, record->timers, record->error, record->other,
		    record->other_len, &status);
	if (status == ZG_OK)
		status = mac_stream_end(state->mac, mac);
	if (status != ZG_OK)
		return error_set(error, status, "TSIG: cannot verify");
	if (!mac_stream_equal(state->mac, mac, record->mac))
		return error_set(
		    error, ZG_READ, "TSIG: the signature of the answer is wrong (BADSIG)");
	age = record->time > (uint64_t)now ? record->time - (uint64_t)now
					   : (uint64_t)now - record->time;
	if (age > record->fudge)
		return error_set(error, ZG_READ,
		    "TSIG: the answer was signed %llu s away from now (BADTIME)",
		    (unsigned long long)age);
	memcpy(state->prior, mac, sizeof(mac));
	state->answered = true;
	state->n_unsigned = 0;
	return ZG_OK;
}

/* A message between two that are signed: the next signature covers it. */
static zg_status
take_unsigned(struct tsig_state *state, const uint8_t *wire, size_t length, struct zg_error *error)
{
	zg_status status = ZG_OK;

	if (!state->answered)
		return error_set(error, ZG_READ, "TSIG: the answer is not signed");
	if (state->n_unsigned == UNSIGNED_MAX)
		return error_set(
		    error, ZG_READ, "TSIG: more than %d messages without signature", UNSIGNED_MAX);
	if (state->n_unsigned++ == 0)
		hash_prior(state, &status);
	hash(state, wire, length, &status);
	return status == ZG_OK ? ZG_OK : error_set(error, status, "TSIG: cannot verify");
}

zg_status
tsig_verify(struct tsig_state *state, int64_t now, const uint8_t *wire, size_t length,
    size_t tsig_at, struct zg_error *error)
{
	struct tsig_record record;

	if (tsig_at == 0)
		return take_unsigned(state, wire, length, error);
	if (!record_read(wire, length, tsig_at, &record))
		return error_set(error, ZG_INPUT_BAD, "a TSIG record that is none");
	return verify_signed(state, now, wire, tsig_at, &record, error);
}

bool
tsig_covers_all(const struct tsig_state *state)
{
	return state->answered && state->n_unsigned == 0;
}
