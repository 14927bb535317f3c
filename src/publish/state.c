/* The state directory: made, opened, locked; paths and keys below it. */
#include "publish/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_io.h"
#include "base/file_replace.h"
#include "base/hex.h"
#include "base/text_writer.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "publish/file.h"

#define KEY_FILE    "gate.key"
#define PUBLIC_FILE "gate.pub"
#define HEX_DIGITS  (2 * ED25519_KEY_OCTETS)

/* Octets of an escaped zone name that a file is named after; longer ones go by their digest. */
#define ZONE_FILE_MAX 200

/* --- Opening --- */

static zg_status
directory_make(const char *path, struct zg_error *error)
{
	if (mkdir(path, 0750) != 0) {
		if (errno == EEXIST)
			return ZG_OK;
		return error_set(error, ZG_WRITE, "cannot make the state directory %s: %s", path,
		    strerrordesc_np(errno));
	}
	return folder_sync(path, error);
}

/* Whoever can write here can forge what was released. */
static zg_status
directory_inspect(const struct state_directory *state, bool create, struct zg_error *error)
{
	struct stat stat;

	if (fstat(state->fd, &stat) != 0)
		return error_set(error, ZG_READ, "%s: %s", state->path, strerrordesc_np(errno));
	if (create && stat.st_uid != geteuid())
		return error_set(error, ZG_READ,
		    "the state directory %s belongs to user %ju, not to %ju who runs the gate",
		    state->path, (uintmax_t)stat.st_uid, (uintmax_t)geteuid());
	if ((stat.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(
		    error, ZG_READ, "the state directory %s is writable by others", state->path);
	return ZG_OK;
}

/* The folders. Approvers are of the gate's group and drop files into the spool. */
static zg_status
folders_make(const struct state_directory *state, struct zg_error *error)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = {{"locks", 0750}, {"spool", 02770}, {"held", 0750}, {"zones", 0750},
	    {"memo", 0700}, {"rolling", 0750}, {"queued", 0750}};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (mkdirat(state->fd, folders[i].name, folders[i].mode) == 0) {
			/* What the umask took away from the spool. */
			if (fchmodat(state->fd, folders[i].name, folders[i].mode, 0) == 0)
				continue;
		} else if (errno == EEXIST) {
			continue;
		}
		return error_set(error, ZG_WRITE, "cannot make %s/%s: %s", state->path,
		    folders[i].name, strerrordesc_np(errno));
	}
	return ZG_OK;
}

static bool
file_exists(const struct state_directory *state, const char *name)
{
	struct stat stat;

	return fstatat(state->fd, name, &stat, AT_SYMLINK_NOFOLLOW) == 0;
}

static zg_status
file_path(
    const struct state_directory *state, const char *name, char **path, struct zg_error *error)
{
	if (asprintf(path, "%s/%s", state->path, name) >= 0)
		return ZG_OK;
	*path = NULL;
	return error_set(error, ZG_MEMORY, "out of memory");
}

/* The gate's key pair. Once the directory is set up, a key that is gone is not made anew: what the
 * old one signed could not be told from a forgery. */
static zg_status
key_make(const struct state_directory *state, struct zg_error *error)
{
	uint8_t private_key[ED25519_KEY_OCTETS], public_key[ED25519_KEY_OCTETS];
	char *path = NULL;
	zg_status status;

	if (file_exists(state, KEY_FILE))
		return ZG_OK;
	if (!state->fresh)
		return error_set(error, ZG_READ,
		    "%s/" KEY_FILE " is gone: put it back, or remove " PUBLIC_FILE
		    " to have a new one made",
		    state->path);
	status = file_path(state, KEY_FILE, &path, error);
	if (status == ZG_OK) {
		status = ed25519_generate(private_key, public_key);
		if (status != ZG_OK)
			(void)error_set(error, status, "cannot make a key");
	}
	if (status == ZG_OK)
		status = file_replace(path, private_key, sizeof(private_key), 0600, error);
	ed25519_forget(private_key);
	free(path);
	return status;
}

zg_status
state_open(const char *path, bool create, struct state_directory *state, struct zg_error *error)
{
	zg_status status = ZG_OK;

	*state = (struct state_directory){.fd = -1};
	if (create)
		status = directory_make(path, error);
	if (status != ZG_OK)
		return status;
	state->path = strdup(path);
	if (state->path == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	state->fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (state->fd < 0)
		status = error_set(error, ZG_READ, "cannot open the state directory %s: %s", path,
		    errno == ENOTDIR || errno == ELOOP ? "it is no directory, or a symbolic link"
						       : strerrordesc_np(errno));
	if (status == ZG_OK)
		status = directory_inspect(state, create, error);
	if (status == ZG_OK)
		state->fresh = !file_exists(state, PUBLIC_FILE);
	if (status == ZG_OK && create)
		status = folders_make(state, error);
	if (status == ZG_OK && create)
		status = key_make(state, error);
	if (status != ZG_OK)
		state_close(state);
	return status;
}

zg_status
state_finish(struct state_directory *state, struct zg_error *error)
{
	uint8_t private_key[ED25519_KEY_OCTETS], public_key[ED25519_KEY_OCTETS];
	char text[HEX_DIGITS + 2], *path = NULL;
	zg_status status;

	if (!state->fresh)
		return ZG_OK;
	status = state_private_key(state, private_key, error);
	if (status == ZG_OK)
		status = ed25519_public(private_key, public_key);
	ed25519_forget(private_key);
	if (status == ZG_OK)
		status = file_path(state, PUBLIC_FILE, &path, error);
	if (status == ZG_OK) {
		hex_write(public_key, sizeof(public_key), text);
		(void)snprintf(text + HEX_DIGITS, 2, "\n");
		status = file_replace(path, (const uint8_t *)text, HEX_DIGITS + 1, 0640, error);
	}
	if (status == ZG_OK)
		state->fresh = false;
	free(path);
	return status;
}

void
state_close(struct state_directory *state)
{
	if (state->fd >= 0)
		(void)close(state->fd);
	free(state->path);
	*state = (struct state_directory){.fd = -1};
}

/* --- Paths --- */

/* The file name of a zone: see state_path. */
static zg_status
zone_escape(const char *zone, struct text_writer *name)
{
	size_t length = strlen(zone);
	uint8_t octets[DIGEST_OCTETS_MAX];
	struct digest *digest = NULL;
	zg_status status = ZG_OK;

	/* The dot of the root is its whole name. */
	if (length > 1 && zone[length - 1] == '.')
		length--;
	for (size_t i = 0; i < length; i++) {
		char c = zone[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '-' || c == '_' ||
			     (c == '.' && length > 1);

		if (plain)
			text_add_bytes(name, &c, 1);
		else
			text_printf(name, "%%%02X", (unsigned)(unsigned char)c);
	}
	if (name->failed)
		return ZG_MEMORY;
	if (name->used <= ZONE_FILE_MAX)
		return ZG_OK;
	status = digest_new(DIGEST_KIND_SHA256, &digest);
	if (status == ZG_OK)
		status = digest_begin(digest);
	if (status == ZG_OK)
		status = digest_add(digest, (const uint8_t *)name->text, name->used);
	if (status == ZG_OK)
		status = digest_end(digest, octets);
	digest_free(digest);
	name->used = 0;
	text_add(name, "%sha256-");
	text_add_hex(name, octets, FILE_DIGEST_OCTETS);
	return status;
}

zg_status
state_path(const struct state_directory *state, const char *folder, const char *zone,
    const char *suffix, char **path, struct zg_error *error)
{
	struct text_writer name = {0}, whole = {0};
	zg_status status = zone_escape(zone, &name);

	*path = NULL;
	if (status == ZG_OK) {
		text_printf(&whole, "%s/%s/%s%s", state->path, folder, name.text, suffix);
		if (whole.failed)
			status = ZG_MEMORY;
	}
	text_writer_clear(&name);
	if (status != ZG_OK) {
		text_writer_clear(&whole);
		return error_set(error, status, "%s", zg_status_text(status));
	}
	*path = whole.text;
	return ZG_OK;
}

/* --- Locks --- */

zg_status
state_lock(
    const struct state_directory *state, const char *zone, int *lock_fd, struct zg_error *error)
{
	char *path = NULL;
	zg_status status = state_path(state, "locks", zone, ".lock", &path, error);
	int fd;

	*lock_fd = -1;
	if (status != ZG_OK)
		return status;
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		status =
		    error_set(error, ZG_WRITE, "cannot open %s: %s", path, strerrordesc_np(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		*lock_fd = fd;
	else if (errno == EWOULDBLOCK)
		status = error_set(error, ZG_READ, "another zonegate is at work on %s", zone);
	else
		status =
		    error_set(error, ZG_READ, "cannot lock %s: %s", path, strerrordesc_np(errno));
	if (status != ZG_OK && fd >= 0)
		(void)close(fd);
	free(path);
	return status;
}

/* --- Keys --- */

zg_status
state_private_key(
    const struct state_directory *state, uint8_t private_key[32], struct zg_error *error)
{
	uint8_t *bytes = NULL;
	size_t length;
	char *path = NULL;
	zg_status status = file_path(state, KEY_FILE, &path, error);

	memset(private_key, 0, ED25519_KEY_OCTETS);
	if (status == ZG_OK)
		status = file_read(path, ED25519_KEY_OCTETS, &bytes, &length, error);
	if (status == ZG_OK && length != ED25519_KEY_OCTETS)
		status = error_set(error, ZG_READ, "%s is not a key of 32 octets", path);
	if (status == ZG_OK)
		memcpy(private_key, bytes, ED25519_KEY_OCTETS);
	if (bytes != NULL && length == ED25519_KEY_OCTETS)
		ed25519_forget(bytes);
	free(bytes);
	free(path);
	return status;
}

bool
state_key_text_read(const char *text, size_t length, uint8_t public_key[32])
{
	return length == HEX_DIGITS && hex_read_lower(text, ED25519_KEY_OCTETS, public_key);
}

zg_status
state_public_key(
    const struct state_directory *state, uint8_t public_key[32], struct zg_error *error)
{
	uint8_t *bytes = NULL;
	size_t length;
	char *path = NULL;
	zg_status status = file_path(state, PUBLIC_FILE, &path, error);

	if (status == ZG_OK)
		status = file_read(path, HEX_DIGITS + 1, &bytes, &length, error);
	if (status == ZG_OK && (length < HEX_DIGITS || !state_key_text_read((const char *)bytes,
							   HEX_DIGITS, public_key)))
		status = error_set(error, ZG_READ, "%s is not 64 hexadecimal digits", path);
	free(bytes);
	free(path);
	return status;
}

/* --- Copies --- */

/* Opens the copy before the one that is kept, for its room: to write over blocks costs a disk less
 * than to free them and to find others. -1: not while somebody reads it, of which the kernel knows.
 */
static int
room_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat stat;

	if (fd < 0)
		return -1;
	/* A lease that is broken gives a signal, of which the usual one would end us. */
	if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_nlink == 1 &&
	    stat.st_uid == geteuid() && fcntl(fd, F_SETSIG, SIGURG) == 0 &&
	    fcntl(fd, F_SETLEASE, F_WRLCK) == 0 && fcntl(fd, F_SETLEASE, F_UNLCK) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* The file to write: the room of an earlier copy, or a new one. */
static int
copy_open(const char *path, const char *before)
{
	int fd = room_open(before);

	if (fd >= 0 && rename(before, path) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	/* What a dead run left; we hold the zone's lock. */
	(void)unlink(path);
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
}

zg_status
state_copy_begin(const struct state_directory *state, const char *folder, const char *zone,
    struct state_copy *copy, struct zg_error *error)
{
	char *before = NULL;
	zg_status status;

	*copy = (struct state_copy){.fd = -1};
	status = state_path(state, folder, zone, ".new", &copy->path, error);
	if (status == ZG_OK)
		status = state_path(state, folder, zone, ".before", &before, error);
	if (status == ZG_OK) {
		copy->fd = copy_open(copy->path, before);
		if (copy->fd < 0)
			status = error_set(error, ZG_WRITE, "cannot write %s: %s", copy->path,
			    strerrordesc_np(errno));
	}
	free(before);
	if (status != ZG_OK) {
		free(copy->path);
		copy->path = NULL;
	}
	return status;
}

zg_status
state_copy_add(struct state_copy *copy, int from, struct zg_error *error)
{
	uint64_t offset = copy->length;
	bool added = file_copy_piece(from, copy->fd, &offset);

	/* At the end: what was longer before is cut. */
	if (added && offset == copy->length)
		added = ftruncate(copy->fd, (off_t)offset) == 0;
	if (!added)
		return error_set(
		    error, ZG_WRITE, "cannot write %s: %s", copy->path, strerrordesc_np(errno));
	/* Else a rename over another file waits until there is room for all of it on the disk. */
	(void)!sync_file_range(
	    copy->fd, (off_t)copy->length, (off_t)(offset - copy->length), SYNC_FILE_RANGE_WRITE);
	copy->whole = offset == copy->length;
	copy->length = offset;
	return ZG_OK;
}

/* Gives the copy its name. With `before` what had it gets that one, and is the next one's room. */
static bool
copy_rename(const char *copy, const char *path, const char *before)
{
	if (before == NULL || renameat2(AT_FDCWD, copy, AT_FDCWD, path, RENAME_EXCHANGE) != 0)
		return rename(copy, path) == 0;
	if (rename(copy, before) != 0)
		(void)unlink(copy);
	return true;
}

zg_status
state_copy_keep(struct state_copy *copy, const struct state_directory *state, const char *folder,
    const char *zone, enum state_keep_how how, struct zg_error *error)
{
	bool durable = how != KEEP_AT_HAND;
	char *path = NULL, *before = NULL;
	zg_status status = state_path(state, folder, zone, ".zone", &path, error);

	if (status == ZG_OK && !durable)
		status = state_path(state, folder, zone, ".before", &before, error);
	if (status == ZG_OK &&
	    ((durable && fsync(copy->fd) != 0) || !copy_rename(copy->path, path, before)))
		status =
		    error_set(error, ZG_WRITE, "cannot write %s: %s", path, strerrordesc_np(errno));
	if (status == ZG_OK) {
		free(copy->path);
		copy->path = NULL;
		if (durable)
			status = folder_sync(path, error);
	}
	free(path);
	free(before);
	return status;
}

void
state_copy_clear(struct state_copy *copy)
{
	if (copy->path != NULL)
		(void)unlink(copy->path);
	if (copy->fd >= 0)
		(void)close(copy->fd);
	free(copy->path);
	*copy = (struct state_copy){.fd = -1};
}

zg_status
state_keep(const struct state_directory *state, const char *folder, const char *zone, int fd,
    enum state_keep_how how, struct zg_error *error)
{
	struct state_copy copy;
	zg_status status = state_copy_begin(state, folder, zone, &copy, error);

	while (status == ZG_OK && !copy.whole)
		status = state_copy_add(&copy, fd, error);
	if (status == ZG_OK)
		status = state_copy_keep(&copy, state, folder, zone, how, error);
	state_copy_clear(&copy);
	return status;
}
