/* Key files of TSIG. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/error.h"
#include "dns/name.h"
#include "net/tsig.h"

/* A piece of the text: a word, a text in quotes, or one of { } ; */
struct token {
	const char *text;
	size_t length;
	bool quoted;
	unsigned line;
};

struct key_text {
	const char *path; /* for messages */
	const char *at, *end;
	unsigned line;
	struct token token; /* the last one; length 0 and not quoted: the end */
};

static bool
is_blank(char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\n' || octet == '\r';
}

static bool
begins(const struct key_text *text, const char *with)
{
	size_t length = strlen(with);

	return (size_t)(text->end - text->at) >= length && memcmp(text->at, with, length) == 0;
}

/* Goes on to behind `mark`, or to the end. */
static void
skip_behind(struct key_text *text, const char *mark)
{
	for (; text->at < text->end && !begins(text, mark); text->at++)
		text->line += *text->at == '\n';
	if (text->at < text->end) {
		text->line += *mark == '\n';
		text->at += strlen(mark);
	}
}

/* Blanks, and the comments of named.conf. */
static void
skip_comments(struct key_text *text)
{
	for (;;) {
		if (begins(text, "#") || begins(text, "//")) {
			skip_behind(text, "\n");
		} else if (begins(text, "/*")) {
			text->at += 2;
			skip_behind(text, "*/");
		} else if (text->at < text->end && is_blank(*text->at)) {
			text->line += *text->at++ == '\n';
		} else
			return;
	}
}

/* Takes the next token. */
static const struct token *
next(struct key_text *text)
{
	struct token *token = &text->token;

	skip_comments(text);
	*token = (struct token){.text = text->at, .line = text->line};
	if (text->at == text->end)
		return token;
	if (*text->at == '"') {
		token->quoted = true;
		token->text = ++text->at;
		while (text->at < text->end && *text->at != '"' && *text->at != '\n')
			text->at++;
		token->length = (size_t)(text->at - token->text);
		text->at += text->at < text->end;
		return token;
	}
	do
		text->at++;
	while (text->at < text->end && !is_blank(*text->at) && strchr("{};\"", *text->at) == NULL &&
	       strchr("{};", *token->text) == NULL);
	token->length = (size_t)(text->at - token->text);
	return token;
}

static bool
token_is(const struct token *token, const char *word)
{
	return token->length == strlen(word) && !token->quoted &&
	       strncasecmp(token->text, word, token->length) == 0;
}

static zg_status
refuse(const struct key_text *text, const char *why, struct zg_error *error)
{
	return error_set(error, ZG_INPUT_BAD, "%s:%u: %s", text->path, text->token.line, why);
}

/* --- Values --- */

static zg_status
read_algorithm(struct key_text *text, const char *name, size_t length, struct tsig_key *key,
    struct zg_error *error)
{
	static const char *const names[] = {[TSIG_HMAC_SHA256] = "hmac-sha256",
	    [TSIG_HMAC_SHA384] = "hmac-sha384",
	    [TSIG_HMAC_SHA512] = "hmac-sha512"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (length == strlen(names[i]) && strncasecmp(name, names[i], length) == 0) {
			key->algorithm = (enum tsig_algorithm)i;
			return ZG_OK;
		}
	}
	return refuse(text, "the algorithm must be hmac-sha256, hmac-sha384 or hmac-sha512", error);
}

static zg_status
read_name(struct key_text *text, const char *name, size_t length, struct tsig_key *key,
    struct zg_error *error)
{
	static const uint8_t root[] = {0};
	const char *why;

	if (name_from_text_lower(name, length, root, key->name, &why) == 0)
		return refuse(text, why, error);
	return ZG_OK;
}

static zg_status
read_secret(struct key_text *text, const char *secret, size_t length, struct tsig_key *key,
    struct zg_error *error)
{
	size_t octets = length / 4 * 3;

	for (size_t i = length; i > 0 && i + 2 > length && secret[i - 1] == '='; i--)
		octets--;
	if (octets > sizeof(key->secret))
		return refuse(text, "the secret is too long", error);
	if (octets == 0 || !base64_read(secret, length, key->secret, octets))
		return refuse(text, "the secret is not base64", error);
	key->secret_len = octets;
	return ZG_OK;
}

/* --- Forms --- */

/* "[algorithm:]name:secret", the word that was read last. */
static zg_status
read_line(struct key_text *text, struct tsig_key *key, struct zg_error *error)
{
	const char *at = text->token.text, *end = at + text->token.length;
	const char *first = memchr(at, ':', (size_t)(end - at));
	const char *second =
	    first == NULL ? NULL : memchr(first + 1, ':', (size_t)(end - first - 1));
	zg_status status = ZG_OK;

	if (first == NULL)
		return refuse(text, "neither [algorithm:]name:secret nor a key clause", error);
	if (second != NULL) {
		status = read_algorithm(text, at, (size_t)(first - at), key, error);
		at = first + 1;
		first = second;
	}
	if (status == ZG_OK)
		status = read_name(text, at, (size_t)(first - at), key, error);
	if (status == ZG_OK)
		status = read_secret(text, first + 1, (size_t)(end - first - 1), key, error);
	return status;
}

/* "algorithm NAME;" and "secret TEXT;", each once, up to the closing brace. */
static zg_status
read_statements(struct key_text *text, struct tsig_key *key, struct zg_error *error)
{
	bool has_algorithm = false, has_secret = false;
	zg_status status = ZG_OK;

	while (status == ZG_OK && !token_is(next(text), "}")) {
		bool *has = token_is(&text->token, "algorithm") ? &has_algorithm
			    : token_is(&text->token, "secret")	? &has_secret
								: NULL;

		if (has == NULL || *has)
			return refuse(text, "expected one algorithm and one secret", error);
		*has = true;
		(void)next(text);
		if (has == &has_secret)
			status =
			    read_secret(text, text->token.text, text->token.length, key, error);
		else
			status =
			    read_algorithm(text, text->token.text, text->token.length, key, error);
		if (status == ZG_OK && !token_is(next(text), ";"))
			return refuse(text, "expected ';'", error);
	}
	if (status == ZG_OK && !(has_algorithm && has_secret))
		return refuse(text, "expected one algorithm and one secret", error);
	return status;
}

/* What follows "key". */
static zg_status
read_clause(struct key_text *text, struct tsig_key *key, struct zg_error *error)
{
	zg_status status;

	(void)next(text);
	status = read_name(text, text->token.text, text->token.length, key, error);
	if (status != ZG_OK)
		return status;
	if (!token_is(next(text), "{"))
		return refuse(text, "expected '{'", error);
	status = read_statements(text, key, error);
	if (status == ZG_OK && !token_is(next(text), ";"))
		return refuse(text, "expected ';'", error);
	return status;
}

static zg_status
read_text(struct key_text *text, struct tsig_key *key, struct zg_error *error)
{
	zg_status status = token_is(next(text), "key") ? read_clause(text, key, error)
						       : read_line(text, key, error);

	if (status == ZG_OK && (next(text)->length > 0 || text->token.quoted))
		return refuse(text, "more than one key", error);
	return status;
}

/* --- The file --- */

/* Opens it when it is a file that only its owner, and at most readers of its group, can use. */
static zg_status
open_key(const char *path, int *fd, struct zg_error *error)
{
	struct stat found;

	*fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0 || fstat(*fd, &found) != 0)
		return error_set(
		    error, ZG_READ, "cannot read %s: %s", path, strerrordesc_np(errno));
	if (!S_ISREG(found.st_mode))
		return error_set(error, ZG_INPUT_BAD, "%s:1: not a file", path);
	if ((found.st_mode & (S_IRWXO | S_IWGRP)) != 0)
		return error_set(error, ZG_INPUT_BAD,
		    "%s:1: others may read or write this key: expected mode 0640 or 0600", path);
	return ZG_OK;
}

zg_status
tsig_key_read(const char *path, struct tsig_key *key, struct zg_error *error)
{
	char octets[ZG_TSIG_FILE_BYTES_MAX + 1];
	struct key_text text = {.path = path, .at = octets, .line = 1};
	ssize_t length = 0;
	int fd = -1;
	zg_status status = open_key(path, &fd, error);

	*key = (struct tsig_key){.algorithm = TSIG_HMAC_SHA256};
	if (status == ZG_OK) {
		length = read(fd, octets, sizeof(octets));
		if (length < 0)
			status = error_set(
			    error, ZG_READ, "cannot read %s: %s", path, strerrordesc_np(errno));
		else if ((size_t)length == sizeof(octets))
			status = error_set(error, ZG_INPUT_BAD, "%s:1: too long for a key", path);
	}
	if (status == ZG_OK) {
		text.end = octets + length;
		status = read_text(&text, key, error);
	}
	if (status != ZG_OK)
		tsig_key_wipe(key);
	explicit_bzero(octets, sizeof(octets));
	if (fd >= 0)
		(void)close(fd);
	return status;
}

void
tsig_key_wipe(struct tsig_key *key)
{
	explicit_bzero(key, sizeof(*key));
}
