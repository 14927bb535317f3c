/* Records as they come in, in compact form. */
#include "zone/zone_store.h"

#include <stdlib.h>
#include <string.h>

#include <zonegate/limits.h>
#include "dns/name.h"

void
zone_store_init(struct zone_store *store)
{
	*store = (struct zone_store){0};
	arena_init(&store->names, ZG_ARENA_MAX);
	arena_init(&store->rdata, ZG_ARENA_MAX);
}

void
zone_store_clear(struct zone_store *store)
{
	arena_clear(&store->names);
	arena_clear(&store->rdata);
	free(store->records);
	free(store->runs);
	source_map_clear(&store->map);
	zone_store_init(store);
}

void
zone_store_reset(struct zone_store *store)
{
	store->names.used = store->rdata.used = 0;
	store->n_records = store->n_runs = 0;
	source_map_clear(&store->map);
}

/* The last run is of this owner. */
static bool
store_same_owner(const struct zone_store *store, const uint8_t *owner, size_t owner_len)
{
	const struct zone_owner *run;

	if (store->n_runs == 0)
		return false;
	run = &store->runs[store->n_runs - 1];
	return run->name_len == owner_len &&
	       memcmp(arena_at(&store->names, run->name), owner, owner_len) == 0;
}

static zg_status
store_begin_run(struct zone_store *store, const uint8_t *owner, size_t owner_len)
{
	struct zone_owner run = {.first = (uint32_t)store->n_records};
	uint8_t *name;
	void *runs = store->runs;
	zg_status status = array_reserve(
	    &runs, &store->runs_size, store->n_runs, sizeof(store->runs[0]), ZG_RECORDS_MAX);

	store->runs = runs;
	if (status == ZG_OK)
		status = arena_take(&store->names, owner_len, &run.name, &name);
	if (status != ZG_OK)
		return status;
	memcpy(name, owner, owner_len);
	run.name_len = (uint8_t)owner_len;
	run.labels = (uint8_t)name_labels(owner);
	store->runs[store->n_runs++] = run;
	return ZG_OK;
}

zg_status
zone_store_add(struct zone_store *store, const uint8_t *owner, size_t owner_len, uint16_t type,
    uint32_t ttl, const uint8_t *rdata, size_t rdlen, uint32_t line)
{
	if (!store_same_owner(store, owner, owner_len)) {
		zg_status status = store_begin_run(store, owner, owner_len);

		if (status != ZG_OK)
			return status;
	}
	return zone_store_add_again(store, type, ttl, rdata, rdlen, line);
}

zg_status
zone_store_add_again(struct zone_store *store, uint16_t type, uint32_t ttl, const uint8_t *rdata,
    size_t rdlen, uint32_t line)
{
	struct zone_record record = {
	    .ttl = ttl, .line = line, .type = type, .rdlen = (uint16_t)rdlen};
	uint8_t *bytes;
	void *records = store->records;
	zg_status status = array_reserve(&records, &store->records_size, store->n_records,
	    sizeof(store->records[0]), ZG_RECORDS_MAX);

	store->records = records;
	if (status == ZG_OK)
		status = arena_take_short(&store->rdata, (uint16_t)rdlen, &record.rdata, &bytes);
	if (status != ZG_OK)
		return status;
	if (rdlen > 0)
		memcpy(bytes, rdata, rdlen);
	store->records[store->n_records++] = record;
	store->runs[store->n_runs - 1].n_records++;
	return ZG_OK;
}

/* Copies an arena's octets behind another's; stores by how many quads they moved. */
static zg_status
arena_append(struct arena *into, const struct arena *from, uint32_t *moved)
{
	uint8_t *bytes;
	zg_status status = arena_take(into, from->used, moved, &bytes);

	if (status != ZG_OK || from->used == 0)
		return status;
	memory_expect(bytes, from->used);
	memcpy(bytes, from->bytes, from->used);
	return ZG_OK;
}

/* Room for `n` more elements of a typed array. */
static zg_status
array_extend(void **array, size_t *allocated, size_t used, size_t n, size_t width)
{
	zg_status status = ZG_OK;

	if (n > ZG_RECORDS_MAX - used)
		return ZG_LIMIT;
	while (status == ZG_OK && *allocated < used + n)
		status = array_reserve(array, allocated, *allocated, width, ZG_RECORDS_MAX);
	return status;
}

zg_status
zone_store_append(struct zone_store *into, const struct zone_store *from, uint32_t lines)
{
	uint32_t names, rdata;
	void *records = into->records, *runs = into->runs;
	zg_status status = arena_append(&into->names, &from->names, &names);

	if (status == ZG_OK)
		status = arena_append(&into->rdata, &from->rdata, &rdata);
	if (status == ZG_OK)
		status = array_extend(&records, &into->records_size, into->n_records,
		    from->n_records, sizeof(into->records[0]));
	into->records = records;
	if (status == ZG_OK)
		status = array_extend(
		    &runs, &into->runs_size, into->n_runs, from->n_runs, sizeof(into->runs[0]));
	into->runs = runs;
	if (status != ZG_OK)
		return status;
	if (from->n_records == 0)
		return ZG_OK;
	memory_expect(&into->runs[into->n_runs], from->n_runs * sizeof(into->runs[0]));
	memory_expect(&into->records[into->n_records], from->n_records * sizeof(into->records[0]));
	for (size_t i = 0; i < from->n_runs; i++) {
		into->runs[into->n_runs] = from->runs[i];
		into->runs[into->n_runs].name += names;
		into->runs[into->n_runs++].first += (uint32_t)into->n_records;
	}
	for (size_t i = 0; i < from->n_records; i++) {
		into->records[into->n_records] = from->records[i];
		into->records[into->n_records].rdata += rdata;
		into->records[into->n_records++].line += lines;
	}
	return ZG_OK;
}

void
zone_store_trim(struct zone_store *store)
{
	void *smaller;

	if (store->n_records > 0 && store->n_records < store->records_size) {
		smaller = realloc(store->records, store->n_records * sizeof(store->records[0]));
		if (smaller != NULL) {
			store->records = smaller;
			store->records_size = store->n_records;
		}
	}
	if (store->n_runs > 0 && store->n_runs < store->runs_size) {
		smaller = realloc(store->runs, store->n_runs * sizeof(store->runs[0]));
		if (smaller != NULL) {
			store->runs = smaller;
			store->runs_size = store->n_runs;
		}
	}
}
