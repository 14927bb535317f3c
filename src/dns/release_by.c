/* Until when a newer release must come. */
#include "dns/release_by.h"

/* The earlier of two times, of which 0 is none. */
static int64_t
earlier(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a != 0 ? a : b;
	return a < b ? a : b;
}

/* When the first RRset of a class has no signature left, at the earliest; 0: it is not signed. An
 * RRset lives as long as the best of its signatures; of each key the class keeps the earliest. */
static int64_t
class_expiration(const struct release_class *class)
{
	int64_t latest = 0;

	for (unsigned i = 0; i < ZG_KEYS_MAX; i++) {
		if ((class->signers >> i & 1) != 0 && class->expirations[i] > latest)
			latest = class->expirations[i];
	}
	return latest;
}

/* The same, less the time that caches keep the RRset. */
static int64_t
first_uncached(const struct release_facts *facts)
{
	int64_t first = 0;

	if (facts->dnskey_expiration != 0)
		first = facts->dnskey_expiration - facts->dnskey_ttl;
	if (facts->more_classes && facts->first_expiration != 0)
		first = earlier(first, facts->first_expiration - facts->max_ttl);
	for (size_t i = 0; i < facts->n_classes; i++) {
		int64_t expiration = class_expiration(&facts->classes[i]);

		if (expiration != 0)
			first = earlier(first, expiration - facts->classes[i].ttl);
	}
	return first;
}

struct release_by
release_by_of(const struct release_facts *facts, int64_t propagation, int64_t skew)
{
	int64_t expiration = earlier(facts->first_expiration, facts->dnskey_expiration);
	int64_t uncached = first_uncached(facts);
	struct release_by by = {0};

	if (expiration == 0 || uncached == 0)
		return by;
	by.soft = uncached - propagation - skew;
	by.hard = expiration - propagation - skew;
	by.secondary = expiration - facts->expire;
	return by;
}
