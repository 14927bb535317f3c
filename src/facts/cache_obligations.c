/*
 * Forward obligations: what the keys in force must go on doing, what they may begin to do, and from
 * when. Each one is a proof of a release that has not happened: the zone in force with one change.
 */
#include "facts/cache_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "dns/algorithm.h"

/* What is asked. Arrays are owned. */
struct what_if {
	const struct cache_world *past;
	const struct cache_rules *rules;
	int64_t now;
	const struct cache_dnskey *dnskey; /* in force; borrowed */
	struct cache_class *in_force;
	struct cache_class *classes; /* those of the change */
	size_t n_classes;
	struct obligation *list;
	size_t n;
};

/* What the proof of a change comes to: when it would be safe. */
struct answer {
	bool known;
	int64_t time; /* never before now; TIME_NEVER: not by waiting */
};

static void
obligation_add(struct what_if *what, const struct obligation *obligation)
{
	if (what->n < OBLIGATIONS_MAX)
		what->list[what->n++] = *obligation;
}

/* The versions of our own stream in force. Where several are, because it is not confirmed which is
 * served, the last DNSKEY RRset and all classes. */
static zg_status
what_if_make(struct what_if *what)
{
	const struct cache_world *past = what->past;

	what->in_force = calloc(past->n_classes + 1, sizeof(what->in_force[0]));
	what->classes = calloc(past->n_classes + 1, sizeof(what->classes[0]));
	if (what->in_force == NULL || what->classes == NULL)
		return ZG_MEMORY;
	for (size_t i = 0; i < past->n_dnskeys; i++) {
		const struct cache_dnskey *dnskey = &past->dnskeys[i];

		if (dnskey->stream == 0 && dnskey->life.superseded == TIME_NEVER &&
		    (what->dnskey == NULL || dnskey->life.from >= what->dnskey->life.from))
			what->dnskey = dnskey;
	}
	for (size_t i = 0; i < past->n_classes && what->n_classes < CACHE_VERSIONS_MAX; i++) {
		if (past->classes[i].stream == 0 && past->classes[i].life.superseded == TIME_NEVER)
			what->in_force[what->n_classes++] = past->classes[i];
	}
	return ZG_OK;
}

static void
what_if_clear(struct what_if *what)
{
	free(what->in_force);
	free(what->classes);
}

static zg_status
ask(const struct what_if *what, const struct cache_dnskey *dnskey, const struct cache_ds *ds,
    struct answer *answer, struct zg_error *error)
{
	struct cache_candidate candidate = {
	    .dnskey = *dnskey, .classes = what->classes, .n_classes = what->n_classes};
	struct cache_proof *proof;
	zg_status status =
	    cache_prove_with(what->past, &candidate, ds, what->rules, what->now, &proof, error);

	if (status != ZG_OK)
		return status;
	answer->known = proof->unknown == NULL && !what->past->others_unknown;
	answer->time = time_max(what->now, proof->earliest_with_margin);
	cache_proof_free(proof);
	return ZG_OK;
}

/* The classes in force, with the signatures by `dropped` taken away. */
static void
classes_without(struct what_if *what, key_mask dropped)
{
	for (size_t i = 0; i < what->n_classes; i++) {
		what->classes[i] = what->in_force[i];
		what->classes[i].signers &= ~dropped;
	}
}

/* Counts what `key` alone signs, with an example. */
static void
count_alone(const struct what_if *what, struct obligation *obligation)
{
	for (size_t i = 0; i < what->n_classes; i++) {
		const struct cache_class *class = &what->in_force[i];

		if (class->signers != UINT64_C(1) << obligation->key)
			continue;
		if (obligation->n_rrsets == 0) {
			obligation->owner = class->owner;
			obligation->type = class->type;
		}
		obligation->n_rrsets += class->n_rrsets;
	}
}

static key_mask
data_signers(const struct what_if *what)
{
	key_mask signers = 0;

	for (size_t i = 0; i < what->n_classes; i++)
		signers |= what->in_force[i].signers;
	return signers;
}

/* Whether the key can go, and all its signatures. */
static zg_status
ask_remove(struct what_if *what, size_t key, struct zg_error *error)
{
	struct obligation obligation = {.kind = OBLIGATION_KEEP_KEY, .key = key};
	struct cache_dnskey dnskey = *what->dnskey;
	struct answer answer;
	zg_status status;

	dnskey.keys &= ~(UINT64_C(1) << key);
	dnskey.signers &= ~(UINT64_C(1) << key);
	classes_without(what, UINT64_C(1) << key);
	status = ask(what, &dnskey, NULL, &answer, error);
	if (status != ZG_OK)
		return status;
	obligation.time = answer.time;
	count_alone(what, &obligation);
	if (answer.time == what->now)
		obligation.kind = OBLIGATION_MAY_REMOVE;
	if (answer.time > what->now || answer.known)
		obligation_add(what, &obligation);
	return ZG_OK;
}

/* Whether the key can stop signing data while it stays where it is. */
static zg_status
ask_stop_signing(struct what_if *what, size_t key, struct zg_error *error)
{
	struct obligation obligation = {.kind = OBLIGATION_KEEP_SIGNING, .key = key};
	struct answer answer;
	zg_status status;

	classes_without(what, UINT64_C(1) << key);
	status = ask(what, what->dnskey, NULL, &answer, error);
	if (status != ZG_OK)
		return status;
	obligation.time = answer.time;
	count_alone(what, &obligation);
	if (answer.time > what->now)
		obligation_add(what, &obligation);
	return ZG_OK;
}

/* An obligation that begins at the time of the answer, where that is known. */
static void
add_from(struct what_if *what, struct obligation *obligation, const struct answer *answer)
{
	obligation->time = answer->time;
	if (answer->known && answer->time != TIME_NEVER)
		obligation_add(what, obligation);
}

/* From when the key can be the only one that signs data. */
static zg_status
ask_sign(struct what_if *what, size_t key, struct zg_error *error)
{
	struct obligation obligation = {.kind = OBLIGATION_MAY_SIGN, .key = key};
	bool changes = false;
	struct answer answer;
	zg_status status;

	for (size_t i = 0; i < what->n_classes; i++) {
		what->classes[i] = what->in_force[i];
		what->classes[i].signers = UINT64_C(1) << key;
		changes |= what->in_force[i].signers != what->classes[i].signers;
	}
	if (!changes)
		return ZG_OK;
	status = ask(what, what->dnskey, NULL, &answer, error);
	if (status != ZG_OK)
		return status;
	add_from(what, &obligation, &answer);
	return ZG_OK;
}

/* Some DS set in force names the key. */
static bool
has_ds(const struct what_if *what, size_t key)
{
	for (size_t i = 0; i < what->past->n_ds; i++) {
		const struct cache_ds *ds = &what->past->ds[i];

		for (size_t k = 0; k < ds->n && ds->life.superseded == TIME_NEVER; k++) {
			if (ds->entries[k].key == (int)key)
				return true;
		}
	}
	return false;
}

/* From when the DS of this key can be the only one. */
static zg_status
ask_ds(struct what_if *what, size_t key, struct zg_error *error)
{
	struct obligation obligation = {.kind = OBLIGATION_MAY_SUBMIT_DS, .key = key};
	struct cache_ds *ds = calloc(1, sizeof(*ds));
	struct answer answer;
	zg_status status = ZG_MEMORY;

	if (ds == NULL)
		return error_set(error, status, "%s", zg_status_text(status));
	ds->n = 1;
	ds->entries[0].algorithm = what->past->keys[key].algorithm;
	ds->entries[0].digest_type = DIGEST_SHA256;
	ds->entries[0].tag = what->past->keys[key].tag;
	ds->entries[0].key = (int)key;
	classes_without(what, 0);
	status = ask(what, what->dnskey, ds, &answer, error);
	free(ds);
	if (status != ZG_OK)
		return status;
	add_from(what, &obligation, &answer);
	return ZG_OK;
}

/* All that is asked about one key in the DNSKEY RRset in force. A key with the SEP flag that signs
 * no data is not expected to. */
static zg_status
ask_about_key(struct what_if *what, size_t key, struct zg_error *error)
{
	const struct cache_key *about = &what->past->keys[key];
	key_mask bit = UINT64_C(1) << key;
	bool signs_data = (data_signers(what) & bit) != 0;
	zg_status status = ask_remove(what, key, error);

	if (status == ZG_OK && signs_data)
		status = ask_stop_signing(what, key, error);
	if (status == ZG_OK && about->usable && (signs_data || !about->ksk))
		status = ask_sign(what, key, error);
	if (status == ZG_OK && about->usable && (what->dnskey->signers & bit) != 0 &&
	    !has_ds(what, key))
		status = ask_ds(what, key, error);
	return status;
}

/* Copies of a DNSKEY RRset with a longer TTL than now. */
static void
look_at_ttl(struct what_if *what)
{
	struct obligation obligation = {.kind = OBLIGATION_TTL, .key = CACHE_KEYS_MAX};

	for (size_t i = 0; i < what->past->n_dnskeys; i++) {
		const struct cache_dnskey *dnskey = &what->past->dnskeys[i];

		if (dnskey->stream != 0 || dnskey->life.superseded == TIME_NEVER ||
		    dnskey->life.ttl <= what->dnskey->life.ttl)
			continue;
		obligation.time = time_max(obligation.time,
		    cache_span_make(&dnskey->life, what->rules, 0).until[END_PROOF]);
	}
	if (obligation.time > what->now)
		obligation_add(what, &obligation);
}

zg_status
cache_obligations(const struct cache_world *past, const struct cache_rules *rules, int64_t now,
    struct obligation *list, size_t *n, struct zg_error *error)
{
	struct what_if what = {.past = past, .rules = rules, .now = now, .list = list};
	zg_status status = what_if_make(&what);

	*n = 0;
	if (status != ZG_OK) {
		(void)error_set(error, status, "%s", zg_status_text(status));
		goto out;
	}
	if (what.dnskey == NULL)
		goto out;
	for (size_t key = 0; key < past->n_keys && status == ZG_OK; key++) {
		if ((what.dnskey->keys >> key & 1) != 0)
			status = ask_about_key(&what, key, error);
	}
	look_at_ttl(&what);
	if (status == ZG_OK)
		*n = what.n;
out:
	what_if_clear(&what);
	return status;
}

zg_status
cache_try_ds(const struct cache_world *past, const struct cache_ds *ds,
    const struct cache_rules *rules, int64_t now, struct cache_proof **proof,
    struct zg_error *error)
{
	return cache_prove_with(past, NULL, ds, rules, now, proof, error);
}
