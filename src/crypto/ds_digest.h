/* The digest of a DNSKEY in a DS: RFC 4034 section 5.1.4, RFC 4509, RFC 6605 section 2. */
#ifndef CRYPTO_DS_DIGEST_H
#define CRYPTO_DS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/release_facts.h"

#define DS_DIGEST_MAX 48

/* This build computes digests of the type: 1, 2, 4. */
bool ds_digest_is_supported(uint8_t digest_type);

/* The digest of a supported type over `owner` (wire form, lower case) and the DNSKEY's RDATA;
 * digest_type_length() octets. */
MUST_CHECK zg_status key_ds_digest(const uint8_t *owner, const uint8_t *dnskey, size_t dnskey_len,
    uint8_t digest_type, uint8_t octets[DS_DIGEST_MAX]);

/* Whether the digest of the DS is that of the DNSKEY. Not so of a type that is not supported, nor
 * when its length is not that of the type: a part of a digest names no key. Algorithm and tag are
 * not looked at. */
MUST_CHECK zg_status ds_is_of_key(const struct release_ds *ds, const uint8_t *owner,
    const uint8_t *dnskey, size_t dnskey_len, bool *is_of);

#endif
