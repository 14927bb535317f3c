/*
 * Looks at the parent as rows of DS observations, one row a server. A look is kept whole when
 * anything differs from the one before or that is some hours old; else one row says that nothing
 * did.
 */
#ifndef HISTORY_PARENT_LOOKS_H
#define HISTORY_PARENT_LOOKS_H

#include "dns/parent_look.h"
#include "history/history.h"

/* What rows say of looks. */
struct parent_looks {
	struct parent_look last; /* the last look; time 0: there was none */
	int64_t last_time;	 /* when it was taken again, and nothing had changed */
	/* The newest set that the servers agreed on, and when that was last seen; 0: never. */
	int64_t agreed_time;
	uint32_t agreed_ttl;
	struct release_ds agreed[ZG_DS_MAX];
	size_t n_agreed;
	size_t n_servers_agreed;
};

/* Reads rows, oldest first; `since`: those from there on are complete, and of what is older the
 * last row of each server is there. ZG_MEMORY. */
MUST_CHECK zg_status parent_looks_read(const struct history_ds *rows, size_t n, bool majority,
    int64_t since, struct parent_looks *looks);

/* Takes one more look, which is the last now; `agreed`: what came of it. */
void parent_looks_add(
    struct parent_looks *looks, const struct parent_look *look, const struct look_agreed *agreed);

/* The look must be kept whole, as far as it was known before. */
bool parent_look_is_news(const struct parent_look *look, const struct parent_looks *before);

/* The rows of a look, room for PARENT_LOOK_ROWS of them: all, or the one of a look that is no news.
 * Returns how many; 0: there is nothing to be kept. */
#define PARENT_LOOK_ROWS (ZG_PARENT_ADDRESSES_MAX + 1)
size_t parent_look_rows(const struct parent_look *look, bool whole, struct history_ds *rows);

#endif
