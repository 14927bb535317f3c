/* A finding: one check that fired, how often, and the first places. */
#ifndef ZONEGATE_FINDING_H
#define ZONEGATE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/check.h>

/* One place. Strings are owned by the result that holds the finding; all text is escaped: plain
 * ASCII without control characters. */
struct zg_example {
	const char *owner;  /* presentation form, or NULL */
	const char *type;   /* RR type, or NULL */
	const char *file;   /* or NULL */
	uint32_t line;	    /* 0: none */
	const char *detail; /* one sentence: expected and found */
};

struct zg_finding {
	const struct zg_check *check;
	zg_severity severity; /* after policy and ratchet */
	const char *eased;    /* why it is weaker than the policy says, or NULL */
	uint64_t count;
	const struct zg_example *examples; /* in the order of the zone */
	size_t n_examples;
	const char *approved_by; /* approvers who accept it, "alice, bob"; NULL: none */
	int64_t approved_until;	 /* when the first of their approvals ceases to count */
	bool accepted;		 /* by a quorum of them: it neither holds nor refuses */
	bool may_be_accepted;	 /* people have a say in it: */
	size_t quorum;		 /* so many have to accept it */
};

#endif
