/* A growing text buffer. The first failed allocation sticks: test once, last. */
#ifndef BASE_TEXT_WRITER_H
#define BASE_TEXT_WRITER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct text_writer {
	char *text;  /* owned; NUL-terminated once anything was written */
	size_t used; /* octets without the NUL */
	size_t size;
	bool failed;
};

void text_writer_clear(struct text_writer *writer);
void text_add(struct text_writer *writer, const char *text);
void text_add_bytes(struct text_writer *writer, const char *text, size_t length);
/* Octets as lower-case hexadecimal digits. */
void text_add_hex(struct text_writer *writer, const uint8_t *octets, size_t n);
void text_printf(struct text_writer *writer, const char *format, ...) PRINTF_LIKE(2, 3);
void text_vprintf(struct text_writer *writer, const char *format, va_list ap) PRINTF_LIKE(2, 0);

#endif
