/* From the rows of the history to the world of caches, and to what checks read of the past. */
#ifndef GATE_PAST_H
#define GATE_PAST_H

#include <zonegate/approval.h>
#include "dns/release_facts.h"
#include "facts/facts.h"
#include "facts/past.h"
#include "policy/policy.h"

struct past_inputs {
	const char *directory; /* the state directory */
	const zg_policy *policy;
	const char *policy_digest;	       /* 64 hex digits */
	const struct release_facts *candidate; /* NULL: a DS set is tried, not a zone */
	const char *zone;		       /* presentation form, lower case, final dot */
	const uint8_t *origin;		       /* wire form, lower case */
	/* All that the installation knows, when approvals are looked at; NULL: not known. */
	const struct zg_approver *approvers;
	size_t n_approvers;
	const struct ds_entry *ds; /* what the parent publishes at `now`, when ds_given */
	size_t n_ds;
	bool ds_given;
	uint32_t ds_ttl; /* of that set, seconds; 0: as its records say */
	/* Other providers of the zone, to be observed; NULL: those that the history knows. */
	const char *const *providers;
	size_t n_providers;
	int64_t provider_max_age; /* seconds; 0: PROVIDER_MAX_AGE */
	int64_t ds_time; /* when the parent's servers were seen to publish it; 0: a file says so */
	const struct ds_entry *tried; /* the DS set that is tried; NULL: only obligations */
	size_t n_tried;
	int64_t now;
};

/* How old what is known of another provider may be where nobody says otherwise: rolls of keys take
 * longer. Seconds. */
#define PROVIDER_MAX_AGE 86400

static inline int64_t
past_provider_max_age(const struct past_inputs *inputs)
{
	return inputs->provider_max_age > 0 ? inputs->provider_max_age : PROVIDER_MAX_AGE;
}

struct past; /* owns everything that its facts borrow */

/*
 * Reads the history (ZG_READ when there is none or it is damaged), builds the world, and tries to
 * prove the release of the candidate, or, without one, that the tried DS set may be handed to the
 * parent while the last release stays as it is. Inputs are borrowed for the life of the past.
 */
MUST_CHECK zg_status past_read(
    const struct past_inputs *inputs, struct past **past, struct zg_error *error);
const struct past_facts *past_facts(const struct past *past);
void past_free(struct past *past);

#endif
