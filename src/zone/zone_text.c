/* Zone text to records: what entries and directives mean. */
#include "zone/zone_text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "dns/name.h"
#include "dns/rr_type.h"
#include "zone/rdata_field.h"
#include "zone/token_show.h"
#include "zone/zone_include.h"
#include "zone/zone_scan.h"
#include "zone/zone_text_piece.h"

/* RFC 2181 section 8: TTLs have 31 bits. */
#define TTL_MAX 0x7fffffffU

/* The last owner, with the text it was read from: most entries repeat it. */
struct current_owner {
	uint8_t name[ZG_NAME_MAX]; /* lower case */
	size_t length;		   /* octets, 0: there is none */
	char text[ZG_NAME_MAX];
	size_t text_len; /* 0: not kept */
	bool stored;	 /* the last record in the store is its */
};

/* A file that is being read. */
struct open_file {
	struct zone_scan scan;
	int fd;	       /* of an included file; -1: the first one */
	uint32_t file; /* index in the map */
	uint64_t base; /* global line of its line 0; may be "negative" */
	/* What held in front of the $INCLUDE and holds again behind it (RFC 1035 section 5.1). */
	struct current_name outer_origin;
	struct current_owner outer_owner;
};

struct zone_reader {
	struct zone_store *store;
	struct defects *defects;
	const char *directory; /* for $INCLUDE, NULL: refused */
	struct open_file files[ZG_INCLUDE_DEPTH_MAX + 1];
	size_t depth; /* files that are open */
	struct zone_entry entry;
	uint32_t line; /* global, of the entry */
	struct current_name origin;
	struct current_owner owner;
	uint32_t last_ttl, default_ttl;
	bool last_ttl_known, default_ttl_known;
	bool behind_others; /* see struct text_state */
	uint64_t end_line;  /* of the first file: where it ended */
	uint8_t rdata[ZG_RDATA_MAX];
	struct text_token tokens[ZG_ENTRY_TOKENS_MAX];
};

/* Counts a defect of the entry. `token` (NULL: none) is shown behind the phrase. */
static void
entry_defect(struct zone_reader *reader, enum defect kind, const uint8_t *owner, uint16_t type,
    const char *phrase, const struct text_token *token)
{
	struct tally *tally = &reader->defects->tallies[kind];
	char shown[TOKEN_SHOW_MAX];

	if (token == NULL) {
		tally_add(tally, reader->line, owner, type, reader->line, "%s", phrase);
		return;
	}
	token_show(token, shown);
	tally_add(tally, reader->line, owner, type, reader->line, "%s: '%s'", phrase, shown);
}

static void
syntax_defect(struct zone_reader *reader, const char *phrase, const struct text_token *token)
{
	entry_defect(reader, DEFECT_SYNTAX, NULL, 0, phrase, token);
}

static const uint8_t *
current_origin(const struct zone_reader *reader)
{
	return reader->origin.known ? reader->origin.name : NULL;
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* Begins to read a file. `fd`: of an included one, taken over on failure too; -1: the first one. */
static zg_status
open_file(struct zone_reader *reader, const struct source *source, int fd)
{
	struct open_file *file = &reader->files[reader->depth++];
	zg_status status = zone_scan_begin(&file->scan, source);

	file->fd = fd;
	if (status != ZG_OK)
		return status;
	file->base = reader->line;
	file->outer_origin = reader->origin;
	file->outer_owner = reader->owner;
	/* A later piece of a file goes on under the lines of the first one. */
	if (fd < 0 && reader->store->map.n_files > 0)
		return ZG_OK;
	status = source_map_add_file(&reader->store->map, source->name, &file->file);
	if (status == ZG_OK)
		status = source_map_add_piece(&reader->store->map, reader->line + 1, file->file, 1);
	return status;
}

static zg_status
too_many_lines(struct zg_error *error)
{
	return error_set(error, ZG_LIMIT, "more than %u lines", ZG_LINES_MAX);
}

/* The first file's buffer is kept for the next piece. */
static void
release_file(struct open_file *file)
{
	if (file->fd < 0)
		return;
	(void)close(file->fd);
	zone_scan_clear(&file->scan);
}

/* Ends the innermost file; the one around it goes on where it stood, under new global lines. */
static zg_status
close_file(struct zone_reader *reader, struct zg_error *error)
{
	struct open_file *file = &reader->files[--reader->depth];
	uint64_t next = file->base + file->scan.line + 1;
	struct open_file *outer;

	reader->end_line = file->scan.line;
	release_file(file);
	if (reader->depth == 0)
		return ZG_OK;
	reader->origin = file->outer_origin;
	reader->owner = file->outer_owner;
	reader->owner.stored = false;
	outer = &reader->files[reader->depth - 1];
	outer->base = next - outer->scan.line;
	if (next > ZG_LINES_MAX)
		return too_many_lines(error);
	return source_map_add_piece(
	    &reader->store->map, (uint32_t)next, outer->file, (uint32_t)outer->scan.line);
}

/* ---- Directives ------------------------------------------------------------------------------ */

static zg_status
directive_origin(struct zone_reader *reader, const struct text_token *tokens, size_t n)
{
	const char *why = "$ORIGIN takes one domain name";
	uint8_t name[ZG_NAME_MAX];
	size_t length = 0;

	if (n == 1 && !tokens[0].quoted)
		length = name_from_text(
		    tokens[0].text, tokens[0].length, current_origin(reader), name, &why);
	/* What comes behind a bad $ORIGIN belongs nowhere: better no name than a wrong one. */
	reader->origin.known = length > 0;
	reader->owner.text_len = 0;
	if (length == 0)
		syntax_defect(reader, why, n > 0 ? tokens : NULL);
	else
		memcpy(reader->origin.name, name, length);
	return ZG_OK;
}

static zg_status
directive_ttl(struct zone_reader *reader, const struct text_token *tokens, size_t n)
{
	uint32_t ttl;

	if (n != 1 || tokens[0].quoted || !token_period(&tokens[0], &ttl) || ttl > TTL_MAX) {
		syntax_defect(reader, "$TTL takes a number of seconds up to 2147483647",
		    n > 0 ? tokens : NULL);
		return ZG_OK;
	}
	reader->default_ttl = ttl;
	reader->default_ttl_known = true;
	return ZG_OK;
}

/* The origin inside the file: what the directive says, or the one that is in force. */
static bool
include_origin(
    struct zone_reader *reader, const struct text_token *token, struct current_name *origin)
{
	const char *why = "a domain name is expected";

	*origin = reader->origin;
	if (token == NULL)
		return true;
	if (!token->quoted && name_from_text(token->text, token->length, current_origin(reader),
				  origin->name, &why) > 0) {
		origin->known = true;
		return true;
	}
	syntax_defect(reader, why, token);
	return false;
}

static void
include_defect(struct zone_reader *reader, const char *phrase, const struct text_token *name)
{
	entry_defect(reader, DEFECT_INCLUDE, NULL, 0, phrase, name);
}

static zg_status
include_file(struct zone_reader *reader, const struct text_token *token,
    const struct current_name *origin, struct zg_error *error)
{
	struct source source = {
	    .read = zone_include_read, .context = &reader->files[reader->depth].fd};
	const char *why;
	char *name;
	int fd;
	zg_status status = zone_include_open(reader->directory, token, &fd, &name, &why, error);

	if (status != ZG_OK)
		return status;
	if (fd < 0) {
		include_defect(reader, why, token);
		return ZG_OK;
	}
	source.name = name;
	status = open_file(reader, &source, fd);
	free(name);
	reader->origin = *origin;
	reader->owner.text_len = 0;
	return status;
}

static zg_status
directive_include(
    struct zone_reader *reader, const struct text_token *tokens, size_t n, struct zg_error *error)
{
	struct current_name origin;

	if (n < 1 || n > 2) {
		syntax_defect(
		    reader, "$INCLUDE takes a file name and at most one domain name", NULL);
		return ZG_OK;
	}
	if (!include_origin(reader, n == 2 ? &tokens[1] : NULL, &origin))
		return ZG_OK;
	if (reader->directory == NULL)
		include_defect(reader, "$INCLUDE is not allowed", tokens);
	else if (reader->depth > ZG_INCLUDE_DEPTH_MAX)
		include_defect(reader, "files are included too deep in each other", tokens);
	else if (reader->store->map.n_files >= ZG_INCLUDE_FILES_MAX)
		include_defect(reader, "too many included files", tokens);
	else
		return include_file(reader, tokens, &origin, error);
	return ZG_OK;
}

/* A line that begins with '$'. */
static zg_status
read_directive(struct zone_reader *reader, struct zg_error *error)
{
	const struct text_token *word = reader->entry.tokens, *tokens = word + 1;
	size_t n = reader->entry.n_tokens - 1;

	if (token_is(word, "$ORIGIN"))
		return directive_origin(reader, tokens, n);
	if (token_is(word, "$TTL"))
		return directive_ttl(reader, tokens, n);
	if (token_is(word, "$INCLUDE"))
		return directive_include(reader, tokens, n, error);
	syntax_defect(reader,
	    token_is(word, "$GENERATE") ? "$GENERATE is not supported" : "unknown directive", word);
	return ZG_OK;
}

/* ---- Records --------------------------------------------------------------------------------- */

static void
forget_owner(struct zone_reader *reader)
{
	reader->owner.length = reader->owner.text_len = 0;
	reader->owner.stored = false;
}

/* Makes the owner of the entry the current one; false (and counted) when it has none. */
static bool
read_owner(struct zone_reader *reader)
{
	struct current_owner *owner = &reader->owner;
	const struct text_token *token = reader->entry.tokens;
	const char *why = "an owner name in quotes";

	if (reader->entry.blank) {
		if (owner->length == 0)
			syntax_defect(reader, "no owner name before this entry", NULL);
		return owner->length > 0;
	}
	if (token->length == owner->text_len &&
	    memcmp(token->text, owner->text, token->length) == 0 && !token->quoted)
		return true;
	forget_owner(reader);
	if (!token->quoted)
		owner->length = name_from_text_lower(
		    token->text, token->length, current_origin(reader), owner->name, &why);
	if (owner->length == 0) {
		syntax_defect(reader, why, token);
		return false;
	}
	if (token->length <= sizeof(owner->text)) {
		memcpy(owner->text, token->text, token->length);
		owner->text_len = token->length;
	}
	return true;
}

/* A class mnemonic, or CLASSnnn (RFC 3597 section 5). */
static bool
class_from_text(const struct text_token *token, uint16_t *class)
{
	struct text_token number;
	uint32_t value;

	if (LIKELY(token->length == 2 && (token->text[0] | 0x20) == 'i' &&
		   (token->text[1] | 0x20) == 'n')) {
		*class = CLASS_IN;
		return true;
	}
	if (token->length < 2 || (token->text[0] | 0x20) > 'h')
		return false;
	if (token_is(token, "CH"))
		*class = 3;
	else if (token_is(token, "HS"))
		*class = 4;
	else if (token_is(token, "CS"))
		*class = 2;
	else if (token->length > 5) {
		number = (struct text_token){.text = token->text, .length = 5};
		if (!token_is(&number, "CLASS"))
			return false;
		number = (struct text_token){.text = token->text + 5, .length = token->length - 5};
		if (!token_number(&number, UINT16_MAX, &value))
			return false;
		*class = (uint16_t)value;
	} else
		return false;
	return true;
}

/* What stands between owner and RDATA. */
struct record_head {
	uint16_t type;
	uint16_t class;
	bool has_ttl;
	uint32_t ttl;
	size_t rdata_at; /* index of the first token of the RDATA */
};

/* TTL and class in either order, each at most once, then the type (RFC 1035 section 5.1). */
static bool
read_head(struct zone_reader *reader, struct record_head *head)
{
	const struct text_token *token = reader->entry.tokens + (reader->entry.blank ? 0 : 1);
	const struct text_token *end = reader->entry.tokens + reader->entry.n_tokens;
	bool has_class = false;

	*head = (struct record_head){.class = CLASS_IN};
	for (; token != end && !token->quoted; token++) {
		if (!head->has_ttl && token->text[0] >= '0' && token->text[0] <= '9') {
			if (!token_period(token, &head->ttl) || head->ttl > TTL_MAX) {
				syntax_defect(reader, "a TTL up to 2147483647 is expected", token);
				return false;
			}
			head->has_ttl = true;
		} else if (!has_class && class_from_text(token, &head->class))
			has_class = true;
		else
			break;
	}
	if (head->has_ttl) {
		reader->last_ttl = head->ttl;
		reader->last_ttl_known = true;
	}
	if (token == end || token->quoted ||
	    !rr_type_from_text(token->text, token->length, &head->type)) {
		syntax_defect(reader, "an RR type is expected", token == end ? NULL : token);
		return false;
	}
	head->rdata_at = (size_t)(token - reader->entry.tokens) + 1;
	return true;
}

/* Records that no zone has; they are counted and left out. */
static bool
head_is_lawful(struct zone_reader *reader, const struct record_head *head)
{
	enum defect kind;
	const char *phrase;

	if (UNLIKELY(head->class != CLASS_IN)) {
		kind = DEFECT_CLASS;
		phrase = "a class other than IN";
	} else if (UNLIKELY(rr_type_is_meta(head->type))) {
		kind = DEFECT_META_TYPE;
		phrase = "this type exists in messages only";
	} else
		return true;
	entry_defect(reader, kind, reader->owner.name, head->type, phrase, NULL);
	return false;
}

/*
 * The TTL of a record that may not have one of its own: $TTL (RFC 2308 section 4), else the last
 * one that was written (RFC 1035 section 5.1), else, as BIND does, what the SOA record says in
 * MINIMUM, for itself and for what follows. False (and counted) when there is none.
 */
static bool
choose_ttl(struct zone_reader *reader, struct record_head *head, size_t rdlen)
{
	uint32_t minimum;

	if (head->has_ttl)
		return true;
	if (reader->default_ttl_known) {
		head->ttl = reader->default_ttl;
		return true;
	}
	if (reader->last_ttl_known) {
		head->ttl = reader->last_ttl;
		return true;
	}
	if (head->type == RR_SOA && !reader->behind_others) {
		const uint8_t *at = reader->rdata + rdlen - 4; /* the last field */

		minimum =
		    (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
		if (minimum <= TTL_MAX) {
			head->ttl = reader->default_ttl = minimum;
			reader->default_ttl_known = true;
			return true;
		}
	}
	entry_defect(reader, DEFECT_SYNTAX, reader->owner.name, head->type,
	    "no TTL: neither here, nor before, nor by $TTL", NULL);
	return false;
}

static zg_status
read_record(struct zone_reader *reader)
{
	const struct zone_entry *entry = &reader->entry;
	struct record_head head;
	struct zg_error error;
	int rdlen;

	if (!read_owner(reader) || !read_head(reader, &head) || !head_is_lawful(reader, &head))
		return ZG_OK;
	rdlen = rdata_from_text(head.type, entry->tokens + head.rdata_at,
	    entry->n_tokens - head.rdata_at, current_origin(reader), reader->rdata, &error);
	if (UNLIKELY(rdlen < 0)) {
		entry_defect(
		    reader, DEFECT_SYNTAX, reader->owner.name, head.type, error.text, NULL);
		return ZG_OK;
	}
	if (!choose_ttl(reader, &head, (size_t)rdlen))
		return ZG_OK;
	if (reader->owner.stored)
		return zone_store_add_again(
		    reader->store, head.type, head.ttl, reader->rdata, (size_t)rdlen, reader->line);
	reader->owner.stored = true;
	return zone_store_add(reader->store, reader->owner.name, reader->owner.length, head.type,
	    head.ttl, reader->rdata, (size_t)rdlen, reader->line);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static zg_status
read_entry(struct zone_reader *reader, struct zg_error *error)
{
	struct open_file *file = &reader->files[reader->depth - 1];
	struct zone_entry *entry = &reader->entry;
	zg_status status = zone_scan_next(&file->scan, entry, error);

	if (UNLIKELY(status != ZG_OK))
		return status;
	if (UNLIKELY(entry->kind == ENTRY_END))
		return close_file(reader, error);
	if (UNLIKELY(file->base + entry->line > ZG_LINES_MAX))
		return too_many_lines(error);
	reader->line = (uint32_t)(file->base + entry->line);
	if (UNLIKELY(entry->kind == ENTRY_BAD)) {
		syntax_defect(reader, entry->why, NULL);
		/* Its owner is not known: what repeats it must not get the one before. */
		forget_owner(reader);
		return ZG_OK;
	}
	if (entry->tokens[0].text[0] == '$' && !entry->tokens[0].quoted && !entry->blank)
		return read_directive(reader, error);
	return read_record(reader);
}

void
text_state_init(struct text_state *state, const struct zone_text_options *options)
{
	*state = (struct text_state){
	    .default_ttl = options->default_ttl, .default_ttl_known = options->has_default_ttl};
	state->origin.known = options->origin != NULL;
	if (options->origin != NULL)
		memcpy(state->origin.name, options->origin, name_length(options->origin));
}

bool
text_state_same(const struct text_state *assumed, const struct text_state *after)
{
	const struct current_name *a = &assumed->origin, *b = &after->origin;

	/* Letter case counts: some types keep it in their RDATA. */
	return a->known == b->known &&
	       (!a->known || memcmp(a->name, b->name, name_length(a->name)) == 0) &&
	       assumed->default_ttl_known == after->default_ttl_known &&
	       (!assumed->default_ttl_known || assumed->default_ttl == after->default_ttl);
}

zg_status
text_reader_new(struct zone_reader **reader)
{
	*reader = malloc(sizeof(**reader));
	if (*reader == NULL)
		return ZG_MEMORY;
	for (size_t i = 0; i <= ZG_INCLUDE_DEPTH_MAX; i++)
		(*reader)->files[i].scan = (struct zone_scan){.buffer = NULL};
	return ZG_OK;
}

void
text_reader_free(struct zone_reader *reader)
{
	if (reader == NULL)
		return;
	zone_scan_clear(&reader->files[0].scan);
	free(reader);
}

static void
reader_enter(struct zone_reader *reader, const struct source *source, bool allow_include,
    const struct text_state *state, struct zone_store *store, struct defects *defects)
{
	reader->store = store;
	reader->defects = defects;
	reader->directory = allow_include ? source->directory : NULL;
	reader->depth = 0;
	reader->line = 0;
	reader->end_line = 1;
	reader->entry = (struct zone_entry){.tokens = reader->tokens};
	forget_owner(reader);
	reader->origin = state->origin;
	reader->behind_others = state->behind_others;
	reader->last_ttl = state->last_ttl;
	reader->last_ttl_known = state->last_ttl_known;
	reader->default_ttl = state->default_ttl;
	reader->default_ttl_known = state->default_ttl_known;
}

/* What the next piece of the file begins with. */
static void
reader_leave(const struct zone_reader *reader, struct text_state *state)
{
	state->origin = reader->origin;
	state->last_ttl = reader->last_ttl;
	state->last_ttl_known = reader->last_ttl_known;
	state->default_ttl = reader->default_ttl;
	state->default_ttl_known = reader->default_ttl_known;
	state->lines = reader->end_line - 1;
}

zg_status
text_piece_read(struct zone_reader *reader, const struct source *source, bool allow_include,
    struct text_state *state, struct zone_store *store, struct defects *defects,
    struct zg_error *error)
{
	zg_status status;

	reader_enter(reader, source, allow_include, state, store, defects);
	status = open_file(reader, source, -1);
	reader->files[0].scan.line = state->lines + 1;
	while (status == ZG_OK && reader->depth > 0)
		status = read_entry(reader, error);
	while (reader->depth > 0)
		release_file(&reader->files[--reader->depth]);
	reader_leave(reader, state);
	return status;
}

zg_status
zone_text_read(const struct source *source, const struct zone_text_options *options,
    struct zone_store *store, struct defects *defects, struct zg_error *error)
{
	struct text_state state;
	struct zone_reader *reader;
	zg_status status;

	text_state_init(&state, options);
	if (options->threads > 1 && !options->allow_include)
		return text_read_parallel(source, options->threads, &state, store, defects, error);
	status = text_reader_new(&reader);
	if (status == ZG_OK)
		status = text_piece_read(
		    reader, source, options->allow_include, &state, store, defects, error);
	text_reader_free(reader);
	return status;
}
