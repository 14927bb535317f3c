/* What the files of smith share. Not for users of smith.h. */
#ifndef TOOLS_SMITH_INTERNAL_H
#define TOOLS_SMITH_INTERNAL_H

#include "smith.h"

/* Ends the program: one line on standard error, exit status 70. */
_Noreturn void smith_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

void *smith_allocate(size_t size);

/* A growing string of octets. */
struct bytes {
	uint8_t *data;
	size_t n;
	size_t allocated;
};
void bytes_add(struct bytes *bytes, const void *data, size_t n);
void bytes_add_number(struct bytes *bytes, uint32_t value, size_t octets);

/* The rest of a record's RDATA field, as octets; n 0 for a field that is not there. */
struct octets {
	const uint8_t *data;
	size_t n;
};
struct octets field_octets(const ldns_rr *rr, size_t field);

/* A copy of `name` in lower case. */
ldns_rdf *smith_name_lower(const ldns_rdf *name);
/* Labels without the root and without a leading asterisk: the Labels field of an RRSIG. */
unsigned smith_name_labels(const ldns_rdf *name);

#endif
