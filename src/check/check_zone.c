/* Checks of the zone's contents as DNS data: apex, aliases, occluded names, glue. */
#include "check/check_rows.h"

#include <string.h>

static bool
has_type(const struct zone *zone, uint32_t owner, uint16_t type)
{
	struct rrset set;

	return zone_rrset(zone, owner, type, &set);
}

static bool
has_address(const struct zone *zone, uint32_t owner)
{
	return has_type(zone, owner, RR_A) || has_type(zone, owner, RR_AAAA);
}

/* `name` or a wildcard above it has an address in the zone. Whether that wildcard is the source of
 * synthesis for it (RFC 4592 section 3.3.1) is not asked. */
static bool
name_has_address(const struct zone *zone, const uint8_t *name)
{
	uint32_t owner = zone_find(zone, name);
	uint8_t wildcard[ZG_NAME_MAX] = {1, '*'};

	if (owner != NO_OWNER)
		return has_address(zone, owner);
	while (!name_equal(name, zone->origin)) {
		name = name_parent(name);
		if (name_length(name) > ZG_NAME_MAX - 2)
			continue;
		memcpy(wildcard + 2, name, name_length(name));
		owner = zone_find(zone, wildcard);
		if (owner != NO_OWNER && has_address(zone, owner))
			return true;
	}
	return false;
}

void
check_apex_ns_missing(struct check_context *context)
{
	if (context->zone->has_apex && !has_type(context->zone, 0, RR_NS))
		check_emit_zone(context, "expected NS records at the apex, found none");
}

/* `name` lies at or below a delegation: its address may be the child's to tell. */
static bool
name_is_delegated(const struct zone *zone, const uint8_t *name)
{
	for (; !name_equal(name, zone->origin); name = name_parent(name)) {
		uint32_t owner = zone_find(zone, name);

		if (owner != NO_OWNER &&
		    (zone->owners[owner].flags & (OWNER_CUT | OWNER_BELOW_CUT)))
			return true;
	}
	return false;
}

void
check_apex_ns_address(struct check_context *context)
{
	const struct zone *zone = context->zone;
	char text[NAME_TEXT_MAX];
	struct rrset set;

	if (!zone->has_apex || !zone_rrset(zone, 0, RR_NS, &set))
		return;
	for (uint32_t i = set.first; i < set.first + set.count; i++) {
		const uint8_t *host = zone_rdata(zone, i);

		if (!name_in(host, zone->origin) || name_has_address(zone, host) ||
		    name_is_delegated(zone, host))
			continue;
		(void)name_to_text(host, text);
		check_emit_at(
		    context, 0, RR_NS, i, "expected an address record for %s, found none", text);
	}
}

/* The first type beside a CNAME that may not be there, or 0. */
static uint16_t
type_beside_cname(const struct zone *zone, uint32_t owner)
{
	struct rrset set = {.owner = owner};

	while (zone_rrset_next(zone, &set)) {
		/* RFC 2181 section 10.1 with RFC 4035 section 2.5. */
		if (set.type != RR_CNAME && set.type != RR_RRSIG && set.type != RR_NSEC &&
		    set.type != RR_KEY)
			return set.type;
	}
	return 0;
}

void
check_cname_other_data(struct check_context *context)
{
	char text[RR_TYPE_TEXT_MAX];
	struct rrset set;
	uint16_t type;

	if (!context->facts->hosts.has_cname ||
	    (context->zone->owners[context->owner].flags & OWNER_OCCLUDED) ||
	    !zone_rrset(context->zone, context->owner, RR_CNAME, &set))
		return;
	type = type_beside_cname(context->zone, context->owner);
	if (type != 0)
		check_emit_at(context, context->owner, RR_CNAME, set.first,
		    "expected nothing beside the CNAME, found %s", rr_type_to_text(type, text));
}

/* More than one record of a type of which a name may have one. */
static void
check_single(struct check_context *context, uint16_t type)
{
	struct rrset set;

	if (!(context->zone->owners[context->owner].flags & OWNER_OCCLUDED) &&
	    zone_rrset(context->zone, context->owner, type, &set) && set.count > 1)
		check_emit_at(context, context->owner, type, set.first,
		    "expected one record, found %lu", (unsigned long)set.count);
}

void
check_cname_multiple(struct check_context *context)
{
	if (context->facts->hosts.has_cname)
		check_single(context, RR_CNAME);
}

void
check_dname_multiple(struct check_context *context)
{
	check_single(context, RR_DNAME);
}

void
check_dname_occludes(struct check_context *context)
{
	if (context->zone->owners[context->owner].flags & OWNER_BELOW_DNAME)
		check_emit(context, "expected nothing below a DNAME");
}

/* The first type at a name at or below a cut that nobody can see there, or 0. */
static uint16_t
type_occluded(const struct zone *zone, uint32_t owner)
{
	bool below = (zone->owners[owner].flags & OWNER_BELOW_CUT) != 0;
	struct rrset set = {.owner = owner};

	while (zone_rrset_next(zone, &set)) {
		switch (set.type) {
		case RR_A:
		case RR_AAAA:
		case RR_RRSIG: /* rrsig-not-due */
		case RR_NSEC:  /* nsec-stray */
		case RR_NSEC3: /* nsec3-stray */
			break;
		case RR_NS:
		case RR_DS:
			if (below)
				return set.type;
			break;
		default:
			return set.type;
		}
	}
	return 0;
}

void
check_cut_occludes(struct check_context *context)
{
	char text[RR_TYPE_TEXT_MAX];
	uint16_t type;

	if (!(context->zone->owners[context->owner].flags & (OWNER_CUT | OWNER_BELOW_CUT)))
		return;
	type = type_occluded(context->zone, context->owner);
	if (type != 0)
		check_emit(context, "expected NS, DS and glue only, found %s",
		    rr_type_to_text(type, text));
}

void
check_glue_missing(struct check_context *context)
{
	const struct zone *zone = context->zone;
	char text[NAME_TEXT_MAX];
	struct rrset set;

	if (!zone_rrset(zone, context->owner, RR_NS, &set))
		return;
	for (uint32_t i = set.first; i < set.first + set.count; i++) {
		const uint8_t *host = zone_rdata(zone, i);
		uint32_t owner;

		if (!name_in(host, zone_owner_name(zone, context->owner)))
			continue;
		owner = zone_find_next(zone, context->owner, host);
		if (owner == NO_OWNER)
			owner = zone_find(zone, host);
		if (owner != NO_OWNER && has_address(zone, owner))
			continue;
		(void)name_to_text(host, text);
		check_emit_at(context, context->owner, RR_NS, i,
		    "expected an address record for %s, found none", text);
	}
}

void
check_glue_unneeded(struct check_context *context)
{
	const struct zone *zone = context->zone;

	if ((zone->owners[context->owner].flags & OWNER_BELOW_CUT) &&
	    !context->facts->hosts.is_host[context->owner] && has_address(zone, context->owner))
		check_emit(context, "expected an NS record that names this host, found none");
}

/* Records of the RRset whose target, behind `skip` octets of RDATA, owns a CNAME in the zone. */
static void
check_target_alias(struct check_context *context, size_t skip)
{
	const struct zone *zone = context->zone;
	char text[NAME_TEXT_MAX];

	if (!context->facts->hosts.has_cname)
		return;
	for (uint32_t i = context->set.first; i < context->set.first + context->set.count; i++) {
		const uint8_t *target = zone_rdata(zone, i) + skip;
		uint32_t owner = name_in(target, zone->origin) ? zone_find(zone, target) : NO_OWNER;

		if (owner == NO_OWNER || !has_type(zone, owner, RR_CNAME))
			continue;
		(void)name_to_text(target, text);
		check_emit_at(context, context->owner, context->set.type, i,
		    "expected the name of a host, found %s, which is a CNAME", text);
	}
}

void
check_ns_target_alias(struct check_context *context)
{
	if (context->set.type == RR_NS)
		check_target_alias(context, 0);
}

void
check_mx_target_alias(struct check_context *context)
{
	if (context->set.type == RR_MX)
		check_target_alias(context, 2);
}

void
check_name_origin_doubled(struct check_context *context)
{
	const struct zone *zone = context->zone;
	const struct zone_owner *owner = &zone->owners[context->owner];
	unsigned labels = zone->origin_labels;
	const uint8_t *doubled;

	if (labels == 0 || owner->labels < 2 * labels)
		return;
	doubled = name_skip(zone_owner_name(zone, context->owner), owner->labels - 2 * labels);
	if (memcmp(doubled, zone->origin, name_length(zone->origin) - 1) == 0)
		check_emit(context, "the origin stands twice at the end of this name");
}
