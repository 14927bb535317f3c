/* A set of digests with an index over their first octets, which are as good as random. */
#include "facts/memo_set.h"

#include <stdlib.h>
#include <string.h>

#include <zonegate/limits.h>
#include "base/arena.h"

#define FREE_SLOT UINT32_MAX

static size_t
first_slot(const struct memo_set *set, const uint8_t digest[MEMO_OCTETS])
{
	uint64_t word;

	memcpy(&word, digest, sizeof(word));
	return (size_t)word & set->mask;
}

zg_status
memo_set_init(struct memo_set *set, const uint8_t (*entries)[MEMO_OCTETS], size_t n)
{
	size_t slots = 16;

	*set = (struct memo_set){.entries = entries, .n = n};
	while (slots - slots / 4 < n)
		slots *= 2;
	set->slots = malloc(slots * sizeof(set->slots[0]));
	if (set->slots == NULL)
		return ZG_MEMORY;
	set->mask = slots - 1;
	for (size_t i = 0; i < slots; i++)
		set->slots[i] = FREE_SLOT;
	for (size_t i = 0; i < n; i++) {
		size_t slot = first_slot(set, entries[i]);

		while (set->slots[slot] != FREE_SLOT)
			slot = (slot + 1) & set->mask;
		set->slots[slot] = (uint32_t)i;
	}
	return ZG_OK;
}

void
memo_set_clear(struct memo_set *set)
{
	free(set->slots);
	*set = (struct memo_set){.n = 0};
}

bool
memo_set_has(const struct memo_set *set, const uint8_t digest[MEMO_OCTETS])
{
	size_t slot;

	if (set->n == 0)
		return false;
	for (slot = first_slot(set, digest); set->slots[slot] != FREE_SLOT;
	     slot = (slot + 1) & set->mask) {
		if (memcmp(set->entries[set->slots[slot]], digest, MEMO_OCTETS) == 0)
			return true;
	}
	return false;
}

zg_status
memo_fresh_add(struct memo_fresh *fresh, const uint8_t digest[MEMO_OCTETS], uint32_t record)
{
	void *entries = fresh->entries;
	zg_status status = array_reserve(
	    &entries, &fresh->size, fresh->n, sizeof(fresh->entries[0]), ZG_RECORDS_MAX);

	fresh->entries = entries;
	if (status != ZG_OK)
		return status;
	memcpy(fresh->entries[fresh->n].digest, digest, MEMO_OCTETS);
	fresh->entries[fresh->n++].record = record;
	return ZG_OK;
}

void
memo_fresh_clear(struct memo_fresh *fresh)
{
	free(fresh->entries);
	*fresh = (struct memo_fresh){.n = 0};
}
