/* Two releases of one zone, by what caches and the parent mind. */
#ifndef DNS_RELEASE_COMPARE_H
#define DNS_RELEASE_COMPARE_H

#include "dns/release_facts.h"

/* The same keys, and each signs the DNSKEY RRset, and data, in both or in neither. */
bool release_keys_same(const struct release_facts *a, const struct release_facts *b);

/* Nothing that the parent could mind has changed (DESIGN 9.3): keys, who signs with them, CDS, the
 * parameters of denial, the TTL of the DNSKEY RRset. A candidate with more classes than are kept:
 * false; a release in force of which not all classes are known: those that are count. */
bool release_unchanged(const struct release_facts *candidate, const struct release_facts *in_force);

/* What is known of a zone by one look, `before`, goes for this one as well: the same keys and TTL
 * of the DNSKEY RRset, and no signing class that is not there. */
bool release_adds_nothing(const struct release_facts *look, const struct release_facts *before);

/* It has CDS and CDNSKEY only, which nobody but the parent asks for: whoever makes facts of a zone
 * has another example in a class that has anything else. */
bool release_class_is_for_parent(const struct release_class *class);

/* Every signing class of `signer` has a key that `publisher` publishes: who has the DNSKEY RRset of
 * the one can validate data of the other (RFC 8901 section 3), but for what is the parent's. */
bool release_signers_published(
    const struct release_facts *signer, const struct release_facts *publisher);

#endif
