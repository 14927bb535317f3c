/* Base32 with extended hex alphabet. */
#include "dns/base32.h"

/* Value of one character, or -1. */
static int
base32hex_value(uint8_t character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'v')
		return character - 'a' + 10;
	if (character >= 'A' && character <= 'V')
		return character - 'A' + 10;
	return -1;
}

size_t
base32hex_decode(const uint8_t *text, size_t length, uint8_t *octets)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		int value = base32hex_value(text[i]);

		if (value < 0)
			return 0;
		bits = bits << 5 | (uint32_t)value;
		n_bits += 5;
		if (n_bits >= 8) {
			n_bits -= 8;
			octets[used++] = (uint8_t)(bits >> n_bits);
		}
	}
	/* What is left is padding: fewer than five bits, all zero. */
	return n_bits >= 5 || (bits & ((1U << n_bits) - 1)) != 0 ? 0 : used;
}

size_t
base32hex_encode(const uint8_t *octets, size_t length, uint8_t *text)
{
	static const char alphabet[] = "0123456789abcdefghijklmnopqrstuv";
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		bits = bits << 8 | octets[i];
		for (n_bits += 8; n_bits >= 5; n_bits -= 5)
			text[used++] = (uint8_t)alphabet[bits >> (n_bits - 5) & 31];
	}
	if (n_bits > 0)
		text[used++] = (uint8_t)alphabet[bits << (5 - n_bits) & 31];
	return used;
}
