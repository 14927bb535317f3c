/*
 * Ed25519 (RFC 8032) over whole messages: signatures of approvals and of the head of the decision
 * log. Keys are raw octets; a private key is the 32 octets that all else is derived from.
 */
#ifndef CRYPTO_ED25519_H
#define CRYPTO_ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

#define ED25519_KEY_OCTETS	 32
#define ED25519_SIGNATURE_OCTETS 64

/* A new pair. */
MUST_CHECK zg_status ed25519_generate(
    uint8_t private_key[ED25519_KEY_OCTETS], uint8_t public_key[ED25519_KEY_OCTETS]);

/* The public key that belongs to a private one. */
MUST_CHECK zg_status ed25519_public(
    const uint8_t private_key[ED25519_KEY_OCTETS], uint8_t public_key[ED25519_KEY_OCTETS]);

MUST_CHECK zg_status ed25519_sign(const uint8_t private_key[ED25519_KEY_OCTETS],
    const uint8_t *message, size_t length, uint8_t signature[ED25519_SIGNATURE_OCTETS]);

/* False also when the signature or the key has another length, or the check could not be made. A
 * key of small order, which signs nearly everything with one signature, never verifies. */
bool ed25519_verify(const uint8_t *public_key, size_t key_length, const uint8_t *message,
    size_t length, const uint8_t *signature, size_t signature_length);

/* Overwrites a private key so that the compiler cannot leave it out. */
void ed25519_forget(uint8_t private_key[ED25519_KEY_OCTETS]);

#endif
