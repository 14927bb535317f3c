/* Rollouts, for programs: documented in zonegate(1). */
#include <zonegate/version.h>
#include "report/json_builder.h"
#include "report/rollout_report.h"
#include "report/stored_report.h"

/* Raised when a key changes its meaning or goes away, not when one is added. */
#define ROLLOUT_JSON_FORMAT 1

/* 0: it has not come to that. */
static void
put_time(
    struct json_builder *builder, json_t *object, const char *key, const char *key_utc, int64_t at)
{
	if (at != 0)
		json_put_time(builder, object, key, key_utc, at);
	else
		json_put_no_time(builder, object, key, key_utc);
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static json_t *
servers_array(struct json_builder *builder, const struct rollout_view *view,
    const struct config_stage *configured)
{
	json_t *array = json_array();

	for (size_t i = 0; configured != NULL && i < configured->n_servers; i++) {
		const struct config_server *server =
		    &view->zone->servers[configured->first_server + i];
		const struct rollout_seen *seen = &view->seen[configured->first_server + i];
		json_t *object = json_object();

		json_put_text(builder, object, "address", server->address);
		json_put_integer(builder, object, "port", server->port);
		put_time(builder, object, "seen", "seen_utc", seen->time);
		json_put(builder, object, "serial",
		    seen->time != 0 ? json_integer(seen->serial) : json_null());
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
stage_object(struct json_builder *builder, const struct rollout_view *view, size_t index)
{
	const struct rollout_stage *stage = &view->rollout.stages[index];
	const struct config_stage *configured = rollout_view_stage(view, index);
	json_t *object = json_object();

	json_put_text(builder, object, "name", stage->name);
	json_put_text(builder, object, "state",
	    rollout_stage_word(rollout_stage_state(&view->rollout, index)));
	json_put_bool(builder, object, "configured", configured != NULL);
	put_time(builder, object, "entered", "entered_utc", stage->entered);
	put_time(builder, object, "reached", "reached_utc", stage->reached);
	put_time(builder, object, "put_back", "put_back_utc", stage->put_back);
	put_time(builder, object, "good_since", "good_since_utc", stage->good_since);
	put_time(builder, object, "looked", "looked_utc", stage->looked);
	json_put_text(builder, object, "found", or_null(stage->found));
	json_put_text(builder, object, "failed", or_null(stage->failed));
	put_time(builder, object, "soak_ends", "soak_ends_utc",
	    configured != NULL && stage->reached != 0 ? rollout_soak_end(stage, configured->soak)
						      : 0);
	json_put_integer(
	    builder, object, "approvals_needed", configured != NULL ? configured->approvals : 0);
	json_put(builder, object, "servers", servers_array(builder, view, configured));
	return object;
}

static json_t *
next_object(struct json_builder *builder, const struct rollout_report *zone)
{
	static const char *const words[] = {
	    [ROLLOUT_NOTHING] = "nothing",
	    [ROLLOUT_ENTER] = "enter",
	    [ROLLOUT_WAIT] = "wait",
	    [ROLLOUT_BLOCKED] = "blocked",
	    [ROLLOUT_FINISH] = "finish",
	    [ROLLOUT_ABORT] = "abort",
	};
	const struct rollout_next *next = zone->next;
	bool has_stage = next->action == ROLLOUT_ENTER || next->action == ROLLOUT_WAIT ||
			 next->action == ROLLOUT_BLOCKED;
	json_t *object = json_object();

	json_put_text(builder, object, "action", words[next->action]);
	json_put_text(builder, object, "stage",
	    has_stage && next->stage < zone->view->rollout.n_stages
		? zone->view->rollout.stages[next->stage].name
		: NULL);
	json_put_text(builder, object, "text", next->text);
	put_time(builder, object, "until", "until_utc", next->until);
	json_put_count(builder, object, "approvals", next->approvals);
	json_put_count(builder, object, "approvals_needed", next->approvals_needed);
	return object;
}

static json_t *
approvals_array(struct json_builder *builder, const struct rollout_report *zone)
{
	json_t *array = json_array();

	for (size_t i = 0; i < zone->n_approvals; i++) {
		const struct zg_stage_approval *approval = &zone->approvals[i];
		json_t *object = json_object();

		json_put_text(builder, object, "name", approval->name);
		json_put_text(builder, object, "by", or_null(approval->by));
		json_put_bool(builder, object, "counts", approval->outcome == ZG_APPROVAL_USED);
		json_put_text(
		    builder, object, "outcome", zg_approval_outcome_text(approval->outcome));
		json_put_text(builder, object, "reason", or_null(approval->reason));
		put_time(builder, object, "until", "until_utc", approval->until);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
findings_array(struct json_builder *builder, const struct rollout_view *view)
{
	struct stored_findings found;
	json_t *array = json_array();
	zg_status status = stored_findings_read(view->report, &found);

	if (status != ZG_OK)
		builder->status = status;
	for (size_t i = 0; i < found.n_findings; i++) {
		json_t *object = json_object();

		json_put_text(builder, object, "id", found.findings[i].id);
		json_put_text(builder, object, "severity", found.findings[i].severity);
		json_put_integer(builder, object, "count", found.findings[i].count);
		json_append(builder, array, object);
	}
	stored_findings_clear(&found);
	return array;
}

static json_t *
lines_array(struct json_builder *builder, const struct rollout_view *view)
{
	json_t *array = json_array();

	for (size_t i = 0; i < view->n_lines; i++) {
		json_t *object = json_object();

		json_put_time(builder, object, "time", "time_utc", view->lines[i].time);
		json_put_text(builder, object, "actor", view->lines[i].actor);
		json_put_text(builder, object, "text", view->lines[i].text);
		json_append(builder, array, object);
	}
	return array;
}

/* What is there only of a rollout, be it the last one. */
static void
put_rollout(struct json_builder *builder, json_t *object, const struct rollout_report *zone)
{
	const struct rollout *rollout = &zone->view->rollout;

	json_put_integer(builder, object, "serial", rollout->serial);
	json_put_text(builder, object, "digest", rollout->digest);
	json_put_bool(builder, object, "straight", rollout->straight);
	json_put_text(builder, object, "why", or_null(rollout->why));
	put_time(builder, object, "begun", "begun_utc", rollout->begun);
	put_time(builder, object, "ended", "ended_utc", rollout->ended);
	json_put_text(builder, object, "end", or_null(rollout->end));
	json_put(builder, object, "next", next_object(builder, zone));
	json_put(builder, object, "approvals", approvals_array(builder, zone));
	json_put(builder, object, "findings", findings_array(builder, zone->view));
}

static void
put_zone(struct json_builder *builder, json_t *object, const struct rollout_report *zone)
{
	const struct rollout_view *view = zone->view;
	json_t *stages = json_array();

	json_put_text(builder, object, "zone", view->zone->name);
	json_put(builder, object, "in_force",
	    view->has_release ? json_integer(view->serial) : json_null());
	json_put_bool(builder, object, "queued", view->queued);
	json_put_text(builder, object, "state", rollout_state_text(view->rollout.state));
	if (view->rollout.state != ROLLOUT_NONE)
		put_rollout(builder, object, zone);
	for (size_t i = 0; i < view->rollout.n_stages; i++)
		json_append(builder, stages, stage_object(builder, view, i));
	json_put(builder, object, "stages", stages);
	json_put(builder, object, "log", lines_array(builder, view));
}

static json_t *
zones_array(struct json_builder *builder, const struct rollout_page *page)
{
	json_t *array = json_array();

	for (size_t i = 0; i < page->n_zones; i++) {
		json_t *object = json_object();

		put_zone(builder, object, &page->zones[i]);
		json_append(builder, array, object);
	}
	return array;
}

zg_status
rollout_json_render(const struct rollout_page *page, struct text_writer *out)
{
	struct json_builder builder = {.status = ZG_OK};
	json_t *root = json_object();

	json_put_integer(&builder, root, "format", ROLLOUT_JSON_FORMAT);
	json_put_text(&builder, root, "version", ZG_VERSION);
	if (page->n_zones > 0)
		json_put_time(&builder, root, "now", "now_utc", page->zones[0].view->now);
	if (page->single)
		put_zone(&builder, root, &page->zones[0]);
	else
		json_put(&builder, root, "zones", zones_array(&builder, page));
	return json_finish(&builder, root, out);
}
