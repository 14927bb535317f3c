/*
 * A library to be loaded before all others: the file UNREADABLE can be opened and not be read, as
 * when its disk is broken.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
is_broken(int fd)
{
	const char *broken = getenv("UNREADABLE");
	char link[64], path[4096];
	ssize_t length;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (broken == NULL || length < 0)
		return 0;
	path[length] = '\0';
	return strcmp(path, broken) == 0;
}

ssize_t
read(int fd, void *octets, size_t size)
{
	if (!is_broken(fd))
		return syscall(SYS_read, fd, octets, size);
	errno = EIO;
	return -1;
}

ssize_t
pread(int fd, void *octets, size_t size, off_t offset)
{
	if (!is_broken(fd))
		return syscall(SYS_pread64, fd, octets, size, offset);
	errno = EIO;
	return -1;
}
