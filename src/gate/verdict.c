/* The verdict as a pure function, and the words for severities and verdicts. */
#include "gate/verdict.h"

#define INPUTS_KNOWN                                                                               \
	((unsigned)(ZG_INPUT_DS | ZG_INPUT_PREVIOUS | ZG_INPUT_UNSIGNED | ZG_INPUT_HISTORY))

/* What is said about each set of missing inputs, by its bits. */
#define MISSING "undecided, required input missing: "
static const char *const missing_texts[] = {
    [ZG_INPUT_DS] = MISSING "ds",
    [ZG_INPUT_PREVIOUS] = MISSING "previous",
    [ZG_INPUT_DS | ZG_INPUT_PREVIOUS] = MISSING "ds, previous",
    [ZG_INPUT_UNSIGNED] = MISSING "unsigned",
    [ZG_INPUT_DS | ZG_INPUT_UNSIGNED] = MISSING "ds, unsigned",
    [ZG_INPUT_PREVIOUS | ZG_INPUT_UNSIGNED] = MISSING "previous, unsigned",
    [ZG_INPUT_DS | ZG_INPUT_PREVIOUS | ZG_INPUT_UNSIGNED] = MISSING "ds, previous, unsigned",
    [ZG_INPUT_HISTORY] = MISSING "history",
    [ZG_INPUT_DS | ZG_INPUT_HISTORY] = MISSING "ds, history",
    [ZG_INPUT_PREVIOUS | ZG_INPUT_HISTORY] = MISSING "previous, history",
    [ZG_INPUT_DS | ZG_INPUT_PREVIOUS | ZG_INPUT_HISTORY] = MISSING "ds, previous, history",
    [ZG_INPUT_UNSIGNED | ZG_INPUT_HISTORY] = MISSING "unsigned, history",
    [ZG_INPUT_DS | ZG_INPUT_UNSIGNED | ZG_INPUT_HISTORY] = MISSING "ds, unsigned, history",
    [ZG_INPUT_PREVIOUS | ZG_INPUT_UNSIGNED | ZG_INPUT_HISTORY] =
	MISSING "previous, unsigned, history",
    [ZG_INPUT_DS | ZG_INPUT_PREVIOUS | ZG_INPUT_UNSIGNED | ZG_INPUT_HISTORY] =
	MISSING "ds, previous, unsigned, history",
};
_Static_assert(
    sizeof(missing_texts) / sizeof(missing_texts[0]) == INPUTS_KNOWN + 1, "one text for each set");

/* The severities and verdicts, indexed by their numbers. */
static const char *const severity_texts[] = {
    [ZG_SEVERITY_REFUSE] = "refuse",
    [ZG_SEVERITY_APPROVE] = "approve",
    [ZG_SEVERITY_WARN] = "warn",
    [ZG_SEVERITY_IGNORE] = "ignore",
};
#define SEVERITIES (sizeof(severity_texts) / sizeof(severity_texts[0]))

static const struct {
	const char *text;
	int exit_status;
} verdicts[] = {
    [ZG_VERDICT_REFUSE] = {"refused", 1},
    [ZG_VERDICT_UNDECIDED] = {"undecided", 2},
    [ZG_VERDICT_HELD] = {"held", 3},
    [ZG_VERDICT_PASS] = {"pass", 0},
};
#define VERDICTS (sizeof(verdicts) / sizeof(verdicts[0]))

const char *
zg_severity_text(zg_severity severity)
{
	return severity_texts[(size_t)severity < SEVERITIES ? severity : ZG_SEVERITY_REFUSE];
}

const char *
zg_verdict_text(zg_verdict verdict)
{
	return verdicts[(size_t)verdict < VERDICTS ? verdict : ZG_VERDICT_UNDECIDED].text;
}

int
zg_verdict_exit_status(zg_verdict verdict)
{
	return verdicts[(size_t)verdict < VERDICTS ? verdict : ZG_VERDICT_UNDECIDED].exit_status;
}

/* Some row that ran found something at this severity. */
static bool
any_found(const struct verdict_row *rows, size_t n, zg_severity severity)
{
	for (size_t i = 0; i < n; i++) {
		zg_severity weight = rows[i].severity;

		if ((size_t)weight >= SEVERITIES)
			weight = ZG_SEVERITY_REFUSE;
		if (rows[i].ran && rows[i].count > 0 && !rows[i].accepted && weight == severity)
			return true;
	}
	return false;
}

/* Some row that counts and had all it needs did not run: nobody knows what it would have found. */
static bool
any_left_out(const struct verdict_row *rows, size_t n, unsigned given)
{
	for (size_t i = 0; i < n; i++) {
		if (!rows[i].ran && rows[i].severity != ZG_SEVERITY_IGNORE &&
		    (rows[i].needs & ~given) == 0)
			return true;
	}
	return false;
}

/* What a zone passes as: on its own or because people accepted findings, and with or without the
 * parent's DS. */
static const char *
pass_text(const struct verdict_row *rows, size_t n, unsigned given)
{
	bool accepted = false;

	for (size_t i = 0; i < n; i++)
		accepted |= rows[i].ran && rows[i].count > 0 && rows[i].accepted;
	if ((given & ZG_INPUT_DS) != 0)
		return accepted ? "pass, with approvals" : "pass";
	return accepted ? "pass, with approvals, chain to the parent not checked"
			: "pass, chain to the parent not checked";
}

static const char *
missing_text(unsigned missing)
{
	if ((missing & ~INPUTS_KNOWN) != 0)
		return MISSING "of a kind not known here";
	return missing_texts[missing];
}

zg_verdict
verdict_decide(const struct verdict_row *rows, size_t n, unsigned required, unsigned given,
    const char **reason)
{
	unsigned missing = required & ~given;

	*reason = "refused";
	if (any_found(rows, n, ZG_SEVERITY_REFUSE))
		return ZG_VERDICT_REFUSE;
	if (missing != 0) {
		*reason = missing_text(missing);
		return ZG_VERDICT_UNDECIDED;
	}
	if (any_left_out(rows, n, given)) {
		*reason = "undecided, a check did not run";
		return ZG_VERDICT_UNDECIDED;
	}
	if (any_found(rows, n, ZG_SEVERITY_APPROVE)) {
		*reason = "held for approval";
		return ZG_VERDICT_HELD;
	}
	*reason = pass_text(rows, n, given);
	return ZG_VERDICT_PASS;
}
