/* Rollouts, for people. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "report/page.h"
#include "report/rollout_report.h"
#include "report/stored_report.h"

#define INDENT 2
/* Below a stage: what its servers serve, who approved it. */
#define BELOW 10

/* Files are named by what is in them: the begin tells them apart. */
#define NAME_BEGIN 16

/* Findings of the candidate that are shown: those that weigh most come first. */
#define FINDINGS_MAX 8

/* "4 min ago", "in 3 h". */
struct span {
	char text[DURATION_TEXT_MAX + 16];
};

static struct span
span_of(int64_t at, int64_t now)
{
	struct span span;
	char length[DURATION_TEXT_MAX];
	bool ahead = at > now;

	duration_format(
	    ahead ? (uint64_t)at - (uint64_t)now : (uint64_t)now - (uint64_t)at, length);
	(void)snprintf(span.text, sizeof(span.text), "%s%s%s", ahead ? "in " : "", length,
	    ahead ? "" : " ago");
	return span;
}

static enum page_style
style_of(enum rollout_stage_state state)
{
	switch (state) {
	case ROLLOUT_STAGE_GOOD:
		return STYLE_GOOD;
	case ROLLOUT_STAGE_BAD:
	case ROLLOUT_STAGE_FAILED:
		return STYLE_BAD;
	case ROLLOUT_STAGE_NEXT:
		return STYLE_ASK;
	case ROLLOUT_STAGE_OTHER:
	case ROLLOUT_STAGE_ENTERED:
		return STYLE_WARN;
	case ROLLOUT_STAGE_LATER:
	case ROLLOUT_STAGE_REACHED:
	case ROLLOUT_STAGE_BACK:
	default:
		return STYLE_HEADING;
	}
}

/* --- One stage --- */

/* What is to be said beside its name. */
static void
add_stage_words(struct text_writer *raw, const struct rollout_report *zone, size_t index)
{
	const struct rollout_view *view = zone->view;
	const struct rollout_stage *stage = &view->rollout.stages[index];
	const struct config_stage *configured = rollout_view_stage(view, index);
	int64_t end;

	if (stage->put_back != 0)
		text_printf(raw, ", put back %s", span_of(stage->put_back, view->now).text);
	else if (stage->reached != 0)
		text_printf(raw, ", has it since %s", span_of(stage->reached, view->now).text);
	else if (stage->entered != 0)
		text_printf(raw, ", entered %s", span_of(stage->entered, view->now).text);
	else if (stage->other)
		text_add(raw, ", has the text that was replaced");
	if (configured == NULL) {
		text_add(raw, ", is not configured any more");
		return;
	}
	if (stage->reached != 0 && stage->put_back == 0 && configured->soak > 0) {
		end = rollout_soak_end(stage, configured->soak);
		if (end > view->now)
			text_printf(raw, ", soak ends %s", span_of(end, view->now).text);
		else
			text_add(raw, ", soak is over");
	}
	if (stage->reached == 0 && rollout_is_running(&view->rollout) &&
	    configured->approvals > 0 && index == zone->next->stage)
		text_printf(raw, ", %zu of %zu approvals", zone->next->approvals,
		    zone->next->approvals_needed);
	else if (stage->reached == 0 && configured->approvals > 0)
		text_printf(raw, ", needs %" PRId64 " approvals", configured->approvals);
}

static void
add_servers(struct page *page, const struct rollout_view *view, size_t index)
{
	const struct config_stage *configured = rollout_view_stage(view, index);
	const struct rollout_stage *stage = &view->rollout.stages[index];

	for (size_t i = 0; configured != NULL && i < configured->n_servers; i++) {
		const struct config_server *server =
		    &view->zone->servers[configured->first_server + i];
		const struct rollout_seen *seen = &view->seen[configured->first_server + i];

		page_begin(page);
		text_printf(&page->raw, "%s@%u ", server->address, server->port);
		if (seen->time == 0)
			text_add(&page->raw, "not seen");
		else
			text_printf(&page->raw, "serial %" PRIu32 ", %s", seen->serial,
			    span_of(seen->time, view->now).text);
		if (seen->time != 0 && stage->reached != 0 && stage->put_back == 0 &&
		    seen->serial != view->rollout.serial)
			text_printf(&page->raw, ", not %" PRIu32, view->rollout.serial);
		page_end_line(page, BELOW);
	}
}

static void
add_approvals(struct page *page, const struct rollout_report *zone)
{
	for (size_t i = 0; i < zone->n_approvals; i++) {
		const struct zg_stage_approval *approval = &zone->approvals[i];
		char until[UTC_TEXT_MAX];

		utc_format(approval->until, until);
		page_begin(page);
		text_printf(&page->raw, "approval %.*s%s", NAME_BEGIN, approval->name,
		    strlen(approval->name) > NAME_BEGIN ? "..." : "");
		if (approval->by[0] != '\0')
			text_printf(&page->raw, " of %s", approval->by);
		text_printf(&page->raw, ": %s", zg_approval_outcome_text(approval->outcome));
		if (approval->until != 0)
			text_printf(&page->raw, ", until %s; %s", until, approval->reason);
		page_end_fold(page, BELOW, BELOW + INDENT);
	}
}

static void
add_stage(struct page *page, const struct rollout_report *zone, size_t index)
{
	const struct rollout *rollout = &zone->view->rollout;
	const struct rollout_stage *stage = &rollout->stages[index];
	enum rollout_stage_state state = rollout_stage_state(rollout, index);
	struct text_writer words = {0};
	char tag[8];

	(void)snprintf(tag, sizeof(tag), "%-7s", rollout_stage_word(state));
	text_add(&words, "");
	add_stage_words(&words, zone, index);
	page->raw.failed |= words.failed;
	page_tagged(
	    page, 0, style_of(state), tag, "%s%s", stage->name, words.failed ? "" : words.text);
	text_writer_clear(&words);
	add_servers(page, zone->view, index);
	if (stage->failed[0] != '\0')
		page_fold(page, BELOW, BELOW + INDENT, "its command failed: %s", stage->failed);
	if (stage->looked != 0)
		page_fold(page, BELOW, BELOW + INDENT, "last look, %s: %s",
		    span_of(stage->looked, zone->view->now).text, stage->found);
	if (state == ROLLOUT_STAGE_NEXT || state == ROLLOUT_STAGE_FAILED)
		add_approvals(page, zone);
}

/* --- A zone --- */

static const char *
action_word(enum rollout_action action)
{
	static const char *const words[] = {
	    [ROLLOUT_NOTHING] = "nothing",
	    [ROLLOUT_ENTER] = "goes on",
	    [ROLLOUT_WAIT] = "waits",
	    [ROLLOUT_BLOCKED] = "blocked",
	    [ROLLOUT_FINISH] = "finishes",
	    [ROLLOUT_ABORT] = "abort",
	};

	return words[action];
}

static void
add_headline(struct page *page, const struct rollout_report *zone)
{
	const struct rollout_view *view = zone->view;
	const struct rollout *rollout = &view->rollout;
	char in_force[48] = "nothing is in force";

	if (view->has_release)
		(void)snprintf(
		    in_force, sizeof(in_force), "serial %" PRIu32 " is in force", view->serial);
	if (rollout->state == ROLLOUT_NONE)
		page_line(page, 0, "%s %s; %s", view->zone->name,
		    view->zone->n_stages > 0 ? "nothing has gone through the stages yet"
					     : "there are no stages",
		    in_force);
	else if (rollout->state == ROLLOUT_RUNNING)
		page_line(page, 0, "%s serial %" PRIu32 ": %zu of %zu stages have it; %s",
		    view->zone->name, rollout->serial, rollout_n_reached(rollout),
		    rollout->n_stages, in_force);
	else
		page_line(page, 0, "%s serial %" PRIu32 ": %s; %s", view->zone->name,
		    rollout->serial, rollout_state_text(rollout->state), in_force);
}

static void
add_about(struct page *page, const struct rollout_report *zone)
{
	const struct rollout_view *view = zone->view;
	const struct rollout *rollout = &view->rollout;
	char begun[UTC_TEXT_MAX], ended[UTC_TEXT_MAX];

	utc_format(rollout->begun, begun);
	page_field(page, "begun", "%s, %s", begun, span_of(rollout->begun, view->now).text);
	if (rollout->straight)
		page_field(page, "staged", "no: through all stages at once");
	else
		page_field(page, "staged", "%s", rollout->why);
	if (rollout->ended != 0) {
		utc_format(rollout->ended, ended);
		page_field(page, rollout_state_text(rollout->state), "%s, %s%s%s", ended,
		    span_of(rollout->ended, view->now).text, rollout->end[0] != '\0' ? ": " : "",
		    rollout->end);
	}
	if (zone->next->action != ROLLOUT_NOTHING) {
		page_begin(page);
		text_printf(
		    &page->raw, "%s: %s", action_word(zone->next->action), zone->next->text);
		if (zone->next->until > view->now)
			text_printf(&page->raw, ", %s", span_of(zone->next->until, view->now).text);
		page_end_field(page, "next");
	}
	if (view->queued)
		page_field(page, "queued", "a newer candidate waits for its end");
}

/* What the check of the candidate found. */
static zg_status
add_findings(struct page *page, const struct rollout_view *view)
{
	struct stored_findings found;
	zg_status status = stored_findings_read(view->report, &found);

	if (status != ZG_OK || found.verdict == NULL)
		return status;
	page_begin(page);
	text_printf(&page->raw, "%s", found.verdict);
	for (size_t i = 0; i < found.n_findings && i < FINDINGS_MAX; i++)
		text_printf(&page->raw, "%s %s %s %" PRId64, i == 0 ? ";" : ",",
		    found.findings[i].severity, found.findings[i].id, found.findings[i].count);
	if (found.n_findings > FINDINGS_MAX)
		text_printf(&page->raw, ", and %zu more", found.n_findings - FINDINGS_MAX);
	page_end_field(page, "check");
	stored_findings_clear(&found);
	return ZG_OK;
}

static void
add_lines(struct page *page, const struct rollout_view *view)
{
	for (size_t i = 0; i < view->n_lines; i++) {
		const struct history_line *line = &view->lines[i];
		char time[UTC_TEXT_MAX];

		utc_format(line->time, time);
		page_fold(page, INDENT, 2 * INDENT, "%s %s: %s", time, line->actor, line->text);
	}
}

static zg_status
add_zone(struct page *page, const struct rollout_report *zone)
{
	const struct rollout_view *view = zone->view;
	zg_status status = ZG_OK;

	add_headline(page, zone);
	if (view->rollout.state != ROLLOUT_NONE) {
		add_about(page, zone);
		status = add_findings(page, view);
		page_blank(page);
	}
	for (size_t i = 0; i < view->rollout.n_stages; i++)
		add_stage(page, zone, i);
	if (view->n_lines > 0)
		page_blank(page);
	add_lines(page, view);
	return status;
}

/* One line: the zone, its serial, how far it is, what is next. */
static void
add_brief(struct page *page, const struct rollout_report *zone)
{
	const struct rollout *rollout = &zone->view->rollout;

	if (rollout->state == ROLLOUT_NONE)
		page_line(page, 0, "%s -", zone->view->zone->name);
	else if (zone->next->action == ROLLOUT_NOTHING)
		page_line(page, 0, "%s serial %" PRIu32 " %s", zone->view->zone->name,
		    rollout->serial, rollout_state_text(rollout->state));
	else
		page_line(page, 0, "%s serial %" PRIu32 " %zu/%zu %s: %s", zone->view->zone->name,
		    rollout->serial, rollout_n_reached(rollout), rollout->n_stages,
		    action_word(zone->next->action), zone->next->text);
}

zg_status
rollout_text_render(const struct rollout_page *shown, struct text_writer *out)
{
	struct page page = {.color = shown->color};
	zg_status status = ZG_OK;

	for (size_t i = 0; i < shown->n_zones && status == ZG_OK; i++) {
		if (shown->brief) {
			add_brief(&page, &shown->zones[i]);
			continue;
		}
		if (i > 0)
			page_blank(&page);
		status = add_zone(&page, &shown->zones[i]);
	}
	if (status == ZG_OK)
		return page_take(&page, out);
	page_clear(&page);
	return status;
}
