/* The private key of an approver: a file of two lines that only its owner may read. */
#ifndef PUBLISH_APPROVER_KEY_H
#define PUBLISH_APPROVER_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zonegate/status.h>
#include "base/compiler.h"

/* 32 octets in base64, and a NUL. */
#define APPROVER_KEY_TEXT_SIZE 45

/* Makes a new pair. ZG_WRITE with a message when there is something at `path`. `public_text` is as
 * zonegate.xml has it. */
MUST_CHECK zg_status approver_key_create(
    const char *path, char public_text[APPROVER_KEY_TEXT_SIZE], struct zg_error *error);

/* Reads a private key. ZG_READ with a message when it is none, or others may read it. The caller
 * overwrites it after use (ed25519_forget). */
MUST_CHECK zg_status approver_key_read(
    const char *path, uint8_t private_key[32], struct zg_error *error);

/* Whether it belongs to this public key. */
bool approver_key_matches(const uint8_t private_key[32], const uint8_t public_key[32]);

/* Signs an approval that lacks its last line: appends it. `text` is replaced. */
MUST_CHECK zg_status approver_key_sign(
    const uint8_t private_key[32], char **text, size_t *length, struct zg_error *error);

/* Overwrites it. */
void approver_key_forget(uint8_t private_key[32]);

#endif
