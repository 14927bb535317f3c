/* Something written into the history of one zone, under its lock. */
#include "cli/cli.h"

#include <unistd.h>

#include "publish/release.h"

static zg_status
write_locked(struct state_directory *state, const char *zone, zone_log_writer write, void *context,
    struct zg_error *error)
{
	struct release_log *log = NULL;
	char head[LOG_HEAD_TEXT_SIZE];
	int lock_fd = -1;
	zg_status status = state_lock(state, zone, &lock_fd, error);

	if (status == ZG_OK)
		status = release_log_open(state, zone, true, &log, error);
	if (status == ZG_OK)
		status = write(log, context, error);
	if (status == ZG_OK)
		status = release_sign_head_text(log, state, clock_now(), head, error);
	release_log_close(log);
	if (lock_fd >= 0)
		(void)close(lock_fd);
	return status;
}

zg_status
zone_log_write(const struct config *config, const char *zone, zone_log_writer write, void *context,
    struct zg_error *error)
{
	struct state_directory state = {.fd = -1};
	zg_status status = state_open(config->state, false, &state, error);

	if (status == ZG_OK)
		status = write_locked(&state, zone, write, context, error);
	state_close(&state);
	return status;
}
