/* What a schema cannot say about a policy. */
#ifndef POLICY_POLICY_RULES_H
#define POLICY_POLICY_RULES_H

#include "policy/policy_load.h"

/* Contradictions: errors. */
void policy_rules_check(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines);

/* What is lawful and unwise: warnings. */
void policy_rules_warn(
    struct policy_reporter *reporter, const zg_policy *policy, const struct policy_lines *lines);

/* The line of the first of these rows that the file sets, or 0. */
unsigned policy_line_of(const struct policy_lines *lines, const char *path, const char *or_path);

/*
 * How long the roll of a key of `role` takes at the least, as far as the policy says: until a new
 * key is everywhere, and the old one's signatures (or DS) are gone. RFC 7583 sections 3.2.1 and
 * 3.3.1, without what it does not know.
 */
int64_t policy_roll_time(const zg_policy *policy, enum key_role role);

#endif
