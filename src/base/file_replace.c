/* Files written whole or not at all, and read whole. */
#include "base/file_replace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/file_io.h"

/* What the name of a new file has behind that of the file that it replaces: mkostemp puts letters
 * and digits for the Xs. */
#define TEMPORARY	   ".XXXXXX"
#define TEMPORARY_LENGTH   (sizeof(TEMPORARY) - 1)
#define LETTERS_AND_DIGITS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Writes the new file and renames it; errno says what failed. */
static bool
replace_with(const char *path, const char *temporary, int fd, const uint8_t *bytes, size_t length,
    mode_t mode)
{
	bool ok = fchmod(fd, mode) == 0 && write_all(fd, bytes, length) && fsync(fd) == 0;
	int saved = errno;

	if (close(fd) != 0 && ok) {
		ok = false;
		saved = errno;
	}
	if (ok && rename(temporary, path) != 0) {
		ok = false;
		saved = errno;
	}
	if (!ok) {
		(void)unlink(temporary);
		errno = saved;
	}
	return ok;
}

zg_status
file_replace(
    const char *path, const uint8_t *bytes, size_t length, mode_t mode, struct zg_error *error)
{
	size_t size = strlen(path) + sizeof(TEMPORARY);
	char *temporary = malloc(size);
	zg_status status;
	int fd;

	if (temporary == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	(void)snprintf(temporary, size, "%s" TEMPORARY, path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0 || !replace_with(path, temporary, fd, bytes, length, mode))
		status =
		    error_set(error, ZG_WRITE, "cannot write %s: %s", path, strerrordesc_np(errno));
	else
		status = folder_sync(path, error);
	free(temporary);
	return status;
}

static bool
is_temporary_of(const char *name, const char *entry)
{
	size_t length = strlen(name);

	return strncmp(entry, name, length) == 0 && strlen(entry) == length + TEMPORARY_LENGTH &&
	       entry[length] == TEMPORARY[0] &&
	       strspn(entry + length + 1, LETTERS_AND_DIGITS) == TEMPORARY_LENGTH - 1;
}

void
file_replace_sweep(const char *path)
{
	const char *name;
	int fd = folder_open(path, &name);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (folder == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL) {
		if (is_temporary_of(name, entry->d_name))
			(void)unlinkat(fd, entry->d_name, 0);
	}
	(void)closedir(folder);
}

zg_status
file_append(
    const char *path, size_t size, const uint8_t *bytes, size_t length, struct zg_error *error)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	zg_status status = ZG_OK;
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) != 0)
		status =
		    error_set(error, ZG_WRITE, "cannot open %s: %s", path, strerrordesc_np(errno));
	else if (!S_ISREG(stat.st_mode) || (uintmax_t)stat.st_size != size)
		status = error_set(error, ZG_WRITE, "%s was changed meanwhile", path);
	else if (!write_all(fd, bytes, length)) {
		status =
		    error_set(error, ZG_WRITE, "cannot write %s: %s", path, strerrordesc_np(errno));
		(void)!ftruncate(fd, (off_t)size);
	}
	if (fd >= 0)
		(void)close(fd);
	return status;
}

/* Reads `length` octets and sees that there are no more. */
static bool
read_all(int fd, uint8_t *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = read(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

zg_status
file_read(const char *path, size_t limit, uint8_t **bytes, size_t *length, struct zg_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	zg_status status = ZG_OK;
	struct stat stat;

	*bytes = NULL;
	*length = 0;
	if (fd < 0 || fstat(fd, &stat) != 0)
		status =
		    error_set(error, ZG_READ, "cannot open %s: %s", path, strerrordesc_np(errno));
	else if (!S_ISREG(stat.st_mode))
		status = error_set(error, ZG_READ, "%s is not a regular file", path);
	else if (stat.st_size < 0 || (uintmax_t)stat.st_size > limit)
		status = error_set(error, ZG_LIMIT, "%s is larger than %zu octets", path, limit);
	else {
		*length = (size_t)stat.st_size;
		*bytes = malloc(*length + 1);
		if (*bytes != NULL)
			memory_expect(*bytes, *length);
		if (*bytes == NULL)
			status = error_set(error, ZG_MEMORY, "out of memory");
		else if (!read_all(fd, *bytes, *length))
			status = error_set(error, ZG_READ, "cannot read %s", path);
	}
	if (status != ZG_OK) {
		free(*bytes);
		*bytes = NULL;
	}
	if (fd >= 0)
		(void)close(fd);
	return status;
}
