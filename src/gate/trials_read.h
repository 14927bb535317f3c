/* The file of trial signatures (DESIGN 9.22), read and tried. */
#ifndef GATE_TRIALS_READ_H
#define GATE_TRIALS_READ_H

#include <zonegate/gate.h>
#include "facts/key_trial.h"

/*
 * Reads a file in zone-file form and tries what it has for trials of `zone` with the published
 * keys; all else in it is passed over. *trials is for free, NULL unless ZG_OK. ZG_INPUT_BAD: the
 * file is not well formed; ZG_LIMIT.
 */
MUST_CHECK zg_status trials_read(const struct zg_source *source, const uint8_t *zone,
    const struct key_facts *keys, int64_t now, struct key_trials **trials, struct zg_error *error);

#endif
