/* Files by descriptor. */
#include "publish/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_io.h"
#include "crypto/digest.h"

#define BLOCK_OCTETS ((size_t)128 * 1024)
/* Octets that the kernel is asked to copy at once: a few milliseconds' work. */
#define PIECE_OCTETS ((size_t)4 * 1024 * 1024)

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

/* The next piece through memory, where the kernel cannot: across some file systems, and on some. */
static bool
block_copy(int from, int to, uint64_t *offset)
{
	uint8_t *block = malloc(BLOCK_OCTETS);
	ssize_t n;
	bool ok;

	if (block == NULL)
		return false;
	n = block_read(from, block, (off_t)*offset);
	ok = n >= 0 && write_all(to, block, (size_t)n);
	if (ok)
		*offset += (uint64_t)n;
	free(block);
	return ok;
}

bool
file_copy_piece(int from, int to, uint64_t *offset)
{
	off_t at = (off_t)*offset;
	ssize_t n = copy_file_range(from, &at, to, NULL, PIECE_OCTETS, 0);

	if (n <= 0)
		return block_copy(from, to, offset);
	*offset += (uint64_t)n;
	return true;
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
