/*
 * What the parent publishes: asked at every address of every one of its name servers, and proved
 * from a trust anchor down. A resolver finds things; nothing that it says is believed.
 */
#ifndef PARENT_FETCH_H
#define PARENT_FETCH_H

#include "dns/parent_look.h"
#include "dns/trust_anchor.h"
#include "net/address.h"

#include <zonegate/status.h>
#include "base/compiler.h"

/* Time for all of it where nobody says otherwise. */
#define PARENT_FETCH_MILLISECONDS 10000

/* All borrowed. */
struct parent_question {
	const char *zone;		    /* presentation form */
	const struct trust_anchor *anchors; /* the deepest zone above `zone` counts */
	size_t n_anchors;
	const struct net_address *resolvers; /* asked in this order; none: the anchor's zone is
						the parent */
	size_t n_resolvers;
	const struct net_address *servers; /* of the parent; none: those that a resolver finds */
	size_t n_servers;
	int64_t now;	      /* seconds since 1970 */
	int64_t milliseconds; /* for all of it; 0: PARENT_FETCH_MILLISECONDS */
};

/*
 * Looks. ZG_OK also when nothing is proved: `look` says why. ZG_PARAMETER: there is nobody to ask,
 * no anchor for a zone above this one, or it is no zone below another; else memory or the system
 * failed.
 */
MUST_CHECK zg_status parent_fetch(
    const struct parent_question *question, struct parent_look *look, struct zg_error *error);

#endif
