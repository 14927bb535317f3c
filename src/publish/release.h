/*
 * One zone's releases in the history: what is in force, what a candidate came to, what a crash left
 * open. The caller holds the zone's lock and gives the time.
 */
#ifndef PUBLISH_RELEASE_H
#define PUBLISH_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/policy.h>
#include <zonegate/status.h>
#include <zonegate/verdict.h>
#include "base/compiler.h"
#include "dns/release_facts.h"
#include "publish/publish.h"

/* The database of a state directory, for one zone. */
struct release_log;

/* `create`: for `release`; the database of a fresh state directory is made, and its set-up ended.
 */
MUST_CHECK zg_status release_log_open(struct state_directory *state, const char *zone, bool create,
    struct release_log **log, struct zg_error *error);
void release_log_close(struct release_log *log);

/*
 * Somebody (`actor`) saw the release in service at `time`: it supersedes those before. ZG_PARAMETER
 * when no release with this serial was handed over, it is superseded itself, or the log is ahead of
 * `time`; nothing to do when it was confirmed before.
 */
MUST_CHECK zg_status release_confirm(struct release_log *log, uint32_t serial, const char *actor,
    int64_t time, struct zg_error *error);

/* The latest time in the log: a clock behind it was set back. */
MUST_CHECK zg_status release_log_latest(
    struct release_log *log, int64_t *time, struct zg_error *error);

/* A release, as far as another one is held against it. */
struct released {
	bool exists;
	bool handed; /* else it was renamed, and its command is still to succeed */
	int64_t id;
	uint32_t serial;
	char digest[DIGEST_TEXT_SIZE];
	uint8_t sha256[FILE_DIGEST_OCTETS]; /* of the file */
	int64_t
	    first_expiration; /* when its first RRset loses its last signature; 0: none signed */
	int64_t handed_at;    /* 0: not known */
	bool imported;
	uint32_t refresh, expire; /* SOA, seconds */
};

/* The release in force: the newest that was handed over, or the newer one `pending` that was
 * renamed and waits for its command (0: none). */
MUST_CHECK zg_status release_in_force(struct release_log *log, int64_t pending, int64_t now,
    struct released *released, struct zg_error *error);

struct transfer_expiry;
/* When secondaries expire a release in force if a newer serial is refused at `now`, and may have
 * been before. */
MUST_CHECK zg_status release_transfer_expiry(struct release_log *log,
    const struct released *in_force, int64_t now, struct transfer_expiry *expiry,
    struct zg_error *error);

/* Whether this content was handed over and nothing has superseded it, so that it may be served as
 * well as the release in force; not when it has expired. False also when that cannot be read. */
bool release_is_live(struct release_log *log, uint32_t serial, const char *digest, int64_t now);

/* Of the releases before the one in force the newest whose signatures all last beyond `now`. */
MUST_CHECK zg_status release_former(struct release_log *log, const struct released *in_force,
    int64_t now, struct released *former, struct zg_error *error);

/* Opens the text of the release in force, proved by its digest: the copy that was kept, else the
 * target (NULL: none). *fd -1: neither is that text any more. */
MUST_CHECK zg_status release_text_open(const struct state_directory *state, const char *zone,
    const char *target, const struct released *released, int *fd, struct zg_error *error);

/* Opens what was kept, as it is: *sealed, it is the text of the release in force; else for who
 * holds its content against released->digest. *fd -1: it is not there, or its content is not known.
 */
MUST_CHECK zg_status release_text_kept(const struct state_directory *state, const char *zone,
    const struct released *released, int *fd, bool *sealed, struct zg_error *error);

/* What is kept was just written, and is a file with this SHA-256. With the zone locked. */
void release_text_seal(const struct state_directory *state, const char *zone,
    const uint8_t sha256[FILE_DIGEST_OCTETS]);

/* --- Verdicts --- */

struct release_verdict {
	const struct release_facts *facts; /* NULL: the text did not get so far */
	zg_verdict verdict;
	const uint8_t *sha256; /* of the file */
	const char *policy_digest;
	const char *reason;
	const char *report; /* JSON */
	int64_t time;
	const zg_policy
	    *policy; /* that it passed under; NULL: whose word counted is not recorded */
	const struct config *config;
};

/* Records a candidate with its verdict, all or nothing; of one that passed also the policy and
 * whose word counted, when that is news. */
MUST_CHECK zg_status release_add(struct release_log *log, const struct release_verdict *verdict,
    int64_t *id, struct zg_error *error);

/* The key with which `id` could approve when the last candidate passed; false: none that is known.
 * Who goes with a change of the rules has a say in it. */
bool release_former_approver(struct release_log *log, const char *id, uint8_t public_key[32]);

/* What the DS file said when the candidate was judged. Said again and again, it is recorded once an
 * hour. `ttl` 0: not known. */
MUST_CHECK zg_status release_observe_ds(struct release_log *log, const struct release_ds *list,
    size_t n, uint32_t ttl, const char *path, int64_t time, struct zg_error *error);
/* That the DS file could not be read, and why: recorded as seldom. */
MUST_CHECK zg_status release_observe_no_ds(struct release_log *log, const char *path,
    const char *why, int64_t time, struct zg_error *error);

/* The newest candidate of the zone, whatever became of it. */
struct recorded {
	int64_t id;    /* 0: there is none */
	bool passed;   /* and nothing else yet */
	bool declined; /* refused, held or undecided */
	uint32_t serial;
	char digest[DIGEST_TEXT_SIZE];
	uint8_t sha256[FILE_DIGEST_OCTETS]; /* of the file */
};
MUST_CHECK zg_status release_newest(
    struct release_log *log, struct recorded *recorded, struct zg_error *error);

/* The report of a candidate; owned by the caller. */
MUST_CHECK zg_status release_report(
    struct release_log *log, int64_t id, char **report, struct zg_error *error);

/* --- What became of it --- */

/* A candidate that passed and is not known to have been handed over. */
enum unsettled_kind {
	UNSETTLED_NONE = 0,
	UNSETTLED_RENAMED, /* the target is its text: the command is to be run (again) */
	UNSETTLED_NEVER,   /* its snapshot lies beside the target: it was not renamed */
	UNSETTLED_UNKNOWN  /* neither: it may have been served */
};
struct unsettled {
	enum unsettled_kind kind;
	int64_t id;
	uint32_t serial;
};
#define UNSETTLED_MAX 16

/* Fills at most UNSETTLED_MAX, newest first. Files are read only when there is one. */
MUST_CHECK zg_status release_unsettled(struct release_log *log, const char *target, int64_t now,
    struct unsettled *list, size_t *n, struct zg_error *error);

/* The command succeeded. With `evidence` the releases before it are superseded by that; else when
 * it is confirmed. The head of the log is signed in the same transaction where that can be done;
 * release_sign_head says why it cannot. */
MUST_CHECK zg_status release_handed(struct release_log *log, const struct state_directory *state,
    int64_t id, bool evidence, int64_t time, const char *why, struct zg_error *error);
/* It was never renamed. */
MUST_CHECK zg_status release_abandon(
    struct release_log *log, int64_t id, int64_t time, const char *why, struct zg_error *error);

/* Whether the policy takes a release that was handed over for one that is in service. */
bool release_handed_is_evidence(const zg_policy *policy);

/* The kind of the line that says why there is no verdict on what did not become a candidate. */
#define LOG_KIND_UNDECIDED "undecided"

/* A line of the decision log. */
MUST_CHECK zg_status release_note(struct release_log *log, const char *kind, const char *text,
    int64_t time, struct zg_error *error);

/* --- The head of the decision log (publish/log_head.c) --- */

/* "number:chain:signature", the last two in hex digits, and a NUL. */
#define LOG_HEAD_TEXT_SIZE (20 + 1 + 64 + 1 + 128 + 1)

/* Signs the head with the gate's key, and keeps the signature, unless that is the last line
 * already. The second form gives it as text for notifications; empty when nothing was to be signed.
 */
MUST_CHECK zg_status release_sign_head(struct release_log *log, const struct state_directory *state,
    int64_t time, struct zg_error *error);
MUST_CHECK zg_status release_sign_head_text(struct release_log *log,
    const struct state_directory *state, int64_t time, char text[LOG_HEAD_TEXT_SIZE],
    struct zg_error *error);

struct history_signature;
/* Whether the gate signed this head. */
bool log_head_verify(const uint8_t public_key[32], const struct history_signature *signature);

#endif
