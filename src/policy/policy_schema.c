/*
 * THE TABLE of policies: each element and attribute, its kind, range, default, and where it goes.
 * Reading, the canonical form, lint and the tests of the manual follow from it. policies/policy.rng
 * says the same in the words of RELAX NG; a test holds the two together.
 */
#include "policy/policy_schema.h"

#include <string.h>

#include <zonegate/check.h>
#include <zonegate/limits.h>
#include "dns/algorithm.h"
#include "dns/name.h"
#include "policy/schema_path.h"

#define MINUTE	 60
#define HOUR	 (60 * MINUTE)
#define DAY	 (24 * HOUR)
#define YEARS_10 ((int64_t)3653 * DAY)
/* RFC 2181 section 8. */
#define TTL_MAX INT32_MAX

#define SIZE_OF(type, field) sizeof(((type *)NULL)->field)

/* Where a value goes: in the policy, or in an item of a list. */
#define AT(field)                                                                                  \
	.place = offsetof(struct zg_policy, field), .size = SIZE_OF(struct zg_policy, field)
#define VALUE(field)	  AT(values.field)
#define RELEASE(field)	  AT(release.field)
#define ITEM(type, field) .place = offsetof(struct type, field), .size = SIZE_OF(struct type, field)
#define WHOLE_ITEM(type)  .place = 0, .size = sizeof(type)

#define SEVERITY_OF(id)	  .kind = POLICY_SEVERITY, .max = ZG_SEVERITY_IGNORE, .check = id
#define SEVERITY(weakest) .kind = POLICY_SEVERITY, .max = ZG_SEVERITY_##weakest
#define DURATION(least, most, standard)                                                            \
	.kind = POLICY_DURATION, .min = (least), .max = (most), .fallback = (standard)
#define NUMBER(least, most, standard)                                                              \
	.kind = POLICY_NUMBER, .min = (least), .max = (most), .fallback = (standard)
#define SHARE(guard, way, most, standard)                                                          \
	.kind = POLICY_SHARE, .max = (most), .fallback = (standard),                               \
	VALUE(change.guard.max_##way##_percent),                                                   \
	.count_place = offsetof(struct zg_policy, values.change.guard.max_##way##_count)
#define WORD(list) .kind = POLICY_WORD, .words = (list)

/* The order of each list is that of the enum behind it. */
static const char *const unsigned_words[] = {"refused", "allowed", NULL};
static const char *const input_words[] = {"ds", "previous", "unsigned", NULL};
static const char *const completeness_words[] = {"none", "any", NULL};
static const char *const allowance_words[] = {"allowed", "forbidden", "required", NULL};
static const char *const inventory_words[] = {"observe", "pinned", NULL};
static const char *const trial_words[] = {"all", "KSK", "ZSK", NULL};
static const char *const role_words[] = {"KSK", "ZSK", "CSK", "foreign", NULL};
static const char *const ksk_roll_words[] = {
    "KskDoubleSignature", "KskDoubleDS", "KskDoubleRRset", NULL};
static const char *const zsk_roll_words[] = {
    "ZskPrePublication", "ZskDoubleSignature", "ZskDoubleRRsig", NULL};
static const char *const csk_roll_words[] = {"CskDoubleRRset", "CskSingleSignature", "CskDoubleDS",
    "CskDoubleSignature", "CskPrePublication", NULL};
static const char *const rollover_words[] = {"liberal", "conservative", "forbidden", NULL};
static const char *const stuck_words[] = {"assume-propagation-delay", "assume-soa-expire", NULL};
static const char *const evidence_words[] = {"confirmed", "handed", NULL};
static const char *const serial_words[] = {"increase", "any", NULL};
static const char *const zonemd_words[] = {"verify", "require", "ignore", NULL};
static const char *const agree_words[] = {"all", "majority", NULL};
static const char *const cds_words[] = {"consistent", "forbidden", "ignore", NULL};
static const char *const staging_words[] = {"never", "risky", "always", NULL};
static const char *const newer_words[] = {"queue", "replace", "hold", NULL};

_Static_assert(ZG_INPUT_DS == 1 && ZG_INPUT_PREVIOUS == 2 && ZG_INPUT_UNSIGNED == 4,
    "input_words name the bits of enum zg_input");

static bool
same_key(const void *a, const void *b)
{
	const struct pinned_key *one = a, *other = b;

	return memcmp(one->sha256, other->sha256, sizeof(one->sha256)) == 0;
}

static const char *
wrong_key(const void *item)
{
	const struct pinned_key *key = item;

	return key->not_before != NOT_SET && key->not_after != NOT_SET &&
		       key->not_before >= key->not_after
		   ? "notbefore must be earlier than notafter"
		   : NULL;
}

static const char *
unwise_algorithm(uint8_t algorithm)
{
	/* RFC 9905 section 2. */
	if (algorithm == ALG_RSASHA1 || algorithm == ALG_RSASHA1_NSEC3_SHA1)
		return "algorithms 5 and 7 use SHA-1 and must not be used for signing";
	if (!algorithm_is_supported(algorithm))
		return "signatures of this algorithm are not verified here";
	return NULL;
}

static const char *
unwise_key(const void *item)
{
	return unwise_algorithm(((const struct pinned_key *)item)->algorithm);
}

static const char *
unwise_choice(const void *item)
{
	const struct key_choice *choice = item;
	const char *phrase = unwise_algorithm(choice->algorithm);

	if (phrase == NULL && algorithm_is_rsa(choice->algorithm) && choice->bits != NOT_SET &&
	    (choice->bits < 2048 || choice->bits > ZG_RSA_BITS_MAX))
		phrase = "RSA keys should have 2048 to 4096 bits";
	return phrase;
}

static const char *
unwise_digest_type(const void *item)
{
	uint8_t type = *(const uint8_t *)item;

	/* RFC 9905 section 2. */
	if (type == DIGEST_SHA1)
		return "SHA-1 digests must not be used in DS";
	return digest_type_length(type) == 0 ? "digests of this type are not known here" : NULL;
}

static bool
same_choice(const void *a, const void *b)
{
	const struct key_choice *one = a, *other = b;

	return one->role == other->role && one->algorithm == other->algorithm &&
	       one->bits == other->bits;
}

static bool
same_octet(const void *a, const void *b)
{
	return *(const uint8_t *)a == *(const uint8_t *)b;
}

static bool
same_name(const void *a, const void *b)
{
	return name_equal(a, b);
}

static bool
same_approver(const void *a, const void *b)
{
	const struct approver *one = a, *other = b;

	return strcmp(one->id, other->id) == 0;
}

static bool
same_risk(const void *a, const void *b)
{
	return *(const size_t *)a == *(const size_t *)b;
}

static bool
same_trial(const void *a, const void *b)
{
	const struct trial_signer *one = a, *other = b;

	return one->role == other->role && strcmp(one->name, other->name) == 0;
}

#define PLACE(field) offsetof(struct zg_policy, field)

static const struct policy_list inventory_list = {
    .items = PLACE(values.keys.inventory),
    .count = PLACE(values.keys.n_inventory),
    .item = sizeof(struct pinned_key),
    .limit = ZG_POLICY_KEYS_MAX,
    .same = same_key,
    .wrong = wrong_key,
    .unwise = unwise_key,
};
static const struct policy_list trial_list = {
    .items = PLACE(values.keys.trials),
    .count = PLACE(values.keys.n_trials),
    .item = sizeof(struct trial_signer),
    .limit = ZG_TRIALS_MAX,
    .same = same_trial,
};
static const struct policy_list choice_list = {
    .items = PLACE(values.keys.choices),
    .count = PLACE(values.keys.n_choices),
    .item = sizeof(struct key_choice),
    .limit = ZG_POLICY_ALGORITHMS_MAX,
    .has_role = true,
    .same = same_choice,
    .unwise = unwise_choice,
};
static const struct policy_list digest_type_list = {
    .items = PLACE(values.parent.digest_types),
    .count = PLACE(values.parent.n_digest_types),
    .item = sizeof(uint8_t),
    .limit = SIZE_OF(struct policy_values, parent.digest_types),
    .in_place = true,
    .same = same_octet,
    .unwise = unwise_digest_type,
};
static const struct policy_list watch_list = {
    .items = PLACE(values.change.watch),
    .count = PLACE(values.change.n_watch),
    .item = ZG_NAME_MAX,
    .limit = ZG_POLICY_WATCH_MAX,
    .same = same_name,
};
static const struct policy_list approver_list = {
    .items = PLACE(release.approval.approvers),
    .count = PLACE(release.approval.n_approvers),
    .item = sizeof(struct approver),
    .limit = ZG_POLICY_APPROVERS_MAX,
    .same = same_approver,
};
static const struct policy_list risk_list = {
    .items = PLACE(release.staging.risks),
    .count = PLACE(release.staging.n_risks),
    .item = sizeof(size_t),
    .limit = 1024, /* more than the check table has rows; each stands once */
    .same = same_risk,
};

/* clang-format off */
const struct policy_row policy_table[] = {
	{"@name", .kind = POLICY_TOKEN, AT(name), .required = true},
	{"Description", .kind = POLICY_PROSE, AT(description)},
	{"Unsigned", WORD(unsigned_words), VALUE(unsigned_allowed)},
	{"FullCheckInterval", DURATION(0, 30 * DAY, DAY), RELEASE(full_check_interval)},

	{"Require", .kind = POLICY_GROUP},
	{"Require/Input", .kind = POLICY_WORDS, .words = input_words, VALUE(require)},
	{"Require/Completeness", WORD(completeness_words), RELEASE(completeness)},

	{"Signatures", .kind = POLICY_GROUP},
	{"Signatures/Validity", .kind = POLICY_GROUP},
	{"Signatures/Validity/Min", DURATION(1, YEARS_10, NOT_SET), VALUE(signatures.validity.min)},
	{"Signatures/Validity/Max", DURATION(1, YEARS_10, NOT_SET), VALUE(signatures.validity.max)},
	{"Signatures/Validity[for=DNSKEY]", .kind = POLICY_GROUP},
	{"Signatures/Validity[for=DNSKEY]/Min", DURATION(1, YEARS_10, NOT_SET),
	 VALUE(signatures.validity_dnskey.min)},
	{"Signatures/Validity[for=DNSKEY]/Max", DURATION(1, YEARS_10, NOT_SET),
	 VALUE(signatures.validity_dnskey.max)},
	{"Signatures/Validity[for=Denial]", .kind = POLICY_GROUP},
	{"Signatures/Validity[for=Denial]/Min", DURATION(1, YEARS_10, NOT_SET),
	 VALUE(signatures.validity_denial.min)},
	{"Signatures/Validity[for=Denial]/Max", DURATION(1, YEARS_10, NOT_SET),
	 VALUE(signatures.validity_denial.max)},
	{"Signatures/Remaining", .kind = POLICY_GROUP},
	{"Signatures/Remaining/Min", DURATION(0, YEARS_10, NOT_SET), VALUE(signatures.remaining_min)},
	{"Signatures/InceptionOffset", .kind = POLICY_GROUP},
	{"Signatures/InceptionOffset/Min", DURATION(0, YEARS_10, NOT_SET),
	 VALUE(signatures.inception_offset.min)},
	{"Signatures/InceptionOffset/Max", DURATION(0, YEARS_10, NOT_SET),
	 VALUE(signatures.inception_offset.max)},
	{"Signatures/ClockSkew", DURATION(0, DAY, 5 * MINUTE), VALUE(signatures.clock_skew)},
	{"Signatures/ResignInterval", DURATION(0, 365 * DAY, NOT_SET), RELEASE(resign_interval)},
	{"Signatures/MinZoneTTL", DURATION(0, TTL_MAX, NOT_SET), VALUE(signatures.min_zone_ttl)},
	{"Signatures/MaxZoneTTL", DURATION(0, TTL_MAX, NOT_SET), VALUE(signatures.max_zone_ttl)},

	{"Denial", .kind = POLICY_GROUP},
	{"Denial/NSEC", .kind = POLICY_GROUP, .fallback = true, VALUE(denial.nsec)},
	{"Denial/NSEC3", .kind = POLICY_GROUP, .fallback = true, VALUE(denial.nsec3)},
	{"Denial/NSEC3/OptOut", WORD(allowance_words), VALUE(denial.opt_out)},
	{"Denial/NSEC3/Hash", .kind = POLICY_GROUP},
	{"Denial/NSEC3/Hash/Algorithm", NUMBER(1, 1, 1), RELEASE(nsec3_hash)},
	{"Denial/NSEC3/Hash/MaxIterations", NUMBER(0, ZG_NSEC3_ITERATIONS_MAX, 0),
	 VALUE(denial.max_iterations)},
	{"Denial/NSEC3/Hash/Salt", .kind = POLICY_GROUP},
	{"Denial/NSEC3/Hash/Salt/@maxlength", NUMBER(0, 255, 0), VALUE(denial.max_salt)},
	{"Denial/ChainChange", SEVERITY_OF("change-denial")},

	{"Keys", .kind = POLICY_GROUP},
	{"Keys/TTL", .kind = POLICY_GROUP},
	{"Keys/TTL/Min", DURATION(0, TTL_MAX, NOT_SET), VALUE(keys.ttl.min)},
	{"Keys/TTL/Max", DURATION(0, TTL_MAX, NOT_SET), VALUE(keys.ttl.max)},
	{"Keys/PublishSafety", DURATION(0, 365 * DAY, 0), RELEASE(publish_safety)},
	{"Keys/RetireSafety", DURATION(0, 365 * DAY, 0), RELEASE(retire_safety)},
	{"Keys/Inventory", .kind = POLICY_GROUP},
	{"Keys/Inventory/@mode", WORD(inventory_words), VALUE(keys.pinned)},
	{"Keys/Inventory/Key", .kind = POLICY_LIST, .list = &inventory_list},
	{"Keys/Inventory/Key/@role", WORD(role_words), ITEM(pinned_key, role), .required = true},
	{"Keys/Inventory/Key/@algorithm", NUMBER(0, 255, 0), ITEM(pinned_key, algorithm),
	 .required = true},
	{"Keys/Inventory/Key/@tag", NUMBER(0, 65535, 0), ITEM(pinned_key, tag), .required = true},
	{"Keys/Inventory/Key/@sha256", .kind = POLICY_SHA256, ITEM(pinned_key, sha256), .required = true},
	{"Keys/Inventory/Key/@notbefore", .kind = POLICY_TIME, .fallback = NOT_SET,
	 ITEM(pinned_key, not_before)},
	{"Keys/Inventory/Key/@notafter", .kind = POLICY_TIME, .fallback = NOT_SET, ITEM(pinned_key, not_after)},
	{"Keys/Trial", .kind = POLICY_LIST, .list = &trial_list},
	{"Keys/Trial/@signer", .kind = POLICY_TOKEN, ITEM(trial_signer, name), .required = true},
	{"Keys/Trial/@role", WORD(trial_words), ITEM(trial_signer, role)},
	{"Keys/KSK", .kind = POLICY_GROUP},
	{"Keys/KSK/Algorithm", .kind = POLICY_LIST, .list = &choice_list, .role = ROLE_KSK},
	{"Keys/KSK/Algorithm/@length", NUMBER(1, 65535, NOT_SET), ITEM(key_choice, bits)},
	{"Keys/KSK/Algorithm/text()", NUMBER(0, 255, 0), ITEM(key_choice, algorithm), .required = true},
	{"Keys/KSK/Lifetime", .kind = POLICY_GROUP},
	{"Keys/KSK/Lifetime/Min", DURATION(0, 10 * YEARS_10, NOT_SET),
	 RELEASE(roles[ROLE_KSK].lifetime.min)},
	{"Keys/KSK/Lifetime/Max", DURATION(0, 10 * YEARS_10, NOT_SET),
	 RELEASE(roles[ROLE_KSK].lifetime.max)},
	{"Keys/KSK/KskRollType", .kind = POLICY_WORDS, .words = ksk_roll_words,
	 RELEASE(roles[ROLE_KSK].roll_types)},
	{"Keys/KSK/RFC5011", .kind = POLICY_GROUP, RELEASE(roles[ROLE_KSK].rfc5011)},
	{"Keys/ZSK", .kind = POLICY_GROUP},
	{"Keys/ZSK/Algorithm", .kind = POLICY_LIST, .list = &choice_list, .role = ROLE_ZSK},
	{"Keys/ZSK/Algorithm/@length", NUMBER(1, 65535, NOT_SET), ITEM(key_choice, bits)},
	{"Keys/ZSK/Algorithm/text()", NUMBER(0, 255, 0), ITEM(key_choice, algorithm), .required = true},
	{"Keys/ZSK/Lifetime", .kind = POLICY_GROUP},
	{"Keys/ZSK/Lifetime/Min", DURATION(0, 10 * YEARS_10, NOT_SET),
	 RELEASE(roles[ROLE_ZSK].lifetime.min)},
	{"Keys/ZSK/Lifetime/Max", DURATION(0, 10 * YEARS_10, NOT_SET),
	 RELEASE(roles[ROLE_ZSK].lifetime.max)},
	{"Keys/ZSK/ZskRollType", .kind = POLICY_WORDS, .words = zsk_roll_words,
	 RELEASE(roles[ROLE_ZSK].roll_types)},
	{"Keys/CSK", .kind = POLICY_GROUP},
	{"Keys/CSK/Algorithm", .kind = POLICY_LIST, .list = &choice_list, .role = ROLE_CSK},
	{"Keys/CSK/Algorithm/@length", NUMBER(1, 65535, NOT_SET), ITEM(key_choice, bits)},
	{"Keys/CSK/Algorithm/text()", NUMBER(0, 255, 0), ITEM(key_choice, algorithm), .required = true},
	{"Keys/CSK/Lifetime", .kind = POLICY_GROUP},
	{"Keys/CSK/Lifetime/Min", DURATION(0, 10 * YEARS_10, NOT_SET),
	 RELEASE(roles[ROLE_CSK].lifetime.min)},
	{"Keys/CSK/Lifetime/Max", DURATION(0, 10 * YEARS_10, NOT_SET),
	 RELEASE(roles[ROLE_CSK].lifetime.max)},
	{"Keys/CSK/CskRollType", .kind = POLICY_WORDS, .words = csk_roll_words,
	 RELEASE(roles[ROLE_CSK].roll_types)},
	{"Keys/CSK/RFC5011", .kind = POLICY_GROUP, RELEASE(roles[ROLE_CSK].rfc5011)},
	{"Keys/AlgorithmRollover", WORD(rollover_words), RELEASE(algorithm_rollover)},

	{"Zone", .kind = POLICY_GROUP},
	{"Zone/PropagationDelay", DURATION(0, 30 * DAY, 5 * MINUTE), VALUE(zone.propagation_delay)},
	{"Zone/StuckServer", WORD(stuck_words), RELEASE(stuck_server_expire)},
	{"Zone/Evidence", WORD(evidence_words), RELEASE(evidence)},
	{"Zone/SOA", .kind = POLICY_GROUP},
	{"Zone/SOA/Serial", WORD(serial_words), VALUE(zone.serial_any)},
	{"Zone/SOA/MaxExpire", DURATION(0, TTL_MAX, NOT_SET), VALUE(zone.max_expire)},
	{"Zone/SOA/MaxMinimum", DURATION(0, TTL_MAX, DAY), VALUE(zone.max_minimum)},
	{"Zone/ZONEMD", WORD(zonemd_words), VALUE(zone.zonemd)},

	{"Parent", .kind = POLICY_GROUP},
	{"Parent/PropagationDelay", DURATION(0, 30 * DAY, HOUR), RELEASE(parent.propagation_delay)},
	{"Parent/RegistrationDelay", DURATION(0, 365 * DAY, DAY), RELEASE(parent.registration_delay)},
	{"Parent/DS", .kind = POLICY_GROUP},
	{"Parent/DS/Source[type=authoritative]", .kind = POLICY_GROUP, .fallback = true,
	 RELEASE(parent.sources[DS_SOURCE_AUTHORITATIVE].accepted)},
	{"Parent/DS/Source[type=authoritative]/@agree", WORD(agree_words),
	 RELEASE(parent.sources[DS_SOURCE_AUTHORITATIVE].majority)},
	{"Parent/DS/Source[type=authoritative]/@poll", DURATION(1, 30 * DAY, 15 * MINUTE),
	 RELEASE(parent.sources[DS_SOURCE_AUTHORITATIVE].poll)},
	{"Parent/DS/Source[type=authoritative]/@maxage", DURATION(1, 30 * DAY, HOUR),
	 RELEASE(parent.sources[DS_SOURCE_AUTHORITATIVE].max_age)},
	{"Parent/DS/Source[type=file]", .kind = POLICY_GROUP, .fallback = true,
	 RELEASE(parent.sources[DS_SOURCE_FILE].accepted)},
	{"Parent/DS/Source[type=file]/@maxage", DURATION(1, YEARS_10, NOT_SET),
	 RELEASE(parent.sources[DS_SOURCE_FILE].max_age)},
	{"Parent/DS/Source[type=static]", .kind = POLICY_GROUP,
	 RELEASE(parent.sources[DS_SOURCE_STATIC].accepted)},
	{"Parent/DS/MaxTTL", DURATION(0, TTL_MAX, NOT_SET), RELEASE(parent.max_ttl)},
	{"Parent/DS/DigestType", .kind = POLICY_LIST, .list = &digest_type_list},
	{"Parent/DS/DigestType/text()", NUMBER(1, 255, 0), WHOLE_ITEM(uint8_t), .required = true},
	{"Parent/CDS", WORD(cds_words), VALUE(parent.cds)},
	{"Parent/CDS/@delay", DURATION(0, 365 * DAY, 0), .none = "never", RELEASE(parent.cds_delay)},

	{"CacheView", .kind = POLICY_GROUP},
	{"CacheView/Validator[model=lenient]", .kind = POLICY_GROUP},
	{"CacheView/Validator[model=lenient]/@on", SEVERITY_OF("cache-view-lenient")},
	{"CacheView/Validator[model=strict-ds]", .kind = POLICY_GROUP},
	{"CacheView/Validator[model=strict-ds]/@on", SEVERITY_OF("cache-view-strict-ds")},
	{"CacheView/Validator[model=strict-dnskey]", .kind = POLICY_GROUP},
	{"CacheView/Validator[model=strict-dnskey]/@on", SEVERITY_OF("cache-view-strict-dnskey")},
	{"CacheView/MaxCacheTTL", DURATION(0, TTL_MAX, NOT_SET), .none = "none",
	 RELEASE(cache_view.max_cache_ttl)},
	{"CacheView/ServeStale", DURATION(0, 365 * DAY, 3 * DAY), RELEASE(cache_view.serve_stale)},
	{"CacheView/ServeStale/@on", SEVERITY_OF("cache-view-serve-stale")},
	{"CacheView/PreExisting", .kind = POLICY_GROUP},
	{"CacheView/PreExisting/@on", SEVERITY_OF("cache-view-preexisting")},
	{"CacheView/UnknownHistory", .kind = POLICY_GROUP},
	{"CacheView/UnknownHistory/@on", SEVERITY_OF("cache-view-unknown")},
	{"CacheView/UnknownHorizon", DURATION(0, 365 * DAY, 7 * DAY),
	 RELEASE(cache_view.unknown_horizon)},

	{"ChangeGuards", .kind = POLICY_GROUP},
	{"ChangeGuards/Records", .kind = POLICY_GROUP},
	{"ChangeGuards/Records/@maxshrink", SHARE(records, shrink, 100, 10)},
	{"ChangeGuards/Records/@maxgrowth", SHARE(records, growth, 999, 50)},
	{"ChangeGuards/Records/@minimum", NUMBER(0, UINT32_MAX, 100), VALUE(change.records.minimum)},
	{"ChangeGuards/Records/@on", SEVERITY_OF("change-records")},
	{"ChangeGuards/Delegations", .kind = POLICY_GROUP},
	{"ChangeGuards/Delegations/@maxshrink", SHARE(delegations, shrink, 100, 5)},
	{"ChangeGuards/Delegations/@maxgrowth", SHARE(delegations, growth, 999, 25)},
	{"ChangeGuards/Delegations/@minimum", NUMBER(0, UINT32_MAX, 50),
	 VALUE(change.delegations.minimum)},
	{"ChangeGuards/Delegations/@on", SEVERITY_OF("change-delegations")},
	{"ChangeGuards/SecureDelegations", .kind = POLICY_GROUP},
	{"ChangeGuards/SecureDelegations/@maxshrink", SHARE(secure_delegations, shrink, 100, 5)},
	{"ChangeGuards/SecureDelegations/@maxgrowth", SHARE(secure_delegations, growth, 999, 50)},
	{"ChangeGuards/SecureDelegations/@minimum", NUMBER(0, UINT32_MAX, 50),
	 VALUE(change.secure_delegations.minimum)},
	{"ChangeGuards/SecureDelegations/@on", SEVERITY_OF("change-secure-delegations")},
	{"ChangeGuards/NsHosts", .kind = POLICY_GROUP},
	{"ChangeGuards/NsHosts/@maxshrink", SHARE(ns_hosts, shrink, 100, 10)},
	{"ChangeGuards/NsHosts/@maxgrowth", SHARE(ns_hosts, growth, 999, 50)},
	{"ChangeGuards/NsHosts/@minimum", NUMBER(0, UINT32_MAX, 50), VALUE(change.ns_hosts.minimum)},
	{"ChangeGuards/NsHosts/@on", SEVERITY_OF("change-ns-hosts")},
	{"ChangeGuards/ApexNS", .kind = POLICY_GROUP},
	{"ChangeGuards/ApexNS/@on", SEVERITY_OF("change-apex-ns")},
	{"ChangeGuards/ApexKeys", .kind = POLICY_GROUP},
	{"ChangeGuards/ApexKeys/@on", SEVERITY_OF("change-apex-keys")},
	{"ChangeGuards/WatchList", .kind = POLICY_GROUP},
	{"ChangeGuards/WatchList/@on", SEVERITY_OF("change-watch-list")},
	{"ChangeGuards/WatchList/Name", .kind = POLICY_LIST, .list = &watch_list},
	{"ChangeGuards/WatchList/Name/text()", .kind = POLICY_NAME, .size = ZG_NAME_MAX, .required = true},

	{"Checks", .kind = POLICY_GROUP},
	{"Checks/Check", .kind = POLICY_CHECKS},

	{"Approval", .kind = POLICY_GROUP},
	{"Approval/@quorum", NUMBER(1, ZG_POLICY_APPROVERS_MAX, 2), RELEASE(approval.quorum)},
	{"Approval/@expires", DURATION(1, 365 * DAY, DAY), RELEASE(approval.expires)},
	{"Approval/Approver", .kind = POLICY_LIST, .list = &approver_list},
	{"Approval/Approver/@id", .kind = POLICY_TOKEN, ITEM(approver, id), .required = true},

	{"Staging", .kind = POLICY_GROUP},
	{"Staging/When", WORD(staging_words), RELEASE(staging.use)},
	{"Staging/Newer", WORD(newer_words), RELEASE(staging.newer)},
	{"Staging/Risk", .kind = POLICY_LIST, .list = &risk_list},
	{"Staging/Risk/@id", .kind = POLICY_CHECK_ID, WHOLE_ITEM(size_t), .required = true},

	{"ReleaseBy", .kind = POLICY_GROUP},
	{"ReleaseBy/@warn", DURATION(0, 365 * DAY, 2 * DAY), RELEASE(release_by.warn)},
	{"ReleaseBy/@alarm", DURATION(0, 365 * DAY, DAY), RELEASE(release_by.alarm)},
};
/* clang-format on */
const size_t policy_table_rows = sizeof(policy_table) / sizeof(policy_table[0]);

_Static_assert(sizeof(policy_table) / sizeof(policy_table[0]) <= POLICY_ROWS_MAX,
    "POLICY_ROWS_MAX is too small");

const struct policy_row *
policy_row_find(const char *path)
{
	for (size_t i = 0; i < policy_table_rows; i++) {
		if (strcmp(policy_table[i].path, path) == 0)
			return &policy_table[i];
	}
	return NULL;
}

const char *
policy_row_leaf(const struct policy_row *row)
{
	return schema_path_leaf(row->path);
}

bool
policy_row_is_in(const struct policy_row *row, const struct policy_row *parent)
{
	return schema_path_is_in(row->path, parent == NULL ? NULL : parent->path);
}

bool
policy_row_in_item(const struct policy_row *row)
{
	size_t i = policy_row_index(row);

	/* An item's parts follow the row of their list, one level down. */
	while (i > 0 && policy_table[i].kind != POLICY_LIST)
		i--;
	return policy_row_is_in(row, &policy_table[i]);
}

const struct policy_row *
policy_item_text(const struct policy_row *list)
{
	for (const struct policy_row *row = list + 1;
	     row < policy_table + policy_table_rows && policy_row_is_in(row, list); row++) {
		if (strcmp(policy_row_leaf(row), "text()") == 0)
			return row;
	}
	return NULL;
}

const void *
policy_list_next(const struct policy_row *row, const zg_policy *policy, size_t *at)
{
	const struct policy_list *list = row->list;
	const char *base = (const char *)policy, *items = base + list->items;
	size_t count;

	memcpy(&count, base + list->count, sizeof(count));
	if (!list->in_place)
		memcpy(&items, base + list->items, sizeof(items));
	while (*at < count) {
		const void *item = items + (*at)++ * list->item;

		if (!list->has_role || ((const struct key_choice *)item)->role == row->role)
			return item;
	}
	return NULL;
}

size_t
policy_check_row(const char *id)
{
	size_t row = 0;

	while (row < zg_check_count() && strcmp(zg_check_at(row)->id, id) != 0)
		row++;
	return row;
}
