/* The renderers, one for each format. They write into `out`, which the caller owns. */
#ifndef REPORT_REPORT_FORMATS_H
#define REPORT_REPORT_FORMATS_H

#include <zonegate/report.h>
#include "base/compiler.h"
#include "base/text_writer.h"

/* For people. ZG_OK or ZG_MEMORY. */
MUST_CHECK zg_status report_text_render(const struct zg_result *result,
    const struct zg_report_options *options, struct text_writer *out);

/* For programs: policies/report.schema.json. ZG_OK, ZG_MEMORY, or ZG_LIMIT: a number is beyond
 * 2^53 - 1, where readers of JSON begin to round. */
MUST_CHECK zg_status report_json_render(const struct zg_result *result,
    const struct zg_report_options *options, struct text_writer *out);

/* One self-contained page, for people who are on duty. ZG_OK, ZG_MEMORY or ZG_LIMIT. */
MUST_CHECK zg_status report_html_render(const struct zg_result *result,
    const struct zg_report_options *options, struct text_writer *out);

/* What a format has written becomes *text, owned by the caller; after a failure it is freed, and
 * `error` says that `what` could not be rendered. */
MUST_CHECK zg_status render_end(struct text_writer *out, zg_status status, const char *what,
    char **text, size_t *length, struct zg_error *error);

#endif
