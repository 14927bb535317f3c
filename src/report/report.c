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
zg_report_render(const struct zg_result *result, const struct zg_report_options *options,
    char **text, size_t *length, struct zg_error *error)
{
	struct text_writer out = {0};
	zg_status status;

	*text = NULL;
	*length = 0;
	status = render(result, options, &out);
	if (status == ZG_OK) {
		*text = out.text;
		*length = out.used;
		return ZG_OK;
	}
	text_writer_clear(&out);
	return error_set(error, status, "report: %s", zg_status_text(status));
}
