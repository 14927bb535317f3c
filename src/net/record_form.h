/* The fields of RDATA, as far as transfers must know them. Private to src/net/record*.c. */
#ifndef NET_RECORD_FORM_H
#define NET_RECORD_FORM_H

#include "net/record.h"

/* How many octets a field has: so many, or */
enum record_extent {
	EXTENT_COUNTED = 100, /* one that says how many follow, and these */
	EXTENT_NAME,
	EXTENT_REST
};

struct record_field {
	unsigned extent;
	/* Writes the field; false: it has no presentation form that says exactly these octets. */
	bool (*print)(struct record_writer *writer, const uint8_t *octets, size_t length);
};

#define RECORD_FIELDS_MAX 10
struct record_form {
	const char *type;				      /* mnemonic */
	const struct record_field *fields[RECORD_FIELDS_MAX]; /* ended by NULL */
	bool has_names;					      /* that may be compressed */
};

/* NULL: none is known, and there are no names that may be compressed. */
const struct record_form *record_form(uint16_t type);

/* Octets of the field at `at`, names uncompressed; SIZE_MAX: it is not there. */
static inline size_t
record_extent(const struct record_field *field, const uint8_t *at, size_t left)
{
	size_t length = field->extent;

	if (length == EXTENT_REST)
		return left;
	if (length == EXTENT_NAME) {
		length = name_check(at, left);
		return length > 0 ? length : SIZE_MAX;
	}
	if (length == EXTENT_COUNTED)
		length = left > 0 ? (size_t)at[0] + 1 : SIZE_MAX;
	return length <= left ? length : SIZE_MAX;
}

#endif
