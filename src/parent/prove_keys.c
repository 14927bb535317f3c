/* The keys of a zone: proved by the DS of its parent or by trust anchors (RFC 4035 section 5.2). */
#include "parent/prove_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utc.h"
#include "crypto/ds_digest.h"
#include "dns/algorithm.h"

/* Keys that signatures are verified with: those that may sign, of a supported algorithm. An RSA key
 * that is larger than any signer would use is left out for what it costs. */
static zg_status
zone_key_fill(const struct proof_rdata *rdata, struct zone_key *key)
{
	const char *why;
	zg_status status;

	*key = (struct zone_key){.rdata = *rdata, .tag = dnskey_tag(rdata->octets, rdata->length)};
	if (!dnskey_view(rdata->octets, rdata->length, &key->view) ||
	    !dnskey_may_sign(&key->view) || !algorithm_is_supported(key->view.algorithm))
		return ZG_OK;
	status =
	    public_key_new(key->view.algorithm, key->view.key, key->view.key_len, &key->key, &why);
	if (status == ZG_OK && key->key != NULL && algorithm_is_rsa(key->view.algorithm) &&
	    public_key_bits(key->key) > ZG_RSA_BITS_MAX) {
		public_key_free(key->key);
		key->key = NULL;
	}
	return status;
}

/* The DNSKEY RRset of the answer, of which no key is good yet. NULL with ZG_OK: bogus. */
static zg_status
zone_keys_new(const uint8_t *zone, const struct message *answer, struct zone_keys **keys,
    struct proof_result *result)
{
	struct zone_keys *made;
	zg_status status;

	*keys = NULL;
	if (!answer_is_usable(answer, result))
		return ZG_OK;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return ZG_MEMORY;
	memcpy(made->zone, zone, name_length(zone));
	status = proof_set_collect(answer, SECTION_ANSWER, made->zone, RR_DNSKEY, &made->set);
	if (status == ZG_OK)
		status = verifier_new(&made->verifier);
	if (status == ZG_OK && (made->set.n == 0 || made->set.n > ZG_KEYS_MAX)) {
		proof_bogus(result, made->set.n == 0 ? "no DNSKEY record in the answer"
						     : "more DNSKEY records than are looked at");
		zone_keys_free(made);
		return ZG_OK;
	}
	while (status == ZG_OK && made->n < made->set.n) {
		status = zone_key_fill(&made->set.records[made->n], &made->keys[made->n]);
		made->n++;
	}
	if (status == ZG_OK)
		*keys = made;
	else
		zone_keys_free(made);
	return status;
}

void
zone_keys_free(struct zone_keys *keys)
{
	if (keys == NULL)
		return;
	verifier_free(keys->verifier);
	for (size_t i = 0; i < keys->n; i++)
		public_key_free(keys->keys[i].key);
	proof_set_clear(&keys->set);
	free(keys);
}

static bool
ds_is_supported(const struct release_ds *ds)
{
	return algorithm_is_supported(ds->algorithm) && ds_digest_is_supported(ds->digest_type) &&
	       ds->digest_len == digest_type_length(ds->digest_type);
}

/* Marks the keys that a supported DS names: zone keys that are not revoked. At most
 * ZG_KEYS_PER_TAG_MAX of one tag are hashed. */
static zg_status
ds_mark(const struct zone_keys *keys, const struct release_ds *ds, uint64_t *named)
{
	unsigned tried = 0;
	zg_status status = ZG_OK;

	for (size_t i = 0; i < keys->n && status == ZG_OK && tried < ZG_KEYS_PER_TAG_MAX; i++) {
		const struct zone_key *key = &keys->keys[i];
		bool is;

		if (key->tag != ds->tag || key->view.algorithm != ds->algorithm ||
		    !dnskey_may_sign(&key->view))
			continue;
		tried++;
		status = ds_is_of_key(ds, keys->zone, key->rdata.octets, key->rdata.length, &is);
		if (is)
			*named |= 1ULL << i;
	}
	return status;
}

/* Whether one of the `named` keys signs the DNSKEY RRset: then all of it is good. */
static zg_status
keys_prove(struct zone_keys *keys, uint64_t named, const struct message *answer, int64_t now,
    struct proof_result *result)
{
	struct prover prover = {.keys = keys, .answer = answer, .now = now};
	struct proof_signature signature;
	zg_status status;

	keys->good = named;
	status = prover_verify(&prover, SECTION_ANSWER, &keys->set, &signature);
	prover_clear(&prover);
	keys->good = 0;
	if (status != ZG_OK)
		return status;
	if (!signature.good) {
		proof_unsigned(result, &signature);
		return ZG_OK;
	}
	if (signature.expanded) {
		proof_bogus(result, "DNSKEY: made from a wildcard");
		return ZG_OK;
	}
	for (size_t i = 0; i < keys->n; i++) {
		if (dnskey_may_sign(&keys->keys[i].view))
			keys->good |= 1ULL << i;
	}
	*result = (struct proof_result){
	    .proof = PROOF_SECURE, .ttl = signature.ttl, .expiration = signature.expiration};
	return ZG_OK;
}

/* Hands the keys over when they are proved. */
static zg_status
keys_end(zg_status status, struct zone_keys *made, const struct proof_result *result,
    struct zone_keys **keys, struct zg_error *error)
{
	if (status == ZG_OK && result->proof == PROOF_SECURE)
		*keys = made;
	else
		zone_keys_free(made);
	if (status != ZG_OK)
		return error_set(error, status, "%s while proving keys", zg_status_text(status));
	return ZG_OK;
}

/* The DS records that count: of a supported algorithm and digest type, and SHA-1 only when there is
 * nothing better (RFC 4509 section 3). Returns how many. */
static size_t
ds_choose(const struct release_ds *ds, size_t n, const struct release_ds *chosen[ZG_DS_MAX])
{
	bool better = false;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		better |= ds_is_supported(&ds[i]) && ds[i].digest_type != DIGEST_SHA1;
	for (size_t i = 0; i < n && kept < ZG_DS_MAX; i++) {
		if (ds_is_supported(&ds[i]) && !(better && ds[i].digest_type == DIGEST_SHA1))
			chosen[kept++] = &ds[i];
	}
	return kept;
}

zg_status
prove_keys_by_ds(const uint8_t *zone, const struct message *answer, const struct release_ds *ds,
    size_t n_ds, int64_t now, struct zone_keys **keys, struct proof_result *result,
    struct zg_error *error)
{
	const struct release_ds *chosen[ZG_DS_MAX];
	size_t n = ds_choose(ds, n_ds, chosen);
	struct zone_keys *made;
	uint64_t named = 0;
	zg_status status;

	*keys = NULL;
	*result = (struct proof_result){.proof = PROOF_INSECURE};
	if (n == 0) {
		(void)snprintf(result->why, sizeof(result->why), "%s",
		    n_ds == 0 ? "no DS" : "no DS of a supported algorithm and digest type");
		return ZG_OK;
	}
	status = zone_keys_new(zone, answer, &made, result);
	for (size_t i = 0; i < n && status == ZG_OK && made != NULL; i++)
		status = ds_mark(made, chosen[i], &named);
	if (status == ZG_OK && made != NULL) {
		if (named == 0)
			proof_bogus(result, "no DS names a key of the zone that may sign");
		else
			status = keys_prove(made, named, answer, now, result);
	}
	return keys_end(status, made, result, keys, error);
}

static uint16_t
anchor_tag(const struct trust_anchor *anchor)
{
	return anchor->is_key ? dnskey_tag(anchor->key, anchor->key_len) : anchor->ds.tag;
}

/* Whether the anchor is of the key as it lies there. */
static zg_status
anchor_is_of(const struct zone_keys *keys, const struct trust_anchor *anchor,
    const struct zone_key *key, bool *is)
{
	*is = false;
	if (dnskey_tag(key->rdata.octets, key->rdata.length) != anchor_tag(anchor))
		return ZG_OK;
	if (!anchor->is_key)
		return ds_is_of_key(
		    &anchor->ds, keys->zone, key->rdata.octets, key->rdata.length, is);
	*is = key->rdata.length == anchor->key_len &&
	      memcmp(key->rdata.octets, anchor->key, anchor->key_len) == 0;
	return ZG_OK;
}

/* Marks the keys that an anchor names. */
static zg_status
anchor_mark(const struct zone_keys *keys, const struct trust_anchor *anchor, uint64_t *named)
{
	zg_status status = ZG_OK;

	if (!anchor->is_key)
		return ds_mark(keys, &anchor->ds, named);
	for (size_t i = 0; i < keys->n && status == ZG_OK; i++) {
		bool is;

		if (!dnskey_may_sign(&keys->keys[i].view))
			continue;
		status = anchor_is_of(keys, anchor, &keys->keys[i], &is);
		if (is)
			*named |= 1ULL << i;
	}
	return status;
}

/* Whether the zone publishes the anchor's key with REVOKE set: RFC 5011 section 2.1. */
static zg_status
anchor_is_revoked(const struct zone_keys *keys, const struct trust_anchor *anchor, bool *revoked)
{
	unsigned tried = 0;
	zg_status status = ZG_OK;

	*revoked = false;
	for (size_t i = 0; i < keys->n && status == ZG_OK && !*revoked; i++) {
		const struct zone_key *key = &keys->keys[i];
		uint8_t *flags = key->rdata.octets;

		if ((key->view.flags & DNSKEY_FLAG_REVOKE) == 0 || tried == ZG_KEYS_PER_TAG_MAX)
			continue;
		/* Its digest and tag before it was revoked. */
		flags[1] ^= DNSKEY_FLAG_REVOKE;
		tried += dnskey_tag(key->rdata.octets, key->rdata.length) == anchor_tag(anchor);
		status = anchor_is_of(keys, anchor, key, revoked);
		flags[1] ^= DNSKEY_FLAG_REVOKE;
	}
	return status;
}

/* Adds a phrase about an anchor that does not work. */
static void
why_add(char why[PROOF_WHY_MAX], const struct trust_anchor *anchor, const char *phrase,
    const char *detail)
{
	size_t used = strlen(why);

	(void)snprintf(why + used, PROOF_WHY_MAX - used, "%sanchor %u %s%s", used > 0 ? "; " : "",
	    anchor_tag(anchor), phrase, detail);
}

/* An anchor that cannot be used, whatever the zone publishes: said so. */
static bool
anchor_is_usable(const struct trust_anchor *anchor, int64_t now, char why[PROOF_WHY_MAX])
{
	struct dnskey_view view;
	char time[UTC_TEXT_MAX];

	if (anchor->valid_from != 0 && now < anchor->valid_from) {
		utc_format(anchor->valid_from, time);
		why_add(why, anchor, "is not valid before ", time);
	} else if (anchor->valid_until != 0 && now >= anchor->valid_until) {
		utc_format(anchor->valid_until, time);
		why_add(why, anchor, "expired ", time);
	} else if (!anchor->is_key) {
		if (ds_is_supported(&anchor->ds))
			return true;
		why_add(why, anchor, "is of an algorithm or digest type that is not supported", "");
	} else if (!dnskey_view(anchor->key, anchor->key_len, &view)) {
		why_add(why, anchor, "is no key", "");
	} else if ((view.flags & DNSKEY_FLAG_REVOKE) != 0) {
		why_add(why, anchor, "is revoked", "");
	} else if (!algorithm_is_supported(view.algorithm)) {
		why_add(why, anchor, "is of an algorithm that is not supported", "");
	} else
		return true;
	return false;
}

/* Marks what a usable anchor names, or says why it names nothing. */
static zg_status
anchor_try(const struct zone_keys *keys, const struct trust_anchor *anchor, uint64_t *named,
    char why[PROOF_WHY_MAX])
{
	uint64_t by_it = 0;
	bool revoked = false;
	zg_status status = anchor_mark(keys, anchor, &by_it);

	if (status == ZG_OK && by_it == 0) {
		status = anchor_is_revoked(keys, anchor, &revoked);
		why_add(why, anchor, revoked ? "is revoked" : "names no key of the zone", "");
	}
	*named |= by_it;
	return status;
}

zg_status
prove_keys_by_anchors(const uint8_t *zone, const struct message *answer,
    const struct trust_anchor *anchors, size_t n_anchors, int64_t now, struct zone_keys **keys,
    struct proof_result *result, struct zg_error *error)
{
	char why[PROOF_WHY_MAX] = "";
	struct zone_keys *made;
	uint64_t named = 0;
	zg_status status;

	*keys = NULL;
	*result = (struct proof_result){.proof = PROOF_BOGUS};
	status = zone_keys_new(zone, answer, &made, result);
	for (size_t i = 0; i < n_anchors && status == ZG_OK && made != NULL; i++) {
		if (name_equal(anchors[i].zone, zone) && anchor_is_usable(&anchors[i], now, why))
			status = anchor_try(made, &anchors[i], &named, why);
	}
	if (status == ZG_OK && made != NULL) {
		if (named != 0)
			status = keys_prove(made, named, answer, now, result);
		else
			proof_bogus(result, "%s", why[0] != '\0' ? why : "no anchor of the zone");
	}
	return keys_end(status, made, result, keys, error);
}
