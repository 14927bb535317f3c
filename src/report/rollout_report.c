/* Rollouts: one table of formats, and the words that they share. */
#include "report/rollout_report.h"

#include "report/report_formats.h"

enum rollout_stage_state
rollout_stage_state(const struct rollout *rollout, size_t index)
{
	const struct rollout_stage *stage = &rollout->stages[index];

	if (stage->put_back != 0)
		return ROLLOUT_STAGE_BACK;
	if (stage->reached != 0 && stage->looked == 0)
		return ROLLOUT_STAGE_REACHED;
	if (stage->reached != 0)
		return stage->good ? ROLLOUT_STAGE_GOOD : ROLLOUT_STAGE_BAD;
	if (stage->entered != 0)
		return stage->failed[0] != '\0' ? ROLLOUT_STAGE_FAILED : ROLLOUT_STAGE_ENTERED;
	if (rollout_is_running(rollout) && index == rollout_n_reached(rollout))
		return ROLLOUT_STAGE_NEXT;
	return stage->other ? ROLLOUT_STAGE_OTHER : ROLLOUT_STAGE_LATER;
}

const char *
rollout_stage_word(enum rollout_stage_state state)
{
	static const char *const words[] = {
	    [ROLLOUT_STAGE_LATER] = "later",
	    [ROLLOUT_STAGE_NEXT] = "next",
	    [ROLLOUT_STAGE_OTHER] = "other",
	    [ROLLOUT_STAGE_ENTERED] = "entered",
	    [ROLLOUT_STAGE_FAILED] = "failed",
	    [ROLLOUT_STAGE_REACHED] = "reached",
	    [ROLLOUT_STAGE_GOOD] = "good",
	    [ROLLOUT_STAGE_BAD] = "bad",
	    [ROLLOUT_STAGE_BACK] = "back",
	};

	return words[state];
}

zg_status
rollout_render(const struct rollout_page *page, enum rollout_format format, char **text,
    size_t *length, struct zg_error *error)
{
	static zg_status (*const renderers[])(const struct rollout_page *, struct text_writer *) = {
	    [ROLLOUT_FORMAT_TEXT] = rollout_text_render,
	    [ROLLOUT_FORMAT_JSON] = rollout_json_render,
	};
	struct text_writer out = {0};
	zg_status status = ZG_PARAMETER;

	if ((size_t)format < sizeof(renderers) / sizeof(renderers[0]))
		status = renderers[format](page, &out);
	return render_end(&out, status, "rollout", text, length, error);
}
