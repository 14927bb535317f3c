/* The table of everything that a configuration can say. */
#ifndef POLICY_CONFIG_SCHEMA_H
#define POLICY_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/config.h"

/* What an element or attribute holds, and the C type behind it. */
enum config_kind {
	CONFIG_GROUP,	   /* elements */
	CONFIG_LIST,	   /* repeated elements; the rows below describe one item */
	CONFIG_FLAG,	   /* bool: an empty element, there or not */
	CONFIG_DURATION,   /* int64_t: seconds, as in policies */
	CONFIG_NUMBER,	   /* an integer of the row's size */
	CONFIG_ANSWER,	   /* bool: "yes" or "no" */
	CONFIG_MODE,	   /* mode_t: octal digits */
	CONFIG_IDENTIFIER, /* char *: as names of policies */
	CONFIG_ACCOUNT,	   /* char *: name of a user or group */
	CONFIG_ENGINE,	   /* char *: what can ask a hook */
	CONFIG_STAGE,	   /* char *: name of a stage */
	CONFIG_ZONE,	   /* char *: domain name in canonical text */
	CONFIG_PATH,	   /* char *: an absolute path */
	CONFIG_POLICY,	   /* two char *: FILE#NAME */
	CONFIG_ADDRESS,	   /* char *: IPv4 or IPv6, in canonical text */
	CONFIG_KEY,	   /* uint8_t[32]: base64 */
	CONFIG_ARGUMENT	   /* char **: repeated elements, each a string; NULL-terminated */
};

/* How the items of a CONFIG_LIST are kept: offsets into what the list belongs to. */
struct config_list {
	size_t items; /* an array, or a pointer to an owned one */
	size_t count; /* size_t */
	size_t item;  /* octets of an item */
	size_t limit;
	bool in_place; /* an array of `limit` items */
	size_t line;   /* where an item keeps its line; NO_LINE: nowhere */
};
#define NO_LINE SIZE_MAX

/*
 * One element or attribute. The path starts below Configuration: "Zone/@name" is an attribute. An
 * element stands before what is in it.
 */
struct config_row {
	const char *path;
	enum config_kind kind;
	bool required;	   /* in each of what it stands in */
	size_t place;	   /* offset into the item of the nearest list, else into struct config */
	size_t size;	   /* octets there */
	size_t name_place; /* CONFIG_POLICY: where the name goes */
	int64_t min, max;  /* of durations and numbers */
	int64_t fallback;
	const struct config_list *list;
};

/* An upper bound of the table's length that arrays can be made of. */
#define CONFIG_ROWS_MAX 80

extern const struct config_row config_table[];
extern const size_t config_table_rows;

/* The name in the last part of the row's path: "@name", "Target". */
const char *config_row_leaf(const struct config_row *row);

/* `row` describes a direct part of `parent`; NULL: of Configuration itself. */
bool config_row_is_in(const struct config_row *row, const struct config_row *parent);

/* The list whose item the row's place counts from; NULL: struct config. */
const struct config_row *config_row_list(const struct config_row *row);

#endif
