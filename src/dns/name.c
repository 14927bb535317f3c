/* Domain names in wire form. */
#include "dns/name.h"

#include <string.h>

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
	unsigned labels = name_labels(name), above = name_labels(ancestor);

	return labels >= above && name_equal(name_skip(name, labels - above), ancestor);
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

/* One possibly escaped octet at text[*at]; advances. -1 when the escape is malformed. */
static int
text_octet(const char *text, size_t length, size_t *at)
{
	unsigned value = 0;

	if (text[*at] != '\\')
		return (uint8_t)text[(*at)++];
	if (++*at == length)
		return -1;
	if (text[*at] < '0' || text[*at] > '9')
		return (uint8_t)text[(*at)++];
	for (int i = 0; i < 3; i++, ++*at) {
		if (*at == length || text[*at] < '0' || text[*at] > '9')
			return -1;
		value = value * 10 + (unsigned)(text[*at] - '0');
	}
	return value > 255 ? -1 : (int)value;
}

size_t
name_from_text(const char *text, size_t length, const uint8_t *origin, uint8_t name[ZG_NAME_MAX],
    const char **why)
{
	size_t at = 0, used = 1, label = 0; /* `label`: where the open label's length octet is */
	bool absolute = false;

	*why = NULL;
	if (length == 1 && text[0] == '@') {
		length = 0;
		if (origin == NULL) {
			*why = "'@' without an origin";
			return 0;
		}
	} else if (length == 0) {
		*why = "empty name";
		return 0;
	} else if (length == 1 && text[0] == '.') {
		name[0] = 0;
		return 1;
	}
	while (at < length) {
		bool dot = text[at] == '.';
		int octet;

		if (dot && used - label == 1) {
			*why = "empty label in a name";
			return 0;
		}
		octet = text_octet(text, length, &at);
		if (octet < 0) {
			*why = "malformed escape in a name";
			return 0;
		}
		if (!dot && used - label > ZG_LABEL_MAX) {
			*why = "label longer than 63 octets";
			return 0;
		}
		if (used >= ZG_NAME_MAX) {
			*why = "name longer than 255 octets";
			return 0;
		}
		if (dot) {
			name[label] = (uint8_t)(used - label - 1);
			label = used++;
			absolute = at == length;
		} else
			name[used++] = (uint8_t)octet;
	}
	if (absolute) {
		name[label] = 0;
		return used;
	}
	if (used - label > 1)
		name[label] = (uint8_t)(used - label - 1);
	else
		used--;
	if (origin == NULL) {
		*why = "relative name without an origin";
		return 0;
	}
	if (name_length(origin) > ZG_NAME_MAX - used) {
		*why = "name longer than 255 octets";
		return 0;
	}
	memcpy(name + used, origin, name_length(origin));
	return used + name_length(origin);
}
