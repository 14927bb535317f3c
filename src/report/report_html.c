/*
 * The HTML report. One page: the verdict in words for whoever is on duty; what resolvers and users
 * would have seen; the findings; pictures; what was judged. No script, nothing from elsewhere; text
 * that comes from a zone passes the border of reports and then libxml2.
 */
#include "report/report_html.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utc.h"
#include "report/html_page.h"
#include "report/json_read.h"
#include "report/markup.h"
#include "report/page.h"
#include "report/report_formats.h"
#include "report/report_svg.h"

/* Examples that are shown of each finding: all that a report keeps by default. */
#define EXAMPLES_MAX 20

struct html {
	struct markup markup;
	const json_t *report;
	const struct history_candidate *candidate; /* NULL: not known */
};

/* What each verdict means to whoever is on duty. */
static const struct words {
	const char *verdict, *class, *word, *title, *advice;
} verdicts[] = {
    {"undecided", "undecided", "UNDECIDED", "Do not publish: there is no verdict.",
	"The gate could not do its work, so it is not known whether the zone is good. What is in "
	"service stays."},
    {"refused", "refused", "REFUSED", "Do not publish this zone.",
	"It has defects. Leave in place what is in service, and have the signer looked at."},
    {"held", "held", "HELD", "Do not publish yet: people must agree.",
	"Nothing is broken, but something is unusual. The approvers look at what waits below."},
    {"pass", "pass", "PASS", "This zone may be published.", "Nothing found stands against it."},
};

static const char *
text_of(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_text_of(object, key);

	return text != NULL ? text : otherwise;
}

/* A phrase as a sentence of its own. */
static void
sentence_write(struct html *html, const char *phrase)
{
	char first = phrase[0];

	if (first >= 'a' && first <= 'z')
		first = (char)(first - 'a' + 'A');
	if (first != '\0')
		markup_words(&html->markup, "%c%s.", first, phrase + 1);
}

static void
sentence_element(struct html *html, const char *element, const char *phrase)
{
	markup_open(&html->markup, element, NULL);
	sentence_write(html, phrase);
	markup_close(&html->markup);
}

static const struct words *
words_of(const json_t *report)
{
	const char *verdict = text_of(report, "verdict", "");

	for (size_t i = 1; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (strcmp(verdicts[i].verdict, verdict) == 0)
			return &verdicts[i];
	}
	return &verdicts[0];
}

static struct grouped
number_of(const json_t *object, const char *key)
{
	int64_t number = json_integer_of(object, key, 0);

	return grouped_number(number > 0 ? (uint64_t)number : 0);
}

/* --- The verdict --- */

static void
name_write(struct html *html)
{
	const json_t *serial = json_object_get(html->report, "serial");

	markup_words(&html->markup, "%s", text_of(html->report, "zone", "(zone not known)"));
	if (json_is_integer(serial))
		markup_words(
		    &html->markup, " serial %" PRId64, (int64_t)json_integer_value(serial));
}

static void
verdict_write(struct html *html)
{
	const struct words *words = words_of(html->report);
	struct markup *markup = &html->markup;

	markup_open(markup, "header", words->class);
	markup_open(markup, "p", NULL);
	markup_element(markup, "span", "word", "%s", words->word);
	markup_words(markup, " ");
	name_write(html);
	markup_close(markup);
	markup_element(markup, "h1", NULL, "%s", words->title);
	markup_element(markup, "p", NULL, "%s", words->advice);
	if (strcmp(text_of(html->report, "reason", ""), words->verdict) != 0)
		markup_element(
		    markup, "p", NULL, "Reason: %s", text_of(html->report, "reason", "not known"));
	markup_close(markup);
}

/* --- What resolvers and users would have seen --- */

/* Findings that a validating resolver would have answered with an error. */
static bool
is_seen(const json_t *finding)
{
	return json_integer_of(finding, "ede", -1) >= 0 &&
	       strcmp(text_of(finding, "severity", ""), "warn") != 0;
}

/* "www.example. A": what there is of it. */
static void
place_write(struct html *html, const json_t *example)
{
	const char *owner = json_text_of(example, "owner"), *type = json_text_of(example, "type");

	if (owner != NULL || type != NULL)
		markup_element(&html->markup, "code", NULL, "%s%s%s", owner != NULL ? owner : "",
		    owner != NULL && type != NULL ? " " : "", type != NULL ? type : "");
}

static void
seen_write(struct html *html, const json_t *finding)
{
	const json_t *example = json_array_get(json_object_get(finding, "examples"), 0);

	markup_open(&html->markup, "li", NULL);
	markup_words(&html->markup, "SERVFAIL with extended DNS error %" PRId64 " (%s): %s at %s",
	    json_integer_of(finding, "ede", -1), text_of(finding, "ede_text", ""),
	    text_of(finding, "id", ""), number_of(finding, "count").text);
	markup_words(
	    &html->markup, json_integer_of(finding, "count", 0) == 1 ? " place" : " places");
	if (json_text_of(example, "owner") != NULL) {
		markup_words(&html->markup, ", for example ");
		place_write(html, example);
	}
	markup_close(&html->markup);
}

/* Which caches only. */
static const char *
cause_of(const json_t *window)
{
	static const struct {
		const char *cause, *words;
	} causes[] = {
	    {"expiry", "; where a signature expires before its cached copy does"},
	    {"serve-stale", "; only in caches that serve stale data"},
	    {"margin", "; only within the safety margin"},
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		if (strcmp(text_of(window, "cause", ""), causes[i].cause) == 0)
			return causes[i].words;
	}
	return "";
}

static void
window_write(struct html *html, const json_t *window)
{
	const json_t *held = json_object_get(window, "held"),
		     *asked = json_object_get(window, "asked");

	markup_open(&html->markup, "li", NULL);
	markup_words(&html->markup, "From %s until %s: a cache that holds ",
	    text_of(window, "from_utc", "?"),
	    text_of(window, "until_utc", "it is repaired, because waiting does not help"));
	markup_element(&html->markup, "code", NULL, "%s", text_of(held, "what", "?"));
	markup_words(&html->markup, " and asks for ");
	markup_element(&html->markup, "code", NULL, "%s", text_of(asked, "what", "?"));
	markup_words(&html->markup, " finds it bogus (%s RRsets%s). ",
	    number_of(window, "rrsets").text, cause_of(window));
	sentence_write(html, text_of(window, "broken", ""));
	markup_words(&html->markup, " ");
	sentence_write(html, text_of(window, "remedy", ""));
	markup_close(&html->markup);
}

static void
effect_write(struct html *html)
{
	const json_t *findings = json_object_get(html->report, "findings");
	const json_t *windows = json_object_get(html->report, "counterexamples");
	size_t n_seen = 0;

	markup_element(&html->markup, "h2", NULL, "What resolvers and users would see");
	for (size_t i = 0; i < json_array_size(findings); i++)
		n_seen += is_seen(json_array_get(findings, i));
	if (n_seen + json_array_size(windows) == 0) {
		markup_element(&html->markup, "p", NULL,
		    "Nothing that was found would make a validating resolver fail.");
		return;
	}
	markup_element(&html->markup, "p", NULL,
	    "Users behind validating resolvers would get no answer for these names, or not in "
	    "these "
	    "hours; others would notice nothing.");
	markup_open(&html->markup, "ul", NULL);
	for (size_t i = 0; i < json_array_size(findings); i++) {
		if (is_seen(json_array_get(findings, i)))
			seen_write(html, json_array_get(findings, i));
	}
	for (size_t i = 0; i < json_array_size(windows); i++)
		window_write(html, json_array_get(windows, i));
	markup_close(&html->markup);
}

/* --- Findings --- */

static void
example_write(struct html *html, const json_t *example)
{
	struct markup *markup = &html->markup;

	markup_open(markup, "li", NULL);
	if (json_text_of(example, "file") != NULL)
		markup_element(markup, "code", NULL, "%s:%" PRId64 " ",
		    text_of(example, "file", ""), json_integer_of(example, "line", 0));
	place_write(html, example);
	markup_words(markup, " %s", text_of(example, "detail", ""));
	markup_close(markup);
}

static void
examples_write(struct html *html, const json_t *finding)
{
	const json_t *examples = json_object_get(finding, "examples");
	size_t n = json_array_size(examples);
	int64_t count = json_integer_of(finding, "count", 0);

	if (n > EXAMPLES_MAX)
		n = EXAMPLES_MAX;
	if (n == 0)
		return;
	markup_open(&html->markup, "ul", NULL);
	for (size_t i = 0; i < n; i++)
		example_write(html, json_array_get(examples, i));
	if (count > (int64_t)n)
		markup_element(&html->markup, "li", "soft", "and %s more",
		    grouped_number((uint64_t)(count - (int64_t)n)).text);
	markup_close(&html->markup);
}

/* A severity is a class of the page: only those that there are. */
static const char *
class_of(const json_t *finding)
{
	static const char *const severities[] = {"refuse", "approve", "warn"};

	for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++) {
		if (strcmp(text_of(finding, "severity", ""), severities[i]) == 0)
			return severities[i];
	}
	return "other";
}

static void
finding_write(struct html *html, const json_t *finding)
{
	struct markup *markup = &html->markup;

	markup_open(markup, "article", class_of(finding));
	markup_open(markup, "h3", NULL);
	markup_element(markup, "b", NULL, "%s", text_of(finding, "severity", ""));
	markup_words(
	    markup, " %s: %s", text_of(finding, "id", ""), number_of(finding, "count").text);
	markup_close(markup);
	sentence_element(html, "p", text_of(finding, "summary", ""));
	if (json_text_of(finding, "eased") != NULL)
		markup_element(markup, "p", NULL, "Weaker than the policy says: %s.",
		    text_of(finding, "eased", ""));
	examples_write(html, finding);
	markup_element(markup, "p", NULL, "What to do: %s.", text_of(finding, "remedy", ""));
	markup_open(markup, "p", "soft");
	markup_words(markup, "%s", text_of(finding, "reference", ""));
	if (json_integer_of(finding, "ede", -1) >= 0)
		markup_words(markup, "; extended DNS error %" PRId64 ", %s",
		    json_integer_of(finding, "ede", -1), text_of(finding, "ede_text", ""));
	markup_close(markup);
	markup_close(markup);
}

static void
findings_write(struct html *html)
{
	const json_t *findings = json_object_get(html->report, "findings");
	const json_t *failures = json_object_get(html->report, "failures");

	markup_element(&html->markup, "h2", NULL, "Findings");
	if (json_array_size(findings) == 0)
		markup_element(&html->markup, "p", NULL, "None.");
	for (size_t i = 0; i < json_array_size(findings); i++)
		finding_write(html, json_array_get(findings, i));
	for (size_t i = 0; i < json_array_size(failures); i++) {
		const json_t *key = json_array_get(failures, i);

		markup_element(&html->markup, "p", NULL,
		    "Key %" PRId64 "/%" PRId64 ": %s of %s signatures do not verify%s%s.",
		    json_integer_of(key, "algorithm", 0), json_integer_of(key, "tag", 0),
		    number_of(key, "bad").text, number_of(key, "of").text,
		    json_text_of(key, "cause") != NULL ? ": " : "", text_of(key, "cause", ""));
	}
}

/* --- Pictures --- */

static void
steps_write(struct html *html)
{
	const json_t *steps =
	    json_object_get(json_object_get(html->report, "deadlines"), "entries");

	markup_open(&html->markup, "dl", NULL);
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);
		const char *subject = json_text_of(step, "subject");

		markup_element(
		    &html->markup, "dt", NULL, "%s", text_of(step, "time_utc", "not by waiting"));
		markup_element(&html->markup, "dd", NULL, "%s%s%s: %s", text_of(step, "id", ""),
		    subject != NULL ? " " : "", subject != NULL ? subject : "",
		    text_of(step, "text", ""));
	}
	markup_close(&html->markup);
}

static void
pictures_write(struct html *html)
{
	markup_element(&html->markup, "h2", NULL, "Chain of trust");
	svg_chain_write(&html->markup, html->report);
	markup_element(&html->markup, "h2", NULL, "What is due when");
	if (svg_due_write(&html->markup, html->report)) {
		markup_element(&html->markup, "p", "soft",
		    "First when caches would fail, then what must stay, or be released, until "
		    "when; "
		    "as marks, what may be done from when on. The line is the time of the check.");
		steps_write(html);
	} else
		markup_element(
		    &html->markup, "p", NULL, "Not known: that needs the history of releases.");
	markup_element(&html->markup, "h2", NULL, "Counts against the last release");
	if (!svg_counts_write(&html->markup, html->report))
		markup_element(&html->markup, "p", NULL, "No former zone was given.");
}

/* --- What was judged --- */

static void
fact(struct html *html, const char *name, const char *value)
{
	markup_element(&html->markup, "dt", NULL, "%s", name);
	markup_element(&html->markup, "dd", NULL, "%s", value);
}

/* What became of it since. */
static void
states_write(struct html *html)
{
	char when[UTC_TEXT_MAX];

	for (size_t i = 0; html->candidate != NULL && i < CANDIDATE_STATES; i++) {
		if (html->candidate->times[i] == 0)
			continue;
		utc_format(html->candidate->times[i], when);
		fact(html, candidate_state_text((enum candidate_state)i), when);
	}
}

static void
judged_write(struct html *html)
{
	const json_t *counts = json_object_get(html->report, "counts");
	const json_t *not_run = json_object_get(html->report, "not_run");
	char number[64];

	markup_element(&html->markup, "h2", NULL, "What was judged");
	markup_open(&html->markup, "dl", NULL);
	states_write(html);
	fact(html, "checked as of", text_of(html->report, "now_utc", "not known"));
	fact(html, "policy", text_of(html->report, "policy", "not known"));
	fact(html, "policy SHA-256", text_of(html->report, "policy_digest", "not known"));
	fact(html, "content SHA-384", text_of(html->report, "digest", "not known"));
	fact(html, "complete by", text_of(html->report, "completeness", "not known"));
	fact(html, "records", number_of(counts, "records").text);
	fact(html, "delegations", number_of(counts, "delegations").text);
	fact(html, "signatures", number_of(counts, "rrsigs").text);
	fact(html, "of them verified", number_of(counts, "verified").text);
	(void)snprintf(number, sizeof(number), "%zu", json_array_size(not_run));
	fact(html, "checks not run", number);
	markup_close(&html->markup);
}

/* --- The page --- */

static void
page_write(struct html *html)
{
	struct markup *markup = &html->markup;
	int64_t serial = json_integer_of(html->report, "serial", -1);
	char title[128], number[24] = "";

	if (serial >= 0)
		(void)snprintf(number, sizeof(number), " %" PRId64, serial);
	(void)snprintf(title, sizeof(title), "%s %.80s%s", words_of(html->report)->word,
	    text_of(html->report, "zone", "zone not known"), number);
	html_page_open(markup, title);
	verdict_write(html);
	effect_write(html);
	findings_write(html);
	pictures_write(html);
	judged_write(html);
	html_page_close(markup, text_of(html->report, "version", ""));
}

zg_status
report_html_page(const char *json, const struct history_candidate *candidate, char **text,
    size_t *length, struct zg_error *error)
{
	json_t *report = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	struct html html = {.report = report, .candidate = candidate};
	zg_status status;

	*text = NULL;
	*length = 0;
	if (!json_is_object(report) || json_text_of(report, "verdict") == NULL) {
		json_decref(report);
		return error_set(error, ZG_INPUT_BAD, "there is no report to show");
	}
	markup_begin(&html.markup);
	if (!html.markup.failed)
		page_write(&html);
	status = markup_end(&html.markup, text, length);
	json_decref(report);
	return status == ZG_OK ? ZG_OK : error_set(error, status, "report: out of memory");
}

/* Through the form for programs, so that the page cannot say anything else. */
zg_status
report_html_render(const struct zg_result *result, const struct zg_report_options *options,
    struct text_writer *out)
{
	struct text_writer json = {0};
	char *text = NULL;
	size_t length = 0;
	zg_status status = report_json_render(result, options, &json);

	if (status == ZG_OK)
		status = report_html_page(json.text, NULL, &text, &length, NULL);
	if (status == ZG_OK)
		text_add_bytes(out, text, length);
	free(text);
	text_writer_clear(&json);
	return status == ZG_OK && out->failed ? ZG_MEMORY : status;
}
