/* What the distribution servers of a zone serve: one table of formats. */
#include "report/observe_report.h"

#include "report/report_formats.h"

zg_status
observe_render(const struct observe_view *view, enum observe_format format, char **text,
    size_t *length, struct zg_error *error)
{
	static zg_status (*const renderers[])(const struct observe_view *, struct text_writer *) = {
	    [OBSERVE_FORMAT_TEXT] = observe_text_render,
	    [OBSERVE_FORMAT_JSON] = observe_json_render,
	};
	struct text_writer out = {0};
	zg_status status = ZG_PARAMETER;

	if ((size_t)format < sizeof(renderers) / sizeof(renderers[0]))
		status = renderers[format](view, &out);
	return render_end(&out, status, "observe", text, length, error);
}
