/*
 * The numbers and choices by which a zone is judged: plain data that a policy fills and checks
 * read. Durations are seconds; NOT_SET means that the policy says nothing.
 */
#ifndef DNS_POLICY_VALUES_H
#define DNS_POLICY_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>

#define NOT_SET (-1)

struct duration_range {
	int64_t min, max;
};

enum allowance { ALLOWANCE_ALLOWED, ALLOWANCE_FORBIDDEN, ALLOWANCE_REQUIRED };

enum zonemd_use { ZONEMD_VERIFY, ZONEMD_REQUIRE, ZONEMD_IGNORE };

enum cds_use { CDS_CONSISTENT, CDS_FORBIDDEN, CDS_IGNORE };

enum key_role { ROLE_KSK, ROLE_ZSK, ROLE_CSK, ROLE_FOREIGN };

/* A key that the policy knows: Keys/Inventory/Key. */
struct pinned_key {
	enum key_role role;
	uint8_t algorithm;
	uint16_t tag;
	uint8_t sha256[32];	       /* of the DNSKEY RDATA */
	int64_t not_before, not_after; /* seconds since 1970, NOT_SET: open */
};

/* A signer that shows that it holds a new key: Keys/Trial. */
enum trial_role { TRIAL_ALL, TRIAL_KSK, TRIAL_ZSK }; /* by the SEP flag */
#define TRIAL_SIGNER_MAX 64
struct trial_signer {
	char name[TRIAL_SIGNER_MAX];
	enum trial_role role;
};

/* An algorithm that a role may use: Keys/KSK, ZSK, CSK. */
struct key_choice {
	enum key_role role;
	uint8_t algorithm;
	int32_t bits; /* NOT_SET: any */
};

/* A change is let through while it is not above both: percent of before, and absolute. */
struct change_guard {
	int32_t max_shrink_percent; /* NOT_SET: no bound */
	int32_t max_growth_percent;
	int64_t max_shrink_count; /* instead of percent */
	int64_t max_growth_count;
	int64_t minimum; /* changes of fewer than this many never fire */
};

struct policy_values {
	struct {
		struct duration_range validity; /* inception to expiration */
		struct duration_range validity_dnskey;
		struct duration_range validity_denial;
		int64_t remaining_min;
		struct duration_range inception_offset; /* how long ago inception was */
		int64_t clock_skew;
		int64_t min_zone_ttl, max_zone_ttl;
	} signatures;
	struct {
		bool nsec, nsec3; /* accepted */
		enum allowance opt_out;
		int32_t max_iterations; /* above: nsec3-iterations */
		int32_t max_salt;	/* octets; above: nsec3-salt */
	} denial;
	struct {
		struct duration_range ttl;
		bool pinned; /* Inventory mode="pinned": every DNSKEY must be listed */
		struct pinned_key *inventory; /* owned by the policy */
		size_t n_inventory;
		struct trial_signer *trials; /* owned by the policy */
		size_t n_trials;
		struct key_choice
		    *choices; /* owned by the policy; none for a role: anything goes */
		size_t n_choices;
	} keys;
	struct {
		int64_t propagation_delay;
		int64_t max_expire;  /* SOA EXPIRE */
		int64_t max_minimum; /* SOA MINIMUM */
		bool serial_any;     /* Serial: any; jumps and changes of form pass */
		enum zonemd_use zonemd;
	} zone;
	struct {
		uint8_t digest_types[16]; /* accepted in DS; n 0: all known ones */
		size_t n_digest_types;
		enum cds_use cds;
	} parent;
	struct {
		struct change_guard records, delegations, secure_delegations, ns_hosts;
		uint8_t (
		    *watch)[ZG_NAME_MAX]; /* owned by the policy: names, wire form, lower case */
		size_t n_watch;
	} change;
	bool unsigned_allowed; /* Unsigned: a zone without DNSSEC is acceptable to `check` */
	unsigned require;      /* enum zg_input: missing ones leave the check undecided */
};

#endif
