/* One row a key: when it was published, what it signed, when the parent had a DS of it. Plain data,
 * made from the history. */
#ifndef PUBLISH_KEY_TIMELINE_H
#define PUBLISH_KEY_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "dns/release_facts.h"

struct history;

enum timeline_kind {
	TIMELINE_PUBLISHED,    /* in the DNSKEY RRset */
	TIMELINE_SIGNS_DNSKEY, /* signs it */
	TIMELINE_SIGNS_DATA,   /* signs anything else */
	TIMELINE_DS,	       /* the parent has a DS of it */
	TIMELINE_KINDS
};

/* Half open; INT64_MAX: still so. */
struct timeline_bar {
	enum timeline_kind kind;
	int64_t from, until;
};

struct timeline_row {
	uint8_t algorithm;
	uint16_t tag;
	uint16_t flags;		   /* 0: not known */
	bool published;		   /* ever; else known from a DS or a signature only */
	uint8_t sha256[32];	   /* of the RDATA; zero when it was never published */
	struct timeline_bar *bars; /* owned; by kind as they come, oldest first */
	size_t n_bars, n_allocated;
};

/* Keys of one picture: a zone has a handful, and rolls them a few times a year. */
#define TIMELINE_ROWS_MAX 256
/* Bars of one key: a DS that comes and goes at every observation fills no more than this. */
#define TIMELINE_BARS_MAX 4096

struct key_timeline {
	char zone[NAME_TEXT_SIZE];
	int64_t now;
	struct timeline_row rows[TIMELINE_ROWS_MAX]; /* those of the newest release first */
	size_t n_rows;
	bool more_rows;	     /* than there is room for */
	char *stored_report; /* of the release in force: what is planned; owned; NULL: none */
};

/* All that the history knows from `since` on. *timeline is owned by the caller. */
MUST_CHECK zg_status key_timeline_read(struct history *history, const char *zone, int64_t since,
    int64_t now, struct key_timeline **timeline, struct zg_error *error);
void key_timeline_free(struct key_timeline *timeline);

#endif
