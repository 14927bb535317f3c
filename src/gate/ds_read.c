/* A DS file as the history keeps it: for the program's own use. */
#include <string.h>

#include <zonegate/gate.h>
#include "base/error.h"
#include "dns/name.h"
#include "dns/rdata_view.h"
#include "dns/release_facts.h"
#include "gate/input.h"

static bool
release_ds_set(const struct ds_entry *entry, struct release_ds *ds)
{
	struct ds_view view;

	if (!ds_view(entry->rdata, entry->rdlen, &view) || view.digest_len > sizeof(ds->digest))
		return false;
	*ds = (struct release_ds){.tag = view.key_tag,
	    .algorithm = view.algorithm,
	    .digest_type = view.digest_type,
	    .digest_len = (uint8_t)view.digest_len};
	memcpy(ds->digest, view.digest, view.digest_len);
	return true;
}

zg_status
zg_ds_read(const struct zg_source *source, const char *zone, struct release_ds *list, size_t *n,
    struct zg_error *error)
{
	static const uint8_t root[] = {0};
	struct ds_entry entries[ZG_DS_MAX];
	uint8_t origin[ZG_NAME_MAX];
	const char *why = "";
	size_t n_entries = 0;
	zg_status status;

	*n = 0;
	if (name_from_text_lower(zone, strlen(zone), root, origin, &why) == 0)
		return error_set(error, ZG_PARAMETER, "%s: %s", zone, why);
	status = input_read_ds(source, origin, entries, &n_entries, error);
	for (size_t i = 0; i < n_entries && status == ZG_OK; i++) {
		if (release_ds_set(&entries[i], &list[i]))
			*n = i + 1;
		else
			status = error_set(error, ZG_DS_SYNTAX,
			    "line %u of the DS file: no DS record that can be kept",
			    (unsigned)entries[i].line);
	}
	return status;
}
