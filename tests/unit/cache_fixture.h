/*
 * Stories for the cache view: a zone whose versions follow each other, told in the order of time,
 * with the common data of the worked examples: propagation 30 minutes, 1 hour at the parent, TTL
 * of DNSKEY 1 hour, of the DS set 24 hours, of data 24 hours, of denial 15 minutes.
 */
#ifndef CACHE_FIXTURE_H
#define CACHE_FIXTURE_H

#include "facts/cache_view.h"

#define MINUTE 60
#define HOUR   3600
#define DAY    86400
/* Day 1 is in 2023, at midnight. */
#define DAY_1		      INT64_C(1685404800)
#define AT(day, hour, minute) (DAY_1 + (INT64_C(0) + (day)-1) * DAY + (hour)*HOUR + (minute)*MINUTE)
/* Long before. */
#define EVER AT(-60, 0, 0)

#define PROPAGATION	   (30 * MINUTE)
#define PARENT_PROPAGATION HOUR
#define TTL_KEY		   HOUR
#define TTL_DS		   DAY
#define TTL_DATA	   DAY
#define TTL_DENIAL	   (15 * MINUTE)

/* The keys of all stories. */
enum story_key {
	K1,
	K2,
	Z1,
	Z2,
	K1_REVOKED,
	K13, /* algorithm 13; those above: 8 */
	Z13,
	Z_NOT_ZONE, /* algorithm 13 without the zone flag */
	STORY_KEYS
};
#define KEY(k) (UINT64_C(1) << (k))

#define ALL_MODELS  ((1U << MODEL_COUNT) - 1)
#define LENIENT	    (1U << MODEL_LENIENT)
#define STRICT_DS   (1U << MODEL_STRICT_DS)
#define STRICT_KEYS (1U << MODEL_STRICT_DNSKEY)

#define STORY_VERSIONS 12

struct story {
	struct cache_world world;
	struct cache_dnskey dnskeys[STORY_VERSIONS];
	struct cache_class classes[STORY_VERSIONS];
	struct cache_ds ds[STORY_VERSIONS];
	struct cache_candidate candidate;
	struct cache_class candidate_classes[STORY_VERSIONS];
	struct cache_rules rules;
};

/* K1 and Z1, K1 in the parent, Z1 signs data and denial; all models; the past is known. */
struct story *story_new(void);
/* The same without a version of anything. */
struct story *story_new_empty(void);

/* From `time` on the DNSKEY RRset is another one, of `ttl`. */
void story_dnskey(struct story *story, int64_t time, key_mask keys, key_mask signers, uint32_t ttl);
/* From `time` on all data and denial are signed by these. */
void story_data(struct story *story, int64_t time, key_mask signers);
/* Data signed by these appear; what was there stays until story_data. */
void story_more_data(struct story *story, int64_t time, key_mask signers);
/* From `time` on the parent has the SHA-256 digests of these; none: the proved absence. */
void story_ds(struct story *story, int64_t time, key_mask keys);

/* The candidate: keys, who signs them, who signs all data. */
void story_candidate(struct story *story, key_mask keys, key_mask signers, key_mask data);

/* The entries of a DS set, SHA-256. */
struct cache_ds ds_of(const struct story *story, key_mask keys);

struct cache_class *add_class(
    struct story *story, int64_t time, key_mask signers, uint32_t ttl, uint64_t n_rrsets);

/* The proof for the candidate, or for a DS set. */
struct cache_proof *prove(const struct story *story, int64_t now);
struct cache_proof *try_ds(const struct story *story, key_mask keys, int64_t now);

void assert_outcome(const struct story *story, int64_t now, enum cache_outcome outcome);
/* Refused one second before, with that time as the answer, and proved then. */
void assert_earliest(struct story *story, unsigned models, int64_t time);
void assert_ds_earliest(struct story *story, unsigned models, key_mask keys, int64_t time);
/* The proof has an example of exactly this window, new and hitting at least these models. */
void assert_window(const struct cache_proof *proof, enum cache_link link, unsigned models,
    int64_t from, int64_t until);

/* Frees the story. */
void story_free(struct story *story);

#endif
