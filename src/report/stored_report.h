/* What is read back from a report that was kept: the JSON form, with the history. */
#ifndef REPORT_STORED_REPORT_H
#define REPORT_STORED_REPORT_H

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

#endif
