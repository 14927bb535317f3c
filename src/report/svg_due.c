/* What is due when, as a picture: the windows in which caches would fail, then obligations as bars
 * from now on, and permissions as marks. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "report/json_read.h"
#include "report/report_svg.h"

#define ROWS_MAX    24
#define WINDOWS_MAX 8
#define TOP	    34
#define ROW	    32
#define LEFT	    10
#define RIGHT	    10
#define HOUR	    3600
#define DAY	    86400
#define SPAN_MAX    (INT64_C(3650) * DAY)
/* 9999-12-31T23:59:59Z: a report with another clock is none. */
#define TIME_MAX INT64_C(253402300799)

struct due {
	struct markup *markup;
	const json_t *steps, *windows;
	size_t n_steps, n_windows; /* that are drawn */
	int64_t now, begin, end;   /* of the axis */
};

/* The pixel of a time; what lies outside is put at the edge. */
static int64_t
x_of(const struct due *due, int64_t at)
{
	if (at <= due->begin)
		return LEFT;
	if (at >= due->end)
		return SVG_WIDTH - RIGHT;
	return LEFT + (int64_t)((double)(at - due->begin) * (SVG_WIDTH - LEFT - RIGHT) /
				(double)(due->end - due->begin));
}

/* Times in a zone are near; what is ten years away would press all else into a point. */
static void
axis_take(struct due *due, int64_t at)
{
	if (at < due->begin && at > due->now - SPAN_MAX)
		due->begin = at;
	if (at > due->end && at < due->now + SPAN_MAX)
		due->end = at;
}

/* From a little before now to a little after the last that has a time. Windows come first: beside
 * signatures that last for weeks their hours would not be seen. */
static void
axis_set(struct due *due)
{
	bool has_windows;

	due->begin = due->end = due->now;
	for (size_t i = 0; i < due->n_windows; i++) {
		const json_t *window = json_array_get(due->windows, i);

		axis_take(due, json_integer_of(window, "from", due->now));
		axis_take(due, json_integer_of(window, "until", due->now));
	}
	has_windows = due->end > due->now;
	for (size_t i = 0; i < due->n_steps && !has_windows; i++)
		axis_take(due, json_integer_of(json_array_get(due->steps, i), "time", due->now));
	if (due->end < due->now + HOUR)
		due->end = due->now + HOUR;
	due->end += (due->end - due->begin) / 8;
	due->begin -= (due->end - due->begin) / 16;
}

static void
axis_draw(struct due *due, int64_t height)
{
	int64_t now = x_of(due, due->now);
	char text[UTC_TEXT_MAX];

	for (int i = 0; i <= 2; i++) {
		int64_t at = due->begin + (due->end - due->begin) / 2 * i, x = x_of(due, at);

		utc_format(at, text);
		markup_line(due->markup, "rule", x, TOP - 14, x, height);
		markup_label(due->markup, x, TOP - 20, "small",
		    i == 0   ? "start"
		    : i == 1 ? "middle"
			     : "end",
		    "%.16s", text);
	}
	markup_line(due->markup, "now", now, TOP - 14, now, height);
}

/* The hours in which caches would fail, and for what. */
static void
window_draw(struct due *due, const json_t *window, int64_t y)
{
	int64_t end = json_integer_of(window, "until", INT64_MAX);
	int64_t from = x_of(due, json_integer_of(window, "from", due->now));
	int64_t until = x_of(due, end);
	const char *asked = json_text_of(json_object_get(window, "asked"), "what");
	char when[UTC_TEXT_MAX] = "it is repaired";

	if (end != INT64_MAX)
		utc_format(end, when);
	markup_label(due->markup, LEFT, y + 11, "small", NULL, "until %.16s: %.24s", when,
	    asked != NULL ? asked : "data of the zone");
	markup_box(due->markup, "window", from, y + 15, until > from ? until - from : 1, 9);
}

/* Whether a step allows something from its time on; else it demands something until then. */
static bool
is_permission(const char *id)
{
	return strncmp(id, "may-", 4) == 0;
}

static void
step_draw(struct due *due, const json_t *step, int64_t y)
{
	const char *id = json_text_of(step, "id"), *subject = json_text_of(step, "subject");
	int64_t at = json_integer_of(step, "time", INT64_MAX);
	int64_t x = x_of(due, at), now = x_of(due, due->now);
	char when[UTC_TEXT_MAX] = "not by waiting";

	if (id == NULL)
		id = "";
	if (at != INT64_MAX)
		utc_format(at, when);
	markup_label(due->markup, LEFT, y + 11, "small", NULL, "%.32s%s%.16s: %.16s", id,
	    subject != NULL ? " " : "", subject != NULL ? subject : "", when);
	if (is_permission(id))
		markup_box(due->markup, "may", x - 2, y + 15, 5, 9);
	else
		markup_box(due->markup, "must", x > now ? now : x, y + 15,
		    x > now ? x - now : now - x + 1, 9);
}

bool
svg_due_write(struct markup *markup, const json_t *report)
{
	struct due due = {.markup = markup,
	    .steps = json_object_get(json_object_get(report, "deadlines"), "entries"),
	    .windows = json_object_get(report, "counterexamples"),
	    .now = json_integer_of(report, "now", 0)};
	int64_t height;

	due.n_steps = json_array_size(due.steps);
	due.n_windows = json_array_size(due.windows);
	if ((due.n_steps == 0 && due.n_windows == 0) || due.now < 0 || due.now > TIME_MAX)
		return false;
	if (due.n_steps > ROWS_MAX)
		due.n_steps = ROWS_MAX;
	if (due.n_windows > WINDOWS_MAX)
		due.n_windows = WINDOWS_MAX;
	height = TOP + (int64_t)(due.n_windows + due.n_steps) * ROW + 4;
	axis_set(&due);
	svg_open(markup, height,
	    "Time line: what must stay, what may be done, and when caches would fail");
	axis_draw(&due, height);
	for (size_t i = 0; i < due.n_windows; i++)
		window_draw(&due, json_array_get(due.windows, i), TOP + (int64_t)i * ROW);
	for (size_t i = 0; i < due.n_steps; i++)
		step_draw(
		    &due, json_array_get(due.steps, i), TOP + (int64_t)(due.n_windows + i) * ROW);
	markup_close(markup);
	return true;
}
