/*
 * Random histories of a zone on a short scale of ticks: key sets, data, DS sets, each a sequence of
 * versions, and a candidate. Plain data, shared by the simulation and by what is tested.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#define N_KEYS	   6
#define N_SLOTS	   2  /* RRsets, each with a history of its own */
#define N_VERSIONS 4  /* of one thing, the candidate's left out */
#define N_RECORDS  3  /* of a DS set */
#define TICKS	   64 /* nothing happens after the last one */
#define NO_END	   1000000

/* The key sets and the data have the same shape: keys is not used for data. */
struct version {
	int from;
	unsigned keys, signers;
	int ttl;
	int expires[N_KEYS]; /* of each signer's signature; NO_END: never */
};

struct ds_record {
	int algorithm, digest, tag, key; /* key -1: of no key */
};

struct ds_version {
	int from;
	struct ds_record records[N_RECORDS];
	int n, ttl;
};

struct schedule {
	int algorithm[N_KEYS];
	bool usable[N_KEYS];
	/* Our own history, oldest first; the last of each is in force. */
	struct version keysets[N_VERSIONS], data[N_SLOTS][N_VERSIONS];
	int n_keysets, n_data[N_SLOTS];
	struct ds_version ds[N_VERSIONS];
	int n_ds;
	/* Another provider, there all the time. */
	bool has_other;
	struct version other_keyset, other_data;
	/* The candidate, and the DS set that it asks for. */
	struct version new_keyset, new_data[N_SLOTS];
	bool has_new_ds;
	struct ds_version new_ds;
	int now, propagation, parent_propagation, skew;
	int max_cache_ttl; /* NO_END: none */
	bool with_expiry;
	bool is_dual; /* two algorithms to begin with */
};

/* The schedule of this number: the same one each time. */
void schedule_make(struct schedule *schedule, uint64_t seed, uint64_t number);

#endif
