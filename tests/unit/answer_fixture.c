/* Answers of servers as messages, put together from text and signed on the spot. */
#include "answer_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/byte_reader.h"
#include "base/hex.h"
#include "crypto/nsec3_hash.h"
#include "dns/base32.h"
#include "gate/input.h"

struct answer *
answer_new(void)
{
	struct answer *answer = calloc(1, sizeof(*answer));

	ck_assert_ptr_nonnull(answer);
	answer->message.response = true;
	return answer;
}

const uint8_t *
wire(const char *text, uint8_t name[ZG_NAME_MAX])
{
	const char *why;

	ck_assert_uint_gt(name_from_text_lower(text, strlen(text), NULL, name, &why), 0);
	return name;
}

/* Copies octets to where the message's records point to. */
static uint8_t *
keep(struct answer *answer, const void *octets, size_t length)
{
	uint8_t *at = answer->octets + answer->used;

	ck_assert_uint_le(length, sizeof(answer->octets) - answer->used);
	memcpy(at, octets, length);
	answer->used += length;
	return at;
}

static void
add(struct answer *answer, enum message_section section, const uint8_t *owner, uint16_t type,
    uint32_t ttl, const uint8_t *rdata, size_t rdlen)
{
	ck_assert_uint_lt(answer->n[section], ANSWER_RECORDS_MAX);
	answer->sections[section][answer->n[section]++] =
	    (struct message_record){.owner = keep(answer, owner, name_length(owner)),
		.type = type,
		.class = 1,
		.ttl = ttl,
		.rdata = keep(answer, rdata, rdlen),
		.rdlen = (uint16_t)rdlen};
}

struct adding {
	struct answer *answer;
	enum message_section section;
};

static zg_status
take(void *context, const struct input_record *record, struct zg_error *error)
{
	const struct adding *adding = context;

	(void)error;
	add(adding->answer, adding->section, record->owner, record->type, record->ttl,
	    record->rdata, record->rdlen);
	return ZG_OK;
}

void
answer_add(struct answer *answer, enum message_section section, const char *text)
{
	struct adding adding = {answer, section};
	struct zg_source source = {.kind = ZG_SOURCE_MEMORY, .bytes = text, .length = strlen(text)};
	struct input_taker taker = {.take = take,
	    .context = &adding,
	    .malformed = ZG_INPUT_BAD,
	    .what = "the text of an answer"};
	struct zg_error error = {""};

	ck_assert_msg(
	    input_read_records(&source, NULL, SIZE_MAX, &taker, &error) == ZG_OK, "%s", error.text);
}

void
answer_add_rdata(struct answer *answer, enum message_section section, const char *owner,
    uint16_t type, const uint8_t *rdata, size_t rdlen)
{
	uint8_t name[ZG_NAME_MAX];

	add(answer, section, wire(owner, name), type, 60, rdata, rdlen);
}

void
answer_add_key(struct answer *answer, const char *owner, const struct signing_key *key)
{
	answer_add_rdata(answer, SECTION_ANSWER, owner, RR_DNSKEY, key->rdata, key->rdlen);
}

struct message_record *
answer_record(struct answer *answer, enum message_section section, const char *owner, uint16_t type)
{
	uint8_t name[ZG_NAME_MAX];

	for (size_t i = 0; i < answer->n[section]; i++) {
		struct message_record *record = &answer->sections[section][i];

		if (record->type == type && name_equal(record->owner, wire(owner, name)))
			return record;
	}
	ck_abort_msg("no such record");
}

/* What is signed: grows as it is written. */
struct octets {
	uint8_t at[64 * 1024];
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
	uint8_t bytes[4];

	store_u32(bytes, number);
	put(data, bytes + 4 - length, length);
}

static int
rdata_order(const void *a, const void *b)
{
	const struct message_record *x = *(const struct message_record *const *)a;
	const struct message_record *y = *(const struct message_record *const *)b;
	size_t length = x->rdlen < y->rdlen ? x->rdlen : y->rdlen;
	int order = memcmp(x->rdata, y->rdata, length);

	return order != 0 ? order : (int)x->rdlen - (int)y->rdlen;
}

/* The RRset, sorted: the text reader made its RDATA canonical. */
static void
put_set(struct octets *data, const struct answer *answer, enum message_section section,
    const uint8_t *owner, uint16_t type, uint32_t ttl, const uint8_t *signed_owner)
{
	const struct message_record *set[ANSWER_RECORDS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < answer->n[section]; i++) {
		const struct message_record *record = &answer->sections[section][i];

		if (record->type == type && name_equal(record->owner, owner))
			set[n++] = record;
	}
	ck_assert_uint_gt(n, 0);
	qsort(set, n, sizeof(set[0]), rdata_order);
	for (size_t i = 0; i < n; i++) {
		put(data, signed_owner, name_length(signed_owner));
		put_number(data, type, 2);
		put_number(data, 1, 2);
		put_number(data, ttl, 4);
		put_number(data, set[i]->rdlen, 2);
		put(data, set[i]->rdata, set[i]->rdlen);
	}
}

void
answer_sign(struct answer *answer, enum message_section section, const char *owner, uint16_t type,
    const struct signing_key *key, const struct signing_form *form)
{
	const struct message_record *first = answer_record(answer, section, owner, type);
	struct octets *data = calloc(1, sizeof(*data));
	struct signing_form natural = SIGNING_FORM;
	uint8_t name[ZG_NAME_MAX], signer[ZG_NAME_MAX], wildcard[ZG_NAME_MAX + 2] = {1, '*'};
	uint8_t signature[128] = {1, 2, 3};
	size_t header, length = 64;
	unsigned labels;
	uint32_t ttl;

	ck_assert_ptr_nonnull(data);
	form = form != NULL ? form : &natural;
	(void)wire(owner, name);
	(void)wire(form->signer, signer);
	labels = form->labels < 0 ? name_rrsig_labels(name) : (unsigned)form->labels;
	ttl = form->original_ttl < 0 ? first->ttl : (uint32_t)form->original_ttl;
	put_number(data, type, 2);
	put_number(data, key->rdata[3], 1);
	put_number(data, labels, 1);
	put_number(data, ttl, 4);
	put_number(data, form->expiration, 4);
	put_number(data, form->inception, 4);
	put_number(data, signing_key_tag(key), 2);
	put(data, signer, name_length(signer));
	header = data->used;
	if (labels < name_rrsig_labels(name)) {
		const uint8_t *encloser = name_skip(name, name_labels(name) - labels);

		memcpy(wildcard + 2, encloser, name_length(encloser));
		put_set(data, answer, section, name, type, ttl, wildcard);
	} else
		put_set(data, answer, section, name, type, ttl, name);
	if (key->pkey != NULL &&
	    (key->rdata[3] == ALG_ED25519 || key->rdata[3] == ALG_ECDSAP256SHA256 ||
		key->rdata[3] == ALG_RSASHA256))
		length = signing_key_sign(key, data->at, data->used, signature);
	signature[0] ^= form->damaged ? 1 : 0;
	data->used = header;
	put(data, signature, length);
	add(answer, section, name, RR_RRSIG, first->ttl, data->at, data->used);
	free(data);
}

void
answer_add_signed(struct answer *answer, enum message_section section, const char *text,
    const struct signing_key *key)
{
	size_t first = answer->n[section];
	char owner[NAME_TEXT_MAX];

	answer_add(answer, section, text);
	ck_assert_uint_gt(answer->n[section], first);
	(void)name_to_text(answer->sections[section][first].owner, owner);
	answer_sign(answer, section, owner, answer->sections[section][first].type, key, NULL);
}

const struct message *
answer_message(struct answer *answer)
{
	size_t n = 0;

	for (int section = 0; section < SECTION_COUNT; section++) {
		memcpy(answer->all + n, answer->sections[section],
		    answer->n[section] * sizeof(answer->all[0]));
		n += answer->message.n_records[section] = answer->n[section];
	}
	answer->message.records = answer->all;
	return &answer->message;
}

struct release_ds
ds_of_key(const char *owner, const struct signing_key *key, uint8_t digest_type)
{
	const EVP_MD *md = digest_type == 1   ? EVP_sha1()
			   : digest_type == 4 ? EVP_sha384()
					      : EVP_sha256();
	struct release_ds ds = {
	    .tag = signing_key_tag(key), .algorithm = key->rdata[3], .digest_type = digest_type};
	uint8_t data[ZG_NAME_MAX + sizeof(key->rdata)];
	size_t length = name_length(wire(owner, data));
	unsigned n;

	memcpy(data + length, key->rdata, key->rdlen);
	ck_assert_int_eq(EVP_Digest(data, length + key->rdlen, ds.digest, &n, md, NULL), 1);
	ds.digest_len = (uint8_t)n;
	return ds;
}

struct trust_anchor
key_anchor(const char *owner, const struct signing_key *key)
{
	struct trust_anchor anchor = {.is_key = true, .key_len = (uint16_t)key->rdlen};

	(void)wire(owner, anchor.zone);
	memcpy(anchor.key, key->rdata, key->rdlen);
	return anchor;
}

struct trust_anchor
ds_anchor(const char *owner, const struct signing_key *key)
{
	struct trust_anchor anchor = {.ds = ds_of_key(owner, key, 2)};

	(void)wire(owner, anchor.zone);
	return anchor;
}

static void
hash_of(const struct hashed_chain *chain, const char *name, uint8_t hash[20])
{
	struct digest *digest;
	uint8_t octets[ZG_NAME_MAX];
	size_t length = name_length(wire(name, octets));

	ck_assert_int_eq(digest_new(DIGEST_KIND_SHA1, &digest), ZG_OK);
	ck_assert_int_eq(nsec3_hash(digest, octets, length, chain->salt, chain->salt_len,
			     chain->iterations, hash),
	    ZG_OK);
	digest_free(digest);
}

static void
hash_text(const uint8_t hash[20], char text[33])
{
	uint8_t characters[32];

	ck_assert_uint_eq(base32hex_encode(hash, 20, characters), 32);
	memcpy(text, characters, 32);
	text[32] = '\0';
}

void
hashed_chain_add(struct hashed_chain *chain, const char *name, const char *types)
{
	uint8_t hash[20];
	size_t at = chain->n++;

	ck_assert_uint_le(chain->n, sizeof(chain->names) / sizeof(chain->names[0]));
	hash_of(chain, name, hash);
	for (; at > 0 && memcmp(chain->names[at - 1].hash, hash, 20) > 0; at--)
		chain->names[at] = chain->names[at - 1];
	memcpy(chain->names[at].hash, hash, 20);
	chain->names[at].types = types;
}

void
answer_add_hashed(struct answer *answer, const struct hashed_chain *chain, const char *name,
    const struct signing_key *key)
{
	char owner[33], next[33], salt[HEX_TEXT_SIZE(sizeof(chain->salt))] = "-", text[512];
	uint8_t hash[20];
	size_t at = chain->n - 1; /* before the first: the last covers it */

	hash_of(chain, name, hash);
	for (size_t i = 0; i < chain->n; i++) {
		if (memcmp(chain->names[i].hash, hash, 20) <= 0)
			at = i;
	}
	if (memcmp(chain->names[0].hash, hash, 20) > 0)
		at = chain->n - 1;
	hash_text(chain->names[at].hash, owner);
	hash_text(chain->names[(at + 1) % chain->n].hash, next);
	if (chain->salt_len > 0)
		hex_write(chain->salt, chain->salt_len, salt);
	(void)snprintf(text, sizeof(text), "%s.%s 60 IN NSEC3 1 %u %u %s %s %s\n", owner,
	    chain->below != NULL ? chain->below : "z.", chain->flags, chain->iterations, salt, next,
	    chain->names[at].types);
	for (size_t i = 0; i < answer->n[SECTION_AUTHORITY]; i++) {
		const struct message_record *record = &answer->sections[SECTION_AUTHORITY][i];
		char known[NAME_TEXT_MAX];

		(void)name_to_text(record->owner, known);
		if (record->type == RR_NSEC3 && strncmp(known, owner, 32) == 0)
			return;
	}
	answer_add_signed(answer, SECTION_AUTHORITY, text, key);
}
