/* Growing blocks with a ceiling. Large blocks grow by mremap inside realloc: nothing is copied. */
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ARENA_FIRST 4096

/* The smallest pages there are, and less than which is not worth a call. */
#define PAGE_OCTETS  4096
#define EXPECTED_MIN (2 * PAGE_OCTETS)

void
arena_init(struct arena *arena, size_t ceiling)
{
	*arena = (struct arena){.ceiling = ceiling};
}

void
arena_clear(struct arena *arena)
{
	free(arena->bytes);
	*arena = (struct arena){.ceiling = arena->ceiling};
}

static zg_status
arena_grow(struct arena *arena, size_t need)
{
	size_t size = arena->size < ARENA_FIRST ? ARENA_FIRST : arena->size + arena->size / 2;
	uint8_t *bytes;

	if (size < need)
		size = need;
	if (size > arena->ceiling)
		size = arena->ceiling;
	bytes = realloc(arena->bytes, size);
	if (bytes == NULL)
		return ZG_MEMORY;
	arena->bytes = bytes;
	arena->size = size;
	return ZG_OK;
}

zg_status
arena_take(struct arena *arena, size_t length, uint32_t *quads, uint8_t **bytes)
{
	size_t padded;
	zg_status status;

	if (length > SIZE_MAX - 3)
		return ZG_LIMIT;
	padded = (length + 3) & ~(size_t)3;
	if (padded > arena->ceiling - arena->used)
		return ZG_LIMIT;
	if (padded > arena->size - arena->used || arena->bytes == NULL) {
		status = arena_grow(arena, arena->used + padded);
		if (status != ZG_OK)
			return status;
	}
	/* The padding lies in the last quad; the caller writes over the rest of it. */
	if (padded > 0)
		memset(arena->bytes + arena->used + padded - 4, 0, 4);
	*quads = (uint32_t)(arena->used / 4);
	*bytes = arena->bytes + arena->used;
	arena->used += padded;
	return ZG_OK;
}

void
memory_expect(void *octets, size_t length)
{
#ifdef MADV_POPULATE_WRITE
	uintptr_t begin = (uintptr_t)octets & ~(uintptr_t)(PAGE_OCTETS - 1);

	if (length >= EXPECTED_MIN)
		(void)madvise(
		    (void *)begin, length + ((uintptr_t)octets - begin), MADV_POPULATE_WRITE);
#else
	(void)octets;
	(void)length;
#endif
}

zg_status
array_reserve(void **array, size_t *allocated, size_t used, size_t width, size_t ceiling)
{
	size_t n;
	void *grown;

	if (LIKELY(used < *allocated))
		return ZG_OK;
	if (used >= ceiling)
		return ZG_LIMIT;
	n = *allocated < 16 ? 16 : *allocated + *allocated / 2;
	if (n > ceiling)
		n = ceiling;
	if (n > SIZE_MAX / width)
		return ZG_LIMIT;
	grown = realloc(*array, n * width);
	if (grown == NULL)
		return ZG_MEMORY;
	*array = grown;
	*allocated = n;
	return ZG_OK;
}
