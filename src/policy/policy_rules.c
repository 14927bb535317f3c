/* Contradictions inside a policy: no zone and no release could satisfy it. */
#include "policy/policy_rules.h"

#include <string.h>

#include "base/text_writer.h"
#include "policy/policy_value.h"

#define DAY ((int64_t)86400)

unsigned
policy_line_of(const struct policy_lines *lines, const char *path, const char *or_path)
{
	unsigned line = lines->row[policy_row_index(policy_row_find(path))];

	if (line == 0 && or_path != NULL)
		line = lines->row[policy_row_index(policy_row_find(or_path))];
	return line;
}

static int64_t
known(int64_t value)
{
	return value == NOT_SET ? 0 : value;
}

int64_t
policy_roll_time(const zg_policy *policy, enum key_role role)
{
	const struct policy_values *values = &policy->values;
	const struct policy_release *release = &policy->release;
	int64_t publish, retire;

	publish =
	    known(values->keys.ttl.max) + values->zone.propagation_delay + release->publish_safety;
	/* RFC 7583 section 3.3.4 with the hold-down of RFC 5011 section 2.4.1. */
	if (release->roles[role].rfc5011 && publish < 30 * DAY)
		publish = 30 * DAY;
	if (role == ROLE_ZSK)
		retire = known(values->signatures.max_zone_ttl) + values->zone.propagation_delay;
	else
		retire = known(release->parent.max_ttl) + release->parent.propagation_delay +
			 release->parent.registration_delay;
	return publish + retire + release->retire_safety;
}

/* "<path> (P7D) must be above <path> (P5D)" */
static void
contradiction(struct policy_reporter *reporter, unsigned line, const char *path, int64_t value,
    const char *must, const char *other, int64_t bound)
{
	struct text_writer text = {0};

	text_printf(&text, "%s (", path);
	policy_duration_write(value, &text);
	text_printf(&text, ") must %s %s (", must, other);
	policy_duration_write(bound, &text);
	text_add(&text, ")");
	policy_error(reporter, text.failed ? ZG_MEMORY : ZG_POLICY, line, "%s",
	    text.failed ? "out of memory" : text.text);
	text_writer_clear(&text);
}

/* Every range: Min is not above Max. The table has them side by side. */
static void
check_ranges(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	for (size_t i = 1; i < policy_table_rows; i++) {
		const struct policy_row *min = &policy_table[i - 1], *max = &policy_table[i];
		int64_t least, most;

		if (strcmp(policy_row_leaf(min), "Min") != 0 ||
		    strcmp(policy_row_leaf(max), "Max") != 0)
			continue;
		least = policy_integer_load(policy, min->place, min->size);
		most = policy_integer_load(policy, max->place, max->size);
		if (least != NOT_SET && most != NOT_SET && least > most &&
		    (lines->row[i] != 0 || lines->row[i - 1] != 0))
			contradiction(reporter, policy_line_of(lines, max->path, min->path),
			    min->path, least, "not be above", max->path, most);
	}
}

/* The file sets this bound of Validity, and signatures that keep it are too old when they are new.
 */
static bool
is_too_short(const zg_policy *policy, const struct policy_lines *lines,
    const struct policy_row *row, int64_t least)
{
	int64_t value = policy_integer_load(policy, row->place, row->size);

	return value != NOT_SET && value <= least && lines->row[policy_row_index(row)] != 0;
}

/*
 * A signature that has just been made lawfully must have enough life left: the shortest, and where
 * there is no bound below, the longest.
 */
static void
check_signatures(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	static const char remaining[] = "Signatures/Remaining/Min";
	static const char *const validity[] = {"Signatures/Validity/Min",
	    "Signatures/Validity[for=DNSKEY]/Min", "Signatures/Validity[for=Denial]/Min"};
	const struct policy_values *values = &policy->values;
	int64_t least = values->signatures.remaining_min, need;

	if (least == NOT_SET)
		return;
	for (size_t i = 0; i < sizeof(validity) / sizeof(validity[0]); i++) {
		const struct policy_row *row = policy_row_find(validity[i]);

		if (!is_too_short(policy, lines, row, least))
			row++; /* the table has Max behind Min */
		if (is_too_short(policy, lines, row, least))
			contradiction(reporter, lines->row[policy_row_index(row)], row->path,
			    policy_integer_load(policy, row->place, row->size), "be above",
			    remaining, least);
	}
	/* RFC 6781 section 4.4.1: caches may keep data for its TTL after the last fetch. */
	need = known(values->signatures.max_zone_ttl) + values->zone.propagation_delay;
	if (values->signatures.max_zone_ttl != NOT_SET && least <= need)
		contradiction(reporter, policy_line_of(lines, remaining, "Signatures/MaxZoneTTL"),
		    remaining, least, "be above", "MaxZoneTTL and Zone/PropagationDelay together",
		    need);
}

static void
check_ttls(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	const struct policy_values *values = &policy->values;

	if (values->signatures.min_zone_ttl != NOT_SET &&
	    values->signatures.max_zone_ttl != NOT_SET &&
	    values->signatures.min_zone_ttl > values->signatures.max_zone_ttl)
		contradiction(reporter,
		    policy_line_of(lines, "Signatures/MinZoneTTL", "Signatures/MaxZoneTTL"),
		    "Signatures/MinZoneTTL", values->signatures.min_zone_ttl, "not be above",
		    "Signatures/MaxZoneTTL", values->signatures.max_zone_ttl);
	/* The DNSKEY RRset is one of those of the zone. */
	if (values->keys.ttl.min != NOT_SET && values->signatures.max_zone_ttl != NOT_SET &&
	    values->keys.ttl.min > values->signatures.max_zone_ttl)
		contradiction(reporter,
		    policy_line_of(lines, "Keys/TTL/Min", "Signatures/MaxZoneTTL"), "Keys/TTL/Min",
		    values->keys.ttl.min, "not be above", "Signatures/MaxZoneTTL",
		    values->signatures.max_zone_ttl);
	if (values->keys.ttl.max != NOT_SET && values->signatures.min_zone_ttl != NOT_SET &&
	    values->keys.ttl.max < values->signatures.min_zone_ttl)
		contradiction(reporter,
		    policy_line_of(lines, "Keys/TTL/Max", "Signatures/MinZoneTTL"), "Keys/TTL/Max",
		    values->keys.ttl.max, "not be below", "Signatures/MinZoneTTL",
		    values->signatures.min_zone_ttl);
}

/* A key has to live longer than its roll takes, as ods-kaspcheck and named-checkconf demand. */
static void
check_lifetimes(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	static const char *const paths[] = {[ROLE_KSK] = "Keys/KSK/Lifetime/Max",
	    [ROLE_ZSK] = "Keys/ZSK/Lifetime/Max",
	    [ROLE_CSK] = "Keys/CSK/Lifetime/Max"};

	for (enum key_role role = ROLE_KSK; role < ROLE_FOREIGN; role++) {
		int64_t most = policy->release.roles[role].lifetime.max;
		int64_t roll = policy_roll_time(policy, role);

		if (most != NOT_SET && most <= roll)
			contradiction(reporter, policy_line_of(lines, paths[role], NULL),
			    paths[role], most, "be above", "the time that one roll takes", roll);
	}
}

static void
check_inventory(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	const struct policy_values *values = &policy->values;
	bool entry = false;

	for (size_t i = 0; i < values->keys.n_inventory; i++) {
		enum key_role role = values->keys.inventory[i].role;

		entry |= role == ROLE_KSK || role == ROLE_CSK;
	}
	if (values->keys.pinned && !entry)
		policy_error(reporter, ZG_POLICY,
		    policy_line_of(lines, "Keys/Inventory/@mode", NULL),
		    "a pinned inventory needs a KSK or CSK: without one no zone would pass");
}

static void
check_parent(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	static const char poll[] = "Parent/DS/Source[type=authoritative]/@poll";
	static const char max_age[] = "Parent/DS/Source[type=authoritative]/@maxage";
	const struct ds_source *source = &policy->release.parent.sources[DS_SOURCE_AUTHORITATIVE];

	if (source->accepted && source->poll >= source->max_age)
		contradiction(reporter, policy_line_of(lines, poll, max_age), poll, source->poll,
		    "be below", max_age, source->max_age);
}

static void
check_release(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	const struct policy_release *release = &policy->release;

	if (release->algorithm_rollover == ROLLOVER_CONSERVATIVE &&
	    zg_policy_severity(policy, "cache-view-strict-dnskey") == ZG_SEVERITY_IGNORE)
		policy_error(reporter, ZG_POLICY,
		    policy_line_of(lines, "Keys/AlgorithmRollover",
			"CacheView/Validator[model=strict-dnskey]/@on"),
		    "a conservative AlgorithmRollover needs the validator model strict-dnskey, "
		    "which is ignored");
	if (release->approval.n_approvers > 0 &&
	    release->approval.quorum > (int64_t)release->approval.n_approvers)
		policy_error(reporter, ZG_POLICY,
		    policy_line_of(lines, "Approval/@quorum", "Approval"),
		    "the quorum is %d and there are %zu approvers", (int)release->approval.quorum,
		    release->approval.n_approvers);
	if (release->release_by.warn < release->release_by.alarm)
		contradiction(reporter,
		    policy_line_of(lines, "ReleaseBy/@warn", "ReleaseBy/@alarm"), "ReleaseBy/@warn",
		    release->release_by.warn, "not be below", "ReleaseBy/@alarm",
		    release->release_by.alarm);
}

void
policy_rules_check(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines)
{
	check_ranges(reporter, policy, lines);
	check_signatures(reporter, policy, lines);
	check_ttls(reporter, policy, lines);
	check_lifetimes(reporter, policy, lines);
	check_inventory(reporter, policy, lines);
	check_parent(reporter, policy, lines);
	check_release(reporter, policy, lines);
}
