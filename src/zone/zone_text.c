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

/* RFC 2181 section 8: TTLs have 31 bits. */
#define TTL_MAX 0x7fffffffU

/* A name that relative names or the next entries go by. */
struct current_name {
	uint8_t name[ZG_NAME_MAX];
	bool known;
};

/* The last owner, with the text it was read from: most entries repeat it. */
struct current_owner {
	uint8_t name[ZG_NAME_MAX]; /* lower case */
	size_t length;		   /* octets, 0: there is none */
	char text[ZG_NAME_MAX];
	size_t text_len; /* 0: not kept */
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

/* Begins to read a file; `fd` -1: the first one. */
static zg_status
open_file(struct zone_reader *reader, source_read read, void *context, int fd, const char *name)
{
	struct open_file *file = &reader->files[reader->depth];
	zg_status status = zone_scan_init(&file->scan, read, context);

	if (status != ZG_OK)
		return status;
	file->fd = fd;
	reader->depth++;
	file->outer_origin = reader->origin;
	file->outer_owner = reader->owner;
	file->base = reader->line;
	status = source_map_add_file(&reader->store->map, name, &file->file);
	if (status == ZG_OK)
		status = source_map_add_piece(
		    &reader->store->map, reader->line + 1, file->file, 1);
	return status;
}

/* Ends the innermost file; the one around it goes on where it stood, under new global lines. */
static zg_status
close_file(struct zone_reader *reader)
{
	struct open_file *file = &reader->files[--reader->depth];
	uint64_t next = file->base + file->scan.line + 1;
	struct open_file *outer;

	if (file->fd >= 0)
		(void)close(file->fd);
	zone_scan_clear(&file->scan);
	if (reader->depth == 0)
		return ZG_OK;
	reader->origin = file->outer_origin;
	reader->owner = file->outer_owner;
	outer = &reader->files[reader->depth - 1];
	outer->base = next - outer->scan.line;
	if (next > ZG_LINES_MAX)
		return ZG_LIMIT;
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
include_origin(struct zone_reader *reader, const struct text_token *token,
    struct current_name *origin)
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
	struct open_file *file = &reader->files[reader->depth];
	const char *why;
	char *name;
	int fd;
	zg_status status =
	    zone_include_open(reader->directory, token, &fd, &name, &why, error);

	if (status != ZG_OK)
		return status;
	if (fd < 0) {
		include_defect(reader, why, token);
		return ZG_OK;
	}
	status = open_file(reader, zone_include_read, &file->fd, fd, name);
	if (status == ZG_OK) {
		reader->origin = *origin;
		reader->owner.text_len = 0;
	} else if (file->fd != fd) {
		(void)close(fd);
	}
	free(name);
	return status;
}
