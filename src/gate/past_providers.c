/*
 * What other providers serve, as versions in caches: RFC 8901 section 3. Resolvers take DNSKEY from
 * one provider and data from another, so that each provider's versions are live beside ours.
 */
#include "gate/past_providers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"

struct reading {
	struct past_providers *providers;
	struct past_world *world;
};

/* --- Who --- */

/* The provider of that name, made when it is new; PAST_PROVIDERS_MAX: no room. */
static size_t
provider_find(struct past_providers *providers, const char *name, bool wanted)
{
	size_t i = 0;

	while (i < providers->n && strcmp(providers->list[i].name, name) != 0)
		i++;
	if (i < providers->n || i == PAST_PROVIDERS_MAX)
		return i;
	providers->list[i] = (struct past_provider){.wanted = wanted};
	(void)snprintf(providers->list[i].name, sizeof(providers->list[i].name), "%s", name);
	return providers->n++;
}

/* The server, made when it is new. ZG_LIMIT: no room. */
static zg_status
server_find(struct past_providers *providers, size_t provider, const char *name,
    struct provider_server **found)
{
	void *servers = providers->servers;
	struct provider_server *server;
	zg_status status;

	for (size_t i = 0; i < providers->n_servers; i++) {
		*found = &providers->servers[i];
		if ((*found)->provider == provider && strcmp((*found)->name, name) == 0)
			return ZG_OK;
	}
	status = array_reserve(&servers, &providers->allocated, providers->n_servers,
	    sizeof(*providers->servers), PROVIDER_SERVERS_MAX);
	providers->servers = servers;
	if (status != ZG_OK)
		return status;
	server = *found = &providers->servers[providers->n_servers++];
	*server = (struct provider_server){.provider = provider};
	(void)snprintf(server->name, sizeof(server->name), "%s", name);
	for (size_t k = 0; k < CACHE_KEYS_MAX; k++)
		server->left[k] = TIME_NEVER;
	return ZG_OK;
}

/* --- What --- */

/* How long what was seen of a server counts when it is not seen any more: the horizon, and as long
 * as the look is recent enough to rely on. */
static int64_t
memory(const struct past_world *world)
{
	int64_t max_age = past_provider_max_age(world->inputs);

	return world->rules.unknown_horizon > max_age ? world->rules.unknown_horizon : max_age;
}

/* The life of what a server served at `time` and not any more at `until`; TIME_NEVER: it still
 * does. Servers of which nobody saw anything for a horizon have turned away since they were. */
static struct cache_life
life_of(const struct past_world *world, int64_t time, int64_t until)
{
	struct cache_life life = {.from = time, .superseded = TIME_NEVER, .last_fetch = TIME_NEVER};

	if (until == TIME_NEVER && time >= world->inputs->now - memory(world))
		return life;
	life.superseded = until == TIME_NEVER ? time : until;
	life.last_fetch = life.superseded + world->rules.propagation_delay;
	return life;
}

/*
 * Until when data with these signers were served: a look is a sample, so that what it does not meet
 * may be there all the same, as long as the provider itself publishes a key that signed it.
 */
static int64_t
class_until(const struct provider_server *server, key_mask signers)
{
	int64_t until = 0;

	if (signers == 0)
		return server->newest == 0 ? TIME_NEVER : server->next;
	for (; signers != 0; signers &= signers - 1) {
		int64_t left = server->left[TRAILING_ZEROS_64(signers)];

		if (left > until)
			until = left;
	}
	return until;
}

static void
classes_lengthen(struct past_world *world, const struct provider_server *server, int64_t time,
    const struct release_trace *trace)
{
	for (size_t i = 0; i < world->cache.n_classes; i++) {
		struct cache_class *class = &world->cache.classes[i];
		struct cache_life life;

		if ((trace->classes[i / 64] >> (i % 64) & 1) == 0)
			continue;
		life = life_of(world, time, class_until(server, class->signers));
		if (life.superseded > class->life.superseded)
			class->life.superseded = life.superseded;
		if (life.last_fetch > class->life.last_fetch)
			class->life.last_fetch = life.last_fetch;
	}
}

/* Keys that this answer does not have: what is older and signed by them ended here at the latest.
 */
static void
keys_leave(struct provider_server *server, key_mask keys, int64_t time)
{
	for (size_t k = 0; k < CACHE_KEYS_MAX; k++) {
		if ((keys >> k & 1) == 0)
			server->left[k] = time;
	}
}

static zg_status
take_served(struct reading *reading, struct provider_server *server,
    const struct provider_look *observation)
{
	struct past_world *world = reading->world;
	struct past_provider *provider = &reading->providers->list[server->provider];
	struct release_trace trace = {.serial = observation->facts.serial};
	int64_t until = server->newest == 0 ? TIME_NEVER : server->next;
	struct cache_life life = life_of(world, observation->time, until);
	zg_status status = past_world_serve(
	    world, &observation->facts, (uint8_t)(server->provider + 1), &life, &trace);

	if (status != ZG_OK)
		return status;
	classes_lengthen(world, server, observation->time, &trace);
	if (trace.dnskey < world->cache.n_dnskeys)
		keys_leave(server, world->cache.dnskeys[trace.dnskey].keys, observation->time);
	if (server->newest == 0)
		server->newest = observation->time;
	server->next = observation->time;
	if (observation->time > provider->seen)
		provider->seen = observation->time;
	return ZG_OK;
}

/* Where nobody says which providers there are, those count that were looked at within the horizon.
 */
static bool
is_wanted(const struct past_world *world, const struct provider_look *observation)
{
	return world->inputs->providers == NULL &&
	       observation->time >= world->inputs->now - memory(world);
}

/* One observation, newest first. */
static zg_status
take_observation(void *context, const struct provider_look *observation)
{
	struct reading *reading = context;
	struct past_providers *providers = reading->providers;
	size_t index =
	    provider_find(providers, observation->provider, is_wanted(reading->world, observation));
	struct past_provider *provider = &providers->list[index];
	struct provider_server *server;
	zg_status status = ZG_LIMIT;

	if (index < PAST_PROVIDERS_MAX)
		status = server_find(providers, index, observation->server, &server);
	if (status == ZG_LIMIT)
		reading->world->cache.incomplete = true;
	if (status != ZG_OK)
		return status == ZG_LIMIT ? ZG_OK : status;
	if (observation->answered)
		return take_served(reading, server, observation);
	if (server->newest == 0 && provider->why[0] == '\0') {
		(void)snprintf(
		    provider->server, sizeof(provider->server), "%s", observation->server);
		(void)snprintf(provider->why, sizeof(provider->why), "%s",
		    observation->note[0] != '\0' ? observation->note : "no answer");
	}
	return ZG_OK;
}

zg_status
past_providers_read(struct past_providers *providers, struct past_world *world,
    struct history *history, struct zg_error *error)
{
	const struct past_inputs *inputs = world->inputs;
	struct reading reading = {.providers = providers, .world = world};
	int64_t max_age = past_provider_max_age(inputs);
	zg_status status;

	for (size_t i = 0; i < inputs->n_providers && i < ZG_PROVIDERS_MAX; i++)
		(void)provider_find(providers, inputs->providers[i], true);
	status = history_visit_providers(history, inputs->zone,
	    inputs->now - past_world_reach(world), take_observation, &reading, error);
	for (size_t i = 0; i < providers->n; i++)
		world->cache.others_unknown |=
		    providers->list[i].wanted && providers->list[i].seen < inputs->now - max_age;
	return status;
}

void
past_providers_clear(struct past_providers *providers)
{
	free(providers->servers);
	*providers = (struct past_providers){.n = 0};
}
