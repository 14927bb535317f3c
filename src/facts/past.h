/*
 * What the gate's own log says of the zone's past, as far as checks read it: plain data that the
 * gate fills from the history.
 */
#ifndef FACTS_PAST_H
#define FACTS_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/release_facts.h"
#include "facts/cache_view.h"

/* The counts of the release that was in force some time ago. */
struct past_counts {
	bool known;
	uint32_t serial;
	uint64_t counts[RELEASE_COUNTS];
};

struct past_facts {
	const struct release_facts *candidate; /* borrowed */
	const struct release_facts *in_force;  /* the last release; borrowed; NULL: none is known */
	const char *policy_digest;	       /* that it passed under; borrowed, NULL: none */
	const char *candidate_policy_digest;   /* that this one is judged by; borrowed */
	/* Keys, signers, signing classes, CDS and denial parameters are those of the release in
	 * force: no parent finding may stop it (DESIGN 9.3). */
	bool unchanged;
	const struct cache_proof *proof; /* borrowed */
	struct past_counts day, week;	 /* 24 hours and 7 days ago */
	uint32_t unknown_serial;	 /* served somewhere, and not in the log, */
	const char *unknown_server;	 /* by this server; borrowed, NULL: none */
	uint32_t ahead_serial; /* a refused or held candidate with other keys came since, */
	bool ahead;	       /* so that the signer believes in it (DESIGN 9.7) */
	const struct obligation *obligations; /* of the candidate, once released; borrowed */
	size_t n_obligations;
};

#endif
