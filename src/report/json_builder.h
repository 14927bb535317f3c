/*
 * JSON trees of reports: whatever a string holds, only printable ASCII leaves, and no number is
 * larger than readers of JSON can hold. The first failure sticks.
 */
#ifndef REPORT_JSON_BUILDER_H
#define REPORT_JSON_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "base/text_writer.h"

struct json_builder {
	zg_status status;
};

/* Both take over `value`, which may be NULL after a failed allocation. */
void json_put(struct json_builder *builder, json_t *object, const char *key, json_t *value);
void json_append(struct json_builder *builder, json_t *array, json_t *value);

/* A string that passed the border. */
json_t *json_clean_string(const char *text, size_t length);

/* NULL becomes null. */
void json_put_text(struct json_builder *builder, json_t *object, const char *key, const char *text);
void json_put_integer(
    struct json_builder *builder, json_t *object, const char *key, int64_t number);
void json_put_count(struct json_builder *builder, json_t *object, const char *key, uint64_t number);
void json_put_bool(struct json_builder *builder, json_t *object, const char *key, bool value);

/* A time twice: seconds since 1970 under `key`, text under `key_utc`. */
void json_put_time(
    struct json_builder *builder, json_t *object, const char *key, const char *key_utc, int64_t at);
void json_put_no_time(
    struct json_builder *builder, json_t *object, const char *key, const char *key_utc);
/* A time that may not be known: 0 is null. */
void json_put_time_or_none(
    struct json_builder *builder, json_t *object, const char *key, const char *key_utc, int64_t at);
/* A time that may not come: INT64_MAX is null. */
void json_put_time_or_never(
    struct json_builder *builder, json_t *object, const char *key, const char *key_utc, int64_t at);

/* Writes the tree, which is freed, and a line feed. ZG_OK, ZG_MEMORY, or ZG_LIMIT. */
MUST_CHECK zg_status json_finish(
    struct json_builder *builder, json_t *root, struct text_writer *out);

#endif
