/* Small things about files and folders. */
#include "base/file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

bool
write_all(int fd, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t n = write(fd, at, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		length -= (size_t)n;
	}
	return true;
}

int
folder_open(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int fd, saved;

	*name = slash == NULL ? path : slash + 1;
	folder =
	    slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (folder == NULL)
		return -1;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	saved = errno;
	free(folder);
	errno = saved;
	return fd;
}

zg_status
folder_sync(const char *path, struct zg_error *error)
{
	const char *name;
	int fd = folder_open(path, &name);
	zg_status status = ZG_OK;

	if (fd < 0 || fsync(fd) != 0)
		status = error_set(error, ZG_WRITE, "cannot make the folder of %s durable: %s",
		    path, strerrordesc_np(errno));
	if (fd >= 0)
		(void)close(fd);
	return status;
}
