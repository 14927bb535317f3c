/*
 * The cache view: whether every combination of a DS set, a DNSKEY RRset and
 * signed data that some cache can hold from the moment of release on validates.
 * A pure function over versions and the times at which they can be fetched and
 * held; no clock, no network, no database.
 *
 * Times are seconds since 1970 UTC, intervals half open.
 */
#ifndef FACTS_CACHE_VIEW_H
#define FACTS_CACHE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include <zonegate/limits.h>
#include <zonegate/status.h>
#include <zonegate/verdict.h>

/* Keys of all versions together: bits of a key mask. */
#define CACHE_KEYS_MAX 64
/* Versions of one kind that are live at once; more: the proof is not made
 * (unknown). */
#define CACHE_VERSIONS_MAX 256
/* Combinations of versions that one proof looks at: about a second. A rollover has some hundred. */
#define CACHE_COMBINATIONS_MAX (1U << 18)
#define TIME_NEVER	       INT64_MAX

typedef uint64_t key_mask;

struct cache_key {
	uint8_t algorithm;
	uint16_t tag;
	bool usable;	    /* zone flag, protocol 3, not revoked */
	bool ksk;	    /* SEP flag: for words only */
	uint8_t sha256[32]; /* of the RDATA; zero when it is not known: for approvals only */
};

/* When a version can be fetched, and how long a cache keeps it. */
struct cache_life {
	int64_t from;	    /* the first that contained it passed */
	int64_t superseded; /* the first without it was confirmed; TIME_NEVER: in force */
	int64_t last_fetch; /* superseded + propagation, or later when seen served
			       later */
	uint32_t ttl;
};

/* A version of the DNSKEY RRset. keys 0: the zone was without DNSKEY. */
struct cache_dnskey {
	struct cache_life life;
	uint8_t stream; /* 0: our own; else another provider's of a multi-signer zone */
	uint32_t serial;
	key_mask keys;
	key_mask signers;		     /* whose RRSIG over this very RRset verified */
	int64_t expirations[CACHE_KEYS_MAX]; /* of each signer; TIME_NEVER: not looked
						at */
};

/* A signing class. signers 0: unsigned data. */
struct cache_class {
	struct cache_life life;
	uint8_t stream;
	uint32_t serial;
	key_mask signers;
	int64_t expirations[CACHE_KEYS_MAX];
	uint64_t n_rrsets;
	bool for_parent; /* CDS and CDNSKEY only: who asks for these asks each provider for all */
	const char *owner, *type; /* example; borrowed */
};

enum cache_ds_origin {
	DS_OBSERVED,	/* seen at the parent */
	DS_ANTICIPATED, /* CDS or CDNSKEY of the candidate ask for it: not there when
			   it is held */
	DS_DECLARED,	/* the operator said that it was handed in */
	DS_REQUESTED	/* CDS or CDNSKEY of the release in force ask for it already */
};

/* A version of the DS set. n 0: proved absent. */
struct cache_ds {
	struct cache_life life;
	enum cache_ds_origin origin;
	struct {
		uint8_t algorithm, digest_type;
		uint16_t tag;
		int key; /* index of the key whose digest it is, -1: none that is known */
	} entries[ZG_DS_MAX];
	size_t n;
};

/* All that can be in caches. Arrays are owned by whoever made the world.
 * Several versions of our own stream may be in force: when it is not confirmed
 * which of them is served. */
struct cache_world {
	struct cache_key keys[CACHE_KEYS_MAX];
	size_t n_keys;
	struct cache_dnskey *dnskeys;
	size_t n_dnskeys;
	struct cache_class *classes;
	size_t n_classes;
	struct cache_ds *ds;
	size_t n_ds;
	/* Since when nothing is missing above; TIME_NEVER: nothing is known. */
	int64_t child_known_since, parent_known_since;
	bool incomplete; /* something did not fit: never proved */
	/* Another provider of the zone was not looked at of late: its versions may be others, so
	 * that nothing is proved. Who that is, the owner of the world knows. */
	bool others_unknown;
};

/* What is to be released: its keys are bits of the world's key table. Of lives
 * only the TTL is looked at. */
struct cache_candidate {
	struct cache_dnskey dnskey;
	const struct cache_class *classes; /* borrowed */
	size_t n_classes;
};

/* How validators choose among algorithms: RFC 6840 section 5.11, RFC 4035
 * section 2.2. */
enum cache_model { MODEL_LENIENT, MODEL_STRICT_DS, MODEL_STRICT_DNSKEY, MODEL_COUNT };

struct cache_rules {
	int64_t propagation_delay; /* child: until every server serves a release */
	int64_t clock_skew;	   /* every interval is widened by it on both sides */
	int64_t max_cache_ttl;	   /* NOT_SET: none */
	int64_t publish_safety;	   /* margins on top of the proof: see rollover vocabulary */
	int64_t retire_safety;
	int64_t serve_stale;	 /* seconds; 0: not looked at */
	int64_t unknown_horizon; /* how far back the past must be known */
	unsigned models;	 /* bits of enum cache_model that are looked at */
};

/*
 * Refuted: something breaks that holding the candidate back would spare. Not
 * worse: what is broken is broken anyway. Proved: nothing is, except that
 * copies may run out of signatures by themselves. Margins and stale data never
 * change the outcome.
 */
enum cache_outcome { CACHE_REFUTED = 0, CACHE_UNKNOWN, CACHE_NOT_WORSE, CACHE_PROVED };

enum cache_link {
	LINK_DS_DNSKEY,	 /* the DS set does not lead to the DNSKEY RRset */
	LINK_DNSKEY_DATA /* no key of the DNSKEY RRset for the signatures of the data
			  */
};

struct cache_counterexample {
	enum cache_link link;
	unsigned models;	  /* bits: who is hit */
	bool preexisting;	  /* holding the candidate back would not help */
	bool expiry;		  /* only because a signature runs out in the cache */
	bool stale_only;	  /* only for caches that serve stale data */
	bool margin_only;	  /* only within the policy's safety margins */
	size_t ds, dnskey, class; /* indexes into proof->world */
	int64_t from, until;	  /* bogus in [from, until); TIME_NEVER: without end */
	int64_t earliest_safe;	  /* TIME_NEVER: waiting never helps */
	key_mask missing;	  /* keys whose staying or signing would make it pass */
};

/* Counterexamples kept; all are counted. */
#define CACHE_EXAMPLES_MAX 64

struct cache_proof {
	enum cache_outcome outcome;
	const char *unknown; /* what is not known, other providers aside: a static phrase; else NULL
			      */
	/* The world after release: the candidate's versions are in it. The arrays are owned, owner
	 * and type of classes still borrowed. */
	struct cache_world world;
	size_t candidate_dnskey; /* index into world.dnskeys */
	/* Of each pair of versions and each cause the widest window, worst first. Owned. */
	struct cache_counterexample *examples;
	size_t n_examples;
	/* Combinations with a broken link in all: new, preexisting; new ones that are broken within
	 * the margins, or with stale data. */
	uint64_t n_new, n_preexisting, n_margin, n_stale;
	unsigned new_models; /* bits: those with a new counterexample */
	/* When nothing new would break; 0: now; TIME_NEVER: waiting never helps. */
	int64_t earliest_safe;
	int64_t earliest_with_margin; /* and nothing within the margins */
	/* Affected RRset-seconds with release, and when held back, until the last window whose end
	 * is known; 0 without counterexamples, or with more combinations than fit. */
	double damage_release, damage_hold;
};

/*
 * Tries to prove the release of `candidate` at `now` in the world `past` (not
 * changed). ZG_OK: *proof holds the outcome, to be freed with cache_proof_free.
 */
MUST_CHECK zg_status cache_prove(const struct cache_world *past,
    const struct cache_candidate *candidate, const struct cache_rules *rules, int64_t now,
    struct cache_proof **proof, struct zg_error *error);
void cache_proof_free(struct cache_proof *proof);

/* --- Forward obligations: what-if runs of the same engine over the zone in
 * force --- */

enum obligation_kind {
	OBLIGATION_KEEP_KEY,	  /* the key must stay in DNSKEY and sign it, until `time`
				   */
	OBLIGATION_KEEP_SIGNING,  /* the key must go on signing the data, until `time`
				   */
	OBLIGATION_MAY_SIGN,	  /* the key may sign the data alone from `time` */
	OBLIGATION_MAY_REMOVE,	  /* the key may be taken out now, with its signatures */
	OBLIGATION_MAY_SUBMIT_DS, /* its DS may take the place of all others from
				     `time` */
	OBLIGATION_TTL		  /* caches use a former, longer DNSKEY TTL until `time` */
};

struct obligation {
	enum obligation_kind kind;
	size_t key;		  /* index into world.keys; OBLIGATION_TTL: CACHE_KEYS_MAX */
	int64_t time;		  /* TIME_NEVER: waiting does not end it; an intermediate step is
				     needed */
	uint64_t n_rrsets;	  /* KEEP_KEY, KEEP_SIGNING: RRsets that it alone signs */
	const char *owner, *type; /* and the first; borrowed from the world, or NULL */
};

#define OBLIGATIONS_MAX (6 * CACHE_KEYS_MAX)

/* Fills at most OBLIGATIONS_MAX entries for the versions in force in `past`, by
 * key. Times include the safety margins. What is allowed is said only when the
 * past is known. */
MUST_CHECK zg_status cache_obligations(const struct cache_world *past,
    const struct cache_rules *rules, int64_t now, struct obligation *list, size_t *n,
    struct zg_error *error);

/* Whether `ds` may be handed to the parent now, the zone in force staying as it
 * is: a proof whose new part is the DS set, published at the earliest at `now`.
 */
MUST_CHECK zg_status cache_try_ds(const struct cache_world *past, const struct cache_ds *ds,
    const struct cache_rules *rules, int64_t now, struct cache_proof **proof,
    struct zg_error *error);

#endif
