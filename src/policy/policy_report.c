/* Where errors and warnings about a policy go. */
#include "policy/policy_report.h"

#include <stdarg.h>
#include <stdio.h>

/* Messages quote the file: what could drive a terminal is replaced. */
static void
make_plain(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

static void
hand_on(struct policy_reporter *reporter, unsigned line, bool is_error, const char *format,
    va_list ap)
{
	char text[ZG_ERROR_TEXT_MAX];

	(void)vsnprintf(text, sizeof(text), format, ap);
	make_plain(text);
	reporter->remark(reporter->context, reporter->label, line, is_error, text);
}

void
policy_error(
    struct policy_reporter *reporter, zg_status status, unsigned line, const char *format, ...)
{
	va_list ap;

	if (reporter->status == ZG_OK)
		reporter->status = status;
	reporter->errors++;
	va_start(ap, format);
	hand_on(reporter, line, true, format, ap);
	va_end(ap);
}

void
policy_warning(struct policy_reporter *reporter, unsigned line, const char *format, ...)
{
	va_list ap;

	if (!reporter->warnings)
		return;
	va_start(ap, format);
	hand_on(reporter, line, false, format, ap);
	va_end(ap);
}
