/*
 * Domain names in wire form (RFC 1035 section 3.1), uncompressed: length octets and labels, ended
 * by the root label. Owner names are kept in lower case, the canonical form of RFC 4034 section
 * 6.2. A `const uint8_t *name` is such a name and always valid: it was checked when it came in.
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/byte_reader.h"
#include <zonegate/limits.h>

/* Longest presentation form: every octet as \DDD, a dot for each label, NUL. */
#define NAME_TEXT_MAX (ZG_NAME_MAX * 4 + 1)

/* Octets of `name`, the root label included. */
size_t name_length(const uint8_t *name);

/* Labels of `name`, the root label not counted. */
unsigned name_labels(const uint8_t *name);

/* Labels as RRSIG counts them: neither the root label nor a leading asterisk (RFC 4034 section
 * 3.1.3). */
unsigned name_rrsig_labels(const uint8_t *name);

/* Length of the name at `bytes`, or 0 when it is cut, compressed or longer than 255 octets. */
size_t name_check(const uint8_t *bytes, size_t length);

/* The name at the reader, or NULL (and failed). */
const uint8_t *name_take(struct byte_reader *reader);

/* Lower-cases the ASCII letters of a valid name in place. */
void name_lower(uint8_t *name);
static inline uint8_t
octet_lower(uint8_t octet)
{
	return (uint8_t)(octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet);
}

/* Equal, letter case ignored. */
bool name_equal(const uint8_t *a, const uint8_t *b);

/* Canonical order of RFC 4034 section 6.1 of two lower-case names: < 0, 0, > 0. */
int name_compare(const uint8_t *a, const uint8_t *b);

/* `name` is `ancestor` or lies below it, letter case ignored. */
bool name_in(const uint8_t *name, const uint8_t *ancestor);

/* `name` without its first label; the root stays the root. Points into `name`. */
const uint8_t *name_parent(const uint8_t *name);

/* `name` without its first `n` labels. Points into `name`. */
const uint8_t *name_skip(const uint8_t *name, unsigned n);

/* The first label is a single asterisk (RFC 4592 section 2.1.1). */
bool name_is_wildcard(const uint8_t *name);

/*
 * A sortable prefix of a lower-case name that lies in `apex` of `apex_labels` labels: names that
 * compare different by it compare the same way by name_compare; equal keys say nothing.
 */
uint64_t name_sort_key(const uint8_t *name, unsigned apex_labels);

/* Presentation form, absolute, every octet that is not plain escaped (RFC 1035 section 5.1): safe
 * for terminals and logs. Returns the length. */
size_t name_to_text(const uint8_t *name, char text[NAME_TEXT_MAX]);

/*
 * An absolute or relative presentation name to wire form; relative ones get `origin` (NULL: not
 * allowed). Returns the wire length, or 0 with `*why` set to a static phrase. Letter case is kept.
 */
size_t name_from_text(const char *text, size_t length, const uint8_t *origin,
    uint8_t name[ZG_NAME_MAX], const char **why);

/* The same in lower case. */
size_t name_from_text_lower(const char *text, size_t length, const uint8_t *origin,
    uint8_t name[ZG_NAME_MAX], const char **why);

#endif
