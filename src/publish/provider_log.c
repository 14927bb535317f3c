/* Looks at other providers of a multi-signer zone in the history. */
#include "publish/provider_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "dns/release_compare.h"
#include "history/history.h"
#include "policy/config.h"
#include "publish/release_log.h"

/* What a server serves unchanged is recorded as often. Seconds. */
#define SEEN_AGAIN 3600

/* What the history knows of one server that was looked at. */
struct known {
	bool is_there;	/* its newest row was met, */
	bool same;	/* which says the same, */
	bool is_recent; /* and not long ago */
};

struct comparing {
	const struct provider_look *list;
	size_t n;
	int64_t now;
	struct known *known; /* beside the list */
};

/* One row, newest first: that of a server that was met before is older. */
static zg_status
compare_row(void *context, const struct provider_look *row)
{
	struct comparing *comparing = context;

	for (size_t i = 0; i < comparing->n; i++) {
		const struct provider_look *seen = &comparing->list[i];
		struct known *known = &comparing->known[i];

		if (known->is_there || strcmp(seen->provider, row->provider) != 0 ||
		    strcmp(seen->server, row->server) != 0)
			continue;
		known->is_there = true;
		known->same = seen->answered == row->answered &&
			      (!seen->answered || release_adds_nothing(&seen->facts, &row->facts));
		known->is_recent = comparing->now - row->time < SEEN_AGAIN;
	}
	return ZG_OK;
}

static zg_status
rows_add(struct release_log *log, const struct comparing *comparing, struct zg_error *error)
{
	zg_status status = history_begin(log->history, error);

	for (size_t i = 0; i < comparing->n && status == ZG_OK; i++) {
		const struct known *known = &comparing->known[i];

		if (!known->same || !known->is_recent)
			status = history_add_provider(
			    log->history, log->zone, &comparing->list[i], error);
	}
	return status == ZG_OK ? history_commit(log->history, error) : status;
}

zg_status
release_providers_record(struct release_log *log, const struct provider_look *list, size_t n,
    int64_t now, bool *is_news, struct zg_error *error)
{
	struct comparing comparing = {.list = list, .n = n, .now = now};
	zg_status status;

	*is_news = false;
	if (n == 0)
		return ZG_OK;
	comparing.known = calloc(n, sizeof(*comparing.known));
	if (comparing.known == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	/* Twice as far, so that the last row of a server without an answer is met as well. */
	status = history_visit_providers(
	    log->history, log->zone, now - 2 * SEEN_AGAIN, compare_row, &comparing, error);
	for (size_t i = 0; i < n && status == ZG_OK; i++)
		*is_news |= !list[i].answered && !comparing.known[i].same;
	if (status == ZG_OK)
		status = rows_add(log, &comparing, error);
	free(comparing.known);
	return status;
}

/* --- What is known --- */

/* Servers whose newest answers were met. */
#define SERVERS_MAX (ZG_PROVIDERS_MAX * CONFIG_SERVERS_MAX)

struct knowing {
	const struct config_zone *zone;
	const struct release_facts *in_force; /* NULL: none is */
	struct provider_known *list;
	struct {
		size_t provider;
		char server[80];
	} * met; /* owned */
	size_t n_met, allocated;
};

/* Whether a newer answer of the server was met; if not, this one is. */
static zg_status
meet(struct knowing *knowing, size_t provider, const char *server, bool *is_newest)
{
	void *met = knowing->met;
	zg_status status;

	*is_newest = false;
	for (size_t i = 0; i < knowing->n_met; i++) {
		if (knowing->met[i].provider == provider &&
		    strcmp(knowing->met[i].server, server) == 0)
			return ZG_OK;
	}
	status = array_reserve(
	    &met, &knowing->allocated, knowing->n_met, sizeof(*knowing->met), SERVERS_MAX);
	knowing->met = met;
	if (status != ZG_OK)
		return status == ZG_LIMIT ? ZG_OK : status;
	knowing->met[knowing->n_met].provider = provider;
	(void)snprintf(
	    knowing->met[knowing->n_met++].server, sizeof(knowing->met->server), "%s", server);
	*is_newest = true;
	return ZG_OK;
}

static void
copy_label(char to[80], const char *from)
{
	if (to[0] == '\0')
		(void)snprintf(to, 80, "%s", from);
}

/* One row, newest first. */
static zg_status
know_row(void *context, const struct provider_look *row)
{
	struct knowing *knowing = context;
	struct provider_known *known;
	bool is_newest;
	size_t i = 0;
	zg_status status;

	while (i < knowing->zone->n_providers &&
	       strcmp(knowing->zone->providers[i].name, row->provider) != 0)
		i++;
	if (i == knowing->zone->n_providers)
		return ZG_OK;
	known = &knowing->list[i];
	if (!row->answered) {
		if (known->seen == 0 && known->server[0] == '\0') {
			copy_label(known->server, row->server);
			(void)snprintf(known->why, sizeof(known->why), "%s", row->note);
		}
		return ZG_OK;
	}
	if (row->time > known->seen)
		known->seen = row->time;
	status = meet(knowing, i, row->server, &is_newest);
	if (status != ZG_OK || !is_newest || knowing->in_force == NULL)
		return status;
	if (!release_signers_published(knowing->in_force, &row->facts))
		copy_label(known->without_ours, row->server);
	if (!release_signers_published(&row->facts, knowing->in_force))
		copy_label(known->with_others, row->server);
	return ZG_OK;
}

zg_status
providers_known_read(struct history *history, const struct config_zone *zone,
    const struct release_facts *in_force, int64_t now, struct provider_known *list,
    struct zg_error *error)
{
	struct knowing knowing = {.zone = zone, .in_force = in_force, .list = list};
	zg_status status;

	if (zone->n_providers == 0)
		return ZG_OK;
	memset(list, 0, zone->n_providers * sizeof(list[0]));
	status = history_visit_providers(
	    history, zone->name, now - zone->provider_max_age, know_row, &knowing, error);
	free(knowing.met);
	return status;
}
