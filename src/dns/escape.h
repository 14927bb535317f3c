/* Escapes of presentation forms: \DDD is the octet of that decimal number, \X is X itself (RFC 1035
 * section 5.1). */
#ifndef DNS_ESCAPE_H
#define DNS_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/* The octet that the text at `*at` (of `length`, `*at` less than that) stands for; advances `*at`
 * behind it. -1: a malformed escape. */
static inline int
escape_octet(const char *text, size_t length, size_t *at)
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

#endif
