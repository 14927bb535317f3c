/*
 * A message of a transfer of any octets: what is taken out of it lies in it, each record is one
 * line, and no octets are a signature.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "net/record.h"
#include "net/tsig.h"

#define HEADER 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int condition)
{
	if (!condition)
		abort();
}

static void
write_line(struct record_writer *writer, char *line, const struct wire_record *record)
{
	size_t length;

	writer->at = line;
	record_write(writer, record);
	length = (size_t)(writer->at - line);
	require(length > 0 && length <= RECORD_LINE_MAX);
	require(memchr(line, '\n', length) == line + length - 1);
	for (size_t i = 0; i + 1 < length; i++)
		require(line[i] >= ' ' && line[i] < 0x7f);
}

/* Takes the message as the first one of a signed answer. */
static void
verify(const uint8_t *data, size_t size, size_t tsig_at)
{
	static const struct tsig_key key = {
	    .name = "\3key", .algorithm = TSIG_HMAC_SHA256, .secret = "k", .secret_len = 1};
	struct tsig_state *state;
	struct zg_error error;

	if (tsig_new(&key, &state) != ZG_OK)
		return;
	require(tsig_verify(state, 0, data, size, tsig_at, &error) != ZG_OK);
	require(!tsig_covers_all(state));
	tsig_free(state);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record_reader reader = {.message = data, .length = size, .at = HEADER, .why = ""};
	struct record_writer *writer = calloc(1, sizeof(*writer));
	struct wire_record *record = malloc(sizeof(*record));
	char *line = malloc(RECORD_LINE_MAX + 1);
	size_t last = HEADER;

	if (writer != NULL && record != NULL && line != NULL && size > HEADER) {
		while (reader.at < size && record_take(&reader, record)) {
			require(reader.at > last && reader.at <= size);
			require(name_check(record->owner, ZG_NAME_MAX) == record->owner_len);
			require(record->rdlen <= ZG_RDATA_MAX);
			write_line(writer, line, record);
			if (reader.at < size)
				last = reader.at;
		}
		require(reader.at == size || reader.why[0] != '\0');
		verify(data, size, last);
	}
	free(writer);
	free(record);
	free(line);
	return 0;
}
