/* Statuses with a message. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

zg_status
error_set(struct zg_error *error, zg_status status, const char *format, ...)
{
	va_list ap;

	if (error != NULL) {
		va_start(ap, format);
		(void)vsnprintf(error->text, sizeof(error->text), format, ap);
		va_end(ap);
	}
	return status;
}

static const struct {
	zg_status status;
	const char *text;
} status_texts[] = {
    {ZG_OK, "ok"},
    {ZG_MEMORY, "out of memory"},
    {ZG_LIMIT, "a limit was reached"},
    {ZG_PARAMETER, "unusable parameter"},
    {ZG_READ, "cannot read an input"},
    {ZG_WRITE, "cannot write an output"},
    {ZG_POLICY, "bad policy"},
    {ZG_DS_SYNTAX, "bad DS file"},
    {ZG_INPUT_MISSING, "a required input is missing"},
    {ZG_INPUT_BAD, "an input beside the zone cannot be used"},
    {ZG_CRYPTO, "the cryptographic library failed"},
    {ZG_NOT_SUPPORTED, "not supported"},
    {ZG_INTERNAL, "internal error"},
};

const char *
zg_status_text(zg_status status)
{
	for (size_t i = 0; i < sizeof(status_texts) / sizeof(status_texts[0]); i++) {
		if (status_texts[i].status == status)
			return status_texts[i].text;
	}
	return "unknown status";
}
