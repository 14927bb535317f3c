/* Base64 (RFC 4648 section 4), padded, in its one canonical form. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters for `n` octets, without a NUL. */
#define BASE64_LENGTH(n) (((n) + 2) / 3 * 4)

/* Writes BASE64_LENGTH(length) characters and a NUL. */
void base64_write(const uint8_t *octets, size_t length, char *text);

/* Reads exactly `n_octets` octets from all of the text; false for any other text, spare bits that
 * are not zero and missing padding included (RFC 4648 section 3.5). */
bool base64_read(const char *text, size_t length, uint8_t *octets, size_t n_octets);

#endif
