/* Base64 (RFC 4648 section 4). */
#include "base/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_write(const uint8_t *octets, size_t length, char *text)
{
	for (size_t i = 0; i < length; i += 3) {
		uint32_t bits = (uint32_t)octets[i] << 16;

		if (i + 1 < length)
			bits |= (uint32_t)octets[i + 1] << 8;
		if (i + 2 < length)
			bits |= octets[i + 2];
		*text++ = digits[bits >> 18];
		*text++ = digits[bits >> 12 & 63];
		*text++ = i + 1 < length ? digits[bits >> 6 & 63] : '=';
		*text++ = i + 2 < length ? digits[bits & 63] : '=';
	}
	*text = '\0';
}

bool
base64_read(const char *text, size_t length, uint8_t *octets, size_t n_octets)
{
	size_t n_digits = (n_octets * 8 + 5) / 6, used = 0;
	unsigned n_bits = 0;
	uint32_t bits = 0;

	if (length != BASE64_LENGTH(n_octets))
		return false;
	for (size_t i = 0; i < n_digits; i++) {
		const char *digit = text[i] == '\0' ? NULL : strchr(digits, text[i]);

		if (digit == NULL)
			return false;
		bits = (bits << 6 | (uint32_t)(digit - digits)) & 0xffff;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			octets[used++] = (uint8_t)(bits >> n_bits);
		}
	}
	for (size_t i = n_digits; i < length; i++) {
		if (text[i] != '=')
			return false;
	}
	return (bits & ((1U << n_bits) - 1)) == 0;
}
