/* The status of the gate: one table of formats. */
#include "report/status_report.h"

#include "report/report_formats.h"

zg_status
status_render(const struct status_list *list, enum status_format format, char **text,
    size_t *length, struct zg_error *error)
{
	static zg_status (*const renderers[])(const struct status_list *, struct text_writer *) = {
	    [STATUS_FORMAT_TEXT] = status_text_render,
	    [STATUS_FORMAT_JSON] = status_json_render,
	    [STATUS_FORMAT_PROMETHEUS] = status_prometheus_render,
	};
	struct text_writer out = {0};
	zg_status status = ZG_PARAMETER;

	if ((size_t)format < sizeof(renderers) / sizeof(renderers[0]))
		status = renderers[format](list, &out);
	return render_end(&out, status, "status", text, length, error);
}
