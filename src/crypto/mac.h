/* HMAC-SHA-256 (RFC 2104), random octets, and which library computes them. */
#ifndef CRYPTO_MAC_H
#define CRYPTO_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

#define MAC_KEY_OCTETS 32
#define MAC_OCTETS     32

MUST_CHECK zg_status mac_compute(const uint8_t key[MAC_KEY_OCTETS], const uint8_t *data,
    size_t data_len, uint8_t mac[MAC_OCTETS]);

/* Compares in constant time. */
bool mac_equal(const uint8_t a[MAC_OCTETS], const uint8_t b[MAC_OCTETS]);

/* Fills `octets` with random ones fit for keys. */
MUST_CHECK zg_status random_octets(uint8_t *octets, size_t length);

/* Full version of the cryptographic library that runs, not the one compiled against. */
const char *crypto_version(void);

#endif
