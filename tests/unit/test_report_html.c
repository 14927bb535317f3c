/* The HTML report: reports of any form and any text become one page in which nothing is markup that
 * is not ours. What it looks like is for tests/html. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "report/html_page.h"
#include "report/report_html.h"

#define HOSTILE "a\">\n</code></style><script>&'\xc3\xa4\x1b]]>--><img src=x onerror=y>"

/* Renders; every octet is printable ASCII or a line feed. NULL: it is no report. */
static char *
page_of(const char *json)
{
	char *text;
	size_t length;
	zg_status status = report_html_page(json, NULL, &text, &length, NULL);

	if (status == ZG_INPUT_BAD)
		return NULL;
	ck_assert_int_eq(status, ZG_OK);
	ck_assert_uint_eq(strlen(text), length);
	for (size_t i = 0; i < length; i++)
		ck_assert(text[i] == '\n' || (text[i] >= 0x20 && text[i] < 0x7f));
	return text;
}

static const char *const elements[] = {"html", "head", "meta", "title", "style", "body", "main",
    "header", "article", "h1", "h2", "h3", "p", "ul", "li", "dl", "dt", "dd", "b", "code", "span",
    "svg", "rect", "line", "text"};
static const char *const attributes[] = {"lang", "charset", "name", "content", "http-equiv",
    "class", "viewBox", "role", "aria-label", "x", "y", "x1", "y1", "x2", "y2", "width", "height",
    "text-anchor"};

static bool
is_among(const xmlChar *name, const char *const list[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp((const char *)name, list[i]) == 0)
			return true;
	}
	return false;
}

/* Only elements and attributes that pages are made of: no script, no address. */
static void
node_check(const xmlNode *node)
{
	ck_assert_msg(is_among(node->name, elements, sizeof(elements) / sizeof(elements[0])),
	    "<%s>", (const char *)node->name);
	for (const xmlAttr *at = node->properties; at != NULL; at = at->next)
		ck_assert_msg(
		    is_among(at->name, attributes, sizeof(attributes) / sizeof(attributes[0])),
		    "%s=", (const char *)at->name);
}

/* In document order, without recursion. */
static const xmlNode *
next_element(const xmlNode *node)
{
	if (node->children != NULL)
		return node->children;
	while (node != NULL && node->next == NULL)
		node = node->parent;
	return node != NULL ? node->next : NULL;
}

static void
page_check(const char *page)
{
	xmlDoc *document;

	ck_assert_int_eq(strncmp(page, "<!DOCTYPE html>", 15), 0);
	document = xmlReadMemory(page, (int)strlen(page), NULL, NULL, XML_PARSE_NONET);
	ck_assert_ptr_nonnull(document);
	for (const xmlNode *node = xmlDocGetRootElement(document); node != NULL;
	     node = next_element(node)) {
		if (node->type == XML_ELEMENT_NODE)
			node_check(node);
		ck_assert_int_ne(node->type, XML_CDATA_SECTION_NODE);
		ck_assert_int_ne(node->type, XML_COMMENT_NODE);
		ck_assert_int_ne(node->type, XML_PI_NODE);
	}
	xmlFreeDoc(document);
}

/* A report that has everything, with this text in every place. */
static char *
report_make(const char *verdict, const char *text)
{
	json_t *word = json_string(text);
	json_t *report = json_pack("{s:s,s:O,s:O,s:i,s:O,s:O,s:i,s:O,s:{s:b}}", "verdict", verdict,
	    "reason", word, "zone", word, "serial", 7, "policy", word, "digest", word, "now",
	    1795000000, "completeness", word, "inputs", "ds", 1);
	json_t *finding, *window, *key, *class, *step;
	char *json;

	ck_assert_ptr_nonnull(report);
	ck_assert_ptr_nonnull(word);
	finding = json_pack("{s:O,s:s,s:i,s:O,s:O,s:i,s:O,s:O,s:O,s:[{s:O,s:O,s:O,s:i,s:O}]}", "id",
	    word, "severity", "refuse", "count", 9, "summary", word, "reference", word, "ede", 6,
	    "ede_text", word, "remedy", word, "eased", word, "examples", "owner", word, "type",
	    word, "file", word, "line", 3, "detail", word);
	window = json_pack("{s:i,s:i,s:O,s:O,s:{s:O},s:{s:O},s:i,s:O,s:O,s:O}", "from", 1795000100,
	    "until", 1795003600, "from_utc", word, "until_utc", word, "held", "what", word, "asked",
	    "what", word, "rrsets", 3, "broken", word, "remedy", word, "cause", word);
	key = json_pack("{s:i,s:i,s:O,s:b,s:b,s:b,s:i}", "algorithm", 13, "tag", 5, "role", word,
	    "signs_dnskey", 1, "in_parent", 1, "revoked", 1, "signatures_over_data", 4);
	class = json_pack("{s:[sO],s:i,s:i,s:O,s:O}", "keys", "13/5", word, "rrsets", 4, "ttl", 300,
	    "owner", word, "type", word);
	step = json_pack("{s:O,s:i,s:O,s:O,s:O}", "id", word, "time", 1795009999, "time_utc", word,
	    "subject", word, "text", word);
	ck_assert_int_eq(json_object_set_new(report, "findings", json_pack("[o]", finding)), 0);
	ck_assert_int_eq(
	    json_object_set_new(report, "counterexamples", json_pack("[o]", window)), 0);
	ck_assert_int_eq(json_object_set_new(report, "keys", json_pack("[o]", key)), 0);
	ck_assert_int_eq(
	    json_object_set_new(report, "signing_classes", json_pack("[o]", class)), 0);
	ck_assert_int_eq(
	    json_object_set_new(report, "deadlines", json_pack("{s:[o]}", "entries", step)), 0);
	json = json_dumps(report, 0);
	json_decref(word);
	json_decref(report);
	ck_assert_ptr_nonnull(json);
	return json;
}

START_TEST(a_whole_report)
{
	char *json = report_make("refused", "plain"), *page = page_of(json);

	page_check(page);
	ck_assert_ptr_nonnull(strstr(page, "<h1>Do not publish this zone.</h1>"));
	ck_assert_ptr_nonnull(strstr(page, "class=\"window\""));
	ck_assert_ptr_nonnull(strstr(page, "class=\"link\""));
	free(page);
	free(json);
}
END_TEST

START_TEST(hostile_text_is_text)
{
	char *json = report_make("refused", HOSTILE), *page = page_of(json);

	page_check(page);
	ck_assert_ptr_null(strstr(page, "<script"));
	ck_assert_ptr_null(strstr(page, "<img"));
	ck_assert_ptr_nonnull(strstr(page, "&lt;script&gt;&amp;'\\195\\164\\027]]&gt;"));
	free(page);
	free(json);
}
END_TEST

START_TEST(verdicts)
{
	static const char *const words[][2] = {
	    {"refused", "Do not publish this zone."},
	    {"undecided", "Do not publish: there is no verdict."},
	    {"held", "Do not publish yet: people must agree."},
	    {"pass", "This zone may be published."},
	    {"PASS", "Do not publish: there is no verdict."},
	    {"", "Do not publish: there is no verdict."},
	    {"passed", "Do not publish: there is no verdict."},
	};
	char *json = report_make(words[_i][0], "a"), *page = page_of(json), title[96];

	(void)snprintf(title, sizeof(title), "<h1>%s</h1>", words[_i][1]);
	ck_assert_ptr_nonnull(strstr(page, title));
	free(page);
	free(json);
}
END_TEST

START_TEST(what_is_no_report_has_no_page)
{
	static const char *const texts[] = {"", "{", "[]", "{}", "1", "{\"verdict\":1}", "null"};

	ck_assert_ptr_null(page_of(texts[_i]));
}
END_TEST

/* Kept reports are read by those who did not write them: any type in any place. */
START_TEST(other_forms_are_left_out)
{
	static const char *const keys[] = {"reason", "zone", "serial", "now", "inputs", "counts",
	    "changes", "findings", "failures", "keys", "signing_classes", "deadlines",
	    "counterexamples", "not_run"};
	static const char *const values[] = {"null", "true", "-1", "9223372036854775807",
	    "-9223372036854775808", "1e300", "\"x\"", "[]", "{}", "[null]", "[1,\"x\",[],{}]",
	    ("[{\"count\":-5,\"examples\":[1],\"time\":-9223372036854775808,"
	     "\"from\":-9223372036854775808,\"until\":9223372036854775807,\"keys\":[1],\"ede\":-7,"
	     "\"algorithm\":-1,\"rrsets\":-1}]"),
	    ("{\"entries\":[{\"time\":9223372036854775807},{\"time\":-9223372036854775808}],"
	     "\"records\":{\"before\":-1,\"after\":9223372036854775807}}")};

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
			char json[512], *page;

			(void)snprintf(json, sizeof(json), "{\"verdict\":\"pass\",\"%s\":%s}",
			    keys[k], values[v]);
			page = page_of(json);
			page_check(page);
			free(page);
		}
	}
}
END_TEST

/* In a <style> no character is escaped for HTML: there must be none to escape. */
START_TEST(the_style_sheet_needs_no_escapes_and_nothing_else)
{
	static const char *const banned[] = {
	    "<", ">", "&", "url(", "@import", "http", "expression"};

	for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++)
		ck_assert_msg(strstr(html_style, banned[i]) == NULL, "%s", banned[i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("report_html");
	TCase *tcase = tcase_create("report_html");
	SRunner *runner;
	int n_failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_whole_report);
	tcase_add_test(tcase, hostile_text_is_text);
	tcase_add_loop_test(tcase, verdicts, 0, 7);
	tcase_add_loop_test(tcase, what_is_no_report_has_no_page, 0, 7);
	tcase_add_test(tcase, other_forms_are_left_out);
	tcase_add_test(tcase, the_style_sheet_needs_no_escapes_and_nothing_else);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
