/* The signed head of the decision log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/byte_reader.h"
#include "base/error.h"
#include "base/hex.h"
#include "crypto/ed25519.h"
#include "history/history.h"
#include "publish/release.h"
#include "publish/release_log.h"

/* What is signed: a word that no other signed text begins with, the number of the line (64 bits,
 * the highest octet first), and its chain value. */
#define HEAD_DOMAIN   "zonegate log head 1\n"
#define DOMAIN_OCTETS (sizeof(HEAD_DOMAIN) - 1)
#define CHAIN_OCTETS  32
#define HEAD_OCTETS   (DOMAIN_OCTETS + 8 + CHAIN_OCTETS)

static void
head_message(int64_t number, const uint8_t chain[CHAIN_OCTETS], uint8_t message[HEAD_OCTETS])
{
	memcpy(message, HEAD_DOMAIN, DOMAIN_OCTETS);
	store_u32(message + DOMAIN_OCTETS, (uint32_t)((uint64_t)number >> 32));
	store_u32(message + DOMAIN_OCTETS + 4, (uint32_t)number);
	memcpy(message + DOMAIN_OCTETS + 8, chain, CHAIN_OCTETS);
}

static void
head_text(int64_t number, const uint8_t chain[CHAIN_OCTETS],
    const uint8_t signature[ED25519_SIGNATURE_OCTETS], char text[LOG_HEAD_TEXT_SIZE])
{
	size_t used = (size_t)snprintf(text, LOG_HEAD_TEXT_SIZE, "%lld:", (long long)number);

	hex_write(chain, CHAIN_OCTETS, text + used);
	used += (size_t)2 * CHAIN_OCTETS;
	text[used++] = ':';
	hex_write(signature, ED25519_SIGNATURE_OCTETS, text + used);
}

/* Whether the last line says that the one before it is signed. */
static zg_status
head_is_signed(struct release_log *log, int64_t head, bool *is_signed, struct zg_error *error)
{
	struct history_line *list = NULL;
	size_t n = 0;
	zg_status status = history_lines(log->history, NULL, 1, &list, &n, error);

	*is_signed = status == ZG_OK && n == 1 && list[0].number == head &&
		     strcmp(list[0].kind, "signature") == 0;
	free(list);
	return status;
}

zg_status
release_sign_head_text(struct release_log *log, const struct state_directory *state, int64_t time,
    char text[LOG_HEAD_TEXT_SIZE], struct zg_error *error)
{
	uint8_t private_key[ED25519_KEY_OCTETS], signature[ED25519_SIGNATURE_OCTETS];
	uint8_t chain[CHAIN_OCTETS], message[HEAD_OCTETS];
	int64_t number = 0;
	bool is_signed = false;
	zg_status status = history_head(log->history, chain, &number, error);

	text[0] = '\0';
	if (status == ZG_OK)
		status = head_is_signed(log, number, &is_signed, error);
	if (status != ZG_OK || number == 0 || is_signed)
		return status;
	head_message(number, chain, message);
	status = state_private_key(state, private_key, error);
	if (status == ZG_OK) {
		status = ed25519_sign(private_key, message, sizeof(message), signature);
		if (status != ZG_OK)
			(void)error_set(error, status, "cannot sign the head of the log");
	}
	ed25519_forget(private_key);
	if (status == ZG_OK)
		status = history_sign_head(log->history, number, signature, time, error);
	if (status == ZG_OK)
		head_text(number, chain, signature, text);
	return status;
}

zg_status
release_sign_head(struct release_log *log, const struct state_directory *state, int64_t time,
    struct zg_error *error)
{
	char text[LOG_HEAD_TEXT_SIZE];

	return release_sign_head_text(log, state, time, text, error);
}

bool
log_head_verify(const uint8_t public_key[32], const struct history_signature *signature)
{
	uint8_t message[HEAD_OCTETS];

	head_message(signature->number, signature->chain, message);
	return ed25519_verify(public_key, ED25519_KEY_OCTETS, message, sizeof(message),
	    signature->signature, sizeof(signature->signature));
}
