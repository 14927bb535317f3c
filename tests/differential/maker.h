/*
 * Makes P-256 keys, and signatures that are good or bad by construction: numbers are chosen first,
 * and what fits them is computed. The same seed makes the same octets everywhere. Nothing here uses
 * the code under test but for reading keys and building tables.
 */
#ifndef DIFFERENTIAL_MAKER_H
#define DIFFERENTIAL_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "crypto/ecdsa_batch.h"

#define N_HEX "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"
#define P_HEX "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"

/* What is known of a signature before anybody looks at it. */
enum expected { EXPECT_ANY, EXPECT_GOOD, EXPECT_BAD };

struct sample {
	struct ecdsa_item item;
	enum expected expected;
};

/* A public key, read from its DNSKEY field by zonegate and by OpenSSL alone. */
struct signing_pair {
	BIGNUM *d; /* NULL: nobody knows it */
	uint8_t field[64];
	struct public_key *key;
	struct ecdsa_table *table; /* NULL: this libcrypto has none */
	EVP_PKEY *plain;
};

/* Numbers of one thread: chance, and what computing needs. */
struct maker {
	uint64_t chance;
	BN_CTX *context;
	EC_GROUP *curve;
	const BIGNUM *n; /* the order of the group */
	BIGNUM *p;	 /* of the field */
	EC_POINT *point;
	BIGNUM *k, *r, *s, *e, *t;
};

void maker_init(struct maker *maker, uint64_t seed);
void maker_clear(struct maker *maker);

/* splitmix64. */
uint64_t maker_next(struct maker *maker);
/* A number in [1, n - 1]. */
void maker_number(struct maker *maker, BIGNUM *number);
/* The x coordinate of k * G, modulo n; false: infinity. */
bool maker_x(struct maker *maker, const BIGNUM *k, BIGNUM *x);

/* The key of the private number `d`, in [1, n - 1]; copied. */
void pair_of_number(struct maker *maker, const BIGNUM *d, struct signing_pair *pair);
/*
 * The key that r | s over the hash e is a good signature of, r being the x coordinate (modulo n) of
 * a point R with x coordinate `x`; and that signature. False: there is no such point or key.
 */
bool pair_recovered(struct maker *maker, const BIGNUM *x, const BIGNUM *s, const BIGNUM *e,
    struct signing_pair *pair, struct sample *sample);
void pair_clear(struct signing_pair *pair);

/* A good signature with random numbers. */
void make_good(struct maker *maker, const struct signing_pair *pair, struct sample *sample);
/* A good signature over this hash, which may be above n. */
void make_over(struct maker *maker, const struct signing_pair *pair, const uint8_t hash[32],
    struct sample *sample);
/*
 * The signature whose verification computes u1 * G + u2 * Q. With the right r (NULL) it is good,
 * but where that sum is infinity; with any other, which the caller chose, it is bad.
 */
void make_with(struct maker *maker, const struct signing_pair *pair, const BIGNUM *u1,
    const BIGNUM *u2, const BIGNUM *r, struct sample *sample);
/* These numbers, whatever they are. */
void make_of(const BIGNUM *r, const BIGNUM *s, const BIGNUM *e, struct sample *sample);

/* number += summand; false: it does not fit, and nothing was done. */
bool add_to(uint8_t number[32], const BIGNUM *summand);

/* Ends the program: OpenSSL did not do what a test cannot do without. */
void must(bool done, const char *what);

#endif
