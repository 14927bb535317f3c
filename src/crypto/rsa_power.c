#include "crypto/rsa_power.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

#include <zonegate/limits.h>
#include "crypto/public_key_private.h"
#include "dns/algorithm.h"

#define OCTETS_MAX (ZG_RSA_BITS_MAX / 8)
/* 65537 and what else is in use; EVP takes larger ones. */
#define EXPONENT_MAX 0x7fffffff
/* Octets of FF that an encoded message has at least (RFC 8017 section 9.2). */
#define PADDING_MIN 8

struct rsa_power {
	uint64_t exponent;
	size_t octets; /* of the modulus */
	BN_CTX *room;
	BN_MONT_CTX *montgomery;
	BIGNUM *modulus, *signature, *result;
	uint8_t expected[OCTETS_MAX]; /* the encoded message; the hash is put at its end */
	size_t hash_len;
};

/* What stands before the hash in DigestInfo: RFC 8017 section 9.2 note 1. */
static const struct {
	uint8_t algorithm;
	uint8_t hash_len;
	uint8_t length;
	uint8_t octets[19];
} digest_infos[] = {
    {ALG_RSASHA1, 20, 15,
	{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14}},
    {ALG_RSASHA1_NSEC3_SHA1, 20, 15,
	{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14}},
    {ALG_RSASHA256, 32, 19,
	{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
	    0x05, 0x00, 0x04, 0x20}},
    {ALG_RSASHA512, 64, 19,
	{0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03,
	    0x05, 0x00, 0x04, 0x40}},
};

/* Prepares the encoded message 00 01 FF ... FF 00 DigestInfo; false: the modulus is too short. */
static bool
expected_make(struct rsa_power *power, uint8_t algorithm)
{
	for (size_t i = 0; i < sizeof(digest_infos) / sizeof(digest_infos[0]); i++) {
		size_t info = digest_infos[i].length, tail = info + digest_infos[i].hash_len;

		if (digest_infos[i].algorithm != algorithm)
			continue;
		if (power->octets < 3 + PADDING_MIN + tail)
			return false;
		memset(power->expected, 0xff, power->octets);
		power->expected[0] = 0;
		power->expected[1] = 1;
		power->expected[power->octets - tail - 1] = 0;
		memcpy(power->expected + power->octets - tail, digest_infos[i].octets, info);
		power->hash_len = digest_infos[i].hash_len;
		return true;
	}
	return false;
}

/* False: libcrypto would not. */
static bool
arithmetic_make(struct rsa_power *power, const struct public_key *key)
{
	power->room = BN_CTX_new();
	power->montgomery = BN_MONT_CTX_new();
	power->signature = BN_new();
	power->result = BN_new();
	return power->room != NULL && power->montgomery != NULL && power->signature != NULL &&
	       power->result != NULL &&
	       EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_N, &power->modulus) == 1 &&
	       BN_is_odd(power->modulus) &&
	       BN_MONT_CTX_set(power->montgomery, power->modulus, power->room) == 1;
}

zg_status
rsa_power_new(const struct public_key *key, struct rsa_power **power)
{
	struct rsa_power *made;
	zg_status status;

	*power = NULL;
	if (!algorithm_is_rsa(key->algorithm) || key->bits > ZG_RSA_BITS_MAX || key->exponent < 3 ||
	    key->exponent > EXPONENT_MAX || key->exponent % 2 == 0)
		return ZG_OK;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return ZG_MEMORY;
	made->exponent = key->exponent;
	made->octets = (key->bits + 7) / 8;
	if (expected_make(made, key->algorithm) && arithmetic_make(made, key)) {
		*power = made;
		return ZG_OK;
	}
	rsa_power_free(made);
	status = crypto_trouble();
	return status == ZG_MEMORY ? status : ZG_OK;
}

void
rsa_power_free(struct rsa_power *power)
{
	if (power == NULL)
		return;
	BN_free(power->modulus);
	BN_free(power->signature);
	BN_free(power->result);
	BN_MONT_CTX_free(power->montgomery);
	BN_CTX_free(power->room);
	free(power);
}

/*
 * result = signature ^ exponent: from the top bit down. The exponent is odd: its last
 * multiplication is by the signature as it is, which leads back out of the Montgomery form.
 */
static bool
raise(struct rsa_power *power)
{
	const BIGNUM *s = power->signature;
	BIGNUM *r = power->result, *base;
	uint64_t bit = 1;
	bool ok;

	while (bit <= power->exponent / 2)
		bit *= 2;
	BN_CTX_start(power->room);
	base = BN_CTX_get(power->room);
	ok = base != NULL && BN_to_montgomery(base, s, power->montgomery, power->room) == 1 &&
	     BN_copy(r, base) != NULL;
	for (bit /= 2; ok && bit > 0; bit /= 2) {
		ok = BN_mod_mul_montgomery(r, r, r, power->montgomery, power->room) == 1;
		if (ok && (power->exponent & bit))
			ok = BN_mod_mul_montgomery(
				 r, r, bit == 1 ? s : base, power->montgomery, power->room) == 1;
	}
	BN_CTX_end(power->room);
	return ok;
}

bool
rsa_power_confirms(struct rsa_power *power, const uint8_t *hash, size_t hash_len,
    const uint8_t *signature, size_t signature_len)
{
	uint8_t found[OCTETS_MAX];
	bool equal;

	/* RFC 8017 sections 8.2.2 and 5.2.2: the length of the modulus, and less than that. */
	if (signature_len != power->octets || hash_len != power->hash_len)
		return false;
	memcpy(power->expected + power->octets - hash_len, hash, hash_len);
	equal = BN_bin2bn(signature, (int)signature_len, power->signature) != NULL &&
		BN_cmp(power->signature, power->modulus) < 0 && raise(power) &&
		BN_bn2binpad(power->result, found, (int)power->octets) == (int)power->octets &&
		memcmp(found, power->expected, power->octets) == 0;
	if (!equal)
		ERR_clear_error();
	return equal;
}
