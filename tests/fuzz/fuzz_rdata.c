/*
 * RDATA of any octets, for a type that the first two octets choose. As text: what is accepted has
 * the shape of its type and is canonical. As wire form: canonical form is a fixed point, and the
 * same octets in the form of RFC 3597 are accepted too.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zone/rdata_text.h"

#define TOKENS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int condition)
{
	if (!condition)
		abort();
}

/* Tokens between line feeds; one that begins with a quote is a quoted one. */
static size_t
cut(const char *text, size_t size, struct text_token tokens[TOKENS_MAX])
{
	size_t n = 0;

	while (size > 0 && n < TOKENS_MAX) {
		const char *end = memchr(text, '\n', size);
		size_t length = end == NULL ? size : (size_t)(end - text);
		struct text_token *token = &tokens[n++];

		token->quoted = length > 0 && *text == '"';
		token->text = text + token->quoted;
		token->length = (uint32_t)(length - token->quoted);
		text += length;
		size -= length;
		if (size > 0) {
			text++;
			size--;
		}
	}
	return n;
}

static void
fuzz_text(uint16_t type, const char *text, size_t size)
{
	struct text_token tokens[TOKENS_MAX];
	uint8_t rdata[ZG_RDATA_MAX], copy[ZG_RDATA_MAX];
	struct zg_error error = {{0}};
	int length = rdata_from_text(
	    type, tokens, cut(text, size, tokens), (const uint8_t *)"\7Example", rdata, &error);

	require((length < 0) == (error.text[0] != '\0'));
	if (length < 0)
		return;
	memcpy(copy, rdata, (size_t)length);
	require(rdata_canonicalise(type, copy, (size_t)length, &error));
	require(memcmp(copy, rdata, (size_t)length) == 0);
}

/* The RDATA in the form of RFC 3597, in memory of its own. */
static void
check_generic(uint16_t type, const uint8_t *rdata, size_t size)
{
	char length[8], *hex = malloc(2 * size + 1);
	struct text_token tokens[3] = {{"\\#", 2, false}, {length, 0, false}, {hex, 0, false}};
	uint8_t again[ZG_RDATA_MAX];
	struct zg_error error;

	require(hex != NULL);
	tokens[1].length = (uint32_t)snprintf(length, sizeof(length), "%zu", size);
	for (size_t i = 0; i < size; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", rdata[i]);
	tokens[2].length = (uint32_t)(2 * size);
	require(rdata_from_text(type, tokens, size > 0 ? 3 : 2, NULL, again, &error) == (int)size);
	require(memcmp(rdata, again, size) == 0);
	free(hex);
}

static void
fuzz_wire(uint16_t type, const uint8_t *data, size_t size)
{
	uint8_t *rdata = malloc(size + 1), *copy = malloc(size + 1);
	struct zg_error error;

	require(rdata != NULL && copy != NULL);
	memcpy(rdata, data, size);
	if (rdata_canonicalise(type, rdata, size, &error)) {
		memcpy(copy, rdata, size);
		require(rdata_canonicalise(type, copy, size, &error));
		require(memcmp(copy, rdata, size) == 0);
		check_generic(type, rdata, size);
	}
	free(rdata);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint16_t type;

	if (size < 2 || size - 2 > ZG_RDATA_MAX)
		return 0;
	type = (uint16_t)(data[0] << 8 | data[1]);
	fuzz_text(type, (const char *)data + 2, size - 2);
	fuzz_wire(type, data + 2, size - 2);
	return 0;
}
