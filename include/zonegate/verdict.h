/* Severities and verdicts. Zero is refuse: whatever is forgotten is not released. */
#ifndef ZONEGATE_VERDICT_H
#define ZONEGATE_VERDICT_H

#include <zonegate/status.h>

/* How much a finding weighs. */
typedef enum zg_severity {
	ZG_SEVERITY_REFUSE = 0,
	ZG_SEVERITY_APPROVE = 1, /* held until the quorum signs off this very content */
	ZG_SEVERITY_WARN = 2,
	ZG_SEVERITY_IGNORE = 3
} zg_severity;

typedef enum zg_verdict {
	ZG_VERDICT_REFUSE = 0,
	ZG_VERDICT_UNDECIDED = 1,
	ZG_VERDICT_HELD = 2,
	ZG_VERDICT_PASS = 3
} zg_verdict;

/* "refuse", "approve", "warn", "ignore". */
ZG_PUBLIC const char *zg_severity_text(zg_severity severity);

/* "refused", "undecided", "held", "pass". */
ZG_PUBLIC const char *zg_verdict_text(zg_verdict verdict);

/* Exit status of a command that ends with this verdict: 1, 2, 3, 0. */
ZG_PUBLIC int zg_verdict_exit_status(zg_verdict verdict);

#endif
