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

/* A record of a small file in zone-file form; borrowed for the call that takes it. */
struct input_record {
	const uint8_t *owner; /* wire form, lower case */
	uint16_t type, rdlen;
	uint32_t ttl;	      /* 0: the text says none */
	const uint8_t *rdata; /* canonical form */
	const char *file;
	uint32_t line;
};

/* Where such records go, and how what cannot be read is told. */
struct input_taker {
	zg_status (*take)(void *context, const struct input_record *record, struct zg_error *error);
	void *context;
	zg_status malformed; /* the status of a file that is not well formed */
	const char *what;    /* its name where none is known */
};

/* Hands on each record of a file of at most `limit` octets, in the order of the text; the first
 * status that is not ZG_OK ends it. `origin` NULL: names are absolute. */
MUST_CHECK zg_status input_read_records(const struct zg_source *source, const uint8_t *origin,
    size_t limit, const struct input_taker *taker, struct zg_error *error);

/* All octets of `source`, owned by the caller; ZG_LIMIT: more than `limit`. */
MUST_CHECK zg_status input_read_octets(const struct zg_source *source, size_t limit, char **octets,
    size_t *length, struct zg_error *error);

/*
 * Reads a DS file: DS or DNSKEY records of `origin` in zone-file form, TTL optional, RRSIG records
 * over them ignored. A DNSKEY counts as the DS of digest type 2 made of it. At most ZG_DS_MAX.
 */
MUST_CHECK zg_status input_read_ds(const struct zg_source *source, const uint8_t *origin,
    struct ds_entry entries[ZG_DS_MAX], size_t *n, struct zg_error *error);

#endif
