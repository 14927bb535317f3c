/* Reports that were kept. */
#include "report/stored_report.h"

#include <stdlib.h>

#include <jansson.h>

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
