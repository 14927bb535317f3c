/*
 * Which releases go out in stages, and what becomes of those that come meanwhile: what the policy
 * says, and what makes a release a risk.
 */
#ifndef PUBLISH_RISK_H
#define PUBLISH_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/policy.h>
#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/release_facts.h"
#include "policy/policy.h"

/* Whether the policy names findings of this check as a risk. */
bool risk_is_named(const zg_policy *policy, const char *check_id);

/* What becomes of a candidate that arrives while a rollout is under way. */
enum staging_newer risk_newer(const zg_policy *policy);

/* How a candidate differs from the release in force in what resolvers and the parent mind. */
enum risk_change {
	RISK_NO_CHANGE = 0,
	RISK_FIRST,   /* nothing was released before */
	RISK_UNKNOWN, /* more signing classes than are kept: the two cannot be compared */
	RISK_KEYS,    /* the DNSKEY set, or which of its keys sign */
	RISK_DENIAL,  /* kind or parameters of denial of existence */
	RISK_SIGNERS, /* the signers of some RRsets, the TTL of the DNSKEY RRset, CDS or CDNSKEY */
	RISK_DS	      /* the DS set at the parent, since the release in force was handed over */
};

/* Pure. `in_force` NULL: nothing was released before. */
enum risk_change risk_compare(
    const struct release_facts *candidate, const struct release_facts *in_force);

struct release_risk {
	const zg_policy *policy;
	const char *finding; /* check id of a finding for which risk_is_named; NULL: none */
	const struct release_facts *candidate;
	enum risk_change change;
	bool staged_before; /* a release has gone through the stages, or began to */
	bool aborted;	    /* the last rollout was */
};

struct release_log;
/* Fills the last three from the history; `candidate` is set. */
MUST_CHECK zg_status risk_read(
    struct release_log *log, int64_t now, struct release_risk *risk, struct zg_error *error);

/*
 * Pure. Whether it goes out in stages: `why` says in one phrase, not escaped, what asks for them,
 * and is empty when nothing does. After an abort it does whatever the policy says.
 */
bool release_is_staged(const struct release_risk *risk, char *why, size_t size);

#endif
