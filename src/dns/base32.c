/* Base32 with extended hex alphabet. */
#include "dns/base32.h"

#include <stdbool.h>

#include "base/word.h"

/* Values of characters: VALID is set in every valid one, so that the others are zero. */
#define VALID	0x20
#define V(c, n) [c] = VALID | (n)

static const uint8_t values[256] = {V('0', 0), V('1', 1), V('2', 2), V('3', 3), V('4', 4),
    V('5', 5), V('6', 6), V('7', 7), V('8', 8), V('9', 9), V('a', 10), V('b', 11), V('c', 12),
    V('d', 13), V('e', 14), V('f', 15), V('g', 16), V('h', 17), V('i', 18), V('j', 19), V('k', 20),
    V('l', 21), V('m', 22), V('n', 23), V('o', 24), V('p', 25), V('q', 26), V('r', 27), V('s', 28),
    V('t', 29), V('u', 30), V('v', 31), V('A', 10), V('B', 11), V('C', 12), V('D', 13), V('E', 14),
    V('F', 15), V('G', 16), V('H', 17), V('I', 18), V('J', 19), V('K', 20), V('L', 21), V('M', 22),
    V('N', 23), V('O', 24), V('P', 25), V('Q', 26), V('R', 27), V('S', 28), V('T', 29), V('U', 30),
    V('V', 31)};

/*
 * Eight characters to five octets; false for a foreign character. All at once: the low bits of a
 * digit are its value and 16 more, those of a letter in either case its value less 9.
 */
static inline bool
decode_group(const uint8_t *text, uint8_t *octets)
{
	uint64_t word = load_le64(text), letters = word | OCTETS(0x20);
	uint64_t valid = octets_between(word, '0', '9') | octets_between(letters, 'a', 'v');
	uint64_t is_letter = word >> 6 & OCTETS(1), bits;

	if (valid != OCTETS(0x80))
		return false;
	bits = (word & OCTETS(0x1f)) + is_letter * 25 - OCTETS(16);
	/* Numbers of 5 bits in octets, first one lowest, to numbers of 10, 20 and 40 bits. */
	bits = (bits & 0x00ff00ff00ff00ffU) << 5 | (bits >> 8 & 0x00ff00ff00ff00ffU);
	bits = (bits & 0x0000ffff0000ffffU) << 10 | (bits >> 16 & 0x0000ffff0000ffffU);
	bits = (bits & 0xffffffffU) << 20 | bits >> 32;
	for (int i = 0; i < 5; i++)
		octets[i] = (uint8_t)(bits >> (32 - 8 * i));
	return true;
}

size_t
base32hex_decode(const uint8_t *text, size_t length, uint8_t *octets)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t used = 0, i = 0;

	for (; length - i >= 8; i += 8, used += 5) {
		if (!decode_group(text + i, octets + used))
			return 0;
	}
	for (; i < length; i++) {
		uint8_t value = values[text[i]];

		if (value == 0)
			return 0;
		bits = bits << 5 | (value & 0x1f);
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
