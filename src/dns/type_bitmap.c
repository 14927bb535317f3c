/* Type bitmaps of NSEC and NSEC3. */
#include "dns/type_bitmap.h"

#include <string.h>

bool
type_bitmap_check(const uint8_t *bitmap, size_t length)
{
	int last = -1;

	while (length > 0) {
		size_t octets;

		if (length < 2 || bitmap[0] <= last || bitmap[1] < 1 || bitmap[1] > 32)
			return false;
		octets = bitmap[1];
		if (length < 2 + octets || bitmap[1 + octets] == 0)
			return false;
		last = bitmap[0];
		bitmap += 2 + octets;
		length -= 2 + octets;
	}
	return true;
}

bool
type_bitmap_has(const uint8_t *bitmap, size_t length, uint16_t type)
{
	size_t octet = (type & 0xffU) / 8;

	while (length > 2 && bitmap[0] < type >> 8) {
		length -= (size_t)2 + bitmap[1];
		bitmap += (size_t)2 + bitmap[1];
	}
	return length > 2 && bitmap[0] == type >> 8 && octet < bitmap[1] &&
	       (bitmap[2 + octet] & (0x80 >> (type & 7))) != 0;
}

size_t
type_bitmap_encode(const uint16_t *types, size_t n, uint8_t bitmap[TYPE_BITMAP_MAX])
{
	uint8_t *window = bitmap;
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		size_t octet = (types[i] & 0xff) / 8;

		if (used == 0 || window[0] != types[i] >> 8) {
			window = bitmap + used;
			memset(window, 0, 34);
			window[0] = (uint8_t)(types[i] >> 8);
		}
		window[2 + octet] |= (uint8_t)(0x80 >> (types[i] & 7));
		window[1] = (uint8_t)(octet + 1);
		used = (size_t)(window - bitmap) + 2 + window[1];
	}
	return used;
}

/* Visits the types of one octet, of which `first` is the one of the highest bit. */
static void
each_bit(uint8_t octet, uint16_t first, void (*visit)(void *context, uint16_t type), void *context)
{
	for (; octet != 0; octet = (uint8_t)(octet << 1), first++) {
		if (octet & 0x80)
			visit(context, first);
	}
}

void
type_bitmap_each(const uint8_t *bitmap, size_t length, void (*visit)(void *context, uint16_t type),
    void *context)
{
	while (length > 2) {
		for (unsigned i = 0; i < bitmap[1]; i++)
			each_bit(bitmap[2 + i], (uint16_t)((unsigned)bitmap[0] << 8 | i * 8), visit,
			    context);
		length -= (size_t)2 + bitmap[1];
		bitmap += (size_t)2 + bitmap[1];
	}
}
