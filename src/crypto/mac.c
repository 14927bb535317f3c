/* HMAC, random octets, library version. */
#include "crypto/mac.h"

#include <stdlib.h>
#include <sys/random.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

/* So many come at once, whatever signals do: getrandom(2). */
#define RANDOM_OCTETS_MAX 256

zg_status
mac_compute(const uint8_t key[MAC_KEY_OCTETS], const uint8_t *data, size_t data_len,
    uint8_t mac[MAC_OCTETS])
{
	unsigned length = 0;

	if (HMAC(EVP_sha256(), key, MAC_KEY_OCTETS, data, data_len, mac, &length) == NULL ||
	    length != MAC_OCTETS) {
		ERR_clear_error();
		return ZG_CRYPTO;
	}
	return ZG_OK;
}

bool
mac_equal(const uint8_t a[MAC_OCTETS], const uint8_t b[MAC_OCTETS])
{
	return CRYPTO_memcmp(a, b, MAC_OCTETS) == 0;
}

struct mac_stream {
	EVP_MAC_CTX *keyed;   /* keyed, nothing added */
	EVP_MAC_CTX *running; /* NULL: nothing added since the last MAC */
	size_t octets;
};

/* A keyed context, or NULL. */
static EVP_MAC_CTX *
keyed_context(enum mac_hash hash, const uint8_t *key, size_t key_len)
{
	char names[][7] = {
	    [MAC_SHA256] = "SHA256", [MAC_SHA384] = "SHA384", [MAC_SHA512] = "SHA512"};
	OSSL_PARAM parameters[2];
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

	parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, names[hash], 0);
	parameters[1] = OSSL_PARAM_construct_end();
	EVP_MAC_free(mac); /* the context holds a reference */
	if (context != NULL && EVP_MAC_init(context, key, key_len, parameters) == 1)
		return context;
	EVP_MAC_CTX_free(context);
	return NULL;
}

zg_status
mac_stream_new(enum mac_hash hash, const uint8_t *key, size_t key_len, struct mac_stream **stream)
{
	struct mac_stream *made = calloc(1, sizeof(*made));

	*stream = NULL;
	if (made == NULL)
		return ZG_MEMORY;
	made->keyed = keyed_context(hash, key, key_len);
	made->octets = made->keyed == NULL ? 0 : EVP_MAC_CTX_get_mac_size(made->keyed);
	if (made->octets == 0 || made->octets > MAC_OCTETS_MAX) {
		ERR_clear_error();
		mac_stream_free(made);
		return ZG_CRYPTO;
	}
	*stream = made;
	return ZG_OK;
}

void
mac_stream_free(struct mac_stream *stream)
{
	if (stream == NULL)
		return;
	EVP_MAC_CTX_free(stream->running);
	EVP_MAC_CTX_free(stream->keyed);
	free(stream);
}

zg_status
mac_stream_add(struct mac_stream *stream, const void *data, size_t length)
{
	if (stream->running == NULL)
		stream->running = EVP_MAC_CTX_dup(stream->keyed);
	if (stream->running != NULL && EVP_MAC_update(stream->running, data, length) == 1)
		return ZG_OK;
	ERR_clear_error();
	return ZG_CRYPTO;
}

zg_status
mac_stream_end(struct mac_stream *stream, uint8_t mac[MAC_OCTETS_MAX])
{
	size_t length = 0;
	bool good = stream->running != NULL &&
		    EVP_MAC_final(stream->running, mac, &length, MAC_OCTETS_MAX) == 1 &&
		    length == stream->octets;

	EVP_MAC_CTX_free(stream->running);
	stream->running = NULL;
	if (good)
		return ZG_OK;
	ERR_clear_error();
	return ZG_CRYPTO;
}

size_t
mac_stream_octets(const struct mac_stream *stream)
{
	return stream->octets;
}

bool
mac_stream_equal(const struct mac_stream *stream, const uint8_t *a, const uint8_t *b)
{
	return CRYPTO_memcmp(a, b, stream->octets) == 0;
}

zg_status
random_octets(uint8_t *octets, size_t length)
{
	/* A program that wants a key or a name at a time has no use for a generator of its own. */
	bool filled =
	    length <= RANDOM_OCTETS_MAX && getrandom(octets, length, 0) == (ssize_t)length;

	return filled ? ZG_OK : ZG_CRYPTO;
}

const char *
crypto_version(void)
{
	return OpenSSL_version(OPENSSL_FULL_VERSION_STRING);
}
