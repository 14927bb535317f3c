/* Checks of the zone against its parent: DS in force, and CDS and CDNSKEY as the next DS. */
#include "check/check_rows.h"

#include <string.h>

#include "dns/algorithm.h"

/* An RRset at the apex has an RRSIG in force by keys[key]. */
static bool
signed_by_key(const struct check_context *context, uint16_t type, size_t key)
{
	const struct zone *zone = context->zone;
	struct rrset signatures;

	if (!zone->has_apex || !zone_signatures(zone, 0, type, &signatures))
		return false;
	for (uint32_t i = signatures.first; i < signatures.first + signatures.count; i++) {
		struct rrsig_view rrsig;

		if (context->facts->signatures.outcomes[i] != SIGNATURE_BY_KEY + key ||
		    !rrsig_view(zone_rdata(zone, i), zone_record(zone, i)->rdlen, &rrsig))
			continue;
		if (rrsig_in_force(context, &rrsig))
			return true;
	}
	return false;
}

/* keys[key] can be the head of the chain: usable, and it signs the DNSKEY RRset. */
static bool
key_works(const struct check_context *context, int key)
{
	return key >= 0 && context->facts->keys.keys[key].usable &&
	       signed_by_key(context, RR_DNSKEY, (size_t)key);
}

/*
 * A DS of a stronger digest type stands beside DS `at`, of that algorithm (0: of any that is
 * verified). Validators pass over SHA-1 then (RFC 4509 section 3), and some over every weaker type:
 * the chain must not hang on it.
 */
static bool
ds_is_passed_over(const struct key_facts *keys, size_t at, uint8_t algorithm)
{
	for (size_t i = 0; i < keys->n_ds; i++) {
		const struct ds_view *ds = &keys->ds[i].view;

		if (keys->ds[i].digest_known && algorithm_is_supported(ds->algorithm) &&
		    (algorithm == 0 || ds->algorithm == algorithm) &&
		    ds->digest_type > keys->ds[at].view.digest_type)
			return true;
	}
	return false;
}

/* Some DS of the parent leads to a key that works. */
static bool
chain_works(const struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	for (size_t i = 0; i < keys->n_ds; i++) {
		if (key_works(context, keys->ds[i].key) && !ds_is_passed_over(keys, i, 0))
			return true;
	}
	return false;
}

void
check_chain_to_ds(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	if (keys->n_ds > 0 && context->facts->is_signed && !chain_works(context))
		check_emit_zone(context,
		    "expected a DS of the strongest digest type that names a key which signs the "
		    "DNSKEY RRset, found none among %lu; the first is %u/%u with digest type %u",
		    (unsigned long)keys->n_ds, keys->ds[0].view.algorithm, keys->ds[0].view.key_tag,
		    keys->ds[0].view.digest_type);
}

void
check_ds_digest_mismatch(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	for (size_t i = 0; i < keys->n_ds; i++) {
		if (keys->ds[i].key < 0 && keys->ds[i].tag_only >= 0 && keys->ds[i].digest_known)
			check_emit_zone(context, "DS %u/%u with digest type %u is of another key",
			    keys->ds[i].view.algorithm, keys->ds[i].view.key_tag,
			    keys->ds[i].view.digest_type);
	}
}

void
check_ds_without_key(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	for (size_t i = 0; i < keys->n_ds && context->facts->is_signed; i++) {
		if (keys->ds[i].key < 0 && keys->ds[i].tag_only < 0)
			check_emit_zone(context, "DS %u/%u names no key of the zone",
			    keys->ds[i].view.algorithm, keys->ds[i].view.key_tag);
	}
}

/* An earlier DS has the same algorithm. */
static bool
ds_algorithm_seen(const struct key_facts *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (keys->ds[i].view.algorithm == keys->ds[n].view.algorithm)
			return true;
	}
	return false;
}

/* Some DS of that algorithm leads to a key that works; of an unsupported one: to a key. */
static bool
ds_algorithm_works(const struct check_context *context, uint8_t algorithm)
{
	const struct key_facts *keys = &context->facts->keys;

	for (size_t i = 0; i < keys->n_ds; i++) {
		if (keys->ds[i].view.algorithm != algorithm ||
		    ds_is_passed_over(keys, i, algorithm))
			continue;
		if (key_works(context, keys->ds[i].key) ||
		    (!algorithm_is_supported(algorithm) && keys->ds[i].key >= 0))
			return true;
	}
	return false;
}

void
check_ds_algorithm_unsigned(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	/* When nothing works at all, chain-to-ds speaks. */
	if (!chain_works(context))
		return;
	for (size_t i = 0; i < keys->n_ds; i++) {
		uint8_t algorithm = keys->ds[i].view.algorithm;

		if (!ds_algorithm_seen(keys, i) && !ds_algorithm_works(context, algorithm))
			check_emit_zone(context,
			    "expected a key of algorithm %u that a DS names and that signs the "
			    "DNSKEY RRset, found none",
			    algorithm);
	}
}

/* How many DS have this digest type. */
static size_t
count_digest_type(const struct key_facts *keys, uint8_t digest_type)
{
	size_t n = 0;

	for (size_t i = 0; i < keys->n_ds; i++)
		n += keys->ds[i].view.digest_type == digest_type;
	return n;
}

void
check_ds_digest_sha1_only(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	if (keys->n_ds > 0 && count_digest_type(keys, DIGEST_SHA1) == keys->n_ds)
		check_emit_zone(context, "expected a DS of digest type 2 or 4, found SHA-1 only");
}

void
check_ds_digest_sha1(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;
	size_t n = count_digest_type(keys, DIGEST_SHA1);

	if (n > 0 && n < keys->n_ds)
		check_emit_zone(context, "%lu of %lu DS have digest type 1", (unsigned long)n,
		    (unsigned long)keys->n_ds);
}

void
check_ds_digest_unknown(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	for (size_t i = 0; i < keys->n_ds; i++) {
		if (!keys->ds[i].digest_known)
			check_emit_zone(context, "DS %u/%u has digest type %u",
			    keys->ds[i].view.algorithm, keys->ds[i].view.key_tag,
			    keys->ds[i].view.digest_type);
	}
}

void
check_ds_digest_policy(struct check_context *context)
{
	const struct policy_values *policy = context->policy;
	const struct key_facts *keys = &context->facts->keys;

	for (size_t i = 0; i < keys->n_ds && policy->parent.n_digest_types > 0; i++) {
		if (memchr(policy->parent.digest_types, keys->ds[i].view.digest_type,
			policy->parent.n_digest_types) == NULL)
			check_emit_zone(context, "DS %u/%u has digest type %u",
			    keys->ds[i].view.algorithm, keys->ds[i].view.key_tag,
			    keys->ds[i].view.digest_type);
	}
}

void
check_ds_empty(struct check_context *context)
{
	if (context->facts->keys.n_ds == 0)
		check_emit_zone(context, "the DS set that was given is empty");
}

void
check_ds_key_not_sep(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	for (size_t i = 0; i < keys->n_ds; i++) {
		const struct ds_fact *ds = &keys->ds[i];

		if (ds->key >= 0 && !(keys->keys[ds->key].view.flags & DNSKEY_FLAG_SEP))
			check_emit_zone(context, "DS %u/%u names a key without the SEP flag",
			    ds->view.algorithm, ds->view.key_tag);
	}
}

void
check_ds_key_unusable(struct check_context *context)
{
	const struct key_facts *keys = &context->facts->keys;

	for (size_t i = 0; i < keys->n_ds; i++) {
		const struct ds_fact *ds = &keys->ds[i];

		if (ds->key >= 0 && !keys->keys[ds->key].usable)
			check_emit_zone(context,
			    "DS %u/%u names a key that is revoked or no zone key",
			    ds->view.algorithm, ds->view.key_tag);
	}
}

void
check_unsigned_with_ds(struct check_context *context)
{
	if (!context->facts->is_signed && context->facts->keys.n_ds > 0)
		check_emit_zone(context,
		    "expected a signed zone below %lu DS, found no DNSSEC record",
		    (unsigned long)context->facts->keys.n_ds);
}

/* A finding about a request to the parent is bound to all that is asked for. */
static void
fact_of_cds(struct check_context *context, uint16_t type)
{
	check_fact_rrset(context, 0, type, false);
}

void
check_cds_not_apex(struct check_context *context)
{
	uint16_t flags = context->zone->owners[context->owner].flags;

	if ((context->set.type == RR_CDS || context->set.type == RR_CDNSKEY) &&
	    !(flags & (OWNER_APEX | OWNER_OCCLUDED)))
		check_emit(context, "expected this type at the apex only");
}

void
check_cds_forbidden(struct check_context *context)
{
	const struct next_ds_facts *next = &context->facts->next_ds;

	if (context->policy->parent.cds == CDS_FORBIDDEN && next->n > 0)
		check_emit_at(context, 0, zone_record(context->zone, next->entries[0].record)->type,
		    next->entries[0].record, "expected no CDS and CDNSKEY, found %lu",
		    (unsigned long)next->n);
}

void
check_cds_cdnskey_differ(struct check_context *context)
{
	const struct next_ds_facts *next = &context->facts->next_ds;

	if (next->n_cds == 0 || next->n_cdnskey == 0)
		return;
	for (size_t i = 0; i < next->n; i++) {
		const struct next_ds_entry *entry = &next->entries[i];

		if (entry->has_twin)
			continue;
		check_emit_at(context, 0, entry->is_cds ? RR_CDS : RR_CDNSKEY, entry->record,
		    "expected a %s for key %u/%u, found none", entry->is_cds ? "CDNSKEY" : "CDS",
		    entry->algorithm, entry->tag);
		fact_of_cds(context, RR_CDS);
		fact_of_cds(context, RR_CDNSKEY);
	}
}

void
check_cds_without_key(struct check_context *context)
{
	const struct next_ds_facts *next = &context->facts->next_ds;

	for (size_t i = 0; i < next->n; i++) {
		const struct next_ds_entry *entry = &next->entries[i];

		if (!entry->is_delete && entry->key < 0)
			check_emit_at(context, 0, entry->is_cds ? RR_CDS : RR_CDNSKEY,
			    entry->record,
			    "expected key %u/%u in the DNSKEY RRset, found none that it is of",
			    entry->algorithm, entry->tag);
	}
}

/* The DS of entry `at` would be passed over, as ds_is_passed_over has it. */
static bool
next_is_passed_over(const struct next_ds_facts *next, size_t at)
{
	const struct next_ds_entry *entry = &next->entries[at];

	for (size_t i = 0; i < next->n; i++) {
		if (next->entries[i].is_cds == entry->is_cds &&
		    next->entries[i].algorithm == entry->algorithm &&
		    next->entries[i].digest_type > entry->digest_type)
			return true;
	}
	return false;
}

/* Some entry of that kind and algorithm leads to a key that works; of an unsupported algorithm, to
 * a key. */
static bool
next_algorithm_works(const struct check_context *context, bool is_cds, uint8_t algorithm)
{
	const struct next_ds_facts *next = &context->facts->next_ds;

	for (size_t i = 0; i < next->n; i++) {
		const struct next_ds_entry *entry = &next->entries[i];

		if (entry->is_cds == is_cds && entry->algorithm == algorithm &&
		    ((key_works(context, entry->key) && !next_is_passed_over(next, i)) ||
			(!algorithm_is_supported(algorithm) && entry->key >= 0)))
			return true;
	}
	return false;
}

void
check_cds_breaks_chain(struct check_context *context)
{
	const struct next_ds_facts *next = &context->facts->next_ds;
	bool seen[2][256] = {{false}};

	for (size_t i = 0; i < next->n; i++) {
		const struct next_ds_entry *entry = &next->entries[i];

		if (entry->is_delete || seen[entry->is_cds][entry->algorithm])
			continue;
		seen[entry->is_cds][entry->algorithm] = true;
		if (next_algorithm_works(context, entry->is_cds, entry->algorithm))
			continue;
		check_emit_at(context, 0, entry->is_cds ? RR_CDS : RR_CDNSKEY, entry->record,
		    "expected a key of algorithm %u that these records name and that signs the "
		    "DNSKEY RRset, found none",
		    entry->algorithm);
		fact_of_cds(context, entry->is_cds ? RR_CDS : RR_CDNSKEY);
	}
}

/* An RRset at the apex is signed by a key that both DNSKEY and the parent's DS have. */
static bool
signed_by_ds_key(const struct check_context *context, uint16_t type)
{
	const struct key_facts *keys = &context->facts->keys;

	for (size_t i = 0; i < keys->n_ds; i++) {
		if (keys->ds[i].key >= 0 && signed_by_key(context, type, (size_t)keys->ds[i].key))
			return true;
	}
	return false;
}

void
check_cds_signer(struct check_context *context)
{
	static const uint16_t types[] = {RR_CDS, RR_CDNSKEY};
	struct rrset set;

	/* First enrolment has no DS to be signed by; a broken chain is told by chain-to-ds. */
	if (!context->zone->has_apex || !chain_works(context))
		return;
	for (size_t i = 0; i < 2; i++) {
		if (!zone_rrset(context->zone, 0, types[i], &set) ||
		    signed_by_ds_key(context, types[i]))
			continue;
		check_emit_at(context, 0, types[i], set.first,
		    "expected an RRSIG by a key that the parent's DS names, found none");
		fact_of_cds(context, types[i]);
	}
}

void
check_cds_delete(struct check_context *context)
{
	const struct next_ds_facts *next = &context->facts->next_ds;

	for (size_t i = 0; i < next->n; i++) {
		uint16_t type = next->entries[i].is_cds ? RR_CDS : RR_CDNSKEY;

		if (!next->entries[i].is_delete)
			continue;
		check_emit_at(
		    context, 0, type, next->entries[i].record, "a request to remove the DS set");
		fact_of_cds(context, type);
	}
}

void
check_cds_delete_malformed(struct check_context *context)
{
	const struct next_ds_facts *next = &context->facts->next_ds;

	for (size_t i = 0; i < next->n; i++) {
		const struct next_ds_entry *entry = &next->entries[i];
		size_t n_kind = entry->is_cds ? next->n_cds : next->n_cdnskey;

		if (!entry->is_delete || (entry->is_well_formed && n_kind == 1))
			continue;
		check_emit_at(context, 0, entry->is_cds ? RR_CDS : RR_CDNSKEY, entry->record,
		    "expected %s alone", entry->is_cds ? "0 0 0 00" : "0 3 0 AA==");
		fact_of_cds(context, entry->is_cds ? RR_CDS : RR_CDNSKEY);
	}
}
