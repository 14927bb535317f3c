/* Counts beside those of the last release, as bars. */
#include <inttypes.h>

#include "report/json_read.h"
#include "report/page.h"
#include "report/report_svg.h"

#define ROW   52
#define LEFT  10
#define RIGHT 10

static const struct {
	const char *key, *words;
} kinds[] = {
    {"records", "records"},
    {"delegations", "delegations"},
    {"secure_delegations", "secure delegations"},
    {"ns_hosts", "name server hosts"},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The longer of the two bars is as wide as the picture. */
static int64_t
width_of(int64_t count, int64_t most)
{
	return most > 0 ? (int64_t)((double)count * (SVG_WIDTH - LEFT - RIGHT) / (double)most) : 0;
}

static void
row_draw(struct markup *markup, const char *words, const json_t *change, int64_t y)
{
	int64_t before = json_integer_of(change, "before", 0);
	int64_t after = json_integer_of(change, "after", 0);
	int64_t most = before > after ? before : after;

	if (before < 0 || after < 0)
		return;
	markup_label(markup, LEFT, y + 12, "small", NULL, "%s: %s, before %s (-%s +%s)", words,
	    grouped_number((uint64_t)after).text, grouped_number((uint64_t)before).text,
	    grouped_number((uint64_t)json_integer_of(change, "lost", 0)).text,
	    grouped_number((uint64_t)json_integer_of(change, "gained", 0)).text);
	markup_box(markup, "before", LEFT, y + 18, width_of(before, most), 10);
	markup_box(markup, after < before ? "after less" : "after", LEFT, y + 31,
	    width_of(after, most), 10);
}

bool
svg_counts_write(struct markup *markup, const json_t *report)
{
	const json_t *changes = json_object_get(report, "changes");

	if (!json_is_object(changes))
		return false;
	svg_open(markup, KINDS * ROW, "Counts of the last release, and of this zone below it");
	for (size_t i = 0; i < KINDS; i++)
		row_draw(markup, kinds[i].words, json_object_get(changes, kinds[i].key),
		    (int64_t)i * ROW);
	markup_close(markup);
	return true;
}
