/* Looks at other providers of a multi-signer zone in the history. */
#ifndef PUBLISH_PROVIDER_LOG_H
#define PUBLISH_PROVIDER_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/provider_look.h"

struct release_log;

/* Records what was seen, all of it or nothing; what a server serves unchanged once an hour.
 * *is_news: one does not answer, or cannot be believed, and that was not so before. */
MUST_CHECK zg_status release_providers_record(struct release_log *log,
    const struct provider_look *list, size_t n, int64_t now, bool *is_news, struct zg_error *error);

/* What the history knows of a provider of the configuration. */
struct provider_known {
	int64_t seen;		   /* when any of its servers was last proved; 0: never */
	char server[80], why[160]; /* one that was not since, and why; empty: there is none */
	/* By the newest answers: a server whose DNSKEY RRset has no key for some of our data, and
	 * one that signs with keys that are not in ours; empty: there is none. */
	char without_ours[80], with_others[80];
};

struct config_zone;
struct history;
/* Fills one entry for each provider of the zone. `in_force` NULL: no release is. */
MUST_CHECK zg_status providers_known_read(struct history *history, const struct config_zone *zone,
    const struct release_facts *in_force, int64_t now, struct provider_known *list,
    struct zg_error *error);

#endif
