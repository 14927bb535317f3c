/* Ed25519 by OpenSSL's EVP functions. */
#include "crypto/ed25519.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/mac.h"

/* Every encoding of a point of order 1, 2, 4 or 8, without the bit that is the sign of x. With such
 * a key one signature fits a large part of all messages, and the placeholder "all zeros" is one. */
static const uint8_t small_order[][ED25519_KEY_OCTETS] = {
    {0},
    {1},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
	0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc,
	0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
	0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03,
	0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x7f},
};

static bool
has_small_order(const uint8_t public_key[ED25519_KEY_OCTETS])
{
	uint8_t y[ED25519_KEY_OCTETS];

	memcpy(y, public_key, sizeof(y));
	y[ED25519_KEY_OCTETS - 1] &= 0x7f;
	for (size_t i = 0; i < sizeof(small_order) / sizeof(small_order[0]); i++) {
		if (memcmp(y, small_order[i], sizeof(y)) == 0)
			return true;
	}
	return false;
}

zg_status
ed25519_generate(uint8_t private_key[ED25519_KEY_OCTETS], uint8_t public_key[ED25519_KEY_OCTETS])
{
	zg_status status = random_octets(private_key, ED25519_KEY_OCTETS);

	return status == ZG_OK ? ed25519_public(private_key, public_key) : status;
}

zg_status
ed25519_public(
    const uint8_t private_key[ED25519_KEY_OCTETS], uint8_t public_key[ED25519_KEY_OCTETS])
{
	EVP_PKEY *pkey =
	    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key, ED25519_KEY_OCTETS);
	size_t length = ED25519_KEY_OCTETS;
	bool done = pkey != NULL && EVP_PKEY_get_raw_public_key(pkey, public_key, &length) == 1 &&
		    length == ED25519_KEY_OCTETS;

	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return done ? ZG_OK : ZG_CRYPTO;
}

zg_status
ed25519_sign(const uint8_t private_key[ED25519_KEY_OCTETS], const uint8_t *message, size_t length,
    uint8_t signature[ED25519_SIGNATURE_OCTETS])
{
	EVP_PKEY *pkey =
	    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key, ED25519_KEY_OCTETS);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t written = ED25519_SIGNATURE_OCTETS;
	bool done = pkey != NULL && context != NULL &&
		    EVP_DigestSignInit(context, NULL, NULL, NULL, pkey) == 1 &&
		    EVP_DigestSign(context, signature, &written, message, length) == 1 &&
		    written == ED25519_SIGNATURE_OCTETS;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return done ? ZG_OK : ZG_CRYPTO;
}

bool
ed25519_verify(const uint8_t *public_key, size_t key_length, const uint8_t *message, size_t length,
    const uint8_t *signature, size_t signature_length)
{
	EVP_PKEY *pkey;
	EVP_MD_CTX *context;
	bool good;

	if (key_length != ED25519_KEY_OCTETS || signature_length != ED25519_SIGNATURE_OCTETS ||
	    has_small_order(public_key))
		return false;
	pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, key_length);
	context = EVP_MD_CTX_new();
	good = pkey != NULL && context != NULL &&
	       EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1 &&
	       EVP_DigestVerify(context, signature, signature_length, message, length) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return good;
}

void
ed25519_forget(uint8_t private_key[ED25519_KEY_OCTETS])
{
	OPENSSL_cleanse(private_key, ED25519_KEY_OCTETS);
}
