/* What both reports say about keys: their roles, and the failing signatures summed up by key. */
#ifndef REPORT_SIGNERS_H
#define REPORT_SIGNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/gate.h>

/* The part that a key was seen to play: "KSK", "ZSK", "CSK", "none". */
const char *key_role(const struct zg_key *key);

/* The REVOKE flag: RFC 5011 section 3. */
bool key_is_revoked(const struct zg_key *key);

/* The failing signatures of one algorithm and tag. */
struct failing_key {
	uint8_t algorithm;
	uint16_t tag;
	uint64_t n_bad;	    /* over all inceptions */
	uint64_t n_of;	    /* signatures of this algorithm and tag in all */
	size_t n_published; /* keys of this algorithm and tag in the zone */
	bool some_verify;   /* one of these keys verifies other signatures */
};

/*
 * Sums up the algorithm and tag of result->failures[group]. False when an earlier group has the
 * same: called for each group in turn, every key comes once.
 */
bool failing_key_sum(const struct zg_result *result, size_t group, struct failing_key *key);

/* failures[group] belongs to the key. */
bool failing_key_has(const struct failing_key *key, const struct zg_failure_group *group);

/* What they failed to verify with: "the published key". */
const char *failing_key_against(const struct failing_key *key);

/* What most likely happened, one clause; NULL: nothing can be said. */
const char *failing_key_cause(const struct failing_key *key);

#endif
