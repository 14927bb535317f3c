/* HMAC-SHA-256, random octets, library version. */
#include "crypto/mac.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

zg_status
mac_compute(const uint8_t key[MAC_KEY_OCTETS], const uint8_t *data, size_t data_len,
    uint8_t mac[MAC_OCTETS])
{
	unsigned length = 0;

	if (HMAC(EVP_sha256(), key, MAC_KEY_OCTETS, data, data_len, mac, &length) == NULL ||
	    length != MAC_OCTETS) {
		ERR_clear_error();
		return ZG_CRYPTO;
	}
	return ZG_OK;
}

bool
mac_equal(const uint8_t a[MAC_OCTETS], const uint8_t b[MAC_OCTETS])
{
	return CRYPTO_memcmp(a, b, MAC_OCTETS) == 0;
}

zg_status
random_octets(uint8_t *octets, size_t length)
{
	if (length > 1024 || RAND_bytes(octets, (int)length) != 1) {
		ERR_clear_error();
		return ZG_CRYPTO;
	}
	return ZG_OK;
}

const char *
crypto_version(void)
{
	return OpenSSL_version(OPENSSL_FULL_VERSION_STRING);
}
