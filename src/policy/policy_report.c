/* Where errors and warnings about a policy go. */
#include "policy/policy_report.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

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

void
policy_first_keep(void *context, const char *file, unsigned line, int is_error, const char *text)
{
	struct policy_first *first = context;

	(void)file;
	if (first->text[0] != '\0' || is_error <= 0)
		return;
	first->line = line;
	(void)snprintf(first->text, sizeof(first->text), "%s", text);
}

zg_status
policy_first_tell(
    struct zg_error *error, zg_status status, const char *label, const struct policy_first *first)
{
	if (first->line == 0)
		return error_set(error, status, "%s: %s", label, first->text);
	return error_set(error, status, "%s:%u: %s", label, first->line, first->text);
}

void
policy_note(struct policy_reporter *reporter, const char *text)
{
	reporter->remark(reporter->context, reporter->label, 0, ZG_REMARK_NOTE, text);
}
