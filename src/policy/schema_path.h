/* Paths of the tables that say what a policy and a configuration are made of: "Keys/TTL/Min",
 * "Zone/@on". */
#ifndef POLICY_SCHEMA_PATH_H
#define POLICY_SCHEMA_PATH_H

#include <stdbool.h>

/* The last part. */
const char *schema_path_leaf(const char *path);

/* `path` is that of a direct part of `parent`; NULL: of the whole. */
bool schema_path_is_in(const char *path, const char *parent);

#endif
