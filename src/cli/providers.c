/* Other providers of a multi-signer zone: who they are, and what they serve. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe/survey.h"
#include "publish/provider_log.h"

/* All questions together: servers that answer slowly are named as silent. Milliseconds. */
#define ASK_MILLISECONDS 30000

void
providers_give(const struct config_zone *zone, const char *names[ZG_PROVIDERS_MAX],
    struct zg_gate_inputs *inputs)
{
	for (size_t i = 0; i < zone->n_providers; i++)
		names[i] = zone->providers[i].name;
	inputs->providers = names;
	inputs->n_providers = zone->n_providers;
	inputs->provider_max_age = zone->provider_max_age;
}

/* What the gate finds in the answers of a server. */
static zg_status
facts_take(const struct providers_question *question, const struct surveyed *surveyed,
    struct provider_look *seen, struct zg_error *error)
{
	const struct zg_source source = {.kind = ZG_SOURCE_MEMORY,
	    .path = surveyed->server,
	    .bytes = surveyed->text,
	    .length = surveyed->length};
	struct zg_error trouble = {0};
	zg_status status;

	seen->time = question->now;
	(void)snprintf(seen->server, sizeof(seen->server), "%s", surveyed->server);
	(void)snprintf(seen->note, sizeof(seen->note), "%s", surveyed->note);
	if (surveyed->text == NULL)
		return ZG_OK;
	status = zg_zone_facts(
	    &source, question->zone->name, question->policy, question->now, &seen->facts, &trouble);
	/* The rest of the zone may be signed by others. */
	seen->facts.more_classes = true;
	seen->answered = status == ZG_OK;
	if (status == ZG_MEMORY) {
		*error = trouble;
		return status;
	}
	if (status != ZG_OK)
		(void)snprintf(seen->note, sizeof(seen->note), "%.150s", trouble.text);
	return ZG_OK;
}

static zg_status
provider_ask(const struct providers_question *question, const struct config_provider *provider,
    struct provider_look *list, struct zg_error *error)
{
	struct net_address servers[CONFIG_SERVERS_MAX];
	struct surveyed *surveyed = calloc(provider->n_servers + 1, sizeof(*surveyed));
	const struct survey_question survey = {.sample = question->sample,
	    .servers = servers,
	    .n_servers = provider->n_servers,
	    .ds = question->ds,
	    .n_ds = question->n_ds,
	    .now = question->now,
	    .limits = {.until = deadline_in(ASK_MILLISECONDS)}};
	zg_status status = surveyed == NULL ? ZG_MEMORY : ZG_OK;

	for (size_t i = 0; i < provider->n_servers && status == ZG_OK; i++) {
		if (!net_address_make(
			provider->servers[i].address, provider->servers[i].port, &servers[i]))
			status = ZG_PARAMETER;
	}
	if (status == ZG_OK)
		status = survey_servers(&survey, surveyed, error);
	for (size_t i = 0; i < provider->n_servers && status == ZG_OK; i++) {
		(void)snprintf(list[i].provider, sizeof(list[i].provider), "%s", provider->name);
		status = facts_take(question, &surveyed[i], &list[i], error);
	}
	surveyed_clear(surveyed, provider->n_servers);
	free(surveyed);
	return status;
}

zg_status
providers_look(const struct providers_question *question, struct provider_look **list, size_t *n,
    struct zg_error *error)
{
	const struct config_zone *zone = question->zone;
	size_t n_servers = 0, at = 0;
	zg_status status = ZG_OK;

	*n = 0;
	*list = NULL;
	for (size_t i = 0; i < zone->n_providers; i++)
		n_servers += zone->providers[i].n_servers;
	if (n_servers == 0)
		return ZG_OK;
	*list = calloc(n_servers, sizeof(**list));
	if (*list == NULL)
		return ZG_MEMORY;
	*n = n_servers;
	for (size_t i = 0; i < zone->n_providers && status == ZG_OK; i++) {
		status = provider_ask(question, &zone->providers[i], *list + at, error);
		at += zone->providers[i].n_servers;
	}
	return status;
}

bool
providers_are_good(const struct provider_look *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!list[i].answered)
			return false;
	}
	return true;
}

void
providers_free(struct provider_look *list, size_t n)
{
	for (size_t i = 0; list != NULL && i < n; i++)
		release_facts_clear(&list[i].facts);
	free(list);
}
