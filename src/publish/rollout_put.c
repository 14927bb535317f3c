/* The file of a stage: a copy of the rolling text beside it, proved, and renamed. */
#include "publish/rollout.h"

#include <string.h>

#include "base/error.h"
#include "publish/publish.h"

zg_status
rollout_put(const struct config_stage *stage, int fd, const uint8_t sha256[FILE_DIGEST_OCTETS],
    struct zg_error *error)
{
	const struct config_zone as = {
	    .mode = stage->mode, .owner = stage->owner, .group = stage->group};
	struct snapshot snapshot = {.fd = -1, .folder_fd = -1};
	size_t n_left = 0;
	zg_status status = leftovers_remove(stage->target, &n_left, error);

	if (status == ZG_OK)
		status = snapshot_begin(stage->target, -1, &snapshot, error);
	if (status == ZG_OK)
		status = snapshot_fill(&snapshot, fd, error);
	if (status == ZG_OK && memcmp(snapshot.sha256, sha256, sizeof(snapshot.sha256)) != 0)
		status = error_set(error, ZG_READ,
		    "the text for stage %s is not the one that passed", stage->name);
	if (status == ZG_OK)
		status = snapshot_publish(&snapshot, &as, error);
	snapshot_clear(&snapshot);
	return status;
}
