/* Damage to signatures: bits, fields, wrong keys, wrong times, missing algorithms. */
#include "mutate.h"

#include <string.h>

#define DAY 86400

/* The RRSIG record of the base zone that this mutant is about. */
static ldns_rr *
target_rrsig(struct mutant *mutant)
{
	ldns_rr *rrsig = mutant->zone->rrs[mutant->base->rrsigs.at[mutant->index]];

	say_more(mutant, "RRSIG of");
	say(mutant, ldns_rr_owner(rrsig), smith_covered(rrsig));
	if (smith_covered(rrsig) == LDNS_RR_TYPE_ZONEMD)
		mutant->keep_zonemd = true;
	return rrsig;
}

/* RFC 4035 section 5.3: one RRSIG of the RRset does not verify any more. Alone it leaves the RRset
 * bogus; beside one that verifies the signer is broken. */
static void
expect_one_broken(struct mutant *mutant, const ldns_rr *rrsig)
{
	const struct rrset_ref *set = covered_set(mutant->base, rrsig);

	if (set->n_rrsigs > 1)
		expect(mutant, EXPECT_REFUSE, IDS("rrsig-invalid"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("rrset-bogus"));
}

/* ---- Damage without signing again ---- */

bool
signature_bit(struct mutant *mutant)
{
	ldns_rr *rrsig = target_rrsig(mutant);
	ldns_rdf *signature = ldns_rr_rdf(rrsig, RRSIG_SIGNATURE);
	size_t bit = draw(mutant, 8 * ldns_rdf_size(signature));

	ldns_rdf_data(signature)[bit / 8] ^= (uint8_t)(1 << bit % 8);
	say_more(mutant, ", bit %zu", bit);
	expect_one_broken(mutant, rrsig);
	return true;
}

/* RFC 4035 section 2.2: an RRSIG for each RRset, by at least one key of each algorithm. */
bool
rrsig_removed(struct mutant *mutant)
{
	size_t index = mutant->base->rrsigs.at[mutant->index];
	const struct rrset_ref *set = covered_set(mutant->base, target_rrsig(mutant));

	smith_remove(mutant->zone, index);
	if (set->n_rrsigs == 1)
		expect(mutant, EXPECT_REFUSE, IDS("rrset-unsigned"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("algorithm-incomplete"));
	return set->n_rrsigs == 1 || mutant->base->two_algorithms;
}

bool
rrsig_record_ttl(struct mutant *mutant)
{
	ldns_rr *rrsig = target_rrsig(mutant);

	ldns_rr_set_ttl(rrsig, ldns_rr_ttl(rrsig) + 60);
	return true;
}

bool
rrsig_field_original_ttl(struct mutant *mutant)
{
	ldns_rr *rrsig = target_rrsig(mutant);

	smith_set_field(rrsig, RRSIG_ORIGINAL_TTL, smith_field(rrsig, RRSIG_ORIGINAL_TTL) + 60);
	return true;
}

bool
rrsig_field_labels(struct mutant *mutant)
{
	ldns_rr *rrsig = target_rrsig(mutant);

	smith_set_field(rrsig, RRSIG_LABELS, smith_field(rrsig, RRSIG_LABELS) ^ 1);
	return true;
}

bool
rrsig_field_signer(struct mutant *mutant)
{
	ldns_rr *rrsig = target_rrsig(mutant);
	ldns_rdf *other = smith_name(mutant->zone, "other");

	smith_set_name(rrsig, RRSIG_SIGNER, other);
	ldns_rdf_deep_free(other);
	return true;
}

/* A tag that no published key has. */
static uint16_t
free_tag(const struct mutant *mutant, uint8_t algorithm, uint16_t tag)
{
	do
		tag++;
	while (smith_keys_find(mutant->base->keys, algorithm, tag) != NULL);
	return tag;
}

/* With a tag of no published key the RRSIG counts for nothing (RFC 4035 section 5.3.1). */
static void
expect_one_useless(struct mutant *mutant, const ldns_rr *rrsig)
{
	const struct rrset_ref *set = covered_set(mutant->base, rrsig);

	if (set->n_rrsigs > 1)
		expect(mutant, EXPECT_REFUSE, IDS("algorithm-incomplete"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("rrset-bogus"));
}

bool
rrsig_field_tag(struct mutant *mutant)
{
	ldns_rr *rrsig = target_rrsig(mutant);

	smith_set_field(rrsig, RRSIG_TAG,
	    free_tag(mutant, (uint8_t)smith_field(rrsig, RRSIG_ALGORITHM),
		(uint16_t)smith_field(rrsig, RRSIG_TAG)));
	expect_one_useless(mutant, rrsig);
	return true;
}

bool
rrsig_field_algorithm(struct mutant *mutant)
{
	ldns_rr *rrsig = target_rrsig(mutant);

	smith_set_field(rrsig, RRSIG_ALGORITHM, 253);
	expect_one_useless(mutant, rrsig);
	return true;
}

/* Inception moved back by a second: still a lawful time, so only the signature tells. */
bool
rrsig_field_times(struct mutant *mutant)
{
	ldns_rr *rrsig = target_rrsig(mutant);
	size_t field = draw(mutant, 2) == 0 ? RRSIG_INCEPTION : RRSIG_EXPIRATION;

	smith_set_field(rrsig, field, smith_field(rrsig, field) - 1);
	expect_one_broken(mutant, rrsig);
	return true;
}

/* ---- Signed again, so that only the meaning is wrong ---- */

/* Signs the mutant's RRset again with `change` applied to each of its RRSIGs. */
static const struct rrset_ref *
change_set(struct mutant *mutant, sig_change change)
{
	const struct rrset_ref *set = signed_set(mutant, mutant->index);

	say(mutant, set->owner, set->type);
	sign_changed(mutant, set->owner, set->type, change);
	return set;
}

static uint32_t
target_ttl(const struct mutant *mutant)
{
	const struct rrset_ref *set = signed_set(mutant, mutant->index);

	return ldns_rr_ttl(mutant->zone->rrs[set->first]);
}

static void
more_original_ttl(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	(void)key;
	sig->original_ttl = target_ttl(mutant) + 60;
}

bool
resigned_original_ttl(struct mutant *mutant)
{
	return change_set(mutant, more_original_ttl) != NULL;
}

static int
natural_labels(const struct mutant *mutant)
{
	const ldns_rdf *owner = signed_set(mutant, mutant->index)->owner;

	return ldns_dname_label_count(owner) - (ldns_dname_is_wildcard(owner) ? 1 : 0);
}

static void
less_labels(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	(void)key;
	sig->labels = natural_labels(mutant) - 1;
}

bool
resigned_labels_less(struct mutant *mutant)
{
	return change_set(mutant, less_labels) != NULL;
}

static void
more_labels(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	(void)key;
	sig->labels = natural_labels(mutant) + 1;
}

bool
resigned_labels_more(struct mutant *mutant)
{
	return change_set(mutant, more_labels) != NULL;
}

static void
other_signer(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	(void)key;
	sig->signer = mutant->name;
}

/* The root, a child, a stranger or a sister as signer. */
bool
resigned_signer(struct mutant *mutant)
{
	static const char *const names[] = {".", "secure", "other.", "www"};

	mutant->name = smith_name(mutant->zone, names[mutant->index % 4]);
	say_more(mutant, "signer %s,", names[mutant->index % 4]);
	return change_set(mutant, other_signer) != NULL;
}

static void
free_tag_change(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	sig->tag = free_tag(mutant, (*key)->algorithm, (*key)->tag);
}

bool
resigned_tag(struct mutant *mutant)
{
	return change_set(mutant, free_tag_change) != NULL;
}

/* Another published key of the same algorithm, or NULL. */
static const struct smith_key *
other_key(const struct mutant *mutant, const struct smith_key *key)
{
	for (size_t i = 0; i < mutant->base->keys->n; i++) {
		const struct smith_key *other = mutant->base->keys->keys[i];

		if (other->algorithm == key->algorithm && other->tag != key->tag)
			return other;
	}
	return NULL;
}

static void
other_tag_change(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	sig->tag = other_key(mutant, *key)->tag;
}

bool
resigned_other_tag(struct mutant *mutant)
{
	return !mutant->base->csk && change_set(mutant, other_tag_change) != NULL;
}

static void
algorithm_change(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	(void)mutant;
	sig->algorithm = (*key)->algorithm == 13 ? 8 : 13;
}

/* In a zone with two algorithms the other number could be that of the other key. */
bool
resigned_algorithm(struct mutant *mutant)
{
	return !mutant->base->two_algorithms && change_set(mutant, algorithm_change) != NULL;
}

static void
set_times(struct smith_sig *sig, int64_t inception, int64_t expiration)
{
	sig->inception = inception;
	sig->expiration = expiration;
}

static void
expired(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	(void)key;
	set_times(sig, mutant->base->now - 30 * DAY,
	    mutant->base->now - (mutant->index % 2 == 0 ? 1 : DAY));
}

bool
resigned_expired(struct mutant *mutant)
{
	return change_set(mutant, expired) != NULL;
}

static void
future(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	(void)key;
	set_times(sig, mutant->base->now + DAY, mutant->base->now + 30 * DAY);
}

bool
resigned_future(struct mutant *mutant)
{
	return change_set(mutant, future) != NULL;
}

static void
reversed(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	(void)key;
	set_times(sig, mutant->base->now + DAY, mutant->base->now - DAY);
}

bool
resigned_reversed(struct mutant *mutant)
{
	return change_set(mutant, reversed) != NULL;
}

/* Ends before caches have let go of the data: TTLs go up to 3600. */
static void
ending(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	(void)key;
	set_times(sig, mutant->base->now - 20 * DAY, mutant->base->now + 30);
}

bool
resigned_ending(struct mutant *mutant)
{
	return change_set(mutant, ending) != NULL;
}

/* ---- The case of .de in May 2026: another private key behind the published tag ---- */

static const struct smith_key *
foreign_key(const struct mutant *mutant, uint8_t algorithm)
{
	for (size_t i = 0; i < mutant->base->foreign->n; i++)
		if (mutant->base->foreign->keys[i]->algorithm == algorithm)
			return mutant->base->foreign->keys[i];
	return NULL;
}

static void
foreign_change(struct mutant *mutant, struct smith_sig *sig, const struct smith_key **key)
{
	sig->tag = (*key)->tag;
	*key = foreign_key(mutant, (*key)->algorithm);
}

bool
wrong_key(struct mutant *mutant)
{
	return change_set(mutant, foreign_change) != NULL;
}

/* Beside each good RRSIG a bad one of the same tag. */
bool
wrong_key_beside(struct mutant *mutant)
{
	const struct rrset_ref *set = signed_set(mutant, mutant->index);
	size_t first = smith_find_rrsig(mutant->zone, set->owner, set->type, 0);
	ldns_rr *good = ldns_rr_clone(mutant->zone->rrs[first]);

	say(mutant, set->owner, set->type);
	sign_changed(mutant, set->owner, set->type, foreign_change);
	smith_append(mutant->zone, mutant->zone->rrs[first]);
	mutant->zone->rrs[first] = good;
	return true;
}

/* ---- Algorithms: RFC 4035 section 2.2 ---- */

size_t
count_if_two_algorithms_sets(const struct base *base)
{
	return base->two_algorithms ? base->signed_sets.n : 0;
}

size_t
count_if_one_algorithm_sets(const struct base *base)
{
	return base->two_algorithms ? 0 : base->signed_sets.n;
}

bool
one_algorithm_missing(struct mutant *mutant)
{
	const struct rrset_ref *set = signed_set(mutant, mutant->index);
	uint8_t algorithm =
	    mutant->base->keys->keys[mutant->random % mutant->base->keys->n]->algorithm;
	size_t i = 0;

	say(mutant, set->owner, set->type);
	say_more(mutant, ", algorithm %u", algorithm);
	if (set->type == LDNS_RR_TYPE_ZONEMD)
		mutant->keep_zonemd = true;
	while ((i = smith_find_rrsig(mutant->zone, set->owner, set->type, i)) != SMITH_NONE)
		if (smith_field(mutant->zone->rrs[i], RRSIG_ALGORITHM) == algorithm)
			smith_remove(mutant->zone, i);
		else
			i++;
	return true;
}

/* A key of a second algorithm signs everything but one RRset. */
bool
new_algorithm_but_one(struct mutant *mutant)
{
	const struct rrset_ref *but = signed_set(mutant, mutant->index);
	uint8_t algorithm = mutant->base->keys->keys[0]->algorithm == 13 ? 15 : 13;
	struct smith_key *key =
	    smith_key_make("example.", algorithm, SMITH_KSK, 0, "of a second algorithm");
	struct smith_sig sig = natural_sig(mutant->base);

	say_more(mutant, "all but");
	say(mutant, but->owner, but->type);
	add_signer(mutant, key);
	smith_append(mutant->zone, smith_key_record(key, 3600));
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_DNSKEY);
	for (size_t i = 0; i < mutant->base->signed_sets.n; i++) {
		const struct rrset_ref *set = signed_set(mutant, i);

		if (i != mutant->index)
			smith_append(mutant->zone,
			    smith_sign_rrset(mutant->zone, set->owner, set->type, key, &sig));
	}
	smith_key_free(key);
	return true;
}
