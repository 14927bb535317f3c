/* `policy lint` of a configuration. */
#ifndef POLICY_CONFIG_LINT_H
#define POLICY_CONFIG_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/policy_report.h"

/* The root element of this text is Configuration; false also when it is no XML. */
bool config_is_text(const char *text, size_t length);

/* Reads the configuration as config_read does, and looks at what its policies ask of it. */
void config_lint(struct policy_reporter *reporter, const char *text, size_t length);

#endif
