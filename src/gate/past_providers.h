/* What other providers of a multi-signer zone serve: versions of streams of their own. */
#ifndef GATE_PAST_PROVIDERS_H
#define GATE_PAST_PROVIDERS_H

#include "facts/past.h"
#include "gate/past_world.h"
#include "history/history.h"

/* Those that are configured, and as many that were and are in caches yet. */
#define PAST_PROVIDERS_MAX   (2 * ZG_PROVIDERS_MAX)
#define PROVIDER_SERVERS_MAX 512

/* A server of a provider, while observations come, newest first. */
struct provider_server {
	size_t provider;
	char name[sizeof(((struct provider_look *)NULL)->server)];
	int64_t newest; /* its last proved answer; 0: none so far */
	int64_t next;	/* the proved answer after the one that comes next */
	/* The first of those answers without this key of the world; TIME_NEVER: all have it. */
	int64_t left[CACHE_KEYS_MAX];
};

struct past_providers {
	struct past_provider list[PAST_PROVIDERS_MAX];
	size_t n;
	struct provider_server *servers; /* owned */
	size_t n_servers, allocated;
};

/* Reads the history into the world, before what the parent was seen to publish: its DS records may
 * be of other providers' keys. past_providers_clear also after a failure. */
MUST_CHECK zg_status past_providers_read(struct past_providers *providers, struct past_world *world,
    struct history *history, struct zg_error *error);
void past_providers_clear(struct past_providers *providers);

#endif
