/*
 * The lexical part of zone text (RFC 1035 section 5.1): one file's octets to entries of tokens.
 * Knows blanks, comments, parentheses, quotes and line ends, not what an entry means. Reads ahead
 * in blocks; allocates once, and no more for further files.
 */
#ifndef ZONE_SCAN_H
#define ZONE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zone/rdata_text.h"
#include "zone/source.h"

struct zone_scan {
	source_read read;
	void *context;
	uint8_t *buffer;     /* owned; NULL: none was needed yet */
	const uint8_t *text; /* what is scanned: the buffer, or where the text lies */
	size_t at;	     /* the entry that comes next, or what is skipped */
	size_t end;	     /* octets of text; at least SOURCE_SLACK zero octets follow */
	uint64_t line;	     /* of `at`, from 1 */
	bool ended;	     /* nothing comes after the text */
	bool skip;	     /* the rest of the line at `at` belongs to a bad entry */
};

enum zone_entry_kind {
	ENTRY_END, /* no more entries */
	ENTRY_TOKENS,
	ENTRY_BAD /* cannot be cut into tokens; the next call goes on behind it */
};

struct zone_entry {
	enum zone_entry_kind kind;
	struct text_token *tokens; /* ZG_ENTRY_TOKENS_MAX of them, lent by the caller */
	size_t n_tokens;	   /* ENTRY_TOKENS: at least one */
	uint64_t line;		   /* where it begins */
	bool blank;		   /* begins with white space: the owner is the last one's */
	const char *why;	   /* ENTRY_BAD: static phrase */
};

/*
 * Begins a file: the source is read until it says that there is no more, or scanned where it lies.
 * `scan` is zeroed, or was used for a file before.
 */
MUST_CHECK zg_status zone_scan_begin(struct zone_scan *scan, const struct source *source);
void zone_scan_clear(struct zone_scan *scan);

/*
 * The next entry. Its tokens point into the text and live until the next call for the same file.
 * ZG_READ when reading fails, ZG_LIMIT above ZG_LINES_MAX lines.
 */
MUST_CHECK zg_status zone_scan_next(
    struct zone_scan *scan, struct zone_entry *entry, struct zg_error *error);

#endif
