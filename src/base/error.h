/* Statuses with a message: set the text, return the code. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <zonegate/status.h>
#include "base/compiler.h"

/* Formats a message into `error` (may be NULL), cut at its size, and returns `status`. */
zg_status error_set(struct zg_error *error, zg_status status, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
