/* Damage to records: missing, changed, added, stray, hidden. */
#include "mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Missing RRsets ---- */

/* What follows when the delegation at `owner` loses its NS RRset. False: in an opt-out zone nobody
 * can see it (a class of its own). */
static bool
expect_delegation_gone(struct mutant *mutant, const ldns_rdf *owner)
{
	const struct smith_zone *zone = mutant->base->zone;

	if (smith_find(zone, owner, LDNS_RR_TYPE_DS, 0) != SMITH_NONE)
		/* RFC 4035 section 2.4: a DS stands beside NS. */
		expect(mutant, EXPECT_REFUSE, IDS("ds-not-at-cut"));
	else if (has_below(zone, owner))
		/* What was glue is authoritative data now, and unsigned. */
		expect(mutant, EXPECT_REFUSE, IDS("rrset-unsigned"));
	else if (!mutant->base->nsec3)
		/* RFC 4035 section 2.3: NSEC must not be the only RRset of a name. */
		expect(mutant, EXPECT_REFUSE, IDS("nsec-stray", "nsec-bitmap"));
	else if (has_nsec3(zone, owner))
		expect(mutant, EXPECT_REFUSE, IDS("nsec3-stray"));
	else
		return false;
	return true;
}

/* An address below or at a cut: customers' data, and never above a warning. */
static void
expect_glue_gone(struct mutant *mutant, const struct rrset_ref *set)
{
	ldns_rr_type other = set->type == LDNS_RR_TYPE_A ? LDNS_RR_TYPE_AAAA : LDNS_RR_TYPE_A;

	if (smith_find(mutant->zone, set->owner, other, 0) == SMITH_NONE)
		expect(mutant, EXPECT_WARN, IDS("glue-missing"));
	else
		expect(mutant, EXPECT_PASS, IDS(NULL));
}

/* Types whose absence from the apex has a check of its own; NULL: none. */
static const char *
id_of_missing(const struct mutant *mutant, const struct rrset_ref *set)
{
	if (smith_name_compare(set->owner, mutant->base->zone->origin) != 0)
		return NULL;
	switch (set->type) {
	case LDNS_RR_TYPE_SOA:
		return "soa-missing";
	case LDNS_RR_TYPE_NS:
		return "apex-ns-missing";
	case LDNS_RR_TYPE_DNSKEY:
		return "dnskey-missing";
	case LDNS_RR_TYPE_NSEC3PARAM:
		return "nsec3param-missing";
	default:
		return NULL;
	}
}

/* Authoritative data is gone: denial still names it (RFC 4035 section 2.3, RFC 5155 section 7.1).
 */
static void
expect_bitmap_wrong(struct mutant *mutant, const struct rrset_ref *set, bool rrsigs_left)
{
	bool name_left = has_data(mutant->zone, set->owner);

	if (!mutant->base->nsec3 && name_left)
		expect(mutant, EXPECT_REFUSE, IDS("nsec-bitmap"));
	else if (!mutant->base->nsec3)
		expect(mutant, EXPECT_REFUSE, IDS("nsec-stray", "nsec-bitmap"));
	else if (name_left || has_below(mutant->zone, set->owner))
		expect(mutant, EXPECT_REFUSE, IDS("nsec3-bitmap"));
	else if (rrsigs_left)
		/* Whether left-over signatures keep a name in being is left open. */
		expect(mutant, EXPECT_REFUSE, IDS("nsec3-bitmap", "nsec3-stray"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("nsec3-stray"));
}

static bool
remove_set(struct mutant *mutant, bool with_rrsigs)
{
	const struct rrset_ref *set = plain_set(mutant, mutant->index);
	bool is_delegation = set->type == LDNS_RR_TYPE_NS && !set->must_sign;
	const char *id = id_of_missing(mutant, set);

	say(mutant, set->owner, set->type);
	smith_remove_rrset(mutant->zone, set->owner, set->type);
	if (with_rrsigs)
		smith_remove_rrsigs(mutant->zone, set->owner, set->type);
	if (is_delegation)
		return expect_delegation_gone(mutant, set->owner);
	if (!set->must_sign)
		expect_glue_gone(mutant, set);
	else if (id != NULL)
		expect(mutant, EXPECT_REFUSE, IDS(id));
	else
		expect_bitmap_wrong(mutant, set, !with_rrsigs);
	return true;
}

bool
rrset_removed(struct mutant *mutant)
{
	return plain_set(mutant, mutant->index)->must_sign && remove_set(mutant, false);
}

bool
rrset_and_rrsigs_removed(struct mutant *mutant)
{
	return remove_set(mutant, true);
}

/* ---- Changed content: the signature is over what was ---- */

/* The RRsets of several records that must be signed. */
static const struct rrset_ref *
multiple_set(const struct base *base, size_t index)
{
	for (size_t i = 0; i < base->signed_sets.n; i++) {
		const struct rrset_ref *set = &base->sets[base->signed_sets.at[i]];

		if (set->n > 1 && index-- == 0)
			return set;
	}
	return NULL;
}

size_t
count_multiple(const struct base *base)
{
	size_t n = 0;

	while (multiple_set(base, n) != NULL)
		n++;
	return n;
}

bool
record_removed(struct mutant *mutant)
{
	const struct rrset_ref *set = multiple_set(mutant->base, mutant->index);
	size_t which = draw(mutant, set->n), at = set->first;

	say(mutant, set->owner, set->type);
	if (set->type == LDNS_RR_TYPE_ZONEMD)
		mutant->keep_zonemd = true;
	while (which-- > 0)
		at = smith_find(mutant->zone, set->owner, set->type, at + 1);
	smith_remove(mutant->zone, at);
	return true;
}

/* The field that record_changed touches: the last one, but for a name in the middle of nowhere it
 * is the first number. */
static size_t
field_to_change(const ldns_rr *rr)
{
	switch (ldns_rr_get_type(rr)) {
	case LDNS_RR_TYPE_SOA:
		return SOA_REFRESH;
	case LDNS_RR_TYPE_MX:
	case LDNS_RR_TYPE_SRV:
		return 0;
	default:
		return ldns_rr_rd_count(rr) - 1;
	}
}

bool
record_changed(struct mutant *mutant)
{
	const struct rrset_ref *set = signed_set(mutant, mutant->index);
	ldns_rr *rr = mutant->zone->rrs[set->first];
	ldns_rdf *rdf = ldns_rr_rdf(rr, field_to_change(rr));
	ldns_rdf *name;

	say(mutant, set->owner, set->type);
	mutant->keep_zonemd = set->type == LDNS_RR_TYPE_ZONEMD;
	switch (set->type) {
	case LDNS_RR_TYPE_NSEC: /* classes of their own */
	case LDNS_RR_TYPE_NSEC3:
	case LDNS_RR_TYPE_NSEC3PARAM:
		return false;
	case LDNS_RR_TYPE_NS:
	case LDNS_RR_TYPE_CNAME:
	case LDNS_RR_TYPE_DNAME:
	case LDNS_RR_TYPE_PTR:
		name = smith_name(mutant->zone, "changed.example.org.");
		smith_set_name(rr, 0, name);
		ldns_rdf_deep_free(name);
		return true;
	default:
		ldns_rdf_data(rdf)[ldns_rdf_size(rdf) - 1] ^= 1;
		return true;
	}
}

#define A_DS " IN DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000001"

/* A further record, unsigned, in an RRset that is signed. */
bool
record_added(struct mutant *mutant)
{
	static const char *const texts[] = {"@ IN NS ns3.example.org.",
	    "@ IN MX 20 mx.example.org.", "@ IN TXT \"added\"", "mail 300 IN A 192.0.2.99",
	    "ns1 IN AAAA 2001:db8::99", ("secure" A_DS)};
	const char *text = texts[mutant->index];

	say_more(mutant, "%s", text);
	smith_add(mutant->zone, text);
	return true;
}

/* ---- TTLs: RFC 4034 section 3.1.4, RFC 2181 section 5.2 ---- */

bool
record_ttl(struct mutant *mutant)
{
	const struct rrset_ref *set = signed_set(mutant, mutant->index);
	uint32_t ttl = ldns_rr_ttl(mutant->zone->rrs[set->first]);

	say(mutant, set->owner, set->type);
	mutant->keep_zonemd = set->type == LDNS_RR_TYPE_ZONEMD;
	smith_set_ttl(mutant->zone, set->owner, set->type,
	    ttl >= 60 && mutant->index % 2 == 0 ? ttl - 60 : ttl + 60);
	return true;
}

bool
record_ttl_one(struct mutant *mutant)
{
	const struct rrset_ref *set = multiple_set(mutant->base, mutant->index);
	ldns_rr *rr = mutant->zone->rrs[set->first];

	say(mutant, set->owner, set->type);
	mutant->keep_zonemd = set->type == LDNS_RR_TYPE_ZONEMD;
	ldns_rr_set_ttl(rr, ldns_rr_ttl(rr) + 60);
	return true;
}

/* ---- Records that must not be there ---- */

static bool
add_one(struct mutant *mutant, const char *text)
{
	say_more(mutant, "%s", text);
	smith_add(mutant->zone, text);
	return true;
}

/* Adds a record, makes denial anew and signs: only the record itself is wrong. */
static bool
add_consistently(struct mutant *mutant, const char *text)
{
	ldns_rr *rr = smith_rr(mutant->zone, text);

	say_more(mutant, "%s", text);
	smith_append(mutant->zone, rr);
	smith_remove_rrsigs(mutant->zone, ldns_rr_owner(rr), ldns_rr_get_type(rr));
	rebuild(mutant);
	return true;
}

bool
name_added_unsigned(struct mutant *mutant)
{
	return add_one(mutant, "added IN A 192.0.2.77");
}

static bool
add_soa(struct mutant *mutant, uint32_t more)
{
	ldns_rr *soa = ldns_rr_clone(smith_get(mutant->zone, "@", LDNS_RR_TYPE_SOA));

	smith_set_field(soa, SOA_SERIAL, smith_field(soa, SOA_SERIAL) + more);
	smith_append(mutant->zone, soa);
	say(mutant, mutant->zone->origin, LDNS_RR_TYPE_SOA);
	return true;
}

bool
soa_second(struct mutant *mutant)
{
	add_soa(mutant, 1);
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_SOA);
	return true;
}

bool
soa_second_same(struct mutant *mutant)
{
	return add_soa(mutant, 0);
}

bool
soa_below(struct mutant *mutant)
{
	return add_consistently(mutant, "ns1 IN SOA ns1 hostmaster 1 7200 3600 1209600 600");
}

bool
out_of_zone(struct mutant *mutant)
{
	static const char *const texts[] = {"www.example.org. IN A 192.0.2.1",
	    "badexample. IN TXT \"x\"", ". IN TXT \"x\"", "com. IN NS ns1.example."};

	return add_one(mutant, texts[mutant->index]);
}

bool
cname_beside_data(struct mutant *mutant)
{
	static const char *const texts[] = {
	    "mail 300 IN CNAME ns1", "@ IN CNAME ns1", "*.wild IN CNAME ns1", "www IN TXT \"x\""};

	return add_consistently(mutant, texts[mutant->index]);
}

bool
cname_second(struct mutant *mutant)
{
	return add_consistently(mutant, "www IN CNAME mail");
}

bool
dname_second(struct mutant *mutant)
{
	return add_consistently(mutant, "old IN DNAME other.example.org.");
}

bool
ds_at_no_cut(struct mutant *mutant)
{
	return add_consistently(mutant, "mail 300" A_DS);
}

bool
ds_at_apex(struct mutant *mutant)
{
	return add_consistently(mutant, "@" A_DS);
}

bool
dnskey_below_apex(struct mutant *mutant)
{
	struct smith_key *key =
	    smith_key_make("mail.example.", 13, SMITH_ZSK, 0, "at the wrong name");

	smith_append(mutant->zone, smith_key_record(key, 300));
	smith_key_free(key);
	say_more(mutant, "mail.example.");
	rebuild(mutant);
	return true;
}

bool
occluded_data(struct mutant *mutant)
{
	return add_one(mutant, "below.plain IN TXT \"nobody sees this\"");
}

bool
glue_unneeded(struct mutant *mutant)
{
	return add_one(mutant, "ns.plain IN A 192.0.2.66");
}

/* ---- RRSIGs that must not be there: RFC 4035 section 2.2 ---- */

/* The index-th RRset that lies below or at a cut and is an address. */
static const struct rrset_ref *
glue_set(const struct base *base, size_t index)
{
	for (size_t i = 0; i < base->n_sets; i++) {
		const struct rrset_ref *set = &base->sets[i];

		if (!set->must_sign && set->type != LDNS_RR_TYPE_NS && index-- == 0)
			return set;
	}
	return NULL;
}

size_t
count_glue(const struct base *base)
{
	size_t n = 0;

	while (glue_set(base, n) != NULL)
		n++;
	return n;
}

static const struct rrset_ref *
cut_set(const struct base *base, size_t index)
{
	for (size_t i = 0; i < base->n_sets; i++) {
		const struct rrset_ref *set = &base->sets[i];

		if (!set->must_sign && set->type == LDNS_RR_TYPE_NS && index-- == 0)
			return set;
	}
	return NULL;
}

size_t
count_cuts(const struct base *base)
{
	size_t n = 0;

	while (cut_set(base, n) != NULL)
		n++;
	return n;
}

/* The key that signs the SOA. */
static const struct smith_key *
data_key(const struct mutant *mutant)
{
	const ldns_rr *rrsig = smith_get_rrsig(mutant->base->zone, "@", LDNS_RR_TYPE_SOA);

	return smith_keys_find(mutant->base->keys, (uint8_t)smith_field(rrsig, RRSIG_ALGORITHM),
	    (uint16_t)smith_field(rrsig, RRSIG_TAG));
}

static bool
add_rrsig(struct mutant *mutant, const struct rrset_ref *set)
{
	struct smith_sig sig = natural_sig(mutant->base);

	say(mutant, set->owner, set->type);
	smith_append(mutant->zone,
	    smith_sign_rrset(mutant->zone, set->owner, set->type, data_key(mutant), &sig));
	return true;
}

bool
rrsig_over_glue(struct mutant *mutant)
{
	return add_rrsig(mutant, glue_set(mutant->base, mutant->index));
}

bool
rrsig_over_delegation(struct mutant *mutant)
{
	return add_rrsig(mutant, cut_set(mutant->base, mutant->index));
}

/* The names of the zone that have RRSIGs, by their first signed RRset. */
static const struct rrset_ref *
signed_name(const struct base *base, size_t index)
{
	for (size_t i = 0; i < base->signed_sets.n; i++) {
		const struct rrset_ref *set = &base->sets[base->signed_sets.at[i]];
		bool is_first = true;

		for (size_t k = 0; k < i; k++)
			is_first = is_first &&
				   smith_name_compare(
				       base->sets[base->signed_sets.at[k]].owner, set->owner) != 0;
		if (is_first && index-- == 0)
			return set;
	}
	return NULL;
}

size_t
count_signed_names(const struct base *base)
{
	size_t n = 0;

	while (signed_name(base, n) != NULL)
		n++;
	return n;
}

bool
rrsig_over_rrsig(struct mutant *mutant)
{
	const struct rrset_ref *name = signed_name(mutant->base, mutant->index);
	struct rrset_ref set = *name;

	set.type = LDNS_RR_TYPE_RRSIG;
	return add_rrsig(mutant, &set);
}

/* A left-over signature: its record was put in, signed, and taken out again. */
bool
rrsig_over_nothing(struct mutant *mutant)
{
	const struct rrset_ref *name = signed_name(mutant->base, mutant->index);
	struct rrset_ref set = *name;
	uint8_t hinfo[] = {1, 'a', 1, 'b'};

	set.type = LDNS_RR_TYPE_HINFO;
	smith_append(
	    mutant->zone, smith_rr_wire(set.owner, set.type,
			      ldns_rr_ttl(mutant->zone->rrs[set.first]), hinfo, sizeof(hinfo)));
	add_rrsig(mutant, &set);
	smith_remove_rrset(mutant->zone, set.owner, set.type);
	return true;
}

/* ---- ZONEMD: RFC 8976 section 4 ---- */

static bool
change_zonemd(struct mutant *mutant, size_t field, uint32_t value)
{
	ldns_rr *zonemd = smith_get(mutant->zone, "@", LDNS_RR_TYPE_ZONEMD);

	say(mutant, mutant->zone->origin, LDNS_RR_TYPE_ZONEMD);
	if (field == ZONEMD_DIGEST)
		ldns_rdf_data(ldns_rr_rdf(zonemd, field))[value % 48] ^= (uint8_t)(1 + value % 255);
	else
		smith_set_field(zonemd, field, value);
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_ZONEMD);
	return true;
}

bool
zonemd_digest(struct mutant *mutant)
{
	return change_zonemd(mutant, ZONEMD_DIGEST, (uint32_t)draw(mutant, 48));
}

bool
zonemd_serial(struct mutant *mutant)
{
	return change_zonemd(mutant, ZONEMD_SERIAL, 2026010099 + (mutant->index == 0 ? 0 : 2));
}

bool
zonemd_short(struct mutant *mutant)
{
	uint32_t serial = smith_field(smith_get(mutant->zone, "@", LDNS_RR_TYPE_SOA), SOA_SERIAL);
	uint8_t rdata[6 + 16] = {(uint8_t)(serial >> 24), (uint8_t)(serial >> 16),
	    (uint8_t)(serial >> 8), (uint8_t)serial, 1, 1};
	size_t at = smith_find_text(mutant->zone, "@", LDNS_RR_TYPE_ZONEMD);

	say(mutant, mutant->zone->origin, LDNS_RR_TYPE_ZONEMD);
	smith_replace(mutant->zone, at,
	    smith_rr_wire(mutant->zone->origin, LDNS_RR_TYPE_ZONEMD,
		ldns_rr_ttl(mutant->zone->rrs[at]), rdata, sizeof(rdata)));
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_ZONEMD);
	return true;
}

size_t
count_glue_zonemd(const struct base *base)
{
	return base->zonemd ? count_glue(base) : 0;
}

/* Glue has no signature: only the digest knows that it changed. */
bool
zonemd_content(struct mutant *mutant)
{
	const struct rrset_ref *set = glue_set(mutant->base, mutant->index);
	ldns_rdf *address = ldns_rr_rdf(mutant->zone->rrs[set->first], 0);

	say(mutant, set->owner, set->type);
	ldns_rdf_data(address)[ldns_rdf_size(address) - 1] ^= 1;
	mutant->keep_zonemd = true;
	return true;
}

/* ---- What no validator can see in the zone alone ---- */

/* Insecure delegations that opt-out keeps out of the chain, and whose removal leaves no trace: no
 * glue that would become data, no signature. */
static const struct rrset_ref *
hidden_cut(const struct base *base, size_t index)
{
	for (size_t i = 0; i < count_cuts(base); i++) {
		const struct rrset_ref *set = cut_set(base, i);

		if (base->opt_out && is_insecure_cut(base->zone, set->owner) &&
		    !has_below(base->zone, set->owner) && !has_nsec3(base->zone, set->owner) &&
		    index-- == 0)
			return set;
	}
	return NULL;
}

size_t
count_hidden_cuts(const struct base *base)
{
	size_t n = 0;

	while (hidden_cut(base, n) != NULL)
		n++;
	return n;
}

size_t
count_hidden_cuts_zonemd(const struct base *base)
{
	return base->zonemd ? count_hidden_cuts(base) : 0;
}

bool
cut_out_delegation_alone(struct mutant *mutant)
{
	const struct rrset_ref *set = hidden_cut(mutant->base, mutant->index);

	say(mutant, set->owner, set->type);
	smith_remove_rrset(mutant->zone, set->owner, set->type);
	return true;
}

bool
cut_out_delegation_unsigned(struct mutant *mutant)
{
	mutant->unsigned_text = strdup(mutant->base->unsigned_text);
	return cut_out_delegation_alone(mutant);
}

bool
cut_out_delegation_zonemd(struct mutant *mutant)
{
	mutant->keep_zonemd = true;
	return cut_out_delegation_alone(mutant);
}

/* The former zone is the base zone; the serial has advanced, as for any new zone. */
bool
cut_out_delegation_previous(struct mutant *mutant)
{
	ldns_rr *soa = smith_get(mutant->zone, "@", LDNS_RR_TYPE_SOA);

	mutant->previous = smith_zone_text(mutant->base->zone, NULL);
	mutant->policy = "<ZoneGate version=\"1\"><Policy name=\"guarded\"><ChangeGuards>"
			 "<Delegations maxshrink=\"0%\" minimum=\"1\" on=\"approve\"/>"
			 "</ChangeGuards></Policy></ZoneGate>";
	smith_set_field(soa, SOA_SERIAL, smith_field(soa, SOA_SERIAL) + 1);
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_SOA);
	return cut_out_delegation_alone(mutant);
}
