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

/* A step of a key roll that the policy does not allow. */
struct past_step {
	const char *name; /* as the policy spells the roll type; static */
	const char *what; /* "publishes a ZSK that does not sign yet"; static */
	bool has_key;	  /* else it is about a DS that goes ahead of its key */
	uint8_t algorithm;
	uint16_t tag;
};

struct past_facts {
	const struct release_facts *candidate; /* borrowed */
	const struct release_facts *in_force;  /* the last release; borrowed; NULL: none is known */
	const char *policy_digest;	       /* that it passed under; borrowed, NULL: none */
	const char *candidate_policy_digest;   /* that this one is judged by; borrowed */
	/* Keys, signers, signing classes, CDS and denial parameters are those of the release in
	 * force: no parent finding may stop it (DESIGN 9.3). */
	bool unchanged;
	const struct cache_proof *proof; /* borrowed; NULL: nothing was to be proved */
	const struct cache_world *world; /* that the obligations are in; borrowed */
	struct past_counts day, week;	 /* 24 hours and 7 days ago */
	uint32_t unknown_serial;	 /* served somewhere, and not in the log, */
	const char *unknown_server;	 /* by this server; borrowed, NULL: none */
	uint32_t ahead_serial; /* a refused or held candidate with other keys came since, */
	bool ahead;	       /* so that the signer believes in it (DESIGN 9.7) */
	const struct past_step *refused_steps; /* borrowed */
	size_t n_refused_steps;
	const struct obligation *obligations; /* of the candidate, once released; borrowed */
	size_t n_obligations;
};

#endif
