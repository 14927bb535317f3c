/* The HTML report: one page that needs nothing else, from a report in its JSON form. */
#ifndef REPORT_REPORT_HTML_H
#define REPORT_REPORT_HTML_H

#include <stddef.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "publish/history_view.h"

/*
 * `json` is a report as report_json_render writes it, or as it was kept: its text is not trusted.
 * `candidate`: what became of it since; NULL: nothing is known. ZG_INPUT_BAD: it is no report.
 * *text is owned by the caller (free).
 */
MUST_CHECK zg_status report_html_page(const char *json, const struct history_candidate *candidate,
    char **text, size_t *length, struct zg_error *error);

#endif
