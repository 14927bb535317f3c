/*
 * Asking the parent: where its servers, a resolver and the trust anchor are, by the configuration
 * or by options.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_writer.h"

#define ANCHOR_DEFAULT "/usr/share/dns/root.key"
#define RESOLV_CONF    "/etc/resolv.conf"
/* Lines of it that are looked at, and how long one may be. */
#define RESOLV_LINES 1000
#define RESOLV_LINE  256

static bool
servers_add(const struct config_server *servers, size_t n, struct net_address *addresses,
    size_t *n_addresses, size_t max)
{
	for (size_t i = 0; i < n; i++) {
		if (*n_addresses == max || !net_address_make(servers[i].address, servers[i].port,
					       &addresses[*n_addresses]))
			return false;
		(*n_addresses)++;
	}
	return true;
}

bool
parent_places_of(const struct config_zone *zone, struct parent_places *places)
{
	*places = (struct parent_places){
	    .anchor = zone->trust_anchor != NULL ? zone->trust_anchor : ANCHOR_DEFAULT};
	return servers_add(zone->parents, zone->n_parents, places->servers, &places->n_servers,
		   PARENT_SERVERS) &&
	       servers_add(zone->resolvers, zone->n_resolvers, places->resolvers,
		   &places->n_resolvers, PARENT_RESOLVERS);
}

bool
parent_places_read(const struct arguments *arguments, struct parent_places *places)
{
	const char *resolver = arguments->values[OPTION_RESOLVER];
	const char *anchor = arguments->values[OPTION_ANCHOR];

	*places = (struct parent_places){.anchor = anchor != NULL ? anchor : ANCHOR_DEFAULT};
	for (size_t i = 0; i < arguments->n_parent_servers; i++) {
		if (!net_address_read(arguments->parent_servers[i], NET_PORT,
			&places->servers[places->n_servers++])) {
			complain_usage(arguments->command,
			    "--parent-server '%s' is not ADDRESS or ADDRESS@PORT",
			    arguments->parent_servers[i]);
			return false;
		}
	}
	if (resolver == NULL)
		return true;
	places->n_resolvers = 1;
	return net_address_read(resolver, NET_PORT, &places->resolvers[0]) ||
	       option_malformed(arguments, "resolver", OPTION_RESOLVER, "ADDRESS or ADDRESS@PORT");
}

bool
parent_places_are_configured(const struct parent_places *places)
{
	return places->n_servers > 0 || places->n_resolvers > 0;
}

/* "nameserver ADDRESS": the first one that can be read. */
static bool
nameserver_read(char *line, struct net_address *address)
{
	char *save = NULL, *word = strtok_r(line, " \t\n", &save);

	if (word == NULL || strcmp(word, "nameserver") != 0)
		return false;
	word = strtok_r(NULL, " \t\n", &save);
	return word != NULL && net_address_make(word, NET_PORT, address);
}

/* The system's resolver: where nothing else is said of whom to ask. */
static void
resolver_of_system(struct parent_places *places)
{
	FILE *file = fopen(RESOLV_CONF, "re");
	char line[RESOLV_LINE];

	if (file == NULL)
		return;
	for (int i = 0; i < RESOLV_LINES && places->n_resolvers == 0 &&
			fgets(line, sizeof(line), file) != NULL;
	     i++)
		places->n_resolvers = nameserver_read(line, &places->resolvers[0]) ? 1 : 0;
	(void)fclose(file);
}

zg_status
parent_ask(struct parent_places *places, const char *zone, int64_t now, struct parent_look *look,
    struct zg_error *error)
{
	struct trust_anchor *anchors = calloc(TRUST_ANCHORS_MAX, sizeof(*anchors));
	const struct zg_source source = {.kind = ZG_SOURCE_PATH, .path = places->anchor};
	struct parent_question question = {.zone = zone, .anchors = anchors, .now = now};
	zg_status status;

	if (anchors == NULL)
		return ZG_MEMORY;
	if (!parent_places_are_configured(places))
		resolver_of_system(places);
	question.servers = places->servers;
	question.n_servers = places->n_servers;
	question.resolvers = places->resolvers;
	question.n_resolvers = places->n_resolvers;
	status = zg_anchors_read(&source, anchors, &question.n_anchors, error);
	if (status == ZG_OK)
		status = parent_fetch(&question, look, error);
	free(anchors);
	return status;
}

const char *
parent_trouble(const struct parent_look *look)
{
	if (look->why[0] != '\0')
		return look->why;
	for (size_t i = 0; i < look->n_servers; i++) {
		if (look->servers[i].note[0] != '\0')
			return look->servers[i].note;
	}
	return "no server of the parent gave a proof";
}

/* ---- What was found, as an input of the gate ---- */

zg_status
parent_ds_text(const char *zone, const struct release_ds *ds, size_t n, uint32_t ttl, char **text)
{
	struct text_writer out = {0};

	text_add(&out, "; the parent's DS set\n");
	for (size_t i = 0; i < n; i++) {
		text_printf(&out, "%s %u IN DS %u %u %u ", zone, (unsigned)ttl, ds[i].tag,
		    ds[i].algorithm, ds[i].digest_type);
		for (size_t k = 0; k < ds[i].digest_len; k++)
			text_printf(&out, "%02X", ds[i].digest[k]);
		text_add(&out, "\n");
	}
	if (out.failed) {
		text_writer_clear(&out);
		return ZG_MEMORY;
	}
	*text = out.text;
	return ZG_OK;
}
