/* Checks of the DNSKEY RRset and of each key in it. */
#include "check/check_rows.h"

#include <string.h>

#include "dns/algorithm.h"
#include "facts/key_trial.h"

static bool
is_sep(const struct key_fact *key)
{
	return (key->view.flags & DNSKEY_FLAG_SEP) != 0;
}

void
check_zone_unsigned(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	/* Acceptable where the absence of a DS is known: the zone is insecure either way. */
	if (!context->facts->is_signed && context->zone->has_apex &&
	    !context->policy->unsigned_allowed && !(keys->ds_given && keys->n_ds == 0))
		check_emit_zone(context, "expected a signed zone, found no DNSSEC record");
}

void
check_dnskey_missing(struct check_context *context)
{
	if (context->facts->is_signed && context->facts->keys.n_keys == 0)
		check_emit_zone(context, "expected DNSKEY records at the apex, found none");
}

void
check_dnskey_not_apex(struct check_context *context)
{
	uint16_t flags = context->zone->owners[context->owner].flags;

	if (context->set.type == RR_DNSKEY && !(flags & (OWNER_APEX | OWNER_OCCLUDED)))
		check_emit(context, "expected DNSKEY at the apex only");
}

void
check_dnskey_flags(struct check_context *context)
{
	uint16_t flags = context->key->view.flags;
	uint16_t known = DNSKEY_FLAG_ZONE | DNSKEY_FLAG_REVOKE | DNSKEY_FLAG_SEP;

	if (!(flags & DNSKEY_FLAG_ZONE) || (flags & ~known) != 0)
		check_emit(
		    context, "expected flags 256, 257 or with REVOKE 384, 385, found %u", flags);
}

void
check_dnskey_protocol(struct check_context *context)
{
	if (context->key->view.protocol != 3)
		check_emit(context, "expected protocol 3, found %u", context->key->view.protocol);
}

void
check_dnskey_malformed(struct check_context *context)
{
	if (context->key->why != NULL)
		check_emit(context, "key %u/%u cannot be used: %s", context->key->view.algorithm,
		    context->key->tag, context->key->why);
}

void
check_dnskey_algorithm_unknown(struct check_context *context)
{
	if (!algorithm_is_supported(context->key->view.algorithm))
		check_emit(context, "key %u/%u has an algorithm that is not verified here",
		    context->key->view.algorithm, context->key->tag);
}

void
check_dnskey_algorithm_deprecated(struct check_context *context)
{
	uint8_t algorithm = context->key->view.algorithm;

	/* MUST NOT be used for signing: RFC 9904 section 3; 5 and 7: RFC 9905 section 2. */
	if (algorithm != 1 && algorithm != 3 && algorithm != ALG_RSASHA1 && algorithm != 6 &&
	    algorithm != ALG_RSASHA1_NSEC3_SHA1 && algorithm != 12)
		return;
	check_emit(context, "key %u/%u has a deprecated algorithm", algorithm, context->key->tag);
	check_measure(context, algorithm, 1);
}

void
check_dnskey_algorithm_unusual(struct check_context *context)
{
	uint8_t algorithm = context->key->view.algorithm;

	if (algorithm == ALG_RSASHA512 || algorithm == ALG_ECDSAP384SHA384 ||
	    algorithm == ALG_ED448)
		check_emit(context, "key %u/%u: expected algorithm 13, 15 or 8", algorithm,
		    context->key->tag);
}

/* Bits of an RSA key that could be built, else 0. */
static unsigned
rsa_bits(const struct key_fact *key)
{
	return algorithm_is_rsa(key->view.algorithm) && key->key != NULL ? public_key_bits(key->key)
									 : 0;
}

void
check_dnskey_rsa_short(struct check_context *context)
{
	unsigned bits = rsa_bits(context->key);

	if (bits == 0 || bits >= 1024)
		return;
	check_emit(context, "key %u/%u: expected at least 1024 bits, found %u",
	    context->key->view.algorithm, context->key->tag, bits);
	check_measure(context, 0, 1024 - bits);
}

void
check_dnskey_rsa_small(struct check_context *context)
{
	unsigned bits = rsa_bits(context->key);

	if (bits < 1024 || bits >= 2048)
		return;
	check_emit(context, "key %u/%u: expected at least 2048 bits, found %u",
	    context->key->view.algorithm, context->key->tag, bits);
	check_measure(context, 0, 2048 - bits);
}

void
check_dnskey_rsa_large(struct check_context *context)
{
	unsigned bits = rsa_bits(context->key);

	if (bits <= ZG_RSA_BITS_MAX)
		return;
	check_emit(context, "key %u/%u: expected at most %d bits, found %u",
	    context->key->view.algorithm, context->key->tag, ZG_RSA_BITS_MAX, bits);
	check_measure(context, 0, bits);
}

void
check_dnskey_rsa_exponent(struct check_context *context)
{
	if (rsa_bits(context->key) > 0 && public_key_exponent(context->key->key) != 65537)
		check_emit(context, "key %u/%u: expected exponent 65537, found %llu",
		    context->key->view.algorithm, context->key->tag,
		    (unsigned long long)public_key_exponent(context->key->key));
}

/* A key with SEP may be a KSK or a CSK, one without a ZSK or a CSK. */
static bool
choice_is_for(const struct key_choice *choice, const struct key_fact *key)
{
	return choice->role == ROLE_CSK || choice->role == (is_sep(key) ? ROLE_KSK : ROLE_ZSK);
}

void
check_dnskey_algorithm_choice(struct check_context *context)
{
	const struct policy_values *policy = context->policy;
	const struct key_fact *key = context->key;
	unsigned bits = key->key == NULL ? 0 : public_key_bits(key->key);
	bool any = false;

	if (key->revoked)
		return;
	for (size_t i = 0; i < policy->keys.n_choices; i++) {
		const struct key_choice *choice = &policy->keys.choices[i];

		if (!choice_is_for(choice, key))
			continue;
		any = true;
		if (choice->algorithm == key->view.algorithm &&
		    (choice->bits == NOT_SET || (int64_t)bits >= choice->bits))
			return;
	}
	if (!any)
		return;
	check_emit(context, "key %u/%u of %u bits is not among the policy's choices for its role",
	    key->view.algorithm, key->tag, bits);
	check_measure(context, key->view.algorithm, bits < 65536 ? 65536 - bits : 0);
}

void
check_dnskey_revoked(struct check_context *context)
{
	if (context->key->revoked)
		check_emit(context, "key %u/%u is revoked", context->key->view.algorithm,
		    context->key->tag);
}

void
check_dnskey_revoked_unsigned(struct check_context *context)
{
	if (context->key->revoked && !context->key->signs_dnskey)
		check_emit(context,
		    "expected an RRSIG by the revoked key %u/%u over the DNSKEY RRset, found none",
		    context->key->view.algorithm, context->key->tag);
}

void
check_dnskey_tag_collision(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	for (const struct key_fact *other = keys->keys; other < context->key; other++) {
		if (other->view.algorithm == context->key->view.algorithm &&
		    other->tag == context->key->tag) {
			check_emit(
			    context, "two keys are %u/%u", other->view.algorithm, other->tag);
			return;
		}
	}
}

void
check_dnskey_unused(struct check_context *context)
{
	const struct key_fact *key = context->key;

	if (!key->revoked && !key->signs_dnskey && key->n_signatures == 0)
		check_emit(context, "key %u/%u signs nothing", key->view.algorithm, key->tag);
}

void
check_dnskey_no_sep_signature(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;
	bool any_sep = false, any_signs = false;

	for (size_t i = 0; i < keys->n_keys; i++) {
		const struct key_fact *key = &keys->keys[i];

		any_signs |= key->signs_dnskey && key->usable;
		any_sep |= is_sep(key) && key->usable;
		if (is_sep(key) && key->usable && key->signs_dnskey)
			return;
	}
	/* A DS may name a key without the flag: then that one is what counts. */
	for (size_t i = 0; i < keys->n_ds; i++) {
		if (keys->ds[i].key >= 0 && keys->keys[keys->ds[i].key].signs_dnskey)
			return;
	}
	if (any_sep && any_signs)
		check_emit_zone(context, "expected an RRSIG over the DNSKEY RRset by a key with "
					 "the SEP flag, found none");
}

void
check_dnskey_role(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	if (!is_sep(context->key) || context->key->n_signatures == 0)
		return;
	for (size_t i = 0; i < keys->n_keys; i++) {
		if (!is_sep(&keys->keys[i]) && keys->keys[i].n_signatures > 0) {
			check_emit(context,
			    "key %u/%u has the SEP flag and signs %llu RRsets beside DNSKEY",
			    context->key->view.algorithm, context->key->tag,
			    (unsigned long long)context->key->n_signatures);
			return;
		}
	}
}

/* The inventory lists the key, and it may be in use now. */
static bool
is_pinned(const struct check_context *context, const char **why)
{
	const struct policy_values *policy = context->policy;

	*why = "is not in the inventory";
	for (size_t i = 0; i < policy->keys.n_inventory; i++) {
		const struct pinned_key *pinned = &policy->keys.inventory[i];

		if (memcmp(pinned->sha256, context->key->sha256, sizeof(pinned->sha256)) != 0)
			continue;
		*why = "is not to be used at this time";
		if ((pinned->not_before == NOT_SET || context->now >= pinned->not_before) &&
		    (pinned->not_after == NOT_SET || context->now <= pinned->not_after))
			return true;
	}
	return false;
}

void
check_dnskey_pinned(struct check_context *context)
{
	const char *why;

	if (context->policy->keys.pinned && !is_pinned(context, &why))
		check_emit(
		    context, "key %u/%u %s", context->key->view.algorithm, context->key->tag, why);
}

static bool
was_released(const struct release_facts *in_force, const struct key_fact *fact)
{
	for (size_t i = 0; i < in_force->n_keys; i++) {
		const struct release_key *key = &in_force->keys[i];

		if (key->published && memcmp(key->sha256, fact->sha256, sizeof(key->sha256)) == 0)
			return true;
	}
	return false;
}

static bool
was_published(const struct zone *former, const uint8_t *rdata, size_t rdlen)
{
	struct rrset set;

	if (!former->has_apex || !zone_rrset(former, 0, RR_DNSKEY, &set))
		return false;
	for (uint32_t i = set.first; i < set.first + set.count; i++) {
		if (zone_record(former, i)->rdlen == rdlen &&
		    memcmp(zone_rdata(former, i), rdata, rdlen) == 0)
			return true;
	}
	return false;
}

/* The zone in force, by the log or else as it was given, does not publish the key. Where none is
 * known nothing can be said to be new: the zone may be in service (history import). */
static bool
is_new(const struct check_context *context)
{
	const struct past_facts *past = context->facts->past;
	const struct change_facts *change = context->facts->change;
	const struct key_fact *key = context->key;

	if (past != NULL && past->in_force != NULL)
		return !was_released(past->in_force, key);
	return change != NULL &&
	       !was_published(change->previous, zone_rdata(context->zone, key->record),
		   zone_record(context->zone, key->record)->rdlen);
}

/* What a signer has shown of the key; NULL: that it holds it. */
static const char *
trial_fault(const struct check_context *context, const struct trial_signer *signer)
{
	const struct facts *facts = context->facts;
	uint64_t bit = 1ULL << (context->key - facts->keys.keys);
	const struct key_trial *trial = NULL;

	if (facts->trials != NULL)
		trial = key_trial_find(facts->trials, context->zone->origin, signer->name);
	if (trial == NULL)
		return "has no trial signature: expected a signed TXT record";
	if ((trial->shown & bit) != 0)
		return NULL;
	return (trial->failed & bit) != 0
		   ? "has signed with another private key: its trial names this one, and does not "
		     "verify"
		   : "has no trial signature by this key that is in force";
}

/* DESIGN 9.22: three signers, each with a private key of its own under one tag (.de 2026), are seen
 * before the key goes out. */
void
check_key_trial(struct check_context *context)
{
	const struct policy_values *policy = context->policy;
	const struct dnskey_view *key = &context->key->view;
	enum trial_role role = (key->flags & DNSKEY_FLAG_SEP) != 0 ? TRIAL_KSK : TRIAL_ZSK;

	if (policy->keys.n_trials == 0 || !context->key->usable || !is_new(context))
		return;
	for (size_t i = 0; i < policy->keys.n_trials; i++) {
		const struct trial_signer *signer = &policy->keys.trials[i];
		const char *fault;

		if (signer->role != TRIAL_ALL && signer->role != role)
			continue;
		fault = trial_fault(context, signer);
		if (fault != NULL)
			check_emit(context, "key %u/%u is new, and signer %s %s", key->algorithm,
			    context->key->tag, signer->name, fault);
	}
}

void
check_dnskey_ttl(struct check_context *context)
{
	const struct duration_range *range = &context->policy->keys.ttl;
	struct rrset set;

	if (!context->zone->has_apex || !zone_rrset(context->zone, 0, RR_DNSKEY, &set))
		return;
	if ((range->min != NOT_SET && set.ttl < range->min) ||
	    (range->max != NOT_SET && set.ttl > range->max))
		check_emit_at(context, 0, RR_DNSKEY, set.first,
		    "expected a TTL between %lld and %lld s, found %lu", (long long)range->min,
		    (long long)range->max, (unsigned long)set.ttl);
}

/* Octets that the records of a set take in an answer, their owner a compression pointer. */
static size_t
answer_size(const struct zone *zone, const struct rrset *set)
{
	size_t size = 0;

	for (uint32_t i = set->first; i < set->first + set->count; i++)
		size += (size_t)2 + 10 + zone_record(zone, i)->rdlen;
	return size;
}

/* Fits into one packet everywhere, the EDNS buffer size that servers and resolvers agreed on: the
 * IPv6 minimum link MTU (1280 octets, RFC 8200 section 5) without the headers of IPv6 and UDP. */
#define ANSWER_SIZE_MAX 1232

void
check_dnskey_response_size(struct check_context *context)
{
	const struct zone *zone = context->zone;
	struct rrset set, signatures;
	size_t size = (size_t)12 + 4 + 11; /* header, question without its name, OPT */

	if (!zone->has_apex || !zone_rrset(zone, 0, RR_DNSKEY, &set))
		return;
	(void)zone_signatures(zone, 0, RR_DNSKEY, &signatures);
	size +=
	    name_length(zone->origin) + answer_size(zone, &set) + answer_size(zone, &signatures);
	if (size > ANSWER_SIZE_MAX)
		check_emit_at(context, 0, RR_DNSKEY, set.first,
		    "expected an answer of at most %d octets, found %lu", ANSWER_SIZE_MAX,
		    (unsigned long)size);
}
