/* What is lawful in a policy and unwise. */
#include <stdlib.h>

#include <zonegate/check.h>
#include "base/error.h"
#include "base/text_writer.h"
#include "policy/config_lint.h"
#include "policy/policy_file.h"
#include "policy/policy_rules.h"
#include "policy/policy_value.h"

#define DAY ((int64_t)86400)

/* "<path> (P5D) <phrase> <other> (P2D)"; both values are set. */
static void
compare(struct policy_reporter *reporter, unsigned line, const char *path, int64_t value,
    const char *phrase, const char *other, int64_t bound)
{
	struct text_writer text = {0};

	text_printf(&text, "%s (", path);
	policy_duration_write(value, &text);
	text_printf(&text, ") is %s %s (", phrase, other);
	policy_duration_write(bound, &text);
	text_add(&text, ")");
	policy_warning(reporter, line, "%s", text.failed ? path : text.text);
	text_writer_clear(&text);
}

/* Warns when `value` of `path` is above `bound`; NOT_SET is neither. */
static void
warn_above(struct policy_reporter *reporter, const struct policy_lines *lines, const char *path,
    int64_t value, const char *other, int64_t bound)
{
	if (value != NOT_SET && bound != NOT_SET && value > bound)
		compare(reporter, policy_line_of(lines, path, NULL), path, value, "above", other,
		    bound);
}

static void
warn_signatures(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	const struct policy_values *values = &policy->values;
	int64_t most = values->signatures.validity.max;

	/* A signature that was stolen, or data that was withdrawn, can be replayed for as long. */
	warn_above(reporter, lines, "Signatures/Validity/Max", most, "three months", 90 * DAY);
	/* RFC 6781 section 4.4.1: the TTL is to be a few times smaller. */
	if (most != NOT_SET)
		warn_above(reporter, lines, "Signatures/MaxZoneTTL",
		    values->signatures.max_zone_ttl, "a third of Signatures/Validity/Max",
		    most / 3);
	warn_above(reporter, lines, "Signatures/Validity/Max", most, "Keys/ZSK/Lifetime/Max",
	    policy->release.roles[ROLE_ZSK].lifetime.max);
	warn_above(reporter, lines, "Signatures/ResignInterval", policy->release.resign_interval,
	    "Signatures/Remaining/Min", values->signatures.remaining_min);
	warn_above(reporter, lines, "Signatures/ClockSkew", values->signatures.clock_skew,
	    "one hour", 3600);
	/* A secondary that is cut off serves the zone for EXPIRE: RFC 6781 section 4.4.1. */
	warn_above(reporter, lines, "Zone/SOA/MaxExpire", values->zone.max_expire,
	    "Signatures/Remaining/Min", values->signatures.remaining_min);
	/* RFC 2308 section 5. */
	warn_above(
	    reporter, lines, "Zone/SOA/MaxMinimum", values->zone.max_minimum, "one day", DAY);
}

static void
warn_denial(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	const struct policy_values *values = &policy->values;

	/* RFC 9276 section 3.1. */
	if (values->denial.max_iterations > 0)
		policy_warning(reporter,
		    policy_line_of(lines, "Denial/NSEC3/Hash/MaxIterations", NULL),
		    "NSEC3 iterations are to be 0: some validators answer SERVFAIL above");
	if (values->denial.max_salt > 0)
		policy_warning(reporter,
		    policy_line_of(lines, "Denial/NSEC3/Hash/Salt/@maxlength", NULL),
		    "an NSEC3 salt is of no use");
	if (values->denial.opt_out == ALLOWANCE_REQUIRED && values->denial.nsec)
		policy_warning(reporter, policy_line_of(lines, "Denial/NSEC3/OptOut", NULL),
		    "opt-out is required and NSEC, which has none, is accepted");
}

/* Some algorithm that the policy lists for `role`. */
static bool
is_listed(const struct policy_values *values, enum key_role role, uint8_t algorithm, bool *any)
{
	bool listed = false;

	for (size_t i = 0; i < values->keys.n_choices; i++) {
		*any |= values->keys.choices[i].role == role;
		listed |= values->keys.choices[i].role == role &&
			  values->keys.choices[i].algorithm == algorithm;
	}
	return listed;
}

static void
warn_keys(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	const struct policy_values *values = &policy->values;
	const struct policy_release *release = &policy->release;
	int64_t ttl = values->keys.ttl.max == NOT_SET ? NOT_SET : 5 * values->keys.ttl.max;

	for (size_t i = 0; i < values->keys.n_inventory; i++) {
		const struct pinned_key *key = &values->keys.inventory[i];
		bool any = false;

		if (!is_listed(values, key->role, key->algorithm, &any) && any)
			policy_warning(reporter, policy_line_of(lines, "Keys/Inventory", NULL),
			    "the inventory has key %u/%u, whose algorithm is not listed for its "
			    "role",
			    key->algorithm, key->tag);
	}
	warn_above(reporter, lines, "Keys/PublishSafety", release->publish_safety,
	    "five times Keys/TTL/Max", ttl);
	warn_above(reporter, lines, "Keys/RetireSafety", release->retire_safety,
	    "five times Keys/TTL/Max", ttl);
	if (release->algorithm_rollover != ROLLOVER_CONSERVATIVE &&
	    zg_policy_severity(policy, "cache-view-strict-dnskey") == ZG_SEVERITY_REFUSE)
		policy_warning(reporter,
		    policy_line_of(lines, "CacheView/Validator[model=strict-dnskey]/@on", NULL),
		    "the model strict-dnskey refuses algorithm rollovers other than conservative "
		    "ones, and AlgorithmRollover allows them");
}

static void
warn_release(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	const struct policy_values *values = &policy->values;
	const struct policy_release *release = &policy->release;

	if (values->unsigned_allowed)
		policy_warning(reporter, policy_line_of(lines, "Unsigned", NULL),
		    "a zone that lost all its signatures passes");
	if (values->zone.serial_any)
		policy_warning(reporter, policy_line_of(lines, "Zone/SOA/Serial", NULL),
		    "a jump of the serial, or a change of its form, passes unseen");
	if (release->approval.quorum < 2)
		policy_warning(reporter, policy_line_of(lines, "Approval/@quorum", NULL),
		    "a quorum of one: a single key approves everything");
	if (release->staging.use == STAGING_RISKY && release->staging.n_risks == 0)
		policy_warning(reporter, policy_line_of(lines, "Staging/When", NULL),
		    "staging of risky releases, and no Risk is listed: only what differs in "
		    "keys, signers, denial of existence or DS set is staged");
	if (release->evidence == EVIDENCE_HANDED)
		policy_warning(reporter, policy_line_of(lines, "Zone/Evidence", NULL),
		    "a release counts as in service although no server was seen to have it");
	if (values->parent.cds == CDS_FORBIDDEN &&
	    lines->row[policy_row_index(policy_row_find("Parent/CDS/@delay"))] != 0)
		policy_warning(reporter, policy_line_of(lines, "Parent/CDS/@delay", NULL),
		    "a delay for CDS, which are forbidden");
	/* A zone that is fit for release would be alarmed of at once. */
	warn_above(reporter, lines, "ReleaseBy/@alarm", release->release_by.alarm,
	    "Signatures/Remaining/Min", values->signatures.remaining_min);
}

static void
warn_cache_view(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	const struct policy_values *values = &policy->values;
	const struct policy_release *release = &policy->release;
	/* What is older than the horizon is taken to be gone from every cache. */
	warn_above(reporter, lines, "Signatures/MaxZoneTTL", values->signatures.max_zone_ttl,
	    "CacheView/UnknownHorizon", release->cache_view.unknown_horizon);
	warn_above(reporter, lines, "Parent/DS/MaxTTL", release->parent.max_ttl,
	    "CacheView/UnknownHorizon", release->cache_view.unknown_horizon);
	warn_above(reporter, lines, "Keys/TTL/Max", values->keys.ttl.max,
	    "CacheView/UnknownHorizon", release->cache_view.unknown_horizon);
	/* Not every resolver has that ceiling. */
	if (release->cache_view.max_cache_ttl != NOT_SET)
		warn_above(reporter, lines, "Signatures/MaxZoneTTL",
		    values->signatures.max_zone_ttl, "CacheView/MaxCacheTTL",
		    release->cache_view.max_cache_ttl);
}

/* Where the policy asks for less than the table of checks does. */
static void
warn_severities(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	for (size_t i = 0; i < zg_check_count(); i++) {
		const struct zg_check *check = zg_check_at(i);

		if (check->severity == ZG_SEVERITY_REFUSE &&
		    policy->severities[i] > ZG_SEVERITY_APPROVE)
			policy_warning(reporter, lines->check[i],
			    "%s is '%s' here and 'refuse' by default", check->id,
			    policy_severity_word(policy->severities[i]));
	}
}

void
policy_rules_warn(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	warn_signatures(reporter, policy, lines);
	warn_denial(reporter, policy, lines);
	warn_keys(reporter, policy, lines);
	warn_release(reporter, policy, lines);
	warn_cache_view(reporter, policy, lines);
	warn_severities(reporter, policy, lines);
}

/* Hands remarks on, and keeps the first error for zg_error. */
struct relay {
	zg_policy_remark remark;
	void *context;
	struct zg_error *error;
	bool kept;
};

static void
hand_on(void *context, const char *file, unsigned line, int is_error, const char *text)
{
	struct relay *relay = context;

	if (is_error > 0 && !relay->kept) {
		if (line > 0)
			(void)error_set(relay->error, ZG_POLICY, "%s:%u: %s", file, line, text);
		else
			(void)error_set(relay->error, ZG_POLICY, "%s: %s", file, text);
		relay->kept = true;
	}
	relay->remark(relay->context, file, line, is_error, text);
}

zg_status
zg_policy_lint(const char *path, zg_policy_remark remark, void *context, struct zg_error *error)
{
	struct relay relay = {.remark = remark, .context = context, .error = error};
	struct policy_reporter reporter = {.label = path, .remark = hand_on, .context = &relay};
	zg_status status;
	size_t length;
	char *text;

	reporter.warnings = true;
	status = policy_file_read(&reporter, path, &text, &length);
	if (status == ZG_OK && config_is_text(text, length)) {
		config_lint(&reporter, text, length);
		status = reporter.status;
	} else if (status == ZG_OK)
		status = policy_examine(text, length, path, true, hand_on, &relay);
	free(text);
	return status;
}
