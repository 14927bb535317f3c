/* The rollover time line: what the history says becomes bars, and bars become a picture out of
 * which no text of a zone breaks. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "crypto/digest.h"
#include "history/history.h"
#include "publish/key_timeline.h"
#include "report/timeline.h"

#define DAY 86400
#define NOW 1795000000

#define HOSTILE "a\">\n<script>&'\xc3\x1b]]>"

/* --- From the history --- */

static char folder[] = "/tmp/zonegate-timeline-XXXXXX";
static struct history *history;

static void
setup(void)
{
	struct zg_error error = {0};

	strcpy(strrchr(folder, '-'), "-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_msg(
	    history_open(folder, HISTORY_CREATE, &history, &error) == ZG_OK, "%s", error.text);
}

static void
teardown(void)
{
	char path[128];

	history_close(history);
	(void)snprintf(path, sizeof(path), "%s/zonegate.db", folder);
	(void)unlink(path);
	(void)rmdir(folder);
}

static uint8_t rdata_a[] = {1, 1, 3, 13, 'a'}, rdata_b[] = {1, 0, 3, 13, 'b'};

static struct release_key
key_of(uint16_t tag, uint8_t *rdata, bool signs_dnskey)
{
	struct release_key key = {.algorithm = 13,
	    .tag = tag,
	    .flags = signs_dnskey ? 257 : 256,
	    .protocol = 3,
	    .published = true,
	    .signs_dnskey = signs_dnskey,
	    .expiration = signs_dnskey ? NOW + DAY : 0,
	    .rdata = rdata,
	    .rdlen = sizeof(rdata_a)};
	struct digest *digest = NULL;

	ck_assert_int_eq(digest_new(DIGEST_KIND_SHA256, &digest), ZG_OK);
	ck_assert_int_eq(digest_begin(digest), ZG_OK);
	ck_assert_int_eq(digest_add(digest, rdata, sizeof(rdata_a)), ZG_OK);
	ck_assert_int_eq(digest_end(digest, key.sha256), ZG_OK);
	digest_free(digest);
	return key;
}

/* Adds a release with `n_keys` of a KSK and a ZSK, of which the last signs the data. */
static int64_t
add_release(uint32_t serial, size_t n_keys, int64_t time)
{
	struct release_facts *facts = calloc(1, sizeof(*facts));
	uint8_t sha256[32] = {(uint8_t)serial};
	struct history_new candidate = {.facts = facts,
	    .zone = "example.",
	    .state = CANDIDATE_PASSED,
	    .file_sha256 = sha256,
	    .policy_digest = "",
	    .reason = "pass",
	    .report = "{}",
	    .time = time};
	struct zg_error error = {0};
	int64_t id = 0;

	ck_assert_ptr_nonnull(facts);
	strcpy(facts->zone, "example.");
	(void)snprintf(facts->digest, sizeof(facts->digest), "%096u", serial);
	facts->serial = serial;
	facts->keys[0] = key_of(100, rdata_a, true);
	facts->keys[1] = key_of(200, rdata_b, false);
	facts->n_keys = n_keys;
	facts->dnskey_ttl = 3600;
	facts->n_classes = 1;
	facts->classes[0].signers = UINT64_C(1) << (n_keys - 1);
	strcpy(facts->classes[0].owner, "example.");
	strcpy(facts->classes[0].type, "SOA");
	ck_assert_msg(
	    history_add_candidate(history, &candidate, &id, &error) == ZG_OK, "%s", error.text);
	ck_assert_int_eq(
	    history_set_state(history, id, CANDIDATE_HANDED, time + 10, "me", "", &error), ZG_OK);
	free(facts);
	return id;
}

/* An answer of a parent's server with the DS of the KSK, if `has`, and one that has the tag of the
 * ZSK and is of a key unheard of. */
static void
add_ds(int64_t time, bool has, bool answered)
{
	static const uint8_t owner[] = "\7example";
	struct history_ds ds = {.time = time, .answered = answered, .ttl = 3600};
	struct digest *digest = NULL;
	struct zg_error error = {0};

	strcpy(ds.server, "192.0.2.1@53");
	ds.entries[0] =
	    (struct release_ds){.tag = 200, .algorithm = 13, .digest_type = 2, .digest_len = 32};
	ds.entries[1] =
	    (struct release_ds){.tag = 100, .algorithm = 13, .digest_type = 2, .digest_len = 32};
	ds.n = answered ? has ? 2 : 1 : 0;
	ck_assert_int_eq(digest_new(DIGEST_KIND_SHA256, &digest), ZG_OK);
	ck_assert_int_eq(digest_begin(digest), ZG_OK);
	ck_assert_int_eq(digest_add(digest, owner, sizeof(owner)), ZG_OK);
	ck_assert_int_eq(digest_add(digest, rdata_a, sizeof(rdata_a)), ZG_OK);
	ck_assert_int_eq(digest_end(digest, ds.entries[1].digest), ZG_OK);
	digest_free(digest);
	ck_assert_msg(history_add_ds(history, "example.", &ds, &error) == ZG_OK, "%s", error.text);
}

static struct key_timeline *
read_timeline(int64_t since)
{
	struct key_timeline *timeline = NULL;
	struct zg_error error = {0};

	ck_assert_msg(
	    key_timeline_read(history, "example.", since, NOW, &timeline, &error) == ZG_OK, "%s",
	    error.text);
	return timeline;
}

static const struct timeline_row *
row_of(const struct key_timeline *timeline, uint16_t tag)
{
	for (size_t i = 0; i < timeline->n_rows; i++) {
		if (timeline->rows[i].tag == tag)
			return &timeline->rows[i];
	}
	ck_abort_msg("no row of %u", tag);
	return NULL;
}

/* The n-th bar of a kind is from `from` until `until`; from 0: there is no such bar. */
static void
assert_bar(
    const struct timeline_row *row, enum timeline_kind kind, size_t n, int64_t from, int64_t until)
{
	for (size_t i = 0; i < row->n_bars; i++) {
		if (row->bars[i].kind != kind || n-- > 0)
			continue;
		ck_assert_int_eq(row->bars[i].from, from);
		ck_assert_int_eq(row->bars[i].until, until);
		return;
	}
	ck_assert_int_eq(from, 0);
}

START_TEST(releases_become_bars_that_touch_and_are_joined)
{
	struct zg_error error = {0};
	int64_t first = add_release(1, 1, NOW - 9 * DAY);
	struct key_timeline *timeline;

	(void)add_release(2, 2, NOW - 5 * DAY);
	ck_assert_int_eq(history_set_state(history, first, CANDIDATE_SUPERSEDED, NOW - 5 * DAY + 60,
			     "me", "", &error),
	    ZG_OK);
	timeline = read_timeline(0);
	ck_assert_uint_eq(timeline->n_rows, 2);
	assert_bar(row_of(timeline, 100), TIMELINE_PUBLISHED, 0, NOW - 9 * DAY, INT64_MAX);
	assert_bar(row_of(timeline, 100), TIMELINE_PUBLISHED, 1, 0, 0);
	assert_bar(row_of(timeline, 100), TIMELINE_SIGNS_DNSKEY, 0, NOW - 9 * DAY, INT64_MAX);
	assert_bar(
	    row_of(timeline, 100), TIMELINE_SIGNS_DATA, 0, NOW - 9 * DAY, NOW - 5 * DAY + 60);
	assert_bar(row_of(timeline, 200), TIMELINE_PUBLISHED, 0, NOW - 5 * DAY, INT64_MAX);
	assert_bar(row_of(timeline, 200), TIMELINE_SIGNS_DNSKEY, 0, 0, 0);
	assert_bar(row_of(timeline, 200), TIMELINE_SIGNS_DATA, 0, NOW - 5 * DAY, INT64_MAX);
	ck_assert_str_eq(timeline->stored_report, "{}");
	key_timeline_free(timeline);
}
END_TEST

START_TEST(abandoned_release_is_not_drawn)
{
	struct zg_error error = {0};
	int64_t id = add_release(1, 2, NOW - 9 * DAY);
	struct key_timeline *timeline;

	ck_assert_int_eq(
	    history_set_state(history, id, CANDIDATE_ABANDONED, NOW, "me", "", &error), ZG_OK);
	timeline = read_timeline(0);
	ck_assert_uint_eq(timeline->n_rows, 0);
	key_timeline_free(timeline);
}
END_TEST

/* A DS belongs to the key whose digest it holds; one of a key unheard of has a row of its own. */
START_TEST(ds_is_of_the_key_by_digest_and_ends_with_an_answer_without_it)
{
	struct key_timeline *timeline;

	(void)add_release(1, 2, NOW - 9 * DAY);
	add_ds(NOW - 8 * DAY, true, true);
	add_ds(NOW - 7 * DAY, true, true);
	add_ds(NOW - 6 * DAY, true, false); /* says nothing */
	add_ds(NOW - 5 * DAY, false, true);
	timeline = read_timeline(0);
	ck_assert_uint_eq(timeline->n_rows, 3);
	assert_bar(row_of(timeline, 100), TIMELINE_DS, 0, NOW - 8 * DAY, NOW - 5 * DAY);
	assert_bar(row_of(timeline, 200), TIMELINE_DS, 0, 0, 0);
	assert_bar(&timeline->rows[2], TIMELINE_DS, 0, NOW - 8 * DAY, INT64_MAX);
	ck_assert_uint_eq(timeline->rows[2].tag, 200);
	ck_assert(!timeline->rows[2].published);
	key_timeline_free(timeline);
}
END_TEST

/* --- The picture --- */

#define STORED                                                                                     \
	"{\"deadlines\":{\"entries\":["                                                            \
	"{\"id\":\"keep-key\",\"time\":1795100000,\"subject\":\"13/100\",\"text\":\"<stay>&\"},"   \
	"{\"id\":\"may-sign\",\"time\":1795200000,\"subject\":\"13/200\",\"text\":\"now\"},"       \
	"{\"id\":\"keep-signing\",\"time\":null,\"subject\":\"13/200\",\"text\":\"step\"},"        \
	"{\"id\":\"release-by-soft\",\"time\":1795300000,\"subject\":null,\"text\":\"s\"}]}}"

static struct timeline_bar bars_ksk[] = {
    {TIMELINE_PUBLISHED, NOW - 20 * DAY, INT64_MAX},
    {TIMELINE_SIGNS_DNSKEY, NOW - 20 * DAY, INT64_MAX},
    {TIMELINE_DS, NOW - 19 * DAY, NOW - DAY},
};
static struct timeline_bar bars_zsk[] = {{TIMELINE_PUBLISHED, NOW, NOW}};

static struct key_timeline *
make_timeline(const char *zone, const char *stored)
{
	struct key_timeline *timeline = calloc(1, sizeof(*timeline));

	ck_assert_ptr_nonnull(timeline);
	(void)snprintf(timeline->zone, sizeof(timeline->zone), "%s", zone);
	timeline->now = NOW;
	timeline->rows[0] = (struct timeline_row){.algorithm = 13,
	    .tag = 100,
	    .flags = 257,
	    .published = true,
	    .bars = bars_ksk,
	    .n_bars = 3};
	timeline->rows[1] = (struct timeline_row){.algorithm = 13,
	    .tag = 200,
	    .flags = 256,
	    .published = true,
	    .bars = bars_zsk,
	    .n_bars = 1};
	timeline->n_rows = 2;
	timeline->stored_report = stored != NULL ? strdup(stored) : NULL;
	return timeline;
}

/* Draws, reads what was drawn as XML, frees the timeline. The text is owned by the caller. */
static xmlDoc *
draw(struct key_timeline *timeline, char **text)
{
	struct zg_error error = {0};
	size_t length;
	xmlDoc *document;

	ck_assert_msg(timeline_render(timeline, text, &length, &error) == ZG_OK, "%s", error.text);
	ck_assert_uint_eq(strlen(*text), length);
	for (size_t i = 0; i < length; i++)
		ck_assert((*text)[i] == '\n' || ((*text)[i] >= 0x20 && (*text)[i] < 0x7f));
	document = xmlReadMemory(*text, (int)length, NULL, NULL, XML_PARSE_NONET);
	ck_assert_ptr_nonnull(document);
	free(timeline->stored_report);
	free(timeline);
	return document;
}

/* Elements with this name and, unless it is NULL, this class, below a node. */
static size_t
count(const xmlNode *node, const char *name, const char *class)
{
	size_t n = 0;

	for (; node != NULL; node = node->next) {
		xmlChar *value = node->type == XML_ELEMENT_NODE
				     ? xmlGetProp(node, (const xmlChar *)"class")
				     : NULL;

		if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0 &&
		    (class == NULL || (value != NULL && strcmp((const char *)value, class) == 0)))
			n++;
		xmlFree(value);
		n += count(node->children, name, class);
	}
	return n;
}

START_TEST(picture_has_a_row_a_key_and_marks_now_and_plans)
{
	char *text;
	xmlDoc *document = draw(make_timeline("example.", STORED), &text);
	const xmlNode *root = xmlDocGetRootElement(document);

	ck_assert_str_eq((const char *)root->name, "svg");
	ck_assert_uint_eq(count(root, "g", "key"), 2);
	ck_assert_uint_eq(count(root, "line", "now"), 1);
	ck_assert_uint_eq(count(root, "rect", "published"), 3); /* one is the legend's */
	ck_assert_uint_eq(count(root, "rect", "dnskey"), 2);
	ck_assert_uint_eq(count(root, "rect", "ds"), 2);
	ck_assert_uint_eq(count(root, "rect", "data"), 1);
	ck_assert_uint_eq(count(root, "rect", "planned"), 3);
	ck_assert_uint_eq(count(root, "path", "may"), 1);
	ck_assert_uint_eq(count(root, "line", "due"), 1);
	ck_assert_ptr_nonnull(strstr(text, ">release-by-soft 2026-11-21T22:26:40Z"));
	ck_assert_ptr_nonnull(strstr(text, "aria-labelledby=\"title desc\""));
	ck_assert_ptr_nonnull(strstr(text, "prefers-color-scheme:dark"));
	ck_assert_ptr_nonnull(strstr(text, "13/100 KSK DS at the parent from 2026-"));
	ck_assert_ptr_nonnull(strstr(text, "&lt;stay&gt;&amp;"));
	xmlFreeDoc(document);
	free(text);
}
END_TEST

START_TEST(what_is_still_so_is_drawn_until_now)
{
	char *text;
	xmlDoc *document = draw(make_timeline("example.", STORED), &text);
	int now, x, width;

	ck_assert_int_eq(
	    sscanf(strstr(text, "<line class=\"now\""), "<line class=\"now\" x1=\"%d\"", &now), 1);
	ck_assert_int_eq(
	    sscanf(strstr(text, "<rect class=\"published\""),
		"<rect class=\"published\" x=\"%d\" y=\"%*d\" width=\"%d\"", &x, &width),
	    2);
	ck_assert_int_eq(x + width, now);
	ck_assert_int_lt(now, 1180);
	ck_assert_int_eq(sscanf(strstr(text, "<rect class=\"ds\""),
			     "<rect class=\"ds\" x=\"%d\" y=\"%*d\" width=\"%d\"", &x, &width),
	    2);
	ck_assert_int_lt(x + width, now);
	xmlFreeDoc(document);
	free(text);
}
END_TEST

START_TEST(nothing_is_drawn_outside)
{
	char *text;
	xmlDoc *document = draw(make_timeline("example.", STORED), &text);

	for (const char *at = text; (at = strstr(at, "<rect class=\"")) != NULL; at++) {
		int x, y, width, height;

		if (sscanf(at,
			"<rect class=\"%*[a-z]\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"", &x,
			&y, &width, &height) != 4)
			continue;
		ck_assert_int_ge(x, 0);
		ck_assert_int_gt(width, 0);
		ck_assert_int_le(x + width, 1200);
		ck_assert_int_gt(height, 0);
	}
	xmlFreeDoc(document);
	free(text);
}
END_TEST

START_TEST(zone_name_does_not_become_markup)
{
	char *text;
	xmlDoc *document = draw(make_timeline(HOSTILE, NULL), &text);

	ck_assert_uint_eq(count(xmlDocGetRootElement(document), "script", NULL), 0);
	ck_assert_ptr_null(strstr(text, "<script"));
	ck_assert_ptr_nonnull(strstr(text, "&lt;script&gt;&amp;'\\195\\027]]&gt;"));
	xmlFreeDoc(document);
	free(text);
}
END_TEST

START_TEST(empty_history_is_an_empty_picture)
{
	struct key_timeline *timeline = calloc(1, sizeof(*timeline));
	xmlDoc *document;
	char *text;

	ck_assert_ptr_nonnull(timeline);
	timeline->now = NOW;
	document = draw(timeline, &text);
	ck_assert_uint_eq(count(xmlDocGetRootElement(document), "g", "key"), 0);
	xmlFreeDoc(document);
	free(text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("timeline");
	TCase *tcase = tcase_create("history"), *picture = tcase_create("picture");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, releases_become_bars_that_touch_and_are_joined);
	tcase_add_test(tcase, abandoned_release_is_not_drawn);
	tcase_add_test(tcase, ds_is_of_the_key_by_digest_and_ends_with_an_answer_without_it);
	tcase_add_test(picture, picture_has_a_row_a_key_and_marks_now_and_plans);
	tcase_add_test(picture, what_is_still_so_is_drawn_until_now);
	tcase_add_test(picture, nothing_is_drawn_outside);
	tcase_add_test(picture, zone_name_does_not_become_markup);
	tcase_add_test(picture, empty_history_is_an_empty_picture);
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, picture);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
