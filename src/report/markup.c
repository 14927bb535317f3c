/* HTML and SVG through libxml2. */
#include "report/markup.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text_writer.h"
#include "report/escape.h"

void
markup_begin(struct markup *markup)
{
	*markup = (struct markup){.buffer = xmlBufferCreate()};
	if (markup->buffer != NULL)
		markup->writer = xmlNewTextWriterMemory(markup->buffer, 0);
	markup->failed = markup->writer == NULL;
}

zg_status
markup_end(struct markup *markup, char **text, size_t *length)
{
	*text = NULL;
	*length = 0;
	xmlFreeTextWriter(markup->writer);
	if (!markup->failed) {
		*text = strdup((const char *)xmlBufferContent(markup->buffer));
		*length = (size_t)xmlBufferLength(markup->buffer);
	}
	xmlBufferFree(markup->buffer);
	*markup = (struct markup){.failed = true};
	return *text != NULL ? ZG_OK : ZG_MEMORY;
}

void
markup_check(struct markup *markup, int written)
{
	if (written < 0)
		markup->failed = true;
}

void
markup_open(struct markup *markup, const char *element, const char *class)
{
	markup_check(markup, xmlTextWriterStartElement(markup->writer, (const xmlChar *)element));
	if (class != NULL)
		markup_attribute(markup, "class", class);
}

void
markup_close(struct markup *markup)
{
	markup_check(markup, xmlTextWriterFullEndElement(markup->writer));
}

void
markup_attribute(struct markup *markup, const char *name, const char *value)
{
	markup_check(markup, xmlTextWriterWriteAttribute(
				 markup->writer, (const xmlChar *)name, (const xmlChar *)value));
}

void
markup_number(struct markup *markup, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	markup_attribute(markup, name, text);
}

/* Formats, and lets nothing but printable ASCII through. NULL: it failed. */
static void compose(struct markup *markup, struct text_writer *clean, const char *format,
    va_list ap) PRINTF_LIKE(3, 0);

static void
compose(struct markup *markup, struct text_writer *clean, const char *format, va_list ap)
{
	struct text_writer raw = {0};

	text_add(&raw, "");
	text_vprintf(&raw, format, ap);
	if (!raw.failed)
		escape_add(clean, raw.text, raw.used);
	text_add(clean, "");
	if (raw.failed || clean->failed)
		markup->failed = true;
	text_writer_clear(&raw);
}

static void write_words(struct markup *markup, const char *format, va_list ap) PRINTF_LIKE(2, 0);

static void
write_words(struct markup *markup, const char *format, va_list ap)
{
	struct text_writer clean = {0};

	compose(markup, &clean, format, ap);
	if (!markup->failed)
		markup_check(
		    markup, xmlTextWriterWriteString(markup->writer, (const xmlChar *)clean.text));
	text_writer_clear(&clean);
}

void
markup_words(struct markup *markup, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	write_words(markup, format, ap);
	va_end(ap);
}

void
markup_attribute_words(struct markup *markup, const char *name, const char *format, ...)
{
	struct text_writer clean = {0};
	va_list ap;

	va_start(ap, format);
	compose(markup, &clean, format, ap);
	va_end(ap);
	if (!markup->failed)
		markup_attribute(markup, name, clean.text);
	text_writer_clear(&clean);
}

void
markup_element(
    struct markup *markup, const char *element, const char *class, const char *format, ...)
{
	va_list ap;

	markup_open(markup, element, class);
	va_start(ap, format);
	write_words(markup, format, ap);
	va_end(ap);
	markup_close(markup);
}

void
markup_label_open(
    struct markup *markup, int64_t x, int64_t y, const char *class, const char *anchor)
{
	markup_open(markup, "text", class);
	markup_number(markup, "x", x);
	markup_number(markup, "y", y);
	if (anchor != NULL)
		markup_attribute(markup, "text-anchor", anchor);
}

void
markup_label(struct markup *markup, int64_t x, int64_t y, const char *class, const char *anchor,
    const char *format, ...)
{
	va_list ap;

	markup_label_open(markup, x, y, class, anchor);
	va_start(ap, format);
	write_words(markup, format, ap);
	va_end(ap);
	markup_close(markup);
}

void
markup_line(
    struct markup *markup, const char *class, int64_t x1, int64_t y1, int64_t x2, int64_t y2)
{
	markup_open(markup, "line", class);
	markup_number(markup, "x1", x1);
	markup_number(markup, "y1", y1);
	markup_number(markup, "x2", x2);
	markup_number(markup, "y2", y2);
	markup_close(markup);
}

void
markup_box(
    struct markup *markup, const char *class, int64_t x, int64_t y, int64_t width, int64_t height)
{
	markup_open(markup, "rect", class);
	markup_number(markup, "x", x);
	markup_number(markup, "y", y);
	markup_number(markup, "width", width);
	markup_number(markup, "height", height);
	markup_close(markup);
}
