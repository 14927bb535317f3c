/* Inputs of the gate: opened, read, brought into form. */
#include "gate/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/meter.h"
#include "dns/algorithm.h"
#include "zone/zone_text.h"

/* An open source: a descriptor, or octets in memory. */
struct reading {
	const char *name;
	int fd;
	const uint8_t *bytes;
	size_t left;
	size_t limit; /* octets that may still be read */
};

/* Counts octets that were read. */
static zg_status
reading_count(struct reading *reading, size_t n, struct zg_error *error)
{
	if (n > reading->limit)
		return error_set(error, ZG_LIMIT, "%s is too large", reading->name);
	reading->limit -= n;
	return ZG_OK;
}

static zg_status
reading_fd(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct reading *reading = context;
	ssize_t n;

	do
		n = read(reading->fd, buffer, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_set(
		    error, ZG_READ, "cannot read %s: %s", reading->name, strerrordesc_np(errno));
	*length = (size_t)n;
	return reading_count(reading, *length, error);
}

static zg_status
reading_memory(void *context, uint8_t *buffer, size_t size, size_t *length, struct zg_error *error)
{
	struct reading *reading = context;
	size_t n = reading->left < size ? reading->left : size;

	if (n > 0) {
		memcpy(buffer, reading->bytes, n);
		reading->bytes += n;
		reading->left -= n;
	}
	*length = n;
	return reading_count(reading, n, error);
}

/* Opens a source. reading->fd is to be closed by the caller for ZG_SOURCE_PATH only. */
static zg_status
reading_open(
    const struct zg_source *source, size_t limit, struct reading *reading, struct zg_error *error)
{
	*reading = (struct reading){.name = source->path != NULL ? source->path : "input",
	    .fd = source->fd,
	    .bytes = source->bytes,
	    .left = source->length,
	    .limit = limit};
	switch (source->kind) {
	case ZG_SOURCE_FD:
		return ZG_OK;
	case ZG_SOURCE_MEMORY:
		if (source->bytes == NULL && source->length > 0)
			break;
		return ZG_OK;
	case ZG_SOURCE_PATH:
		if (source->path == NULL)
			break;
		reading->fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (reading->fd < 0)
			return error_set(error, ZG_READ, "cannot open %s: %s", source->path,
			    strerrordesc_np(errno));
		return ZG_OK;
	default:
		break;
	}
	return error_set(error, ZG_PARAMETER, "%s is no source to read from", reading->name);
}

/* The folder of a path, owned by the caller; NULL: out of memory. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Reads the text of `source`, at most `limit` octets, into a store. */
static zg_status
read_text(const struct zg_source *source, size_t limit, const struct zone_text_options *options,
    struct zone_store *store, struct defects *defects, struct zg_error *error)
{
	bool is_path = source->kind == ZG_SOURCE_PATH;
	struct reading reading;
	struct source text;
	char *folder = NULL;
	zg_status status = reading_open(source, limit, &reading, error);

	if (status != ZG_OK)
		return status;
	if (is_path) {
		folder = folder_of(source->path);
		if (folder == NULL) {
			status = error_set(error, ZG_MEMORY, "out of memory");
			goto out;
		}
	}
	text =
	    (struct source){.read = source->kind == ZG_SOURCE_MEMORY ? reading_memory : reading_fd,
		.context = &reading,
		.name = reading.name,
		.directory = folder};
	status = zone_text_read(&text, options, store, defects, error);
out:
	free(folder);
	if (is_path)
		(void)close(reading.fd);
	return status;
}

static void
tell(const struct input_options *options, enum zg_phase phase)
{
	if (options->progress != NULL)
		options->progress(options->progress_context, phase, 0, 0);
}

/* Ends a lap of the run. */
static void
lap(const struct input_options *options, enum zg_time what)
{
	if (options->meter != NULL)
		meter_lap(options->meter, what);
}

zg_status
input_read_zone(const struct zg_source *source, const uint8_t *origin,
    const struct input_options *options, struct zone **zone, struct zg_error *error)
{
	struct zone_text_options text = {
	    .origin = origin, .allow_include = options->allow_include, .threads = options->threads};
	struct zone_store store;
	struct defects defects;
	zg_status status;

	*zone = NULL;
	zone_store_init(&store);
	defects_init(&defects, options->max_examples);
	tell(options, ZG_PHASE_READ);
	lap(options, ZG_TIME_OTHER);
	status = read_text(source, SIZE_MAX, &text, &store, &defects, error);
	lap(options, ZG_TIME_READ);
	if (status == ZG_OK) {
		tell(options, ZG_PHASE_BUILD);
		status = zone_build(&store, &defects, origin, options->threads, zone, error);
		lap(options, ZG_TIME_SORT);
	}
	zone_store_clear(&store);
	defects_clear(&defects);
	return status;
}

/* The first thing that reading or building found wrong, as a message. */
static zg_status
other_defect(const struct zone *zone, const char *what, struct zg_error *error)
{
	/* What may be wrong with a zone that is in force: it is compared, not judged. */
	static const enum defect fatal[] = {DEFECT_SYNTAX, DEFECT_INCLUDE, DEFECT_CLASS,
	    DEFECT_META_TYPE, DEFECT_SOA_MISSING, DEFECT_SOA_MULTIPLE};

	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		const struct tally *tally = &zone->defects.tallies[fatal[i]];
		const char *file;
		uint32_t line;

		if (tally->count == 0)
			continue;
		/* The first example of a count is always kept: zone_build fails without memory. */
		file = source_map_find(&zone->store.map, tally->examples[0].line, &line);
		if (file == NULL)
			return error_set(error, ZG_INPUT_BAD, "%s cannot be used: %s", what,
			    tally->examples[0].detail);
		return error_set(error, ZG_INPUT_BAD, "%s cannot be used: %s:%lu: %s", what, file,
		    (unsigned long)line, tally->examples[0].detail);
	}
	return ZG_OK;
}

zg_status
input_read_other(const struct zg_source *source, const char *what, const uint8_t *origin,
    const struct input_options *options, struct zone **zone, struct zg_error *error)
{
	struct input_options silent = {.allow_include = options->allow_include,
	    .threads = options->threads,
	    .max_examples = 1,
	    .meter = options->meter};
	zg_status status = input_read_zone(source, origin, &silent, zone, error);

	if (status == ZG_OK)
		status = other_defect(*zone, what, error);
	if (status != ZG_OK) {
		zone_free(*zone);
		*zone = NULL;
	}
	return status;
}

/* Hands on one record of a small file. */
static zg_status
take_record(const struct zone_store *store, const struct zone_owner *run, uint32_t index,
    const struct input_taker *taker, struct zg_error *error)
{
	const struct zone_record *record = &store->records[index];
	struct input_record taken = {.owner = arena_at(&store->names, run->name),
	    .type = record->type,
	    .ttl = record->ttl,
	    .rdata = arena_at(&store->rdata, record->rdata),
	    .rdlen = record->rdlen};

	taken.file = source_map_find(&store->map, record->line, &taken.line);
	return taker->take(taker->context, &taken, error);
}

/* The first thing that reading found wrong, as a message. */
static zg_status
reading_defect(const struct zone_store *store, const struct defects *defects,
    const struct input_taker *taker, struct zg_error *error)
{
	for (int i = 0; i < DEFECT_READING_END; i++) {
		const struct tally *tally = &defects->tallies[i];
		const char *file;
		uint32_t line;

		if (tally->count == 0)
			continue;
		if (tally->n_examples == 0)
			return error_set(error, ZG_MEMORY, "out of memory");
		file = source_map_find(&store->map, tally->examples[0].line, &line);
		return error_set(error, taker->malformed, "%s:%lu: %s",
		    file == NULL ? taker->what : file, (unsigned long)line,
		    tally->examples[0].detail);
	}
	return ZG_OK;
}

zg_status
input_read_records(const struct zg_source *source, const uint8_t *origin, size_t limit,
    const struct input_taker *taker, struct zg_error *error)
{
	struct zone_text_options options = {.origin = origin, .has_default_ttl = true};
	struct zone_store store;
	struct defects defects;
	zg_status status;

	zone_store_init(&store);
	defects_init(&defects, 1);
	status = read_text(source, limit, &options, &store, &defects, error);
	if (status == ZG_OK)
		status = reading_defect(&store, &defects, taker, error);
	for (size_t r = 0; r < store.n_runs && status == ZG_OK; r++) {
		const struct zone_owner *run = &store.runs[r];
		uint32_t end = run->first + run->n_records;

		for (uint32_t i = run->first; i < end && status == ZG_OK; i++)
			status = take_record(&store, run, i, taker, error);
	}
	zone_store_clear(&store);
	defects_clear(&defects);
	return status;
}

zg_status
input_read_octets(const struct zg_source *source, size_t limit, char **octets, size_t *length,
    struct zg_error *error)
{
	struct reading reading;
	struct source text = {.context = &reading};
	size_t n = 1;
	zg_status status = reading_open(source, limit, &reading, error);

	*octets = NULL;
	*length = 0;
	if (status != ZG_OK)
		return status;
	text.read = source->kind == ZG_SOURCE_MEMORY ? reading_memory : reading_fd;
	*octets = malloc(limit + 1);
	if (*octets == NULL)
		status = error_set(error, ZG_MEMORY, "out of memory");
	while (status == ZG_OK && n > 0) {
		/* One octet more than there may be: so that too large a file is seen to be one. */
		status = text.read(
		    text.context, (uint8_t *)*octets + *length, limit + 1 - *length, &n, error);
		*length += status == ZG_OK ? n : 0;
	}
	if (source->kind == ZG_SOURCE_PATH)
		(void)close(reading.fd);
	if (status == ZG_OK)
		return ZG_OK;
	free(*octets);
	*octets = NULL;
	return status;
}

/* What a DS file is read into. */
struct ds_reading {
	const uint8_t *origin;
	struct ds_entry *entries;
	size_t *n;
};

/* One record of a DS file as an entry. */
static zg_status
ds_convert(const struct input_record *record, struct ds_entry *entry, struct zg_error *error)
{
	uint8_t digest[DS_DIGEST_MAX];
	zg_status status;

	if (record->type == RR_DNSKEY) {
		status = key_ds_digest(
		    record->owner, record->rdata, record->rdlen, DIGEST_SHA256, digest);
		if (status != ZG_OK)
			return error_set(error, status, "cannot make a digest");
		*entry = (struct ds_entry){.line = record->line, .rdlen = 4 + 32};
		store_u16(entry->rdata, dnskey_tag(record->rdata, record->rdlen));
		entry->rdata[2] = record->rdata[3];
		entry->rdata[3] = DIGEST_SHA256;
		memcpy(entry->rdata + 4, digest, 32);
		return ZG_OK;
	}
	if (record->type != RR_DS)
		return error_set(error, ZG_DS_SYNTAX, "%s:%lu: expected DS or DNSKEY", record->file,
		    (unsigned long)record->line);
	if (record->rdlen > DS_ENTRY_RDATA_MAX)
		return error_set(error, ZG_DS_SYNTAX,
		    "%s:%lu: expected a digest of at most %d octets", record->file,
		    (unsigned long)record->line, DS_ENTRY_RDATA_MAX - 4);
	*entry =
	    (struct ds_entry){.line = record->line, .ttl = record->ttl, .rdlen = record->rdlen};
	memcpy(entry->rdata, record->rdata, record->rdlen);
	return ZG_OK;
}

/* The same DS twice is one. */
static bool
ds_is_known(const struct ds_entry *entries, size_t n, const struct ds_entry *entry)
{
	for (size_t i = 0; i < n; i++) {
		if (entries[i].rdlen == entry->rdlen &&
		    memcmp(entries[i].rdata, entry->rdata, entry->rdlen) == 0)
			return true;
	}
	return false;
}

/* Takes one record of a DS file. */
static zg_status
ds_take(void *context, const struct input_record *record, struct zg_error *error)
{
	const struct ds_reading *reading = context;
	struct ds_entry entry;
	zg_status status;

	if (record->type == RR_RRSIG)
		return ZG_OK;
	if (!name_equal(record->owner, reading->origin))
		return error_set(error, ZG_DS_SYNTAX,
		    "%s:%lu: expected records of the zone itself, found another owner",
		    record->file, (unsigned long)record->line);
	status = ds_convert(record, &entry, error);
	if (status != ZG_OK || ds_is_known(reading->entries, *reading->n, &entry))
		return status;
	if (*reading->n == ZG_DS_MAX)
		return error_set(
		    error, ZG_LIMIT, "the DS file has more than %d records", ZG_DS_MAX);
	reading->entries[(*reading->n)++] = entry;
	return ZG_OK;
}

zg_status
input_read_ds(const struct zg_source *source, const uint8_t *origin,
    struct ds_entry entries[ZG_DS_MAX], size_t *n, struct zg_error *error)
{
	struct ds_reading reading = {.origin = origin, .entries = entries, .n = n};
	struct input_taker taker = {
	    .take = ds_take, .context = &reading, .malformed = ZG_DS_SYNTAX, .what = "DS file"};

	*n = 0;
	return input_read_records(source, origin, ZG_DS_FILE_BYTES_MAX, &taker, error);
}
