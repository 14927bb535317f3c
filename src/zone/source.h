/* Where the octets of a zone come from, read in blocks, and where a line number points to. */
#ifndef ZONE_SOURCE_H
#define ZONE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

/*
 * Reads up to `size` octets into `buffer`; stores how many in `*length` (0: end). ZG_READ with a
 * message on failure.
 */
typedef zg_status (*source_read)(
    void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error);

/* Zero octets behind text that is read where it lies: the first one stops every loop, the others
 * are what the loops that look at many octets at a time may touch. */
#define SOURCE_SLACK 16

struct source {
	source_read read;
	void *context;
	const uint8_t
	    *text; /* not NULL: all there is, SOURCE_SLACK zero octets behind it; else `read` */
	size_t text_len;
	const char *name;      /* for messages: "zone.db", "<stdin>" */
	const char *directory; /* what $INCLUDE names are beneath; NULL: none */
};

/*
 * Lines are counted over all files of a zone: each piece of a file starts at one global line.
 * Global line numbers begin at 1.
 */
struct source_piece {
	uint32_t first_global; /* the piece covers global lines from here to the next piece */
	uint32_t first_line;   /* line in the file that first_global stands for */
	uint32_t file;	       /* index into files */
};

struct source_map {
	char **files; /* owned */
	size_t n_files, files_size;
	struct source_piece *pieces; /* owned, ascending */
	size_t n_pieces, pieces_size;
};

void source_map_clear(struct source_map *map);

/* Adds a file name (copied); stores its index. */
MUST_CHECK zg_status source_map_add_file(struct source_map *map, const char *name, uint32_t *file);

/* From `first_global` on, lines are those of `file` from `first_line` on. */
MUST_CHECK zg_status source_map_add_piece(
    struct source_map *map, uint32_t first_global, uint32_t file, uint32_t first_line);

/* The file and line that a global line stands for; NULL and 0 for line 0. */
const char *source_map_find(const struct source_map *map, uint32_t global, uint32_t *line);

#endif
