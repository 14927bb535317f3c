/*
 * The report for programs: policies/report.schema.json, documented in zonegate-report(5). Keys come
 * in the order in which they are put here.
 */
#include <inttypes.h>
#include <string.h>

#include <jansson.h>

#include <zonegate/version.h>
#include "report/escape.h"
#include "report/report_formats.h"
#include "report/signers.h"
#include "report/utc.h"

/* Raised when a key changes its meaning or goes away, not when one is added. */
#define REPORT_FORMAT 1

/* Beyond this readers that know doubles only begin to round: RFC 8259 section 6. */
#define NUMBER_MAX 9007199254740991 /* 2^53 - 1 */

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

static const enum zg_input inputs[] = {ZG_INPUT_DS, ZG_INPUT_PREVIOUS, ZG_INPUT_UNSIGNED};

/* The first failure sticks. */
struct builder {
	zg_status status;
};

/* Both take over `value`, which may be NULL after a failed allocation. */
static void
put(struct builder *builder, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) != 0 && builder->status == ZG_OK)
		builder->status = ZG_MEMORY;
}

static void
append(struct builder *builder, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0 && builder->status == ZG_OK)
		builder->status = ZG_MEMORY;
}

/* A string that passed the border; NULL becomes null. */
static json_t *
clean_string(const char *text, size_t length)
{
	struct text_writer escaped = {0};
	json_t *value = NULL;

	if (escape_is_clean(text, length))
		return json_stringn_nocheck(text, length);
	escape_add(&escaped, text, length);
	if (!escaped.failed)
		value = json_stringn_nocheck(escaped.text, escaped.used);
	text_writer_clear(&escaped);
	return value;
}

static void
put_text(struct builder *builder, json_t *object, const char *key, const char *text)
{
	put(builder, object, key, text != NULL ? clean_string(text, strlen(text)) : json_null());
}

static void
put_integer(struct builder *builder, json_t *object, const char *key, int64_t number)
{
	if (number > NUMBER_MAX || number < -NUMBER_MAX)
		builder->status = ZG_LIMIT;
	put(builder, object, key, json_integer(number));
}

static void
put_count(struct builder *builder, json_t *object, const char *key, uint64_t number)
{
	if (number > NUMBER_MAX) {
		builder->status = ZG_LIMIT;
		number = 0;
	}
	put_integer(builder, object, key, (int64_t)number);
}

static void
put_bool(struct builder *builder, json_t *object, const char *key, bool value)
{
	put(builder, object, key, json_boolean(value));
}

/* A time twice: seconds since 1970 under `key`, text under `key_utc`. */
static void
put_time(struct builder *builder, json_t *object, const char *key, const char *key_utc, int64_t at)
{
	char text[UTC_TEXT_MAX];

	utc_format(at, text);
	put_integer(builder, object, key, at);
	put_text(builder, object, key_utc, text);
}

static void
put_no_time(struct builder *builder, json_t *object, const char *key, const char *key_utc)
{
	put(builder, object, key, json_null());
	put(builder, object, key_utc, json_null());
}

static json_t *
inputs_object(struct builder *builder, unsigned given)
{
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		put_bool(
		    builder, object, zg_input_text(inputs[i]), (given & (unsigned)inputs[i]) != 0);
	return object;
}

static json_t *
counts_object(struct builder *builder, const uint64_t counts[ZG_COUNT_COUNT])
{
	json_t *object = json_object();

	for (size_t i = 0; i < ZG_COUNT_COUNT; i++)
		put_count(builder, object, count_names[i], counts[i]);
	return object;
}

static json_t *
example_object(struct builder *builder, const struct zg_example *example)
{
	json_t *object = json_object();

	put_text(builder, object, "owner", example->owner);
	put_text(builder, object, "type", example->type);
	put_text(builder, object, "file", example->file);
	if (example->line != 0)
		put_integer(builder, object, "line", example->line);
	else
		put(builder, object, "line", json_null());
	put_text(builder, object, "detail", example->detail);
	return object;
}

static json_t *
finding_object(struct builder *builder, const struct zg_finding *finding)
{
	const struct zg_check *check = finding->check;
	json_t *object = json_object(), *examples = json_array();

	put_text(builder, object, "id", check->id);
	put_text(builder, object, "group", check->group);
	put_text(builder, object, "severity", zg_severity_text(finding->severity));
	put_text(builder, object, "eased", finding->eased);
	put_count(builder, object, "count", finding->count);
	put_text(builder, object, "summary", check->summary);
	put_text(builder, object, "reference", check->reference);
	if (check->ede >= 0)
		put_integer(builder, object, "ede", check->ede);
	else
		put(builder, object, "ede", json_null());
	put_text(builder, object, "ede_text", zg_ede_text(check->ede));
	put_text(builder, object, "remedy", check->remedy);
	for (size_t i = 0; i < finding->n_examples; i++)
		append(builder, examples, example_object(builder, &finding->examples[i]));
	put(builder, object, "examples", examples);
	return object;
}

static json_t *
findings_array(struct builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->n_findings; i++)
		append(builder, array, finding_object(builder, &result->findings[i]));
	return array;
}

/* A key's failing signatures by inception. */
static json_t *
inceptions_array(struct builder *builder, const struct zg_result *result, size_t first,
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
			put_time(builder, object, "inception", "inception_utc", group->inception);
		else
			put_no_time(builder, object, "inception", "inception_utc");
		put_count(builder, object, "bad", group->n_bad);
		append(builder, array, object);
	}
	return array;
}

static json_t *
failures_array(struct builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->n_failures; i++) {
		struct failing_key key;
		json_t *object;

		if (!failing_key_sum(result, i, &key))
			continue;
		object = json_object();
		put_integer(builder, object, "algorithm", key.algorithm);
		put_integer(builder, object, "tag", key.tag);
		put_count(builder, object, "bad", key.n_bad);
		put_count(builder, object, "of", key.n_of);
		put_count(builder, object, "published_keys", key.n_published);
		put_text(builder, object, "cause", failing_key_cause(&key));
		put(builder, object, "inceptions", inceptions_array(builder, result, i, &key));
		append(builder, array, object);
	}
	return array;
}

static json_t *
key_object(struct builder *builder, const struct zg_key *key, bool ds_given)
{
	json_t *object = json_object();

	put_integer(builder, object, "algorithm", key->algorithm);
	put_text(builder, object, "algorithm_name", key->algorithm_name);
	put_integer(builder, object, "tag", key->tag);
	put_integer(builder, object, "flags", key->flags);
	put_bool(builder, object, "revoked", key_is_revoked(key));
	put_integer(builder, object, "bits", key->bits);
	put_text(builder, object, "sha256", key->sha256);
	put_text(builder, object, "role", key_role(key));
	put_bool(builder, object, "signs_dnskey", key->signs_dnskey);
	put_count(builder, object, "signatures_over_data", key->n_signatures);
	put_count(builder, object, "signatures", key->n_tried);
	put(builder, object, "in_parent", ds_given ? json_boolean(key->in_parent) : json_null());
	return object;
}

static json_t *
keys_array(struct builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();
	bool ds_given = (result->inputs & ZG_INPUT_DS) != 0;

	for (size_t i = 0; i < result->n_keys; i++)
		append(builder, array, key_object(builder, &result->keys[i], ds_given));
	return array;
}

/* "13/12345 13/54321" as an array of its words. */
static json_t *
words_array(struct builder *builder, const char *text)
{
	json_t *array = json_array();

	while (text != NULL && *text != '\0') {
		size_t length = strcspn(text, " ");

		if (length > 0)
			append(builder, array, clean_string(text, length));
		text += length + (text[length] == ' ');
	}
	return array;
}

static json_t *
class_object(struct builder *builder, const struct zg_signing_class *class)
{
	json_t *object = json_object(), *keys = words_array(builder, class->keys);
	bool is_signed = json_array_size(keys) > 0;

	put(builder, object, "keys", keys);
	put_integer(builder, object, "ttl", class->ttl);
	put_count(builder, object, "rrsets", class->n_rrsets);
	if (is_signed)
		put_time(builder, object, "earliest_expiration", "earliest_expiration_utc",
		    class->earliest_expiration);
	else
		put_no_time(builder, object, "earliest_expiration", "earliest_expiration_utc");
	put_text(builder, object, "owner", class->owner);
	put_text(builder, object, "type", class->type);
	return object;
}

static json_t *
classes_array(struct builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->n_classes; i++)
		append(builder, array, class_object(builder, &result->classes[i]));
	return array;
}

static json_t *
not_run_array(struct builder *builder, const struct zg_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->n_not_run; i++) {
		json_t *object = json_object();

		put_text(builder, object, "id", result->not_run[i].check->id);
		put_text(builder, object, "reason", result->not_run[i].reason);
		append(builder, array, object);
	}
	return array;
}

static json_t *
deadlines_object(struct builder *builder, const struct zg_result *result)
{
	json_t *object = json_object();

	if (result->release_by != 0)
		put_time(builder, object, "release_by", "release_by_utc", result->release_by);
	else
		put_no_time(builder, object, "release_by", "release_by_utc");
	return object;
}

/* The verdict, and what was judged. */
static void
put_head(struct builder *builder, json_t *root, const struct zg_result *result)
{
	put_integer(builder, root, "format", REPORT_FORMAT);
	put_text(builder, root, "version", ZG_VERSION);
	put_text(builder, root, "verdict", zg_verdict_text(result->verdict));
	put_text(builder, root, "reason", result->reason);
	put_integer(builder, root, "exit_status", zg_verdict_exit_status(result->verdict));
	put_text(builder, root, "zone", result->zone);
	if (result->has_serial)
		put_integer(builder, root, "serial", result->serial);
	else
		put(builder, root, "serial", json_null());
	put_text(builder, root, "digest", result->digest);
	put_text(builder, root, "policy", result->policy);
	put_text(builder, root, "policy_digest", result->policy_digest);
	put_time(builder, root, "now", "now_utc", result->now);
	put(builder, root, "inputs", inputs_object(builder, result->inputs));
	put_text(builder, root, "completeness", result->completeness);
	put(builder, root, "counts", counts_object(builder, result->counts));
}

/* What was found, and what was not looked at. */
static void
put_body(struct builder *builder, json_t *root, const struct zg_result *result)
{
	put(builder, root, "findings", findings_array(builder, result));
	put(builder, root, "failures", failures_array(builder, result));
	put(builder, root, "keys", keys_array(builder, result));
	put(builder, root, "signing_classes", classes_array(builder, result));
	put_bool(builder, root, "more_signing_classes", result->more_classes);
	put(builder, root, "deadlines", deadlines_object(builder, result));
	put(builder, root, "counterexamples", json_array());
	put(builder, root, "not_run", not_run_array(builder, result));
}

static int
write_piece(const char *text, size_t length, void *context)
{
	struct text_writer *out = context;

	text_add_bytes(out, text, length);
	return out->failed ? -1 : 0;
}

zg_status
report_json_render(const struct zg_result *result, const struct zg_report_options *options,
    struct text_writer *out)
{
	struct builder builder = {ZG_OK};
	json_t *root = json_object();

	(void)options;
	put_head(&builder, root, result);
	put_body(&builder, root, result);
	if (builder.status == ZG_OK &&
	    json_dump_callback(root, write_piece, out, JSON_INDENT(2) | JSON_ENSURE_ASCII) != 0)
		builder.status = ZG_MEMORY;
	text_add(out, "\n");
	if (builder.status == ZG_OK && out->failed)
		builder.status = ZG_MEMORY;
	json_decref(root);
	return builder.status;
}
