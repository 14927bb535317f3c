/* What is read back from a report that was kept: the JSON form, with the history. */
#ifndef REPORT_STORED_REPORT_H
#define REPORT_STORED_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <zonegate/gate.h>
#include "base/compiler.h"

/* Entries that are read: many times what a zone can have. */
#define STORED_DEADLINES_MAX 4096

struct stored_deadlines {
	struct zg_deadline *entries; /* owned; their text lives as long as `tree` */
	size_t n;
	void *tree; /* owned */
};

/*
 * Reads `deadlines.entries` of a report; NULL is none. A text that is no report, or an entry that
 * is none, has nothing to say and is left out. ZG_OK or ZG_MEMORY.
 */
MUST_CHECK zg_status stored_deadlines_read(const char *json, struct stored_deadlines *deadlines);
void stored_deadlines_clear(struct stored_deadlines *deadlines);

/* Whether a kept report names `proof` among what proves that nothing was cut out of the zone. */
bool stored_proves(const char *json, const char *proof);

/* What a kept report found. Its text is from a file that others may have written: not escaped. */
#define STORED_FINDINGS_MAX 1024
#define STORED_FAILURES_MAX 64

struct stored_finding {
	const char *id, *severity, *summary, *reference;
	const char *ede_text; /* NULL: validators report none */
	int64_t ede;	      /* -1: none */
	int64_t count;
	const char *owner, *type; /* of the first example; NULL: none */
};

struct stored_failure {
	int64_t algorithm, tag, bad, of, published_keys;
	const char *cause; /* NULL: nothing can be said */
};

struct stored_findings {
	const char *verdict;		 /* NULL: there is no report */
	struct stored_finding *findings; /* owned */
	size_t n_findings;
	struct stored_failure *failures; /* owned */
	size_t n_failures;
	void *tree; /* owned: all text lives as long as it */
};

/* Reads `verdict`, `findings` and `failures` of a report; NULL or empty is none. What is not of the
 * form is left out. ZG_OK or ZG_MEMORY. */
MUST_CHECK zg_status stored_findings_read(const char *json, struct stored_findings *findings);
void stored_findings_clear(struct stored_findings *findings);

#endif
