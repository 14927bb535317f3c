/* Message digests: the only way to libcrypto's hashes. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

enum digest_kind { DIGEST_KIND_SHA1, DIGEST_KIND_SHA256, DIGEST_KIND_SHA384, DIGEST_KIND_SHA512 };

#define DIGEST_OCTETS_MAX 64

struct digest; /* one running digest; not shared between threads; may be begun again and again */

MUST_CHECK zg_status digest_new(enum digest_kind kind, struct digest **digest);
void digest_free(struct digest *digest);
size_t digest_length(const struct digest *digest);

/* Each returns ZG_OK or ZG_CRYPTO. */
MUST_CHECK zg_status digest_begin(struct digest *digest);
/* Begins with the octets that were added to `from`, of the same kind, since that was begun. */
MUST_CHECK zg_status digest_begin_as(struct digest *digest, const struct digest *from);
MUST_CHECK zg_status digest_add(struct digest *digest, const uint8_t *bytes, size_t length);
MUST_CHECK zg_status digest_end(struct digest *digest, uint8_t *octets);

/* All in one, of octets that are in one piece. */
MUST_CHECK zg_status digest_of(
    enum digest_kind kind, const uint8_t *bytes, size_t length, uint8_t *octets);

#endif
