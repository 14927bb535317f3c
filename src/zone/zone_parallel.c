/*
 * One file read by several threads. The text is cut at line ends before lines that look like the
 * begin of an entry, and the pieces are read at once as if nothing in them changed $ORIGIN or $TTL.
 * A piece whose assumptions hold, and in which nothing was wrong, is kept; from the first other one
 * on, the rest of the file is read in one go, by what is true. So the result is that of one thread.
 */
#include "zone/zone_text_piece.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/work_pool.h"

/* Octets of one piece: enough to make the threads' start cheap. */
#define PIECE_OCTETS ((size_t)4 * 1024 * 1024)

/* The first piece is short: its $ORIGIN and $TTL are what the others begin with. */
#define FIRST_OCTETS ((size_t)256 * 1024)

/* More threads than this do not read any faster than the file comes in. */
#define READERS_MAX 8

/* How far back a place to cut is looked for. */
#define CUT_OCTETS ((size_t)64 * 1024)

struct piece {
	const uint8_t *text;
	size_t length;
	struct text_state state;
	struct zone_store store;
	struct defects defects;
	struct zg_error error;
	zg_status status;
};

/* Octets in memory, then what a source has left. */
struct rest {
	const uint8_t *text;
	size_t length;
	const struct source *source; /* NULL: nothing behind the text */
};

static zg_status
rest_read(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct rest *rest = context;
	size_t n = rest->length < size ? rest->length : size;

	if (n == 0 && rest->source != NULL)
		return rest->source->read(rest->source->context, buffer, size, length, error);
	memcpy(buffer, rest->text, n);
	rest->text += n;
	rest->length -= n;
	*length = n;
	return ZG_OK;
}

/* A line that begins with this octet begins an entry, unless it stands inside parentheses. */
static bool
begins_entry(uint8_t octet)
{
	return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
	       (octet >= '0' && octet <= '9') || octet == '*' || octet == '_' || octet == '-' ||
	       octet == '@' || octet == '\\';
}

/* The last place to cut in text[0 .. end), or 0. */
static size_t
find_cut(const uint8_t *text, size_t end)
{
	size_t stop = end > CUT_OCTETS ? end - CUT_OCTETS : 0;

	for (size_t at = end; at > stop + 1; at--) {
		if (text[at - 2] == '\n' && begins_entry(text[at - 1]))
			return at - 1;
	}
	return 0;
}

/* Reads until the buffer is full or the source has no more. */
static zg_status
fill(const struct source *source, uint8_t *buffer, size_t size, size_t *used, bool *ended,
    struct zg_error *error)
{
	while (*used < size) {
		size_t length = 0;
		zg_status status =
		    source->read(source->context, buffer + *used, size - *used, &length, error);

		if (status != ZG_OK)
			return status;
		if (length > size - *used)
			return ZG_INTERNAL;
		if (length == 0) {
			*ended = true;
			return ZG_OK;
		}
		*used += length;
	}
	return ZG_OK;
}

static bool
has_defects(const struct defects *defects)
{
	for (int i = 0; i < DEFECT_READING_END; i++) {
		if (defects->tallies[i].count > 0)
			return true;
	}
	return false;
}

/* work_function: reads pieces, each for itself. */
static zg_status
read_pieces(void *context, unsigned thread, size_t first, size_t end)
{
	struct piece *pieces = context;

	(void)thread;
	for (size_t i = first; i < end; i++) {
		struct piece *piece = &pieces[i];
		struct rest rest = {.text = piece->text, .length = piece->length};
		struct source source = {.read = rest_read, .context = &rest, .name = ""};

		piece->status = text_piece_read(
		    &source, false, &piece->state, &piece->store, &piece->defects, &piece->error);
	}
	return ZG_OK;
}

/* Cuts text[0 .. used) into at most `n` pieces; what is behind the last one is left for later. */
static size_t
cut_pieces(struct piece *pieces, size_t n, const uint8_t *text, size_t used, size_t octets,
    bool ended, const struct text_state *state)
{
	size_t at = 0, made = 0;

	while (made < n && at < used) {
		size_t length = used - at;

		if (length > octets || !ended)
			length = find_cut(text + at, length > octets ? octets : length);
		if (length == 0)
			break;
		pieces[made] = (struct piece){.text = text + at, .length = length, .state = *state};
		pieces[made].state.lines = 0;
		/* Only the first piece knows the TTL before it. */
		pieces[made].state.behind_others = made > 0;
		pieces[made].state.last_ttl_known &= made == 0;
		zone_store_init(&pieces[made].store);
		defects_init(&pieces[made].defects, 1);
		made++;
		at += length;
	}
	return made;
}

/* Keeps pieces in their order while each began in the state that it should; returns how many. */
static size_t
keep_pieces(struct piece *pieces, size_t n, struct text_state *state, struct zone_store *store,
    zg_status *status)
{
	struct text_state assumed = *state;
	size_t kept = 0;

	for (; kept < n && *status == ZG_OK; kept++) {
		struct piece *piece = &pieces[kept];

		if (piece->status != ZG_OK || has_defects(&piece->defects) ||
		    state->lines + piece->state.lines > ZG_LINES_MAX ||
		    !text_state_same(&assumed, state))
			break;
		*status = zone_store_append(store, &piece->store, (uint32_t)state->lines);
		piece->state.lines += state->lines;
		piece->state.behind_others = false;
		*state = piece->state;
	}
	return kept;
}

/* One round: as many pieces as threads out of the buffer. Stores the octets that are done with, and
 * whether the rest is to be read in one go. */
static zg_status
read_round(struct piece *pieces, unsigned threads, const uint8_t *text, size_t used, size_t octets,
    bool ended, struct text_state *state, struct zone_store *store, size_t *done, bool *give_up)
{
	size_t n = cut_pieces(pieces, threads, text, used, octets, ended, state), kept;
	zg_status status = work_pool_run(threads, n, 1, read_pieces, pieces);

	kept = status == ZG_OK ? keep_pieces(pieces, n, state, store, &status) : 0;
	*done = 0;
	for (size_t i = 0; i < kept; i++)
		*done += pieces[i].length;
	*give_up = n == 0 || kept < n;
	for (size_t i = 0; i < n; i++) {
		zone_store_clear(&pieces[i].store);
		defects_clear(&pieces[i].defects);
	}
	return status;
}

zg_status
text_read_parallel(const struct source *source, unsigned threads, struct text_state *state,
    struct zone_store *store, struct defects *defects, struct zg_error *error)
{
	size_t size = FIRST_OCTETS, used = 0, done = 0;
	unsigned readers = threads < READERS_MAX ? threads : READERS_MAX;
	size_t full = readers * PIECE_OCTETS + CUT_OCTETS;
	struct piece *pieces = calloc(readers, sizeof(pieces[0]));
	uint8_t *buffer = malloc(full);
	bool ended = false, give_up = false;
	uint32_t file;
	zg_status status = ZG_MEMORY;

	if (pieces == NULL || buffer == NULL)
		goto out;
	status = source_map_add_file(&store->map, source->name, &file);
	if (status == ZG_OK)
		status = source_map_add_piece(&store->map, 1, file, 1);
	while (status == ZG_OK && !give_up) {
		used -= done;
		memmove(buffer, buffer + done, used);
		done = 0;
		status = fill(source, buffer, size, &used, &ended, error);
		if (status != ZG_OK || (ended && used == 0))
			break;
		status = read_round(pieces, size == full ? readers : 1, buffer, used, PIECE_OCTETS,
		    ended, state, store, &done, &give_up);
		size = full;
	}
	if (status == ZG_OK && give_up) {
		struct rest rest = {.text = buffer + done, .length = used - done, .source = source};
		struct source all = {.read = rest_read, .context = &rest, .name = source->name};

		status = text_piece_read(&all, false, state, store, defects, error);
	}
out:
	free(buffer);
	free(pieces);
	return status;
}
