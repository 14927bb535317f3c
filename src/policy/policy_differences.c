/*
 * What a policy says beyond the defaults, as sorted lines: "Zone/Evidence handed". Neither the
 * order of the table nor that of the file matters. A policy of defaults is made from the table,
 * which policies/default.xml agrees with, so that no XML is read.
 */
#include <stdlib.h>
#include <string.h>

#include <zonegate/check.h>
#include "base/error.h"
#include "policy/policy_load.h"
#include "policy/policy_value.h"

static int
line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t
lines_count(const struct text_writer *lines)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->used; i++)
		n += lines->text[i] == '\n';
	return n;
}

/* Sorts lines, each of which ends with a newline. */
static void
lines_sort(struct text_writer *lines)
{
	struct text_writer sorted = {0};
	size_t n = lines_count(lines);
	char **line, *at = lines->text;

	if (n < 2)
		return;
	line = calloc(n, sizeof(*line));
	if (line == NULL) {
		lines->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		line[i] = at;
		at = strchr(at, '\n');
		*at++ = '\0';
	}
	qsort(line, n, sizeof(*line), line_compare);
	for (size_t i = 0; i < n; i++)
		text_printf(&sorted, "%s\n", line[i]);
	free(line);
	sorted.failed |= lines->failed;
	text_writer_clear(lines);
	*lines = sorted;
}

/* One value as text. False: it is not set. */
static bool
value_text(const struct policy_row *row, const void *base, struct text_writer *value)
{
	bool set = policy_value_write(row, base, value);

	text_add(value, "");
	return set && !value->failed;
}

/* A part of an item, unless it is optional and as in an item that says nothing of it. */
static void
say_part(struct text_writer *lines, const struct policy_row *part, const void *item,
    const union policy_item *fresh)
{
	struct text_writer value = {0}, standard = {0};
	bool set = value_text(part, item, &value);
	bool same = !part->required && value_text(part, fresh, &standard) == set &&
		    (!set || strcmp(value.text, standard.text) == 0);

	if (set && !same)
		text_printf(lines, " %s=%s", policy_row_leaf(part), value.text);
	lines->failed |= value.failed || standard.failed;
	text_writer_clear(&value);
	text_writer_clear(&standard);
}

/* A line for each item. */
static void
say_list(struct text_writer *lines, const struct policy_row *row, const zg_policy *policy)
{
	const struct policy_row *end = policy_table + policy_table_rows;
	union policy_item fresh;
	const void *item;
	size_t at = 0;

	policy_item_reset(row, &fresh);
	while ((item = policy_list_next(row, policy, &at)) != NULL) {
		text_add(lines, row->path);
		for (const struct policy_row *part = row + 1;
		     part < end && policy_row_is_in(part, row); part++)
			say_part(lines, part, item, &fresh);
		text_add(lines, "\n");
	}
}

/* A line for each word of the set. */
static void
say_words(struct text_writer *lines, const struct policy_row *row, const zg_policy *policy)
{
	int64_t bits = policy_integer_load(policy, row->place, row->size);

	for (unsigned i = 0; row->words[i] != NULL; i++) {
		if ((bits >> i & 1) != 0)
			text_printf(lines, "%s %s\n", row->path, row->words[i]);
	}
}

static void
say_value(struct text_writer *lines, const struct policy_row *row, const zg_policy *policy)
{
	struct text_writer value = {0};

	if (value_text(row, policy, &value))
		text_printf(lines, "%s %s\n", row->path, value.text);
	lines->failed |= value.failed;
	text_writer_clear(&value);
}

/* What the policy says at this row alone: nothing when it is not set. */
static void
say_row(struct text_writer *lines, const struct policy_row *row, const zg_policy *policy)
{
	switch (row->kind) {
	case POLICY_GROUP:
		if (row->size > 0 && policy_integer_load(policy, row->place, row->size) != 0)
			text_printf(lines, "%s\n", row->path);
		break;
	case POLICY_WORDS:
		say_words(lines, row, policy);
		break;
	case POLICY_LIST:
		say_list(lines, row, policy);
		break;
	default:
		say_value(lines, row, policy);
	}
}

/* Rows that stand for nothing here: parts of items, severities, which go by the id of their check
 * wherever an element sets them, and words for people. */
static bool
is_said_elsewhere(const struct policy_row *row)
{
	return policy_row_in_item(row) || row->kind == POLICY_CHECKS || row->check != NULL ||
	       row->kind == POLICY_PROSE;
}

/* The row as the policy has it, all of it, when the defaults have it otherwise; "Path!" when they
 * have something there and the policy has nothing. */
static void
differ_row(struct text_writer *lines, const struct policy_row *row, const zg_policy *policy,
    const zg_policy *standard)
{
	struct text_writer is = {0}, was = {0};

	say_row(&is, row, policy);
	say_row(&was, row, standard);
	lines_sort(&is);
	lines_sort(&was);
	if (is.used == 0 && was.used > 0)
		text_printf(lines, "%s!\n", row->path);
	else if (is.used > 0 && (was.used == 0 || strcmp(is.text, was.text) != 0))
		text_add(lines, is.text);
	lines->failed |= is.failed || was.failed;
	text_writer_clear(&is);
	text_writer_clear(&was);
}

static void
differ_checks(struct text_writer *lines, const zg_policy *policy, const zg_policy *standard)
{
	for (size_t i = 0; i < zg_check_count(); i++) {
		if (policy->severities[i] != standard->severities[i])
			text_printf(lines, "Checks/Check %s %s\n", zg_check_at(i)->id,
			    policy_severity_word(policy->severities[i]));
	}
}

zg_status
policy_differences(const zg_policy *policy, char **text, struct zg_error *error)
{
	zg_policy *standard = policy_new();
	struct text_writer lines = {.failed = standard == NULL};

	*text = NULL;
	for (size_t i = 0; i < policy_table_rows && !lines.failed; i++) {
		if (!is_said_elsewhere(&policy_table[i]))
			differ_row(&lines, &policy_table[i], policy, standard);
	}
	if (!lines.failed)
		differ_checks(&lines, policy, standard);
	lines_sort(&lines);
	text_add(&lines, "");
	zg_policy_free(standard);
	if (lines.failed) {
		text_writer_clear(&lines);
		return error_set(error, ZG_MEMORY, "out of memory");
	}
	*text = lines.text;
	return ZG_OK;
}
