/*
 * Denial of existence: every NSEC and NSEC3 chain held against the names of the zone. NSEC:
 * RFC 4034 section 4, RFC 4035 section 2.3. NSEC3: RFC 5155 section 7.1.
 */
#ifndef FACTS_DENIAL_H
#define FACTS_DENIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include <zonegate/status.h>
#include "base/compiler.h"
#include "facts/plan.h"
#include "zone/defect.h"
#include "zone/zone.h"

/* A set of NSEC3 records with the same hash algorithm, iterations and salt. */
struct nsec3_chain {
	uint8_t hash_algorithm;
	uint16_t iterations;
	uint8_t salt_len;
	uint8_t salt[255];
	bool named; /* an NSEC3PARAM with flags 0 names it: it must be complete */
	bool known; /* hash algorithm 1 and iterations within the limit: it was walked */
	uint64_t n_records;
	uint64_t n_opt_out;	  /* records with the opt-out flag */
	uint64_t n_unknown_flags; /* records with any other flag */
	uint32_t example;	  /* record index of the first record, */
	uint32_t example_owner;	  /* and its owner; NO_OWNER: there is none */
	uint32_t param;		  /* record index of the NSEC3PARAM, when named */
};

struct denial_facts {
	bool has_nsec;
	bool has_nsec3;
	uint64_t n_nsec;
	struct nsec3_chain chains[ZG_NSEC3_CHAINS_MAX];
	size_t n_chains;
	size_t n_opt_out_spans;	  /* over all chains */
	uint64_t n_insecure_cuts; /* delegations without DS */
};

/*
 * Denial of existence as parts of a plan that is run on `threads` threads: fills `denial` and
 * counts what is wrong into `defects` (DEFECT_DENIAL_NONE up to DEFECT_DENIAL_END). `is_signed` as
 * in struct facts: an unsigned zone has nothing to deny. All that is given is borrowed until
 * denial_free, for when the plan was run.
 */
struct denial_work;
MUST_CHECK zg_status denial_plan(const struct zone *zone, bool is_signed, unsigned threads,
    struct denial_facts *denial, struct defects *defects, struct plan *plan,
    struct denial_work **work);
void denial_free(struct denial_work *work);

#endif
