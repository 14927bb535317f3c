/* The canonical form of a policy: every value in the order of the table, defaults filled in. */
#include <string.h>

#include <zonegate/check.h>
#include "base/error.h"
#include "policy/policy_schema.h"
#include "policy/policy_value.h"

static void show_element(struct text_writer *writer, const struct policy_row *row,
    const zg_policy *policy, unsigned depth);

static void
indent(struct text_writer *writer, unsigned depth)
{
	for (; depth > 0; depth--)
		text_add(writer, "  ");
}

/* The name in "Name" and "Name[attribute=value]". */
static void
show_name(struct text_writer *writer, const struct policy_row *row)
{
	const char *leaf = policy_row_leaf(row);

	text_add_bytes(writer, leaf, strcspn(leaf, "["));
}

/*
 * A start tag without its end: name, the attribute that tells it from others, and those that hold
 * values. True: there are such.
 */
static bool
show_tag(struct text_writer *writer, const struct policy_row *row, const void *base)
{
	const char *bracket = strchr(policy_row_leaf(row), '[');
	bool values = false;

	text_add(writer, "<");
	show_name(writer, row);
	if (bracket != NULL) {
		size_t name = strcspn(bracket + 1, "=");

		text_printf(writer, " %.*s=\"%.*s\"", (int)name, bracket + 1,
		    (int)strcspn(bracket + 2 + name, "]"), bracket + 2 + name);
	}
	for (size_t i = 0; i < policy_table_rows; i++) {
		const struct policy_row *part = &policy_table[i];
		struct text_writer value = {0};

		if (policy_row_leaf(part)[0] != '@' || !policy_row_is_in(part, row))
			continue;
		if (policy_value_write(part, base, &value) && !value.failed) {
			text_printf(writer, " %s=\"%s\"", policy_row_leaf(part) + 1, value.text);
			values = true;
		}
		writer->failed |= value.failed;
		text_writer_clear(&value);
	}
	return values;
}

static void
show_end(struct text_writer *writer, const struct policy_row *row)
{
	text_add(writer, "</");
	show_name(writer, row);
	text_add(writer, ">\n");
}

/* An element with a value; nothing when the value is not set. */
static void
show_value(struct text_writer *writer, const struct policy_row *row, const zg_policy *policy,
    unsigned depth)
{
	struct text_writer value = {0};

	if (policy_value_write(row, policy, &value)) {
		indent(writer, depth);
		(void)show_tag(writer, row, policy);
		text_printf(writer, ">%s", value.text != NULL ? value.text : "");
		show_end(writer, row);
	}
	writer->failed |= value.failed;
	text_writer_clear(&value);
}

/* One element for each word of the set. */
static void
show_words(struct text_writer *writer, const struct policy_row *row, const zg_policy *policy,
    unsigned depth)
{
	int64_t bits = policy_integer_load(policy, row->place, row->size);

	for (unsigned i = 0; row->words[i] != NULL; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		indent(writer, depth);
		(void)show_tag(writer, row, policy);
		text_printf(writer, ">%s", row->words[i]);
		show_end(writer, row);
	}
}

static void
show_item(
    struct text_writer *writer, const struct policy_row *row, const void *item, unsigned depth)
{
	const struct policy_row *text = policy_item_text(row);

	indent(writer, depth);
	(void)show_tag(writer, row, item);
	if (text == NULL) {
		text_add(writer, "/>\n");
		return;
	}
	text_add(writer, ">");
	(void)policy_value_write(text, item, writer);
	show_end(writer, row);
}

static void
show_list(struct text_writer *writer, const struct policy_row *row, const zg_policy *policy,
    unsigned depth)
{
	const void *item;
	size_t at = 0;

	while ((item = policy_list_next(row, policy, &at)) != NULL)
		show_item(writer, row, item, depth);
}

/* The severity of this check stands on an element of its own. */
static bool
has_element(const struct zg_check *check)
{
	for (size_t i = 0; i < policy_table_rows; i++) {
		if (policy_table[i].check != NULL && strcmp(policy_table[i].check, check->id) == 0)
			return true;
	}
	return false;
}

static void
show_checks(struct text_writer *writer, const zg_policy *policy, unsigned depth)
{
	for (size_t i = 0; i < zg_check_count(); i++) {
		const struct zg_check *check = zg_check_at(i);

		if (has_element(check))
			continue;
		indent(writer, depth);
		text_printf(writer, "<Check id=\"%s\" on=\"%s\"/>\n", check->id,
		    policy_severity_word(policy->severities[i]));
	}
}

static void
show_parts(struct text_writer *writer, const struct policy_row *row, const zg_policy *policy,
    unsigned depth)
{
	for (size_t i = 0; i < policy_table_rows; i++) {
		if (policy_row_leaf(&policy_table[i])[0] != '@' &&
		    policy_row_is_in(&policy_table[i], row))
			show_element(writer, &policy_table[i], policy, depth);
	}
}

/*
 * Left out, the element would be read as its plain twin, which says something: an empty "Validity
 * for=DNSKEY" beside a Validity with bounds has none.
 */
static bool
is_exception(struct text_writer *writer, const struct policy_row *row, const zg_policy *policy)
{
	size_t length = strcspn(row->path, "[");
	struct text_writer twin = {0};
	bool exception;

	if (row->path[length] == '\0')
		return false;
	for (size_t i = 0; i < policy_table_rows; i++) {
		if (strlen(policy_table[i].path) == length &&
		    memcmp(policy_table[i].path, row->path, length) == 0)
			show_element(&twin, &policy_table[i], policy, 0);
	}
	exception = twin.used > 0;
	writer->failed |= twin.failed;
	text_writer_clear(&twin);
	return exception;
}

/* A group, unless there is nothing to say in it. */
static void
show_group(struct text_writer *writer, const struct policy_row *row, const zg_policy *policy,
    unsigned depth)
{
	bool is_value = row->size > 0, keep;
	size_t begin = writer->used, tag;

	if (is_value && policy_integer_load(policy, row->place, row->size) == 0)
		return;
	indent(writer, depth);
	keep = show_tag(writer, row, policy) || is_value;
	tag = writer->used;
	text_add(writer, ">\n");
	show_parts(writer, row, policy, depth + 1);
	if (writer->used > tag + 2) {
		indent(writer, depth);
		show_end(writer, row);
	} else if (keep || is_exception(writer, row, policy)) {
		writer->used = tag;
		text_add(writer, "/>\n");
	} else
		writer->used = begin;
}

static void
show_element(struct text_writer *writer, const struct policy_row *row, const zg_policy *policy,
    unsigned depth)
{
	switch (row->kind) {
	case POLICY_GROUP:
		show_group(writer, row, policy, depth);
		break;
	case POLICY_WORDS:
		show_words(writer, row, policy, depth);
		break;
	case POLICY_LIST:
		show_list(writer, row, policy, depth);
		break;
	case POLICY_CHECKS:
		show_checks(writer, policy, depth);
		break;
	default:
		show_value(writer, row, policy, depth);
	}
}

zg_status
zg_policy_show(const zg_policy *policy, char **text, struct zg_error *error)
{
	struct text_writer writer = {0};

	*text = NULL;
	text_printf(&writer,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<ZoneGate version=\"1\">\n"
	    "  <Policy name=\"%s\">\n",
	    policy->name);
	show_parts(&writer, NULL, policy, 2);
	text_add(&writer, "  </Policy>\n</ZoneGate>\n");
	if (writer.failed) {
		text_writer_clear(&writer);
		return error_set(error, ZG_MEMORY, "out of memory");
	}
	*text = writer.text;
	return ZG_OK;
}
