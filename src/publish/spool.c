/* Approvals as files. */
#include "publish/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zonegate/limits.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/hex.h"
#include "crypto/digest.h"
#include "crypto/mac.h"

#define SUFFIX ".approval"

/* Files looked at in one go: ten times what counts. What else lies there waits. */
#define ENTRIES_MAX (10 * ZG_APPROVALS_MAX)

/* A file's name without its suffix: SHA-256 in hex digits, and a NUL. */
#define NAME_OCTETS 32
#define NAME_SIZE   HEX_TEXT_SIZE(NAME_OCTETS)

static zg_status
trouble(struct zg_error *error, zg_status status, const char *what, const char *name)
{
	return error_set(error, status, "spool: %s %.200s: %s", what, name, strerrordesc_np(errno));
}

/* What a text is known by. */
static zg_status
text_name(const char *text, size_t length, char name[NAME_SIZE])
{
	uint8_t octets[DIGEST_OCTETS_MAX];
	zg_status status = digest_of(DIGEST_KIND_SHA256, (const uint8_t *)text, length, octets);

	if (status == ZG_OK)
		hex_write(octets, NAME_OCTETS, name);
	return status;
}

void
spool_free(struct spool_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(files[i].name);
		free(files[i].text);
	}
	free(files);
}

/* --- Reading --- */

struct listing {
	char **names; /* owned */
	size_t n, size;
	bool more;
};

static void
listing_clear(struct listing *listing)
{
	for (size_t i = 0; i < listing->n; i++)
		free(listing->names[i]);
	free(listing->names);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_approval_name(const char *name)
{
	size_t length = strlen(name), suffix = strlen(SUFFIX);

	return name[0] != '.' && length > suffix && strcmp(name + length - suffix, SUFFIX) == 0;
}

static zg_status
list(DIR *folder, struct listing *listing)
{
	struct dirent *entry;

	while ((entry = readdir(folder)) != NULL) {
		void *names = listing->names;
		zg_status status;

		if (!is_approval_name(entry->d_name))
			continue;
		status = array_reserve(
		    &names, &listing->size, listing->n, sizeof(listing->names[0]), ENTRIES_MAX);
		listing->names = names;
		listing->more |= status == ZG_LIMIT;
		if (status == ZG_LIMIT)
			break;
		if (status == ZG_OK)
			listing->names[listing->n] = strdup(entry->d_name);
		if (status != ZG_OK || listing->names[listing->n] == NULL)
			return ZG_MEMORY;
		listing->n++;
	}
	if (listing->n > 1)
		qsort(listing->names, listing->n, sizeof(listing->names[0]), by_name);
	return ZG_OK;
}

/* Fills the text; it stays empty when there is none that could be an approval. False: memory. */
static bool
text_read(int fd, struct spool_file *file)
{
	struct stat status;
	ssize_t got;

	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0 ||
	    status.st_size > ZG_APPROVAL_BYTES_MAX)
		return true;
	file->text = malloc((size_t)status.st_size);
	if (file->text == NULL)
		return false;
	while (file->length < (size_t)status.st_size) {
		got = read(fd, file->text + file->length, (size_t)status.st_size - file->length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		file->length += (size_t)got;
	}
	return true;
}

/* Another zone's approval: by its third line, the form of which the gate looks at later. What looks
 * like no approval at all is everybody's. */
static bool
is_of_other_zone(const struct spool_file *file, const char *zone)
{
	const char *end = file->text + file->length, *at = file->text;
	size_t length = strlen(zone);

	for (int line = 1; line < 3; line++) {
		at = at == NULL || at == end ? NULL : memchr(at, '\n', (size_t)(end - at));
		at = at == NULL ? NULL : at + 1;
	}
	if (at == NULL || end - at < 5 || memcmp(at, "zone ", 5) != 0)
		return false;
	at += 5;
	return (size_t)(end - at) <= length || memcmp(at, zone, length) != 0 || at[length] != '\n';
}

/* Whether the approval was used for a release: by what is in it, whatever it is called. */
static zg_status
look_for_spent(const struct state_directory *state, struct spool_file *file)
{
	char name[NAME_SIZE], path[NAME_SIZE + 8];
	struct stat found;
	zg_status status = text_name(file->text, file->length, name);

	if (status != ZG_OK)
		return status;
	(void)snprintf(path, sizeof(path), "spent/%s", name);
	/* What cannot be told counts as spent. */
	file->spent = fstatat(state->fd, path, &found, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
	return ZG_OK;
}

/* Reads one file to files[*n] unless it is another zone's. */
static zg_status
read_one(const struct state_directory *state, int folder, const char *name, const char *zone,
    struct spool_file *files, size_t *n)
{
	struct spool_file *file = &files[*n];
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	zg_status status = ZG_OK;

	/* Gone since, or not for the gate to read. */
	if (fd < 0 && errno != ELOOP && errno != ENXIO)
		return ZG_OK;
	*file = (struct spool_file){.name = strdup(name)};
	*n += 1;
	if (file->name == NULL || (fd >= 0 && !text_read(fd, file)))
		status = ZG_MEMORY;
	if (fd >= 0)
		(void)close(fd);
	if (status == ZG_OK && file->text != NULL && is_of_other_zone(file, zone)) {
		free(file->name);
		free(file->text);
		*n -= 1;
		return ZG_OK;
	}
	return status == ZG_OK && file->text != NULL ? look_for_spent(state, file) : status;
}

zg_status
spool_read(const struct state_directory *state, const char *zone, struct spool_file **files,
    size_t *n, bool *more, struct zg_error *error)
{
	int fd = openat(state->fd, "spool", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct listing listing = {.n = 0};
	zg_status status;

	*files = NULL;
	*n = 0;
	*more = false;
	if (folder == NULL) {
		int reason = errno;

		if (fd >= 0)
			(void)close(fd);
		errno = reason;
		return reason == ENOENT ? ZG_OK
					: trouble(error, ZG_READ, "cannot open", state->path);
	}
	status = list(folder, &listing);
	*files = calloc(ZG_APPROVALS_MAX, sizeof(**files));
	if (*files == NULL)
		status = ZG_MEMORY;
	for (size_t i = 0; status == ZG_OK && i < listing.n; i++) {
		if (*n == ZG_APPROVALS_MAX) {
			listing.more = true;
			break;
		}
		status = read_one(state, fd, listing.names[i], zone, *files, n);
	}
	*more = listing.more;
	listing_clear(&listing);
	(void)closedir(folder);
	if (status == ZG_OK)
		return ZG_OK;
	spool_free(*files, *n);
	*files = NULL;
	*n = 0;
	return error_set(error, status, "spool: %s", zg_status_text(status));
}

/* --- Writing --- */

static bool
write_whole(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, text, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		text += written;
		length -= (size_t)written;
	}
	return fchmod(fd, 0640) == 0 && fsync(fd) == 0;
}

/* A name that nobody else uses, and that no reader takes for an approval. */
static zg_status
temporary_name(char name[NAME_SIZE])
{
	uint64_t number;
	zg_status status = random_octets((uint8_t *)&number, sizeof(number));

	(void)snprintf(name, NAME_SIZE, ".new-%016llx", (unsigned long long)number);
	return status;
}

/* Writes below the open folder: a new file, then its name. */
static zg_status
add_file(int folder, const char *text, size_t length, const char *name, struct zg_error *error)
{
	char temporary[NAME_SIZE];
	zg_status status = temporary_name(temporary);
	int fd;

	if (status != ZG_OK)
		return error_set(error, status, "spool: no random numbers");
	fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return trouble(error, ZG_WRITE, "cannot make", name);
	if (!write_whole(fd, text, length) || renameat(folder, temporary, folder, name) != 0) {
		status = trouble(error, ZG_WRITE, "cannot write", name);
		(void)unlinkat(folder, temporary, 0);
	}
	(void)close(fd);
	if (status == ZG_OK && fsync(folder) != 0)
		status = trouble(error, ZG_WRITE, "cannot write", name);
	return status;
}

zg_status
spool_add(const char *path, const char *text, size_t length, char **name, struct zg_error *error)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int folder = directory < 0 ? -1
				   : openat(directory, "spool",
					 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char digest[NAME_SIZE];
	zg_status status = ZG_OK;

	*name = NULL;
	if (folder < 0)
		status = trouble(error, ZG_WRITE, "cannot open that of", path);
	if (directory >= 0)
		(void)close(directory);
	if (status != ZG_OK)
		return status;
	status = text_name(text, length, digest);
	if (status == ZG_OK && asprintf(name, "%s" SUFFIX, digest) < 0) {
		*name = NULL;
		status = ZG_MEMORY;
	}
	if (status != ZG_OK)
		(void)error_set(error, status, "spool: %s", zg_status_text(status));
	else
		status = add_file(folder, text, length, *name, error);
	(void)close(folder);
	if (status != ZG_OK) {
		free(*name);
		*name = NULL;
	}
	return status;
}

/* Opens a folder of the state directory, made when it is absent. */
static int
folder_make(const struct state_directory *state, const char *name)
{
	if (mkdirat(state->fd, name, 0750) != 0 && errno != EEXIST)
		return -1;
	return openat(state->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

zg_status
spool_put_aside(
    const struct state_directory *state, const struct spool_file *file, struct zg_error *error)
{
	int spool = openat(state->fd, "spool", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int aside = folder_make(state, "aside");
	zg_status status = ZG_OK;

	if (spool < 0 || aside < 0 ||
	    (renameat(spool, file->name, aside, file->name) != 0 && errno != ENOENT))
		status = trouble(error, ZG_WRITE, "cannot put aside", file->name);
	if (spool >= 0)
		(void)close(spool);
	if (aside >= 0)
		(void)close(aside);
	return status;
}

zg_status
spool_mark_spent(
    const struct state_directory *state, const struct spool_file *file, struct zg_error *error)
{
	char name[NAME_SIZE];
	zg_status status = text_name(file->text, file->length, name);
	int folder, fd;

	if (status != ZG_OK)
		return error_set(error, status, "spool: %s", zg_status_text(status));
	folder = folder_make(state, "spent");
	fd = folder < 0 ? -1
			: openat(folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0 || fsync(fd) != 0 || fsync(folder) != 0 || fsync(state->fd) != 0)
		status = trouble(error, ZG_WRITE, "cannot mark as used", file->name);
	if (fd >= 0)
		(void)close(fd);
	if (folder >= 0)
		(void)close(folder);
	return status;
}
