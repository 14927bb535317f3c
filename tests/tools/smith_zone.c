/* Zones as lists of records: reading, writing, looking up, changing. */
#include "smith_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TTL 3600

void
smith_die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("smith: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(70);
}

void *
smith_allocate(size_t size)
{
	void *memory = calloc(1, size == 0 ? 1 : size);

	if (memory == NULL)
		smith_die("out of memory");
	return memory;
}

void
bytes_add(struct bytes *bytes, const void *data, size_t n)
{
	if (n == 0)
		return;
	if (bytes->n + n > bytes->allocated) {
		bytes->allocated = (bytes->n + n) * 2;
		bytes->data = realloc(bytes->data, bytes->allocated);
		if (bytes->data == NULL)
			smith_die("out of memory");
	}
	memcpy(bytes->data + bytes->n, data, n);
	bytes->n += n;
}

/* Network byte order. */
void
bytes_add_number(struct bytes *bytes, uint32_t value, size_t octets)
{
	while (octets-- > 0) {
		uint8_t octet = (uint8_t)(value >> (8 * octets));

		bytes_add(bytes, &octet, 1);
	}
}

/* ---- Names ---- */

ldns_rdf *
smith_name_lower(const ldns_rdf *name)
{
	ldns_rdf *lower = ldns_rdf_clone(name);

	if (lower == NULL)
		smith_die("out of memory");
	ldns_dname2canonical(lower);
	return lower;
}

unsigned
smith_name_labels(const ldns_rdf *name)
{
	unsigned labels = ldns_dname_label_count(name);

	return labels > 0 && ldns_dname_is_wildcard(name) ? labels - 1 : labels;
}

ldns_rdf *
smith_name(const struct smith_zone *zone, const char *text)
{
	ldns_rdf *name;

	if (strcmp(text, "@") == 0)
		name = ldns_rdf_clone(zone->origin);
	else
		name = ldns_dname_new_frm_str(text);
	if (name == NULL)
		smith_die("'%s' is not a name", text);
	if (text[strlen(text) - 1] != '.' && strcmp(text, "@") != 0 &&
	    ldns_dname_cat(name, zone->origin) != LDNS_STATUS_OK)
		smith_die("'%s' is too long", text);
	return name;
}

int
smith_name_compare(const ldns_rdf *a, const ldns_rdf *b)
{
	return ldns_dname_compare(a, b);
}

bool
smith_name_below(const ldns_rdf *name, const ldns_rdf *top)
{
	return ldns_dname_compare(name, top) == 0 || ldns_dname_is_subdomain(name, top);
}

/* ---- Whole zones ---- */

static struct smith_zone *
zone_allocate(ldns_rdf *origin)
{
	struct smith_zone *zone = smith_allocate(sizeof(*zone));

	zone->origin = origin;
	return zone;
}

struct smith_zone *
smith_zone_new(const char *origin)
{
	ldns_rdf *name = ldns_dname_new_frm_str(origin);

	if (name == NULL)
		smith_die("'%s' is not a name", origin);
	return zone_allocate(name);
}

/* Reads one record after the other into `zone`; ldns keeps $ORIGIN, $TTL and the last owner. */
static void
read_records(struct smith_zone *zone, FILE *stream, ldns_rdf *origin)
{
	uint32_t ttl = DEFAULT_TTL;
	ldns_rdf *former = NULL;
	int line = 0;

	while (!feof(stream)) {
		ldns_rr *rr = NULL;
		ldns_status status =
		    ldns_rr_new_frm_fp_l(&rr, stream, &ttl, &origin, &former, &line);

		if (status == LDNS_STATUS_OK)
			smith_append(zone, rr);
		else if (status != LDNS_STATUS_SYNTAX_EMPTY && status != LDNS_STATUS_SYNTAX_TTL &&
			 status != LDNS_STATUS_SYNTAX_ORIGIN)
			smith_die("line %d: %s", line, ldns_get_errorstr_by_id(status));
	}
	ldns_rdf_deep_free(former);
	ldns_rdf_deep_free(origin);
}

static struct smith_zone *
zone_from_stream(FILE *stream, const char *origin, const char *label)
{
	struct smith_zone *zone = zone_allocate(NULL);
	ldns_rdf *given = origin == NULL ? NULL : ldns_dname_new_frm_str(origin);
	size_t soa;

	read_records(zone, stream, given == NULL ? NULL : ldns_rdf_clone(given));
	zone->origin = given;
	if (given == NULL) {
		soa = smith_find(zone, NULL, LDNS_RR_TYPE_SOA, 0);
		if (soa == SMITH_NONE)
			smith_die("%s: no SOA, and no origin given", label);
		zone->origin = ldns_rdf_clone(ldns_rr_owner(zone->rrs[soa]));
	}
	return zone;
}

struct smith_zone *
smith_zone_parse(const char *text, const char *origin)
{
	FILE *stream;
	struct smith_zone *zone;

	if (text[0] == '\0')
		return smith_zone_new(origin == NULL ? "." : origin);
	stream = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	if (stream == NULL)
		smith_die("fmemopen: %s", strerror(errno));
	zone = zone_from_stream(stream, origin, "text");
	fclose(stream);
	return zone;
}

struct smith_zone *
smith_zone_read(const char *path, const char *origin)
{
	FILE *stream = fopen(path, "r");
	struct smith_zone *zone;

	if (stream == NULL)
		smith_die("%s: %s", path, strerror(errno));
	zone = zone_from_stream(stream, origin, path);
	fclose(stream);
	return zone;
}

struct smith_zone *
smith_zone_copy(const struct smith_zone *zone)
{
	struct smith_zone *copy = zone_allocate(ldns_rdf_clone(zone->origin));

	for (size_t i = 0; i < zone->n; i++)
		smith_append(copy, ldns_rr_clone(zone->rrs[i]));
	return copy;
}

void
smith_zone_free(struct smith_zone *zone)
{
	if (zone == NULL)
		return;
	for (size_t i = 0; i < zone->n; i++)
		ldns_rr_free(zone->rrs[i]);
	free(zone->rrs);
	ldns_rdf_deep_free(zone->origin);
	free(zone);
}

char *
smith_zone_text(const struct smith_zone *zone, size_t *length)
{
	struct bytes text = {0};

	for (size_t i = 0; i < zone->n; i++) {
		char *line = ldns_rr2str(zone->rrs[i]);

		if (line == NULL)
			smith_die("a record cannot be printed");
		bytes_add(&text, line, strlen(line));
		free(line);
	}
	bytes_add(&text, "", 1);
	if (length != NULL)
		*length = text.n - 1;
	return (char *)text.data;
}

void
smith_zone_write(const struct smith_zone *zone, const char *path)
{
	size_t length;
	char *text = smith_zone_text(zone, &length);
	FILE *stream = fopen(path, "w");

	if (stream == NULL || fwrite(text, 1, length, stream) != length || fclose(stream) != 0)
		smith_die("%s: %s", path, strerror(errno));
	free(text);
}

/* ---- Records ---- */

ldns_rr *
smith_rr(const struct smith_zone *zone, const char *text)
{
	ldns_rr *rr = NULL;
	ldns_status status = ldns_rr_new_frm_str(&rr, text, DEFAULT_TTL, zone->origin, NULL);

	if (status != LDNS_STATUS_OK)
		smith_die("'%s': %s", text, ldns_get_errorstr_by_id(status));
	return rr;
}

ldns_rr *
smith_rr_wire(
    const ldns_rdf *owner, ldns_rr_type type, uint32_t ttl, const uint8_t *rdata, size_t length)
{
	struct bytes wire = {0};
	ldns_rr *rr = NULL;
	size_t at = 0;
	ldns_status status;

	bytes_add(&wire, ldns_rdf_data(owner), ldns_rdf_size(owner));
	bytes_add_number(&wire, type, 2);
	bytes_add_number(&wire, LDNS_RR_CLASS_IN, 2);
	bytes_add_number(&wire, ttl, 4);
	bytes_add_number(&wire, (uint32_t)length, 2);
	bytes_add(&wire, rdata, length);
	status = ldns_wire2rr(&rr, wire.data, wire.n, &at, LDNS_SECTION_ANSWER);
	if (status != LDNS_STATUS_OK)
		smith_die("record of type %u: %s", type, ldns_get_errorstr_by_id(status));
	free(wire.data);
	return rr;
}

/* The octets in `buffer`, which is freed. */
static uint8_t *
buffer_take(ldns_buffer *buffer, size_t *length)
{
	uint8_t *octets;

	*length = ldns_buffer_position(buffer);
	octets = smith_allocate(*length);
	memcpy(octets, ldns_buffer_begin(buffer), *length);
	ldns_buffer_free(buffer);
	return octets;
}

uint8_t *
smith_rdata(const ldns_rr *rr, size_t *length)
{
	struct bytes rdata = {0};

	bytes_add(&rdata, "", 1);
	rdata.n = 0;
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
		bytes_add(&rdata, field_octets(rr, i).data, field_octets(rr, i).n);
	*length = rdata.n;
	return rdata.data;
}

uint8_t *
smith_canonical(const ldns_rr *rr, uint32_t ttl, size_t *length)
{
	ldns_rr *copy = ldns_rr_clone(rr);
	ldns_buffer *buffer = ldns_buffer_new(LDNS_MIN_BUFLEN);

	if (copy == NULL || buffer == NULL)
		smith_die("out of memory");
	ldns_rr2canonical(copy);
	ldns_rr_set_ttl(copy, ttl);
	if (ldns_rr2buffer_wire(buffer, copy, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
		smith_die("a record cannot be written");
	ldns_rr_free(copy);
	return buffer_take(buffer, length);
}

bool
smith_rr_same(const ldns_rr *a, const ldns_rr *b)
{
	size_t a_length, b_length;
	uint8_t *a_octets = smith_canonical(a, 0, &a_length);
	uint8_t *b_octets = smith_canonical(b, 0, &b_length);
	bool same = a_length == b_length && memcmp(a_octets, b_octets, a_length) == 0;

	free(a_octets);
	free(b_octets);
	return same;
}

struct octets
field_octets(const ldns_rr *rr, size_t field)
{
	const ldns_rdf *rdf = ldns_rr_rdf(rr, field);

	if (rdf == NULL)
		return (struct octets){(const uint8_t *)"", 0};
	return (struct octets){ldns_rdf_data(rdf), ldns_rdf_size(rdf)};
}

uint32_t
smith_field(const ldns_rr *rr, size_t field)
{
	struct octets octets = field_octets(rr, field);
	uint32_t value = 0;

	if (octets.n == 0 || octets.n > 4)
		smith_die("field %zu of type %u is not a number", field, ldns_rr_get_type(rr));
	for (size_t i = 0; i < octets.n; i++)
		value = value << 8 | octets.data[i];
	return value;
}

void
smith_set_field(ldns_rr *rr, size_t field, uint32_t value)
{
	ldns_rdf *rdf = ldns_rr_rdf(rr, field);
	size_t size = rdf == NULL ? 0 : ldns_rdf_size(rdf);

	if (size == 0 || size > 4)
		smith_die("field %zu of type %u is not a number", field, ldns_rr_get_type(rr));
	for (size_t i = size; i-- > 0; value >>= 8)
		ldns_rdf_data(rdf)[i] = (uint8_t)value;
}

void
smith_set_name(ldns_rr *rr, size_t field, const ldns_rdf *name)
{
	ldns_rdf_deep_free(ldns_rr_set_rdf(rr, ldns_rdf_clone(name), field));
}

/* ---- Looking up ---- */

size_t
smith_find(const struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type, size_t from)
{
	for (size_t i = from; i < zone->n; i++)
		if ((type == 0 || ldns_rr_get_type(zone->rrs[i]) == type) &&
		    (owner == NULL || ldns_dname_compare(ldns_rr_owner(zone->rrs[i]), owner) == 0))
			return i;
	return SMITH_NONE;
}

size_t
smith_find_text(const struct smith_zone *zone, const char *owner, ldns_rr_type type)
{
	ldns_rdf *name = smith_name(zone, owner);
	size_t index = smith_find(zone, name, type, 0);

	ldns_rdf_deep_free(name);
	return index;
}

ldns_rr_type
smith_covered(const ldns_rr *rrsig)
{
	return (ldns_rr_type)smith_field(rrsig, RRSIG_COVERED);
}

size_t
smith_find_rrsig(
    const struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type covered, size_t from)
{
	size_t i = from;

	while ((i = smith_find(zone, owner, LDNS_RR_TYPE_RRSIG, i)) != SMITH_NONE && covered != 0 &&
	       smith_covered(zone->rrs[i]) != covered)
		i++;
	return i;
}

ldns_rr *
smith_get(const struct smith_zone *zone, const char *owner, ldns_rr_type type)
{
	size_t index = smith_find_text(zone, owner, type);

	if (index == SMITH_NONE)
		smith_die("no type %u at '%s'", type, owner);
	return zone->rrs[index];
}

ldns_rr *
smith_get_rrsig(const struct smith_zone *zone, const char *owner, ldns_rr_type covered)
{
	ldns_rdf *name = smith_name(zone, owner);
	size_t index = smith_find_rrsig(zone, name, covered, 0);

	if (index == SMITH_NONE)
		smith_die("no RRSIG over type %u at '%s'", covered, owner);
	ldns_rdf_deep_free(name);
	return zone->rrs[index];
}

/* ---- Changing ---- */

void
smith_insert(struct smith_zone *zone, size_t index, ldns_rr *rr)
{
	if (rr == NULL || index > zone->n)
		smith_die("insert at %zu of %zu", index, zone->n);
	if (zone->n == zone->allocated) {
		zone->allocated = zone->allocated * 2 + 64;
		zone->rrs = realloc(zone->rrs, zone->allocated * sizeof(ldns_rr *));
		if (zone->rrs == NULL)
			smith_die("out of memory");
	}
	memmove(zone->rrs + index + 1, zone->rrs + index, (zone->n - index) * sizeof(ldns_rr *));
	zone->rrs[index] = rr;
	zone->n++;
}

void
smith_append(struct smith_zone *zone, ldns_rr *rr)
{
	smith_insert(zone, zone->n, rr);
}

void
smith_replace(struct smith_zone *zone, size_t index, ldns_rr *rr)
{
	if (rr == NULL || index >= zone->n)
		smith_die("replace at %zu of %zu", index, zone->n);
	ldns_rr_free(zone->rrs[index]);
	zone->rrs[index] = rr;
}

void
smith_add(struct smith_zone *zone, const char *text)
{
	smith_append(zone, smith_rr(zone, text));
}

void
smith_remove(struct smith_zone *zone, size_t index)
{
	if (index >= zone->n)
		smith_die("remove %zu of %zu", index, zone->n);
	ldns_rr_free(zone->rrs[index]);
	zone->n--;
	memmove(zone->rrs + index, zone->rrs + index + 1, (zone->n - index) * sizeof(ldns_rr *));
}

/* `owner` may belong to a record that goes: compare with a copy. */
static size_t
remove_where(
    struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type, ldns_rr_type covered)
{
	ldns_rdf *name = owner == NULL ? NULL : ldns_rdf_clone(owner);
	size_t before = zone->n, i = 0;

	while ((i = smith_find(zone, name, type, i)) != SMITH_NONE)
		if (covered == 0 || smith_covered(zone->rrs[i]) == covered)
			smith_remove(zone, i);
		else
			i++;
	ldns_rdf_deep_free(name);
	return before - zone->n;
}

size_t
smith_remove_rrset(struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type)
{
	return remove_where(zone, owner, type, 0);
}

size_t
smith_remove_rrsigs(struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type covered)
{
	return remove_where(zone, owner, LDNS_RR_TYPE_RRSIG, covered);
}

void
smith_set_ttl(struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type, uint32_t ttl)
{
	for (size_t i = 0; (i = smith_find(zone, owner, type, i)) != SMITH_NONE; i++)
		ldns_rr_set_ttl(zone->rrs[i], ttl);
}

static int
compare_rrs(const void *a, const void *b)
{
	const ldns_rr *left = *(ldns_rr *const *)a, *right = *(ldns_rr *const *)b;
	int order = ldns_dname_compare(ldns_rr_owner(left), ldns_rr_owner(right));

	if (order != 0)
		return order;
	if (ldns_rr_get_type(left) != ldns_rr_get_type(right))
		return ldns_rr_get_type(left) < ldns_rr_get_type(right) ? -1 : 1;
	return ldns_rr_compare(left, right);
}

void
smith_sort(struct smith_zone *zone)
{
	if (zone->n > 1)
		qsort(zone->rrs, zone->n, sizeof(ldns_rr *), compare_rrs);
}

/* ---- Structure ---- */

enum smith_place
smith_place(const struct smith_zone *zone, const ldns_rdf *name)
{
	ldns_rdf *at = ldns_rdf_clone(name);
	enum smith_place place = SMITH_AUTHORITATIVE;

	while (ldns_dname_compare(at, zone->origin) != 0 &&
	       ldns_dname_is_subdomain(at, zone->origin)) {
		ldns_rdf *parent = ldns_dname_left_chop(at);

		if (smith_find(zone, at, LDNS_RR_TYPE_NS, 0) != SMITH_NONE)
			place = ldns_dname_compare(at, name) == 0 ? SMITH_CUT : SMITH_BELOW_CUT;
		ldns_rdf_deep_free(at);
		at = parent;
	}
	ldns_rdf_deep_free(at);
	return place;
}

/* RFC 4035 section 2.2. */
bool
smith_must_be_signed(const struct smith_zone *zone, const ldns_rdf *name, ldns_rr_type type)
{
	if (type == LDNS_RR_TYPE_RRSIG || !smith_name_below(name, zone->origin))
		return false;
	switch (smith_place(zone, name)) {
	case SMITH_AUTHORITATIVE:
		return true;
	case SMITH_CUT:
		return type == LDNS_RR_TYPE_DS || type == LDNS_RR_TYPE_NSEC;
	case SMITH_BELOW_CUT:
		return false;
	}
	return false;
}
