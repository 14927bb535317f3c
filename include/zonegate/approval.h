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
	ZG_APPROVAL_USED, /* it covers findings: zg_finding says which; or it is good for the stage
			   */
	ZG_APPROVAL_FOR_STAGE,	  /* of a rollout: it covers no finding */
	ZG_APPROVAL_FOR_FINDINGS, /* it is good for no stage */
	ZG_APPROVAL_OTHER_STAGE
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

struct zg_policy;
struct zg_result;

/*
 * Writes and signs an approval of findings of `result`, which came of a run with `installation`
 * set. *text is freed with zg_approval_text_free. ZG_PARAMETER with a message when an override
 * names a finding that is not there, or cannot be overridden, or there is nothing to approve.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_approval_make(const struct zg_result *result,
    const struct zg_approval_wish *wish, char **text, size_t *length, struct zg_error *error);
ZG_PUBLIC void zg_approval_text_free(char *text);

/*
 * Approvals of a stage: that this candidate, which is on its way through the stages of its zone,
 * may go on to one of them. They are always bound to its serial and content, are good for that
 * stage only and for no finding, and are handed in as the others are.
 */
struct zg_stage_subject {
	const char *installation;
	const char *zone; /* presentation form, lower case, with the final dot */
	const struct zg_policy *policy;
	uint32_t serial;
	const char *digest; /* 96 hex digits */
	const char *stage;
	int64_t now;
};

struct zg_stage_approval {
	char name[256];			  /* of its file; nothing in here is escaped */
	enum zg_approval_outcome outcome; /* ZG_APPROVAL_USED: it counts */
	char by[64];			  /* empty: malformed */
	char reason[512];
	int64_t until; /* 0: malformed */
};

/* Writes and signs one; of the wish the overrides, the headroom and this_candidate_only mean
 * nothing. *text is freed with zg_approval_text_free. */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_stage_approval_make(const struct zg_stage_subject *subject,
    const struct zg_approval_wish *wish, char **text, size_t *length, struct zg_error *error);

/*
 * Judges `n` approvals as they were handed in. `list` has room for all; those of findings are left
 * out of it. *n_keys: how many different keys of approvers whom the policy lets approve count for
 * the stage.
 */
ZG_PUBLIC ZG_MUST_CHECK zg_status zg_stage_approvals_judge(const struct zg_stage_subject *subject,
    const struct zg_approver *approvers, size_t n_approvers, const struct zg_approval *approvals,
    size_t n, struct zg_stage_approval *list, size_t *n_list, size_t *n_keys,
    struct zg_error *error);

#endif
