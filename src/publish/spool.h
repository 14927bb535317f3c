/*
 * The spool: where people drop approvals, and where they go. Whoever may write it is not trusted:
 * what counts is the signature, which the gate judges. Files are named by what is in them.
 */
#ifndef PUBLISH_SPOOL_H
#define PUBLISH_SPOOL_H

#include <stdbool.h>
#include <stddef.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "publish/publish.h"

/* A file of the spool; `spent`: an approval that was used for a release (spool_mark_spent). */
struct spool_file {
	char *name; /* owned */
	char *text; /* owned; empty: not a regular file, or too large */
	size_t length;
	bool spent;
};

/*
 * Reads the approvals for `zone`, and what is no approval, in the order of their names; those of
 * other zones are passed over. At most ZG_APPROVALS_MAX: *more says that some were left for the
 * next time. Neither links nor special files are opened.
 */
MUST_CHECK zg_status spool_read(const struct state_directory *state, const char *zone,
    struct spool_file **files, size_t *n, bool *more, struct zg_error *error);
void spool_free(struct spool_file *files, size_t n);

/* Drops an approval: a new file with mode 0640, whole or not at all. `path` is that of the state
 * directory, of which the writer need not be the owner. *name is owned by the caller. */
MUST_CHECK zg_status spool_add(
    const char *path, const char *text, size_t length, char **name, struct zg_error *error);

/* The approval is dead: moves it to the folder `aside`, where people can look at it. */
MUST_CHECK zg_status spool_put_aside(
    const struct state_directory *state, const struct spool_file *file, struct zg_error *error);

/* A candidate that it was good for is about to be released: remembered in the folder `spent`, by
 * what is in the file, so that no copy under another name counts anew. May be said again. */
MUST_CHECK zg_status spool_mark_spent(
    const struct state_directory *state, const struct spool_file *file, struct zg_error *error);

#endif
