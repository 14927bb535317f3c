/*
 * Answers of servers as messages, put together from text and signed on the spot. What is signed is
 * written here, from RFC 4034 section 3.1.8.1, not by the code that is tested.
 */
#ifndef UNIT_ANSWER_FIXTURE_H
#define UNIT_ANSWER_FIXTURE_H

#include "dns/name.h"
#include "dns/trust_anchor.h"
#include "net/message.h"
#include "signing_fixture.h"

#define ANSWER_RECORDS_MAX 200

struct answer {
	struct message message; /* complete after answer_message */
	struct message_record sections[SECTION_COUNT][ANSWER_RECORDS_MAX];
	struct message_record all[SECTION_COUNT * ANSWER_RECORDS_MAX];
	size_t n[SECTION_COUNT];
	uint8_t octets[256 * 1024];
	size_t used;
};

/* An answer without records; freed with free(). */
struct answer *answer_new(void);

/* Adds records in zone-file form, names absolute. */
void answer_add(struct answer *answer, enum message_section section, const char *text);

/* Adds the key as a DNSKEY of `owner` to the answer section. */
void answer_add_key(struct answer *answer, const char *owner, const struct signing_key *key);

/* Adds a record of RDATA in wire form. */
void answer_add_rdata(struct answer *answer, enum message_section section, const char *owner,
    uint16_t type, const uint8_t *rdata, size_t rdlen);

/* The first record of that owner and type. */
struct message_record *answer_record(
    struct answer *answer, enum message_section section, const char *owner, uint16_t type);

/*
 * Adds the RRSIG by `key` over the RRset that the section has. Fewer labels than the owner has: the
 * wildcard is signed. `form` NULL: SIGNING_FORM. A key of an algorithm that the fixture does not
 * have gets arbitrary octets for a signature.
 */
void answer_sign(struct answer *answer, enum message_section section, const char *owner,
    uint16_t type, const struct signing_key *key, const struct signing_form *form);

/* Adds records and signs the RRset of the first of them by SIGNING_FORM of "z.". */
void answer_add_signed(struct answer *answer, enum message_section section, const char *text,
    const struct signing_key *key);

/* The message as it is so far. */
const struct message *answer_message(struct answer *answer);

/* The wire form of a name. Valid until `name` is used again. */
const uint8_t *wire(const char *text, uint8_t name[ZG_NAME_MAX]);

/* The DS of the key at `owner`. */
struct release_ds ds_of_key(const char *owner, const struct signing_key *key, uint8_t digest_type);

/* Anchors of the key at `owner`, as DNSKEY and as DS. */
struct trust_anchor key_anchor(const char *owner, const struct signing_key *key);
struct trust_anchor ds_anchor(const char *owner, const struct signing_key *key);

/* An NSEC3 chain of the zone "z.", its owners right below that or `below`. */
struct hashed_chain {
	struct {
		uint8_t hash[20];
		const char *types;
	} names[16];
	size_t n;
	uint8_t salt[4];
	size_t salt_len;
	uint16_t iterations;
	uint8_t flags;
	const char *below; /* NULL: "z." */
};

/* Adds a name and the types of its bitmap; in any order. */
void hashed_chain_add(struct hashed_chain *chain, const char *name, const char *types);

/* Adds, signed by `key`, the record that is the name's own, or that covers it. */
void answer_add_hashed(struct answer *answer, const struct hashed_chain *chain, const char *name,
    const struct signing_key *key);

#endif
