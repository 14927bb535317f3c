/*
 * Whether a validator that holds a DS set, a DNSKEY RRset and an RRset of some signing class finds
 * them to fit, and until when: signatures of copies in caches run out one by one.
 */
#include "facts/cache_private.h"

#include <stdlib.h>
#include <string.h>

#include "dns/algorithm.h"

/* The digest types that validators support: RFC 4509 made 2 mandatory, RFC 6605 added 4, and 1 is
 * on its way out. */
static const struct digest_support {
	uint8_t types[3];
	size_t n;
} digest_supports[] = {{{2}, 1}, {{2, 4}, 2}, {{1, 2, 4}, 3}};

/* What becomes of a DS record beside one with a stronger digest: RFC 4509 section 3 for SHA-1; some
 * validators go by it for each key, some for the whole set. */
enum digest_drop { DROP_NONE, DROP_PER_KEY, DROP_IN_SET, DROP_COUNT };

static const uint8_t algorithms[CACHE_ALGORITHMS_MAX] = {ALG_RSASHA1, ALG_RSASHA1_NSEC3_SHA1,
    ALG_RSASHA256, ALG_RSASHA512, ALG_ECDSAP256SHA256, ALG_ECDSAP384SHA384, ALG_ED25519, ALG_ED448};

/* The entries, as bits, that a validator of this support can use. `algorithm` 0 is any. */
static uint64_t
ds_supported(const struct cache_ds *ds, const struct digest_support *support, uint8_t algorithm)
{
	uint64_t supported = 0;

	for (size_t i = 0; i < ds->n; i++) {
		if (!algorithm_is_supported(ds->entries[i].algorithm) ||
		    (algorithm != 0 && ds->entries[i].algorithm != algorithm))
			continue;
		for (size_t k = 0; k < support->n; k++) {
			if (support->types[k] == ds->entries[i].digest_type)
				supported |= UINT64_C(1) << i;
		}
	}
	return supported;
}

/* A stronger digest (they are numbered by strength) stands beside entry `at`. */
static bool
ds_is_weaker(const struct cache_ds *ds, uint64_t supported, size_t at, bool per_key)
{
	for (size_t i = 0; i < ds->n; i++) {
		if ((supported >> i & 1) != 0 &&
		    ds->entries[i].digest_type > ds->entries[at].digest_type &&
		    (!per_key || (ds->entries[i].algorithm == ds->entries[at].algorithm &&
				     ds->entries[i].tag == ds->entries[at].tag)))
			return true;
	}
	return false;
}

/* The keys that the entries name, after the weaker ones are dropped. */
static key_mask
ds_anchors(const struct cache_search *search, const struct cache_ds *ds, uint64_t supported,
    enum digest_drop drop)
{
	key_mask anchors = 0;

	for (size_t i = 0; i < ds->n; i++) {
		int key = ds->entries[i].key;

		if ((supported >> i & 1) == 0 || key < 0 || (size_t)key >= search->world.n_keys ||
		    search->world.keys[key].algorithm != ds->entries[i].algorithm ||
		    (drop != DROP_NONE && ds_is_weaker(ds, supported, i, drop == DROP_PER_KEY)))
			continue;
		anchors |= UINT64_C(1) << key;
	}
	return anchors & search->usable;
}

/* Most ways to choose among the digests come to the same. */
static void
validator_add(
    struct cache_validators *validators, enum cache_model model, key_mask anchors, key_mask signers)
{
	for (size_t i = 0; i < validators->n; i++) {
		const struct cache_validator *have = &validators->list[i];

		if (have->model == model && have->anchors == anchors && have->signers == signers)
			return;
	}
	validators->list[validators->n++] =
	    (struct cache_validator){.model = model, .anchors = anchors, .signers = signers};
}

/*
 * The validators of one choice of digests. A set in which nothing is supported is insecure to them:
 * RFC 4035 section 5.2. strict-ds stands for validators that implement one algorithm only, so each
 * algorithm of the set has its own: what works for all of these works for any that implement more.
 */
static void
validators_of_choice(const struct cache_search *search, const struct cache_ds *ds,
    const struct digest_support *support, enum digest_drop drop, struct cache_validators *list)
{
	uint64_t supported = ds_supported(ds, support, 0);
	key_mask anchors = ds_anchors(search, ds, supported, drop);
	unsigned models = search->rules->models;

	if (supported == 0)
		return;
	if ((models & 1U << MODEL_LENIENT) != 0)
		validator_add(list, MODEL_LENIENT, anchors, search->usable);
	if ((models & 1U << MODEL_STRICT_DNSKEY) != 0)
		validator_add(list, MODEL_STRICT_DNSKEY, anchors, search->usable);
	for (size_t i = 0; i < CACHE_ALGORITHMS_MAX && (models & 1U << MODEL_STRICT_DS) != 0; i++) {
		supported = ds_supported(ds, support, algorithms[i]);
		if (supported != 0)
			validator_add(list, MODEL_STRICT_DS,
			    ds_anchors(search, ds, supported, drop), search->by_algorithm[i]);
	}
}

/* Keys that are revoked or no zone keys sign nothing, and are no algorithm of the zone: RFC 4034
 * section 2.1.1, RFC 5011 section 2.1. */
static void
sort_keys(struct cache_search *search)
{
	for (size_t k = 0; k < search->world.n_keys; k++) {
		const struct cache_key *key = &search->world.keys[k];

		search->sep |= key->ksk ? UINT64_C(1) << k : 0;
		for (size_t i = 0; i < CACHE_ALGORITHMS_MAX && key->usable; i++) {
			if (algorithms[i] == key->algorithm)
				search->by_algorithm[i] |= UINT64_C(1) << k;
		}
	}
	for (size_t i = 0; i < CACHE_ALGORITHMS_MAX; i++)
		search->usable |= search->by_algorithm[i];
}

zg_status
cache_validators_make(struct cache_search *search)
{
	const size_t n_supports = sizeof(digest_supports) / sizeof(digest_supports[0]);
	struct cache_validator room[VALIDATORS_MAX];

	sort_keys(search);
	search->validators = calloc(search->world.n_ds + 1, sizeof(search->validators[0]));
	if (search->validators == NULL)
		return ZG_MEMORY;
	for (size_t i = 0; i < search->world.n_ds; i++) {
		struct cache_validators found = {.list = room};

		for (size_t k = 0; k < n_supports; k++) {
			for (enum digest_drop drop = DROP_NONE; drop < DROP_COUNT; drop++)
				validators_of_choice(search, &search->world.ds[i],
				    &digest_supports[k], drop, &found);
		}
		if (found.n == 0)
			continue;
		search->validators[i].list = malloc(found.n * sizeof(room[0]));
		if (search->validators[i].list == NULL)
			return ZG_MEMORY;
		memcpy(search->validators[i].list, room, found.n * sizeof(room[0]));
		search->validators[i].n = found.n;
	}
	return ZG_OK;
}

/* When the last of the signatures by `keys` runs out, for a validator whose clock is fast. */
static int64_t
last_expiration(
    const struct cache_search *search, key_mask keys, const int64_t *expirations, bool expires)
{
	int64_t last = NEVER_VALID;

	if (!expires)
		return keys != 0 ? TIME_NEVER : NEVER_VALID;
	for (; keys != 0; keys &= keys - 1)
		last = time_max(last, expirations[TRAILING_ZEROS_64(keys)]);
	return last == NEVER_VALID ? last : time_add(last, -search->rules->clock_skew);
}

int64_t
cache_anchor_until(const struct cache_search *search, const struct cache_validator *validator,
    const struct cache_dnskey *dnskey, bool expires)
{
	return last_expiration(search, dnskey->keys & dnskey->signers & validator->anchors,
	    dnskey->expirations, expires);
}

int64_t
cache_data_until(const struct cache_search *search, const struct cache_validator *validator,
    const struct cache_dnskey *dnskey, const struct cache_class *class, bool expires)
{
	key_mask keys = dnskey->keys & class->signers & validator->signers;
	int64_t until = last_expiration(search, keys, class->expirations, expires);

	if (validator->model != MODEL_STRICT_DNSKEY)
		return until;
	/* RFC 4035 section 2.2 as a validator would read it. */
	for (size_t i = 0; i < CACHE_ALGORITHMS_MAX; i++) {
		if ((dnskey->keys & search->by_algorithm[i]) != 0)
			until =
			    time_min(until, last_expiration(search, keys & search->by_algorithm[i],
						class->expirations, expires));
	}
	return until;
}
