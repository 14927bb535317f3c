/* A few records of a zone. */
#include "dns/zone_sample.h"

#include <stdlib.h>

#include "base/byte_reader.h"

void
zone_sample_free(struct zone_sample *sample)
{
	if (sample == NULL)
		return;
	for (size_t i = 0; i < sample->n; i++)
		free(sample->entries[i].rdata);
	free(sample->entries);
	free(sample);
}

const uint8_t *
sample_record(const struct sample_entry *entry, size_t *at, uint16_t *length)
{
	const uint8_t *record;

	if (*at >= entry->rdata_len)
		return NULL;
	*length = load_u16(entry->rdata + *at);
	record = entry->rdata + *at + 2;
	*at += 2 + (size_t)*length;
	return record;
}
