/*
 * Approvals: signed texts by which people accept findings that hold or refuse a candidate. The gate
 * is given those that were handed in and says what each was good for; zg_approval_make writes one
 * for the findings of a result.
 */
#ifndef ZONEGATE_APPROVAL_H
#define ZONEGATE_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>

/* Who may approve. */
struct zg_approver {
	const char *id;
	unsigned char public_key[32]; /* Ed25519, raw */
};

/* An approval as it was handed in. */
struct zg_approval {
	const char *name; /* for the report: its file's */
	const void *text;
	size_t length;
	bool spent; /* it was used for a release before */
};

/* What came of an approval. */
enum zg_approval_outcome {
	ZG_APPROVAL_FORGED = 0,	     /* not signed by an approver that is known */
	ZG_APPROVAL_MALFORMED,	     /* no approval at all */
	ZG_APPROVAL_FOREIGN,	     /* for another installation, zone or policy */
	ZG_APPROVAL_OTHER_CANDIDATE, /* bound to another serial or content */
	ZG_APPROVAL_NOT_YET,
	ZG_APPROVAL_EXPIRED,
	ZG_APPROVAL_SPENT,    /* it would cover a change from another release in force once more */
	ZG_APPROVAL_NO_MATCH, /* it counts, and covers no finding of this candidate */
	ZG_APPROVAL_USED      /* it covers findings: zg_finding says which */
};

/* One phrase: "expired"; static storage. */
ZG_PUBLIC const char *zg_approval_outcome_text(enum zg_approval_outcome outcome);

/* The approval can count for no later candidate: it may be put away. */
ZG_PUBLIC bool zg_approval_is_dead(enum zg_approval_outcome outcome);

struct zg_approval_state {
	const char *name;
	enum zg_approval_outcome outcome;
	const char *by; /* escaped, as is the reason; NULL: malformed */
	const char *reason;
	int64_t until; /* 0: malformed */
};

/* What somebody wants to approve. A private key should not be where a zone is read: without one the
 * text lacks its last line, "signature " and the Ed25519 signature of all before it in base64. */
struct zg_approval_wish {
	const char *by;			  /* approver's id */
	const unsigned char *private_key; /* 32 octets; NULL: not signed here */
	const char *reason;		  /* one line */
	const char *const
	    *overrides; /* ids of findings that refuse; those that hold are all meant */
	size_t n_overrides;
	int64_t from, until;
	bool this_candidate_only;
	unsigned headroom; /* percent by which a measured change may grow in later candidates */
	uint64_t nonce;	   /* random */
};

struct zg_result;

/*
 * Writes and signs an approval of findings of `result`, which came of a run with `installation`
 * set. *text is freed with zg_approval_text_free. ZG_PARAMETER with a message when an override
 * names a finding that is not there, or cannot be overridden, or there is nothing to approve.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_approval_make(const struct zg_result *result,
    const struct zg_approval_wish *wish, char **text, size_t *length, struct zg_error *error);
ZG_PUBLIC void zg_approval_text_free(char *text);

#endif
