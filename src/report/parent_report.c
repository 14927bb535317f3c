/* What the parent publishes: one table of formats. */
#include "report/parent_report.h"

#include "report/report_formats.h"

zg_status
parent_render(const struct parent_view *view, enum parent_format format, char **text,
    size_t *length, struct zg_error *error)
{
	static zg_status (*const renderers[])(const struct parent_view *, struct text_writer *) = {
	    [PARENT_FORMAT_TEXT] = parent_text_render,
	    [PARENT_FORMAT_JSON] = parent_json_render,
	};
	struct text_writer out = {0};
	zg_status status = ZG_PARAMETER;

	if ((size_t)format < sizeof(renderers) / sizeof(renderers[0]))
		status = renderers[format](view, &out);
	return render_end(&out, status, "parent", text, length, error);
}
