/* A policy file in memory. */
#ifndef POLICY_POLICY_FILE_H
#define POLICY_POLICY_FILE_H

#include <stddef.h>

#include "policy/policy_report.h"

/*
 * Reads a regular file of at most ZG_POLICY_BYTES_MAX that others cannot write (S_IWOTH; the group
 * may). Errors go to the reporter. *text is for free, NULL unless ZG_OK.
 */
MUST_CHECK zg_status policy_file_read(
    struct policy_reporter *reporter, const char *path, char **text, size_t *length);

#endif
