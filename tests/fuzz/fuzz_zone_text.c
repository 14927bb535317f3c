/*
 * Zone text of any octets. What is accepted must be a valid store: names, RDATA of the shape of its
 * type and already canonical, lines that point into the text. The first octet chooses how much
 * the source gives at once: the result must be the same as in one piece.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "dns/rr_type.h"
#include "zone/rdata_text.h"
#include "zone/zone_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *at;
	size_t left, most;
};

static zg_status
memory_read(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct memory *memory = context;

	(void)error;
	*length = size < memory->left ? size : memory->left;
	if (*length > memory->most)
		*length = memory->most;
	if (*length > 0)
		memcpy(buffer, memory->at, *length);
	memory->at += *length;
	memory->left -= *length;
	return ZG_OK;
}

static void
require(int condition)
{
	if (!condition)
		abort();
}

static void
read_text(const uint8_t *data, size_t size, size_t most, struct zone_store *store,
    struct defects *defects)
{
	struct memory memory = {data, size, most};
	struct source source = {.read = memory_read, .context = &memory, .name = "fuzz"};
	struct zone_text_options options = {.origin = (const uint8_t *)"\7Example"};
	struct zg_error error;

	zone_store_init(store);
	defects_init(defects, 5);
	require(zone_text_read(&source, &options, store, defects, &error) == ZG_OK);
}

static void
check_store(const struct zone_store *store)
{
	for (size_t i = 0; i < store->n_runs; i++) {
		const uint8_t *name = arena_at(&store->names, store->runs[i].name);

		require(name_check(name, store->runs[i].name_len) == store->runs[i].name_len);
		for (size_t k = 0; k < store->runs[i].name_len; k++)
			require(name[k] == octet_lower(name[k]));
	}
	for (size_t i = 0; i < store->n_records; i++) {
		const struct zone_record *record = &store->records[i];
		const uint8_t *rdata = arena_at(&store->rdata, record->rdata);
		uint8_t copy[ZG_RDATA_MAX];
		struct zg_error error;
		uint32_t line;

		if (record->rdlen > 0)
			memcpy(copy, rdata, record->rdlen);
		require(!rr_type_is_meta(record->type));
		require(rdata_canonicalise(record->type, copy, record->rdlen, &error));
		require(record->rdlen == 0 || memcmp(copy, rdata, record->rdlen) == 0);
		require(source_map_find(&store->map, record->line, &line) != NULL && line > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zone_store whole, pieces;
	struct defects whole_defects, piece_defects;

	if (size == 0)
		return 0;
	read_text(data + 1, size - 1, SIZE_MAX, &whole, &whole_defects);
	read_text(data + 1, size - 1, (size_t)data[0] + 1, &pieces, &piece_defects);
	check_store(&whole);
	require(whole.n_records == pieces.n_records);
	for (int i = 0; i < DEFECT_COUNT; i++)
		require(whole_defects.tallies[i].count == piece_defects.tallies[i].count);
	zone_store_clear(&whole);
	zone_store_clear(&pieces);
	defects_clear(&whole_defects);
	defects_clear(&piece_defects);
	return 0;
}
