/*
 * One look at a name server of another provider of a multi-signer zone (RFC 8901). Plain data that
 * the network part fills, the history keeps, and reports print.
 */
#ifndef DNS_PROVIDER_LOOK_H
#define DNS_PROVIDER_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "dns/release_facts.h"

struct provider_look {
	int64_t time;
	char provider[80]; /* as the configuration names it */
	char server[80];
	bool answered; /* proved; else `note` says why it is not, and there are no facts */
	char note[160];
	/* Keys, signers, TTLs, timers and signing classes; more_classes: those that a sample met.
	 * Neither digest nor counts. */
	struct release_facts facts;
};

#endif
