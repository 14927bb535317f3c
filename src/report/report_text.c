/*
 * The report for people: the verdict first, then what was judged, what was found and what was not
 * looked at. Documented in zonegate-report(5).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/page.h"
#include "report/report_formats.h"
#include "report/signers.h"
#include "base/utc.h"

#define INDENT 2

/* Digits of the content digest on one line. */
#define DIGEST_LINE 48

/* A number for people. The text lives as long as the full expression. */
#define N(number) grouped_number(number).text

/* What each verdict means to who is on duty. */
static const struct verdict_words {
	enum page_style style;
	const char *word;
	const char *advice;
} verdict_words[] = {
    [ZG_VERDICT_REFUSE] = {STYLE_BAD, "REFUSED",
	"Do not publish: the zone has defects. Leave in place what is in service."},
    [ZG_VERDICT_UNDECIDED] = {STYLE_BAD, "UNDECIDED",
	"Do not publish: it is not known whether the zone is good."},
    [ZG_VERDICT_HELD] = {STYLE_ASK, "HELD",
	"Do not publish before the findings of severity approve have been approved."},
    [ZG_VERDICT_PASS] = {STYLE_GOOD, "PASS", "Nothing found stands against publishing."},
};

static const enum page_style severity_styles[] = {
    [ZG_SEVERITY_REFUSE] = STYLE_BAD,
    [ZG_SEVERITY_APPROVE] = STYLE_ASK,
    [ZG_SEVERITY_WARN] = STYLE_WARN,
    [ZG_SEVERITY_IGNORE] = STYLE_HEADING,
};
#define SEVERITIES (sizeof(severity_styles) / sizeof(severity_styles[0]))

static const enum zg_input inputs[] = {
    ZG_INPUT_DS, ZG_INPUT_PREVIOUS, ZG_INPUT_UNSIGNED, ZG_INPUT_HISTORY};

static const char *
text_or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static const struct verdict_words *
words_for(zg_verdict verdict)
{
	size_t known = sizeof(verdict_words) / sizeof(verdict_words[0]);

	return &verdict_words[(size_t)verdict < known ? verdict : ZG_VERDICT_UNDECIDED];
}

/* Findings (checks, not places) at one severity. */
static size_t
count_findings(const struct zg_result *result, zg_severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < result->n_findings; i++)
		n += result->findings[i].severity == severity;
	return n;
}

/* Zone, serial, verdict and reason in one line; what to do; how much was found. */
static void
add_verdict(struct page *page, const struct zg_result *result)
{
	const struct verdict_words *words = words_for(result->verdict);
	const char *reason = text_or(result->reason, "reason not known");
	char serial[32] = "";
	bool adds = strcmp(reason, zg_verdict_text(result->verdict)) != 0;

	if (result->has_serial)
		(void)snprintf(serial, sizeof(serial), " serial %" PRIu32, result->serial);
	page_tagged(page, 0, words->style, words->word, "%s%s%s%s",
	    text_or(result->zone, "(zone not known)"), serial, adds ? ": " : "",
	    adds ? reason : "");
	page_blank(page);
	page_fold(page, INDENT, INDENT, "%s", words->advice);
	page_fold(page, INDENT, INDENT,
	    "Findings: %zu refuse, %zu approve, %zu warn. Exit status %d.",
	    count_findings(result, ZG_SEVERITY_REFUSE), count_findings(result, ZG_SEVERITY_APPROVE),
	    count_findings(result, ZG_SEVERITY_WARN), zg_verdict_exit_status(result->verdict));
}

/* The optional inputs of a set; "none" when it is empty. */
static void
add_inputs(struct page *page, const char *label, unsigned set)
{
	const char *separator = "";

	page_begin(page);
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		if ((set & (unsigned)inputs[i]) == 0)
			continue;
		text_printf(&page->raw, "%s%s", separator, zg_input_text(inputs[i]));
		separator = ", ";
	}
	if (page->raw.used == 0)
		text_add(&page->raw, "none");
	page_end_field(page, label);
}

static void
add_release_by(struct page *page, const struct zg_result *result)
{
	char when[UTC_TEXT_MAX], span[DURATION_TEXT_MAX];
	uint64_t at = (uint64_t)result->release_by, now = (uint64_t)result->now;

	if (result->release_by == 0)
		return;
	utc_format(result->release_by, when);
	if (result->release_by > result->now) {
		duration_format(at - now, span);
		page_field(page, "release by", "the first needed signature expires at %s (in %s)",
		    when, span);
	} else {
		duration_format(now - at, span);
		page_field(page, "release by", "the first needed signature expired at %s (%s ago)",
		    when, span);
	}
}

static void
add_counts(struct page *page, const uint64_t counts[ZG_COUNT_COUNT])
{
	page_field(page, "records", "%s, at %s owner names", N(counts[ZG_COUNT_RECORDS]),
	    N(counts[ZG_COUNT_OWNERS]));
	page_field(page, "delegations", "%s, of them %s secure", N(counts[ZG_COUNT_DELEGATIONS]),
	    N(counts[ZG_COUNT_SECURE_DELEGATIONS]));
	page_field(page, "signatures", "%s, of them %s verified", N(counts[ZG_COUNT_RRSIGS]),
	    N(counts[ZG_COUNT_VERIFIED]));
	page_field(page, "denial", "%s NSEC, %s NSEC3", N(counts[ZG_COUNT_NSEC]),
	    N(counts[ZG_COUNT_NSEC3]));
}

/* The content digest, which is wider than the page, on two lines. */
static void
add_digest(struct page *page, const char *digest)
{
	if (digest == NULL) {
		page_field(page, "content", "SHA-384 not computed");
		return;
	}
	page_field(page, "content", "SHA-384 %.*s", DIGEST_LINE, digest);
	if (strlen(digest) > DIGEST_LINE)
		page_field(page, "", "        %s", digest + DIGEST_LINE);
}

static void
add_judged(struct page *page, const struct zg_result *result)
{
	char now[UTC_TEXT_MAX];

	utc_format(result->now, now);
	page_heading(page, "What was judged");
	page_field(page, "policy", "%s, SHA-256 %s", text_or(result->policy, "not known"),
	    text_or(result->policy_digest, "not known"));
	page_field(page, "clock", "%s", now);
	add_digest(page, result->digest);
	add_inputs(page, "inputs given", result->inputs);
	add_inputs(page, "not given", ~result->inputs);
	page_field(page, "completeness", "%s", text_or(result->completeness, "none"));
	add_counts(page, result->counts);
	add_release_by(page, result);
}

/* The headline: id and exact count, and below it what the check means. */
static void
add_headline(struct page *page, const struct zg_finding *finding)
{
	const struct zg_check *check = finding->check;
	enum page_style style =
	    (size_t)finding->severity < SEVERITIES ? severity_styles[finding->severity] : STYLE_BAD;
	const char *extended = zg_ede_text(check->ede);

	page_tagged(page, INDENT, style, zg_severity_text(finding->severity), "%s: %s", check->id,
	    N(finding->count));
	page_fold(page, 2 * INDENT, 2 * INDENT, "%s (%s)", check->summary, check->reference);
	if (check->ede >= 0)
		page_fold(page, 2 * INDENT, 2 * INDENT,
		    "validators report: extended DNS error %d%s%s (RFC 8914)", check->ede,
		    extended != NULL ? ", " : "", text_or(extended, ""));
	if (finding->eased != NULL)
		page_fold(page, 2 * INDENT, 2 * INDENT, "eased: %s", finding->eased);
}

/* file:line: owner TYPE: check-id: sentence (reference). One line, whatever its length. */
static void
add_example(struct page *page, const struct zg_check *check, const struct zg_example *example)
{
	struct text_writer *raw = &page->raw;

	page_begin(page);
	if (example->file != NULL)
		text_printf(raw, "%s:", example->file);
	if (example->line != 0)
		text_printf(raw, "%" PRIu32 ":", example->line);
	if (raw->used > 0)
		text_add(raw, " ");
	if (example->owner != NULL)
		text_printf(raw, "%s%s%s: ", example->owner, example->type != NULL ? " " : "",
		    text_or(example->type, ""));
	else if (example->type != NULL)
		text_printf(raw, "%s: ", example->type);
	text_printf(raw, "%s: %s (%s)", check->id, text_or(example->detail, check->summary),
	    check->reference);
	page_end_line(page, 2 * INDENT);
}

/* Who accepts it, and whether they are enough; nothing where nobody was asked. */
static void
add_approvers(struct page *page, const struct zg_finding *finding)
{
	char until[UTC_TEXT_MAX];

	if (finding->approved_by == NULL)
		return;
	utc_format(finding->approved_until, until);
	page_fold(page, 2 * INDENT, 4 * INDENT, "%s by %s until %s",
	    finding->accepted ? "accepted" : "not by enough yet: accepted", finding->approved_by,
	    until);
}

static void
add_finding(struct page *page, const struct zg_finding *finding)
{
	add_headline(page, finding);
	for (size_t i = 0; i < finding->n_examples; i++)
		add_example(page, finding->check, &finding->examples[i]);
	if (finding->n_examples > 0 && finding->count > finding->n_examples)
		page_line(page, 2 * INDENT, "and %s more", N(finding->count - finding->n_examples));
	page_fold(page, 2 * INDENT, 4 * INDENT, "remedy: %s", finding->check->remedy);
	add_approvers(page, finding);
}

/* What came of each approval that was handed in. */
static void
add_approvals(struct page *page, const struct zg_result *result)
{
	if (result->n_approvals == 0)
		return;
	page_heading(page, "Approvals");
	for (size_t i = 0; i < result->n_approvals; i++) {
		const struct zg_approval_state *state = &result->approvals[i];
		bool read = state->by != NULL;

		page_fold(page, INDENT, 2 * INDENT, "%s%s%s: %s%s%s",
		    text_or(state->name, "approval"), read ? " by " : "", read ? state->by : "",
		    zg_approval_outcome_text(state->outcome), read ? "; reason: " : "",
		    read ? text_or(state->reason, "") : "");
	}
}

static void
add_findings(struct page *page, const struct zg_result *result)
{
	page_heading(page, "Findings");
	if (result->n_findings == 0)
		page_line(page, INDENT, "none");
	for (size_t i = 0; i < result->n_findings; i++) {
		if (i > 0)
			page_blank(page);
		add_finding(page, &result->findings[i]);
	}
}

/* One key's failing signatures, in all and by inception. */
static void
add_failing_key(
    struct page *page, const struct zg_result *result, size_t group, const struct failing_key *key)
{
	const char *cause = failing_key_cause(key);
	char inception[UTC_TEXT_MAX];

	page_fold(page, INDENT, 2 * INDENT,
	    "key %u/%u: %s of %s signatures do not verify with %s%s%s", key->algorithm, key->tag,
	    N(key->n_bad), N(key->n_of), failing_key_against(key), cause != NULL ? ": " : "",
	    text_or(cause, ""));
	for (size_t i = group; i < result->n_failures; i++) {
		const struct zg_failure_group *failures = &result->failures[i];

		if (!failing_key_has(key, failures))
			continue;
		if (failures->inception == 0) {
			page_line(page, 2 * INDENT, "other inceptions: %s", N(failures->n_bad));
			continue;
		}
		utc_format(failures->inception, inception);
		page_line(page, 2 * INDENT, "inception %s: %s", inception, N(failures->n_bad));
	}
}

static void
add_failures(struct page *page, const struct zg_result *result)
{
	struct failing_key key;

	if (result->n_failures == 0)
		return;
	page_heading(page, "Failing signatures");
	for (size_t i = 0; i < result->n_failures; i++) {
		if (failing_key_sum(result, i, &key))
			add_failing_key(page, result, i, &key);
	}
}

static const char *
parent_word(const struct zg_result *result, const struct zg_key *key)
{
	if ((result->inputs & ZG_INPUT_DS) == 0)
		return "not known";
	return key->in_parent ? "yes" : "no";
}

static void
add_keys(struct page *page, const struct zg_result *result)
{
	if (result->n_keys == 0)
		return;
	page_heading(page, "Keys");
	page_line(page, INDENT, "%-9s  %-18s  %5s  %5s  %-13s  %11s  %11s  %s", "key", "algorithm",
	    "flags", "bits", "role seen", "over data", "signatures", "in parent DS");
	for (size_t i = 0; i < result->n_keys; i++) {
		const struct zg_key *key = &result->keys[i];
		char tag[16], role[16];

		(void)snprintf(tag, sizeof(tag), "%u/%u", key->algorithm, key->tag);
		(void)snprintf(role, sizeof(role), "%s%s", key_role(key),
		    key_is_revoked(key) ? ", revoked" : "");
		page_line(page, INDENT, "%-9s  %-18s  %5u  %5u  %-13s  %11s  %11s  %s", tag,
		    text_or(key->algorithm_name, "not known"), key->flags, key->bits, role,
		    N(key->n_signatures), N(key->n_tried), parent_word(result, key));
	}
}

static void
add_classes(struct page *page, const struct zg_result *result)
{
	if (result->n_classes == 0)
		return;
	page_heading(page, "Signing classes");
	page_line(page, INDENT, "%11s  %10s  %-20s  %-20s  %s", "RRsets", "TTL",
	    "earliest expiration", "signed by", "for example");
	for (size_t i = 0; i < result->n_classes; i++) {
		const struct zg_signing_class *class = &result->classes[i];
		const char *keys = text_or(class->keys, "");
		char expiration[UTC_TEXT_MAX] = "-";

		if (keys[0] != '\0')
			utc_format(class->earliest_expiration, expiration);
		page_line(page, INDENT, "%11s  %10" PRIu32 "  %-20s  %-20s  %s %s",
		    N(class->n_rrsets), class->ttl, expiration,
		    keys[0] != '\0' ? keys : "no valid signature", text_or(class->owner, "-"),
		    text_or(class->type, ""));
	}
	if (result->more_classes)
		page_line(page, INDENT, "more than these were not kept");
}

/* What a cache-view outcome means to who is on duty. */
static const struct outcome_words {
	const char *outcome;
	enum page_style style;
	const char *meaning;
} outcome_words[] = {
    {"proved", STYLE_GOOD, "whatever caches hold, it validates together with this zone"},
    {"refuted", STYLE_BAD, "caches hold data that does not validate together with this zone"},
    {"not worse", STYLE_ASK,
	"some caches fail whether or not this zone goes out; it adds nothing to that"},
    {"unknown", STYLE_BAD, "the history does not reach back far enough to say what caches hold"},
};

/* Why a counterexample counts for some caches only. */
static const struct cause_words {
	const char *cause, *meaning;
} cause_words[] = {
    {"expiry", "only because a signature runs out while it is cached"},
    {"serve-stale", "only where resolvers serve stale data"},
    {"margin", "only within the safety margins of the policy"},
};

static const char *
cause_meaning(const char *cause)
{
	for (size_t i = 0; i < sizeof(cause_words) / sizeof(cause_words[0]); i++) {
		if (strcmp(cause_words[i].cause, cause) == 0)
			return cause_words[i].meaning;
	}
	return cause;
}

/* "2026-11-22T11:30:00Z", or `never` for a time that does not come. */
static const char *
time_or(int64_t at, const char *never, char text[UTC_TEXT_MAX])
{
	if (at == INT64_MAX)
		return never;
	utc_format(at, text);
	return text;
}

/* The item that the cache has: until when it can have been fetched, from which release. */
static void
add_held(struct page *page, const struct zg_counterexample *example)
{
	char fetched[UTC_TEXT_MAX], ttl[DURATION_TEXT_MAX];
	bool is_served = example->held_fetched == INT64_MAX;

	page_begin(page);
	text_printf(&page->raw, "A resolver that got %s", text_or(example->held, "(not known)"));
	if (is_served)
		text_add(&page->raw, " at any time (still served");
	else
		text_printf(&page->raw, " by %s (", time_or(example->held_fetched, "", fetched));
	if (is_served)
		text_add(&page->raw, ", ");
	if (example->held_serial != 0)
		text_printf(&page->raw, "serial %" PRIu32 ", ", example->held_serial);
	duration_format(example->held_ttl, ttl);
	text_printf(&page->raw, "TTL %s)", ttl);
	page_end_fold(page, 2 * INDENT, 3 * INDENT);
}

/* What the resolver asks for, why that fails, and for how long. */
static void
add_asked(struct page *page, const struct zg_counterexample *example)
{
	char from[UTC_TEXT_MAX], until[UTC_TEXT_MAX];
	bool ends = example->until != INT64_MAX;

	page_fold(page, 2 * INDENT, 3 * INDENT, "and asks for %s%s",
	    text_or(example->asked, "(not known)"),
	    example->asked_candidate ? " (this candidate)" : "");
	page_fold(page, 2 * INDENT, 3 * INDENT, "fails: %s",
	    text_or(example->broken, "the two do not fit"));
	page_fold(page, 2 * INDENT, 3 * INDENT, "BOGUS from %s %s%s  [%s RRset%s]",
	    time_or(example->from, "(not known)", from), ends ? "until " : "without end",
	    ends ? time_or(example->until, "", until) : "", N(example->n_rrsets),
	    example->n_rrsets == 1 ? "" : "s");
}

/* The two ways out: wait, or change the candidate. */
static void
add_way_out(struct page *page, const struct zg_counterexample *example)
{
	char safe[UTC_TEXT_MAX];

	if (example->earliest_safe == INT64_MAX)
		page_fold(page, 2 * INDENT, 3 * INDENT,
		    "Waiting never helps: another release is needed first.");
	else
		page_fold(page, 2 * INDENT, 3 * INDENT, "Earliest safe release: %s%s%s",
		    time_or(example->earliest_safe, "", safe), example->sum != NULL ? " = " : "",
		    text_or(example->sum, ""));
	if (example->remedy != NULL)
		page_fold(page, 2 * INDENT, 3 * INDENT, "Smallest change: %s", example->remedy);
}

static void
add_counterexample(struct page *page, const struct zg_counterexample *example)
{
	page_blank(page);
	page_tagged(page, INDENT, example->preexisting ? STYLE_WARN : STYLE_BAD,
	    example->preexisting ? "already so" : "new", "%s (validators: %s)%s%s",
	    text_or(example->kind, "not known"), text_or(example->models, "not known"),
	    example->cause != NULL ? ", " : "",
	    example->cause != NULL ? cause_meaning(example->cause) : "");
	add_held(page, example);
	add_asked(page, example);
	add_way_out(page, example);
}

/* The outcome of the proof, and when the release is safe. */
static void
add_outcome(struct page *page, const struct zg_result *result)
{
	const struct outcome_words *words = NULL;
	char safe[UTC_TEXT_MAX];

	for (size_t i = 0; i < sizeof(outcome_words) / sizeof(outcome_words[0]); i++) {
		if (strcmp(outcome_words[i].outcome, result->cache_view) == 0)
			words = &outcome_words[i];
	}
	page_tagged(page, INDENT, words != NULL ? words->style : STYLE_BAD, result->cache_view,
	    "%s", words != NULL ? words->meaning : "an outcome that this report does not know");
	if (result->earliest_safe == INT64_MAX)
		page_fold(page, INDENT, INDENT,
		    "Waiting does not make this zone safe: another release is needed first.");
	else if (result->earliest_safe > result->now)
		page_fold(page, INDENT, INDENT, "Earliest safe release: %s",
		    time_or(result->earliest_safe, "", safe));
}

static void
add_cache_view(struct page *page, const struct zg_result *result)
{
	if (result->cache_view == NULL)
		return;
	page_heading(page, "Cache view");
	add_outcome(page, result);
	for (size_t i = 0; i < result->n_counterexamples; i++)
		add_counterexample(page, &result->counterexamples[i]);
}

/* Whether what is broken may go out all the same, and what speaks for it. */
static void
add_repair(struct page *page, const struct zg_result *result)
{
	const struct zg_repair *repair = result->repair;

	if (repair == NULL)
		return;
	page_heading(page, "Repair");
	if (repair->possible)
		page_tagged(page, INDENT, STYLE_ASK, "possible",
		    "all that is broken here is broken in force as well: approvals can let it out");
	else
		page_tagged(page, INDENT, STYLE_BAD, "not possible", "%s",
		    text_or(repair->why, "the reason is not known"));
	if (repair->compared) {
		page_field(page, "in force", "%s of %s RRsets are broken",
		    N(repair->n_former_broken), N(repair->n_former_rrsets));
		page_field(page, "candidate", "%s of %s RRsets are broken", N(repair->n_broken),
		    N(repair->n_rrsets));
		page_field(page, "only here", "%s RRsets and faults of denial", N(repair->n_new));
	}
	if (repair->has_damage)
		page_field(page, "damage",
		    "to caches, in RRset-seconds: %s when held back, %s when released",
		    N(repair->damage_hold), N(repair->damage_release));
}

/* By time: what must be done, or may be done, and when. */
static void
add_deadlines(struct page *page, const struct zg_result *result)
{
	char when[UTC_TEXT_MAX];

	if (result->n_deadlines == 0)
		return;
	page_heading(page, "Deadlines and next steps");
	for (size_t i = 0; i < result->n_deadlines; i++) {
		const struct zg_deadline *deadline = &result->deadlines[i];

		page_fold(page, INDENT, 2 * INDENT, "%-20s  %-20s  %s%s%s",
		    time_or(deadline->time, "not by waiting", when),
		    text_or(deadline->id, "(not known)"), text_or(deadline->subject, ""),
		    deadline->subject != NULL ? ": " : "", text_or(deadline->text, ""));
	}
}

static bool
same_reason(const struct zg_not_run *a, const struct zg_not_run *b)
{
	return strcmp(text_or(a->reason, ""), text_or(b->reason, "")) == 0;
}

/* An earlier check did not run for the same reason. */
static bool
reason_was_said(const struct zg_result *result, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (same_reason(&result->not_run[i], &result->not_run[index]))
			return true;
	}
	return false;
}

static void
add_not_run(struct page *page, const struct zg_result *result)
{
	if (result->n_not_run == 0)
		return;
	page_heading(page, "Checks that did not run");
	for (size_t i = 0; i < result->n_not_run; i++) {
		const char *separator = ": ";

		if (reason_was_said(result, i))
			continue;
		page_begin(page);
		text_add(&page->raw, text_or(result->not_run[i].reason, "reason not known"));
		for (size_t j = i; j < result->n_not_run; j++) {
			if (!same_reason(&result->not_run[i], &result->not_run[j]))
				continue;
			text_printf(&page->raw, "%s%s", separator, result->not_run[j].check->id);
			separator = ", ";
		}
		page_end_fold(page, INDENT, 2 * INDENT);
	}
}

zg_status
report_text_render(const struct zg_result *result, const struct zg_report_options *options,
    struct text_writer *out)
{
	struct page page = {.color = options->color};

	add_verdict(&page, result);
	add_judged(&page, result);
	add_findings(&page, result);
	add_approvals(&page, result);
	add_repair(&page, result);
	add_cache_view(&page, result);
	add_deadlines(&page, result);
	add_failures(&page, result);
	add_keys(&page, result);
	add_classes(&page, result);
	add_not_run(&page, result);
	return page_take(&page, out);
}
