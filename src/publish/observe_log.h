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
 * wrong confirms the release (release_confirm), unless it was partial or some servers have to serve
 * something else; of one at which something is wrong a line of the log says what. Of one that is
 * partial, or good as far as it could be told, nothing else is recorded.
 */
MUST_CHECK zg_status release_observed(struct release_log *log, const struct zone_look *look,
    const char *actor, int64_t now, struct observed *observed, struct zg_error *error);

/*
 * What a look says of the servers of a stage (NULL: of all), in one phrase: those that are not
 * good, each with an example, or how much was seen. False: some are not good. A validating resolver
 * that has no proof counts against every stage: which of them it asked is not known.
 */
bool look_evidence(const struct zone_look *look, const char *stage, char *text, size_t size);

/*
 * Records the serial that an engine says it serves, as the look at a server would. `known`: a
 * version with that serial was let pass, or the log has none at all.
 */
MUST_CHECK zg_status release_served(struct release_log *log, const char *server, uint32_t serial,
    int64_t now, bool *known, struct zg_error *error);

#endif
