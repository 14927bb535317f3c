/* What the parent publishes: one table of formats. */
#include "report/parent_report.h"

#include "base/error.h"

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

	*text = NULL;
	*length = 0;
	if ((size_t)format < sizeof(renderers) / sizeof(renderers[0]))
		status = renderers[format](view, &out);
	if (status == ZG_OK && out.failed)
		status = ZG_MEMORY;
	if (status != ZG_OK) {
		text_writer_clear(&out);
		return error_set(error, status, "parent: %s", zg_status_text(status));
	}
	*text = out.text;
	*length = out.used;
	return ZG_OK;
}
