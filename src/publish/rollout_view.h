/*
 * What there is to know of a zone's rollout, for people: its state, what the servers of each stage
 * were last seen to serve, what the candidate's check found, and the last lines of the log about
 * it.
 */
#ifndef PUBLISH_ROLLOUT_VIEW_H
#define PUBLISH_ROLLOUT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "history/history.h"
#include "policy/config.h"
#include "publish/publish.h"
#include "publish/rollout.h"

/* Lines of the log: what came last fits a terminal beside the rest. */
#define ROLLOUT_VIEW_LINES 6

/* What a server was last seen to serve. */
struct rollout_seen {
	int64_t time; /* 0: never */
	uint32_t serial;
};

struct rollout_view {
	const struct config_zone *zone; /* borrowed; stages may be none */
	struct rollout
	    rollout; /* ROLLOUT_NONE: with the names of the stages of the configuration */
	bool has_release;
	uint32_t serial;			       /* of the release in force */
	struct rollout_seen seen[CONFIG_SERVERS_MAX];  /* by index into zone->servers */
	struct history_line lines[ROLLOUT_VIEW_LINES]; /* newest first */
	size_t n_lines;
	char *report; /* JSON, of the candidate on its way; owned; NULL: none */
	bool queued;  /* a newer candidate waits for the end of the rollout */
	int64_t now;
};

/* Reads all of it; no lock is needed. `view` is for rollout_view_clear, also after a failure. */
MUST_CHECK zg_status rollout_view_read(struct state_directory *state,
    const struct config_zone *zone, int64_t now, struct rollout_view *view, struct zg_error *error);
void rollout_view_clear(struct rollout_view *view);

/* The stage of the configuration that has the name of stage `index` of the rollout; NULL: none has
 * it any more. */
const struct config_stage *rollout_view_stage(const struct rollout_view *view, size_t index);

#endif
