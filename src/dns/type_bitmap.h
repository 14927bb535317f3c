/* Type bitmaps of NSEC and NSEC3: RFC 4034 section 4.1.2, RFC 5155 section 3.2.1. */
#ifndef DNS_TYPE_BITMAP_H
#define DNS_TYPE_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Largest encoded bitmap: 256 windows of two octets and 32 octets of bits. */
#define TYPE_BITMAP_MAX (256 * 34)

/* Well formed: windows ascending, 1 to 32 octets each, no trailing zero octet, nothing left over.
 */
bool type_bitmap_check(const uint8_t *bitmap, size_t length);

/* `type` is set in a well-formed bitmap. */
bool type_bitmap_has(const uint8_t *bitmap, size_t length, uint16_t type);

/* Encodes `n` types in ascending order without duplicates; returns the octets written. */
size_t type_bitmap_encode(const uint16_t *types, size_t n, uint8_t bitmap[TYPE_BITMAP_MAX]);

/* Calls `visit` for each type set in a well-formed bitmap, in ascending order. */
void type_bitmap_each(const uint8_t *bitmap, size_t length,
    void (*visit)(void *context, uint16_t type), void *context);

#endif
