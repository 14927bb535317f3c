/* Octets as hexadecimal digits. */
#include "base/hex.h"

void
hex_write(const uint8_t *octets, size_t n, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[octets[i] >> 4];
		text[2 * i + 1] = digits[octets[i] & 15];
	}
	text[2 * n] = '\0';
}
