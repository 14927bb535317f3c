/*
 * A DNS message of any octets. What is accepted is whole: every name is one, every record lies in
 * the block, and RDATA of a type without names in it is there as it was sent.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "net/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int condition)
{
	if (!condition)
		abort();
}

/* Reads every octet, so that a sanitizer sees one that is not there. */
static uint8_t
touch(const uint8_t *octets, size_t length)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + octets[i]);
	return sum;
}

static void
check_records(const struct message *message, const uint8_t *data, size_t size)
{
	const struct message_record *at = message->records;

	for (int section = 0; section < SECTION_COUNT; section++) {
		size_t n;

		require(message_section(message, (enum message_section)section, &n) == at);
		for (const struct message_record *end = at + n; at < end; at++) {
			require(name_check(at->owner, ZG_NAME_MAX) == name_length(at->owner));
			(void)touch(at->rdata, at->rdlen);
			/* Types from 1024 on are unknown to all: opaque (RFC 3597 section 3). */
			require(at->type < 1024 || at->type == 32768 || at->type == 32769 ||
				at->rdlen == 0 || memmem(data, size, at->rdata, at->rdlen) != NULL);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message *message = NULL;
	const char *why = NULL;
	zg_status status = message_unpack(data, size, &message, &why);

	require((status == ZG_OK) == (message != NULL));
	require(status != ZG_INPUT_BAD || why != NULL);
	if (status != ZG_OK)
		return 0;
	require(size >= 12 && size <= NET_MESSAGE_MAX);
	require(message->has_question == (message->name != NULL));
	if (message->has_question)
		require(name_check(message->name, ZG_NAME_MAX) == name_length(message->name));
	require(message->cookie_len <= sizeof(message->cookie));
	require(memchr(message->extended_text, '\0', sizeof(message->extended_text)) != NULL);
	check_records(message, data, size);
	message_free(message);
	return 0;
}
