/*
 * The report for programs: policies/report.schema.json, documented in zonegate-report(5). Keys come
 * in the order in which they are put here.
 */
#include <inttypes.h>
#include <string.h>

#include <zonegate/version.h>
#include "report/json_builder.h"
#include "report/report_formats.h"
#include "report/signers.h"

/* Raised when a key changes its meaning or goes away, not when one is added. */
#define REPORT_FORMAT 1

static const char *const count_names[] = {
    [ZG_COUNT_RECORDS] = "records",
    [ZG_COUNT_OWNERS] = "owners",
    [ZG_COUNT_DELEGATIONS] = "delegations",
    [ZG_COUNT_SECURE_DELEGATIONS] = "secure_delegations",
    [ZG_COUNT_RRSIGS] = "rrsigs",
    [ZG_COUNT_VERIFIED] = "verified",
    [ZG_COUNT_BY_BATCH] = "by_batch",
    [ZG_COUNT_BY_EVP] = "by_evp",
    [ZG_COUNT_BY_MEMO] = "by_memo",
    [ZG_COUNT_NSEC] = "nsec",
    [ZG_COUNT_NSEC3] = "nsec3",
};
_Static_assert(
    sizeof(count_names) / sizeof(count_names[0]) == ZG_COUNT_COUNT, "one name for each count");

static const enum zg_input inputs[] = {
    ZG_INPUT_DS, ZG_INPUT_PREVIOUS, ZG_INPUT_UNSIGNED, ZG_INPUT_HISTORY};

static json_t *
inputs_object(struct json_builder *builder, unsigned given)
{
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		json_put_bool(
		    builder, object, zg_input_text(inputs[i]), (given & (unsigned)inputs[i]) != 0);
	return object;
}

static json_t *
counts_object(struct json_builder *builder, const uint64_t counts[ZG_COUNT_COUNT])
{
	json_t *object = json_object();

	for (size_t i = 0; i < ZG_COUNT_COUNT; i++)
		json_put_count(builder, object, count_names[i], counts[i]);
	return object;
}

static const char *const change_names[] = {
    [ZG_CHANGE_RECORDS] = "records",
    [ZG_CHANGE_DELEGATIONS] = "delegations",
    [ZG_CHANGE_SECURE_DELEGATIONS] = "secure_delegations",
    [ZG_CHANGE_NS_HOSTS] = "ns_hosts",
};

/* Against the zone released before; null: there was none. */
static json_t *
changes_object(struct json_builder *builder, const struct zg_change *changes)
{
	json_t *object;

	if (changes == NULL)
		return json_null();
	object = json_object();
	for (size_t i = 0; i < ZG_CHANGE_COUNT; i++) {
		json_t *change = json_object();

		json_put_count(builder, change, "before", changes[i].before);
		json_put_count(builder, change, "after", changes[i].after);
		json_put_count(builder, change, "lost", changes[i].lost);
		json_put_count(builder, change, "gained", changes[i].gained);
		json_put(builder, object, change_names[i], change);
	}
	return object;
}

static json_t *
example_object(struct json_builder *builder, const struct zg_example *example)
{
	json_t *object = json_object();

	json_put_text(builder, object, "owner", example->owner);
	json_put_text(builder, object, "type", example->type);
	json_put_text(builder, object, "file", example->file);
	if (example->line != 0)
		json_put_integer(builder, object, "line", example->line);
	else
		json_put(builder, object, "line", json_null());
	json_put_text(builder, object, "detail", example->detail);
	return object;
}

/* Who accepts a finding; null: nobody was asked, or nobody can. */
static json_t *
finding_approval(struct json_builder *builder, const struct zg_finding *finding)
{
	json_t *object;

	if (!finding->may_be_accepted)
		return json_null();
	object = json_object();
	json_put_bool(builder, object, "accepted", finding->accepted);
	json_put_text(builder, object, "by", finding->approved_by);
	if (finding->approved_by != NULL)
		json_put_time(builder, object, "until", "until_utc", finding->approved_until);
	else
		json_put_no_time(builder, object, "until", "until_utc");
	return object;
}

/* What came of each approval that was handed in. */
static json_t *
approvals_array(struct json_builder *builder, const struct zg_result *result)
{
	static const char *const outcomes[] = {
	    [ZG_APPROVAL_FORGED] = "forged",
	    [ZG_APPROVAL_MALFORMED] = "malformed",
	    [ZG_APPROVAL_FOREIGN] = "foreign",
	    [ZG_APPROVAL_OTHER_CANDIDATE] = "other-candidate",
	    [ZG_APPROVAL_NOT_YET] = "not-yet",
	    [ZG_APPROVAL_EXPIRED] = "expired",
	    [ZG_APPROVAL_SPENT] = "spent",
	    [ZG_APPROVAL_NO_MATCH] = "no-match",
	    [ZG_APPROVAL_USED] = "used",
	    [ZG_APPROVAL_FOR_STAGE] = "for-stage",
	    [ZG_APPROVAL_FOR_FINDINGS] = "for-findings",
	    [ZG_APPROVAL_OTHER_STAGE] = "other-stage",
	};
	json_t *array = json_array();

	for (size_t i = 0; i < result->n_approvals; i++) {
		const struct zg_approval_state *state = &result->approvals[i];
		json_t *object = json_object();

		json_put_text(builder, object, "name", state->name);
		json_put_text(builder, object, "outcome", outcomes[state->outcome]);
		json_put_text(builder, object, "by", state->by);
		json_put_text(builder, object, "reason", state->reason);
		if (state->by != NULL)
			json_put_time(builder, object, "until", "until_utc", state->until);
		else
			json_put_no_time(builder, object, "until", "until_utc");
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
finding_object(struct json_builder *builder, const struct zg_finding *finding)
{
	const struct zg_check *check = finding->check;
	json_t *object = json_object(), *examples = json_array();

	json_put_text(builder, object, "id", check->id);
	json_put_text(builder, object, "group", check->group);
	json_put_text(builder, object, "severity", zg_severity_text(finding->severity));
	json_put_text(builder, object, "eased", finding->eased);
	json_put_count(builder, object, "count", finding->count);
	json_put_text(builder, object, "summary", check->summary);
	json_put_text(builder, object, "reference", check->reference);
	if (check->ede >= 0)
		json_put_integer(builder, object, "ede", check->ede);
	else
		json_put(builder, object, "ede", json_null());
	json_put_text(builder, object, "ede_text", zg_ede_text(check->ede));
	json_put_text(builder, object, "remedy", check->remedy);
	for (size_t i = 0; i < finding->n_examples; i++)
		json_append(builder, examples, example_object(builder, &finding->examples[i]));
	json_put(builder, object, "examples", examples);
	json_put(builder, object, "approval", finding_approval(builder, finding));
	return object;
}

static json_t *
findings_array(struct json_builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->n_findings; i++)
		json_append(builder, array, finding_object(builder, &result->findings[i]));
	return array;
}

/* A key's failing signatures by inception. */
static json_t *
inceptions_array(struct json_builder *builder, const struct zg_result *result, size_t first,
    const struct failing_key *key)
{
	json_t *array = json_array();

	for (size_t i = first; i < result->n_failures; i++) {
		const struct zg_failure_group *group = &result->failures[i];
		json_t *object;

		if (!failing_key_has(key, group))
			continue;
		object = json_object();
		if (group->inception != 0)
			json_put_time(
			    builder, object, "inception", "inception_utc", group->inception);
		else
			json_put_no_time(builder, object, "inception", "inception_utc");
		json_put_count(builder, object, "bad", group->n_bad);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
failures_array(struct json_builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->n_failures; i++) {
		struct failing_key key;
		json_t *object;

		if (!failing_key_sum(result, i, &key))
			continue;
		object = json_object();
		json_put_integer(builder, object, "algorithm", key.algorithm);
		json_put_integer(builder, object, "tag", key.tag);
		json_put_count(builder, object, "bad", key.n_bad);
		json_put_count(builder, object, "of", key.n_of);
		json_put_count(builder, object, "published_keys", key.n_published);
		json_put_text(builder, object, "cause", failing_key_cause(&key));
		json_put(builder, object, "inceptions", inceptions_array(builder, result, i, &key));
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
key_object(struct json_builder *builder, const struct zg_key *key, bool ds_given)
{
	json_t *object = json_object();

	json_put_integer(builder, object, "algorithm", key->algorithm);
	json_put_text(builder, object, "algorithm_name", key->algorithm_name);
	json_put_integer(builder, object, "tag", key->tag);
	json_put_integer(builder, object, "flags", key->flags);
	json_put_bool(builder, object, "revoked", key_is_revoked(key));
	json_put_integer(builder, object, "bits", key->bits);
	json_put_text(builder, object, "sha256", key->sha256);
	json_put_text(builder, object, "role", key_role(key));
	json_put_bool(builder, object, "signs_dnskey", key->signs_dnskey);
	json_put_count(builder, object, "signatures_over_data", key->n_signatures);
	json_put_count(builder, object, "signatures", key->n_tried);
	json_put(
	    builder, object, "in_parent", ds_given ? json_boolean(key->in_parent) : json_null());
	return object;
}

static json_t *
keys_array(struct json_builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();
	bool ds_given = (result->inputs & ZG_INPUT_DS) != 0;

	for (size_t i = 0; i < result->n_keys; i++)
		json_append(builder, array, key_object(builder, &result->keys[i], ds_given));
	return array;
}

/* "13/12345 13/54321", or "lenient, strict-ds", as an array of its words. */
static json_t *
words_array(struct json_builder *builder, const char *text)
{
	json_t *array = json_array();

	while (text != NULL && *text != '\0') {
		size_t length = strcspn(text, " ,");

		if (length > 0)
			json_append(builder, array, json_clean_string(text, length));
		text += length + (text[length] != '\0');
	}
	return array;
}

static json_t *
class_object(struct json_builder *builder, const struct zg_signing_class *class)
{
	json_t *object = json_object(), *keys = words_array(builder, class->keys);
	bool is_signed = json_array_size(keys) > 0;

	json_put(builder, object, "keys", keys);
	json_put_integer(builder, object, "ttl", class->ttl);
	json_put_count(builder, object, "rrsets", class->n_rrsets);
	if (is_signed)
		json_put_time(builder, object, "earliest_expiration", "earliest_expiration_utc",
		    class->earliest_expiration);
	else
		json_put_no_time(builder, object, "earliest_expiration", "earliest_expiration_utc");
	json_put_text(builder, object, "owner", class->owner);
	json_put_text(builder, object, "type", class->type);
	return object;
}

static json_t *
classes_array(struct json_builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->n_classes; i++)
		json_append(builder, array, class_object(builder, &result->classes[i]));
	return array;
}

static json_t *
not_run_array(struct json_builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->n_not_run; i++) {
		json_t *object = json_object();

		json_put_text(builder, object, "id", result->not_run[i].check->id);
		json_put_text(builder, object, "reason", result->not_run[i].reason);
		json_append(builder, array, object);
	}
	return array;
}

static json_t *
deadline_object(struct json_builder *builder, const struct zg_deadline *deadline)
{
	json_t *object = json_object();

	json_put_text(builder, object, "id", deadline->id);
	json_put_time_or_never(builder, object, "time", "time_utc", deadline->time);
	json_put_text(builder, object, "subject", deadline->subject);
	json_put_text(builder, object, "text", deadline->text);
	return object;
}

static json_t *
deadlines_object(struct json_builder *builder, const struct zg_result *result)
{
	json_t *object = json_object(), *entries = json_array();

	if (result->release_by != 0)
		json_put_time(builder, object, "release_by", "release_by_utc", result->release_by);
	else
		json_put_no_time(builder, object, "release_by", "release_by_utc");
	for (size_t i = 0; i < result->n_deadlines; i++)
		json_append(builder, entries, deadline_object(builder, &result->deadlines[i]));
	json_put(builder, object, "entries", entries);
	return object;
}

/* The outcome of the cache-view proof; null: there was no history to make it from. */
static json_t *
cache_view_object(struct json_builder *builder, const struct zg_result *result)
{
	json_t *object;
	bool helps = result->earliest_safe != INT64_MAX;

	if (result->cache_view == NULL)
		return json_null();
	object = json_object();
	json_put_text(builder, object, "outcome", result->cache_view);
	json_put_time_or_never(builder, object, "earliest_safe", "earliest_safe_utc",
	    result->earliest_safe != 0 ? result->earliest_safe : result->now);
	json_put_bool(builder, object, "waiting_helps", helps);
	return object;
}

/* What the cache holds, and since when it can no longer have been fetched. */
static json_t *
held_object(struct json_builder *builder, const struct zg_counterexample *example)
{
	json_t *object = json_object();

	json_put_text(builder, object, "what", example->held);
	if (example->held_serial != 0)
		json_put_integer(builder, object, "serial", example->held_serial);
	else
		json_put(builder, object, "serial", json_null());
	json_put_time_or_never(
	    builder, object, "fetched_by", "fetched_by_utc", example->held_fetched);
	json_put_integer(builder, object, "ttl", example->held_ttl);
	return object;
}

static json_t *
asked_object(struct json_builder *builder, const struct zg_counterexample *example)
{
	json_t *object = json_object();

	json_put_text(builder, object, "what", example->asked);
	json_put_bool(builder, object, "candidate", example->asked_candidate);
	return object;
}

static json_t *
counterexample_object(struct json_builder *builder, const struct zg_counterexample *example)
{
	json_t *object = json_object();

	json_put_text(builder, object, "kind", example->kind);
	json_put(builder, object, "models", words_array(builder, example->models));
	json_put_bool(builder, object, "preexisting", example->preexisting);
	json_put_text(builder, object, "cause", example->cause);
	json_put_time(builder, object, "from", "from_utc", example->from);
	json_put_time_or_never(builder, object, "until", "until_utc", example->until);
	json_put(builder, object, "held", held_object(builder, example));
	json_put(builder, object, "asked", asked_object(builder, example));
	json_put_text(builder, object, "broken", example->broken);
	json_put_count(builder, object, "rrsets", example->n_rrsets);
	json_put_time_or_never(
	    builder, object, "earliest_safe", "earliest_safe_utc", example->earliest_safe);
	json_put_text(builder, object, "sum", example->sum);
	json_put_text(builder, object, "remedy", example->remedy);
	return object;
}

static json_t *
counterexamples_array(struct json_builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->n_counterexamples; i++)
		json_append(
		    builder, array, counterexample_object(builder, &result->counterexamples[i]));
	return array;
}

/* A count that may not be known. */
static void
put_count_or_null(
    struct json_builder *builder, json_t *object, const char *key, bool known, uint64_t count)
{
	if (known)
		json_put_count(builder, object, key, count);
	else
		json_put(builder, object, key, json_null());
}

/* A broken candidate beside a zone in force that is broken; null: there was nothing to compare. */
static json_t *
repair_object(struct json_builder *builder, const struct zg_repair *repair)
{
	json_t *object;

	if (repair == NULL)
		return json_null();
	object = json_object();
	json_put_bool(builder, object, "possible", repair->possible);
	json_put_text(builder, object, "why", repair->why);
	put_count_or_null(
	    builder, object, "rrsets_in_force", repair->compared, repair->n_former_rrsets);
	put_count_or_null(
	    builder, object, "broken_in_force", repair->compared, repair->n_former_broken);
	put_count_or_null(builder, object, "rrsets", repair->compared, repair->n_rrsets);
	put_count_or_null(builder, object, "broken", repair->compared, repair->n_broken);
	put_count_or_null(builder, object, "new", repair->compared, repair->n_new);
	put_count_or_null(builder, object, "damage_hold", repair->has_damage, repair->damage_hold);
	put_count_or_null(
	    builder, object, "damage_release", repair->has_damage, repair->damage_release);
	return object;
}

/* The verdict, and what was judged. */
static void
put_head(struct json_builder *builder, json_t *root, const struct zg_result *result)
{
	json_put_integer(builder, root, "format", REPORT_FORMAT);
	json_put_text(builder, root, "version", ZG_VERSION);
	json_put_text(builder, root, "verdict", zg_verdict_text(result->verdict));
	json_put_text(builder, root, "reason", result->reason);
	json_put_integer(builder, root, "exit_status", zg_verdict_exit_status(result->verdict));
	json_put_text(builder, root, "zone", result->zone);
	if (result->has_serial)
		json_put_integer(builder, root, "serial", result->serial);
	else
		json_put(builder, root, "serial", json_null());
	json_put_text(builder, root, "digest", result->digest);
	json_put_text(builder, root, "policy", result->policy);
	json_put_text(builder, root, "policy_digest", result->policy_digest);
	json_put_time(builder, root, "now", "now_utc", result->now);
	json_put(builder, root, "inputs", inputs_object(builder, result->inputs));
	json_put_text(builder, root, "completeness", result->completeness);
	json_put(builder, root, "counts", counts_object(builder, result->counts));
	json_put(builder, root, "changes", changes_object(builder, result->changes));
}

/* What was found, and what was not looked at. */
static void
put_body(struct json_builder *builder, json_t *root, const struct zg_result *result)
{
	json_put(builder, root, "findings", findings_array(builder, result));
	json_put(builder, root, "approvals", approvals_array(builder, result));
	if (result->quorum > 0)
		json_put_count(builder, root, "quorum", result->quorum);
	else
		json_put(builder, root, "quorum", json_null());
	json_put(builder, root, "repair", repair_object(builder, result->repair));
	json_put(builder, root, "failures", failures_array(builder, result));
	json_put(builder, root, "keys", keys_array(builder, result));
	json_put(builder, root, "signing_classes", classes_array(builder, result));
	json_put_bool(builder, root, "more_signing_classes", result->more_classes);
	json_put(builder, root, "deadlines", deadlines_object(builder, result));
	json_put(builder, root, "cache_view", cache_view_object(builder, result));
	json_put(builder, root, "counterexamples", counterexamples_array(builder, result));
	json_put(builder, root, "not_run", not_run_array(builder, result));
}

static const char *const time_names[ZG_TIME_COUNT] = {
    [ZG_TIME_READ] = "read",
    [ZG_TIME_SORT] = "sort",
    [ZG_TIME_HASH] = "hash",
    [ZG_TIME_VERIFY] = "verify",
    [ZG_TIME_DENIAL] = "denial",
    [ZG_TIME_OTHER] = "other",
};

/* Where the time went: the one thing in a report that no input determines. */
static json_t *
timing_object(struct json_builder *builder, const struct zg_timing *timing)
{
	json_t *object;

	if (timing == NULL)
		return json_null();
	object = json_object();
	for (size_t i = 0; i < ZG_TIME_COUNT; i++) {
		json_t *pair = json_object();

		json_put_integer(builder, pair, "wall", timing->wall[i] / 1000);
		json_put_integer(builder, pair, "processor", timing->processor[i] / 1000);
		json_put(builder, object, time_names[i], pair);
	}
	return object;
}

zg_status
report_json_render(const struct zg_result *result, const struct zg_report_options *options,
    struct text_writer *out)
{
	struct json_builder builder = {ZG_OK};
	json_t *root = json_object();

	put_head(&builder, root, result);
	put_body(&builder, root, result);
	json_put(&builder, root, "timing", timing_object(&builder, options->timing));
	return json_finish(&builder, root, out);
}
