/*
 * Inside the cache view: the versions with the time for which caches can hold them in both worlds,
 * and the validators that read them.
 */
#ifndef FACTS_CACHE_PRIVATE_H
#define FACTS_CACHE_PRIVATE_H

#include "facts/cache_view.h"

#define NO_VERSION SIZE_MAX
/* Of a combination that does not validate at any time. */
#define NEVER_VALID INT64_MIN

/* By which rule a copy ends: the proof itself, with the policy's safety margins on top, or served
 * stale. The first is the earliest. */
enum span_end { END_PROOF, END_MARGIN, END_STALE, END_COUNT };

/* While some cache can hold a version in one world. */
struct cache_span {
	int64_t from, until[END_COUNT]; /* empty: the version is not in this world */
	bool expires;			/* copies run out of signatures: nobody re-signs them */
};

struct cache_member {
	struct cache_span release, hold;
	bool was_superseded; /* before the candidate: waiting ends it */
	bool was_in_force;   /* of our own stream: what the candidate takes the place of
			      */
	bool is_new;	     /* the candidate's: those in force stand for it in the hold
				world, */
	size_t twin;	     /* or the one of these that differs in expirations only */
};

/* The algorithms of which the signatures count, one bit each in what follows. */
#define CACHE_ALGORITHMS_MAX 8

/* One way to validate: the keys it takes a DS record's word for, and those it takes data from. */
struct cache_validator {
	enum cache_model model;
	key_mask anchors;
	key_mask signers;
};

/* Three sets of digest types, three ways to drop the weaker ones; each once for all algorithms
 * under two models and once for each algorithm. */
#define VALIDATORS_MAX (3 * 3 * (2 + CACHE_ALGORITHMS_MAX))

/* The validators of one DS set. None: it is insecure for all of them. */
struct cache_validators {
	struct cache_validator *list; /* owned */
	size_t n;
};

/* A proof at work. The world's arrays belong to it until they are handed over. */
struct cache_search {
	const struct cache_rules *rules;
	int64_t now;
	struct cache_world world;
	struct cache_member *ds, *dnskeys, *classes; /* owned; of the versions of `world` */
	size_t candidate_dnskey;
	bool too_many;
	key_mask by_algorithm[CACHE_ALGORITHMS_MAX]; /* usable keys */
	key_mask usable, sep;
	key_mask signers_in_force;	     /* of our own data */
	struct cache_validators *validators; /* owned; one for each DS set */
};

/* While caches can hold a version of this life: fetched from its first appearance on, at the latest
 * from the last server that still has it, and kept for its TTL. */
struct cache_span cache_span_make(
    const struct cache_life *life, const struct cache_rules *rules, int64_t safety);

/* Versions that live at `now`, the candidate's among them (NULL: the zone stays as it is) and one
 * more DS set (NULL: none). */
MUST_CHECK zg_status cache_world_make(struct cache_search *search, const struct cache_world *past,
    const struct cache_candidate *candidate, const struct cache_ds *ds);

/* Fills the masks of keys and the validators. */
MUST_CHECK zg_status cache_validators_make(struct cache_search *search);

/* Until when the DS set leads `validator` to the DNSKEY RRset, if it ever does: NEVER_VALID. */
int64_t cache_anchor_until(const struct cache_search *search,
    const struct cache_validator *validator, const struct cache_dnskey *dnskey, bool expires);
/* Until when that has a key for data of this class. */
int64_t cache_data_until(const struct cache_search *search, const struct cache_validator *validator,
    const struct cache_dnskey *dnskey, const struct cache_class *class, bool expires);

/* Affected RRset-seconds in both worlds. */
MUST_CHECK zg_status cache_damage(const struct cache_search *search, double *release, double *hold);

/* The proof behind cache_prove and cache_try_ds. */
MUST_CHECK zg_status cache_prove_with(const struct cache_world *past,
    const struct cache_candidate *candidate, const struct cache_ds *ds,
    const struct cache_rules *rules, int64_t now, struct cache_proof **proof,
    struct zg_error *error);

/* Whether anybody comes to validate such data by such a DNSKEY RRset. CDS and CDNSKEY, signed by
 * keys that no other provider need publish, are the parent's to ask for (RFC 8901 section 8). */
static inline bool
cache_data_is_asked(const struct cache_dnskey *dnskey, const struct cache_class *class)
{
	return !class->for_parent || dnskey->stream == class->stream;
}

static inline int64_t
time_min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t
time_max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* TIME_NEVER stays what it is, and nothing wraps. */
static inline int64_t
time_add(int64_t time, int64_t seconds)
{
	if (time == TIME_NEVER || (seconds > 0 && time > TIME_NEVER - seconds))
		return TIME_NEVER;
	if (seconds < 0 && time < NEVER_VALID + 1 - seconds)
		return NEVER_VALID + 1;
	return time + seconds;
}

#endif
