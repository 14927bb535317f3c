/* Reads the configuration: text, tree, table, schema, rules. */
#include <stdlib.h>
#include <string.h>

#include <libxml/tree.h>

#include <zonegate/limits.h>
#include "base/error.h"
#include "policy/config.h"
#include "policy/config_load.h"
#include "policy/config_parse.h"
#include "policy/config_rules.h"
#include "policy/config_value.h"
#include "policy/policy_file.h"
#include "policy/policy_xml.h"

#define CONFIG_PATH_DEFAULT "/etc/zonegate/zonegate.xml"

static void
arguments_free(char **arguments)
{
	for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++)
		free(arguments[i]);
	free(arguments);
}

static void
servers_free(struct config_server *servers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(servers[i].address);
	free(servers);
}

static void
stages_free(struct config_stage *stages, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct config_stage *stage = &stages[i];

		free(stage->name);
		free(stage->target);
		free(stage->owner);
		free(stage->group);
		free(stage->tsig);
		arguments_free(stage->reload.arguments);
		/* Until they became the zone's. */
		servers_free(
		    stage->servers_read, stage->servers_read == NULL ? 0 : stage->n_servers);
	}
	free(stages);
}

static void
providers_free(struct config_provider *providers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(providers[i].name);
		servers_free(providers[i].servers, providers[i].n_servers);
	}
	free(providers);
}

static void
zone_clear(struct config_zone *zone)
{
	free(zone->name);
	free(zone->policy_path);
	free(zone->policy_name);
	free(zone->candidate);
	free(zone->target);
	free(zone->owner);
	free(zone->group);
	arguments_free(zone->reload.arguments);
	free(zone->hook);
	arguments_free(zone->again.arguments);
	free(zone->knot.control);
	free(zone->knot.socket);
	free(zone->knot.dump);
	free(zone->unsigned_path);
	free(zone->trials_path);
	free(zone->ds_path);
	free(zone->trust_anchor);
	servers_free(zone->parents, zone->n_parents);
	servers_free(zone->resolvers, zone->n_resolvers);
	servers_free(zone->servers, zone->n_servers);
	providers_free(zone->providers, zone->n_providers);
	stages_free(zone->stages, zone->n_stages);
	free(zone->unbound);
	servers_free(zone->validators, zone->n_validators);
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->n_approvers; i++)
		free(config->approvers[i].id);
	for (size_t i = 0; i < config->n_notify; i++)
		arguments_free(config->notify[i].arguments);
	for (size_t i = 0; i < config->n_zones; i++)
		zone_clear(&config->zones[i]);
	free(config->approvers);
	free(config->zones);
	free(config->installation);
	free(config->state);
	free(config->path);
	free(config);
}

/* The servers of all stages, in their order, become those of the zone. */
static void
gather_servers(struct policy_reporter *reporter, struct config_zone *zone)
{
	size_t total = 0;

	for (size_t i = 0; i < zone->n_stages; i++) {
		total += zone->stages[i].n_servers;
		if (total > CONFIG_SERVERS_MAX) {
			policy_error(reporter, ZG_LIMIT, zone->stages[i].line,
			    "Zone/Stages/Stage/Server: more than %d in all stages",
			    CONFIG_SERVERS_MAX);
			return;
		}
	}
	zone->servers = calloc(total, sizeof(*zone->servers));
	if (zone->servers == NULL) {
		policy_error(reporter, ZG_MEMORY, 0, "out of memory");
		return;
	}
	for (size_t i = 0; i < zone->n_stages; i++) {
		struct config_stage *stage = &zone->stages[i];

		stage->first_server = zone->n_servers;
		memcpy(zone->servers + zone->n_servers, stage->servers_read,
		    stage->n_servers * sizeof(*zone->servers));
		zone->n_servers += stage->n_servers;
		free(stage->servers_read);
		stage->servers_read = NULL;
	}
}

/* Stages have the servers: beside a Distribution nobody would know which of them are meant. */
static void
gather(struct policy_reporter *reporter, struct config *config)
{
	for (size_t i = 0; i < config->n_zones && reporter->status == ZG_OK; i++) {
		struct config_zone *zone = &config->zones[i];

		if (zone->n_stages == 0)
			continue;
		if (zone->servers != NULL || zone->transferred)
			policy_error(reporter, ZG_POLICY, zone->line,
			    "zone %s has Stages and a Distribution: the servers are those of the "
			    "stages",
			    zone->name);
		else
			gather_servers(reporter, zone);
	}
}

/*
 * The tree to a configuration. As with policies the table reads first and bounds every list; the
 * schema has the last word. Nothing is accepted that either refuses.
 */
static void
read_tree(struct policy_reporter *reporter, xmlDoc *document, struct config *config)
{
	static const struct policy_xml_schema schema = {
	    config_schema_text, &config_schema_text_len};

	if (!policy_xml_root_is(document, "Configuration")) {
		policy_error(reporter, ZG_POLICY, policy_xml_line(xmlDocGetRootElement(document)),
		    "the root element must be Configuration, version 1");
		return;
	}
	config_load(reporter, xmlDocGetRootElement(document), config);
	if (reporter->status == ZG_OK)
		policy_xml_validate(reporter, document, &schema);
	if (reporter->status == ZG_OK)
		gather(reporter, config);
	if (reporter->status == ZG_OK)
		config_rules_check(reporter, config);
}

/* NSD refuses transfers by its hook, so that it is one of the secondaries that can expire. */
static void
complete(struct config *config)
{
	for (size_t i = 0; i < config->n_zones; i++) {
		struct config_zone *zone = &config->zones[i];

		if (zone->hook != NULL && strcmp(zone->hook, "nsd") == 0)
			zone->transferred = true;
	}
}

zg_status
config_parse(
    struct policy_reporter *reporter, const char *text, size_t length, struct config **config)
{
	struct policy_xml_errors former = policy_xml_errors_take(reporter);
	struct config *made = calloc(1, sizeof(*made));
	xmlDoc *document = NULL;

	*config = NULL;
	if (made != NULL)
		made->path = strdup(reporter->label);
	if (made == NULL || made->path == NULL)
		policy_error(reporter, ZG_MEMORY, 0, "out of memory");
	else if (policy_xml_parse(reporter, text, length, &document) == ZG_OK)
		read_tree(reporter, document, made);
	policy_xml_free(document);
	policy_xml_errors_give_back(former);
	if (reporter->status == ZG_OK) {
		complete(made);
		*config = made;
	} else {
		config_free(made);
	}
	return reporter->status;
}

zg_status
config_read(const char *path, struct config **config, struct zg_error *error)
{
	const char *label = path == NULL ? CONFIG_PATH_DEFAULT : path;
	struct policy_first first = {.line = 0};
	struct policy_reporter reporter = {
	    .label = label, .remark = policy_first_keep, .context = &first};
	size_t length;
	char *text;
	zg_status status;

	*config = NULL;
	status = policy_file_read(&reporter, label, &text, &length);
	if (status == ZG_OK)
		status = config_parse(&reporter, text, length, config);
	free(text);
	return status == ZG_OK ? ZG_OK : policy_first_tell(error, status, label, &first);
}

const struct config_approver *
config_approver_find(const struct config *config, const char *id)
{
	for (size_t i = 0; i < config->n_approvers; i++) {
		if (strcmp(config->approvers[i].id, id) == 0)
			return &config->approvers[i];
	}
	return NULL;
}

size_t
config_approvers_of(const struct config *config, const zg_policy *policy,
    const struct config_approver *approvers[ZG_POLICY_APPROVERS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_approvers; i++) {
		if (policy_names_approver(policy, config->approvers[i].id))
			approvers[n++] = &config->approvers[i];
	}
	return n;
}

bool
config_zone_is_published(const struct config_zone *zone)
{
	return zone->target != NULL || zone->n_stages > 0 || zone->hook != NULL;
}

const struct config_stage *
config_stage_find(const struct config_zone *zone, const char *name)
{
	for (size_t i = 0; i < zone->n_stages; i++) {
		if (strcmp(zone->stages[i].name, name) == 0)
			return &zone->stages[i];
	}
	return NULL;
}

const struct config_zone *
config_zone_find(const struct config *config, const char *name)
{
	char canonical[NAME_TEXT_MAX];

	if (config_zone_text(name, canonical) != NULL)
		return NULL;
	for (size_t i = 0; i < config->n_zones; i++) {
		if (strcmp(config->zones[i].name, canonical) == 0)
			return &config->zones[i];
	}
	return NULL;
}
