/* Where errors and warnings about a policy go. */
#include "policy/policy_report.h"

#include <stdarg.h>
#include <stdio.h>

/* Errors handed on: after so many nobody reads further. */
#define ERRORS_TOLD_MAX 100

/* Messages quote the file: what could drive a terminal is replaced. */
static void
make_plain(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

void
policy_error(
    struct policy_reporter *reporter, zg_status status, unsigned line, const char *format, ...)
{
	char text[ZG_ERROR_TEXT_MAX];
	va_list ap;

	if (reporter->status == ZG_OK)
		reporter->status = status;
	if (++reporter->errors > ERRORS_TOLD_MAX)
		return;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	make_plain(text);
	reporter->remark(reporter->context, reporter->label, line, true, text);
}

void
policy_warning(struct policy_reporter *reporter, unsigned line, const char *format, ...)
{
	char text[ZG_ERROR_TEXT_MAX];
	va_list ap;

	if (!reporter->warnings)
		return;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	make_plain(text);
	reporter->remark(reporter->context, reporter->label, line, false, text);
}
