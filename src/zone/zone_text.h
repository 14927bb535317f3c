/*
 * Zone text (master files: RFC 1035 section 5, RFC 2308 section 4, RFC 3597 section 5) to records.
 */
#ifndef ZONE_TEXT_H
#define ZONE_TEXT_H

#include <stdbool.h>

#include "zone/defect.h"
#include "zone/source.h"
#include "zone/zone_store.h"

struct zone_text_options {
	const uint8_t
	    *origin; /* first $ORIGIN, wire form; NULL: names are absolute until one is set */
	bool allow_include;   /* $INCLUDE, beneath source.directory only */
	bool has_default_ttl; /* records without a TTL get default_ttl before any $TTL: DS files */
	uint32_t default_ttl; /* seconds */
	unsigned threads;     /* that may read at once; 0 is 1 */
};

/*
 * Reads all of `source` into `store`. Entries that cannot be read are counted as DEFECT_SYNTAX,
 * DEFECT_INCLUDE, DEFECT_CLASS or DEFECT_META_TYPE with their line, and left out. A status other
 * than ZG_OK means that reading itself failed (ZG_READ, ZG_MEMORY, ZG_LIMIT).
 */
MUST_CHECK zg_status zone_text_read(const struct source *source,
    const struct zone_text_options *options, struct zone_store *store, struct defects *defects,
    struct zg_error *error);

#endif
