/* Escaping at the border of reports. */
#include "report/escape.h"

/* Not isprint(): that would ask the locale. */
static bool
octet_is_clean(char octet)
{
	return octet >= 0x20 && octet < 0x7f;
}

bool
escape_is_clean(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!octet_is_clean(text[i]))
			return false;
	}
	return true;
}

void
escape_add(struct text_writer *writer, const char *text, size_t length)
{
	size_t clean = 0;

	for (size_t i = 0; i < length; i++) {
		if (octet_is_clean(text[i]))
			continue;
		text_add_bytes(writer, text + clean, i - clean);
		text_printf(writer, "\\%03u", (unsigned)(unsigned char)text[i]);
		clean = i + 1;
	}
	text_add_bytes(writer, text + clean, length - clean);
}
