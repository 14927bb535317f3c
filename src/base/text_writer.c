/* A growing text buffer. */
#include "base/text_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

void
text_writer_clear(struct text_writer *writer)
{
	free(writer->text);
	*writer = (struct text_writer){0};
}

/* Room for `length` more octets and a NUL. */
static bool
text_reserve(struct text_writer *writer, size_t length)
{
	size_t need, size;
	char *text;

	if (writer->failed || length >= SIZE_MAX / 2 - writer->used) {
		writer->failed = true;
		return false;
	}
	need = writer->used + length + 1;
	if (need <= writer->size)
		return true;
	size = writer->size < 256 ? 256 : writer->size * 2;
	if (size < need)
		size = need;
	text = realloc(writer->text, size);
	if (text == NULL) {
		writer->failed = true;
		return false;
	}
	writer->text = text;
	writer->size = size;
	return true;
}

void
text_add_bytes(struct text_writer *writer, const char *text, size_t length)
{
	if (!text_reserve(writer, length))
		return;
	memcpy(writer->text + writer->used, text, length);
	writer->used += length;
	writer->text[writer->used] = '\0';
}

void
text_add(struct text_writer *writer, const char *text)
{
	text_add_bytes(writer, text, strlen(text));
}

void
text_add_hex(struct text_writer *writer, const uint8_t *octets, size_t n)
{
	if (!text_reserve(writer, n > SIZE_MAX / 2 ? SIZE_MAX : 2 * n))
		return;
	hex_write(octets, n, writer->text + writer->used);
	writer->used += 2 * n;
}

void
text_vprintf(struct text_writer *writer, const char *format, va_list ap)
{
	va_list again;
	int length;

	va_copy(again, ap);
	length = vsnprintf(NULL, 0, format, ap);
	if (length < 0)
		writer->failed = true;
	else if (text_reserve(writer, (size_t)length)) {
		(void)vsnprintf(writer->text + writer->used, (size_t)length + 1, format, again);
		writer->used += (size_t)length;
	}
	va_end(again);
}

void
text_printf(struct text_writer *writer, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text_vprintf(writer, format, ap);
	va_end(ap);
}
