/* Files by descriptor: copied and digested. */
#ifndef PUBLISH_FILE_H
#define PUBLISH_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

/*
 * Copies the next piece of the file `from`, at `*offset`, to where `to` is written next, and moves
 * the offset on; at its end it stays where it is. The kernel copies, or shares the blocks, where it
 * can. No reading position is moved. False: errno.
 */
bool file_copy_piece(int from, int to, uint64_t *offset);

/* SHA-256 of the file `fd`, from its begin to its end. `path` is for messages. */
MUST_CHECK zg_status file_digest(
    int fd, const char *path, uint8_t sha256[32], struct zg_error *error);

#endif
