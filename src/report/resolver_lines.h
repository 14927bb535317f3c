/*
 * Negative trust anchors (RFC 7646) as operators of resolvers write them, in three languages in
 * which a name is hostile text.
 */
#ifndef REPORT_RESOLVER_LINES_H
#define REPORT_RESOLVER_LINES_H

#include <stddef.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "base/text_writer.h"

/* What the lines of a resolver are for. */
enum resolver_use {
	RESOLVER_CONFIGURE, /* its configuration, to stay over a restart */
	RESOLVER_SET,	    /* commands for one that runs */
	RESOLVER_REMOVE,    /* commands that take the anchor away, and what was cached under it */
	RESOLVER_USES
};

struct resolver_text {
	const char *software; /* static: "Unbound" */
	const char *note;     /* static: one sentence or two, what is particular */
	struct text_writer lines[RESOLVER_USES]; /* each line ends in a line feed; owned */
};

#define RESOLVERS 4

/* Seconds that an anchor may last: RFC 7646 section 4. */
#define ANCHOR_LIFETIME_MAX 604800
/* What the lines ask for where a resolver can be told: long enough for a repair and its way through
 * caches, short enough that nobody has to remember it. */
#define ANCHOR_LIFETIME 86400

/* The lines for all of them. `reason` has neither quotes nor backslashes. ZG_OK or ZG_MEMORY. */
MUST_CHECK zg_status resolver_texts_make(
    const char *zone, const char *reason, struct resolver_text texts[RESOLVERS]);
void resolver_texts_clear(struct resolver_text texts[RESOLVERS]);

#endif
