/* Base32 with extended hex alphabet, without padding: RFC 4648 section 7, RFC 5155 section 3.3. */
#ifndef DNS_BASE32_H
#define DNS_BASE32_H

#include <stddef.h>
#include <stdint.h>

/* Decodes `length` characters of either letter case into `octets` (room for length * 5 / 8);
 * returns the octets, or 0 for a foreign character or a length that no encoding has. */
size_t base32hex_decode(const uint8_t *text, size_t length, uint8_t *octets);

/* Encodes into `text` in lower case (room for (length * 8 + 4) / 5); returns the characters. */
size_t base32hex_encode(const uint8_t *octets, size_t length, uint8_t *text);

#endif
