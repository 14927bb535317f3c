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
