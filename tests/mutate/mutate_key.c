/* Damage to DNSKEYs and to what the parent says about them. */
#include "mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_sep(const ldns_rr *dnskey)
{
	return (smith_field(dnskey, DNSKEY_FLAGS) & LDNS_KEY_SEP_KEY) != 0;
}

/* Index of the DNSKEY record of the key with this number. */
static size_t
key_record(const struct mutant *mutant, const struct smith_key *key)
{
	for (size_t i = 0; (i = smith_find(mutant->zone, mutant->zone->origin, LDNS_RR_TYPE_DNSKEY,
				i)) != SMITH_NONE;
	     i++)
		if (smith_rr_same(mutant->zone->rrs[i], key->dnskey))
			return i;
	return SMITH_NONE;
}

static const struct smith_key *
target_key(struct mutant *mutant)
{
	const struct smith_key *key = mutant->base->keys->keys[mutant->index];

	say_more(mutant, "key %u/%u, flags %u", key->algorithm, key->tag,
	    smith_field(key->dnskey, DNSKEY_FLAGS));
	return key;
}

/* Signs the DNSKEY RRset by exactly these keys, with the natural times. */
static void
sign_keys(struct mutant *mutant, const struct smith_key *const *keys, size_t n)
{
	struct smith_sig sig = natural_sig(mutant->base);

	smith_remove_rrsigs(mutant->zone, mutant->zone->origin, LDNS_RR_TYPE_DNSKEY);
	for (size_t i = 0; i < n; i++)
		smith_add_rrsig(mutant->zone, "@", LDNS_RR_TYPE_DNSKEY, keys[i], &sig);
}

/* ---- A key is gone ---- */

/* Not signed again. */
bool
dnskey_removed(struct mutant *mutant)
{
	const struct smith_key *key = target_key(mutant);

	smith_remove(mutant->zone, key_record(mutant, key));
	if (mutant->base->keys->n == 1)
		expect(mutant, EXPECT_REFUSE, IDS("dnskey-missing"));
	return true;
}

/* The DNSKEY RRset is signed again by the keys that are left (of two algorithms, by the KSK). A ZSK
 * leaves the data without a key; a KSK leaves the parent's DS without one; one of two algorithms
 * leaves its DS unanswered (RFC 4035 section 2.2). */
bool
dnskey_removed_resigned(struct mutant *mutant)
{
	const struct smith_key *key = target_key(mutant);
	const struct smith_key *left[8];
	size_t n = 0;

	if (mutant->base->keys->n == 1)
		return false;
	smith_remove(mutant->zone, key_record(mutant, key));
	for (size_t i = 0; i < mutant->base->keys->n; i++)
		if (i != mutant->index && n < 8 &&
		    (is_sep(mutant->base->keys->keys[i]->dnskey) || !mutant->base->two_algorithms))
			left[n++] = mutant->base->keys->keys[i];
	sign_keys(mutant, left, n);
	if (!is_sep(key->dnskey))
		expect(mutant, EXPECT_REFUSE,
		    IDS(mutant->base->two_algorithms ? "algorithm-incomplete" : "rrset-bogus"));
	else if (mutant->base->two_algorithms)
		expect(mutant, EXPECT_REFUSE, IDS("ds-algorithm-unsigned"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("chain-to-ds"));
	return true;
}

/* One bit of the public key, signed again by the true key: what it signed verifies no more. */
bool
dnskey_bit(struct mutant *mutant)
{
	const struct smith_key *key = target_key(mutant);
	ldns_rr *record = mutant->zone->rrs[key_record(mutant, key)];
	ldns_rdf *public_key = ldns_rr_rdf(record, DNSKEY_KEY);
	size_t octet = 8 + draw(mutant, ldns_rdf_size(public_key) - 8);

	ldns_rdf_data(public_key)[octet] ^= (uint8_t)(1 << draw(mutant, 8));
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_DNSKEY);
	if (mutant->base->two_algorithms)
		expect(mutant, EXPECT_REFUSE, IDS("algorithm-incomplete", "rrsig-invalid"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("rrset-bogus"));
	return true;
}

/*
 * Two words of the public key change places, and its tag, which is a sum of words (RFC 4034
 * appendix B), stays: a key that all signatures name and none is of.
 */
bool
dnskey_same_tag(struct mutant *mutant)
{
	const struct smith_key *key = target_key(mutant);
	ldns_rr *record = mutant->zone->rrs[key_record(mutant, key)];
	ldns_rdf *public_key = ldns_rr_rdf(record, DNSKEY_KEY);
	uint8_t *octets = ldns_rdf_data(public_key), *first = octets + 8, *second = first + 2;
	uint8_t word[2];

	/* Beyond the exponent of RSA, and not the end of its modulus, which is odd. */
	while (second + 4 < octets + ldns_rdf_size(public_key) && memcmp(first, second, 2) == 0)
		second += 2;
	memcpy(word, first, 2);
	memcpy(first, second, 2);
	memcpy(second, word, 2);
	if (smith_key_tag(record) != key->tag || memcmp(first, second, 2) == 0)
		return false;
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_DNSKEY);
	if (mutant->base->two_algorithms)
		expect(mutant, EXPECT_REFUSE, IDS("algorithm-incomplete", "rrsig-invalid"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("rrset-bogus"));
	return true;
}

/* ---- Flags and protocol ---- */

/* The key with other flags in the zone, and as a key to sign with. Freed by the caller. */
static struct smith_key *
change_flags(struct mutant *mutant, uint16_t flags)
{
	const struct smith_key *key = target_key(mutant);
	struct smith_key *changed = smith_key_copy(key);
	size_t record = key_record(mutant, key);

	smith_key_set_flags(changed, flags);
	smith_replace(mutant->zone, record,
	    smith_key_record(changed, ldns_rr_ttl(mutant->zone->rrs[record])));
	return changed;
}

static uint16_t
target_flags(const struct mutant *mutant)
{
	return (uint16_t)smith_field(mutant->base->keys->keys[mutant->index]->dnskey, DNSKEY_FLAGS);
}

/* Everything that the key signed is signed by its changed form. */
static void
sign_all_changed(struct mutant *mutant, const struct smith_key *changed)
{
	const struct smith_key *key = mutant->base->keys->keys[mutant->index];
	struct smith_zone *zone = mutant->zone;
	struct smith_sig sig = natural_sig(mutant->base);

	add_signer(mutant, changed);
	for (size_t i = 0; i < zone->n; i++) {
		ldns_rr *rr = zone->rrs[i];

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG &&
		    smith_field(rr, RRSIG_TAG) == key->tag &&
		    smith_field(rr, RRSIG_ALGORITHM) == key->algorithm)
			smith_replace(zone, i,
			    smith_sign_rrset(
				zone, ldns_rr_owner(rr), smith_covered(rr), changed, &sig));
	}
}

/* RFC 5011 section 2.1: a revoked key signs nothing but the DNSKEY RRset. Here a KSK that the DS
 * names is revoked and signs the key set, or a ZSK is revoked and signs the data. */
bool
dnskey_revoked_signs_all(struct mutant *mutant)
{
	struct smith_key *revoked = change_flags(mutant, target_flags(mutant) | SMITH_REVOKE);

	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_DNSKEY);
	sign_all_changed(mutant, revoked);
	if (mutant->base->two_algorithms)
		/* RFC 4035 section 2.2, for what is left of this algorithm. */
		expect(mutant, EXPECT_REFUSE, IDS("algorithm-incomplete", "ds-algorithm-unsigned"));
	else if (!is_sep(revoked->dnskey) || mutant->base->csk)
		expect(mutant, EXPECT_REFUSE, IDS("rrset-bogus"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("chain-to-ds", "ds-key-unusable"));
	smith_key_free(revoked);
	return true;
}

/* Only the flag is set, and the key set signed by the other form of the key: its tag is another
 * now, so that what it signed has no key. */
bool
dnskey_revoked(struct mutant *mutant)
{
	struct smith_key *revoked = change_flags(mutant, target_flags(mutant) | SMITH_REVOKE);
	const struct smith_key *signers[8];
	size_t n = 0;

	signers[n++] = revoked;
	for (size_t i = 0; i < mutant->base->keys->n && n < 8; i++)
		if (i != mutant->index && is_sep(mutant->base->keys->keys[i]->dnskey))
			signers[n++] = mutant->base->keys->keys[i];
	sign_keys(mutant, signers, n);
	if (mutant->base->two_algorithms)
		expect(mutant, EXPECT_REFUSE, IDS("algorithm-incomplete", "ds-algorithm-unsigned"));
	else if (is_sep(revoked->dnskey))
		expect(mutant, EXPECT_REFUSE, IDS("chain-to-ds", "ds-key-unusable"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("rrset-bogus"));
	smith_key_free(revoked);
	return true;
}

/* RFC 4034 section 2.1.1: a DNSKEY without the zone key flag signs nothing. */
bool
dnskey_zone_flag(struct mutant *mutant)
{
	struct smith_key *changed =
	    change_flags(mutant, (uint16_t)(target_flags(mutant) & ~LDNS_KEY_ZONE_KEY));

	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_DNSKEY);
	sign_all_changed(mutant, changed);
	if (mutant->base->two_algorithms)
		expect(mutant, EXPECT_REFUSE, IDS("algorithm-incomplete", "ds-algorithm-unsigned"));
	smith_key_free(changed);
	return true;
}

bool
dnskey_protocol(struct mutant *mutant)
{
	const struct smith_key *key = target_key(mutant);
	ldns_rr *record = mutant->zone->rrs[key_record(mutant, key)];

	smith_set_field(record, DNSKEY_PROTOCOL, 2);
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_DNSKEY);
	return true;
}

size_t
count_if_split(const struct base *base)
{
	return !base->csk && !base->two_algorithms;
}

/* The DNSKEY RRset is signed, but by the ZSK only: the DS leads nowhere. */
bool
dnskey_signed_by_zsk(struct mutant *mutant)
{
	const struct smith_key *signers[1] = {NULL};

	for (size_t i = 0; i < mutant->base->keys->n; i++)
		if (!is_sep(mutant->base->keys->keys[i]->dnskey))
			signers[0] = mutant->base->keys->keys[i];
	sign_keys(mutant, signers, 1);
	return true;
}

/* RFC 4035 section 2.2: a key of a further algorithm is published and signs nothing. */
bool
dnskey_new_algorithm(struct mutant *mutant)
{
	uint8_t algorithm = mutant->base->keys->keys[0]->algorithm == 14 ? 13 : 14;
	struct smith_key *key =
	    smith_key_make("example.", algorithm, SMITH_ZSK, 0, "of an algorithm too early");

	smith_append(mutant->zone,
	    smith_key_record(key, ldns_rr_ttl(smith_get(mutant->zone, "@", LDNS_RR_TYPE_DNSKEY))));
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_DNSKEY);
	smith_key_free(key);
	return true;
}

/* ---- The parent's DS set: RFC 4035 section 5.2 ---- */

/* Applies `change` to every DS record. */
static bool
change_ds(struct mutant *mutant, void (*change)(struct mutant *mutant, ldns_rr *ds))
{
	struct smith_zone *set = smith_zone_parse(mutant->ds, "example.");

	for (size_t i = 0; i < set->n; i++)
		change(mutant, set->rrs[i]);
	free(mutant->ds);
	mutant->ds = smith_zone_text(set, NULL);
	smith_zone_free(set);
	return true;
}

static void
flip_digest(struct mutant *mutant, ldns_rr *ds)
{
	ldns_rdf *digest = ldns_rr_rdf(ds, DS_DIGEST);
	size_t bit = draw(mutant, 8 * ldns_rdf_size(digest));

	say_more(mutant, "bit %zu ", bit);
	ldns_rdf_data(digest)[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

bool
ds_digest_bit(struct mutant *mutant)
{
	return change_ds(mutant, flip_digest);
}

static void
other_algorithm(struct mutant *mutant, ldns_rr *ds)
{
	static const uint32_t numbers[] = {8, 10, 13, 15};

	smith_set_field(ds, DS_ALGORITHM,
	    smith_field(ds, DS_ALGORITHM) == numbers[mutant->index] ? 14 : numbers[mutant->index]);
}

bool
ds_algorithm(struct mutant *mutant)
{
	return change_ds(mutant, other_algorithm);
}

static void
other_tag(struct mutant *mutant, ldns_rr *ds)
{
	smith_set_field(ds, DS_TAG, smith_field(ds, DS_TAG) ^ 1U << (4 * mutant->index));
}

bool
ds_tag(struct mutant *mutant)
{
	return change_ds(mutant, other_tag);
}

static void
other_digest_type(struct mutant *mutant, ldns_rr *ds)
{
	static const uint32_t types[] = {1, 4, 3, 200};

	smith_set_field(ds, DS_DIGEST_TYPE, types[mutant->index]);
}

bool
ds_digest_type(struct mutant *mutant)
{
	return change_ds(mutant, other_digest_type);
}

static bool
replace_ds(struct mutant *mutant, const struct smith_key *key)
{
	ldns_rr *ds = smith_ds(key->dnskey, 2, 3600);

	free(mutant->ds);
	mutant->ds = ldns_rr2str(ds);
	ldns_rr_free(ds);
	return true;
}

bool
ds_other_key(struct mutant *mutant)
{
	return replace_ds(mutant, mutant->base->foreign->keys[0]);
}

bool
ds_of_zsk(struct mutant *mutant)
{
	for (size_t i = 0; i < mutant->base->keys->n; i++)
		if (!is_sep(mutant->base->keys->keys[i]->dnskey))
			return replace_ds(mutant, mutant->base->keys->keys[i]);
	return false;
}

/* ---- CDS and CDNSKEY: RFC 7344 section 4 ---- */

size_t
count_if_cds(const struct base *base)
{
	return smith_find_text(base->zone, "@", LDNS_RR_TYPE_CDS) != SMITH_NONE &&
	       smith_find_text(base->zone, "@", LDNS_RR_TYPE_CDNSKEY) != SMITH_NONE;
}

bool
cds_digest(struct mutant *mutant)
{
	flip_digest(mutant, smith_get(mutant->zone, "@", LDNS_RR_TYPE_CDS));
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_CDS);
	return true;
}

bool
cdnskey_other_key(struct mutant *mutant)
{
	size_t at = smith_find_text(mutant->zone, "@", LDNS_RR_TYPE_CDNSKEY);
	ldns_rr *other = smith_cdnskey(
	    mutant->base->foreign->keys[0]->dnskey, ldns_rr_ttl(mutant->zone->rrs[at]));

	smith_set_field(other, DNSKEY_FLAGS, SMITH_KSK);
	smith_replace(mutant->zone, at, other);
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_CDNSKEY);
	return true;
}
