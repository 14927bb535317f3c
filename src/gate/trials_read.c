/* The file of trial signatures, read and tried. */
#include "gate/trials_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "dns/name.h"
#include "gate/input.h"

/* Records kept: those of all trials that are tried, each with as many RRSIGs as are. */
#define RECORDS_MAX ((size_t)ZG_TRIALS_MAX * (1 + ZG_RRSIGS_PER_RRSET_MAX))

/* Places in the arena until all are read. */
struct place {
	uint32_t owner, rdata;
};

struct reading {
	const uint8_t *zone;
	struct arena octets;
	struct trial_record *records; /* owned */
	struct place *places;	      /* owned */
	size_t n, n_records_allocated, n_places_allocated;
};

static zg_status
keep(struct reading *reading, const uint8_t *octets, size_t length, uint32_t *place)
{
	uint8_t *to;
	zg_status status = arena_take(&reading->octets, length, place, &to);

	if (status == ZG_OK && length > 0)
		memcpy(to, octets, length);
	return status;
}

/* Keeps a TXT or RRSIG record of a trial. */
static zg_status
take(void *context, const struct input_record *record, struct zg_error *error)
{
	struct reading *reading = context;
	struct place place;
	zg_status status;

	if ((record->type != RR_TXT && record->type != RR_RRSIG) ||
	    !key_trial_is_owner(reading->zone, record->owner))
		return ZG_OK;
	status = array_reserve((void **)&reading->records, &reading->n_records_allocated,
	    reading->n, sizeof(reading->records[0]), RECORDS_MAX);
	if (status == ZG_OK)
		status = array_reserve((void **)&reading->places, &reading->n_places_allocated,
		    reading->n, sizeof(reading->places[0]), RECORDS_MAX);
	if (status == ZG_OK)
		status = keep(reading, record->owner, name_length(record->owner), &place.owner);
	if (status == ZG_OK)
		status = keep(reading, record->rdata, record->rdlen, &place.rdata);
	if (status != ZG_OK)
		return error_set(error, status, "%s:%lu: %s", record->file,
		    (unsigned long)record->line, zg_status_text(status));
	reading->places[reading->n] = place;
	reading->records[reading->n++] = (struct trial_record){
	    .type = record->type, .rdlen = record->rdlen, .line = record->line};
	return ZG_OK;
}

zg_status
trials_read(const struct zg_source *source, const uint8_t *zone, const struct key_facts *keys,
    int64_t now, struct key_trials **trials, struct zg_error *error)
{
	struct reading reading = {.zone = zone};
	struct input_taker taker = {.take = take,
	    .context = &reading,
	    .malformed = ZG_INPUT_BAD,
	    .what = "trial signatures"};
	struct key_trials *made = calloc(1, sizeof(*made));
	zg_status status;

	*trials = NULL;
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	arena_init(&reading.octets, ZG_TRIALS_FILE_BYTES_MAX);
	status = input_read_records(source, zone, ZG_TRIALS_FILE_BYTES_MAX, &taker, error);
	for (size_t i = 0; i < reading.n; i++) {
		reading.records[i].owner = arena_at(&reading.octets, reading.places[i].owner);
		reading.records[i].rdata = arena_at(&reading.octets, reading.places[i].rdata);
	}
	if (status == ZG_OK)
		status =
		    key_trials_compute(zone, keys, reading.records, reading.n, now, made, error);
	if (status == ZG_OK)
		*trials = made;
	else
		free(made);
	arena_clear(&reading.octets);
	free(reading.records);
	free(reading.places);
	return status;
}
