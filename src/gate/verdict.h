/* The verdict as a pure function over what the checks found: no I/O, no clock, no memory. */
#ifndef GATE_VERDICT_H
#define GATE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/check.h>
#include <zonegate/verdict.h>

/* What came of one row of the check table. */
struct verdict_row {
	zg_severity severity; /* in effect, after policy and ratchet */
	uint64_t count;	      /* findings */
	bool ran;	      /* false: `count` means nothing */
	unsigned needs;	      /* enum zg_input, or-ed: what the row cannot run without */
	bool accepted;	      /* by a quorum: what it found does not count */
};

/*
 * The verdict over `n` rows, the weightiest fact first:
 *
 *   a row that ran found something at refuse       REFUSE, whatever else is unknown
 *   an input that is required was not given        UNDECIDED
 *   a row that counts did not run, without cause   UNDECIDED
 *   a row that ran found something at approve      HELD
 *   else                                           PASS
 *
 * What a quorum accepted counts as nothing found. A row has cause not to run when its severity is
 * ignore or an input that it needs was not given. A severity out of range weighs as refuse.
 * `required` and `given` are enum zg_input, or-ed; bits that this build does not know count as
 * missing. *reason is a static phrase, never NULL.
 */
zg_verdict verdict_decide(const struct verdict_row *rows, size_t n, unsigned required,
    unsigned given, const char **reason);

#endif
