/* RDATA: presentation form to wire form, the shape of wire form, canonical form. */
#ifndef ZONE_RDATA_TEXT_H
#define ZONE_RDATA_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include <zonegate/status.h>
#include "base/compiler.h"

/* One field of an entry. Points into the text; escapes are not undone, quotes are left out. All
 * tokens of an entry lie in one text: where one ends and the next begins tells `a="b"` from `a=
 * "b"`.
 */
struct text_token {
	const char *text;
	uint32_t length;
	bool quoted;
};

/*
 * Presentation RDATA (`n` tokens; RFC 3597 form accepted for every type) to canonical wire form.
 * Relative names get `origin` (NULL: they are refused). Returns the octets written to `rdata`, or
 * -1 with a message for people in `error`. `\# 0` gives 0.
 */
MUST_CHECK int rdata_from_text(uint16_t type, const struct text_token *tokens, size_t n,
    const uint8_t *origin, uint8_t rdata[ZG_RDATA_MAX], struct zg_error *error);

/*
 * Checks wire RDATA against the shape of its type (unknown types: anything) and brings it into
 * canonical form in place: names of the types that RFC 4034 section 6.2 (RFC 6840 section 5.1)
 * lists go to lower case. False with a message when the shape is wrong.
 */
MUST_CHECK bool rdata_canonicalise(
    uint16_t type, uint8_t *rdata, size_t rdlen, struct zg_error *error);

#endif
