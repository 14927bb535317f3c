/* Caches, tick by tick. */
#include "caches.h"

#include <string.h>

/* Everything that is there, in one of the two worlds. */
#define N_COPIES (N_VERSIONS * (N_SLOTS + 1) + N_SLOTS + 4)

struct copies {
	const struct version *version;
	const struct ds_version *ds;
	bool in_force;	 /* our own, and not replaced in this world */
	bool superseded; /* in this world */
	bool is_new;
	int slot;
	bool held[TICKS]; /* by some cache */
};

struct world {
	struct copies keysets[N_COPIES], data[N_COPIES], ds[N_COPIES];
	int n_keysets, n_data, n_ds;
	bool hold;
};

/* A cache that fetches at `tick` keeps its copy for the TTL. */
static void
fetch(struct copies *copies, int tick, int ttl, int max_ttl)
{
	int kept = ttl < max_ttl ? ttl : max_ttl;

	for (int t = tick; t < tick + kept; t++) {
		if (t >= 0 && t < TICKS)
			copies->held[t] = true;
	}
}

/* Every possible fetch: up to `last`, at which the last server gives it up. What is asked for just
 * now need not be cached. Clocks differ. */
static void
fetch_all(struct copies *copies, const struct schedule *schedule, int from, int last, int ttl)
{
	int begin = from - schedule->skew, end = last + schedule->skew;

	for (int tick = begin; tick <= end && tick < TICKS; tick++) {
		fetch(copies, tick, ttl, schedule->max_cache_ttl);
		if (tick >= 0 && tick < end)
			copies->held[tick] = true;
	}
}

static bool
same_signatures(const struct version *a, const struct version *b)
{
	for (int i = 0; i < N_KEYS; i++) {
		if ((a->signers >> i & 1) != 0 && a->expires[i] != b->expires[i])
			return false;
	}
	return true;
}

static bool
same_content(const struct version *a, const struct version *b)
{
	return a->keys == b->keys && a->signers == b->signers && a->ttl == b->ttl;
}

/* One thing's history, and what comes after it at `time` (NULL: nothing). */
static void
add_history(struct copies *list, int *n, const struct schedule *schedule,
    const struct version *versions, int n_versions, const struct version *next, int time, int slot)
{
	const struct version *last = &versions[n_versions - 1];
	bool goes_on = next == NULL || (same_content(last, next) && same_signatures(last, next));

	for (int i = 0; i < n_versions; i++) {
		struct copies *copies = &list[(*n)++];
		int until = i + 1 < n_versions ? versions[i + 1].from : goes_on ? NO_END : time;

		*copies = (struct copies){.version = &versions[i],
		    .superseded = until != NO_END,
		    .in_force = i + 1 == n_versions,
		    .slot = slot};
		fetch_all(copies, schedule, versions[i].from,
		    until == NO_END ? NO_END : until + schedule->propagation, versions[i].ttl);
	}
	if (!goes_on) {
		list[*n] = (struct copies){.version = next, .is_new = true, .slot = slot};
		fetch_all(&list[(*n)++], schedule, time, NO_END, next->ttl);
	}
}

static void
add_ds(struct world *world, const struct schedule *schedule, const struct ds_version *ds, int from,
    int until)
{
	struct copies *copies = &world->ds[world->n_ds++];

	*copies = (struct copies){.ds = ds, .is_new = ds == &schedule->new_ds};
	fetch_all(copies, schedule, from, until, ds->ttl);
}

static void
world_make(struct world *world, const struct schedule *schedule, bool hold, int time)
{
	memset(world, 0, sizeof(*world));
	world->hold = hold;
	add_history(world->keysets, &world->n_keysets, schedule, schedule->keysets,
	    schedule->n_keysets, hold ? NULL : &schedule->new_keyset, time, 0);
	for (int slot = 0; slot < N_SLOTS; slot++)
		add_history(world->data, &world->n_data, schedule, schedule->data[slot],
		    schedule->n_data[slot], hold ? NULL : &schedule->new_data[slot], time, slot);
	if (schedule->has_other) {
		add_history(world->keysets, &world->n_keysets, schedule, &schedule->other_keyset, 1,
		    NULL, 0, N_SLOTS);
		add_history(world->data, &world->n_data, schedule, &schedule->other_data, 1, NULL,
		    0, N_SLOTS);
		world->keysets[world->n_keysets - 1].in_force = false;
		world->data[world->n_data - 1].in_force = false;
	}
	for (int i = 0; i < schedule->n_ds; i++)
		add_ds(world, schedule, &schedule->ds[i], schedule->ds[i].from,
		    i + 1 < schedule->n_ds ? schedule->ds[i + 1].from + schedule->parent_propagation
					   : NO_END);
	if (schedule->has_new_ds && !hold)
		add_ds(world, schedule, &schedule->new_ds, time, NO_END);
}

/* --- Validators --- */

static const int all_algorithms[] = {8, 13, 15};
#define N_SUBSETS 8 /* of the three */

static const struct {
	int digests[3];
} supports[] = {{{2, 0, 0}}, {{2, 4, 0}}, {{1, 2, 4}}};
enum { KEEP_WEAKER, DROP_FOR_KEY, DROP_FOR_SET, N_DROPS };

/* A validator: three digest supports, three ways to drop, seven sets of algorithms; then the same
 * once more with all algorithms demanded of the data. */
#define N_CHOICES 9

struct triple {
	const struct schedule *schedule;
	const struct ds_version *ds;
	const struct version *keyset, *data;
	unsigned key_signers, data_signers; /* whose signatures have not run out */
};

static bool
has_algorithm(int subset, int algorithm)
{
	for (int i = 0; i < 3; i++) {
		if (all_algorithms[i] == algorithm)
			return (subset >> i & 1) != 0;
	}
	return false;
}

static bool
has_digest(int support, int digest)
{
	for (int i = 0; i < 3; i++) {
		if (digest != 0 && supports[support].digests[i] == digest)
			return true;
	}
	return false;
}

/* Goes by the record, if it is alone. */
static bool
understands(const struct ds_record *record, int support, int subset)
{
	return has_algorithm(subset, record->algorithm) && has_digest(support, record->digest);
}

static bool
is_dropped(const struct ds_version *ds, int at, int support, int subset, int drop)
{
	for (int i = 0; i < ds->n; i++) {
		const struct ds_record *a = &ds->records[at], *b = &ds->records[i];

		if (!understands(b, support, subset) || b->digest <= a->digest)
			continue;
		if (drop == DROP_FOR_SET ||
		    (drop == DROP_FOR_KEY && a->algorithm == b->algorithm && a->tag == b->tag))
			return true;
	}
	return false;
}

/* One validator looks for one path from the DS set to the data. */
static bool
validates(const struct triple *triple, int support, int drop, int subset)
{
	const struct schedule *schedule = triple->schedule;
	bool secure = false, anchored = false, signed_by = false;

	for (int i = 0; i < triple->ds->n; i++) {
		const struct ds_record *record = &triple->ds->records[i];

		if (!understands(record, support, subset))
			continue;
		secure = true;
		if (is_dropped(triple->ds, i, support, subset, drop) || record->key < 0)
			continue;
		anchored |= schedule->usable[record->key] &&
			    schedule->algorithm[record->key] == record->algorithm &&
			    (triple->keyset->keys >> record->key & 1) != 0 &&
			    (triple->key_signers >> record->key & 1) != 0;
	}
	for (int k = 0; k < N_KEYS; k++)
		signed_by |= schedule->usable[k] && has_algorithm(subset, schedule->algorithm[k]) &&
			     (triple->keyset->keys >> k & 1) != 0 &&
			     (triple->data_signers >> k & 1) != 0;
	return !secure || (anchored && signed_by);
}

/* Every algorithm of the key set signs the data. */
static bool
has_all_algorithms(const struct triple *triple)
{
	const struct schedule *schedule = triple->schedule;

	for (int i = 0; i < 3; i++) {
		bool published = false, used = false;

		for (int k = 0; k < N_KEYS; k++) {
			bool is_there = schedule->usable[k] &&
					schedule->algorithm[k] == all_algorithms[i] &&
					(triple->keyset->keys >> k & 1) != 0;

			published |= is_there;
			used |= is_there && (triple->data_signers >> k & 1) != 0;
		}
		if (published && !used)
			return false;
	}
	return true;
}

/* Nothing in the set is supported, so the demands of strict-dnskey do not arise. */
static bool
is_insecure(const struct triple *triple, int support)
{
	for (int i = 0; i < triple->ds->n; i++) {
		if (understands(&triple->ds->records[i], support, N_SUBSETS - 1))
			return false;
	}
	return true;
}

/* Bits 0 to 62: choice * 7 + subset - 1, subsets of algorithms. In *strict bits 0 to 8 of
 * strict-dnskey. */
static uint64_t
failures(const struct triple *triple, unsigned *strict)
{
	bool all = has_all_algorithms(triple);
	uint64_t bits = 0;

	*strict = 0;
	for (int choice = 0; choice < N_CHOICES; choice++) {
		int support = choice / 3, drop = choice % 3;

		for (int subset = 1; subset < N_SUBSETS; subset++) {
			if (!validates(triple, support, drop, subset))
				bits |= UINT64_C(1) << (choice * 7 + subset - 1);
		}
		if (!validates(triple, support, drop, N_SUBSETS - 1) ||
		    (!all && !is_insecure(triple, support)))
			*strict |= 1U << choice;
	}
	return bits;
}

/* Of each choice: the validator with all algorithms; those with a single one. */
#define EACH_CHOICE  UINT64_C(0x0102040810204081)
#define LENIENT_BITS (EACH_CHOICE << 6)
#define SINGLE_BITS  (EACH_CHOICE | EACH_CHOICE << 1 | EACH_CHOICE << 3)

static unsigned
unexpired(const struct copies *copies, const struct schedule *schedule, bool hold, int tick)
{
	unsigned signers = copies->version->signers;

	for (int k = 0; k < N_KEYS && (hold || copies->superseded); k++) {
		if (copies->version->expires[k] != NO_END &&
		    tick >= copies->version->expires[k] - schedule->skew)
			signers &= ~(1U << k);
	}
	return signers;
}

static struct triple
triple_at(const struct schedule *schedule, const struct world *world, const struct copies *ds,
    const struct copies *keyset, const struct copies *data, int tick)
{
	return (struct triple){.schedule = schedule,
	    .ds = ds->ds,
	    .keyset = keyset->version,
	    .data = data->version,
	    .key_signers = unexpired(keyset, schedule, world->hold, tick),
	    .data_signers = unexpired(data, schedule, world->hold, tick)};
}

/* --- The two worlds --- */

/* The copy of the hold world stands for the copy of the other one: it is the same; or it has the
 * same content, signed anew; or, where there is no such, it is anything of ours in force. */
static bool
stands_for(const struct copies *hold, const struct copies *copies, bool has_twin)
{
	if (!copies->is_new)
		return hold->version == copies->version;
	if (has_twin)
		return hold->in_force && same_content(hold->version, copies->version);
	return hold->in_force;
}

static bool
find_twin(const struct copies *list, int n, const struct copies *copies)
{
	bool found = false;

	for (int i = 0; i < n && copies->is_new; i++)
		found |= list[i].in_force && same_content(list[i].version, copies->version);
	return found;
}

/* The validators that would fail as well, at this tick, if the candidate were held back. */
static uint64_t
failures_when_held(const struct schedule *schedule, const struct world *hold,
    const struct copies *ds, const struct copies *keyset, const struct copies *data, int tick,
    unsigned *strict)
{
	bool key_twin = find_twin(hold->keysets, hold->n_keysets, keyset);
	bool data_twin = find_twin(hold->data, hold->n_data, data);
	uint64_t bits = UINT64_MAX;

	*strict = ~0U;
	if (ds->is_new)
		*strict = 0;
	for (int k = 0; k < hold->n_keysets && !ds->is_new; k++) {
		if (!stands_for(&hold->keysets[k], keyset, key_twin))
			continue;
		for (int d = 0; d < hold->n_data; d++) {
			struct triple triple =
			    triple_at(schedule, hold, ds, &hold->keysets[k], &hold->data[d], tick);
			unsigned also_strict;

			if (!stands_for(&hold->data[d], data, data_twin))
				continue;
			if (hold->keysets[k].held[tick] && hold->data[d].held[tick]) {
				bits &= failures(&triple, &also_strict);
				*strict &= also_strict;
			} else {
				bits = 0;
				*strict = 0;
			}
		}
	}
	return ds->is_new ? 0 : bits;
}

/* A combination that some cache holds at a tick. */
static void
try_triple(const struct schedule *schedule, const struct world *release, const struct world *hold,
    const struct copies *ds, const struct copies *keyset, const struct copies *data, int tick,
    struct outcome *outcome)
{
	struct triple triple = triple_at(schedule, release, ds, keyset, data, tick);
	unsigned strict, old_strict, ever_strict;
	uint64_t bits = failures(&triple, &strict), old, ever;

	if (bits == 0 && strict == 0)
		return;
	old = failures_when_held(schedule, hold, ds, keyset, data, tick, &old_strict);
	outcome->failing[LENIENT][tick] |= (bits & LENIENT_BITS) != 0;
	outcome->failing[STRICT_DS][tick] |= bits != 0;
	outcome->failing[STRICT_DNSKEY][tick] |= strict != 0;
	outcome->is_new[LENIENT][tick] |= (bits & ~old & LENIENT_BITS) != 0;
	outcome->is_new[STRICT_DS][tick] |= (bits & ~old & SINGLE_BITS) != 0;
	outcome->is_new[STRICT_DNSKEY][tick] |= (strict & ~old_strict) != 0;
	outcome->any_new |=
	    (bits & ~old & (LENIENT_BITS | SINGLE_BITS)) != 0 || (strict & ~old_strict) != 0;
	triple.key_signers = keyset->version->signers;
	triple.data_signers = data->version->signers;
	ever = failures(&triple, &ever_strict);
	outcome->any_old |= (ever & old) != 0 || (ever_strict & old_strict) != 0;
}

/* Tick by tick; with `stop` only until something is broken anew. */
static void
run(const struct schedule *schedule, int time, bool stop, struct outcome *outcome)
{
	struct world release, hold;

	memset(outcome, 0, sizeof(*outcome));
	world_make(&release, schedule, false, time);
	world_make(&hold, schedule, true, time);
	for (int tick = time; tick < TICKS && !(stop && outcome->any_new); tick++) {
		for (int i = 0; i < release.n_ds; i++) {
			for (int k = 0; k < release.n_keysets && release.ds[i].held[tick]; k++) {
				if (!release.keysets[k].held[tick])
					continue;
				for (int d = 0; d < release.n_data; d++) {
					if (release.data[d].held[tick])
						try_triple(schedule, &release, &hold,
						    &release.ds[i], &release.keysets[k],
						    &release.data[d], tick, outcome);
				}
			}
		}
	}
}

void
caches_release(const struct schedule *schedule, int time, struct outcome *outcome)
{
	run(schedule, time, false, outcome);
}

int
caches_earliest(const struct schedule *schedule)
{
	struct outcome outcome;

	for (int time = schedule->now; time < TICKS - 1; time++) {
		run(schedule, time, true, &outcome);
		if (!outcome.any_new)
			return time;
	}
	return NO_END;
}
