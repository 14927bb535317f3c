/* Until when a newer release must come, from what is remembered of the one in force. */
#ifndef DNS_RELEASE_BY_H
#define DNS_RELEASE_BY_H

#include <stdint.h>

#include "dns/release_facts.h"

/* Seconds since 1970 UTC; 0: no deadline, nothing is signed. */
struct release_by {
	/* Released later, a cache can hold data past its signature: expiration - TTL of the RRset
	 * for which that is the earliest, less propagation and clock skew. */
	int64_t soft;
	/* Released later, servers hand out signatures that have expired. */
	int64_t hard;
	/* A secondary that loses its primary after this can serve expired signatures before EXPIRE
	 * makes it stop (RFC 6781 section 4.4.1). */
	int64_t secondary;
};

/* `propagation` and `skew` in seconds. */
struct release_by release_by_of(
    const struct release_facts *facts, int64_t propagation, int64_t skew);

#endif
