/* The DS set that the zone asks its parent for. */
#include "facts/next_ds.h"

#include <string.h>

#include "base/error.h"
#include "dns/algorithm.h"

/* Exactly 0 0 0 00 or 0 3 0 AA==: RFC 8078 section 4 with erratum 5049. */
static bool
delete_is_well_formed(const uint8_t *rdata, size_t rdlen, bool is_cds)
{
	static const uint8_t cds[5] = {0, 0, 0, 0, 0}, cdnskey[5] = {0, 0, 3, 0, 0};

	return rdlen == 5 && memcmp(rdata, is_cds ? cds : cdnskey, 5) == 0;
}

/* The CDS is of this DNSKEY or CDNSKEY; where the digest type is not known, the tag has to do. */
static zg_status
cds_is_of(const struct zone *zone, const struct next_ds_entry *cds, const uint8_t *key,
    size_t key_len, bool *is_of)
{
	uint8_t octets[48];
	struct dnskey_view view;
	struct ds_view ds;
	zg_status status;

	*is_of = false;
	if (!ds_view(zone_rdata(zone, cds->record), zone_record(zone, cds->record)->rdlen, &ds) ||
	    !dnskey_view(key, key_len, &view) || view.algorithm != ds.algorithm ||
	    dnskey_tag(key, key_len) != ds.key_tag)
		return ZG_OK;
	if (!ds_digest_is_supported(ds.digest_type)) {
		*is_of = true;
		return ZG_OK;
	}
	status = key_ds_digest(zone->origin, key, key_len, ds.digest_type, octets);
	*is_of = status == ZG_OK && ds.digest_len == digest_type_length(ds.digest_type) &&
		 memcmp(octets, ds.digest, ds.digest_len) == 0;
	return status;
}

/* What one record says. */
static void
entry_fill(const struct zone *zone, uint32_t record, bool is_cds, struct next_ds_entry *entry)
{
	const uint8_t *rdata = zone_rdata(zone, record);
	size_t rdlen = zone_record(zone, record)->rdlen;
	struct dnskey_view dnskey;
	struct ds_view ds;

	*entry = (struct next_ds_entry){.record = record, .is_cds = is_cds, .key = -1};
	if (is_cds && ds_view(rdata, rdlen, &ds)) {
		entry->algorithm = ds.algorithm;
		entry->tag = ds.key_tag;
		entry->digest_type = ds_digest_is_supported(ds.digest_type) ? ds.digest_type : 0;
	} else if (!is_cds && dnskey_view(rdata, rdlen, &dnskey)) {
		entry->algorithm = dnskey.algorithm;
		entry->tag = dnskey_tag(rdata, rdlen);
	}
	entry->is_delete = entry->algorithm == 0;
	entry->is_well_formed = entry->is_delete && delete_is_well_formed(rdata, rdlen, is_cds);
}

/* Finds the key of the zone that an entry is of. */
static zg_status
entry_find_key(const struct zone *zone, const struct key_facts *keys, struct next_ds_entry *entry)
{
	for (size_t i = 0; i < keys->n_keys && entry->key < 0; i++) {
		const uint8_t *key = zone_rdata(zone, keys->keys[i].record);
		size_t key_len = zone_record(zone, keys->keys[i].record)->rdlen;
		bool is_of = key_len == zone_record(zone, entry->record)->rdlen &&
			     memcmp(key, zone_rdata(zone, entry->record), key_len) == 0;
		zg_status status = ZG_OK;

		if (entry->is_cds)
			status = cds_is_of(zone, entry, key, key_len, &is_of);
		if (status != ZG_OK)
			return status;
		if (is_of)
			entry->key = (int)i;
	}
	return ZG_OK;
}

/* Marks the CDS and CDNSKEY that are of one key: RFC 7344 section 4. */
static zg_status
mark_twins(const struct zone *zone, struct next_ds_entry *cds, struct next_ds_entry *cdnskey)
{
	bool same = cds->is_delete && cdnskey->is_delete;
	zg_status status = ZG_OK;

	if (!same)
		status = cds_is_of(zone, cds, zone_rdata(zone, cdnskey->record),
		    zone_record(zone, cdnskey->record)->rdlen, &same);
	cds->has_twin |= same;
	cdnskey->has_twin |= same;
	return status;
}

zg_status
next_ds_compute(const struct zone *zone, const struct key_facts *keys, struct next_ds_facts *facts,
    struct zg_error *error)
{
	struct rrset cds = {0}, cdnskey = {0};
	zg_status status = ZG_OK;

	*facts = (struct next_ds_facts){.n = 0};
	if (!zone->has_apex)
		return ZG_OK;
	(void)zone_rrset(zone, 0, RR_CDS, &cds);
	(void)zone_rrset(zone, 0, RR_CDNSKEY, &cdnskey);
	facts->too_many = cds.count > ZG_DS_MAX || cdnskey.count > ZG_DS_MAX;
	for (uint32_t i = 0; i < cds.count && i < ZG_DS_MAX; i++, facts->n_cds++)
		entry_fill(zone, cds.first + i, true, &facts->entries[facts->n++]);
	for (uint32_t i = 0; i < cdnskey.count && i < ZG_DS_MAX; i++, facts->n_cdnskey++)
		entry_fill(zone, cdnskey.first + i, false, &facts->entries[facts->n++]);
	for (size_t i = 0; i < facts->n && status == ZG_OK; i++)
		status = entry_find_key(zone, keys, &facts->entries[i]);
	for (size_t i = 0; i < facts->n_cds && status == ZG_OK; i++) {
		for (size_t k = facts->n_cds; k < facts->n && status == ZG_OK; k++)
			status = mark_twins(zone, &facts->entries[i], &facts->entries[k]);
	}
	if (status != ZG_OK)
		return error_set(error, status, "%s while looking at CDS", zg_status_text(status));
	return ZG_OK;
}
