/*
 * Names in languages of others: configurations, command lines. A name is hostile text there: it is
 * given a form in which no octet means anything.
 */
#ifndef BASE_PLAIN_NAME_H
#define BASE_PLAIN_NAME_H

#include "base/text_writer.h"

/*
 * Adds a name, given in presentation form, with every octet but letters, digits, hyphen, underscore
 * and the dots between labels as a backslash and three digits (RFC 1035 section 5.1): no quote, no
 * blank, no brace. Resolvers read that as the same name; in single quotes no shell changes it.
 */
void plain_name_add(struct text_writer *out, const char *name);

/* The same where a backslash itself begins an escape: strings of Lua. */
void plain_name_add_lua(struct text_writer *out, const char *name);

#endif
