/* Look-ups in a built zone: names by hash, RRsets and signatures by bisection. */
#include "zone/zone.h"

#include <string.h>

#include "zone/zone_index.h"

/* Names are hashed in lower case; the seed keeps registrants from choosing colliding names. */
static uint64_t
name_hash(const uint8_t *name, size_t length, uint64_t seed)
{
	uint64_t hash = seed ^ length;

	for (; length >= 8; name += 8, length -= 8) {
		uint64_t word;

		memcpy(&word, name, 8);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	for (; length > 0; name++, length--)
		hash = (hash ^ *name) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 32;
}

/*
 * Something that nobody who registers a name can know before the zone is signed, and that is the
 * same each time the zone is read: octets from the end of the RDATA, where signatures are.
 */
static uint64_t
zone_seed(const struct zone *zone)
{
	const struct arena *rdata = &zone->store.rdata;
	size_t length = rdata->used < 4096 ? rdata->used : 4096;

	return length == 0 ? 0 : name_hash(rdata->bytes + rdata->used - length, length, 0);
}

/* Where the search for an owner's name begins. */
static size_t
owner_slot(const struct zone *zone, uint32_t owner)
{
	return name_hash(
		   zone_owner_name(zone, owner), zone->owners[owner].name_len, zone->index_seed) &
	       zone->index_mask;
}

/* Owners whose slots are asked for ahead: each is somewhere else in a table larger than caches. */
#define SLOTS_AHEAD 16

void
zone_index_fill(struct zone *zone)
{
	size_t ahead[SLOTS_AHEAD] = {0};

	zone->index_seed = zone_seed(zone);
	memory_expect(zone->index, (zone->index_mask + 1) * sizeof(zone->index[0]));
	for (size_t i = 0; i <= zone->index_mask; i++)
		zone->index[i] = NO_OWNER;
	for (size_t i = 0; i < zone->n_owners + SLOTS_AHEAD; i++) {
		size_t slot = ahead[i % SLOTS_AHEAD];

		if (i < zone->n_owners) {
			ahead[i % SLOTS_AHEAD] = owner_slot(zone, (uint32_t)i);
			PREFETCH(&zone->index[ahead[i % SLOTS_AHEAD]]);
		}
		if (i < SLOTS_AHEAD)
			continue;
		while (zone->index[slot] != NO_OWNER)
			slot = (slot + 1) & zone->index_mask;
		zone->index[slot] = (uint32_t)(i - SLOTS_AHEAD);
	}
}

/* The owner of that name, looked for from `slot` on. */
static uint32_t
find_from(const struct zone *zone, size_t slot, const uint8_t *lower, size_t length)
{
	for (; zone->index[slot] != NO_OWNER; slot = (slot + 1) & zone->index_mask) {
		uint32_t owner = zone->index[slot];

		if (zone->owners[owner].name_len == length &&
		    memcmp(zone_owner_name(zone, owner), lower, length) == 0)
			return owner;
	}
	return NO_OWNER;
}

uint32_t
zone_find(const struct zone *zone, const uint8_t *name)
{
	uint8_t lower[ZG_NAME_MAX];
	size_t length = name_length(name);

	if (zone->n_owners == 0)
		return NO_OWNER;
	for (size_t i = 0; i < length; i++)
		lower[i] = octet_lower(name[i]);
	return find_from(
	    zone, name_hash(lower, length, zone->index_seed) & zone->index_mask, lower, length);
}

/* Owners behind a delegation that are looked at: it has a few name servers. */
#define NEAR 4

uint32_t
zone_find_next(const struct zone *zone, uint32_t above, const uint8_t *name)
{
	size_t length = name_length(name);
	size_t end = zone->n_owners - above > NEAR + 1 ? (size_t)above + NEAR + 1 : zone->n_owners;

	for (size_t owner = (size_t)above + 1; owner < end; owner++) {
		if (zone->owners[owner].name_len == length &&
		    memcmp(zone_owner_name(zone, (uint32_t)owner), name, length) == 0)
			return (uint32_t)owner;
	}
	return NO_OWNER;
}

void
zone_find_group(
    const struct zone *zone, const uint8_t *const *names, size_t n, uint32_t owners[ZONE_GROUP])
{
	size_t lengths[ZONE_GROUP], slots[ZONE_GROUP];

	if (zone->n_owners == 0) {
		memset(owners, 0xff, n * sizeof(owners[0]));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		lengths[i] = name_length(names[i]);
		slots[i] = name_hash(names[i], lengths[i], zone->index_seed) & zone->index_mask;
		PREFETCH_READ(&zone->index[slots[i]]);
	}
	for (size_t i = 0; i < n; i++) {
		owners[i] = zone->index[slots[i]];
		if (owners[i] != NO_OWNER)
			PREFETCH_READ(&zone->owners[owners[i]]);
	}
	for (size_t i = 0; i < n; i++) {
		if (owners[i] != NO_OWNER)
			PREFETCH_READ(zone_owner_name(zone, owners[i]));
	}
	for (size_t i = 0; i < n; i++)
		owners[i] = find_from(zone, slots[i], names[i], lengths[i]);
}

/* Records and signatures that are looked at one after the other: most owners have no more. */
#define FEW 8

/* First of the records [low, high) with a type of at least `type`. */
static inline uint32_t
record_lower_bound(const struct zone *zone, uint32_t low, uint32_t high, uint32_t type)
{
	const struct zone_record *records = zone->store.records;

	while (high - low > FEW) {
		uint32_t middle = low + (high - low) / 2;

		if (records[middle].type < type)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < high && records[low].type < type)
		low++;
	return low;
}

/* The end of the records of `type` that begin at `first`, of [first, high). */
static inline uint32_t
record_upper_bound(const struct zone *zone, uint32_t first, uint32_t high, uint32_t type)
{
	const struct zone_record *records = zone->store.records;

	if (UNLIKELY(high - first > FEW))
		return record_lower_bound(zone, first, high, type + 1);
	while (first < high && records[first].type == type)
		first++;
	return first;
}

bool
zone_rrset(const struct zone *zone, uint32_t owner, uint16_t type, struct rrset *set)
{
	const struct zone_record *records = zone->store.records;
	uint32_t low = zone->owners[owner].first, high = low + zone->owners[owner].n_records;
	uint32_t first = record_lower_bound(zone, low, high, type);
	uint32_t end = record_upper_bound(zone, first, high, type);

	*set = (struct rrset){.owner = owner, .type = type, .first = first, .count = end - first};
	if (first == end)
		return false;
	set->ttl = records[first].ttl;
	return true;
}

bool
zone_rrset_next(const struct zone *zone, struct rrset *set)
{
	const struct zone_owner *owner = &zone->owners[set->owner];
	uint32_t end = owner->first + owner->n_records;
	uint32_t first = set->count == 0 ? owner->first : set->first + set->count;
	uint32_t next = first;

	if (first >= end)
		return false;
	set->type = zone->store.records[first].type;
	set->ttl = zone->store.records[first].ttl;
	while (next < end && zone->store.records[next].type == set->type)
		next++;
	set->first = first;
	set->count = next - first;
	return true;
}

/* The type that an RRSIG record covers. */
static uint32_t
type_covered(const struct zone *zone, uint32_t record)
{
	const uint8_t *rdata = zone_rdata(zone, record);

	return (uint32_t)(rdata[0] << 8 | rdata[1]);
}

/* First of the RRSIG records [low, high) that covers a type of at least `type`. */
static inline uint32_t
signature_lower_bound(const struct zone *zone, uint32_t low, uint32_t high, uint32_t type)
{
	while (high - low > FEW) {
		uint32_t middle = low + (high - low) / 2;

		if (type_covered(zone, middle) < type)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < high && type_covered(zone, low) < type)
		low++;
	return low;
}

bool
zone_signatures(const struct zone *zone, uint32_t owner, uint16_t type, struct rrset *set)
{
	uint32_t first, end;

	if (!zone_rrset(zone, owner, RR_RRSIG, set))
		return false;
	end = set->first + set->count;
	first = signature_lower_bound(zone, set->first, end, type);
	end = signature_lower_bound(zone, first, end, (uint32_t)type + 1);
	set->first = first;
	set->count = end - first;
	if (set->count > 0)
		set->ttl = zone->store.records[first].ttl;
	return set->count > 0;
}

unsigned
zone_common_labels(const struct zone *zone, uint32_t a, uint32_t b)
{
	const uint8_t *x = zone_owner_name(zone, a), *y = zone_owner_name(zone, b);
	unsigned x_labels = zone->owners[a].labels, y_labels = zone->owners[b].labels;
	unsigned labels = x_labels < y_labels ? x_labels : y_labels, common = labels;

	x = name_skip(x, x_labels - labels);
	y = name_skip(y, y_labels - labels);
	/* Of labels that are equal up to the end, how many are there? */
	for (unsigned left = labels; left > 0; left--) {
		if (*x != *y || memcmp(x + 1, y + 1, *x) != 0)
			common = left - 1;
		x = name_parent(x);
		y = name_parent(y);
	}
	return common;
}

uint32_t
zone_previous_name(const struct zone *zone, uint32_t owner)
{
	while (owner > 0) {
		owner--;
		if (!(zone->owners[owner].flags & OWNER_NSEC3))
			return owner;
	}
	return NO_OWNER;
}
