/* A DS file as the history keeps it: for the program's own use. */
#include "gate/ds_read.h"

#include <string.h>

#include <zonegate/gate.h>
#include "base/error.h"
#include "dns/name.h"
#include "gate/input.h"

zg_status
ds_entries_convert(const struct ds_entry *entries, size_t n, struct release_ds *list, uint32_t *ttl,
    struct zg_error *error)
{
	*ttl = 0;
	for (size_t i = 0; i < n; i++) {
		if (!release_ds_set(entries[i].rdata, entries[i].rdlen, &list[i]))
			return error_set(error, ZG_DS_SYNTAX,
			    "line %u of the DS file: no DS record that can be kept",
			    (unsigned)entries[i].line);
		if (entries[i].ttl > *ttl)
			*ttl = entries[i].ttl;
	}
	return ZG_OK;
}

zg_status
zg_ds_read(const struct zg_source *source, const char *zone, struct release_ds *list, size_t *n,
    uint32_t *ttl, struct zg_error *error)
{
	static const uint8_t root[] = {0};
	struct ds_entry entries[ZG_DS_MAX];
	uint8_t origin[ZG_NAME_MAX];
	const char *why = "";
	uint32_t largest;
	zg_status status;

	*n = 0;
	if (name_from_text_lower(zone, strlen(zone), root, origin, &why) == 0)
		return error_set(error, ZG_PARAMETER, "%s: %s", zone, why);
	status = input_read_ds(source, origin, entries, n, error);
	if (status == ZG_OK)
		status = ds_entries_convert(entries, *n, list, &largest, error);
	if (status == ZG_OK && ttl != NULL)
		*ttl = largest;
	return status;
}
