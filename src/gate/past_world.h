/* The world of caches, built from releases and observations one by one. */
#ifndef GATE_PAST_WORLD_H
#define GATE_PAST_WORLD_H

#include "facts/cache_view.h"
#include "gate/past.h"
#include "history/history.h"

/* Which versions a release had: to find them again when it is seen served. */
struct release_trace {
	uint32_t serial;
	int64_t superseded;
	size_t dnskey;
	uint64_t classes[CACHE_VERSIONS_MAX / 64]; /* bits */
};

/* A DS set as one of the parent's servers, or the operator, last published it. */
struct parent_server {
	char name[sizeof(((struct history_ds *)NULL)->server)];
	size_t version; /* index of the DS version; CACHE_VERSIONS_MAX: none any more */
	int64_t seen;	/* when it last gave one */
};

/* When servers turned away from a DS version. */
struct ds_switches {
	int64_t first, last; /* TIME_NEVER, 0: none did */
};

#define PARENT_SERVERS_MAX 256

struct past_world {
	const struct past_inputs *inputs;
	const struct release_facts *release; /* the candidate, or the last release */
	struct cache_rules rules;
	struct cache_world cache; /* its arrays are owned here */

	struct {
		uint8_t *rdata; /* owned; NULL: not published in any release that is known */
		uint16_t rdlen;
	} keys[CACHE_KEYS_MAX];		       /* beside cache.keys */
	char *class_names[CACHE_VERSIONS_MAX]; /* owned: owner, NUL, type */

	struct cache_candidate candidate;
	struct cache_class candidate_classes[ZG_CLASSES_MAX];

	int64_t next_evidence;	      /* when a newer release was known to be in service */
	struct release_trace *traces; /* owned */
	size_t n_traces, traces_size;
	bool traces_sorted; /* by serial: no release is taken any more */

	struct parent_server *servers; /* owned, PARENT_SERVERS_MAX */
	size_t n_servers;
	struct ds_switches switches[CACHE_VERSIONS_MAX]; /* beside cache.ds */
};

/* Adds what was served as versions of a stream, each with that life but for its TTL; later calls
 * are about earlier times. The trace gets them. */
MUST_CHECK zg_status past_world_serve(struct past_world *world, const struct release_facts *facts,
    uint8_t stream, const struct cache_life *life, struct release_trace *trace);

/* past_world_clear also after a failure of any of these. */
MUST_CHECK zg_status past_world_begin(struct past_world *world, const struct past_inputs *inputs,
    const struct release_facts *release);
void past_world_clear(struct past_world *world);

/* How far back, in seconds, releases and observations matter. */
int64_t past_world_reach(const struct past_world *world);

/* Takes a release; they come newest first. */
MUST_CHECK zg_status past_world_release(
    struct past_world *world, const struct history_candidate *release);

/* Takes what the parent's servers were seen to publish, oldest first, and then what is published
 * now, as far as it was given. */
MUST_CHECK zg_status past_world_ds(
    struct past_world *world, const struct history_ds *observations, size_t n);

/* Takes what a server of the zone was seen to serve. False: no release has this serial, and the
 * world is not known any more. */
bool past_world_served(struct past_world *world, const struct history_served *observation);

/* Makes a version of a DS set that the operator means to hand in. */
MUST_CHECK zg_status past_world_declare(
    const struct past_world *world, const struct ds_entry *entries, size_t n, struct cache_ds *ds);

/* What DS records say about the keys of the candidate; after all observations. */
struct roll_ds;
MUST_CHECK zg_status past_world_roll_ds(const struct past_world *world, struct roll_ds *ds);

/* Ends the building; `in_force` NULL: nothing is. *candidate lives as long as the world. */
MUST_CHECK zg_status past_world_finish(struct past_world *world,
    const struct release_facts *in_force, const struct cache_candidate **candidate);

#endif
