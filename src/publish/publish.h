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

/* --- State directory (publish/state.c) --- */

/*
 * The directory: owned by the user who runs the gate, mode 0750, not a symbolic link; holds
 * zonegate.db, the lock of each zone, spool/ for approvals, held/ candidates, zones/ (the last
 * released zone of each), memo/, gate.key (Ed25519 private, 0600), gate.pub, memo.key (HMAC, 0600).
 */
struct state_directory {
	int fd;
	char *path;
};
MUST_CHECK zg_status state_open(
    const char *path, bool create, struct state_directory *state, struct zg_error *error);
void state_close(struct state_directory *state);

/* The lock of one zone: held until closed (or the process dies). ZG_READ "another ... is running".
 */
MUST_CHECK zg_status state_lock(
    const struct state_directory *state, const char *zone, int *lock_fd, struct zg_error *error);

/* A path below the directory for a zone, with every octet that is not a letter, digit, dot, hyphen
 * or underscore escaped: "zones/example.zone". Owned by the caller. */
MUST_CHECK zg_status state_path(const struct state_directory *state, const char *folder,
    const char *zone, const char *suffix, char **path, struct zg_error *error);

/* --- Snapshot and target (publish/target.c) --- */

/* The candidate as it was handed in: an exclusive new file beside the target, unlinked unless it
 * was renamed. */
struct snapshot {
	int fd; /* reads from the begin */
	int folder_fd;
	char *name; /* within the folder */
	char *target_name;
	uint64_t length;
	uint8_t sha256[32];
	dev_t device;
	ino_t inode;
};
/* Copies `input_fd` to its end, at most `limit` octets. */
MUST_CHECK zg_status snapshot_take(const char *target, int input_fd, uint64_t limit,
    struct snapshot *snapshot, struct zg_error *error);
/* Owner, group and mode, fsync, rename, fsync of the folder: the old or the new file, whole. */
MUST_CHECK zg_status snapshot_publish(
    struct snapshot *snapshot, const struct config_zone *zone, struct zg_error *error);
/* Unlinks what was not published. */
void snapshot_clear(struct snapshot *snapshot);

/* SHA-256 of the file at `target`; ZG_READ when there is none. */
MUST_CHECK zg_status target_digest(
    const char *target, uint8_t sha256[32], bool *exists, struct zg_error *error);

#endif
