/* Opens what $INCLUDE names: regular files beneath the zone's folder, nothing else. */
#ifndef ZONE_INCLUDE_H
#define ZONE_INCLUDE_H

#include "zone/rdata_text.h"

/*
 * Opens the file that `token` names, relative to `directory` or absolute, for reading. A symbolic
 * link is followed only when what it leads to lies beneath `directory` as well. Stores the
 * descriptor and the name for messages (both owned by the caller: close, free). ZG_OK with *fd -1
 * and a phrase in *why: refused. ZG_READ: it could not be found out whether it may be read.
 */
MUST_CHECK zg_status zone_include_open(const char *directory, const struct text_token *token,
    int *fd, char **name, const char **why, struct zg_error *error);

/* A source_read; `context` points to the descriptor. */
zg_status zone_include_read(
    void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error);

#endif
