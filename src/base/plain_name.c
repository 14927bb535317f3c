/* Names in the configurations of others. */
#include "base/plain_name.h"

#include <stdbool.h>

static bool
octet_is_digit(char octet)
{
	return octet >= '0' && octet <= '9';
}

static bool
octet_is_plain(char octet)
{
	return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
	       octet_is_digit(octet) || octet == '-' || octet == '_' || octet == '.';
}

/* `slash` is what stands for a backslash. */
static void
name_add(struct text_writer *out, const char *name, const char *slash)
{
	while (*name != '\0') {
		bool escaped = name[0] == '\\' && name[1] != '\0';

		if (escaped && octet_is_digit(name[1]) && octet_is_digit(name[2]) &&
		    octet_is_digit(name[3])) {
			text_add(out, slash);
			text_add_bytes(out, name + 1, 3);
			name += 4;
			continue;
		}
		name += escaped;
		if (!escaped && octet_is_plain(*name))
			text_add_bytes(out, name, 1);
		else
			text_printf(out, "%s%03u", slash, (unsigned)(unsigned char)*name);
		name++;
	}
}

void
plain_name_add(struct text_writer *out, const char *name)
{
	name_add(out, name, "\\");
}

void
plain_name_add_lua(struct text_writer *out, const char *name)
{
	name_add(out, name, "\\\\");
}
