/* What is unwise in a configuration, and where it does not fit its policies. */
#include "policy/config_lint.h"

#include <string.h>
#include <sys/stat.h>

#include "policy/config.h"
#include "policy/config_parse.h"
#include "policy/config_value.h"
#include "policy/policy_xml.h"

static void
ignore_remark(void *context, const char *file, unsigned line, int is_error, const char *text)
{
	(void)context;
	(void)file;
	(void)line;
	(void)is_error;
	(void)text;
}

bool
config_is_text(const char *text, size_t length)
{
	struct policy_reporter silent = {.label = "", .remark = ignore_remark};
	struct policy_xml_errors former = policy_xml_errors_take(&silent);
	bool is = false;
	xmlDoc *document;

	if (policy_xml_parse(&silent, text, length, &document) == ZG_OK)
		is = policy_xml_root_name_is(document, "Configuration");
	policy_xml_free(document);
	policy_xml_errors_give_back(former);
	return is;
}

/* Those whom the policy names must have a key here, and be enough. */
static void
check_approvers(struct policy_reporter *reporter, const struct config *config,
    const struct config_zone *zone, const zg_policy *policy)
{
	const struct config_approver *counted[ZG_POLICY_APPROVERS_MAX];
	const struct policy_release *release = policy_release(policy);
	size_t n = config_approvers_of(config, policy, counted);

	for (size_t i = 0; i < release->approval.n_approvers; i++) {
		const char *id = release->approval.approvers[i].id;

		if (config_approver_find(config, id) == NULL)
			policy_error(reporter, ZG_POLICY, zone->line,
			    "the policy of %s names the approver %s, who has no key here",
			    zone->name, id);
	}
	if ((int64_t)n < release->approval.quorum)
		policy_warning(reporter, zone->line,
		    "the quorum of %s is %d and its approvers are %zu: what is held stays held",
		    zone->name, (int)release->approval.quorum, n);
}

/* A stage that can never be entered, and stages that nothing goes through, or would have to. */
static void
check_stages(struct policy_reporter *reporter, const struct config *config,
    const struct config_zone *zone, const zg_policy *policy)
{
	const struct config_approver *counted[ZG_POLICY_APPROVERS_MAX];
	size_t n = config_approvers_of(config, policy, counted);
	enum staging_use use = policy_release(policy)->staging.use;

	for (size_t i = 0; i < zone->n_stages; i++) {
		const struct config_stage *stage = &zone->stages[i];

		if (stage->approvals > (int64_t)n)
			policy_warning(reporter, stage->line,
			    "stage %s of %s waits for %d approvals, and its approvers are %zu: it "
			    "gets nothing",
			    stage->name, zone->name, (int)stage->approvals, n);
	}
	if (zone->n_stages > 0 && use == STAGING_NEVER)
		policy_warning(reporter, zone->line,
		    "%s has stages, and its policy lets every release through all of them at once",
		    zone->name);
	else if (zone->n_stages == 0 && use != STAGING_NEVER && zone->target != NULL)
		policy_warning(reporter, zone->line,
		    "the policy of %s asks for stages, and there are none", zone->name);
}

static void
check_policy(struct policy_reporter *reporter, const struct config *config,
    const struct config_zone *zone, const zg_policy *policy)
{
	const struct policy_release *release = policy_release(policy);

	check_approvers(reporter, config, zone, policy);
	if (zone->ds_ttl != NOT_SET && release->parent.max_ttl != NOT_SET &&
	    zone->ds_ttl > release->parent.max_ttl)
		policy_error(reporter, ZG_POLICY, zone->line,
		    "the DS of %s has a TTL above Parent/DS/MaxTTL of its policy", zone->name);
	if (zone->ds_path != NULL && !release->parent.sources[DS_SOURCE_FILE].accepted)
		policy_warning(reporter, zone->line,
		    "the policy of %s takes no DS from a file, and one is given", zone->name);
	check_stages(reporter, config, zone, policy);
	if (config_zone_is_published(zone) && release->evidence == EVIDENCE_CONFIRMED &&
	    zone->n_servers == 0)
		policy_warning(reporter, zone->line,
		    "no server is there to confirm a release of %s, which its policy asks for",
		    zone->name);
	/* A transfer that a hook makes has an end mark; a file that one is given has none. */
	if ((zone->target != NULL || zone->n_stages > 0 || zone->knot.dump != NULL) &&
	    release->completeness && zone->unsigned_path == NULL &&
	    policy_values(policy)->zone.zonemd != ZONEMD_REQUIRE)
		policy_warning(reporter, zone->line,
		    "no unsigned zone to prove that %s is complete, which its policy asks for",
		    zone->name);
}

/* One zone's policy. A policy of another machine may not be here: then there is nothing to say. */
static void
lint_policy(
    struct policy_reporter *reporter, const struct config *config, const struct config_zone *zone)
{
	struct zg_error error = {""};
	zg_policy *policy = NULL;
	zg_status status;

	if (zone->policy_path == NULL)
		status = zg_policy_default(&policy, &error);
	else
		status = zg_policy_read(zone->policy_path, zone->policy_name, &policy, &error);
	if (status == ZG_OK)
		check_policy(reporter, config, zone, policy);
	else if (status == ZG_READ)
		policy_warning(
		    reporter, zone->line, "the policy of %s: %s", zone->name, error.text);
	else
		policy_error(
		    reporter, status, zone->line, "the policy of %s: %s", zone->name, error.text);
	zg_policy_free(policy);
}

static void
warn_stages(struct policy_reporter *reporter, const struct config_zone *zone)
{
	for (size_t i = 0; i < zone->n_stages; i++) {
		const struct config_stage *stage = &zone->stages[i];

		if (stage->reload.arguments == NULL)
			policy_warning(reporter, stage->line,
			    "stage %s of %s has no command: who loads the new file?", stage->name,
			    zone->name);
		if ((stage->mode & S_IWGRP) != 0)
			policy_warning(reporter, stage->line,
			    "the target of stage %s of %s can be written by its group", stage->name,
			    zone->name);
	}
}

/* The zone lies right below the root, or is it. */
static bool
is_below_root(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot == NULL || dot[1] == '\0';
}

/* The servers of a parent prove nothing without the way to it, and nothing is proved of what other
 * providers serve without a DS set. */
static void
warn_parent(struct policy_reporter *reporter, const struct config_zone *zone)
{
	bool asked = zone->n_parents > 0 || zone->n_resolvers > 0;

	if (zone->n_parents > 0 && zone->n_resolvers == 0 && zone->trust_anchor == NULL &&
	    !is_below_root(zone->name))
		policy_warning(reporter, zone->line,
		    "%s has servers of its parent, and neither a resolver that finds the way from "
		    "the root to it nor a trust anchor of the parent: nothing is proved",
		    zone->name);
	if (zone->n_providers > 0 && !asked && zone->ds_path == NULL)
		policy_warning(reporter, zone->line,
		    "%s has other providers, and no DS set that proves what they serve",
		    zone->name);
}

static void
warn_zone(struct policy_reporter *reporter, const struct config_zone *zone)
{
	warn_stages(reporter, zone);
	warn_parent(reporter, zone);
	if (zone->target == NULL && zone->n_stages == 0 && zone->hook != NULL &&
	    zone->again.arguments == NULL)
		policy_warning(reporter, zone->line,
		    "the hook of %s has no command: what was held goes out when the engine asks "
		    "again "
		    "by itself",
		    zone->name);
	if (zone->target == NULL)
		return;
	if (zone->reload.arguments == NULL)
		policy_warning(reporter, zone->line,
		    "%s has no release command: who loads the new file?", zone->name);
	if ((zone->mode & S_IWGRP) != 0)
		policy_warning(reporter, zone->line, "the target of %s can be written by its group",
		    zone->name);
}

void
config_lint(struct policy_reporter *reporter, const char *text, size_t length)
{
	struct config *config;

	policy_note(reporter, "this is a configuration");
	if (config_parse(reporter, text, length, &config) != ZG_OK)
		return;
	if (config->n_notify == 0)
		policy_warning(reporter, 0, "no notification: a refusal is silent");
	for (size_t i = 0; i < config->n_zones; i++) {
		warn_zone(reporter, &config->zones[i]);
		lint_policy(reporter, config, &config->zones[i]);
	}
	config_free(config);
}
