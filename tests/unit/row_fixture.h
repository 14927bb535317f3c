/* Rows of the check table run over zones from text. */
#ifndef UNIT_ROW_FIXTURE_H
#define UNIT_ROW_FIXTURE_H

#include <stdint.h>

#include "check/check.h"

/* 2026-11-22 12:00:00 UTC. */
#define FIXTURE_NOW 1795348800

struct row_fixture {
	struct zone *zone, *previous;
	struct facts *facts;	     /* may be changed before the rows are run */
	struct policy_values policy; /* every bound NOT_SET */
	int64_t now;
	struct check_result former[CHECK_ROWS_MAX], results[CHECK_ROWS_MAX];
};

/* Facts of `text` (origin z.), and what changed since `previous` (NULL: no former zone). */
void row_fixture_init(struct row_fixture *fixture, const char *text, const char *previous);

/* Runs the table, over the former zone first. May be called again. */
void row_fixture_run(struct row_fixture *fixture);

/* What came of a row, which must have run. */
const struct check_result *row_fixture_result(const struct row_fixture *fixture, const char *id);

/* Runs the table; how often the row fired. */
uint64_t row_fixture_count(struct row_fixture *fixture, const char *id);

void row_fixture_clear(struct row_fixture *fixture);

#endif
