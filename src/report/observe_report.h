/* What the distribution servers of a zone serve: for people and for programs. */
#ifndef REPORT_OBSERVE_REPORT_H
#define REPORT_OBSERVE_REPORT_H

#include <zonegate/status.h>
#include "base/compiler.h"
#include "base/text_writer.h"
#include "publish/observe_log.h"
#include "publish/provider_log.h"

enum observe_format { OBSERVE_FORMAT_TEXT, OBSERVE_FORMAT_JSON };

/* All borrowed. */
struct observe_view {
	const struct zone_look *look;
	const struct provider_look *providers; /* servers of other providers */
	size_t n_providers;
	bool confirmed; /* the release is, by this look or one before */
	bool recorded;	/* else nothing was written */
	bool color;
};

/* *text is owned by the caller (free). */
MUST_CHECK zg_status observe_render(const struct observe_view *view, enum observe_format format,
    char **text, size_t *length, struct zg_error *error);

/* The renderers: ZG_OK, ZG_MEMORY or ZG_LIMIT. */
MUST_CHECK zg_status observe_text_render(const struct observe_view *view, struct text_writer *out);
MUST_CHECK zg_status observe_json_render(const struct observe_view *view, struct text_writer *out);

#endif
