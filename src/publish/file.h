/* Files by descriptor: copied and digested. */
#ifndef PUBLISH_FILE_H
#define PUBLISH_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

/* Copies the file `from`, from its begin to its end, to the empty file `to`; shares the blocks
 * where the file system can. False: errno. */
bool file_copy(int from, int to);

/* SHA-256 of the file `fd`, from its begin to its end. `path` is for messages. */
MUST_CHECK zg_status file_digest(
    int fd, const char *path, uint8_t sha256[32], struct zg_error *error);

#endif
