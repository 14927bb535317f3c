/* How a long call says where it is. */
#ifndef ZONEGATE_PROGRESS_H
#define ZONEGATE_PROGRESS_H

/* Phases, for progress. */
enum zg_phase {
	ZG_PHASE_READ,
	ZG_PHASE_BUILD,
	ZG_PHASE_VERIFY,
	ZG_PHASE_DENIAL,
	ZG_PHASE_COMPARE,
	ZG_PHASE_CHECK,
	ZG_PHASE_COUNT
};

/* Called from the calling thread at the begin of each phase. */
typedef void (*zg_progress)(void *context, enum zg_phase phase);

#endif
