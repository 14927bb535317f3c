/*
 * The gate's memory (SQLite): candidates and what became of them, what the parent and the servers
 * were seen to publish, and the decision log. Tables are append-only; the log is a chain of
 * SHA-256. Nothing here looks at the clock: the caller gives the time, seconds since 1970 UTC.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include <zonegate/status.h>
#include <zonegate/verdict.h>
#include "base/compiler.h"
#include "dns/provider_look.h"
#include "dns/release_facts.h"

struct history; /* an open database; one thread */

enum history_mode {
	HISTORY_READ,  /* must exist */
	HISTORY_WRITE, /* must exist */
	HISTORY_CREATE /* made, with its tables, when it is absent */
};

/* Opens DIRECTORY/zonegate.db: journal DELETE, synchronous EXTRA. ZG_READ with a message when it is
 * missing, damaged, of another version or on a network file system; busy for 3 seconds, or 20 when
 * it is to be written, is ZG_READ as well; ZG_WRITE when it may not be written. Names of zones may
 * be given in any letter case and with or without the final dot; all other text is cut to its
 * limit, and what is not printable is replaced. */
MUST_CHECK zg_status history_open(const char *directory, enum history_mode mode,
    struct history **history, struct zg_error *error);
void history_close(struct history *history);

/* Everything between begin and commit happens, or none of it. Rolls back in close, and as soon as
 * anything in between fails: then all that follows fails, the commit too. */
MUST_CHECK zg_status history_begin(struct history *history, struct zg_error *error);
MUST_CHECK zg_status history_commit(struct history *history, struct zg_error *error);

/* --- Candidates --- */

enum candidate_state {
	CANDIDATE_SEEN,
	CANDIDATE_REFUSED,
	CANDIDATE_UNDECIDED,
	CANDIDATE_HELD,
	CANDIDATE_PASSED,
	CANDIDATE_HANDED,    /* renamed and the reload command succeeded, or the hook said yes */
	CANDIDATE_CONFIRMED, /* serial and digest seen at the distribution server */
	CANDIDATE_SUPERSEDED,
	CANDIDATE_ABANDONED, /* passed, and certainly never left the building */
	CANDIDATE_STATES
};

const char *candidate_state_text(enum candidate_state state);

struct history_candidate {
	int64_t id;
	enum candidate_state state;	 /* the last one */
	int64_t times[CANDIDATE_STATES]; /* when each state was first reached; 0: never */
	uint8_t file_sha256[32];	 /* of the text as it was handed in */
	char policy_digest[65];
	bool imported;	/* taken over by `history import`; times[PASSED] is "served since" */
	bool has_facts; /* else only facts.zone is known */
	char site[80];	/* where it was recorded; empty: here */
	char reason[512];
	struct release_facts facts;
};

/* What is recorded of a candidate when its verdict is known. */
struct history_new {
	const struct release_facts *facts; /* NULL: the text did not get so far (state refused) */
	const char *zone;
	enum candidate_state state;
	const uint8_t *file_sha256; /* 32 octets */
	const char *policy_digest;  /* 64 hex digits */
	const char *reason;	    /* the result's phrase */
	const char *report;	    /* JSON; kept whole */
	int64_t time;
	bool imported;
};
MUST_CHECK zg_status history_add_candidate(struct history *history,
    const struct history_new *candidate, int64_t *id, struct zg_error *error);

/* Adds an event, and a line to the decision log: `actor` is who, `why` one sentence. */
MUST_CHECK zg_status history_set_state(struct history *history, int64_t id,
    enum candidate_state state, int64_t time, const char *actor, const char *why,
    struct zg_error *error);

/*
 * Candidates of `zone` that passed or went further, newest first (by the time of their verdict, or
 * "served since"): those that were neither superseded nor abandoned before `since`, and one more,
 * the newest that was superseded. With `all` set the refused, held and undecided ones too, from
 * `since` on. At most `limit` (0: ZG_HISTORY_ROWS_MAX, and ZG_LIMIT when there are more). *list is
 * owned by the caller (history_candidates_free).
 */
MUST_CHECK zg_status history_candidates(struct history *history, const char *zone, int64_t since,
    bool all, size_t limit, struct history_candidate **list, size_t *n, struct zg_error *error);
void history_candidates_free(struct history_candidate *list, size_t n);

/* The same one by one, which takes no memory for the list: `visit` borrows each for the call, and
 * ends the walk with anything but ZG_OK, which is returned. It does not write to the history. */
typedef zg_status (*history_visitor)(void *context, const struct history_candidate *candidate);
/* What a visitor returns to end the walk: no failure. */
#define HISTORY_STOP ZG_NOT_SUPPORTED
MUST_CHECK zg_status history_visit(struct history *history, const char *zone, int64_t since,
    bool all, size_t limit, history_visitor visit, void *context, struct zg_error *error);

/* The report (JSON) of a candidate, empty when none was kept; owned by the caller. */
MUST_CHECK zg_status history_report(
    struct history *history, int64_t id, char **report, struct zg_error *error);

/* --- Observations --- */

enum observation_source { SOURCE_AUTHORITATIVE, SOURCE_FILE, SOURCE_OPERATOR };

/* What one source said of the DS set at one time. */
struct history_ds {
	int64_t time;
	enum observation_source source;
	char server[80]; /* "192.0.2.1@53", a file's name, an operator's name */
	bool answered;	 /* false: no usable answer; `note` says why */
	char note[160];
	uint32_t ttl; /* as published (the RRSIG's original TTL); negative answers: of the denial */
	uint32_t serial; /* of the parent zone; 0: not known */
	struct release_ds entries[ZG_DS_MAX];
	size_t n; /* 0 and answered: proved absent */
};
MUST_CHECK zg_status history_add_ds(struct history *history, const char *zone,
    const struct history_ds *observation, struct zg_error *error);
/* Oldest first, from `since` on; before that the last of each server, and its last answer. */
MUST_CHECK zg_status history_ds_list(struct history *history, const char *zone, int64_t since,
    struct history_ds **list, size_t *n, struct zg_error *error);

/* What a server of the zone served. */
struct history_served {
	int64_t time;
	char server[80];
	uint32_t serial;
	char digest[DIGEST_TEXT_SIZE]; /* empty: only the serial is known */
};
MUST_CHECK zg_status history_add_served(struct history *history, const char *zone,
    const struct history_served *observation, struct zg_error *error);
/* Oldest first, from `since` on; before that the last of each server. */
MUST_CHECK zg_status history_served_list(struct history *history, const char *zone, int64_t since,
    struct history_served **list, size_t *n, struct zg_error *error);

/* What a server of another provider of a multi-signer zone was seen to serve. */
MUST_CHECK zg_status history_add_provider(struct history *history, const char *zone,
    const struct provider_look *observation, struct zg_error *error);
/* Newest first, from `since` on; before that the last answer of each server. `visit` borrows each
 * for the call, and ends the walk with anything but ZG_OK, which is returned. It does not write to
 * the history. */
typedef zg_status (*history_provider_visitor)(
    void *context, const struct provider_look *observation);
MUST_CHECK zg_status history_visit_providers(struct history *history, const char *zone,
    int64_t since, history_provider_visitor visit, void *context, struct zg_error *error);

/* --- Stages --- */

/* A stage's name, and all names of a plan with a blank between them, each after an asterisk when
 * the stage has the text of a rollout that this one replaces. With the NUL. */
#define HISTORY_STAGE_SIZE 64
#define HISTORY_PLAN_SIZE  2048

/* A step of a release on its way through the stages of its zone: `stage` "" for those of the whole.
 * The numbers stand in databases. */
enum history_step_kind {
	HISTORY_BEGUN = 0, /* with `straight` and `plan` */
	HISTORY_ENTERED = 1,
	HISTORY_REACHED = 2,
	HISTORY_FAILED = 3,
	HISTORY_GOOD = 4,
	HISTORY_BAD = 5,
	HISTORY_FINISHED = 6,
	HISTORY_REPLACED = 7,
	HISTORY_ABORTING = 8,
	HISTORY_PUT_BACK = 9,
	HISTORY_ABORTED = 10,
	HISTORY_STOPPED = 11,
	HISTORY_RESUMED = 12,
	HISTORY_STEPS
};

struct history_step {
	int64_t candidate;
	int64_t time;
	enum history_step_kind kind;
	char stage[HISTORY_STAGE_SIZE];
	bool straight;
	char plan[HISTORY_PLAN_SIZE];
	char actor[80];
	char why[512];
};
/* Adds it, and a line to the decision log. */
MUST_CHECK zg_status history_add_step(
    struct history *history, const struct history_step *step, struct zg_error *error);

/* A release that began its way through the stages. */
struct history_rollout {
	struct history_step begun;
	uint32_t serial;
	char digest[DIGEST_TEXT_SIZE];
	uint8_t file_sha256[32];
};
/* The last one of the zone that began here; *found: there is any. */
MUST_CHECK zg_status history_last_rollout(struct history *history, const char *zone,
    struct history_rollout *rollout, bool *found, struct zg_error *error);

/* What became of a candidate in the stages here, in order. `visit` borrows each step for the call,
 * and ends the walk with anything but ZG_OK, which is returned. It does not write to the history.
 */
typedef zg_status (*history_step_visitor)(void *context, const struct history_step *step);
MUST_CHECK zg_status history_visit_steps(struct history *history, int64_t candidate,
    history_step_visitor visit, void *context, struct zg_error *error);

/* A release that some stage had, and that was not finished: it is under way, or was aborted. */
struct history_unfinished {
	int64_t candidate;
	uint32_t serial;
	char digest[DIGEST_TEXT_SIZE];
	int64_t last; /* when a stage may have had it last; INT64_MAX: it is under way */
};
/* Those of the zone, of all sites, that were aborted at `since` or later, and the one under way. At
 * most ZG_STAGED_SERIALS_MAX, the newest; *list is owned by the caller. */
MUST_CHECK zg_status history_unfinished(struct history *history, const char *zone, int64_t since,
    struct history_unfinished **list, size_t *n, struct zg_error *error);

/* --- Rules --- */

#define HISTORY_APPROVER_SIZE 64 /* an id, with the NUL */

/* The policy that a release passed under, and whose word counted then: a later policy is held
 * against it. */
struct history_rules {
	int64_t time;
	char policy_digest[65];
	int64_t quorum;
	zg_severity severity; /* of a change of the policy */
	struct history_approver {
		char id[HISTORY_APPROVER_SIZE]; /* no blanks */
		uint8_t public_key[32];
	} approvers[ZG_POLICY_APPROVERS_MAX];
	size_t n_approvers;
};

/* Adds a row with the text of the policy, unless the last one of the zone says the same. */
MUST_CHECK zg_status history_add_rules(struct history *history, const char *zone,
    const struct history_rules *rules, const char *policy, struct zg_error *error);
/* The last rules that `site` (empty: this one) recorded with the policy of that digest (empty: of
 * any); *found: there are any. Approvers come in the order of their ids. `policy` (NULL: not
 * wanted) gets the text of the policy, NULL when none was kept; owned by the caller. */
MUST_CHECK zg_status history_rules_find(struct history *history, const char *zone, const char *site,
    const char *policy_digest, struct history_rules *rules, char **policy, bool *found,
    struct zg_error *error);

/* --- Decision log --- */

struct history_line {
	int64_t number; /* at its site */
	int64_t time;
	char site[80]; /* empty: this one */
	char zone[NAME_TEXT_SIZE];
	char
	    kind[32]; /* "verdict", "state", "approval", "override", "import", "observation", ... */
	char actor[80];
	char text[512];
	uint8_t chain[32]; /* SHA-256 of the line before and this one */
};
MUST_CHECK zg_status history_log(struct history *history, const char *zone, const char *kind,
    const char *actor, const char *text, int64_t time, struct zg_error *error);
/* Own lines and those of other sites, newest first, at most `limit` (0: ZG_HISTORY_ROWS_MAX).
 * `zone` NULL: of all zones. */
MUST_CHECK zg_status history_lines(struct history *history, const char *zone, size_t limit,
    struct history_line **list, size_t *n, struct zg_error *error);
/* The last line's chain value: what is signed. False: the log is empty. */
MUST_CHECK zg_status history_head(
    struct history *history, uint8_t chain[32], int64_t *number, struct zg_error *error);
/* Keeps a signature (Ed25519) of the head that history_head gave. That adds a line of its own, so
 * the head is no longer the one that was signed. */
MUST_CHECK zg_status history_sign_head(struct history *history, int64_t number,
    const uint8_t signature[64], int64_t time, struct zg_error *error);
struct history_signature {
	int64_t number;
	uint8_t chain[32];
	uint8_t signature[64];
};
/* All, oldest first. Whether they verify is the caller's to see. */
MUST_CHECK zg_status history_signatures(
    struct history *history, struct history_signature **list, size_t *n, struct zg_error *error);
/* Walks the whole chain and all rows. ZG_OK with *broken_at 0: unbroken; else the number of the
 * first line that does not follow from the one before, was changed, is missing, or whose rows were
 * changed; `why` says which. ZG_READ: the file is damaged. Lines cut off at the end are seen by a
 * signature of one of them, here or with the caller. */
MUST_CHECK zg_status history_verify(struct history *history, int64_t *broken_at, char *why,
    size_t why_size, struct zg_error *error);

/* The time of the first own line of a kind after `since`; *time 0: there is none. */
MUST_CHECK zg_status history_first_line(struct history *history, const char *zone, const char *kind,
    int64_t since, int64_t *time, struct zg_error *error);

/* The latest time of any own line, 0 when there is none: a clock behind it was set back. */
MUST_CHECK zg_status history_latest(struct history *history, int64_t *time, struct zg_error *error);

/* Writes all of a zone's rows as JSON lines to `fd`, and takes such lines in: replication between
 * sites. Merging is a union by content: what is here already is left, the rest comes in under one
 * line "merge" of the own log, or nothing does (ZG_INPUT_BAD: what came is no whole export). `site`
 * names where they come from; rows that already name a site keep it. Lines of other logs are listed
 * by history_lines, and are no part of the own chain. */
MUST_CHECK zg_status history_export(
    struct history *history, const char *zone, int fd, struct zg_error *error);
MUST_CHECK zg_status history_merge(
    struct history *history, int fd, const char *site, size_t *n_new, struct zg_error *error);

#endif
