/* Reports that were kept. */
#include "report/stored_report.h"

#include <stdlib.h>
#include <string.h>

#include "report/json_read.h"

/* One entry; false: it is not of the form. */
static bool
entry_read(const json_t *object, struct zg_deadline *entry)
{
	const json_t *time = json_object_get(object, "time");

	entry->id = json_string_value(json_object_get(object, "id"));
	entry->text = json_string_value(json_object_get(object, "text"));
	entry->subject = json_string_value(json_object_get(object, "subject"));
	entry->time = json_is_integer(time) ? json_integer_value(time) : INT64_MAX;
	return entry->id != NULL && entry->text != NULL &&
	       (json_is_integer(time) || json_is_null(time));
}

zg_status
stored_deadlines_read(const char *json, struct stored_deadlines *deadlines)
{
	const json_t *list;
	size_t n;

	*deadlines = (struct stored_deadlines){0};
	if (json == NULL)
		return ZG_OK;
	deadlines->tree = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	list = json_object_get(json_object_get(deadlines->tree, "deadlines"), "entries");
	n = json_array_size(list);
	if (n == 0 || n > STORED_DEADLINES_MAX)
		return ZG_OK;
	deadlines->entries = calloc(n, sizeof(deadlines->entries[0]));
	if (deadlines->entries == NULL) {
		stored_deadlines_clear(deadlines);
		return ZG_MEMORY;
	}
	for (size_t i = 0; i < n; i++) {
		if (entry_read(json_array_get(list, i), &deadlines->entries[deadlines->n]))
			deadlines->n++;
	}
	return ZG_OK;
}

void
stored_deadlines_clear(struct stored_deadlines *deadlines)
{
	free(deadlines->entries);
	json_decref(deadlines->tree);
	*deadlines = (struct stored_deadlines){0};
}

/* The proof is one of the words between commas. */
static bool
is_listed(const char *list, const char *proof)
{
	size_t length = strlen(proof);

	while (list != NULL) {
		if (strncmp(list, proof, length) == 0 &&
		    (list[length] == '\0' || list[length] == ','))
			return true;
		list = strstr(list, ", ");
		list = list == NULL ? NULL : list + 2;
	}
	return false;
}

bool
stored_proves(const char *json, const char *proof)
{
	json_t *tree = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	bool listed = is_listed(json_string_value(json_object_get(tree, "completeness")), proof);

	json_decref(tree);
	return listed;
}

static bool
finding_read(const json_t *object, struct stored_finding *finding)
{
	const json_t *example = json_array_get(json_object_get(object, "examples"), 0);

	finding->id = json_text_of(object, "id");
	finding->severity = json_text_of(object, "severity");
	finding->summary = json_text_of(object, "summary");
	finding->reference = json_text_of(object, "reference");
	finding->ede = json_integer_of(object, "ede", -1);
	finding->ede_text = json_text_of(object, "ede_text");
	finding->count = json_integer_of(object, "count", 0);
	finding->owner = json_text_of(example, "owner");
	finding->type = json_text_of(example, "type");
	return finding->id != NULL && finding->severity != NULL && finding->summary != NULL &&
	       finding->reference != NULL;
}

static bool
failure_read(const json_t *object, struct stored_failure *failure)
{
	failure->algorithm = json_integer_of(object, "algorithm", -1);
	failure->tag = json_integer_of(object, "tag", -1);
	failure->bad = json_integer_of(object, "bad", -1);
	failure->of = json_integer_of(object, "of", -1);
	failure->published_keys = json_integer_of(object, "published_keys", -1);
	failure->cause = json_text_of(object, "cause");
	return failure->algorithm >= 0 && failure->tag >= 0 && failure->bad >= 0 &&
	       failure->of >= 0 && failure->published_keys >= 0;
}

/* Room for the entries of an array, at most `most`; NULL and 0 when there are none. */
static zg_status
entries_allocate(const json_t *list, size_t most, size_t width, void **entries, size_t *n)
{
	*n = json_array_size(list);
	if (*n > most)
		*n = most;
	*entries = *n > 0 ? calloc(*n, width) : NULL;
	return *n > 0 && *entries == NULL ? ZG_MEMORY : ZG_OK;
}

zg_status
stored_findings_read(const char *json, struct stored_findings *found)
{
	const json_t *list;
	size_t n;
	zg_status status;

	*found = (struct stored_findings){0};
	if (json == NULL || json[0] == '\0')
		return ZG_OK;
	found->tree = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	found->verdict = json_text_of(found->tree, "verdict");
	list = json_object_get(found->tree, "findings");
	status = entries_allocate(
	    list, STORED_FINDINGS_MAX, sizeof(found->findings[0]), (void **)&found->findings, &n);
	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		if (finding_read(json_array_get(list, i), &found->findings[found->n_findings]))
			found->n_findings++;
	}
	list = json_object_get(found->tree, "failures");
	if (status == ZG_OK)
		status = entries_allocate(list, STORED_FAILURES_MAX, sizeof(found->failures[0]),
		    (void **)&found->failures, &n);
	for (size_t i = 0; i < n && status == ZG_OK; i++) {
		if (failure_read(json_array_get(list, i), &found->failures[found->n_failures]))
			found->n_failures++;
	}
	if (status != ZG_OK)
		stored_findings_clear(found);
	return status;
}

void
stored_findings_clear(struct stored_findings *found)
{
	free(found->findings);
	free(found->failures);
	json_decref(found->tree);
	*found = (struct stored_findings){0};
}
