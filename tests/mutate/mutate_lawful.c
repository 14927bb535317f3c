/* Lawful zones that a gate must let pass: key rolls, transitions, untidiness that harms nobody. */
#include "mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400

bool
lawful_base(struct mutant *mutant)
{
	(void)mutant;
	return true;
}

static uint32_t
key_ttl(const struct mutant *mutant)
{
	return ldns_rr_ttl(smith_get(mutant->zone, "@", LDNS_RR_TYPE_DNSKEY));
}

static uint8_t
zone_algorithm(const struct mutant *mutant)
{
	return mutant->base->keys->keys[0]->algorithm;
}

/* Publishes the key and signs the key set again. */
static void
publish(struct mutant *mutant, const struct smith_key *key)
{
	add_signer(mutant, key);
	smith_append(mutant->zone, smith_key_record(key, key_ttl(mutant)));
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_DNSKEY);
}

/* RFC 6781 section 4.1.1.1: the new ZSK, or KSK, is published before it signs. */
bool
lawful_prepublished_key(struct mutant *mutant)
{
	struct smith_key *key = smith_key_copy(mutant->base->foreign->keys[0]);

	smith_key_set_flags(key, mutant->index == 0 ? SMITH_ZSK : SMITH_KSK);
	publish(mutant, key);
	smith_key_free(key);
	return true;
}

/* Signs every RRset that must be signed with `key`, beside what there is. */
static void
sign_all_beside(struct mutant *mutant, const struct smith_key *key, const struct smith_sig *sig)
{
	for (size_t i = 0; i < mutant->base->signed_sets.n; i++) {
		const struct rrset_ref *set = signed_set(mutant, i);

		smith_append(
		    mutant->zone, smith_sign_rrset(mutant->zone, set->owner, set->type, key, sig));
	}
}

/* RFC 6781 section 4.1.4: the conservative algorithm roll starts with signatures alone. */
bool
lawful_signatures_before_key(struct mutant *mutant)
{
	struct smith_key *key = smith_key_make("example.", zone_algorithm(mutant) == 13 ? 15 : 13,
	    SMITH_KSK, 0, "of the algorithm to come");
	struct smith_sig sig = natural_sig(mutant->base);

	add_signer(mutant, key);
	sign_all_beside(mutant, key, &sig);
	smith_key_free(key);
	return true;
}

/* Two keys of algorithm 15 with flags 256 and equal tags, found by trying labels. */
static struct smith_keys *
keys_of_one_tag(void)
{
	struct smith_keys *keys = smith_keys_new();

	smith_keys_add(keys, smith_key_make("example.", 15, SMITH_ZSK, 0, SAME_TAG_ONE));
	smith_keys_add(keys, smith_key_make("example.", 15, SMITH_ZSK, 0, SAME_TAG_TWO));
	return keys;
}

/* RFC 4034 section 5.3 and appendix B: tags are not unique. Both keys sign, each its share of the
 * RRsets (or everything). */
bool
lawful_same_tag(struct mutant *mutant)
{
	struct smith_keys *keys = keys_of_one_tag();
	struct smith_sig sig = natural_sig(mutant->base);

	for (size_t i = 0; i < keys->n; i++)
		publish(mutant, keys->keys[i]);
	for (size_t i = 0; i < mutant->base->signed_sets.n; i++) {
		const struct rrset_ref *set = signed_set(mutant, i);

		for (size_t k = 0; k < keys->n; k++)
			if (mutant->index == 1 || i % 2 == k)
				smith_append(
				    mutant->zone, smith_sign_rrset(mutant->zone, set->owner,
						      set->type, keys->keys[k], &sig));
	}
	smith_keys_free(keys);
	return true;
}

static void
by_foreign_key(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	for (size_t i = 0; i < mutant->base->foreign->n; i++)
		if (mutant->base->foreign->keys[i]->algorithm == (*key)->algorithm)
			*key = mutant->base->foreign->keys[i];
	sig->inception -= 600;
}

/* RFC 6781 section 4.1.1.1: a new ZSK is in use, and signatures are replaced as they come due. */
bool
lawful_two_zsks(struct mutant *mutant)
{
	for (size_t i = 0; i < mutant->base->foreign->n; i++)
		publish(mutant, mutant->base->foreign->keys[i]);
	for (size_t i = 0; i < mutant->base->signed_sets.n; i++) {
		const struct rrset_ref *set = signed_set(mutant, i);

		if (set->type != LDNS_RR_TYPE_DNSKEY && set->type != LDNS_RR_TYPE_ZONEMD &&
		    set->type != LDNS_RR_TYPE_CDS && set->type != LDNS_RR_TYPE_CDNSKEY &&
		    draw(mutant, 2) == 0)
			sign_changed(mutant, set->owner, set->type, by_foreign_key);
	}
	return true;
}

/* Each RRset has two RRSIGs by its key, with other times. */
static void
sign_twice(struct mutant *mutant, int64_t inception, int64_t expiration)
{
	struct smith_sig sig = SMITH_SIG(inception, expiration);

	for (size_t i = 0; i < mutant->base->rrsigs.n; i++) {
		const ldns_rr *rrsig = mutant->base->zone->rrs[mutant->base->rrsigs.at[i]];
		const struct smith_key *key = smith_keys_find(mutant->base->keys,
		    (uint8_t)smith_field(rrsig, RRSIG_ALGORITHM),
		    (uint16_t)smith_field(rrsig, RRSIG_TAG));

		if (smith_covered(rrsig) != LDNS_RR_TYPE_ZONEMD)
			smith_append(
			    mutant->zone, smith_sign_rrset(mutant->zone, ldns_rr_owner(rrsig),
					      smith_covered(rrsig), key, &sig));
	}
}

bool
lawful_overlap(struct mutant *mutant)
{
	sign_twice(mutant, mutant->base->inception - DAY, mutant->base->expiration - DAY);
	return true;
}

bool
lawful_expired_beside(struct mutant *mutant)
{
	sign_twice(mutant, mutant->base->now - 40 * DAY, mutant->base->now - 10 * DAY);
	return true;
}

/* RFC 5011 section 2.1: the revoked key stays for a time and signs the key set. */
bool
lawful_revoked_key(struct mutant *mutant)
{
	struct smith_key *key = smith_key_copy(mutant->base->foreign->keys[0]);
	struct smith_sig sig = natural_sig(mutant->base);

	smith_key_set_flags(key, SMITH_KSK | SMITH_REVOKE);
	publish(mutant, key);
	smith_add_rrsig(mutant->zone, "@", LDNS_RR_TYPE_DNSKEY, key, &sig);
	smith_key_free(key);
	return true;
}

/* Puts the NSEC chain that the zone would have beside the NSEC3 chain. */
static void
add_nsec_chain(struct mutant *mutant)
{
	struct smith_zone *copy = smith_zone_copy(mutant->zone);

	smith_make_nsec(copy);
	for (size_t i = 0; (i = smith_find(copy, NULL, LDNS_RR_TYPE_NSEC, i)) != SMITH_NONE; i++)
		smith_append(mutant->zone, ldns_rr_clone(copy->rrs[i]));
	smith_bitmap_set(
	    smith_get(mutant->zone, "@", LDNS_RR_TYPE_NSEC), LDNS_RR_TYPE_NSEC3PARAM, true);
	smith_zone_free(copy);
}

/* RFC 5155 section 10.4: the zone goes from NSEC to NSEC3, or back, and has both for a while.
 * Signers differ in whether the NSEC3 bitmaps name NSEC. */
bool
lawful_leftover_nsec(struct mutant *mutant)
{
	struct smith_nsec3 parameters = smith_nsec3_of(mutant->zone);
	struct smith_zone *zone = mutant->zone;

	add_nsec_chain(mutant);
	for (size_t i = 0;
	     mutant->index == 1 && (i = smith_find(zone, NULL, LDNS_RR_TYPE_NSEC, i)) != SMITH_NONE;
	     i++) {
		ldns_rdf *owner = smith_nsec3_owner(zone, ldns_rr_owner(zone->rrs[i]), &parameters);
		size_t at = smith_find(zone, owner, LDNS_RR_TYPE_NSEC3, 0);

		if (at != SMITH_NONE) {
			smith_bitmap_set(zone->rrs[at], LDNS_RR_TYPE_NSEC, true);
			smith_bitmap_set(zone->rrs[at], LDNS_RR_TYPE_RRSIG, true);
			sign_again(mutant, owner, LDNS_RR_TYPE_NSEC3);
		}
		ldns_rdf_deep_free(owner);
	}
	sign_rest(mutant);
	return true;
}

/* RFC 5155 section 7.3: several complete chains, each with its NSEC3PARAM. */
bool
lawful_two_chains(struct mutant *mutant)
{
	struct smith_nsec3 parameters = {.hash = 1, .salt_length = 2, .salt = {0xbe, 0xef}};

	if (mutant->base->opt_out)
		parameters.flags = 1;
	smith_add_nsec3(mutant->zone, &parameters, true);
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_NSEC3PARAM);
	sign_rest(mutant);
	return true;
}

/* A second chain is being built: some records, no NSEC3PARAM yet. */
bool
lawful_partial_chain(struct mutant *mutant)
{
	struct smith_nsec3 parameters = {.hash = 1, .salt_length = 2, .salt = {0xbe, 0xef}};
	size_t before = mutant->zone->n;

	smith_add_nsec3(mutant->zone, &parameters, false);
	while (mutant->zone->n > before + 7)
		smith_remove(mutant->zone, before + draw(mutant, mutant->zone->n - before));
	sign_rest(mutant);
	return true;
}

/* The flag alone changes nothing: a chain that could leave names out does not. */
bool
lawful_opt_out_everywhere(struct mutant *mutant)
{
	for (size_t i = 0; i < mutant->base->denials.n; i++) {
		ldns_rr *rr = mutant->zone->rrs[mutant->base->denials.at[i]];

		smith_set_field(rr, NSEC3_FLAGS, 1);
		sign_again(mutant, ldns_rr_owner(rr), LDNS_RR_TYPE_NSEC3);
	}
	return true;
}

/* RFC 6781 section 4.3.3: a DS for a key that is not published, beside one that works. */
bool
lawful_standby_ds(struct mutant *mutant)
{
	ldns_rr *ds = smith_ds(mutant->base->foreign->keys[0]->dnskey, 2, 3600);
	char *text = ldns_rr2str(ds), *both = NULL;

	if (asprintf(&both, "%s%s", mutant->ds, text) < 0)
		abort();
	free(mutant->ds);
	mutant->ds = both;
	free(text);
	ldns_rr_free(ds);
	return true;
}

/* The same record twice is one record (RFC 2181 section 5). */
bool
lawful_duplicate_record(struct mutant *mutant)
{
	size_t at = draw(mutant, mutant->zone->n);

	while (ldns_rr_get_type(mutant->zone->rrs[at]) == LDNS_RR_TYPE_SOA)
		at = draw(mutant, mutant->zone->n);
	say(mutant, ldns_rr_owner(mutant->zone->rrs[at]), ldns_rr_get_type(mutant->zone->rrs[at]));
	smith_append(mutant->zone, ldns_rr_clone(mutant->zone->rrs[at]));
	return true;
}

bool
lawful_unsigned_given(struct mutant *mutant)
{
	mutant->unsigned_text = strdup(mutant->base->unsigned_text);
	return true;
}

/* The zone released before is the same with a lower serial. */
bool
lawful_previous_given(struct mutant *mutant)
{
	ldns_rr *soa = smith_get(mutant->zone, "@", LDNS_RR_TYPE_SOA);

	mutant->previous = smith_zone_text(mutant->base->zone, NULL);
	smith_set_field(soa, SOA_SERIAL, smith_field(soa, SOA_SERIAL) + 1);
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_SOA);
	return true;
}

/* RFC 6781 section 4.1.4: in the middle of an algorithm roll everything is signed by both. */
bool
lawful_two_algorithms(struct mutant *mutant)
{
	struct smith_key *key = smith_key_make("example.", zone_algorithm(mutant) == 13 ? 15 : 13,
	    SMITH_KSK, 0, "of the algorithm to come");
	struct smith_sig sig = natural_sig(mutant->base);

	publish(mutant, key);
	sign_all_beside(mutant, key, &sig);
	smith_key_free(key);
	return true;
}
