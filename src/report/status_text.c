/*
 * The status as a monitoring plugin prints it: one line that says it all with performance data
 * behind a bar, one line a zone, then the details.
 */
#include <inttypes.h>
#include <string.h>

#include "base/utc.h"
#include "report/escape.h"
#include "report/status_report.h"
#include "report/stored_report.h"

/* Next steps shown of one zone. */
#define STEPS_MAX 12

/* Whatever is not printable is escaped; so is the bar, behind which plugins have numbers. */
static void
add_words(struct text_writer *out, const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "|");

		escape_add(out, text, length);
		text += length;
		if (*text == '|') {
			text_add(out, "\\124");
			text++;
		}
	}
}

static const char *
zone_name(const struct status_report *report)
{
	return report->zone[0] != '\0' ? report->zone : "gate";
}

static void
add_time(struct text_writer *out, int64_t at)
{
	char when[UTC_TEXT_MAX];

	utc_format(at, when);
	text_add(out, when);
}

/* "in 3 h", "2 d ago". */
static void
add_span(struct text_writer *out, int64_t at, int64_t now)
{
	char span[DURATION_TEXT_MAX];
	bool ahead = at > now;

	duration_format(ahead ? (uint64_t)at - (uint64_t)now : (uint64_t)now - (uint64_t)at, span);
	text_printf(out, ahead ? "in %s" : "%s ago", span);
}

/* --- Performance data: 'label'=value[unit];[warn];[critical];[min] --- */

/* A label may hold neither quotes nor '='; names of zones may. */
static void
add_label(struct text_writer *out, const char *zone, const char *what)
{
	text_add(out, " '");
	for (; *zone != '\0'; zone++) {
		bool plain = (*zone >= 'a' && *zone <= 'z') || (*zone >= 'A' && *zone <= 'Z') ||
			     (*zone >= '0' && *zone <= '9') || *zone == '.' || *zone == '-';

		text_add_bytes(out, plain ? zone : "_", 1);
	}
	text_printf(out, " %s'", what);
}

/* A range "N:" alerts below N. */
static void
add_left(struct text_writer *out, const struct status_report *report, const char *what,
    int64_t deadline, int64_t now)
{
	if (deadline == 0)
		return;
	add_label(out, report->zone, what);
	text_printf(out, "=%" PRId64 "s;%" PRId64 ":;%" PRId64 ":", deadline - now, report->warn,
	    report->alarm);
}

static void
add_performance(struct text_writer *out, const struct status_report *report, int64_t now)
{
	if (report->zone[0] == '\0')
		return;
	add_label(out, report->zone, "held");
	text_printf(out, "=%zu;;;0", report->n_held);
	if (!report->has_release)
		return;
	add_label(out, report->zone, "age");
	text_printf(out, "=%" PRId64 "s;;;0", now - report->released);
	add_left(out, report, "release_by", report->release_by.soft, now);
	add_left(out, report, "transfer_expire", report->transfer_expires, now);
	if (report->ds_seen != 0) {
		add_label(out, report->zone, "ds_age");
		text_printf(out, "=%" PRId64 "s;;;0", now - report->ds_seen);
	}
}

/* --- Lines --- */

static void
add_release(struct text_writer *out, const struct status_report *report, int64_t now)
{
	if (!report->has_release) {
		text_add(out, "no release");
		return;
	}
	text_printf(out, "serial %" PRIu32 " %s, released ", report->serial, report->state);
	add_span(out, report->released, now);
	if (report->release_by.soft != 0) {
		text_add(out, ", release by ");
		add_time(out, report->release_by.soft);
		text_add(out, " (");
		add_span(out, report->release_by.soft, now);
		text_add(out, ")");
	}
	if (report->transfer_expires != 0) {
		text_add(out, ", secondaries expire it at ");
		add_time(out, report->transfer_expires);
		text_add(out, " (");
		add_span(out, report->transfer_expires, now);
		text_add(out, ")");
	}
	if (report->n_held > 0)
		text_printf(out, ", %zu held", report->n_held);
}

/* LEVEL zone: the release; the ids of what is wrong. */
static void
add_zone_line(struct text_writer *out, const struct status_report *report, int64_t now)
{
	text_printf(out, "%s ", status_level_text(report->level));
	add_words(out, zone_name(report));
	text_add(out, ": ");
	if (report->zone[0] != '\0')
		add_release(out, report, now);
	else if (report->n_conditions == 0)
		text_add(out, "decision log whole and signed");
	for (size_t i = 0; i < report->n_conditions; i++)
		text_printf(out, "%s%s",
		    i > 0		      ? ", "
		    : report->zone[0] != '\0' ? "; "
					      : "",
		    report->conditions[i].id);
	text_add(out, "\n");
}

/* The first condition of the worst report, or that all is well. */
static void
add_summary(struct text_writer *out, const struct status_list *list)
{
	size_t n_bad = 0;

	for (size_t i = 0; i < list->n; i++)
		n_bad += list->reports[i].level != STATUS_OK;
	text_printf(out, "ZONEGATE %s - ", status_level_text(list->level));
	for (size_t i = 0; i < list->n && n_bad > 0; i++) {
		const struct status_report *report = &list->reports[i];

		if (report->level != list->level || report->n_conditions == 0)
			continue;
		add_words(out, zone_name(report));
		text_add(out, ": ");
		add_words(out, report->conditions[0].text);
		break;
	}
	if (n_bad > 1)
		text_printf(out, " (and %zu more)", n_bad - 1);
	if (n_bad == 0 && list->n == 2) {
		add_words(out, list->reports[1].zone);
		text_add(out, ": ");
		add_release(out, &list->reports[1], list->now);
	} else if (n_bad == 0) {
		text_printf(out, "%zu zones", list->n - 1);
	}
}

/* The roll plan: what may or must be done, the next steps first; those whose time has come are due.
 */
static void
add_steps(struct text_writer *out, const struct stored_deadlines *deadlines, int64_t now)
{
	for (size_t i = 0; i < deadlines->n && i < STEPS_MAX; i++) {
		const struct zg_deadline *step = &deadlines->entries[i];

		text_add(out, "  step ");
		if (step->time == INT64_MAX)
			text_add(out, "not by waiting");
		else
			add_time(out, step->time);
		text_add(out, step->time <= now ? " (due) " : " ");
		add_words(out, step->id);
		if (step->subject != NULL) {
			text_add(out, " ");
			add_words(out, step->subject);
		}
		text_add(out, ": ");
		add_words(out, step->text);
		text_add(out, "\n");
	}
	if (deadlines->n > STEPS_MAX)
		text_printf(out, "  and %zu more steps\n", deadlines->n - STEPS_MAX);
}

static zg_status
add_details(struct text_writer *out, const struct status_report *report, int64_t now)
{
	struct stored_deadlines deadlines;
	zg_status status = stored_deadlines_read(report->stored_report, &deadlines);

	if (status != ZG_OK)
		return status;
	if (report->n_conditions > 0 || deadlines.n > 0) {
		text_add(out, "\n");
		add_words(out, zone_name(report));
		text_add(out, "\n");
	}
	for (size_t i = 0; i < report->n_conditions; i++) {
		const struct status_condition *condition = &report->conditions[i];

		text_printf(out, "  %s %s: ", status_level_text(condition->level), condition->id);
		add_words(out, condition->text);
		text_add(out, "\n");
	}
	add_steps(out, &deadlines, now);
	stored_deadlines_clear(&deadlines);
	return ZG_OK;
}

zg_status
status_text_render(const struct status_list *list, struct text_writer *out)
{
	zg_status status = ZG_OK;

	add_summary(out, list);
	text_add(out, " |");
	for (size_t i = 0; i < list->n; i++)
		add_performance(out, &list->reports[i], list->now);
	text_add(out, "\n");
	for (size_t i = 0; i < list->n; i++)
		add_zone_line(out, &list->reports[i], list->now);
	for (size_t i = 0; i < list->n && status == ZG_OK; i++)
		status = add_details(out, &list->reports[i], list->now);
	return status;
}
