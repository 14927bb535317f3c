/*
 * What the distribution servers of a zone serve: each is asked for a sample of what it has to
 * serve, over UDP and over TCP, and each answer is validated and held against it. Then the same
 * through validating resolvers, which see a server as the users of the zone do.
 */
#ifndef OBSERVE_OBSERVE_H
#define OBSERVE_OBSERVE_H

#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/trust_anchor.h"
#include "dns/zone_look.h"
#include "dns/zone_sample.h"
#include "net/exchange.h"

struct observe_server {
	struct net_address address;
	const char *stage; /* that it belongs to; NULL: none */
	bool rolling;	   /* it has to serve what is being rolled out, not the release in force */
};

/* All borrowed. */
struct observe_question {
	struct zone_sample *released; /* of the release in force; NULL: no server has to serve it */
	struct zone_sample *rolling;  /* of what is being rolled out; NULL: as above */
	const struct observe_server *servers;
	size_t n_servers;
	enum look_trust trust; /* TRUST_FILE, TRUST_PARENT: `ds`; else the keys of each sample */
	const struct release_ds *ds;
	size_t n_ds;
	int64_t now;
	struct ask_limits limits;
};

/*
 * Asks, and fills the look, and what was found in the samples; `time` and the whole copies are the
 * caller's. ZG_OK also when no server answers; else memory or the system failed. *look is owned by
 * the caller (zone_look_free).
 */
MUST_CHECK zg_status observe_servers(
    const struct observe_question *question, struct zone_look **look, struct zg_error *error);

/* The keys of a sample as trust anchors: those with the SEP flag, or all when none has it. Returns
 * how many. */
size_t sample_anchors(
    const struct zone_sample *sample, struct trust_anchor anchors[TRUST_ANCHORS_MAX]);

/* --- Through validating resolvers (observe/resolvers.c) --- */

/* All borrowed. */
struct observe_resolver {
	struct net_address address;
	const struct zone_sample *sample; /* after observe_servers */
	struct observed_server *found;	  /* gets what is wrong, and the counts */
};

/*
 * Asks each resolver, with RD and without CD, for what the sample holds but referrals and
 * aliases, which lead to the servers of others, and counts FAULT_VALIDATOR: no answer, SERVFAIL or
 * another error, and an answer without AD where a validator has to set it. ZG_OK whatever they
 * answer; else memory or the system failed.
 */
MUST_CHECK zg_status observe_resolvers(const struct observe_resolver *resolvers, size_t n,
    const struct ask_limits *limits, struct zg_error *error);

#endif
