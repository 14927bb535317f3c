/* The chain of trust as a picture: DS set, keys, signing classes, and what leads from one to the
 * next. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/json_read.h"
#include "report/report_svg.h"

/* Boxes that are drawn of each kind: zones have a handful. */
#define BOXES_MAX 16

#define ROW	     46 /* a box and the space below it */
#define HEIGHT	     36
#define LEFT	     34
#define LINE_LETTERS 42 /* of small text in a box */
#define LANE	     5	/* between lines from keys to classes */

struct chain {
	struct markup *markup;
	const json_t *keys, *classes;
	size_t n_keys, n_classes; /* that are drawn */
	bool ds_given;
	int64_t keys_y, classes_y;
};

void
svg_open(struct markup *markup, int64_t height, const char *words)
{
	char box[64];

	(void)snprintf(box, sizeof(box), "0 0 %d %" PRId64, SVG_WIDTH, height);
	markup_open(markup, "svg", NULL);
	markup_attribute(markup, "viewBox", box);
	markup_attribute(markup, "role", "img");
	markup_attribute_words(markup, "aria-label", "%s", words);
}

static const char *
text_or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static size_t
drawn_of(const json_t *list)
{
	size_t n = json_array_size(list);

	return n > BOXES_MAX ? BOXES_MAX : n;
}

/* A box with two lines of words. */
static void
box_draw(struct chain *chain, int64_t y, const char *class, const char *first, const char *second)
{
	int64_t width = SVG_WIDTH - 2 * LEFT;

	markup_box(chain->markup, class, LEFT, y, width, HEIGHT);
	markup_label(chain->markup, LEFT + 8, y + 15, "name", NULL, "%.60s", first);
	markup_label(chain->markup, LEFT + 8, y + 30, "small", NULL, "%.60s", second);
}

static bool
is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

/* Whether the words of a class name the key: "13/12345". */
static bool
class_has(const json_t *class, const json_t *key)
{
	const json_t *names = json_object_get(class, "keys");
	char name[48];

	(void)snprintf(name, sizeof(name), "%" PRId64 "/%" PRId64,
	    json_integer_of(key, "algorithm", -1), json_integer_of(key, "tag", -1));
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *text = json_string_value(json_array_get(names, i));

		if (text != NULL && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

static int64_t
key_y(const struct chain *chain, size_t i)
{
	return chain->keys_y + (int64_t)i * ROW;
}

static int64_t
class_y(const struct chain *chain, size_t i)
{
	return chain->classes_y + (int64_t)i * ROW;
}

static void
parent_draw(struct chain *chain)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(chain->keys); i++)
		n += is_true(json_array_get(chain->keys, i), "in_parent");
	if (!chain->ds_given)
		box_draw(chain, 8, "box unknown", "DS at the parent",
		    "not given: the chain was not checked");
	else if (n == 0)
		box_draw(chain, 8, "box broken", "DS at the parent", "leads to no key of the zone");
	else
		box_draw(chain, 8, "box", "DS at the parent",
		    n == 1 ? "leads to one key" : "leads to several keys");
}

/* A key; a line from the DS set when that names it, along the left edge. */
static void
key_draw(struct chain *chain, size_t i)
{
	const json_t *key = json_array_get(chain->keys, i);
	bool signs = is_true(key, "signs_dnskey"), named = is_true(key, "in_parent");
	int64_t y = key_y(chain, i);
	char first[96], second[128];

	(void)snprintf(first, sizeof(first), "%" PRId64 "/%" PRId64 " %.8s%s",
	    json_integer_of(key, "algorithm", 0), json_integer_of(key, "tag", 0),
	    text_or(json_text_of(key, "role"), ""), is_true(key, "revoked") ? ", revoked" : "");
	(void)snprintf(second, sizeof(second), "%s%" PRId64 " signatures over data",
	    signs ? "signs the keys; " : "", json_integer_of(key, "signatures_over_data", 0));
	box_draw(chain, y, named && !signs ? "box broken" : "box", first, second);
	if (!named)
		return;
	markup_line(chain->markup, "link", LEFT - 14, 8 + HEIGHT / 2, LEFT - 14, y + HEIGHT / 2);
	markup_line(chain->markup, "link", LEFT - 14, 8 + HEIGHT / 2, LEFT, 8 + HEIGHT / 2);
	markup_line(chain->markup, "link", LEFT - 14, y + HEIGHT / 2, LEFT, y + HEIGHT / 2);
}

/* Ends a text that is too long in dots. */
static void
cut(char *text, size_t letters)
{
	if (strlen(text) > letters)
		memcpy(text + letters - 3, "...", 4);
}

/* A class; a line from each key that signs it, along the right edge. */
static void
class_draw(struct chain *chain, size_t i)
{
	const json_t *class = json_array_get(chain->classes, i);
	bool is_signed = json_array_size(json_object_get(class, "keys")) > 0;
	int64_t y = class_y(chain, i), right = SVG_WIDTH - LEFT;
	int64_t n = json_integer_of(class, "rrsets", 0);
	char first[96], second[96];

	(void)snprintf(first, sizeof(first), "%" PRId64 " RRset%s, TTL %" PRId64 "%s", n,
	    n == 1 ? "" : "s", json_integer_of(class, "ttl", 0), is_signed ? "" : ": bogus");
	(void)snprintf(second, sizeof(second), "%.16s %s", text_or(json_text_of(class, "type"), ""),
	    text_or(json_text_of(class, "owner"), ""));
	cut(second, LINE_LETTERS);
	box_draw(chain, y, is_signed ? "box" : "box broken", first, second);
	for (size_t k = 0; k < chain->n_keys; k++) {
		int64_t from = key_y(chain, k) + HEIGHT / 2, to = y + HEIGHT / 2;
		int64_t x = right + 6 + (int64_t)(k % 4) * LANE;

		if (!class_has(class, json_array_get(chain->keys, k)))
			continue;
		markup_line(chain->markup, "link", right, from, x, from);
		markup_line(chain->markup, "link", x, from, x, to);
		markup_line(chain->markup, "link", x, to, right, to);
	}
}

/* What is not drawn is said. */
static void
rest_draw(struct chain *chain, int64_t y, const json_t *list, size_t drawn, const char *what)
{
	if (json_array_size(list) > drawn)
		markup_label(chain->markup, LEFT, y, "small", NULL, "and %zu more %s",
		    json_array_size(list) - drawn, what);
}

void
svg_chain_write(struct markup *markup, const json_t *report)
{
	struct chain chain = {.markup = markup,
	    .keys = json_object_get(report, "keys"),
	    .classes = json_object_get(report, "signing_classes"),
	    .ds_given = is_true(json_object_get(report, "inputs"), "ds")};
	int64_t end;

	chain.n_keys = drawn_of(chain.keys);
	chain.n_classes = drawn_of(chain.classes);
	chain.keys_y = 8 + ROW + 34;
	chain.classes_y = chain.keys_y + (int64_t)chain.n_keys * ROW + 34;
	end = chain.classes_y + (int64_t)chain.n_classes * ROW;
	svg_open(markup, end + 16, "Chain of trust: DS set of the parent, keys, signed data");
	parent_draw(&chain);
	markup_label(markup, LEFT, chain.keys_y - 8, "small", NULL,
	    chain.n_keys > 0 ? "DNSKEY RRset" : "no DNSKEY RRset");
	for (size_t i = 0; i < chain.n_keys; i++)
		key_draw(&chain, i);
	markup_label(markup, LEFT, chain.classes_y - 8, "small", NULL, "data, by who signs it");
	for (size_t i = 0; i < chain.n_classes; i++)
		class_draw(&chain, i);
	rest_draw(&chain, chain.classes_y - 22, chain.keys, chain.n_keys, "keys");
	rest_draw(&chain, end + 10, chain.classes, chain.n_classes, "classes");
	markup_close(markup);
}
