/* Keys and signatures from chosen numbers. */
#include "maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>

#include "dns/algorithm.h"

void
must(bool done, const char *what)
{
	if (done)
		return;
	fprintf(stderr, "differential: %s failed\n", what);
	exit(2);
}

uint64_t
maker_next(struct maker *maker)
{
	uint64_t z = maker->chance += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

void
maker_init(struct maker *maker, uint64_t seed)
{
	*maker = (struct maker){.chance = seed};
	maker->context = BN_CTX_new();
	maker->curve = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	must(maker->context != NULL && maker->curve != NULL, "P-256");
	maker->n = EC_GROUP_get0_order(maker->curve);
	must(BN_hex2bn(&maker->p, P_HEX) > 0, "p");
	maker->point = EC_POINT_new(maker->curve);
	maker->k = BN_new();
	maker->r = BN_new();
	maker->s = BN_new();
	maker->e = BN_new();
	maker->t = BN_new();
	must(maker->point != NULL && maker->k != NULL && maker->r != NULL && maker->s != NULL &&
		 maker->e != NULL && maker->t != NULL,
	    "memory");
}

void
maker_clear(struct maker *maker)
{
	BN_free(maker->k);
	BN_free(maker->r);
	BN_free(maker->s);
	BN_free(maker->e);
	BN_free(maker->t);
	BN_free(maker->p);
	EC_POINT_free(maker->point);
	EC_GROUP_free(maker->curve);
	BN_CTX_free(maker->context);
}

void
maker_number(struct maker *maker, BIGNUM *number)
{
	uint64_t words[4];

	do {
		for (size_t i = 0; i < 4; i++)
			words[i] = maker_next(maker);
		must(BN_bin2bn((const uint8_t *)words, sizeof(words), number) != NULL, "a number");
	} while (BN_is_zero(number) || BN_cmp(number, maker->n) >= 0);
}

/* ---- Keys ---- */

/* The key as OpenSSL alone reads it. */
static EVP_PKEY *
plain_key(const uint8_t octets[1 + 64])
{
	char group[] = "P-256";
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	uint8_t point[1 + 64];
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1),
	    OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
	    OSSL_PARAM_construct_end()};

	memcpy(point, octets, sizeof(point));
	must(context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
		 EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) == 1,
	    "a plain key");
	EVP_PKEY_CTX_free(context);
	return key;
}

/* Reads maker->point in all ways. */
static void
pair_fill(struct maker *maker, struct signing_pair *pair)
{
	uint8_t octets[1 + 64];
	const char *why;

	must(EC_POINT_point2oct(maker->curve, maker->point, POINT_CONVERSION_UNCOMPRESSED, octets,
		 sizeof(octets), maker->context) == sizeof(octets),
	    "a point's octets");
	memcpy(pair->field, octets + 1, sizeof(pair->field));
	pair->plain = plain_key(octets);
	must(public_key_new(ALG_ECDSAP256SHA256, pair->field, sizeof(pair->field), &pair->key,
		 &why) == ZG_OK &&
		 pair->key != NULL,
	    "a public key");
	must(ecdsa_table_new(pair->key, &pair->table) == ZG_OK, "a table");
}

void
pair_of_number(struct maker *maker, const BIGNUM *d, struct signing_pair *pair)
{
	*pair = (struct signing_pair){.d = BN_dup(d)};
	must(pair->d != NULL &&
		 EC_POINT_mul(maker->curve, maker->point, d, NULL, NULL, maker->context) == 1,
	    "a key");
	pair_fill(maker, pair);
}

bool
pair_recovered(struct maker *maker, const BIGNUM *x, const BIGNUM *s, const BIGNUM *e,
    struct signing_pair *pair, struct sample *sample)
{
	BN_CTX *context = maker->context;
	EC_POINT *point = EC_POINT_new(maker->curve);
	bool found;

	must(point != NULL, "memory");
	must(BN_nnmod(maker->r, x, maker->n, context) == 1, "r");
	found = !BN_is_zero(maker->r) && EC_POINT_set_compressed_coordinates(maker->curve, point, x,
					     (int)(maker_next(maker) & 1), context) == 1;
	if (found) {
		/* Q = (s * R - e * G) / r */
		must(BN_mod_inverse(maker->t, maker->r, maker->n, context) != NULL &&
			 BN_mod_mul(maker->s, s, maker->t, maker->n, context) == 1 &&
			 BN_mod_mul(maker->e, e, maker->t, maker->n, context) == 1 &&
			 BN_mod_sub(maker->e, maker->n, maker->e, maker->n, context) == 1 &&
			 EC_POINT_mul(
			     maker->curve, maker->point, maker->e, point, maker->s, context) == 1,
		    "a recovered key");
		found = EC_POINT_is_at_infinity(maker->curve, maker->point) == 0;
	}
	EC_POINT_free(point);
	if (!found)
		return false;
	*pair = (struct signing_pair){.d = NULL};
	pair_fill(maker, pair);
	make_of(maker->r, s, e, sample);
	sample->expected = EXPECT_GOOD;
	return true;
}

void
pair_clear(struct signing_pair *pair)
{
	BN_free(pair->d);
	ecdsa_table_free(pair->table);
	public_key_free(pair->key);
	EVP_PKEY_free(pair->plain);
}

/* ---- Signatures ---- */

void
make_of(const BIGNUM *r, const BIGNUM *s, const BIGNUM *e, struct sample *sample)
{
	memset(sample, 0, sizeof(*sample));
	must(BN_bn2binpad(r, sample->item.signature, 32) == 32 &&
		 BN_bn2binpad(s, sample->item.signature + 32, 32) == 32 &&
		 BN_bn2binpad(e, sample->item.hash, 32) == 32,
	    "octets");
	sample->expected = EXPECT_ANY;
}

bool
maker_x(struct maker *maker, const BIGNUM *k, BIGNUM *x)
{
	must(EC_POINT_mul(maker->curve, maker->point, k, NULL, NULL, maker->context) == 1, "k * G");
	if (EC_POINT_is_at_infinity(maker->curve, maker->point))
		return false;
	must(EC_POINT_get_affine_coordinates(maker->curve, maker->point, x, NULL, maker->context) ==
		     1 &&
		 BN_nnmod(x, x, maker->n, maker->context) == 1,
	    "x");
	return !BN_is_zero(x);
}

void
make_good(struct maker *maker, const struct signing_pair *pair, struct sample *sample)
{
	BN_CTX *context = maker->context;

	do
		maker_number(maker, maker->k);
	while (!maker_x(maker, maker->k, maker->r));
	maker_number(maker, maker->s);
	/* e = s * k - r * d */
	must(BN_mod_mul(maker->e, maker->s, maker->k, maker->n, context) == 1 &&
		 BN_mod_mul(maker->t, maker->r, pair->d, maker->n, context) == 1 &&
		 BN_mod_sub(maker->e, maker->e, maker->t, maker->n, context) == 1,
	    "a good signature");
	make_of(maker->r, maker->s, maker->e, sample);
	sample->expected = EXPECT_GOOD;
}

void
make_over(struct maker *maker, const struct signing_pair *pair, const uint8_t hash[32],
    struct sample *sample)
{
	BN_CTX *context = maker->context;

	must(BN_bin2bn(hash, 32, maker->e) != NULL, "a hash");
	do {
		do
			maker_number(maker, maker->k);
		while (!maker_x(maker, maker->k, maker->r));
		/* s = (e + r * d) / k */
		must(BN_mod_mul(maker->s, maker->r, pair->d, maker->n, context) == 1 &&
			 BN_mod_add(maker->s, maker->s, maker->e, maker->n, context) == 1 &&
			 BN_mod_inverse(maker->t, maker->k, maker->n, context) != NULL &&
			 BN_mod_mul(maker->s, maker->s, maker->t, maker->n, context) == 1,
		    "a signature");
	} while (BN_is_zero(maker->s));
	make_of(maker->r, maker->s, maker->e, sample);
	sample->expected = EXPECT_GOOD;
}

void
make_with(struct maker *maker, const struct signing_pair *pair, const BIGNUM *u1, const BIGNUM *u2,
    const BIGNUM *r, struct sample *sample)
{
	BN_CTX *context = maker->context;
	bool finite;

	must(BN_mod_mul(maker->k, u2, pair->d, maker->n, context) == 1 &&
		 BN_mod_add(maker->k, maker->k, u1, maker->n, context) == 1,
	    "u1 + u2 * d");
	finite = maker_x(maker, maker->k, maker->r);
	if (r == NULL && !finite)
		maker_number(maker, maker->r);
	else if (r != NULL)
		must(BN_copy(maker->r, r) != NULL, "r");
	/* s = r / u2, e = u1 * s */
	must(BN_mod_inverse(maker->t, u2, maker->n, context) != NULL &&
		 BN_mod_mul(maker->s, maker->r, maker->t, maker->n, context) == 1 &&
		 BN_mod_mul(maker->e, u1, maker->s, maker->n, context) == 1,
	    "s and e");
	make_of(maker->r, maker->s, maker->e, sample);
	sample->expected = finite && r == NULL ? EXPECT_GOOD : EXPECT_BAD;
}

bool
add_to(uint8_t number[32], const BIGNUM *summand)
{
	BIGNUM *sum = BN_bin2bn(number, 32, NULL);
	bool fits;

	must(sum != NULL && BN_add(sum, sum, summand) == 1, "a sum");
	fits = BN_num_bits(sum) <= 256;
	if (fits)
		must(BN_bn2binpad(sum, number, 32) == 32, "octets");
	BN_free(sum);
	return fits;
}
