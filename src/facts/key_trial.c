/* Trial signatures of signers by the published keys. */
#include "facts/key_trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/verify.h"
#include "dns/canonical.h"
#include "dns/name.h"
#include "dns/rr_type.h"
#include "dns/serial.h"

static const uint8_t trial_label[] = {10, '_', 'k', 'e', 'y', '-', 't', 'r', 'i', 'a', 'l'};

/* "_key-trial.ZONE"; 0: it would be too long. */
static size_t
trial_origin(const uint8_t *zone, uint8_t origin[ZG_NAME_MAX])
{
	size_t length = name_length(zone);

	if (sizeof(trial_label) + length > ZG_NAME_MAX)
		return 0;
	memcpy(origin, trial_label, sizeof(trial_label));
	memcpy(origin + sizeof(trial_label), zone, length);
	return sizeof(trial_label) + length;
}

bool
key_trial_owner(const uint8_t *zone, const char *signer, uint8_t owner[ZG_NAME_MAX])
{
	uint8_t origin[ZG_NAME_MAX];
	const char *why;

	return trial_origin(zone, origin) > 0 &&
	       name_from_text_lower(signer, strlen(signer), origin, owner, &why) > 0 &&
	       key_trial_is_owner(zone, owner);
}

bool
key_trial_is_owner(const uint8_t *zone, const uint8_t *owner)
{
	uint8_t origin[ZG_NAME_MAX];

	return trial_origin(zone, origin) > 0 && name_in(owner, origin) &&
	       !name_equal(owner, origin);
}

/* What one trial is made of, and the room that it is tried in. */
struct trying {
	const uint8_t *zone;
	const struct key_facts *keys;
	const struct trial_record *text;
	int64_t now;
	struct verifier *verifier;
	uint8_t data[18 + 2 * ZG_NAME_MAX + CANONICAL_FIXED + ZG_RDATA_MAX];
	unsigned tries;
};

/* The RRSIG is one that a signer would put there: over that TXT record, by the zone, in force. */
static bool
rrsig_fits(const struct trying *trying, const struct rrsig_view *rrsig)
{
	return rrsig->type_covered == RR_TXT && name_equal(rrsig->signer, trying->zone) &&
	       rrsig->labels == name_rrsig_labels(trying->text->owner) &&
	       serial_time(rrsig->inception, trying->now) <= trying->now &&
	       serial_time(rrsig->expiration, trying->now) >= trying->now;
}

/* Tries the signature with every key that it names, within the limit for one RRset. */
static zg_status
try_rrsig(struct trying *trying, const struct trial_record *record, struct key_trial *trial)
{
	struct rrsig_view rrsig;
	uint8_t *end;
	zg_status status = ZG_OK;

	if (!rrsig_view(record->rdata, record->rdlen, &rrsig) || !rrsig_fits(trying, &rrsig))
		return ZG_OK;
	memcpy(trying->data, record->rdata, rrsig.header_len);
	end = canonical_record(trying->data + rrsig.header_len, trying->text->owner,
	    name_length(trying->text->owner), RR_TXT, rrsig.original_ttl, trying->text->rdata,
	    trying->text->rdlen);
	for (size_t i = 0; i < trying->keys->n_keys && status == ZG_OK; i++) {
		const struct key_fact *key = &trying->keys->keys[i];
		bool good = false;

		if (key->tag != rrsig.key_tag || key->view.algorithm != rrsig.algorithm ||
		    key->key == NULL || trying->tries == ZG_RRSIGS_PER_RRSET_MAX)
			continue;
		trying->tries++;
		status = verifier_check(trying->verifier, key->key, trying->data,
		    (size_t)(end - trying->data), rrsig.signature, rrsig.signature_len, &good);
		if (good)
			trial->shown |= 1ULL << i;
		else
			trial->failed |= 1ULL << i;
	}
	return status;
}

/* Tries all signatures at one owner. */
static zg_status
try_owner(
    struct trying *trying, const struct trial_record *records, size_t n, struct key_trial *trial)
{
	zg_status status = ZG_OK;

	trying->tries = 0;
	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		if (records[i].type == RR_RRSIG && name_equal(records[i].owner, trial->owner))
			status = try_rrsig(trying, &records[i], trial);
	}
	return status;
}

static bool
is_known(const struct key_trials *trials, const uint8_t *owner)
{
	for (size_t i = 0; i < trials->n; i++) {
		if (name_equal(trials->list[i].owner, owner))
			return true;
	}
	return false;
}

zg_status
key_trials_compute(const uint8_t *zone, const struct key_facts *keys,
    const struct trial_record *records, size_t n, int64_t now, struct key_trials *trials,
    struct zg_error *error)
{
	struct trying *trying = calloc(1, sizeof(*trying));
	zg_status status = trying == NULL ? ZG_MEMORY : verifier_new(&trying->verifier);

	*trials = (struct key_trials){.n = 0};
	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		struct key_trial *trial;

		if (records[i].type != RR_TXT || is_known(trials, records[i].owner))
			continue;
		if (trials->n == ZG_TRIALS_MAX) {
			status = ZG_LIMIT;
			break;
		}
		trial = &trials->list[trials->n++];
		memcpy(trial->owner, records[i].owner, name_length(records[i].owner));
		trying->zone = zone;
		trying->keys = keys;
		trying->text = &records[i];
		trying->now = now;
		status = try_owner(trying, records, n, trial);
	}
	if (trying != NULL)
		verifier_free(trying->verifier);
	free(trying);
	if (status != ZG_OK)
		return error_set(
		    error, status, "%s while trying trial signatures", zg_status_text(status));
	return ZG_OK;
}

const struct key_trial *
key_trial_find(const struct key_trials *trials, const uint8_t *zone, const char *signer)
{
	uint8_t owner[ZG_NAME_MAX];

	if (!key_trial_owner(zone, signer, owner))
		return NULL;
	for (size_t i = 0; i < trials->n; i++) {
		if (name_equal(trials->list[i].owner, owner))
			return &trials->list[i];
	}
	return NULL;
}
