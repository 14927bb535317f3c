/* Files written whole or not at all. */
#ifndef BASE_FILE_REPLACE_H
#define BASE_FILE_REPLACE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <zonegate/status.h>
#include "base/compiler.h"

/*
 * Replaces `path` by `length` octets: a new file beside it, written, synchronised, renamed, and its
 * folder synchronised. On any failure (ZG_WRITE with a message, ZG_MEMORY) what stood there before
 * is untouched. No symbolic link is followed for the new file; a link at `path` is replaced.
 */
MUST_CHECK zg_status file_replace(
    const char *path, const uint8_t *bytes, size_t length, mode_t mode, struct zg_error *error);

/* Removes what replacements of `path` that were killed left beside it. The caller knows that none
 * is under way, and that nobody else names files so: PATH, a dot, six letters or digits. */
void file_replace_sweep(const char *path);

/*
 * Adds `length` octets to a regular file of exactly `size`, not synchronised. On failure (ZG_WRITE
 * with a message) it is cut to that size again, if that can be done: use it for what is recognised
 * when it is torn.
 */
MUST_CHECK zg_status file_append(
    const char *path, size_t size, const uint8_t *bytes, size_t length, struct zg_error *error);

/*
 * Reads a regular file of at most `limit` octets. *bytes is owned by the caller. ZG_READ with a
 * message when it is not there, not regular or not readable; ZG_LIMIT when it is larger.
 */
MUST_CHECK zg_status file_read(
    const char *path, size_t limit, uint8_t **bytes, size_t *length, struct zg_error *error);

#endif
