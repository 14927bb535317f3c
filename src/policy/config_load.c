/*
 * From a tree of XML elements to a configuration, by the table. Strict on its own, as policy_load.c
 * is: what the schema refuses is refused here as well, in words that name the place. The walk is as
 * deep as the table, not as the tree.
 */
#include "policy/config_load.h"

#include <stdlib.h>
#include <string.h>

#include "policy/config_value.h"
#include "policy/policy_xml.h"

struct loader {
	struct policy_reporter *reporter;
	/* The line where the element that is being read has each part; 0: it has not. */
	unsigned seen[CONFIG_ROWS_MAX];
};

static void load_element(
    struct loader *loader, const struct config_row *row, const xmlNode *node, void *base);

static size_t
row_index(const struct config_row *row)
{
	return (size_t)(row - config_table);
}

static bool
is_attribute(const struct config_row *row)
{
	return config_row_leaf(row)[0] == '@';
}

/* The row of an element or attribute inside `parent`, or NULL. */
static const struct config_row *
row_of(const struct config_row *parent, const xmlChar *name, const xmlNs *space, bool attribute)
{
	for (size_t i = 0; i < config_table_rows && space == NULL; i++) {
		const struct config_row *row = &config_table[i];
		const char *leaf = config_row_leaf(row) + (attribute ? 1 : 0);

		if (is_attribute(row) == attribute && config_row_is_in(row, parent) &&
		    strcmp(leaf, (const char *)name) == 0)
			return row;
	}
	return NULL;
}

/* The value of `row` from an element's or attribute's text. */
static void
load_value(struct loader *loader, const struct config_row *row, const xmlNode *node, void *base)
{
	char why[POLICY_WHY_MAX] = "";
	char *text = policy_xml_content(loader->reporter, node);
	zg_status status;

	if (text == NULL)
		return;
	status = config_value_read(row, text, base, why);
	if (status == ZG_MEMORY)
		policy_error(loader->reporter, status, policy_xml_line(node), "out of memory");
	else if (status != ZG_OK)
		policy_error(
		    loader->reporter, status, policy_xml_line(node), "%s: %s", row->path, why);
	xmlFree(text);
}

static void
load_attributes(
    struct loader *loader, const struct config_row *parent, const xmlNode *node, void *base)
{
	for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
		const struct config_row *row = row_of(parent, at->name, at->ns, true);

		if (row != NULL) {
			loader->seen[row_index(row)] = policy_xml_line(node);
			load_value(loader, row, (const xmlNode *)at, base);
		} else if (parent != NULL || strcmp((const char *)at->name, "version") != 0)
			policy_error(loader->reporter, ZG_POLICY, policy_xml_line(node),
			    "unknown attribute %.64s in %.64s", (const char *)at->name,
			    (const char *)node->name);
	}
}

/* The parts of `parent` that must be there, once all of it has been read. */
static void
check_required(struct loader *loader, const struct config_row *parent, const xmlNode *node)
{
	for (size_t i = 0; i < config_table_rows; i++) {
		const struct config_row *row = &config_table[i];

		if (!row->required || loader->seen[i] != 0 || !config_row_is_in(row, parent))
			continue;
		policy_error(loader->reporter, ZG_POLICY, policy_xml_line(node),
		    "%s %s is missing in %s", is_attribute(row) ? "attribute" : "element",
		    config_row_leaf(row) + (is_attribute(row) ? 1 : 0), (const char *)node->name);
	}
}

/* Forgets what was seen below `parent`: another element of its kind begins. */
static void
forget_seen(struct loader *loader, const struct config_row *parent)
{
	size_t length = strlen(parent->path);

	for (size_t i = row_index(parent) + 1;
	     i < config_table_rows && strncmp(config_table[i].path, parent->path, length) == 0 &&
	     config_table[i].path[length] == '/';
	     i++)
		loader->seen[i] = 0;
}

/* The defaults of a new item: of all that is kept in it. */
static void
reset_item(const struct config_row *list, void *item)
{
	for (size_t i = row_index(list) + 1; i < config_table_rows; i++) {
		const struct config_row *row = &config_table[i];

		if (config_row_list(row) == list && row->fallback != 0)
			policy_integer_store(item, row->place, row->size, row->fallback);
	}
}

/* A new item at the end of its list, or NULL. */
static void *
append(struct loader *loader, const struct config_row *row, const xmlNode *node, void *base)
{
	const struct config_list *list = row->list;
	char *owner = base, *array = owner + list->items, *item;
	unsigned line = policy_xml_line(node);
	size_t count;

	memcpy(&count, owner + list->count, sizeof(count));
	if (count >= list->limit) {
		policy_error(
		    loader->reporter, ZG_LIMIT, line, "%s: more than %zu", row->path, list->limit);
		return NULL;
	}
	if (!list->in_place) {
		memcpy(&array, owner + list->items, sizeof(array));
		if ((count & (count - 1)) == 0) { /* full: sizes are powers of two */
			array = realloc(array, (count == 0 ? 1 : 2 * count) * list->item);
			if (array == NULL) {
				policy_error(loader->reporter, ZG_MEMORY, line, "out of memory");
				return NULL;
			}
			memcpy(owner + list->items, &array, sizeof(array));
		}
	}
	item = array + count * list->item;
	memset(item, 0, list->item);
	count++;
	memcpy(owner + list->count, &count, sizeof(count));
	reset_item(row, item);
	if (list->line != NO_LINE)
		memcpy(item + list->line, &line, sizeof(line));
	return item;
}

/* What may stand inside an element of this kind: text, elements, or nothing. */
static bool
holds_text(const struct config_row *row)
{
	return row != NULL && row->kind != CONFIG_GROUP && row->kind != CONFIG_LIST &&
	       row->kind != CONFIG_FLAG;
}

/* The elements inside `parent` (NULL: Configuration), and text that may not stand there. */
static void
load_elements(
    struct loader *loader, const struct config_row *parent, const xmlNode *node, void *base)
{
	for (const xmlNode *at = node->children; at != NULL; at = at->next) {
		const struct config_row *row;

		if (at->type == XML_TEXT_NODE && !holds_text(parent) && !xmlIsBlankNode(at))
			policy_error(loader->reporter, ZG_POLICY, policy_xml_line(node),
			    "text in %.64s, where none may stand", (const char *)node->name);
		if (at->type != XML_ELEMENT_NODE)
			continue;
		row = row_of(parent, at->name, at->ns, false);
		if (row == NULL)
			policy_error(loader->reporter, ZG_POLICY, policy_xml_line(at),
			    "unknown element %.64s in %.64s", (const char *)at->name,
			    (const char *)node->name);
		else
			load_element(loader, row, at, base);
	}
}

static void
load_element(struct loader *loader, const struct config_row *row, const xmlNode *node, void *base)
{
	unsigned errors = loader->reporter->errors;
	bool repeated = row->kind == CONFIG_LIST || row->kind == CONFIG_ARGUMENT;
	unsigned *seen = &loader->seen[row_index(row)];

	if (*seen != 0 && !repeated) {
		policy_error(loader->reporter, ZG_POLICY, policy_xml_line(node),
		    "%s is given twice: first in line %u", row->path, *seen);
		return;
	}
	*seen = policy_xml_line(node);
	forget_seen(loader, row);
	if (row->kind == CONFIG_LIST && (base = append(loader, row, node, base)) == NULL)
		return;
	load_attributes(loader, row, node, base);
	load_elements(loader, row, node, base);
	if (loader->reporter->errors != errors)
		return;
	check_required(loader, row, node);
	if (row->kind == CONFIG_FLAG)
		policy_integer_store(base, row->place, row->size, true);
	else if (holds_text(row))
		load_value(loader, row, node, base);
}

void
config_load(struct policy_reporter *reporter, const xmlNode *element, struct config *config)
{
	struct loader loader = {.reporter = reporter};

	load_attributes(&loader, NULL, element, config);
	load_elements(&loader, NULL, element, config);
	check_required(&loader, NULL, element);
}
