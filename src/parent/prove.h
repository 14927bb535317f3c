/*
 * Proof of answers (RFC 4035 section 5, RFC 5155 section 8, RFC 6840): RRsets and their absence, by
 * the keys of the zone that signed them. Pure functions: nothing is asked, nothing is believed.
 *
 * A status other than ZG_OK means that memory or the cryptographic library failed; what is wrong
 * with an answer is PROOF_BOGUS and a reason. Work is bounded whatever the answer holds
 * (<zonegate/limits.h>: KeyTrap, CVE-2023-50387; CVE-2023-50868).
 */
#ifndef PARENT_PROVE_H
#define PARENT_PROVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/release_facts.h"
#include "dns/trust_anchor.h"
#include "net/message.h"

enum proof {
	PROOF_BOGUS = 0, /* `why` says what does not hold */
	PROOF_SECURE,	 /* the RRset is there, and signed */
	PROOF_ABSENT,	 /* it is proved not to exist, the name does; of a DS: and the name is a
			    delegation, an insecure one */
	PROOF_NO_NAME,	 /* the name is proved not to exist */
	PROOF_OPT_OUT,	 /* no DS: an insecure delegation in an opt-out span may be here. Of other
			    types: the name does not exist, or lies in such a delegation */
	PROOF_INSECURE,	 /* no key can be expected to sign: no DS, or none that is supported; or the
			    proof is one that validators need not follow: `why` says which */
	PROOF_NO_CUT,	 /* no DS is here because no delegation is: what is at the name and below
			    belongs to this zone still */
	PROOF_ALIAS	 /* a signed CNAME or DNAME stands in the way; never for DS: BOGUS there */
};

/* The keys of a zone that was proved. Of one thread. */
struct zone_keys;

struct proof_result {
	enum proof proof;
	bool expired;  /* BOGUS, and what was missed has a signature that expired: whether it was
			  good until then is not tried */
	char why[160]; /* one phrase for people, escaped; empty when nothing is to be said */
	uint32_t ttl;  /* original TTL of the RRSIG; of the denial: the smaller of SOA TTL, its
			  minimum, and NSEC's original TTL (RFC 9077); 0: BOGUS */
	int64_t expiration; /* of the signature that it rests on: of several for the same RRset the
			       last to expire, of several RRsets the first; 0: BOGUS */
};

/*
 * Keys of `zone` (wire form, lower case) from the answer to a DNSKEY question: those that a DS or
 * an anchor names and that sign the DNSKEY RRset make all of them good. PROOF_SECURE: *keys is
 * owned by the caller, else it is NULL. By DS: PROOF_INSECURE when there is no DS, or none of a
 * supported algorithm and digest type (RFC 4035 section 5.2). By anchors: those of other zones are
 * passed over; one that works is enough; `why` names the expired, not yet valid, revoked and
 * unsupported ones when none does, which is BOGUS.
 */
MUST_CHECK zg_status prove_keys_by_ds(const uint8_t *zone, const struct message *answer,
    const struct release_ds *ds, size_t n_ds, int64_t now, struct zone_keys **keys,
    struct proof_result *result, struct zg_error *error);
MUST_CHECK zg_status prove_keys_by_anchors(const uint8_t *zone, const struct message *answer,
    const struct trust_anchor *anchors, size_t n_anchors, int64_t now, struct zone_keys **keys,
    struct proof_result *result, struct zg_error *error);
void zone_keys_free(struct zone_keys *keys);

/*
 * What the answer says of `name` (wire form, lower case) and `type`, proved by the keys of the zone
 * it lies in; of type DS: by those of the zone above it. The RCODE is not signed: what the records
 * prove counts. With PROOF_SECURE of type DS, `ds` (ZG_DS_MAX entries) and `n_ds` are filled; both
 * may be NULL. ZG_PARAMETER: RRSIG, and types that exist in questions only.
 */
MUST_CHECK zg_status prove_answer(const struct zone_keys *keys, const uint8_t *name, uint16_t type,
    const struct message *answer, int64_t now, struct release_ds *ds, size_t *n_ds,
    struct proof_result *result, struct zg_error *error);

/* A phrase for reports: "secure", "absent", ... Static. */
const char *proof_text(enum proof proof);

#endif
