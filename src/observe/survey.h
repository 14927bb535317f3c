/*
 * What servers serve of a zone that is not at hand: some of its RRsets with their signatures, taken
 * from their answers as zone text, for the gate's own verification. Nothing is held against a
 * release.
 */
#ifndef OBSERVE_SURVEY_H
#define OBSERVE_SURVEY_H

#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/zone_sample.h"
#include "net/exchange.h"

/* All borrowed. */
struct survey_question {
	/* Names and types to ask for, the SOA first, then DNSKEY; what the entries hold is not
	 * looked at, and referrals are not asked for. */
	const struct zone_sample *sample;
	const struct net_address *servers;
	size_t n_servers;
	const struct release_ds *ds; /* that the DNSKEY RRset is to be proved from */
	size_t n_ds;
	int64_t now;
	struct ask_limits limits;
};

struct surveyed {
	char server[NET_ADDRESS_TEXT];
	char *text; /* owned: the SOA, the proved DNSKEY RRset, and what else it answered with */
	size_t length;
	char note[160]; /* why there is no text; not escaped */
	bool answered;	/* it did, and what it says is not proved */
};

/*
 * Asks all servers, and fills `list`, zeroed, one for each (surveyed_clear also after a failure).
 * ZG_OK also when no server answers; else memory or the system failed.
 */
MUST_CHECK zg_status survey_servers(
    const struct survey_question *question, struct surveyed *list, struct zg_error *error);
void surveyed_clear(struct surveyed *list, size_t n);

/* The RRsets of those answers that have a use, each once, as zone text; *text is owned by the
 * caller. Nothing is proved. */
MUST_CHECK zg_status survey_text(const struct zone_sample *sample, const struct ask *asks, size_t n,
    char **text, size_t *length);

#endif
