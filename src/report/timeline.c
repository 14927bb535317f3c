/*
 * The rollover time line as SVG. Everything is written through libxml2, which escapes for XML,
 * after the border of reports: no octet of a zone is markup. Colours follow the reader's choice of
 * light or dark; every bar says in words what it shows.
 */
#include "report/timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/utc.h"
#include "report/markup.h"
#include "report/stored_report.h"

/* Geometry, in pixels at the natural size. */
#define WIDTH	   1200
#define LEFT	   190
#define RIGHT	   20
#define TOP	   76
#define ROW_HEIGHT 64
#define LANE	   12
#define LINE	   12 /* of small text */
#define BOTTOM	   92 /* the legend, and above it what is about no key */
#define NOTES_MAX  4
#define TICKS	   6

/* Of a key's digest, enough to tell keys apart. */
#define SHA256_OCTETS_SHOWN 4

#define DAY 86400

/* Time before now that is shown when nothing older is known, and after it. */
#define LEAST_PAST   (2 * DAY)
#define LEAST_FUTURE (1 * DAY)

static const struct {
	const char *class, *words;
} kinds[] = {
    [TIMELINE_PUBLISHED] = {"published", "in the DNSKEY RRset"},
    [TIMELINE_SIGNS_DNSKEY] = {"dnskey", "signs the DNSKEY RRset"},
    [TIMELINE_SIGNS_DATA] = {"data", "signs data"},
    [TIMELINE_DS] = {"ds", "DS at the parent"},
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == TIMELINE_KINDS, "words for each kind");

static const char style[] =
    "text{font:12px sans-serif;fill:#1b1b1b}.name{font-weight:bold}.small{font-size:10px}"
    ".paper{fill:#fff}.rule{stroke:#bbb;stroke-width:1}.now{stroke:#c01c28;stroke-width:2}"
    ".nowtext{fill:#c01c28;font-weight:bold}.published{fill:#8a8a8a}.dnskey{fill:#1c71d8}"
    ".data{fill:#2a9d50}.ds{fill:#9141ac}.planned{fill:none;stroke:#b35c00;stroke-width:2;"
    "stroke-dasharray:5 3}.may{fill:#b35c00}.due{stroke:#b35c00;stroke-width:1}"
    "@media (prefers-color-scheme:dark){text{fill:#ececec}.paper{fill:#1b1b1b}.rule{stroke:#555}"
    ".now{stroke:#ff7b82}.nowtext{fill:#ff7b82}.published{fill:#a5a5a5}.dnskey{fill:#78aeed}"
    ".data{fill:#7bd89a}.ds{fill:#d4a3e8}.planned,.due{stroke:#ffbe6f}.may{fill:#ffbe6f}}";

struct picture {
	struct markup markup;
	const struct key_timeline *timeline;
	struct stored_deadlines planned;
	int64_t begin, end; /* of the axis */
};

/* --- The axis --- */

/* The pixel of a time; what lies outside is put at the edge. */
static int64_t
x_of(const struct picture *picture, int64_t at)
{
	int64_t span = picture->end - picture->begin;

	if (at <= picture->begin)
		return LEFT;
	if (at >= picture->end)
		return WIDTH - RIGHT;
	return LEFT +
	       (int64_t)((double)(at - picture->begin) * (WIDTH - LEFT - RIGHT) / (double)span);
}

/* From the first bar on, to the last thing that is planned, and a little more. */
static void
axis_set(struct picture *picture)
{
	const struct key_timeline *timeline = picture->timeline;
	int64_t first = timeline->now - LEAST_PAST, last = timeline->now + LEAST_FUTURE;

	for (size_t i = 0; i < timeline->n_rows; i++) {
		for (size_t k = 0; k < timeline->rows[i].n_bars; k++) {
			if (timeline->rows[i].bars[k].from < first)
				first = timeline->rows[i].bars[k].from;
		}
	}
	for (size_t i = 0; i < picture->planned.n; i++) {
		int64_t at = picture->planned.entries[i].time;

		if (at != INT64_MAX && at > last)
			last = at;
	}
	picture->begin = first;
	picture->end = last + (last - first) / 12;
}

/* "2026-11-22" or, on a short axis, "11-22 10:30". */
static void
tick_text(struct picture *picture, int64_t at)
{
	char text[UTC_TEXT_MAX];

	utc_format(at, text);
	if (picture->end - picture->begin > 8 * DAY)
		markup_words(&picture->markup, "%.10s", text);
	else
		markup_words(&picture->markup, "%.5s %.5s", text + 5, text + 11);
}

static void
axis_draw(struct picture *picture, int64_t height)
{
	int64_t now = x_of(picture, picture->timeline->now);

	for (int i = 0; i <= TICKS; i++) {
		int64_t at = picture->begin + (picture->end - picture->begin) / TICKS * i;
		int64_t x = x_of(picture, at);

		markup_line(&picture->markup, "rule", x, TOP - 8, x, height - BOTTOM);
		markup_label_open(&picture->markup, x, TOP - 14, "small",
		    i == 0	 ? "start"
		    : i == TICKS ? "end"
				 : "middle");
		tick_text(picture, at);
		markup_close(&picture->markup);
	}
	markup_line(&picture->markup, "now", now, TOP - 30, now, height - BOTTOM);
	markup_label_open(&picture->markup, now, TOP - 34, "nowtext", "middle");
	markup_words(&picture->markup, "now");
	markup_close(&picture->markup);
}

/* --- Rows --- */

static void
key_name(const struct timeline_row *row, char name[48])
{
	const char *role = "ZSK";

	if (!row->published)
		role = "not published";
	else if ((row->flags & 0x0080) != 0) /* RFC 5011 section 3 */
		role = "revoked";
	else if ((row->flags & 0x0001) != 0) /* SEP: RFC 4034 section 2.1.1 */
		role = "KSK";
	(void)snprintf(name, 48, "%u/%u %s", row->algorithm, row->tag, role);
}

/* What a bar shows, in words: read out, and shown beside the pointer. */
static void
bar_title(struct picture *picture, const char *name, const struct timeline_bar *bar)
{
	char from[UTC_TEXT_MAX], until[UTC_TEXT_MAX] = "now";

	utc_format(bar->from, from);
	if (bar->until != INT64_MAX)
		utc_format(bar->until, until);
	markup_open(&picture->markup, "title", NULL);
	markup_words(
	    &picture->markup, "%s %s from %s until %s", name, kinds[bar->kind].words, from, until);
	markup_close(&picture->markup);
}

static void
bar_draw(struct picture *picture, const char *name, const struct timeline_bar *bar, int64_t y)
{
	int64_t until = bar->until < picture->timeline->now ? bar->until : picture->timeline->now;
	int64_t x = x_of(picture, bar->from), width = x_of(picture, until) - x;

	markup_open(&picture->markup, "rect", NULL);
	markup_attribute(&picture->markup, "class", kinds[bar->kind].class);
	markup_number(&picture->markup, "x", x);
	markup_number(&picture->markup, "y", y + LANE * (int64_t)bar->kind);
	markup_number(&picture->markup, "width", width > 0 ? width : 1);
	markup_number(&picture->markup, "height", LANE - 3);
	bar_title(picture, name, bar);
	markup_close(&picture->markup);
}

/* How steps about a key are drawn: beside the bars that they are about. */
static const struct step_form {
	const char *id;
	bool must; /* else it may be done */
	enum timeline_kind kind;
} step_forms[] = {
    {"keep-key", true, TIMELINE_PUBLISHED},
    {"keep-signing", true, TIMELINE_SIGNS_DATA},
    {"may-sign", false, TIMELINE_SIGNS_DATA},
    {"may-remove", false, TIMELINE_PUBLISHED},
    {"may-submit-ds", false, TIMELINE_DS},
};

static const struct step_form *
form_of(const struct zg_deadline *step)
{
	for (size_t i = 0; i < sizeof(step_forms) / sizeof(step_forms[0]); i++) {
		if (strcmp(step_forms[i].id, step->id) == 0)
			return &step_forms[i];
	}
	return &step_forms[0];
}

/* An obligation is a dashed bar from now on, a permission is a mark from when on it holds. */
static void
step_draw(struct picture *picture, const struct zg_deadline *step, int64_t row_y)
{
	const struct step_form *form = form_of(step);
	int64_t y = row_y + LANE * (int64_t)form->kind;
	char when[UTC_TEXT_MAX] = "an intermediate step is needed first";
	int64_t now = x_of(picture, picture->timeline->now), x = x_of(picture, step->time);

	if (step->time != INT64_MAX)
		utc_format(step->time, when);
	markup_open(&picture->markup, form->must ? "rect" : "path", NULL);
	if (form->must) {
		markup_attribute(&picture->markup, "class", "planned");
		markup_number(&picture->markup, "x", now);
		markup_number(&picture->markup, "y", y);
		markup_number(&picture->markup, "width", x > now ? x - now : 1);
		markup_number(&picture->markup, "height", LANE - 3);
	} else {
		char path[96];

		(void)snprintf(path, sizeof(path), "M%" PRId64 " %" PRId64 "l5 9h-10z", x, y);
		markup_attribute(&picture->markup, "class", "may");
		markup_attribute(&picture->markup, "d", path);
	}
	markup_open(&picture->markup, "title", NULL);
	markup_words(&picture->markup, "%s %s: %s (%s)", step->id,
	    step->subject != NULL ? step->subject : "", step->text, when);
	markup_close(&picture->markup);
	markup_close(&picture->markup);
}

static bool
is_about(const struct zg_deadline *step, const struct timeline_row *row)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%u/%u", row->algorithm, row->tag);
	return step->subject != NULL && strcmp(step->subject, name) == 0;
}

static void
row_draw(struct picture *picture, const struct timeline_row *row, int64_t y)
{
	char name[48], sha256[HEX_TEXT_SIZE(SHA256_OCTETS_SHOWN)];

	key_name(row, name);
	markup_open(&picture->markup, "g", NULL);
	markup_attribute(&picture->markup, "class", "key");
	markup_line(&picture->markup, "rule", 10, y - 8, WIDTH - RIGHT, y - 8);
	markup_label_open(&picture->markup, 10, y + 14, "name", NULL);
	markup_words(&picture->markup, "%s", name);
	markup_close(&picture->markup);
	if (row->published) {
		markup_label_open(&picture->markup, 10, y + 30, "small", NULL);
		hex_write(row->sha256, SHA256_OCTETS_SHOWN, sha256);
		markup_words(&picture->markup, "SHA-256 %s...", sha256);
		markup_close(&picture->markup);
	}
	for (size_t i = 0; i < row->n_bars; i++)
		bar_draw(picture, name, &row->bars[i], y);
	for (size_t i = 0; i < picture->planned.n; i++) {
		if (is_about(&picture->planned.entries[i], row))
			step_draw(picture, &picture->planned.entries[i], y);
	}
	markup_close(&picture->markup);
}

/* What is about the zone and not about one key: a line down to its words. */
static void
notes_draw(struct picture *picture, int64_t height)
{
	char when[UTC_TEXT_MAX];
	int64_t n = 0;

	for (size_t i = 0; i < picture->planned.n && n < NOTES_MAX; i++) {
		const struct zg_deadline *step = &picture->planned.entries[i];
		int64_t x = x_of(picture, step->time), y = height - BOTTOM + LINE * ++n;

		if (step->subject != NULL || step->time == INT64_MAX) {
			n--;
			continue;
		}
		utc_format(step->time, when);
		markup_line(&picture->markup, "due", x, TOP - 8, x, y);
		markup_label_open(&picture->markup, x - 4, y, "small", "end");
		markup_words(&picture->markup, "%s %s", step->id, when);
		markup_open(&picture->markup, "title", NULL);
		markup_words(&picture->markup, "%s", step->text);
		markup_close(&picture->markup);
		markup_close(&picture->markup);
	}
}

/* --- The frame --- */

static void
titles_draw(struct picture *picture)
{
	const struct key_timeline *timeline = picture->timeline;
	char now[UTC_TEXT_MAX];

	utc_format(timeline->now, now);
	markup_open(&picture->markup, "title", NULL);
	markup_attribute(&picture->markup, "id", "title");
	markup_words(&picture->markup, "Keys of %s", timeline->zone);
	markup_close(&picture->markup);
	markup_open(&picture->markup, "desc", NULL);
	markup_attribute(&picture->markup, "id", "desc");
	markup_words(&picture->markup,
	    "Time line of %zu keys of %s as of %s: when each was in the DNSKEY RRset, signed it, "
	    "signed data, and had a DS at the parent; then what must stay and what may be done.",
	    timeline->n_rows, timeline->zone, now);
	markup_close(&picture->markup);
	markup_open(&picture->markup, "style", NULL);
	markup_check(&picture->markup,
	    xmlTextWriterWriteString(picture->markup.writer, (const xmlChar *)style));
	markup_close(&picture->markup);
}

static void
legend_draw(struct picture *picture, int64_t y)
{
	static const struct {
		const char *class, *words;
	} planned[] = {{"planned", "must stay until then"}, {"may", "may be done from then on"}};
	int64_t x = LEFT;

	for (size_t i = 0; i < TIMELINE_KINDS + 2; i++) {
		const char *class =
		    i < TIMELINE_KINDS ? kinds[i].class : planned[i - TIMELINE_KINDS].class;

		markup_open(&picture->markup, "rect", NULL);
		markup_attribute(&picture->markup, "class", class);
		markup_number(&picture->markup, "x", x);
		markup_number(&picture->markup, "y", y);
		markup_number(&picture->markup, "width", 14);
		markup_number(&picture->markup, "height", LANE - 3);
		markup_close(&picture->markup);
		markup_label_open(&picture->markup, x + 20, y + 9, "small", NULL);
		markup_words(&picture->markup, "%s",
		    i < TIMELINE_KINDS ? kinds[i].words : planned[i - TIMELINE_KINDS].words);
		markup_close(&picture->markup);
		x += 165;
	}
}

static void
frame_draw(struct picture *picture, int64_t height)
{
	char box[64];

	(void)snprintf(box, sizeof(box), "0 0 %d %" PRId64, WIDTH, height);
	markup_open(&picture->markup, "svg", NULL);
	markup_attribute(&picture->markup, "xmlns", "http://www.w3.org/2000/svg");
	markup_attribute(&picture->markup, "viewBox", box);
	markup_number(&picture->markup, "width", WIDTH);
	markup_number(&picture->markup, "height", height);
	markup_attribute(&picture->markup, "role", "img");
	markup_attribute(&picture->markup, "aria-labelledby", "title desc");
	titles_draw(picture);
	markup_open(&picture->markup, "rect", NULL);
	markup_attribute(&picture->markup, "class", "paper");
	markup_attribute(&picture->markup, "width", "100%");
	markup_attribute(&picture->markup, "height", "100%");
	markup_close(&picture->markup);
	markup_label_open(&picture->markup, 10, 24, "name", NULL);
	markup_words(&picture->markup, "Keys of %s", picture->timeline->zone);
	markup_close(&picture->markup);
}

static void
picture_draw(struct picture *picture)
{
	const struct key_timeline *timeline = picture->timeline;
	int64_t height = TOP + (int64_t)timeline->n_rows * ROW_HEIGHT + BOTTOM;

	markup_check(&picture->markup, xmlTextWriterSetIndent(picture->markup.writer, 1));
	markup_check(&picture->markup,
	    xmlTextWriterStartDocument(picture->markup.writer, "1.0", "UTF-8", NULL));
	frame_draw(picture, height);
	axis_draw(picture, height);
	for (size_t i = 0; i < timeline->n_rows; i++)
		row_draw(picture, &timeline->rows[i], TOP + (int64_t)i * ROW_HEIGHT);
	if (timeline->more_rows) {
		markup_label_open(&picture->markup, 10, height - BOTTOM + LINE, "small", NULL);
		markup_words(&picture->markup, "more keys than these were not kept");
		markup_close(&picture->markup);
	}
	notes_draw(picture, height);
	legend_draw(picture, height - 24);
	markup_close(&picture->markup);
	markup_check(&picture->markup, xmlTextWriterEndDocument(picture->markup.writer));
}

zg_status
timeline_render(
    const struct key_timeline *timeline, char **text, size_t *length, struct zg_error *error)
{
	struct picture picture = {.timeline = timeline};
	zg_status status;

	markup_begin(&picture.markup);
	if (stored_deadlines_read(timeline->stored_report, &picture.planned) != ZG_OK)
		picture.markup.failed = true;
	if (!picture.markup.failed) {
		axis_set(&picture);
		picture_draw(&picture);
	}
	status = markup_end(&picture.markup, text, length);
	stored_deadlines_clear(&picture.planned);
	return status == ZG_OK ? ZG_OK : error_set(error, status, "time line: out of memory");
}
