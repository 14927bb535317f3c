/* What the dead-man timer looks at: configuration, policies, history, the gate's key. */
#ifndef PUBLISH_STATUS_READ_H
#define PUBLISH_STATUS_READ_H

#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "policy/config.h"
#include "publish/status.h"

/*
 * Judges the gate and each zone of the configuration, or only `zone` (NULL: all). What cannot be
 * read is a condition of what it belongs to. ZG_OK, ZG_MEMORY, or ZG_PARAMETER: no such zone.
 * *list is owned by the caller (status_list_free).
 */
MUST_CHECK zg_status status_read(const struct config *config, const char *zone, int64_t now,
    struct status_list **list, struct zg_error *error);

struct history;

/*
 * Verifies the decision log: its chain, and every signature of its head. Fills broken_at and
 * broken_why (which is `why`), head, signed_head, unsigned_since, signature_bad, key_missing and
 * latest of `gate`.
 */
MUST_CHECK zg_status status_read_log(const char *directory, struct history *history,
    struct status_gate_inputs *gate, char *why, size_t why_size, struct zg_error *error);

#endif
