/* The dead-man timer for monitoring plugins, for programs, and for Prometheus. */
#ifndef REPORT_STATUS_REPORT_H
#define REPORT_STATUS_REPORT_H

#include <zonegate/status.h>
#include "base/compiler.h"
#include "base/text_writer.h"
#include "publish/status.h"

enum status_format {
	STATUS_FORMAT_TEXT, /* first line as monitoring plugins print it, with performance data */
	STATUS_FORMAT_JSON,
	STATUS_FORMAT_PROMETHEUS /* for the textfile collector of the node exporter */
};

/* *text is owned by the caller (free). */
MUST_CHECK zg_status status_render(const struct status_list *list, enum status_format format,
    char **text, size_t *length, struct zg_error *error);

/* "ok", "warning", ...: as JSON has it. */
const char *status_level_word(enum status_level level);

/* The renderers: ZG_OK, ZG_MEMORY or ZG_LIMIT. */
MUST_CHECK zg_status status_text_render(const struct status_list *list, struct text_writer *out);
MUST_CHECK zg_status status_json_render(const struct status_list *list, struct text_writer *out);
MUST_CHECK zg_status status_prometheus_render(
    const struct status_list *list, struct text_writer *out);

#endif
