/*
 * Caches, tick by tick: copies of everything, fetched at every tick from every server that may
 * still have it, kept for their TTL, and every combination of copies tried by every validator. It
 * shares nothing with the proof that is held against it.
 */
#ifndef CACHES_H
#define CACHES_H

#include "schedule.h"

enum { LENIENT, STRICT_DS, STRICT_DNSKEY, N_MODELS };

struct outcome {
	bool failing[N_MODELS][TICKS]; /* after the release, */
	bool is_new[N_MODELS][TICKS];  /* and not if it were held back */
	bool any_new, any_old;	       /* old: broken anyway, not by expiry alone */
};

/* What happens when the candidate is released at `time`, not before schedule->now. */
void caches_release(const struct schedule *schedule, int time, struct outcome *outcome);

/* The first time at which a release breaks nothing anew; NO_END: none. */
int caches_earliest(const struct schedule *schedule);

#endif
