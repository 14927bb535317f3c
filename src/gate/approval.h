/*
 * Approvals and overrides: signed texts that say which findings of which zone are accepted, by
 * whom, why and for how long. Pure functions: files, spool and clock belong to the caller.
 *
 * A finding's facts are (key, magnitude) pairs: "the DNSKEY set goes from A to B" is a key with
 * magnitude 0; "delegations lost against the last release" is a key with the number as magnitude.
 * An approval covers a finding whose facts are all among those approved, none larger.
 */
#ifndef GATE_APPROVAL_H
#define GATE_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include <zonegate/verdict.h>
#include "base/compiler.h"
#include "check/check.h"
#include "dns/release_facts.h"

/* Octets of an approval's text; facts listed one by one. */
#define APPROVAL_BYTES_MAX (1024 * 1024)
#define APPROVAL_FACTS_MAX 8192

/* Facts of one finding. More than there is room for: only `sum` and n count, and only an equal set
 * is covered. */
struct finding_fact {
	uint8_t key[16]; /* of SHA-256 over the fact's text */
	uint64_t magnitude;
};
struct finding_facts {
	const char *id;		    /* check id */
	struct finding_fact *facts; /* sorted by key; owned by whoever made it */
	size_t n;		    /* in the array */
	uint64_t total;		    /* emitted */
	uint8_t sum[32];	    /* order-independent: sum mod 2^256 of the SHA-256 of all */
};

/* What an approval is bound to, of the candidate and the gate that looks at it. */
struct approval_subject {
	const char *installation;
	const char *zone;
	const char *policy_digest; /* 64 hex digits */
	uint32_t base_serial;	   /* the release in force; digest "" when there is none */
	char base_digest[DIGEST_TEXT_SIZE];
	uint32_t serial; /* the candidate */
	char digest[DIGEST_TEXT_SIZE];
	int64_t now;
};

/* A read approval. Owned; freed by approval_free. */
struct approval;

/* Reads and checks the form of a text; the signature is checked by approval_judge. */
MUST_CHECK zg_status approval_parse(
    const char *text, size_t length, struct approval **approval, struct zg_error *error);
void approval_free(struct approval *approval);

struct approval_wish {
	const struct approval_subject *subject;
	const struct finding_facts *findings; /* all that are to be accepted */
	size_t n_findings;
	const char *by;	    /* approver's id */
	const char *reason; /* one line */
	int64_t from, until;
	bool this_candidate_only; /* bound to serial and digest */
	uint64_t nonce;
};
/* Writes the text and signs it with an Ed25519 private key (32 octets). Owned by the caller. */
MUST_CHECK zg_status approval_make(const struct approval_wish *wish, const uint8_t private_key[32],
    char **text, size_t *length, struct zg_error *error);

struct approver_key {
	const char *id;
	const uint8_t *public_key; /* 32 octets, raw Ed25519 */
};

/* What came of one approval. */
enum approval_outcome {
	APPROVAL_FORGED = 0, /* the signature does not verify, or the approver is not known */
	APPROVAL_FOREIGN,    /* another installation, zone or policy */
	APPROVAL_EXPIRED,
	APPROVAL_NOT_YET,
	APPROVAL_OTHER_BASE,	  /* made over another release in force, whose facts differ */
	APPROVAL_OTHER_CANDIDATE, /* bound to another serial or digest */
	APPROVAL_COUNTS		  /* it counts for the findings that it covers */
};
const char *approval_outcome_text(enum approval_outcome outcome);
enum approval_outcome approval_judge(const struct approval *approval,
    const struct approval_subject *subject, const struct approver_key *approvers,
    size_t n_approvers);

/* Whose it is, why, and whether it covers a finding (outcome APPROVAL_COUNTS only). */
const char *approval_by(const struct approval *approval);
const char *approval_reason(const struct approval *approval);
int64_t approval_until(const struct approval *approval);
bool approval_covers(const struct approval *approval, const struct finding_facts *finding);

#endif
