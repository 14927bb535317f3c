/* Rollouts: for people, whose terminals stay open, and for programs. */
#ifndef REPORT_ROLLOUT_REPORT_H
#define REPORT_ROLLOUT_REPORT_H

#include <zonegate/gate.h>
#include <zonegate/status.h>
#include "base/compiler.h"
#include "base/text_writer.h"
#include "publish/rollout_view.h"

enum rollout_format { ROLLOUT_FORMAT_TEXT, ROLLOUT_FORMAT_JSON };

/* One zone. All borrowed. */
struct rollout_report {
	const struct rollout_view *view;
	const struct rollout_next *next;
	const struct zg_stage_approval *approvals; /* of the next stage */
	size_t n_approvals;
};

struct rollout_page {
	const struct rollout_report *zones;
	size_t n_zones;
	bool single; /* JSON: of one zone, which stands for itself */
	bool brief;  /* text: a line a zone */
	bool color;
};

/* *text is owned by the caller (free). */
MUST_CHECK zg_status rollout_render(const struct rollout_page *page, enum rollout_format format,
    char **text, size_t *length, struct zg_error *error);

/* Where a stage is; the word of it, "good", "next", is the same in both forms. */
enum rollout_stage_state {
	ROLLOUT_STAGE_LATER,
	ROLLOUT_STAGE_NEXT,
	ROLLOUT_STAGE_OTHER,   /* has the text of a rollout that this one replaced */
	ROLLOUT_STAGE_ENTERED, /* its target may have been renamed */
	ROLLOUT_STAGE_FAILED,  /* it was, and the command failed */
	ROLLOUT_STAGE_REACHED, /* not yet looked at */
	ROLLOUT_STAGE_GOOD,
	ROLLOUT_STAGE_BAD,
	ROLLOUT_STAGE_BACK /* has the release in force again */
};
enum rollout_stage_state rollout_stage_state(const struct rollout *rollout, size_t stage);
const char *rollout_stage_word(enum rollout_stage_state state);

/* The renderers: ZG_OK, ZG_MEMORY or ZG_LIMIT. */
MUST_CHECK zg_status rollout_text_render(const struct rollout_page *page, struct text_writer *out);
MUST_CHECK zg_status rollout_json_render(const struct rollout_page *page, struct text_writer *out);

#endif
