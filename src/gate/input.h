/* Inputs of the gate: opened, read, brought into form. */
#ifndef GATE_INPUT_H
#define GATE_INPUT_H

#include <zonegate/gate.h>
#include "facts/keys.h"
#include "zone/zone.h"

/* How zones are read. */
struct input_options {
	bool allow_include;
	unsigned threads; /* 0 is 1 */
	size_t max_examples;
	zg_progress progress; /* told the phases of reading; may be NULL */
	void *progress_context;
	struct meter *meter; /* of the calling thread; may be NULL */
};

/*
 * Reads a zone from `source`. `origin`: wire form, or NULL for the owner of its SOA. Defects of the
 * text are in zone->defects.
 */
MUST_CHECK zg_status input_read_zone(const struct zg_source *source, const uint8_t *origin,
    const struct input_options *options, struct zone **zone, struct zg_error *error);

/*
 * The same for a zone that the candidate is compared with: it must be readable as a whole and have
 * the candidate's origin, else ZG_INPUT_BAD. `what` names it in messages. No phases are told.
 */
MUST_CHECK zg_status input_read_other(const struct zg_source *source, const char *what,
    const uint8_t *origin, const struct input_options *options, struct zone **zone,
    struct zg_error *error);

/*
 * Reads a DS file: DS or DNSKEY records of `origin` in zone-file form, TTL optional, RRSIG records
 * over them ignored. A DNSKEY counts as the DS of digest type 2 made of it. At most ZG_DS_MAX.
 */
MUST_CHECK zg_status input_read_ds(const struct zg_source *source, const uint8_t *origin,
    struct ds_entry entries[ZG_DS_MAX], size_t *n, struct zg_error *error);

#endif
