/* Where the time of a run goes. The library reads no clock: the caller brings one. */
#ifndef ZONEGATE_TIMING_H
#define ZONEGATE_TIMING_H

#include <stdint.h>

/* What time is spent on. */
enum zg_time {
	ZG_TIME_READ,	/* text to records */
	ZG_TIME_SORT,	/* records to the canonical zone */
	ZG_TIME_HASH,	/* NSEC3 hashes and digests of whole zones */
	ZG_TIME_VERIFY, /* signatures, the hashing of what they sign included */
	ZG_TIME_DENIAL, /* denial of existence but for the hashes */
	ZG_TIME_OTHER,
	ZG_TIME_COUNT
};

enum zg_clock {
	ZG_CLOCK_WALL,	  /* a clock that never goes back */
	ZG_CLOCK_PROCESS, /* processor time of all threads */
	ZG_CLOCK_THREAD	  /* processor time of the calling thread */
};

/* Nanoseconds. Called from many threads at once. */
typedef int64_t (*zg_clock_read)(enum zg_clock which);

struct zg_timing {
	zg_clock_read clock;
	/* Nanoseconds, which runs add to. What several threads do beside each other shares the wall
	 * time in proportion to the processor time: the sum is that of the run. */
	int64_t wall[ZG_TIME_COUNT];
	int64_t processor[ZG_TIME_COUNT];
};

#endif
