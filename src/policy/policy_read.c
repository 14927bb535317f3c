/* Reads policies: text, tree, schema, table, rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/tree.h>

#include <zonegate/check.h>
#include <zonegate/limits.h>
#include "base/error.h"
#include "policy/policy_file.h"
#include "policy/policy_load.h"
#include "policy/policy_rules.h"
#include "policy/policy_xml.h"

/* Names of the policies of one file. */
struct names {
	char name[ZG_POLICIES_MAX][POLICY_ID_MAX];
	size_t count;
};

static bool
is_element(const xmlNode *node, const char *name)
{
	return node != NULL && node->type == XML_ELEMENT_NODE && node->ns == NULL &&
	       strcmp((const char *)node->name, name) == 0;
}

/* Each name once, and not more policies than anybody can mean. */
static void
take_name(struct policy_reporter *reporter, struct names *names, const char *name, unsigned line)
{
	if (names->count == ZG_POLICIES_MAX) {
		policy_error(reporter, ZG_LIMIT, line, "more than %d policies", ZG_POLICIES_MAX);
		return;
	}
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->name[i], name) == 0)
			policy_error(reporter, ZG_POLICY, line, "two policies are named %s", name);
	}
	memcpy(names->name[names->count++], name, POLICY_ID_MAX);
}

/* One element Policy; *policy is handed over when it is good, else NULL. */
static void
read_policy(struct policy_reporter *reporter, const xmlNode *element, struct names *names,
    zg_policy **policy)
{
	unsigned errors = reporter->errors;
	struct policy_lines lines;

	*policy = policy_new();
	if (*policy == NULL) {
		policy_error(reporter, ZG_MEMORY, 0, "out of memory");
		return;
	}
	policy_load(reporter, element, *policy, &lines);
	if (reporter->errors == errors)
		take_name(reporter, names, (*policy)->name, policy_xml_line(element));
	if (reporter->errors == errors)
		policy_rules_check(reporter, *policy, &lines);
	if (reporter->errors == errors)
		policy_rules_warn(reporter, *policy, &lines);
	policy_lines_clear(&lines);
	if (reporter->errors != errors) {
		zg_policy_free(*policy);
		*policy = NULL;
	}
}

/* Of several policies, the one named `name` (NULL: each, the last one stays). */
static void
keep_policy(zg_policy **kept, zg_policy *policy, const char *name)
{
	if (policy != NULL && (name == NULL || strcmp(policy->name, name) == 0)) {
		zg_policy_free(*kept);
		*kept = policy;
	} else
		zg_policy_free(policy);
}

/* All policies of the tree. Returns how many there are. */
static size_t
read_policies(
    struct policy_reporter *reporter, const xmlNode *root, const char *name, zg_policy **kept)
{
	struct names names = {.count = 0};
	size_t found = 0;

	for (const xmlNode *at = root->children; at != NULL && found <= ZG_POLICIES_MAX;
	     at = at->next) {
		zg_policy *policy = NULL;

		if (at->type != XML_ELEMENT_NODE)
			continue;
		if (!is_element(at, "Policy")) {
			policy_error(reporter, ZG_POLICY, policy_xml_line(at),
			    "unknown element %.64s in ZoneGate", (const char *)at->name);
			continue;
		}
		found++;
		read_policy(reporter, at, &names, &policy);
		keep_policy(kept, policy, name);
	}
	return found;
}

/*
 * The tree to policies. The table reads first: it says in better words what is wrong, and bounds
 * every list, so that the schema, whose validator takes quadratic time over long ones, has the last
 * word on a tree of bounded size. Nothing is accepted that either refuses.
 */
static size_t
read_tree(struct policy_reporter *reporter, xmlDoc *document, const char *name, zg_policy **kept)
{
	static const struct policy_xml_schema schema = {
	    policy_schema_text, &policy_schema_text_len};
	const xmlNode *root = xmlDocGetRootElement(document);
	size_t found;

	if (!policy_xml_root_is(document, "ZoneGate")) {
		policy_error(reporter, ZG_POLICY, policy_xml_line(root),
		    "the root element must be ZoneGate, version 1");
		return 0;
	}
	found = read_policies(reporter, root, name, kept);
	if (found == 0)
		policy_error(reporter, ZG_POLICY, policy_xml_line(root), "no policy in the file");
	if (reporter->status == ZG_OK)
		policy_xml_validate(reporter, document, &schema);
	return found;
}

/*
 * Reads all of `text`. *kept (may be NULL: only examine) gets the policy named `name`, or the only
 * one; NULL unless ZG_OK.
 */
static zg_status
read_text(struct policy_reporter *reporter, const char *text, size_t length, const char *name,
    zg_policy **kept)
{
	struct policy_xml_errors former = policy_xml_errors_take(reporter);
	zg_policy *policy = NULL;
	xmlDoc *document;
	size_t found = 0;

	if (policy_xml_parse(reporter, text, length, &document) == ZG_OK)
		found = read_tree(reporter, document, name, &policy);
	policy_xml_free(document);
	policy_xml_errors_give_back(former);
	if (kept != NULL && reporter->status == ZG_OK) {
		if (name == NULL && found > 1)
			policy_error(reporter, ZG_POLICY, 0,
			    "%zu policies: choose one by its name, as in FILE#NAME", found);
		else if (policy == NULL)
			policy_error(reporter, ZG_POLICY, 0, "no policy is named '%s'", name);
	}
	if (kept != NULL && reporter->status == ZG_OK)
		*kept = policy;
	else
		zg_policy_free(policy);
	return reporter->status;
}

zg_status
policy_examine(const char *text, size_t length, const char *label, bool warnings,
    zg_policy_remark remark, void *context)
{
	struct policy_reporter reporter = {
	    .label = label, .remark = remark, .context = context, .warnings = warnings};

	return read_text(&reporter, text, length, NULL, NULL);
}

zg_status
zg_policy_parse(const char *text, size_t length, const char *label, const char *name,
    zg_policy **policy, struct zg_error *error)
{
	struct policy_first first = {.line = 0};
	struct policy_reporter reporter = {
	    .label = label, .remark = policy_first_keep, .context = &first};

	*policy = NULL;
	if (text == NULL || label == NULL)
		return error_set(error, ZG_PARAMETER, "no policy text");
	if (read_text(&reporter, text, length, name, policy) != ZG_OK)
		return policy_first_tell(error, reporter.status, label, &first);
	return ZG_OK;
}

zg_status
zg_policy_read(const char *path, const char *name, zg_policy **policy, struct zg_error *error)
{
	struct policy_first first = {.line = 0};
	struct policy_reporter reporter = {
	    .label = path, .remark = policy_first_keep, .context = &first};
	size_t length;
	char *text;

	*policy = NULL;
	if (policy_file_read(&reporter, path, &text, &length) == ZG_OK)
		(void)read_text(&reporter, text, length, name, policy);
	free(text);
	return reporter.status == ZG_OK ? ZG_OK
					: policy_first_tell(error, reporter.status, path, &first);
}

zg_status
zg_policy_default(zg_policy **policy, struct zg_error *error)
{
	return zg_policy_parse((const char *)policy_default_text, policy_default_text_len,
	    "the built-in policy", NULL, policy, error);
}

void
zg_policy_free(zg_policy *policy)
{
	if (policy == NULL)
		return;
	free(policy->description);
	free(policy->values.keys.inventory);
	free(policy->values.keys.choices);
	free(policy->values.keys.trials);
	free(policy->values.change.watch);
	free(policy->release.approval.approvers);
	free(policy->release.staging.risks);
	free(policy->severities);
	free(policy);
}

const char *
zg_policy_name(const zg_policy *policy)
{
	return policy->name;
}

zg_severity
zg_policy_severity(const zg_policy *policy, const char *id)
{
	return policy_severity_at(policy, policy_check_row(id));
}

zg_severity
policy_severity_at(const zg_policy *policy, size_t row)
{
	return row < zg_check_count() ? policy->severities[row] : ZG_SEVERITY_REFUSE;
}

const struct policy_values *
policy_values(const zg_policy *policy)
{
	return &policy->values;
}

const struct policy_release *
policy_release(const zg_policy *policy)
{
	return &policy->release;
}

bool
policy_names_approver(const zg_policy *policy, const char *id)
{
	const struct policy_release *release = policy_release(policy);

	for (size_t i = 0; i < release->approval.n_approvers; i++) {
		if (strcmp(release->approval.approvers[i].id, id) == 0)
			return true;
	}
	return release->approval.n_approvers == 0;
}

bool
policy_names_risk(const zg_policy *policy, const char *check_id)
{
	const struct policy_release *release = policy_release(policy);

	for (size_t i = 0; i < release->staging.n_risks; i++) {
		if (strcmp(zg_check_at(release->staging.risks[i])->id, check_id) == 0)
			return true;
	}
	return false;
}

zg_severity
policy_change_severity(const zg_policy *policy)
{
	return zg_policy_severity(policy, "history-policy-changed");
}
