/* HMAC (RFC 2104), random octets, and which library computes them. */
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

/* HMAC over data that comes in pieces. One block of memory, keyed once, for any number of MACs. */
enum mac_hash { MAC_SHA256, MAC_SHA384, MAC_SHA512 };
#define MAC_OCTETS_MAX 64
struct mac_stream;

MUST_CHECK zg_status mac_stream_new(
    enum mac_hash hash, const uint8_t *key, size_t key_len, struct mac_stream **stream);
void mac_stream_free(struct mac_stream *stream);

MUST_CHECK zg_status mac_stream_add(struct mac_stream *stream, const void *data, size_t length);

/* The MAC of all that was added, mac_stream_octets of them; what is added next begins another. */
MUST_CHECK zg_status mac_stream_end(struct mac_stream *stream, uint8_t mac[MAC_OCTETS_MAX]);
size_t mac_stream_octets(const struct mac_stream *stream);

/* Compares in constant time. */
bool mac_stream_equal(const struct mac_stream *stream, const uint8_t *a, const uint8_t *b);

/* Fills `octets`, at most 256, with random ones of the kernel, fit for keys. */
MUST_CHECK zg_status random_octets(uint8_t *octets, size_t length);

/* Full version of the cryptographic library that runs, not the one compiled against. */
const char *crypto_version(void);

#endif
