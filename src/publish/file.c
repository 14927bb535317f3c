/* Files by descriptor. */
#include "publish/file.h"

#include <errno.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_io.h"
#include "crypto/digest.h"

#define BLOCK_OCTETS ((size_t)128 * 1024)

/* The next block, at `offset`; the reading position of the descriptor is not touched. */
static ssize_t
block_read(int fd, uint8_t *block, off_t offset)
{
	ssize_t n;

	do
		n = pread(fd, block, BLOCK_OCTETS, offset);
	while (n < 0 && errno == EINTR);
	return n;
}

/* Octets that the kernel is asked to copy at once: far below what it takes. */
#define RANGE_OCTETS ((size_t)64 * 1024 * 1024)

/* Copies as much as the kernel can by itself, between the two files; how far it came. */
static off_t
range_copy(int from, int to)
{
	off_t offset = 0;
	ssize_t n;

	do
		n = copy_file_range(from, &offset, to, NULL, RANGE_OCTETS, 0);
	while (n > 0);
	return offset;
}

bool
file_copy(int from, int to)
{
	uint8_t *block;
	off_t offset;
	ssize_t n;
	bool ok;

	if (ioctl(to, FICLONE, from) == 0)
		return true;
	/* Across some file systems, and on some, it cannot: the rest is copied here. */
	offset = range_copy(from, to);
	block = malloc(BLOCK_OCTETS);
	if (block == NULL)
		return false;
	while ((n = block_read(from, block, offset)) > 0 && write_all(to, block, (size_t)n))
		offset += n;
	ok = n == 0;
	free(block);
	return ok;
}

zg_status
file_digest(int fd, const char *path, uint8_t sha256[32], struct zg_error *error)
{
	struct digest *digest = NULL;
	uint8_t *block = malloc(BLOCK_OCTETS);
	off_t offset = 0;
	ssize_t n = 0;
	zg_status status;

	if (block == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = digest_new(DIGEST_KIND_SHA256, &digest);
	if (status == ZG_OK)
		status = digest_begin(digest);
	while (status == ZG_OK && (n = block_read(fd, block, offset)) > 0) {
		status = digest_add(digest, block, (size_t)n);
		offset += n;
	}
	if (status == ZG_OK && n < 0)
		status =
		    error_set(error, ZG_READ, "cannot read %s: %s", path, strerrordesc_np(errno));
	else if (status == ZG_OK)
		status = digest_end(digest, sha256);
	if (status != ZG_OK && status != ZG_READ)
		(void)error_set(
		    error, status, "cannot digest %s: %s", path, zg_status_text(status));
	digest_free(digest);
	free(block);
	return status;
}
