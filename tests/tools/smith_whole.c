/* Whole zones: signing, stripping, ZONEMD. */
#include "smith_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Who signs what ---- */

/* Is this an RRset that KSKs sign? */
static bool
is_key_set(const struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type)
{
	return ldns_dname_compare(owner, zone->origin) == 0 &&
	       (type == LDNS_RR_TYPE_DNSKEY || type == LDNS_RR_TYPE_CDS ||
		   type == LDNS_RR_TYPE_CDNSKEY);
}

/* Does this key sign such RRsets, beside the other keys of its algorithm? Revoked ones sign the
 * DNSKEY RRset only. */
static bool
signs(const struct smith_keys *keys, const struct smith_key *key, ldns_rr_type type, bool key_set)
{
	uint32_t flags = smith_field(key->dnskey, DNSKEY_FLAGS);
	bool is_sep = (flags & LDNS_KEY_SEP_KEY) != 0;

	if ((flags & LDNS_KEY_ZONE_KEY) == 0)
		return false;
	if ((flags & SMITH_REVOKE) != 0)
		return key_set && type == LDNS_RR_TYPE_DNSKEY;
	if (is_sep == key_set)
		return true;
	for (size_t i = 0; i < keys->n; i++) {
		uint32_t other = smith_field(keys->keys[i]->dnskey, DNSKEY_FLAGS);

		if (keys->keys[i]->algorithm == key->algorithm && (other & SMITH_REVOKE) == 0 &&
		    (other & LDNS_KEY_ZONE_KEY) != 0 && ((other & LDNS_KEY_SEP_KEY) != 0) != is_sep)
			return false;
	}
	return true;
}

void
smith_sign_rest(
    struct smith_zone *zone, const struct smith_keys *keys, const struct smith_signing *signing)
{
	struct smith_sig sig = SMITH_SIG(signing->inception, signing->expiration);
	size_t n = zone->n;

	for (size_t i = 0; i < n; i++) {
		ldns_rdf *owner = ldns_rdf_clone(ldns_rr_owner(zone->rrs[i]));
		ldns_rr_type type = ldns_rr_get_type(zone->rrs[i]);

		if (smith_must_be_signed(zone, owner, type) &&
		    smith_find_rrsig(zone, owner, type, 0) == SMITH_NONE)
			for (size_t k = 0; k < keys->n; k++)
				if (signs(keys, keys->keys[k], type, is_key_set(zone, owner, type)))
					smith_append(zone, smith_sign_rrset(zone, owner, type,
							       keys->keys[k], &sig));
		ldns_rdf_deep_free(owner);
	}
}

static void
add_keys(struct smith_zone *zone, const struct smith_keys *keys, uint32_t ttl)
{
	for (size_t i = 0; i < keys->n; i++)
		smith_append(zone, smith_key_record(keys->keys[i], ttl));
}

/* A ZONEMD with a digest of zeros: smith_zonemd_update fills it in. */
static void
add_zonemd(struct smith_zone *zone, uint32_t ttl)
{
	uint8_t rdata[4 + 2 + 48] = {[4] = 1, [5] = 1};

	smith_append(
	    zone, smith_rr_wire(zone->origin, LDNS_RR_TYPE_ZONEMD, ttl, rdata, sizeof(rdata)));
}

void
smith_sign_zone(
    struct smith_zone *zone, const struct smith_keys *keys, const struct smith_signing *signing)
{
	uint32_t ttl = ldns_rr_ttl(smith_get(zone, "@", LDNS_RR_TYPE_SOA));

	if (!signing->keep_keys)
		add_keys(zone, keys, signing->dnskey_ttl == 0 ? ttl : signing->dnskey_ttl);
	if (signing->zonemd)
		add_zonemd(zone, ttl);
	if (signing->denial == SMITH_USE_NSEC)
		smith_make_nsec(zone);
	else if (signing->denial == SMITH_USE_NSEC3)
		smith_make_nsec3(zone, &signing->nsec3);
	smith_sign_rest(zone, keys, signing);
	smith_sort(zone);
	smith_zonemd_update(zone, keys);
}

void
smith_strip(struct smith_zone *zone)
{
	static const ldns_rr_type everywhere[] = {LDNS_RR_TYPE_DNSKEY, LDNS_RR_TYPE_RRSIG,
	    LDNS_RR_TYPE_NSEC, LDNS_RR_TYPE_NSEC3, LDNS_RR_TYPE_NSEC3PARAM, LDNS_RR_TYPE_ZONEMD};

	for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++)
		smith_remove_rrset(zone, NULL, everywhere[i]);
	smith_remove_rrset(zone, zone->origin, LDNS_RR_TYPE_CDS);
	smith_remove_rrset(zone, zone->origin, LDNS_RR_TYPE_CDNSKEY);
}

/* ---- ZONEMD: RFC 8976 section 3 ---- */

/* Section 3.3.1.1: every record of the zone but the apex ZONEMD RRset and its RRSIGs. */
static bool
is_digested(const struct smith_zone *zone, const ldns_rr *rr)
{
	bool apex = ldns_dname_compare(ldns_rr_owner(rr), zone->origin) == 0;
	ldns_rr_type type = ldns_rr_get_type(rr);

	if (!smith_name_below(ldns_rr_owner(rr), zone->origin))
		return false;
	if (apex && type == LDNS_RR_TYPE_RRSIG)
		type = smith_covered(rr);
	return !apex || type != LDNS_RR_TYPE_ZONEMD;
}

/* A record in canonical form, and what it is sorted by. */
struct digested {
	const ldns_rr *rr;
	uint8_t *octets;
	size_t n;
	size_t rdata; /* offset */
};

static int
compare_digested(const void *a, const void *b)
{
	const struct digested *left = a, *right = b;
	int order = ldns_dname_compare(ldns_rr_owner(left->rr), ldns_rr_owner(right->rr));
	size_t l = left->n - left->rdata, r = right->n - right->rdata;

	if (order != 0)
		return order;
	if (ldns_rr_get_type(left->rr) != ldns_rr_get_type(right->rr))
		return ldns_rr_get_type(left->rr) < ldns_rr_get_type(right->rr) ? -1 : 1;
	order = memcmp(left->octets + left->rdata, right->octets + right->rdata, l < r ? l : r);
	return order != 0 ? order : l < r ? -1 : l > r;
}

size_t
smith_zonemd_digest(const struct smith_zone *zone, uint8_t hash, uint8_t digest[64])
{
	struct digested *records = smith_allocate(zone->n * sizeof(*records));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned length = 0;
	size_t n = 0;

	for (size_t i = 0; i < zone->n; i++) {
		const ldns_rr *rr = zone->rrs[i];

		if (!is_digested(zone, rr))
			continue;
		records[n].rr = rr;
		records[n].octets = smith_canonical(rr, ldns_rr_ttl(rr), &records[n].n);
		records[n++].rdata = ldns_rdf_size(ldns_rr_owner(rr)) + 10;
	}
	qsort(records, n, sizeof(*records), compare_digested);
	EVP_DigestInit(context, hash == 1 ? EVP_sha384() : EVP_sha512());
	for (size_t i = 0; i < n; i++)
		if (i == 0 || compare_digested(&records[i - 1], &records[i]) != 0)
			EVP_DigestUpdate(context, records[i].octets, records[i].n);
	EVP_DigestFinal(context, digest, &length);
	EVP_MD_CTX_free(context);
	for (size_t i = 0; i < n; i++)
		free(records[i].octets);
	free(records);
	return length;
}

void
smith_zonemd_update(struct smith_zone *zone, const struct smith_keys *keys)
{
	uint32_t serial = smith_field(smith_get(zone, "@", LDNS_RR_TYPE_SOA), SOA_SERIAL);
	uint8_t rdata[6 + 64];
	bool any = false;

	for (size_t i = 0;
	     (i = smith_find(zone, zone->origin, LDNS_RR_TYPE_ZONEMD, i)) != SMITH_NONE; i++) {
		uint32_t ttl = ldns_rr_ttl(zone->rrs[i]);
		uint8_t hash = (uint8_t)smith_field(zone->rrs[i], ZONEMD_HASH);

		any = true;
		if (smith_field(zone->rrs[i], ZONEMD_SCHEME) != 1 || hash < 1 || hash > 2)
			continue;
		for (unsigned octet = 0; octet < 4; octet++)
			rdata[octet] = (uint8_t)(serial >> (24 - 8 * octet));
		rdata[4] = 1;
		rdata[5] = hash;
		smith_replace(zone, i,
		    smith_rr_wire(zone->origin, LDNS_RR_TYPE_ZONEMD, ttl, rdata,
			6 + smith_zonemd_digest(zone, hash, rdata + 6)));
	}
	if (any)
		smith_resign(zone, keys, zone->origin, LDNS_RR_TYPE_ZONEMD);
}
