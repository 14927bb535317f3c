/* Text on its way into the history: bounded, printable UTF-8; names of zones in one form. */
#include "history/history_private.h"

#include <string.h>

#include "base/error.h"
#include "dns/name.h"

/* Octets of the UTF-8 sequence at `text` (RFC 3629 section 4), 0: there is none. A NUL ends every
 * sequence, so nothing behind the end is looked at. */
static size_t
utf8_length(const char *text)
{
	const uint8_t *at = (const uint8_t *)text;
	uint8_t low = 0x80, high = 0xbf;
	size_t length = 1;

	if (at[0] < 0x80)
		return 1;
	if (at[0] >= 0xc2 && at[0] <= 0xdf)
		length = 2;
	else if (at[0] >= 0xe0 && at[0] <= 0xef) {
		length = 3;
		low = at[0] == 0xe0 ? 0xa0 : 0x80;  /* no overlong form */
		high = at[0] == 0xed ? 0x9f : 0xbf; /* no surrogate */
	} else if (at[0] >= 0xf0 && at[0] <= 0xf4) {
		length = 4;
		low = at[0] == 0xf0 ? 0x90 : 0x80;
		high = at[0] == 0xf4 ? 0x8f : 0xbf;
	} else
		return 0;
	if (at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	}
	return length;
}

/* Control characters: C0, DEL, and C1 as UTF-8 writes them. */
static bool
is_control(const char *text, size_t length)
{
	uint8_t first = (uint8_t)text[0];

	return first < 0x20 || first == 0x7f ||
	       (length == 2 && first == 0xc2 && (uint8_t)text[1] < 0xa0);
}

void
text_clean(char *out, size_t size, const char *text)
{
	size_t used = 0, length;

	for (const char *at = text == NULL ? "" : text; *at != '\0'; at += length) {
		const char *from = at;
		size_t n;

		length = utf8_length(at);
		n = length;
		if (length == 0 || is_control(at, length)) {
			from = "?";
			n = 1;
			length = length == 0 ? 1 : length;
		}
		if (n >= size - used)
			break;
		memcpy(out + used, from, n);
		used += n;
	}
	out[used] = '\0';
}

bool
text_is_clean(const char *text)
{
	for (size_t n; *text != '\0'; text += n) {
		n = utf8_length(text);
		if (n == 0 || is_control(text, n))
			return false;
	}
	return true;
}

bool
text_is_utf8(const char *text, size_t length)
{
	const char *end = text + length;

	for (size_t n; text < end; text += n) {
		n = utf8_length(text);
		if (n == 0 || *text == '\0')
			return false;
	}
	return true;
}

zg_status
zone_name(const char *zone, char out[NAME_TEXT_SIZE], struct zg_error *error)
{
	static const uint8_t root[1] = {0};
	uint8_t name[ZG_NAME_MAX];
	const char *why;

	out[0] = '\0';
	if (zone == NULL || zone[0] == '\0')
		return ZG_OK;
	if (name_from_text_lower(zone, strlen(zone), root, name, &why) == 0)
		return error_set(error, ZG_PARAMETER, "the zone's name: %s", why);
	(void)name_to_text(name, out);
	return ZG_OK;
}
