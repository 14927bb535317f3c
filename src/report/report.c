/* Reports: one table of formats. */
#include <zonegate/report.h>

#include "base/error.h"
#include "report/report_formats.h"

static const struct {
	enum zg_format format;
	zg_status (*render)(const struct zg_result *result, const struct zg_report_options *options,
	    struct text_writer *out);
} formats[] = {
    {ZG_FORMAT_TEXT, report_text_render},
    {ZG_FORMAT_JSON, report_json_render},
    {ZG_FORMAT_HTML, report_html_render},
};

static zg_status
render(const struct zg_result *result, const struct zg_report_options *options,
    struct text_writer *out)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i].format == options->format)
			return formats[i].render(result, options, out);
	}
	return ZG_PARAMETER;
}

zg_status
render_end(struct text_writer *out, zg_status status, const char *what, char **text, size_t *length,
    struct zg_error *error)
{
	*text = NULL;
	*length = 0;
	if (status == ZG_OK && out->failed)
		status = ZG_MEMORY;
	if (status != ZG_OK) {
		text_writer_clear(out);
		return error_set(error, status, "%s: %s", what, zg_status_text(status));
	}
	*text = out->text;
	*length = out->used;
	return ZG_OK;
}

zg_status
zg_report_render(const struct zg_result *result, const struct zg_report_options *options,
    char **text, size_t *length, struct zg_error *error)
{
	struct text_writer out = {0};
	zg_status status = render(result, options, &out);

	return render_end(&out, status, "report", text, length, error);
}
