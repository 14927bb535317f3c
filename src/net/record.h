/*
 * Records of a zone transfer: taken out of a message as plain octets and written as lines of zone
 * text, without allocating: a large zone has millions. Tests hold both against ldns and against the
 * reader of zone text.
 */
#ifndef NET_RECORD_H
#define NET_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include "base/utc.h"
#include "dns/name.h"

/* A place in a message. */
struct record_reader {
	const uint8_t *message;
	size_t length;
	size_t at;
	const char *why; /* what is wrong with the message: static phrase */
};

/* One record. Large: RDATA is at hand twice, as it may have to be decompressed. */
struct wire_record {
	uint8_t owner[ZG_NAME_MAX]; /* letter case as sent */
	size_t owner_len;
	uint16_t type, class;
	uint32_t ttl;
	const uint8_t *rdata; /* names in it uncompressed; in the message or in `unpacked` */
	size_t rdlen;	      /* at most ZG_RDATA_MAX */
	uint8_t unpacked[ZG_RDATA_MAX];
};

/* The name at the reader (RFC 1035 section 4.1.4); false with `why` set. */
bool record_name(struct record_reader *reader, uint8_t name[ZG_NAME_MAX], size_t *length);

/*
 * The record at the reader; false with `why` set when the message cannot be read there. RDATA that
 * does not have the form of its type is taken as it is: whoever reads the zone judges it.
 */
bool record_take(struct record_reader *reader, struct wire_record *record);

/* The longest line: an owner of 255 escaped octets, and a bitmap of all 65536 types, each written
 * as " TYPEnnnnn". Any other field needs less than five characters for each of 65535 octets. */
#define RECORD_LINE_MAX (NAME_TEXT_MAX + 64 + 2 * NAME_TEXT_MAX + 10 * 65536)

/* A name and its text, kept because the next record often has the same. */
struct name_text {
	uint8_t name[ZG_NAME_MAX];
	size_t length; /* of the name; 0: none is kept */
	char text[NAME_TEXT_MAX];
	size_t text_len;
};

/* Dates ("20260505") of days, kept for the same reason; `day` is the number of one plus one. */
#define RECORD_DAYS 64
struct day_text {
	uint32_t day;
	char text[8];
};

/* What is kept from line to line: zeroed before the first one. */
struct record_writer {
	char *at; /* where the next character goes */
	struct name_text owner;
	struct name_text signer;
	struct day_text days[RECORD_DAYS];
};

/*
 * Writes the record as one line: owner, TTL, class, type, RDATA, all absolute and escaped, at most
 * RECORD_LINE_MAX octets from writer->at on, which is advanced. Types that every name server reads
 * are written in their own form where that says exactly these octets, all else in that of RFC 3597
 * section 5.
 */
void record_write(struct record_writer *writer, const struct wire_record *record);

#endif
