/* JSON trees of reports. */
#include "report/json_builder.h"

#include <stdint.h>
#include <string.h>

#include "base/utc.h"
#include "report/escape.h"

/* Beyond this readers that know doubles only begin to round: RFC 8259 section 6. */
#define NUMBER_MAX 9007199254740991 /* 2^53 - 1 */

/* Both take over `value`, which may be NULL after a failed allocation. */
void
json_put(struct json_builder *builder, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) != 0 && builder->status == ZG_OK)
		builder->status = ZG_MEMORY;
}

void
json_append(struct json_builder *builder, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0 && builder->status == ZG_OK)
		builder->status = ZG_MEMORY;
}

/* A string that passed the border; NULL becomes null. */
json_t *
json_clean_string(const char *text, size_t length)
{
	struct text_writer escaped = {0};
	json_t *value = NULL;

	if (escape_is_clean(text, length))
		return json_stringn_nocheck(text, length);
	escape_add(&escaped, text, length);
	if (!escaped.failed)
		value = json_stringn_nocheck(escaped.text, escaped.used);
	text_writer_clear(&escaped);
	return value;
}

void
json_put_text(struct json_builder *builder, json_t *object, const char *key, const char *text)
{
	json_put(builder, object, key,
	    text != NULL ? json_clean_string(text, strlen(text)) : json_null());
}

void
json_put_integer(struct json_builder *builder, json_t *object, const char *key, int64_t number)
{
	if (number > NUMBER_MAX || number < -NUMBER_MAX)
		builder->status = ZG_LIMIT;
	json_put(builder, object, key, json_integer(number));
}

void
json_put_count(struct json_builder *builder, json_t *object, const char *key, uint64_t number)
{
	if (number > NUMBER_MAX) {
		builder->status = ZG_LIMIT;
		number = 0;
	}
	json_put_integer(builder, object, key, (int64_t)number);
}

void
json_put_bool(struct json_builder *builder, json_t *object, const char *key, bool value)
{
	json_put(builder, object, key, json_boolean(value));
}

/* A time twice: seconds since 1970 under `key`, text under `key_utc`. */
void
json_put_time(
    struct json_builder *builder, json_t *object, const char *key, const char *key_utc, int64_t at)
{
	char text[UTC_TEXT_MAX];

	utc_format(at, text);
	json_put_integer(builder, object, key, at);
	json_put_text(builder, object, key_utc, text);
}

void
json_put_no_time(struct json_builder *builder, json_t *object, const char *key, const char *key_utc)
{
	json_put(builder, object, key, json_null());
	json_put(builder, object, key_utc, json_null());
}

/* A time that may not be known: 0 is null. */
void
json_put_time_or_none(
    struct json_builder *builder, json_t *object, const char *key, const char *key_utc, int64_t at)
{
	if (at == 0)
		json_put_no_time(builder, object, key, key_utc);
	else
		json_put_time(builder, object, key, key_utc, at);
}

/* A time that may not come: INT64_MAX is null. */
void
json_put_time_or_never(
    struct json_builder *builder, json_t *object, const char *key, const char *key_utc, int64_t at)
{
	if (at == INT64_MAX)
		json_put_no_time(builder, object, key, key_utc);
	else
		json_put_time(builder, object, key, key_utc, at);
}

static int
write_piece(const char *text, size_t length, void *context)
{
	struct text_writer *out = context;

	text_add_bytes(out, text, length);
	return out->failed ? -1 : 0;
}

zg_status
json_finish(struct json_builder *builder, json_t *root, struct text_writer *out)
{
	if (builder->status == ZG_OK &&
	    json_dump_callback(root, write_piece, out, JSON_INDENT(2) | JSON_ENSURE_ASCII) != 0)
		builder->status = ZG_MEMORY;
	text_add(out, "\n");
	if (builder->status == ZG_OK && out->failed)
		builder->status = ZG_MEMORY;
	json_decref(root);
	return builder->status;
}
