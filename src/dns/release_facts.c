/* What is remembered of a release. */
#include "dns/release_facts.h"

#include <stdlib.h>
#include <string.h>

#include "dns/rdata_view.h"

bool
release_key_signs_data(const struct release_facts *facts, size_t key)
{
	for (size_t i = 0; i < facts->n_classes; i++) {
		if ((facts->classes[i].signers >> key & 1) != 0)
			return true;
	}
	return false;
}

void
release_facts_clear(struct release_facts *facts)
{
	for (size_t i = 0; i < facts->n_keys; i++) {
		free(facts->keys[i].rdata);
		facts->keys[i].rdata = NULL;
	}
	facts->n_keys = 0;
}

bool
release_ds_set(const uint8_t *rdata, size_t length, struct release_ds *ds)
{
	struct ds_view view;

	if (!ds_view(rdata, length, &view) || view.digest_len > sizeof(ds->digest))
		return false;
	*ds = (struct release_ds){.tag = view.key_tag,
	    .algorithm = view.algorithm,
	    .digest_type = view.digest_type,
	    .digest_len = (uint8_t)view.digest_len};
	memcpy(ds->digest, view.digest, view.digest_len);
	return true;
}
