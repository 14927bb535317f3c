/* Rows about the zone as a whole: its own digests, SOA timers, TTLs. */
#include "check/check_rows.h"

#include "dns/rr_type.h"
#include "dns/serial.h"

/* ---- ZONEMD (RFC 8976) ---- */

/* Emits each ZONEMD record of the apex with that outcome. */
static void
emit_zonemd(struct check_context *context, enum zonemd_outcome outcome, const char *text)
{
	const struct zonemd_facts *zonemd = &context->facts->zonemd;

	if (context->policy->zone.zonemd == ZONEMD_IGNORE)
		return;
	for (size_t i = 0; i < zonemd->n_records; i++) {
		const struct zonemd_fact *fact = &zonemd->records[i];

		if (fact->outcome == outcome)
			check_emit_at(context, 0, RR_ZONEMD, fact->record,
			    "%s (scheme %u, hash algorithm %u)", text, fact->scheme, fact->hash);
	}
}

/* RFC 8976 section 4. */
void
check_zonemd_mismatch(struct check_context *context)
{
	emit_zonemd(context, ZONEMD_MISMATCH, "expected the digest of this zone, found another");
}

/* RFC 8976 section 2.2.1: a record with another serial says nothing of this zone. */
void
check_zonemd_serial(struct check_context *context)
{
	const struct zonemd_facts *zonemd = &context->facts->zonemd;

	if (context->policy->zone.zonemd == ZONEMD_IGNORE)
		return;
	for (size_t i = 0; i < zonemd->n_records; i++) {
		uint32_t record = zonemd->records[i].record;
		struct zonemd_view view;

		if (zonemd->records[i].outcome == ZONEMD_SERIAL &&
		    zonemd_view(zone_rdata(context->zone, record),
			zone_record(context->zone, record)->rdlen, &view))
			check_emit_at(context, 0, RR_ZONEMD, record,
			    "expected the serial of the SOA, %lu, found %lu",
			    (unsigned long)context->facts->soa.serial, (unsigned long)view.serial);
	}
}

void
check_zonemd_malformed(struct check_context *context)
{
	/* RFC 8976 sections 2.2.3 and 2.2.4. */
	emit_zonemd(context, ZONEMD_LENGTH, "the digest has a wrong length");
	/* RFC 8976 section 2.5: each with a scheme and hash algorithm of its own. */
	emit_zonemd(
	    context, ZONEMD_REPEATED, "another record has the same scheme and hash algorithm");
	if (context->facts->zonemd.too_many && context->policy->zone.zonemd != ZONEMD_IGNORE)
		check_emit_zone(
		    context, "more than %d ZONEMD records at the apex", ZONEMD_RECORDS_MAX);
}

void
check_zonemd_unsupported(struct check_context *context)
{
	emit_zonemd(context, ZONEMD_UNSUPPORTED, "this digest cannot be verified here");
}

/* One digest that is right is asked for: a wrong one is no digest of this zone. */
void
check_zonemd_missing(struct check_context *context)
{
	const struct zonemd_facts *zonemd = &context->facts->zonemd;

	if (context->policy->zone.zonemd != ZONEMD_REQUIRE)
		return;
	for (size_t i = 0; i < zonemd->n_records; i++) {
		if (zonemd->records[i].outcome == ZONEMD_GOOD)
			return;
	}
	check_emit_zone(context, "expected a ZONEMD record that verifies, found none of %lu",
	    (unsigned long)zonemd->n_records);
}

/* RFC 8976 section 2.1. */
void
check_zonemd_not_apex(struct check_context *context)
{
	if (context->policy->zone.zonemd == ZONEMD_IGNORE ||
	    context->facts->zonemd.n_elsewhere == 0)
		return;
	for (uint32_t owner = 0; owner < context->zone->n_owners; owner++) {
		struct rrset set;

		if ((context->zone->owners[owner].flags & OWNER_APEX) ||
		    !zone_rrset(context->zone, owner, RR_ZONEMD, &set))
			continue;
		for (uint32_t i = 0; i < set.count; i++)
			check_emit_at(context, owner, RR_ZONEMD, set.first + i,
			    "expected ZONEMD at the apex only");
	}
}

/* ---- SOA timers ---- */

/* When the first of the signatures that verify expires; INT64_MAX without any. */
static int64_t
earliest_expiration(const struct check_context *context)
{
	const struct signature_facts *signatures = &context->facts->signatures;
	int64_t earliest = INT64_MAX;

	for (size_t i = 0; i < signatures->n_classes; i++) {
		const struct signing_class *class = &signatures->classes[i];
		int64_t time = serial_time(class->earliest_expiration, context->now);

		if (class->keys != 0 && time < earliest)
			earliest = time;
	}
	return earliest;
}

/* A secondary that no longer reaches its primary serves the zone for EXPIRE: RFC 6781 section
 * 4.4.1. */
void
check_soa_expire(struct check_context *context)
{
	int64_t expire = context->facts->soa.expire;
	int64_t expiration = earliest_expiration(context);
	int64_t left;

	if (!context->facts->has_soa || expiration == INT64_MAX)
		return;
	left = expiration > context->now ? expiration - context->now : 0;
	if (expire > left)
		check_emit_zone(context,
		    "expected EXPIRE of at most %lld seconds, the life left in the signatures, "
		    "found %lld",
		    (long long)left, (long long)expire);
}

void
check_soa_expire_policy(struct check_context *context)
{
	int64_t max = context->policy->zone.max_expire, expire = context->facts->soa.expire;

	if (!context->facts->has_soa || max == NOT_SET || expire <= max)
		return;
	check_emit_zone(context, "expected EXPIRE of at most %lld seconds, found %lld",
	    (long long)max, (long long)expire);
	check_measure(context, 0, (uint64_t)expire);
}

/* Negative answers have the lesser of MINIMUM and the SOA's own TTL: RFC 2308 section 5. */
void
check_soa_minimum(struct check_context *context)
{
	int64_t minimum = context->facts->soa.minimum, ttl = context->facts->soa_ttl;
	int64_t max = context->policy->zone.max_minimum;
	int64_t negative = minimum < ttl ? minimum : ttl;

	if (!context->facts->has_soa || max == NOT_SET || negative <= max)
		return;
	check_emit_zone(context,
	    "expected negative answers to live %lld seconds at most, found %lld "
	    "(MINIMUM %lld, TTL of the SOA %lld)",
	    (long long)max, (long long)negative, (long long)minimum, (long long)ttl);
	check_measure(context, 0, (uint64_t)negative);
}

/* RFC 1912 section 2.2. */
void
check_soa_timers(struct check_context *context)
{
	const struct soa_view *soa = &context->facts->soa;

	if (!context->facts->has_soa)
		return;
	if (soa->retry >= soa->refresh)
		check_emit_zone(context, "expected RETRY below REFRESH, found %lu and %lu",
		    (unsigned long)soa->retry, (unsigned long)soa->refresh);
	if (soa->expire <= (uint64_t)soa->refresh + soa->retry)
		check_emit_zone(context,
		    "expected EXPIRE above REFRESH and RETRY together, %llu, found %lu",
		    (unsigned long long)soa->refresh + soa->retry, (unsigned long)soa->expire);
}

/* ---- TTLs ---- */

/*
 * The TTL of the RRset is one that the zone's operator chooses and resolvers see: not glue, not
 * what hangs on other TTLs (denial of existence has a row of its own) or is never asked for.
 */
static bool
ttl_counts(const struct check_context *context)
{
	uint16_t flags = context->zone->owners[context->set.owner].flags;
	uint16_t type = context->set.type;

	if (type == RR_RRSIG || type == RR_NSEC || type == RR_NSEC3 || type == RR_NSEC3PARAM ||
	    type == RR_TYPE65534 || (flags & OWNER_OCCLUDED))
		return false;
	return !(flags & OWNER_CUT) || type == RR_NS || type == RR_DS;
}

/* RFC 6781 section 4.4.1: TTLs well below the validity of signatures. */
void
check_ttl_high(struct check_context *context)
{
	int64_t max = context->policy->signatures.max_zone_ttl;

	if (max == NOT_SET || context->set.ttl <= max || !ttl_counts(context))
		return;
	check_emit(context, "expected a TTL of at most %lld seconds, found %lu", (long long)max,
	    (unsigned long)context->set.ttl);
	check_measure(context, context->set.type, context->set.ttl);
}

void
check_ttl_low(struct check_context *context)
{
	int64_t min = context->policy->signatures.min_zone_ttl;

	if (min == NOT_SET || context->set.ttl >= min || !ttl_counts(context))
		return;
	check_emit(context, "expected a TTL of at least %lld seconds, found %lu", (long long)min,
	    (unsigned long)context->set.ttl);
	check_measure(context, context->set.type, UINT32_MAX - context->set.ttl);
}
