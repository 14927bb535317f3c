/* From a tree of XML elements to a policy, by the table. */
#ifndef POLICY_POLICY_LOAD_H
#define POLICY_POLICY_LOAD_H

#include <libxml/tree.h>

#include "policy/policy_report.h"
#include "policy/policy_schema.h"

/* The line where the file sets each value; 0: it does not, the default holds. */
struct policy_lines {
	unsigned row[POLICY_ROWS_MAX]; /* of the policy table */
	unsigned *check;	       /* of the check table: the severity; owned */
};

/* A policy of defaults without a name, or NULL. */
zg_policy *policy_new(void);

/*
 * Reads the element Policy over the defaults. Every error goes to the reporter; the policy is good
 * only when there was none. Safe on a tree that is not valid. *lines is for policy_lines_clear.
 */
void policy_load(struct policy_reporter *reporter, const xmlNode *element, zg_policy *policy,
    struct policy_lines *lines);
void policy_lines_clear(struct policy_lines *lines);

#endif
