/* A set of digests with an index over their first octets, which are as good as random. */
#include "facts/memo_set.h"

#include <stdlib.h>
#include <string.h>

#include <zonegate/limits.h>
#include "base/arena.h"

#define FREE_SLOT UINT32_MAX

/* Entries whose slots are asked for ahead: each is somewhere else in a table larger than caches. */
#define SLOTS_AHEAD 16

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
	memory_expect(set->slots, slots * sizeof(set->slots[0]));
	for (size_t i = 0; i < slots; i++)
		set->slots[i] = FREE_SLOT;
	for (size_t i = 0; i < n; i++) {
		size_t slot = first_slot(set, entries[i]);

		if (i + SLOTS_AHEAD < n)
			PREFETCH(&set->slots[first_slot(set, entries[i + SLOTS_AHEAD])]);
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

/* The entry is this digest; *next becomes the one behind it. */
static bool
entry_is(const struct memo_set *set, size_t entry, const uint8_t digest[MEMO_OCTETS], size_t *next)
{
	if (memcmp(set->entries[entry], digest, MEMO_OCTETS) != 0)
		return false;
	*next = entry + 1;
	return true;
}

bool
memo_set_has(const struct memo_set *set, const uint8_t digest[MEMO_OCTETS], size_t *next)
{
	size_t slot;

	if (set->n == 0)
		return false;
	if (*next < set->n && entry_is(set, *next, digest, next))
		return true;
	for (slot = first_slot(set, digest); set->slots[slot] != FREE_SLOT;
	     slot = (slot + 1) & set->mask) {
		if (entry_is(set, set->slots[slot], digest, next))
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

zg_status
memo_fresh_append(struct memo_fresh *fresh, struct memo_fresh *from)
{
	size_t n = fresh->n + from->n;
	struct memo_fresh_entry *entries;

	if (n > ZG_RECORDS_MAX)
		return ZG_LIMIT;
	if (fresh->n == 0) {
		memo_fresh_clear(fresh);
		*fresh = *from;
		*from = (struct memo_fresh){.n = 0};
		return ZG_OK;
	}
	if (from->n > 0) {
		entries = realloc(fresh->entries, n * sizeof(entries[0]));
		if (entries == NULL)
			return ZG_MEMORY;
		memcpy(entries + fresh->n, from->entries, from->n * sizeof(entries[0]));
		*fresh = (struct memo_fresh){.entries = entries, .n = n, .size = n};
	}
	memo_fresh_clear(from);
	return ZG_OK;
}

void
memo_fresh_clear(struct memo_fresh *fresh)
{
	free(fresh->entries);
	*fresh = (struct memo_fresh){.n = 0};
}
