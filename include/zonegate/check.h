/* The table of checks, to read. */
#ifndef ZONEGATE_CHECK_H
#define ZONEGATE_CHECK_H

#include <stddef.h>

#include <zonegate/status.h>
#include <zonegate/verdict.h>

/* Inputs that a check can need besides the zone and a clock. */
enum zg_input {
	ZG_INPUT_DS = 1,       /* the parent's DS set */
	ZG_INPUT_PREVIOUS = 2, /* the zone released before */
	ZG_INPUT_UNSIGNED = 4, /* the registry's unsigned zone */
	ZG_INPUT_HISTORY = 8,  /* the gate's own log */
	ZG_INPUT_END = 16      /* the first bit behind them */
};

/* One row. All strings are static and in English. */
struct zg_check {
	const char *id;	      /* stable, never reused: "rrsig-expired" */
	const char *group;    /* chapter: "zone", "signatures", "keys", "denial", ... */
	zg_severity severity; /* default */
	zg_severity floor;    /* the weakest severity that a policy may set */
	unsigned needs;	      /* enum zg_input, or-ed */
	int ede;	      /* extended DNS error a validator would report (RFC 8914), -1: none */
	const char *reference; /* "RFC 4035 section 2.2", more than one with ", ", or "policy" */
	const char *summary;   /* what it means, one line */
	const char *remedy;    /* what the operator does, one line */
};

ZG_PUBLIC size_t zg_check_count(void);

/* Row `index` in the order of the table, or NULL. */
ZG_PUBLIC const struct zg_check *zg_check_at(size_t index);

/* The row with this id, or NULL. */
ZG_PUBLIC const struct zg_check *zg_check_find(const char *id);

/* The purpose of an extended DNS error, from the registry that RFC 8914 section 5.2 began; NULL:
 * not one that a validator gives for the content of a zone. */
ZG_PUBLIC const char *zg_ede_text(int code);

/* "ds", "previous", "unsigned", "history". */
ZG_PUBLIC const char *zg_input_text(enum zg_input input);

#endif
