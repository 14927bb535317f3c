/*
 * Trial signatures (DESIGN 9.22): before a new key is released, each signer shows that it holds its
 * private half. Signer NAME signs one TXT record at NAME._key-trial.ZONE.
 */
#ifndef FACTS_KEY_TRIAL_H
#define FACTS_KEY_TRIAL_H

#include "facts/keys.h"

/* The trial of one signer. */
struct key_trial {
	uint8_t owner[ZG_NAME_MAX]; /* wire form, lower case */
	uint64_t shown;		    /* bit i: a signature by keys[i] that is in force verifies */
	uint64_t failed; /* bit i: one names keys[i] by algorithm and tag, and does not */
};

struct key_trials {
	struct key_trial list[ZG_TRIALS_MAX];
	size_t n;
};

/* A record of the file of trials in canonical form: a TXT record, or an RRSIG. Borrowed. */
struct trial_record {
	const uint8_t *owner;
	uint16_t type, rdlen;
	uint32_t line;
	const uint8_t *rdata;
};

/* The owner of a signer's trial; false: no such name can be. */
bool key_trial_owner(const uint8_t *zone, const char *signer, uint8_t owner[ZG_NAME_MAX]);

/* Whether `owner` is that of some signer's trial. */
bool key_trial_is_owner(const uint8_t *zone, const uint8_t *owner);

/* Tries what the records have for trials with the published keys; of an owner with several TXT
 * records the first one counts. ZG_LIMIT: more than ZG_TRIALS_MAX trials. */
MUST_CHECK zg_status key_trials_compute(const uint8_t *zone, const struct key_facts *keys,
    const struct trial_record *records, size_t n, int64_t now, struct key_trials *trials,
    struct zg_error *error);

/* The trial of a signer; NULL: there is none. */
const struct key_trial *key_trial_find(
    const struct key_trials *trials, const uint8_t *zone, const char *signer);

#endif
