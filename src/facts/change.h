/* The difference to the zone released before, and to the registry's unsigned zone. */
#ifndef FACTS_CHANGE_H
#define FACTS_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/rdata_view.h"
#include "zone/defect.h"
#include "zone/zone.h"

/* What is counted before and after. */
enum change_count {
	CHANGE_RECORDS,	    /* all but those that any release renews: RRSIG, NSEC, NSEC3, SOA,
			       ZONEMD */
	CHANGE_DELEGATIONS, /* cuts */
	CHANGE_SECURE_DELEGATIONS, /* cuts with DS */
	CHANGE_NS_HOSTS,	   /* different names in NS records of cuts */
	CHANGE_COUNTS
};

struct change_fact {
	uint64_t before, after;
	uint64_t lost; /* of those before, how many are not in the candidate */
	uint64_t gained;
	struct tally lost_examples; /* owners (for hosts: the host), orders in the former zone */
};

#define CHANGE_NEW_TYPES_MAX 64

struct change_facts {
	const struct zone *previous; /* borrowed */
	bool had_soa;
	struct soa_view soa; /* of the former zone */
	bool same_digest;    /* the content digests are equal */
	uint8_t digest[48];
	struct change_fact counts[CHANGE_COUNTS];
	bool apex_ns_changed;
	bool apex_keys_changed; /* DNSKEY RRset: RDATA only */
	bool denial_changed;	/* NSEC to NSEC3 or back, NSEC3PARAM set, opt-out */
	/* First appearances since the former zone. */
	uint16_t new_types[CHANGE_NEW_TYPES_MAX]; /* RR types, ascending; the first of them */
	size_t n_new_types;			  /* all of them */
	bool new_algorithms[256];		  /* in delegations' DS */
	bool new_digest_types[256];
};

struct unsigned_facts {
	uint64_t n_missing; /* the same as the two defects' counts */
	uint64_t n_extra;
	bool digest_equal; /* digests of both stripped zones with SOA serial 0 */
	uint8_t digest[48];
};

/*
 * Compares `zone`, whose content digest is `digest`, with `previous`, whose digest is
 * `previous_digest` and which is borrowed for the life of the facts. Two records are the same when
 * owner, type and RDATA are: TTLs are not looked at. `change` is cleared on failure.
 */
MUST_CHECK zg_status change_compute(const struct zone *zone, const uint8_t digest[48],
    const struct zone *previous, const uint8_t previous_digest[48], size_t max_examples,
    struct change_facts *change, struct zg_error *error);
void change_clear(struct change_facts *change);

/*
 * Compares `zone`, stripped of what a signer adds (RRSIG, NSEC and NSEC3; at the apex DNSKEY,
 * NSEC3PARAM, CDS, CDNSKEY, ZONEMD and BIND's TYPE65534), with `registry` stripped in the same way:
 * record by record with TTL, the SOA without its serial. Differences are counted into `defects`
 * (DEFECT_UNSIGNED_MISSING, DEFECT_UNSIGNED_EXTRA); a record with another TTL is one of each.
 */
MUST_CHECK zg_status unsigned_compute(const struct zone *zone, const struct zone *registry,
    struct unsigned_facts *facts, struct defects *defects, struct zg_error *error);

#endif
