/* The detached signature of a statement. */
#include "publish/statement_signature.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/text_writer.h"
#include "crypto/ed25519.h"

/* What is signed begins with a word that no other signed text begins with: a statement can never
 * be taken for the head of a log, nor the other way round. */
#define DOMAIN		     "zonegate statement 1\n"
#define TITLE		     "zonegate-statement-signature 1\n"
#define KEY_WORD	     "key "
#define SIGN_WORD	     "signature "
#define KEY_CHARACTERS	     BASE64_LENGTH(ED25519_KEY_OCTETS)
#define SIGNATURE_CHARACTERS BASE64_LENGTH(ED25519_SIGNATURE_OCTETS)

_Static_assert(STATEMENT_KEY_TEXT_SIZE == KEY_CHARACTERS + 1, "base64 of a key");
_Static_assert(STATEMENT_SIGNATURE_SIZE == sizeof(TITLE) - 1 + sizeof(KEY_WORD) - 1 +
					       KEY_CHARACTERS + 1 + sizeof(SIGN_WORD) - 1 +
					       SIGNATURE_CHARACTERS + 2,
    "three lines and a NUL");

static zg_status
message_make(
    struct text_writer *message, const char *statement, size_t length, struct zg_error *error)
{
	text_add(message, DOMAIN);
	text_add_bytes(message, statement, length);
	return message->failed ? error_set(error, ZG_MEMORY, "out of memory") : ZG_OK;
}

void
statement_key_text(const uint8_t public_key[32], char text[STATEMENT_KEY_TEXT_SIZE])
{
	base64_write(public_key, ED25519_KEY_OCTETS, text);
}

zg_status
statement_sign(const struct state_directory *state, const char *statement, size_t length,
    char text[STATEMENT_SIGNATURE_SIZE], struct zg_error *error)
{
	uint8_t private_key[ED25519_KEY_OCTETS], public_key[ED25519_KEY_OCTETS];
	uint8_t signature[ED25519_SIGNATURE_OCTETS];
	char key_text[STATEMENT_KEY_TEXT_SIZE], signature_text[SIGNATURE_CHARACTERS + 1];
	struct text_writer message = {0};
	zg_status status = message_make(&message, statement, length, error);

	if (status == ZG_OK)
		status = state_private_key(state, private_key, error);
	if (status == ZG_OK) {
		status = ed25519_sign(
		    private_key, (const uint8_t *)message.text, message.used, signature);
		if (status == ZG_OK)
			status = ed25519_public(private_key, public_key);
		if (status != ZG_OK)
			(void)error_set(error, status, "cannot sign the statement");
		ed25519_forget(private_key);
	}
	text_writer_clear(&message);
	if (status != ZG_OK)
		return status;
	statement_key_text(public_key, key_text);
	base64_write(signature, sizeof(signature), signature_text);
	(void)snprintf(text, STATEMENT_SIGNATURE_SIZE, TITLE KEY_WORD "%s\n" SIGN_WORD "%s\n",
	    key_text, signature_text);
	return ZG_OK;
}

/* The text is exactly three lines, as statement_sign writes them. */
static bool
signature_parse(const char *text, size_t length, uint8_t said[ED25519_KEY_OCTETS],
    uint8_t signature[ED25519_SIGNATURE_OCTETS])
{
	const char *key = text + sizeof(TITLE) - 1 + sizeof(KEY_WORD) - 1;
	const char *word = key + KEY_CHARACTERS + 1;

	return length == STATEMENT_SIGNATURE_SIZE - 1 &&
	       memcmp(text, TITLE KEY_WORD, sizeof(TITLE KEY_WORD) - 1) == 0 &&
	       base64_read(key, KEY_CHARACTERS, said, ED25519_KEY_OCTETS) && word[-1] == '\n' &&
	       memcmp(word, SIGN_WORD, sizeof(SIGN_WORD) - 1) == 0 && text[length - 1] == '\n' &&
	       base64_read(word + sizeof(SIGN_WORD) - 1, SIGNATURE_CHARACTERS, signature,
		   ED25519_SIGNATURE_OCTETS);
}

zg_status
statement_verify(const uint8_t public_key[32], const char *statement, size_t length,
    const char *text, size_t text_length, struct zg_error *error)
{
	uint8_t said[ED25519_KEY_OCTETS], signature[ED25519_SIGNATURE_OCTETS];
	struct text_writer message = {0};
	zg_status status;

	if (!signature_parse(text, text_length, said, signature))
		return error_set(error, ZG_INPUT_BAD, "this is no signature of a statement");
	if (memcmp(said, public_key, sizeof(said)) != 0)
		return error_set(error, ZG_INPUT_BAD, "it is signed with another key");
	status = message_make(&message, statement, length, error);
	if (status == ZG_OK &&
	    !ed25519_verify(public_key, ED25519_KEY_OCTETS, (const uint8_t *)message.text,
		message.used, signature, sizeof(signature)))
		status =
		    error_set(error, ZG_INPUT_BAD, "the statement or its signature was altered");
	text_writer_clear(&message);
	return status;
}

bool
statement_key_read(const char *text, size_t length, uint8_t public_key[32])
{
	if (length > 0 && text[length - 1] == '\n')
		length--;
	return base64_read(text, length, public_key, ED25519_KEY_OCTETS) ||
	       state_key_text_read(text, length, public_key);
}
