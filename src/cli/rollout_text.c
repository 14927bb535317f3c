/* Copies of a rollout in the state directory: the rolling text, and the candidate that waits. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
rolling_forget(const struct release_job *job)
{
	if (unlink(job->rolling) != 0 && errno != ENOENT)
		complain("cannot remove %s: %s", job->rolling, strerrordesc_np(errno));
}

bool
queue_find(const struct release_job *job, char **path)
{
	struct zg_error error = {0};

	if (state_path(&job->state, "queued", job->zone->name, ".zone", path, &error) != ZG_OK) {
		complain("what is queued cannot be found: %s", error.text);
		return false;
	}
	if (access(*path, F_OK) == 0)
		return true;
	free(*path);
	*path = NULL;
	return false;
}

/* Whether it is that very text. */
static bool
is_text(const char *path, const uint8_t sha256[FILE_DIGEST_OCTETS])
{
	uint8_t found[FILE_DIGEST_OCTETS];
	struct zg_error error = {0};
	bool exists;

	return target_digest(path, found, &exists, &error) == ZG_OK && exists &&
	       memcmp(found, sha256, sizeof(found)) == 0;
}

void
queue_keep(struct release_job *job, struct release_log *log, uint32_t serial)
{
	struct zg_error error = {0};
	char text[160], *path = NULL;
	bool overtakes = queue_find(job, &path);
	bool again = overtakes && is_text(path, job->snapshot.sha256);

	free(path);
	if (again)
		return;
	(void)snprintf(text, sizeof(text), "serial %u is queued%s", (unsigned)serial,
	    overtakes ? ", and overtakes what was queued before" : "");
	if (state_keep(&job->state, "queued", job->zone->name, job->snapshot.fd, KEEP_DURABLY,
		&error) != ZG_OK)
		complain("the candidate cannot be queued: %s", error.text);
	else if (log != NULL)
		job_note(log, "stage", text);
}

void
queue_forget(const struct release_job *job, struct release_log *log,
    const uint8_t sha256[FILE_DIGEST_OCTETS])
{
	char *path = NULL;
	bool its_turn;

	if (!queue_find(job, &path))
		return;
	its_turn = is_text(path, sha256);
	if (unlink(path) != 0)
		complain("cannot remove %s: %s", path, strerrordesc_np(errno));
	else if (!its_turn)
		job_note(log, "stage", "what was queued is given up: it is to be offered again");
	free(path);
}
