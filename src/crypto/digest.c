/*
 * Message digests by OpenSSL. SHA-1 and SHA-256 are computed over millions of short messages, where
 * beginning and ending by the EVP interface costs more than the hash itself: there libcrypto's own
 * functions are called, which are deprecated and what its default provider calls. With another
 * provider, or a library without them, it is EVP.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/opensslconf.h>
#include <openssl/provider.h>
#include <openssl/sha.h>

/* The algorithm is fetched once: looking it up costs more than hashing a name. */
struct digest {
	EVP_MD *algorithm;
	EVP_MD_CTX *context;
	size_t length;
#ifndef OPENSSL_NO_DEPRECATED_3_0
	enum { BY_EVP, BY_SHA1, BY_SHA256 } by;
	union {
		SHA_CTX sha1;
		SHA256_CTX sha256;
	} state;
#endif
};

static const char *const digest_names[] = {
    [DIGEST_KIND_SHA1] = "SHA1",
    [DIGEST_KIND_SHA256] = "SHA256",
    [DIGEST_KIND_SHA384] = "SHA384",
    [DIGEST_KIND_SHA512] = "SHA512",
};

#ifndef OPENSSL_NO_DEPRECATED_3_0

/* Where EVP would end in the same functions, they are called. */
static void
choose_way(struct digest *digest, enum digest_kind kind)
{
	const char *provider = OSSL_PROVIDER_get0_name(EVP_MD_get0_provider(digest->algorithm));

	if (provider == NULL || strcmp(provider, "default") != 0)
		return;
	if (kind == DIGEST_KIND_SHA1)
		digest->by = BY_SHA1;
	else if (kind == DIGEST_KIND_SHA256)
		digest->by = BY_SHA256;
}

#endif

zg_status
digest_new(enum digest_kind kind, struct digest **digest)
{
	struct digest *made;

	*digest = NULL;
	if ((size_t)kind >= sizeof(digest_names) / sizeof(digest_names[0]))
		return ZG_PARAMETER;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return ZG_MEMORY;
	made->algorithm = EVP_MD_fetch(NULL, digest_names[kind], NULL);
	made->context = EVP_MD_CTX_new();
	if (made->algorithm == NULL || made->context == NULL) {
		digest_free(made);
		return ZG_CRYPTO;
	}
	made->length = (size_t)EVP_MD_get_size(made->algorithm);
#ifndef OPENSSL_NO_DEPRECATED_3_0
	choose_way(made, kind);
#endif
	*digest = made;
	return ZG_OK;
}

void
digest_free(struct digest *digest)
{
	if (digest == NULL)
		return;
	EVP_MD_CTX_free(digest->context);
	EVP_MD_free(digest->algorithm);
	free(digest);
}

size_t
digest_length(const struct digest *digest)
{
	return digest->length;
}

static zg_status
status_of(int answer)
{
	return answer == 1 ? ZG_OK : ZG_CRYPTO;
}

zg_status
digest_begin(struct digest *digest)
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
	if (digest->by == BY_SHA1)
		return status_of(SHA1_Init(&digest->state.sha1));
	if (digest->by == BY_SHA256)
		return status_of(SHA256_Init(&digest->state.sha256));
#endif
	return status_of(EVP_DigestInit_ex2(digest->context, digest->algorithm, NULL));
}

zg_status
digest_begin_as(struct digest *digest, const struct digest *from)
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
	if (digest->by != BY_EVP && digest->by == from->by) {
		digest->state = from->state;
		return ZG_OK;
	}
#endif
	return status_of(EVP_MD_CTX_copy_ex(digest->context, from->context));
}

zg_status
digest_add(struct digest *digest, const uint8_t *bytes, size_t length)
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
	if (digest->by == BY_SHA1)
		return status_of(SHA1_Update(&digest->state.sha1, bytes, length));
	if (digest->by == BY_SHA256)
		return status_of(SHA256_Update(&digest->state.sha256, bytes, length));
#endif
	return status_of(EVP_DigestUpdate(digest->context, bytes, length));
}

zg_status
digest_end(struct digest *digest, uint8_t *octets)
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
	if (digest->by == BY_SHA1)
		return status_of(SHA1_Final(octets, &digest->state.sha1));
	if (digest->by == BY_SHA256)
		return status_of(SHA256_Final(octets, &digest->state.sha256));
#endif
	return status_of(EVP_DigestFinal_ex(digest->context, octets, NULL));
}

zg_status
digest_of(enum digest_kind kind, const uint8_t *bytes, size_t length, uint8_t *octets)
{
	struct digest *digest = NULL;
	zg_status status = digest_new(kind, &digest);

	if (status == ZG_OK)
		status = digest_begin(digest);
	if (status == ZG_OK)
		status = digest_add(digest, bytes, length);
	if (status == ZG_OK)
		status = digest_end(digest, octets);
	digest_free(digest);
	return status;
}
