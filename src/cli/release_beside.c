/*
 * What the supervisor of `zonegate release` does while the worker checks: it digests the snapshot,
 * and makes the copy that is kept of what is released, and of what is not.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "publish/release.h"

#define DIGEST_OCTETS sizeof(((struct release_job *)NULL)->snapshot.sha256)

/* --- The digest --- */

static void
end_close(int *end)
{
	if (*end >= 0)
		(void)close(*end);
	*end = -1;
}

static void
ends_close(struct release_beside *beside)
{
	end_close(&beside->when[0]);
	end_close(&beside->when[1]);
	end_close(&beside->digest_from);
	end_close(&beside->digest_to);
}

static zg_status
no_pipe(struct zg_error *error)
{
	(void)snprintf(error->text, sizeof(error->text), "no pipe: %s", strerrordesc_np(errno));
	return ZG_READ;
}

zg_status
beside_begin(struct release_job *job, struct zg_error *error)
{
	struct release_beside *beside = &job->beside;
	int ends[2];

	if (pipe2(beside->when, O_CLOEXEC) != 0)
		return no_pipe(error);
	job->gate.when_read = beside_go;
	job->gate.when_read_context = job;
	if (job->snapshot.digest == NULL)
		return ZG_OK;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return no_pipe(error);
	beside->digest_from = ends[0];
	beside->digest_to = ends[1];
	return ZG_OK;
}

void
beside_go(void *context)
{
	struct release_job *job = context;

	if (job->beside.when[1] >= 0)
		(void)!write_all(job->beside.when[1], "", 1);
	end_close(&job->beside.when[1]);
}

/* The next piece, and at the end the word for the worker: a pipe that closes without a digest says
 * that there is none. */
static void
digest_some(struct release_job *job)
{
	struct snapshot *snapshot = &job->snapshot;
	struct zg_error error;
	zg_status status = snapshot_digest(snapshot, &error);

	if (status == ZG_OK && snapshot->digest != NULL)
		return;
	if (status == ZG_OK)
		(void)!write_all(job->beside.digest_to, snapshot->sha256, DIGEST_OCTETS);
	end_close(&job->beside.digest_to);
}

zg_status
beside_digest(struct release_job *job, uint8_t *sha256, struct zg_error *error)
{
	size_t length = 0;
	ssize_t n = 1;

	if (job->snapshot.digest == NULL) {
		memcpy(sha256, job->snapshot.sha256, DIGEST_OCTETS);
		return ZG_OK;
	}
	beside_go(job);
	end_close(&job->beside.digest_to);
	while (length < DIGEST_OCTETS && (n > 0 || (n < 0 && errno == EINTR))) {
		n = read(job->beside.digest_from, sha256 + length, DIGEST_OCTETS - length);
		length += n > 0 ? (size_t)n : 0;
	}
	if (length == DIGEST_OCTETS)
		return ZG_OK;
	(void)snprintf(
	    error->text, sizeof(error->text), "the digest of the candidate is not known");
	return ZG_READ;
}

/* --- The copy --- */

/* What a rename takes away is kept as a copy. A file of the state directory is kept as it is. */
static bool
wants_copy(const struct release_job *job)
{
	return !job_has_copy(job) && !job_is_staged(job);
}

/* The next piece; false: there is none. What fails is done again when it is to be kept, and said
 * then. */
static bool
copy_some(struct release_job *job)
{
	struct state_copy *copy = &job->beside.copy;
	struct zg_error error;

	if (copy->whole || !wants_copy(job))
		return false;
	if (copy->fd < 0 &&
	    state_copy_begin(&job->state, "zones", job->zone->name, copy, &error) != ZG_OK)
		return false;
	return state_copy_add(copy, job->snapshot.fd, &error) == ZG_OK;
}

zg_status
beside_keep(struct release_job *job, const char *folder, enum state_keep_how how, int fd,
    struct zg_error *error)
{
	struct state_copy *copy = &job->beside.copy;

	if (copy->whole &&
	    state_copy_keep(copy, &job->state, folder, job->zone->name, how, error) == ZG_OK) {
		if (how == KEEP_AT_HAND)
			release_text_seal(&job->state, job->zone->name, job->snapshot.sha256);
		return ZG_OK;
	}
	state_copy_clear(copy);
	return state_keep(&job->state, folder, job->zone->name, fd, how, error);
}

/* --- Both --- */

bool
beside_work(void *context)
{
	struct release_job *job = context;

	if (job->beside.digest_to < 0)
		return copy_some(job);
	digest_some(job);
	return true;
}

void
beside_end(struct release_job *job)
{
	struct zg_error error;

	ends_close(&job->beside);
	/* A worker that ended early has not waited for it. */
	while (job->snapshot.digest != NULL && snapshot_digest(&job->snapshot, &error) == ZG_OK)
		continue;
}

void
beside_clear(struct release_job *job)
{
	ends_close(&job->beside);
	state_copy_clear(&job->beside.copy);
}
