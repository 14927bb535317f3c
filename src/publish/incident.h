/* What the log has of an incident: candidates that were stopped, releases that were bad in service,
 * and what is served now. Plain data for a statement; nothing here guesses a cause. */
#ifndef PUBLISH_INCIDENT_H
#define PUBLISH_INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/release_facts.h"
#include "dns/release_by.h"
#include "history/history.h"
#include "policy/config.h"

struct incident_event {
	bool has_serial;
	uint32_t serial;
	enum candidate_state state;
	size_t n_times; /* the same text came to the same end so often: name servers ask again */
	int64_t judged; /* its verdict, or "served since"; the first */
	int64_t last;	/* the last */
	int64_t handed, superseded; /* 0: not */
	uint32_t max_ttl;
	bool named;    /* it was asked for */
	bool in_force; /* the release in force */
	char digest[DIGEST_TEXT_SIZE];
	uint8_t sha256[32]; /* of the file */
	char policy_digest[65];
	char reason[512];
	char *report; /* JSON, as it was kept; owned; empty: none */
};

/* A look at the name servers that found something. */
struct incident_look {
	int64_t time;
	char text[512]; /* as the log has it */
};

struct incident {
	char zone[NAME_TEXT_SIZE];
	int64_t since, now;
	struct incident_event events[ZG_STATEMENT_EVENTS_MAX]; /* newest first */
	size_t n_events, n_more; /* n_more: left out, they are older */

	/* The release in force: also among the events. */
	bool has_release;
	uint32_t serial;
	const char *state; /* static: "confirmed", ... */
	int64_t released;
	struct release_by release_by;

	struct incident_look looks[ZG_STATEMENT_LOOKS_MAX]; /* since then, newest first */
	size_t n_looks;

	/* The head of the decision log, and the key that signs it. */
	int64_t log_line;
	uint8_t log_chain[32];
	uint8_t public_key[32];
};

struct incident_wish {
	const struct config *config;
	const struct config_zone *zone;
	int64_t since, now;
	/* Only these, whenever they were; none: what was stopped since then, and all that was in
	 * service. */
	uint32_t serials[ZG_STATEMENT_SERIALS_MAX];
	size_t n_serials;
};

/*
 * Reads the history, whose log must be whole and signed with the gate's key: ZG_READ when it is
 * not. *incident is owned by the caller.
 */
MUST_CHECK zg_status incident_read(
    const struct incident_wish *wish, struct incident **incident, struct zg_error *error);
void incident_free(struct incident *incident);

#endif
