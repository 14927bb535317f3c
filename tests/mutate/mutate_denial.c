/* Damage to NSEC and NSEC3. Signed again wherever a record changes, so that only the meaning is
 * wrong. */
#include "mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The NSEC or NSEC3 record that the mutant is about. */
static ldns_rr *
target_denial(struct mutant *mutant, size_t index)
{
	ldns_rr *rr = mutant->zone->rrs[mutant->base->denials.at[index]];

	say(mutant, ldns_rr_owner(rr), ldns_rr_get_type(rr));
	return rr;
}

static void
sign_denial(struct mutant *mutant, const ldns_rr *rr)
{
	sign_again(mutant, ldns_rr_owner(rr), ldns_rr_get_type(rr));
}

/* The name of the zone, data or empty non-terminal, whose hash owns this NSEC3; NULL: none.
 * Freed by the caller. */
static ldns_rdf *
name_of_nsec3(const struct smith_zone *zone, const ldns_rdf *owner)
{
	struct smith_nsec3 parameters = smith_nsec3_of(zone);

	for (size_t i = 0; i < zone->n; i++) {
		ldns_rdf *name = ldns_rdf_clone(ldns_rr_owner(zone->rrs[i]));

		while (smith_name_below(name, zone->origin)) {
			ldns_rdf *hash = smith_nsec3_owner(zone, name, &parameters);
			bool found = smith_name_compare(hash, owner) == 0;
			ldns_rdf *parent;

			ldns_rdf_deep_free(hash);
			if (found)
				return name;
			parent = ldns_dname_left_chop(name);
			ldns_rdf_deep_free(name);
			name = parent;
		}
		ldns_rdf_deep_free(name);
	}
	return NULL;
}

/* Is there anything at or below the name but insecure delegations and their glue? */
static bool
needs_nsec3(const struct smith_zone *zone, const ldns_rdf *name)
{
	for (size_t i = 0; i < zone->n; i++) {
		const ldns_rdf *owner = ldns_rr_owner(zone->rrs[i]);
		ldns_rr_type type = ldns_rr_get_type(zone->rrs[i]);

		if (type != LDNS_RR_TYPE_NSEC3 && type != LDNS_RR_TYPE_RRSIG &&
		    smith_name_below(owner, name) && !is_insecure_cut(zone, owner) &&
		    smith_place(zone, owner) != SMITH_BELOW_CUT)
			return true;
	}
	return false;
}

/* The NSEC3 record with this owner leaves the chain. An insecure delegation, or an empty
 * non-terminal made by such only, may go without under opt-out, but then the record before must
 * skip it; without opt-out the delegation is denied (RFC 5155 section 7.1). */
static void
expect_nsec3_gone(struct mutant *mutant, const ldns_rdf *owner)
{
	ldns_rdf *name = name_of_nsec3(mutant->base->zone, owner);

	if (name == NULL || needs_nsec3(mutant->base->zone, name))
		expect(mutant, EXPECT_REFUSE, IDS("nsec3-missing"));
	else if (mutant->base->opt_out)
		expect(mutant, EXPECT_REFUSE, IDS("nsec3-chain"));
	else if (is_insecure_cut(mutant->base->zone, name))
		expect(mutant, EXPECT_REFUSE, IDS("nsec3-uncovered"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("nsec3-missing"));
	ldns_rdf_deep_free(name);
}

/* ---- Missing ---- */

bool
denial_removed(struct mutant *mutant)
{
	const ldns_rr *rr = target_denial(mutant, mutant->index);
	const ldns_rdf *owner =
	    ldns_rr_owner(mutant->base->zone->rrs[mutant->base->denials.at[mutant->index]]);
	ldns_rr_type type = ldns_rr_get_type(rr);

	smith_remove_rrset(mutant->zone, owner, type);
	smith_remove_rrsigs(mutant->zone, owner, type);
	if (mutant->base->nsec3)
		expect_nsec3_gone(mutant, owner);
	else
		expect(mutant, EXPECT_REFUSE, IDS("nsec-missing"));
	return true;
}

bool
denial_all_removed(struct mutant *mutant)
{
	static const ldns_rr_type types[] = {
	    LDNS_RR_TYPE_NSEC, LDNS_RR_TYPE_NSEC3, LDNS_RR_TYPE_NSEC3PARAM};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		smith_remove_rrset(mutant->zone, NULL, types[i]);
		smith_remove_rrsigs(mutant->zone, NULL, types[i]);
	}
	return true;
}

/* ---- Bitmaps: RFC 4034 section 4.1.2, RFC 5155 section 7.1 ---- */

#define TYPES_MAX 64

size_t
count_bits(const struct base *base)
{
	size_t n = 0;

	for (size_t i = 0; i < base->denials.n; i++)
		n += smith_bitmap_types(base->zone->rrs[base->denials.at[i]], NULL, 0);
	return n;
}

static void
expect_bitmap(struct mutant *mutant, ldns_rr *rr, ldns_rr_type type, bool on)
{
	char *text = ldns_rr_type2str(type);

	say_more(mutant, ", %s %s", text, on ? "set" : "cleared");
	free(text);
	smith_bitmap_set(rr, type, on);
	sign_denial(mutant, rr);
	if (mutant->base->nsec3)
		expect(mutant, EXPECT_REFUSE, IDS("nsec3-bitmap"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("nsec-bitmap"));
}

bool
bitmap_cleared(struct mutant *mutant)
{
	ldns_rr_type types[TYPES_MAX];
	size_t index = mutant->index, record = 0, n;

	while (n = smith_bitmap_types(
		   mutant->zone->rrs[mutant->base->denials.at[record]], types, TYPES_MAX),
	    index >= n) {
		index -= n;
		record++;
	}
	expect_bitmap(mutant, target_denial(mutant, record), types[index], false);
	return true;
}

/* Types that are put into each bitmap where they are not: seven windows' worth of meanings. */
static const ldns_rr_type absent_types[] = {LDNS_RR_TYPE_A, LDNS_RR_TYPE_NS, LDNS_RR_TYPE_CNAME,
    LDNS_RR_TYPE_SOA, LDNS_RR_TYPE_TXT, LDNS_RR_TYPE_DNAME, LDNS_RR_TYPE_DS, LDNS_RR_TYPE_NSEC3,
    (ldns_rr_type)256, (ldns_rr_type)65281};
#define N_ABSENT_TYPES (sizeof(absent_types) / sizeof(absent_types[0]))

size_t
count_absent_bits(const struct base *base)
{
	return base->denials.n * N_ABSENT_TYPES;
}

bool
bitmap_set(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index / N_ABSENT_TYPES);
	ldns_rr_type type = absent_types[mutant->index % N_ABSENT_TYPES];

	if (smith_bitmap_has(rr, type))
		return false;
	expect_bitmap(mutant, rr, type, true);
	return true;
}

/* ---- Order ---- */

static void
expect_chain(struct mutant *mutant)
{
	if (mutant->base->nsec3)
		expect(mutant, EXPECT_REFUSE, IDS("nsec3-chain"));
	else
		expect(mutant, EXPECT_REFUSE, IDS("nsec-chain"));
}

static size_t
next_field(const struct mutant *mutant)
{
	return mutant->base->nsec3 ? NSEC3_NEXT : NSEC_NEXT;
}

static void
set_next(struct mutant *mutant, ldns_rr *rr, const ldns_rdf *next)
{
	smith_set_name(rr, next_field(mutant), next);
}

bool
next_swapped(struct mutant *mutant)
{
	size_t n = mutant->base->denials.n;
	ldns_rr *rr = target_denial(mutant, mutant->index);
	ldns_rr *other = target_denial(mutant, (mutant->index + 1 + draw(mutant, n - 1)) % n);
	ldns_rdf *next = ldns_rdf_clone(ldns_rr_rdf(rr, next_field(mutant)));

	set_next(mutant, rr, ldns_rr_rdf(other, next_field(mutant)));
	set_next(mutant, other, next);
	sign_denial(mutant, rr);
	sign_denial(mutant, other);
	ldns_rdf_deep_free(next);
	expect_chain(mutant);
	return true;
}

/* The record whose next is this one's owner. */
static ldns_rr *
before(const struct mutant *mutant, const ldns_rr *rr)
{
	for (size_t i = 0; i < mutant->base->denials.n; i++) {
		ldns_rr *other = mutant->zone->rrs[mutant->base->denials.at[i]];
		const ldns_rdf *next = ldns_rr_rdf(other, next_field(mutant));
		char *text, *label;
		bool found;

		if (!mutant->base->nsec3) {
			if (smith_name_compare(next, ldns_rr_owner(rr)) == 0)
				return other;
			continue;
		}
		text = ldns_rdf2str(next);
		label = ldns_rdf2str(ldns_rr_owner(rr));
		found = strncasecmp(text, label, 32) == 0;
		free(text);
		free(label);
		if (found)
			return other;
	}
	return NULL;
}

/* A record that says that it is the only one. */
bool
next_itself(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index);

	set_next(mutant, rr, ldns_rr_rdf(before(mutant, rr), next_field(mutant)));
	sign_denial(mutant, rr);
	expect_chain(mutant);
	return true;
}

/* The record jumps over the one that follows, which it so denies. */
bool
next_skipped(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index);
	ldns_rr *former = before(mutant, rr);

	set_next(mutant, former, ldns_rr_rdf(rr, next_field(mutant)));
	sign_denial(mutant, former);
	expect_chain(mutant);
	return true;
}

bool
nsec_next_unknown(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index);
	ldns_rdf *name = ldns_dname_new_frm_str("nobody");

	if (ldns_dname_cat(name, ldns_rr_owner(rr)) != LDNS_STATUS_OK)
		return false;
	set_next(mutant, rr, name);
	sign_denial(mutant, rr);
	ldns_rdf_deep_free(name);
	return true;
}

/* ---- NSEC where none may be: RFC 4035 section 2.3 ---- */

/* Names below the apex without data of their own, by the names below them. */
static ldns_rdf *
empty_name(const struct base *base, size_t index)
{
	static const char *const names[] = {
	    "ent", "d.ent", "c.d.ent", "b.c.d.ent", "wild", "deep.wild", "_udp", "insecures"};
	ldns_rdf *name;

	if (index >= sizeof(names) / sizeof(names[0]))
		return NULL;
	name = smith_name(base->zone, names[index]);
	if (has_data(base->zone, name) || !has_below(base->zone, name)) {
		ldns_rdf_deep_free(name);
		return NULL;
	}
	return name;
}

size_t
count_empty_if_nsec(const struct base *base)
{
	return base->nsec3 ? 0 : 8;
}

size_t
count_glue_if_nsec(const struct base *base)
{
	return base->nsec3 ? 0 : 2;
}

/* The last record of the chain whose owner sorts before `name`; of a circle, the last of all. */
static ldns_rr *
record_before(const struct mutant *mutant, const ldns_rdf *name)
{
	ldns_rr *former = NULL, *last = NULL;

	for (size_t i = 0; i < mutant->base->denials.n; i++) {
		ldns_rr *rr = mutant->zone->rrs[mutant->base->denials.at[i]];
		const ldns_rdf *owner = ldns_rr_owner(rr);

		if (last == NULL || smith_name_compare(ldns_rr_owner(last), owner) < 0)
			last = rr;
		if (smith_name_compare(owner, name) < 0 &&
		    (former == NULL || smith_name_compare(ldns_rr_owner(former), owner) < 0))
			former = rr;
	}
	return former == NULL ? last : former;
}

/* A copy of `rr` at `name`, put into the zone. */
static ldns_rr *
add_copy(struct mutant *mutant, const ldns_rr *rr, const ldns_rdf *name)
{
	ldns_rr *copy = ldns_rr_clone(rr);

	ldns_rdf_deep_free(ldns_rr_owner(copy));
	ldns_rr_set_owner(copy, ldns_rdf_clone(name));
	smith_append(mutant->zone, copy);
	return copy;
}

/* Puts an NSEC at `name` into the chain after the record that covers it, both signed. */
static void
chain_in(struct mutant *mutant, const ldns_rdf *name)
{
	ldns_rr *former = record_before(mutant, name);
	ldns_rr *added = add_copy(mutant, former, name);
	ldns_rr_type types[] = {LDNS_RR_TYPE_RRSIG, LDNS_RR_TYPE_NSEC};

	smith_bitmap_replace(added, types, 2);
	set_next(mutant, former, name);
	sign_denial(mutant, former);
	sign_denial(mutant, added);
}

bool
nsec_at_empty(struct mutant *mutant)
{
	ldns_rdf *name = empty_name(mutant->base, mutant->index);

	if (name == NULL)
		return false;
	say(mutant, name, LDNS_RR_TYPE_NSEC);
	chain_in(mutant, name);
	ldns_rdf_deep_free(name);
	return true;
}

/* At glue, signed, first in the chain, then only lying there. */
bool
nsec_at_glue(struct mutant *mutant)
{
	ldns_rdf *name = smith_name(mutant->zone, "ns.insecure");

	say(mutant, name, LDNS_RR_TYPE_NSEC);
	if (mutant->index == 0)
		chain_in(mutant, name);
	else
		sign_denial(
		    mutant, add_copy(mutant, mutant->zone->rrs[mutant->base->denials.at[0]], name));
	ldns_rdf_deep_free(name);
	return true;
}

/* A second record at the same name that says something else. */
static void
add_second(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index);
	ldns_rr *second = ldns_rr_clone(rr);

	smith_bitmap_set(second, LDNS_RR_TYPE_HINFO, true);
	smith_append(mutant->zone, second);
	sign_denial(mutant, rr);
}

bool
nsec_second(struct mutant *mutant)
{
	add_second(mutant);
	return true;
}

bool
nsec3_second(struct mutant *mutant)
{
	add_second(mutant);
	return true;
}

/* ---- NSEC3 strays ---- */

/* Makes the NSEC3 owner `hash` the next of `rr`, signed again. */
static void
chain_to(struct mutant *mutant, ldns_rr *rr, const ldns_rdf *hash)
{
	char *text = ldns_rdf2str(hash);
	ldns_rdf *next;

	text[32] = '\0';
	next = ldns_rdf_new_frm_str(LDNS_RDF_TYPE_NSEC3_NEXT_OWNER, text);
	set_next(mutant, rr, next);
	sign_denial(mutant, rr);
	ldns_rdf_deep_free(next);
	free(text);
}

/* An NSEC3 for a name that does not exist, chained after the record that covers its hash, or only
 * lying there. */
static void
add_stray(struct mutant *mutant, bool chained)
{
	struct smith_nsec3 parameters = smith_nsec3_of(mutant->zone);
	ldns_rdf *name, *owner;
	ldns_rr *former, *added;
	char text[32];

	snprintf(text, sizeof(text), "nobody%zu", mutant->index);
	name = smith_name(mutant->zone, text);
	owner = smith_nsec3_owner(mutant->zone, name, &parameters);
	say(mutant, name, LDNS_RR_TYPE_NSEC3);
	former = record_before(mutant, owner);
	added = add_copy(mutant, former, owner);
	smith_bitmap_replace(added, NULL, 0);
	sign_denial(mutant, added);
	if (chained)
		chain_to(mutant, former, owner);
	ldns_rdf_deep_free(owner);
	ldns_rdf_deep_free(name);
}

bool
nsec3_stray(struct mutant *mutant)
{
	add_stray(mutant, false);
	return true;
}

bool
nsec3_stray_chained(struct mutant *mutant)
{
	add_stray(mutant, true);
	return true;
}

/* RFC 5155 section 3: the owner is one hash label below the apex. */
bool
nsec3_owner_deeper(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index);
	ldns_rdf *below = smith_name(mutant->zone, "wild");
	ldns_rdf *owner = ldns_dname_label(ldns_rr_owner(rr), 0);
	bool fits = ldns_dname_cat(owner, below) == LDNS_STATUS_OK;

	if (fits)
		sign_denial(mutant, add_copy(mutant, rr, owner));
	ldns_rdf_deep_free(owner);
	ldns_rdf_deep_free(below);
	return fits;
}

/* ---- NSEC3 parameters ---- */

bool
nsec3_record_iterations(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index);

	smith_set_field(rr, NSEC3_ITERATIONS, smith_field(rr, NSEC3_ITERATIONS) + 1);
	sign_denial(mutant, rr);
	expect_nsec3_gone(mutant, ldns_rr_owner(rr));
	return true;
}

static void
set_salt(ldns_rr *rr, size_t field)
{
	ldns_rdf *salt;

	if (ldns_str2rdf_nsec3_salt(&salt, "c0ffee") != LDNS_STATUS_OK)
		return;
	ldns_rdf_deep_free(ldns_rr_set_rdf(rr, salt, field));
}

bool
nsec3_record_salt(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index);

	set_salt(rr, NSEC3_SALT);
	sign_denial(mutant, rr);
	expect_nsec3_gone(mutant, ldns_rr_owner(rr));
	return true;
}

bool
nsec3_record_hash(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index);

	smith_set_field(rr, NSEC3_HASH, 2);
	sign_denial(mutant, rr);
	expect_nsec3_gone(mutant, ldns_rr_owner(rr));
	return true;
}

/* RFC 5155 section 8.2: validators ignore records with flags that they do not know. */
bool
nsec3_record_flags(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index);

	smith_set_field(rr, NSEC3_FLAGS, smith_field(rr, NSEC3_FLAGS) | 2U << mutant->index % 7);
	sign_denial(mutant, rr);
	return true;
}

/* Does the span of the record cover the owner name `hash`? */
static bool
covers(struct mutant *mutant, const ldns_rr *rr, const ldns_rdf *hash)
{
	char *text = ldns_rdf2str(ldns_rr_rdf(rr, NSEC3_NEXT));
	ldns_rdf *next = smith_name(mutant->zone, text);
	int after_owner = smith_name_compare(hash, ldns_rr_owner(rr));
	int before_next = smith_name_compare(hash, next);
	bool wraps = smith_name_compare(next, ldns_rr_owner(rr)) <= 0;

	ldns_rdf_deep_free(next);
	free(text);
	return wraps ? after_owner > 0 || before_next < 0 : after_owner > 0 && before_next < 0;
}

/* RFC 5155 sections 1.3 and 7.1: the name one label longer than the closest encloser that has an
 * NSEC3, towards `delegation`. Freed by the caller. */
static ldns_rdf *
next_closer(const struct smith_zone *zone, const ldns_rdf *delegation)
{
	ldns_rdf *name = ldns_rdf_clone(delegation);

	for (;;) {
		ldns_rdf *parent = ldns_dname_left_chop(name);

		if (smith_name_compare(parent, zone->origin) == 0 || has_nsec3(zone, parent)) {
			ldns_rdf_deep_free(parent);
			return name;
		}
		ldns_rdf_deep_free(name);
		name = parent;
	}
}

/* Is there an insecure delegation that only the opt-out flag of this record excuses? */
static bool
excuses(struct mutant *mutant, const ldns_rr *rr)
{
	struct smith_nsec3 parameters = smith_nsec3_of(mutant->base->zone);
	const struct smith_zone *zone = mutant->base->zone;
	bool found = false;

	for (size_t i = 0; !found && (i = smith_find(zone, NULL, LDNS_RR_TYPE_NS, i)) != SMITH_NONE;
	     i++) {
		const ldns_rdf *owner = ldns_rr_owner(zone->rrs[i]);
		ldns_rdf *closer, *hash;

		if (!is_insecure_cut(zone, owner) || has_nsec3(zone, owner))
			continue;
		closer = next_closer(zone, owner);
		hash = smith_nsec3_owner(zone, closer, &parameters);
		found = covers(mutant, rr, hash);
		ldns_rdf_deep_free(hash);
		ldns_rdf_deep_free(closer);
	}
	return found;
}

/* Clears opt-out in one record. Where its span covers the next closer name of an insecure
 * delegation, that delegation is denied now; elsewhere nothing is wrong. */
bool
nsec3_opt_out_cleared(struct mutant *mutant)
{
	ldns_rr *rr = target_denial(mutant, mutant->index);

	if (!mutant->base->opt_out)
		return false;
	if (!excuses(mutant, rr))
		expect(mutant, EXPECT_PASS, IDS(NULL));
	smith_set_field(rr, NSEC3_FLAGS, 0);
	sign_denial(mutant, rr);
	return true;
}

/* One field of every NSEC3 and of the NSEC3PARAM, signed again, hashes as they were. */
static void
set_everywhere(struct mutant *mutant, size_t field, uint32_t value)
{
	struct smith_zone *zone = mutant->zone;

	for (size_t i = 0; i < mutant->base->denials.n; i++) {
		ldns_rr *rr = zone->rrs[mutant->base->denials.at[i]];

		smith_set_field(rr, field, value);
		sign_denial(mutant, rr);
	}
	smith_set_field(smith_get(zone, "@", LDNS_RR_TYPE_NSEC3PARAM), field, value);
	sign_again(mutant, zone->origin, LDNS_RR_TYPE_NSEC3PARAM);
}

bool
nsec3_all_hash(struct mutant *mutant)
{
	set_everywhere(mutant, NSEC3_HASH, 2);
	return true;
}

bool
nsec3_all_iterations(struct mutant *mutant)
{
	set_everywhere(mutant, NSEC3_ITERATIONS, 9);
	return true;
}

bool
nsec3_many_iterations(struct mutant *mutant)
{
	struct smith_nsec3 parameters = smith_nsec3_of(mutant->zone);

	parameters.iterations = 100;
	smith_make_nsec3(mutant->zone, &parameters);
	sign_rest(mutant);
	return true;
}

static bool
change_param(struct mutant *mutant, size_t field, uint32_t value)
{
	ldns_rr *param = smith_get(mutant->zone, "@", LDNS_RR_TYPE_NSEC3PARAM);

	say(mutant, mutant->zone->origin, LDNS_RR_TYPE_NSEC3PARAM);
	if (field == NSEC3_SALT)
		set_salt(param, field);
	else
		smith_set_field(param, field, value);
	sign_again(mutant, mutant->zone->origin, LDNS_RR_TYPE_NSEC3PARAM);
	return true;
}

bool
nsec3param_iterations(struct mutant *mutant)
{
	return change_param(mutant, NSEC3_ITERATIONS, 7);
}

bool
nsec3param_salt(struct mutant *mutant)
{
	return change_param(mutant, NSEC3_SALT, 0);
}

bool
nsec3param_flags(struct mutant *mutant)
{
	return change_param(mutant, NSEC3_FLAGS, 1);
}
