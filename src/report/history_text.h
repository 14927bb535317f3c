/* The history for people: `zonegate history list` and `show`. */
#ifndef REPORT_HISTORY_TEXT_H
#define REPORT_HISTORY_TEXT_H

#include <stddef.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "base/text_writer.h"
#include "publish/history_view.h"

/* The head of the list, and one line for each candidate. */
void history_list_head(struct text_writer *out);
void history_list_line(struct text_writer *out, const struct history_candidate *candidate);

/* All that is kept of a candidate; `report` is its report (JSON), which comes last. Allocated text
 * in *text is owned by the caller. */
MUST_CHECK zg_status history_show_render(const struct history_candidate *candidate,
    const char *report, char **text, size_t *length, struct zg_error *error);

#endif
