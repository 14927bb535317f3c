/* The memo inside the library. */
#ifndef GATE_MEMO_H
#define GATE_MEMO_H

#include <zonegate/memo.h>
#include "facts/memo_set.h"
#include "zone/zone.h"

/*
 * What is known of the zone `origin`. An empty set, and a note, when the memo is of another zone,
 * or when the last full pass was `interval` seconds before `now` or longer ago, or later than
 * `now`.
 */
const struct memo_set *memo_known(
    zg_memo *memo, const uint8_t *origin, int64_t now, int64_t interval);

/* Takes over what a run verified, for zg_memo_save; replaces what an earlier run left. `full`: no
 * signature was taken from the memo, so that this was a full pass at `now`. */
void memo_keep(
    zg_memo *memo, const uint8_t *origin, struct memo_fresh *fresh, bool full, int64_t now);

#endif
