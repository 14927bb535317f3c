/* The status for programs: documented in zonegate(1). */
#include <zonegate/version.h>
#include "report/json_builder.h"
#include "report/status_report.h"
#include "report/stored_report.h"

/* Raised when a key changes its meaning or goes away, not when one is added. */
#define STATUS_JSON_FORMAT 1

const char *
status_level_word(enum status_level level)
{
	static const char *const words[] = {[STATUS_OK] = "ok",
	    [STATUS_WARNING] = "warning",
	    [STATUS_CRITICAL] = "critical",
	    [STATUS_UNKNOWN] = "unknown"};

	return level < STATUS_LEVELS ? words[level] : words[STATUS_UNKNOWN];
}

/* 0: there is none. */
static json_t *
conditions_array(struct json_builder *builder, const struct status_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->n_conditions; i++) {
		json_t *object = json_object();

		json_put_text(builder, object, "id", report->conditions[i].id);
		json_put_text(
		    builder, object, "level", status_level_word(report->conditions[i].level));
		json_put_text(builder, object, "text", report->conditions[i].text);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
release_object(struct json_builder *builder, const struct status_report *report, int64_t now)
{
	json_t *object;

	if (!report->has_release)
		return json_null();
	object = json_object();
	json_put_integer(builder, object, "serial", report->serial);
	json_put_text(builder, object, "state", report->state);
	json_put_time(builder, object, "released", "released_utc", report->released);
	json_put_integer(builder, object, "age", now - report->released);
	return object;
}

static json_t *
release_by_object(struct json_builder *builder, const struct status_report *report)
{
	json_t *object = json_object();

	json_put_time_or_none(builder, object, "soft", "soft_utc", report->release_by.soft);
	json_put_time_or_none(builder, object, "hard", "hard_utc", report->release_by.hard);
	json_put_time_or_none(
	    builder, object, "secondary", "secondary_utc", report->release_by.secondary);
	json_put_time_or_none(
	    builder, object, "transfer", "transfer_utc", report->transfer_expires);
	return object;
}

static json_t *
steps_array(struct json_builder *builder, const struct stored_deadlines *deadlines, int64_t now)
{
	json_t *array = json_array();

	for (size_t i = 0; i < deadlines->n; i++) {
		const struct zg_deadline *step = &deadlines->entries[i];
		json_t *object = json_object();

		json_put_text(builder, object, "id", step->id);
		json_put_time_or_never(builder, object, "time", "time_utc", step->time);
		json_put_bool(builder, object, "due", step->time <= now);
		json_put_text(builder, object, "subject", step->subject);
		json_put_text(builder, object, "text", step->text);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
zone_object(struct json_builder *builder, const struct status_report *report, int64_t now)
{
	struct stored_deadlines deadlines;
	json_t *object = json_object();

	if (stored_deadlines_read(report->stored_report, &deadlines) != ZG_OK)
		builder->status = ZG_MEMORY;
	json_put_text(builder, object, "zone", report->zone);
	json_put_text(builder, object, "level", status_level_word(report->level));
	json_put(builder, object, "release", release_object(builder, report, now));
	json_put(builder, object, "release_by", release_by_object(builder, report));
	json_put_integer(builder, object, "held", (int64_t)report->n_held);
	json_put_time_or_none(builder, object, "ds_seen", "ds_seen_utc", report->ds_seen);
	json_put(builder, object, "conditions", conditions_array(builder, report));
	json_put(builder, object, "steps", steps_array(builder, &deadlines, now));
	stored_deadlines_clear(&deadlines);
	return object;
}

static json_t *
gate_object(struct json_builder *builder, const struct status_report *report)
{
	json_t *object = json_object();

	json_put_text(builder, object, "level", status_level_word(report->level));
	json_put(builder, object, "conditions", conditions_array(builder, report));
	return object;
}

zg_status
status_json_render(const struct status_list *list, struct text_writer *out)
{
	struct json_builder builder = {ZG_OK};
	json_t *root = json_object(), *zones = json_array();

	json_put_integer(&builder, root, "format", STATUS_JSON_FORMAT);
	json_put_text(&builder, root, "version", ZG_VERSION);
	json_put_time(&builder, root, "now", "now_utc", list->now);
	json_put_bool(&builder, root, "test", list->test);
	json_put_text(&builder, root, "level", status_level_word(list->level));
	json_put_integer(&builder, root, "exit_status", (int64_t)list->level);
	for (size_t i = 0; i < list->n; i++) {
		const struct status_report *report = &list->reports[i];

		if (report->zone[0] == '\0')
			json_put(&builder, root, "gate", gate_object(&builder, report));
		else
			json_append(&builder, zones, zone_object(&builder, report, list->now));
	}
	json_put(&builder, root, "zones", zones);
	return json_finish(&builder, root, out);
}
