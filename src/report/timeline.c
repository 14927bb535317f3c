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

#include <libxml/xmlwriter.h>

#include "base/error.h"
#include "base/text_writer.h"
#include "base/utc.h"
#include "report/escape.h"
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
	xmlTextWriter *writer;
	const struct key_timeline *timeline;
	struct stored_deadlines planned;
	int64_t begin, end; /* of the axis */
	bool failed;
};

/* --- Writing --- */

static void
check(struct picture *picture, int written)
{
	if (written < 0)
		picture->failed = true;
}

static void
start(struct picture *picture, const char *element)
{
	check(picture, xmlTextWriterStartElement(picture->writer, (const xmlChar *)element));
}

static void
end(struct picture *picture)
{
	check(picture, xmlTextWriterEndElement(picture->writer));
}

static void
attribute(struct picture *picture, const char *name, const char *value)
{
	check(picture, xmlTextWriterWriteAttribute(
			   picture->writer, (const xmlChar *)name, (const xmlChar *)value));
}

static void
number(struct picture *picture, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	attribute(picture, name, text);
}

/* Text that may come from anywhere. */
static void words(struct picture *picture, const char *format, ...) PRINTF_LIKE(2, 3);

static void
words(struct picture *picture, const char *format, ...)
{
	struct text_writer raw = {0}, clean = {0};
	va_list ap;

	va_start(ap, format);
	text_vprintf(&raw, format, ap);
	va_end(ap);
	text_add(&raw, "");
	if (!raw.failed)
		escape_add(&clean, raw.text, raw.used);
	text_add(&clean, "");
	if (raw.failed || clean.failed)
		picture->failed = true;
	else
		check(picture,
		    xmlTextWriterWriteString(picture->writer, (const xmlChar *)clean.text));
	text_writer_clear(&raw);
	text_writer_clear(&clean);
}

static void
label(struct picture *picture, int64_t x, int64_t y, const char *class, const char *anchor)
{
	start(picture, "text");
	number(picture, "x", x);
	number(picture, "y", y);
	if (class != NULL)
		attribute(picture, "class", class);
	if (anchor != NULL)
		attribute(picture, "text-anchor", anchor);
}

static void
line(struct picture *picture, const char *class, int64_t x1, int64_t y1, int64_t x2, int64_t y2)
{
	start(picture, "line");
	attribute(picture, "class", class);
	number(picture, "x1", x1);
	number(picture, "y1", y1);
	number(picture, "x2", x2);
	number(picture, "y2", y2);
	end(picture);
}

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
		words(picture, "%.10s", text);
	else
		words(picture, "%.5s %.5s", text + 5, text + 11);
}

static void
axis_draw(struct picture *picture, int64_t height)
{
	int64_t now = x_of(picture, picture->timeline->now);

	for (int i = 0; i <= TICKS; i++) {
		int64_t at = picture->begin + (picture->end - picture->begin) / TICKS * i;
		int64_t x = x_of(picture, at);

		line(picture, "rule", x, TOP - 8, x, height - BOTTOM);
		label(picture, x, TOP - 14, "small",
		    i == 0	 ? "start"
		    : i == TICKS ? "end"
				 : "middle");
		tick_text(picture, at);
		end(picture);
	}
	line(picture, "now", now, TOP - 30, now, height - BOTTOM);
	label(picture, now, TOP - 34, "nowtext", "middle");
	words(picture, "now");
	end(picture);
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
	start(picture, "title");
	words(picture, "%s %s from %s until %s", name, kinds[bar->kind].words, from, until);
	end(picture);
}

static void
bar_draw(struct picture *picture, const char *name, const struct timeline_bar *bar, int64_t y)
{
	int64_t until = bar->until < picture->timeline->now ? bar->until : picture->timeline->now;
	int64_t x = x_of(picture, bar->from), width = x_of(picture, until) - x;

	start(picture, "rect");
	attribute(picture, "class", kinds[bar->kind].class);
	number(picture, "x", x);
	number(picture, "y", y + LANE * (int64_t)bar->kind);
	number(picture, "width", width > 0 ? width : 1);
	number(picture, "height", LANE - 3);
	bar_title(picture, name, bar);
	end(picture);
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
	start(picture, form->must ? "rect" : "path");
	if (form->must) {
		attribute(picture, "class", "planned");
		number(picture, "x", now);
		number(picture, "y", y);
		number(picture, "width", x > now ? x - now : 1);
		number(picture, "height", LANE - 3);
	} else {
		char path[96];

		(void)snprintf(path, sizeof(path), "M%" PRId64 " %" PRId64 "l5 9h-10z", x, y);
		attribute(picture, "class", "may");
		attribute(picture, "d", path);
	}
	start(picture, "title");
	words(picture, "%s %s: %s (%s)", step->id, step->subject != NULL ? step->subject : "",
	    step->text, when);
	end(picture);
	end(picture);
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
	char name[48];

	key_name(row, name);
	start(picture, "g");
	attribute(picture, "class", "key");
	line(picture, "rule", 10, y - 8, WIDTH - RIGHT, y - 8);
	label(picture, 10, y + 14, "name", NULL);
	words(picture, "%s", name);
	end(picture);
	if (row->published) {
		label(picture, 10, y + 30, "small", NULL);
		words(picture, "SHA-256 %02x%02x%02x%02x...", row->sha256[0], row->sha256[1],
		    row->sha256[2], row->sha256[3]);
		end(picture);
	}
	for (size_t i = 0; i < row->n_bars; i++)
		bar_draw(picture, name, &row->bars[i], y);
	for (size_t i = 0; i < picture->planned.n; i++) {
		if (is_about(&picture->planned.entries[i], row))
			step_draw(picture, &picture->planned.entries[i], y);
	}
	end(picture);
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
		line(picture, "due", x, TOP - 8, x, y);
		label(picture, x - 4, y, "small", "end");
		words(picture, "%s %s", step->id, when);
		start(picture, "title");
		words(picture, "%s", step->text);
		end(picture);
		end(picture);
	}
}

/* --- The frame --- */

static void
titles_draw(struct picture *picture)
{
	const struct key_timeline *timeline = picture->timeline;
	char now[UTC_TEXT_MAX];

	utc_format(timeline->now, now);
	start(picture, "title");
	attribute(picture, "id", "title");
	words(picture, "Keys of %s", timeline->zone);
	end(picture);
	start(picture, "desc");
	attribute(picture, "id", "desc");
	words(picture,
	    "Time line of %zu keys of %s as of %s: when each was in the DNSKEY RRset, signed it, "
	    "signed data, and had a DS at the parent; then what must stay and what may be done.",
	    timeline->n_rows, timeline->zone, now);
	end(picture);
	start(picture, "style");
	check(picture, xmlTextWriterWriteString(picture->writer, (const xmlChar *)style));
	end(picture);
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

		start(picture, "rect");
		attribute(picture, "class", class);
		number(picture, "x", x);
		number(picture, "y", y);
		number(picture, "width", 14);
		number(picture, "height", LANE - 3);
		end(picture);
		label(picture, x + 20, y + 9, "small", NULL);
		words(picture, "%s",
		    i < TIMELINE_KINDS ? kinds[i].words : planned[i - TIMELINE_KINDS].words);
		end(picture);
		x += 165;
	}
}

static void
frame_draw(struct picture *picture, int64_t height)
{
	char box[64];

	(void)snprintf(box, sizeof(box), "0 0 %d %" PRId64, WIDTH, height);
	start(picture, "svg");
	attribute(picture, "xmlns", "http://www.w3.org/2000/svg");
	attribute(picture, "viewBox", box);
	number(picture, "width", WIDTH);
	number(picture, "height", height);
	attribute(picture, "role", "img");
	attribute(picture, "aria-labelledby", "title desc");
	titles_draw(picture);
	start(picture, "rect");
	attribute(picture, "class", "paper");
	attribute(picture, "width", "100%");
	attribute(picture, "height", "100%");
	end(picture);
	label(picture, 10, 24, "name", NULL);
	words(picture, "Keys of %s", picture->timeline->zone);
	end(picture);
}

static void
picture_draw(struct picture *picture)
{
	const struct key_timeline *timeline = picture->timeline;
	int64_t height = TOP + (int64_t)timeline->n_rows * ROW_HEIGHT + BOTTOM;

	check(picture, xmlTextWriterSetIndent(picture->writer, 1));
	check(picture, xmlTextWriterStartDocument(picture->writer, "1.0", "UTF-8", NULL));
	frame_draw(picture, height);
	axis_draw(picture, height);
	for (size_t i = 0; i < timeline->n_rows; i++)
		row_draw(picture, &timeline->rows[i], TOP + (int64_t)i * ROW_HEIGHT);
	if (timeline->more_rows) {
		label(picture, 10, height - BOTTOM + LINE, "small", NULL);
		words(picture, "more keys than these were not kept");
		end(picture);
	}
	notes_draw(picture, height);
	legend_draw(picture, height - 24);
	end(picture);
	check(picture, xmlTextWriterEndDocument(picture->writer));
}

zg_status
timeline_render(
    const struct key_timeline *timeline, char **text, size_t *length, struct zg_error *error)
{
	struct picture picture = {.timeline = timeline};
	xmlBuffer *buffer = xmlBufferCreate();

	*text = NULL;
	*length = 0;
	if (buffer != NULL)
		picture.writer = xmlNewTextWriterMemory(buffer, 0);
	picture.failed = picture.writer == NULL ||
			 stored_deadlines_read(timeline->stored_report, &picture.planned) != ZG_OK;
	if (!picture.failed) {
		axis_set(&picture);
		picture_draw(&picture);
	}
	xmlFreeTextWriter(picture.writer);
	if (!picture.failed) {
		*text = strdup((const char *)xmlBufferContent(buffer));
		*length = (size_t)xmlBufferLength(buffer);
	}
	stored_deadlines_clear(&picture.planned);
	xmlBufferFree(buffer);
	return *text != NULL ? ZG_OK : error_set(error, ZG_MEMORY, "time line: out of memory");
}
