/* What people accepted of one candidate: the approvals judged, and the findings that they cover. */
#ifndef GATE_ACCEPTANCE_H
#define GATE_ACCEPTANCE_H

#include <zonegate/gate.h>
#include "check/check.h"
#include "gate/approval.h"
#include "gate/quorum.h"
#include "policy/policy.h"

struct acceptance {
	struct approval_subject subject; /* borrows; installation NULL: no approvals are wanted */
	/* Owned; what the subject borrows. */
	char *zone, *policy_digest, *former_policy_digest, *installation;

	/* By row of the check table. */
	struct finding_facts facts[CHECK_ROWS_MAX]; /* id NULL: people have no say in it */
	bool accepted[CHECK_ROWS_MAX];
	size_t n_keys[CHECK_ROWS_MAX];	/* that accept it */
	int64_t quorum[CHECK_ROWS_MAX]; /* that have to */

	/* As they were handed in. */
	struct approval *approvals[ZG_APPROVALS_MAX]; /* owned; NULL: malformed */
	enum zg_approval_outcome outcomes[ZG_APPROVALS_MAX];
	size_t n_approvals;

	/* Those that count, and by row whether they cover it. */
	struct quorum_voice voices[ZG_APPROVALS_MAX];
	size_t voice_of[ZG_APPROVALS_MAX]; /* index into `approvals` */
	size_t n_voices;
	/* Whose word counted at the last release; none: not known, or they could not agree. */
	struct zg_approver former[ZG_POLICY_APPROVERS_MAX]; /* borrowed ids */
	size_t n_former;
	bool *covering; /* owned: CHECK_ROWS_MAX times ZG_APPROVALS_MAX */
};

struct acceptance_inputs {
	const struct zg_gate_inputs *inputs;
	const zg_policy *policy;
	const struct facts *facts;
	const struct check_result *results; /* by row */
	const zg_severity *severities;	    /* in effect, by row */
	const char *zone, *policy_digest;   /* NULL: not known, and nothing is accepted */
	const char *digest;
};

/* The rows whose facts are to be kept by check_run: those that may come to hold or refuse, and that
 * people have a say in. `repair`: also those that a repair would give them a say in. */
void acceptance_wants(const zg_policy *policy, bool repair, bool wanted[CHECK_ROWS_MAX]);

/* Judges everything. *acceptance is NULL when approvals are not wanted. */
MUST_CHECK zg_status acceptance_make(
    const struct acceptance_inputs *inputs, struct acceptance **acceptance, struct zg_error *error);
void acceptance_free(struct acceptance *acceptance);

/* Approvers of a row, "alice, bob", and the first time when one of their approvals ceases to count.
 * NULL: nobody; *failed is set when memory ran out. Owned by the caller. */
char *acceptance_approvers(
    const struct acceptance *acceptance, size_t row, int64_t *until, bool *failed);

#endif
