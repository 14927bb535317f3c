/* Keys made on the spot, and zone text signed with them. The signed data is put together here, from
 * RFC 4034 section 3.1.8.1, not by the code that is tested. */
#include "signing_fixture.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "zone_fixture.h"

/* Key tag: RFC 4034 appendix B. */
static uint16_t
tag_of(const uint8_t *rdata, size_t rdlen)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < rdlen; i++)
		sum += i & 1 ? rdata[i] : (uint32_t)rdata[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

uint16_t
signing_key_tag(const struct signing_key *key)
{
	return tag_of(key->rdata, key->rdlen);
}

void
signing_key_set_flags(struct signing_key *key, uint16_t flags)
{
	key->rdata[0] = (uint8_t)(flags >> 8);
	key->rdata[1] = (uint8_t)flags;
}

/* RFC 3110 section 2: length of the exponent, exponent, modulus. */
static void
init_rsa(struct signing_key *key)
{
	static const uint8_t exponent[] = {3, 1, 0, 1};
	BIGNUM *n = NULL;

	key->pkey = EVP_RSA_gen(1024);
	ck_assert_ptr_nonnull(key->pkey);
	ck_assert_int_eq(EVP_PKEY_get_bn_param(key->pkey, "n", &n), 1);
	memcpy(key->rdata + 4, exponent, sizeof(exponent));
	key->rdlen = 8 + (size_t)BN_bn2bin(n, key->rdata + 8);
	BN_free(n);
}

void
signing_key_init(struct signing_key *key, uint8_t algorithm, uint16_t flags, uint8_t seed)
{
	uint8_t octets[32], point[65];
	size_t length = 32;

	*key = (struct signing_key){.rdata = {0, 0, 3, algorithm}};
	signing_key_set_flags(key, flags);
	if (algorithm == ALG_ED25519) {
		memset(octets, seed, sizeof(octets));
		key->pkey =
		    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, octets, sizeof(octets));
		ck_assert_ptr_nonnull(key->pkey);
		ck_assert_int_eq(
		    EVP_PKEY_get_raw_public_key(key->pkey, key->rdata + 4, &length), 1);
		key->rdlen = 4 + 32;
		return;
	}
	if (algorithm == ALG_RSASHA256) {
		init_rsa(key);
		return;
	}
	ck_assert_uint_eq(algorithm, ALG_ECDSAP256SHA256);
	key->pkey = EVP_EC_gen("P-256");
	ck_assert_ptr_nonnull(key->pkey);
	ck_assert_int_eq(
	    EVP_PKEY_get_octet_string_param(key->pkey, "pub", point, sizeof(point), &length), 1);
	memcpy(key->rdata + 4, point + 1, 64);
	key->rdlen = 4 + 64;
}

void
signing_key_forge(struct signing_key *key, const struct signing_key *like, uint8_t first, uint8_t n)
{
	*key = *like;
	key->pkey = NULL;
	memset(key->rdata + 4, n, 32);
	key->rdata[4] = first;
	/* The tag is a sum: two octets can be chosen so that it comes out. */
	for (unsigned value = 0; value < 65536; value++) {
		key->rdata[34] = (uint8_t)(value >> 8);
		key->rdata[35] = (uint8_t)value;
		if (signing_key_tag(key) == signing_key_tag(like))
			return;
	}
	ck_abort_msg("no key of this tag");
}

void
signing_key_clear(struct signing_key *key)
{
	EVP_PKEY_free(key->pkey);
	key->pkey = NULL;
}

static void
add_base64(struct text_writer *text, const uint8_t *octets, size_t length)
{
	uint8_t base64[512];

	ck_assert_uint_le(length, 300);
	(void)EVP_EncodeBlock(base64, octets, (int)length);
	text_printf(text, "%s\n", (const char *)base64);
}

void
add_key_as(struct text_writer *text, const char *type, const struct signing_key *key)
{
	text_printf(text, "@ 60 IN %s %u %u %u ", type, key->rdata[0] << 8 | key->rdata[1],
	    key->rdata[2], key->rdata[3]);
	add_base64(text, key->rdata + 4, key->rdlen - 4);
}

void
add_key(struct text_writer *text, const struct signing_key *key)
{
	add_key_as(text, "DNSKEY", key);
}

void
add_ds_as(
    struct text_writer *text, const char *type, const struct signing_key *key, uint8_t digest_type)
{
	const EVP_MD *md = digest_type == 1   ? EVP_sha1()
			   : digest_type == 2 ? EVP_sha256()
					      : EVP_sha384();
	uint8_t data[300] = {1, 'z', 0}, digest[EVP_MAX_MD_SIZE];
	unsigned length;

	memcpy(data + 3, key->rdata, key->rdlen);
	ck_assert_int_eq(EVP_Digest(data, 3 + key->rdlen, digest, &length, md, NULL), 1);
	text_printf(
	    text, "@ 60 IN %s %u %u %u ", type, signing_key_tag(key), key->rdata[3], digest_type);
	text_add_hex(text, digest, length);
	text_add(text, "\n");
}

/* What is signed: grows as it is written. */
struct octets {
	uint8_t at[65536];
	size_t used;
};

static void
put(struct octets *data, const void *bytes, size_t length)
{
	ck_assert_uint_le(length, sizeof(data->at) - data->used);
	memcpy(data->at + data->used, bytes, length);
	data->used += length;
}

static void
put_number(struct octets *data, uint32_t number, size_t length)
{
	uint8_t bytes[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
	    (uint8_t)(number >> 8), (uint8_t)number};

	put(data, bytes + 4 - length, length);
}

static void
put_name(struct octets *data, const char *name)
{
	uint8_t wire[ZG_NAME_MAX];
	const char *why;
	size_t length = name_from_text_lower(name, strlen(name), NULL, wire, &why);

	ck_assert_uint_gt(length, 0);
	put(data, wire, length);
}

size_t
signing_key_sign(
    const struct signing_key *key, const uint8_t *data, size_t data_len, uint8_t signature[128])
{
	bool edwards = key->rdata[3] == ALG_ED25519;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[128];
	const uint8_t *at = der;
	size_t length = sizeof(der);
	ECDSA_SIG *parts;

	ck_assert_int_eq(EVP_DigestSignInit_ex(
			     context, NULL, edwards ? NULL : "SHA256", NULL, NULL, key->pkey, NULL),
	    1);
	ck_assert_int_eq(EVP_DigestSign(context, der, &length, data, data_len), 1);
	EVP_MD_CTX_free(context);
	if (key->rdata[3] != ALG_ECDSAP256SHA256) {
		memcpy(signature, der, length);
		return length;
	}
	parts = d2i_ECDSA_SIG(NULL, &at, (long)length);
	ck_assert_ptr_nonnull(parts);
	ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_r(parts), signature, 32), 32);
	ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_s(parts), signature + 32, 32), 32);
	ECDSA_SIG_free(parts);
	return 64;
}

/* Labels without root and asterisk, from the text of a name without escapes. */
static unsigned
labels_of(const char *name)
{
	unsigned labels = 0;

	for (const char *at = name; *at != '\0'; at++)
		labels += *at == '.';
	if (strcmp(name, ".") == 0)
		return 0;
	return strncmp(name, "*.", 2) == 0 ? labels - 1 : labels;
}

/* Signs an RRset of `zone` whose owner is `owner`. */
static void
add_set_rrsig(struct text_writer *text, const struct zone *zone, const char *owner,
    const struct rrset *set, const struct signing_key *key, const struct signing_form *form)
{
	struct octets *data = calloc(1, sizeof(*data));
	unsigned labels = form->labels < 0 ? labels_of(owner) : (unsigned)form->labels;
	uint32_t ttl = form->original_ttl < 0 ? set->ttl : (uint32_t)form->original_ttl;
	char type[RR_TYPE_TEXT_MAX];
	uint8_t signature[128];
	size_t length;

	ck_assert_ptr_nonnull(data);
	put_number(data, set->type, 2);
	put_number(data, key->rdata[3], 1);
	put_number(data, labels, 1);
	put_number(data, ttl, 4);
	put_number(data, form->expiration, 4);
	put_number(data, form->inception, 4);
	put_number(data, signing_key_tag(key), 2);
	put_name(data, form->signer);
	for (uint32_t i = set->first; i < set->first + set->count; i++) {
		put_name(data, owner);
		put_number(data, set->type, 2);
		put_number(data, 1, 2);
		put_number(data, ttl, 4);
		put_number(data, zone_record(zone, i)->rdlen, 2);
		put(data, zone_rdata(zone, i), zone_record(zone, i)->rdlen);
	}
	length = signing_key_sign(key, data->at, data->used, signature);
	free(data);
	signature[0] ^= form->damaged ? 1 : 0;
	text_printf(text,
	    "%s %" PRIu32 " IN RRSIG %s %u %u %" PRIu32 " %" PRIu32 " %" PRIu32 " %u %s ", owner,
	    set->ttl, rr_type_to_text(set->type, type), key->rdata[3], labels, ttl,
	    form->expiration, form->inception, signing_key_tag(key), form->signer);
	add_base64(text, signature, length);
}

void
add_rrsig(struct text_writer *text, const char *owner, uint16_t type, const struct signing_key *key,
    const struct signing_form *form)
{
	struct zone *zone = zone_fixture("z.", text->text);
	struct rrset set;

	ck_assert(zone_rrset(zone, zone_fixture_owner(zone, owner), type, &set));
	add_set_rrsig(text, zone, owner, &set, key, form != NULL ? form : &SIGNING_FORM);
	zone_free(zone);
}

void
add_rrsigs(struct text_writer *text, const struct signing_key *key, size_t damage)
{
	struct zone *zone = zone_fixture("z.", text->text);
	size_t n = 0;

	for (uint32_t owner = 0; owner < zone->n_owners; owner++) {
		struct rrset set = {.owner = owner};
		char name[NAME_TEXT_MAX];

		(void)name_to_text(zone_owner_name(zone, owner), name);
		while (zone_rrset_next(zone, &set)) {
			struct signing_form form = SIGNING_FORM;

			if (!zone_must_sign(zone, &set))
				continue;
			form.damaged = damage > 0 && ++n % damage == 0;
			add_set_rrsig(text, zone, name, &set, key, &form);
		}
	}
	zone_free(zone);
}

void
add_false_rrsig(
    struct text_writer *text, const char *owner, const char *type, uint8_t algorithm, uint16_t tag)
{
	static const uint8_t octets[64] = {1, 2, 3};

	text_printf(text, "%s 60 IN RRSIG %s %u %u 60 %" PRIu32 " %" PRIu32 " %u z. ", owner, type,
	    algorithm, labels_of(owner), (uint32_t)SIGNING_EXPIRATION, (uint32_t)SIGNING_INCEPTION,
	    tag);
	add_base64(text, octets, sizeof(octets));
}

void
add_small_zone(struct text_writer *text, const struct signing_key *key)
{
	text_add(text, "@ 3600 IN SOA ns.z. hostmaster.z. 7 7200 3600 1209600 3600\n"
		       "@ 3600 IN NS ns.z.\n"
		       "@ 3600 IN NSEC ns.z. NS SOA RRSIG NSEC DNSKEY\n"
		       "ns.z. 3600 IN A 192.0.2.1\n"
		       "ns.z. 3600 IN NSEC z. A RRSIG NSEC\n");
	add_key(text, key);
}
