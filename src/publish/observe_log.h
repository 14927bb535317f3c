/* Looks at the distribution servers in the history: how they are recorded, and what they confirm.
 */
#ifndef PUBLISH_OBSERVE_LOG_H
#define PUBLISH_OBSERVE_LOG_H

#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/zone_look.h"
#include "publish/release.h"

/* What became of a look. */
struct observed {
	bool confirmed; /* the release is, by this look or one before */
	bool is_news;	/* something is wrong that the last look had not, or had otherwise */
};

/*
 * Records what each server serves: when that is news, and once an hour. A look at which nothing is
 * wrong confirms the release (release_confirm); of any other a line of the log says what is.
 */
MUST_CHECK zg_status release_observed(struct release_log *log, const struct zone_look *look,
    const char *actor, int64_t now, struct observed *observed, struct zg_error *error);

#endif
