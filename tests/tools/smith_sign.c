/* Signatures over RRsets: making, renewing and verifying them (RFC 4034 section 3.1.8.1). */
#include "smith_internal.h"
#include "smith_key.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

/* ---- What is signed ---- */

/* One record in canonical form with the name that is signed. */
struct item {
	uint8_t *octets;
	size_t n;
};

static int
compare_items(const void *a, const void *b)
{
	const struct item *left = a, *right = b;
	size_t n = left->n < right->n ? left->n : right->n;
	int order = memcmp(left->octets, right->octets, n);

	return order != 0 ? order : left->n < right->n ? -1 : left->n > right->n;
}

/* RDATA in canonical order, without the length before it: it follows owner, type, class, TTL and
 * length, which only differ in the length. */
static int
compare_rdata(const void *a, const void *b, void *skip_pointer)
{
	const size_t *skip = skip_pointer;
	const struct item *left = a, *right = b;
	struct item l = {left->octets + *skip, left->n - *skip};
	struct item r = {right->octets + *skip, right->n - *skip};

	return compare_items(&l, &r);
}

/* The owner name as it is signed: fewer labels in the RRSIG make it a wildcard. */
static ldns_rdf *
signed_name(const ldns_rdf *owner, unsigned labels)
{
	unsigned have = smith_name_labels(owner);
	ldns_rdf *rest, *name;

	if (labels >= have)
		return smith_name_lower(owner);
	rest = ldns_dname_clone_from(owner, (uint16_t)(ldns_dname_label_count(owner) - labels));
	name = ldns_dname_new_frm_str("*");
	if (rest == NULL || name == NULL || ldns_dname_cat(name, rest) != LDNS_STATUS_OK)
		smith_die("wildcard name");
	ldns_dname2canonical(name);
	ldns_rdf_deep_free(rest);
	return name;
}

/* Appends the RRset in canonical form and order, duplicates once. */
static void
add_rrset(struct bytes *input, ldns_rr *const *rrs, size_t n, unsigned labels, uint32_t ttl)
{
	struct item *items = smith_allocate(n * sizeof(*items));
	ldns_rdf *name = signed_name(ldns_rr_owner(rrs[0]), labels);
	size_t skip = ldns_rdf_size(name) + 10;

	for (size_t i = 0; i < n; i++) {
		ldns_rr *copy = ldns_rr_clone(rrs[i]);

		ldns_rdf_deep_free(ldns_rr_owner(copy));
		ldns_rr_set_owner(copy, ldns_rdf_clone(name));
		items[i].octets = smith_canonical(copy, ttl, &items[i].n);
		ldns_rr_free(copy);
	}
	qsort_r(items, n, sizeof(*items), compare_rdata, &skip);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || compare_items(&items[i - 1], &items[i]) != 0)
			bytes_add(input, items[i].octets, items[i].n);
	for (size_t i = 0; i < n; i++)
		free(items[i].octets);
	free(items);
	ldns_rdf_deep_free(name);
}

/* ---- Signing ---- */

/* DER to the two padded numbers of RFC 6605 section 4. */
static void
raw_ecdsa(const uint8_t *der, size_t n, size_t size, uint8_t *raw)
{
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)n);

	if (pair == NULL || BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, (int)size) < 0 ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + size, (int)size) < 0)
		smith_die("ECDSA signature");
	ECDSA_SIG_free(pair);
}

static void
add_signature(struct bytes *rdata, const struct bytes *input, const struct smith_key *key)
{
	const struct smith_algorithm *algorithm = smith_algorithm(key->algorithm);
	const EVP_MD *digest =
	    algorithm->digest == NULL ? NULL : EVP_get_digestbyname(algorithm->digest);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[1024], raw[2 * 66];
	size_t length = sizeof(signature);

	if (context == NULL ||
	    EVP_DigestSignInit(context, NULL, digest, NULL, key->private_key) != 1 ||
	    EVP_DigestSign(context, signature, &length, input->data, input->n) != 1)
		smith_die("%s: cannot sign", key->label);
	if (algorithm->kind == SMITH_ECDSA) {
		raw_ecdsa(signature, length, algorithm->size, raw);
		bytes_add(rdata, raw, 2 * algorithm->size);
	} else {
		bytes_add(rdata, signature, length);
	}
	EVP_MD_CTX_free(context);
}

static int64_t
or_natural(int64_t chosen, int64_t natural)
{
	return chosen == SMITH_NATURAL ? natural : chosen;
}

ldns_rr *
smith_sign(ldns_rr *const *rrs, size_t n, const struct smith_key *key, const struct smith_sig *sig)
{
	const ldns_rdf *owner;
	ldns_rdf *signer;
	struct bytes rdata = {0}, input = {0};
	int64_t original_ttl;
	unsigned labels;
	ldns_rr *rrsig;

	if (n == 0)
		smith_die("no RRset to sign");
	owner = ldns_rr_owner(rrs[0]);
	signer = smith_name_lower(sig->signer == NULL ? ldns_rr_owner(key->dnskey) : sig->signer);
	original_ttl = or_natural(sig->original_ttl, ldns_rr_ttl(rrs[0]));
	labels = (unsigned)or_natural(sig->labels, smith_name_labels(owner));
	bytes_add_number(&rdata, ldns_rr_get_type(rrs[0]), 2);
	bytes_add_number(&rdata, (uint32_t)or_natural(sig->algorithm, key->algorithm), 1);
	bytes_add_number(&rdata, labels, 1);
	bytes_add_number(&rdata, (uint32_t)original_ttl, 4);
	bytes_add_number(&rdata, (uint32_t)sig->expiration, 4);
	bytes_add_number(&rdata, (uint32_t)sig->inception, 4);
	bytes_add_number(&rdata, (uint32_t)or_natural(sig->tag, key->tag), 2);
	bytes_add(&rdata, ldns_rdf_data(signer), ldns_rdf_size(signer));
	bytes_add(&input, rdata.data, rdata.n);
	add_rrset(&input, rrs, n, labels, (uint32_t)original_ttl);
	add_signature(&rdata, &input, key);
	rrsig = smith_rr_wire(owner, LDNS_RR_TYPE_RRSIG,
	    (uint32_t)or_natural(sig->ttl, ldns_rr_ttl(rrs[0])), rdata.data, rdata.n);
	ldns_rdf_deep_free(signer);
	free(rdata.data);
	free(input.data);
	return rrsig;
}

/* The records of the RRset, borrowed; the array is freed by the caller. */
static ldns_rr **
collect(const struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type, size_t *n)
{
	ldns_rr **rrs = smith_allocate(zone->n * sizeof(*rrs));

	*n = 0;
	for (size_t i = 0; (i = smith_find(zone, owner, type, i)) != SMITH_NONE; i++)
		rrs[(*n)++] = zone->rrs[i];
	return rrs;
}

ldns_rr *
smith_sign_rrset(const struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type,
    const struct smith_key *key, const struct smith_sig *sig)
{
	size_t n;
	ldns_rr **rrs = collect(zone, owner, type, &n);
	ldns_rr *rrsig = smith_sign(rrs, n, key, sig);

	free(rrs);
	return rrsig;
}

ldns_rr *
smith_add_rrsig(struct smith_zone *zone, const char *owner, ldns_rr_type type,
    const struct smith_key *key, const struct smith_sig *sig)
{
	ldns_rdf *name = smith_name(zone, owner);
	ldns_rr *rrsig = smith_sign_rrset(zone, name, type, key, sig);

	smith_append(zone, rrsig);
	ldns_rdf_deep_free(name);
	return rrsig;
}

/* ---- Renewing ---- */

/* A new RRSIG by the key of `keys` that made `former`; NULL: not one of them. */
static ldns_rr *
renew(const struct smith_zone *zone, const struct smith_keys *keys, const ldns_rdf *owner,
    ldns_rr_type type, const ldns_rr *former)
{
	const struct smith_key *key =
	    smith_keys_find(keys, (uint8_t)smith_field(former, RRSIG_ALGORITHM),
		(uint16_t)smith_field(former, RRSIG_TAG));
	struct smith_sig sig =
	    SMITH_SIG(smith_field(former, RRSIG_INCEPTION), smith_field(former, RRSIG_EXPIRATION));

	return key == NULL ? NULL : smith_sign_rrset(zone, owner, type, key, &sig);
}

size_t
smith_resign(struct smith_zone *zone, const struct smith_keys *keys, const ldns_rdf *owner,
    ldns_rr_type type)
{
	ldns_rdf *name = ldns_rdf_clone(owner);
	bool is_new = smith_find_rrsig(zone, name, type, 0) == SMITH_NONE;
	const ldns_rdf *model_owner = is_new ? zone->origin : name;
	ldns_rr_type model_type = is_new ? LDNS_RR_TYPE_SOA : type;
	size_t made = 0, n = zone->n;

	for (size_t i = 0; (i = smith_find_rrsig(zone, model_owner, model_type, i)) < n; i++) {
		ldns_rr *rrsig = renew(zone, keys, name, type, zone->rrs[i]);

		if (rrsig == NULL)
			continue;
		if (is_new)
			smith_append(zone, rrsig);
		else
			smith_replace(zone, i, rrsig);
		made++;
	}
	ldns_rdf_deep_free(name);
	return made;
}

/* ---- Verifying ---- */

/* RFC 6605 section 4 to DER. Returns its length, 0: wrong length. */
static size_t
der_ecdsa(struct octets raw, size_t size, uint8_t *der)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	int length;

	if (raw.n != 2 * size) {
		ECDSA_SIG_free(pair);
		return 0;
	}
	ECDSA_SIG_set0(pair, BN_bin2bn(raw.data, (int)size, NULL),
	    BN_bin2bn(raw.data + size, (int)size, NULL));
	length = i2d_ECDSA_SIG(pair, &der);
	ECDSA_SIG_free(pair);
	return length < 0 ? 0 : (size_t)length;
}

static bool
verify_octets(const ldns_rr *dnskey, struct octets signature, const struct bytes *input)
{
	const struct smith_algorithm *algorithm =
	    smith_algorithm((uint8_t)smith_field(dnskey, DNSKEY_ALGORITHM));
	const EVP_MD *digest =
	    algorithm->digest == NULL ? NULL : EVP_get_digestbyname(algorithm->digest);
	EVP_PKEY *key = smith_public_key(dnskey);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[160];
	bool verifies;

	if (algorithm->kind == SMITH_ECDSA) {
		signature.n = der_ecdsa(signature, algorithm->size, der);
		signature.data = der;
	}
	verifies =
	    key != NULL && context != NULL &&
	    EVP_DigestVerifyInit(context, NULL, digest, NULL, key) == 1 &&
	    EVP_DigestVerify(context, signature.data, signature.n, input->data, input->n) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return verifies;
}

bool
smith_verify(const struct smith_zone *zone, const ldns_rr *rrsig, const ldns_rr *dnskey)
{
	struct bytes input = {0};
	ldns_rdf *signer = smith_name_lower(ldns_rr_rdf(rrsig, RRSIG_SIGNER));
	size_t n;
	ldns_rr **rrs = collect(zone, ldns_rr_owner(rrsig), smith_covered(rrsig), &n);
	bool verifies = false;

	for (size_t field = 0; field < RRSIG_SIGNER; field++)
		bytes_add(&input, field_octets(rrsig, field).data, field_octets(rrsig, field).n);
	bytes_add(&input, ldns_rdf_data(signer), ldns_rdf_size(signer));
	if (n > 0 && smith_field(rrsig, RRSIG_ALGORITHM) == smith_field(dnskey, DNSKEY_ALGORITHM)) {
		add_rrset(&input, rrs, n, smith_field(rrsig, RRSIG_LABELS),
		    smith_field(rrsig, RRSIG_ORIGINAL_TTL));
		verifies = verify_octets(dnskey, field_octets(rrsig, RRSIG_SIGNATURE), &input);
	}
	free(rrs);
	free(input.data);
	ldns_rdf_deep_free(signer);
	return verifies;
}
