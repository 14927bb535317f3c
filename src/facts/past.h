/*
 * What the gate's own log says of the zone's past, as far as checks read it: plain data that the
 * gate fills from the history.
 */
#ifndef FACTS_PAST_H
#define FACTS_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/verdict.h>
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

/* What a server of the zone was last seen to serve. */
struct past_server {
	char name[80];
	uint32_t serial;
	int64_t time;
};

/* Whose word counts, by the policy and the configuration. */
struct past_approver {
	char id[64];
	uint8_t public_key[32];
};
struct past_rules {
	int64_t quorum;
	zg_severity severity; /* of a change of the policy */
	struct past_approver approvers[ZG_POLICY_APPROVERS_MAX];
	size_t n_approvers;
};

/* How the parent's DS set is known. */
struct past_parent {
	bool is_known;	 /* somebody said something of it, */
	int64_t seen;	 /* and this is the newest word that the policy takes; 0: none is */
	char who[80];	 /* whose word that is */
	int64_t max_age; /* seconds that it may be old; NOT_SET: any */

	/* The last look at its servers. */
	size_t n_servers, n_silent; /* of them without a proof */
	char silent[80], why[16];   /* one of those */
	size_t n_sets;
	bool disagree;		 /* more than the policy bears */
	char one[80], other[80]; /* two that do */

	uint32_t ttl;	     /* as the servers agree on it, and the last that was different */
	uint32_t former_ttl; /* equal: none was */
	int64_t former_ttl_seen;
	char former_ttl_by[80];
};

/* Another provider of a multi-signer zone: stream 1 and so on of the versions in caches. */
struct past_provider {
	char name[80];
	bool wanted;	 /* it is to be observed: its versions must be known */
	int64_t seen;	 /* when any of its servers was last proved to serve something; 0: never */
	char server[80]; /* the one that was asked last without a proof, */
	char why[160];	 /* and why there was none; empty: there was no such */
};

struct past_facts {
	const struct release_facts *candidate; /* borrowed */
	const struct release_facts *in_force;  /* the last release; borrowed; NULL: none is known */
	const char *policy_digest;	       /* that it passed under; borrowed, NULL: none */
	const char *candidate_policy_digest;   /* that this one is judged by; borrowed */
	/* The two are not equal and are of the same policy: another version took the first. */
	bool same_policy;
	/* Whose word counted when it passed, and whose counts now; borrowed, NULL: not known. */
	const struct past_rules *former_rules, *rules;
	/* Keys, signers, signing classes, CDS and denial parameters are those of the release in
	 * force: no parent finding may stop it (DESIGN 9.3). */
	bool unchanged;
	struct past_parent parent;
	const struct past_provider *providers; /* borrowed */
	size_t n_providers;
	int64_t provider_max_age;	   /* seconds that what is known of them may be old */
	const struct cache_proof *proof;   /* borrowed; NULL: nothing was to be proved */
	const struct cache_world *world;   /* that the obligations are in; borrowed */
	struct past_counts day, week;	   /* 24 hours and 7 days ago */
	uint32_t unknown_serial;	   /* served somewhere, and not in the log, */
	const char *unknown_server;	   /* by this server; borrowed, NULL: none */
	const struct past_server *servers; /* borrowed; those that are known, */
	size_t n_servers;
	bool more_servers; /* and there are more, of which nothing is kept */
	/* The serials go round: a release before the one in force had one that the candidate's is
	 * not greater than, and the one in force passed then. */
	bool goes_round;
	uint32_t former_serial;
	/* A stage has, or had before an abort, a serial that the candidate's is not greater than.
	 */
	bool stage_has;
	uint32_t stage_serial;
	int64_t in_force_since;
	uint32_t ahead_serial; /* a refused or held candidate with other keys came since, */
	bool ahead;	       /* so that the signer believes in it (DESIGN 9.7) */
	const struct past_step *refused_steps; /* borrowed */
	size_t n_refused_steps;
	const struct obligation *obligations; /* of the candidate, once released; borrowed */
	size_t n_obligations;
};

#endif
