/*
 * From a tree of XML elements to a policy, by the table. Strict on its own: what the schema refuses
 * is refused here as well, in words that name the place. The walk is as deep as the table, not as
 * the tree.
 */
#include "policy/policy_load.h"

#include <stdlib.h>
#include <string.h>

#include <zonegate/check.h>
#include "policy/policy_value.h"
#include "policy/policy_xml.h"

struct loader {
	struct policy_reporter *reporter;
	zg_policy *policy;
	struct policy_lines *lines;
};

static void load_element(
    struct loader *loader, const struct policy_row *row, const xmlNode *node, void *base);

/*
 * Sets the severity of a check, once: an element's `on` and a Check that name the same one would
 * contradict each other. Nothing is weaker than the check's floor.
 */
static void
set_severity(struct loader *loader, size_t check, zg_severity severity, unsigned line)
{
	const struct zg_check *about = zg_check_at(check);

	if (severity > about->floor)
		policy_error(loader->reporter, ZG_POLICY, line,
		    "%s cannot be weaker than '%s', got '%s'", about->id,
		    policy_severity_word(about->floor), policy_severity_word(severity));
	else if (loader->lines->check[check] != 0)
		policy_error(loader->reporter, ZG_POLICY, line,
		    "the severity of %s is set twice: first in line %u", about->id,
		    loader->lines->check[check]);
	else
		loader->policy->severities[check] = severity;
	loader->lines->check[check] = line;
}

static void
load_severity(struct loader *loader, const struct policy_row *row, const char *text, void *base,
    unsigned line)
{
	zg_severity severity;

	if (!policy_severity_read(text, &severity))
		policy_error(loader->reporter, ZG_POLICY, line,
		    "%s: none of: refuse, approve, warn, ignore", row->path);
	else if (row->check != NULL)
		set_severity(loader, policy_check_row(row->check), severity, line);
	else if (severity > (zg_severity)row->max)
		policy_error(loader->reporter, ZG_POLICY, line, "%s cannot be '%s'", row->path,
		    policy_severity_word(severity));
	else
		policy_integer_store(base, row->place, row->size, severity);
}

/* Length of the row's path as people know it: a list's item is its text. */
static int
shown_length(const struct policy_row *row)
{
	const char *text = strstr(row->path, "/text()");

	return (int)(text == NULL ? strlen(row->path) : (size_t)(text - row->path));
}

/* The value of `row` from an element's or attribute's text. */
static void
load_value(struct loader *loader, const struct policy_row *row, const xmlNode *node, void *base)
{
	unsigned line = policy_xml_line(node);
	char why[POLICY_WHY_MAX] = "";
	char *text = policy_xml_content(loader->reporter, node);
	zg_status status;

	if (text == NULL)
		return;
	if (row->kind == POLICY_SEVERITY)
		load_severity(loader, row, text, base, line);
	else {
		status = policy_value_read(row, text, base, why);
		if (status == ZG_POLICY)
			policy_error(loader->reporter, status, line, "%.*s: %s", shown_length(row),
			    row->path, why);
		else if (status != ZG_OK)
			policy_error(loader->reporter, status, line, "out of memory");
	}
	xmlFree(text);
}

static bool
has_attribute_value(struct loader *loader, const xmlNode *node, const char *selector, size_t length)
{
	bool equal = false;

	for (const xmlAttr *at = node->properties; at != NULL && !equal; at = at->next) {
		size_t name = strlen((const char *)at->name);
		char *text;

		if (at->ns != NULL || name >= length || selector[name] != '=' ||
		    memcmp(at->name, selector, name) != 0)
			continue;
		text = policy_xml_content(loader->reporter, (const xmlNode *)at);
		equal = text != NULL && strlen(text) == length - name - 1 &&
			memcmp(text, selector + name + 1, length - name - 1) == 0;
		xmlFree(text);
	}
	return equal;
}

/* `leaf` is "Name", or "Name[attribute=value]". */
static bool
leaf_matches(struct loader *loader, const char *leaf, const xmlNode *node)
{
	size_t length = strcspn(leaf, "[");

	if (node->ns != NULL || strlen((const char *)node->name) != length ||
	    memcmp(node->name, leaf, length) != 0)
		return false;
	if (leaf[length] == '\0')
		return true;
	return has_attribute_value(loader, node, leaf + length + 1, strlen(leaf) - length - 2);
}

/* The row of an element inside `parent`. One that is told by an attribute comes first. */
static const struct policy_row *
row_of_element(struct loader *loader, const struct policy_row *parent, const xmlNode *node)
{
	const struct policy_row *plain = NULL;

	for (size_t i = 0; i < policy_table_rows; i++) {
		const struct policy_row *row = &policy_table[i];

		if (!policy_row_is_in(row, parent) ||
		    !leaf_matches(loader, policy_row_leaf(row), node))
			continue;
		if (strchr(policy_row_leaf(row), '[') != NULL)
			return row;
		plain = row;
	}
	return plain;
}

/* The attribute that tells the element `row` from others of its name. */
static bool
is_selector(const struct policy_row *row, const xmlAttr *attribute)
{
	const char *bracket = row == NULL ? NULL : strchr(policy_row_leaf(row), '[');
	size_t length = strlen((const char *)attribute->name);

	return bracket != NULL &&
	       strncmp(bracket + 1, (const char *)attribute->name, length) == 0 &&
	       bracket[1 + length] == '=';
}

static const struct policy_row *
row_of_attribute(const struct policy_row *parent, const xmlAttr *attribute)
{
	for (size_t i = 0; i < policy_table_rows && attribute->ns == NULL; i++) {
		const char *leaf = policy_row_leaf(&policy_table[i]);

		if (leaf[0] == '@' && strcmp(leaf + 1, (const char *)attribute->name) == 0 &&
		    policy_row_is_in(&policy_table[i], parent))
			return &policy_table[i];
	}
	return NULL;
}

static bool
has_attribute(const xmlNode *node, const char *name)
{
	for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
		if (at->ns == NULL && strcmp((const char *)at->name, name) == 0)
			return true;
	}
	return false;
}

/* All attributes of an element; `parent` NULL: of Policy. */
static void
load_attributes(
    struct loader *loader, const struct policy_row *parent, const xmlNode *node, void *base)
{
	unsigned line = policy_xml_line(node);

	for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
		const struct policy_row *row = row_of_attribute(parent, at);

		if (row != NULL) {
			loader->lines->row[policy_row_index(row)] = line;
			load_value(loader, row, (const xmlNode *)at, base);
		} else if (!is_selector(parent, at))
			policy_error(loader->reporter, ZG_POLICY, line,
			    "unknown attribute %.64s in %.64s", (const char *)at->name,
			    (const char *)node->name);
	}
	for (size_t i = 0; i < policy_table_rows; i++) {
		const char *leaf = policy_row_leaf(&policy_table[i]);

		if (policy_table[i].required && leaf[0] == '@' &&
		    policy_row_is_in(&policy_table[i], parent) && !has_attribute(node, leaf + 1))
			policy_error(loader->reporter, ZG_POLICY, line,
			    "attribute %s is missing in %s", leaf + 1, (const char *)node->name);
	}
}

/* What may stand inside an element. */
enum inside { INSIDE_NOTHING, INSIDE_TEXT, INSIDE_ELEMENTS };

static bool
inside_is_only(struct loader *loader, const xmlNode *node, enum inside allowed)
{
	for (const xmlNode *at = node->children; at != NULL; at = at->next) {
		if (at->type == XML_ELEMENT_NODE && allowed != INSIDE_ELEMENTS) {
			policy_error(loader->reporter, ZG_POLICY, policy_xml_line(at),
			    "unknown element %.64s in %.64s", (const char *)at->name,
			    (const char *)node->name);
			return false;
		}
		if (at->type == XML_TEXT_NODE && allowed != INSIDE_TEXT && !xmlIsBlankNode(at)) {
			policy_error(loader->reporter, ZG_POLICY, policy_xml_line(node),
			    "text in %.64s, where none may stand", (const char *)node->name);
			return false;
		}
	}
	return true;
}

/* Tells of an item that is no good. True: it is. */
static bool
is_wrong(struct loader *loader, const struct policy_row *row, const union policy_item *item,
    unsigned line)
{
	const struct policy_list *list = row->list;
	const char *wrong = list->wrong == NULL ? NULL : list->wrong(item);
	const char *unwise = list->unwise == NULL ? NULL : list->unwise(item);

	if (wrong != NULL)
		policy_error(loader->reporter, ZG_POLICY, line, "%s: %s", row->path, wrong);
	else if (unwise != NULL)
		policy_warning(loader->reporter, line, "%s: %s", row->path, unwise);
	return wrong != NULL;
}

/* Appends an item to its list. */
static void
append(struct loader *loader, const struct policy_row *row, const union policy_item *item,
    unsigned line)
{
	const struct policy_list *list = row->list;
	char *policy = (char *)loader->policy, *array = policy + list->items;
	size_t count;

	memcpy(&count, policy + list->count, sizeof(count));
	if (count >= list->limit) {
		policy_error(
		    loader->reporter, ZG_LIMIT, line, "%s: more than %zu", row->path, list->limit);
		return;
	}
	if (!list->in_place) {
		memcpy(&array, policy + list->items, sizeof(array));
		if ((count & (count - 1)) == 0) { /* full: sizes are powers of two */
			array = realloc(array, (count == 0 ? 1 : 2 * count) * list->item);
			if (array == NULL) {
				policy_error(loader->reporter, ZG_MEMORY, line, "out of memory");
				return;
			}
			memcpy(policy + list->items, &array, sizeof(array));
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (list->same(array + i * list->item, item)) {
			policy_error(
			    loader->reporter, ZG_POLICY, line, "%s: given twice", row->path);
			return;
		}
	}
	memcpy(array + count * list->item, item, list->item);
	count++;
	memcpy(policy + list->count, &count, sizeof(count));
}

/* One element of a list: its attributes and text, which are the rows below `row`. */
static void
load_item(struct loader *loader, const struct policy_row *row, const xmlNode *node)
{
	unsigned errors = loader->reporter->errors;
	const struct policy_row *text = policy_item_text(row);
	union policy_item item;

	policy_item_reset(row, &item);
	load_attributes(loader, row, node, &item);
	if (inside_is_only(loader, node, text == NULL ? INSIDE_NOTHING : INSIDE_TEXT) &&
	    text != NULL)
		load_value(loader, text, node, &item);
	if (loader->reporter->errors == errors &&
	    !is_wrong(loader, row, &item, policy_xml_line(node)))
		append(loader, row, &item, policy_xml_line(node));
}

/* The text of attribute `name`, for xmlFree; NULL and an error when it is not there. */
static char *
attribute_text(struct loader *loader, const xmlNode *node, const char *name)
{
	for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
		if (at->ns == NULL && strcmp((const char *)at->name, name) == 0)
			return policy_xml_content(loader->reporter, (const xmlNode *)at);
	}
	policy_error(loader->reporter, ZG_POLICY, policy_xml_line(node),
	    "attribute %s is missing in %s", name, (const char *)node->name);
	return NULL;
}

/* <Check id="..." on="..."/> */
static void
load_check(struct loader *loader, const xmlNode *node)
{
	unsigned line = policy_xml_line(node);
	char *id = attribute_text(loader, node, "id");
	char *on = attribute_text(loader, node, "on");
	size_t check = id == NULL ? 0 : policy_check_row(id);
	zg_severity severity = ZG_SEVERITY_REFUSE;

	for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
		if (at->ns != NULL || (strcmp((const char *)at->name, "id") != 0 &&
					  strcmp((const char *)at->name, "on") != 0))
			policy_error(loader->reporter, ZG_POLICY, line,
			    "unknown attribute %.64s in Check", (const char *)at->name);
	}
	if (!inside_is_only(loader, node, INSIDE_NOTHING) || id == NULL || on == NULL)
		;
	else if (check == zg_check_count())
		policy_error(loader->reporter, ZG_POLICY, line, "no check has the id '%.64s'", id);
	else if (!policy_severity_read(on, &severity))
		policy_error(loader->reporter, ZG_POLICY, line,
		    "Check/@on: none of: refuse, approve, warn, ignore");
	else
		set_severity(loader, check, severity, line);
	xmlFree(id);
	xmlFree(on);
}

/* The elements inside `parent` (NULL: Policy). */
static void
load_elements(
    struct loader *loader, const struct policy_row *parent, const xmlNode *node, void *base)
{
	if (!inside_is_only(loader, node, INSIDE_ELEMENTS))
		return;
	for (const xmlNode *at = node->children; at != NULL; at = at->next) {
		const struct policy_row *row;

		if (at->type != XML_ELEMENT_NODE)
			continue;
		row = row_of_element(loader, parent, at);
		if (row == NULL)
			policy_error(loader->reporter, ZG_POLICY, policy_xml_line(at),
			    "unknown element %.64s in %.64s", (const char *)at->name,
			    (const char *)node->name);
		else
			load_element(loader, row, at, base);
	}
}

static bool
is_repeated(const struct policy_row *row)
{
	return row->kind == POLICY_WORDS || row->kind == POLICY_LIST || row->kind == POLICY_CHECKS;
}

static void
load_element(struct loader *loader, const struct policy_row *row, const xmlNode *node, void *base)
{
	unsigned line = policy_xml_line(node);
	unsigned *seen = &loader->lines->row[policy_row_index(row)];

	if (*seen != 0 && !is_repeated(row)) {
		policy_error(loader->reporter, ZG_POLICY, line,
		    "%s is given twice: first in line %u", row->path, *seen);
		return;
	}
	*seen = line;
	if (row->kind == POLICY_LIST) {
		load_item(loader, row, node);
		return;
	}
	if (row->kind == POLICY_CHECKS) {
		load_check(loader, node);
		return;
	}
	load_attributes(loader, row, node, base);
	if (row->kind == POLICY_GROUP)
		load_elements(loader, row, node, base);
	else if (inside_is_only(loader, node, INSIDE_TEXT))
		load_value(loader, row, node, base);
}

/* A row whose element being there is the value. */
static bool
is_presence(const struct policy_row *row)
{
	return row->kind == POLICY_GROUP && row->size > 0;
}

static bool
same_parent(const struct policy_row *a, const struct policy_row *b)
{
	size_t length = (size_t)(policy_row_leaf(a) - a->path);

	return length == (size_t)(policy_row_leaf(b) - b->path) &&
	       memcmp(a->path, b->path, length) == 0;
}

/*
 * NSEC and NSEC3, or the sources of DS: where the file names one, those that it names are accepted
 * and no others; where it names none, the defaults hold.
 */
static void
settle_presence(struct loader *loader)
{
	for (size_t i = 0; i < policy_table_rows; i++) {
		const struct policy_row *row = &policy_table[i];
		bool named = false;

		if (!is_presence(row))
			continue;
		for (size_t j = 0; j < policy_table_rows; j++)
			named |= is_presence(&policy_table[j]) &&
				 same_parent(row, &policy_table[j]) && loader->lines->row[j] != 0;
		if (named)
			policy_integer_store(
			    loader->policy, row->place, row->size, loader->lines->row[i] != 0);
	}
}

/* What is not said of DNSKEY or denial signatures is as for all signatures. */
static void
settle_validity(struct loader *loader)
{
	struct policy_values *values = &loader->policy->values;
	const struct policy_row *dnskey = policy_row_find("Signatures/Validity[for=DNSKEY]");
	const struct policy_row *denial = policy_row_find("Signatures/Validity[for=Denial]");

	if (loader->lines->row[policy_row_index(dnskey)] == 0)
		values->signatures.validity_dnskey = values->signatures.validity;
	if (loader->lines->row[policy_row_index(denial)] == 0)
		values->signatures.validity_denial = values->signatures.validity;
}

zg_policy *
policy_new(void)
{
	zg_policy *policy = calloc(1, sizeof(*policy));

	if (policy == NULL)
		return NULL;
	policy->severities = calloc(zg_check_count() + 1, sizeof(*policy->severities));
	if (policy->severities == NULL) {
		zg_policy_free(policy);
		return NULL;
	}
	for (size_t i = 0; i < zg_check_count(); i++)
		policy->severities[i] = zg_check_at(i)->severity;
	for (size_t i = 0; i < policy_table_rows; i++) {
		if (!policy_row_in_item(&policy_table[i]))
			policy_value_reset(&policy_table[i], policy);
	}
	return policy;
}

void
policy_load(struct policy_reporter *reporter, const xmlNode *element, zg_policy *policy,
    struct policy_lines *lines)
{
	struct loader loader = {.reporter = reporter, .policy = policy, .lines = lines};

	memset(lines, 0, sizeof(*lines));
	lines->check = calloc(zg_check_count() + 1, sizeof(*lines->check));
	if (lines->check == NULL) {
		policy_error(reporter, ZG_MEMORY, policy_xml_line(element), "out of memory");
		return;
	}
	load_attributes(&loader, NULL, element, policy);
	load_elements(&loader, NULL, element, policy);
	settle_presence(&loader);
	settle_validity(&loader);
}

void
policy_lines_clear(struct policy_lines *lines)
{
	free(lines->check);
	lines->check = NULL;
}
