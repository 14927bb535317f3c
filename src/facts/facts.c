/* All facts of a zone. */
#include "facts/facts.h"

#include <stdlib.h>

#include "base/error.h"

/* A record type that only a signed zone has. */
static bool
type_is_dnssec(uint16_t type)
{
	return type == RR_DNSKEY || type == RR_RRSIG || type == RR_NSEC || type == RR_NSEC3 ||
	       type == RR_NSEC3PARAM;
}

/* Any record that only a signed zone has, wherever it is. */
static bool
zone_is_signed(const struct zone *zone)
{
	for (uint32_t owner = 0; owner < zone->n_owners; owner++) {
		struct rrset set = {.owner = owner};

		while (zone_rrset_next(zone, &set)) {
			if (type_is_dnssec(set.type))
				return true;
		}
	}
	return false;
}

/* The SOA's view. A second SOA is a defect that was counted; the first one stands for the zone. */
static void
soa_fill(struct facts *facts)
{
	const struct zone *zone = facts->zone;
	struct rrset set;

	if (!zone->has_apex || !zone_rrset(zone, 0, RR_SOA, &set))
		return;
	facts->has_soa =
	    soa_view(zone_rdata(zone, set.first), zone_record(zone, set.first)->rdlen, &facts->soa);
	facts->soa_ttl = set.ttl;
}

static void
tell(const struct facts_inputs *inputs, enum zg_phase phase)
{
	if (inputs->progress != NULL)
		inputs->progress(inputs->progress_context, phase, 0, 0);
}

/* What the zone itself tells. */
static zg_status
compute_zone(const struct facts_inputs *inputs, struct facts *facts, struct zg_error *error)
{
	const struct zone *zone = inputs->zone;
	struct signature_options options = {.now = inputs->now,
	    .threads = inputs->threads > 0 ? inputs->threads : 1,
	    .with = inputs->verify_with,
	    .known = inputs->known,
	    .fresh = inputs->fresh,
	    .progress = inputs->progress,
	    .progress_context = inputs->progress_context};
	zg_status status;

	tell(inputs, ZG_PHASE_VERIFY);
	soa_fill(facts);
	facts->is_signed = zone_is_signed(zone);
	status = key_facts_compute(
	    zone, inputs->ds, inputs->n_ds, inputs->ds_given, &facts->keys, error);
	if (status == ZG_OK)
		status = next_ds_compute(zone, &facts->keys, &facts->next_ds, error);
	if (status != ZG_OK)
		return status;
	if (inputs->former)
		facts->signatures.max_signed_ttl = zone_max_signed_ttl(zone);
	else
		status = signature_facts_compute(
		    zone, &facts->keys, &options, &facts->signatures, error);
	tell(inputs, ZG_PHASE_DENIAL);
	if (status == ZG_OK)
		status = denial_compute(zone, facts->is_signed, inputs->threads, &facts->denial,
		    &facts->defects, error);
	if (status == ZG_OK)
		status = host_facts_compute(zone, &facts->hosts, error);
	if (status == ZG_OK && !inputs->former)
		status = zonemd_compute(zone, facts->soa.serial, &facts->zonemd, error);
	if (status == ZG_OK)
		status = content_digest(zone, facts->digest, error);
	return status;
}

/* What it tells beside other zones. */
static zg_status
compute_comparisons(const struct facts_inputs *inputs, struct facts *facts, struct zg_error *error)
{
	zg_status status = ZG_OK;

	tell(inputs, ZG_PHASE_COMPARE);
	if (inputs->previous != NULL) {
		facts->change = calloc(1, sizeof(*facts->change));
		if (facts->change == NULL)
			return error_set(error, ZG_MEMORY, "out of memory");
		status = change_compute(inputs->zone, facts->digest, inputs->previous,
		    inputs->max_examples, facts->change, error);
	}
	if (status == ZG_OK && inputs->unsigned_input != NULL) {
		facts->unsigned_input = calloc(1, sizeof(*facts->unsigned_input));
		if (facts->unsigned_input == NULL)
			return error_set(error, ZG_MEMORY, "out of memory");
		status = unsigned_compute(inputs->zone, inputs->unsigned_input,
		    facts->unsigned_input, &facts->defects, error);
	}
	return status;
}

zg_status
facts_compute(const struct facts_inputs *inputs, struct facts **facts, struct zg_error *error)
{
	struct facts *made = calloc(1, sizeof(*made));
	zg_status status;

	*facts = NULL;
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	made->zone = inputs->zone;
	made->former = inputs->former;
	defects_init(&made->defects, inputs->max_examples);
	status = compute_zone(inputs, made, error);
	if (status == ZG_OK)
		status = compute_comparisons(inputs, made, error);
	if (status == ZG_OK && defects_out_of_memory(&made->defects))
		status = error_set(error, ZG_MEMORY, "out of memory");
	if (status != ZG_OK) {
		facts_free(made);
		return status;
	}
	*facts = made;
	return ZG_OK;
}

void
facts_free(struct facts *facts)
{
	if (facts == NULL)
		return;
	key_facts_clear(&facts->keys);
	signature_facts_clear(&facts->signatures);
	host_facts_clear(&facts->hosts);
	if (facts->change != NULL)
		change_clear(facts->change);
	free(facts->change);
	free(facts->unsigned_input);
	defects_clear(&facts->defects);
	free(facts);
}
