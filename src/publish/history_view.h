/* The history as the commands of the program see it: looked into, taken over, carried about. */
#ifndef PUBLISH_HISTORY_VIEW_H
#define PUBLISH_HISTORY_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "history/history.h"
#include "policy/config.h"
#include "publish/publish.h"
#include "publish/status.h"

/* The history of a configuration, opened for reading. */
MUST_CHECK zg_status history_view_open(
    const struct config *config, struct history **history, struct zg_error *error);

/* The newest candidate of `zone` with this serial, whatever became of it, without the RDATA of its
 * keys. *candidate is owned by the caller (free). ZG_PARAMETER: there is none. */
MUST_CHECK zg_status history_view_find(struct history *history, const char *zone, uint32_t serial,
    struct history_candidate **candidate, struct zg_error *error);

/* The chain of the decision log and the signatures of its head, as `status` judges them. `why` has
 * room for `why_size` characters, which are at least 1. */
MUST_CHECK zg_status history_view_verify(const struct config *config,
    struct status_gate_inputs *found, char *why, size_t why_size, struct zg_error *error);

/* --- Taking over a zone that is served --- */

struct history_import {
	const struct config_zone *zone;
	const struct release_facts *facts;
	int zone_fd; /* the text; kept as the zone in force; -1: not all of it is known */
	const char *policy_digest, *reason, *report;
	const zg_policy *policy; /* in effect; NULL: whose word counts is not recorded */
	const char *findings;	 /* ids of what stands against it, with commas; empty: it passed */
	const char *actor;	 /* who says that it is served */
	int64_t since, now;
	const struct history_ds *ds; /* what is known of the parent's DS set */
	size_t n_ds;
	const struct history_served *served; /* by the zone's servers */
	size_t n_served;
	bool first; /* not when the log has a release in force: it knows more then */
};

/*
 * Records the zone as released, handed over and confirmed at `since`, and what was in force before
 * as superseded then; makes the database when there is none. ZG_PARAMETER when that contradicts
 * what is recorded.
 */
MUST_CHECK zg_status history_import(
    const struct config *config, const struct history_import *import, struct zg_error *error);

/* What a look at servers met may be a sample of that version of the zone, as far as caches mind:
 * serial, keys and who signs with them, TTLs, denial. */
bool history_sample_of(const struct release_facts *look, const struct release_facts *version);

/* Takes in what `history export` wrote elsewhere. *n_new: how many rows were not known. */
MUST_CHECK zg_status history_import_lines(const struct config *config, const char *zone, int fd,
    const char *site, int64_t now, size_t *n_new, struct zg_error *error);

#endif
