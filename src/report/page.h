/*
 * The page of the text report: lines, folded paragraphs, colour. Whatever is written passes the
 * escape border; line feeds and colour come from here only.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "base/text_writer.h"

#define PAGE_COLUMNS 100

/* Zeroed but for `color` before use. */
struct page {
	struct text_writer out;
	struct text_writer raw; /* what is being composed, before the border */
	bool color;
};

enum page_style { STYLE_BAD, STYLE_ASK, STYLE_WARN, STYLE_GOOD, STYLE_HEADING };

void page_clear(struct page *page);

/* An allocation failed: the page is not whole. */
bool page_failed(const struct page *page);

/* The end: hands the text over, and clears the page. ZG_MEMORY: it is not whole, *out stays. */
MUST_CHECK zg_status page_take(struct page *page, struct text_writer *out);

void page_blank(struct page *page);
void page_heading(struct page *page, const char *text);

/* One line, never folded, so that it can be searched for. */
void page_line(struct page *page, size_t indent, const char *format, ...) PRINTF_LIKE(3, 4);

/* A paragraph folded at PAGE_COLUMNS; its further lines are indented by `hang`. */
void page_fold(struct page *page, size_t indent, size_t hang, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* A styled word, and a folded paragraph after it that hangs below its own begin. */
void page_tagged(struct page *page, size_t indent, enum page_style style, const char *tag,
    const char *format, ...) PRINTF_LIKE(5, 6);

/* A label, and folded in a column of its own what it names. */
void page_field(struct page *page, const char *label, const char *format, ...) PRINTF_LIKE(3, 4);

/* Composing in pieces: begin, add to page->raw with the text_ functions, end. */
void page_begin(struct page *page);
void page_end_line(struct page *page, size_t indent);
void page_end_fold(struct page *page, size_t indent, size_t hang);
void page_end_field(struct page *page, const char *label);

/* Room for the digits of any uint64_t in groups of three, NUL included. */
#define GROUPED_TEXT_MAX 28

struct grouped {
	char text[GROUPED_TEXT_MAX];
};

/* "1 830". */
struct grouped grouped_number(uint64_t number);

#endif
