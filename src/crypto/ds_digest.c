/* The digest of a DNSKEY in a DS. */
#include "crypto/ds_digest.h"

#include "crypto/digest.h"
#include "dns/algorithm.h"
#include "dns/name.h"

bool
ds_digest_is_supported(uint8_t digest_type)
{
	return digest_type == DIGEST_SHA1 || digest_type == DIGEST_SHA256 ||
	       digest_type == DIGEST_SHA384;
}

zg_status
key_ds_digest(const uint8_t *owner, const uint8_t *dnskey, size_t dnskey_len, uint8_t digest_type,
    uint8_t octets[DS_DIGEST_MAX])
{
	enum digest_kind kind = digest_type == DIGEST_SHA1     ? DIGEST_KIND_SHA1
				: digest_type == DIGEST_SHA256 ? DIGEST_KIND_SHA256
							       : DIGEST_KIND_SHA384;
	struct digest *digest;
	zg_status status = digest_new(kind, &digest);

	if (status == ZG_OK)
		status = digest_begin(digest);
	if (status == ZG_OK)
		status = digest_add(digest, owner, name_length(owner));
	if (status == ZG_OK)
		status = digest_add(digest, dnskey, dnskey_len);
	if (status == ZG_OK)
		status = digest_end(digest, octets);
	digest_free(digest);
	return status;
}
