/*
 * The memo's file: a header that binds zone, program build and OpenSSL version, the digests, and an
 * HMAC-SHA-256 over both.
 */
#include "gate/memo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/version.h>
#include "base/error.h"
#include "base/file_replace.h"
#include "crypto/mac.h"

/* One text line before the digests; its length is a multiple of MEMO_OCTETS, padded with blanks. */
#define HEADER_OCTETS (32 * MEMO_OCTETS)

/* 64 million signatures. */
#define MEMO_FILE_MAX ((size_t)2 * 1024 * 1024 * 1024)

struct zg_memo {
	char *path; /* owned */
	uint8_t key[MAC_KEY_OCTETS];
	uint8_t *file; /* owned: header, digests, HMAC; NULL: none */
	uint8_t origin[ZG_NAME_MAX];
	int64_t full_at; /* when every signature was last verified, seconds since 1970 */
	struct memo_set known, none;
	struct memo_fresh fresh; /* owned */
	uint8_t fresh_origin[ZG_NAME_MAX];
	int64_t fresh_full_at;
	bool has_fresh;
	const char *note; /* static: why the last run took nothing from it; NULL: it might */
};

/* What the header of a memo of this zone, made by this program, looks like. */
static void
header_make(const uint8_t *origin, int64_t full_at, uint8_t header[HEADER_OCTETS])
{
	char text[NAME_TEXT_MAX], line[HEADER_OCTETS + 1];
	int length;

	(void)name_to_text(origin, text);
	memset(header, ' ', HEADER_OCTETS);
	/* An origin too long for the line would only make memos that are never taken. */
	length = snprintf(line, sizeof(line),
	    "zonegate memo 1 full %020lld build %s-%s crypto %s zone %s\n", (long long)full_at,
	    ZG_VERSION, ZG_BUILD, crypto_version(), text);
	memcpy(header, line, length < HEADER_OCTETS ? (size_t)length : HEADER_OCTETS);
}

/* Reads the key beside the memo, or makes it. */
static zg_status
key_open(zg_memo *memo, struct zg_error *error)
{
	size_t size = strlen(memo->path) + sizeof(".key"), length;
	char *path = malloc(size);
	uint8_t *bytes = NULL;
	zg_status status;

	if (path == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	(void)snprintf(path, size, "%s.key", memo->path);
	status = file_read(path, MAC_KEY_OCTETS, &bytes, &length, NULL);
	if (status == ZG_OK && length == MAC_KEY_OCTETS)
		memcpy(memo->key, bytes, MAC_KEY_OCTETS);
	else {
		status = random_octets(memo->key, MAC_KEY_OCTETS);
		if (status == ZG_OK)
			status = file_replace(path, memo->key, MAC_KEY_OCTETS, 0600, error);
		else
			status = error_set(error, status, "no random octets for %s", path);
	}
	free(bytes);
	free(path);
	return status;
}

/* Zone (wire form) and time of a genuine header; false: not made by this program. */
static bool
header_read(const uint8_t *header, uint8_t origin[ZG_NAME_MAX], int64_t *full_at)
{
	static const char begin[] = "zonegate memo 1 full ", mark[] = " zone ";
	uint8_t expected[HEADER_OCTETS];
	char line[HEADER_OCTETS + 1];
	const char *why;
	char *zone, *end;

	memcpy(line, header, HEADER_OCTETS);
	line[HEADER_OCTETS] = '\0';
	zone = strstr(line, mark);
	end = strchr(line, '\n');
	if (zone == NULL || end == NULL || end < zone)
		return false;
	zone += sizeof(mark) - 1;
	*full_at = strtoll(line + sizeof(begin) - 1, NULL, 10);
	if (name_from_text(zone, (size_t)(end - zone), NULL, origin, &why) == 0)
		return false;
	header_make(origin, *full_at, expected);
	return memcmp(header, expected, HEADER_OCTETS) == 0;
}

/* Takes the file in use; the reason when it is not to be trusted. */
static zg_status
memo_take(zg_memo *memo, size_t length, const char **note)
{
	uint8_t mac[MAC_OCTETS];
	zg_status status;

	*note = "it is damaged";
	if (length < HEADER_OCTETS + MAC_OCTETS ||
	    (length - HEADER_OCTETS - MAC_OCTETS) % MEMO_OCTETS != 0)
		return ZG_OK;
	status = mac_compute(memo->key, memo->file, length - MAC_OCTETS, mac);
	if (status != ZG_OK)
		return status;
	*note = "it is damaged, or under another key";
	if (!mac_equal(mac, memo->file + length - MAC_OCTETS))
		return ZG_OK;
	*note = "it is of another program build or OpenSSL version";
	if (!header_read(memo->file, memo->origin, &memo->full_at))
		return ZG_OK;
	*note = NULL;
	return memo_set_init(&memo->known,
	    (const uint8_t(*)[MEMO_OCTETS])(memo->file + HEADER_OCTETS),
	    (length - HEADER_OCTETS - MAC_OCTETS) / MEMO_OCTETS);
}

zg_status
zg_memo_open(const char *path, zg_memo **memo, const char **note, struct zg_error *error)
{
	zg_memo *made = calloc(1, sizeof(*made));
	size_t length;
	zg_status status;

	*memo = NULL;
	*note = "there is none yet";
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	made->path = strdup(path);
	status = made->path == NULL ? error_set(error, ZG_MEMORY, "out of memory")
				    : key_open(made, error);
	if (status == ZG_OK &&
	    file_read(path, MEMO_FILE_MAX, &made->file, &length, NULL) == ZG_OK) {
		status = memo_take(made, length, note);
		if (status != ZG_OK)
			(void)error_set(error, status, "cannot use the memo %s", path);
	}
	if (status != ZG_OK) {
		zg_memo_free(made);
		return status;
	}
	*memo = made;
	return ZG_OK;
}

const struct memo_set *
memo_known(zg_memo *memo, const uint8_t *origin, int64_t now, int64_t interval)
{
	int64_t age = now - memo->full_at;

	memo->note = NULL;
	if (memo->known.n == 0)
		return &memo->none;
	if (!name_equal(memo->origin, origin))
		memo->note = "it is of another zone";
	else if (age < 0)
		memo->note = "its last full check lies in the future";
	else if (age >= interval)
		memo->note = "a full check is due";
	return memo->note == NULL ? &memo->known : &memo->none;
}

const char *
zg_memo_note(const zg_memo *memo)
{
	return memo->note;
}

void
memo_keep(zg_memo *memo, const uint8_t *origin, struct memo_fresh *fresh, bool full, int64_t now)
{
	memo_fresh_clear(&memo->fresh);
	memo->fresh = *fresh;
	*fresh = (struct memo_fresh){.n = 0};
	memcpy(memo->fresh_origin, origin, name_length(origin));
	memo->fresh_full_at = full ? now : memo->full_at;
	memo->has_fresh = true;
}

zg_status
zg_memo_save(zg_memo *memo, struct zg_error *error)
{
	size_t n = memo->fresh.n, length = HEADER_OCTETS + n * MEMO_OCTETS;
	uint8_t *bytes;
	zg_status status;

	if (!memo->has_fresh)
		return error_set(error, ZG_PARAMETER, "nothing was verified");
	if (n > (MEMO_FILE_MAX - HEADER_OCTETS - MAC_OCTETS) / MEMO_OCTETS)
		return error_set(error, ZG_LIMIT, "too many signatures for a memo");
	bytes = malloc(length + MAC_OCTETS);
	if (bytes == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	header_make(memo->fresh_origin, memo->fresh_full_at, bytes);
	for (size_t i = 0; i < n; i++)
		memcpy(bytes + HEADER_OCTETS + i * MEMO_OCTETS, memo->fresh.entries[i].digest,
		    MEMO_OCTETS);
	status = mac_compute(memo->key, bytes, length, bytes + length);
	if (status == ZG_OK)
		status = file_replace(memo->path, bytes, length + MAC_OCTETS, 0600, error);
	else
		(void)error_set(error, status, "cannot write the memo %s", memo->path);
	free(bytes);
	return status;
}

void
zg_memo_free(zg_memo *memo)
{
	if (memo == NULL)
		return;
	memo_set_clear(&memo->known);
	memo_fresh_clear(&memo->fresh);
	free(memo->file);
	free(memo->path);
	free(memo);
}
