/* Files that $INCLUDE names. */
#include "zone/zone_include.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "dns/escape.h"

/* A failed system call on the file `name`: the zone's fault when the name leads nowhere, else
 * trouble of this machine. */
static zg_status
open_failed(const char *name, const char **why, struct zg_error *error)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case ENAMETOOLONG:
	case ENXIO:
		*why = "there is no such file";
		return ZG_OK;
	default:
		return error_set(error, ZG_READ, "cannot open an included file: %s: %s", name,
		    strerrordesc_np(errno));
	}
}

/* Undoes the escapes of a file name; false when it is none. */
static bool
unescape_name(const struct text_token *token, char name[PATH_MAX])
{
	size_t at = 0, used = 0;

	while (at < token->length) {
		int octet = escape_octet(token->text, token->length, &at);

		if (octet <= 0 || used == PATH_MAX - 1)
			return false;
		name[used++] = (char)octet;
	}
	name[used] = '\0';
	return used > 0;
}

/* `directory` and `name` put together, owned by the caller; NULL: no memory. */
static char *
join_path(const char *directory, const char *name)
{
	size_t length = strlen(directory), rest = strlen(name) + 1;
	char *path = malloc(length + 1 + rest);

	if (path == NULL)
		return NULL;
	memcpy(path, directory, length);
	path[length] = '/';
	memcpy(path + length + 1, name, rest);
	return path;
}

/* The part of the real path `path` that lies beneath the real path `directory`, or NULL. */
static char *
beneath(char *path, const char *directory)
{
	size_t length = strlen(directory);

	if (strcmp(directory, "/") == 0)
		return path + 1;
	return strncmp(path, directory, length) == 0 && path[length] == '/' ? path + length + 1
									    : NULL;
}

/*
 * Opens `path` (relative, without links, "." and ".."; taken apart) beneath the folder `fd`, which
 * is closed. Step by step and without following links: what was a real path a moment ago may have
 * been replaced. -1 with errno.
 */
static int
open_beneath(int fd, char *path)
{
	while (fd >= 0) {
		char *slash = strchr(path, '/');
		int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
		int next, saved;

		if (slash != NULL) {
			*slash = '\0';
			flags |= O_DIRECTORY;
		}
		next = openat(fd, path, flags);
		saved = errno;
		(void)close(fd);
		errno = saved;
		if (slash == NULL)
			return next;
		fd = next;
		path = slash + 1;
	}
	return -1;
}

/* A folder, a FIFO or a device is refused; they were opened without waiting. */
static bool
is_regular(int fd)
{
	struct stat facts;

	return fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
}

zg_status
zone_include_open(const char *directory, const struct text_token *token, int *fd, char **name,
    const char **why, struct zg_error *error)
{
	char written[PATH_MAX], *path = NULL, *real = NULL, *real_directory = NULL, *rest;
	zg_status status = ZG_OK;

	*fd = -1;
	*name = NULL;
	*why = NULL;
	if (!unescape_name(token, written)) {
		*why = "malformed file name";
		return ZG_OK;
	}
	path = written[0] == '/' ? strdup(written) : join_path(directory, written);
	if (path == NULL)
		return ZG_MEMORY;
	real_directory = realpath(directory, NULL);
	real = real_directory == NULL ? NULL : realpath(path, NULL);
	if (real == NULL) {
		status = open_failed(path, why, error);
		goto out;
	}
	rest = beneath(real, real_directory);
	if (rest == NULL) {
		*why = "it does not lie beneath the zone's folder";
		goto out;
	}
	*name = join_path(directory, rest);
	if (*name == NULL) {
		status = ZG_MEMORY;
		goto out;
	}
	*fd = open_beneath(open(real_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rest);
	if (*fd < 0) {
		status = open_failed(*name, why, error);
	} else if (!is_regular(*fd)) {
		(void)close(*fd);
		*fd = -1;
		*why = "it is not a regular file";
	}
out:
	if (*fd < 0) {
		free(*name);
		*name = NULL;
	}
	free(path);
	free(real);
	free(real_directory);
	return status;
}

zg_status
zone_include_read(
    void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	const int *fd = context;
	ssize_t n;

	do
		n = read(*fd, buffer, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_set(
		    error, ZG_READ, "cannot read an included file: %s", strerrordesc_np(errno));
	*length = (size_t)n;
	return ZG_OK;
}
