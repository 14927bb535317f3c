/* What came of each RRSIG record of the zone. */
#ifndef FACTS_SIGNATURES_H
#define FACTS_SIGNATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/run.h>
#include <zonegate/status.h>
#include <zonegate/limits.h>
#include "facts/keys.h"
#include "facts/memo_set.h"
#include "facts/plan.h"

/* One octet for each record of the zone. */
enum signature_outcome {
	SIGNATURE_NONE = 0,	/* not an RRSIG */
	SIGNATURE_BY_KEY = 1,	/* SIGNATURE_BY_KEY + i: verified by keys[i]; times not looked at */
	SIGNATURE_BAD = 200,	/* a published key has its tag and algorithm; none verifies it */
	SIGNATURE_UNPUBLISHED,	/* no published key has its tag and algorithm */
	SIGNATURE_UNSUPPORTED,	/* an algorithm that is not verified here */
	SIGNATURE_UNUSABLE_KEY, /* verifies, by a key that may not sign this: revoked, no zone key
				 */
	SIGNATURE_NO_RRSET,	/* covers a type that its owner does not have */
	SIGNATURE_NOT_DUE,	/* covers glue, a cut's NS, an RRSIG or an occluded name */
	SIGNATURE_SIGNER,	/* the signer is not the apex */
	SIGNATURE_LABELS,	/* labels field differs from the owner's */
	SIGNATURE_LIMIT		/* not tried: a limit was reached before */
};
_Static_assert((int)SIGNATURE_BY_KEY + ZG_KEYS_MAX <= (int)SIGNATURE_BAD, "outcomes overlap");

static inline bool
signature_verified(uint8_t outcome)
{
	return outcome >= SIGNATURE_BY_KEY && outcome < SIGNATURE_BY_KEY + ZG_KEYS_MAX;
}

/* A signing class: the RRsets signed by the same set of keys with the same TTL. */
struct signing_class {
	uint64_t keys; /* bit i: keys[i] */
	uint32_t ttl;
	uint64_t n_rrsets;
	uint32_t earliest_expiration; /* RRSIG field: when the first RRset has no signature left */
	uint32_t owner;		      /* the first of the class */
	uint16_t type;
};

/* Signatures that do not verify, grouped. */
struct failure_group {
	bool others; /* all inceptions that got no group of their own */
	uint8_t algorithm;
	uint16_t key_tag;
	uint32_t inception;
	uint64_t n_bad;
};

struct signature_facts {
	uint8_t *outcomes; /* owned; one for each record index of the store */
	uint64_t n_rrsigs;
	uint64_t n_verified;
	uint64_t n_batch;	       /* decided by the batch, */
	uint64_t n_single;	       /* one by one, */
	uint64_t n_memo;	       /* and before, as the memo says */
	uint64_t n_limit;	       /* SIGNATURE_LIMIT, */
	uint32_t limit_owner;	       /* and the owner of the first */
	bool one_expiration;	       /* all RRSIGs expire at one instant */
	uint32_t expiration;	       /* and that instant: the first RRSIG's */
	uint64_t n_tried[ZG_KEYS_MAX]; /* signatures with the tag and algorithm of keys[i] */
	struct signing_class classes[ZG_CLASSES_MAX];
	size_t n_classes;
	bool more_classes; /* than there is room for; what is in them is not in classes[] */
	struct failure_group groups[ZG_FAILURE_GROUPS_MAX + ZG_KEYS_MAX];
	size_t n_groups;
	/* When an RRset has no signature left, seconds; 0: none is signed. */
	int64_t
	    dnskey_expiration;	  /* the DNSKEY RRset of the apex, by keys that a DS names if any */
	int64_t first_expiration; /* the first of all others */
	uint32_t max_signed_ttl;  /* seconds, over all RRsets that are to be signed */
};

struct signature_options {
	int64_t now;
	unsigned threads; /* at least 1: those that the plan is run on */
	enum zg_verify_with with;
	const struct memo_set *known; /* verified before; NULL: no memo, */
	struct memo_fresh *fresh;     /* and what verified now, to be remembered */
	zg_progress progress;	      /* told how many RRSIGs are done; may be NULL */
	void *progress_context;
};

/*
 * The trying of every RRSIG of a zone with the published keys. verification_plan adds it to a plan;
 * when that was run, verification_end fills what is not filled yet of `facts` (which must be
 * zeroed before) and the counts in keys->keys[]. All that is given is borrowed until then.
 */
struct verification;
MUST_CHECK zg_status verification_plan(const struct zone *zone, struct key_facts *keys,
    const struct signature_options *options, struct signature_facts *facts, struct plan *plan,
    struct verification **verification);
MUST_CHECK zg_status verification_end(struct verification *verification);
void verification_free(struct verification *verification);

void signature_facts_clear(struct signature_facts *facts);

/* The largest TTL of the RRsets that are to be signed, in seconds. */
uint32_t zone_max_signed_ttl(const struct zone *zone);

#endif
