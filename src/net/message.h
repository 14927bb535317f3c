/*
 * DNS messages (RFC 1035 section 4, EDNS: RFC 6891), packed and unpacked by ldns, as plain data.
 */
#ifndef NET_MESSAGE_H
#define NET_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include <zonegate/status.h>
#include "base/compiler.h"

/* What a UDP answer may have at most: the size that DNS Flag Day 2020 settled on. */
#define NET_UDP_SIZE	1232
#define NET_MESSAGE_MAX 65535
/* RFC 7873 section 4. */
#define NET_CLIENT_COOKIE     8
#define NET_SERVER_COOKIE_MIN 8
#define NET_SERVER_COOKIE_MAX 32

/* RFC 1035 section 4.1.1, RFC 7873 section 8. */
enum {
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_REFUSED = 5,
	RCODE_BADCOOKIE = 23
};

enum message_section { SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL, SECTION_COUNT };

/* A record of an answer. Pointers go into the message. */
struct message_record {
	const uint8_t *owner; /* wire form, lower case */
	uint16_t type, class;
	uint32_t ttl;
	const uint8_t *rdata; /* names in it uncompressed, letter case as sent */
	uint16_t rdlen;
};

struct message {
	size_t size; /* octets of the block, this struct included */
	uint16_t id;
	uint8_t opcode;
	uint16_t rcode; /* with the upper bits of EDNS */
	bool response, authoritative, truncated, recursion_available, authentic;
	bool has_question;
	const uint8_t *name; /* of the question, wire form, letter case as sent */
	uint16_t type, class;
	struct message_record *records; /* all, without OPT and TSIG, section by section */
	size_t n_records[SECTION_COUNT];
	bool has_edns;
	uint8_t cookie[NET_CLIENT_COOKIE + NET_SERVER_COOKIE_MAX];
	size_t cookie_len;	 /* 0: none; NET_CLIENT_COOKIE: without the server's part */
	uint16_t extended_error; /* INFO-CODE of RFC 8914 plus one; 0: none */
	char extended_text[128]; /* its text, not escaped */
};

/* The records of a section. */
const struct message_record *message_section(
    const struct message *message, enum message_section section, size_t *n);

struct message_query {
	uint16_t id;
	const uint8_t *name; /* wire form */
	uint16_t type;
	bool recurse;		/* RD */
	bool checking_disabled; /* CD */
	bool dnssec;		/* DO */
	uint16_t udp_size;	/* 0: no EDNS */
	const uint8_t *cookie;	/* client cookie, and the server's when it is known; NULL: none */
	size_t cookie_len;
};

/* A name as people write it, with or without the final dot, in wire form and lower case. False: it
 * is none. */
bool message_name(const char *text, uint8_t name[ZG_NAME_MAX]);

/* Packs a question into at most NET_UDP_SIZE octets; *length: octets written. */
MUST_CHECK zg_status message_pack(
    const struct message_query *query, uint8_t *wire, size_t size, size_t *length);

/* Unpacks what came from the network. ZG_INPUT_BAD and a static phrase in *why: it is no message.
 * Of a truncated one that ends within a record only header and question are there (RFC 2181 section
 * 9). *message is one block, owned by the caller (message_free). */
MUST_CHECK zg_status message_unpack(
    const uint8_t *wire, size_t length, struct message **message, const char **why);
void message_free(struct message *message);

#endif
