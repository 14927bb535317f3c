/*
 * A zone made by commands, one a line: what recipes of test cases are written in. It begins as a
 * small zone that nothing is wrong with; commands change it before it is signed, and after. The
 * commands are in case_zone.c and explained at the head of tests/cases/recipes.
 *
 * As in smith.h nothing fails: what goes wrong ends the program with one line and exit status 70.
 */
#ifndef TOOLS_CASE_ZONE_H
#define TOOLS_CASE_ZONE_H

#include <stdbool.h>

#include "smith.h"

#define CASE_ORIGIN "example."
#define CASE_NOW    "20260601000000"

struct case_zone;

struct case_zone *case_zone_new(void);
/* Begins with these records below `origin` (absolute) instead, and without keys. */
struct case_zone *case_zone_from(const char *origin, const char *records);
void case_zone_free(struct case_zone *zone);

/* Takes a key, as the command `key` makes one: published or not, signing or not. */
void case_zone_add_key(struct case_zone *zone, struct smith_key *key, bool published, bool signs);

/* Carries a command out. False: there is no such command. `where` stands in messages. */
bool case_zone_command(struct case_zone *zone, const char *line, const char *where);

/* `text` with {tag KEY} {sha256 KEY} {hash NAME} replaced; freed by the caller. */
char *case_zone_expand(struct case_zone *zone, const char *text);

/* The key with this label; it must be there. */
const struct smith_key *case_zone_key(const struct case_zone *zone, const char *label);

/* Signs the zone if no command did, and writes it; freed by the caller. */
char *case_zone_text(struct case_zone *zone);

#endif
