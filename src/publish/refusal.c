/* The last refusal of a zone: a small file in the state directory. */
#include "publish/refusal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file_replace.h"
#include "base/hex.h"
#include "crypto/digest.h"
#include "history/history.h"
#include "publish/release_log.h"

#define KEY_TEXT_SIZE HEX_TEXT_SIZE(FILE_DIGEST_OCTETS)
#define FILE_SIZE_MAX 1024
#define FILE_FORM                                                                                  \
	"zonegate-refusal 1\nkey %s\nheld %d\nserial %" PRIu32 "\ntime %" PRId64                   \
	"\nuntil %" PRId64 "\nreason %s\n"

/* --- The key --- */

/* What tells one content of a file from the next without reading it: unsigned zones are large. */
static zg_status
add_file(struct digest *digest, const char *path)
{
	struct stat stat;
	int64_t row[8] = {0};

	memset(&stat, 0, sizeof(stat));
	if (path == NULL)
		row[0] = -2;
	else if (fstatat(AT_FDCWD, path, &stat, 0) != 0)
		row[0] = -1;
	else
		row[0] = (int64_t)stat.st_size;
	row[1] = (int64_t)stat.st_dev;
	row[2] = (int64_t)stat.st_ino;
	row[3] = (int64_t)stat.st_mtim.tv_sec;
	row[4] = (int64_t)stat.st_mtim.tv_nsec;
	row[5] = (int64_t)stat.st_ctim.tv_sec;
	row[6] = (int64_t)stat.st_ctim.tv_nsec;
	row[7] = (int64_t)stat.st_mode;
	return digest_add(digest, (const uint8_t *)row, sizeof(row));
}

/* The end of the zone's decision log: whatever is learned leaves a line. */
static zg_status
add_log(struct digest *digest, struct release_log *log, struct zg_error *error)
{
	struct history_line *lines = NULL;
	size_t n = 0;
	zg_status status = history_lines(log->history, log->zone, 1, &lines, &n, error);

	if (status == ZG_OK && n > 0)
		status = digest_add(digest, lines[0].chain, sizeof(lines[0].chain));
	free(lines);
	return status;
}

static zg_status
add_files(struct digest *digest, const struct state_directory *state, const struct config *config,
    const struct config_zone *zone)
{
	const char *const paths[] = {
	    config->path, zone->policy_path, zone->ds_path, zone->unsigned_path, zone->trials_path};
	char *spool = NULL;
	zg_status status = ZG_OK;

	for (size_t i = 0; status == ZG_OK && i < sizeof(paths) / sizeof(paths[0]); i++)
		status = add_file(digest, paths[i]);
	if (status == ZG_OK && asprintf(&spool, "%s/spool", state->path) < 0) {
		spool = NULL;
		status = ZG_MEMORY;
	}
	if (status == ZG_OK)
		status = add_file(digest, spool);
	free(spool);
	return status;
}

zg_status
refusal_key(struct release_log *log, const struct state_directory *state,
    const struct config *config, const struct config_zone *zone,
    const uint8_t sha256[FILE_DIGEST_OCTETS], uint8_t key[FILE_DIGEST_OCTETS],
    struct zg_error *error)
{
	uint8_t octets[DIGEST_OCTETS_MAX];
	struct digest *digest = NULL;
	zg_status status = digest_new(DIGEST_KIND_SHA256, &digest);

	if (status == ZG_OK)
		status = digest_begin(digest);
	if (status == ZG_OK)
		status = digest_add(digest, sha256, FILE_DIGEST_OCTETS);
	if (status == ZG_OK)
		status = add_files(digest, state, config, zone);
	if (status == ZG_OK)
		status = add_log(digest, log, error);
	if (status == ZG_OK)
		status = digest_end(digest, octets);
	if (status == ZG_OK)
		memcpy(key, octets, FILE_DIGEST_OCTETS);
	digest_free(digest);
	return status;
}

/* --- The file --- */

/* One line of printable characters. */
static void
reason_clean(const char *from, char to[REFUSAL_REASON_SIZE])
{
	(void)snprintf(to, REFUSAL_REASON_SIZE, "%s", from);
	for (char *at = to; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~')
			*at = '?';
	}
}

zg_status
refusal_remember(const struct state_directory *state, const char *zone,
    const struct refusal *refusal, struct zg_error *error)
{
	char key[KEY_TEXT_SIZE], reason[REFUSAL_REASON_SIZE], *text = NULL, *path = NULL;
	zg_status status = state_path(state, "memo", zone, ".refused", &path, error);
	int length;

	if (status != ZG_OK)
		return status;
	hex_write(refusal->key, FILE_DIGEST_OCTETS, key);
	reason_clean(refusal->reason, reason);
	length = asprintf(&text, FILE_FORM, key, refusal->held ? 1 : 0, refusal->serial,
	    refusal->time, refusal->until, reason);
	if (length < 0) {
		text = NULL;
		status = error_set(error, ZG_MEMORY, "out of memory");
	} else {
		status = file_replace(path, (const uint8_t *)text, (size_t)length, 0600, error);
	}
	free(text);
	free(path);
	return status;
}

/* The whole file or nothing: what is read must be what would be written. */
static bool
text_read(const char *text, size_t length, char key[KEY_TEXT_SIZE], struct refusal *refusal)
{
	char *again = NULL;
	int held = 0, n;
	bool same;

	if (sscanf(text,
		"zonegate-refusal 1 key %64[0-9a-f] held %d serial %" SCNu32 " time %" SCNd64
		" until %" SCNd64 " reason %255[ -~]",
		key, &held, &refusal->serial, &refusal->time, &refusal->until,
		refusal->reason) != 6)
		return false;
	refusal->held = held == 1;
	n = asprintf(&again, FILE_FORM, key, refusal->held ? 1 : 0, refusal->serial, refusal->time,
	    refusal->until, refusal->reason);
	if (n < 0)
		return false;
	same = (size_t)n == length && memcmp(again, text, length) == 0;
	free(again);
	return same;
}

bool
refusal_recall(const struct state_directory *state, const char *zone,
    const uint8_t key[FILE_DIGEST_OCTETS], int64_t now, struct refusal *refusal)
{
	char wanted[KEY_TEXT_SIZE], found[KEY_TEXT_SIZE] = "", text[FILE_SIZE_MAX + 1];
	uint8_t *bytes = NULL;
	char *path = NULL;
	size_t length = 0;
	bool known;

	*refusal = (struct refusal){.until = 0};
	if (state_path(state, "memo", zone, ".refused", &path, NULL) != ZG_OK ||
	    file_read(path, FILE_SIZE_MAX, &bytes, &length, NULL) != ZG_OK) {
		free(path);
		return false;
	}
	memcpy(text, bytes, length);
	text[length] = '\0';
	hex_write(key, FILE_DIGEST_OCTETS, wanted);
	memcpy(refusal->key, key, FILE_DIGEST_OCTETS);
	known = text_read(text, length, found, refusal) && strcmp(found, wanted) == 0 &&
		refusal->time <= now && now < refusal->until;
	free(bytes);
	free(path);
	return known;
}
