/* Checks of the DS records that the zone gives to its children. */
#include "check/check_rows.h"

#include "dns/algorithm.h"

void
check_ds_not_at_cut(struct check_context *context)
{
	uint16_t flags = context->zone->owners[context->owner].flags;

	if (context->set.type == RR_DS && !(flags & (OWNER_APEX | OWNER_CUT | OWNER_OCCLUDED)))
		check_emit(context, "expected NS records beside the DS, found none");
}

void
check_ds_at_apex(struct check_context *context)
{
	struct rrset set;

	if (context->zone->has_apex && zone_rrset(context->zone, 0, RR_DS, &set))
		check_emit_at(context, 0, RR_DS, set.first, "expected no DS at the apex");
}

void
check_ds_digest_length(struct check_context *context)
{
	const struct zone *zone = context->zone;
	struct rrset set;

	(void)zone_rrset(zone, context->owner, RR_DS, &set);
	for (uint32_t i = set.first; i < set.first + set.count; i++) {
		struct ds_view ds;
		size_t length;

		if (!ds_view(zone_rdata(zone, i), zone_record(zone, i)->rdlen, &ds))
			continue;
		length = digest_type_length(ds.digest_type);
		if (length != 0 && ds.digest_len != length)
			check_emit_at(context, context->owner, RR_DS, i,
			    "expected %lu octets for digest type %u, found %lu",
			    (unsigned long)length, ds.digest_type, (unsigned long)ds.digest_len);
	}
}

void
check_ds_digest_deprecated(struct check_context *context)
{
	const struct zone *zone = context->zone;
	struct rrset set;

	if (!zone_rrset(zone, context->owner, RR_DS, &set))
		return;
	for (uint32_t i = set.first; i < set.first + set.count; i++) {
		if (zone_record(zone, i)->rdlen > 3 && zone_rdata(zone, i)[3] != DIGEST_SHA1)
			return;
	}
	check_emit_at(context, context->owner, RR_DS, set.first,
	    "expected a DS of digest type 2 or 4, found SHA-1 only");
}
