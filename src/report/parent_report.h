/* What the parent publishes, and how that is known: for people, plugins and programs. */
#ifndef REPORT_PARENT_REPORT_H
#define REPORT_PARENT_REPORT_H

#include <zonegate/status.h>
#include "base/compiler.h"
#include "base/text_writer.h"
#include "publish/parent_judge.h"

enum parent_format { PARENT_FORMAT_TEXT, PARENT_FORMAT_JSON };

/* All borrowed. */
struct parent_view {
	const char *zone;
	int64_t now;
	const struct parent_rules *rules;
	const struct parent_look *look;	      /* servers; time 0: nobody looked */
	int64_t seen;			      /* when that was last so */
	const struct parent_known *known;     /* what the history has beside; NULL: nothing */
	const struct release_facts *in_force; /* NULL: no release is known */
	const struct status_report *status;   /* what is to be said of it; NULL: nothing */
	bool plugin;			      /* the first line is what monitoring plugins print */
	bool color;
};

/* *text is owned by the caller (free). */
MUST_CHECK zg_status parent_render(const struct parent_view *view, enum parent_format format,
    char **text, size_t *length, struct zg_error *error);

/* The renderers: ZG_OK, ZG_MEMORY or ZG_LIMIT. */
MUST_CHECK zg_status parent_text_render(const struct parent_view *view, struct text_writer *out);
MUST_CHECK zg_status parent_json_render(const struct parent_view *view, struct text_writer *out);

#endif
