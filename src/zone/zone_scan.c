/* Zone text to tokens. */
#include "zone/zone_scan.h"

#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/error.h"
#include "base/word.h"

/* Read at once: large enough that calls cost nothing, small enough to stay in the second cache. */
#define SCAN_BLOCK (128 * 1024)
#define SCAN_SIZE  (ZG_ENTRY_TEXT_MAX + SCAN_BLOCK + SOURCE_SLACK)

enum octet_class {
	OCTET_PLAIN, /* part of a token */
	OCTET_ESCAPE,
	OCTET_SPACE,
	OCTET_NEWLINE,
	OCTET_RETURN,
	OCTET_QUOTE,
	OCTET_OPEN,
	OCTET_CLOSE,
	OCTET_COMMENT,
	OCTET_NUL /* the end of the text, or forbidden */
};

static const uint8_t octet_class[256] = {[0] = OCTET_NUL,
    ['\t'] = OCTET_SPACE,
    [' '] = OCTET_SPACE,
    ['\n'] = OCTET_NEWLINE,
    ['\r'] = OCTET_RETURN,
    ['"'] = OCTET_QUOTE,
    ['('] = OCTET_OPEN,
    [')'] = OCTET_CLOSE,
    [';'] = OCTET_COMMENT,
    ['\\'] = OCTET_ESCAPE};

static const char too_large[] = "entry too large";

zg_status
zone_scan_begin(struct zone_scan *scan, const struct source *source)
{
	uint8_t *buffer = scan->buffer;

	if (source->text != NULL) {
		*scan = (struct zone_scan){.buffer = buffer,
		    .text = source->text,
		    .end = source->text_len,
		    .line = 1,
		    .ended = true};
		return ZG_OK;
	}
	if (buffer == NULL)
		buffer = malloc(SCAN_SIZE);
	if (buffer == NULL)
		return ZG_MEMORY;
	*scan = (struct zone_scan){.read = source->read,
	    .context = source->context,
	    .buffer = buffer,
	    .text = buffer,
	    .line = 1};
	memset(buffer, 0, SOURCE_SLACK);
	return ZG_OK;
}

void
zone_scan_clear(struct zone_scan *scan)
{
	free(scan->buffer);
	*scan = (struct zone_scan){0};
}

/* Moves what is left to the front and reads one more block behind it. Called with no more than
 * ZG_ENTRY_TEXT_MAX octets left, so that there is room. */
static zg_status
scan_fill(struct zone_scan *scan, struct zg_error *error)
{
	size_t target, length;
	zg_status status = ZG_OK;

	scan->end -= scan->at;
	memmove(scan->buffer, scan->buffer + scan->at, scan->end);
	scan->at = 0;
	target = scan->end + SCAN_BLOCK;
	/* A pipe gives little at a time: filling the block bounds how often an entry is begun. */
	while (status == ZG_OK && !scan->ended && scan->end < target) {
		status = scan->read(
		    scan->context, scan->buffer + scan->end, target - scan->end, &length, error);
		if (status == ZG_OK && length > target - scan->end)
			status = ZG_INTERNAL;
		if (status == ZG_OK) {
			scan->end += length;
			scan->ended = length == 0;
		}
	}
	memset(scan->buffer + scan->end, 0, SOURCE_SLACK);
	if (status == ZG_OK && scan->line > ZG_LINES_MAX)
		status = error_set(error, ZG_LIMIT, "more than %u lines", ZG_LINES_MAX);
	return status;
}

/* Goes behind the next line end; what cannot hold one is dropped. */
static zg_status
scan_skip_line(struct zone_scan *scan, struct zg_error *error)
{
	zg_status status = ZG_OK;

	while (status == ZG_OK && scan->skip) {
		const uint8_t *from = scan->text + scan->at;
		const uint8_t *newline = memchr(from, '\n', scan->end - scan->at);

		if (newline != NULL) {
			scan->at += (size_t)(newline - from) + 1;
			scan->line++;
			scan->skip = false;
		} else if (scan->ended) {
			scan->at = scan->end;
			scan->skip = false;
		} else {
			scan->at = scan->end;
			status = scan_fill(scan, error);
		}
	}
	return status;
}

#ifdef __SSE2__

/* The first octet at or behind `at` that may end a token: below '*' are all that end one but ';'
 * and the backslash, and a few harmless ones. */
static inline const uint8_t *
find_stop(const uint8_t *at)
{
	const __m128i below = _mm_set1_epi8('*' - 1), semicolon = _mm_set1_epi8(';');
	const __m128i escape = _mm_set1_epi8('\\');

	for (;; at += 16) {
		__m128i octets = _mm_loadu_si128((const void *)at);
		__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(octets, below), octets);
		__m128i others =
		    _mm_or_si128(_mm_cmpeq_epi8(octets, semicolon), _mm_cmpeq_epi8(octets, escape));
		unsigned stops = (unsigned)_mm_movemask_epi8(_mm_or_si128(low, others));

		if (stops != 0)
			return at + TRAILING_ZEROS_64(stops);
	}
}

/* The first octet at or behind `at` that is no blank. */
static inline const uint8_t *
find_text(const uint8_t *at)
{
	const __m128i space = _mm_set1_epi8(' '), tab = _mm_set1_epi8('\t');

	for (;; at += 16) {
		__m128i octets = _mm_loadu_si128((const void *)at);
		__m128i blanks =
		    _mm_or_si128(_mm_cmpeq_epi8(octets, space), _mm_cmpeq_epi8(octets, tab));
		unsigned others = 0xffff & ~(unsigned)_mm_movemask_epi8(blanks);

		if (others != 0)
			return at + TRAILING_ZEROS_64(others);
	}
}

#else

/*
 * The first octet at or behind `at` that may end a token. Looks at eight octets at a time: below
 * '*' are all that end one but ';', and a few harmless ones. In `stops` the high bit of an octet is
 * set where a subtraction borrowed: the lowest one is exact, those above it may be borrows.
 */
static inline const uint8_t *
find_stop(const uint8_t *at)
{
	for (;; at += 8) {
		uint64_t word = load_le64(at);
		uint64_t low = word - OCTETS('*');
		uint64_t semicolon = (word ^ OCTETS(';')) - OCTETS(1);
		uint64_t escape = (word ^ OCTETS('\\')) - OCTETS(1);
		uint64_t stops = (low | semicolon | escape) & ~word & OCTETS(0x80);

		if (stops != 0)
			return at + TRAILING_ZEROS_64(stops) / 8;
	}
}

/* The first octet at or behind `at` that is no blank. */
static inline const uint8_t *
find_text(const uint8_t *at)
{
	while (octet_class[*at] == OCTET_SPACE)
		at++;
	return at;
}

#endif

/* The same; most often there is one blank. */
static inline const uint8_t *
skip_blanks(const uint8_t *at)
{
	if (octet_class[*at] != OCTET_SPACE)
		return at;
	at++;
	return octet_class[*at] != OCTET_SPACE ? at : find_text(at);
}

/* The end of the token at `at`: its first octet that is neither plain nor escaped. A backslash with
 * nothing behind it on its line ends it as well: the caller finds it there. */
static inline const uint8_t *
token_end(const uint8_t *at)
{
	for (;;) {
		uint8_t next;

		at = find_stop(at);
		if (octet_class[*at] == OCTET_PLAIN) {
			at++;
			continue;
		}
		if (LIKELY(*at != '\\'))
			return at;
		next = octet_class[at[1]];
		if (next == OCTET_NEWLINE || next == OCTET_RETURN || next == OCTET_NUL)
			return at;
		at += 2;
	}
}

/* The end of the quoted string whose first octet is at `at`: the closing quote, or the octet that
 * must not be there. */
static const uint8_t *
quoted_end(const uint8_t *at)
{
	for (;; at++) {
		if (*at == '"' || *at == '\n' || *at == 0)
			return at;
		if (*at == '\\') {
			if (at[1] == '\n' || at[1] == 0)
				return at;
			at++;
		}
	}
}

/* Where a comment ends: at its line's end, or at a NUL octet. */
static const uint8_t *
comment_end(const uint8_t *at)
{
	while (*at != '\n' && *at != 0)
		at++;
	return at;
}

enum scan_stop { STOP_ENTRY, STOP_MORE, STOP_BAD };

/* What one pass over an entry carries along. */
struct scan_pass {
	struct zone_scan *scan;
	struct zone_entry *entry;
	const uint8_t *at;
	const uint8_t *end;
	uint64_t line;
	unsigned depth; /* open parentheses */
};

static enum scan_stop
pass_bad(struct scan_pass *pass, const char *why)
{
	pass->entry->why = why;
	return STOP_BAD;
}

/* At a zero octet, or before one that has to be known: the end of what was read, of the file, or a
 * NUL in the text. */
static enum scan_stop
pass_at_nul(struct scan_pass *pass, const uint8_t *nul, const char *cut)
{
	if (nul != pass->end)
		return pass_bad(pass, "NUL octet");
	if (!pass->scan->ended)
		return STOP_MORE;
	return pass_bad(pass, cut);
}

/* A backslash at pass->at that escapes nothing. */
static enum scan_stop
pass_escape(struct scan_pass *pass)
{
	if (pass->at[1] == 0)
		return pass_at_nul(pass, pass->at + 1, "the text ends in a backslash");
	return pass_bad(pass, "backslash at the end of a line");
}

/* A quoted string; pass->at is its opening quote. */
static enum scan_stop
pass_quoted(struct scan_pass *pass)
{
	const uint8_t *from = pass->at + 1;

	pass->at = quoted_end(from);
	if (*pass->at == '\\')
		return pass_escape(pass);
	if (*pass->at == 0)
		return pass_at_nul(pass, pass->at, "the text ends inside a quoted string");
	if (*pass->at == '\n')
		return pass_bad(pass, "line end inside a quoted string");
	if (pass->entry->n_tokens == ZG_ENTRY_TOKENS_MAX)
		return pass_bad(pass, "too many fields");
	pass->entry->tokens[pass->entry->n_tokens++] = (struct text_token){
	    .text = (const char *)from, .length = (uint32_t)(pass->at - from), .quoted = true};
	pass->at++;
	return STOP_ENTRY;
}

/* A carriage return belongs to the line end behind it; alone it is damage. */
static enum scan_stop
pass_return(struct scan_pass *pass)
{
	const uint8_t *next = pass->at + 1;

	if (*next != '\n' && next == pass->end && !pass->scan->ended)
		return STOP_MORE;
	if (*next != '\n' && next != pass->end)
		return pass_bad(pass, "carriage return inside a line");
	pass->at = next;
	return STOP_ENTRY;
}

/* A line end outside parentheses and without tokens before it: the entry begins anew behind it. */
static void
pass_begin(struct scan_pass *pass)
{
	pass->scan->at = (size_t)(pass->at - pass->scan->text);
	pass->scan->line = pass->line;
	pass->entry->line = pass->line;
	pass->entry->blank = octet_class[*pass->at] == OCTET_SPACE;
	pass->entry->n_tokens = 0;
}

/* The end of the text: an entry of its own when it has tokens, and whole. */
static enum scan_stop
pass_end(struct scan_pass *pass)
{
	if (pass->at != pass->end || !pass->scan->ended)
		return pass_at_nul(pass, pass->at, "");
	if (pass->depth > 0)
		return pass_bad(pass, "the text ends inside parentheses");
	return STOP_ENTRY;
}

/* What is neither white space, nor a plain token, nor a parenthesis that is in order. STOP_ENTRY:
 * go on. */
static enum scan_stop
pass_special(struct scan_pass *pass)
{
	switch (octet_class[*pass->at]) {
	case OCTET_QUOTE:
		return pass_quoted(pass);
	case OCTET_RETURN:
		return pass_return(pass);
	case OCTET_COMMENT:
		pass->at = comment_end(pass->at);
		return STOP_ENTRY;
	case OCTET_CLOSE:
		return pass_bad(pass, "closing parenthesis without an opening one");
	default:
		return pass_escape(pass);
	}
}

/* Blanks and plain tokens up to the next octet that is neither: what lines are made of. False when
 * there are too many tokens. */
static inline bool
pass_tokens(struct scan_pass *pass)
{
	const uint8_t *at = pass->at, *from;
	struct text_token *token = pass->entry->tokens + pass->entry->n_tokens;
	struct text_token *end = pass->entry->tokens + ZG_ENTRY_TOKENS_MAX;

	for (;;) {
		from = at = skip_blanks(at);
		if (octet_class[*at] > OCTET_ESCAPE)
			break;
		at = token_end(at);
		if (UNLIKELY(at == from || token == end))
			break;
		token->text = (const char *)from;
		token->length = (uint32_t)(at - from);
		token->quoted = false;
		token++;
	}
	pass->at = at;
	pass->entry->n_tokens = (size_t)(token - pass->entry->tokens);
	return at == from;
}

/* Cuts one entry into tokens. STOP_MORE: its end is not in the buffer yet. */
static enum scan_stop
scan_pass(struct scan_pass *pass)
{
	enum scan_stop stop;

	for (;;) {
		if (!pass_tokens(pass))
			return pass_bad(pass, "too many fields");
		if (*pass->at == '\n') {
			pass->at++;
			pass->line++;
			if (pass->depth > 0)
				continue;
			if (pass->entry->n_tokens > 0)
				return STOP_ENTRY;
			pass_begin(pass);
		} else if (*pass->at == '(') {
			pass->depth++;
			pass->at++;
		} else if (*pass->at == ')' && pass->depth > 0) {
			pass->depth--;
			pass->at++;
		} else if (*pass->at == 0) {
			return pass_end(pass);
		} else {
			stop = pass_special(pass);
			if (stop != STOP_ENTRY)
				return stop;
		}
	}
}

/* Stores what a pass has come to. */
static void
scan_accept(struct zone_scan *scan, const struct scan_pass *pass, enum scan_stop stop)
{
	struct zone_entry *entry = pass->entry;
	size_t length = (size_t)(pass->at - scan->text) - scan->at;

	scan->skip = stop == STOP_BAD;
	if (stop == STOP_ENTRY && UNLIKELY(length > ZG_ENTRY_TEXT_MAX)) {
		entry->why = too_large;
		stop = STOP_BAD;
	}
	entry->kind = stop == STOP_BAD ? ENTRY_BAD : entry->n_tokens > 0 ? ENTRY_TOKENS : ENTRY_END;
	scan->at += length;
	scan->line = pass->line;
}

zg_status
zone_scan_next(struct zone_scan *scan, struct zone_entry *entry, struct zg_error *error)
{
	zg_status status = scan->skip ? scan_skip_line(scan, error) : ZG_OK;

	while (status == ZG_OK) {
		struct scan_pass pass = {.scan = scan,
		    .entry = entry,
		    .at = scan->text + scan->at,
		    .end = scan->text + scan->end,
		    .line = scan->line};
		enum scan_stop stop;

		pass_begin(&pass);
		stop = scan_pass(&pass);
		if (stop == STOP_MORE && scan->end - scan->at > ZG_ENTRY_TEXT_MAX)
			stop = pass_bad(&pass, too_large);
		if (stop != STOP_MORE) {
			scan_accept(scan, &pass, stop);
			return ZG_OK;
		}
		status = scan_fill(scan, error);
	}
	return status;
}
