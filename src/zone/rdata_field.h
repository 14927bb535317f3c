/*
 * Kinds of RDATA fields. One kind is how the field is read from text and how its wire form is
 * checked; a type is a list of kinds (rdata_shape.c). Private to the zone layer.
 */
#ifndef ZONE_RDATA_FIELD_H
#define ZONE_RDATA_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/byte_reader.h"
#include "base/compiler.h"
#include "zone/rdata_text.h"

/* Text to wire: reads tokens from `token` on and appends to `rdata`. */
struct field_text {
	const struct text_token *token; /* the next one */
	const struct text_token *end;
	const uint8_t *origin; /* for relative names, or NULL */
	uint8_t *rdata;	       /* ZG_RDATA_MAX octets */
	size_t used;
	const char *why;		 /* what is wrong: static phrase */
	const struct text_token *blamed; /* the token that is wrong, or NULL */
};

/* Wire to canonical wire: goes over the RDATA and lower-cases names in place. */
struct field_wire {
	uint8_t *rdata; /* all of it: some fields depend on ones before */
	uint8_t *at;
	size_t left;
	const char *why;
};

struct rdata_field {
	/* Both: false with `why` set. A field that extends to the end takes all that is left. */
	bool (*from_text)(struct field_text *text); /* NULL: in TEXT_GENERIC shapes only */
	bool (*check)(struct field_wire *wire);
};

/* A short list of kinds, ended by NULL. */
#define FIELDS_MAX 10

struct rdata_shape {
	const struct rdata_field *fields[FIELDS_MAX];	    /* none: no shape, any octets */
	enum { TEXT_FIELDS, TEXT_LDNS, TEXT_GENERIC } text; /* who reads the presentation form */
};

/* The shape of a type; a shape without fields for types that are not known. */
const struct rdata_shape *rdata_shape(uint16_t type);

/*
 * Presentation RDATA through ldns, for types that nobody has used for decades. Returns the octets
 * written, or -1 with a static phrase in *why.
 */
int rdata_from_ldns(uint16_t type, const struct text_token *tokens, size_t n,
    uint8_t rdata[ZG_RDATA_MAX], const char **why);

/* One token each unless said otherwise. Numbers are decimal. */
extern const struct rdata_field field_u8;
extern const struct rdata_field field_u16;
extern const struct rdata_field field_u32;
extern const struct rdata_field field_period;	   /* 32 bits: seconds, or 1w2d3h4m5s */
extern const struct rdata_field field_time;	   /* RRSIG: YYYYMMDDHHmmSS, or seconds */
extern const struct rdata_field field_algorithm;   /* DNSSEC: number or mnemonic */
extern const struct rdata_field field_certificate; /* CERT: type as number or mnemonic */
extern const struct rdata_field field_scheme;	   /* DSYNC: scheme as number or mnemonic */
extern const struct rdata_field field_type;	   /* an RR type */
extern const struct rdata_field field_name_lower;  /* lower case in the canonical form */
extern const struct rdata_field field_name;	   /* letter case is kept */
extern const struct rdata_field field_ipv4;
extern const struct rdata_field field_ipv6;
extern const struct rdata_field field_locator; /* ILNP: four groups of hex digits */
extern const struct rdata_field field_eui48;
extern const struct rdata_field field_eui64;
extern const struct rdata_field field_string;	       /* a character-string */
extern const struct rdata_field field_string_optional; /* or none */
extern const struct rdata_field field_strings;	       /* to the end: one or more */
extern const struct rdata_field field_text;	       /* to the end: octets of one token */
extern const struct rdata_field field_text_some;       /* the same, at least one octet */
extern const struct rdata_field field_tag;	       /* CAA: letters and digits, with length */
extern const struct rdata_field field_base64;	       /* to the end, at least one octet */
extern const struct rdata_field field_base64_optional; /* to the end */
extern const struct rdata_field field_base64_dash;     /* to the end, "-": none */
extern const struct rdata_field field_hex;	       /* to the end, at least one octet */
extern const struct rdata_field field_salt;	       /* NSEC3: hex with length, "-": none */
extern const struct rdata_field field_hash;	       /* NSEC3: base32hex with length */
extern const struct rdata_field field_bitmap;	       /* to the end: types */
extern const struct rdata_field field_nxt_bitmap;      /* to the end; text is not read */
extern const struct rdata_field field_opaque;	       /* to the end, any; text is not read */
extern const struct rdata_field field_a6;	       /* to the end; text is not read */
extern const struct rdata_field field_services;	       /* WKS: protocol and ports, to the end */
extern const struct rdata_field field_prefixes;	       /* APL: to the end */
extern const struct rdata_field field_location;	       /* LOC: to the end */
extern const struct rdata_field field_gateway;	       /* IPSECKEY */
extern const struct rdata_field field_relay;	       /* AMTRELAY: discovery bit, type, relay */
extern const struct rdata_field field_host_identity;   /* HIP: algorithm, HIT and key */
extern const struct rdata_field field_names;	       /* to the end: any number, case is kept */
extern const struct rdata_field field_parameters;      /* SVCB: to the end */

/* Sets what is wrong and with which token (NULL: none in particular); false. */
static inline bool
field_refuse(struct field_text *text, const struct text_token *blamed, const char *why)
{
	text->why = why;
	text->blamed = blamed;
	return false;
}

/* The next token, which must be there and not in quotes; NULL and refused otherwise. */
static inline const struct text_token *
field_take(struct field_text *text, const char *what)
{
	const struct text_token *token = text->token;

	if (UNLIKELY(token == text->end || token->quoted)) {
		text->blamed = token == text->end ? NULL : token;
		text->why = what;
		return NULL;
	}
	text->token++;
	return token;
}

/* Room for `length` octets, or NULL and refused. */
static inline uint8_t *
field_room(struct field_text *text, size_t length)
{
	uint8_t *at = text->rdata + text->used;

	if (UNLIKELY(length > ZG_RDATA_MAX - text->used)) {
		text->why = "more than 65535 octets";
		text->blamed = NULL;
		return NULL;
	}
	text->used += length;
	return at;
}

static inline bool
field_put(struct field_text *text, const void *octets, size_t length)
{
	uint8_t *at = field_room(text, length);

	if (at == NULL)
		return false;
	if (length > 0)
		memcpy(at, octets, length);
	return true;
}

static inline bool
wire_refuse(struct field_wire *wire, const char *why)
{
	wire->why = why;
	return false;
}

/* The next `length` octets; false when there are fewer. */
static inline bool
wire_skip(struct field_wire *wire, size_t length)
{
	if (length > wire->left)
		return wire_refuse(wire, "cut short");
	wire->at += length;
	wire->left -= length;
	return true;
}

/* A run of octets with its length before it. */
static inline bool
wire_skip_counted(struct field_wire *wire)
{
	if (wire->left == 0)
		return wire_refuse(wire, "cut short");
	return wire_skip(wire, (size_t)wire->at[0] + 1);
}

/* Unsigned decimal number up to `max`; false when the token is none. */
bool token_number(const struct text_token *token, uint32_t max, uint32_t *value);

/* Seconds, or 1w2d3h4m5s in any letter case: a number alone, or numbers with units. */
bool token_period(const struct text_token *token, uint32_t *seconds);

/* Dotted quad, and the forms of RFC 4291 section 2.2. */
bool token_ipv4(const char *text, size_t length, uint8_t address[4]);
bool token_ipv6(const char *text, size_t length, uint8_t address[16]);

/* The token is this word, in any letter case. */
bool token_is(const struct text_token *token, const char *word);

/* Hexadecimal digits of one token (an even number); false when it is anything else. */
bool token_hex(struct field_text *text, const struct text_token *token);

/* Base64 of one token with its padding. */
bool token_base64(struct field_text *text, const struct text_token *token);

#endif
