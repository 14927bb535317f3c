/*
 * Policies inside the library: what <zonegate/policy.h> does not show. Reading is driven by one
 * table (policy_schema.c); nothing here looks at a zone.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <zonegate/policy.h>
#include "base/compiler.h"
#include "dns/policy_values.h"

/* How well the gate must know that a release is in service before its predecessor counts as gone.
 */
enum release_evidence { EVIDENCE_CONFIRMED, EVIDENCE_HANDED };

/* What an algorithm rollover has to keep to. */
enum algorithm_rollover { ROLLOVER_LIBERAL, ROLLOVER_CONSERVATIVE, ROLLOVER_FORBIDDEN };

/* Which releases go out in stages. */
enum staging_use { STAGING_NEVER, STAGING_RISKY, STAGING_ALWAYS };

/* What becomes of a candidate that arrives while a rollout is under way: released once that has
 * finished, released instead of it, or held. */
enum staging_newer { STAGING_QUEUE, STAGING_REPLACE, STAGING_HOLD };

enum ds_source_kind { DS_SOURCE_AUTHORITATIVE, DS_SOURCE_FILE, DS_SOURCE_STATIC, DS_SOURCES };

/* Where the parent's DS set may come from. */
struct ds_source {
	bool accepted;
	bool majority;	 /* the most servers decide; else all must agree */
	int64_t poll;	 /* seconds between questions */
	int64_t max_age; /* seconds; NOT_SET: any */
};

/* What a policy says of the keys of one role beside their algorithms. */
struct role_rules {
	struct duration_range lifetime;
	unsigned roll_types; /* bits in the order of policy_schema.c; 0: any */
	bool rfc5011;	     /* used as a trust anchor that follows RFC 5011 */
};

#define POLICY_ID_MAX 64

struct approver {
	char id[POLICY_ID_MAX];
};

/* The part of a policy that `check` does not read: releases, cache view, stages. */
struct policy_release {
	int64_t full_check_interval;
	bool completeness; /* a proof that nothing was cut out is demanded */
	int64_t resign_interval;
	uint8_t nsec3_hash;
	int64_t publish_safety, retire_safety;
	struct role_rules roles[ROLE_FOREIGN]; /* by enum key_role: KSK, ZSK, CSK */
	enum algorithm_rollover algorithm_rollover;
	bool stuck_server_expire; /* a secondary may serve the old zone until EXPIRE */
	enum release_evidence evidence;
	struct {
		int64_t propagation_delay, registration_delay;
		int64_t max_ttl; /* of the DS set; NOT_SET: as observed */
		struct ds_source sources[DS_SOURCES];
		int64_t cds_delay; /* a parent acts on CDS no earlier; NOT_SET: never */
	} parent;
	struct {
		int64_t max_cache_ttl; /* NOT_SET: none */
		int64_t serve_stale;
		int64_t unknown_horizon;
	} cache_view;
	struct {
		int64_t quorum;
		int64_t expires;
		struct approver
		    *approvers; /* owned by the policy; none: all of the configuration */
		size_t n_approvers;
	} approval;
	struct {
		enum staging_use use;
		enum staging_newer newer;
		size_t *risks; /* owned by the policy: rows of the check table */
		size_t n_risks;
	} staging;
	struct {
		int64_t warn, alarm; /* before the release-by time */
	} release_by;
};

/* Both live as long as the policy. */
const struct policy_values *policy_values(const zg_policy *policy);
const struct policy_release *policy_release(const zg_policy *policy);

/* The policy lets this approver of the configuration approve: it names him, or nobody. */
bool policy_names_approver(const zg_policy *policy, const char *id);

/* The policy lets releases with findings of this check go out in stages. */
bool policy_names_risk(const zg_policy *policy, const char *check_id);

/* The severity of a change of the policy itself, or of whose approvals count. */
zg_severity policy_change_severity(const zg_policy *policy);

/* The severity of row `row` of the check table (zg_check_at); beyond its end: refuse. */
zg_severity policy_severity_at(const zg_policy *policy, size_t row);

/*
 * What the policy says beyond the defaults: its name, and each value that differs from that of the
 * built-in policy, a line each. Two policies that mean the same have the same text, however they
 * are written, and a check or an element that a later version adds is not in it unless a policy
 * says something about it. The Description, which nothing is judged by, is not in it either. Owned
 * by the caller (free).
 */
MUST_CHECK zg_status policy_differences(
    const zg_policy *policy, char **text, struct zg_error *error);

/*
 * Reads every policy of `text` and hands each error to `remark`, and each warning when `warnings`
 * is set. ZG_OK: no error. The work behind zg_policy_lint, without the file.
 */
MUST_CHECK zg_status policy_examine(const char *text, size_t length, const char *label,
    bool warnings, zg_policy_remark remark, void *context);

/* policies/policy.rng, policies/default.xml and policies/zonegate.rng; the build makes them from
 * the files (embed.sh). */
extern const unsigned char policy_schema_text[];
extern const size_t policy_schema_text_len;
extern const unsigned char policy_default_text[];
extern const size_t policy_default_text_len;
extern const unsigned char config_schema_text[];
extern const size_t config_schema_text_len;

#endif
