/* Zone text read piece by piece. Private to the zone layer. */
#ifndef ZONE_TEXT_PIECE_H
#define ZONE_TEXT_PIECE_H

#include <zonegate/limits.h>
#include "zone/zone_text.h"

/* A name that relative names go by. */
struct current_name {
	uint8_t name[ZG_NAME_MAX];
	bool known;
};

/* What one piece of a file hands on to the next, which begins with an owner name. */
struct text_state {
	struct current_name origin;
	uint32_t last_ttl, default_ttl;
	bool last_ttl_known, default_ttl_known;
	bool behind_others; /* TTLs may have been written before that are not known here */
	uint64_t lines;	    /* before the piece */
};

void text_state_init(struct text_state *state, const struct zone_text_options *options);

/* What holds behind a piece that was begun with `before` and ended with `after` is what was assumed
 * to hold. */
bool text_state_same(const struct text_state *assumed, const struct text_state *after);

/* What one thread reads with, one piece after the other. */
struct zone_reader;
MUST_CHECK zg_status text_reader_new(struct zone_reader **reader);
void text_reader_free(struct zone_reader *reader);

/*
 * Reads all of `source` as a piece of a file that begins in `state`, and leaves the state behind
 * it. Else as zone_text_read.
 */
MUST_CHECK zg_status text_piece_read(struct zone_reader *reader, const struct source *source,
    bool allow_include, struct text_state *state, struct zone_store *store, struct defects *defects,
    struct zg_error *error);

/* The same for a file of which several threads read pieces at once. */
MUST_CHECK zg_status text_read_parallel(const struct source *source, unsigned threads,
    struct text_state *state, struct zone_store *store, struct defects *defects,
    struct zg_error *error);

#endif
