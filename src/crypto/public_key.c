/* DNSKEY public key fields to OpenSSL keys. */
#include "crypto/public_key_private.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "base/byte_reader.h"
#include "dns/algorithm.h"

/* Moduli that OpenSSL does not verify (OPENSSL_RSA_MAX_MODULUS_BITS). */
#define RSA_MODULUS_OCTETS_MAX (16384 / 8)

/* Builds a key of `type` ("RSA", "EC") from parameters. NULL: OpenSSL does not take them. */
static EVP_PKEY *
pkey_from_params(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (context == NULL || params == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(context);
	return pkey;
}

/* RFC 3110 section 2: exponent length in one octet, or zero and two octets; exponent; modulus. */
static void
rsa_key(struct public_key *key, const uint8_t *field, size_t field_len, const char **why)
{
	struct byte_reader reader = byte_reader_init(field, field_len);
	size_t exponent_len = byte_reader_u8(&reader);
	const uint8_t *exponent, *modulus;
	size_t modulus_len;
	OSSL_PARAM_BLD *build = NULL;
	OSSL_PARAM *params = NULL;
	BIGNUM *e = NULL, *n = NULL;

	if (exponent_len == 0)
		exponent_len = byte_reader_u16(&reader);
	exponent = byte_reader_take(&reader, exponent_len);
	modulus_len = reader.left;
	modulus = byte_reader_take(&reader, modulus_len);
	if (reader.failed || exponent_len == 0 || modulus_len == 0) {
		*why = "the field ends before the RSA modulus";
		return;
	}
	if (modulus_len > RSA_MODULUS_OCTETS_MAX) {
		*why = "the RSA modulus is longer than 16384 bits";
		return;
	}
	e = BN_bin2bn(exponent, (int)exponent_len, NULL);
	n = BN_bin2bn(modulus, (int)modulus_len, NULL);
	build = OSSL_PARAM_BLD_new();
	if (e == NULL || n == NULL || build == NULL ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) != 1)
		goto out;
	if (BN_is_zero(n) || BN_is_zero(e)) {
		*why = "the RSA modulus or exponent is zero";
		goto out;
	}
	key->bits = (unsigned)BN_num_bits(n);
	key->exponent = BN_num_bits(e) > 64 ? UINT64_MAX : BN_get_word(e);
	params = OSSL_PARAM_BLD_to_param(build);
	key->pkey = pkey_from_params("RSA", params);
out:
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(e);
	BN_free(n);
}

/* RFC 6605 section 4: the point without the octet that says "uncompressed". */
static void
ecdsa_key(struct public_key *key, const uint8_t *field, size_t field_len, const char **why)
{
	bool p256 = key->algorithm == ALG_ECDSAP256SHA256;
	char group[] = "P-384";
	uint8_t point[1 + 96] = {0x04};
	OSSL_PARAM params[3];

	if (p256)
		memcpy(group, "P-256", sizeof(group));
	if (field_len != (p256 ? 64 : 96)) {
		*why = p256 ? "a P-256 point has 64 octets" : "a P-384 point has 96 octets";
		return;
	}
	memcpy(point + 1, field, field_len);
	params[0] =
	    OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1);
	params[1] =
	    OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + field_len);
	params[2] = OSSL_PARAM_construct_end();
	key->bits = p256 ? 256 : 384;
	key->pkey = pkey_from_params("EC", params);
	if (key->pkey == NULL)
		*why = "the point does not lie on the curve";
}

/* RFC 8080 section 3. */
static void
edwards_key(struct public_key *key, const uint8_t *field, size_t field_len, const char **why)
{
	bool ed25519 = key->algorithm == ALG_ED25519;

	if (field_len != (ed25519 ? 32 : 57)) {
		*why = ed25519 ? "an Ed25519 key has 32 octets" : "an Ed448 key has 57 octets";
		return;
	}
	key->bits = ed25519 ? 256 : 456;
	key->pkey = EVP_PKEY_new_raw_public_key(
	    ed25519 ? EVP_PKEY_ED25519 : EVP_PKEY_ED448, NULL, field, field_len);
}

/* What failed first is often not what OpenSSL says last. An algorithm of ours that it does not have
 * is one that it could not load. */
zg_status
crypto_trouble(void)
{
	zg_status status = ZG_OK;
	unsigned long error;

	while ((error = ERR_get_error()) != 0) {
		int reason = ERR_GET_REASON(error);

		if (reason == ERR_R_MALLOC_FAILURE)
			status = ZG_MEMORY;
		else if (reason == ERR_R_UNSUPPORTED && status == ZG_OK)
			status = ZG_CRYPTO;
	}
	return status;
}

zg_status
public_key_new(uint8_t algorithm, const uint8_t *field, size_t field_len, struct public_key **key,
    const char **why)
{
	struct public_key *built = calloc(1, sizeof(*built));
	zg_status status;

	*key = NULL;
	*why = NULL;
	if (built == NULL)
		return ZG_MEMORY;
	built->algorithm = algorithm;
	ERR_clear_error();
	if (algorithm_is_rsa(algorithm))
		rsa_key(built, field, field_len, why);
	else if (algorithm == ALG_ECDSAP256SHA256 || algorithm == ALG_ECDSAP384SHA384)
		ecdsa_key(built, field, field_len, why);
	else if (algorithm == ALG_ED25519 || algorithm == ALG_ED448)
		edwards_key(built, field, field_len, why);
	else
		*why = "not an algorithm that is verified here";
	if (built->pkey != NULL) {
		*key = built;
		return ZG_OK;
	}
	public_key_free(built);
	/* A key that OpenSSL does not take and running out of memory look alike but for this. */
	status = crypto_trouble();
	if (status != ZG_OK)
		return status;
	if (*why == NULL)
		*why = "OpenSSL does not accept the key";
	return ZG_OK;
}

void
public_key_free(struct public_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

unsigned
public_key_bits(const struct public_key *key)
{
	return key->bits;
}

uint64_t
public_key_exponent(const struct public_key *key)
{
	return key->exponent;
}
