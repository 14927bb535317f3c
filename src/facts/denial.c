/* Denial of existence: what chains there are, and which of them are held against the zone. */
#include "facts/denial.h"

#include <stdlib.h>
#include <string.h>

#include "dns/base32.h"
#include "facts/denial_private.h"

/* Names hashed at a time by one thread. */
#define NAMES_AT_ONCE 512

size_t
nsec3_owner_hash(const struct zone *zone, uint32_t owner, uint8_t hash[OWNER_HASH_MAX])
{
	const uint8_t *name = zone_owner_name(zone, owner);

	if (zone->owners[owner].labels != zone->origin_labels + 1)
		return 0;
	return base32hex_decode(name + 1, name[0], hash);
}

bool
nsec3_hash_fits(size_t length, const struct nsec3_view *view)
{
	/* RFC 5155 section 3.1.7: the next hash is as long as this one. */
	return length > 0 && length == view->next_len &&
	       (view->hash_algorithm != NSEC3_HASH_SHA1 || length == NSEC3_HASH_OCTETS);
}

bool
nsec3_in_chain(const struct nsec3_chain *chain, const struct nsec3_view *view)
{
	return chain->hash_algorithm == view->hash_algorithm &&
	       chain->iterations == view->iterations && chain->salt_len == view->salt_len &&
	       memcmp(chain->salt, view->salt, view->salt_len) == 0;
}

/* The chain of these parameters, or NULL. */
static struct nsec3_chain *
chain_find(struct denial_facts *facts, const struct nsec3_view *view)
{
	for (size_t i = 0; i < facts->n_chains; i++) {
		if (nsec3_in_chain(&facts->chains[i], view))
			return &facts->chains[i];
	}
	return NULL;
}

/* The same, made when it is new; NULL: there are too many. */
static struct nsec3_chain *
chain_take(struct denial_facts *facts, const struct nsec3_view *view)
{
	struct nsec3_chain *chain = chain_find(facts, view);

	if (chain != NULL || facts->n_chains == ZG_NSEC3_CHAINS_MAX)
		return chain;
	chain = &facts->chains[facts->n_chains++];
	*chain = (struct nsec3_chain){.hash_algorithm = view->hash_algorithm,
	    .iterations = view->iterations,
	    .salt_len = (uint8_t)view->salt_len,
	    .example_owner = NO_OWNER};
	if (view->salt_len > 0)
		memcpy(chain->salt, view->salt, view->salt_len);
	chain->known =
	    view->hash_algorithm == NSEC3_HASH_SHA1 && view->iterations <= ZG_NSEC3_ITERATIONS_MAX;
	return chain;
}

static void
count_record(
    struct denial_work *work, enum defect defect, uint32_t owner, uint32_t record, const char *text)
{
	tally_add(&work->defects->tallies[defect], owner, zone_owner_name(work->zone, owner),
	    zone_record(work->zone, record)->type, zone_record(work->zone, record)->line, "%s",
	    text);
}

/*
 * The chains that the apex names. One with flags other than 0 names nothing: RFC 5155 section
 * 4.1.2. They come first, so that no crowd of stray NSEC3 records pushes them out.
 */
static void
gather_params(struct denial_work *work)
{
	const struct zone *zone = work->zone;
	struct nsec3_chain *chain;
	struct nsec3_view view;
	struct rrset set;

	if (!zone->has_apex || !zone_rrset(zone, 0, RR_NSEC3PARAM, &set))
		return;
	for (uint32_t i = set.first; i < set.first + set.count; i++) {
		if (!nsec3param_view(zone_rdata(zone, i), zone_record(zone, i)->rdlen, &view)) {
			count_record(work, DEFECT_NSEC3_CHAIN_ABSENT, 0, i,
			    "the RDATA is malformed: it names no chain");
			continue;
		}
		if (view.flags != 0)
			continue;
		chain = chain_take(work->facts, &view);
		if (chain == NULL) {
			count_record(work, DEFECT_NSEC3_CHAINS, 0, i,
			    "an NSEC3PARAM beyond the number of chains that are looked at");
			continue;
		}
		chain->named = true;
		chain->param = i;
	}
}

static void
gather_nsec3(struct denial_work *work, uint32_t owner, size_t hash_len, uint32_t record)
{
	const struct zone *zone = work->zone;
	struct nsec3_chain *chain;
	struct nsec3_view view;

	if (!nsec3_view(zone_rdata(zone, record), zone_record(zone, record)->rdlen, &view)) {
		count_record(work, DEFECT_NSEC3_BITMAP, owner, record, "the RDATA is malformed");
		return;
	}
	if (!nsec3_hash_fits(hash_len, &view))
		count_record(work, DEFECT_NSEC3_OWNER, owner, record,
		    "expected an owner of one hash directly below the apex, as long as the next "
		    "hash, in base32hex");
	chain = chain_take(work->facts, &view);
	if (chain == NULL) {
		count_record(work, DEFECT_NSEC3_CHAINS, owner, record,
		    "an NSEC3 record beyond the number of chains that are looked at");
		return;
	}
	if (chain->n_records++ == 0) {
		chain->example = record;
		chain->example_owner = owner;
	}
	if (view.flags & NSEC3_FLAG_OPT_OUT) {
		chain->n_opt_out++;
		work->facts->n_opt_out_spans++;
	}
	if (view.flags & ~NSEC3_FLAG_OPT_OUT)
		chain->n_unknown_flags++;
}

/* Counts the NSEC3 records at one owner. */
static void
gather_owner(struct denial_work *work, const struct rrset *set)
{
	uint8_t hash[OWNER_HASH_MAX];
	size_t hash_len = nsec3_owner_hash(work->zone, set->owner, hash);

	work->facts->has_nsec3 = true;
	for (uint32_t r = set->first; r < set->first + set->count; r++)
		gather_nsec3(work, set->owner, hash_len, r);
}

/* Counts what the zone has. */
static void
gather(struct denial_work *work)
{
	const struct zone *zone = work->zone;
	struct denial_facts *facts = work->facts;

	gather_params(work);
	for (uint32_t i = 0; i < zone->n_owners; i++) {
		struct rrset set = {.owner = i};

		facts->n_insecure_cuts += denial_name_kind(zone, i) == NAME_INSECURE_CUT;
		while (zone_rrset_next(zone, &set)) {
			if (set.type == RR_NSEC)
				facts->n_nsec += set.count;
			else if (set.type == RR_NSEC3)
				gather_owner(work, &set);
		}
	}
	facts->has_nsec = facts->n_nsec > 0;
}

/* Counts every NSEC as one too many. */
static void
report_nsec(struct denial_work *work)
{
	struct rrset set;

	for (uint32_t i = 0; i < work->zone->n_owners; i++) {
		if (!zone_rrset(work->zone, i, RR_NSEC, &set))
			continue;
		for (uint32_t r = set.first; r < set.first + set.count; r++)
			count_record(work, DEFECT_NSEC_BESIDE_NSEC3, i, r,
			    "an NSEC record, while an NSEC3PARAM names an NSEC3 chain");
	}
}

/* Counts every NSEC3 of a chain that no NSEC3PARAM names as `defect`. */
static void
report_unnamed(struct denial_work *work, enum defect defect)
{
	const struct zone *zone = work->zone;
	const struct nsec3_chain *chain;
	struct nsec3_view view;
	struct rrset set;

	for (uint32_t i = 0; i < zone->n_owners; i++) {
		if (!zone_rrset(zone, i, RR_NSEC3, &set))
			continue;
		for (uint32_t r = set.first; r < set.first + set.count; r++) {
			if (!nsec3_view(zone_rdata(zone, r), zone_record(zone, r)->rdlen, &view))
				continue;
			chain = chain_find(work->facts, &view);
			if (chain != NULL && !chain->named)
				count_record(work, defect, i, r,
				    "expected an NSEC3PARAM with flags 0 and these parameters at "
				    "the apex, found none");
		}
	}
}

/* Begins the walk along every chain that is named, known and there. */
static zg_status
begin_walks(struct denial_work *work)
{
	zg_status status = ZG_OK;

	for (size_t i = 0; status == ZG_OK && i < work->facts->n_chains; i++) {
		const struct nsec3_chain *chain = &work->facts->chains[i];

		if (!chain->named || !chain->known || chain->n_records == 0)
			continue;
		if (work->n_walks == 0)
			status = hashed_names_collect(work->zone, &work->names);
		if (status == ZG_OK)
			status = chain_walk_new(
			    work, chain, &work->names, &work->walks[work->n_walks++]);
	}
	return status;
}

/* Every chain that is named must be there (RFC 5155 section 4); several may be (section 7.3). */
static void
check_named(struct denial_work *work)
{
	for (size_t i = 0; i < work->facts->n_chains; i++) {
		const struct nsec3_chain *chain = &work->facts->chains[i];

		if (chain->named && chain->n_records == 0)
			count_record(work, DEFECT_NSEC3_CHAIN_ABSENT, 0, chain->param,
			    "expected a chain with these parameters, found no record of it");
	}
}

/* Walks the NSEC chain; true when it is closed and speaks of every name. */
static bool
nsec_is_complete(struct denial_work *work)
{
	const struct tally *tallies = work->defects->tallies;

	nsec_check_chain(work);
	return tallies[DEFECT_NSEC_MISSING].count == 0 && tallies[DEFECT_NSEC_NEXT].count == 0;
}

/*
 * A named NSEC3 chain that is there is what servers answer from: it is checked, NSEC beside it is
 * leftover or still to come (RFC 5155 section 10.4), and need not be whole. Without a named chain
 * the NSEC chain must be.
 */
static void
judge(struct denial_work *work)
{
	struct denial_facts *facts = work->facts;
	bool usable = false, unnamed = false;

	for (size_t i = 0; i < facts->n_chains; i++) {
		usable |= facts->chains[i].named && facts->chains[i].n_records > 0;
		unnamed |= !facts->chains[i].named;
	}
	if (!facts->has_nsec && !facts->has_nsec3)
		tally_add(&work->defects->tallies[DEFECT_DENIAL_NONE], 0, work->zone->origin, 0, 0,
		    "expected NSEC or NSEC3 records in a signed zone, found none");
	if (facts->has_nsec && usable) {
		report_nsec(work);
		nsec_check_leftover(work);
	} else if (facts->has_nsec)
		usable = nsec_is_complete(work);
	if (unnamed)
		report_unnamed(work, usable ? DEFECT_NSEC3_PARTIAL : DEFECT_NSEC3PARAM_MISSING);
	check_named(work);
}

/* A task that needs nothing but the zone. */
static zg_status
begin(void *context)
{
	struct denial_work *work = context;

	if (!work->is_signed || !work->zone->has_apex)
		return ZG_OK;
	gather(work);
	judge(work);
	return begin_walks(work);
}

/* work_function: hashes names and looks them up, for every chain. */
static zg_status
locate(void *context, unsigned thread, size_t first, size_t end)
{
	const struct denial_work *work = context;
	zg_status status = ZG_OK;

	for (size_t i = 0; i < work->n_walks && status == ZG_OK; i++)
		status = chain_walk_locate(work->walks[i], thread, first, end);
	return status;
}

/* A task, when every name was located. */
static zg_status
finish(void *context)
{
	struct denial_work *work = context;

	for (size_t i = 0; i < work->n_walks; i++)
		chain_walk_check(work->walks[i]);
	return ZG_OK;
}

zg_status
denial_plan(const struct zone *zone, bool is_signed, unsigned threads, struct denial_facts *denial,
    struct defects *defects, struct plan *plan, struct denial_work **work)
{
	struct denial_work *made = calloc(1, sizeof(*made));
	struct plan_part part = {.stage = PLAN_COMPUTE,
	    .what = ZG_TIME_DENIAL,
	    .doing = "checking denial of existence",
	    .task = begin,
	    .context = made};

	*work = made;
	if (made == NULL)
		return ZG_MEMORY;
	*denial = (struct denial_facts){0};
	*made = (struct denial_work){.zone = zone,
	    .is_signed = is_signed,
	    .threads = threads < ZG_THREADS_MAX ? threads : ZG_THREADS_MAX,
	    .facts = denial,
	    .defects = defects};
	plan_add(plan, &part);
	part.stage = PLAN_SUM;
	part.task = finish;
	plan_add(plan, &part);
	part.stage = PLAN_FINISH;
	part.what = ZG_TIME_HASH;
	part.task = NULL;
	part.work = locate;
	part.count = &made->names.n_names;
	part.chunk = NAMES_AT_ONCE;
	plan_add(plan, &part);
	return ZG_OK;
}

void
denial_free(struct denial_work *work)
{
	if (work == NULL)
		return;
	for (size_t i = 0; i < work->n_walks; i++)
		chain_walk_free(work->walks[i]);
	hashed_names_clear(&work->names);
	free(work);
}
