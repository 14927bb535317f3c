/*
 * What the world sees, and the state directory: the only writer of released files. No clock, no
 * child processes: commands are run by the program.
 */
#ifndef PUBLISH_PUBLISH_H
#define PUBLISH_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "policy/config.h"

#define FILE_DIGEST_OCTETS 32

/* --- State directory (publish/state.c) --- */

/*
 * The directory: owned by the user who runs the gate, mode 0750, not a symbolic link; holds
 * zonegate.db, locks/ with the lock of each zone, spool/ for approvals, held/ candidates, zones/
 * (the last released zone of each), rolling/ (what is on its way through the stages), queued/ (what
 * waits for that), memo/ (each memo with its HMAC key), gate.key (Ed25519, the 32
 * octets of the private key, 0600), and gate.pub (the public key, 64 hex digits).
 */
struct state_directory {
	int fd;
	char *path;
	/* Never set up to the end: there is no gate.pub, which is written when all else is there.
	 * Only then may a database be made: a missing one is lost history otherwise. */
	bool fresh;
};

/* With `create`, for a command that writes: makes what is missing. ZG_READ or ZG_WRITE with a
 * message when the directory is a link, somebody else's, or writable by others. */
MUST_CHECK zg_status state_open(
    const char *path, bool create, struct state_directory *state, struct zg_error *error);
/* Ends the set-up of a fresh directory, once its database is there: writes gate.pub. */
MUST_CHECK zg_status state_finish(struct state_directory *state, struct zg_error *error);
void state_close(struct state_directory *state);

/* The lock of one zone: held until closed, by this process and those it forked. ZG_READ with a
 * message when another process has it. */
MUST_CHECK zg_status state_lock(
    const struct state_directory *state, const char *zone, int *lock_fd, struct zg_error *error);

/*
 * A path below the directory for a zone, "DIRECTORY/zones/example.zone": the name without its final
 * dot, every octet that is not a letter, digit, dot, hyphen or underscore as %XX, the root as %2E;
 * a digest stands for names that are too long for a file. Owned by the caller.
 */
MUST_CHECK zg_status state_path(const struct state_directory *state, const char *folder,
    const char *zone, const char *suffix, char **path, struct zg_error *error);

/* How a copy is kept: so that it outlasts a power failure, or not: for what is held elsewhere as
 * well, and proved by its digest when it is used. */
enum state_keep_how { KEEP_DURABLY, KEEP_AT_HAND };

/* A copy on its way, FOLDER/ZONE.new until it is known where it is kept. To be called with the zone
 * locked; cleared whatever came of it. */
struct state_copy {
	int fd;
	char *path; /* owned; NULL: there is none, or it is kept */
	uint64_t length;
	bool whole; /* all of the file was copied */
};
MUST_CHECK zg_status state_copy_begin(const struct state_directory *state, const char *folder,
    const char *zone, struct state_copy *copy, struct zg_error *error);
/* Copies the next piece of the file `from`, of which no more than that is touched. */
MUST_CHECK zg_status state_copy_add(struct state_copy *copy, int from, struct zg_error *error);
/* Replaces FOLDER/ZONE.zone by it. Of what is only at hand the one before stays, as
 * FOLDER/ZONE.before: its room is used again. */
MUST_CHECK zg_status state_copy_keep(struct state_copy *copy, const struct state_directory *state,
    const char *folder, const char *zone, enum state_keep_how how, struct zg_error *error);
void state_copy_clear(struct state_copy *copy);

/* The four for what `fd` holds from its begin on. */
MUST_CHECK zg_status state_keep(const struct state_directory *state, const char *folder,
    const char *zone, int fd, enum state_keep_how how, struct zg_error *error);

/* The gate's keys. The caller overwrites the private one after use (ed25519_forget). */
MUST_CHECK zg_status state_private_key(
    const struct state_directory *state, uint8_t private_key[32], struct zg_error *error);
MUST_CHECK zg_status state_public_key(
    const struct state_directory *state, uint8_t public_key[32], struct zg_error *error);
/* A public key as gate.pub has it: 64 hex digits, all of the text. */
MUST_CHECK bool state_key_text_read(const char *text, size_t length, uint8_t public_key[32]);

/* --- Snapshot and target (publish/target.c) --- */

/* Octets of a candidate's text: several times the largest zone there is. */
#define SNAPSHOT_BYTES_MAX (64ULL * 1024 * 1024 * 1024)

struct digest;

/* The candidate as it was handed in: an exclusive new file beside the target, unlinked unless it
 * was renamed. */
struct snapshot {
	int fd;
	int folder_fd;
	char *name; /* within the folder; NULL: not there (any more) */
	char *target_name;
	bool published; /* the target is this file, even when snapshot_publish failed after that */
	uint64_t length;
	struct digest *digest; /* running; NULL: ended */
	uint64_t digested;     /* octets */
	uint8_t sha256[FILE_DIGEST_OCTETS];
	dev_t device;
	ino_t inode;
};

/* Makes the file; the target's folder must not be writable by everybody, the target itself a
 * regular file or absent. `input_fd` (-1: none) must not be the target. */
MUST_CHECK zg_status snapshot_begin(
    const char *target, int input_fd, struct snapshot *snapshot, struct zg_error *error);
/* Appends. ZG_LIMIT beyond SNAPSHOT_BYTES_MAX. */
MUST_CHECK zg_status snapshot_add(
    struct snapshot *snapshot, const uint8_t *bytes, size_t length, struct zg_error *error);
/* Appends the next piece of the regular file `fd`, whose begin is the snapshot's, without its
 * digest; *more: there was one. ZG_LIMIT as above. Not together with snapshot_add. */
MUST_CHECK zg_status snapshot_copy(
    struct snapshot *snapshot, int fd, bool *more, struct zg_error *error);
/* Everything is there: the file reads from its begin, and the digest is known of what was added. */
MUST_CHECK zg_status snapshot_end(struct snapshot *snapshot, struct zg_error *error);
/* Of what was copied, after snapshot_end: digests the next piece, and has the disk begin to write
 * it. The digest is known when `digest` is NULL. */
MUST_CHECK zg_status snapshot_digest(struct snapshot *snapshot, struct zg_error *error);
/* The last three for all of a regular file. */
MUST_CHECK zg_status snapshot_fill(struct snapshot *snapshot, int fd, struct zg_error *error);
/* Waits until file and name are durable; before the log speaks of it. */
MUST_CHECK zg_status snapshot_settle(const struct snapshot *snapshot, struct zg_error *error);
/* Owner, group and mode, fsync, rename, fsync of the folder: the old or the new file, whole. */
MUST_CHECK zg_status snapshot_publish(
    struct snapshot *snapshot, const struct config_zone *zone, struct zg_error *error);
/* Unlinks what was not published; can be called again. */
void snapshot_clear(struct snapshot *snapshot);

/* SHA-256 of the file at `target`, which must be regular or absent. */
MUST_CHECK zg_status target_digest(
    const char *target, uint8_t sha256[FILE_DIGEST_OCTETS], bool *exists, struct zg_error *error);

/* Opens the target for reading, no link followed; its folder is made durable first. */
MUST_CHECK zg_status target_open(const char *target, int *fd, struct zg_error *error);

/* Whether a snapshot with this content was left beside the target: it was never renamed. To be
 * called with the zone locked, as is the next. */
MUST_CHECK zg_status leftover_find(const char *target, const uint8_t sha256[FILE_DIGEST_OCTETS],
    bool *found, struct zg_error *error);
/* Renames it to the target, if it is there, in a folder that is the gate's own: no owner, group or
 * mode is asked for. */
MUST_CHECK zg_status leftover_adopt(const char *target, const uint8_t sha256[FILE_DIGEST_OCTETS],
    bool *found, struct zg_error *error);
/* Unlinks the snapshots that dead runs left beside the target; *n: how many. */
MUST_CHECK zg_status leftovers_remove(const char *target, size_t *n, struct zg_error *error);

#endif
