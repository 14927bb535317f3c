/*
 * The detached signature of a statement: a text of three lines, made with the gate's key and
 * checked with nothing but the statement, this text and the public key.
 *
 *   zonegate-statement-signature 1
 *   key BASE64          whose it is said to be: a hint, the verifier has the key from elsewhere
 *   signature BASE64    Ed25519 over "zonegate statement 1\n" and the octets of the statement
 */
#ifndef PUBLISH_STATEMENT_SIGNATURE_H
#define PUBLISH_STATEMENT_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"
#include "publish/publish.h"

/* The three lines and a NUL: 44 characters for a key, 88 for a signature. */
#define STATEMENT_SIGNATURE_SIZE (31 + 4 + 44 + 1 + 10 + 88 + 1 + 1)

/* Signs with the private key of the state directory. */
MUST_CHECK zg_status statement_sign(const struct state_directory *state, const char *statement,
    size_t length, char signature[STATEMENT_SIGNATURE_SIZE], struct zg_error *error);

/*
 * ZG_OK: signed with that key. ZG_INPUT_BAD: it is not, or the signature is of another form;
 * `error` says which. Anything else: it could not be told.
 */
MUST_CHECK zg_status statement_verify(const uint8_t public_key[32], const char *statement,
    size_t length, const char *signature, size_t signature_length, struct zg_error *error);

/* A public key in base64, or in hex digits as gate.pub has it; one line feed may follow. False: it
 * is neither. */
MUST_CHECK bool statement_key_read(const char *text, size_t length, uint8_t public_key[32]);

/* 32 octets in base64, and a NUL. */
#define STATEMENT_KEY_TEXT_SIZE 45
void statement_key_text(const uint8_t public_key[32], char text[STATEMENT_KEY_TEXT_SIZE]);

#endif
