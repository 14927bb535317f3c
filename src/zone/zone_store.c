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
	struct zone_record record = {
	    .ttl = ttl, .line = line, .type = type, .rdlen = (uint16_t)rdlen};
	uint8_t *bytes;
	void *records = store->records;
	zg_status status = array_reserve(&records, &store->records_size, store->n_records,
	    sizeof(store->records[0]), ZG_RECORDS_MAX);

	store->records = records;
	if (status == ZG_OK && !store_same_owner(store, owner, owner_len))
		status = store_begin_run(store, owner, owner_len);
	if (status == ZG_OK)
		status = arena_take(&store->rdata, rdlen, &record.rdata, &bytes);
	if (status != ZG_OK)
		return status;
	if (rdlen > 0)
		memcpy(bytes, rdata, rdlen);
	store->records[store->n_records++] = record;
	store->runs[store->n_runs - 1].n_records++;
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
