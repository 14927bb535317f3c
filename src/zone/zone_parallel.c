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
#define PIECE_OCTETS  ((size_t)256 * 1024)
#define PIECE_ROOM    (PIECE_OCTETS + SOURCE_SLACK)
#define THREAD_PIECES 4

/* The first piece is short: its $ORIGIN and $TTL are what the others begin with. */
#define FIRST_OCTETS ((size_t)128 * 1024)

/* More threads than this do not read any faster than the file comes in. */
#define READERS_MAX 8

/* How far back a place to cut is looked for. */
#define CUT_OCTETS ((size_t)64 * 1024)

struct piece {
	uint8_t *text; /* PIECE_ROOM octets of its block */
	size_t length;
	struct text_state begin; /* what was assumed */
	struct text_state state; /* what the piece came to */
	struct zone_store store; /* reset, not cleared, from piece to piece */
	struct defects defects;
	struct zg_error error;
	zg_status status;
};

/* Text in pieces, and what was read behind the last of them. */
struct block {
	uint8_t *text;	      /* owned: of all pieces; behind that `carried` */
	struct piece *pieces; /* owned */
	size_t n_pieces;      /* with text */
	size_t n_kept;	      /* of these */
	const uint8_t *tail;  /* in `carried`, or all of a piece that cannot be cut */
	size_t tail_len;
	uint8_t *carried; /* CUT_OCTETS */
};

struct parallel {
	const struct source *source;
	unsigned readers;
	struct zone_reader *threads[READERS_MAX]; /* owned; made by their threads */
	struct block blocks[2];
	struct block *current, *other; /* whose pieces are read; whose are kept */
	bool ended;		       /* the source has no more */
	bool give_up;		       /* what comes next cannot be kept in pieces */
	struct text_state *state;      /* behind what was kept */
	struct zone_store *store;
	struct zg_error *error;
};

/* What is left when pieces do not do: those of both blocks that were not kept, the tail behind them
 * (that of the other block is in the current one's first piece already), and the source. */
struct rest {
	const struct source *source;
	struct {
		const uint8_t *text;
		size_t length;
	} texts[2 * READERS_MAX * THREAD_PIECES + 1];
	size_t next, n;
};

static void
rest_add(struct rest *rest, const uint8_t *text, size_t length)
{
	rest->texts[rest->n].text = text;
	rest->texts[rest->n++].length = length;
}

static zg_status
rest_read(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct rest *rest = context;
	size_t i = rest->next, n;

	while (i < rest->n && rest->texts[i].length == 0)
		i++;
	rest->next = i;
	if (i == rest->n)
		return rest->source->read(rest->source->context, buffer, size, length, error);
	n = rest->texts[i].length < size ? rest->texts[i].length : size;
	memcpy(buffer, rest->texts[i].text, n);
	rest->texts[i].text += n;
	rest->texts[i].length -= n;
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

/* Reads on behind `used` octets of a piece's text until there are `size`, or no more come. */
static zg_status
fill_piece(struct parallel *p, struct piece *piece, size_t used, size_t size)
{
	while (used < size && !p->ended) {
		size_t length = 0;
		zg_status status = p->source->read(
		    p->source->context, piece->text + used, size - used, &length, p->error);

		if (status != ZG_OK)
			return status;
		if (length > size - used)
			return ZG_INTERNAL;
		p->ended = length == 0;
		used += length;
	}
	piece->length = used;
	return ZG_OK;
}

/* Cuts the end off a piece that was filled: it is carried to the next. At the end of the source
 * nothing is. False: there is no place to cut. */
static bool
cut_piece(const struct parallel *p, struct block *block, struct piece *piece)
{
	size_t cut = p->ended ? piece->length : find_cut(piece->text, piece->length);

	block->tail = cut > 0 ? block->carried : piece->text;
	block->tail_len = piece->length - cut;
	if (cut == 0)
		return false;
	if (block->tail_len > 0)
		memcpy(block->carried, piece->text + cut, block->tail_len);
	memset(piece->text + cut, 0, SOURCE_SLACK);
	piece->length = cut;
	return true;
}

/* Fills at most `n` pieces of a block, of `size` octets each: with the tail of the block before it,
 * then with what comes next. */
static zg_status
fill(struct parallel *p, struct block *block, const struct block *before, size_t n, size_t size)
{
	const uint8_t *tail = before->tail;
	size_t tail_len = before->tail_len;

	block->n_pieces = block->n_kept = block->tail_len = 0;
	while (block->n_pieces < n) {
		struct piece *piece = &block->pieces[block->n_pieces];
		zg_status status;

		if (tail_len > 0)
			memcpy(piece->text, tail, tail_len);
		status = fill_piece(p, piece, tail_len, size);
		if (status != ZG_OK)
			return status;
		if (piece->length == 0 || !cut_piece(p, block, piece))
			break;
		tail = block->tail;
		tail_len = block->tail_len;
		block->n_pieces++;
	}
	return ZG_OK;
}

/* What the pieces of the current block are begun with. */
static void
begin_pieces(const struct parallel *p, struct block *block)
{
	for (size_t i = 0; i < block->n_pieces; i++) {
		struct piece *piece = &block->pieces[i];

		piece->begin = piece->state = *p->state;
		piece->state.lines = 0;
		/* Only behind what was kept is the last TTL known. */
		piece->state.behind_others = i > 0 || p->other->n_pieces > 0;
		piece->state.last_ttl_known &= !piece->state.behind_others;
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
		struct source source = {.text = piece->text, .text_len = piece->length, .name = ""};

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
	for (; block->n_kept < block->n_pieces; block->n_kept++) {
		struct piece *piece = &block->pieces[block->n_kept];
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
	}
	block->n_pieces = block->n_kept = 0;
	return ZG_OK;
}

static size_t
block_pieces(const struct parallel *p)
{
	return p->readers * (size_t)THREAD_PIECES;
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
	return fill(p, p->other, p->current, block_pieces(p), PIECE_OCTETS);
}

/* Reads the first piece, keeps it, and fills the block that comes next. */
static zg_status
begin(struct parallel *p)
{
	struct block *first = &p->blocks[0], *second = &p->blocks[1];
	zg_status status;

	p->current = first;
	p->other = second;
	status = fill(p, first, second, 1, FIRST_OCTETS);
	if (status != ZG_OK)
		return status;
	p->give_up = first->n_pieces == 0 && first->tail_len > 0;
	begin_pieces(p, first);
	status = read_pieces(p, 0, 0, first->n_pieces);
	p->current = second;
	p->other = first;
	if (status == ZG_OK && !p->give_up)
		status = keep_pieces(p, first);
	return status == ZG_OK ? fill(p, second, first, block_pieces(p), PIECE_OCTETS) : status;
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

		if (read->n_pieces == 0) {
			status = keep_pieces(p, p->other);
			p->give_up |= read->tail_len > 0;
			break;
		}
		begin_pieces(p, read);
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
	const struct block *blocks[] = {p->other, p->current};
	struct rest rest = {.source = p->source};
	struct source all = {.read = rest_read, .context = &rest, .name = p->source->name};

	for (int b = 0; b < 2; b++) {
		for (size_t i = blocks[b]->n_kept; i < blocks[b]->n_pieces; i++)
			rest_add(&rest, blocks[b]->pieces[i].text, blocks[b]->pieces[i].length);
	}
	rest_add(&rest, p->current->tail, p->current->tail_len);
	return text_piece_read(p->threads[0], &all, false, p->state, p->store, defects, p->error);
}

static zg_status
parallel_init(struct parallel *p)
{
	for (int b = 0; b < 2; b++) {
		struct block *block = &p->blocks[b];

		block->text = malloc(block_pieces(p) * PIECE_ROOM + CUT_OCTETS);
		block->pieces = calloc(block_pieces(p), sizeof(struct piece));
		if (block->text == NULL || block->pieces == NULL)
			return ZG_MEMORY;
		block->carried = block->text + block_pieces(p) * PIECE_ROOM;
		for (size_t i = 0; i < block_pieces(p); i++) {
			block->pieces[i].text = block->text + i * PIECE_ROOM;
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

		for (size_t i = 0; block->pieces != NULL && i < block_pieces(p); i++) {
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
