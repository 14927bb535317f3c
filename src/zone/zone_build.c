/* Records as they came in to the immutable zone. */
#include "zone/zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/work_pool.h"
#include "dns/canonical.h"
#include "zone/zone_index.h"
#include "zone/zone_sort.h"

/* The owner of the first SOA, or NULL. */
static const uint8_t *
store_soa_owner(const struct zone_store *store)
{
	for (size_t i = 0; i < store->n_runs; i++) {
		const struct zone_owner *run = &store->runs[i];

		for (uint32_t r = run->first; r < run->first + run->n_records; r++) {
			if (store->records[r].type == RR_SOA)
				return arena_at(&store->names, run->name);
		}
	}
	return NULL;
}

/* Counts the records of a run that does not lie in the zone. */
static void
drop_run(const struct zone_store *store, const struct zone_owner *run, struct tally *tally)
{
	for (uint32_t r = run->first; r < run->first + run->n_records; r++)
		tally_add(tally, store->records[r].line, arena_at(&store->names, run->name),
		    store->records[r].type, store->records[r].line,
		    "this owner does not lie in the zone");
}

/* Owners that a thread takes at once. */
#define OWNERS_AT_ONCE 4096

/* What ends a search by many threads. */
#define FOUND ZG_LIMIT

/* The run lies in the zone: the labels that it has beyond the zone's are all that is before these.
 */
static bool
is_inside(const struct zone *zone, const struct zone_owner *run, size_t origin_len)
{
	const uint8_t *name = arena_at(&zone->store.names, run->name), *below;

	if (run->labels < zone->origin_labels)
		return false;
	below = name_skip(name, run->labels - zone->origin_labels);
	return name + run->name_len == below + origin_len &&
	       memcmp(below, zone->origin, origin_len) == 0;
}

/* work_function: FOUND when a run does not lie in the zone. */
static zg_status
find_outside(void *context, unsigned thread, size_t first, size_t end)
{
	const struct zone *zone = context;
	size_t origin_len = name_length(zone->origin);

	(void)thread;
	for (size_t i = first; i < end; i++) {
		if (!is_inside(zone, &zone->store.runs[i], origin_len))
			return FOUND;
	}
	return ZG_OK;
}

/* Keeps the runs that lie in the zone. */
static void
drop_outside(struct zone *zone)
{
	struct zone_store *store = &zone->store;
	size_t origin_len = name_length(zone->origin), kept = 0;

	for (size_t i = 0; i < store->n_runs; i++) {
		if (is_inside(zone, &store->runs[i], origin_len))
			store->runs[kept++] = store->runs[i];
		else
			drop_run(
			    store, &store->runs[i], &zone->defects.tallies[DEFECT_OUT_OF_ZONE]);
	}
	store->n_runs = kept;
}

/* Copies the records of runs[first .. end) behind all others, as one run. */
static zg_status
gather_runs(struct zone *zone, size_t first, size_t end, struct zone_owner *owner)
{
	struct zone_store *store = &zone->store;
	size_t at = store->n_records;

	owner->first = (uint32_t)at;
	owner->n_records = 0;
	for (size_t i = first; i < end; i++) {
		for (uint32_t r = 0; r < store->runs[i].n_records; r++) {
			void *records = store->records;
			zg_status status = array_reserve(&records, &store->records_size,
			    store->n_records, sizeof(store->records[0]), ZG_RECORDS_MAX);

			store->records = records;
			if (status != ZG_OK)
				return status;
			store->records[store->n_records++] =
			    store->records[store->runs[i].first + r];
		}
		owner->n_records += store->runs[i].n_records;
	}
	return ZG_OK;
}

static bool
same_name(const struct zone_store *store, const struct zone_owner *a, const struct zone_owner *b)
{
	return a->name_len == b->name_len &&
	       memcmp(arena_at(&store->names, a->name), arena_at(&store->names, b->name),
		   a->name_len) == 0;
}

/* work_function: FOUND when a run has the name of the one before. */
static zg_status
find_repeated(void *context, unsigned thread, size_t first, size_t end)
{
	const struct zone *zone = context;
	const struct zone_store *store = &zone->store;

	(void)thread;
	for (size_t i = first > 0 ? first : 1; i < end; i++) {
		if (same_name(store, &store->runs[i - 1], &store->runs[i]))
			return FOUND;
	}
	return ZG_OK;
}

/* Makes one run of sorted runs of one name. */
static zg_status
merge_runs(struct zone *zone)
{
	struct zone_store *store = &zone->store;
	size_t n = 0;
	zg_status status;

	for (size_t first = 0, end; first < store->n_runs; first = end) {
		struct zone_owner owner = store->runs[first];

		for (end = first + 1;
		     end < store->n_runs && same_name(store, &owner, &store->runs[end]);)
			end++;
		if (end > first + 1) {
			status = gather_runs(zone, first, end, &owner);
			if (status != ZG_OK)
				return status;
		}
		store->runs[n++] = owner;
	}
	store->n_runs = n;
	return ZG_OK;
}

/* Order of two records of one owner: type, then RDATA as octets (RFC 4034 section 6.3). */
static int
record_compare(const void *a, const void *b, void *rdata)
{
	const struct zone_record *x = a, *y = b;
	int order;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	order = canonical_rdata_compare(
	    arena_at(rdata, x->rdata), x->rdlen, arena_at(rdata, y->rdata), y->rdlen);
	if (order != 0)
		return order;
	/* Equal records: the order of the text decides which of them counts as the second. */
	return (x->line > y->line) - (x->line < y->line);
}

/* Most owners have a handful of records, often in order already. */
static void
sort_records(struct zone_record *records, size_t n, struct arena *rdata)
{
	if (n > 32) {
		qsort_r(records, n, sizeof(records[0]), record_compare, rdata);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct zone_record record = records[i];
		size_t at = i;

		for (; at > 0 && record_compare(&records[at - 1], &record, rdata) > 0; at--)
			records[at] = records[at - 1];
		records[at] = record;
	}
}

static bool
same_rdata(const struct zone *zone, const struct zone_record *a, const struct zone_record *b)
{
	return a->type == b->type && a->rdlen == b->rdlen &&
	       memcmp(arena_at(&zone->store.rdata, a->rdata),
		   arena_at(&zone->store.rdata, b->rdata), a->rdlen) == 0;
}

/* Takes exact duplicates out of an owner's sorted records; they are counted (RFC 2181 section 5).
 */
static void
drop_duplicates(struct zone *zone, uint32_t owner, struct defects *defects)
{
	struct zone_owner *o = &zone->owners[owner];
	struct zone_record *records = zone->store.records + o->first;
	uint32_t kept = o->n_records > 0 ? 1 : 0;

	for (uint32_t i = 1; i < o->n_records; i++) {
		if (same_rdata(zone, &records[kept - 1], &records[i]) &&
		    records[kept - 1].ttl == records[i].ttl)
			tally_add(&defects->tallies[DEFECT_DUPLICATE], owner,
			    zone_owner_name(zone, owner), records[i].type, records[i].line,
			    "the same record stands twice");
		else
			records[kept++] = records[i];
	}
	o->n_records = kept;
}

/*
 * Counts RRsets whose TTLs differ (RFC 2181 section 5.2). Records that differ in TTL alone are one
 * record afterwards. RRSIG records have the TTL of what they cover.
 */
static void
check_ttls(struct zone *zone, uint32_t owner, struct defects *defects)
{
	struct zone_owner *o = &zone->owners[owner];
	struct zone_record *records = zone->store.records + o->first;
	uint32_t kept = o->n_records > 0 ? 1 : 0;

	for (uint32_t i = 1; i < o->n_records; i++) {
		const struct zone_record *last = &records[kept - 1];
		bool same = same_rdata(zone, last, &records[i]);

		if (last->type == records[i].type && last->ttl != records[i].ttl &&
		    (same || last->type != RR_RRSIG))
			tally_add(&defects->tallies[DEFECT_TTL_UNEQUAL], owner,
			    zone_owner_name(zone, owner), records[i].type, records[i].line,
			    "expected the TTL of the other records of this RRset, %lu, found %lu",
			    (unsigned long)last->ttl, (unsigned long)records[i].ttl);
		if (!same)
			records[kept++] = records[i];
	}
	o->n_records = kept;
}

/* SOA: exactly one, at the apex (RFC 1035 section 5.2). Counted before duplicates are taken out. */
static void
check_soa(const struct zone *zone, uint32_t owner, struct defects *defects)
{
	bool apex = owner == 0 && zone->has_apex;
	struct rrset set;

	if (!zone_rrset(zone, owner, RR_SOA, &set)) {
		if (apex)
			tally_add(&defects->tallies[DEFECT_SOA_MISSING], 0, zone->origin, RR_SOA, 0,
			    "expected one SOA record at the apex, found none");
		return;
	}
	for (uint32_t i = set.first; i < set.first + set.count; i++) {
		const struct zone_record *record = zone_record(zone, i);

		if (!apex)
			tally_add(&defects->tallies[DEFECT_SOA_NOT_APEX], owner,
			    zone_owner_name(zone, owner), RR_SOA, record->line,
			    "expected SOA at the apex only");
		else if (i > set.first)
			tally_add(&defects->tallies[DEFECT_SOA_MULTIPLE], owner, zone->origin,
			    RR_SOA, record->line, "expected one SOA record, found %lu",
			    (unsigned long)set.count);
	}
}

/* What one thread finds while it looks over the records of owners. */
struct settler {
	struct defects defects;
	size_t n_records;
};

struct settling {
	struct zone *zone;
	struct settler *settlers; /* by thread */
};

/* work_function: the records of each owner: sorted, looked over, without duplicates. */
static zg_status
settle_owners(void *context, unsigned thread, size_t first, size_t end)
{
	const struct settling *settling = context;
	struct zone *zone = settling->zone;
	struct settler *settler = &settling->settlers[thread];

	for (size_t i = first; i < end; i++) {
		struct zone_owner *o = &zone->owners[i];

		sort_records(zone->store.records + o->first, o->n_records, &zone->store.rdata);
		check_soa(zone, (uint32_t)i, &settler->defects);
		drop_duplicates(zone, (uint32_t)i, &settler->defects);
		check_ttls(zone, (uint32_t)i, &settler->defects);
		settler->n_records += o->n_records;
	}
	return ZG_OK;
}

/* work_function: a task. */
static zg_status
fill_index(void *context, unsigned thread, size_t first, size_t end)
{
	const struct settling *settling = context;

	(void)thread;
	(void)first;
	(void)end;
	zone_index_fill(settling->zone);
	return ZG_OK;
}

/* Allocates the table of owner names: at most four of five slots are taken. */
static zg_status
allocate_index(struct zone *zone)
{
	size_t slots = 16;

	while (slots - slots / 5 < zone->n_owners)
		slots *= 2;
	zone->index = malloc(slots * sizeof(zone->index[0]));
	if (zone->index == NULL)
		return ZG_MEMORY;
	zone->index_mask = slots - 1;
	return ZG_OK;
}

/* Settles the records, and fills the table beside that. Each owner is one thread's alone, and
 * defects are ordered by owner: the result is the same at any number of threads. */
static zg_status
settle(struct zone *zone, unsigned threads)
{
	struct settling settling = {
	    .zone = zone, .settlers = calloc(threads, sizeof(struct settler))};
	struct work_part parts[] = {
	    {.work = fill_index, .context = &settling, .count = 1, .chunk = 1},
	    {.work = settle_owners,
		.context = &settling,
		.count = zone->n_owners,
		.chunk = OWNERS_AT_ONCE},
	};
	zg_status status = settling.settlers == NULL ? ZG_MEMORY : allocate_index(zone);

	if (status != ZG_OK)
		goto out;
	for (unsigned i = 0; i < threads; i++)
		defects_init(&settling.settlers[i].defects, zone->defects.tallies[0].max_examples);
	status = work_pool_run_parts(threads, parts, 2, NULL);
	for (unsigned i = 0; i < threads; i++) {
		zone->n_records += settling.settlers[i].n_records;
		defects_merge(&zone->defects, &settling.settlers[i].defects);
	}
out:
	free(settling.settlers);
	return status;
}

/* Runs to one owner for each name in the zone: the run array becomes the owner array. In most zones
 * all runs lie in it, and each has a name of its own: that is found out by all threads. */
static zg_status
make_owners(struct zone *zone, unsigned threads)
{
	struct zone_store *store = &zone->store;
	zg_status status =
	    work_pool_run(threads, store->n_runs, OWNERS_AT_ONCE, find_outside, zone);

	if (status == FOUND)
		drop_outside(zone);
	status = zone_sort_runs(
	    &store->runs, store->n_runs, &store->names, zone->origin_labels, threads);
	if (status == ZG_OK) {
		status = work_pool_run(threads, store->n_runs, OWNERS_AT_ONCE, find_repeated, zone);
		if (status == FOUND)
			status = merge_runs(zone);
	}
	if (status != ZG_OK)
		return status;
	zone->owners = store->runs;
	zone->n_owners = store->n_runs;
	store->runs = NULL;
	store->n_runs = store->runs_size = 0;
	return ZG_OK;
}

/* Everything behind the origin. */
static zg_status
zone_arrange(struct zone *zone, unsigned threads)
{
	zg_status status;

	zone->origin_labels = name_labels(zone->origin);
	status = make_owners(zone, threads);
	if (status != ZG_OK)
		return status;
	zone->has_apex = zone->n_owners > 0 && zone->owners[0].labels == zone->origin_labels;
	if (!zone->has_apex)
		tally_add(&zone->defects.tallies[DEFECT_SOA_MISSING], 0, zone->origin, RR_SOA, 0,
		    "expected one SOA record at the apex, found no record at all there");
	status = settle(zone, threads);
	return status == ZG_OK ? zone_mark_cuts(zone, threads) : status;
}

zg_status
zone_build(struct zone_store *store, struct defects *defects, const uint8_t *origin,
    unsigned threads, struct zone **zone, struct zg_error *error)
{
	struct zone *built = calloc(1, sizeof(*built));
	zg_status status = ZG_OK;

	*zone = NULL;
	if (built == NULL) {
		zone_store_clear(store);
		return error_set(error, ZG_MEMORY, "out of memory while building the zone");
	}
	zone_store_trim(store);
	built->store = *store;
	zone_store_init(store);
	built->defects = *defects;
	defects_init(defects, defects->tallies[0].max_examples);
	if (origin == NULL)
		origin = store_soa_owner(&built->store);
	if (origin == NULL) {
		built->origin[0] = 0;
		tally_add(&built->defects.tallies[DEFECT_SOA_MISSING], 0, NULL, RR_SOA, 0,
		    "expected one SOA record, found none, and no origin was given");
	} else {
		memcpy(built->origin, origin, name_length(origin));
		name_lower(built->origin);
		status = zone_arrange(built, threads > 0 ? threads : 1);
	}
	if (status == ZG_OK && defects_out_of_memory(&built->defects))
		status = ZG_MEMORY;
	if (status != ZG_OK) {
		zone_free(built);
		return error_set(
		    error, status, "%s while building the zone", zg_status_text(status));
	}
	*zone = built;
	return ZG_OK;
}

void
zone_free(struct zone *zone)
{
	if (zone == NULL)
		return;
	zone_store_clear(&zone->store);
	free(zone->owners);
	free(zone->index);
	defects_clear(&zone->defects);
	free(zone);
}
