/* Domain names in wire form. */
#include "dns/name.h"

#include <string.h>

#include "base/compiler.h"
#include "base/word.h"
#include "dns/escape.h"

size_t
name_length(const uint8_t *name)
{
	size_t length = 0;

	while (name[length] != 0)
		length += (size_t)name[length] + 1;
	return length + 1;
}

unsigned
name_labels(const uint8_t *name)
{
	unsigned labels = 0;

	for (; *name != 0; name += (size_t)*name + 1)
		labels++;
	return labels;
}

unsigned
name_rrsig_labels(const uint8_t *name)
{
	return name_labels(name) - (name_is_wildcard(name) ? 1 : 0);
}

size_t
name_check(const uint8_t *bytes, size_t length)
{
	size_t at = 0;

	while (at < length && at < ZG_NAME_MAX) {
		if (bytes[at] == 0)
			return at + 1;
		if (bytes[at] > ZG_LABEL_MAX)
			return 0;
		at += (size_t)bytes[at] + 1;
	}
	return 0;
}

const uint8_t *
name_take(struct byte_reader *reader)
{
	size_t length = reader->failed ? 0 : name_check(reader->at, reader->left);

	if (length == 0) {
		reader->failed = true;
		return NULL;
	}
	return byte_reader_take(reader, length);
}

void
name_lower(uint8_t *name)
{
	/* Length octets are at most 63, below the letters: they pass unchanged. */
	for (size_t length = name_length(name); length > 0; length--, name++)
		*name = octet_lower(*name);
}

static bool
octets_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (octet_lower(a[i]) != octet_lower(b[i]))
			return false;
	}
	return true;
}

bool
name_equal(const uint8_t *a, const uint8_t *b)
{
	size_t length = name_length(a);

	return length == name_length(b) && octets_equal(a, b, length);
}

/* Pointers to the labels of `name`, first label first; returns how many. */
static unsigned
name_split(const uint8_t *name, const uint8_t *labels[ZG_LABELS_MAX + 1])
{
	unsigned n = 0;

	for (; *name != 0; name += (size_t)*name + 1)
		labels[n++] = name;
	return n;
}

int
name_compare(const uint8_t *a, const uint8_t *b)
{
	const uint8_t *a_labels[ZG_LABELS_MAX + 1], *b_labels[ZG_LABELS_MAX + 1];
	unsigned a_left = name_split(a, a_labels), b_left = name_split(b, b_labels);

	while (a_left > 0 && b_left > 0) {
		const uint8_t *x = a_labels[--a_left], *y = b_labels[--b_left];
		int order = memcmp(x + 1, y + 1, *x < *y ? *x : *y);

		if (order != 0)
			return order;
		if (*x != *y)
			return *x < *y ? -1 : 1;
	}
	return (a_left > 0) - (b_left > 0);
}

bool
name_in(const uint8_t *name, const uint8_t *ancestor)
{
	size_t left = name_length(name), length = name_length(ancestor);
	const uint8_t *end = name + left - length;

	/* Most names that are asked about differ, and are not gone through label by label. */
	if (left < length || !octets_equal(end, ancestor, length))
		return false;
	while (name < end)
		name += (size_t)*name + 1;
	return name == end;
}

const uint8_t *
name_parent(const uint8_t *name)
{
	return *name == 0 ? name : name + (size_t)*name + 1;
}

const uint8_t *
name_skip(const uint8_t *name, unsigned n)
{
	for (; n > 0 && *name != 0; n--)
		name += (size_t)*name + 1;
	return name;
}

bool
name_is_wildcard(const uint8_t *name)
{
	return name[0] == 1 && name[1] == '*';
}

uint64_t
name_sort_key(const uint8_t *name, unsigned apex_labels)
{
	const uint8_t *labels[ZG_LABELS_MAX + 1];
	unsigned left = name_split(name, labels);
	uint8_t octets[8 + 2] = {0};
	unsigned filled = 0;
	uint64_t key = 0;

	/*
	 * The labels below the apex, last label first, each ended by a zero octet so that a shorter
	 * label sorts before any that it begins. Octets 0 and 1 are written as 1 1 and 1 2.
	 */
	left = left > apex_labels ? left - apex_labels : 0;
	while (left > 0 && filled < 8) {
		const uint8_t *label = labels[--left];

		for (unsigned i = 1; i <= *label && filled < 8; i++) {
			if (label[i] <= 1) {
				octets[filled++] = 1;
				octets[filled++] = (uint8_t)(label[i] + 1);
			} else
				octets[filled++] = label[i];
		}
		if (filled < 8)
			octets[filled++] = 0;
	}
	for (unsigned i = 0; i < 8; i++)
		key = key << 8 | octets[i];
	return key;
}

static bool
octet_is_plain(uint8_t octet)
{
	return octet > 0x20 && octet < 0x7f && strchr("\".();@$\\", octet) == NULL;
}

size_t
name_to_text(const uint8_t *name, char text[NAME_TEXT_MAX])
{
	char *out = text;

	if (*name == 0)
		*out++ = '.';
	while (*name != 0) {
		unsigned length = *name++;

		for (; length > 0; length--, name++) {
			if (octet_is_plain(*name)) {
				*out++ = (char)*name;
				continue;
			}
			*out++ = '\\';
			*out++ = (char)('0' + *name / 100);
			*out++ = (char)('0' + *name / 10 % 10);
			*out++ = (char)('0' + *name % 10);
		}
		*out++ = '.';
	}
	*out = '\0';
	return (size_t)(out - text);
}

/* What becomes of an octet of a name: added to it to make it lower case, or NAME_STOP for the two
 * that mean something. */
#define NAME_STOP 0xff
#define FOLD	  ('a' - 'A')
static const uint8_t name_octets_keep[256] = {['.'] = NAME_STOP, ['\\'] = NAME_STOP};
static const uint8_t name_octets_fold[256] = {['.'] = NAME_STOP,
    ['\\'] = NAME_STOP,
    ['A'] = FOLD,
    ['B'] = FOLD,
    ['C'] = FOLD,
    ['D'] = FOLD,
    ['E'] = FOLD,
    ['F'] = FOLD,
    ['G'] = FOLD,
    ['H'] = FOLD,
    ['I'] = FOLD,
    ['J'] = FOLD,
    ['K'] = FOLD,
    ['L'] = FOLD,
    ['M'] = FOLD,
    ['N'] = FOLD,
    ['O'] = FOLD,
    ['P'] = FOLD,
    ['Q'] = FOLD,
    ['R'] = FOLD,
    ['S'] = FOLD,
    ['T'] = FOLD,
    ['U'] = FOLD,
    ['V'] = FOLD,
    ['W'] = FOLD,
    ['X'] = FOLD,
    ['Y'] = FOLD,
    ['Z'] = FOLD};

static size_t
name_refuse(const char **why, const char *reason)
{
	*why = reason;
	return 0;
}

/* Writes the labels' length octet; false when the label from `label` to `out` has a length that no
 * label has. */
static inline bool
close_label(uint8_t *label, const uint8_t *out, const char **why)
{
	size_t length = (size_t)(out - label) - 1;

	if (UNLIKELY(length == 0 || length > ZG_LABEL_MAX)) {
		*why = length == 0 ? "empty label in a name" : "label longer than 63 octets";
		return false;
	}
	*label = (uint8_t)length;
	return true;
}

/* Appends `origin` to the `used` octets of a relative name. */
static size_t
append_origin(uint8_t *name, size_t used, const uint8_t *origin, bool fold, const char **why)
{
	size_t length;

	if (origin == NULL)
		return name_refuse(why, "relative name without an origin");
	length = name_length(origin);
	if (length > ZG_NAME_MAX - used)
		return name_refuse(why, "name longer than 255 octets");
	memcpy(name + used, origin, length);
	if (fold)
		name_lower(name + used);
	return used + length;
}

/* Octets of text whose copy, in steps of eight, does not go beyond a name. */
#define PLAIN_MAX ((ZG_NAME_MAX - 1) / 8 * 8)

/*
 * Copies text[0 .. length), at most 64 octets, to `name`, letters in lower case when they are to
 * be. Stores which of them are dots, bit i for octet i. False: there is a backslash, or an octet
 * that is not ASCII, which the sums below are not made for.
 */
static inline bool
copy_octets(const char *text, size_t length, uint8_t *name, bool fold, uint64_t *dots)
{
	uint64_t all = 0, plain = OCTETS(0x80);

	*dots = 0;
	for (size_t at = 0; at < length; at += 8) {
		uint64_t word = load_le(text + at, length - at < 8 ? length - at : 8);
		/* The high bit of a sum is clear for the one octet that is looked for. */
		uint64_t other = (word ^ OCTETS('.')) + OCTETS(0x7f);

		all |= word;
		plain &= (word ^ OCTETS('\\')) + OCTETS(0x7f);
		*dots |= octets_bits(~other & OCTETS(0x80)) << at;
		if (fold) {
			uint64_t upper = (word + OCTETS(0x80 - 'A')) & ~(word + OCTETS(0x7f - 'Z'));

			word += (upper & OCTETS(0x80)) >> 2;
		}
		/* Up to seven octets too many: what comes behind is written later. */
		store_le64(name + at, word);
	}
	return plain == OCTETS(0x80) && (all & OCTETS(0x80)) == 0;
}

/*
 * Plain labels. Each octet of the text comes to stand one place further on, so that each
 * dot becomes the length octet of the label behind it. Stores where the last one's length octet
 * belongs, behind the text when that ends in a dot. False with *why NULL: they are not plain.
 */
static inline bool
copy_labels(
    const char *text, size_t length, uint8_t *name, size_t *last, const char **why, bool fold)
{
	size_t label = 0;

	for (size_t at = 0; at < length; at += 64) {
		size_t n = length - at < 64 ? length - at : 64;
		uint64_t dots;

		if (UNLIKELY(!copy_octets(text + at, n, name + 1 + at, fold, &dots)))
			return false;
		for (; dots != 0; dots &= dots - 1) {
			size_t next = at + TRAILING_ZEROS_64(dots) + 1;

			if (!close_label(name + label, name + next, why))
				return false;
			label = next;
		}
	}
	*last = label;
	return true;
}

/* A presentation name with escapes, or a long one. */
static size_t
parse_escaped(const char *text, size_t length, const uint8_t *origin, uint8_t *name,
    const char **why, bool fold)
{
	const uint8_t *octets = fold ? name_octets_fold : name_octets_keep;
	/* One octet is kept free for the length octet that follows. */
	uint8_t *label = name, *out = name + 1, *const limit = name + ZG_NAME_MAX - 1;
	size_t at = 0;

	while (at < length) {
		size_t room = (size_t)(limit - out);
		size_t stop = length - at > room ? at + room : length;

		for (; at < stop; at++) {
			uint8_t octet = (uint8_t)text[at], add = octets[octet];

			if (add == NAME_STOP)
				break;
			*out++ = (uint8_t)(octet + add);
		}
		if (at == length)
			break;
		if (UNLIKELY(out == limit && text[at] != '.'))
			return name_refuse(why, "name longer than 255 octets");
		if (text[at] == '.') {
			if (!close_label(label, out, why))
				return 0;
			label = out++;
			at++;
		} else {
			int octet = escape_octet(text, length, &at);

			if (octet < 0)
				return name_refuse(why, "malformed escape in a name");
			*out++ = fold ? octet_lower((uint8_t)octet) : (uint8_t)octet;
		}
		if (UNLIKELY(out > limit) && at < length)
			return name_refuse(why, "name longer than 255 octets");
	}
	if (label + 1 == out) { /* ended by a dot: absolute */
		*label = 0;
		return (size_t)(out - name);
	}
	if (!close_label(label, out, why))
		return 0;
	return append_origin(name, (size_t)(out - name), origin, fold, why);
}

/* A presentation name of one or more octets other than "@" and ".". */
static inline size_t
parse_labels(const char *text, size_t length, const uint8_t *origin, uint8_t *name,
    const char **why, bool fold)
{
	size_t last;

	if (UNLIKELY(length > PLAIN_MAX))
		return parse_escaped(text, length, origin, name, why, fold);
	if (UNLIKELY(!copy_labels(text, length, name, &last, why, fold)))
		return *why != NULL ? 0 : parse_escaped(text, length, origin, name, why, fold);
	if (last == length) { /* ended by a dot: absolute */
		name[length] = 0;
		return length + 1;
	}
	if (!close_label(name + last, name + length + 1, why))
		return 0;
	return append_origin(name, length + 1, origin, fold, why);
}

/* Any presentation name. */
static inline size_t
parse_name(const char *text, size_t length, const uint8_t *origin, uint8_t *name, const char **why,
    bool fold)
{
	*why = NULL;
	if (UNLIKELY(length == 0))
		return name_refuse(why, "empty name");
	if (length == 1 && text[0] == '.') {
		name[0] = 0;
		return 1;
	}
	if (length == 1 && text[0] == '@') {
		if (origin == NULL)
			return name_refuse(why, "'@' without an origin");
		return append_origin(name, 0, origin, fold, why);
	}
	return parse_labels(text, length, origin, name, why, fold);
}

size_t
name_from_text(const char *text, size_t length, const uint8_t *origin, uint8_t name[ZG_NAME_MAX],
    const char **why)
{
	return parse_name(text, length, origin, name, why, false);
}

size_t
name_from_text_lower(const char *text, size_t length, const uint8_t *origin,
    uint8_t name[ZG_NAME_MAX], const char **why)
{
	return parse_name(text, length, origin, name, why, true);
}
