/* What is known of each DNSKEY at the apex, and of each DS of the parent. */
#include "facts/keys.h"

#include <string.h>

#include "base/error.h"
#include "crypto/digest.h"
#include "dns/algorithm.h"

static zg_status
key_fact_fill(const struct zone *zone, uint32_t record, struct key_fact *fact)
{
	const uint8_t *rdata = zone_rdata(zone, record);
	size_t rdlen = zone_record(zone, record)->rdlen;
	zg_status status;

	*fact = (struct key_fact){.record = record, .tag = dnskey_tag(rdata, rdlen)};
	if (!dnskey_view(rdata, rdlen, &fact->view))
		return ZG_INTERNAL; /* the reader checked the shape */
	fact->revoked = (fact->view.flags & DNSKEY_FLAG_REVOKE) != 0;
	fact->usable = dnskey_may_sign(&fact->view);
	/* How a key is named in inventories and reports. */
	status = digest_of(DIGEST_KIND_SHA256, rdata, rdlen, fact->sha256);
	if (status == ZG_OK && algorithm_is_supported(fact->view.algorithm))
		status = public_key_new(fact->view.algorithm, fact->view.key, fact->view.key_len,
		    &fact->key, &fact->why);
	return status;
}

/* Finds the key that a DS names: RFC 4035 section 5.2. */
static zg_status
ds_fact_fill(const struct zone *zone, const struct key_facts *facts, const struct ds_entry *entry,
    struct ds_fact *fact)
{
	uint8_t octets[DS_DIGEST_MAX];
	zg_status status;

	*fact = (struct ds_fact){.line = entry->line, .key = -1, .tag_only = -1};
	if (!ds_view(entry->rdata, entry->rdlen, &fact->view))
		return ZG_DS_SYNTAX;
	fact->digest_known = ds_digest_is_supported(fact->view.digest_type);
	for (size_t i = 0; i < facts->n_keys && fact->key < 0; i++) {
		const struct key_fact *key = &facts->keys[i];

		if (key->tag != fact->view.key_tag || key->view.algorithm != fact->view.algorithm)
			continue;
		if (fact->digest_known) {
			status = key_ds_digest(zone->origin, zone_rdata(zone, key->record),
			    zone_record(zone, key->record)->rdlen, fact->view.digest_type, octets);
			if (status != ZG_OK)
				return status;
		}
		if (fact->digest_known &&
		    fact->view.digest_len == digest_type_length(fact->view.digest_type) &&
		    memcmp(octets, fact->view.digest, fact->view.digest_len) == 0)
			fact->key = (int)i;
		else if (fact->tag_only < 0)
			fact->tag_only = (int)i;
	}
	return ZG_OK;
}

zg_status
key_facts_compute(const struct zone *zone, const struct ds_entry *ds, size_t n_ds, bool ds_given,
    struct key_facts *facts, struct zg_error *error)
{
	struct rrset set = {0};
	zg_status status = ZG_OK;

	*facts = (struct key_facts){.ds_given = ds_given};
	if (n_ds > ZG_DS_MAX)
		return error_set(error, ZG_LIMIT, "more than %d DS records", ZG_DS_MAX);
	if (zone->has_apex)
		(void)zone_rrset(zone, 0, RR_DNSKEY, &set);
	facts->too_many = set.count > ZG_KEYS_MAX;
	for (uint32_t i = 0; i < set.count && i < ZG_KEYS_MAX && status == ZG_OK; i++)
		status = key_fact_fill(zone, set.first + i, &facts->keys[facts->n_keys++]);
	for (size_t i = 0; i < n_ds && status == ZG_OK; i++)
		status = ds_fact_fill(zone, facts, &ds[i], &facts->ds[facts->n_ds++]);
	if (status != ZG_OK)
		return error_set(
		    error, status, "%s while looking at the keys", zg_status_text(status));
	return ZG_OK;
}

void
key_facts_clear(struct key_facts *facts)
{
	for (size_t i = 0; i < facts->n_keys; i++)
		public_key_free(facts->keys[i].key);
	facts->n_keys = 0;
}
