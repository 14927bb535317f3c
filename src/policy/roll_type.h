/*
 * Roll types as a second refusal: a step that every cache survives may still be one that the policy
 * does not allow (Keys/KSK/KskRollType and its like, AlgorithmRollover). What counts is how a new
 * key comes in; the steps that finish what has begun are never refused here, so that a policy that
 * has become stricter leaves every way out open.
 */
#ifndef POLICY_ROLL_TYPE_H
#define POLICY_ROLL_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "dns/release_facts.h"
#include "policy/policy.h"

/* Bits of role_rules.roll_types: the order of the words in policy_schema.c. */
enum ksk_roll { KSK_DOUBLE_SIGNATURE, KSK_DOUBLE_DS, KSK_DOUBLE_RRSET };
enum zsk_roll { ZSK_PRE_PUBLICATION, ZSK_DOUBLE_SIGNATURE, ZSK_DOUBLE_RRSIG };
enum csk_roll {
	CSK_DOUBLE_RRSET,
	CSK_SINGLE_SIGNATURE,
	CSK_DOUBLE_DS,
	CSK_DOUBLE_SIGNATURE,
	CSK_PRE_PUBLICATION
};
/* Beside those of a role. */
enum {
	ROLL_AT_ONCE = 30, /* a key replaces another in one step: no type of its own */
	ROLL_ALGORITHM	   /* the first key of an algorithm: AlgorithmRollover has the word */
};

/* What DS records say about the candidate's keys: matched by digest, not by tag. */
struct roll_ds {
	bool seen[ZG_KEYS_MAX];	 /* the parent publishes a DS of candidate->keys[i] */
	bool asked[ZG_KEYS_MAX]; /* CDS or CDNSKEY of the candidate ask for one */
	bool asked_ahead; /* they ask for a DS that is new and of a key that is not published */
};

/* No key: the DS goes ahead of it. */
#define ROLL_NO_KEY SIZE_MAX

struct roll_step {
	enum key_role role;
	int type;   /* of the role's enum, or ROLL_AT_ONCE, ROLL_ALGORITHM */
	size_t key; /* of candidate->keys, or ROLL_NO_KEY */
	bool allowed;
	const char *name; /* as the policy spells it: "ZskPrePublication"; static */
	const char *what; /* "publishes a ZSK that does not sign yet"; static */
};

#define ROLL_STEPS_MAX (ZG_KEYS_MAX + 1)

/*
 * The steps that `candidate` begins against the release in force, in the order of its keys. Returns
 * how many there are; none when a zone is signed for the first time.
 */
size_t roll_steps(const zg_policy *policy, const struct release_facts *in_force,
    const struct release_facts *candidate, const struct roll_ds *ds,
    struct roll_step steps[ROLL_STEPS_MAX]);

#endif
