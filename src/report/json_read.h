/* Members of a JSON object whose form is not trusted. */
#ifndef REPORT_JSON_READ_H
#define REPORT_JSON_READ_H

#include <stdint.h>

#include <jansson.h>

/* A string; NULL: it is none, or is not there. */
const char *json_text_of(const json_t *object, const char *key);

/* An integer; `otherwise` when it is none, or is not there. */
int64_t json_integer_of(const json_t *object, const char *key, int64_t otherwise);

#endif
