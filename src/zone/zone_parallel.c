/*
 * One file read by several threads. The text is cut at line ends before lines that look like the
 * begin of an entry, and the pieces are read at once as if nothing in them changed $ORIGIN or $TTL.
 * A piece whose assumptions hold, and in which nothing was wrong, is kept; from the first other one
 * on, the rest of the file is read in one go, by what is true. So the result is that of one thread.
 *
 * Two blocks take turns: while the pieces of one are read, those of the other are kept and the text
 * that comes next is fetched.
 */
#include "zone/zone_text_piece.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/work_pool.h"

/* Octets of one piece, and pieces of one block for each thread: small enough that threads end
 * evenly, large enough to make their start cheap. */
#define PIECE_OCTETS  ((size_t)512 * 1024)
#define THREAD_PIECES 4

/* The first piece is short: its $ORIGIN and $TTL are what the others begin with. */
#define FIRST_OCTETS ((size_t)256 * 1024)

/* More threads than this do not read any faster than the file comes in. */
#define READERS_MAX 8

/* How far back a place to cut is looked for. */
#define CUT_OCTETS ((size_t)64 * 1024)

struct piece {
	const uint8_t *text;
	size_t length;
	struct text_state begin; /* what was assumed */
	struct text_state state; /* what the piece came to */
	struct zone_store store; /* reset, not cleared, from piece to piece */
	struct defects defects;
	struct zg_error error;
	zg_status status;
};

/* Text, and the pieces that it was cut into. */
struct block {
	uint8_t *text;	      /* owned */
	size_t used;	      /* octets of text */
	size_t cut;	      /* of these, octets that lie in pieces */
	struct piece *pieces; /* owned */
	size_t n_pieces;
};

struct parallel {
	const struct source *source;
	unsigned readers;
	struct zone_reader *threads[READERS_MAX]; /* owned; made by their threads */
	struct block blocks[2];
	struct block *current, *other; /* whose pieces are read; whose are kept */
	bool ended;		       /* the source has no more */
	bool give_up;		       /* what comes next cannot be kept in pieces */
	size_t done;		       /* octets of the other block that were kept */
	struct text_state *state;      /* behind what was kept */
	struct zone_store *store;
	struct zg_error *error;
};

/* Octets in memory, then what a source has left. */
struct rest {
	const uint8_t *text[2];
	size_t length[2];
	const struct source *source; /* NULL: nothing behind the text */
};

static zg_status
rest_read(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct rest *rest = context;
	int from = rest->length[0] > 0 ? 0 : 1;
	size_t n = rest->length[from] < size ? rest->length[from] : size;

	if (n == 0 && rest->source != NULL)
		return rest->source->read(rest->source->context, buffer, size, length, error);
	if (n > 0)
		memcpy(buffer, rest->text[from], n);
	rest->text[from] += n;
	rest->length[from] -= n;
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

/* Fills `block` up to `size` octets: what is left of the text before it, then what comes next. */
static zg_status
fill(struct parallel *p, struct block *block, const struct block *before, size_t size)
{
	block->used = before->used - before->cut;
	if (block->used > 0)
		memcpy(block->text, before->text + before->cut, block->used);
	block->n_pieces = block->cut = 0;
	while (block->used < size && !p->ended) {
		size_t length = 0;
		zg_status status = p->source->read(p->source->context, block->text + block->used,
		    size - block->used, &length, p->error);

		if (status != ZG_OK)
			return status;
		if (length > size - block->used)
			return ZG_INTERNAL;
		p->ended = length == 0;
		block->used += length;
	}
	return ZG_OK;
}

/* Cuts at most `n` pieces off the text of a block; what is behind the last one is left for later.
 */
static void
cut_pieces(const struct parallel *p, struct block *block, size_t n)
{
	while (block->n_pieces < n && block->cut < block->used) {
		struct piece *piece = &block->pieces[block->n_pieces];
		size_t length = block->used - block->cut;

		if (length > PIECE_OCTETS || !p->ended)
			length = find_cut(block->text + block->cut,
			    length > PIECE_OCTETS ? PIECE_OCTETS : length);
		if (length == 0)
			break;
		piece->text = block->text + block->cut;
		piece->length = length;
		piece->begin = piece->state = *p->state;
		piece->state.lines = 0;
		/* Only behind what was kept is the last TTL known. */
		piece->state.behind_others = block->n_pieces > 0 || p->other->n_pieces > 0;
		piece->state.last_ttl_known &= !piece->state.behind_others;
		block->n_pieces++;
		block->cut += length;
	}
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

/* work_function: reads pieces of the current block, each for itself. */
static zg_status
read_pieces(void *context, unsigned thread, size_t first, size_t end)
{
	struct parallel *p = context;

	if (p->threads[thread] == NULL) {
		zg_status status = text_reader_new(&p->threads[thread]);

		if (status != ZG_OK)
			return status;
	}
	for (size_t i = first; i < end; i++) {
		struct piece *piece = &p->current->pieces[i];
		struct rest rest = {.text = {piece->text}, .length = {piece->length}};
		struct source source = {.read = rest_read, .context = &rest, .name = ""};

		zone_store_reset(&piece->store);
		piece->status = text_piece_read(p->threads[thread], &source, false, &piece->state,
		    &piece->store, &piece->defects, &piece->error);
	}
	return ZG_OK;
}

/* The piece is what one thread would have read there. */
static bool
piece_holds(const struct piece *piece, const struct text_state *state)
{
	return piece->status == ZG_OK && !has_defects(&piece->defects) &&
	       state->lines + piece->state.lines <= ZG_LINES_MAX &&
	       text_state_same(&piece->begin, state);
}

/*
 * Keeps the pieces of a block in their order, up to the first that does not hold. One that holds
 * begins with a record: either that wrote its TTL, or $TTL was given and no last TTL is asked for.
 */
static zg_status
keep_pieces(struct parallel *p, struct block *block)
{
	p->done = 0;
	for (size_t i = 0; i < block->n_pieces; i++) {
		struct piece *piece = &block->pieces[i];
		zg_status status;

		p->give_up = !piece_holds(piece, p->state);
		if (p->give_up)
			return ZG_OK;
		status = zone_store_append(p->store, &piece->store, (uint32_t)p->state->lines);
		if (status != ZG_OK)
			return status;
		piece->state.lines += p->state->lines;
		piece->state.behind_others = false;
		*p->state = piece->state;
		p->done += piece->length;
	}
	block->n_pieces = 0;
	return ZG_OK;
}

static size_t
block_octets(const struct parallel *p)
{
	return p->readers * THREAD_PIECES * PIECE_OCTETS + CUT_OCTETS;
}

/* work_function, a task: keeps the pieces of the other block, then fills it anew. */
static zg_status
keep_and_fill(void *context, unsigned thread, size_t first, size_t end)
{
	struct parallel *p = context;
	zg_status status = keep_pieces(p, p->other);

	(void)thread;
	(void)first;
	(void)end;
	if (status != ZG_OK || p->give_up)
		return status;
	return fill(p, p->other, p->current, block_octets(p));
}

/* Reads the first piece, keeps it, and fills the block that comes next. */
static zg_status
begin(struct parallel *p)
{
	struct block *first = &p->blocks[0], *second = &p->blocks[1];
	zg_status status;

	p->current = first;
	p->other = second;
	status = fill(p, first, second, FIRST_OCTETS);
	if (status != ZG_OK)
		return status;
	cut_pieces(p, first, 1);
	p->give_up = first->n_pieces == 0 && first->used > 0;
	status = read_pieces(p, 0, 0, first->n_pieces);
	p->current = second;
	p->other = first;
	if (status == ZG_OK && !p->give_up)
		status = keep_pieces(p, first);
	return status == ZG_OK ? fill(p, second, first, block_octets(p)) : status;
}

/* Lets the blocks take turns until the text is at its end or a piece does not hold. */
static zg_status
take_turns(struct parallel *p)
{
	zg_status status = begin(p);

	while (status == ZG_OK && !p->give_up) {
		struct block *read = p->current;
		struct work_part parts[] = {
		    {.work = keep_and_fill, .context = p, .count = 1, .chunk = 1},
		    {.work = read_pieces, .context = p, .chunk = 1},
		};

		cut_pieces(p, read, p->readers * (size_t)THREAD_PIECES);
		if (read->n_pieces == 0) {
			status = keep_pieces(p, p->other);
			p->give_up |= read->used > 0;
			break;
		}
		parts[1].count = read->n_pieces;
		status = work_pool_run_parts(p->readers, parts, 2, NULL);
		if (!p->give_up) {
			p->current = p->other;
			p->other = read;
		}
	}
	return status;
}

/* Reads what is left in one go: what was not kept of the other block, the current one, the source.
 */
static zg_status
read_rest(struct parallel *p, struct defects *defects)
{
	struct rest rest = {.text = {p->other->text + p->done, p->current->text},
	    .length = {p->other->cut - p->done, p->current->used},
	    .source = p->source};
	struct source all = {.read = rest_read, .context = &rest, .name = p->source->name};

	return text_piece_read(p->threads[0], &all, false, p->state, p->store, defects, p->error);
}

static zg_status
parallel_init(struct parallel *p)
{
	for (int b = 0; b < 2; b++) {
		struct block *block = &p->blocks[b];

		block->text = malloc(block_octets(p));
		block->pieces = calloc(p->readers * (size_t)THREAD_PIECES, sizeof(struct piece));
		if (block->text == NULL || block->pieces == NULL)
			return ZG_MEMORY;
		for (size_t i = 0; i < p->readers * (size_t)THREAD_PIECES; i++) {
			zone_store_init(&block->pieces[i].store);
			defects_init(&block->pieces[i].defects, 1);
		}
	}
	return text_reader_new(&p->threads[0]);
}

static void
parallel_clear(struct parallel *p)
{
	for (int b = 0; b < 2; b++) {
		struct block *block = &p->blocks[b];

		for (size_t i = 0; block->pieces != NULL && i < p->readers * (size_t)THREAD_PIECES;
		     i++) {
			zone_store_clear(&block->pieces[i].store);
			defects_clear(&block->pieces[i].defects);
		}
		free(block->pieces);
		free(block->text);
	}
	for (unsigned i = 0; i < p->readers; i++)
		text_reader_free(p->threads[i]);
}

zg_status
text_read_parallel(const struct source *source, unsigned threads, struct text_state *state,
    struct zone_store *store, struct defects *defects, struct zg_error *error)
{
	struct parallel p = {.source = source,
	    .readers = threads < READERS_MAX ? threads : READERS_MAX,
	    .state = state,
	    .store = store,
	    .error = error};
	uint32_t file;
	zg_status status = parallel_init(&p);

	if (status == ZG_OK)
		status = source_map_add_file(&store->map, source->name, &file);
	if (status == ZG_OK)
		status = source_map_add_piece(&store->map, 1, file, 1);
	if (status == ZG_OK)
		status = take_turns(&p);
	if (status == ZG_OK && p.give_up)
		status = read_rest(&p, defects);
	parallel_clear(&p);
	return status;
}
