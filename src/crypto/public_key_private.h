/* What is inside a public key. Private to the crypto layer. */
#ifndef CRYPTO_PUBLIC_KEY_PRIVATE_H
#define CRYPTO_PUBLIC_KEY_PRIVATE_H

#include <stdbool.h>

#include <openssl/evp.h>

#include "crypto/public_key.h"

struct public_key {
	uint8_t algorithm;
	EVP_PKEY *pkey; /* owned; verification does not change it */
	unsigned bits;
	uint64_t exponent;
};

/* Whether OpenSSL ran out of memory since its errors were last looked at; forgets them all. */
bool crypto_out_of_memory(void);

#endif
