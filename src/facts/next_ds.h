/* The DS set that the zone asks its parent for: CDS and CDNSKEY at the apex (RFC 7344, RFC 8078).
 */
#ifndef FACTS_NEXT_DS_H
#define FACTS_NEXT_DS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/keys.h"

struct next_ds_entry {
	uint32_t record;
	bool is_cds;	     /* else CDNSKEY */
	bool is_delete;	     /* algorithm 0: RFC 8078 section 4, */
	bool is_well_formed; /* in exactly the form given there */
	uint8_t algorithm;
	uint16_t tag;
	uint8_t digest_type; /* of a CDS, when it is supported; else 0 */
	int key;	     /* index of the DNSKEY that it is of, or -1 */
	bool has_twin;	     /* the other kind has a record of the same key */
};

#define NEXT_DS_MAX (2 * ZG_DS_MAX)

struct next_ds_facts {
	struct next_ds_entry entries[NEXT_DS_MAX]; /* CDS first; the first ZG_DS_MAX of each kind */
	size_t n, n_cds, n_cdnskey;
	bool too_many; /* the zone has more than ZG_DS_MAX of a kind */
};

MUST_CHECK zg_status next_ds_compute(const struct zone *zone, const struct key_facts *keys,
    struct next_ds_facts *facts, struct zg_error *error);

#endif
