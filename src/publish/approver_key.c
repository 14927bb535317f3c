/* Private keys of approvers. */
#include "publish/approver_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/text_writer.h"
#include "crypto/ed25519.h"

#define TITLE "zonegate-private-key 1\n"
/* The title, 44 characters of base64, a newline. */
#define TEXT_LENGTH (sizeof(TITLE) - 1 + BASE64_LENGTH(ED25519_KEY_OCTETS) + 1)

static zg_status
write_key(const char *path, const char text[TEXT_LENGTH], struct zg_error *error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good;

	if (fd < 0)
		return error_set(
		    error, ZG_WRITE, "%s: cannot make it: %s", path, strerrordesc_np(errno));
	good = write(fd, text, TEXT_LENGTH) == (ssize_t)TEXT_LENGTH && fsync(fd) == 0;
	if (close(fd) == 0 && good)
		return ZG_OK;
	(void)unlink(path);
	return error_set(error, ZG_WRITE, "%s: cannot write it", path);
}

zg_status
approver_key_create(
    const char *path, char public_text[APPROVER_KEY_TEXT_SIZE], struct zg_error *error)
{
	uint8_t private_key[ED25519_KEY_OCTETS], public_key[ED25519_KEY_OCTETS];
	char text[TEXT_LENGTH + 1];
	zg_status status = ed25519_generate(private_key, public_key);

	_Static_assert(APPROVER_KEY_TEXT_SIZE == BASE64_LENGTH(ED25519_KEY_OCTETS) + 1, "base64");
	if (status != ZG_OK)
		return error_set(error, status, "cannot make a key: %s", zg_status_text(status));
	memcpy(text, TITLE, sizeof(TITLE));
	base64_write(private_key, sizeof(private_key), text + sizeof(TITLE) - 1);
	text[TEXT_LENGTH - 1] = '\n';
	base64_write(public_key, sizeof(public_key), public_text);
	status = write_key(path, text, error);
	ed25519_forget(private_key);
	explicit_bzero(text, sizeof(text));
	return status;
}

/* Opens the file when it is regular and nobody but its owner can read or write it. */
static int
open_private(const char *path, struct zg_error *error)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat found;

	if (fd < 0 || fstat(fd, &found) != 0) {
		(void)error_set(
		    error, ZG_READ, "%s: cannot read it: %s", path, strerrordesc_np(errno));
	} else if (!S_ISREG(found.st_mode) || found.st_size != (off_t)TEXT_LENGTH) {
		(void)error_set(error, ZG_READ, "%s: not a private key of zonegate", path);
	} else if ((found.st_mode & 077) != 0) {
		(void)error_set(error, ZG_READ,
		    "%s: others may read or write this private key: expected mode 0600", path);
	} else
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

zg_status
approver_key_read(const char *path, uint8_t private_key[32], struct zg_error *error)
{
	char text[TEXT_LENGTH];
	int fd = open_private(path, error);
	bool good;

	if (fd < 0)
		return ZG_READ;
	good = read(fd, text, sizeof(text)) == (ssize_t)sizeof(text) &&
	       memcmp(text, TITLE, sizeof(TITLE) - 1) == 0 && text[sizeof(text) - 1] == '\n' &&
	       base64_read(text + sizeof(TITLE) - 1, BASE64_LENGTH(ED25519_KEY_OCTETS), private_key,
		   ED25519_KEY_OCTETS);
	(void)close(fd);
	explicit_bzero(text, sizeof(text));
	if (!good)
		return error_set(error, ZG_READ, "%s: not a private key of zonegate", path);
	return ZG_OK;
}

bool
approver_key_matches(const uint8_t private_key[32], const uint8_t public_key[32])
{
	uint8_t made[ED25519_KEY_OCTETS];

	return ed25519_public(private_key, made) == ZG_OK &&
	       memcmp(made, public_key, sizeof(made)) == 0;
}

zg_status
approver_key_sign(
    const uint8_t private_key[32], char **text, size_t *length, struct zg_error *error)
{
	uint8_t signature[ED25519_SIGNATURE_OCTETS];
	char base64[BASE64_LENGTH(ED25519_SIGNATURE_OCTETS) + 1];
	struct text_writer signed_text = {.text = NULL};
	zg_status status = ed25519_sign(private_key, (const uint8_t *)*text, *length, signature);

	if (status != ZG_OK)
		return error_set(error, status, "cannot sign: %s", zg_status_text(status));
	base64_write(signature, sizeof(signature), base64);
	text_add_bytes(&signed_text, *text, *length);
	text_printf(&signed_text, "signature %s\n", base64);
	if (signed_text.failed) {
		text_writer_clear(&signed_text);
		return error_set(error, ZG_MEMORY, "out of memory");
	}
	free(*text);
	*text = signed_text.text;
	*length = signed_text.used;
	return ZG_OK;
}

void
approver_key_forget(uint8_t private_key[32])
{
	ed25519_forget(private_key);
}
