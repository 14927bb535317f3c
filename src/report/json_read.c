/* Members of a JSON object whose form is not trusted. */
#include "report/json_read.h"

const char *
json_text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

int64_t
json_integer_of(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}
