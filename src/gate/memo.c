/*
 * The memo's file: a header that binds zone, program build and OpenSSL version, the digests, and an
 * HMAC-SHA-256 over both. Behind that, what later runs added: each time a mark with the number of
 * digests, these, and an HMAC over the HMAC before and all that. When as much as a quarter was
 * added, the next run writes the file anew.
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

/* The number of digests, in the header and in a mark. */
#define COUNT_DIGITS 20

/* 64 million signatures, and as many added. */
#define MEMO_FILE_MAX ((size_t)4 * 1024 * 1024 * 1024)

struct zg_memo {
	char *path; /* owned */
	uint8_t key[MAC_KEY_OCTETS];
	uint8_t *file;		 /* owned: its octets, marks and HMACs between digests taken out */
	size_t file_length;	 /* on disk */
	size_t n_written;	 /* digests that were not added later */
	uint8_t mac[MAC_OCTETS]; /* the last one */
	uint8_t origin[ZG_NAME_MAX];
	int64_t full_at; /* when every signature was last verified, seconds since 1970 */
	bool read;	 /* the file was read, and what it holds is in `known` */
	struct memo_set known;
	const char *useless; /* static: why nothing is known at all; NULL: something is */
	/* What is asked for, and of what. */
	struct memo_set asked; /* `known` or nothing; owns nothing */
	uint8_t asked_origin[ZG_NAME_MAX];
	int64_t asked_at, interval;
	bool grows;		 /* `fresh` is to be added to what is there */
	bool saved;		 /* the file is another one now */
	struct memo_fresh fresh; /* owned */
	uint8_t fresh_origin[ZG_NAME_MAX];
	int64_t fresh_full_at;
	bool has_fresh;
	const char *note; /* static: why the last run took nothing from it; NULL: it might */
};

static const char header_begin[] = "zonegate memo 2 of ", header_full[] = " full ";

/* What the header of a memo of this zone, made by this program, looks like. */
static void
header_make(const uint8_t *origin, int64_t full_at, size_t n, uint8_t header[HEADER_OCTETS])
{
	char text[NAME_TEXT_MAX], line[HEADER_OCTETS + 1];
	int length;

	(void)name_to_text(origin, text);
	memset(header, ' ', HEADER_OCTETS);
	/* An origin too long for the line would only make memos that are never taken. */
	length = snprintf(line, sizeof(line), "%s%020zu%s%020lld build %s-%s crypto %s zone %s\n",
	    header_begin, n, header_full, (long long)full_at, ZG_VERSION, ZG_BUILD,
	    crypto_version(), text);
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

static size_t
count_read(const uint8_t *at)
{
	char digits[COUNT_DIGITS + 1] = "";

	memcpy(digits, at, COUNT_DIGITS);
	return strtoull(digits, NULL, 10);
}

/* How many digests a header says that there are. */
static size_t
header_count(const uint8_t *header)
{
	return count_read(header + sizeof(header_begin) - 1);
}

/* Zone (wire form) and time of a genuine header; false: not made by this program. */
static bool
header_read(const uint8_t *header, uint8_t origin[ZG_NAME_MAX], int64_t *full_at)
{
	static const char mark[] = " zone ";
	const size_t full = sizeof(header_begin) + COUNT_DIGITS + sizeof(header_full) - 2;
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
	*full_at = strtoll(line + full, NULL, 10);
	if (name_from_text(zone, (size_t)(end - zone), NULL, origin, &why) == 0)
		return false;
	header_make(origin, *full_at, header_count(header), expected);
	return memcmp(header, expected, HEADER_OCTETS) == 0;
}

static const char mark_begin[] = "added ";

/* A mark before digests that are added; as long as one of them. */
static void
mark_make(size_t n, uint8_t mark[MEMO_OCTETS])
{
	char text[MEMO_OCTETS + 1];

	(void)snprintf(text, sizeof(text), "%s%020zu     \n", mark_begin, n);
	memcpy(mark, text, MEMO_OCTETS);
}

/* The HMAC of `length` octets at `bytes`, and whether it is what stands behind them. */
static zg_status
mac_is(zg_memo *memo, const uint8_t *bytes, size_t length, bool *genuine)
{
	zg_status status = mac_compute(memo->key, bytes, length, memo->mac);

	*genuine = status == ZG_OK && mac_equal(memo->mac, bytes + length);
	return status;
}

/*
 * Reads what was added, from the HMAC at `at` on, and moves its digests behind the `n` that are
 * known. *n stays at SIZE_MAX when anything in it is not genuine.
 */
static zg_status
added_take(zg_memo *memo, size_t at, size_t *n)
{
	uint8_t *digests = memo->file + HEADER_OCTETS, mark[MEMO_OCTETS];
	size_t known = *n;
	zg_status status = ZG_OK;
	bool genuine = true;

	*n = SIZE_MAX;
	while (status == ZG_OK && genuine && memo->file_length - at > MAC_OCTETS) {
		size_t left = (memo->file_length - at) / MEMO_OCTETS;
		const uint8_t *begin = memo->file + at;
		size_t count = count_read(begin + MAC_OCTETS + sizeof(mark_begin) - 1);

		mark_make(count, mark);
		if (left < 3 || count > left - 3 ||
		    memcmp(begin + MAC_OCTETS, mark, MEMO_OCTETS) != 0)
			return ZG_OK;
		status = mac_is(memo, begin, MAC_OCTETS + (1 + count) * MEMO_OCTETS, &genuine);
		at += MAC_OCTETS + (1 + count) * MEMO_OCTETS;
		memmove(digests + known * MEMO_OCTETS, begin + MAC_OCTETS + MEMO_OCTETS,
		    count * MEMO_OCTETS);
		known += count;
	}
	if (genuine)
		*n = known;
	return status;
}

/* Takes the file in use; memo->useless is the reason when it is not to be trusted. */
static zg_status
memo_take(zg_memo *memo)
{
	const char **note = &memo->useless;
	size_t room = memo->file_length / MEMO_OCTETS, header = HEADER_OCTETS / MEMO_OCTETS, n;
	zg_status status;
	bool genuine;

	*note = "it is damaged";
	if (memo->file_length % MEMO_OCTETS != 0 || room < header + 1)
		return ZG_OK;
	*note = "it is damaged, or under another key";
	n = memo->n_written = header_count(memo->file);
	if (n > room - header - 1)
		return ZG_OK;
	status = mac_is(memo, memo->file, HEADER_OCTETS + n * MEMO_OCTETS, &genuine);
	if (status == ZG_OK && genuine)
		status = added_take(memo, HEADER_OCTETS + n * MEMO_OCTETS, &n);
	if (status != ZG_OK || !genuine || n == SIZE_MAX)
		return status;
	*note = "it is of another program build or OpenSSL version";
	if (!header_read(memo->file, memo->origin, &memo->full_at))
		return ZG_OK;
	*note = NULL;
	return memo_set_init(
	    &memo->known, (const uint8_t(*)[MEMO_OCTETS])(memo->file + HEADER_OCTETS), n);
}

zg_status
zg_memo_open(const char *path, zg_memo **memo, struct zg_error *error)
{
	zg_memo *made = calloc(1, sizeof(*made));
	zg_status status;

	*memo = NULL;
	if (made == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	made->path = strdup(path);
	status = made->path == NULL ? error_set(error, ZG_MEMORY, "out of memory")
				    : key_open(made, error);
	if (status != ZG_OK) {
		zg_memo_free(made);
		return status;
	}
	*memo = made;
	return ZG_OK;
}

const struct memo_set *
memo_ask(zg_memo *memo, const uint8_t *origin, int64_t now, int64_t interval)
{
	memo->asked = (struct memo_set){.n = 0};
	memcpy(memo->asked_origin, origin, name_length(origin));
	memo->asked_at = now;
	memo->interval = interval;
	return &memo->asked;
}

/* Why nothing may be taken from a memo that is genuine; NULL: it may. */
static const char *
memo_judge(const zg_memo *memo)
{
	int64_t age = memo->asked_at - memo->full_at;

	if (!name_equal(memo->origin, memo->asked_origin))
		return "it is of another zone";
	if (age < 0)
		return "its last full check lies in the future";
	return age >= memo->interval ? "a full check is due" : NULL;
}

zg_status
memo_read(void *context)
{
	zg_memo *memo = context;
	zg_status status = ZG_OK;

	if (!memo->read) {
		memo->useless = "there is none yet";
		if (file_read(memo->path, MEMO_FILE_MAX, &memo->file, &memo->file_length, NULL) ==
		    ZG_OK)
			status = memo_take(memo);
	}
	if (status != ZG_OK) {
		free(memo->file);
		memo->file = NULL;
		return status;
	}
	memo->read = true;
	memo->note = memo->useless != NULL ? memo->useless : memo_judge(memo);
	if (memo->note != NULL || memo->known.n == 0)
		return ZG_OK;
	memo->asked = memo->known;
	memo->asked.grows = !memo->saved && memo->known.n - memo->n_written < memo->n_written / 4 &&
			    memo->file_length < MEMO_FILE_MAX / 4;
	return ZG_OK;
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
	memo->grows = !full && memo->asked.grows;
	memo->has_fresh = true;
}

/* Puts the digests of the last run at `to`. */
static void
fresh_copy(const zg_memo *memo, uint8_t *to)
{
	for (size_t i = 0; i < memo->fresh.n; i++)
		memcpy(to + i * MEMO_OCTETS, memo->fresh.entries[i].digest, MEMO_OCTETS);
}

/* `bytes` has room for header or HMAC, mark, digests and HMAC. */
static zg_status
memo_write(const zg_memo *memo, uint8_t *bytes, struct zg_error *error)
{
	size_t length = HEADER_OCTETS + memo->fresh.n * MEMO_OCTETS;
	zg_status status;

	header_make(memo->fresh_origin, memo->fresh_full_at, memo->fresh.n, bytes);
	fresh_copy(memo, bytes + HEADER_OCTETS);
	status = mac_compute(memo->key, bytes, length, bytes + length);
	if (status != ZG_OK)
		return error_set(error, status, "cannot write the memo %s", memo->path);
	return file_replace(memo->path, bytes, length + MAC_OCTETS, 0600, error);
}

static zg_status
memo_add(const zg_memo *memo, uint8_t *bytes, struct zg_error *error)
{
	size_t length = MAC_OCTETS + (1 + memo->fresh.n) * MEMO_OCTETS;
	zg_status status;

	if (memo->fresh.n == 0)
		return ZG_OK;
	memcpy(bytes, memo->mac, MAC_OCTETS);
	mark_make(memo->fresh.n, bytes + MAC_OCTETS);
	fresh_copy(memo, bytes + MAC_OCTETS + MEMO_OCTETS);
	status = mac_compute(memo->key, bytes, length, bytes + length);
	if (status != ZG_OK)
		return error_set(error, status, "cannot add to the memo %s", memo->path);
	return file_append(memo->path, memo->file_length, bytes + MAC_OCTETS, length, error);
}

zg_status
zg_memo_save(zg_memo *memo, struct zg_error *error)
{
	uint8_t *bytes;
	zg_status status;

	if (!memo->has_fresh)
		return error_set(error, ZG_PARAMETER, "nothing was verified");
	if (memo->fresh.n > (MEMO_FILE_MAX / 2 - HEADER_OCTETS - MAC_OCTETS) / MEMO_OCTETS)
		return error_set(error, ZG_LIMIT, "too many signatures for a memo");
	bytes = malloc(HEADER_OCTETS + memo->fresh.n * MEMO_OCTETS + MAC_OCTETS);
	if (bytes == NULL)
		return error_set(error, ZG_MEMORY, "out of memory");
	status = memo->grows ? memo_add(memo, bytes, error) : memo_write(memo, bytes, error);
	memo->saved = true;
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
