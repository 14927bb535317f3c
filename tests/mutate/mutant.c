/* Mutants, and what the generators of damage share. */
#include "mutate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Chance: the same seed gives the same mutants ---- */

/* splitmix64: the next number of a sequence. */
static uint64_t
next_number(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

static uint64_t
mix_text(uint64_t state, const char *text)
{
	for (; *text != '\0'; text++)
		state = (state ^ (unsigned char)*text) * 0x100000001b3U;
	return state;
}

size_t
draw(struct mutant *mutant, size_t bound)
{
	return (size_t)(next_number(&mutant->random) % bound);
}

/* ---- Making ---- */

/* The zone as it was damaged, with its digest made anew, so that ZONEMD does not give away what
 * another check must find. */
static void
finish(struct mutant *mutant)
{
	if (mutant->text != NULL || mutant->keep_zonemd || !mutant->base->zonemd)
		return;
	if (smith_find_text(mutant->zone, "@", LDNS_RR_TYPE_SOA) != SMITH_NONE &&
	    smith_find_text(mutant->zone, "@", LDNS_RR_TYPE_ZONEMD) != SMITH_NONE)
		smith_zonemd_update(mutant->zone, mutant->keys);
}

struct mutant *
mutant_new(const struct base *base, const struct mutation *mutation, size_t index, uint64_t seed)
{
	struct mutant *mutant = calloc(1, sizeof(*mutant));

	if (mutant == NULL)
		abort();
	mutant->base = base;
	mutant->mutation = mutation;
	mutant->index = index;
	mutant->random = mix_text(mix_text(seed + index * 0x10001, base->name), mutation->name);
	mutant->zone = smith_zone_copy(base->zone);
	mutant->keys = smith_keys_new();
	for (size_t i = 0; i < base->keys->n; i++)
		add_signer(mutant, base->keys->keys[i]);
	mutant->ds = strdup(base->ds);
	mutant->expect = mutation->expect;
	memcpy(mutant->ids, mutation->ids, sizeof(mutant->ids));
	if (!mutation->apply(mutant)) {
		mutant_free(mutant);
		return NULL;
	}
	finish(mutant);
	return mutant;
}

const struct mutation *
find_class(const char *name)
{
	for (size_t i = 0; i < mutation_rows; i++)
		if (strcmp(mutation_table[i].name, name) == 0)
			return &mutation_table[i];
	return NULL;
}

void
mutant_free(struct mutant *mutant)
{
	if (mutant == NULL)
		return;
	smith_zone_free(mutant->zone);
	smith_keys_free(mutant->keys);
	ldns_rdf_deep_free(mutant->name);
	free(mutant->text);
	free(mutant->ds);
	free(mutant->previous);
	free(mutant->unsigned_text);
	free(mutant);
}

const char *
mutant_text(struct mutant *mutant)
{
	if (mutant->text == NULL)
		mutant->text = smith_zone_text(mutant->zone, NULL);
	return mutant->text;
}

/* ---- What generators say ---- */

void
expect(struct mutant *mutant, enum expect verdict, const char *const *ids)
{
	size_t n = 0;

	mutant->expect = verdict;
	memset(mutant->ids, 0, sizeof(mutant->ids));
	while (ids[n] != NULL && n + 1 < IDS_MAX) {
		mutant->ids[n] = ids[n];
		n++;
	}
}

void
say_more(struct mutant *mutant, const char *format, ...)
{
	size_t used = strlen(mutant->what);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(mutant->what + used, WHAT_MAX - used, format, arguments);
	va_end(arguments);
}

void
say(struct mutant *mutant, const ldns_rdf *owner, ldns_rr_type type)
{
	char *name = ldns_rdf2str(owner);
	char *type_text = ldns_rr_type2str(type);

	say_more(mutant, "%s%s %s", mutant->what[0] == '\0' ? "" : ", ", name, type_text);
	free(type_text);
	free(name);
}

/* ---- RRsets ---- */

const struct rrset_ref *
signed_set(const struct mutant *mutant, size_t index)
{
	return &mutant->base->sets[mutant->base->signed_sets.at[index]];
}

const struct rrset_ref *
plain_set(const struct mutant *mutant, size_t index)
{
	return &mutant->base->sets[mutant->base->plain_sets.at[index]];
}

const struct rrset_ref *
covered_set(const struct base *base, const ldns_rr *rrsig)
{
	for (size_t i = 0; i < base->n_sets; i++)
		if (base->sets[i].type == smith_covered(rrsig) &&
		    smith_name_compare(base->sets[i].owner, ldns_rr_owner(rrsig)) == 0)
			return &base->sets[i];
	return NULL;
}

/* ---- Signing ---- */

struct smith_sig
natural_sig(const struct base *base)
{
	return SMITH_SIG(base->inception, base->expiration);
}

void
add_signer(struct mutant *mutant, const struct smith_key *key)
{
	smith_keys_add(mutant->keys, smith_key_copy(key));
}

void
sign_again(struct mutant *mutant, const ldns_rdf *owner, ldns_rr_type type)
{
	if (type == LDNS_RR_TYPE_ZONEMD)
		mutant->keep_zonemd = true;
	if (smith_resign(mutant->zone, mutant->keys, owner, type) == 0) {
		fprintf(stderr, "mutate: %s: nothing could be signed again: %s\n",
		    mutant->mutation->name, mutant->what);
		exit(70);
	}
}

void
sign_changed(struct mutant *mutant, const ldns_rdf *owner, ldns_rr_type type, sig_change change)
{
	struct smith_zone *zone = mutant->zone;

	if (type == LDNS_RR_TYPE_ZONEMD)
		mutant->keep_zonemd = true;
	for (size_t i = 0; (i = smith_find_rrsig(zone, owner, type, i)) != SMITH_NONE; i++) {
		const ldns_rr *former = zone->rrs[i];
		const struct smith_key *key =
		    smith_keys_find(mutant->keys, (uint8_t)smith_field(former, RRSIG_ALGORITHM),
			(uint16_t)smith_field(former, RRSIG_TAG));
		struct smith_sig sig = SMITH_SIG(
		    smith_field(former, RRSIG_INCEPTION), smith_field(former, RRSIG_EXPIRATION));

		if (key == NULL)
			continue;
		change(mutant, &sig, &key);
		smith_replace(zone, i, smith_sign_rrset(zone, owner, type, key, &sig));
	}
}

void
sign_rest(struct mutant *mutant)
{
	struct smith_signing signing = {
	    .inception = mutant->base->inception, .expiration = mutant->base->expiration};

	smith_sign_rest(mutant->zone, mutant->keys, &signing);
}

void
rebuild(struct mutant *mutant)
{
	struct smith_nsec3 parameters;

	if (mutant->base->nsec3) {
		parameters = smith_nsec3_of(mutant->zone);
		smith_make_nsec3(mutant->zone, &parameters);
	} else {
		smith_make_nsec(mutant->zone);
	}
	sign_rest(mutant);
}

/* ---- Structure ---- */

static bool
is_data(const ldns_rr *rr)
{
	ldns_rr_type type = ldns_rr_get_type(rr);

	return type != LDNS_RR_TYPE_RRSIG && type != LDNS_RR_TYPE_NSEC &&
	       type != LDNS_RR_TYPE_NSEC3;
}

bool
has_data(const struct smith_zone *zone, const ldns_rdf *name)
{
	for (size_t i = 0; (i = smith_find(zone, name, 0, i)) != SMITH_NONE; i++)
		if (is_data(zone->rrs[i]))
			return true;
	return false;
}

bool
has_below(const struct smith_zone *zone, const ldns_rdf *name)
{
	for (size_t i = 0; i < zone->n; i++)
		if (is_data(zone->rrs[i]) &&
		    ldns_dname_is_subdomain(ldns_rr_owner(zone->rrs[i]), name))
			return true;
	return false;
}

bool
has_nsec3(const struct smith_zone *zone, const ldns_rdf *name)
{
	struct smith_nsec3 parameters = smith_nsec3_of(zone);
	ldns_rdf *owner = smith_nsec3_owner(zone, name, &parameters);
	bool found = smith_find(zone, owner, LDNS_RR_TYPE_NSEC3, 0) != SMITH_NONE;

	ldns_rdf_deep_free(owner);
	return found;
}

bool
is_insecure_cut(const struct smith_zone *zone, const ldns_rdf *name)
{
	return smith_place(zone, name) == SMITH_CUT &&
	       smith_find(zone, name, LDNS_RR_TYPE_DS, 0) == SMITH_NONE;
}

/* ---- Counts ---- */

size_t
count_one(const struct base *base)
{
	(void)base;
	return 1;
}

size_t
count_two(const struct base *base)
{
	return 2 * count_one(base);
}

size_t
count_four(const struct base *base)
{
	return 4 * count_one(base);
}

size_t
count_six(const struct base *base)
{
	return 6 * count_one(base);
}

size_t
count_rrsigs(const struct base *base)
{
	return base->rrsigs.n;
}

size_t
count_signed_sets(const struct base *base)
{
	return base->signed_sets.n;
}

size_t
count_plain_sets(const struct base *base)
{
	return base->plain_sets.n;
}

size_t
count_denials(const struct base *base)
{
	return base->denials.n;
}

size_t
count_nsec(const struct base *base)
{
	return base->nsec3 ? 0 : base->denials.n;
}

size_t
count_nsec3(const struct base *base)
{
	return base->nsec3 ? base->denials.n : 0;
}

size_t
count_if_nsec(const struct base *base)
{
	return !base->nsec3;
}

size_t
count_if_nsec3(const struct base *base)
{
	return base->nsec3;
}

size_t
count_two_if_nsec3(const struct base *base)
{
	return 2 * count_if_nsec3(base);
}

size_t
count_if_zonemd(const struct base *base)
{
	return base->zonemd;
}

size_t
count_keys(const struct base *base)
{
	return base->keys->n;
}
