/* The NSEC3 hash of a name. */
#include "crypto/nsec3_hash.h"

/* One round: H(octets || salt). `hash` may be `octets`. */
static zg_status
hash_round(struct digest *digest, const uint8_t *octets, size_t length, const uint8_t *salt,
    size_t salt_len, uint8_t hash[NSEC3_HASH_OCTETS])
{
	zg_status status = digest_begin(digest);

	if (status == ZG_OK)
		status = digest_add(digest, octets, length);
	if (status == ZG_OK && salt_len > 0)
		status = digest_add(digest, salt, salt_len);
	if (status == ZG_OK)
		status = digest_end(digest, hash);
	return status;
}

zg_status
nsec3_hash(struct digest *digest, const uint8_t *name, size_t name_len, const uint8_t *salt,
    size_t salt_len, uint16_t iterations, uint8_t hash[NSEC3_HASH_OCTETS])
{
	zg_status status;

	if (digest_length(digest) != NSEC3_HASH_OCTETS)
		return ZG_PARAMETER;
	/* IH(salt, x, 0) = H(x || salt), IH(salt, x, k) = H(IH(salt, x, k - 1) || salt). */
	status = hash_round(digest, name, name_len, salt, salt_len, hash);
	for (unsigned i = 0; status == ZG_OK && i < iterations; i++)
		status = hash_round(digest, hash, NSEC3_HASH_OCTETS, salt, salt_len, hash);
	return status;
}
