/* The result while it is made. */
#ifndef GATE_RESULT_PRIVATE_H
#define GATE_RESULT_PRIVATE_H

#include "base/compiler.h"
#include "gate/acceptance.h"
#include "gate/result.h"

/* Forward obligations, and the release-by deadlines. */
#define DEADLINES_MAX (OBLIGATIONS_MAX + 3)

/* The result and what its pointers own. */
struct made_result {
	struct zg_result public;
	struct zg_finding findings[CHECK_ROWS_MAX];
	struct zg_change changes[ZG_CHANGE_COUNT];
	struct zg_not_run not_run[CHECK_ROWS_MAX];
	struct zg_key keys[ZG_KEYS_MAX];
	struct zg_signing_class classes[ZG_CLASSES_MAX];
	struct zg_failure_group failures[ZG_FAILURE_GROUPS_MAX + ZG_KEYS_MAX];
	struct zg_counterexample counterexamples[CACHE_EXAMPLES_MAX];
	struct zg_deadline deadlines[DEADLINES_MAX];
	struct zg_approval_state approvals[ZG_APPROVALS_MAX];
	struct zg_repair repair;
	struct acceptance *acceptance;		     /* owned; NULL: approvals are not wanted */
	struct zg_example *examples[CHECK_ROWS_MAX]; /* owned, one array a finding */
	struct release_facts *release;		     /* owned; NULL: not wanted */
	char **strings;				     /* owned */
	size_t n_strings, strings_size;
	bool failed; /* out of memory */
};

/* Keeps a string that was allocated; NULL means that allocating it failed. */
const char *result_keep(struct made_result *made, char *string);
const char *result_keep_copy(struct made_result *made, const char *string);
const char *result_keep_format(struct made_result *made, const char *format, ...) PRINTF_LIKE(2, 3);

/* Approvals (result_approvals.c): judged before the findings are made, said of each and in all. */
MUST_CHECK zg_status result_judge_approvals(struct made_result *made,
    const struct result_sources *sources, const zg_severity *severities, struct zg_error *error);
bool result_is_accepted(const struct made_result *made, size_t row);
void result_add_approvers(struct made_result *made, struct zg_finding *finding, size_t row);
void result_add_approvals(struct made_result *made, const struct result_sources *sources);

/* What the cache view found, and what is due when (result_past.c). */
void result_add_past(struct made_result *made, const struct result_sources *sources);

/* The zone in force beside a broken candidate, with the damage that result_past.c knows of. */
void result_add_repair(struct made_result *made, const struct result_sources *sources);

#endif
