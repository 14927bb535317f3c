/* Eight octets at a time: for the inner loops of text scanners. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stdint.h>

#include "base/compiler.h"

/* The eight octets at `at`, the first one in the low bits: one load where the machine can. */
static inline uint64_t
load_le64(const void *at)
{
	const uint8_t *octets = at;

	return (uint64_t)octets[0] | (uint64_t)octets[1] << 8 | (uint64_t)octets[2] << 16 |
	       (uint64_t)octets[3] << 24 | (uint64_t)octets[4] << 32 | (uint64_t)octets[5] << 40 |
	       (uint64_t)octets[6] << 48 | (uint64_t)octets[7] << 56;
}

#endif
