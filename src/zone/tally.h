/*
 * An exact count of one kind of defect with its first examples in the order of the zone, in bounded
 * memory. Facts count into tallies while they work; a check hands a tally on as its finding.
 */
#ifndef ZONE_TALLY_H
#define ZONE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

struct tally_example {
	uint64_t order; /* place in the zone: examples are kept for the lowest */
	char *owner;	/* presentation form, owned; NULL: the whole zone or file */
	char *detail;	/* escaped, owned */
	uint32_t line;	/* global line number for source_map_find; 0: none */
	uint16_t type;	/* 0: none */
};

struct tally {
	uint64_t count;
	struct tally_example *examples; /* owned, ascending by order */
	size_t n_examples;
	size_t max_examples;
	bool out_of_memory; /* an example was lost: the run must end undecided */
};

void tally_init(struct tally *tally, size_t max_examples);
void tally_clear(struct tally *tally);

/* An example of this order would be kept. */
bool tally_wants(const struct tally *tally, uint64_t order);

/*
 * Counts one more. Keeps it as an example while its order is among the `max_examples` lowest (the
 * earlier call first among equals); only then is `format` formatted. `owner` (wire form, NULL:
 * none) is copied. Text that comes from a zone must be escaped by the caller.
 */
void tally_add(struct tally *tally, uint64_t order, const uint8_t *owner, uint16_t type,
    uint32_t line, const char *format, ...) PRINTF_LIKE(6, 7);

/* Adds `from` to `into` and clears `from`: the result does not depend on how work was divided as
 * long as equal orders come from one tally. */
void tally_merge(struct tally *into, struct tally *from);

#endif
