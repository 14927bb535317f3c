/* The memo inside the library. */
#ifndef GATE_MEMO_H
#define GATE_MEMO_H

#include <zonegate/memo.h>
#include "facts/memo_set.h"
#include "zone/zone.h"

/*
 * Asks for what is known of the zone `origin`. Returns the set that memo_read fills: nothing, and
 * there is a note, when the memo is not to be trusted, of another zone, or when the last full pass
 * was `interval` seconds before `now` or longer ago, or later than `now`.
 */
const struct memo_set *memo_ask(
    zg_memo *memo, const uint8_t *origin, int64_t now, int64_t interval);

/* A task: reads the memo, unless that was done, and fills what memo_ask has returned. */
MUST_CHECK zg_status memo_read(void *memo);

/* Takes over what a run verified, for zg_memo_save; replaces what an earlier run left. `full`: no
 * signature was taken from the memo, so that this was a full pass at `now`. */
void memo_keep(
    zg_memo *memo, const uint8_t *origin, struct memo_fresh *fresh, bool full, int64_t now);

#endif
