/*
 * What the distribution servers of a zone serve: each is asked for a sample of what was released,
 * over UDP and over TCP, and each answer is validated and held against it.
 */
#ifndef OBSERVE_OBSERVE_H
#define OBSERVE_OBSERVE_H

#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/zone_look.h"
#include "dns/zone_sample.h"
#include "net/exchange.h"

/* All borrowed. */
struct observe_question {
	const struct zone_sample *sample; /* of the release in force */
	const struct net_address *servers;
	size_t n_servers;
	enum look_trust trust; /* TRUST_FILE, TRUST_PARENT: `ds`; else the released keys */
	const struct release_ds *ds;
	size_t n_ds;
	int64_t now;
	struct ask_limits limits;
};

/*
 * Asks, and fills the look; `time` and the whole copies are the caller's. ZG_OK also when no
 * server answers; else memory or the system failed. *look is owned by the caller (zone_look_free).
 */
MUST_CHECK zg_status observe_servers(
    const struct observe_question *question, struct zone_look **look, struct zg_error *error);

#endif
