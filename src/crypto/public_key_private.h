/* What is inside a public key. Private to the crypto layer. */
#ifndef CRYPTO_PUBLIC_KEY_PRIVATE_H
#define CRYPTO_PUBLIC_KEY_PRIVATE_H

#include <openssl/evp.h>

#include "crypto/public_key.h"

struct public_key {
	uint8_t algorithm;
	EVP_PKEY *pkey; /* owned; verification does not change it */
	unsigned bits;
	uint64_t exponent;
};

/* What kept OpenSSL from an answer since its errors were last looked at: ZG_MEMORY, ZG_CRYPTO when
 * an algorithm is not there, ZG_OK: nothing did. Forgets them all. */
zg_status crypto_trouble(void);

#endif
