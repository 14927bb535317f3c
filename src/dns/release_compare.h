/* Two releases of one zone, by what caches and the parent mind. */
#ifndef DNS_RELEASE_COMPARE_H
#define DNS_RELEASE_COMPARE_H

#include "dns/release_facts.h"

/* The same keys, and each signs the DNSKEY RRset, and data, in both or in neither. */
bool release_keys_same(const struct release_facts *a, const struct release_facts *b);

/* Nothing that the parent could mind has changed (DESIGN 9.3): keys, who signs with them, CDS, the
 * parameters of denial, the TTL of the DNSKEY RRset. More classes than are kept: false. */
bool release_unchanged(const struct release_facts *candidate, const struct release_facts *in_force);

#endif
