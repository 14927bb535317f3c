/* What the files of denial of existence share. */
#ifndef FACTS_DENIAL_PRIVATE_H
#define FACTS_DENIAL_PRIVATE_H

#include "crypto/nsec3_hash.h"
#include "dns/rdata_view.h"
#include "facts/denial.h"

/* The one hash algorithm that is assigned (RFC 5155 section 11). */
#define NSEC3_HASH_SHA1 1

/* Names that an NSEC3 chain must speak of; the same for every chain. */
struct hashed_name;
struct hashed_names {
	struct hashed_name *names; /* owned, canonical order */
	size_t n_names, names_size;
};

struct chain_walk;

struct denial_work {
	const struct zone *zone;
	bool is_signed;
	unsigned threads; /* 1 .. ZG_THREADS_MAX */
	struct denial_facts *facts;
	struct defects *defects;
	struct hashed_names names;
	struct chain_walk *walks[ZG_NSEC3_CHAINS_MAX]; /* owned; of the chains that are checked */
	size_t n_walks;
};

/* What an owner is to a chain. */
enum name_kind {
	NAME_NONE,	    /* no name of the zone: occluded, or nothing but DNSSEC's own records */
	NAME_AUTHORITATIVE, /* owns authoritative data */
	NAME_SECURE_CUT,    /* a delegation with DS */
	NAME_INSECURE_CUT,  /* a delegation without */
	NAME_EMPTY	    /* an empty non-terminal: never an owner */
};

enum name_kind denial_name_kind(const struct zone *zone, uint32_t owner);

/* Longest text of denial_types_match. */
#define TYPE_DIFFERENCE_MAX 512

/*
 * Holds the well-formed bitmap of an NSEC (`type` RR_NSEC) or NSEC3 (RR_NSEC3) against the types at
 * `owner` (NO_OWNER: an empty non-terminal). On false, `difference` says what differs.
 */
bool denial_types_match(const struct zone *zone, uint32_t owner, uint16_t type,
    const uint8_t *bitmap, size_t bitmap_len, char difference[TYPE_DIFFERENCE_MAX]);

/* Walks the NSEC chain. */
void nsec_check_chain(struct denial_work *work);

/* Looks at NSEC beside the NSEC3 chain that is in use: there may be any number of them, but whoever
 * has one that spans a name of the zone can deny that name, as it is signed. */
void nsec_check_leftover(struct denial_work *work);

/* Octets of an owner's first label as a hash (base32hex, directly below the apex), or 0 when it is
 * none. */
#define OWNER_HASH_MAX (ZG_LABEL_MAX * 5 / 8 + 1)
size_t nsec3_owner_hash(const struct zone *zone, uint32_t owner, uint8_t hash[OWNER_HASH_MAX]);

/* An owner whose hash has `length` octets can belong to a chain of that length and algorithm. */
bool nsec3_hash_fits(size_t length, const struct nsec3_view *view);

/* The record belongs to the chain. */
bool nsec3_in_chain(const struct nsec3_chain *chain, const struct nsec3_view *view);

/* Collects the names. */
MUST_CHECK zg_status hashed_names_collect(const struct zone *zone, struct hashed_names *names);
void hashed_names_clear(struct hashed_names *names);

/*
 * The walk along one NSEC3 chain that is known and has records. *walk also after a failure, to be
 * freed. All that is given is borrowed for its life.
 */
MUST_CHECK zg_status chain_walk_new(struct denial_work *work, const struct nsec3_chain *chain,
    const struct hashed_names *names, struct chain_walk **walk);
void chain_walk_free(struct chain_walk *walk);

/* Hashes names[first .. end) and finds them in the chain; threads write to names of their own only.
 */
MUST_CHECK zg_status chain_walk_locate(
    struct chain_walk *walk, unsigned thread, size_t first, size_t end);

/* Counts what is wrong, once every name was located. */
void chain_walk_check(struct chain_walk *walk);

#endif
