/* Digests over the records of a zone. */
#include "facts/content_digest.h"

#include <string.h>

#include "base/byte_reader.h"
#include "base/error.h"
#include "facts/zonemd.h"

/* Records are short and a call into libcrypto is not: they are handed over in blocks. */
#define STREAM_OCTETS 16384

/* Octets of a record before its RDATA: a name, then type, class, TTL and length. */
#define FIXED_OCTETS 10
#define HEAD_MAX     ((size_t)ZG_NAME_MAX + FIXED_OCTETS)

/* Octets of an SOA behind its serial: REFRESH, RETRY, EXPIRE, MINIMUM (RFC 1035 section 3.3.13). */
#define SOA_BEHIND_SERIAL 16
#define SOA_RDLEN_MAX	  (2 * ZG_NAME_MAX + 4 + SOA_BEHIND_SERIAL)

struct stream {
	struct digest *digests[RECORD_DIGESTS_MAX]; /* owned */
	size_t n_digests;
	size_t used;
	uint8_t buffer[STREAM_OCTETS];
};

static zg_status
stream_hash(struct stream *stream, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < stream->n_digests; i++) {
		zg_status status = digest_add(stream->digests[i], bytes, length);

		if (status != ZG_OK)
			return status;
	}
	return ZG_OK;
}

static zg_status
stream_flush(struct stream *stream)
{
	size_t used = stream->used;

	stream->used = 0;
	return stream_hash(stream, stream->buffer, used);
}

/* Room for `length` octets, at most STREAM_OCTETS, at the end of the buffer. */
static zg_status
stream_reserve(struct stream *stream, size_t length)
{
	return length > STREAM_OCTETS - stream->used ? stream_flush(stream) : ZG_OK;
}

/* Octets that have room in the buffer. */
static void
stream_put(struct stream *stream, const uint8_t *bytes, size_t length)
{
	memcpy(stream->buffer + stream->used, bytes, length);
	stream->used += length;
}

static zg_status
stream_begin(struct stream *stream, const struct record_digest *digests, size_t n)
{
	stream->used = stream->n_digests = 0;
	for (size_t i = 0; i < n; i++) {
		zg_status status = digest_new(digests[i].kind, &stream->digests[i]);

		if (status != ZG_OK)
			return status;
		stream->n_digests++;
		status = digest_begin(stream->digests[i]);
		if (status != ZG_OK)
			return status;
	}
	return ZG_OK;
}

static zg_status
stream_end(struct stream *stream, struct record_digest *digests)
{
	zg_status status = stream_flush(stream);

	for (size_t i = 0; i < stream->n_digests && status == ZG_OK; i++)
		status = digest_end(stream->digests[i], digests[i].octets);
	return status;
}

static void
stream_clear(struct stream *stream)
{
	for (size_t i = 0; i < stream->n_digests; i++)
		digest_free(stream->digests[i]);
}

/* Owner, type, class IN, TTL, RDATA length and RDATA: RFC 4034 section 6.2. */
static zg_status
stream_record(struct stream *stream, const struct zone *zone, uint32_t owner, uint32_t record,
    const uint8_t *rdata)
{
	const struct zone_record *r = zone_record(zone, record);
	size_t name_len = zone->owners[owner].name_len;
	bool fits = r->rdlen <= STREAM_OCTETS - HEAD_MAX;
	zg_status status = stream_reserve(stream, fits ? HEAD_MAX + (size_t)r->rdlen : HEAD_MAX);
	uint8_t *fixed;

	if (status != ZG_OK)
		return status;
	stream_put(stream, zone_owner_name(zone, owner), name_len);
	fixed = stream->buffer + stream->used;
	store_u16(fixed, r->type);
	store_u16(fixed + 2, 1);
	store_u32(fixed + 4, r->ttl);
	store_u16(fixed + 8, r->rdlen);
	stream->used += FIXED_OCTETS;
	if (fits) {
		stream_put(stream, rdata, r->rdlen);
		return ZG_OK;
	}
	status = stream_flush(stream);
	return status == ZG_OK ? stream_hash(stream, rdata, r->rdlen) : status;
}

/* An SOA with serial 0. */
static zg_status
stream_soa(struct stream *stream, const struct zone *zone, uint32_t owner, uint32_t record)
{
	size_t rdlen = zone_record(zone, record)->rdlen;
	uint8_t rdata[SOA_RDLEN_MAX];

	if (rdlen < 4 + SOA_BEHIND_SERIAL || rdlen > sizeof(rdata))
		return ZG_INTERNAL;
	memcpy(rdata, zone_rdata(zone, record), rdlen);
	store_u32(rdata + rdlen - SOA_BEHIND_SERIAL - 4, 0);
	return stream_record(stream, zone, owner, record, rdata);
}

static zg_status
stream_owner(struct stream *stream, const struct zone *zone, uint32_t owner, record_filter filter,
    bool serial_zero)
{
	uint32_t first = zone->owners[owner].first;
	bool apex = zone->owners[owner].flags & OWNER_APEX;

	for (uint32_t r = first; r < first + zone->owners[owner].n_records; r++) {
		zg_status status;

		if (filter != NULL && !filter(zone, owner, r))
			continue;
		if (serial_zero && apex && zone_record(zone, r)->type == RR_SOA)
			status = stream_soa(stream, zone, owner, r);
		else
			status = stream_record(stream, zone, owner, r, zone_rdata(zone, r));
		if (status != ZG_OK)
			return status;
	}
	return ZG_OK;
}

zg_status
digest_records(const struct zone *zone, record_filter filter, bool serial_zero,
    struct record_digest *digests, size_t n, struct zg_error *error)
{
	struct stream stream;
	zg_status status = stream_begin(&stream, digests, n);

	for (uint32_t owner = 0; owner < zone->n_owners && status == ZG_OK; owner++)
		status = stream_owner(&stream, zone, owner, filter, serial_zero);
	if (status == ZG_OK)
		status = stream_end(&stream, digests);
	stream_clear(&stream);
	if (status != ZG_OK)
		return error_set(
		    error, status, "%s while digesting the zone", zg_status_text(status));
	return ZG_OK;
}

zg_status
content_digest(const struct zone *zone, uint8_t digest[48], struct zg_error *error)
{
	struct record_digest sha384 = {.kind = DIGEST_KIND_SHA384};
	zg_status status = digest_records(zone, NULL, false, &sha384, 1, error);

	if (status == ZG_OK)
		memcpy(digest, sha384.octets, 48);
	return status;
}
