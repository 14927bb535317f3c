/*
 * The candidate's snapshot and the released file. What is checked is the open file that is renamed;
 * no link is followed, and the target is at every moment the old file or the new one, whole.
 */
#include "publish/publish.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_io.h"
#include "base/hex.h"
#include "crypto/digest.h"
#include "crypto/mac.h"
#include "publish/file.h"

/* Snapshots of one target: a prefix, half of the SHA-256 of the target's name, and octets that make
 * it new. */
#define SNAPSHOT_PREFIX ".zonegate-"
#define MARK_OCTETS	16
#define RANDOM_OCTETS	8
#define MARK_SIZE	(sizeof(SNAPSHOT_PREFIX) + 2 * MARK_OCTETS + 1)
#define NAME_SIZE	(MARK_SIZE + 2 * RANDOM_OCTETS)

/* Octets that are digested at once: about a millisecond's work. */
#define PIECE_OCTETS ((size_t)512 * 1024)

/* A mode for a file that has none to follow. */
#define TARGET_MODE 0644

/* Room for a user's or group's entry; they grow with the members of a group. */
#define ACCOUNT_OCTETS ((size_t)1024 * 1024)

static zg_status
trouble(struct zg_error *error, zg_status status, const char *what, const char *name)
{
	return error_set(error, status, "cannot %s %s: %s", what, name, strerrordesc_np(errno));
}

/* --- Folder and target --- */

/* Opens the folder; whoever can write there can swap what was checked. A sticky folder is none to
 * publish from either. */
static zg_status
target_folder(const char *target, int *folder_fd, const char **name, struct zg_error *error)
{
	struct stat stat;
	int fd = folder_open(target, name);
	zg_status status = ZG_OK;

	*folder_fd = -1;
	if (fd < 0)
		return trouble(error, ZG_WRITE, "open the folder of", target);
	if (fstat(fd, &stat) != 0)
		status = trouble(error, ZG_WRITE, "look at the folder of", target);
	else if (**name == '\0')
		status = error_set(error, ZG_WRITE, "%s is a folder", target);
	else if ((stat.st_mode & S_IWOTH) != 0)
		status =
		    error_set(error, ZG_WRITE, "the folder of %s is writable by everybody", target);
	if (status == ZG_OK)
		*folder_fd = fd;
	else
		(void)close(fd);
	return status;
}

/* What stands at the target: a regular file or nothing. */
static zg_status
target_inspect(
    int folder_fd, const char *name, struct stat *stat, bool *exists, struct zg_error *error)
{
	*exists = fstatat(folder_fd, name, stat, AT_SYMLINK_NOFOLLOW) == 0;
	if (!*exists)
		return errno == ENOENT ? ZG_OK : trouble(error, ZG_READ, "look at", name);
	if (S_ISLNK(stat->st_mode))
		return error_set(
		    error, ZG_WRITE, "%s is a symbolic link: none is followed or replaced", name);
	if (!S_ISREG(stat->st_mode))
		return error_set(error, ZG_WRITE, "%s is not a regular file", name);
	return ZG_OK;
}

/* Opens the target; *fd -1 and ZG_OK: there is none. */
static zg_status
target_file(const char *target, int folder_fd, const char *name, int *fd, struct zg_error *error)
{
	struct stat stat;
	bool exists;
	zg_status status = target_inspect(folder_fd, name, &stat, &exists, error);

	*fd = -1;
	if (status != ZG_OK || !exists)
		return status;
	*fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	return *fd >= 0 ? ZG_OK : trouble(error, ZG_READ, "open", target);
}

zg_status
target_digest(
    const char *target, uint8_t sha256[FILE_DIGEST_OCTETS], bool *exists, struct zg_error *error)
{
	const char *name;
	int folder_fd, fd = -1;
	zg_status status = target_folder(target, &folder_fd, &name, error);

	*exists = false;
	if (status == ZG_OK)
		status = target_file(target, folder_fd, name, &fd, error);
	if (status == ZG_OK && fd >= 0) {
		status = file_digest(fd, target, sha256, error);
		*exists = status == ZG_OK;
	}
	if (fd >= 0)
		(void)close(fd);
	if (folder_fd >= 0)
		(void)close(folder_fd);
	return status;
}

zg_status
target_open(const char *target, int *fd, struct zg_error *error)
{
	const char *name;
	int folder_fd;
	zg_status status = target_folder(target, &folder_fd, &name, error);

	*fd = -1;
	if (status == ZG_OK && fsync(folder_fd) != 0)
		status = trouble(error, ZG_WRITE, "make durable the folder of", target);
	if (status == ZG_OK)
		status = target_file(target, folder_fd, name, fd, error);
	if (status == ZG_OK && *fd < 0)
		status = error_set(error, ZG_READ, "%s is gone", target);
	if (folder_fd >= 0)
		(void)close(folder_fd);
	return status;
}

/* --- Names of snapshots --- */

/* What the names of all snapshots of a target begin with. */
static zg_status
snapshot_mark(const char *target_name, char mark[MARK_SIZE], struct zg_error *error)
{
	uint8_t octets[DIGEST_OCTETS_MAX];
	struct digest *digest = NULL;
	zg_status status = digest_new(DIGEST_KIND_SHA256, &digest);

	if (status == ZG_OK)
		status = digest_begin(digest);
	if (status == ZG_OK)
		status = digest_add(digest, (const uint8_t *)target_name, strlen(target_name));
	if (status == ZG_OK)
		status = digest_end(digest, octets);
	digest_free(digest);
	if (status != ZG_OK)
		return error_set(error, status, "cannot name a file: %s", zg_status_text(status));
	memcpy(mark, SNAPSHOT_PREFIX, sizeof(SNAPSHOT_PREFIX));
	hex_write(octets, MARK_OCTETS, mark + sizeof(SNAPSHOT_PREFIX) - 1);
	(void)snprintf(mark + MARK_SIZE - 2, 2, "-");
	return ZG_OK;
}

/* --- Making a snapshot --- */

/* The file and its running digest. */
static zg_status
snapshot_create(struct snapshot *snapshot, struct zg_error *error)
{
	uint8_t octets[RANDOM_OCTETS];
	char name[NAME_SIZE];
	struct stat stat;
	zg_status status = snapshot_mark(snapshot->target_name, name, error);

	if (status == ZG_OK && random_octets(octets, sizeof(octets)) != ZG_OK)
		status = error_set(error, ZG_CRYPTO, "no random octets");
	if (status != ZG_OK)
		return status;
	hex_write(octets, RANDOM_OCTETS, name + MARK_SIZE - 1);
	snapshot->name = strdup(name);
	if (snapshot->name == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	snapshot->fd = openat(
	    snapshot->folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (snapshot->fd < 0) {
		free(snapshot->name);
		snapshot->name = NULL;
		return trouble(error, ZG_WRITE, "make a file beside", snapshot->target_name);
	}
	if (fstat(snapshot->fd, &stat) != 0)
		return trouble(error, ZG_WRITE, "look at", name);
	snapshot->device = stat.st_dev;
	snapshot->inode = stat.st_ino;
	status = digest_new(DIGEST_KIND_SHA256, &snapshot->digest);
	if (status == ZG_OK)
		status = digest_begin(snapshot->digest);
	return status == ZG_OK ? ZG_OK : error_set(error, status, "%s", zg_status_text(status));
}

/* A signer that writes where `release` does has published already. */
static zg_status
input_inspect(int input_fd, const struct stat *target, struct zg_error *error)
{
	struct stat input;

	if (input_fd < 0)
		return ZG_OK;
	if (fstat(input_fd, &input) != 0)
		return error_set(
		    error, ZG_READ, "cannot look at the input: %s", strerrordesc_np(errno));
	if (S_ISDIR(input.st_mode))
		return error_set(error, ZG_READ, "the input is a folder");
	if (input.st_dev == target->st_dev && input.st_ino == target->st_ino)
		return error_set(error, ZG_PARAMETER, "the candidate is the released file itself");
	return ZG_OK;
}

zg_status
snapshot_begin(const char *target, int input_fd, struct snapshot *snapshot, struct zg_error *error)
{
	const char *name;
	struct stat stat = {0};
	bool exists;
	zg_status status;

	*snapshot = (struct snapshot){.fd = -1, .folder_fd = -1};
	status = target_folder(target, &snapshot->folder_fd, &name, error);
	if (status == ZG_OK)
		status = target_inspect(snapshot->folder_fd, name, &stat, &exists, error);
	if (status == ZG_OK && exists)
		status = input_inspect(input_fd, &stat, error);
	if (status == ZG_OK) {
		snapshot->target_name = strdup(name);
		if (snapshot->target_name == NULL)
			status = error_set(error, ZG_MEMORY, "out of memory");
	}
	if (status == ZG_OK)
		status = snapshot_create(snapshot, error);
	if (status != ZG_OK)
		snapshot_clear(snapshot);
	return status;
}

/* Room for so many octets more. */
static zg_status
snapshot_grow(struct snapshot *snapshot, uint64_t length, struct zg_error *error)
{
	if (length > SNAPSHOT_BYTES_MAX - snapshot->length)
		return error_set(error, ZG_LIMIT, "the candidate is larger than %llu octets",
		    SNAPSHOT_BYTES_MAX);
	snapshot->length += length;
	return ZG_OK;
}

/* The next octets of the digest. */
static zg_status
digest_more(struct snapshot *snapshot, const uint8_t *bytes, size_t length, struct zg_error *error)
{
	zg_status status = digest_add(snapshot->digest, bytes, length);

	snapshot->digested += length;
	return status == ZG_OK ? ZG_OK : error_set(error, status, "%s", zg_status_text(status));
}

zg_status
snapshot_add(struct snapshot *snapshot, const uint8_t *bytes, size_t length, struct zg_error *error)
{
	zg_status status = snapshot_grow(snapshot, length, error);

	if (status == ZG_OK)
		status = digest_more(snapshot, bytes, length, error);
	if (status == ZG_OK && !write_all(snapshot->fd, bytes, length))
		status = trouble(error, ZG_WRITE, "write a file beside", snapshot->target_name);
	return status;
}

zg_status
snapshot_copy(struct snapshot *snapshot, int fd, bool *more, struct zg_error *error)
{
	uint64_t offset = snapshot->length;

	*more = false;
	if (!file_copy_piece(fd, snapshot->fd, &offset))
		return trouble(error, ZG_WRITE, "copy the candidate beside", snapshot->target_name);
	*more = offset > snapshot->length;
	return snapshot_grow(snapshot, offset - snapshot->length, error);
}

/* The next piece of the file that was not digested yet; an end before the end is none of the file
 * that was written. */
static zg_status
piece_digest(struct snapshot *snapshot, struct zg_error *error)
{
	uint64_t left = snapshot->length - snapshot->digested;
	uint8_t *piece = malloc(PIECE_OCTETS);
	zg_status status = ZG_OK;
	ssize_t n;

	if (piece == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	do
		n = pread(snapshot->fd, piece, left < PIECE_OCTETS ? (size_t)left : PIECE_OCTETS,
		    (off_t)snapshot->digested);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		status = trouble(error, ZG_READ, "read a file beside", snapshot->target_name);
	else if (n == 0)
		status =
		    error_set(error, ZG_READ, "the snapshot for %s was cut", snapshot->target_name);
	else
		status = digest_more(snapshot, piece, (size_t)n, error);
	free(piece);
	return status;
}

/* Disks write while the file is checked: snapshot_settle waits for them. */
static void
write_begin(const struct snapshot *snapshot, uint64_t from)
{
	(void)!sync_file_range(
	    snapshot->fd, (off_t)from, (off_t)(snapshot->digested - from), SYNC_FILE_RANGE_WRITE);
}

static zg_status
digest_finish(struct snapshot *snapshot, struct zg_error *error)
{
	zg_status status = digest_end(snapshot->digest, snapshot->sha256);

	if (status != ZG_OK)
		return error_set(error, status, "%s", zg_status_text(status));
	digest_free(snapshot->digest);
	snapshot->digest = NULL;
	return ZG_OK;
}

zg_status
snapshot_end(struct snapshot *snapshot, struct zg_error *error)
{
	if (lseek(snapshot->fd, 0, SEEK_SET) != 0)
		return trouble(error, ZG_WRITE, "read a file beside", snapshot->target_name);
	if (snapshot->digested < snapshot->length)
		return ZG_OK;
	write_begin(snapshot, 0);
	return digest_finish(snapshot, error);
}

zg_status
snapshot_digest(struct snapshot *snapshot, struct zg_error *error)
{
	uint64_t from = snapshot->digested;
	zg_status status;

	if (snapshot->digest == NULL)
		return ZG_OK;
	status = piece_digest(snapshot, error);
	if (status != ZG_OK)
		return status;
	write_begin(snapshot, from);
	return snapshot->digested < snapshot->length ? ZG_OK : digest_finish(snapshot, error);
}

zg_status
snapshot_fill(struct snapshot *snapshot, int fd, struct zg_error *error)
{
	bool more = true;
	zg_status status = ZG_OK;

	while (status == ZG_OK && more)
		status = snapshot_copy(snapshot, fd, &more, error);
	if (status == ZG_OK)
		status = snapshot_end(snapshot, error);
	while (status == ZG_OK && snapshot->digest != NULL)
		status = snapshot_digest(snapshot, error);
	return status;
}

zg_status
snapshot_settle(const struct snapshot *snapshot, struct zg_error *error)
{
	if (fsync(snapshot->fd) != 0 || fsync(snapshot->folder_fd) != 0)
		return trouble(error, ZG_WRITE, "write a file beside", snapshot->target_name);
	return ZG_OK;
}

void
snapshot_clear(struct snapshot *snapshot)
{
	if (snapshot->name != NULL && !snapshot->published)
		(void)unlinkat(snapshot->folder_fd, snapshot->name, 0);
	if (snapshot->fd >= 0)
		(void)close(snapshot->fd);
	if (snapshot->folder_fd >= 0)
		(void)close(snapshot->folder_fd);
	digest_free(snapshot->digest);
	free(snapshot->name);
	free(snapshot->target_name);
	*snapshot = (struct snapshot){.fd = -1, .folder_fd = -1};
}

/* --- Publishing --- */

static zg_status
user_find(const char *name, uid_t *uid, struct zg_error *error)
{
	char *room = malloc(ACCOUNT_OCTETS);
	struct passwd entry, *found = NULL;

	if (room == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	(void)getpwnam_r(name, &entry, room, ACCOUNT_OCTETS, &found);
	if (found != NULL)
		*uid = entry.pw_uid;
	free(room);
	return found != NULL ? ZG_OK : error_set(error, ZG_WRITE, "there is no user '%s'", name);
}

static zg_status
group_find(const char *name, gid_t *gid, struct zg_error *error)
{
	char *room = malloc(ACCOUNT_OCTETS);
	struct group entry, *found = NULL;

	if (room == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	(void)getgrnam_r(name, &entry, room, ACCOUNT_OCTETS, &found);
	if (found != NULL)
		*gid = entry.gr_gid;
	free(room);
	return found != NULL ? ZG_OK : error_set(error, ZG_WRITE, "there is no group '%s'", name);
}

/* Owner, group and mode: the configuration's, else those of the file that is replaced. */
static zg_status
snapshot_dress(const struct snapshot *snapshot, const struct config_zone *zone,
    const struct stat *replaced, struct zg_error *error)
{
	struct stat own;
	uid_t uid;
	gid_t gid;
	mode_t mode = replaced != NULL ? replaced->st_mode & 0777 : TARGET_MODE;
	zg_status status = ZG_OK;

	if (fstat(snapshot->fd, &own) != 0)
		return trouble(error, ZG_WRITE, "look at the snapshot for", snapshot->target_name);
	uid = replaced != NULL ? replaced->st_uid : own.st_uid;
	gid = replaced != NULL ? replaced->st_gid : own.st_gid;
	if (zone->mode != 0)
		mode = zone->mode;
	if (zone->owner != NULL)
		status = user_find(zone->owner, &uid, error);
	if (status == ZG_OK && zone->group != NULL)
		status = group_find(zone->group, &gid, error);
	if (status != ZG_OK)
		return status;
	if ((uid != own.st_uid || gid != own.st_gid) && fchown(snapshot->fd, uid, gid) != 0)
		return trouble(
		    error, ZG_WRITE, "set the owner and group of", snapshot->target_name);
	if (fchmod(snapshot->fd, mode) != 0)
		return trouble(error, ZG_WRITE, "set the mode of", snapshot->target_name);
	return ZG_OK;
}

/* The name still means the file that was checked, and no other name does. */
static zg_status
snapshot_inspect(const struct snapshot *snapshot, struct zg_error *error)
{
	struct stat named, open;

	if (fstatat(snapshot->folder_fd, snapshot->name, &named, AT_SYMLINK_NOFOLLOW) != 0 ||
	    fstat(snapshot->fd, &open) != 0)
		return trouble(error, ZG_WRITE, "find the snapshot for", snapshot->target_name);
	if (named.st_dev != snapshot->device || named.st_ino != snapshot->inode ||
	    open.st_dev != snapshot->device || open.st_ino != snapshot->inode ||
	    open.st_nlink != 1 || (uint64_t)open.st_size != snapshot->length)
		return error_set(error, ZG_WRITE,
		    "the snapshot for %s is not the file that was checked", snapshot->target_name);
	return ZG_OK;
}

zg_status
snapshot_publish(struct snapshot *snapshot, const struct config_zone *zone, struct zg_error *error)
{
	struct stat replaced;
	bool exists;
	zg_status status = snapshot_inspect(snapshot, error);

	if (status == ZG_OK)
		status = target_inspect(
		    snapshot->folder_fd, snapshot->target_name, &replaced, &exists, error);
	if (status == ZG_OK)
		status = snapshot_dress(snapshot, zone, exists ? &replaced : NULL, error);
	if (status != ZG_OK)
		return status;
	if (fsync(snapshot->fd) != 0 || renameat(snapshot->folder_fd, snapshot->name,
					    snapshot->folder_fd, snapshot->target_name) != 0)
		return trouble(error, ZG_WRITE, "replace", snapshot->target_name);
	snapshot->published = true;
	if (fsync(snapshot->folder_fd) != 0)
		return trouble(
		    error, ZG_WRITE, "make durable the folder of", snapshot->target_name);
	return ZG_OK;
}

/* --- What dead runs left --- */

/* Called for each leftover; false ends the walk. */
typedef bool (*leftover_visit)(int folder_fd, const char *name, void *context);

/* Only files of our own: another user's of that name are none of ours. */
static bool
is_leftover(int folder_fd, const char *name, const char *mark)
{
	struct stat stat;

	return strncmp(name, mark, MARK_SIZE - 1) == 0 && strlen(name) == NAME_SIZE - 1 &&
	       fstatat(folder_fd, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode) &&
	       stat.st_uid == geteuid();
}

static zg_status
leftovers_walk(const char *target, leftover_visit visit, void *context, struct zg_error *error)
{
	char mark[NAME_SIZE];
	const char *target_name;
	struct dirent *entry;
	DIR *folder = NULL;
	int fd;
	zg_status status = target_folder(target, &fd, &target_name, error);

	if (status != ZG_OK)
		return status;
	status = snapshot_mark(target_name, mark, error);
	if (status == ZG_OK) {
		folder = fdopendir(fd);
		if (folder == NULL)
			status = trouble(error, ZG_READ, "read the folder of", target);
	}
	while (status == ZG_OK && (entry = readdir(folder)) != NULL) {
		if (is_leftover(fd, entry->d_name, mark) && !visit(fd, entry->d_name, context))
			break;
	}
	if (folder != NULL)
		(void)closedir(folder);
	else
		(void)close(fd);
	return status;
}

struct leftover_search {
	const uint8_t *sha256;
	bool found;
	char name[NAME_SIZE]; /* of what was found */
};

static bool
leftover_compare(int folder_fd, const char *name, void *context)
{
	struct leftover_search *search = context;
	uint8_t sha256[FILE_DIGEST_OCTETS];
	int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return true;
	search->found = file_digest(fd, name, sha256, NULL) == ZG_OK &&
			memcmp(sha256, search->sha256, sizeof(sha256)) == 0;
	(void)close(fd);
	if (search->found)
		(void)snprintf(search->name, sizeof(search->name), "%s", name);
	return !search->found;
}

zg_status
leftover_find(const char *target, const uint8_t sha256[FILE_DIGEST_OCTETS], bool *found,
    struct zg_error *error)
{
	struct leftover_search search = {.sha256 = sha256};
	zg_status status = leftovers_walk(target, leftover_compare, &search, error);

	*found = search.found;
	return status;
}

zg_status
leftover_adopt(const char *target, const uint8_t sha256[FILE_DIGEST_OCTETS], bool *found,
    struct zg_error *error)
{
	struct leftover_search search = {.sha256 = sha256};
	const char *target_name;
	int folder_fd = -1;
	zg_status status = leftovers_walk(target, leftover_compare, &search, error);

	*found = false;
	if (status != ZG_OK || !search.found)
		return status;
	status = target_folder(target, &folder_fd, &target_name, error);
	if (status == ZG_OK && (renameat(folder_fd, search.name, folder_fd, target_name) != 0 ||
				   fsync(folder_fd) != 0))
		status = trouble(error, ZG_WRITE, "replace", target);
	*found = status == ZG_OK;
	if (folder_fd >= 0)
		(void)close(folder_fd);
	return status;
}

static bool
leftover_remove(int folder_fd, const char *name, void *context)
{
	size_t *n = context;

	if (unlinkat(folder_fd, name, 0) == 0)
		(*n)++;
	return true;
}

zg_status
leftovers_remove(const char *target, size_t *n, struct zg_error *error)
{
	*n = 0;
	return leftovers_walk(target, leftover_remove, n, error);
}
