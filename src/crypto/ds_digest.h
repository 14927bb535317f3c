/* The digest of a DNSKEY in a DS: RFC 4034 section 5.1.4, RFC 4509, RFC 6605 section 2. */
#ifndef CRYPTO_DS_DIGEST_H
#define CRYPTO_DS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

#define DS_DIGEST_MAX 48

/* This build computes digests of the type: 1, 2, 4. */
bool ds_digest_is_supported(uint8_t digest_type);

/* The digest of a supported type over `owner` (wire form, lower case) and the DNSKEY's RDATA;
 * digest_type_length() octets. */
MUST_CHECK zg_status key_ds_digest(const uint8_t *owner, const uint8_t *dnskey, size_t dnskey_len,
    uint8_t digest_type, uint8_t octets[DS_DIGEST_MAX]);

#endif
