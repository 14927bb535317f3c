/* Verification by OpenSSL's EVP interface. Each thread keeps one context for each key. */
#include "crypto/verify.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <zonegate/limits.h>
#include "crypto/digest.h"
#include "crypto/public_key_private.h"
#include "crypto/rsa_power.h"
#include "dns/algorithm.h"

enum hash { HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_COUNT };

static const char *const hash_names[HASH_COUNT] = {"SHA1", "SHA2-256", "SHA2-384", "SHA2-512"};

static const enum digest_kind hash_kinds[HASH_COUNT] = {
    DIGEST_KIND_SHA1, DIGEST_KIND_SHA256, DIGEST_KIND_SHA384, DIGEST_KIND_SHA512};

/* How signatures of an algorithm are hashed; Ed25519 and Ed448 hash for themselves. */
static const struct {
	uint8_t algorithm;
	enum hash hash;
} algorithm_hashes[] = {
    {ALG_RSASHA1, HASH_SHA1},
    {ALG_RSASHA1_NSEC3_SHA1, HASH_SHA1},
    {ALG_RSASHA256, HASH_SHA256},
    {ALG_RSASHA512, HASH_SHA512},
    {ALG_ECDSAP256SHA256, HASH_SHA256},
    {ALG_ECDSAP384SHA384, HASH_SHA384},
};

/* A key, and the context that is ready to verify with it. */
struct verifier_slot {
	const struct public_key *key;
	EVP_PKEY_CTX *context;
	struct rsa_power *power; /* NULL: not used */
	struct digest *digest;	 /* NULL: hashed by the verifier's */
	enum hash hash;
};

struct verifier {
	EVP_MD *hashes[HASH_COUNT];
	EVP_MD_CTX *digest;
	struct verifier_slot slots[ZG_KEYS_MAX];
	size_t n_slots;
	bool powers;
};

static void
slot_clear(struct verifier_slot *slot)
{
	EVP_PKEY_CTX_free(slot->context);
	rsa_power_free(slot->power);
	digest_free(slot->digest);
}

zg_status
verifier_new(struct verifier **verifier)
{
	struct verifier *made = calloc(1, sizeof(*made));

	*verifier = NULL;
	if (made == NULL)
		return ZG_MEMORY;
	made->digest = EVP_MD_CTX_new();
	if (made->digest == NULL)
		goto failed;
	for (int i = 0; i < HASH_COUNT; i++) {
		made->hashes[i] = EVP_MD_fetch(NULL, hash_names[i], NULL);
		if (made->hashes[i] == NULL)
			goto failed;
	}
	*verifier = made;
	return ZG_OK;
failed:
	verifier_free(made);
	return ZG_CRYPTO;
}

void
verifier_free(struct verifier *verifier)
{
	if (verifier == NULL)
		return;
	for (size_t i = 0; i < verifier->n_slots; i++)
		slot_clear(&verifier->slots[i]);
	for (int i = 0; i < HASH_COUNT; i++)
		EVP_MD_free(verifier->hashes[i]);
	EVP_MD_CTX_free(verifier->digest);
	free(verifier);
}

void
verifier_take_powers(struct verifier *verifier)
{
	verifier->powers = true;
}

/* Makes a context that verifies hashes with `key`. */
static zg_status
slot_fill(const struct verifier *verifier, const struct public_key *key, struct verifier_slot *slot)
{
	zg_status status;

	*slot = (struct verifier_slot){.key = key};
	for (size_t i = 0; i < sizeof(algorithm_hashes) / sizeof(algorithm_hashes[0]); i++) {
		if (algorithm_hashes[i].algorithm == key->algorithm)
			slot->hash = algorithm_hashes[i].hash;
	}
	slot->context = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	if (slot->context == NULL || EVP_PKEY_verify_init(slot->context) != 1 ||
	    (algorithm_is_rsa(key->algorithm) &&
		EVP_PKEY_CTX_set_rsa_padding(slot->context, RSA_PKCS1_PADDING) != 1) ||
	    EVP_PKEY_CTX_set_signature_md(slot->context, verifier->hashes[slot->hash]) != 1) {
		slot_clear(slot);
		ERR_clear_error();
		return ZG_CRYPTO;
	}
	if (!verifier->powers)
		return ZG_OK;
	status = rsa_power_new(key, &slot->power);
	if (status == ZG_OK)
		status = digest_new(hash_kinds[slot->hash], &slot->digest);
	if (status != ZG_OK)
		slot_clear(slot);
	return status;
}

/* The slot of `key`; keys are few and the last one asked for is found first. */
static zg_status
verifier_slot(
    struct verifier *verifier, const struct public_key *key, const struct verifier_slot **slot)
{
	zg_status status;

	for (size_t i = 0; i < verifier->n_slots; i++) {
		if (verifier->slots[i].key == key) {
			*slot = &verifier->slots[i];
			return ZG_OK;
		}
	}
	if (verifier->n_slots == ZG_KEYS_MAX)
		return ZG_LIMIT;
	status = slot_fill(verifier, key, &verifier->slots[verifier->n_slots]);
	if (status == ZG_OK)
		*slot = &verifier->slots[verifier->n_slots++];
	return status;
}

/* One ASN.1 INTEGER of a positive number of `length` octets; returns the octets written. */
static size_t
der_integer(const uint8_t *number, size_t length, uint8_t *out)
{
	size_t pad;

	while (length > 1 && *number == 0) {
		number++;
		length--;
	}
	pad = *number >= 0x80 ? 1 : 0;
	out[0] = 0x02;
	out[1] = (uint8_t)(length + pad);
	out[2] = 0;
	memcpy(out + 2 + pad, number, length);
	return 2 + pad + length;
}

/* r | s of RFC 6605 section 4 to the SEQUENCE that OpenSSL takes; both are at most 48 octets. */
static size_t
der_signature(const uint8_t *signature, size_t length, uint8_t der[2 + 2 * (3 + 48)])
{
	size_t used = 2;

	used += der_integer(signature, length / 2, der + used);
	used += der_integer(signature + length / 2, length / 2, der + used);
	der[0] = 0x30;
	der[1] = (uint8_t)(used - 2);
	return used;
}

/* What OpenSSL answered: only 1 is a good signature, and running out of memory is no answer. */
static zg_status
verify_answer(int answer, bool *good)
{
	*good = answer == 1;
	return answer == 1 ? ZG_OK : crypto_trouble();
}

/* Ed25519 and Ed448: RFC 8080 section 4. */
static zg_status
verify_edwards(struct verifier *verifier, const struct public_key *key, const uint8_t *data,
    size_t data_len, const uint8_t *signature, size_t signature_len, bool *good)
{
	int answer;

	if (EVP_DigestVerifyInit(verifier->digest, NULL, NULL, NULL, key->pkey) != 1) {
		ERR_clear_error();
		return ZG_CRYPTO;
	}
	answer = EVP_DigestVerify(verifier->digest, signature, signature_len, data, data_len);
	(void)EVP_MD_CTX_reset(verifier->digest);
	return verify_answer(answer, good);
}

static zg_status
hash_by(struct digest *digest, const uint8_t *data, size_t data_len, uint8_t hash[VERIFY_HASH_MAX],
    size_t *hash_len)
{
	zg_status status = digest_begin(digest);

	*hash_len = digest_length(digest);
	if (status == ZG_OK)
		status = digest_add(digest, data, data_len);
	return status == ZG_OK ? digest_end(digest, hash) : status;
}

zg_status
verifier_hash(struct verifier *verifier, const struct public_key *key, const uint8_t *data,
    size_t data_len, uint8_t hash[VERIFY_HASH_MAX], size_t *hash_len)
{
	const struct verifier_slot *slot;
	unsigned length = 0;
	zg_status status = verifier_slot(verifier, key, &slot);

	if (status != ZG_OK)
		return status;
	if (slot->digest != NULL)
		return hash_by(slot->digest, data, data_len, hash, hash_len);
	if (EVP_DigestInit_ex2(verifier->digest, verifier->hashes[slot->hash], NULL) != 1 ||
	    EVP_DigestUpdate(verifier->digest, data, data_len) != 1 ||
	    EVP_DigestFinal_ex(verifier->digest, hash, &length) != 1) {
		ERR_clear_error();
		return ZG_CRYPTO;
	}
	*hash_len = length;
	return ZG_OK;
}

/* RSA (RFC 5702, RFC 3110) and ECDSA (RFC 6605). */
zg_status
verifier_check_hash(struct verifier *verifier, const struct public_key *key, const uint8_t *hash,
    size_t hash_len, const uint8_t *signature, size_t signature_len, bool *good)
{
	const struct verifier_slot *slot;
	uint8_t der[2 + 2 * (3 + 48)];
	zg_status status = verifier_slot(verifier, key, &slot);

	*good = false;
	if (status != ZG_OK)
		return status;
	if (!algorithm_is_rsa(key->algorithm)) {
		if (signature_len != (key->algorithm == ALG_ECDSAP256SHA256 ? 64 : 96))
			return ZG_OK;
		signature_len = der_signature(signature, signature_len, der);
		signature = der;
	}
	*good = slot->power != NULL &&
		rsa_power_confirms(slot->power, hash, hash_len, signature, signature_len);
	return *good ? ZG_OK
		     : verify_answer(
			   EVP_PKEY_verify(slot->context, signature, signature_len, hash, hash_len),
			   good);
}

zg_status
verifier_check(struct verifier *verifier, const struct public_key *key, const uint8_t *data,
    size_t data_len, const uint8_t *signature, size_t signature_len, bool *good)
{
	uint8_t hash[VERIFY_HASH_MAX];
	size_t hash_len;
	zg_status status;

	*good = false;
	if (key->algorithm == ALG_ED25519 || key->algorithm == ALG_ED448)
		return verify_edwards(
		    verifier, key, data, data_len, signature, signature_len, good);
	status = verifier_hash(verifier, key, data, data_len, hash, &hash_len);
	if (status != ZG_OK)
		return status;
	return verifier_check_hash(verifier, key, hash, hash_len, signature, signature_len, good);
}
