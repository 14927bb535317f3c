/* Policies that releases passed under, and whose word counted then. */
#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hex.h"

#define KEY_OCTETS 32
#define KEY_DIGITS ((size_t)2 * KEY_OCTETS)

/* --- Approvers as text --- */

static int
approver_compare(const void *a, const void *b)
{
	const struct history_approver *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order != 0 ? order : memcmp(x->public_key, y->public_key, KEY_OCTETS);
}

static bool
id_is_word(const char *id)
{
	size_t length = strnlen(id, HISTORY_APPROVER_SIZE);

	return length > 0 && length < HISTORY_APPROVER_SIZE && text_is_clean(id) &&
	       strchr(id, ' ') == NULL;
}

bool
rules_write(const struct history_rules *rules, char text[RULES_TEXT_SIZE])
{
	struct history_approver sorted[ZG_POLICY_APPROVERS_MAX];
	size_t used = 0;

	text[0] = '\0';
	if (rules->n_approvers > ZG_POLICY_APPROVERS_MAX)
		return false;
	memcpy(sorted, rules->approvers, rules->n_approvers * sizeof(sorted[0]));
	qsort(sorted, rules->n_approvers, sizeof(sorted[0]), approver_compare);
	for (size_t i = 0; i < rules->n_approvers; i++) {
		if (!id_is_word(sorted[i].id))
			return false;
		used += (size_t)snprintf(
		    text + used, RULES_TEXT_SIZE - used, "%s%s ", i == 0 ? "" : " ", sorted[i].id);
		hex_write(sorted[i].public_key, KEY_OCTETS, text + used);
		used += KEY_DIGITS;
	}
	return true;
}

/* Takes "id key" at `*text`, and the blank before it unless it is the first. */
static bool
approver_read(const char **text, bool first, struct history_approver *approver)
{
	const char *at = *text;
	size_t length;

	if (!first && *at++ != ' ')
		return false;
	length = strcspn(at, " ");
	if (length == 0 || length >= sizeof(approver->id) || at[length] != ' ')
		return false;
	memcpy(approver->id, at, length);
	approver->id[length] = '\0';
	at += length + 1;
	if (!hex_read_lower(at, KEY_OCTETS, approver->public_key))
		return false;
	*text = at + KEY_DIGITS;
	return true;
}

bool
rules_read(const char *text, struct history_rules *rules)
{
	rules->n_approvers = 0;
	while (*text != '\0') {
		if (rules->n_approvers == ZG_POLICY_APPROVERS_MAX ||
		    !approver_read(
			&text, rules->n_approvers == 0, &rules->approvers[rules->n_approvers]))
			return false;
		rules->n_approvers++;
	}
	return true;
}

/* --- Rows --- */

static zg_status
rules_fill(const struct row *row, struct history_rules *rules, struct zg_error *error)
{
	const struct value *values = row->values;

	rules->time = values[1].integer;
	(void)snprintf(rules->policy_digest, sizeof(rules->policy_digest), "%s",
	    (const char *)values[2].octets);
	rules->quorum = values[3].integer;
	rules->severity = (zg_severity)values[4].integer;
	if (rules_read(values[5].octets, rules))
		return ZG_OK;
	return error_set(
	    error, ZG_READ, "the history is damaged: row %lld of rules", (long long)row->id);
}

/* A copy of the text of the policy; NULL when the row has none. */
static zg_status
policy_copy(const struct row *row, char **policy, struct zg_error *error)
{
	const struct value *text = &row->values[6];

	if (text->length == 0)
		return ZG_OK;
	*policy = malloc(text->length + 1);
	if (*policy == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	memcpy(*policy, text->octets, text->length);
	(*policy)[text->length] = '\0';
	return ZG_OK;
}

/* The last row that the clause and its three parameters mean; `policy` NULL: its text is not
 * wanted. */
static zg_status
rules_last(struct history *history, const char *clause, const struct value parameters[3],
    struct history_rules *rules, char **policy, bool *found, struct zg_error *error)
{
	sqlite3_stmt *statement = NULL;
	struct row row;
	zg_status status;

	*found = false;
	if (history->n_tables <= TABLE_RULES)
		return ZG_OK;
	status = row_select(history, table_at(TABLE_RULES), clause, &statement, error);
	if (status == ZG_OK)
		status = values_bind(
		    history, statement, parameters, sqlite3_bind_parameter_count(statement), error);
	if (status == ZG_OK)
		status = sql_step(history, statement, found, error);
	if (status == ZG_OK && *found)
		status = row_read(history, table_at(TABLE_RULES), statement, NULL, &row, error);
	if (status == ZG_OK && *found)
		status = rules_fill(&row, rules, error);
	if (status == ZG_OK && *found && policy != NULL)
		status = policy_copy(&row, policy, error);
	(void)sqlite3_finalize(statement);
	return status;
}

zg_status
history_rules_find(struct history *history, const char *zone, const char *site,
    const char *policy_digest, struct history_rules *rules, char **policy, bool *found,
    struct zg_error *error)
{
	char name[NAME_TEXT_SIZE] = "";
	zg_status status = zone_name(zone, name, error);
	const struct value parameters[] = {
	    value_text(name), value_text(policy_digest), value_text(site)};

	*found = false;
	if (policy != NULL)
		*policy = NULL;
	if (status != ZG_OK)
		return status;
	return rules_last(history,
	    "WHERE zone = ?1 AND (?2 = '' OR policy_digest = ?2) AND site = ?3 ORDER BY id DESC "
	    "LIMIT 1",
	    parameters, rules, policy, found, error);
}

/* The last own row of the zone says what is to be said. */
static zg_status
rules_are_known(struct history *history, const char *zone, const struct history_rules *rules,
    const char *approvers, bool *known, struct zg_error *error)
{
	const struct value parameters[3] = {value_text(zone)};
	struct history_rules *last = calloc(1, sizeof(*last));
	char text[RULES_TEXT_SIZE];
	bool found = false;
	zg_status status;

	*known = false;
	if (last == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = rules_last(history, "WHERE zone = ?1 AND site = '' ORDER BY id DESC LIMIT 1",
	    parameters, last, NULL, &found, error);
	if (status == ZG_OK && found)
		*known = strcmp(last->policy_digest, rules->policy_digest) == 0 &&
			 last->quorum == rules->quorum && last->severity == rules->severity &&
			 rules_write(last, text) && strcmp(text, approvers) == 0;
	free(last);
	return status;
}

static zg_status
rules_row_add(struct history *history, const struct line *line, const char *zone,
    const struct history_rules *rules, const char *approvers, const char *policy,
    struct zg_error *error)
{
	char digest[sizeof(rules->policy_digest)];
	size_t length = strlen(policy);

	text_clean(digest, sizeof(digest), rules->policy_digest);

	struct value values[] = {value_text(zone), value_integer(rules->time), value_text(digest),
	    value_integer(rules->quorum), value_integer(rules->severity), value_text(approvers),
	    value_octets(policy, length <= ZG_HISTORY_POLICY_MAX ? length : 0)};

	return row_add(history, line, "", table_at(TABLE_RULES), values, NULL, NULL, error);
}

zg_status
history_add_rules(struct history *history, const char *zone, const struct history_rules *rules,
    const char *policy, struct zg_error *error)
{
	char name[NAME_TEXT_SIZE], approvers[RULES_TEXT_SIZE], text[SENTENCE_SIZE];
	struct line_text say = {
	    .zone = name, .kind = "policy", .actor = "zonegate", .text = text, .time = rules->time};
	struct line line;
	bool known = false;
	zg_status status = zone_name(zone, name, error);

	if (status != ZG_OK)
		return status;
	if (!rules_write(rules, approvers) || (size_t)rules->severity > ZG_SEVERITY_IGNORE)
		return error_set(error, ZG_PARAMETER, "no rules");
	status = rules_are_known(history, name, rules, approvers, &known, error);
	if (status != ZG_OK || known)
		return status;
	(void)snprintf(text, sizeof(text), "policy %.64s, %zu approvers, quorum %lld",
	    rules->policy_digest, rules->n_approvers, (long long)rules->quorum);
	status = line_begin(history, &line, error);
	if (status == ZG_OK)
		status = rules_row_add(history, &line, name, rules, approvers, policy, error);
	return line_end(history, &line, status, &say, error);
}
