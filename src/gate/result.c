/* From facts and check results to the public result. */
#include "gate/result_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/text_writer.h"
#include "dns/algorithm.h"
#include "dns/serial.h"
#include "gate/verdict.h"
#include "policy/policy.h"

const char *
result_keep(struct made_result *made, char *string)
{
	void *strings = made->strings;

	if (string == NULL || array_reserve(&strings, &made->strings_size, made->n_strings,
				  sizeof(made->strings[0]), SIZE_MAX / sizeof(char *)) != ZG_OK) {
		made->failed = true;
		free(string);
		return "";
	}
	made->strings = strings;
	made->strings[made->n_strings++] = string;
	return string;
}

const char *
result_keep_copy(struct made_result *made, const char *string)
{
	return string == NULL ? NULL : result_keep(made, strdup(string));
}

const char *
result_keep_format(struct made_result *made, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return result_keep(made, text);
}

static const char *
keep_hex(struct made_result *made, const uint8_t *octets, size_t length)
{
	char *hex = malloc(HEX_TEXT_SIZE(length));

	if (hex != NULL)
		hex_write(octets, length, hex);
	return result_keep(made, hex);
}

static const char *
keep_type(struct made_result *made, uint16_t type)
{
	char text[RR_TYPE_TEXT_MAX];

	return type == 0 ? NULL : result_keep_copy(made, rr_type_to_text(type, text));
}

static const char *
keep_name(struct made_result *made, const uint8_t *name)
{
	char text[NAME_TEXT_MAX];

	(void)name_to_text(name, text);
	return result_keep_copy(made, text);
}

/* A row's severity in effect, and why it is weaker than the policy says. */
static zg_severity
effective_severity(const struct result_sources *sources, size_t row, const char **eased)
{
	const struct past_facts *past = sources->facts->past;
	zg_severity severity = policy_severity_at(sources->policy, row);

	*eased = NULL;
	/* A policy cannot make light of its own coming: DESIGN 9.19. */
	if (check_table[row].former_rules && past != NULL && past->former_rules != NULL &&
	    past->former_rules->severity < severity)
		return past->former_rules->severity;
	if (check_table[row].customer && severity < ZG_SEVERITY_WARN) {
		*eased = "data of registry customers is never above warn";
		return ZG_SEVERITY_WARN;
	}
	if (past != NULL && past->unchanged && severity < ZG_SEVERITY_WARN &&
	    ((check_table[row].public.needs & ZG_INPUT_DS) != 0 || check_table[row].parents)) {
		*eased = "keys, signers and denial are those of the release in force";
		return ZG_SEVERITY_WARN;
	}
	if (check_table[row].ratchet && severity < ZG_SEVERITY_WARN && sources->former != NULL &&
	    sources->results[row].ran &&
	    ratchet_covers(&sources->former[row].ratchet, &sources->results[row].ratchet)) {
		*eased = "the zone in force has the same or worse";
		return ZG_SEVERITY_WARN;
	}
	if (repair_eases(sources->repair, row, severity)) {
		*eased = "broken in force as well: releasing breaks nothing new";
		return ZG_SEVERITY_APPROVE;
	}
	return severity;
}

/* Copies the examples of a tally. */
static void
add_examples(
    struct made_result *made, size_t index, const struct tally *tally, const struct source_map *map)
{
	struct zg_example *examples = calloc(tally->n_examples + 1, sizeof(*examples));

	if (examples == NULL) {
		made->failed = true;
		return;
	}
	made->examples[index] = examples;
	for (size_t i = 0; i < tally->n_examples; i++) {
		const struct tally_example *from = &tally->examples[i];

		examples[i].owner = result_keep_copy(made, from->owner);
		examples[i].type = keep_type(made, from->type);
		examples[i].file =
		    result_keep_copy(made, source_map_find(map, from->line, &examples[i].line));
		examples[i].detail = result_keep_copy(made, from->detail);
	}
	made->findings[index].examples = examples;
	made->findings[index].n_examples = tally->n_examples;
}

/* The findings of one severity, in the order of the table. */
static void
add_findings(struct made_result *made, const struct result_sources *sources, zg_severity severity)
{
	for (size_t row = 0; row < check_table_rows; row++) {
		const struct tally *tally = check_result_tally(&sources->results[row]);
		/* What the registry's zone has and the candidate lacks stands in the registry's
		 * text. */
		bool elsewhere = check_table[row].run == check_defect &&
				 check_table[row].defect == DEFECT_UNSIGNED_MISSING;
		const struct zone *zone =
		    elsewhere ? sources->unsigned_input : sources->facts->zone;
		const char *eased;

		if (!sources->results[row].ran || tally->count == 0 ||
		    effective_severity(sources, row, &eased) != severity)
			continue;
		made->findings[made->public.n_findings] =
		    (struct zg_finding){.check = &check_table[row].public,
			.severity = severity,
			.eased = eased,
			.count = tally->count};
		add_examples(made, made->public.n_findings, tally, &zone->store.map);
		result_add_approvers(made, &made->findings[made->public.n_findings], row);
		made->public.n_findings++;
	}
}

static const char *
not_run_reason(const struct result_sources *sources, unsigned missing)
{
	if (!sources->facts->zone->has_apex && sources->inputs->origin == NULL)
		return "the zone has no SOA, so that it is not known which zone it is";
	if (missing & ZG_INPUT_DS)
		return "no DS set of the parent was given";
	if (missing & ZG_INPUT_PREVIOUS)
		return "no former zone was given";
	if (missing & ZG_INPUT_HISTORY)
		return "no history was given";
	return "no unsigned zone was given";
}

static void
add_not_run(struct made_result *made, const struct result_sources *sources)
{
	for (size_t row = 0; row < check_table_rows; row++) {
		if (!sources->results[row].ran)
			made->not_run[made->public.n_not_run++] =
			    (struct zg_not_run){.check = &check_table[row].public,
				.reason = not_run_reason(
				    sources, check_table[row].public.needs & ~sources->given)};
	}
}

/* Inputs without which it is undecided. A DS set is demanded only of a release that changes what
 * the parent minds: DESIGN 9.3. */
static unsigned
required_inputs(const struct result_sources *sources)
{
	unsigned required = sources->inputs->require | policy_values(sources->policy)->require;

	if (sources->facts->past != NULL && sources->facts->past->unchanged)
		required &= ~(unsigned)ZG_INPUT_DS;
	return required;
}

/* Nothing shows that the zone is whole, and the policy wants that of what is released. */
static bool
is_perhaps_cut(const struct made_result *made, const struct result_sources *sources)
{
	return sources->inputs->complete && policy_release(sources->policy)->completeness &&
	       strcmp(made->public.completeness, "none") == 0;
}

static void
add_verdict(struct made_result *made, const struct result_sources *sources)
{
	unsigned required = required_inputs(sources);
	struct verdict_row rows[CHECK_ROWS_MAX];
	const char *eased;

	for (size_t row = 0; row < check_table_rows; row++)
		rows[row] =
		    (struct verdict_row){.severity = effective_severity(sources, row, &eased),
			.count = check_result_tally(&sources->results[row])->count,
			.ran = sources->results[row].ran,
			.needs = check_table[row].public.needs,
			.accepted = result_is_accepted(made, row)};
	made->public.verdict =
	    verdict_decide(rows, check_table_rows, required, sources->given, &made->public.reason);
	if (made->public.verdict != ZG_VERDICT_REFUSE && is_perhaps_cut(made, sources)) {
		made->public.verdict = ZG_VERDICT_UNDECIDED;
		made->public.reason =
		    "undecided, nothing proves that the zone is complete, and the policy wants it";
	}
}

/* A DS of the parent is of this key. */
static bool
key_in_parent(const struct key_facts *keys, size_t key)
{
	for (size_t i = 0; i < keys->n_ds; i++) {
		if (keys->ds[i].key == (int)key)
			return true;
	}
	return false;
}

static void
add_keys(struct made_result *made, const struct facts *facts)
{
	for (size_t i = 0; i < facts->keys.n_keys; i++) {
		const struct key_fact *key = &facts->keys.keys[i];

		made->keys[i] = (struct zg_key){.algorithm = key->view.algorithm,
		    .tag = key->tag,
		    .flags = key->view.flags,
		    .bits = key->key == NULL ? 0 : public_key_bits(key->key),
		    .sha256 = keep_hex(made, key->sha256, sizeof(key->sha256)),
		    .signs_dnskey = key->signs_dnskey,
		    .n_signatures = key->n_signatures,
		    .n_tried = facts->signatures.n_tried[i],
		    .in_parent = key_in_parent(&facts->keys, i),
		    .algorithm_name = algorithm_name(key->view.algorithm)};
	}
	made->public.n_keys = facts->keys.n_keys;
}

/* "13/12345 13/54321" */
static const char *
class_keys(struct made_result *made, const struct key_facts *keys, uint64_t mask)
{
	struct text_writer text = {.text = NULL};

	text_add(&text, "");
	for (size_t i = 0; i < keys->n_keys; i++) {
		if (mask >> i & 1)
			text_printf(&text, "%s%u/%u", text.used > 0 ? " " : "",
			    keys->keys[i].view.algorithm, keys->keys[i].tag);
	}
	return result_keep(made, text.failed ? NULL : text.text);
}

static void
add_classes(struct made_result *made, const struct facts *facts, int64_t now)
{
	for (size_t i = 0; i < facts->signatures.n_classes; i++) {
		const struct signing_class *class = &facts->signatures.classes[i];

		made->classes[i] =
		    (struct zg_signing_class){.keys = class_keys(made, &facts->keys, class->keys),
			.ttl = class->ttl,
			.n_rrsets = class->n_rrsets,
			.earliest_expiration =
			    class->keys == 0 ? 0 : serial_time(class->earliest_expiration, now),
			.owner = keep_name(made, zone_owner_name(facts->zone, class->owner)),
			.type = keep_type(made, class->type)};
	}
	made->public.n_classes = facts->signatures.n_classes;
	made->public.more_classes = facts->signatures.more_classes;
}

/* RRSIGs of an algorithm and tag; keys that share both were all tried with each of them. */
static uint64_t
signatures_of(const struct facts *facts, uint8_t algorithm, uint16_t tag)
{
	uint64_t most = 0;

	for (size_t i = 0; i < facts->keys.n_keys; i++) {
		const struct key_fact *key = &facts->keys.keys[i];

		if (key->view.algorithm == algorithm && key->tag == tag &&
		    facts->signatures.n_tried[i] > most)
			most = facts->signatures.n_tried[i];
	}
	return most;
}

static void
add_failures(struct made_result *made, const struct facts *facts, int64_t now)
{
	for (size_t i = 0; i < facts->signatures.n_groups; i++) {
		const struct failure_group *group = &facts->signatures.groups[i];

		made->failures[i] = (struct zg_failure_group){.algorithm = group->algorithm,
		    .key_tag = group->key_tag,
		    .inception = group->others ? 0 : serial_time(group->inception, now),
		    .n_bad = group->n_bad,
		    .n_of = signatures_of(facts, group->algorithm, group->key_tag)};
	}
	made->public.n_failures = facts->signatures.n_groups;
}

static void
add_counts(struct made_result *made, const struct facts *facts)
{
	uint64_t *counts = made->public.counts;

	counts[ZG_COUNT_RECORDS] = facts->zone->n_records;
	counts[ZG_COUNT_OWNERS] = facts->zone->n_owners;
	for (size_t i = 0; i < facts->zone->n_owners; i++) {
		counts[ZG_COUNT_DELEGATIONS] += (facts->zone->owners[i].flags & OWNER_CUT) != 0;
		counts[ZG_COUNT_SECURE_DELEGATIONS] +=
		    (facts->zone->owners[i].flags & OWNER_SECURE) != 0;
	}
	counts[ZG_COUNT_RRSIGS] = facts->signatures.n_rrsigs;
	counts[ZG_COUNT_VERIFIED] = facts->signatures.n_verified;
	counts[ZG_COUNT_BY_BATCH] = facts->signatures.n_batch;
	counts[ZG_COUNT_BY_EVP] = facts->signatures.n_single;
	counts[ZG_COUNT_BY_MEMO] = facts->signatures.n_memo;
	counts[ZG_COUNT_NSEC] = facts->denial.n_nsec;
	for (size_t i = 0; i < facts->denial.n_chains; i++)
		counts[ZG_COUNT_NSEC3] += facts->denial.chains[i].n_records;
}

static void
add_changes(struct made_result *made, const struct change_facts *change)
{
	_Static_assert((int)ZG_CHANGE_COUNT == (int)CHANGE_COUNTS, "the same are counted");

	if (change == NULL)
		return;
	for (size_t i = 0; i < CHANGE_COUNTS; i++)
		made->changes[i] = (struct zg_change){.before = change->counts[i].before,
		    .after = change->counts[i].after,
		    .lost = change->counts[i].lost,
		    .gained = change->counts[i].gained};
	made->public.changes = made->changes;
}

/* What proves that nothing was cut out of the zone (DESIGN: not provable from the zone alone). */
static const char *
completeness(struct made_result *made, const struct result_sources *sources)
{
	const struct zonemd_facts *zonemd = &sources->facts->zonemd;
	struct text_writer text = {.text = NULL};
	bool good = false;

	for (size_t i = 0; i < zonemd->n_records; i++)
		good |= zonemd->records[i].outcome == ZONEMD_GOOD;
	text_add(&text, good ? "ZONEMD" : "");
	if (sources->inputs->whole)
		text_printf(&text, "%stransfer", text.used > 0 ? ", " : "");
	if (sources->given & ZG_INPUT_UNSIGNED)
		text_printf(&text, "%sunsigned zone", text.used > 0 ? ", " : "");
	if (sources->given & ZG_INPUT_PREVIOUS)
		text_printf(&text, "%sformer zone", text.used > 0 ? ", " : "");
	if (text.used == 0)
		text_add(&text, "none");
	return result_keep(made, text.failed ? NULL : text.text);
}

/* When the first RRset has no signature left; 0: nothing is signed. */
static int64_t
release_by(const struct signature_facts *signatures)
{
	int64_t dnskey = signatures->dnskey_expiration, others = signatures->first_expiration;

	if (dnskey == 0 || others == 0)
		return dnskey + others;
	return dnskey < others ? dnskey : others;
}

/* Who, what and when. */
static void
add_head(struct made_result *made, const struct result_sources *sources)
{
	const struct facts *facts = sources->facts;
	struct zg_result *public = &made->public;

	if (facts->zone->n_owners > 0) {
		public->zone = keep_name(made, facts->zone->origin);
		public->digest = keep_hex(made, facts->digest, sizeof(facts->digest));
	}
	public->has_serial = facts->has_soa;
	public->serial = facts->soa.serial;
	public->policy = result_keep_copy(made, zg_policy_name(sources->policy));
	public->policy_digest = result_keep_copy(made, sources->policy_digest);
	public->now = sources->inputs->now;
	public->inputs = sources->given;
	public->completeness = completeness(made, sources);
	public->release_by = release_by(&facts->signatures);
	public->findings = made->findings;
	public->not_run = made->not_run;
	public->keys = made->keys;
	public->classes = made->classes;
	public->failures = made->failures;
}

/* Which findings people accepted: to be known before anything is said of them. */
static zg_status
judge_approvals(
    struct made_result *made, const struct result_sources *sources, struct zg_error *error)
{
	zg_severity severities[CHECK_ROWS_MAX];
	const char *eased;

	for (size_t row = 0; row < check_table_rows; row++)
		severities[row] = effective_severity(sources, row, &eased);
	return result_judge_approvals(made, sources, severities, error);
}

zg_status
result_make(const struct result_sources *sources, struct zg_result **result, struct zg_error *error)
{
	struct made_result *made = calloc(1, sizeof(*made));
	zg_status status;

	*result = NULL;
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	add_head(made, sources);
	status = judge_approvals(made, sources, error);
	if (status != ZG_OK) {
		zg_result_free(&made->public);
		return status;
	}
	add_counts(made, sources->facts);
	add_changes(made, sources->facts->change);
	for (int severity = ZG_SEVERITY_REFUSE; severity < ZG_SEVERITY_IGNORE; severity++)
		add_findings(made, sources, (zg_severity)severity);
	add_not_run(made, sources);
	add_keys(made, sources->facts);
	add_classes(made, sources->facts, sources->inputs->now);
	add_failures(made, sources->facts, sources->inputs->now);
	result_add_past(made, sources);
	result_add_repair(made, sources);
	result_add_approvals(made, sources);
	made->release = sources->release;
	add_verdict(made, sources);
	if (made->failed) {
		made->release = NULL;
		zg_result_free(&made->public);
		return error_set(error, ZG_MEMORY, "out of memory");
	}
	*result = &made->public;
	return ZG_OK;
}

void
zg_result_free(struct zg_result *result)
{
	/* The public part comes first in what was made. */
	struct made_result *made = (struct made_result *)result;

	if (made == NULL)
		return;
	for (size_t i = 0; i < made->n_strings; i++)
		free(made->strings[i]);
	free(made->strings);
	for (size_t i = 0; i < CHECK_ROWS_MAX; i++)
		free(made->examples[i]);
	if (made->release != NULL)
		release_facts_clear(made->release);
	free(made->release);
	acceptance_free(made->acceptance);
	free(made);
}

const struct release_facts *
zg_result_facts(const struct zg_result *result)
{
	return ((const struct made_result *)result)->release;
}
