/*
 * When secondaries that refuse what this gate refuses give the zone up (DESIGN 9.1). A secondary
 * discards its copy when it could not check the serial for EXPIRE; a check that finds an equal
 * serial begins that time anew (RFC 1034 section 4.3.5). So nothing runs as long as its primary has
 * what was released last, and then it runs since the last such check: REFRESH or less before the
 * first newer serial was stopped. That a server still serves the zone shows no check; nor does a
 * name server that asks about the released serial again, which may have it from its own disk.
 */
#ifndef PUBLISH_TRANSFER_EXPIRY_H
#define PUBLISH_TRANSFER_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

struct history;

/* What secondaries were last known to do that began EXPIRE anew. */
enum in_step {
	IN_STEP_TRANSFER, /* they got the release */
	IN_STEP_REFRESH	  /* their last check before something newer was stopped */
};

struct transfer_expiry {
	int64_t expires; /* 0: it does not run */
	int64_t in_step; /* since when it runs */
	enum in_step by;
};

/* Of a release that was handed over at `handed`; `stopped`: when the first newer serial was refused
 * or held, 0: none was. */
struct transfer_expiry transfer_expiry_of(
    int64_t handed, uint32_t refresh, uint32_t expire, int64_t stopped);

/* "they got it", as part of a sentence. */
const char *in_step_text(enum in_step by);

/* The release, as far as it is needed here. */
struct transfer_release {
	int64_t id, handed;
	bool imported;
};

/* When the first candidate newer than the release was refused, held or not decided; *stopped 0:
 * none was, as far as it is recorded. */
MUST_CHECK zg_status transfer_stopped_read(struct history *history, const char *zone,
    const struct transfer_release *release, int64_t *stopped, struct zg_error *error);

#endif
