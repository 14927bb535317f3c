/* From a tree of XML elements to a configuration, by the table. */
#ifndef POLICY_CONFIG_LOAD_H
#define POLICY_CONFIG_LOAD_H

#include <libxml/tree.h>

#include "policy/config_schema.h"
#include "policy/policy_report.h"

/*
 * Reads the element Configuration. Every error goes to the reporter; the configuration is good only
 * when there was none, and is for config_free always. Safe on a tree that is not valid.
 */
void config_load(struct policy_reporter *reporter, const xmlNode *element, struct config *config);

#endif
