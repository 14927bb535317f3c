/* The status in the text format of Prometheus, without timestamps: the textfile collector of the
 * node exporter refuses those. */
#include <inttypes.h>
#include <string.h>

#include "report/escape.h"
#include "report/status_report.h"

/* A label value: what the border leaves, with the quote and the backslash escaped. */
static void
add_label(struct text_writer *out, const char *name, const char *value)
{
	struct text_writer clean = {0};

	escape_add(&clean, value, strlen(value));
	text_printf(out, "%s=\"", name);
	for (size_t i = 0; i < clean.used; i++) {
		if (clean.text[i] == '"' || clean.text[i] == '\\')
			text_add(out, "\\");
		text_add_bytes(out, &clean.text[i], 1);
	}
	text_add(out, "\"");
	out->failed = out->failed || clean.failed;
	text_writer_clear(&clean);
}

/* A gauge of zones; `value` says false where a zone has none. */
struct gauge {
	const char *name, *help;
	bool (*value)(const struct status_report *report, int64_t *value);
};

static bool
level_value(const struct status_report *report, int64_t *value)
{
	*value = (int64_t)report->level;
	return true;
}

static bool
serial_value(const struct status_report *report, int64_t *value)
{
	*value = report->serial;
	return report->has_release;
}

static bool
released_value(const struct status_report *report, int64_t *value)
{
	*value = report->released;
	return report->has_release;
}

static bool
held_value(const struct status_report *report, int64_t *value)
{
	*value = (int64_t)report->n_held;
	return true;
}

static bool
ds_value(const struct status_report *report, int64_t *value)
{
	*value = report->ds_seen;
	return report->ds_seen != 0;
}

static const struct gauge gauges[] = {
    {"zonegate_status", "State of the zone: 0 ok, 1 warning, 2 critical, 3 unknown.", level_value},
    {"zonegate_release_serial", "Serial of the release in force.", serial_value},
    {"zonegate_release_timestamp_seconds", "When the release in force was handed over.",
	released_value},
    {"zonegate_held_candidates", "Candidates that wait for approval.", held_value},
    {"zonegate_ds_seen_timestamp_seconds", "When the DS set of the parent was last seen.",
	ds_value},
};

static void
add_header(struct text_writer *out, const char *name, const char *help)
{
	text_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void
add_gauge(struct text_writer *out, const struct status_list *list, const struct gauge *gauge)
{
	int64_t value;

	add_header(out, gauge->name, gauge->help);
	for (size_t i = 0; i < list->n; i++) {
		if (list->reports[i].zone[0] == '\0' || !gauge->value(&list->reports[i], &value))
			continue;
		text_printf(out, "%s{", gauge->name);
		add_label(out, "zone", list->reports[i].zone);
		text_printf(out, "} %" PRId64 "\n", value);
	}
}

static void
add_deadline(struct text_writer *out, const char *name, const struct status_report *report,
    const char *kind, int64_t at)
{
	if (at == 0)
		return;
	text_printf(out, "%s{", name);
	add_label(out, "zone", report->zone);
	text_printf(out, ",kind=\"%s\"} %" PRId64 "\n", kind, at);
}

static void
add_deadlines(struct text_writer *out, const struct status_list *list)
{
	static const char name[] = "zonegate_release_by_timestamp_seconds";

	add_header(out, name, "Until when a newer release must come, by kind of deadline.");
	for (size_t i = 0; i < list->n; i++) {
		const struct status_report *report = &list->reports[i];

		add_deadline(out, name, report, "soft", report->release_by.soft);
		add_deadline(out, name, report, "hard", report->release_by.hard);
		add_deadline(out, name, report, "secondary", report->release_by.secondary);
		add_deadline(out, name, report, "transfer", report->transfer_expires);
	}
}

/* Each condition by itself, so that alerts can tell them apart. */
static void
add_conditions(struct text_writer *out, const struct status_list *list)
{
	static const char name[] = "zonegate_condition";

	add_header(out, name,
	    "What is wrong: 1 warning, 2 critical, 3 unknown. No zone: the gate itself.");
	for (size_t i = 0; i < list->n; i++) {
		const struct status_report *report = &list->reports[i];

		for (size_t k = 0; k < report->n_conditions; k++) {
			text_printf(out, "%s{", name);
			add_label(out, "zone", report->zone);
			text_add(out, ",");
			add_label(out, "id", report->conditions[k].id);
			text_printf(out, "} %u\n", (unsigned)report->conditions[k].level);
		}
	}
}

zg_status
status_prometheus_render(const struct status_list *list, struct text_writer *out)
{
	add_header(out, "zonegate_status_timestamp_seconds",
	    "When the gate was looked at: a value that stands still is an alarm.");
	text_printf(out, "zonegate_status_timestamp_seconds %" PRId64 "\n", list->now);
	add_header(out, "zonegate_gate_status",
	    "State of log and database: 0 ok, 1 warning, 2 critical, 3 unknown.");
	for (size_t i = 0; i < list->n; i++) {
		if (list->reports[i].zone[0] == '\0')
			text_printf(
			    out, "zonegate_gate_status %u\n", (unsigned)list->reports[i].level);
	}
	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
		add_gauge(out, list, &gauges[i]);
	add_deadlines(out, list);
	add_conditions(out, list);
	return out->failed ? ZG_MEMORY : ZG_OK;
}
