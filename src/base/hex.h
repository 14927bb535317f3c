/* Octets as hexadecimal digits, lower case. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Writes 2n digits and a NUL. */
void hex_write(const uint8_t *octets, size_t n, char *text);

#endif
