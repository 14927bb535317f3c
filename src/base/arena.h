/*
 * A growing block of octets with a ceiling, addressed by offset so that it may move while it
 * grows. Offsets count quads (units of four octets): 32 bits reach 16 GiB. Freed in one call.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

struct arena {
	uint8_t *bytes; /* owned */
	size_t used;	/* octets, a multiple of 4 */
	size_t size;	/* octets allocated */
	size_t ceiling; /* octets, never exceeded */
};

void arena_init(struct arena *arena, size_t ceiling);
void arena_clear(struct arena *arena);

/*
 * Reserves `length` octets, zero-padded to a quad, and stores the offset in quads. The returned
 * pointer is valid until the next call. ZG_MEMORY, or ZG_LIMIT at the ceiling.
 */
MUST_CHECK zg_status arena_take(
    struct arena *arena, size_t length, uint32_t *quads, uint8_t **bytes);

/* The same in line, for short pieces by the million: most often there is room. */
MUST_CHECK static inline zg_status
arena_take_short(struct arena *arena, uint16_t length, uint32_t *quads, uint8_t **bytes)
{
	size_t padded = ((size_t)length + 3) & ~(size_t)3;
	uint8_t *at;

	if (UNLIKELY(padded == 0 || padded > arena->size - arena->used))
		return arena_take(arena, length, quads, bytes);
	at = arena->bytes + arena->used;
	at[padded - 3] = at[padded - 2] = at[padded - 1] = 0;
	*quads = (uint32_t)(arena->used / 4);
	*bytes = at;
	arena->used += padded;
	return ZG_OK;
}

static inline const uint8_t *
arena_at(const struct arena *arena, uint32_t quads)
{
	return arena->bytes + (size_t)quads * 4;
}

/*
 * Octets that are about to be written, of memory that may be new: the system is asked for its pages
 * at once, which costs it less than a fault for each. No more than a hint.
 */
void memory_expect(void *octets, size_t length);

/*
 * Makes room for one more element in a typed array: grows `*array` (of `*allocated` elements of
 * `width` octets) by half when `used` has reached it. ZG_MEMORY, or ZG_LIMIT at `ceiling` elements.
 */
MUST_CHECK zg_status array_reserve(
    void **array, size_t *allocated, size_t used, size_t width, size_t ceiling);

#endif
