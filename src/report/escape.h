/*
 * The border of reports: whatever a string holds, only printable ASCII leaves. The library's
 * results are escaped already; here nobody relies on it.
 */
#ifndef REPORT_ESCAPE_H
#define REPORT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text_writer.h"

/* Every octet of `text` is printable ASCII or a space. */
bool escape_is_clean(const char *text, size_t length);

/*
 * Adds `text` with each control character and each octet outside ASCII written as a backslash and
 * three decimal digits, as in zone files (RFC 1035 section 5.1). A backslash stays as it is: in a
 * result it begins an escape.
 */
void escape_add(struct text_writer *writer, const char *text, size_t length);

#endif
