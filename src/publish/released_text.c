/*
 * The text of the release in force. A copy is kept in the state directory, and proved by the digest
 * of its file or of its content before it is used. That costs as much as reading it does, so that a
 * seal beside it tells the file again that was written: while the machine runs and nobody has
 * touched it, it is what it was.
 */
#include "publish/release.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_io.h"
#include "base/hex.h"
#include "publish/file.h"

/* What a power failure leaves of a file that was not made durable is known of another boot only. */
#define BOOT_FILE "/proc/sys/kernel/random/boot_id"
#define BOOT_SIZE 64

#define SEAL_FORM "zonegate-seal 1\nboot %.63s\nfile %ju %ju %ju %jd.%09ld %jd.%09ld\nsha256 %s\n"
#define SEAL_SIZE 512

/* Reads the begin of a small file, at most size - 1 octets, which a NUL follows. */
static bool
small_file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The seal of a file with this content: all that changes when somebody writes to it, and what it
 * was then. False: there is none. */
static bool
seal_make(const struct stat *stat, const uint8_t *sha256, char text[SEAL_SIZE])
{
	char boot[BOOT_SIZE], digest[HEX_TEXT_SIZE(FILE_DIGEST_OCTETS)];
	int length;

	if (!S_ISREG(stat->st_mode) || !small_file_read(BOOT_FILE, boot, sizeof(boot)))
		return false;
	boot[strcspn(boot, "\n")] = '\0';
	hex_write(sha256, FILE_DIGEST_OCTETS, digest);
	length = snprintf(text, SEAL_SIZE, SEAL_FORM, boot, (uintmax_t)stat->st_dev,
	    (uintmax_t)stat->st_ino, (uintmax_t)stat->st_size, (intmax_t)stat->st_mtim.tv_sec,
	    stat->st_mtim.tv_nsec, (intmax_t)stat->st_ctim.tv_sec, stat->st_ctim.tv_nsec, digest);
	return length > 0 && length < SEAL_SIZE;
}

static bool
seal_write(const char *path, const char *text)
{
	int fd =
	    open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640);
	bool written = fd >= 0 && write_all(fd, text, strlen(text));

	if (fd >= 0)
		(void)close(fd);
	return written;
}

void
release_text_seal(
    const struct state_directory *state, const char *zone, const uint8_t sha256[FILE_DIGEST_OCTETS])
{
	char text[SEAL_SIZE], *path = NULL, *seal = NULL;
	struct zg_error error;
	struct stat stat;

	if (state_path(state, "zones", zone, ".zone", &path, &error) == ZG_OK &&
	    state_path(state, "zones", zone, ".seal", &seal, &error) == ZG_OK &&
	    (lstat(path, &stat) != 0 || !seal_make(&stat, sha256, text) || !seal_write(seal, text)))
		(void)unlink(seal);
	free(path);
	free(seal);
}

/* Opens `path` when it is exactly this text. */
static int
text_open(const char *path, const uint8_t *sha256)
{
	uint8_t found[FILE_DIGEST_OCTETS];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (file_digest(fd, path, found, NULL) == ZG_OK &&
	    memcmp(found, sha256, sizeof(found)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

zg_status
release_text_kept(const struct state_directory *state, const char *zone,
    const struct released *released, int *fd, bool *sealed, struct zg_error *error)
{
	char text[SEAL_SIZE], found[SEAL_SIZE], *path = NULL, *seal = NULL;
	struct stat stat;
	zg_status status = state_path(state, "zones", zone, ".zone", &path, error);

	*fd = -1;
	*sealed = false;
	if (status == ZG_OK)
		status = state_path(state, "zones", zone, ".seal", &seal, error);
	if (status == ZG_OK && released->digest[0] != '\0')
		*fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (*fd >= 0 && (fstat(*fd, &stat) != 0 || !S_ISREG(stat.st_mode))) {
		(void)close(*fd);
		*fd = -1;
	}
	if (*fd >= 0)
		*sealed = seal_make(&stat, released->sha256, text) &&
			  small_file_read(seal, found, sizeof(found)) && strcmp(text, found) == 0;
	free(path);
	free(seal);
	return status;
}

zg_status
release_text_open(const struct state_directory *state, const char *zone, const char *target,
    const struct released *released, int *fd, struct zg_error *error)
{
	char *path = NULL;
	zg_status status = state_path(state, "zones", zone, ".zone", &path, error);

	*fd = -1;
	if (status != ZG_OK)
		return status;
	*fd = text_open(path, released->sha256);
	if (*fd < 0 && target != NULL)
		*fd = text_open(target, released->sha256);
	free(path);
	return ZG_OK;
}
