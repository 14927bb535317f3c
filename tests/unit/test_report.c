/* Reports: facts are said in both forms, nothing unescaped leaves, the same result gives the same
 * bytes. The JSON reports are left below BUILD for tests/structure/report_schema.sh. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include <zonegate/report.h>
#include "report/escape.h"
#include "report/page.h"
#include "report/signers.h"
#include "base/utc.h"

#define NOW 1778010300 /* 2026-05-05T19:45:00Z */

#define DIGEST_48                                                                                  \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                         \
	"202122232425262728292a2b2c2d2e2f"
#define DIGEST_32 "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"

static const struct zg_check check_bogus = {"rrset-bogus", "signatures", ZG_SEVERITY_REFUSE,
    ZG_SEVERITY_REFUSE, 0, 6, "RFC 4035 section 5.3", "an RRset none of whose RRSIGs verifies",
    "look at the groups"};
static const struct zg_check check_change = {"change-records", "change", ZG_SEVERITY_APPROVE,
    ZG_SEVERITY_IGNORE, ZG_INPUT_PREVIOUS, -1, "policy", "many records changed", "approve it"};
static const struct zg_check check_size = {"dnskey-rsa-small", "keys", ZG_SEVERITY_WARN,
    ZG_SEVERITY_IGNORE, 0, -1, "policy", "an RSA key below 2048 bits", "roll"};
static const struct zg_check check_chain = {"chain-to-ds", "parent", ZG_SEVERITY_REFUSE,
    ZG_SEVERITY_REFUSE, ZG_INPUT_DS, 9, "RFC 4035 section 5.2", "no chain", "do not publish"};

static const struct zg_example examples_bogus[] = {
    {"de.", "SOA", "de.zone", 3, "1 RRSIG, none verifies"},
    {"a.de.", "NSEC3", "de.zone", 1234567, "2 RRSIGs, none verifies"},
    {"b.de.", NULL, NULL, 0, "1 RRSIG, none verifies"},
};
static const struct zg_finding findings_refused[] = {
    {.check = &check_bogus,
	.severity = ZG_SEVERITY_REFUSE,
	.count = 612,
	.examples = examples_bogus,
	.n_examples = 3},
    {.check = &check_size,
	.severity = ZG_SEVERITY_WARN,
	.eased = "the zone in force has the same",
	.count = 1},
};
static const struct zg_not_run not_run[] = {
    {&check_chain, "no DS of the parent was given"},
    {&check_change, "no former zone was given"},
    {&check_bogus, "no DS of the parent was given"},
};
static const struct zg_key keys[] = {
    {8, 26755, 257, 2048, DIGEST_32, true, 0, 1, true, "RSASHA256"},
    {8, 33834, 256, 1024, DIGEST_32, false, 1218, 1830, false, "RSASHA256"},
    {13, 7, 0x0181, 256, DIGEST_32, true, 2, 3, false, "ECDSAP256SHA256"},
    {250, 65535, 256, 0, DIGEST_32, false, 0, 3, false, NULL},
};
static const struct zg_signing_class classes[] = {
    {"8/26755", 3600, 1, NOW + 600000, "de.", "DNSKEY"},
    {"8/33834 13/7", 86400, 1218, NOW + 529380, "de.", "SOA"},
    {"", 86400, 612, 0, "a.de.", "NSEC3"},
};
static const struct zg_failure_group failures[] = {
    {8, 33834, NOW - 3600, 600, 1830},
    {250, 65535, NOW - 3600, 3, 3},
    {8, 33834, NOW - 7200, 12, 1830},
    {8, 4711, NOW - 7200, 5, 5},
};

/* As the .de zone of May 2026 would have been reported: some signatures by another private key. */
static const struct zg_result refused = {
    .verdict = ZG_VERDICT_REFUSE,
    .reason = "refused",
    .zone = "de.",
    .has_serial = true,
    .serial = 1777976654,
    .digest = DIGEST_48,
    .policy = "default",
    .policy_digest = DIGEST_32,
    .now = NOW,
    .inputs = ZG_INPUT_DS | ZG_INPUT_UNSIGNED,
    .completeness = "unsigned input",
    .counts = {[ZG_COUNT_RECORDS] = 4640123,
	[ZG_COUNT_OWNERS] = 2000123,
	[ZG_COUNT_DELEGATIONS] = 1000000,
	[ZG_COUNT_SECURE_DELEGATIONS] = 600000,
	[ZG_COUNT_RRSIGS] = 1835,
	[ZG_COUNT_VERIFIED] = 1219,
	[ZG_COUNT_BY_EVP] = 1835,
	[ZG_COUNT_NSEC3] = 600003},
    .findings = findings_refused,
    .n_findings = 2,
    .not_run = not_run,
    .n_not_run = 3,
    .keys = keys,
    .n_keys = 4,
    .classes = classes,
    .n_classes = 3,
    .failures = failures,
    .n_failures = 4,
    .release_by = NOW + 6 * 86400 + 3 * 3600 + 59,
};

static const struct zg_result passed = {
    .verdict = ZG_VERDICT_PASS,
    .reason = "pass, chain to the parent not checked",
    .zone = "example.",
    .has_serial = true,
    .serial = 1,
    .digest = DIGEST_48,
    .policy = "default",
    .policy_digest = DIGEST_32,
    .now = NOW,
    .completeness = "none",
    .counts = {[ZG_COUNT_RECORDS] = 12,
	[ZG_COUNT_OWNERS] = 5,
	[ZG_COUNT_RRSIGS] = 6,
	[ZG_COUNT_VERIFIED] = 6,
	[ZG_COUNT_NSEC] = 5},
    .not_run = not_run,
    .n_not_run = 1,
    .keys = keys,
    .n_keys = 1,
    .release_by = NOW - 90,
};

/* rollover with a new ZSK: sign with it too early, and take the old KSK out too early. */
static const struct zg_counterexample counterexamples[] = {
    {.kind = "dnskey-data",
	.models = "lenient, strict-ds",
	.from = NOW,
	.until = NOW + 2700,
	.held = "example. DNSKEY",
	.held_serial = 2026112100,
	.held_fetched = NOW - 900,
	.held_ttl = 3600,
	.asked = "www.example. A",
	.asked_candidate = true,
	.broken = "only key 13/51872 signs it, which is not in the cached DNSKEY RRset",
	.n_rrsets = 41872,
	.earliest_safe = NOW + 2700,
	.sum = "19:00 + 30m propagation + 1h TTL",
	.remedy = "keep signing with 13/40401 until then"},
    {.kind = "ds-dnskey",
	.models = "lenient",
	.preexisting = true,
	.cause = "serve-stale",
	.from = NOW + 60,
	.until = INT64_MAX,
	.held = "example. DS",
	.held_fetched = INT64_MAX,
	.held_ttl = 86400,
	.asked = "example. DNSKEY",
	.broken = "KSK 13/12345 is gone",
	.n_rrsets = 1,
	.earliest_safe = INT64_MAX},
};
static const struct zg_deadline deadlines[] = {
    {"may-sign", NOW + 2700, "13/51872", "the key may sign alone"},
    {"release-by-soft", NOW + 86400, NULL, "release a refreshed zone"},
    {"keep-signing", INT64_MAX, "13/40401", "41 872 RRsets are signed by it alone"},
};

static const struct zg_result refuted = {
    .verdict = ZG_VERDICT_REFUSE,
    .reason = "refused",
    .zone = "example.",
    .has_serial = true,
    .serial = 2026112101,
    .digest = DIGEST_48,
    .policy = "tld",
    .policy_digest = DIGEST_32,
    .now = NOW,
    .inputs = ZG_INPUT_DS,
    .completeness = "none",
    .findings = findings_refused,
    .n_findings = 2,
    .cache_view = "refuted",
    .earliest_safe = INT64_MAX,
    .counterexamples = counterexamples,
    .n_counterexamples = 2,
    .deadlines = deadlines,
    .n_deadlines = 3,
};

static const struct zg_finding findings_held[] = {
    {.check = &check_change,
	.severity = ZG_SEVERITY_APPROVE,
	.count = 1,
	.approved_by = "alice",
	.approved_until = NOW + 3600,
	.may_be_accepted = true},
};

static const struct zg_finding findings_accepted[] = {
    {.check = &check_change,
	.severity = ZG_SEVERITY_APPROVE,
	.count = 1,
	.approved_by = "alice, bob",
	.approved_until = NOW + 3600,
	.accepted = true,
	.may_be_accepted = true},
};

static const struct zg_approval_state approvals[] = {
    {"one.approval", ZG_APPROVAL_USED, "alice", "ticket 4711", NOW + 3600},
    {"two.approval", ZG_APPROVAL_EXPIRED, "bob", "ticket 4711", NOW - 1},
    {"three.approval", ZG_APPROVAL_MALFORMED, NULL, NULL, 0},
};

static const struct zg_result held = {
    .verdict = ZG_VERDICT_HELD,
    .reason = "held for approval",
    .zone = "example.",
    .policy = "tld",
    .policy_digest = DIGEST_32,
    .now = NOW,
    .inputs = ZG_INPUT_DS | ZG_INPUT_PREVIOUS,
    .completeness = "former zone",
    .findings = findings_held,
    .n_findings = 1,
    .approvals = approvals,
    .n_approvals = 3,
    .quorum = 2,
};

/* A repair in each of its forms. */
static const struct zg_repair repair_possible = {.possible = true,
    .compared = true,
    .n_former_rrsets = 12,
    .n_former_broken = 11,
    .n_rrsets = 13,
    .n_broken = 7,
    .has_damage = true,
    .damage_hold = 5000,
    .damage_release = 300};
static const struct zg_repair repair_worse = {.why = "the candidate breaks what is not broken",
    .compared = true,
    .n_former_rrsets = 12,
    .n_former_broken = 1,
    .n_rrsets = 12,
    .n_broken = 2,
    .n_new = 1};
static const struct zg_repair repair_unknown = {.why = "the zone in force could not be verified"};

static const struct zg_result accepted = {
    .verdict = ZG_VERDICT_PASS,
    .reason = "pass, with approvals",
    .zone = "example.",
    .policy = "tld",
    .policy_digest = DIGEST_32,
    .now = NOW,
    .inputs = ZG_INPUT_DS | ZG_INPUT_PREVIOUS,
    .completeness = "former zone",
    .findings = findings_accepted,
    .n_findings = 1,
    .approvals = approvals,
    .n_approvals = 1,
    .quorum = 2,
};

#define WITH_REPAIR(of)                                                                            \
	{                                                                                          \
		.verdict = ZG_VERDICT_REFUSE, .reason = "refused", .zone = "example.",             \
		.policy = "tld", .policy_digest = DIGEST_32, .now = NOW, .completeness = "none",   \
		.repair = (of),                                                                    \
	}
static const struct zg_result repairing = WITH_REPAIR(&repair_possible);
static const struct zg_result repair_refused = WITH_REPAIR(&repair_worse);
static const struct zg_result repair_not_compared = WITH_REPAIR(&repair_unknown);

static const struct zg_result undecided = {
    .verdict = ZG_VERDICT_UNDECIDED,
    .reason = "undecided, required input missing: ds",
    .zone = "example.",
    .policy = "tld",
    .policy_digest = DIGEST_32,
    .now = NOW,
    .completeness = "none",
};

/* Strings that try to get out: a forged line, a terminal sequence, a quote, UTF-8, DEL. */
#define HOSTILE "x\n\033[2JPASS \"\\\"\xc3\xa9\x7f\r\t"
#define ESCAPED "x\\010\\027[2JPASS \"\\\"\\195\\169\\127\\013\\009"

static const struct zg_example examples_hostile[] = {{HOSTILE, HOSTILE, HOSTILE, 1, HOSTILE}};
static const struct zg_finding findings_hostile[] = {{.check = &check_bogus,
    .severity = ZG_SEVERITY_REFUSE,
    .eased = HOSTILE,
    .count = 1,
    .examples = examples_hostile,
    .n_examples = 1,
    .approved_by = HOSTILE,
    .may_be_accepted = true}};
static const struct zg_not_run not_run_hostile[] = {{&check_chain, HOSTILE}};
static const struct zg_key keys_hostile[] = {{13, 1, 257, 256, HOSTILE, true, 1, 1, true, HOSTILE}};
static const struct zg_signing_class classes_hostile[] = {{HOSTILE, 1, 1, NOW, HOSTILE, HOSTILE}};
static const struct zg_approval_state approvals_hostile[] = {
    {HOSTILE, ZG_APPROVAL_USED, HOSTILE, HOSTILE, NOW}};
static const struct zg_counterexample counterexamples_hostile[] = {{.kind = HOSTILE,
    .models = HOSTILE,
    .cause = HOSTILE,
    .held = HOSTILE,
    .asked = HOSTILE,
    .broken = HOSTILE,
    .sum = HOSTILE,
    .remedy = HOSTILE}};
static const struct zg_deadline deadlines_hostile[] = {{HOSTILE, NOW, HOSTILE, HOSTILE}};

static const struct zg_result hostile = {
    .verdict = ZG_VERDICT_REFUSE,
    .reason = HOSTILE,
    .zone = HOSTILE,
    .digest = HOSTILE,
    .policy = HOSTILE,
    .policy_digest = HOSTILE,
    .now = NOW,
    .completeness = HOSTILE,
    .findings = findings_hostile,
    .n_findings = 1,
    .not_run = not_run_hostile,
    .n_not_run = 1,
    .keys = keys_hostile,
    .n_keys = 1,
    .classes = classes_hostile,
    .n_classes = 1,
    .cache_view = HOSTILE,
    .counterexamples = counterexamples_hostile,
    .n_counterexamples = 1,
    .deadlines = deadlines_hostile,
    .n_deadlines = 1,
    .approvals = approvals_hostile,
    .n_approvals = 1,
};

/* The text of a report, owned by the caller. */
static char *
render(const struct zg_result *result, enum zg_format format, bool color)
{
	const struct zg_report_options options = {.format = format, .color = color};
	struct zg_error error;
	size_t length;
	char *text;

	ck_assert_int_eq(zg_report_render(result, &options, &text, &length, &error), ZG_OK);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(strlen(text), length);
	ck_assert_int_eq(text[length - 1], '\n');
	return text;
}

static void
assert_says(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what) != NULL, "'%s' is not in:\n%s", what, text);
}

static void
assert_silent(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what) == NULL, "'%s' is in:\n%s", what, text);
}

/* The first line of the text is `expected`. */
static void
assert_first_line(const struct zg_result *result, const char *expected)
{
	char *text = render(result, ZG_FORMAT_TEXT, false);

	*strchr(text, '\n') = '\0';
	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(verdict_comes_first)
{
	assert_first_line(&refused, "REFUSED  de. serial 1777976654");
	assert_first_line(
	    &passed, "PASS  example. serial 1: pass, chain to the parent not checked");
	assert_first_line(&held, "HELD  example.: held for approval");
	assert_first_line(&undecided, "UNDECIDED  example.: undecided, required input missing: ds");
}
END_TEST

START_TEST(zeroed_result_is_refused)
{
	const struct zg_result zeroed = {0};
	char *text = render(&zeroed, ZG_FORMAT_JSON, false);

	assert_first_line(&zeroed, "REFUSED  (zone not known): reason not known");
	assert_says(text, "\"verdict\": \"refused\"");
	free(text);
}
END_TEST

START_TEST(example_lines_have_the_form_of_the_contract)
{
	char *text = render(&refused, ZG_FORMAT_TEXT, false);

	assert_says(text, "\n    de.zone:3: de. SOA: rrset-bogus: 1 RRSIG, none verifies"
			  " (RFC 4035 section 5.3)\n");
	assert_says(text, "\n    b.de.: rrset-bogus: 1 RRSIG, none verifies"
			  " (RFC 4035 section 5.3)\n");
	assert_says(text, "\n    and 609 more\n");
	free(text);
}
END_TEST

START_TEST(finding_has_severity_count_reference_extended_error_and_remedy)
{
	char *text = render(&refused, ZG_FORMAT_TEXT, false);

	assert_says(text, "\n  refuse  rrset-bogus: 612\n");
	assert_says(text, "an RRset none of whose RRSIGs verifies (RFC 4035 section 5.3)\n");
	assert_says(text, "extended DNS error 6, DNSSEC Bogus");
	assert_says(text, "remedy: look at the groups\n");
	assert_says(text, "\n  warn  dnskey-rsa-small: 1\n");
	assert_says(text, "eased: the zone in force has the same\n");
	free(text);
}
END_TEST

START_TEST(some_failing_signatures_mean_another_private_key)
{
	struct failing_key key;

	ck_assert(failing_key_sum(&refused, 0, &key));
	ck_assert_uint_eq(key.algorithm, 8);
	ck_assert_uint_eq(key.tag, 33834);
	ck_assert_uint_eq(key.n_bad, 612);
	ck_assert_uint_eq(key.n_of, 1830);
	ck_assert_uint_eq(key.n_published, 1);
	assert_says(failing_key_cause(&key), "more than one private key carries this tag");
	ck_assert(!failing_key_sum(&refused, 2, &key));
}
END_TEST

START_TEST(all_failing_signatures_mean_the_wrong_published_key)
{
	struct failing_key key;

	ck_assert(failing_key_sum(&refused, 1, &key));
	ck_assert_uint_eq(key.n_bad, key.n_of);
	assert_says(failing_key_cause(&key), "the published key is not the one that signs");
	assert_silent(failing_key_cause(&key), "more than one private key");
}
END_TEST

START_TEST(nothing_is_claimed_without_a_published_key)
{
	struct failing_key key;

	ck_assert(failing_key_sum(&refused, 3, &key));
	ck_assert_uint_eq(key.n_published, 0);
	ck_assert_ptr_null(failing_key_cause(&key));
}
END_TEST

START_TEST(failing_keys_are_grouped_by_inception_in_text)
{
	char *text = render(&refused, ZG_FORMAT_TEXT, false);

	assert_says(text, "key 8/33834: 612 of 1 830 signatures do not verify with the published "
			  "key: more than one");
	assert_says(text, "\n    inception 2026-05-05T18:45:00Z: 600\n"
			  "    inception 2026-05-05T17:45:00Z: 12\n");
	free(text);
}
END_TEST

START_TEST(classes_that_were_not_kept_are_said)
{
	struct zg_result result = refused;
	char *text = render(&result, ZG_FORMAT_TEXT, false);
	char *json = render(&result, ZG_FORMAT_JSON, false);

	assert_silent(text, "more than these were not kept");
	assert_says(json, "\"more_signing_classes\": false");
	free(text);
	free(json);
	result.more_classes = true;
	text = render(&result, ZG_FORMAT_TEXT, false);
	json = render(&result, ZG_FORMAT_JSON, false);
	assert_says(text, "more than these were not kept");
	assert_says(json, "\"more_signing_classes\": true");
	free(text);
	free(json);
}
END_TEST

/* The group of all other inceptions counts into its key's sum. */
START_TEST(other_inceptions_have_one_group)
{
	static const struct zg_failure_group groups[] = {
	    {8, 33834, NOW, 1, 1830}, {8, 33834, 0, 700, 1830}, {13, 7, NOW, 2, 3}};
	struct zg_result result = refused;
	struct failing_key key;
	json_t *root, *failure, *others, *inception, *inception_utc;
	char *text, *json;
	int bad;

	result.failures = groups;
	result.n_failures = 3;
	ck_assert(failing_key_sum(&result, 0, &key));
	ck_assert_uint_eq(key.n_bad, 701);
	text = render(&result, ZG_FORMAT_TEXT, false);
	assert_says(text, "\n    inception 2026-05-05T19:45:00Z: 1\n    other inceptions: 700\n");
	free(text);
	json = render(&result, ZG_FORMAT_JSON, false);
	root = json_loads(json, 0, NULL);
	failure = json_array_get(json_object_get(root, "failures"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(failure, "bad")), 701);
	others = json_array_get(json_object_get(failure, "inceptions"), 1);
	ck_assert_int_eq(json_unpack(others, "{s:o, s:o, s:i}", "inception", &inception,
			     "inception_utc", &inception_utc, "bad", &bad),
	    0);
	ck_assert(json_is_null(inception) && json_is_null(inception_utc));
	ck_assert_int_eq(bad, 700);
	json_decref(root);
	free(json);
}
END_TEST

START_TEST(roles_follow_what_was_seen)
{
	ck_assert_str_eq(key_role(&keys[0]), "KSK");
	ck_assert_str_eq(key_role(&keys[1]), "ZSK");
	ck_assert_str_eq(key_role(&keys[2]), "CSK");
	ck_assert_str_eq(key_role(&keys[3]), "none");
	ck_assert(key_is_revoked(&keys[2]));
	ck_assert(!key_is_revoked(&keys[0]));
}
END_TEST

START_TEST(release_by_is_said_with_its_distance)
{
	char *text = render(&refused, ZG_FORMAT_TEXT, false);

	assert_says(
	    text, "the first needed signature expires at 2026-05-11T22:45:59Z (in 6 d 3 h)");
	free(text);
	text = render(&passed, ZG_FORMAT_TEXT, false);
	assert_says(text, "expired at 2026-05-05T19:43:30Z (1 min 30 s ago)");
	free(text);
	text = render(&held, ZG_FORMAT_TEXT, false);
	assert_silent(text, "release by");
	free(text);
}
END_TEST

/* What rollover people need: what is held, what is asked for, when it fails, and both ways out. */
START_TEST(counterexample_says_who_fails_when_and_what_helps)
{
	char *text = render(&refuted, ZG_FORMAT_TEXT, false);

	assert_says(text, "\nCache view\n  refuted  ");
	assert_says(text, "\n  Waiting does not make this zone safe:");
	assert_says(text, "\n  new  dnskey-data (validators: lenient, strict-ds)\n");
	assert_says(text, "\n    A resolver that got example. DNSKEY by 2026-05-05T19:30:00Z "
			  "(serial 2026112100, TTL 1 h)\n");
	assert_says(
	    text, "\n    and asks for www.example. A (this candidate)\n    fails: only key");
	assert_says(text, "\n    BOGUS from 2026-05-05T19:45:00Z until 2026-05-05T20:30:00Z  "
			  "[41 872 RRsets]\n");
	assert_says(text, "\n    Earliest safe release: 2026-05-05T20:30:00Z = 19:00 + 30m "
			  "propagation + 1h TTL\n");
	assert_says(text, "\n    Smallest change: keep signing with 13/40401 until then\n");
	free(text);
}
END_TEST

START_TEST(counterexample_without_end_says_so)
{
	char *text = render(&refuted, ZG_FORMAT_TEXT, false);

	assert_says(text, "\n  already so  ds-dnskey (validators: lenient), only where resolvers");
	assert_says(text,
	    "\n    A resolver that got example. DS at any time (still served, TTL 1 d)\n"
	    "    and asks for example. DNSKEY\n");
	assert_says(text, "\n    BOGUS from 2026-05-05T19:46:00Z without end  [1 RRset]\n"
			  "    Waiting never helps: another release is needed first.\n");
	free(text);
}
END_TEST

START_TEST(deadlines_are_listed_with_their_time_and_subject)
{
	char *text = render(&refuted, ZG_FORMAT_TEXT, false);

	assert_says(text, "\n  2026-05-05T20:30:00Z  may-sign              13/51872: the key may "
			  "sign alone\n");
	assert_says(text, "\n  2026-05-06T19:45:00Z  release-by-soft       release a refreshed "
			  "zone\n");
	assert_says(
	    text, "\n  not by waiting        keep-signing          13/40401: 41 872 RRsets");
	free(text);
}
END_TEST

START_TEST(without_history_nothing_is_said_of_caches)
{
	char *text = render(&refused, ZG_FORMAT_TEXT, false);

	assert_silent(text, "Cache view");
	assert_silent(text, "Deadlines");
	free(text);
	text = render(&refused, ZG_FORMAT_JSON, false);
	assert_says(text, "\"cache_view\": null,\n  \"counterexamples\": [],");
	assert_says(text, "\"entries\": []");
	free(text);
}
END_TEST

START_TEST(safe_time_is_said_while_it_lies_ahead)
{
	struct zg_result result = refuted;
	char *text;

	result.earliest_safe = NOW + 1;
	text = render(&result, ZG_FORMAT_TEXT, false);
	assert_says(text, "\n  Earliest safe release: 2026-05-05T19:45:01Z\n");
	free(text);
	result.earliest_safe = NOW;
	text = render(&result, ZG_FORMAT_TEXT, false);
	assert_silent(text, "\n  Earliest safe release");
	free(text);
}
END_TEST

START_TEST(json_holds_counterexamples_and_deadlines)
{
	char *text = render(&refuted, ZG_FORMAT_JSON, false);
	json_t *root = json_loads(text, 0, NULL), *first, *second, *until, *serial, *fetched, *safe;
	const char *outcome, *what, *model, *cause, *id, *subject;
	int waiting, candidate;
	json_int_t from, rrsets;

	first = json_array_get(json_object_get(root, "counterexamples"), 0);
	second = json_array_get(json_object_get(root, "counterexamples"), 1);
	ck_assert_uint_eq(json_array_size(json_object_get(root, "counterexamples")), 2);
	ck_assert_int_eq(json_unpack(root, "{s:{s:s,s:b}}", "cache_view", "outcome", &outcome,
			     "waiting_helps", &waiting),
	    0);
	ck_assert_str_eq(outcome, "refuted");
	ck_assert(!waiting);
	ck_assert_int_eq(json_unpack(first, "{s:I, s:I, s:{s:s}, s:{s:b}, s:[s,s]}", "from", &from,
			     "rrsets", &rrsets, "held", "what", &what, "asked", "candidate",
			     &candidate, "models", &cause, &model),
	    0);
	ck_assert_int_eq(from, NOW);
	ck_assert_int_eq(rrsets, 41872);
	ck_assert_str_eq(what, "example. DNSKEY");
	ck_assert_str_eq(model, "strict-ds");
	ck_assert(candidate);
	ck_assert_int_eq(
	    json_unpack(second, "{s:o, s:{s:o, s:o}, s:o, s:s}", "until", &until, "held", "serial",
		&serial, "fetched_by", &fetched, "earliest_safe", &safe, "cause", &cause),
	    0);
	ck_assert(json_is_null(until) && json_is_null(serial) && json_is_null(fetched));
	ck_assert(json_is_null(safe));
	ck_assert_str_eq(cause, "serve-stale");
	ck_assert(json_is_true(json_object_get(second, "preexisting")));
	ck_assert(json_is_false(json_object_get(first, "preexisting")));
	ck_assert_int_eq(json_integer_value(json_object_get(first, "until")), NOW + 2700);
	ck_assert_int_eq(json_integer_value(json_object_get(first, "earliest_safe")), NOW + 2700);
	first = json_array_get(json_object_get(json_object_get(root, "deadlines"), "entries"), 2);
	ck_assert_int_eq(
	    json_unpack(first, "{s:s, s:o, s:s}", "id", &id, "time", &until, "subject", &subject),
	    0);
	ck_assert_str_eq(id, "keep-signing");
	ck_assert_str_eq(subject, "13/40401");
	ck_assert(json_is_null(until));
	json_decref(root);
	free(text);
}
END_TEST

START_TEST(parent_is_not_known_without_a_ds)
{
	char *text = render(&passed, ZG_FORMAT_TEXT, false);

	assert_says(text, "  not known\n");
	free(text);
	text = render(&passed, ZG_FORMAT_JSON, false);
	assert_says(text, "\"in_parent\": null");
	free(text);
}
END_TEST

START_TEST(not_run_is_grouped_by_reason)
{
	static const char expected[] = "\nChecks that did not run\n"
				       "  no DS of the parent was given: chain-to-ds, rrset-bogus\n"
				       "  no former zone was given: change-records\n";
	char *text = render(&refused, ZG_FORMAT_TEXT, false);

	ck_assert_uint_gt(strlen(text), strlen(expected));
	ck_assert_str_eq(text + strlen(text) - strlen(expected), expected);
	free(text);
}
END_TEST

START_TEST(revoked_key_is_called_so)
{
	char *text = render(&refused, ZG_FORMAT_TEXT, false);

	assert_says(text, "CSK, revoked");
	assert_silent(text, "KSK, revoked");
	free(text);
}
END_TEST

/* But for example lines and tables, which stand alone, no line is wider than the page. */
START_TEST(paragraphs_are_folded)
{
	char *text = render(&refused, ZG_FORMAT_TEXT, false);

	for (char *line = text; *line != '\0';) {
		size_t length = strcspn(line, "\n");

		ck_assert_msg(length <= PAGE_COLUMNS || strstr(line, "de.zone:") == line + 4,
		    "%zu columns: %.*s", length, (int)length, line);
		line += length + 1;
	}
	free(text);
}
END_TEST

START_TEST(page_is_handed_over_when_it_is_whole)
{
	struct page page = {0};
	struct text_writer out = {0};

	page_line(&page, 0, "whole");
	ck_assert_int_eq(page_take(&page, &out), ZG_OK);
	ck_assert_str_eq(out.text, "whole\n");
	ck_assert_ptr_null(page.out.text);
	text_writer_clear(&out);
	page_line(&page, 0, "cut off");
	page.raw.failed = true;
	ck_assert_int_eq(page_take(&page, &out), ZG_MEMORY);
	ck_assert_ptr_null(out.text);
	ck_assert_ptr_null(page.out.text);
}
END_TEST

START_TEST(folding_keeps_the_digits_of_a_number_together)
{
	struct page page = {0};

	page_fold(&page, 0, 2, "%0*dx 1 830", PAGE_COLUMNS - 5, 0);
	ck_assert(!page_failed(&page));
	ck_assert_str_eq(page.out.text + PAGE_COLUMNS - 4, "\n  1 830\n");
	page_clear(&page);
}
END_TEST

START_TEST(a_line_may_be_as_wide_as_the_page_and_not_wider)
{
	struct page page = {0};

	page_fold(&page, 0, 0, "%0*d end", PAGE_COLUMNS - 4, 0);
	ck_assert_str_eq(page.out.text + PAGE_COLUMNS - 4, " end\n");
	page_clear(&page);
	page_fold(&page, 0, 0, "%0*d end", PAGE_COLUMNS - 3, 0);
	ck_assert_str_eq(page.out.text + PAGE_COLUMNS - 3, "\nend\n");
	page_clear(&page);
}
END_TEST

static void
assert_plain(const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		ck_assert_msg(text[i] == '\n' || (text[i] >= 0x20 && text[i] < 0x7f),
		    "octet %d at %zu of:\n%s", (unsigned char)text[i], i, text);
}

START_TEST(hostile_strings_do_not_get_out_of_the_text)
{
	char *text = render(&hostile, ZG_FORMAT_TEXT, false);

	assert_plain(text);
	assert_says(text, ESCAPED);
	assert_silent(text, "\nPASS");
	free(text);
}
END_TEST

START_TEST(hostile_strings_come_back_escaped_from_json)
{
	char *text = render(&hostile, ZG_FORMAT_JSON, false);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_plain(text);
	ck_assert_ptr_nonnull(root);
	ck_assert_str_eq(json_string_value(json_object_get(root, "zone")), ESCAPED);
	json_decref(root);
	free(text);
}
END_TEST

START_TEST(colour_only_when_asked)
{
	char *plain = render(&refused, ZG_FORMAT_TEXT, false);
	char *color = render(&refused, ZG_FORMAT_TEXT, true);
	char *to = color;

	ck_assert_ptr_null(strchr(plain, '\033'));
	ck_assert_ptr_nonnull(strchr(color, '\033'));
	for (const char *from = color; *from != '\0'; from++) {
		if (*from == '\033')
			from = strchr(from, 'm');
		else
			*to++ = *from;
	}
	*to = '\0';
	ck_assert_str_eq(plain, color);
	free(plain);
	free(color);
}
END_TEST

START_TEST(colour_does_not_reach_json)
{
	char *text = render(&refused, ZG_FORMAT_JSON, true);

	ck_assert_ptr_null(strchr(text, '\033'));
	free(text);
}
END_TEST

START_TEST(same_result_gives_the_same_bytes)
{
	char *first = render(&refused, (enum zg_format)_i, false);
	char *second = render(&refused, (enum zg_format)_i, false);

	ck_assert_str_eq(first, second);
	free(first);
	free(second);
}
END_TEST

START_TEST(the_text_says_who_accepts_a_finding_and_whether_they_are_enough)
{
	char *text = render(&held, ZG_FORMAT_TEXT, false);

	ck_assert_ptr_nonnull(strstr(text, "not by enough yet: accepted by alice until "));
	ck_assert_ptr_nonnull(strstr(text, "one.approval by alice: counts; reason: ticket 4711"));
	ck_assert_ptr_nonnull(strstr(text, "two.approval by bob: expired; reason: ticket 4711"));
	ck_assert_ptr_nonnull(strstr(text, "three.approval: not the text of an approval"));
	free(text);
	text = render(&accepted, ZG_FORMAT_TEXT, false);
	ck_assert_ptr_nonnull(strstr(text, "    accepted by alice, bob until "));
	free(text);
	text = render(&refused, ZG_FORMAT_TEXT, false);
	ck_assert_ptr_null(strstr(text, "accepted"));
	ck_assert_ptr_null(strstr(text, "Approvals"));
	free(text);
}
END_TEST

START_TEST(json_says_who_accepts_a_finding)
{
	char *text = render(&accepted, ZG_FORMAT_JSON, false);
	json_t *root = json_loads(text, 0, NULL);
	json_t *approval =
	    json_object_get(json_array_get(json_object_get(root, "findings"), 0), "approval");

	ck_assert(json_is_true(json_object_get(approval, "accepted")));
	ck_assert_str_eq(json_string_value(json_object_get(approval, "by")), "alice, bob");
	ck_assert_int_eq(json_integer_value(json_object_get(root, "quorum")), 2);
	ck_assert_str_eq(json_string_value(json_object_get(
			     json_array_get(json_object_get(root, "approvals"), 0), "outcome")),
	    "used");
	json_decref(root);
	free(text);
	text = render(&refused, ZG_FORMAT_JSON, false);
	root = json_loads(text, 0, NULL);
	ck_assert(json_is_null(json_object_get(root, "quorum")));
	json_decref(root);
	free(text);
}
END_TEST

/* A result with nothing but a repair in it, in JSON. */
static json_t *
repair_json(const struct zg_repair *repair)
{
	struct zg_result result = held;
	char *text;
	json_t *root;

	result.repair = repair;
	text = render(&result, ZG_FORMAT_JSON, false);
	root = json_loads(text, 0, NULL);
	free(text);
	ck_assert_ptr_nonnull(root);
	return root;
}

START_TEST(json_says_what_a_repair_would_break)
{
	json_t *root = repair_json(&repair_possible), *repair = json_object_get(root, "repair");

	ck_assert(json_is_true(json_object_get(repair, "possible")));
	ck_assert(json_is_null(json_object_get(repair, "why")));
	ck_assert_int_eq(json_integer_value(json_object_get(repair, "rrsets_in_force")), 12);
	ck_assert_int_eq(json_integer_value(json_object_get(repair, "broken_in_force")), 11);
	ck_assert_int_eq(json_integer_value(json_object_get(repair, "rrsets")), 13);
	ck_assert_int_eq(json_integer_value(json_object_get(repair, "broken")), 7);
	ck_assert_int_eq(json_integer_value(json_object_get(repair, "new")), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(repair, "damage_hold")), 5000);
	ck_assert_int_eq(json_integer_value(json_object_get(repair, "damage_release")), 300);
	json_decref(root);
	root = repair_json(&repair_unknown);
	repair = json_object_get(root, "repair");
	ck_assert(json_is_false(json_object_get(repair, "possible")));
	ck_assert(json_is_string(json_object_get(repair, "why")));
	ck_assert(json_is_null(json_object_get(repair, "broken")));
	ck_assert(json_is_null(json_object_get(repair, "damage_hold")));
	json_decref(root);
	root = repair_json(NULL);
	ck_assert(json_is_null(json_object_get(root, "repair")));
	json_decref(root);
}
END_TEST

START_TEST(text_says_whether_a_repair_is_possible)
{
	struct zg_result result = held;
	char *text;

	result.repair = &repair_possible;
	text = render(&result, ZG_FORMAT_TEXT, false);
	assert_says(text, "\nRepair\n");
	assert_says(text, "11 of 12 RRsets");
	assert_says(text, "7 of 13 RRsets");
	assert_says(text, "5 000");
	free(text);
	result.repair = &repair_worse;
	text = render(&result, ZG_FORMAT_TEXT, false);
	assert_says(text, repair_worse.why);
	assert_silent(text, "damage");
	free(text);
	result.repair = NULL;
	text = render(&result, ZG_FORMAT_TEXT, false);
	assert_silent(text, "Repair");
	free(text);
}
END_TEST

START_TEST(json_has_the_counts_of_the_former_zone)
{
	static const struct zg_change changes[ZG_CHANGE_COUNT] = {
	    [ZG_CHANGE_RECORDS] = {9, 8, 2, 1}, [ZG_CHANGE_NS_HOSTS] = {7, 7, 0, 0}};
	struct zg_result result = refused;
	char *text;

	result.changes = changes;
	text = render(&result, ZG_FORMAT_JSON, false);
	ck_assert_ptr_nonnull(strstr(text,
	    "\"records\": {\n      \"before\": 9,\n      \"after\": 8,\n      \"lost\": 2,\n      "
	    "\"gained\": 1\n"));
	free(text);
	text = render(&refused, ZG_FORMAT_JSON, false);
	ck_assert_ptr_nonnull(strstr(text, "\"changes\": null"));
	free(text);
}
END_TEST

/* The page for people on duty has what the form for programs has. */
START_TEST(html_is_a_page)
{
	char *text = render(&refused, ZG_FORMAT_HTML, false);

	ck_assert_int_eq(strncmp(text, "<!DOCTYPE html><html", 20), 0);
	ck_assert_ptr_nonnull(strstr(text, "<h1>Do not publish this zone.</h1>"));
	free(text);
}
END_TEST

/* The order of keys is part of the promise. */
START_TEST(json_keys_come_in_the_documented_order)
{
	static const char *const expected[] = {"format", "version", "verdict", "reason",
	    "exit_status", "zone", "serial", "digest", "policy", "policy_digest", "now", "now_utc",
	    "inputs", "completeness", "counts", "changes", "findings", "approvals", "quorum",
	    "repair", "failures", "keys", "signing_classes", "more_signing_classes", "deadlines",
	    "cache_view", "counterexamples", "not_run", "timing"};
	char *text = render(&refused, ZG_FORMAT_JSON, false);
	json_t *root = json_loads(text, 0, NULL);
	const char *key;
	json_t *value;
	size_t n = 0;

	json_object_foreach(root, key, value)
	{
		ck_assert_uint_lt(n, sizeof(expected) / sizeof(expected[0]));
		ck_assert_str_eq(key, expected[n]);
		n++;
	}
	ck_assert_uint_eq(n, sizeof(expected) / sizeof(expected[0]));
	json_decref(root);
	free(text);
}
END_TEST

/* Microseconds, when the time was taken; else null. */
START_TEST(json_tells_the_time_that_was_taken)
{
	static const char *const names[] = {"read", "sort", "hash", "verify", "denial", "other"};
	struct zg_timing timing = {.clock = NULL};
	struct zg_report_options options = {.format = ZG_FORMAT_JSON};
	char *text = render(&refused, ZG_FORMAT_JSON, false);
	json_t *root = json_loads(text, 0, NULL), *object;
	struct zg_error error;
	size_t length;

	ck_assert(json_is_null(json_object_get(root, "timing")));
	json_decref(root);
	free(text);
	for (int i = 0; i < ZG_TIME_COUNT; i++) {
		timing.wall[i] = 1000 * (i + 1);
		timing.processor[i] = 2000 * (i + 1) + 999;
	}
	options.timing = &timing;
	ck_assert_int_eq(zg_report_render(&refused, &options, &text, &length, &error), ZG_OK);
	root = json_loads(text, 0, NULL);
	object = json_object_get(root, "timing");
	ck_assert_uint_eq(json_object_size(object), ZG_TIME_COUNT);
	for (int i = 0; i < ZG_TIME_COUNT; i++) {
		json_t *pair = json_object_get(object, names[i]);

		ck_assert_int_eq(json_integer_value(json_object_get(pair, "wall")), i + 1);
		ck_assert_int_eq(
		    json_integer_value(json_object_get(pair, "processor")), 2 * (i + 1));
	}
	json_decref(root);
	free(text);
}
END_TEST

START_TEST(json_holds_the_facts)
{
	char *text = render(&refused, ZG_FORMAT_JSON, false);
	json_t *root = json_loads(text, 0, NULL), *finding, *failure, *class;
	const char *release_by, *class_key;
	int ds, previous;

	finding = json_array_get(json_object_get(root, "findings"), 0);
	failure = json_array_get(json_object_get(root, "failures"), 0);
	class = json_array_get(json_object_get(root, "signing_classes"), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "exit_status")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "serial")), 1777976654);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "now")), NOW);
	ck_assert_int_eq(json_integer_value(json_object_get(finding, "count")), 612);
	ck_assert_int_eq(json_integer_value(json_object_get(finding, "ede")), 6);
	ck_assert_uint_eq(json_array_size(json_object_get(finding, "examples")), 3);
	ck_assert_uint_eq(json_array_size(json_object_get(root, "failures")), 3);
	ck_assert_int_eq(json_integer_value(json_object_get(failure, "bad")), 612);
	ck_assert_uint_eq(json_array_size(json_object_get(failure, "inceptions")), 2);
	ck_assert_uint_eq(json_array_size(json_object_get(class, "keys")), 2);
	class_key = json_string_value(json_array_get(json_object_get(class, "keys"), 1));
	ck_assert_str_eq(class_key, "13/7");
	ck_assert_int_eq(json_unpack(root, "{s:{s:b, s:b}, s:{s:s}}", "inputs", "ds", &ds,
			     "previous", &previous, "deadlines", "release_by_utc", &release_by),
	    0);
	ck_assert(ds && !previous);
	ck_assert_str_eq(release_by, "2026-05-11T22:45:59Z");
	json_decref(root);
	free(text);
}
END_TEST

/* One under, one over: a number that readers of JSON would round is not written. */
START_TEST(json_refuses_numbers_beyond_2_to_the_53)
{
	const struct zg_report_options options = {.format = ZG_FORMAT_JSON};
	struct zg_result result = passed;
	struct zg_error error;
	size_t length;
	char *text;

	result.counts[ZG_COUNT_RECORDS] = 9007199254740991;
	text = render(&result, ZG_FORMAT_JSON, false);
	assert_says(text, "\"records\": 9007199254740991,");
	free(text);
	result.counts[ZG_COUNT_RECORDS]++;
	ck_assert_int_eq(zg_report_render(&result, &options, &text, &length, &error), ZG_LIMIT);
	ck_assert_ptr_null(text);
	ck_assert_uint_eq(length, 0);
	result = passed;
	result.now = INT64_MIN;
	ck_assert_int_eq(zg_report_render(&result, &options, &text, &length, NULL), ZG_LIMIT);
}
END_TEST

START_TEST(unknown_format_is_a_parameter_error)
{
	const struct zg_report_options options = {.format = (enum zg_format)99};
	struct zg_error error = {""};
	size_t length;
	char *text;

	ck_assert_int_eq(zg_report_render(&passed, &options, &text, &length, &error), ZG_PARAMETER);
	ck_assert_ptr_null(text);
	ck_assert_int_ne(error.text[0], '\0');
}
END_TEST

/* Allocations that jansson may still make. */
static unsigned long allocations_left;

static void *
allocate(size_t size)
{
	return allocations_left > 0 && allocations_left-- > 0 ? malloc(size) : NULL;
}

/* Every allocation of the JSON tree fails in its turn: out of memory, never half a report. */
START_TEST(failed_allocations_give_no_report)
{
	const struct zg_report_options options = {.format = ZG_FORMAT_JSON};
	zg_status status = ZG_MEMORY;
	unsigned long n = 0;
	size_t length;
	char *text = NULL;

	json_set_alloc_funcs(allocate, free);
	for (; status == ZG_MEMORY && n < 100000; n++) {
		ck_assert_ptr_null(text);
		allocations_left = n;
		status = zg_report_render(&refused, &options, &text, &length, NULL);
	}
	ck_assert_int_eq(status, ZG_OK);
	ck_assert_uint_gt(n, 100);
	free(text);
}
END_TEST

/* Expected values from date(1): `date -u -d @N +%FT%TZ`. */
START_TEST(utc_text_matches_the_calendar)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} times[] = {
	    {0, "1970-01-01T00:00:00Z"},
	    {-1, "1969-12-31T23:59:59Z"},
	    {951782400, "2000-02-29T00:00:00Z"},
	    {951868800, "2000-03-01T00:00:00Z"},
	    {4107542399, "2100-02-28T23:59:59Z"},
	    {4107542400, "2100-03-01T00:00:00Z"},
	    {1709164800, "2024-02-29T00:00:00Z"},
	    {1735689599, "2024-12-31T23:59:59Z"},
	    {4294967295, "2106-02-07T06:28:15Z"},
	    {253402300799, "9999-12-31T23:59:59Z"},
	    {-62167219200, "0000-01-01T00:00:00Z"},
	};
	char text[UTC_TEXT_MAX];

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		utc_format(times[i].seconds, text);
		ck_assert_str_eq(text, times[i].text);
	}
	utc_format(INT64_MIN, text);
	ck_assert_str_eq(text, "-292277022657-01-27T08:29:52Z");
	utc_format(INT64_MAX, text);
	ck_assert_str_eq(text, "292277026596-12-04T15:30:07Z");
}
END_TEST

START_TEST(durations_have_two_units)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} durations[] = {{0, "0 s"}, {59, "59 s"}, {60, "1 min"}, {61, "1 min 1 s"}, {3600, "1 h"},
	    {86399, "23 h 59 min"}, {86400, "1 d"}, {86459, "1 d"}, {529380, "6 d 3 h"},
	    {UINT64_MAX, "213503982334601 d 7 h"}};
	char text[DURATION_TEXT_MAX];

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		duration_format(durations[i].seconds, text);
		ck_assert_str_eq(text, durations[i].text);
	}
}
END_TEST

START_TEST(numbers_are_grouped_by_three)
{
	ck_assert_str_eq(grouped_number(0).text, "0");
	ck_assert_str_eq(grouped_number(999).text, "999");
	ck_assert_str_eq(grouped_number(1830).text, "1 830");
	ck_assert_str_eq(grouped_number(4640123).text, "4 640 123");
	ck_assert_str_eq(grouped_number(UINT64_MAX).text, "18 446 744 073 709 551 615");
}
END_TEST

/* Each octet alone: what is not printable ASCII becomes a backslash and three digits. */
START_TEST(every_octet_is_escaped_or_kept)
{
	for (unsigned octet = 0; octet < 256; octet++) {
		struct text_writer writer = {0};
		char in = (char)octet, expected[8];
		bool clean = octet >= 0x20 && octet < 0x7f;

		(void)snprintf(expected, sizeof(expected), clean ? "%c" : "\\%03u", octet);
		escape_add(&writer, &in, 1);
		ck_assert_str_eq(writer.text, expected);
		ck_assert_int_eq(escape_is_clean(&in, 1), clean);
		text_writer_clear(&writer);
	}
}
END_TEST

START_TEST(extended_errors_of_the_check_table_have_a_name)
{
	ck_assert_str_eq(zg_ede_text(6), "DNSSEC Bogus");
	ck_assert_str_eq(zg_ede_text(12), "NSEC Missing");
	ck_assert_ptr_null(zg_ede_text(-1));
	for (size_t i = 0; zg_check_at(i) != NULL; i++) {
		const struct zg_check *check = zg_check_at(i);

		ck_assert_msg(check->ede < 0 || zg_ede_text(check->ede) != NULL, "%s: %d",
		    check->id, check->ede);
	}
}
END_TEST

static void
make_folder(const char *path)
{
	ck_assert_msg(mkdir(path, 0777) == 0 || errno == EEXIST, "%s: %s", path, strerror(errno));
}

/* Leaves each report for the schema test. */
START_TEST(reports_are_written_for_the_schema_test)
{
	static const struct {
		const char *name;
		const struct zg_result *result;
	} results[] = {{"refused", &refused}, {"refuted", &refuted}, {"passed", &passed},
	    {"held", &held}, {"accepted", &accepted}, {"undecided", &undecided},
	    {"repair", &repairing}, {"repair-worse", &repair_refused},
	    {"repair-unknown", &repair_not_compared}};
	const char *build = getenv("BUILD") != NULL ? getenv("BUILD") : "build";
	char path[4096];

	make_folder(build);
	(void)snprintf(path, sizeof(path), "%s/tests", build);
	make_folder(path);
	(void)snprintf(path, sizeof(path), "%s/tests/reports", build);
	make_folder(path);
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		char *text = render(results[i].result, ZG_FORMAT_JSON, false);
		FILE *file;

		(void)snprintf(
		    path, sizeof(path), "%s/tests/reports/%s.json", build, results[i].name);
		file = fopen(path, "w");
		ck_assert_ptr_nonnull(file);
		ck_assert_int_ge(fputs(text, file), 0);
		ck_assert_int_eq(fclose(file), 0);
		free(text);
	}
}
END_TEST

static void
add_text_tests(TCase *tcase)
{
	tcase_add_test(tcase, verdict_comes_first);
	tcase_add_test(tcase, zeroed_result_is_refused);
	tcase_add_test(tcase, example_lines_have_the_form_of_the_contract);
	tcase_add_test(tcase, finding_has_severity_count_reference_extended_error_and_remedy);
	tcase_add_test(tcase, some_failing_signatures_mean_another_private_key);
	tcase_add_test(tcase, all_failing_signatures_mean_the_wrong_published_key);
	tcase_add_test(tcase, nothing_is_claimed_without_a_published_key);
	tcase_add_test(tcase, failing_keys_are_grouped_by_inception_in_text);
	tcase_add_test(tcase, other_inceptions_have_one_group);
	tcase_add_test(tcase, classes_that_were_not_kept_are_said);
	tcase_add_test(tcase, roles_follow_what_was_seen);
	tcase_add_test(tcase, release_by_is_said_with_its_distance);
	tcase_add_test(tcase, counterexample_says_who_fails_when_and_what_helps);
	tcase_add_test(tcase, counterexample_without_end_says_so);
	tcase_add_test(tcase, deadlines_are_listed_with_their_time_and_subject);
	tcase_add_test(tcase, without_history_nothing_is_said_of_caches);
	tcase_add_test(tcase, safe_time_is_said_while_it_lies_ahead);
	tcase_add_test(tcase, parent_is_not_known_without_a_ds);
	tcase_add_test(tcase, not_run_is_grouped_by_reason);
	tcase_add_test(tcase, revoked_key_is_called_so);
	tcase_add_test(tcase, paragraphs_are_folded);
	tcase_add_test(tcase, page_is_handed_over_when_it_is_whole);
	tcase_add_test(tcase, folding_keeps_the_digits_of_a_number_together);
	tcase_add_test(tcase, a_line_may_be_as_wide_as_the_page_and_not_wider);
	tcase_add_test(tcase, hostile_strings_do_not_get_out_of_the_text);
	tcase_add_test(tcase, colour_only_when_asked);
}

static void
add_json_tests(TCase *tcase)
{
	tcase_add_test(tcase, hostile_strings_come_back_escaped_from_json);
	tcase_add_test(tcase, colour_does_not_reach_json);
	tcase_add_loop_test(
	    tcase, same_result_gives_the_same_bytes, ZG_FORMAT_TEXT, ZG_FORMAT_JSON + 1);
	tcase_add_test(tcase, the_text_says_who_accepts_a_finding_and_whether_they_are_enough);
	tcase_add_test(tcase, json_says_who_accepts_a_finding);
	tcase_add_test(tcase, json_has_the_counts_of_the_former_zone);
	tcase_add_test(tcase, html_is_a_page);
	tcase_add_test(tcase, json_keys_come_in_the_documented_order);
	tcase_add_test(tcase, json_tells_the_time_that_was_taken);
	tcase_add_test(tcase, json_holds_the_facts);
	tcase_add_test(tcase, json_holds_counterexamples_and_deadlines);
	tcase_add_test(tcase, json_says_what_a_repair_would_break);
	tcase_add_test(tcase, text_says_whether_a_repair_is_possible);
	tcase_add_test(tcase, json_refuses_numbers_beyond_2_to_the_53);
	tcase_add_test(tcase, unknown_format_is_a_parameter_error);
	tcase_add_test(tcase, failed_allocations_give_no_report);
	tcase_add_test(tcase, reports_are_written_for_the_schema_test);
}

static void
add_part_tests(TCase *tcase)
{
	tcase_add_test(tcase, utc_text_matches_the_calendar);
	tcase_add_test(tcase, durations_have_two_units);
	tcase_add_test(tcase, numbers_are_grouped_by_three);
	tcase_add_test(tcase, every_octet_is_escaped_or_kept);
	tcase_add_test(tcase, extended_errors_of_the_check_table_have_a_name);
}

int
main(void)
{
	Suite *suite = suite_create("report");
	TCase *tcase = tcase_create("report");
	SRunner *runner = srunner_create(suite);
	int failed;

	add_text_tests(tcase);
	add_json_tests(tcase);
	add_part_tests(tcase);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
