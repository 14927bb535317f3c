/* Message digests by OpenSSL's EVP. */
#include "crypto/digest.h"

#include <stdlib.h>

#include <openssl/evp.h>

/* The algorithm is fetched once: looking it up costs more than hashing a name. */
struct digest {
	EVP_MD *algorithm;
	EVP_MD_CTX *context;
	size_t length;
};

static const char *const digest_names[] = {
    [DIGEST_KIND_SHA1] = "SHA1",
    [DIGEST_KIND_SHA256] = "SHA256",
    [DIGEST_KIND_SHA384] = "SHA384",
    [DIGEST_KIND_SHA512] = "SHA512",
};

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

zg_status
digest_begin(struct digest *digest)
{
	return EVP_DigestInit_ex2(digest->context, digest->algorithm, NULL) == 1 ? ZG_OK
										 : ZG_CRYPTO;
}

zg_status
digest_add(struct digest *digest, const uint8_t *bytes, size_t length)
{
	return EVP_DigestUpdate(digest->context, bytes, length) == 1 ? ZG_OK : ZG_CRYPTO;
}

zg_status
digest_end(struct digest *digest, uint8_t *octets)
{
	return EVP_DigestFinal_ex(digest->context, octets, NULL) == 1 ? ZG_OK : ZG_CRYPTO;
}
