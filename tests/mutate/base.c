/* The base zones: read from the folder that tests/zones/make_zones.sh wrote, and indexed. */
#include "mutate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096

/* ---- Reading ---- */

static char *
read_file(const char *folder, const char *name, const char *file)
{
	char path[PATH_SIZE];
	FILE *stream;
	char *text = NULL;
	size_t size = 0;

	snprintf(path, sizeof(path), "%s/%s/%s", folder, name, file);
	stream = fopen(path, "r");
	if (stream == NULL || getdelim(&text, &size, '\0', stream) < 0) {
		fprintf(stderr, "mutate: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	fclose(stream);
	return text;
}

static void
add_index(struct indexes *indexes, size_t index)
{
	indexes->at = realloc(indexes->at, (indexes->n + 1) * sizeof(size_t));
	if (indexes->at == NULL)
		abort();
	indexes->at[indexes->n++] = index;
}

/* ---- Indexing ---- */

static size_t
count_rrsigs_over(const struct smith_zone *zone, const ldns_rdf *owner, ldns_rr_type type)
{
	size_t n = 0;

	for (size_t i = 0; (i = smith_find_rrsig(zone, owner, type, i)) != SMITH_NONE; i++)
		n++;
	return n;
}

static void
add_set(struct base *base, size_t first)
{
	const ldns_rr *rr = base->zone->rrs[first];
	struct rrset_ref set = {ldns_rr_owner(rr), ldns_rr_get_type(rr), first, 0, 0, false};
	bool is_denial = set.type == LDNS_RR_TYPE_NSEC || set.type == LDNS_RR_TYPE_NSEC3;

	for (size_t i = first; (i = smith_find(base->zone, set.owner, set.type, i)) != SMITH_NONE;
	     i++) {
		set.n++;
		if (is_denial)
			add_index(&base->denials, i);
	}
	set.n_rrsigs = count_rrsigs_over(base->zone, set.owner, set.type);
	set.must_sign = smith_must_be_signed(base->zone, set.owner, set.type);
	base->sets = realloc(base->sets, (base->n_sets + 1) * sizeof(set));
	if (base->sets == NULL)
		abort();
	if (set.must_sign)
		add_index(&base->signed_sets, base->n_sets);
	if (!is_denial)
		add_index(&base->plain_sets, base->n_sets);
	base->sets[base->n_sets++] = set;
}

static void
index_zone(struct base *base)
{
	const struct smith_zone *zone = base->zone;

	for (size_t i = 0; i < zone->n; i++) {
		ldns_rr_type type = ldns_rr_get_type(zone->rrs[i]);

		if (type == LDNS_RR_TYPE_RRSIG)
			add_index(&base->rrsigs, i);
		else if (smith_find(zone, ldns_rr_owner(zone->rrs[i]), type, 0) == i)
			add_set(base, i);
	}
}

/* ---- One zone ---- */

/* A key of each algorithm that the zone does not have. RSA keys are slow to make, so they are taken
 * from the zones read before where there is one. */
static struct smith_keys *
foreign_keys(const struct matrix *matrix, const struct base *base)
{
	struct smith_keys *foreign = smith_keys_new();

	for (size_t i = 0; i < base->keys->n; i++) {
		uint8_t algorithm = base->keys->keys[i]->algorithm;
		const struct smith_key *known = NULL;
		bool have = false;

		for (size_t k = 0; k < foreign->n; k++)
			have = have || foreign->keys[k]->algorithm == algorithm;
		for (size_t b = 0; b < matrix->n && known == NULL; b++)
			for (size_t k = 0; k < matrix->bases[b].foreign->n; k++)
				if (matrix->bases[b].foreign->keys[k]->algorithm == algorithm)
					known = matrix->bases[b].foreign->keys[k];
		if (!have)
			smith_keys_add(foreign, known != NULL
						    ? smith_key_copy(known)
						    : smith_key_make("example.", algorithm,
							  SMITH_ZSK, 0, "a key of somebody else"));
	}
	return foreign;
}

static void
read_base(struct matrix *matrix, const char *folder, const char *name, int64_t now)
{
	struct base base = {.name = strdup(name), .now = now};
	char path[PATH_SIZE];
	const ldns_rr *rrsig;

	snprintf(path, sizeof(path), "%s/%s/signed", folder, name);
	base.zone = smith_zone_read(path, "example.");
	snprintf(path, sizeof(path), "%s/%s/keys", folder, name);
	base.keys = smith_keys_read(base.zone, path);
	base.ds = read_file(folder, name, "ds");
	base.unsigned_text = read_file(folder, name, "unsigned");
	base.foreign = foreign_keys(matrix, &base);
	base.nsec3 = smith_find(base.zone, NULL, LDNS_RR_TYPE_NSEC3, 0) != SMITH_NONE;
	base.opt_out = base.nsec3 && (smith_nsec3_of(base.zone).flags & 1) != 0;
	base.zonemd = smith_find(base.zone, NULL, LDNS_RR_TYPE_ZONEMD, 0) != SMITH_NONE;
	base.two_algorithms = strchr(name, '+') != NULL;
	base.csk = base.keys->n == (base.two_algorithms ? 2 : 1);
	base.deprecated = base.keys->keys[0]->algorithm < 8;
	rrsig = smith_get_rrsig(base.zone, "@", LDNS_RR_TYPE_SOA);
	base.inception = smith_field(rrsig, RRSIG_INCEPTION);
	base.expiration = smith_field(rrsig, RRSIG_EXPIRATION);
	index_zone(&base);
	matrix->bases = realloc(matrix->bases, (matrix->n + 1) * sizeof(base));
	if (matrix->bases == NULL)
		abort();
	matrix->bases[matrix->n++] = base;
}

struct matrix *
matrix_read(const char *folder, int64_t now)
{
	struct matrix *matrix = calloc(1, sizeof(*matrix));
	char *index, *line, *save = NULL;
	char name[128], signer[32], program[64];

	if (matrix == NULL)
		abort();
	index = read_file(folder, ".", "index");
	for (line = strtok_r(index, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "%127s %31s %63s", name, signer, program) != 3)
			continue;
		if (strcmp(signer, "SKIPPED") == 0) {
			printf("skipped: zone %s, needs %s\n", name, program);
			matrix->n_skipped++;
		} else {
			read_base(matrix, folder, name, now);
		}
	}
	free(index);
	return matrix;
}

void
matrix_free(struct matrix *matrix)
{
	if (matrix == NULL)
		return;
	for (size_t i = 0; i < matrix->n; i++) {
		struct base *base = &matrix->bases[i];

		free(base->sets);
		free(base->signed_sets.at);
		free(base->plain_sets.at);
		free(base->rrsigs.at);
		free(base->denials.at);
		free(base->ds);
		free(base->unsigned_text);
		free(base->name);
		smith_keys_free(base->keys);
		smith_keys_free(base->foreign);
		smith_zone_free(base->zone);
	}
	free(matrix->bases);
	free(matrix);
}
