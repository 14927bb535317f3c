/* Transaction signatures (RFC 8945) for transfers. */
#ifndef NET_TSIG_H
#define NET_TSIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/limits.h>
#include <zonegate/status.h>
#include "base/compiler.h"

#define TSIG_SECRET_MAX 512

enum tsig_algorithm { TSIG_HMAC_SHA256, TSIG_HMAC_SHA384, TSIG_HMAC_SHA512 };

struct tsig_key {
	uint8_t name[ZG_NAME_MAX]; /* wire form, lower case */
	enum tsig_algorithm algorithm;
	uint8_t secret[TSIG_SECRET_MAX];
	size_t secret_len;
};

/* Reads a key file: one line "[hmac-sha256:]NAME:BASE64" as dig -y takes it, or a BIND `key` clause
 * as tsig-keygen writes it. Weaker algorithms, and files that others may read or write, are refused
 * with ZG_INPUT_BAD and a message with file and line. ZG_READ: it cannot be read. */
MUST_CHECK zg_status tsig_key_read(const char *path, struct tsig_key *key, struct zg_error *error);
void tsig_key_wipe(struct tsig_key *key);

/* --- One question and all messages of its answer --- */

/* Octets that signing may add: two names, the largest MAC, fixed fields. */
#define TSIG_RECORD_MAX (2 * ZG_NAME_MAX + 64 + 32)

/* Seconds that the clocks of both sides may differ: RFC 8945 section 10 recommends 300. */
#define TSIG_FUDGE 300

struct tsig_state;

/* `key` is borrowed. */
MUST_CHECK zg_status tsig_new(const struct tsig_key *key, struct tsig_state **state);
void tsig_free(struct tsig_state *state);

/* Signs the question `wire` of *length octets (room for TSIG_RECORD_MAX more) at `now`, seconds
 * since 1970. */
MUST_CHECK zg_status tsig_sign(
    struct tsig_state *state, int64_t now, uint8_t *wire, size_t *length, struct zg_error *error);

/*
 * Takes the next message of the answer. `tsig_at`: where its TSIG record begins, its last one; 0:
 * it has none. ZG_READ: the signature, or its absence, is not acceptable; ZG_INPUT_BAD: it is no
 * TSIG record. `error` gets one phrase.
 */
MUST_CHECK zg_status tsig_verify(struct tsig_state *state, int64_t now, const uint8_t *wire,
    size_t length, size_t tsig_at, struct zg_error *error);

/* The last message taken was signed: everything up to it is as the server sent it. */
bool tsig_covers_all(const struct tsig_state *state);

#endif
