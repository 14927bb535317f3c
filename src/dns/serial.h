/* Serial number arithmetic: RFC 1982 section 3, with 32 bits. */
#ifndef DNS_SERIAL_H
#define DNS_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

/* a is greater than b (RFC 1982 section 3.2); false as well where the order is undefined. */
static inline bool
serial_greater(uint32_t a, uint32_t b)
{
	return a != b && (uint32_t)(a - b) < 0x80000000U;
}

/*
 * The time that a 32-bit RRSIG field means around `now` (RFC 4034 section 3.1.5 with RFC 1982):
 * the one of all times with these 32 low bits that is nearest to `now`.
 */
static inline int64_t
serial_time(uint32_t field, int64_t now)
{
	uint32_t ahead = field - (uint32_t)(uint64_t)now;

	return ahead < 0x80000000U ? now + (int64_t)ahead : now - (int64_t)(uint32_t)(0U - ahead);
}

#endif
