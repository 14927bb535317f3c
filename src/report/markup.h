/*
 * HTML and SVG, written through libxml2, which escapes for markup, after the border of reports:
 * whatever a text holds, it is only text there. The first failure sticks.
 */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/xmlwriter.h>

#include <zonegate/status.h>
#include "base/compiler.h"

struct markup {
	xmlBuffer *buffer;     /* owned */
	xmlTextWriter *writer; /* owned */
	bool failed;
};

/* Begins; what fails is said by the end. */
void markup_begin(struct markup *markup);

/* Ends. ZG_OK: *text is owned by the caller (free); else ZG_MEMORY. */
MUST_CHECK zg_status markup_end(struct markup *markup, char **text, size_t *length);

/* Keeps what a function of libxml2 returned. */
void markup_check(struct markup *markup, int written);

/* <element class="class">; NULL: no class. */
void markup_open(struct markup *markup, const char *element, const char *class);
/* </element>, also when it is empty: HTML knows no <p/>. */
void markup_close(struct markup *markup);

void markup_attribute(struct markup *markup, const char *name, const char *value);
void markup_number(struct markup *markup, const char *name, int64_t value);

/* Text that may come from anywhere. */
void markup_words(struct markup *markup, const char *format, ...) PRINTF_LIKE(2, 3);
/* An attribute whose value may. */
void markup_attribute_words(struct markup *markup, const char *name, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* <element class="class">words</element> */
void markup_element(struct markup *markup, const char *element, const char *class,
    const char *format, ...) PRINTF_LIKE(4, 5);

/* SVG. A text at a place, to be closed; `anchor`: "start", "middle", "end", or NULL. */
void markup_label_open(
    struct markup *markup, int64_t x, int64_t y, const char *class, const char *anchor);
/* The same with its words, closed. */
void markup_label(struct markup *markup, int64_t x, int64_t y, const char *class,
    const char *anchor, const char *format, ...) PRINTF_LIKE(6, 7);
void markup_line(
    struct markup *markup, const char *class, int64_t x1, int64_t y1, int64_t x2, int64_t y2);
void markup_box(
    struct markup *markup, const char *class, int64_t x, int64_t y, int64_t width, int64_t height);

#endif
