/*
 * The cache-view proof against caches that are simulated tick by tick, over random histories: the
 * same ticks at which some cache fails, the same verdict, the same earliest safe time. Then the
 * regular rollover methods against the equations of RFC 7583.
 *
 *	property [--schedules N] [--seed N]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "caches.h"
#include "formulas.h"
#include "dns/policy_values.h"
#include "facts/cache_view.h"

/* Tick 0. */
#define BASE INT64_C(1700000000)

/* What is tested sees times in seconds and versions without an order. */
struct input {
	struct cache_world world;
	struct cache_dnskey dnskeys[N_VERSIONS + 1];
	struct cache_class classes[N_SLOTS * N_VERSIONS + 1];
	struct cache_ds ds[N_VERSIONS + 1];
	struct cache_candidate candidate;
	struct cache_class candidate_classes[N_SLOTS];
	struct cache_rules rules;
};

struct tally {
	unsigned long passed, failed;
	unsigned long outcomes[CACHE_PROVED + 1];
	unsigned long waits, never, expiries;
};

static struct cache_life
life_make(int from, int until, int propagation, int ttl)
{
	struct cache_life life = {.from = BASE + from, .ttl = (uint32_t)ttl};

	life.superseded = until == NO_END ? TIME_NEVER : BASE + until;
	life.last_fetch = until == NO_END ? TIME_NEVER : BASE + until + propagation;
	return life;
}

static void
set_expirations(int64_t *expirations, const struct version *version)
{
	for (int k = 0; k < CACHE_KEYS_MAX; k++)
		expirations[k] = k >= N_KEYS || version->expires[k] == NO_END
				     ? TIME_NEVER
				     : BASE + version->expires[k];
}

static struct cache_dnskey
dnskey_make(const struct version *version, int until, int propagation, uint8_t stream)
{
	struct cache_dnskey dnskey = {
	    .life = life_make(version->from, until, propagation, version->ttl),
	    .stream = stream,
	    .keys = version->keys,
	    .signers = version->signers};

	set_expirations(dnskey.expirations, version);
	return dnskey;
}

static struct cache_class
class_make(const struct version *version, int until, int propagation, uint8_t stream)
{
	struct cache_class class = {
	    .life = life_make(version->from, until, propagation, version->ttl),
	    .stream = stream,
	    .signers = version->signers,
	    .n_rrsets = 10};

	set_expirations(class.expirations, version);
	return class;
}

static struct cache_ds
ds_make(const struct ds_version *version, int until, int propagation, enum cache_ds_origin origin)
{
	struct cache_ds ds = {
	    .life = life_make(version->from, until, propagation, version->ttl), .origin = origin};

	for (int i = 0; i < version->n; i++) {
		ds.entries[i].algorithm = (uint8_t)version->records[i].algorithm;
		ds.entries[i].digest_type = (uint8_t)version->records[i].digest;
		ds.entries[i].tag = (uint16_t)version->records[i].tag;
		ds.entries[i].key = version->records[i].key;
	}
	ds.n = (size_t)version->n;
	return ds;
}

static void
input_add_own(struct input *input, const struct schedule *schedule)
{
	struct cache_world *world = &input->world;
	int propagation = schedule->propagation;

	for (int i = 0; i < schedule->n_keysets; i++)
		input->dnskeys[world->n_dnskeys++] = dnskey_make(&schedule->keysets[i],
		    i + 1 < schedule->n_keysets ? schedule->keysets[i + 1].from : NO_END,
		    propagation, 0);
	for (int slot = 0; slot < N_SLOTS; slot++) {
		const struct version *data = schedule->data[slot];

		for (int i = 0; i < schedule->n_data[slot]; i++)
			input->classes[world->n_classes++] = class_make(&data[i],
			    i + 1 < schedule->n_data[slot] ? data[i + 1].from : NO_END, propagation,
			    0);
		input->candidate_classes[slot] =
		    class_make(&schedule->new_data[slot], NO_END, 0, 0);
	}
	input->candidate =
	    (struct cache_candidate){.dnskey = dnskey_make(&schedule->new_keyset, NO_END, 0, 0),
		.classes = input->candidate_classes,
		.n_classes = N_SLOTS};
}

static void
input_add_others(struct input *input, const struct schedule *schedule)
{
	struct cache_world *world = &input->world;

	for (int i = 0; i < schedule->n_ds; i++)
		input->ds[world->n_ds++] = ds_make(&schedule->ds[i],
		    i + 1 < schedule->n_ds ? schedule->ds[i + 1].from : NO_END,
		    schedule->parent_propagation, DS_OBSERVED);
	if (schedule->has_new_ds) {
		input->ds[world->n_ds] = ds_make(&schedule->new_ds, NO_END, 0, DS_ANTICIPATED);
		input->ds[world->n_ds++].life.from = BASE + schedule->now;
	}
	if (schedule->has_other) {
		input->dnskeys[world->n_dnskeys++] =
		    dnskey_make(&schedule->other_keyset, NO_END, 0, 1);
		input->classes[world->n_classes++] =
		    class_make(&schedule->other_data, NO_END, 0, 1);
	}
}

static void
input_make(struct input *input, const struct schedule *schedule)
{
	memset(input, 0, sizeof(*input));
	input->world.dnskeys = input->dnskeys;
	input->world.classes = input->classes;
	input->world.ds = input->ds;
	input->world.n_keys = N_KEYS;
	for (int k = 0; k < N_KEYS; k++) {
		input->world.keys[k].algorithm = (uint8_t)schedule->algorithm[k];
		input->world.keys[k].tag = (uint16_t)k;
		input->world.keys[k].usable = schedule->usable[k];
	}
	input->world.child_known_since = input->world.parent_known_since = BASE - 100;
	input->rules = (struct cache_rules){.propagation_delay = schedule->propagation,
	    .clock_skew = schedule->skew,
	    .max_cache_ttl = schedule->max_cache_ttl == NO_END ? NOT_SET : schedule->max_cache_ttl,
	    .unknown_horizon = 50,
	    .models = (1U << MODEL_COUNT) - 1};
	input_add_own(input, schedule);
	input_add_others(input, schedule);
}

/* What the examples of a proof say of each tick. */
static void
read_examples(const struct cache_proof *proof, int now, struct outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	for (size_t i = 0; i < proof->n_examples; i++) {
		const struct cache_counterexample *example = &proof->examples[i];

		for (int tick = now; tick < TICKS; tick++) {
			if (BASE + tick < example->from || BASE + tick >= example->until)
				continue;
			for (int m = 0; m < N_MODELS; m++) {
				bool hit = (example->models >> m & 1) != 0;

				outcome->failing[m][tick] |= hit;
				outcome->is_new[m][tick] |= hit && !example->preexisting;
			}
		}
	}
}

/* Where the two differ, or NULL. A window is new as a whole when some part of it is: the ticks that
 * are new to the caches lie within. */
static const char *
compare_ticks(
    const struct cache_proof *proof, const struct schedule *schedule, const struct outcome *caches)
{
	struct outcome examples;

	read_examples(proof, schedule->now, &examples);
	for (int m = 0; m < N_MODELS; m++) {
		for (int tick = schedule->now; tick < TICKS; tick++) {
			if (caches->failing[m][tick] && !examples.failing[m][tick])
				return "caches fail and the proof does not say so";
			if (!caches->failing[m][tick] && examples.failing[m][tick])
				return "the proof says that caches fail, and they do not";
			if (caches->is_new[m][tick] && !examples.is_new[m][tick])
				return "what is new to the caches is none to the proof";
		}
	}
	return NULL;
}

static const char *
compare(const struct cache_proof *proof, const struct schedule *schedule, struct tally *tally)
{
	struct outcome caches;
	enum cache_outcome expected;
	const char *difference;
	int earliest;

	caches_release(schedule, schedule->now, &caches);
	expected = caches.any_new ? CACHE_REFUTED : caches.any_old ? CACHE_NOT_WORSE : CACHE_PROVED;
	tally->outcomes[proof->outcome]++;
	tally->expiries += schedule->with_expiry && expected != CACHE_PROVED;
	if (proof->outcome != expected)
		return "verdict";
	difference = proof->n_examples == CACHE_EXAMPLES_MAX
			 ? NULL
			 : compare_ticks(proof, schedule, &caches);
	/* While signatures run out, waiting makes things worse: there is no earliest time. */
	if (difference != NULL || !caches.any_new || schedule->with_expiry)
		return difference;
	earliest = caches_earliest(schedule);
	tally->waits += earliest != NO_END;
	tally->never += earliest == NO_END;
	if (proof->earliest_safe != (earliest == NO_END ? TIME_NEVER : BASE + earliest))
		return "earliest safe time";
	return NULL;
}

static void
try_schedule(uint64_t seed, uint64_t number, struct tally *tally)
{
	struct cache_proof *proof = NULL;
	struct zg_error error = {""};
	struct schedule schedule;
	struct input input;
	const char *difference = "no proof was made";

	schedule_make(&schedule, seed, number);
	input_make(&input, &schedule);
	if (cache_prove(&input.world, &input.candidate, &input.rules, BASE + schedule.now, &proof,
		&error) == ZG_OK)
		difference = compare(proof, &schedule, tally);
	cache_proof_free(proof);
	if (difference == NULL) {
		tally->passed++;
		return;
	}
	if (tally->failed++ < 10)
		printf("FAILED --seed %" PRIu64 ", schedule %" PRIu64 ": %s\n", seed, number,
		    difference);
}

/* Each kind of end is met often, or the test says little. */
static bool
is_varied(const struct tally *tally)
{
	unsigned long least = (tally->passed + tally->failed) / 100;

	return tally->outcomes[CACHE_REFUTED] > least && tally->outcomes[CACHE_NOT_WORSE] > least &&
	       tally->outcomes[CACHE_PROVED] > least && tally->waits > least &&
	       tally->never > least && tally->expiries > least;
}

int
main(int argc, char **argv)
{
	uint64_t schedules = 1000, seed = 1;
	struct tally tally = {.passed = 0};
	bool varied;

	for (int i = 1; i + 1 < argc; i += 2) {
		uint64_t value = strtoull(argv[i + 1], NULL, 10);

		if (strcmp(argv[i], "--schedules") == 0)
			schedules = value;
		else if (strcmp(argv[i], "--seed") == 0)
			seed = value;
	}
	for (uint64_t number = 0; number < schedules; number++)
		try_schedule(seed, number, &tally);
	varied = is_varied(&tally);
	for (uint64_t number = 0; number < schedules / 10; number++) {
		unsigned failed = formulas_try(seed, number);

		tally.failed += failed;
		tally.passed += FORMULAS - failed;
	}
	printf("refuted %lu, not worse %lu, proved %lu; waiting helps %lu, never %lu; expiry %lu\n",
	    tally.outcomes[CACHE_REFUTED], tally.outcomes[CACHE_NOT_WORSE],
	    tally.outcomes[CACHE_PROVED], tally.waits, tally.never, tally.expiries);
	if (varied) {
		tally.passed++;
	} else {
		printf("FAILED: the schedules are too much alike\n");
		tally.failed++;
	}
	printf("%lu passed, %lu failed, 0 skipped\n", tally.passed, tally.failed);
	return tally.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
