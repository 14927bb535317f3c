/* How a run of the gate goes: the phases it tells of, and how it verifies. */
#ifndef ZONEGATE_RUN_H
#define ZONEGATE_RUN_H

#include <stdint.h>

/* Phases, for progress. */
enum zg_phase {
	ZG_PHASE_READ,
	ZG_PHASE_BUILD,
	ZG_PHASE_VERIFY, /* and what is computed beside that */
	ZG_PHASE_CHECK,
	ZG_PHASE_COUNT
};

/*
 * Called from the calling thread: at the begin of each phase with `total` 0, and now and then while
 * ZG_PHASE_VERIFY lasts, with how many of the zone's RRSIGs are done.
 */
typedef void (*zg_progress)(void *context, enum zg_phase phase, uint64_t done, uint64_t total);

/* How signatures are verified: ECDSA P-256 in batches, RSA by the arithmetic alone, all else by
 * EVP, which decides what these do not confirm. */
enum zg_verify_with {
	ZG_VERIFY_AUTO = 0, /* in batches for keys that sign enough to repay it */
	ZG_VERIFY_EVP,	    /* all by EVP */
	ZG_VERIFY_BATCH	    /* in batches for every key */
};

#endif
