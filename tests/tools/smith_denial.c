/* NSEC and NSEC3: chains, hashes, bitmaps. */
#include "smith_internal.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#define TYPES_MAX 4096

/* ---- Bitmaps: RFC 4034 section 4.1.2 ---- */

/* Field number of the bitmap in this record. */
static size_t
bitmap_field(const ldns_rr *rr)
{
	switch (ldns_rr_get_type(rr)) {
	case LDNS_RR_TYPE_NSEC:
		return NSEC_BITMAP;
	case LDNS_RR_TYPE_NSEC3:
		return NSEC3_BITMAP;
	case LDNS_RR_TYPE_CSYNC:
		return 2;
	default:
		smith_die("type %u has no bitmap", ldns_rr_get_type(rr));
	}
}

size_t
smith_bitmap_types(const ldns_rr *rr, ldns_rr_type *types, size_t size)
{
	struct octets map = field_octets(rr, bitmap_field(rr));
	size_t n = 0;

	for (size_t at = 0; at + 2 <= map.n; at += 2U + map.data[at + 1])
		for (unsigned bit = 0; bit < 8U * map.data[at + 1]; bit++)
			if (map.data[at + 2 + bit / 8] & (0x80 >> bit % 8)) {
				if (n < size)
					types[n] = (ldns_rr_type)(map.data[at] * 256U + bit);
				n++;
			}
	return n;
}

/* One window block of the types from `from` on that share its upper octet; returns the next. */
static size_t
add_window(struct bytes *map, const ldns_rr_type *types, size_t from, size_t n)
{
	unsigned window = types[from] >> 8;
	uint8_t bits[32] = {0};
	size_t used = 0, i;

	for (i = from; i < n && (unsigned)types[i] >> 8 == window; i++) {
		unsigned low = types[i] & 255;

		bits[low / 8] |= (uint8_t)(0x80 >> low % 8);
		used = low / 8 + 1;
	}
	bytes_add_number(map, window, 1);
	bytes_add_number(map, (uint32_t)used, 1);
	bytes_add(map, bits, used);
	return i;
}

static int
compare_types(const void *a, const void *b)
{
	const ldns_rr_type *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* The bitmap of these types in any order; the caller frees map->data. */
static void
add_bitmap(struct bytes *map, const ldns_rr_type *types, size_t n)
{
	ldns_rr_type sorted[TYPES_MAX];

	if (n > TYPES_MAX)
		smith_die("more than %d types at a name", TYPES_MAX);
	if (n > 0)
		memcpy(sorted, types, n * sizeof(*types));
	qsort(sorted, n, sizeof(*sorted), compare_types);
	for (size_t at = 0; at < n;)
		at = add_window(map, sorted, at, n);
}

void
smith_bitmap_replace(ldns_rr *rr, const ldns_rr_type *types, size_t n)
{
	size_t field = bitmap_field(rr);
	struct bytes map = {0};
	ldns_rdf *rdf;

	add_bitmap(&map, types, n);
	rdf = ldns_rdf_new_frm_data(
	    LDNS_RDF_TYPE_BITMAP, map.n, map.data == NULL ? (const uint8_t *)"" : map.data);
	if (rdf == NULL)
		smith_die("out of memory");
	if (ldns_rr_rd_count(rr) > field)
		ldns_rdf_deep_free(ldns_rr_set_rdf(rr, rdf, field));
	else
		ldns_rr_push_rdf(rr, rdf);
	free(map.data);
}

bool
smith_bitmap_has(const ldns_rr *rr, ldns_rr_type type)
{
	ldns_rr_type types[TYPES_MAX];
	size_t n = smith_bitmap_types(rr, types, TYPES_MAX);

	for (size_t i = 0; i < n; i++)
		if (types[i] == type)
			return true;
	return false;
}

void
smith_bitmap_set(ldns_rr *rr, ldns_rr_type type, bool on)
{
	ldns_rr_type types[TYPES_MAX + 1];
	size_t n = smith_bitmap_types(rr, types, TYPES_MAX), kept = 0;

	for (size_t i = 0; i < n; i++)
		if (types[i] != type)
			types[kept++] = types[i];
	if (on)
		types[kept++] = type;
	smith_bitmap_replace(rr, types, kept);
}

/* The types that denial must name at `name`, with RRSIG where one of them must be signed. */
static size_t
types_at(const struct smith_zone *zone, const ldns_rdf *name, ldns_rr_type *types)
{
	enum smith_place place = smith_place(zone, name);
	bool is_signed = false;
	size_t n = 0;

	for (size_t i = 0; (i = smith_find(zone, name, 0, i)) != SMITH_NONE; i++) {
		ldns_rr_type type = ldns_rr_get_type(zone->rrs[i]);
		bool seen = type == LDNS_RR_TYPE_RRSIG || type == LDNS_RR_TYPE_NSEC ||
			    type == LDNS_RR_TYPE_NSEC3;

		if (place == SMITH_CUT && type != LDNS_RR_TYPE_NS && type != LDNS_RR_TYPE_DS)
			continue;
		for (size_t j = 0; j < n; j++)
			seen = seen || types[j] == type;
		if (seen)
			continue;
		if (n + 2 >= TYPES_MAX)
			smith_die("too many types at a name");
		types[n++] = type;
		is_signed = is_signed || smith_must_be_signed(zone, name, type);
	}
	if (is_signed)
		types[n++] = LDNS_RR_TYPE_RRSIG;
	return n;
}

/* ---- Names that a chain has ---- */

struct names {
	ldns_rdf **names; /* owned */
	size_t n;
};

static void
names_add(struct names *names, const ldns_rdf *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (ldns_dname_compare(names->names[i], name) == 0)
			return;
	names->names = realloc(names->names, (names->n + 1) * sizeof(ldns_rdf *));
	if (names->names == NULL)
		smith_die("out of memory");
	names->names[names->n++] = smith_name_lower(name);
}

static void
names_free(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		ldns_rdf_deep_free(names->names[i]);
	free(names->names);
}

static int
compare_names(const void *a, const void *b)
{
	return ldns_dname_compare(*(ldns_rdf *const *)a, *(ldns_rdf *const *)b);
}

/* Adds the names between `name` and the apex. */
static void
add_ancestors(struct names *names, const ldns_rdf *name, const ldns_rdf *apex)
{
	ldns_rdf *at = ldns_dname_left_chop(name);

	while (at != NULL && ldns_dname_is_subdomain(at, apex)) {
		ldns_rdf *parent = ldns_dname_left_chop(at);

		names_add(names, at);
		ldns_rdf_deep_free(at);
		at = parent;
	}
	ldns_rdf_deep_free(at);
}

/* Has the zone data of its own at this name, other than signatures and denial? */
static bool
is_denial_record(const ldns_rr *rr)
{
	ldns_rr_type type = ldns_rr_get_type(rr);

	return type == LDNS_RR_TYPE_RRSIG || type == LDNS_RR_TYPE_NSEC ||
	       type == LDNS_RR_TYPE_NSEC3;
}

/* All names that must have NSEC (with_empty false) or NSEC3 (true), in canonical order. Opt-out
 * leaves insecure delegations out (RFC 5155 section 7.1). */
static struct names
chain_names(const struct smith_zone *zone, bool with_empty, bool opt_out)
{
	struct names names = {0};

	for (size_t i = 0; i < zone->n; i++) {
		const ldns_rdf *owner = ldns_rr_owner(zone->rrs[i]);
		enum smith_place place = smith_place(zone, owner);

		if (is_denial_record(zone->rrs[i]) || place == SMITH_BELOW_CUT ||
		    !smith_name_below(owner, zone->origin))
			continue;
		if (opt_out && place == SMITH_CUT &&
		    smith_find(zone, owner, LDNS_RR_TYPE_DS, 0) == SMITH_NONE)
			continue;
		names_add(&names, owner);
		if (with_empty)
			add_ancestors(&names, owner, zone->origin);
	}
	qsort(names.names, names.n, sizeof(ldns_rdf *), compare_names);
	return names;
}

/* RFC 9077 section 3.1. */
static uint32_t
denial_ttl(const struct smith_zone *zone)
{
	const ldns_rr *soa = smith_get(zone, "@", LDNS_RR_TYPE_SOA);
	uint32_t minimum = smith_field(soa, SOA_MINIMUM);

	return ldns_rr_ttl(soa) < minimum ? ldns_rr_ttl(soa) : minimum;
}

/* ---- NSEC ---- */

static void
remove_denial(struct smith_zone *zone)
{
	static const ldns_rr_type types[] = {
	    LDNS_RR_TYPE_NSEC, LDNS_RR_TYPE_NSEC3, LDNS_RR_TYPE_NSEC3PARAM};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		smith_remove_rrset(zone, NULL, types[i]);
		smith_remove_rrsigs(zone, NULL, types[i]);
	}
}

void
smith_make_nsec(struct smith_zone *zone)
{
	uint32_t ttl = denial_ttl(zone);
	ldns_rr_type types[TYPES_MAX];
	struct names names;

	remove_denial(zone);
	names = chain_names(zone, false, false);
	for (size_t i = 0; i < names.n; i++) {
		const ldns_rdf *next = names.names[(i + 1) % names.n];
		size_t n = types_at(zone, names.names[i], types);
		struct bytes rdata = {0};

		if (n == 0 || types[n - 1] != LDNS_RR_TYPE_RRSIG)
			types[n++] = LDNS_RR_TYPE_RRSIG;
		types[n++] = LDNS_RR_TYPE_NSEC;
		bytes_add(&rdata, ldns_rdf_data(next), ldns_rdf_size(next));
		add_bitmap(&rdata, types, n);
		smith_append(zone,
		    smith_rr_wire(names.names[i], LDNS_RR_TYPE_NSEC, ttl, rdata.data, rdata.n));
		free(rdata.data);
	}
	names_free(&names);
}

/* ---- NSEC3 ---- */

struct smith_nsec3
smith_nsec3_of(const struct smith_zone *zone)
{
	struct smith_nsec3 parameters = SMITH_NSEC3_DEFAULT;
	size_t param = smith_find(zone, NULL, LDNS_RR_TYPE_NSEC3PARAM, 0);
	size_t nsec3 = smith_find(zone, NULL, LDNS_RR_TYPE_NSEC3, 0);
	const ldns_rr *rr;
	struct octets salt;

	if (param == SMITH_NONE && nsec3 == SMITH_NONE)
		smith_die("the zone has no NSEC3");
	rr = zone->rrs[param == SMITH_NONE ? nsec3 : param];
	salt = field_octets(rr, NSEC3_SALT);
	parameters.hash = (uint8_t)smith_field(rr, NSEC3_HASH);
	parameters.iterations = (uint16_t)smith_field(rr, NSEC3_ITERATIONS);
	parameters.salt_length = salt.data[0];
	memcpy(parameters.salt, salt.data + 1, salt.data[0]);
	if (nsec3 != SMITH_NONE)
		parameters.flags = (uint8_t)smith_field(zone->rrs[nsec3], NSEC3_FLAGS);
	return parameters;
}

/* RFC 5155 section 5. */
static void
hash_name(
    const ldns_rdf *name, const struct smith_nsec3 *parameters, uint8_t hash[SHA_DIGEST_LENGTH])
{
	ldns_rdf *lower = smith_name_lower(name);
	struct bytes input = {0};

	bytes_add(&input, ldns_rdf_data(lower), ldns_rdf_size(lower));
	for (unsigned i = 0; i <= parameters->iterations; i++) {
		bytes_add(&input, parameters->salt, parameters->salt_length);
		SHA1(input.data, input.n, hash);
		input.n = 0;
		bytes_add(&input, hash, SHA_DIGEST_LENGTH);
	}
	free(input.data);
	ldns_rdf_deep_free(lower);
}

static ldns_rdf *
hash_owner(const struct smith_zone *zone, const uint8_t hash[SHA_DIGEST_LENGTH])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	char label[33] = {0};

	for (size_t i = 0; i < 32; i++) {
		size_t bit = i * 5;
		unsigned pair = (unsigned)hash[bit / 8] << 8;

		if (bit / 8 + 1 < SHA_DIGEST_LENGTH)
			pair |= hash[bit / 8 + 1];
		label[i] = digits[pair >> (11 - bit % 8) & 31];
	}
	return smith_name(zone, label);
}

ldns_rdf *
smith_nsec3_owner(
    const struct smith_zone *zone, const ldns_rdf *name, const struct smith_nsec3 *parameters)
{
	uint8_t hash[SHA_DIGEST_LENGTH];

	hash_name(name, parameters, hash);
	return hash_owner(zone, hash);
}

/* A name and its hash. */
struct hashed {
	const ldns_rdf *name;
	uint8_t hash[SHA_DIGEST_LENGTH];
};

static int
compare_hashed(const void *a, const void *b)
{
	const struct hashed *left = a, *right = b;

	return memcmp(left->hash, right->hash, SHA_DIGEST_LENGTH);
}

/* The fields that NSEC3 and NSEC3PARAM share. */
static void
add_parameters(struct bytes *rdata, const struct smith_nsec3 *parameters, uint8_t flags)
{
	bytes_add_number(rdata, parameters->hash, 1);
	bytes_add_number(rdata, flags, 1);
	bytes_add_number(rdata, parameters->iterations, 2);
	bytes_add_number(rdata, parameters->salt_length, 1);
	bytes_add(rdata, parameters->salt, parameters->salt_length);
}

static void
add_nsec3(struct smith_zone *zone, const struct smith_nsec3 *parameters,
    const struct hashed *hashed, const struct hashed *next, uint32_t ttl)
{
	ldns_rdf *owner = hash_owner(zone, hashed->hash);
	ldns_rr_type types[TYPES_MAX];
	size_t n = types_at(zone, hashed->name, types);
	struct bytes rdata = {0};

	add_parameters(&rdata, parameters, parameters->flags);
	bytes_add_number(&rdata, SHA_DIGEST_LENGTH, 1);
	bytes_add(&rdata, next->hash, SHA_DIGEST_LENGTH);
	add_bitmap(&rdata, types, n);
	smith_append(zone, smith_rr_wire(owner, LDNS_RR_TYPE_NSEC3, ttl, rdata.data, rdata.n));
	ldns_rdf_deep_free(owner);
	free(rdata.data);
}

/* With the TTL of those that are there, else 0. */
static void
add_nsec3param(struct smith_zone *zone, const struct smith_nsec3 *parameters)
{
	size_t other = smith_find(zone, zone->origin, LDNS_RR_TYPE_NSEC3PARAM, 0);
	uint32_t ttl = other == SMITH_NONE ? 0 : ldns_rr_ttl(zone->rrs[other]);
	struct bytes rdata = {0};

	add_parameters(&rdata, parameters, parameters->param_flags);
	smith_append(
	    zone, smith_rr_wire(zone->origin, LDNS_RR_TYPE_NSEC3PARAM, ttl, rdata.data, rdata.n));
	free(rdata.data);
}

void
smith_add_nsec3(struct smith_zone *zone, const struct smith_nsec3 *parameters, bool with_param)
{
	uint32_t ttl = denial_ttl(zone);
	struct names names;
	struct hashed *hashed;

	if (with_param)
		add_nsec3param(zone, parameters);
	names = chain_names(zone, true, (parameters->flags & 1) != 0);
	hashed = smith_allocate(names.n * sizeof(*hashed));
	for (size_t i = 0; i < names.n; i++) {
		hashed[i].name = names.names[i];
		hash_name(names.names[i], parameters, hashed[i].hash);
	}
	qsort(hashed, names.n, sizeof(*hashed), compare_hashed);
	for (size_t i = 0; i < names.n; i++)
		add_nsec3(zone, parameters, &hashed[i], &hashed[(i + 1) % names.n], ttl);
	free(hashed);
	names_free(&names);
}

void
smith_make_nsec3(struct smith_zone *zone, const struct smith_nsec3 *parameters)
{
	remove_denial(zone);
	smith_add_nsec3(zone, parameters, true);
}
