/* Batched ECDSA P-256. The only user of libcrypto's deprecated elliptic curve functions. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/ecdsa_batch.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/opensslconf.h>

#ifndef OPENSSL_NO_DEPRECATED_3_0

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "crypto/public_key_private.h"
#include "dns/algorithm.h"

/*
 * With the public key as the generator of a second group, u2 * Q is a multiplication by a fixed
 * base, as fast as u1 * G.
 */
struct ecdsa_table {
	EC_GROUP *curve; /* generator G */
	EC_GROUP *key;	 /* generator Q, multiples precomputed */
	BN_MONT_CTX *order;
};

struct ecdsa_batch {
	BN_CTX *context;
	EC_GROUP *curve;
	EC_POINT *by_key;		 /* u2 * Q */
	EC_POINT *sums[ECDSA_BATCH_MAX]; /* u1 * G + u2 * Q */
	BIGNUM *r[ECDSA_BATCH_MAX];
	BIGNUM *s[ECDSA_BATCH_MAX];	  /* in Montgomery form */
	BIGNUM *e[ECDSA_BATCH_MAX];	  /* the hash as a number; then u1 */
	BIGNUM *product[ECDSA_BATCH_MAX]; /* s[0] * ... * s[i], in Montgomery form; then u2 */
	BIGNUM *inverse, *w, *x;
	size_t item[ECDSA_BATCH_MAX]; /* which item each place holds */
};

void
ecdsa_table_free(struct ecdsa_table *table)
{
	if (table == NULL)
		return;
	EC_GROUP_free(table->curve);
	EC_GROUP_free(table->key);
	BN_MONT_CTX_free(table->order);
	free(table);
}

void
ecdsa_batch_free(struct ecdsa_batch *batch)
{
	if (batch == NULL)
		return;
	for (size_t i = 0; i < ECDSA_BATCH_MAX; i++) {
		EC_POINT_free(batch->sums[i]);
		BN_free(batch->r[i]);
		BN_free(batch->s[i]);
		BN_free(batch->e[i]);
		BN_free(batch->product[i]);
	}
	BN_free(batch->inverse);
	BN_free(batch->w);
	BN_free(batch->x);
	EC_POINT_free(batch->by_key);
	EC_GROUP_free(batch->curve);
	BN_CTX_free(batch->context);
	free(batch);
}

zg_status
ecdsa_batch_new(struct ecdsa_batch **batch)
{
	struct ecdsa_batch *made = calloc(1, sizeof(*made));
	bool ok;

	*batch = NULL;
	if (made == NULL)
		return ZG_MEMORY;
	made->context = BN_CTX_new();
	made->curve = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	ok = made->context != NULL && made->curve != NULL &&
	     (made->by_key = EC_POINT_new(made->curve)) != NULL &&
	     (made->inverse = BN_new()) != NULL && (made->w = BN_new()) != NULL &&
	     (made->x = BN_new()) != NULL;
	for (size_t i = 0; ok && i < ECDSA_BATCH_MAX; i++)
		ok = (made->sums[i] = EC_POINT_new(made->curve)) != NULL &&
		     (made->r[i] = BN_new()) != NULL && (made->s[i] = BN_new()) != NULL &&
		     (made->e[i] = BN_new()) != NULL && (made->product[i] = BN_new()) != NULL;
	if (!ok) {
		ecdsa_batch_free(made);
		ERR_clear_error();
		return ZG_MEMORY;
	}
	*batch = made;
	return ZG_OK;
}

/*
 * Takes the items whose r and s lie in [1, n - 1] into places [0, return value): hash, r and s as
 * numbers, and the running product of all s.
 */
static size_t
batch_load(struct ecdsa_batch *batch, const struct ecdsa_table *table,
    const struct ecdsa_item *items, size_t n_items)
{
	const BIGNUM *order = EC_GROUP_get0_order(table->curve);
	size_t n = 0;

	for (size_t i = 0; i < n_items; i++) {
		const uint8_t *signature = items[i].signature;

		if (BN_bin2bn(signature, 32, batch->r[n]) == NULL ||
		    BN_bin2bn(signature + 32, 32, batch->s[n]) == NULL ||
		    BN_bin2bn(items[i].hash, 32, batch->e[n]) == NULL)
			return 0;
		if (BN_is_zero(batch->r[n]) || BN_cmp(batch->r[n], order) >= 0 ||
		    BN_is_zero(batch->s[n]) || BN_cmp(batch->s[n], order) >= 0)
			continue;
		if (BN_cmp(batch->e[n], order) >= 0 && BN_sub(batch->e[n], batch->e[n], order) != 1)
			return 0;
		if (BN_to_montgomery(batch->s[n], batch->s[n], table->order, batch->context) != 1)
			return 0;
		if (n == 0 ? BN_copy(batch->product[0], batch->s[0]) == NULL
			   : BN_mod_mul_montgomery(batch->product[n], batch->product[n - 1],
				 batch->s[n], table->order, batch->context) != 1)
			return 0;
		batch->item[n++] = i;
	}
	return n;
}

/*
 * One inversion for all: the inverse of the whole product, walked back one factor at a time. Leaves
 * u1 = e / s in `e` and u2 = r / s in `product`, out of Montgomery form.
 */
static bool
batch_invert(struct ecdsa_batch *batch, const struct ecdsa_table *table, size_t n)
{
	const BIGNUM *order = EC_GROUP_get0_order(table->curve);
	BN_MONT_CTX *mont = table->order;
	BN_CTX *context = batch->context;

	if (BN_from_montgomery(batch->w, batch->product[n - 1], mont, context) != 1 ||
	    BN_mod_inverse(batch->inverse, batch->w, order, context) == NULL ||
	    BN_to_montgomery(batch->inverse, batch->inverse, mont, context) != 1)
		return false;
	for (size_t i = n; i-- > 0;) {
		/* inverse = 1 / (s[0] * ... * s[i]), so that w = 1 / s[i]. */
		if (i > 0 ? BN_mod_mul_montgomery(
				batch->w, batch->inverse, batch->product[i - 1], mont, context) != 1
			  : BN_copy(batch->w, batch->inverse) == NULL)
			return false;
		if (BN_mod_mul_montgomery(
			batch->inverse, batch->inverse, batch->s[i], mont, context) != 1 ||
		    BN_mod_mul_montgomery(batch->e[i], batch->e[i], batch->w, mont, context) != 1 ||
		    BN_mod_mul_montgomery(
			batch->product[i], batch->r[i], batch->w, mont, context) != 1)
			return false;
	}
	return true;
}

/* sums[i] = u1 * G + u2 * Q, all in affine form in the end. */
static bool
batch_multiply(struct ecdsa_batch *batch, const struct ecdsa_table *table, size_t n)
{
	BN_CTX *context = batch->context;

	for (size_t i = 0; i < n; i++) {
		if (EC_POINT_mul(table->curve, batch->sums[i], batch->e[i], NULL, NULL, context) !=
			1 ||
		    EC_POINT_mul(
			table->key, batch->by_key, batch->product[i], NULL, NULL, context) != 1 ||
		    EC_POINT_add(
			table->curve, batch->sums[i], batch->sums[i], batch->by_key, context) != 1)
			return false;
	}
	return EC_POINTs_make_affine(table->curve, n, batch->sums, context) == 1;
}

/* The x coordinate of the sum, modulo the order, is r. */
static bool
batch_equation(struct ecdsa_batch *batch, const struct ecdsa_table *table, size_t i)
{
	const BIGNUM *order = EC_GROUP_get0_order(table->curve);

	if (EC_POINT_is_at_infinity(table->curve, batch->sums[i]) ||
	    EC_POINT_get_Jprojective_coordinates_GFp(
		table->curve, batch->sums[i], batch->x, NULL, NULL, batch->context) != 1)
		return false;
	/* The field is larger than the order by less than the order: at most one subtraction. */
	if (BN_cmp(batch->x, order) >= 0 && BN_sub(batch->x, batch->x, order) != 1)
		return false;
	return BN_cmp(batch->x, batch->r[i]) == 0;
}

void
ecdsa_batch_run(
    struct ecdsa_batch *batch, const struct ecdsa_table *table, struct ecdsa_item *items, size_t n)
{
	size_t loaded;

	for (size_t i = 0; i < n; i++)
		items[i].confirmed = false;
	if (n > ECDSA_BATCH_MAX)
		return;
	loaded = batch_load(batch, table, items, n);
	if (loaded > 0 && batch_invert(batch, table, loaded) &&
	    batch_multiply(batch, table, loaded)) {
		for (size_t i = 0; i < loaded; i++)
			items[batch->item[i]].confirmed = batch_equation(batch, table, i);
	}
	ERR_clear_error();
}

/* The public point of an OpenSSL key, on `curve`; owned by the caller. */
static EC_POINT *
key_point(const struct public_key *key, const EC_GROUP *curve)
{
	uint8_t octets[1 + 64];
	size_t length = 0;
	EC_POINT *point = EC_POINT_new(curve);

	if (point == NULL ||
	    EVP_PKEY_get_octet_string_param(key->pkey, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, octets,
		sizeof(octets), &length) != 1 ||
	    EC_POINT_oct2point(curve, point, octets, length, NULL) != 1) {
		EC_POINT_free(point);
		return NULL;
	}
	return point;
}

/* Multiples by the table equal multiples by the ordinary way, for numbers that touch every digit.
 */
static bool
table_test(const struct ecdsa_table *table, const EC_POINT *point, BN_CTX *context)
{
	static const char *const numbers[] = {"1", "2", "80",
	    "5555555555555555555555555555555555555555555555555555555555555555",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "123456789ABCDEF0FEDCBA98765432100F1E2D3C4B5A69788796A5B4C3D2E1F0",
	    "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550"};
	EC_POINT *fast = EC_POINT_new(table->curve), *slow = EC_POINT_new(table->curve);
	BIGNUM *number = NULL;
	bool equal = fast != NULL && slow != NULL;

	for (size_t i = 0; equal && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		equal = BN_hex2bn(&number, numbers[i]) > 0 &&
			EC_POINT_mul(table->key, fast, number, NULL, NULL, context) == 1 &&
			EC_POINT_mul(table->curve, slow, NULL, point, number, context) == 1 &&
			EC_POINT_cmp(table->curve, fast, slow, context) == 0;
	BN_free(number);
	EC_POINT_free(fast);
	EC_POINT_free(slow);
	return equal;
}

/* Fills a table; false when the library does not do it, or does it wrong. */
static bool
table_build(struct ecdsa_table *table, const struct public_key *key)
{
	BN_CTX *context = BN_CTX_new();
	EC_POINT *point = NULL;
	bool built = false;

	table->curve = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	table->order = BN_MONT_CTX_new();
	if (context == NULL || table->curve == NULL || table->order == NULL)
		goto out;
	table->key = EC_GROUP_dup(table->curve);
	point = key_point(key, table->curve);
	built = table->key != NULL && point != NULL &&
		BN_MONT_CTX_set(table->order, EC_GROUP_get0_order(table->curve), context) == 1 &&
		EC_GROUP_set_generator(
		    table->key, point, EC_GROUP_get0_order(table->curve), BN_value_one()) == 1 &&
		EC_GROUP_precompute_mult(table->key, context) == 1 &&
		table_test(table, point, context);
out:
	EC_POINT_free(point);
	BN_CTX_free(context);
	ERR_clear_error();
	return built;
}

zg_status
ecdsa_table_new(const struct public_key *key, struct ecdsa_table **table)
{
	struct ecdsa_table *made;

	*table = NULL;
	if (key->algorithm != ALG_ECDSAP256SHA256)
		return ZG_OK;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return ZG_MEMORY;
	if (table_build(made, key))
		*table = made;
	else
		ecdsa_table_free(made);
	return ZG_OK;
}

#else /* a libcrypto without the deprecated functions */

zg_status
ecdsa_table_new(const struct public_key *key, struct ecdsa_table **table)
{
	(void)key;
	*table = NULL;
	return ZG_OK;
}

void
ecdsa_table_free(struct ecdsa_table *table)
{
	(void)table;
}

zg_status
ecdsa_batch_new(struct ecdsa_batch **batch)
{
	*batch = NULL;
	return ZG_OK;
}

void
ecdsa_batch_free(struct ecdsa_batch *batch)
{
	(void)batch;
}

void
ecdsa_batch_run(
    struct ecdsa_batch *batch, const struct ecdsa_table *table, struct ecdsa_item *items, size_t n)
{
	(void)batch;
	(void)table;
	for (size_t i = 0; i < n; i++)
		items[i].confirmed = false;
}

#endif
