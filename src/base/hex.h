/* Octets as lower-case hexadecimal digits (RFC 4648 section 8, but for the case), and back. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text of `n` octets, with a NUL: 2n + 1 characters. */
#define HEX_TEXT_SIZE(n) (2 * (n) + 1)

/* Writes them. */
void hex_write(const uint8_t *octets, size_t n, char *text);

/* What a digit is worth, in either case; -1: it is none. */
int hex_digit(char c);

/* Reads `n` octets from 2n digits in either case. False: one of the characters is no digit; what
 * stands behind it is not looked at, so that a NUL ends the text. */
bool hex_read(const char *text, size_t n, uint8_t *octets);
/* The same, of lower-case digits only: where octets have one form, what hex_write writes. */
bool hex_read_lower(const char *text, size_t n, uint8_t *octets);

/* Whether the text is that many lower-case digits and no more. */
bool hex_is_text(const char *text, size_t digits);

#endif
