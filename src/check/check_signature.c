/* Checks of RRSIG records and of what they cover. Nothing is verified here: that is a fact. */
#include "check/check_rows.h"

#include "dns/algorithm.h"
#include "dns/serial.h"

/* RFC 4035 section 5.3.1: inception and expiration are both inclusive. */
static bool
has_expired(const struct check_context *context, const struct rrsig_view *rrsig)
{
	return serial_time(rrsig->expiration, context->now) < context->now;
}

/* Seconds from now until the signature begins; negative: it has begun. */
static int64_t
begins_in(const struct check_context *context, const struct rrsig_view *rrsig)
{
	return serial_time(rrsig->inception, context->now) - context->now;
}

/*
 * The signature ends before it begins, or just half the circle after: there RFC 1982 section 3.2
 * knows no order, and validators take it for an end that comes first.
 */
static bool
times_reversed(const struct rrsig_view *rrsig)
{
	return rrsig->expiration != rrsig->inception &&
	       !serial_greater(rrsig->expiration, rrsig->inception);
}

bool
rrsig_in_force(const struct check_context *context, const struct rrsig_view *rrsig)
{
	return !has_expired(context, rrsig) && !times_reversed(rrsig) &&
	       begins_in(context, rrsig) <= context->policy->signatures.clock_skew;
}

static uint8_t
outcome_of(const struct check_context *context, uint32_t record)
{
	return context->facts->signatures.outcomes[record];
}

static void
state_fill(const struct check_context *context, const struct rrset *set, struct set_state *state)
{
	const struct zone *zone = context->zone;

	*state = (struct set_state){.n = 0};
	(void)zone_signatures(zone, set->owner, set->type, &state->signatures);
	state->n = state->signatures.count;
	for (uint32_t i = 0; i < state->n; i++) {
		uint32_t record = state->signatures.first + i;
		struct rrsig_view rrsig;

		state->n_unsupported += outcome_of(context, record) == SIGNATURE_UNSUPPORTED;
		state->n_limit += outcome_of(context, record) == SIGNATURE_LIMIT;
		if (!signature_verified(outcome_of(context, record)) ||
		    !rrsig_view(zone_rdata(zone, record), zone_record(zone, record)->rdlen, &rrsig))
			continue;
		state->n_verified++;
		if (has_expired(context, &rrsig) || times_reversed(&rrsig))
			state->n_expired++;
		else if (rrsig_in_force(context, &rrsig)) {
			int64_t expiration = serial_time(rrsig.expiration, context->now);

			if (state->n_in_force++ == 0 || expiration > state->last_expiration)
				state->last_expiration = expiration;
		}
	}
}

static const struct set_state *
set_state(struct check_context *context, const struct rrset *set)
{
	if (context->state_of != set->first) {
		state_fill(context, set, &context->state);
		context->state_of = set->first;
	}
	return &context->state;
}

/* The RRset of the signature is there and is to be signed. */
static bool
is_due(const struct check_context *context)
{
	return context->covered.count > 0 && zone_must_sign(context->zone, &context->covered);
}

void
check_rrset_unsigned(struct check_context *context)
{
	if (context->facts->is_signed && zone_must_sign(context->zone, &context->set) &&
	    set_state(context, &context->set)->n == 0)
		check_emit(context, "expected an RRSIG, found none");
}

/* A key of an algorithm that is verified here, and that may sign, is published. */
static bool
any_verifiable_key(const struct check_context *context)
{
	for (size_t i = 0; i < context->facts->keys.n_keys; i++) {
		const struct key_fact *key = &context->facts->keys.keys[i];

		if (key->usable && algorithm_is_supported(key->view.algorithm))
			return true;
	}
	return false;
}

static const char *
outcome_text(uint8_t outcome)
{
	switch (outcome) {
	case SIGNATURE_BAD:
		return "does not verify with the published key";
	case SIGNATURE_UNPUBLISHED:
		return "no such key is published";
	case SIGNATURE_UNSUPPORTED:
		return "algorithm not verified here";
	case SIGNATURE_UNUSABLE_KEY:
		return "the key may not sign this";
	case SIGNATURE_SIGNER:
		return "the signer is not the apex";
	case SIGNATURE_LABELS:
		return "wrong number of labels";
	default:
		return "not tried";
	}
}

void
check_rrset_bogus(struct check_context *context)
{
	const struct zone *zone = context->zone;
	const struct set_state *state;
	struct rrsig_view rrsig;
	uint32_t first;

	if (!zone_must_sign(zone, &context->set))
		return;
	state = set_state(context, &context->set);
	if (state->n_verified > 0 && state->n_in_force == 0 && state->n_expired == 0) {
		check_emit(context, "expected an RRSIG in force, found %lu that have not begun",
		    (unsigned long)state->n_verified);
		return;
	}
	if (state->n == 0 || state->n_verified > 0 || state->n_limit > 0)
		return;
	/* algorithm-unverifiable speaks for the whole zone then. */
	if (state->n_unsupported > 0 && !any_verifiable_key(context))
		return;
	first = state->signatures.first;
	if (!rrsig_view(zone_rdata(zone, first), zone_record(zone, first)->rdlen, &rrsig))
		return;
	check_emit_at(context, context->owner, context->set.type, first,
	    "expected an RRSIG that verifies, found %lu of which none does; key %u/%u: %s",
	    (unsigned long)state->n, rrsig.algorithm, rrsig.key_tag,
	    outcome_text(outcome_of(context, first)));
}

void
check_rrsig_invalid(struct check_context *context)
{
	if (outcome_of(context, context->signature) != SIGNATURE_BAD ||
	    set_state(context, &context->covered)->n_verified == 0)
		return;
	check_emit(context,
	    "the RRSIG by key %u/%u does not verify with the published key, another RRSIG does",
	    context->rrsig.algorithm, context->rrsig.key_tag);
}

void
check_rrsig_expired(struct check_context *context)
{
	const struct set_state *state;

	if (!zone_must_sign(context->zone, &context->set))
		return;
	state = set_state(context, &context->set);
	if (state->n_expired > 0 && state->n_in_force == 0)
		check_emit(context, "expected an RRSIG that is in force, found %lu that expired",
		    (unsigned long)state->n_expired);
}

void
check_rrsig_expired_redundant(struct check_context *context)
{
	if (is_due(context) && signature_verified(outcome_of(context, context->signature)) &&
	    has_expired(context, &context->rrsig) &&
	    set_state(context, &context->covered)->n_in_force > 0)
		check_emit(context, "the RRSIG by key %u/%u expired, another RRSIG is in force",
		    context->rrsig.algorithm, context->rrsig.key_tag);
}

void
check_rrsig_not_yet_valid(struct check_context *context)
{
	int64_t ahead = begins_in(context, &context->rrsig);

	if (is_due(context) && ahead > context->policy->signatures.clock_skew)
		check_emit(context,
		    "the RRSIG by key %u/%u begins in %lld s, expected at most %lld s of clock "
		    "skew",
		    context->rrsig.algorithm, context->rrsig.key_tag, (long long)ahead,
		    (long long)context->policy->signatures.clock_skew);
}

void
check_rrsig_inception_skew(struct check_context *context)
{
	int64_t ahead = begins_in(context, &context->rrsig);

	if (is_due(context) && ahead > 0 && ahead <= context->policy->signatures.clock_skew)
		check_emit(context, "the RRSIG by key %u/%u begins in %lld s",
		    context->rrsig.algorithm, context->rrsig.key_tag, (long long)ahead);
}

void
check_rrsig_times_reversed(struct check_context *context)
{
	if (is_due(context) && times_reversed(&context->rrsig))
		check_emit(context, "the RRSIG by key %u/%u expires before it begins",
		    context->rrsig.algorithm, context->rrsig.key_tag);
}

/*
 * Seconds that the RRset stays signed: to the last expiration among its signatures in force (of the
 * DNSKEY RRset, those that the chain to the parent needs), for a former zone (nothing verified)
 * among all of them. False when there is none.
 */
static bool
life_left(struct check_context *context, int64_t *left)
{
	const struct zone *zone = context->zone;
	struct rrset signatures;
	bool any = false;

	if (!context->facts->former) {
		const struct set_state *state = set_state(context, &context->set);
		int64_t last = state->last_expiration;

		if (context->set.type == RR_DNSKEY &&
		    (context->zone->owners[context->owner].flags & OWNER_APEX) != 0 &&
		    last > context->facts->signatures.dnskey_expiration)
			last = context->facts->signatures.dnskey_expiration;
		*left = last - context->now;
		return state->n_in_force > 0;
	}
	(void)zone_signatures(zone, context->owner, context->set.type, &signatures);
	for (uint32_t i = signatures.first; i < signatures.first + signatures.count; i++) {
		struct rrsig_view rrsig;
		int64_t life;

		if (!rrsig_view(zone_rdata(zone, i), zone_record(zone, i)->rdlen, &rrsig))
			continue;
		life = serial_time(rrsig.expiration, context->now) - context->now;
		if (!any || life > *left)
			*left = life;
		any = true;
	}
	return any;
}

void
check_rrsig_remaining(struct check_context *context)
{
	const struct policy_values *policy = context->policy;
	int64_t left, need = (int64_t)context->facts->signatures.max_signed_ttl +
			     policy->zone.propagation_delay + policy->signatures.clock_skew;

	if (!zone_must_sign(context->zone, &context->set) || !life_left(context, &left) ||
	    left >= need)
		return;
	check_emit(context,
	    "expected at least %lld s of life (largest TTL %lu, propagation, clock skew), found "
	    "%lld s",
	    (long long)need, (unsigned long)context->facts->signatures.max_signed_ttl,
	    (long long)left);
	check_measure(context, 0, (uint64_t)(need - left));
}

void
check_rrsig_remaining_policy(struct check_context *context)
{
	int64_t left, need = context->policy->signatures.remaining_min;

	if (need != NOT_SET && zone_must_sign(context->zone, &context->set) &&
	    life_left(context, &left) && left < need)
		check_emit(context, "expected at least %lld s of life, found %lld s",
		    (long long)need, (long long)left);
}

static bool
in_range(const struct duration_range *range, int64_t value)
{
	return (range->min == NOT_SET || value >= range->min) &&
	       (range->max == NOT_SET || value <= range->max);
}

/* The validity range that the policy has for what is covered. */
static const struct duration_range *
validity_range(const struct check_context *context)
{
	const struct policy_values *policy = context->policy;
	uint16_t type = context->rrsig.type_covered;

	if (type == RR_DNSKEY || type == RR_CDS || type == RR_CDNSKEY)
		return &policy->signatures.validity_dnskey;
	if (type == RR_NSEC || type == RR_NSEC3)
		return &policy->signatures.validity_denial;
	return &policy->signatures.validity;
}

void
check_rrsig_validity(struct check_context *context)
{
	int64_t validity =
	    (int64_t)(uint32_t)(context->rrsig.expiration - context->rrsig.inception);

	if (is_due(context) && !times_reversed(&context->rrsig) &&
	    !in_range(validity_range(context), validity))
		check_emit(context, "the RRSIG by key %u/%u is valid for %lld s",
		    context->rrsig.algorithm, context->rrsig.key_tag, (long long)validity);
}

void
check_rrsig_inception_offset(struct check_context *context)
{
	int64_t offset = -begins_in(context, &context->rrsig);

	if (is_due(context) && offset >= 0 &&
	    !in_range(&context->policy->signatures.inception_offset, offset))
		check_emit(context, "the RRSIG by key %u/%u began %lld s ago",
		    context->rrsig.algorithm, context->rrsig.key_tag, (long long)offset);
}

/* Fewer signatures than this come from a zone that is signed at once, whatever the signer does. */
#define ONE_EXPIRY_SIGNATURES 100

void
check_rrsig_one_expiry(struct check_context *context)
{
	const struct signature_facts *signatures = &context->facts->signatures;

	if (signatures->one_expiration && signatures->n_rrsigs >= ONE_EXPIRY_SIGNATURES)
		check_emit_zone(context, "all %llu RRSIGs expire at one second",
		    (unsigned long long)signatures->n_rrsigs);
}

void
check_rrsig_signer(struct check_context *context)
{
	char text[NAME_TEXT_MAX];

	if (outcome_of(context, context->signature) != SIGNATURE_SIGNER)
		return;
	(void)name_to_text(context->rrsig.signer, text);
	check_emit(context, "expected the apex as signer, found %s", text);
}

void
check_rrsig_labels(struct check_context *context)
{
	unsigned labels = name_rrsig_labels(zone_owner_name(context->zone, context->owner));

	if (is_due(context) && context->rrsig.labels != labels)
		check_emit(context, "expected %u labels in the RRSIG by key %u/%u, found %u",
		    labels, context->rrsig.algorithm, context->rrsig.key_tag,
		    context->rrsig.labels);
}

void
check_rrsig_original_ttl(struct check_context *context)
{
	if (is_due(context) && context->rrsig.original_ttl != context->covered.ttl)
		check_emit(context, "expected the RRset's TTL, %lu, as original TTL, found %lu",
		    (unsigned long)context->covered.ttl,
		    (unsigned long)context->rrsig.original_ttl);
}

void
check_rrsig_ttl(struct check_context *context)
{
	uint32_t ttl = zone_record(context->zone, context->signature)->ttl;

	if (is_due(context) && ttl != context->covered.ttl)
		check_emit(context, "expected the RRset's TTL, %lu, on the RRSIG, found %lu",
		    (unsigned long)context->covered.ttl, (unsigned long)ttl);
}

/* A signature of `algorithm` over the RRset is in force and verifies; one of an unsupported
 * algorithm is there. */
static bool
signed_by_algorithm(
    const struct check_context *context, const struct set_state *state, uint8_t algorithm)
{
	const struct zone *zone = context->zone;

	for (uint32_t i = 0; i < state->n; i++) {
		uint32_t record = state->signatures.first + i;
		uint8_t outcome = outcome_of(context, record);
		struct rrsig_view rrsig;

		if (!rrsig_view(
			zone_rdata(zone, record), zone_record(zone, record)->rdlen, &rrsig) ||
		    rrsig.algorithm != algorithm)
			continue;
		if (outcome == SIGNATURE_UNSUPPORTED ||
		    (signature_verified(outcome) && rrsig_in_force(context, &rrsig)))
			return true;
	}
	return false;
}

/* An earlier key has the same algorithm, so that it was looked at already. */
static bool
algorithm_seen(const struct key_facts *keys, size_t n, uint8_t algorithm)
{
	for (size_t i = 0; i < n; i++) {
		if (keys->keys[i].usable && keys->keys[i].view.algorithm == algorithm)
			return true;
	}
	return false;
}

void
check_algorithm_incomplete(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;
	const struct set_state *state;

	if (!zone_must_sign(context->zone, &context->set))
		return;
	state = set_state(context, &context->set);
	/* Without any, rrset-unsigned, rrset-bogus or rrsig-expired speak. */
	if (state->n_in_force == 0)
		return;
	for (size_t i = 0; i < keys->n_keys; i++) {
		uint8_t algorithm = keys->keys[i].view.algorithm;

		/* Revoked and non-zone keys do not count among the algorithms. */
		if (!keys->keys[i].usable || algorithm_seen(keys, i, algorithm) ||
		    signed_by_algorithm(context, state, algorithm))
			continue;
		check_emit(context,
		    "expected an RRSIG of algorithm %u, found none in force that verifies",
		    algorithm);
	}
}

void
check_algorithm_unverifiable(struct check_context *context)
{
	if (context->facts->is_signed && context->facts->keys.n_keys > 0 &&
	    !any_verifiable_key(context))
		check_emit_zone(context,
		    "expected a zone key of an algorithm that is verified here, found none among "
		    "%lu",
		    (unsigned long)context->facts->keys.n_keys);
}

void
check_rrsig_algorithm_unknown(struct check_context *context)
{
	if (outcome_of(context, context->signature) == SIGNATURE_UNSUPPORTED)
		check_emit(context, "the RRSIG by key %u/%u was not verified: algorithm %u",
		    context->rrsig.algorithm, context->rrsig.key_tag, context->rrsig.algorithm);
}

void
check_rrsig_not_due(struct check_context *context)
{
	char text[RR_TYPE_TEXT_MAX];

	if (outcome_of(context, context->signature) == SIGNATURE_NOT_DUE)
		check_emit(context, "expected no RRSIG over %s here",
		    rr_type_to_text(context->rrsig.type_covered, text));
}

void
check_rrsig_unpublished_key(struct check_context *context)
{
	if (outcome_of(context, context->signature) == SIGNATURE_UNPUBLISHED)
		check_emit(context, "expected key %u/%u in the DNSKEY RRset, found no such key",
		    context->rrsig.algorithm, context->rrsig.key_tag);
}

void
check_rrsig_unusable_key(struct check_context *context)
{
	if (outcome_of(context, context->signature) == SIGNATURE_UNUSABLE_KEY)
		check_emit(context, "key %u/%u may not sign this: revoked, or no zone key",
		    context->rrsig.algorithm, context->rrsig.key_tag);
}

void
check_rrsig_covers_nothing(struct check_context *context)
{
	char text[RR_TYPE_TEXT_MAX];

	if (outcome_of(context, context->signature) == SIGNATURE_NO_RRSET)
		check_emit(context, "expected a %s RRset at this name, found none",
		    rr_type_to_text(context->rrsig.type_covered, text));
}

void
check_rrsig_duplicate(struct check_context *context)
{
	const struct zone *zone = context->zone;
	struct rrset signatures;
	uint32_t last;

	if (!is_due(context))
		return;
	signatures = set_state(context, &context->covered)->signatures;
	/* Those before this one, as far as RRSIGs are tried at all. */
	last = context->signature - signatures.first < ZG_RRSIGS_PER_RRSET_MAX
		   ? context->signature
		   : signatures.first + ZG_RRSIGS_PER_RRSET_MAX;
	for (uint32_t i = signatures.first; i < last; i++) {
		struct rrsig_view other;

		if (rrsig_view(zone_rdata(zone, i), zone_record(zone, i)->rdlen, &other) &&
		    other.algorithm == context->rrsig.algorithm &&
		    other.key_tag == context->rrsig.key_tag) {
			check_emit(
			    context, "a second RRSIG by key %u/%u", other.algorithm, other.key_tag);
			return;
		}
	}
}

void
check_work_limit(struct check_context *context)
{
	const struct signature_facts *signatures = &context->facts->signatures;
	char text[NAME_TEXT_MAX];

	if (context->facts->keys.too_many)
		check_emit_zone(
		    context, "expected at most %d DNSKEY records, found more", ZG_KEYS_MAX);
	if (context->facts->next_ds.too_many)
		check_emit_zone(
		    context, "expected at most %d CDS or CDNSKEY records, found more", ZG_DS_MAX);
	if (signatures->n_limit == 0)
		return;
	(void)name_to_text(zone_owner_name(context->zone, signatures->limit_owner), text);
	check_emit_zone(context,
	    "%llu RRSIGs were not tried, the first at %s: more than %d on one RRset, or more than "
	    "%d "
	    "keys with one tag",
	    (unsigned long long)signatures->n_limit, text, ZG_RRSIGS_PER_RRSET_MAX,
	    ZG_KEYS_PER_TAG_MAX);
}
