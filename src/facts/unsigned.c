/* The signed zone held against the registry's unsigned one. */
#include <string.h>

#include "base/error.h"
#include "facts/change.h"
#include "facts/content_digest.h"
#include "zone/zone_diff.h"

/* What a signer adds anywhere in the zone, and what it adds at the apex. Everything else is data.
 */
static bool
record_is_data(const struct zone *zone, uint32_t owner, uint32_t record)
{
	switch (zone_record(zone, record)->type) {
	case RR_RRSIG:
	case RR_NSEC:
	case RR_NSEC3:
		return false;
	case RR_DNSKEY:
	case RR_NSEC3PARAM:
	case RR_CDS:
	case RR_CDNSKEY:
	case RR_ZONEMD:
	case RR_TYPE65534:
		return !(zone->owners[owner].flags & OWNER_APEX);
	default:
		return true;
	}
}

static zg_status
stripped_digest(const struct zone *zone, uint8_t digest[48], struct zg_error *error)
{
	struct record_digest sha384 = {.kind = DIGEST_KIND_SHA384};
	zg_status status = digest_records(zone, record_is_data, true, &sha384, 1, error);

	if (status == ZG_OK)
		memcpy(digest, sha384.octets, 48);
	return status;
}

/* Counts the record of one side of the pair. BEFORE is the registry's zone. */
static void
count_difference(
    const struct zone_diff *diff, enum diff_side side, struct defects *defects, const char *what)
{
	const struct zone *zone = diff->zones[side];
	const struct zone_record *record = zone_record(zone, diff->records[side]);
	bool missing = side == DIFF_BEFORE;

	/* Lines are those of the signed zone: the registry's go into the text. */
	if (missing)
		tally_add(&defects->tallies[DEFECT_UNSIGNED_MISSING], diff->owners[side],
		    zone_owner_name(zone, diff->owners[side]), record->type, 0,
		    "%s: line %lu of the registry's zone, TTL %lu", what,
		    (unsigned long)record->line, (unsigned long)record->ttl);
	else
		tally_add(&defects->tallies[DEFECT_UNSIGNED_EXTRA], diff->owners[side],
		    zone_owner_name(zone, diff->owners[side]), record->type, record->line,
		    "%s: TTL %lu", what, (unsigned long)record->ttl);
}

static void
compare_pair(const struct zone_diff *diff, struct defects *defects)
{
	const uint32_t *records = diff->records;

	if (records[DIFF_AFTER] == NO_RECORD)
		count_difference(
		    diff, DIFF_BEFORE, defects, "this record is not in the signed zone");
	else if (records[DIFF_BEFORE] == NO_RECORD)
		count_difference(
		    diff, DIFF_AFTER, defects, "this record is not in the registry's zone");
	else if (zone_record(diff->zones[DIFF_BEFORE], records[DIFF_BEFORE])->ttl !=
		 zone_record(diff->zones[DIFF_AFTER], records[DIFF_AFTER])->ttl) {
		count_difference(
		    diff, DIFF_BEFORE, defects, "this record has another TTL in the signed zone");
		count_difference(diff, DIFF_AFTER, defects,
		    "this record has another TTL in the registry's zone");
	}
}

/* Octets of an SOA from its serial on (RFC 1035 section 3.3.13). */
#define SOA_SERIAL_ON 20

/* Equal but for the serial, which a signer may raise. */
static bool
soa_same_content(const struct zone_diff *diff)
{
	const struct zone_record *soa[DIFF_SIDES];
	const uint8_t *rdata[DIFF_SIDES];
	size_t names;

	for (enum diff_side side = DIFF_BEFORE; side < DIFF_SIDES; side++) {
		soa[side] = zone_record(diff->zones[side], diff->records[side]);
		rdata[side] = zone_rdata(diff->zones[side], diff->records[side]);
	}
	if (soa[DIFF_BEFORE]->rdlen != soa[DIFF_AFTER]->rdlen ||
	    soa[DIFF_BEFORE]->rdlen < SOA_SERIAL_ON)
		return false;
	names = soa[DIFF_BEFORE]->rdlen - (size_t)SOA_SERIAL_ON;
	return memcmp(rdata[DIFF_BEFORE], rdata[DIFF_AFTER], names) == 0 &&
	       memcmp(rdata[DIFF_BEFORE] + names + 4, rdata[DIFF_AFTER] + names + 4,
		   SOA_SERIAL_ON - 4) == 0;
}

/* The SOAs of the pair of owners. A second SOA is a defect of its own. */
static void
compare_soa(struct zone_diff *diff, struct defects *defects)
{
	bool has[DIFF_SIDES];

	for (enum diff_side side = DIFF_BEFORE; side < DIFF_SIDES; side++) {
		struct rrset set;

		has[side] = zone_rrset(diff->zones[side], diff->owners[side], RR_SOA, &set);
		diff->records[side] = has[side] ? set.first : NO_RECORD;
	}
	if (!has[DIFF_BEFORE] && !has[DIFF_AFTER])
		return;
	if (has[DIFF_BEFORE] && has[DIFF_AFTER] && !soa_same_content(diff)) {
		count_difference(diff, DIFF_BEFORE, defects,
		    "the signed zone's SOA differs in more than its serial");
		count_difference(diff, DIFF_AFTER, defects,
		    "the registry's SOA differs in more than its serial");
	} else
		compare_pair(diff, defects);
}

/* The record of that side of the pair is compared. */
static bool
is_compared(const struct zone_diff *diff, enum diff_side side, bool soa_apart)
{
	uint32_t record = diff->records[side];

	return record != NO_RECORD &&
	       record_is_data(diff->zones[side], diff->owners[side], record) &&
	       !(soa_apart && zone_record(diff->zones[side], record)->type == RR_SOA);
}

static bool
owner_is_apex(const struct zone_diff *diff, enum diff_side side)
{
	return diff->owners[side] != NO_OWNER &&
	       (diff->zones[side]->owners[diff->owners[side]].flags & OWNER_APEX) != 0;
}

static void
compare_stripped(struct zone_diff *diff, struct defects *defects)
{
	while (zone_diff_next_owner(diff)) {
		bool apex = owner_is_apex(diff, DIFF_BEFORE) && owner_is_apex(diff, DIFF_AFTER);

		while (zone_diff_next_record(diff)) {
			if (is_compared(diff, DIFF_BEFORE, apex) ||
			    is_compared(diff, DIFF_AFTER, apex))
				compare_pair(diff, defects);
		}
		if (apex)
			compare_soa(diff, defects);
	}
}

zg_status
unsigned_compute(const struct zone *zone, const struct zone *registry, struct unsigned_facts *facts,
    struct defects *defects, struct zg_error *error)
{
	uint8_t registry_digest[48];
	struct zone_diff diff;
	zg_status status;

	*facts = (struct unsigned_facts){0};
	status = stripped_digest(zone, facts->digest, error);
	if (status == ZG_OK)
		status = stripped_digest(registry, registry_digest, error);
	if (status != ZG_OK)
		return status;
	facts->digest_equal = memcmp(facts->digest, registry_digest, sizeof(registry_digest)) == 0;
	zone_diff_init(&diff, registry, zone);
	compare_stripped(&diff, defects);
	facts->n_missing = defects->tallies[DEFECT_UNSIGNED_MISSING].count;
	facts->n_extra = defects->tallies[DEFECT_UNSIGNED_EXTRA].count;
	return ZG_OK;
}
