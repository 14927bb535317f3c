/* How a DS set fits the keys of a release. */
#ifndef PUBLISH_DS_MATCH_H
#define PUBLISH_DS_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/release_facts.h"

struct ds_match {
	bool works; /* one of them leads to a key that signs the DNSKEY RRset */
	const struct release_ds *foreign; /* one that is of no key of the release; NULL: none */
};

/* `zone` in presentation form. ZG_PARAMETER when that is no name, ZG_MEMORY, ZG_CRYPTO. */
MUST_CHECK zg_status ds_match(const char *zone, const struct release_facts *release,
    const struct release_ds *ds, size_t n, struct ds_match *match);

#endif
