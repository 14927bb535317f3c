/* Small things about files and folders. */
#ifndef BASE_FILE_IO_H
#define BASE_FILE_IO_H

#include <stdbool.h>
#include <stddef.h>

#include <zonegate/status.h>
#include "base/compiler.h"

/* Writes everything, or says false and leaves errno. Allocates nothing. */
bool write_all(int fd, const void *bytes, size_t length);

/* Opens the folder of `path`; *name is what comes behind it, borrowed. -1: errno. */
int folder_open(const char *path, const char **name);

/* Makes what was made in or renamed into the folder of `path` durable. */
MUST_CHECK zg_status folder_sync(const char *path, struct zg_error *error);

#endif
