/* The file of a stage: a copy of the rolling text beside it, proved, and renamed. */
#include "publish/rollout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "publish/publish.h"

#define COPY_OCTETS ((size_t)128 * 1024)

/* All of the file into the snapshot, in blocks. */
static zg_status
text_copy(int fd, uint8_t *block, struct snapshot *snapshot, struct zg_error *error)
{
	off_t at = 0;

	for (;;) {
		ssize_t n = pread(fd, block, COPY_OCTETS, at);
		zg_status status;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(error, ZG_READ, "cannot read the text for %s: %s",
			    snapshot->target_name, strerrordesc_np(errno));
		if (n == 0)
			return ZG_OK;
		status = snapshot_add(snapshot, block, (size_t)n, error);
		if (status != ZG_OK)
			return status;
		at += n;
	}
}

zg_status
rollout_put(const struct config_stage *stage, int fd, const uint8_t sha256[FILE_DIGEST_OCTETS],
    struct zg_error *error)
{
	const struct config_zone as = {
	    .mode = stage->mode, .owner = stage->owner, .group = stage->group};
	struct snapshot snapshot = {.fd = -1, .folder_fd = -1};
	uint8_t *block = malloc(COPY_OCTETS);
	size_t n_left = 0;
	zg_status status = block == NULL ? error_set(error, ZG_MEMORY, "out of memory") : ZG_OK;

	if (status == ZG_OK)
		status = leftovers_remove(stage->target, &n_left, error);
	if (status == ZG_OK)
		status = snapshot_begin(stage->target, -1, &snapshot, error);
	if (status == ZG_OK)
		status = text_copy(fd, block, &snapshot, error);
	if (status == ZG_OK)
		status = snapshot_end(&snapshot, error);
	if (status == ZG_OK && memcmp(snapshot.sha256, sha256, sizeof(snapshot.sha256)) != 0)
		status = error_set(error, ZG_READ,
		    "the text for stage %s is not the one that passed", stage->name);
	if (status == ZG_OK)
		status = snapshot_publish(&snapshot, &as, error);
	snapshot_clear(&snapshot);
	free(block);
	return status;
}
