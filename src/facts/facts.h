/*
 * Everything that checks read, computed once, in parallel, as plain data. A fact that needs an
 * input which was not given is absent (NULL), never empty.
 */
#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

#include <zonegate/run.h>
#include <zonegate/status.h>
#include "dns/rdata_view.h"
#include "facts/change.h"
#include "facts/denial.h"
#include "facts/hosts.h"
#include "facts/key_trial.h"
#include "facts/keys.h"
#include "facts/next_ds.h"
#include "facts/past.h"
#include "facts/signatures.h"
#include "facts/zonemd.h"
#include "zone/defect.h"
#include "zone/zone.h"

struct facts {
	const struct zone *zone; /* borrowed */
	bool has_soa;		 /* and its view */
	struct soa_view soa;
	uint32_t soa_ttl;
	bool former;	/* signatures were not verified: signatures.outcomes is NULL */
	bool is_signed; /* any DNSKEY, RRSIG, NSEC, NSEC3 or NSEC3PARAM in the zone */
	struct key_facts keys;
	struct signature_facts signatures;
	struct denial_facts denial;
	struct host_facts hosts;
	struct next_ds_facts next_ds;
	struct zonemd_facts zonemd;
	uint8_t digest[48];		       /* content digest: SHA-384 over every record */
	struct change_facts *change;	       /* owned; NULL: no former zone given */
	struct unsigned_facts *unsigned_input; /* owned; NULL: none given */
	const struct past_facts *past;	       /* borrowed; NULL: no history given */
	const struct key_trials *trials;       /* borrowed; NULL: none given */
	struct defects defects;		       /* found while computing facts */
};

struct facts_inputs {
	const struct zone *zone;
	const uint8_t *digest;		   /* 48 octets: its content digest; NULL: not known yet */
	const struct zone *previous;	   /* NULL: none */
	const uint8_t *previous_digest;	   /* 48 octets, as above */
	const struct zone *unsigned_input; /* NULL: none */
	const struct ds_entry *ds;	   /* the parent's DS set */
	size_t n_ds;
	bool ds_given;
	int64_t now;
	unsigned threads;
	enum zg_verify_with verify_with;
	const struct memo_set *known;		/* NULL: no memo, */
	struct memo_fresh *fresh;		/* and where to what verifies now; */
	zg_status (*read_known)(void *context); /* the task that fills `known`, with its context */
	void *read_context;
	size_t max_examples;
	bool former; /* facts of the zone in force: what costs public-key work is left out */
	zg_progress progress; /* told the phases; may be NULL */
	void *progress_context;
	struct meter *meter; /* of the calling thread; may be NULL */
};

/* Computes all facts. The zone and inputs are borrowed for the life of the facts. */
MUST_CHECK zg_status facts_compute(
    const struct facts_inputs *inputs, struct facts **facts, struct zg_error *error);
void facts_free(struct facts *facts);

#endif
