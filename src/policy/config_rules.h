/* What a schema cannot say about a configuration. */
#ifndef POLICY_CONFIG_RULES_H
#define POLICY_CONFIG_RULES_H

#include "policy/config.h"
#include "policy/policy_report.h"

/* Contradictions: errors. */
void config_rules_check(struct policy_reporter *reporter, const struct config *config);

#endif
