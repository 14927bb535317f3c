/* The rows of denial of existence that are not defects handed on. */
#include "check/check_rows.h"

/* What validators commonly accept at most. RFC 9276 section 3.2 lets them accept none at all. */
#define ITERATIONS_HIGH 50

/* The next chain after `chain` (NULL: the first) that an NSEC3PARAM names, or NULL. */
static const struct nsec3_chain *
next_named(const struct check_context *context, const struct nsec3_chain *chain)
{
	const struct denial_facts *denial = &context->facts->denial;
	const struct nsec3_chain *end = denial->chains + denial->n_chains;

	for (chain = chain == NULL ? denial->chains : chain + 1; chain < end; chain++) {
		if (chain->named)
			return chain;
	}
	return NULL;
}

void
check_nsec3_hash(struct check_context *context)
{
	for (const struct nsec3_chain *chain = NULL; (chain = next_named(context, chain));) {
		if (!chain->known)
			check_emit_at(context, 0, RR_NSEC3PARAM, chain->param,
			    "expected hash algorithm 1 and at most %u iterations, found algorithm "
			    "%u and %u iterations: this chain was not checked",
			    (unsigned)ZG_NSEC3_ITERATIONS_MAX, chain->hash_algorithm,
			    chain->iterations);
	}
}

/* Every named chain with more iterations than `max`. */
static void
check_iterations(struct check_context *context, int32_t max)
{
	for (const struct nsec3_chain *chain = NULL; (chain = next_named(context, chain));) {
		if (chain->iterations <= max)
			continue;
		check_emit_at(context, 0, RR_NSEC3PARAM, chain->param,
		    "expected at most %ld iterations, found %u", (long)max, chain->iterations);
		check_measure(context, 0, chain->iterations);
	}
}

void
check_nsec3_iterations(struct check_context *context)
{
	if (context->policy->denial.max_iterations != NOT_SET)
		check_iterations(context, context->policy->denial.max_iterations);
}

void
check_nsec3_iterations_high(struct check_context *context)
{
	check_iterations(context, ITERATIONS_HIGH);
}

void
check_nsec3_salt(struct check_context *context)
{
	int32_t max = context->policy->denial.max_salt;

	if (max == NOT_SET)
		return;
	for (const struct nsec3_chain *chain = NULL; (chain = next_named(context, chain));) {
		if (chain->salt_len <= max)
			continue;
		check_emit_at(context, 0, RR_NSEC3PARAM, chain->param,
		    "expected a salt of at most %ld octets, found %u", (long)max, chain->salt_len);
		check_measure(context, 0, chain->salt_len);
	}
}

/* RFC 5155 section 3.1.2 assigns opt-out only; section 8.2 has validators ignore the rest. */
void
check_nsec3_flags(struct check_context *context)
{
	const struct denial_facts *denial = &context->facts->denial;

	for (size_t i = 0; i < denial->n_chains; i++) {
		const struct nsec3_chain *chain = &denial->chains[i];

		if (chain->n_unknown_flags > 0)
			check_emit_at(context, chain->example_owner, RR_NSEC3, chain->example,
			    "expected flags 0 or 1, found others in %llu of the %llu records of "
			    "this chain",
			    (unsigned long long)chain->n_unknown_flags,
			    (unsigned long long)chain->n_records);
	}
}

void
check_nsec3param_flags(struct check_context *context)
{
	const struct zone *zone = context->zone;
	struct nsec3_view view;
	struct rrset set;

	if (!zone->has_apex || !zone_rrset(zone, 0, RR_NSEC3PARAM, &set))
		return;
	for (uint32_t i = set.first; i < set.first + set.count; i++) {
		if (nsec3param_view(zone_rdata(zone, i), zone_record(zone, i)->rdlen, &view) &&
		    view.flags != 0)
			check_emit_at(
			    context, 0, RR_NSEC3PARAM, i, "expected flags 0, found %u", view.flags);
	}
}

void
check_nsec3_opt_out(struct check_context *context)
{
	enum allowance opt_out = context->policy->denial.opt_out;

	for (const struct nsec3_chain *chain = NULL; (chain = next_named(context, chain));) {
		if (opt_out == ALLOWANCE_FORBIDDEN && chain->n_opt_out > 0)
			check_emit_at(context, 0, RR_NSEC3PARAM, chain->param,
			    "expected no opt-out flag in this chain, found %llu",
			    (unsigned long long)chain->n_opt_out);
		else if (opt_out == ALLOWANCE_REQUIRED && chain->n_opt_out < chain->n_records)
			check_emit_at(context, 0, RR_NSEC3PARAM, chain->param,
			    "expected the opt-out flag in all %llu records of this chain, found it "
			    "in %llu",
			    (unsigned long long)chain->n_records,
			    (unsigned long long)chain->n_opt_out);
	}
}

/* What servers answer from: NSEC3 when an NSEC3PARAM names a chain, or there is no NSEC. */
void
check_denial_kind(struct check_context *context)
{
	const struct denial_facts *denial = &context->facts->denial;
	bool nsec3 = next_named(context, NULL) != NULL || (denial->has_nsec3 && !denial->has_nsec);

	if (nsec3 && !context->policy->denial.nsec3)
		check_emit_zone(context, "expected NSEC, found NSEC3");
	else if (!nsec3 && denial->has_nsec && !context->policy->denial.nsec)
		check_emit_zone(context, "expected NSEC3, found NSEC");
}

void
check_denial_ttl(struct check_context *context)
{
	const struct facts *facts = context->facts;
	uint32_t expected, found = context->set.ttl;

	if (!facts->has_soa || (context->set.type != RR_NSEC && context->set.type != RR_NSEC3))
		return;
	/* RFC 9077 sections 3.1 and 3.3: the lesser of SOA MINIMUM and the SOA's own TTL. */
	expected = facts->soa.minimum < facts->soa_ttl ? facts->soa.minimum : facts->soa_ttl;
	if (found == expected)
		return;
	check_emit(context, "expected TTL %lu, the lesser of SOA MINIMUM and SOA TTL, found %lu",
	    (unsigned long)expected, (unsigned long)found);
	check_measure(
	    context, context->set.type, found > expected ? found - expected : expected - found);
}

/*
 * BIND's private record: five octets are the state of signing with one key, the last of them not 0
 * when that is done (it stays until the operator clears it); longer ones are a chain in the making.
 */
void
check_signing_in_progress(struct check_context *context)
{
	const struct zone *zone = context->zone;
	struct rrset set;

	if (!zone->has_apex || !zone_rrset(zone, 0, RR_TYPE65534, &set))
		return;
	for (uint32_t i = set.first; i < set.first + set.count; i++) {
		const uint8_t *rdata = zone_rdata(zone, i);

		if (zone_record(zone, i)->rdlen == 5 && rdata[0] != 0 && rdata[4] != 0)
			continue;
		check_emit_at(
		    context, 0, RR_TYPE65534, i, "expected none, found one: the signer is at work");
	}
}
