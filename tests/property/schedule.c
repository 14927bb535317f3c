/* Random histories: a sound zone that is changed step by step, sometimes wrongly. */
#include "schedule.h"

#include <string.h>

static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static int
below(uint64_t *state, int n)
{
	return (int)(next_random(state) % (uint64_t)n);
}

static bool
one_in(uint64_t *state, int n)
{
	return below(state, n) == 0;
}

/* Expirations, some so near that copies in caches run out. */
static void
sign(struct version *version, const struct schedule *schedule, uint64_t *state)
{
	for (int i = 0; i < N_KEYS; i++) {
		version->expires[i] = NO_END;
		if (schedule->with_expiry && one_in(state, 2))
			version->expires[i] = version->from + 2 + below(state, 24);
	}
}

static unsigned
random_key(uint64_t *state)
{
	return 1U << below(state, N_KEYS);
}

/* A step from one version to the next. */
static void
change_keyset(struct version *version, uint64_t *state)
{
	unsigned key = random_key(state);

	switch (below(state, 6)) {
	case 0:
	case 1:
		version->keys |= key;
		if (one_in(state, 2))
			version->signers |= key;
		break;
	case 2:
		version->keys &= ~key;
		version->signers &= ~key;
		break;
	case 3:
		version->signers ^= key & version->keys;
		break;
	case 4:
		version->ttl = below(state, 9);
		break;
	default:
		if (one_in(state, 4))
			version->keys = version->signers = 0;
		break;
	}
}

/* TTLs of the RRsets are never equal, so that they stay classes of their own. */
static void
change_data(struct version *version, int slot, uint64_t *state)
{
	unsigned key = random_key(state);

	switch (below(state, 6)) {
	case 0:
	case 1:
		version->signers |= key;
		break;
	case 2:
		version->signers &= ~key;
		break;
	case 3:
		version->signers = key;
		break;
	case 4:
		version->ttl = 2 * below(state, 5) + slot;
		break;
	default:
		if (one_in(state, 4))
			version->signers = 0;
		break;
	}
}

static void
set_record(struct ds_record *record, const struct schedule *schedule, int key, uint64_t *state)
{
	static const int digests[] = {1, 2, 2, 2, 4, 3};

	record->algorithm = schedule->algorithm[key];
	record->digest = digests[below(state, 6)];
	record->tag = one_in(state, 8) ? 50 : key;
	record->key = one_in(state, 8) ? -1 : key;
	if (one_in(state, 24))
		record->algorithm = 12;
}

static void
change_ds(struct ds_version *ds, const struct schedule *schedule, uint64_t *state)
{
	int key = below(state, N_KEYS);

	if (one_in(state, 8))
		ds->n = 0;
	else if (ds->n > 0 && one_in(state, 3))
		ds->n--;
	else if (ds->n > 0 && one_in(state, 3))
		set_record(&ds->records[below(state, ds->n)], schedule, key, state);
	else if (ds->n < N_RECORDS)
		set_record(&ds->records[ds->n++], schedule, key, state);
	if (one_in(state, 3))
		ds->ttl = below(state, 9);
}

/* Times of the versions of one thing, rising and before `now`; the first has always been there. */
static int
next_time(int from, const struct schedule *schedule, uint64_t *state)
{
	int time = from < 0 ? schedule->now - 1 - below(state, 16) : from + 1 + below(state, 6);

	return time > schedule->now ? schedule->now : time;
}

static void
make_own(struct schedule *schedule, uint64_t *state)
{
	struct version keyset = {.from = -100,
	    .keys = schedule->is_dual ? 15 : 3,
	    .signers = schedule->is_dual ? 5 : 1,
	    .ttl = 4};

	sign(&keyset, schedule, state);
	do {
		schedule->keysets[schedule->n_keysets++] = keyset;
		keyset.from = next_time(keyset.from, schedule, state);
		change_keyset(&keyset, state);
		sign(&keyset, schedule, state);
	} while (
	    schedule->n_keysets < N_VERSIONS && keyset.from < schedule->now && !one_in(state, 3));
	for (int slot = 0; slot < N_SLOTS; slot++) {
		struct version data = {
		    .from = -100, .signers = schedule->is_dual ? 10 : 2, .ttl = 4 + slot};

		sign(&data, schedule, state);
		do {
			schedule->data[slot][schedule->n_data[slot]++] = data;
			data.from = next_time(data.from, schedule, state);
			change_data(&data, slot, state);
			sign(&data, schedule, state);
		} while (schedule->n_data[slot] < N_VERSIONS && data.from < schedule->now &&
			 !one_in(state, 2));
	}
}

static void
make_parent(struct schedule *schedule, uint64_t *state)
{
	struct ds_version ds = {.from = -100, .n = 1, .ttl = 5};

	ds.records[0] = (struct ds_record){schedule->algorithm[0], 2, 0, 0};
	if (schedule->is_dual)
		ds.records[ds.n++] =
		    (struct ds_record){schedule->algorithm[2], one_in(state, 2) ? 2 : 4, 2, 2};
	do {
		schedule->ds[schedule->n_ds++] = ds;
		ds.from = next_time(ds.from, schedule, state);
		change_ds(&ds, schedule, state);
	} while (schedule->n_ds < N_VERSIONS && ds.from < schedule->now && !one_in(state, 2));
	schedule->has_new_ds = one_in(state, 5);
	schedule->new_ds = schedule->ds[schedule->n_ds - 1];
	change_ds(&schedule->new_ds, schedule, state);
}

/* What is in force, with some steps, signed anew or not. */
static void
make_candidate(struct schedule *schedule, uint64_t *state)
{
	struct version *keyset = &schedule->new_keyset;
	bool anew = one_in(state, 2);

	*keyset = schedule->keysets[schedule->n_keysets - 1];
	for (int i = below(state, 3); i > 0; i--)
		change_keyset(keyset, state);
	keyset->from = schedule->now;
	if (anew)
		sign(keyset, schedule, state);
	for (int slot = 0; slot < N_SLOTS; slot++) {
		struct version *data = &schedule->new_data[slot];

		*data = schedule->data[slot][schedule->n_data[slot] - 1];
		for (int i = below(state, 3); i > 0; i--)
			change_data(data, slot, state);
		data->from = schedule->now;
		if (anew)
			sign(data, schedule, state);
	}
}

void
schedule_make(struct schedule *schedule, uint64_t seed, uint64_t number)
{
	static const int algorithms[N_KEYS] = {8, 8, 13, 13, 8, 15};
	uint64_t state = seed * UINT64_C(0x2545f4914f6cdd1d) + number * 1000003;

	memset(schedule, 0, sizeof(*schedule));
	for (int i = 0; i < N_KEYS; i++) {
		schedule->algorithm[i] = algorithms[i];
		schedule->usable[i] = i < 4 || !one_in(&state, 3);
	}
	schedule->now = 20;
	schedule->propagation = below(&state, 4);
	schedule->parent_propagation = below(&state, 4);
	schedule->skew = one_in(&state, 4) ? 1 + below(&state, 2) : 0;
	schedule->max_cache_ttl = one_in(&state, 4) ? below(&state, 6) : NO_END;
	schedule->with_expiry = one_in(&state, 2);
	schedule->is_dual = one_in(&state, 3);
	make_own(schedule, &state);
	make_parent(schedule, &state);
	schedule->has_other = one_in(&state, 6);
	schedule->other_keyset = schedule->keysets[0];
	schedule->other_data = schedule->data[0][0];
	schedule->other_keyset.signers = 1;
	change_keyset(&schedule->other_keyset, &state);
	sign(&schedule->other_keyset, schedule, &state);
	sign(&schedule->other_data, schedule, &state);
	make_candidate(schedule, &state);
}
