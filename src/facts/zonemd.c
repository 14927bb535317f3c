/* Verifies the zone's own digest records. */
#include "facts/zonemd.h"

#include <string.h>

#include "dns/rdata_view.h"
#include "facts/content_digest.h"

/* RFC 8976 section 2.2.2. */
#define SCHEME_SIMPLE 1

/* The shortest digest of any algorithm: RFC 8976 section 2.2.4. */
#define ZONEMD_DIGEST_MIN 12

/* RFC 8976 section 2.2.3. */
static const struct {
	uint8_t hash;
	enum digest_kind kind;
	size_t octets;
} hashes[RECORD_DIGESTS_MAX] = {
    {1, DIGEST_KIND_SHA384, 48},
    {2, DIGEST_KIND_SHA512, 64},
};

/* Index into `hashes`, or RECORD_DIGESTS_MAX. */
static size_t
hash_find(uint8_t scheme, uint8_t hash)
{
	for (size_t i = 0; i < RECORD_DIGESTS_MAX && scheme == SCHEME_SIMPLE; i++) {
		if (hashes[i].hash == hash)
			return i;
	}
	return RECORD_DIGESTS_MAX;
}

/*
 * What the SIMPLE scheme leaves out: the ZONEMD RRset of the apex and the RRSIGs that cover it (RFC
 * 8976 section 3.3.1.1). Occluded data goes in. Duplicates and out-of-zone data, which stay out,
 * are not in a built zone.
 */
static bool
zonemd_includes(const struct zone *zone, uint32_t owner, uint32_t record)
{
	const struct zone_record *r = zone_record(zone, record);
	const uint8_t *rdata;

	if (!(zone->owners[owner].flags & OWNER_APEX))
		return true;
	if (r->type != RR_RRSIG)
		return r->type != RR_ZONEMD;
	rdata = zone_rdata(zone, record);
	return r->rdlen < 2 || (rdata[0] << 8 | rdata[1]) != RR_ZONEMD;
}

/* Another record of the RRset has the same scheme and hash algorithm: RFC 8976 section 4. */
static bool
zonemd_is_repeated(const struct zone *zone, const struct rrset *set, uint32_t record,
    const struct zonemd_view *view)
{
	struct zonemd_view other;

	for (uint32_t r = set->first; r < set->first + set->count; r++) {
		if (r != record &&
		    zonemd_view(zone_rdata(zone, r), zone_record(zone, r)->rdlen, &other) &&
		    other.scheme == view->scheme && other.hash == view->hash)
			return true;
	}
	return false;
}

/* What can be said of a record without the digest: ZONEMD_MISMATCH when that is still open. */
static enum zonemd_outcome
zonemd_prejudge(const struct zone *zone, const struct rrset *set, uint32_t record,
    const struct zonemd_view *view, uint32_t soa_serial)
{
	size_t hash = hash_find(view->scheme, view->hash);

	if (view->digest_len < ZONEMD_DIGEST_MIN ||
	    (hash < RECORD_DIGESTS_MAX && view->digest_len != hashes[hash].octets))
		return ZONEMD_LENGTH;
	if (zonemd_is_repeated(zone, set, record, view))
		return ZONEMD_REPEATED;
	if (view->serial != soa_serial)
		return ZONEMD_SERIAL;
	return hash < RECORD_DIGESTS_MAX ? ZONEMD_MISMATCH : ZONEMD_UNSUPPORTED;
}

/* Fills zonemd->records with what can be said without the digest. */
static void
zonemd_collect(const struct zone *zone, uint32_t soa_serial, struct zonemd_facts *zonemd)
{
	struct rrset set;

	if (!zone->has_apex || !zone_rrset(zone, 0, RR_ZONEMD, &set))
		return;
	zonemd->too_many = set.count > ZONEMD_RECORDS_MAX;
	for (uint32_t r = set.first; r < set.first + set.count; r++) {
		struct zonemd_fact *fact = &zonemd->records[zonemd->n_records];
		struct zonemd_view view;

		if (zonemd->n_records == ZONEMD_RECORDS_MAX)
			break;
		*fact = (struct zonemd_fact){.record = r, .outcome = ZONEMD_LENGTH};
		zonemd->n_records++;
		if (!zonemd_view(zone_rdata(zone, r), zone_record(zone, r)->rdlen, &view))
			continue;
		fact->scheme = view.scheme;
		fact->hash = view.hash;
		fact->outcome = zonemd_prejudge(zone, &set, r, &view, soa_serial);
	}
}

static size_t
zonemd_count_elsewhere(const struct zone *zone)
{
	size_t n = 0;

	for (uint32_t owner = 0; owner < zone->n_owners; owner++) {
		const struct zone_owner *of = &zone->owners[owner];
		struct rrset set;

		/* The last of an owner's records has the highest type, and most have none so high.
		 */
		if (!(of->flags & OWNER_APEX) && of->n_records > 0 &&
		    zone_record(zone, of->first + of->n_records - 1)->type >= RR_ZONEMD &&
		    zone_rrset(zone, owner, RR_ZONEMD, &set))
			n += set.count;
	}
	return n;
}

/* The digest of a record that is still open is held against the zone's. */
static void
zonemd_judge(const struct zone *zone, struct zonemd_fact *fact, const struct record_digest *digest)
{
	struct zonemd_view view;

	if (zonemd_view(
		zone_rdata(zone, fact->record), zone_record(zone, fact->record)->rdlen, &view) &&
	    memcmp(view.digest, digest->octets, view.digest_len) == 0)
		fact->outcome = ZONEMD_GOOD;
}

zg_status
zonemd_compute(const struct zone *zone, uint32_t soa_serial, struct zonemd_facts *zonemd,
    struct zg_error *error)
{
	struct record_digest digests[RECORD_DIGESTS_MAX];
	struct zonemd_fact
	    *open[RECORD_DIGESTS_MAX]; /* each hash once: repeated ones are not open */
	size_t n = 0;
	zg_status status;

	*zonemd = (struct zonemd_facts){.n_elsewhere = zonemd_count_elsewhere(zone)};
	zonemd_collect(zone, soa_serial, zonemd);
	for (size_t i = 0; i < zonemd->n_records; i++) {
		struct zonemd_fact *fact = &zonemd->records[i];

		if (fact->outcome != ZONEMD_MISMATCH)
			continue;
		digests[n].kind = hashes[hash_find(fact->scheme, fact->hash)].kind;
		open[n++] = fact;
	}
	if (n == 0)
		return ZG_OK;
	status = digest_records(zone, zonemd_includes, false, digests, n, error);
	for (size_t i = 0; i < n && status == ZG_OK; i++)
		zonemd_judge(zone, open[i], &digests[i]);
	return status;
}
