/* What the files of the proof share. */
#ifndef PARENT_PROVE_PRIVATE_H
#define PARENT_PROVE_PRIVATE_H

#include "crypto/public_key.h"
#include "crypto/verify.h"
#include "dns/name.h"
#include "dns/rdata_view.h"
#include "dns/rr_type.h"
#include "parent/prove.h"

#define PROOF_WHY_MAX sizeof(((struct proof_result *)0)->why)

struct proof_rdata {
	uint8_t *octets;
	uint16_t length;
};

/* An RRset of an answer, its RDATA in canonical form, sorted, without duplicates. */
struct proof_set {
	const uint8_t *owner; /* borrowed */
	uint16_t type;
	struct proof_rdata *records; /* owned */
	size_t n;		     /* 0: the answer has none of that owner and type */
	bool malformed;		     /* RDATA that is none of its type */
	uint8_t *octets;	     /* owned: what the records point into */
};

/* Collects an RRset of class IN. proof_set_clear also after a failure. */
MUST_CHECK zg_status proof_set_collect(const struct message *answer, enum message_section section,
    const uint8_t *owner, uint16_t type, struct proof_set *set);
void proof_set_clear(struct proof_set *set);

struct zone_key {
	struct proof_rdata rdata; /* in the set */
	struct dnskey_view view;
	uint16_t tag;
	struct public_key *key; /* owned; NULL: it may not sign, or nothing is verified with it */
};

struct zone_keys {
	uint8_t zone[ZG_NAME_MAX];
	struct proof_set set;
	struct zone_key keys[ZG_KEYS_MAX];
	size_t n;
	uint64_t good; /* bit i: signatures of keys[i] count */
	struct verifier *verifier;
};

/* The work on one answer. */
struct prover {
	const struct zone_keys *keys;
	const struct message *answer;
	int64_t now;
	unsigned tries; /* signatures tried so far */
	uint8_t *data;	/* owned: room for what is signed */
	size_t size;
};

/* What came of the signatures over an RRset. */
struct proof_signature {
	bool good;
	bool expanded;	    /* its owner was made from a wildcard, */
	unsigned labels;    /* which has so many labels, the asterisk not counted */
	uint32_t ttl;	    /* the original one */
	int64_t expiration; /* of the signature that lasts longest */
	bool expired;	    /* not good because it expired, else because of `why` */
	char why[PROOF_WHY_MAX];
};

/* Tries the RRSIGs that `section` has over `set` with the zone's good keys. */
MUST_CHECK zg_status prover_verify(struct prover *prover, enum message_section section,
    const struct proof_set *set, struct proof_signature *signature);
void prover_clear(struct prover *prover);

/* False, and bogus: nothing can be proved by an answer such as this. */
bool answer_is_usable(const struct message *answer, struct proof_result *result);

/* Sets PROOF_BOGUS for a signature that does not count. */
void proof_unsigned(struct proof_result *result, const struct proof_signature *signature);

/* Sets PROOF_BOGUS and says why. */
void proof_bogus(struct proof_result *result, const char *format, ...) PRINTF_LIKE(2, 3);

/* An NSEC or NSEC3 record of the zone, verified. */
struct denial_record {
	uint16_t type;
	struct proof_set set; /* what the views point into */
	uint32_t ttl;
	int64_t expiration;
	const uint8_t *bitmap;
	size_t bitmap_len;
	/* NSEC; the owner is the set's. */
	uint8_t next[ZG_NAME_MAX]; /* lower case */
	/* NSEC3 */
	struct nsec3_view nsec3;
	uint8_t hash[20]; /* of its owner */
};

/* All that an answer has to prove absence by. */
struct denial {
	const uint8_t *zone;
	struct denial_record records[ZG_PROOF_DENIALS_MAX];
	size_t n;
	uint32_t ttl;		 /* the smallest of the records that were used, */
	int64_t expiration;	 /* and the first to expire; INT64_MAX: none was used */
	uint16_t iterations;	 /* of NSEC3 records that are not followed; 0: there are none */
	bool expired;		 /* the first that is not used has expired, */
	char why[PROOF_WHY_MAX]; /* or what else is wrong with it */
};

/* Collects and verifies what the authority section has. denial_clear also after a failure. */
MUST_CHECK zg_status denial_collect(struct prover *prover, struct denial *denial);
void denial_clear(struct denial *denial);

/* Counts a record as one that the proof rests on. */
void denial_use(struct denial *denial, const struct denial_record *record);

/* Why a bitmap at a name (or at the wildcard that it would be made from) does not deny the type:
 * static phrase, or NULL: it does. */
const char *denial_bitmap(const struct denial_record *record, uint16_t type);

/* The bitmap is of a delegation, or of a DNAME: it says nothing of names below. */
bool denial_is_above_cut(const struct denial_record *record);

/* What a record at the name itself proves, that denies the type: of a DS, only beside an NS is it
 * that of a delegation (RFC 6840 section 4.4). */
enum proof denial_at_name(const struct denial_record *record, uint16_t type);

/* "*." and `encloser`, a proper ancestor of a name. */
void denial_wildcard(const uint8_t *encloser, uint8_t wildcard[ZG_NAME_MAX]);

/* Proves by NSEC or by NSEC3 that there is no `type` at `name`; PROOF_BOGUS: not proved. What there
 * is no record for is left as it was by nsec3_prove. */
void nsec_prove(
    struct denial *denial, const uint8_t *name, uint16_t type, struct proof_result *result);
MUST_CHECK zg_status nsec3_prove(
    struct denial *denial, const uint8_t *name, uint16_t type, struct proof_result *result);

/* Proves that `closer` does not exist, so that a wildcard right above it answers. PROOF_NO_NAME,
 * PROOF_OPT_OUT, or PROOF_BOGUS: not proved. */
enum proof nsec_prove_closer(struct denial *denial, const uint8_t *closer);
MUST_CHECK zg_status nsec3_prove_closer(
    struct denial *denial, const uint8_t *closer, enum proof *proof);

#endif
