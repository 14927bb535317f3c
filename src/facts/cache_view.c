/*
 * The cache-view proof: looks for combinations of a DS set, a DNSKEY RRset and data that some cache
 * can hold once the candidate is out and that do not validate, and sorts out those that holding it
 * back would not avoid.
 */
#include "facts/cache_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* What a counterexample is, worst first. */
enum kind {
	KIND_NEW,
	KIND_NEW_EXPIRY,
	KIND_OLD,
	KIND_OLD_EXPIRY,
	KIND_MARGIN,
	KIND_STALE,
	KIND_COUNT
};

/* The counterexamples of one pair of versions, for each kind and model the widest window. */
struct pair {
	struct cache_counterexample widest[KIND_COUNT][MODEL_COUNT];
	bool used;
};

/* A combination of versions that is looked at. */
struct combination {
	size_t ds, dnskey, class;
	int64_t from, until[END_COUNT];
};

/* --- Windows --- */

/* When all three are in caches: intervals that overlap pairwise have a point in common. */
static bool
combination_lives(const struct cache_search *search, size_t ds, size_t dnskey, size_t class,
    struct combination *combination)
{
	const struct cache_span *a = &search->ds[ds].release, *b = &search->dnskeys[dnskey].release,
				*c = &search->classes[class].release;
	int64_t last = NEVER_VALID;

	combination->ds = ds;
	combination->dnskey = dnskey;
	combination->class = class;
	combination->from = time_max(search->now, time_max(a->from, time_max(b->from, c->from)));
	for (enum span_end end = END_PROOF; end < END_COUNT; end++) {
		combination->until[end] =
		    time_min(a->until[end], time_min(b->until[end], c->until[end]));
		last = time_max(last, combination->until[end]);
	}
	return combination->from < last;
}

static bool
span_covers(const struct cache_span *span, int64_t from, int64_t until, enum span_end end)
{
	return span->from <= from && until <= span->until[end];
}

/* Where to look for the versions that have the place of version `at` in the hold world: itself; the
 * one of the same content; or all in force. */
static void
places_of(const struct cache_member *members, size_t n, size_t at, size_t *begin, size_t *end)
{
	bool all = members[at].is_new && members[at].twin == NO_VERSION;

	*begin = all ? 0 : members[at].is_new ? members[at].twin : at;
	*end = all ? n : *begin + 1;
}

static bool
has_place_of(const struct cache_member *members, size_t at, size_t i)
{
	return i == at ? !members[at].is_new : members[i].was_in_force;
}

/* The combination of the hold world is in caches all the time, and broken. */
static bool
is_broken_in_hold(const struct cache_search *search, const struct cache_validator *validator,
    size_t dnskey, size_t class, int64_t from, int64_t until, enum span_end end)
{
	return span_covers(&search->dnskeys[dnskey].hold, from, until, end) &&
	       span_covers(&search->classes[class].hold, from, until, end) &&
	       (cache_anchor_until(search, validator, &search->world.dnskeys[dnskey], true) <=
		       from ||
		   cache_data_until(search, validator, &search->world.dnskeys[dnskey],
		       &search->world.classes[class], true) <= from);
}

/*
 * Holding the candidate back would not spare this validator the window: what is in force in the
 * place of the candidate's parts fails as well, all of it and all the time. Nothing in force: no.
 */
static bool
fails_when_held(const struct cache_search *search, const struct combination *at,
    const struct cache_validator *validator, int64_t from, int64_t until, enum span_end end)
{
	size_t k, k_end, c_begin, c_end;
	bool any = false;

	if (!span_covers(&search->ds[at->ds].hold, from, until, end))
		return false;
	places_of(search->dnskeys, search->world.n_dnskeys, at->dnskey, &k, &k_end);
	places_of(search->classes, search->world.n_classes, at->class, &c_begin, &c_end);
	for (; k < k_end; k++) {
		if (!has_place_of(search->dnskeys, at->dnskey, k))
			continue;
		for (size_t c = c_begin; c < c_end; c++) {
			if (!has_place_of(search->classes, at->class, c))
				continue;
			if (!is_broken_in_hold(search, validator, k, c, from, until, end))
				return false;
			any = true;
		}
	}
	return any;
}

/* --- What a counterexample says --- */

/* Waiting helps when one of the three was superseded before the candidate: until it is gone. */
static int64_t
earliest_safe(const struct cache_search *search, const struct combination *at, enum span_end end)
{
	const struct cache_member *members[] = {
	    &search->ds[at->ds], &search->dnskeys[at->dnskey], &search->classes[at->class]};
	int64_t earliest = TIME_NEVER;

	for (size_t i = 0; i < 3; i++) {
		if (members[i]->was_superseded)
			earliest = time_min(earliest, members[i]->release.until[end]);
	}
	return earliest;
}

/* `wanted` of these, or all of them when none is. */
static key_mask
prefer(key_mask keys, key_mask wanted)
{
	return (keys & wanted) != 0 ? keys & wanted : keys;
}

/* A new DNSKEY RRset lacks a key that the DS set names; or a new DS set names none of the keys. */
static key_mask
missing_in_chain(const struct cache_search *search, const struct combination *at,
    const struct cache_validator *validator)
{
	const struct cache_dnskey *dnskey = &search->world.dnskeys[at->dnskey];
	key_mask lost = validator->anchors & ~(dnskey->keys & dnskey->signers);

	if (search->world.ds[at->ds].life.from <= dnskey->life.from && lost != 0)
		return lost;
	return prefer(
	    dnskey->keys & dnskey->signers & validator->signers & ~validator->anchors, search->sep);
}

/* A new DNSKEY RRset lacks the signers of the data; or none of its keys signs the new data. */
static key_mask
missing_for_data(const struct cache_search *search, const struct combination *at,
    const struct cache_validator *validator)
{
	const struct cache_dnskey *dnskey = &search->world.dnskeys[at->dnskey];
	const struct cache_class *class = &search->world.classes[at->class];
	key_mask lost = class->signers & validator->signers & ~dnskey->keys;

	if (dnskey->life.from > class->life.from && lost != 0)
		return lost;
	return prefer(
	    dnskey->keys & validator->signers & ~class->signers, search->signers_in_force);
}

/* --- Collecting --- */

struct collector {
	const struct cache_search *search;
	struct cache_proof *proof;
	bool old_damage; /* something is broken anyway, and not by expiry alone */
	size_t n_looked_at;
	bool too_many; /* combinations */
};

static int64_t
lasts(const struct cache_counterexample *example)
{
	return example->until == TIME_NEVER ? TIME_NEVER : example->until - example->from;
}

/* How bad: what is not wrong by margins or stale data only, what is new, and what lasts. */
static int
worse(const struct cache_proof *proof, const struct cache_counterexample *a,
    const struct cache_counterexample *b)
{
	int64_t a_lasts = lasts(a), b_lasts = lasts(b);
	uint64_t a_size = proof->world.classes[a->class].n_rrsets;
	uint64_t b_size = proof->world.classes[b->class].n_rrsets;

	if (a->stale_only != b->stale_only)
		return a->stale_only ? 1 : -1;
	if (a->margin_only != b->margin_only)
		return a->margin_only ? 1 : -1;
	if (a->preexisting != b->preexisting)
		return a->preexisting ? 1 : -1;
	if (a->expiry != b->expiry)
		return a->expiry ? 1 : -1;
	if (a_lasts != b_lasts)
		return a_lasts > b_lasts ? -1 : 1;
	if (a->link != b->link)
		return a->link == LINK_DS_DNSKEY ? -1 : 1;
	if (a_size != b_size)
		return a_size > b_size ? -1 : 1;
	return 0;
}

/* Keeps the worst; of equal ones those found first. */
static void
keep_example(struct cache_proof *proof, const struct cache_counterexample *example)
{
	size_t at = proof->n_examples;

	while (at > 0 && worse(proof, example, &proof->examples[at - 1]) < 0)
		at--;
	if (at == CACHE_EXAMPLES_MAX)
		return;
	if (proof->n_examples < CACHE_EXAMPLES_MAX)
		proof->n_examples++;
	memmove(&proof->examples[at + 1], &proof->examples[at],
	    (proof->n_examples - at - 1) * sizeof(*example));
	proof->examples[at] = *example;
}

/* Models that are hit during the same window share an example. */
static void
pair_finish(struct cache_proof *proof, struct pair *pair)
{
	if (!pair->used)
		return;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		struct cache_counterexample *of_kind = pair->widest[kind];

		for (size_t m = 0; m < MODEL_COUNT; m++) {
			if (of_kind[m].models == 0)
				continue;
			for (size_t i = m + 1; i < MODEL_COUNT; i++) {
				if (of_kind[i].models == 0 || of_kind[i].from != of_kind[m].from ||
				    of_kind[i].until != of_kind[m].until ||
				    of_kind[i].earliest_safe != of_kind[m].earliest_safe)
					continue;
				of_kind[m].models |= of_kind[i].models;
				of_kind[i].models = 0;
			}
			keep_example(proof, &of_kind[m]);
		}
	}
	*pair = (struct pair){.used = false};
}

/* Widens the window that is there; with a window apart from it the pair begins anew. */
static void
pair_add(struct cache_proof *proof, struct pair *pair, enum kind kind, enum cache_model model,
    const struct cache_counterexample *found)
{
	struct cache_counterexample *have = &pair->widest[kind][model], merged = *found;

	if (have->models != 0 && (found->from > have->until || found->until < have->from))
		pair_finish(proof, pair);
	if (have->models != 0) {
		if (lasts(have) >= lasts(found))
			merged = *have;
		merged.from = time_min(have->from, found->from);
		merged.until = time_max(have->until, found->until);
		merged.earliest_safe = time_max(have->earliest_safe, found->earliest_safe);
	}
	*have = merged;
	pair->used = true;
}

/* --- The search --- */

/* What one validator makes of one link of a combination. */
struct finding {
	enum cache_link link;
	int64_t valid_until; /* NEVER_VALID, or signatures run out then */
	enum span_end end;   /* by which rule the combination lives in the window: */
	int64_t from, until;
};

static void
finding_record(struct collector *collector, struct pair *pair, const struct combination *at,
    const struct cache_validator *validator, const struct finding *finding, bool *is_new,
    bool *is_old)
{
	const struct cache_search *search = collector->search;
	bool expiry = finding->valid_until != NEVER_VALID;
	bool old =
	    fails_when_held(search, at, validator, finding->from, finding->until, finding->end);
	struct cache_counterexample found = {.link = finding->link,
	    .models = 1U << validator->model,
	    .preexisting = old,
	    .expiry = expiry,
	    .stale_only = finding->end == END_STALE,
	    .margin_only = finding->end == END_MARGIN,
	    .ds = at->ds,
	    .dnskey = at->dnskey,
	    .class = at->class,
	    .from = finding->from,
	    .until = finding->until,
	    .earliest_safe = earliest_safe(search, at, finding->end)};
	enum kind kind = finding->end == END_STALE ? KIND_STALE : KIND_MARGIN;

	if (finding->end != END_PROOF && old)
		return;
	if (finding->end == END_PROOF)
		kind = (old ? KIND_OLD : KIND_NEW) + (expiry ? 1 : 0);
	found.missing = finding->link == LINK_DS_DNSKEY ? missing_in_chain(search, at, validator)
							: missing_for_data(search, at, validator);
	pair_add(collector->proof, pair, kind, validator->model, &found);
	is_new[finding->end] |= !old;
	*is_old |= old;
	collector->old_damage |= old && !expiry;
	if (kind == KIND_NEW || kind == KIND_NEW_EXPIRY) {
		collector->proof->new_models |= found.models;
		collector->proof->earliest_safe =
		    time_max(collector->proof->earliest_safe, found.earliest_safe);
	}
	if (finding->end != END_STALE && !old)
		collector->proof->earliest_with_margin = time_max(
		    collector->proof->earliest_with_margin, earliest_safe(search, at, END_MARGIN));
}

/*
 * One link of one combination. Copies kept beyond the proof's own end count only where the versions
 * do not fit at all: margins and stale data are no matter of expiry.
 */
static void
look_at_link(struct collector *collector, struct pair *pair, const struct combination *at,
    enum cache_link link, const int64_t *valid_until)
{
	const struct cache_validators *validators = &collector->search->validators[at->ds];
	struct cache_proof *proof = collector->proof;
	bool is_new[END_COUNT] = {false}, is_old = false;

	for (size_t v = 0; v < validators->n; v++) {
		struct finding finding = {.link = link, .valid_until = valid_until[v]};

		for (enum span_end end = END_PROOF; end < END_COUNT; end++) {
			finding.end = end;
			finding.from = time_max(at->from, valid_until[v]);
			finding.until = at->until[end];
			if (end != END_PROOF && valid_until[v] != NEVER_VALID)
				continue;
			if (end != END_PROOF)
				finding.from = time_max(at->from, at->until[END_PROOF]);
			if (finding.from < finding.until)
				finding_record(collector, pair, at, &validators->list[v], &finding,
				    is_new, &is_old);
		}
	}
	proof->n_new += is_new[END_PROOF];
	proof->n_margin += is_new[END_MARGIN];
	proof->n_stale += is_new[END_STALE];
	proof->n_preexisting += is_old;
}

/* All DS sets with one DNSKEY RRset and one class. `chains` has the pairs of each DS set with this
 * DNSKEY RRset. */
static void
look_at_data(struct collector *collector, struct pair *chains, size_t dnskey, size_t class)
{
	const struct cache_search *search = collector->search;
	const struct cache_dnskey *k = &search->world.dnskeys[dnskey];
	const struct cache_class *c = &search->world.classes[class];
	bool k_expires = search->dnskeys[dnskey].release.expires;
	bool c_expires = search->classes[class].release.expires;
	int64_t until[VALIDATORS_MAX];
	struct pair pair = {.used = false};
	struct combination at;

	if (!cache_data_is_asked(k, c))
		return;
	for (size_t i = 0; i < search->world.n_ds; i++) {
		const struct cache_validators *validators = &search->validators[i];

		if (!combination_lives(search, i, dnskey, class, &at))
			continue;
		if (collector->n_looked_at++ >= CACHE_COMBINATIONS_MAX) {
			collector->too_many = true;
			break;
		}
		for (size_t v = 0; v < validators->n; v++)
			until[v] = cache_anchor_until(search, &validators->list[v], k, k_expires);
		look_at_link(collector, &chains[i], &at, LINK_DS_DNSKEY, until);
		for (size_t v = 0; v < validators->n; v++)
			until[v] = cache_data_until(search, &validators->list[v], k, c, c_expires);
		look_at_link(collector, &pair, &at, LINK_DNSKEY_DATA, until);
	}
	pair_finish(collector->proof, &pair);
}

static zg_status
look_at_all(struct collector *collector)
{
	const struct cache_search *search = collector->search;
	size_t n_ds = search->world.n_ds;
	struct pair *chains = calloc(n_ds + 1, sizeof(chains[0]));

	if (chains == NULL)
		return ZG_MEMORY;
	for (size_t k = 0; k < search->world.n_dnskeys; k++) {
		for (size_t c = 0; c < search->world.n_classes && !collector->too_many; c++)
			look_at_data(collector, chains, k, c);
		for (size_t i = 0; i < n_ds; i++)
			pair_finish(collector->proof, &chains[i]);
	}
	free(chains);
	return ZG_OK;
}

/* --- The proof --- */

/* Of each kind of version one must be in force, or the combinations that were looked at are not
 * those that resolvers meet. */
static bool
something_is_in_force(const struct cache_search *search)
{
	bool ds = false, dnskey = false, class = false;

	for (size_t i = 0; i < search->world.n_ds; i++)
		ds |= !search->ds[i].was_superseded && !search->ds[i].is_new &&
		      search->world.ds[i].life.from <= search->now &&
		      search->world.ds[i].origin != DS_ANTICIPATED;
	for (size_t i = 0; i < search->world.n_dnskeys; i++)
		dnskey |= search->dnskeys[i].was_in_force;
	for (size_t i = 0; i < search->world.n_classes; i++)
		class |= search->classes[i].was_in_force;
	return ds && dnskey && class;
}

/* Why the past is not known well enough, or NULL. A list that is empty proves nothing. */
static const char *
what_is_unknown(const struct cache_search *search, const struct cache_world *past,
    const struct cache_candidate *candidate)
{
	int64_t since = time_add(search->now, -search->rules->unknown_horizon);

	if ((search->rules->models & ((1U << MODEL_COUNT) - 1)) == 0)
		return "no kind of validator is looked at";
	if (past->n_ds == 0 || past->parent_known_since == TIME_NEVER)
		return "nothing is known of the DS set at the parent";
	if (past->n_dnskeys == 0 || past->n_classes == 0 || past->child_known_since == TIME_NEVER)
		return "nothing is known of former releases";
	if (candidate != NULL && candidate->n_classes == 0)
		return "nothing is known of the data of the candidate";
	if (past->child_known_since > since)
		return "former releases are not known for long enough";
	if (past->parent_known_since > since)
		return "the DS set at the parent is not known for long enough";
	if (past->incomplete)
		return "the record of former releases is incomplete";
	if (search->too_many)
		return "more versions are in caches than can be looked at";
	if (!something_is_in_force(search))
		return "no version is known to be in force";
	return NULL;
}

static zg_status
decide(struct cache_search *search, const struct cache_world *past,
    const struct cache_candidate *candidate, struct cache_proof *proof)
{
	struct collector collector = {.search = search, .proof = proof};
	zg_status status = look_at_all(&collector);

	if (status != ZG_OK)
		return status;
	search->too_many |= collector.too_many;
	proof->unknown = what_is_unknown(search, past, candidate);
	proof->world.incomplete |= search->too_many;
	if (proof->n_new > 0)
		proof->outcome = CACHE_REFUTED;
	else if (proof->unknown != NULL || past->others_unknown)
		proof->outcome = CACHE_UNKNOWN;
	else
		proof->outcome = collector.old_damage ? CACHE_NOT_WORSE : CACHE_PROVED;
	if (proof->n_new + proof->n_preexisting == 0 || collector.too_many)
		return ZG_OK;
	return cache_damage(search, &proof->damage_release, &proof->damage_hold);
}

static void
search_clear(struct cache_search *search)
{
	for (size_t i = 0; search->validators != NULL && i < search->world.n_ds; i++)
		free(search->validators[i].list);
	free(search->validators);
	free(search->ds);
	free(search->dnskeys);
	free(search->classes);
}

zg_status
cache_prove_with(const struct cache_world *past, const struct cache_candidate *candidate,
    const struct cache_ds *ds, const struct cache_rules *rules, int64_t now,
    struct cache_proof **proof, struct zg_error *error)
{
	struct cache_search search = {.rules = rules, .now = now};
	struct cache_proof *made = calloc(1, sizeof(*made));
	zg_status status = ZG_MEMORY;

	*proof = NULL;
	if (made == NULL)
		goto out;
	made->examples = calloc(CACHE_EXAMPLES_MAX, sizeof(made->examples[0]));
	if (made->examples == NULL)
		goto out;
	status = cache_world_make(&search, past, candidate, ds);
	made->world = search.world;
	made->candidate_dnskey = search.candidate_dnskey;
	if (status == ZG_OK)
		status = cache_validators_make(&search);
	if (status == ZG_OK)
		status = decide(&search, past, candidate, made);
	if (status == ZG_OK) {
		*proof = made;
		made = NULL;
	}
out:
	search_clear(&search);
	cache_proof_free(made);
	if (status != ZG_OK)
		return error_set(
		    error, status, "%s while looking at caches", zg_status_text(status));
	return ZG_OK;
}

zg_status
cache_prove(const struct cache_world *past, const struct cache_candidate *candidate,
    const struct cache_rules *rules, int64_t now, struct cache_proof **proof,
    struct zg_error *error)
{
	return cache_prove_with(past, candidate, NULL, rules, now, proof, error);
}

void
cache_proof_free(struct cache_proof *proof)
{
	if (proof == NULL)
		return;
	free(proof->world.dnskeys);
	free(proof->world.classes);
	free(proof->world.ds);
	free(proof->examples);
	free(proof);
}
