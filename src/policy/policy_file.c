/* A policy file in memory. */
#include "policy/policy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zonegate/limits.h>

/* Says what an errno means without the shared buffer of strerror. */
static void
cannot_read(struct policy_reporter *reporter, int number)
{
	char text[128];

	/* The GNU form returns the text, which may lie elsewhere. */
	policy_error(
	    reporter, ZG_READ, 0, "cannot be read: %s", strerror_r(number, text, sizeof(text)));
}

/* Who may write the policy decides what is published: looked at on the open file. */
static zg_status
check_file(struct policy_reporter *reporter, int fd)
{
	struct stat about;

	if (fstat(fd, &about) != 0)
		cannot_read(reporter, errno);
	else if (!S_ISREG(about.st_mode))
		policy_error(reporter, ZG_READ, 0, "not a regular file");
	else if ((about.st_mode & S_IWOTH) != 0)
		policy_error(reporter, ZG_POLICY, 0, "others may write it: chmod o-w");
	else if (about.st_size > ZG_POLICY_BYTES_MAX)
		policy_error(reporter, ZG_LIMIT, 0, "more than %d octets", ZG_POLICY_BYTES_MAX);
	return reporter->status;
}

zg_status
policy_file_read(struct policy_reporter *reporter, const char *path, char **text, size_t *length)
{
	/* Not blocking: a FIFO would wait for a writer before it could be refused. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *bytes = NULL;
	size_t used = 0;
	ssize_t got = 1;

	*text = NULL;
	*length = 0;
	if (fd < 0) {
		cannot_read(reporter, errno);
		return reporter->status;
	}
	if (check_file(reporter, fd) != ZG_OK)
		goto out;
	bytes = malloc(ZG_POLICY_BYTES_MAX + 1); /* one more: tells that it is too large */
	if (bytes == NULL) {
		policy_error(reporter, ZG_MEMORY, 0, "out of memory");
		goto out;
	}
	while (got > 0 && used <= ZG_POLICY_BYTES_MAX) {
		got = read(fd, bytes + used, ZG_POLICY_BYTES_MAX + 1 - used);
		if (got > 0)
			used += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	if (got < 0)
		cannot_read(reporter, errno);
	else if (used > ZG_POLICY_BYTES_MAX)
		policy_error(reporter, ZG_LIMIT, 0, "more than %d octets", ZG_POLICY_BYTES_MAX);
out:
	(void)close(fd);
	if (reporter->status != ZG_OK) {
		free(bytes);
		return reporter->status;
	}
	*text = bytes;
	*length = used;
	return ZG_OK;
}
