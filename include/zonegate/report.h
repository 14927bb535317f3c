/* Reports: a result as text, JSON, or one page of HTML. */
#ifndef ZONEGATE_REPORT_H
#define ZONEGATE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <zonegate/gate.h>

enum zg_format { ZG_FORMAT_TEXT, ZG_FORMAT_JSON, ZG_FORMAT_HTML };

struct zg_report_options {
	enum zg_format format;
	bool color;			/* ANSI colours in text */
	const struct zg_timing *timing; /* borrowed; told in JSON; NULL: not told */
};

/* Renders `result`. *text is NUL-terminated, `*length` octets, owned by the caller (free). */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_report_render(const struct zg_result *result,
    const struct zg_report_options *options, char **text, size_t *length, struct zg_error *error);

#endif
