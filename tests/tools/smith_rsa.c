/* RSA keys from a label. Their primes are the first ones above numbers hashed from the label. */
#include "smith_internal.h"
#include "smith_rsa.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>

#define EXPONENT 65537
/* A key tag is, but for its last carry, the RDATA as one number modulo this, which is 3 * 5 * 17 *
 * 257: the sum of its 16-bit words with the carries added back (RFC 4034 appendix B). */
#define TAG_MODULUS    65535
#define PRIME_MAX_BITS 4096
/* 04, flags, protocol, algorithm, exponent length, exponent: what is before the modulus. */
#define HEAD_OCTETS 8

static BN_CTX *
checked_context(void)
{
	BN_CTX *context = BN_CTX_new();

	if (context == NULL)
		smith_die("no memory for numbers");
	return context;
}

static void
check(int good)
{
	if (good != 1)
		smith_die("RSA arithmetic");
}

/* An odd number of `bits` bits, the two highest set, that follows from label and part. */
static BIGNUM *
hashed_number(const char *label, const char *part, unsigned bits)
{
	uint8_t octets[PRIME_MAX_BITS / 8], block[SHA256_DIGEST_LENGTH];
	struct bytes seed = {0};
	BIGNUM *number;

	if (bits % 8 != 0 || bits > PRIME_MAX_BITS)
		smith_die("%s: %u bits", label, bits);
	bytes_add(&seed, label, strlen(label) + 1);
	bytes_add(&seed, part, strlen(part) + 1);
	for (size_t at = 0; at < bits / 8; at += sizeof(block)) {
		size_t n = bits / 8 - at < sizeof(block) ? bits / 8 - at : sizeof(block);

		bytes_add_number(&seed, (uint32_t)at, 4);
		SHA256(seed.data, seed.n, block);
		memcpy(octets + at, block, n);
	}
	free(seed.data);
	octets[0] |= 0xc0;
	octets[bits / 8 - 1] |= 1;
	number = BN_bin2bn(octets, (int)(bits / 8), NULL);
	if (number == NULL)
		smith_die("no memory for numbers");
	return number;
}

/* Moves on by `step` to a prime that RSA can use: the exponent does not divide it less one. */
static void
next_prime(BIGNUM *number, BN_ULONG step, BN_CTX *context)
{
	while (BN_mod_word(number, EXPONENT) == 1 || BN_check_prime(number, context, NULL) != 1)
		check(BN_add_word(number, step));
}

/*
 * Moves on to the first odd number q for which p * q gives the RDATA the tag. Not every tag can be
 * had: a q that has a factor in common with the modulus would never be prime.
 */
static void
meet_tag(BIGNUM *q, const BIGNUM *p, const uint8_t head[HEAD_OCTETS], int tag)
{
	BN_ULONG sum = 0, p_rest = BN_mod_word(p, TAG_MODULUS);

	for (size_t i = 0; i < HEAD_OCTETS; i += 2)
		sum += (BN_ULONG)(head[i] << 8 | head[i + 1]);
	for (BN_ULONG i = 0; i < TAG_MODULUS; i++) {
		BN_ULONG q_rest = BN_mod_word(q, TAG_MODULUS);

		if ((sum + p_rest * q_rest) % TAG_MODULUS == (BN_ULONG)tag % TAG_MODULUS &&
		    q_rest % 3 != 0 && q_rest % 5 != 0 && q_rest % 17 != 0 && q_rest % 257 != 0)
			return;
		check(BN_add_word(q, 2));
	}
	smith_die("no RSA key with these flags has tag %d", tag);
}

/* The private key of two primes. */
static EVP_PKEY *
key_of_primes(const BIGNUM *p, const BIGNUM *q, BN_CTX *context)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *key_context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *n = BN_new(), *e = BN_new(), *d = NULL, *phi = BN_new();
	BIGNUM *p1 = BN_dup(p), *q1 = BN_dup(q), *dp = BN_new(), *dq = BN_new(), *qinv = NULL;
	OSSL_PARAM *parameters;
	EVP_PKEY *key = NULL;

	check(BN_set_word(e, EXPONENT) & BN_sub_word(p1, 1) & BN_sub_word(q1, 1));
	check(BN_mul(n, p, q, context) & BN_mul(phi, p1, q1, context));
	d = BN_mod_inverse(NULL, e, phi, context);
	qinv = BN_mod_inverse(NULL, q, p, context);
	check(d != NULL && qinv != NULL);
	check(BN_mod(dp, d, p1, context) & BN_mod(dq, d, q1, context));
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_D, d);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_FACTOR1, p);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_FACTOR2, q);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_EXPONENT1, dp);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_EXPONENT2, dq);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qinv);
	parameters = OSSL_PARAM_BLD_to_param(builder);
	check(EVP_PKEY_fromdata_init(key_context));
	check(EVP_PKEY_fromdata(key_context, &key, EVP_PKEY_KEYPAIR, parameters));
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(key_context);
	BN_free(n);
	BN_free(e);
	BN_free(d);
	BN_free(phi);
	BN_free(p1);
	BN_free(q1);
	BN_free(dp);
	BN_free(dq);
	BN_free(qinv);
	return key;
}

/* The DNSKEY: `head` and the modulus. */
static ldns_rr *
dnskey_record(const char *origin, const uint8_t head[HEAD_OCTETS], const EVP_PKEY *private_key)
{
	ldns_rdf *owner = ldns_dname_new_frm_str(origin);
	uint8_t modulus[2 * PRIME_MAX_BITS / 8];
	struct bytes rdata = {0};
	BIGNUM *n = NULL;
	ldns_rr *rr;

	check(EVP_PKEY_get_bn_param(private_key, OSSL_PKEY_PARAM_RSA_N, &n));
	bytes_add(&rdata, head, HEAD_OCTETS);
	bytes_add(&rdata, modulus, (size_t)BN_bn2bin(n, modulus));
	rr = smith_rr_wire(owner, LDNS_RR_TYPE_DNSKEY, 3600, rdata.data, rdata.n);
	free(rdata.data);
	BN_free(n);
	ldns_rdf_deep_free(owner);
	return rr;
}

struct smith_key *
smith_rsa_make(const char *origin, uint8_t algorithm, uint16_t flags, unsigned bits,
    const char *label, int tag)
{
	const uint8_t head[HEAD_OCTETS] = {(uint8_t)(flags >> 8), (uint8_t)flags,
	    LDNS_DNSSEC_KEYPROTO, algorithm, 3, EXPONENT >> 16, EXPONENT >> 8 & 0xff,
	    EXPONENT & 0xff};
	struct smith_key *key = smith_allocate(sizeof(*key));
	BIGNUM *p = hashed_number(label, "p", bits / 2), *q = hashed_number(label, "q", bits / 2);
	BN_CTX *context = checked_context();

	next_prime(p, 2, context);
	if (tag != SMITH_NATURAL)
		meet_tag(q, p, head, tag);
	next_prime(q, tag == SMITH_NATURAL ? 2 : 2 * TAG_MODULUS, context);
	key->private_key = key_of_primes(p, q, context);
	key->dnskey = dnskey_record(origin, head, key->private_key);
	key->algorithm = algorithm;
	key->tag = smith_key_tag(key->dnskey);
	key->label = strdup(label);
	if (tag != SMITH_NATURAL && key->tag != tag)
		smith_die("%s: tag %u instead of %d: choose another label", label, key->tag, tag);
	BN_CTX_free(context);
	BN_free(p);
	BN_free(q);
	return key;
}
