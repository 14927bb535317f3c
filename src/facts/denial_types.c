/* Which owners a chain speaks of, and which types it must say they have. */
#include "facts/denial_private.h"

#include <stdio.h>
#include <string.h>

#include "dns/type_bitmap.h"

/* Record types that DNSSEC itself adds at a name: alone they do not make it exist for a chain
 * (RFC 4035 section 2.3: an NSEC is not the only RRset at a name). */
static bool
type_is_added(uint16_t type)
{
	return type == RR_RRSIG || type == RR_NSEC || type == RR_NSEC3;
}

enum name_kind
denial_name_kind(const struct zone *zone, uint32_t owner)
{
	const struct zone_owner *o = &zone->owners[owner];

	if (o->flags & OWNER_APEX)
		return NAME_AUTHORITATIVE;
	if (o->flags & OWNER_OCCLUDED)
		return NAME_NONE;
	if (o->flags & OWNER_CUT)
		return o->flags & OWNER_SECURE ? NAME_SECURE_CUT : NAME_INSECURE_CUT;
	for (uint32_t i = o->first; i < o->first + o->n_records; i++) {
		if (!type_is_added(zone_record(zone, i)->type))
			return NAME_AUTHORITATIVE;
	}
	return NAME_NONE;
}

/* RFC 2535 gave the KEY of a child to its parent. RFC 4034 does not; BIND 9.18 still says it at a
 * cut, and no validator minds. */

enum type_rule { TYPE_REQUIRED, TYPE_OPTIONAL, TYPE_FORBIDDEN };

/* What a chain of `chain_type` must say of RRSIG at `owner`. */
static enum type_rule
rrsig_rule(const struct zone *zone, uint32_t owner, uint16_t chain_type)
{
	enum name_kind kind = denial_name_kind(zone, owner);
	struct rrset set, nsec3;

	/* The NSEC itself is signed. */
	if (chain_type == RR_NSEC)
		return TYPE_REQUIRED;
	if (kind == NAME_AUTHORITATIVE || kind == NAME_SECURE_CUT)
		return TYPE_REQUIRED;
	/*
	 * At an insecure delegation nothing is signed but what denial itself adds. RFC 5155 section
	 * 7.1: types that an NSEC3 alone contributes are left out; an NSEC of a zone that changes
	 * over to NSEC3 contributes one that signers leave out as well.
	 */
	if (!zone_rrset(zone, owner, RR_RRSIG, &set))
		return TYPE_FORBIDDEN;
	(void)zone_signatures(zone, owner, RR_NSEC3, &nsec3);
	return nsec3.count < set.count ? TYPE_OPTIONAL : TYPE_FORBIDDEN;
}

/* What a chain of `chain_type` must say of `type`, which `owner` has. */
static enum type_rule
type_rule(const struct zone *zone, uint32_t owner, uint16_t chain_type, uint16_t type)
{
	if (type == RR_RRSIG)
		return rrsig_rule(zone, owner, chain_type);
	if (type == chain_type)
		return type == RR_NSEC ? TYPE_REQUIRED : TYPE_FORBIDDEN;
	/* The other chain's record: a zone has both while it changes from one to the other
	 * (RFC 5155 section 10.4), and signers leave it out. */
	if (type == RR_NSEC || type == RR_NSEC3)
		return TYPE_OPTIONAL;
	/* RFC 4034 section 4.1.2: at a cut the NS RRset and what the parent has authority over. */
	if (!(zone->owners[owner].flags & OWNER_CUT) || type == RR_NS || type == RR_DS)
		return TYPE_REQUIRED;
	return type == RR_KEY ? TYPE_OPTIONAL : TYPE_FORBIDDEN;
}

/* A list of types for people, cut at its size. */
struct type_list {
	char text[200];
	size_t used;
	size_t n;
};

static void
type_list_add(struct type_list *list, uint16_t type)
{
	char text[RR_TYPE_TEXT_MAX];
	int length;

	list->n++;
	if (list->used + RR_TYPE_TEXT_MAX + sizeof(", ...") > sizeof(list->text))
		return;
	length = snprintf(list->text + list->used, sizeof(list->text) - list->used, "%s%s",
	    list->n > 1 ? ", " : "", rr_type_to_text(type, text));
	if (length > 0)
		list->used += (size_t)length;
}

struct type_match {
	const struct zone *zone;
	uint32_t owner;
	uint16_t chain_type;
	struct type_list absent;  /* must be in the bitmap and are not */
	struct type_list surplus; /* are in the bitmap and must not be */
};

/* One type of the bitmap: is it there, and may it be said? */
static void
match_bit(void *context, uint16_t type)
{
	struct type_match *match = context;
	struct rrset set;

	if (match->owner == NO_OWNER) {
		type_list_add(&match->surplus, type);
		return;
	}
	/* That the name has signatures follows from its data: where they are missing, another check
	 * says so. */
	if (type != RR_RRSIG && !zone_rrset(match->zone, match->owner, type, &set))
		type_list_add(&match->surplus, type);
	else if (type_rule(match->zone, match->owner, match->chain_type, type) == TYPE_FORBIDDEN)
		type_list_add(&match->surplus, type);
}

/* The types of the owner that must be in the bitmap. */
static void
match_owner(struct type_match *match, const uint8_t *bitmap, size_t bitmap_len)
{
	struct rrset set = {.owner = match->owner};

	while (zone_rrset_next(match->zone, &set)) {
		if (set.type != RR_RRSIG &&
		    type_rule(match->zone, match->owner, match->chain_type, set.type) ==
			TYPE_REQUIRED &&
		    !type_bitmap_has(bitmap, bitmap_len, set.type))
			type_list_add(&match->absent, set.type);
	}
	if (rrsig_rule(match->zone, match->owner, match->chain_type) == TYPE_REQUIRED &&
	    !type_bitmap_has(bitmap, bitmap_len, RR_RRSIG))
		type_list_add(&match->absent, RR_RRSIG);
}

bool
denial_types_match(const struct zone *zone, uint32_t owner, uint16_t type, const uint8_t *bitmap,
    size_t bitmap_len, char difference[TYPE_DIFFERENCE_MAX])
{
	struct type_match match;

	match.zone = zone;
	match.owner = owner;
	match.chain_type = type;
	match.absent.n = match.absent.used = match.surplus.n = match.surplus.used = 0;
	match.absent.text[0] = match.surplus.text[0] = '\0';
	if (owner != NO_OWNER)
		match_owner(&match, bitmap, bitmap_len);
	type_bitmap_each(bitmap, bitmap_len, match_bit, &match);
	if (match.absent.n == 0 && match.surplus.n == 0)
		return true;
	(void)snprintf(difference, TYPE_DIFFERENCE_MAX, "%s%s%s%s%s",
	    match.absent.n > 0 ? "at the name and not in the bitmap: " : "", match.absent.text,
	    match.absent.n > 0 && match.surplus.n > 0 ? "; " : "",
	    match.surplus.n > 0 ? "in the bitmap and not to be there: " : "", match.surplus.text);
	return false;
}
