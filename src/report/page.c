/* The page of the text report. */
#include "report/page.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report/escape.h"

#define FIELD_INDENT 2
#define FIELD_COLUMN 17 /* where the text beside a label begins */

/* Select Graphic Rendition sequences of ECMA-48. */
static const char *const styles[] = {
    [STYLE_BAD] = "\033[1;31m",
    [STYLE_ASK] = "\033[1;35m",
    [STYLE_WARN] = "\033[33m",
    [STYLE_GOOD] = "\033[1;32m",
    [STYLE_HEADING] = "\033[1m",
};
#define STYLE_END "\033[0m"

void
page_clear(struct page *page)
{
	text_writer_clear(&page->out);
	text_writer_clear(&page->raw);
}

bool
page_failed(const struct page *page)
{
	return page->out.failed || page->raw.failed;
}

zg_status
page_take(struct page *page, struct text_writer *out)
{
	zg_status status = page_failed(page) ? ZG_MEMORY : ZG_OK;

	if (status == ZG_OK) {
		*out = page->out;
		page->out = (struct text_writer){0};
	}
	page_clear(page);
	return status;
}

static void
add_spaces(struct page *page, size_t n)
{
	text_printf(&page->out, "%*s", (int)n, "");
}

static void
add_styled(struct page *page, enum page_style style, const char *text)
{
	if (page->color)
		text_add(&page->out, styles[style]);
	escape_add(&page->out, text, strlen(text));
	if (page->color)
		text_add(&page->out, STYLE_END);
}

void
page_blank(struct page *page)
{
	text_add(&page->out, "\n");
}

void
page_heading(struct page *page, const char *text)
{
	page_blank(page);
	add_styled(page, STYLE_HEADING, text);
	page_blank(page);
}

void
page_begin(struct page *page)
{
	page->raw.used = 0;
	text_add(&page->raw, "");
}

static void compose(struct page *page, const char *format, va_list ap) PRINTF_LIKE(2, 0);

static void
compose(struct page *page, const char *format, va_list ap)
{
	page_begin(page);
	text_vprintf(&page->raw, format, ap);
}

static bool
is_digit(char octet)
{
	return octet >= '0' && octet <= '9';
}

/* A line may break at a space, but not at one that groups the digits of a number. */
static bool
may_break(const char *text, size_t length, size_t i)
{
	if (text[i] != ' ')
		return false;
	return i == 0 || i + 1 == length || !is_digit(text[i - 1]) || !is_digit(text[i + 1]);
}

/* Octets from `begin` to the next place where a line may break, or to the end. */
static size_t
word_length(const char *text, size_t length, size_t begin)
{
	size_t i = begin;

	while (i < length && !may_break(text, length, i))
		i++;
	return i - begin;
}

/*
 * Writes what was composed from `column` on, where the cursor is. A word that is longer than the
 * page stands alone. Lengths are those before the border: only hostile text is longer after it.
 */
static void
add_folded(struct page *page, size_t column, size_t hang)
{
	const struct text_writer *raw = &page->raw;

	for (size_t i = 0, length; i < raw->used; i += length + 1) {
		length = word_length(raw->text, raw->used, i);
		if (i > 0 && column + 1 + length > PAGE_COLUMNS) {
			page_blank(page);
			add_spaces(page, hang);
			column = hang;
		} else if (i > 0) {
			add_spaces(page, 1);
			column++;
		}
		escape_add(&page->out, raw->text + i, length);
		column += length;
	}
	page_blank(page);
}

void
page_end_line(struct page *page, size_t indent)
{
	if (page_failed(page))
		return;
	add_spaces(page, indent);
	escape_add(&page->out, page->raw.text, page->raw.used);
	page_blank(page);
}

void
page_end_fold(struct page *page, size_t indent, size_t hang)
{
	if (page_failed(page))
		return;
	add_spaces(page, indent);
	add_folded(page, indent, hang);
}

void
page_end_field(struct page *page, const char *label)
{
	if (page_failed(page))
		return;
	add_spaces(page, FIELD_INDENT);
	text_printf(&page->out, "%-*s", FIELD_COLUMN - FIELD_INDENT, label);
	add_folded(page, FIELD_COLUMN, FIELD_COLUMN);
}

void
page_line(struct page *page, size_t indent, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	compose(page, format, ap);
	va_end(ap);
	page_end_line(page, indent);
}

void
page_fold(struct page *page, size_t indent, size_t hang, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	compose(page, format, ap);
	va_end(ap);
	page_end_fold(page, indent, hang);
}

void
page_tagged(struct page *page, size_t indent, enum page_style style, const char *tag,
    const char *format, ...)
{
	size_t column = indent + strlen(tag) + 2;
	va_list ap;

	va_start(ap, format);
	compose(page, format, ap);
	va_end(ap);
	if (page_failed(page))
		return;
	add_spaces(page, indent);
	add_styled(page, style, tag);
	add_spaces(page, 2);
	add_folded(page, column, column);
}

void
page_field(struct page *page, const char *label, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	compose(page, format, ap);
	va_end(ap);
	page_end_field(page, label);
}

struct grouped
grouped_number(uint64_t number)
{
	struct grouped grouped;
	char digits[24];
	size_t length, used = 0;

	(void)snprintf(digits, sizeof(digits), "%" PRIu64, number);
	length = strlen(digits);
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			grouped.text[used++] = ' ';
		grouped.text[used++] = digits[i];
	}
	grouped.text[used] = '\0';
	return grouped;
}
