/* What changed since the zone released before. */
#include "facts/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/word.h"
#include "facts/host_set.h"
#include "facts/zonemd.h"
#include "zone/zone_diff.h"

#define TYPES (UINT16_MAX + 1)

struct comparison {
	struct change_facts *change;
	struct zone_diff diff;
	struct host_set hosts[DIFF_SIDES];
	bool types[DIFF_SIDES][TYPES]; /* seen anywhere in the zone */
	bool algorithms[DIFF_SIDES][256];
	bool digest_types[DIFF_SIDES][256];
	bool opt_out[DIFF_SIDES];
};

/* Every release renews these, whatever its content. */
static bool
type_is_renewed(uint16_t type)
{
	return type == RR_RRSIG || type == RR_NSEC || type == RR_NSEC3 || type == RR_SOA ||
	       type == RR_ZONEMD;
}

/* Counts one thing that is in the former zone, in the candidate, or in both; true when lost. */
static bool
count(struct comparison *comparison, enum change_count what, bool before, bool after)
{
	struct change_fact *fact = &comparison->change->counts[what];

	fact->before += before;
	fact->after += after;
	fact->lost += before && !after;
	fact->gained += after && !before;
	return before && !after;
}

static bool
owner_has(const struct comparison *comparison, enum diff_side side, unsigned flag)
{
	uint32_t owner = comparison->diff.owners[side];

	return owner != NO_OWNER && (comparison->diff.zones[side]->owners[owner].flags & flag) != 0;
}

/* Adds the owner of the pair, one of the former zone, to the examples of what was lost. */
static void
lost_owner(struct comparison *comparison, enum change_count what, uint16_t type, const char *text)
{
	uint32_t owner = comparison->diff.owners[DIFF_BEFORE];

	tally_add(&comparison->change->counts[what].lost_examples, owner,
	    zone_owner_name(comparison->diff.zones[DIFF_BEFORE], owner), type, 0, "%s", text);
}

static void
count_cut(struct comparison *comparison)
{
	bool cut[DIFF_SIDES], secure[DIFF_SIDES];

	for (enum diff_side side = DIFF_BEFORE; side < DIFF_SIDES; side++) {
		cut[side] = owner_has(comparison, side, OWNER_CUT);
		secure[side] = owner_has(comparison, side, OWNER_SECURE);
	}
	if (count(comparison, CHANGE_DELEGATIONS, cut[DIFF_BEFORE], cut[DIFF_AFTER]))
		lost_owner(comparison, CHANGE_DELEGATIONS, RR_NS, "this delegation is gone");
	if (count(comparison, CHANGE_SECURE_DELEGATIONS, secure[DIFF_BEFORE], secure[DIFF_AFTER]))
		lost_owner(comparison, CHANGE_SECURE_DELEGATIONS, RR_DS,
		    cut[DIFF_AFTER] ? "this delegation has no DS any more"
				    : "this secure delegation is gone");
}

/* Notes what one record of one of the zones shows. */
static zg_status
note_record(struct comparison *comparison, enum diff_side side)
{
	const struct zone *zone = comparison->diff.zones[side];
	uint32_t record = comparison->diff.records[side];
	const struct zone_record *r = zone_record(zone, record);
	const uint8_t *rdata = zone_rdata(zone, record);
	struct nsec3_view nsec3;
	struct ds_view ds;

	comparison->types[side][r->type] = true;
	if (r->type == RR_NSEC3 && nsec3_view(rdata, r->rdlen, &nsec3))
		comparison->opt_out[side] |= (nsec3.flags & NSEC3_FLAG_OPT_OUT) != 0;
	if (!owner_has(comparison, side, OWNER_CUT))
		return ZG_OK;
	if (r->type == RR_DS && ds_view(rdata, r->rdlen, &ds)) {
		comparison->algorithms[side][ds.algorithm] = true;
		comparison->digest_types[side][ds.digest_type] = true;
	}
	return r->type == RR_NS ? host_set_add(&comparison->hosts[side], record) : ZG_OK;
}

static void
count_record(struct comparison *comparison)
{
	const uint32_t *records = comparison->diff.records;
	enum diff_side side = records[DIFF_BEFORE] != NO_RECORD ? DIFF_BEFORE : DIFF_AFTER;
	uint16_t type = zone_record(comparison->diff.zones[side], records[side])->type;

	if (!type_is_renewed(type) &&
	    count(comparison, CHANGE_RECORDS, records[DIFF_BEFORE] != NO_RECORD,
		records[DIFF_AFTER] != NO_RECORD))
		lost_owner(comparison, CHANGE_RECORDS, type, "a record of this type is gone");
}

/* One walk over both zones. */
static zg_status
compare_records(struct comparison *comparison)
{
	struct zone_diff *diff = &comparison->diff;

	while (zone_diff_next_owner(diff)) {
		count_cut(comparison);
		while (zone_diff_next_record(diff)) {
			for (enum diff_side side = DIFF_BEFORE; side < DIFF_SIDES; side++) {
				zg_status status = diff->records[side] == NO_RECORD
						       ? ZG_OK
						       : note_record(comparison, side);

				if (status != ZG_OK)
					return status;
			}
			count_record(comparison);
		}
	}
	return ZG_OK;
}

static void
compare_hosts(struct comparison *comparison)
{
	struct change_fact *fact = &comparison->change->counts[CHANGE_NS_HOSTS];
	struct host_set *before = &comparison->hosts[DIFF_BEFORE];
	struct host_set *after = &comparison->hosts[DIFF_AFTER];

	fact->before = before->n;
	fact->after = after->n;
	fact->lost = host_set_minus(before, after, &fact->lost_examples);
	fact->gained = host_set_minus(after, before, NULL);
}

static bool
same_apex_rrset(const struct comparison *comparison, uint16_t type)
{
	const struct zone *before = comparison->diff.zones[DIFF_BEFORE];
	const struct zone *after = comparison->diff.zones[DIFF_AFTER];

	return zone_diff_same_rrset(
	    before, before->has_apex ? 0 : NO_OWNER, after, after->has_apex ? 0 : NO_OWNER, type);
}

static void
compare_apex(struct comparison *comparison)
{
	struct change_facts *change = comparison->change;
	const bool *before = comparison->types[DIFF_BEFORE];
	const bool *after = comparison->types[DIFF_AFTER];

	change->apex_ns_changed = !same_apex_rrset(comparison, RR_NS);
	change->apex_keys_changed = !same_apex_rrset(comparison, RR_DNSKEY);
	change->denial_changed =
	    !same_apex_rrset(comparison, RR_NSEC3PARAM) || before[RR_NSEC] != after[RR_NSEC] ||
	    before[RR_NSEC3] != after[RR_NSEC3] ||
	    comparison->opt_out[DIFF_BEFORE] != comparison->opt_out[DIFF_AFTER];
}

static void
find_first_appearances(struct comparison *comparison)
{
	struct change_facts *change = comparison->change;

	for (unsigned type = 0; type < TYPES; type++) {
		if (comparison->types[DIFF_BEFORE][type] || !comparison->types[DIFF_AFTER][type])
			continue;
		if (change->n_new_types < CHANGE_NEW_TYPES_MAX)
			change->new_types[change->n_new_types] = (uint16_t)type;
		change->n_new_types++;
	}
	for (unsigned i = 0; i < 256; i++) {
		change->new_algorithms[i] = comparison->algorithms[DIFF_AFTER][i] &&
					    !comparison->algorithms[DIFF_BEFORE][i];
		change->new_digest_types[i] = comparison->digest_types[DIFF_AFTER][i] &&
					      !comparison->digest_types[DIFF_BEFORE][i];
	}
}

static void
find_former_soa(const struct zone *previous, struct change_facts *change)
{
	struct rrset set;

	change->had_soa = previous->has_apex && zone_rrset(previous, 0, RR_SOA, &set) &&
			  soa_view(zone_rdata(previous, set.first),
			      zone_record(previous, set.first)->rdlen, &change->soa);
}

/* Everything but the digest. */
static zg_status
compare(const struct zone *zone, const struct zone *previous, uint64_t seed,
    struct change_facts *change)
{
	struct comparison *comparison = calloc(1, sizeof(*comparison));
	zg_status status;

	if (comparison == NULL)
		return ZG_MEMORY;
	comparison->change = change;
	host_set_init(&comparison->hosts[DIFF_BEFORE], previous, seed);
	host_set_init(&comparison->hosts[DIFF_AFTER], zone, seed);
	zone_diff_init(&comparison->diff, previous, zone);
	find_former_soa(previous, change);
	status = compare_records(comparison);
	if (status == ZG_OK) {
		compare_hosts(comparison);
		compare_apex(comparison);
		find_first_appearances(comparison);
	}
	host_set_clear(&comparison->hosts[DIFF_BEFORE]);
	host_set_clear(&comparison->hosts[DIFF_AFTER]);
	free(comparison);
	for (int i = 0; i < CHANGE_COUNTS && status == ZG_OK; i++) {
		if (change->counts[i].lost_examples.out_of_memory)
			status = ZG_MEMORY;
	}
	return status;
}

zg_status
change_compute(const struct zone *zone, const uint8_t digest[48], const struct zone *previous,
    const uint8_t previous_digest[48], size_t max_examples, struct change_facts *change,
    struct zg_error *error)
{
	zg_status status;

	*change = (struct change_facts){.previous = previous};
	for (int i = 0; i < CHANGE_COUNTS; i++)
		tally_init(&change->counts[i].lost_examples, max_examples);
	memcpy(change->digest, previous_digest, sizeof(change->digest));
	change->same_digest = memcmp(previous_digest, digest, sizeof(change->digest)) == 0;
	status = compare(zone, previous, load_le64(digest), change);
	if (status != ZG_OK) {
		change_clear(change);
		return error_set(error, status, "%s while comparing with the former zone",
		    zg_status_text(status));
	}
	return ZG_OK;
}

void
change_clear(struct change_facts *change)
{
	for (int i = 0; i < CHANGE_COUNTS; i++)
		tally_clear(&change->counts[i].lost_examples);
	*change = (struct change_facts){0};
}
