/* A broken candidate held against a zone in force that is broken as well. */
#include "gate/repair.h"

#include <string.h>

#include "base/hex.h"

/* What a repairable row is about. */
enum fault { FAULT_OTHER, FAULT_RRSET, FAULT_DENIAL, FAULT_CHAIN };

static enum fault
fault_of(size_t row)
{
	if (!check_table[row].repairable)
		return FAULT_OTHER;
	if (check_table[row].scope == SCOPE_RRSET)
		return FAULT_RRSET;
	return check_table[row].run == check_defect ? FAULT_DENIAL : FAULT_CHAIN;
}

static uint64_t
found(const struct check_result *results, size_t row)
{
	return results[row].ran ? check_result_tally(&results[row])->count : 0;
}

/* No policy and no quorum can lower it, and no comparison either. */
static bool
is_beyond_repair(size_t row)
{
	return check_table[row].public.floor == ZG_SEVERITY_REFUSE && !check_table[row].repairable;
}

static bool
any_beyond_repair(const struct check_result *results)
{
	for (size_t row = 0; row < check_table_rows; row++) {
		if (is_beyond_repair(row) && found(results, row) > 0)
			return true;
	}
	return false;
}

/* Some finding refuses that a repair could ease. That the chain to the parent is broken does not
 * refuse while the keys are those of the release in force (DESIGN 9.3). */
static bool
any_to_ease(const struct past_facts *past, const struct check_result *results)
{
	for (size_t row = 0; row < check_table_rows; row++) {
		if (found(results, row) > 0 && fault_of(row) != FAULT_OTHER &&
		    !(past->unchanged && fault_of(row) == FAULT_CHAIN))
			return true;
	}
	return false;
}

/* The former zone is what the log says is in force, record by record. */
static bool
is_in_force(const struct facts *former, const struct release_facts *in_force)
{
	char digest[DIGEST_TEXT_SIZE];

	_Static_assert(HEX_TEXT_SIZE(sizeof(former->digest)) == sizeof(digest), "SHA-384");
	hex_write(former->digest, sizeof(former->digest), digest);
	return strcmp(digest, in_force->digest) == 0;
}

bool
repair_is_asked(
    const struct facts *candidate, const struct check_result *results, const struct facts *former)
{
	const struct past_facts *past = candidate->past;

	if (former == NULL || past == NULL || past->in_force == NULL ||
	    !is_in_force(former, past->in_force))
		return false;
	return candidate->is_signed && candidate->signatures.n_verified > 0 &&
	       !any_beyond_repair(results) && any_to_ease(past, results);
}

bool
repair_lacks_examples(const struct defects *denial)
{
	for (size_t row = 0; row < check_table_rows; row++) {
		const struct tally *tally = &denial->tallies[check_table[row].defect];

		if (fault_of(row) == FAULT_DENIAL && tally->count > tally->n_examples)
			return true;
	}
	return false;
}

/* Both zones while they are compared. */
struct comparison {
	const struct repair_side *candidate, *former;
	struct check_context probe, former_probe;
	bool chain_broken, former_chain_broken;
	size_t rows[CHECK_ROWS_MAX]; /* of FAULT_RRSET */
	size_t n_rows;
	struct repair *repair;
};

static bool
chain_is_broken(const struct repair_side *side)
{
	for (size_t row = 0; row < check_table_rows; row++) {
		if (fault_of(row) == FAULT_CHAIN && found(side->results, row) > 0)
			return true;
	}
	return false;
}

static void
begin(struct comparison *c, const struct check_inputs *inputs)
{
	struct check_inputs of = *inputs;

	of.facts = c->candidate->facts;
	check_probe_begin(&c->probe, &of);
	of.facts = c->former->facts;
	check_probe_begin(&c->former_probe, &of);
	c->chain_broken = chain_is_broken(c->candidate);
	c->former_chain_broken = chain_is_broken(c->former);
	for (size_t row = 0; row < check_table_rows; row++) {
		if (fault_of(row) == FAULT_RRSET)
			c->rows[c->n_rows++] = row;
	}
}

/*
 * A zone that no DS leads into has nothing that validates: all its RRsets, and its denial, are
 * broken, if the candidate mends the chain. While the chain is broken in both, it says nothing of
 * the difference: the parent may mend it, and all the rest is compared as if it had.
 */
static bool
all_is_broken_in_force(const struct comparison *c)
{
	return c->former_chain_broken && !c->chain_broken;
}

/* The signatures looked at last include one that verifies and has not begun: time heals that. */
static bool
heals(const struct check_context *probe, const struct rrset *set)
{
	return probe->state_of == set->first && probe->state.n_verified > probe->state.n_expired;
}

/* The RRset of the candidate, which is broken in the way of `row`, is there and is so in force. */
static bool
is_broken_in_force(struct comparison *c, size_t row, const struct rrset *set)
{
	const struct zone *zone = c->candidate->facts->zone, *former = c->former->facts->zone;
	uint32_t owner;
	struct rrset twin;

	owner = zone_find(former, zone_owner_name(zone, set->owner));
	if (owner == NO_OWNER || !zone_rrset(former, owner, set->type, &twin) ||
	    !zone_must_sign(former, &twin))
		return false;
	if (all_is_broken_in_force(c))
		return true;
	if (!check_probe_rrset(&c->former_probe, row, &twin))
		return false;
	return !heals(&c->former_probe, &twin) || heals(&c->probe, set);
}

static void
compare_rrset(struct comparison *c, const struct rrset *set)
{
	bool broken = c->chain_broken;
	bool is_new = c->chain_broken && !c->former_chain_broken;

	for (size_t i = 0; i < c->n_rows; i++) {
		if (!check_probe_rrset(&c->probe, c->rows[i], set))
			continue;
		broken = true;
		is_new |= !is_broken_in_force(c, c->rows[i], set);
	}
	c->repair->n_rrsets++;
	c->repair->n_broken += broken;
	c->repair->n_new += is_new;
}

static void
count_former_rrset(struct comparison *c, const struct rrset *set)
{
	bool broken = c->former_chain_broken;

	for (size_t i = 0; i < c->n_rows && !broken; i++)
		broken = check_probe_rrset(&c->former_probe, c->rows[i], set);
	c->repair->n_former_rrsets++;
	c->repair->n_former_broken += broken;
}

/* Every RRset that is to be signed. */
static void
visit(struct comparison *c, const struct zone *zone,
    void (*take)(struct comparison *c, const struct rrset *set))
{
	for (uint32_t owner = 0; owner < zone->n_owners; owner++) {
		struct rrset set = {.owner = owner};

		while (zone_rrset_next(zone, &set)) {
			if (zone_must_sign(zone, &set))
				take(c, &set);
		}
	}
}

/* The RRsets of that owner and type in two zones are equal, or missing in both. */
static bool
same_rrset(const struct zone *a, const struct zone *b, const char *owner, uint16_t type)
{
	static const uint8_t root[1] = {0};
	struct rrset x = {.count = 0}, y = {.count = 0};
	uint8_t name[ZG_NAME_MAX];
	const char *why;
	uint32_t at;

	if (name_from_text(owner, strlen(owner), root, name, &why) == 0)
		return false;
	if ((at = zone_find(a, name)) != NO_OWNER)
		(void)zone_rrset(a, at, type, &x);
	if ((at = zone_find(b, name)) != NO_OWNER)
		(void)zone_rrset(b, at, type, &y);
	for (uint32_t i = 0; i < x.count && x.count == y.count; i++) {
		uint16_t length = zone_record(a, x.first + i)->rdlen;

		if (length != zone_record(b, y.first + i)->rdlen ||
		    memcmp(zone_rdata(a, x.first + i), zone_rdata(b, y.first + i), length) != 0)
			return false;
	}
	return x.count == y.count;
}

/*
 * The same fault of denial is there in force: at the same name, with the same words for what was
 * expected and found, and with the same records. What a wrong NSEC denies depends on all of that.
 */
static bool
denial_is_broken_in_force(
    const struct comparison *c, enum defect defect, const struct tally_example *fault)
{
	const struct tally *tally = &c->former->denial->tallies[defect];

	for (size_t i = 0; i < tally->n_examples; i++) {
		const struct tally_example *other = &tally->examples[i];

		if (other->owner != NULL && fault->owner != NULL && other->type == fault->type &&
		    strcmp(other->owner, fault->owner) == 0 &&
		    strcmp(other->detail, fault->detail) == 0)
			return same_rrset(c->candidate->facts->zone, c->former->facts->zone,
			    fault->owner, fault->type);
	}
	return false;
}

static void
compare_denial(struct comparison *c)
{
	for (size_t row = 0; row < check_table_rows; row++) {
		const struct tally *tally;

		if (fault_of(row) != FAULT_DENIAL || all_is_broken_in_force(c))
			continue;
		tally = &c->candidate->denial->tallies[check_table[row].defect];
		for (size_t i = 0; i < tally->n_examples; i++)
			c->repair->n_new += !denial_is_broken_in_force(
			    c, check_table[row].defect, &tally->examples[i]);
	}
}

/* Why the two cannot be compared in full, or NULL. */
static const char *
obstacle(const struct comparison *c)
{
	if (any_beyond_repair(c->former->results))
		return REPAIR_NOT_VERIFIED;
	/* Approvals could not be bound to more. */
	for (size_t row = 0; row < check_table_rows; row++) {
		if (fault_of(row) != FAULT_OTHER &&
		    found(c->candidate->results, row) > CHECK_FACTS_MAX)
			return "more is broken than can be approved";
	}
	if (!all_is_broken_in_force(c) && repair_lacks_examples(c->candidate->denial))
		return "denial of existence has more faults than can be compared";
	return NULL;
}

void
repair_compare(const struct check_inputs *inputs, const struct repair_side *candidate,
    const struct repair_side *former, struct repair *repair)
{
	struct comparison c = {.candidate = candidate, .former = former, .repair = repair};

	*repair = (struct repair){.possible = false};
	begin(&c, inputs);
	repair->why = obstacle(&c);
	if (repair->why != NULL)
		return;
	visit(&c, former->facts->zone, count_former_rrset);
	visit(&c, candidate->facts->zone, compare_rrset);
	compare_denial(&c);
	repair->compared = true;
	repair->possible = repair->n_new == 0;
	if (!repair->possible)
		repair->why = "the candidate breaks what is not broken in force";
}

bool
repair_eases(const struct repair *repair, size_t row, zg_severity severity)
{
	return repair != NULL && repair->possible && check_table[row].repairable &&
	       severity == ZG_SEVERITY_REFUSE;
}
