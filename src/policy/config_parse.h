/* The work behind config_read and the lint of configurations, without the file. */
#ifndef POLICY_CONFIG_PARSE_H
#define POLICY_CONFIG_PARSE_H

#include "policy/config.h"
#include "policy/policy_report.h"

/*
 * Reads `text`; errors, and warnings where they are wanted, go to the reporter, whose label is the
 * path. *config is for config_free, NULL unless ZG_OK.
 */
MUST_CHECK zg_status config_parse(
    struct policy_reporter *reporter, const char *text, size_t length, struct config **config);

#endif
