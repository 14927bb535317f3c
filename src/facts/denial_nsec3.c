/*
 * One NSEC3 chain against the names of the zone: RFC 5155 section 7.1. The records of a chain come
 * in the order of their hashes: base32hex keeps the order of octets, and owners are in canonical
 * order. So every name is hashed and looked up in a table of the hashes' leading bits, by all
 * threads; nothing is sorted.
 */
#include "facts/denial_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define NO_NAME UINT32_MAX

enum name_state {
	STATE_MATCHED = 1, /* a record of the chain has its hash */
	STATE_NEEDED = 2,  /* an empty non-terminal above a name that has or must have an NSEC3 */
	STATE_EXPECTED =
	    4, /* matched or missing: for names below, the closest encloser that is proved */
	STATE_OPT_OUT = 8, /* not matched; the next closer name lies in an opt-out span */
	STATE_TYPES = 16   /* the record that matches speaks of the name's types rightly */
};

struct hashed_name {
	uint32_t owner; /* the owner; of an empty non-terminal the first owner below it */
	uint8_t labels;
	uint8_t kind; /* enum name_kind, never NAME_NONE */
};

/* What a chain says of a name. */
struct located {
	uint32_t place; /* entry that matches the hash, or whose span covers it */
	uint8_t state;	/* enum name_state, or-ed */
};

/* A record of the chain. */
struct chain_entry {
	uint32_t owner;
	uint32_t record;
	uint32_t name; /* index of the name with this hash, NO_NAME: none yet */
};

struct chain_walk {
	struct denial_work *work;
	const struct nsec3_chain *chain;
	struct chain_entry *entries;	      /* owned, ascending by hash */
	uint8_t (*hashes)[NSEC3_HASH_OCTETS]; /* owned; one for each entry */
	bool *opt_out;			      /* owned; the flag of each entry */
	size_t n_entries;
	uint32_t *starts;    /* owned; first entry of each bucket, n_entries behind the last */
	unsigned start_bits; /* leading bits of a hash that number its bucket */
	const struct hashed_names *names;
	struct located *located; /* owned; one for each name */
	struct digest **digests; /* owned; one for each thread, made by it */
};

static zg_status
names_add(struct hashed_names *names, uint32_t owner, unsigned labels, enum name_kind kind)
{
	void *array = names->names;
	zg_status status = array_reserve(
	    &array, &names->names_size, names->n_names, sizeof(names->names[0]), ZG_RECORDS_MAX);

	names->names = array;
	if (status == ZG_OK)
		names->names[names->n_names++] = (struct hashed_name){
		    .owner = owner, .labels = (uint8_t)labels, .kind = (uint8_t)kind};
	return status;
}

/* Every name of the zone comes after its parent: empty non-terminals go before the first name below
 * them. */
zg_status
hashed_names_collect(const struct zone *zone, struct hashed_names *names)
{
	uint32_t last = NO_OWNER;
	zg_status status = ZG_OK;

	for (uint32_t i = 0; status == ZG_OK && i < zone->n_owners; i++) {
		enum name_kind kind = denial_name_kind(zone, i);
		unsigned labels = zone->owners[i].labels;

		if (kind == NAME_NONE)
			continue;
		if (last != NO_OWNER) {
			unsigned empty = zone_common_labels(zone, last, i) + 1;

			for (; status == ZG_OK && empty < labels; empty++)
				status = names_add(names, i, empty, NAME_EMPTY);
		}
		if (status == ZG_OK)
			status = names_add(names, i, labels, kind);
		last = i;
	}
	return status;
}

void
hashed_names_clear(struct hashed_names *names)
{
	free(names->names);
	*names = (struct hashed_names){0};
}

/* Wire form of a name. */
static const uint8_t *
name_of(const struct zone *zone, const struct hashed_name *name)
{
	return name_skip(zone_owner_name(zone, name->owner),
	    (unsigned)(zone->owners[name->owner].labels - name->labels));
}

static bool
entry_view(const struct chain_walk *walk, uint32_t record, struct nsec3_view *view)
{
	const struct zone *zone = walk->work->zone;

	return nsec3_view(zone_rdata(zone, record), zone_record(zone, record)->rdlen, view);
}

static void
count_entry(
    struct chain_walk *walk, enum defect defect, uint32_t owner, uint32_t record, const char *text)
{
	const struct zone *zone = walk->work->zone;

	tally_add(&walk->work->defects->tallies[defect], owner, zone_owner_name(zone, owner),
	    RR_NSEC3, zone_record(zone, record)->line, "%s", text);
}

/* Adds the records of the chain at one owner: more than the first are defects. */
static void
add_entries(struct chain_walk *walk, const struct rrset *set)
{
	const struct zone *zone = walk->work->zone;
	uint8_t hash[OWNER_HASH_MAX];
	size_t length = nsec3_owner_hash(zone, set->owner, hash);
	struct nsec3_view view;
	bool found = false;

	for (uint32_t r = set->first; r < set->first + set->count; r++) {
		if (!entry_view(walk, r, &view) || !nsec3_in_chain(walk->chain, &view) ||
		    !nsec3_hash_fits(length, &view))
			continue;
		if (found) {
			count_entry(walk, DEFECT_NSEC3_MULTIPLE, set->owner, r,
			    "expected one NSEC3 record of this chain at this name, found another");
			continue;
		}
		found = true;
		memcpy(walk->hashes[walk->n_entries], hash, NSEC3_HASH_OCTETS);
		walk->opt_out[walk->n_entries] = (view.flags & NSEC3_FLAG_OPT_OUT) != 0;
		walk->entries[walk->n_entries++] =
		    (struct chain_entry){.owner = set->owner, .record = r, .name = NO_NAME};
	}
}

/* Collects the records of the chain that have an owner which can be theirs. */
static zg_status
collect_entries(struct chain_walk *walk)
{
	const struct zone *zone = walk->work->zone;
	struct rrset set;

	walk->entries = calloc((size_t)walk->chain->n_records, sizeof(walk->entries[0]));
	walk->hashes = calloc((size_t)walk->chain->n_records, sizeof(walk->hashes[0]));
	walk->opt_out = calloc((size_t)walk->chain->n_records, sizeof(walk->opt_out[0]));
	if (walk->entries == NULL || walk->hashes == NULL || walk->opt_out == NULL)
		return ZG_MEMORY;
	memory_expect(walk->entries, (size_t)walk->chain->n_records * sizeof(walk->entries[0]));
	memory_expect(walk->hashes, (size_t)walk->chain->n_records * sizeof(walk->hashes[0]));
	for (uint32_t i = 0; i < zone->n_owners; i++) {
		if (zone->owners[i].labels == zone->origin_labels + 1 &&
		    zone_rrset(zone, i, RR_NSEC3, &set))
			add_entries(walk, &set);
	}
	return ZG_OK;
}

/* RFC 5155 section 3.1.7: the next hash is that of the next record, the last one's the first's. */
static void
check_next(struct chain_walk *walk)
{
	struct nsec3_view view;

	for (size_t i = 0; i < walk->n_entries; i++) {
		const struct chain_entry *entry = &walk->entries[i];
		size_t next = i + 1 < walk->n_entries ? i + 1 : 0;

		if (entry_view(walk, entry->record, &view) &&
		    memcmp(view.next, walk->hashes[next], NSEC3_HASH_OCTETS) == 0)
			continue;
		count_entry(walk, DEFECT_NSEC3_NEXT, entry->owner, entry->record,
		    "expected the hash of the next NSEC3 record of the chain, found another");
	}
}

/* The bucket of a hash: hashes are spread evenly, so that about one entry is in each. */
static size_t
hash_bucket(const struct chain_walk *walk, const uint8_t *hash)
{
	uint32_t top =
	    (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];

	return walk->start_bits == 0 ? 0 : top >> (32 - walk->start_bits);
}

/* Makes the table of buckets over the entries, which are in the order of their hashes. */
static zg_status
index_entries(struct chain_walk *walk)
{
	size_t n_buckets, at = 0;

	while (walk->start_bits < 24 && (size_t)2 << walk->start_bits <= walk->n_entries)
		walk->start_bits++;
	n_buckets = (size_t)1 << walk->start_bits;
	walk->starts = malloc((n_buckets + 1) * sizeof(walk->starts[0]));
	if (walk->starts == NULL)
		return ZG_MEMORY;
	for (size_t bucket = 0; bucket <= n_buckets; bucket++) {
		while (at < walk->n_entries && hash_bucket(walk, walk->hashes[at]) < bucket)
			at++;
		walk->starts[bucket] = (uint32_t)at;
	}
	return ZG_OK;
}

/* Stores where the hash is in the chain, or which span it lies in (the last one's goes around). */
static void
locate(const struct chain_walk *walk, const uint8_t *hash, struct located *located)
{
	size_t bucket = hash_bucket(walk, hash);
	size_t low = walk->starts[bucket], high = walk->starts[bucket + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(walk->hashes[middle], hash, NSEC3_HASH_OCTETS) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	located->state = 0;
	if (low < walk->n_entries && memcmp(walk->hashes[low], hash, NSEC3_HASH_OCTETS) == 0) {
		located->state = STATE_MATCHED;
		located->place = (uint32_t)low;
	} else
		located->place = (uint32_t)(low > 0 ? low - 1 : walk->n_entries - 1);
}

/* The record of the chain speaks of the name's types rightly; on false, `difference` says what is
 * wrong. */
static bool
types_match(const struct chain_walk *walk, const struct chain_entry *entry,
    const struct hashed_name *name, char difference[TYPE_DIFFERENCE_MAX])
{
	struct nsec3_view view;

	if (!entry_view(walk, entry->record, &view)) {
		(void)snprintf(difference, TYPE_DIFFERENCE_MAX, "the RDATA is malformed");
		return false;
	}
	return denial_types_match(walk->work->zone,
	    name->kind == NAME_EMPTY ? NO_OWNER : name->owner, RR_NSEC3, view.bitmap,
	    view.bitmap_len, difference);
}

/* Names that are looked up at once: of each, the next place to be read is somewhere else in arrays
 * larger than caches, so all of them are asked for before the first one is read. */
#define GROUP_NAMES 32

struct name_group {
	size_t first; /* index of a name */
	size_t n;
	uint8_t hashes[GROUP_NAMES][NSEC3_HASH_OCTETS];
};

static zg_status
group_hash(const struct chain_walk *walk, struct digest *digest, struct name_group *group)
{
	const struct nsec3_chain *chain = walk->chain;
	zg_status status = ZG_OK;

	for (size_t i = 0; i < group->n && status == ZG_OK; i++) {
		const uint8_t *wire =
		    name_of(walk->work->zone, &walk->names->names[group->first + i]);

		status = nsec3_hash(digest, wire, name_length(wire), chain->salt, chain->salt_len,
		    chain->iterations, group->hashes[i]);
		if (status == ZG_OK)
			PREFETCH_READ(&walk->starts[hash_bucket(walk, group->hashes[i])]);
	}
	return status;
}

/* Finds the places of the names in the chain. */
static void
group_locate(const struct chain_walk *walk, const struct name_group *group)
{
	for (size_t i = 0; i < group->n; i++)
		PREFETCH_READ(walk->hashes + walk->starts[hash_bucket(walk, group->hashes[i])]);
	for (size_t i = 0; i < group->n; i++) {
		struct located *located = &walk->located[group->first + i];

		locate(walk, group->hashes[i], located);
		PREFETCH_READ(&walk->entries[located->place]);
	}
}

/* Notes which of the records that match speak of the names' types rightly. */
static void
group_match_types(const struct chain_walk *walk, const struct name_group *group)
{
	const struct zone *zone = walk->work->zone;
	const struct chain_entry *entries[GROUP_NAMES];
	char difference[TYPE_DIFFERENCE_MAX];

	for (size_t i = 0; i < group->n; i++) {
		entries[i] = &walk->entries[walk->located[group->first + i].place];
		PREFETCH_READ(zone_record(zone, entries[i]->record));
	}
	for (size_t i = 0; i < group->n; i++)
		PREFETCH_READ(zone_rdata(zone, entries[i]->record));
	for (size_t i = 0; i < group->n; i++) {
		struct located *located = &walk->located[group->first + i];

		if ((located->state & STATE_MATCHED) &&
		    types_match(
			walk, entries[i], &walk->names->names[group->first + i], difference))
			located->state |= STATE_TYPES;
	}
}

zg_status
chain_walk_locate(struct chain_walk *walk, unsigned thread, size_t first, size_t end)
{
	struct name_group group = {.first = first};
	zg_status status = ZG_OK;

	if (walk->n_entries == 0)
		return ZG_OK;
	if (walk->digests[thread] == NULL)
		status = digest_new(DIGEST_KIND_SHA1, &walk->digests[thread]);
	for (; group.first < end && status == ZG_OK; group.first += group.n) {
		group.n = end - group.first < GROUP_NAMES ? end - group.first : GROUP_NAMES;
		status = group_hash(walk, walk->digests[thread], &group);
		if (status != ZG_OK)
			break;
		group_locate(walk, &group);
		group_match_types(walk, &group);
	}
	return status;
}

static void
count_name(
    struct chain_walk *walk, enum defect defect, const struct hashed_name *name, const char *text)
{
	const struct zone *zone = walk->work->zone;

	tally_add(&walk->work->defects->tallies[defect], name->owner, name_of(zone, name), RR_NSEC3,
	    zone_record(zone, zone->owners[name->owner].first)->line, "%s", text);
}

/*
 * Gives each record the name that it speaks of, and marks the empty non-terminals that must have
 * one: all but those that are there only for insecure delegations which have none themselves
 * (RFC 5155 section 7.1).
 */
static void
mark_names(struct chain_walk *walk)
{
	const struct hashed_name *names = walk->names->names;
	struct located *located = walk->located;
	unsigned apex = walk->work->zone->origin_labels;
	uint32_t above[ZG_LABELS_MAX + 1]; /* by depth below the apex: the last name there */

	for (uint32_t i = 0; i < walk->names->n_names; i++) {
		unsigned depth = names[i].labels - apex;

		above[depth] = i;
		if (located[i].state & STATE_MATCHED) {
			struct chain_entry *entry = &walk->entries[located[i].place];

			if (entry->name != NO_NAME)
				count_name(walk, DEFECT_NSEC3_MISSING, &names[i],
				    "its hash is that of another name: the salt must be changed");
			else
				entry->name = i;
		}
		if (names[i].kind == NAME_EMPTY ||
		    (names[i].kind == NAME_INSECURE_CUT && !(located[i].state & STATE_MATCHED)))
			continue;
		while (depth-- > 0 && !(located[above[depth]].state & STATE_NEEDED))
			located[above[depth]].state |= STATE_NEEDED;
	}
}

/*
 * A name without NSEC3 that may do without: what is covered by a span with the opt-out flag must be
 * its next closer name (RFC 5155 section 7.1), that is the topmost name above it which has none.
 */
static void
check_opt_out(struct chain_walk *walk, uint32_t name, uint32_t parent)
{
	struct located *located = &walk->located[name];
	unsigned above = walk->located[parent].state;
	bool opt_out =
	    above & STATE_EXPECTED ? walk->opt_out[located->place] : (above & STATE_OPT_OUT) != 0;

	if (opt_out)
		located->state |= STATE_OPT_OUT;
	else
		count_name(walk, DEFECT_NSEC3_UNCOVERED, &walk->names->names[name],
		    "expected an NSEC3 record, or an opt-out flag at the one that covers the name; "
		    "found neither");
}

/* Every name in turn: has it the NSEC3 that it must have? */
static void
check_names(struct chain_walk *walk)
{
	const struct hashed_name *names = walk->names->names;
	unsigned apex = walk->work->zone->origin_labels;
	uint32_t above[ZG_LABELS_MAX + 1];

	for (uint32_t i = 0; i < walk->names->n_names; i++) {
		unsigned depth = names[i].labels - apex;
		struct located *located = &walk->located[i];
		bool may_lack = names[i].kind == NAME_INSECURE_CUT ||
				(names[i].kind == NAME_EMPTY && !(located->state & STATE_NEEDED));

		above[depth] = i;
		if (!(located->state & STATE_MATCHED) && may_lack) {
			check_opt_out(walk, i, above[depth - 1]);
			continue;
		}
		located->state |= STATE_EXPECTED;
		if (!(located->state & STATE_MATCHED))
			count_name(walk, DEFECT_NSEC3_MISSING, &names[i],
			    "expected an NSEC3 record for this name, found none");
	}
}

/* Counts a record whose types are not those of its name. */
static void
count_types(struct chain_walk *walk, const struct chain_entry *entry)
{
	const struct zone *zone = walk->work->zone;
	const struct hashed_name *name = &walk->names->names[entry->name];
	char difference[TYPE_DIFFERENCE_MAX], original[NAME_TEXT_MAX];

	(void)types_match(walk, entry, name, difference);
	(void)name_to_text(name_of(zone, name), original);
	tally_add(&walk->work->defects->tallies[DEFECT_NSEC3_BITMAP], entry->owner,
	    zone_owner_name(zone, entry->owner), RR_NSEC3, zone_record(zone, entry->record)->line,
	    "for the name %s: %s", original, difference);
}

/*
 * Every record in turn: does it speak of a name, and rightly? A record with flags that are not
 * assigned counts as present here, although validators ignore it (RFC 5155 section 8.2): a finding
 * of its own says so, and would drown in what follows from it.
 */
static void
check_entries(struct chain_walk *walk)
{
	for (size_t i = 0; i < walk->n_entries; i++) {
		const struct chain_entry *entry = &walk->entries[i];

		if (entry->name == NO_NAME)
			count_entry(walk, DEFECT_NSEC3_STRAY, entry->owner, entry->record,
			    "no name of the zone has this hash");
		else if (!(walk->located[entry->name].state & STATE_TYPES))
			count_types(walk, entry);
	}
}

void
chain_walk_check(struct chain_walk *walk)
{
	/* Without any entry all owners are wrong, and that was counted. */
	if (walk->n_entries == 0)
		return;
	check_next(walk);
	mark_names(walk);
	check_names(walk);
	check_entries(walk);
}

zg_status
chain_walk_new(struct denial_work *work, const struct nsec3_chain *chain,
    const struct hashed_names *names, struct chain_walk **walk)
{
	struct chain_walk *made = calloc(1, sizeof(*made));
	zg_status status;

	*walk = made;
	if (made == NULL)
		return ZG_MEMORY;
	*made = (struct chain_walk){.work = work, .chain = chain, .names = names};
	made->located = calloc(names->n_names + 1, sizeof(made->located[0]));
	made->digests = calloc(work->threads, sizeof(struct digest *));
	if (made->located == NULL || made->digests == NULL)
		return ZG_MEMORY;
	status = collect_entries(made);
	return status == ZG_OK ? index_entries(made) : status;
}

void
chain_walk_free(struct chain_walk *walk)
{
	if (walk == NULL)
		return;
	for (unsigned i = 0; walk->digests != NULL && i < walk->work->threads; i++)
		digest_free(walk->digests[i]);
	free(walk->digests);
	free(walk->located);
	free(walk->starts);
	free(walk->hashes);
	free(walk->opt_out);
	free(walk->entries);
	free(walk);
}
