/* From what a check kept of its findings to the facts that approvals are held against. */
#ifndef GATE_FINDING_FACTS_H
#define GATE_FINDING_FACTS_H

#include "check/check.h"
#include "facts/facts.h"
#include "gate/approval.h"

/* The facts of row `row`, whose severity in effect is refuse or approve. Cleared on failure. */
MUST_CHECK zg_status finding_facts_make(size_t row, bool refuses, const struct check_result *result,
    const struct facts *facts, struct finding_facts *made);
void finding_facts_clear(struct finding_facts *facts);

/* Sorts, drops what comes twice and computes the digest. Part of finding_facts_make. */
MUST_CHECK zg_status finding_facts_close(struct finding_facts *facts);

#endif
