/*
 * Different hosts. A large zone names a few hosts in millions of records: hosts are gathered in an
 * array that is sorted and thinned out each time it is full, so that it stays as small as the set.
 * Sorting by hash, then name, keeps the work bounded whatever names a registrant chooses.
 */
#include "facts/host_set.h"

#include <stdlib.h>
#include <string.h>

#include <zonegate/limits.h>

#define HOST_SET_FIRST 1024

/* FNV-1a, 64 bits. */
static uint64_t
host_key(const uint8_t *name, size_t length)
{
	uint64_t key = 0xcbf29ce484222325U;

	for (size_t i = 0; i < length; i++)
		key = (key ^ name[i]) * 0x100000001b3U;
	return key;
}

/* Order by hash, then name. RDATA of NS is one name in lower case. */
static int
host_order(const struct zone *a_zone, const struct host *a, const struct zone *b_zone,
    const struct host *b)
{
	uint16_t a_len = zone_record(a_zone, a->record)->rdlen;
	uint16_t b_len = zone_record(b_zone, b->record)->rdlen;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(zone_rdata(a_zone, a->record), zone_rdata(b_zone, b->record), a_len);
}

/* The same for qsort_r within one set; equal hosts by record, so that the first one stays. */
static int
host_compare(const void *a, const void *b, void *set)
{
	const struct zone *zone = ((const struct host_set *)set)->zone;
	const struct host *x = a, *y = b;
	int order = host_order(zone, x, zone, y);

	return order != 0 ? order : (x->record > y->record) - (x->record < y->record);
}

void
host_set_settle(struct host_set *set)
{
	size_t kept = 0;

	if (set->n == 0)
		return;
	qsort_r(set->hosts, set->n, sizeof(set->hosts[0]), host_compare, set);
	for (size_t i = 1; i < set->n; i++) {
		if (host_order(set->zone, &set->hosts[kept], set->zone, &set->hosts[i]) != 0)
			set->hosts[++kept] = set->hosts[i];
	}
	set->n = kept + 1;
}

/* Makes room: thins the set out, and grows it when more than half of it is still in use. */
static zg_status
host_set_reserve(struct host_set *set)
{
	size_t size = set->size < HOST_SET_FIRST ? HOST_SET_FIRST : set->size * 2;
	struct host *hosts;

	if (set->n < set->size)
		return ZG_OK;
	host_set_settle(set);
	if (set->n < set->size / 2)
		return ZG_OK;
	if (size / 2 > ZG_RECORDS_MAX || size > SIZE_MAX / sizeof(*hosts))
		return ZG_LIMIT;
	hosts = realloc(set->hosts, size * sizeof(*hosts));
	if (hosts == NULL)
		return ZG_MEMORY;
	set->hosts = hosts;
	set->size = size;
	return ZG_OK;
}

zg_status
host_set_add(struct host_set *set, uint32_t record)
{
	const uint8_t *name = zone_rdata(set->zone, record);
	zg_status status = host_set_reserve(set);

	if (status != ZG_OK)
		return status;
	set->hosts[set->n++] = (struct host){
	    .key = host_key(name, zone_record(set->zone, record)->rdlen), .record = record};
	return ZG_OK;
}

uint64_t
host_set_minus(const struct host_set *set, const struct host_set *other, struct tally *lost)
{
	uint64_t n = 0;
	size_t at = 0;

	for (size_t i = 0; i < set->n; i++) {
		const struct host *host = &set->hosts[i];
		int order = 1;

		while (at < other->n && order > 0) {
			order = host_order(set->zone, host, other->zone, &other->hosts[at]);
			at += order > 0;
		}
		if (order == 0)
			continue;
		n++;
		if (lost != NULL)
			tally_add(lost, host->record, zone_rdata(set->zone, host->record), RR_NS, 0,
			    "no delegation names this host any more");
	}
	return n;
}

void
host_set_clear(struct host_set *set)
{
	free(set->hosts);
	*set = (struct host_set){.zone = set->zone};
}
