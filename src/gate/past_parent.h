/* What the observations of the parent say beside its DS sets: whose word, how old, how united. */
#ifndef GATE_PAST_PARENT_H
#define GATE_PAST_PARENT_H

#include "facts/past.h"
#include "gate/past.h"
#include "history/history.h"

/* Fills `parent` from observations, oldest first; those from `since` on are all there. ZG_MEMORY.
 */
MUST_CHECK zg_status past_parent_fill(const struct past_inputs *inputs,
    const struct history_ds *rows, size_t n, int64_t since, struct past_parent *parent);

#endif
