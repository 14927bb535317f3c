/* Eight octets at a time: for the inner loops of text scanners. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* The octets at `at`, the first one in the low bits: one load where the machine can. */
static inline uint64_t
load_le32(const void *at)
{
	const uint8_t *octets = at;

	return (uint64_t)octets[0] | (uint64_t)octets[1] << 8 | (uint64_t)octets[2] << 16 |
	       (uint64_t)octets[3] << 24;
}

static inline uint64_t
load_le64(const void *at)
{
	const uint8_t *octets = at;

	return (uint64_t)octets[0] | (uint64_t)octets[1] << 8 | (uint64_t)octets[2] << 16 |
	       (uint64_t)octets[3] << 24 | (uint64_t)octets[4] << 32 | (uint64_t)octets[5] << 40 |
	       (uint64_t)octets[6] << 48 | (uint64_t)octets[7] << 56;
}

/* The `length` octets at `at`, at most eight, zero octets above them. What is shorter is made of
 * two loads that overlap: none reads what is not there. */
static inline uint64_t
load_le(const void *at, size_t length)
{
	const uint8_t *octets = at;

	if (length == 8)
		return load_le64(octets);
	if (length >= 4)
		return load_le32(octets) | load_le32(octets + length - 4) << 8 * (length - 4);
	if (length == 0)
		return 0;
	/* One to three: the first, the middle one and the last. */
	return (uint64_t)octets[0] | (uint64_t)octets[length / 2] << 8 * (length / 2) |
	       (uint64_t)octets[length - 1] << 8 * (length - 1);
}

/* The opposite of load_le64. */
static inline void
store_le64(uint8_t *octets, uint64_t word)
{
	octets[0] = (uint8_t)word;
	octets[1] = (uint8_t)(word >> 8);
	octets[2] = (uint8_t)(word >> 16);
	octets[3] = (uint8_t)(word >> 24);
	octets[4] = (uint8_t)(word >> 32);
	octets[5] = (uint8_t)(word >> 40);
	octets[6] = (uint8_t)(word >> 48);
	octets[7] = (uint8_t)(word >> 56);
}

/* A word of eight times the same octet. */
#define OCTETS(octet) ((uint64_t)(octet)*0x0101010101010101U)

/* One bit for each octet, the first one's lowest, of a word with high bits only. */
static inline uint64_t
octets_bits(uint64_t high)
{
	return (high >> 7) * 0x0102040810204080U >> 56;
}

/* The high bit of each octet of `word` from `first` to `last`, both below 0x80. */
static inline uint64_t
octets_between(uint64_t word, uint8_t first, uint8_t last)
{
	uint64_t low = word & OCTETS(0x7f);

	return (low + OCTETS(0x80 - first)) & ~(low + OCTETS(0x7f - last)) & ~word & OCTETS(0x80);
}

/* The letters among the octets in lower case, and in upper case. */
static inline uint64_t
octets_lower(uint64_t word)
{
	return word + (octets_between(word, 'A', 'Z') >> 2);
}

static inline uint64_t
octets_upper(uint64_t word)
{
	return word - (octets_between(word, 'a', 'z') >> 2);
}

#endif
