/* The digest of a DNSKEY in a DS. */
#include "crypto/ds_digest.h"

#include <string.h>

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

zg_status
ds_is_of_key(const struct release_ds *ds, const uint8_t *owner, const uint8_t *dnskey,
    size_t dnskey_len, bool *is_of)
{
	uint8_t octets[DS_DIGEST_MAX];
	zg_status status;

	*is_of = false;
	if (!ds_digest_is_supported(ds->digest_type) ||
	    ds->digest_len != digest_type_length(ds->digest_type))
		return ZG_OK;
	status = key_ds_digest(owner, dnskey, dnskey_len, ds->digest_type, octets);
	*is_of = status == ZG_OK && memcmp(octets, ds->digest, ds->digest_len) == 0;
	return status;
}
