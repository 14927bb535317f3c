/*
 * Approvals and overrides: signed texts that say which findings of which zone are accepted, by
 * whom, why and for how long. Pure functions: files, spool and clock belong to the caller.
 *
 * A finding comes down to facts, (key, magnitude) pairs: "the DNSKEY set goes from A to B" is a key
 * with magnitude 0; "delegations lost against the release in force" is a key with the number as
 * magnitude. An approval covers a finding whose facts are all among those approved, none larger: so
 * it carries over to the serials to come that contain the same, or less.
 *
 * The base. Most facts are of the candidate alone and mean the same over any release in force. A
 * relative fact is a step from the release in force. An approval covers the step from the release
 * that it was made over, as often as it is tried; once it was used for a release ("spent") it does
 * not cover another such step from there: nobody can go down a stair with one approval. An approval
 * that was not spent covers one step from whatever is in force, so that a zone published every few
 * minutes does not outrun it and it can be given before the change arrives.
 */
#ifndef GATE_APPROVAL_H
#define GATE_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/approval.h>
#include <zonegate/status.h>
#include <zonegate/verdict.h>
#include "base/compiler.h"
#include "dns/release_facts.h"

/* Facts listed one by one in an approval, all findings together: a text of about 400 KB. A finding
 * with more is approved as a whole: an equal set of facts is covered, a smaller one is not. */
#define APPROVAL_FACTS_MAX 8192
/* Findings of one approval: more than the table of checks has rows. */
#define APPROVAL_FINDINGS_MAX 256

struct finding_fact {
	uint8_t key[16];    /* the first octets of SHA-256 over what the fact is of */
	bool relative;	    /* to the release in force */
	uint64_t magnitude; /* 0: nothing to measure */
};

/* The facts of one finding. */
struct finding_facts {
	const char *id;		    /* check id; NULL: none */
	bool refuses;		    /* its severity in effect; else it holds */
	struct finding_fact *facts; /* ascending by key, each key once; owned by whoever made it */
	size_t n;
	bool relative;	    /* some fact is */
	bool too_many;	    /* they were not all kept: nothing covers it */
	uint8_t sha256[32]; /* over all of them */
};

/* What an approval is bound to, of the candidate and the gate that looks at it. */
struct approval_subject {
	const char *installation;
	const char *zone;
	const char *policy_digest; /* 64 hex digits */
	/* Of the same policy, as the version before took it; NULL: none. */
	const char *former_policy_digest;
	uint32_t base_serial; /* the release in force; digest "" when there is none */
	char base_digest[DIGEST_TEXT_SIZE];
	uint32_t serial; /* the candidate */
	char digest[DIGEST_TEXT_SIZE];
	const char *stage; /* of a rollout of the candidate; NULL: its findings */
	int64_t now;
	int64_t expires; /* the policy's bound: seconds that an approval counts at most */
};

/* A read approval. Owned; freed by approval_free. */
struct approval;

/*
 * Reads a text and checks its form: every line in its place, nothing else, numbers and digits in
 * the one way that approval_make writes them. The signature is checked by approval_judge.
 * ZG_INPUT_BAD with a message when it is no approval.
 */
MUST_CHECK zg_status approval_parse(
    const char *text, size_t length, struct approval **approval, struct zg_error *error);
void approval_free(struct approval *approval);

struct approval_wish {
	const struct approval_subject *subject;
	const struct finding_facts *findings; /* all that are to be accepted; of a stage none */
	size_t n_findings;
	const char *by;	    /* approver's id */
	const char *reason; /* one line */
	int64_t from, until;
	bool this_candidate_only; /* bound to serial and digest, as one of a stage always is */
	unsigned headroom;	  /* percent by which measures may grow before it is held again */
	uint64_t nonce;
};

/* Writes the text and signs it with an Ed25519 private key (32 octets; NULL: all but the line with
 * the signature, to be signed elsewhere). Owned by the caller. ZG_PARAMETER with a message when
 * there is something in the wish that cannot be written. */
MUST_CHECK zg_status approval_make(const struct approval_wish *wish, const uint8_t *private_key,
    char **text, size_t *length, struct zg_error *error);

/*
 * Whether it counts for `subject`, in this order: signed by an approver that is known; of this
 * installation, zone and policy; now; for a stage, or for findings; for this candidate and stage.
 * `public_key` (may be NULL) is set to the approver's, borrowed from `approvers`, unless it is
 * forged.
 */
enum zg_approval_outcome approval_judge(const struct approval *approval,
    const struct approval_subject *subject, const struct zg_approver *approvers, size_t n_approvers,
    const unsigned char **public_key);

/* Whether an approval that counts covers a finding. `spent`: it was used for a release. */
bool approval_covers(const struct approval *approval, const struct approval_subject *subject,
    bool spent, const struct finding_facts *finding);

/* Borrowed from the approval. */
const char *approval_by(const struct approval *approval);
const char *approval_reason(const struct approval *approval);

/* The stage that it approves; NULL: it accepts findings. Borrowed. */
const char *approval_stage(const struct approval *approval);

/* When it ceases to count: what it says, or the policy's bound when that comes first. */
int64_t approval_until(const struct approval *approval, const struct approval_subject *subject);

#endif
