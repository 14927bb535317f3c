/* Different hosts: a large zone names a few hosts in millions of records. */
#include "facts/host_set.h"

#include <stdlib.h>
#include <string.h>

#include <zonegate/limits.h>
#include "base/word.h"
#include "zone/zone_diff.h"

#define HOST_SLOTS_FIRST 1024

void
host_set_init(struct host_set *set, const struct zone *zone, uint64_t seed)
{
	*set = (struct host_set){.zone = zone, .seed = seed};
}

void
host_set_clear(struct host_set *set)
{
	free(set->slots);
	host_set_init(set, set->zone, set->seed);
}

/* RDATA of NS is one name in lower case. */
static uint32_t
host_hash(const uint8_t *name, size_t length, uint64_t seed)
{
	const uint64_t odd = 0x9e3779b97f4a7c15U;
	uint64_t hash = seed ^ length;

	for (; length >= 8; name += 8, length -= 8) {
		hash = (hash ^ load_le64(name)) * odd;
		hash ^= hash >> 29;
	}
	for (; length > 0; name++, length--)
		hash = (hash ^ *name) * odd;
	return (uint32_t)(hash >> 32);
}

static bool
same_host(const struct zone *a, uint32_t a_record, const struct zone *b, uint32_t b_record)
{
	uint16_t length = zone_record(a, a_record)->rdlen;

	return length == zone_record(b, b_record)->rdlen &&
	       memcmp(zone_rdata(a, a_record), zone_rdata(b, b_record), length) == 0;
}

/* The slot of the host that `record` of `zone` names: its own, or the free one it would get. */
static struct host_slot *
host_slot(const struct host_set *set, uint32_t hash, const struct zone *zone, uint32_t record)
{
	size_t at = hash & (set->n_slots - 1);

	while (set->slots[at].record != NO_RECORD &&
	       (set->slots[at].hash != hash ||
		   !same_host(set->zone, set->slots[at].record, zone, record)))
		at = (at + 1) & (set->n_slots - 1);
	return &set->slots[at];
}

/* Takes over the slots of `from`, whose hosts are all different. */
static void
move_slots(struct host_set *set, const struct host_set *from)
{
	for (size_t i = 0; i < from->n_slots; i++) {
		size_t at = from->slots[i].hash & (set->n_slots - 1);

		if (from->slots[i].record == NO_RECORD)
			continue;
		while (set->slots[at].record != NO_RECORD)
			at = (at + 1) & (set->n_slots - 1);
		set->slots[at] = from->slots[i];
	}
}

/* Room for one more host: at most three of four slots are taken. */
static zg_status
host_set_reserve(struct host_set *set)
{
	struct host_set larger = *set;

	if (set->n < set->n_slots / 4 * 3)
		return ZG_OK;
	if (set->n >= ZG_RECORDS_MAX)
		return ZG_LIMIT;
	larger.n_slots = set->n_slots == 0 ? HOST_SLOTS_FIRST : set->n_slots * 2;
	if (larger.n_slots > SIZE_MAX / sizeof(larger.slots[0]))
		return ZG_LIMIT;
	larger.slots = malloc(larger.n_slots * sizeof(larger.slots[0]));
	if (larger.slots == NULL)
		return ZG_MEMORY;
	for (size_t i = 0; i < larger.n_slots; i++)
		larger.slots[i].record = NO_RECORD;
	move_slots(&larger, set);
	free(set->slots);
	*set = larger;
	return ZG_OK;
}

zg_status
host_set_add(struct host_set *set, uint32_t record)
{
	struct host_slot *slot;
	uint32_t hash;
	zg_status status = host_set_reserve(set);

	if (status != ZG_OK)
		return status;
	hash = host_hash(
	    zone_rdata(set->zone, record), zone_record(set->zone, record)->rdlen, set->seed);
	slot = host_slot(set, hash, set->zone, record);
	if (slot->record != NO_RECORD)
		return ZG_OK;
	*slot = (struct host_slot){.hash = hash, .record = record};
	set->n++;
	return ZG_OK;
}

uint64_t
host_set_minus(const struct host_set *set, const struct host_set *other, struct tally *lost)
{
	uint64_t n = 0;

	for (size_t i = 0; i < set->n_slots; i++) {
		uint32_t record = set->slots[i].record;

		if (record == NO_RECORD ||
		    (other->n > 0 &&
			host_slot(other, set->slots[i].hash, set->zone, record)->record !=
			    NO_RECORD))
			continue;
		n++;
		if (lost != NULL)
			tally_add(lost, record, zone_rdata(set->zone, record), RR_NS, 0,
			    "no delegation names this host any more");
	}
	return n;
}
