/* One value of a configuration, by its row in the table: text to memory. */
#ifndef POLICY_CONFIG_VALUE_H
#define POLICY_CONFIG_VALUE_H

#include "dns/name.h"
#include "policy/config_schema.h"
#include "policy/policy_value.h"

/* Octets of a path, and of one argument of a command. */
#define CONFIG_PATH_MAX	    1024
#define CONFIG_ARGUMENT_MAX 4096

/*
 * Reads `text`, which has no white space around it, into `base`: the configuration, or the item of
 * a list that the row belongs to. ZG_POLICY and ZG_LIMIT: `why` says what is wrong with it;
 * ZG_MEMORY.
 */
MUST_CHECK zg_status config_value_read(
    const struct config_row *row, const char *text, void *base, char why[POLICY_WHY_MAX]);

/* Why `text` is not an absolute path in its shortest form, or NULL. */
const char *config_path_trouble(const char *text);

/* A zone's name in any letter case, with or without the final dot, to canonical text. Returns NULL,
 * or why it is none. */
const char *config_zone_text(const char *text, char canonical[NAME_TEXT_MAX]);

/* The text, "" where there is none: for comparing. */
static inline const char *
config_text(const char *text)
{
	return text == NULL ? "" : text;
}

#endif
