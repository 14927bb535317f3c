/* DS records against the keys of a release. */
#include "publish/ds_match.h"

#include <string.h>

#include "crypto/ds_digest.h"
#include "dns/name.h"
#include "dns/rdata_view.h"

/* The released key that a DS is of: RFC 4034 section 5.1.4; *key -1: none. */
static zg_status
key_of_ds(const uint8_t *origin, const struct release_facts *release, const struct release_ds *ds,
    int *key)
{
	*key = -1;
	for (size_t i = 0; i < release->n_keys; i++) {
		const struct release_key *candidate = &release->keys[i];
		zg_status status;
		bool is_of;

		if (!candidate->published || candidate->rdata == NULL ||
		    candidate->algorithm != ds->algorithm || candidate->tag != ds->tag)
			continue;
		status = ds_is_of_key(ds, origin, candidate->rdata, candidate->rdlen, &is_of);
		if (status != ZG_OK)
			return status;
		if (is_of)
			*key = (int)i;
	}
	return ZG_OK;
}

static bool
is_usable(const struct release_key *key)
{
	return (key->flags & DNSKEY_FLAG_ZONE) != 0 && (key->flags & DNSKEY_FLAG_REVOKE) == 0 &&
	       key->protocol == 3 && key->signs_dnskey;
}

zg_status
ds_match(const char *zone, const struct release_facts *release, const struct release_ds *ds,
    size_t n, struct ds_match *match)
{
	static const uint8_t root[] = {0};
	uint8_t origin[ZG_NAME_MAX];
	const char *why;

	*match = (struct ds_match){.works = false};
	if (name_from_text_lower(zone, strlen(zone), root, origin, &why) == 0)
		return ZG_PARAMETER;
	for (size_t i = 0; i < n; i++) {
		int key;
		zg_status status = key_of_ds(origin, release, &ds[i], &key);

		if (status != ZG_OK)
			return status;
		if (key < 0)
			match->foreign = &ds[i];
		else
			match->works |= is_usable(&release->keys[key]);
	}
	return ZG_OK;
}
